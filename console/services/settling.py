"""What is not settled with the hub: read while somebody looks at it, and settled as the agent says."""

from __future__ import annotations

from console.messages import UnsettledChanged
from console.services.desk import Desk
from console.services.seat import Seat
from data.models.base import TicketId
from data.sync.wire import SyncStatus
from data.unsettled import reading, settling
from data.unsettled.diagnostics import diagnostics
from data.unsettled.rules import ChangeLine, Choice, ConflictLine, Unsettled
from data.unsettled.settling import Chosen
from widgets.sync_words import conflict_words, count


class Settling:
    """The changes of this seat that the hub has not taken, and the fields in conflict."""

    def __init__(self, seat: Seat, desk: Desk) -> None:
        self._seat = seat
        self._desk = desk
        self.chosen: list[Chosen] = []
        """What was chosen in this session, the last one last."""
        self.lines = Unsettled()
        self.watched = False
        """Somebody looks at it: only then it is read again when something changes."""

    async def read(self) -> None:
        """Read it again."""
        before = self.lines
        self.lines = await self._seat.read(reading.unsettled)
        if self.lines != before:
            self._seat.post(UnsettledChanged(self.lines))

    async def choose(self, conflict: ConflictLine, choice: Choice) -> None:
        """Put one value of a conflict, or both, in place.

        Raises:
            LookupError: it has been chosen already, or the record is no longer here.
            TicketFaultError: a ticket cannot become what was chosen.
        """
        try:
            seat = self._seat
            chosen = await seat.write(settling.choose, conflict, choice, seat.me, seat.clock)
        finally:
            await self._changed()
        self.chosen.append(chosen)
        self._seat.tell(
            f"Chosen: {choice}, for {conflict_words(conflict)}."
            if chosen.put
            else "Closed: the record is no longer on this seat, and what the hub has stays as it is."
        )

    async def take_back(self) -> None:
        """Open the conflict again that was chosen last."""
        if not self.chosen:
            self._seat.tell("Nothing was chosen that could be taken back.")
            return
        chosen = self.chosen.pop()
        try:
            await self._seat.write(settling.take_back, chosen, self._seat.me, self._seat.clock)
        finally:
            await self._changed()
        self._seat.tell(f"Taken back: {conflict_words(chosen.conflict)} is open again.")

    async def let_go(self, change: ChangeLine) -> None:
        """Want a refused change no longer.

        Raises:
            LookupError: it is not among the refused ones.
        """
        try:
            await self._seat.write(settling.let_go, change.op_id)
        finally:
            await self._changed()

    async def take_up(self, change: ChangeLine) -> None:
        """What was typed in a ticket's form stands in it again, as a draft; anything else is sent once more.

        Raises:
            LookupError: it is not there any more.
            ValueError: the ticket on the desk holds other text that is not saved.
        """
        try:
            ticket_id = TicketId(change.ticket_id) if change.texts and change.ticket_id is not None else None
            if ticket_id is not None and await self._desk.draft(ticket_id, change.texts):
                await self._seat.write(settling.let_go, change.op_id)
            else:
                seat = self._seat
                many = await seat.write(settling.send_again, change.op_id, seat.me, seat.clock)
                seat.tell(f"Sent again: {count(many, 'change')}.")
        finally:
            await self._changed()

    async def diagnostics(self, version: str, sync: SyncStatus) -> str:
        """What a person who helps needs to know; nothing that anybody typed is in it."""
        state = "online" if sync.online else "silent" if sync.silent else "offline"
        return await self._seat.read(diagnostics, version, state, sync.problem)

    async def _changed(self) -> None:
        await self.read()
        await self._desk.show()
