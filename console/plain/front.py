"""The plain front end of a session: hears what it tells, says at once what an agent must know at once, and keeps the
rest until it is asked for. No rule of the desk lives here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.message import Message

from console.messages import (
    AlertsChanged,
    Connected,
    CustomerShown,
    DeskChanged,
    NoCustomer,
    Noticed,
    QueueChanged,
    Rang,
    ReportChanged,
    ScriptShown,
    StateChanged,
    TicketShown,
    Told,
)
from console.plain import facts, records
from console.plain import wording as words
from console.plain.conversation import DOT, Conversation
from console.services.session import Session
from console.services.station import Station
from data.clock import Clock
from data.models.agent import AgentState
from data.models.contact import Contact
from data.notices.rules import wanted
from data.playbook.choices import KeyedChoice
from data.playbook.view import CardView
from data.queue.agent_state import MISSED_REASON, REJECTED_REASON
from data.queue_report.standing import ReportState
from data.sync.wire import SyncStatus
from data.unsettled.rules import ConflictLine
from data.views import DeskLine, Found, Glance, QueueView, TicketView, Today
from widgets.times import at_the_site

if TYPE_CHECKING:
    from data.supervision.snapshot import Alert

TOLD_ALREADY = frozenset({MISSED_REASON, REJECTED_REASON})
"""Reasons for not being ready that the session tells in a sentence of its own."""
Choice = tuple[str, str]
"""(what is typed for it, what it is)."""


class Front:
    """What the commands work with: the session, what it last told, and how to speak. `out` says one line, `bell`
    rings."""

    def __init__(
        self,
        station: Station,
        clock: Clock,
        conversation: Conversation,
        out: Callable[[str], None],
        bell: Callable[[], None],
    ) -> None:
        self.station = station
        self.conversation = conversation
        self._clock = clock
        self._out = out
        self._bell = bell
        self.mute = False
        """The seat is locked: what happens is for its agent alone."""
        self.forget()

    def forget(self) -> None:
        """Begin anew: another agent may sign on."""
        self.state: StateChanged | None = None
        self.queue: QueueView | None = None
        self.glance: Glance | None = None
        self.ticket: TicketView | None = None
        self.card: CardView | None = None
        self.queue_read: tuple[str, ...] = ()
        """The contacts of the queue, as they were read out last."""
        self.notices_read: tuple[str, ...] = ()
        """The notices, as they were read out last."""
        self.conflicts_read: tuple[ConflictLine, ...] = ()
        """The conflicts, as they were read out last."""
        self.desk: tuple[DeskLine, ...] = ()
        self.today = Today()
        self.found: Sequence[Found] = ()
        """What was read out last with numbers to open or attach."""
        self.said: list[str] = []
        """Everything since the last command."""
        self._sharing: NoCustomer | None = None
        """Who shares the caller's number, while the contact has no customer."""
        self._popping = False
        """It rings, and who it is has not been told yet."""
        self._offline_told = False
        self._report_told: datetime | None = None
        """The slot of the report that was said to be due."""

    @property
    def session(self) -> Session:
        """The session of whoever is signed on."""
        session = self.station.session
        assert session is not None, "nobody is signed on"
        return session

    @property
    def now(self) -> datetime:
        """The time of day."""
        return self._clock.now()

    # speaking and asking

    def say(self, *lines: str) -> None:
        """Say lines, one fact each."""
        for line in lines:
            self.said.append(line)
            if not self.mute:
                self._out(line)

    def speak(self, line: str) -> None:
        """Say something also while the seat is locked."""
        self._out(line)

    def say_all(self, lines: Iterable[str]) -> None:
        """The same for lines that are made one by one."""
        self.say(*lines)

    async def ask(self, question: str) -> str:
        """Ask for a line, without what stands around it.

        Raises:
            LeftError: the agent leaves the question.
        """
        return (await self.conversation.ask(f"{question}: ")).strip()

    async def ask_secret(self, question: str) -> str:
        """The same for a password, which is neither shown nor changed."""
        return await self.conversation.ask(f"{question}: ", secret=True)

    async def sure(self, question: str) -> bool:
        """A question of yes or no; all but a yes is no."""
        return (await self.ask(f"{question} yes or no")).casefold() in ("y", "yes")

    async def choose(
        self,
        question: str,
        choices: Sequence[Choice],
        typed: str,
        free: Callable[[str], bool] = lambda _typed: False,
    ) -> str:
        """Which of a few choices is meant by what was typed with the command, or else by what is answered; `free`
        says what else is taken as it is.

        Raises:
            LeftError: the agent leaves the question.
        """
        while (label := chosen(choices, typed)) is None:
            if free(typed):
                return typed
            if typed:
                self.say(f"None of these: {words.brief(typed)}.")
            self.say(*(f"{key}: {label}." for key, label in choices))
            typed = await self.ask(question)
        return label

    # what is asked of the session's messages

    def customer(self) -> None:
        """Say the customer at a glance, or who it may be."""
        if self.glance is not None:
            self.say_all(records.glance_lines(self.glance, self.now))
            if self.session.phone.contact is not None:
                self.say(records.verified(self.glance))
            self.say("Type more for the rest.")
        else:
            self.nobody()

    def nobody(self) -> None:
        """Say that no customer is there, and who it may be."""
        sharing = self._sharing
        if sharing is None or not (sharing.number or sharing.hint):
            self.say("No customer is open: type lookup and a name or number.")
        elif sharing.found:
            self.found = sharing.found
            self.say(f"{len(sharing.found)} customers share this number: type attach and a number.")
            self.say_all(facts.found(sharing.found))
        else:
            self.say(
                sharing.hint or "No customer has this number.",
                "Type lookup to search, or new to create a customer.",
            )

    def script(self) -> None:
        """Say the card in hand."""
        self.say_all(records.card_lines(self.card))

    def status(self) -> None:
        """Say what the agent is doing."""
        if self.state is not None:
            self.say(facts.state(self.state, self.now, self._consulted(self.state.contact)))

    def _consulted(self, contact: Contact | None) -> str:
        """Whom the agent talks to while the caller is held."""
        kind, _, who = (contact.consult or "" if contact is not None else "").partition(":")
        names = self.queue.names if self.queue is not None else {}
        return words.brief(names.get(who, who)) if kind == "agent" else who or kind

    # what the session tells

    def hear(self, message: Message) -> None:
        """Take in one message of the session."""
        match message:
            case Told(text=text):
                self.say(words.told(text))
            case Rang(contact=contact):
                self._rang(contact)
            case Noticed():
                self._noticed(message)
            case AlertsChanged(due=due) if due:
                self._alerted(due)
            case Connected(contact=contact):
                self._popping = False
                self.say(f"Connected: {facts.who(contact)}.")
                if self.card is not None:
                    self.script()
            case StateChanged():
                before, self.state = self.state, message
                self._state_changed(before, message)
                self._hub_changed(before.sync if before is not None else SyncStatus(), message.sync)
            case CustomerShown(glance=glance):
                self.glance, self._sharing = glance, None
                if self._popping:
                    self._popping = False
                    self.say(records.popped(glance))
            case NoCustomer():
                self.glance, self._sharing = None, message
                if self._popping and (message.number or message.hint):
                    self._popping = False
                    self._unknown(message)
            case QueueChanged(view=view):
                self.queue = view
            case DeskChanged(lines=lines, today=today):
                self.desk, self.today = lines, today
            case ScriptShown(card=card):
                self.card = card
            case TicketShown(view=ticket):
                self.ticket = ticket
            case ReportChanged(state=state):
                self._report_changed(state)

    def _rang(self, contact: Contact) -> None:
        if self.session.seat.settings.bell:
            self._bell()
        waiting = self.queue.waiting if self.queue is not None else ()
        self.say(facts.ringing(contact, waiting, DOT if self.conversation.asking else ""))
        self._popping = True

    def _noticed(self, message: Noticed) -> None:
        newest = message.lines[0]
        many = words.count(len(message.lines), "notice")
        if message.waited:
            self.say(f"{many} not seen to yet. Type notices.")
            return
        if self.session.seat.settings.bell:
            self._bell()
        more = f", and {len(message.lines) - 1} more" if len(message.lines) > 1 else ""
        self.say(
            f"Notice from {words.brief(newest.sender)}: {words.brief(wanted(newest.notice))}{more}. Type notices."
        )

    def _alerted(self, due: Sequence[Alert]) -> None:
        worst, more = due[0], f", and {len(due) - 1} more" if len(due) > 1 else ""
        if self.session.seat.settings.bell:
            self._bell()
        about = f", {words.brief(worst.about)}" if worst.about else ""
        self.say(f"Alert of the floor: {words.brief(worst.text)}{about}{more}.")

    def _report_changed(self, state: ReportState) -> None:
        """A report that is due is said once; until it is given `report` tells of it."""
        slot = state.present.at if state.present is not None else None
        if slot is not None and slot != self._report_told:
            there = at_the_site(slot, self.session.reporting.zone)
            self.say(f"Queue report of {words.time_of_day(slot)}{there} is due. Type report.")
        self._report_told = slot

    def _unknown(self, message: NoCustomer) -> None:
        if message.found:
            names = ", ".join(words.brief(one.head) for one in message.found[: records.FIRST])
            self.say(f"Customer: one of {len(message.found)} with this number, {names}.")
        else:
            self.say("Customer: not known.")

    def _state_changed(self, before: StateChanged | None, after: StateChanged) -> None:
        if before is None:
            return  # what one signs on with is told by the sign-on
        was, status, contact = before.status, after.status, after.contact
        consulted = self._consulted(contact)
        if consulted and consulted != self._consulted(before.contact):
            self.say(f"Talking to {consulted}; the caller waits. Type transfer to hand over, resume to come back.")
        elif (was.state, was.reason) != (status.state, status.reason):
            match status.state:
                case AgentState.READY:
                    self.say("Ready.")
                case AgentState.NOT_READY if status.reason not in TOLD_ALREADY:
                    self.say(f"Not ready: {words.brief(status.reason)}.")
                case AgentState.ON_HOLD if not consulted:
                    self.say("On hold.")
                case AgentState.ON_CALL if was.state is AgentState.ON_HOLD:
                    self.say("On call again.")
                case AgentState.WRAP_UP if contact is None or contact.end_reason != "caller":
                    self.say("Wrap-up: the call has ended. Type wrap.")
        elif was.after_call and not status.after_call and status.state is was.state:
            self.say("Ready after this contact.")

    def _hub_changed(self, before: SyncStatus, after: SyncStatus) -> None:
        lost = (before.online and not after.online) or (after.problem and not before.problem)
        if lost and not self._offline_told:
            self._offline_told = True
            self.say("Hub offline: go on, what you write is kept; only a new call cannot be taken.")
        elif after.online and self._offline_told:
            self._offline_told = False
            self.say("Hub online again.")


def keyed(choices: Sequence[KeyedChoice]) -> list[Choice]:
    """The choices of an organisation."""
    return [(one.key, one.label) for one in choices]


def chosen(choices: Sequence[Choice], typed: str) -> str | None:
    """The choice that was typed: by its key, its words, or a beginning of a word that only one has."""
    wanted = " ".join(typed.split()).rstrip(":.").casefold()
    if not wanted:
        return None
    exact = [label for key, label in choices if wanted in (key.casefold(), label.casefold())]
    fitting = exact or [label for _, label in choices if f" {wanted}" in f" {label.casefold()}"]
    return fitting[0] if len(fitting) == 1 else None
