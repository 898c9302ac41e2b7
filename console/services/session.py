"""An agent's session: follows the floor, shows who calls, and joins phone, desk and customers.

The session and its parts own the state; screens send intents and show what they are told. The store is
touched only on its thread and the hub only through the worker, so nothing here holds the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from textual.message import Message

from console.messages import (
    Connected,
    CustomersChanged,
    QueueChanged,
    Rang,
    StateChanged,
    TakenUp,
)
from console.services.callbacks import CALLBACK_ENTITIES, Callbacks
from console.services.conduct import Conducts
from console.services.customers import Customers
from console.services.desk import Desk
from console.services.drafts import PLACE, Drafts
from console.services.notices import NOTICE_ENTITIES, Notices
from console.services.outages import Outages
from console.services.phone import Phone
from console.services.presence import PresenceBeat
from console.services.reporting import REPORT_ENTITIES, Reporting
from console.services.script import Script
from console.services.seat import Seat
from console.services.sent_mail import MAIL_ENTITIES, SentMail
from console.services.settling import Settling
from console.services.shift import SHIFT_ENTITIES, SIGNING_OFF, Shift
from console.services.step_in import STEP_ENTITIES, StepIn, SteppedIn
from console.services.wrap_up import WrapUp
from data.desk import reading
from data.models.agent import AgentState, AgentStatus
from data.models.base import TicketId
from data.models.contact import Contact, RequestAction
from data.models.customer import Customer
from data.models.gateway import Gateway
from data.models.money import Charge, Invoice, Payment, Reversal
from data.models.outage import Outage
from data.models.presence import Presence
from data.models.ticket import Ticket, TicketEvent
from data.notices.rules import unseen
from data.queue import live
from data.queue.agent_state import HANDLING, Move
from data.sync.wire import SyncStatus
from data.views import QueueFigures, Work
from widgets.sync_words import count, leaving

if TYPE_CHECKING:
    from console.services.floor_watch import FloorWatching
    from console.services.quality import Quality

REFRESH_S = 0.2
"""Least time between two readings of the queue: the floor may change faster than one can read."""
GOING_OUT_S = 1.0
"""How long whoever leaves waits for what was saved just now to go out."""
BEATS = frozenset({Presence.entity, Gateway.entity})
"""Rows that only say that somebody is there."""
BOOKS = frozenset(model.entity for model in (Charge, Invoice, Payment, Reversal))
PUT_BACK = (
    "The hub was put back from a backup. What was saved here since goes to it again by itself; other seats' work may"
    " come back later, when they are there."
)
FIGURES_S = 15.0
"""How often the day's figures are computed anew."""


class Session:
    """One signed-on agent."""

    def __init__(self, seat: Seat, status: AgentStatus, *, leads: bool = False) -> None:
        """`leads`: this is a supervisor, who may see the whole floor."""
        self.seat = seat
        self.leads = leads
        self.phone = Phone(seat, status, lambda: self.sync.online)
        self.drafts = Drafts(seat)
        self.desk = Desk(seat, self.drafts)
        self.notices = Notices(seat)
        self.callbacks = Callbacks(seat, self.drafts)
        self.reporting = Reporting(seat, self.drafts, lambda: self.sync.online)
        self.sent_mail = SentMail(seat)
        self.outages = Outages(seat, self.drafts, leads=leads)
        self.customers = Customers(seat, self.phone, self.desk, self.drafts, self.outages)
        self.script = Script(seat, self.desk, self.phone, self.drafts, self.customers.show)
        self.conduct = Conducts(seat, self.desk, self.script, self.drafts)
        self.settling = Settling(seat, self.desk)
        self.shift = Shift(seat, lambda: self.phone.status.state)
        self.wrap_up = WrapUp(seat, self.phone, self.desk, self.customers, self.drafts, self.shift, self.refresh)
        self.step_in = StepIn(seat, self.drafts)
        self._stepped_in = SteppedIn(seat, self.phone, self.sign_off)
        self._presence = PresenceBeat(seat, lambda: self.ticket_id, lambda: self.sync.online)
        self.floor: FloorWatching | None = None
        """Who watches the floor, once somebody has opened it."""
        self.quality: Quality | None = None
        """Contacts that are over, for scoring; likewise."""
        self.sync = SyncStatus()
        self._amiss = (0, 0)
        """Conflicts and refused changes that were told of."""
        self._asides: asyncio.Task[None] | None = None
        self._heeding: asyncio.Task[None] | None = None
        self._refreshing: asyncio.Task[None] | None = None
        self._stale = False
        self._listening = False
        """A screen listens: what is read before that would be told to nobody."""
        self._figures: dict[str, QueueFigures] = {}
        self._figures_at = 0.0
        self._figures_owed: asyncio.TimerHandle | None = None
        self._wrap_up_s = 0
        self._tickets_changed = False
        self._account_changed = False
        """The customer on show may have other tickets, charges or invoices now."""
        self._work_changed = True
        """Notices, callbacks or sent mail are to be read again."""
        self._shift_changed = True
        self._steps_changed = True

    # life

    async def start(self, post: Callable[[Message], object]) -> None:
        """Begin to tell the screen; what the last session left on the desk comes back."""
        self.seat.post = post
        await self.desk.start()
        await self.drafts.start()
        await self.phone.start()
        await self.desk.show()
        await self.customers.show()
        place = self.drafts.get(PLACE)
        self.seat.post(TakenUp(place.focus if place is not None else "", tuple(self.drafts.shown)))
        self._listening = True
        await self._presence.start()
        self._tell_amiss()
        self.refresh()
        if self.leads:
            self._heeding = asyncio.create_task(self.seat.guard(self._heed_alarms()), name="alarms")

    @property
    def ticket_id(self) -> TicketId | None:
        """The saved ticket in hand."""
        return self.desk.item.ticket_id if self.desk.item is not None else None

    async def close(self) -> None:
        """Write what is being typed, sign out unless a contact is in hand, and stop."""
        if self._heeding is not None:
            self._heeding.cancel()
        if self.floor is not None:
            self.floor.close()
        self.customers.close()
        if self._figures_owed is not None:
            self._figures_owed.cancel()
        if self._refreshing is not None:
            self._refreshing.cancel()
        await asyncio.gather(self.desk.close(), self.drafts.close(), self.reporting.close())
        await self.seat.guard(self._presence.close())
        if self.phone.status.state in (AgentState.READY, AgentState.NOT_READY):
            await self.seat.guard(self.phone.move(Move.SIGN_OUT))
        self.seat.leave()

    async def written(self) -> bool:
        """Whether nothing that was typed is in memory alone; what is, is written first if it can be."""
        return await self.desk.written() and await self.drafts.written()

    def may_sign_off(self) -> bool:
        """False (and told) while a contact is in hand."""
        if self.phone.status.state not in HANDLING:
            return True
        if self.phone.waits(RequestAction.HANG_UP):
            self.seat.tell("The call in hand waits for the hub to end: sign off after that.", "warning")
            return False
        if self.phone.status.state is AgentState.RINGING:
            first = (
                f"A call rings: {self.seat.how('answer')} to answer it, or {self.seat.key('reject')} to reject it"
            )
        else:
            first = f"You are {self.phone.status.state}: {self.seat.how('wrap_up')} to end the contact first"
        self.phone.tell_of(self.phone.status.state, f"{first}, then sign off.", "warning")
        return False

    async def no_more_calls(self) -> None:
        """Whoever looks at what is open before going is not ready: a caller would come in between."""
        if self.phone.status.state in (AgentState.READY, AgentState.WRAP_UP):
            await self.phone.toggle_ready(SIGNING_OFF)

    async def sign_off(self) -> bool:
        """Sign out; False (and told) while a contact is in hand."""
        if not self.may_sign_off():
            return False
        await self.desk.keep()
        await self.drafts.keep()
        await self.phone.move(Move.SIGN_OUT)
        return True

    async def open_floor(self) -> FloorWatching:
        """Who watches the floor here.

        Raises:
            ValueError: the limits cannot be read.
        """
        if self.floor is None:
            from console.services.floor_watch import FloorWatching
            from console.services.quality import Quality
            from data.supervision.thresholds import load_floor
            from data.text.reviewed import ContentError

            try:
                policy = await asyncio.to_thread(load_floor, self.seat.settings.floor)
            except ContentError as error:
                raise ValueError(str(error)) from error
            zone = ZoneInfo(self.seat.settings.time_zone)
            reports = self.seat.duties.queue_report
            if self.floor is None:
                self.floor = FloorWatching(self.seat.read, self.seat.guard, self.seat.clock, policy, zone, reports)
                self.quality = Quality(self.seat, self.drafts)
        return self.floor

    async def _heed_alarms(self) -> None:
        """Tell a supervisor what reaches a limit, whatever screen is open."""
        from console.services.alarms import Alarms

        floor = await self.open_floor()
        floor.heed(Alarms(floor.policy, self.seat.post).heed)

    # following the floor

    def refresh(self, entities: Collection[str] = ()) -> None:
        """Rows of these entities changed (none named: something was done here): read again, soon and not too often."""
        if self.floor is not None:
            self.floor.changed(entities)
        if self.quality is not None:
            self.quality.changed(entities)
        if Customer.entity in entities:
            self.customers.known.clear()
            self.seat.post(CustomersChanged())
        if Presence.entity in entities and self._listening:
            self._asides = asyncio.create_task(self.seat.guard(self.desk.show_aside()))
        if entities and BEATS.issuperset(entities):  # every minute: nothing else is read for it
            return
        work = CALLBACK_ENTITIES | NOTICE_ENTITIES | {Outage.entity}
        if not (work | MAIL_ENTITIES).isdisjoint(entities) or not entities:
            self._work_changed = True
        if not REPORT_ENTITIES.isdisjoint(entities) or not entities:
            self.reporting.stale()
        if not SHIFT_ENTITIES.isdisjoint(entities) or not entities:
            self._shift_changed = True
        if not STEP_ENTITIES.isdisjoint(entities) or not entities:
            self._steps_changed = True
        if not {Ticket.entity, Outage.entity, *BOOKS}.isdisjoint(entities) or not entities:
            self._account_changed = True
        if not {Ticket.entity, TicketEvent.entity, *work, *BOOKS}.isdisjoint(entities):
            self._tickets_changed = True
        self._read_soon()

    def _read_soon(self) -> None:
        self._stale = True
        if self._listening and (self._refreshing is None or self._refreshing.done()):
            self._refreshing = asyncio.create_task(self._refresh())

    async def look(self) -> None:
        """Read again now; what changed has been told when this returns."""
        self._work_changed = True
        await self.seat.guard(self._read())

    async def _refresh(self) -> None:
        while self._stale:
            self._stale = False
            await self.seat.guard(self._read())
            await asyncio.sleep(REFRESH_S)

    def synced(self, status: SyncStatus) -> None:
        """The worker's state changed. That the hub is away is shown; that the store takes nothing, or that the worker
        does not answer, is said as well."""
        if (status.online or status.silent) and status.problem and status.problem != self.sync.problem:
            self.seat.tell(status.problem, "warning")
        if status.put_backs > self.sync.put_backs:
            self.seat.tell(PUT_BACK, "warning")
        before, self.sync = self.sync, status
        self._show_state()
        if self._listening:
            self._tell_amiss()
            if self.settling.watched or status.online != before.online:
                self.refresh()

    def _tell_amiss(self) -> None:
        """Say once that somebody has to choose, or that something was refused; not to whoever looks at it."""
        conflicts, refused = self.sync.conflicts, self.sync.refused
        how = self.seat.how("sync")
        if conflicts > self._amiss[0] and not self.settling.watched:
            self.seat.tell(
                f"{count(conflicts, 'conflict')}: the same field was changed elsewhere; {how} to choose.",
                "warning",
                lambda: self.sync.conflicts >= conflicts and not self.settling.watched,
            )
        if refused > self._amiss[1] and not self.settling.watched:
            self.seat.tell(
                f"The hub refused {count(refused, 'change')} of yours: they are kept; {how} to see why.",
                "warning",
                lambda: self.sync.refused >= refused and not self.settling.watched,
            )
        self._amiss = (conflicts, refused)

    async def leaves(self, *, signing_off: bool = False) -> str:
        """What waits for the hub, was refused or is in conflict, in a sentence for whoever goes now; empty when
        nothing is. While the hub is there, what was saved just now is given a moment to go out. `signing_off`: the
        console stays open."""
        when = "once the hub is there, while this console is open" if signing_off else "at the next start"
        if self.seat.settings.sign_in == "password":  # the worker of an agent ends with the session
            when = "when you sign in again"
        until = self.seat.clock.monotonic() + GOING_OUT_S
        while True:
            await self.settling.read()
            lines = self.settling.lines
            waiting = bool(lines.waiting)
            if not waiting or not self.sync.online or self.seat.clock.monotonic() > until:
                return leaving(lines.waiting, len(lines.refused), len(lines.conflicts), when)
            self.seat.link.wake()
            await asyncio.sleep(GOING_OUT_S / 20)

    def _show_state(self) -> None:
        if self.phone.status.state is AgentState.WRAP_UP and self.phone.disposition is not None:
            return  # it is being wrapped up as was asked before the call had ended
        self.seat.post(StateChanged(self.phone.status, self.sync, self.phone.contact, self._wrap_up_s))

    async def _read(self) -> None:
        async with self.seat.turn:
            before = self.phone.contact
            for move, contact in await self.phone.follow():
                await self._after(move, contact)
            if self.phone.contact != before:
                await self.customers.follow()
            if self._tickets_changed:
                self._tickets_changed = False
                await self.desk.refresh()
            if self._account_changed:
                self._account_changed = False
                if self.customers.shown:
                    await self.customers.show()
            if self._steps_changed:
                self._steps_changed = False
                await self._stepped_in.follow()
                await self.step_in.hear()
            await self._read_figures()
            view = await self.seat.read(
                reading.queue_view, self.seat.agent, self.phone.status, self._figures, self.customers.known
            )
            self.seat.post(QueueChanged(view))
            self._show_state()
            changed, self._shift_changed = self._shift_changed, False
            await self.shift.follow(changed=changed)
            await self.desk.show_list()
            await self._presence.look()
            if self.settling.watched:
                await self.settling.read()
            if self._work_changed:
                self._work_changed = False
                await self.notices.read()
                await self.callbacks.read()
                await self.outages.read()
                await self.sent_mail.read()

    @property
    def work(self) -> Work:
        """What waits beside the queue."""
        return Work(
            len(unseen(self.notices.lines)),
            tuple(one.callback for one in self.callbacks.lines or ()),
            len(self.outages.down),
        )

    async def _read_figures(self) -> None:
        """Now and then; what changed in between is in them at the next time, also where nothing changes any more."""
        now = self.seat.clock.monotonic()
        if now >= self._figures_at:
            self._figures_at = now + FIGURES_S
            self._figures = await self.seat.read(reading.day_figures, self.seat.clock.now())
        elif self._figures_owed is None:
            loop = asyncio.get_running_loop()
            self._figures_owed = loop.call_later(self._figures_at - now, self._figures_are_due)

    def _figures_are_due(self) -> None:
        self._figures_owed = None
        self._read_soon()

    async def _after(self, move: Move, contact: Contact) -> None:
        match move:
            case Move.RING:
                self.customers.view_no_other()
                await self.customers.pop(contact)
                self.seat.post(Rang(contact))
            case Move.ANSWERED:
                self.customers.view_no_other()
                contact = await self.customers.pop(contact)
                await self.desk.bring_up(contact)
                await self.desk.show()
                self.seat.post(Connected(contact))
            case Move.MISSED:
                self.phone.tell_of(
                    AgentState.NOT_READY,
                    "You missed a call: it went back to the queue, and you are not ready;"
                    f" {self.seat.how('ready')} to be ready again.",
                    "warning",
                )
            case Move.ABANDONED:
                self.seat.tell("The caller hung up before you answered.")
            case Move.ENDED:
                self._wrap_up_s = await self.seat.read(live.wrap_up_s, contact.queue)
                if self.phone.disposition is not None:
                    try:
                        await self.wrap_up.finish(contact, self.phone.disposition)
                    finally:
                        self.phone.disposition = None
                elif contact.end_reason == "caller":
                    told = f"The caller has hung up: {self.seat.how('wrap_up')} to wrap the contact up."
                    self.phone.tell_of(AgentState.WRAP_UP, told)

    # what is in hand

    @property
    def at_hand(self) -> str:
        """What a form is about that is opened now: who rings, else the current thing; empty for neither."""
        if self.phone.status.state is AgentState.RINGING and self.phone.contact is not None:
            return self.phone.contact.id
        return self.desk.item.id if self.desk.item is not None else ""

    async def transfer_targets(self) -> list[tuple[str, str, str]]:
        """Where a call can go: (what to ask for, name, state in words)."""
        return await self.seat.read(reading.transfer_targets, self.seat.me)

    async def switch(self, item_id: str) -> None:
        """Go on with another thing on the desk."""
        await self.desk.switch(item_id)
        self.customers.view_no_other()
        await self.desk.show()
        await self.customers.show()

    async def drop(self, *, sure: bool) -> bool:
        """Put the current thing away; False when it holds unsaved text and `sure` is False."""
        item, contact = self.desk.item, self.phone.contact
        if item is not None and contact is not None and item.id == contact.id:
            self.seat.tell(f"This contact is still yours: {self.seat.how('wrap_up')} to wrap it up.", "warning")
            return True
        dropped = await self.desk.drop(sure=sure)
        if dropped:
            self.customers.view_no_other()
            await self.desk.show()
            await self.customers.show()
        return dropped
