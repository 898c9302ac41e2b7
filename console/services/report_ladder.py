"""The ladder of one agent's queue reports: what was tried, what waits for the store, what became of reports by mail."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from console.services.seat import Seat
from console.services.sent_mail import MAIL_FOLDER
from data.mail.queue_report import REPORT, SeatMail, report_mail, seat_mail
from data.models.base import Entity
from data.models.mail import MailState
from data.models.queue_report import QueueReport, ReportRung, Rung, RungOutcome
from data.queue_report import ladder
from data.queue_report.pending import Pending
from data.queue_report.policy import ReportPolicy
from data.queue_report.reports import LOOK_BACK
from data.store.errors import StoreError

SAYS_SO = "the reporter says that it does not work"


class ReportLadder:
    """Records every rung, also while the store takes nothing. What it knows is in files: a console that is killed goes on
    with it."""

    def __init__(self, seat: Seat, policy: ReportPolicy, zone: ZoneInfo) -> None:
        self._seat = seat
        self._policy = policy
        self._zone = zone
        self._pending = Pending()

    @property
    def waiting(self) -> set[datetime]:
        """The slots whose reports were given another way and are not in the store yet."""
        return {one.slot for one in self._pending.reports}

    async def steps(self, slot: datetime) -> list[ReportRung]:
        """What was tried for a slot."""
        there: list[ReportRung] = []
        with suppress(StoreError):
            there = await self._seat.read(ladder.rungs, slot, self._seat.me)
        known = {one.id for one in there}
        return there + [one for one in self._pending.steps if one.slot == slot and one.id not in known]

    async def has_failed(self, slot: datetime) -> bool:
        """Whether a rung of a slot failed."""
        return any(one.outcome is RungOutcome.FAILED for one in await self.steps(slot))

    async def failed(self, slot: datetime, rung: Rung, why: str = SAYS_SO) -> None:
        """A rung did not hold: it is recorded, and management is told at once."""
        step = self._step(slot, rung, RungOutcome.FAILED, why)
        await self.record(step, *ladder.alarms(step, self._seat.agent.name, self._policy, self._zone))

    async def worked(self, slot: datetime, rung: Rung) -> None:
        """A rung held."""
        await self.record(self._step(slot, rung, RungOutcome.WORKED, ""))

    def _step(self, slot: datetime, rung: Rung, outcome: RungOutcome, why: str) -> ReportRung:
        me = self._seat.me
        return ladder.step_of(slot, me, rung, outcome, why, me, self._seat.clock.now())

    async def record(self, *rows: Entity) -> None:
        """Write rows, now or as soon as the store takes them; kept first, for a store may take its time to refuse."""
        self._pending.add(*rows)
        await self._seat.read(self._pending.keep)
        with suppress(StoreError):
            await self.write()

    async def write(self) -> None:
        """Write what waits, of this console and of the command line.

        Raises:
            StoreError: the store takes nothing: it waits on.
        """
        if await self._seat.read(self._pending.flush, self._seat.me, self._seat.clock):
            self._seat.link.wake()

    # by mail

    async def mail(self, report: QueueReport) -> SeatMail:
        """Send a report by e-mail, if there is a way.

        Raises:
            MailFaultError, StoreError: it could be kept nowhere.
        """
        seat, name = self._seat, self._seat.agent.name
        letter = report_mail(report, report.initials, self._zone, reporter=name, by=name)
        folder = seat.readable_folder / MAIL_FOLDER if seat.readable_folder is not None else None
        known_as = ladder.mail_of(report.slot, seat.me)
        return await seat.write(
            seat_mail, folder, [self._policy.mailbox], REPORT, *letter, seat.me, seat.clock, mail_id=known_as
        )

    async def look_at_mails(self) -> None:
        """A report that the gateway sent has held, one that the mail server did not take has not: management is told, and
        the agent of the next rung."""
        seat = self._seat
        for slot, mail in await seat.read(ladder.mailed, seat.me, seat.clock.now() - LOOK_BACK):
            if mail.state is MailState.SENT and not self._says(slot, Rung.MAIL, ""):
                await self.worked(slot, Rung.MAIL)
            elif mail.tries and not self._says(slot, Rung.MAIL, mail.why):
                await self.failed(slot, Rung.MAIL, mail.why)
                at = f"{slot.astimezone():%H:%M}"
                seat.tell(f"The mail server did not take the {at} queue report: call {self.managers}.", "warning")

    @property
    def managers(self) -> str:
        """Whom to call, with their numbers."""
        return ", ".join(f"{one.name} {one.number}" for one in self._policy.managers) or "a manager"

    # at the hub

    async def look_at_refused(self) -> None:
        """A report that the hub did not take is not given: management is told, and the agent what to do."""
        seat = self._seat
        for report, why in await seat.read(ladder.refused, seat.me):
            if self._says(report.slot, report.rung, why):
                continue
            await self.failed(report.slot, report.rung, why)
            seat.tell(
                f"The hub did not take the {report.slot.astimezone():%H:%M} queue report ({why}): look at this machine's"
                f" clock, then {seat.how('sync')} to send it again, or call {self.managers}.",
                "warning",
            )

    def _says(self, slot: datetime, rung: Rung, why: str) -> bool:
        """Whether a rung that waits for the store says this already."""
        return any((one.slot, one.rung, one.why) == (slot, rung, why) for one in self._pending.steps)
