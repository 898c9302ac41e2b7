"""What a worker does for an agent who signed in by password: it lets the hub know who speaks, keeps the marks of how
long they may work without it, signs out who left a locked screen, and sees a revoked replica to its end."""

from __future__ import annotations

from collections.abc import Callable

from data.clock import Clock
from data.identity.agents import begin_wipe
from data.identity.offline import Marks
from data.models.base import AgentId
from data.queue import people
from data.store.database import Store
from data.sync.address import seat_hub
from data.sync.contract import Hub, Login, WrongLogin
from data.sync.loading import Loading
from data.sync.replica import Replica
from data.sync.wire import Begin, Expelled, FromWorker, Leaving, LetIn, SignOut, ToWorker, TurnedAway

RETRY_S = 1.0
"""After the store could not be written."""


class Attendance:
    """One agent at one store, until they sign out."""

    def __init__(
        self, store: Store, address: str, begin: Begin, tell: Callable[[FromWorker], None], clock: Clock
    ) -> None:
        self._store = store
        self._address = address
        self._login = Login(person=begin.person, password=begin.password)
        self._tell = tell
        self._clock = clock
        self._replica = Replica(store, clock)
        self._loading = Loading(store, clock)
        self._marks = Marks(store, clock)
        self._turned_away: WrongLogin | None = None
        self._left = False
        self._signing_out: set[AgentId] = set()
        self._look_at = 0.0
        self._told: Expelled | None = None

    def connect(self, *, create: bool) -> Hub:
        """Open the hub as this agent. Once it has turned them away it is not asked again.

        Raises:
            HubUnreachable: it is not there.
            WrongLogin: it does not let them in; the console was told.
        """
        if self._turned_away is not None:
            raise self._turned_away
        try:
            hub = seat_hub(self._address, create=create, login=self._login)
        except WrongLogin as error:
            self._turned_away = error
            self._tell(TurnedAway(why=str(error)))
            raise
        self._marks.verified()
        if hub.member is not None:
            self._tell(LetIn(member=hub.member))
        return hub

    def hear(self, message: ToWorker) -> None:
        """Note what the console asks, as far as it is ours; it is done in the next look."""
        match message:
            case SignOut(agent=agent):
                self._signing_out.add(agent)
            case Leaving():
                self._left = True

    def look(self, *, revoked: bool) -> None:
        """Now and then: time goes on, who left is signed out, and a revoked replica whose console has left is given up once the hub has
        every change and every import that was made in it. Never before. What the hub refused, or kept its own value
        against, is in its book of changes with all that was typed; drafts are nowhere but here, and go.

        Raises:
            StoreError: the store cannot be written; what is left of this is done in a second.
            OSError: the same, of the folder that is to be wiped.
        """
        now = self._clock.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + RETRY_S
        self._look(revoked)
        self._look_at = now

    def _look(self, revoked: bool) -> None:
        for agent in sorted(self._signing_out):
            people.sign_out(self._store, agent, self._clock)
            self._signing_out.discard(agent)
        self._marks.beat()
        if not revoked:
            return
        queued = self._replica.queued() + self._loading.left()
        over = self._left and not queued
        told = Expelled(queued=queued, over=over)
        if told != self._told:
            if over:
                begin_wipe(self._store.path.parent)
            self._told = told
            self._tell(told)
