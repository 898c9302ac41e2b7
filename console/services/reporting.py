"""The queue reports of one agent: what is due when, giving it, and the ladder when that fails.

The only time here is the session's clock, looked at once a second by whoever shows it: nothing waits for so many
seconds, so that a machine that slept or a clock that was set finds what is due then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from console.messages import ReportChanged
from console.services.drafts import Drafts
from console.services.report_ladder import ReportLadder
from console.services.seat import Seat
from data.desk.drafts import DraftKind, draft_id
from data.identity.names import agent_names
from data.mail.queue_report import SeatMail
from data.models.agent import Role
from data.models.mail import Mail
from data.models.outage import Outage
from data.models.queue_report import QueueReport, ReporterDuty, Rung
from data.models.shift import TimeEntry
from data.outages.outages import open_outages
from data.queue_report import article, figures, reports
from data.queue_report.article import Article
from data.queue_report.reports import TELL_AFTER, Answers
from data.queue_report.slots import slot_after, slot_before
from data.queue_report.standing import LiveQueue, ReportState, SlotLine, Waiting
from data.store.database import Store
from data.store.errors import StoreError
from widgets.report_words import told
from widgets.times import at_the_site

REPORT_ENTITIES = frozenset({QueueReport.entity, ReporterDuty.entity, TimeEntry.entity, Mail.entity})
DRAFT = draft_id(DraftKind.REPORT)
OFTEN, SELDOM = timedelta(seconds=2), timedelta(seconds=10)
"""How often the store is read while a report is due (the command line may give it) and else (it may bring a schedule)."""
GAP = timedelta(seconds=20)
"""After so long without a tick the machine slept, or its clock was set."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the console sees for a report."""

    queue: LiveQueue
    outages: tuple[Outage, ...]


class Reporting:
    """What an agent owes, and the ways to give it."""

    def __init__(self, seat: Seat, drafts: Drafts, online: Callable[[], bool]) -> None:
        """`online`: whether the hub is there."""
        self._seat = seat
        self._online = online
        self._drafts = drafts
        self.policy = seat.duties.queue_report
        self.zone = seat.settings.terms.zone
        self.state = ReportState()
        self.article: Article | None = None
        """What is still to be read and confirmed; None: nothing is."""
        self.ladder = ReportLadder(seat, self.policy, self.zone)
        self._look_at: datetime | None = None
        """When the store is read next; None: now."""
        self._looked_at: datetime | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ticked: datetime | None = None
        self._heard_since: datetime | None = None
        """Since when the hub has been listened to without a gap."""
        self._told_up_to: datetime | None = None
        self._reminded: datetime | None = None
        self._offered = False
        self._gave: set[datetime] = set()
        """Slots that were given here."""

    # the time

    @property
    def now(self) -> datetime:
        """The time of day."""
        return self._seat.clock.now()

    def stale(self) -> None:
        """Rows changed: read again at the next tick."""
        self._look_at = None

    def tick(self) -> None:
        """A second has passed, or a night: read again where something is due to change."""
        now = self.now
        if self._ticked is None or not self._online() or not timedelta() <= now - self._ticked <= GAP:
            self._heard_since = now
        self._ticked = now
        back = self._looked_at is not None and now < self._looked_at
        if self._reading is None and (self._look_at is None or now >= self._look_at or back):
            self._reading = asyncio.create_task(self._tried(), name="queue report")
        self._remind(now)

    async def _tried(self) -> None:
        try:
            await self._seat.guard(self.read())
        finally:
            self._reading = None

    async def close(self) -> None:
        """Nobody looks any more."""
        if self._reading is not None:
            self._reading.cancel()

    @property
    def asks(self) -> bool:
        """Whether a report is to be asked for now."""
        return self.state.asks(self.now, self.policy)

    async def read(self) -> None:
        """Read what is due; tell of what was missed, and write what waited for the store. A store that takes nothing,
        which is told of where work is saved, is still asked what is due."""
        now = self._looked_at = self.now
        self._look_at = now + SELDOM
        seat = self._seat
        with suppress(StoreError):
            await self.ladder.write()
        try:
            found = await seat.read(reports.state, seat.me, now, self.policy, self.zone)
        except StoreError:
            self._look_at = now + OFTEN
            return
        if found.present is not None and found.present.at in self.ladder.waiting:
            found = replace(found, present=None)
        before, self.state = self.state, found
        self._look_at = self._next_look(now)
        if before.present is not None and (found.present is None or found.present.at != before.present.at):
            await self._arrived_elsewhere(before.present.at)
        if not self._offered:
            await self._offer_article()
        if found != before:
            seat.post(ReportChanged(found))
        with suppress(StoreError):
            await self._tell_of_missed(now)
            await self.ladder.look_at_mails()
            await self.ladder.look_at_refused()

    def _next_look(self, now: datetime) -> datetime:
        state = self.state
        slot = slot_after(now, self.zone, self.policy.every)
        moments = [slot, slot_before(now, self.zone, self.policy.every) + TELL_AFTER, now + SELDOM]
        if state.present is not None:
            moments += [now + OFTEN, *([state.waiting.until] if state.waiting.until is not None else [])]
        return min(one for one in moments if one > now)

    def _remind(self, now: datetime) -> None:
        due, before = self.state.next, timedelta(minutes=self.policy.remind)
        if due is not None and before and due - before <= now < due and self._reminded != due:
            self._reminded = due
            self._seat.tell(f"Queue report at {due.astimezone():%H:%M}{at_the_site(due, self.zone)}.")

    async def _tell_of_missed(self, now: datetime) -> None:
        """Leaders hear of missed slots from the console of whoever missed one, and from any console of a leader. What
        was given at another seat may still be at the hub, so that is listened to first."""
        if self._heard_since is None or not self._online() or now - self._heard_since < TELL_AFTER:
            return
        up_to = slot_before(now - TELL_AFTER, self.zone, self.policy.every)
        if self._told_up_to == up_to:
            return
        seat = self._seat
        whose = None if seat.agent.role is not Role.AGENT else seat.me
        await seat.write(reports.tell_of_missed, seat.me, self.policy, self.zone, seat.clock, whose)
        self._told_up_to = up_to

    # what is seen

    async def see(self) -> Seen:
        """The queue and the outage board as they are now."""
        return await self._seat.read(_seen, self.now)

    async def lines(self, back: timedelta = timedelta(hours=12)) -> list[SlotLine]:
        """The slots of the last hours, newest first."""
        return await self._seat.read(reports.lines, self.now - back, self.now, self.policy, self.zone)

    async def reporters(self) -> list[str]:
        """The names of those who report at the present slot."""
        return await self._seat.read(_names_now, self.now, self)

    # giving it

    def _report(self, slot: datetime, answers: Answers, rung: Rung) -> QueueReport:
        seat = self._seat
        initials = "".join(word[:1] for word in seat.agent.name.split()).upper()
        return reports.report_of(slot, seat.me, answers, seat.me, self.now, rung, initials)

    async def give(self, slot: datetime, answers: Answers) -> None:
        """Give a report in the form; its draft is done with.

        Raises:
            AlreadyReported: somebody was faster.
            StoreError: it could not be written: management is told, and the next rung is there.
        """
        report = self._report(slot, answers, Rung.MODAL)
        try:
            await self._drafts.finish(DRAFT, reports.file, report, self._seat.clock)
        except StoreError as error:
            await self.ladder.failed(slot, Rung.MODAL, str(error))
            raise
        await self._given(slot, Rung.MODAL)

    async def give_otherwise(self, slot: datetime, answers: Answers, rung: Rung, *, worked: bool = True) -> None:
        """The report was given on another rung: it is written as soon as the store takes it. `worked`: the rung held;
        else that is known later."""
        await self.ladder.record(self._report(slot, answers, rung))
        self._drafts.discard(DRAFT)
        await self._given(slot, rung, worked=worked)

    async def _given(self, slot: datetime, rung: Rung, *, worked: bool = True) -> None:
        self._gave.add(slot)
        if worked and (rung is not Rung.MODAL or await self.ladder.has_failed(slot)):
            await self.ladder.worked(slot, rung)
        self._seat.tell(f"The {slot.astimezone():%H:%M} queue report is given.")
        if self.state.present is not None and self.state.present.at == slot:
            self.state = replace(self.state, present=None, waiting=Waiting())
        self._seat.post(ReportChanged(self.state))
        self.stale()

    async def mail(self, slot: datetime, answers: Answers) -> SeatMail:
        """Send the report by e-mail. It is given only where a gateway sends it: a file is not sent before somebody does,
        so that counts as a failure of this rung.

        Raises:
            MailFaultError, StoreError: it could be kept nowhere.
        """
        sent = await self.ladder.mail(self._report(slot, answers, Rung.MAIL))
        if sent.goes_out:
            await self.give_otherwise(slot, answers, Rung.MAIL, worked=False)
        else:
            await self.ladder.failed(slot, Rung.MAIL, sent.says)
        return sent

    async def shift_lines(self) -> list[str]:
        """This shift's queue reports, a line each, for the shift screen."""
        return [told(one) for one in await self.lines() if one.reporter == self._seat.me]

    async def put_off(self) -> None:
        """Ask again in some minutes.

        Raises:
            PutOffError: not any more.
        """
        if self.state.present is not None:
            slot = self.state.present.at
            await self._seat.read(reports.put_off, slot, self._seat.me, self.policy, self._seat.clock)
            await self.read()

    async def set_aside(self) -> None:
        """Ask again in a minute."""
        if self.state.present is not None:
            slot = self.state.present.at
            with suppress(StoreError):  # without a store the dialog comes back at once, which is right
                await self._seat.read(reports.set_aside, slot, self._seat.me, self._seat.clock)
            await self.read()

    async def _arrived_elsewhere(self, slot: datetime) -> None:
        """A report that failed here was given: at another seat, if it was not the command."""
        if slot in self._gave or not await self.ladder.has_failed(slot):
            return
        report = await self._seat.read(reports.given, slot, self._seat.me)
        if report is not None:
            self._gave.add(slot)
            if report.rung is Rung.MODAL:
                await self.ladder.worked(slot, Rung.OTHER_SEAT)

    # the article

    async def _offer_article(self) -> None:
        """Whoever has to report is asked once to read what a missed report means; nobody is forced to."""
        if self.state.present is None and self.state.next is None:
            return
        self._offered = True
        known = article.load_article()
        if not await self._seat.read(article.has_read, known, self._seat.me):
            self.article = known
            self._seat.tell(
                f"When you have a moment, please read '{known.title}': {self._seat.how('report')} while none is due."
            )

    async def confirm(self) -> None:
        """The article was read."""
        if self.article is not None:
            await self._seat.write(article.confirm, self.article, self._seat.me, self._seat.clock)
            self.article = None


def _seen(store: Store, now: datetime) -> Seen:
    return Seen(figures.live_queue(store, now), tuple(open_outages(store)))


def _names_now(store: Store, now: datetime, of: Reporting) -> list[str]:
    who: Sequence[str] = reports.reporters_now(store, now, of.policy, of.zone)
    known = agent_names(store)
    return [known.get(one, one) for one in who]
