"""What others ask this agent to look at."""

from __future__ import annotations

from console.messages import Noticed, NoticesChanged
from console.services.seat import Seat
from data.models.notice import Notice, NoticeSeen
from data.notices import notices
from data.notices.rules import NoticeLine, unseen

NOTICE_ENTITIES = frozenset({Notice.entity, NoticeSeen.entity})


class Notices:
    """The notices for one agent."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self.lines: tuple[NoticeLine, ...] = ()
        """Unseen first, newest first."""
        self._last_rows: tuple[int, int] | None = None
        self._known: set[str] | None = None
        """Ids of those that were told here; None before the first reading."""

    async def read(self) -> None:
        """Read them again; what is new is told once."""
        last_rows = await self._seat.read(notices.last_rows)
        if last_rows == self._last_rows:
            return
        self.lines = tuple(await self._seat.read(notices.of, self._seat.agent))
        first, known = self._known is None, self._known or set()
        self._last_rows = last_rows
        self._known = known | {line.notice.id for line in self.lines}
        self._seat.post(NoticesChanged(self.lines))
        fresh = [line for line in unseen(self.lines) if line.notice.id not in known]
        if told := tuple(line for line in fresh if line.notice.by != self._seat.me):
            self._seat.post(Noticed(told, waited=first))

    async def acknowledge(self, notice_id: str) -> None:
        """Say that this agent has seen to it; when somebody else was first, say who."""
        line = await self._seat.write(notices.acknowledge, notice_id, self._seat.me, self._seat.clock)
        if line.seen is not None and line.seen.by != self._seat.me:
            self._seat.tell(f"{line.seen_by or 'Somebody else'} has seen to it already.")
        await self.read()
