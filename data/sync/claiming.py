"""The claims of one seat: asked of the hub, kept while they are worked on, given back."""

from __future__ import annotations

from collections.abc import Callable

from data.clock import Clock
from data.store.errors import StoreError
from data.sync.contract import Claim, Hub, HubUnreachable, Revoked
from data.sync.replica import LiveClaim, Replica
from data.sync.wire import AskClaim, Claimed, Finish

ASK_AGAIN_S = 5.0
"""A claim that failed later than this after it was asked is not asked again: the console gives up."""

NOT_ASKED = "the hub does not answer, and only it can give a call to one agent: try again in a moment"
UNHEARD = (
    "the hub's answer was lost; a call that it gave you all the same opens here by itself, "
    "otherwise try again in a moment"
)
NOTHING_MORE = "the hub gives this seat nothing more: ask who runs the hub"
STORE_FAILED = "the store of this seat cannot be written just now: try again in a moment"

Failed = Callable[[HubUnreachable | StoreError], None]


class Claiming:
    """Which contacts are this seat's. Used by the worker's thread only."""

    def __init__(self, replica: Replica, clock: Clock) -> None:
        self._replica = replica
        self._clock = clock
        self._claims: set[LiveClaim] = set()
        """Whose lease is kept. A worker that is started again, and one that never heard the answer to a claim, finds
        its own in the store."""
        self._not_ours: set[LiveClaim] = set()
        """Of those in the store: given back, or refused by the hub."""

    def ask(self, asked: AskClaim, online: Callable[[], Hub], failed: Failed) -> Claimed:
        """Ask the hub. There is always an answer: what goes wrong is told to `failed`, and in words to the agent.

        Args:
            asked: what the console wants.
            online: opens the hub, or gives the one that is open.
            failed: lets go of the hub, or notes what the store said.
        """
        why = NOT_ASKED
        try:
            self._replica.asked_by(asked.agent)
            hub = online()
            why = UNHEARD
            claim = self._claim(hub, asked, online, failed)
        except (HubUnreachable, StoreError) as error:
            failed(error)
            if isinstance(error, Revoked):
                why = NOTHING_MORE
            elif isinstance(error, StoreError):
                why = STORE_FAILED
            return Claimed(claim=Claim(request_id=asked.request_id, contact_id=None, why=why), refused=True)
        if claim.contact_id is not None:
            self._claims.add((claim.contact_id, claim.fence))
        return Claimed(claim=claim)

    def _claim(self, hub: Hub, asked: AskClaim, online: Callable[[], Hub], failed: Failed) -> Claim:
        """When the answer was lost, ask once more on a new line, while the console still waits: the same request has
        the same answer."""
        until = self._clock.monotonic() + ASK_AGAIN_S
        request = (self._replica.identity(), asked.request_id, asked.agent, asked.queues, asked.contact_id)
        try:
            return hub.claim_v1(*request)
        except HubUnreachable as error:
            if isinstance(error, Revoked) or self._clock.monotonic() > until:
                raise
            failed(error)
        return online().claim_v1(*request)

    def keep(self, hub: Hub) -> None:
        """Renew the leases. A claim whose answer was lost is ours too: the contact came in as our agent's.

        Raises:
            HubUnreachable: some are not renewed.
        """
        here = self._replica.claimed()
        wanted = (self._claims | here) - self._not_ours
        self._claims = {
            (contact_id, fence)
            for contact_id, fence in wanted
            if hub.heartbeat_v1(self._replica.identity(), contact_id, fence)
        }
        self._not_ours = (self._not_ours | wanted - self._claims) & here

    def finish(self, done: Finish, online: Callable[[], Hub]) -> None:
        """Give a claim back.

        Raises:
            HubUnreachable: the lease runs out by itself.
            StoreError: the same.
        """
        self._claims.discard((done.contact_id, done.fence))
        self._not_ours.add((done.contact_id, done.fence))
        online().finish_v1(self._replica.identity(), done.contact_id, done.fence)
