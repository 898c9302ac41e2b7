"""What the session tells the screen. Facts and things to show; the screen hands them to its panes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from textual.message import Message

from data.callbacks.rules import CallbackLine
from data.desk.drafts import Draft
from data.models.agent import AgentStatus
from data.models.contact import Contact
from data.models.outage import Outage
from data.notices.rules import NoticeLine
from data.playbook.actions import Asked
from data.playbook.view import CardView
from data.queue_report.standing import ReportState
from data.shift.looking import ShiftView
from data.sync.wire import SyncStatus
from data.unsettled.rules import Unsettled
from data.views import DeskLine, Found, Glance, QueueView, TicketAside, TicketView, Today

if TYPE_CHECKING:
    from data.supervision.snapshot import Alert
    from data.supervision.thresholds import Level


class _Latest(Message):
    """A message of which only the newest matters."""

    def can_replace(self, message: Message) -> bool:
        return type(message) is type(self)


@dataclass
class StateChanged(_Latest):
    """The agent's state, or what the hub does."""

    status: AgentStatus
    sync: SyncStatus
    contact: Contact | None
    wrap_up_s: int = 0
    """How long wrap-up should take in the contact's queue; 0: not known."""


@dataclass
class QueueChanged(_Latest):
    view: QueueView


@dataclass
class DeskChanged(_Latest):
    lines: tuple[DeskLine, ...]
    today: Today


@dataclass
class CustomerShown(_Latest):
    glance: Glance


class CustomersChanged(_Latest):
    """Other seats or an import brought customers."""


@dataclass
class NoCustomer(_Latest):
    """The contact has no customer: several to choose from, or none."""

    number: str
    found: tuple[Found, ...]
    hint: str = ""


@dataclass
class ScriptShown(_Latest):
    """The card in hand; None without a script."""

    card: CardView | None


@dataclass
class ScriptAsks(Message):
    """An answer needs something first."""

    item_id: str
    card: str
    key: str
    title: str
    """The answer's label."""
    asked: tuple[Asked, ...]
    due: str = ""
    """What a payment comes to."""


@dataclass
class TicketShown(_Latest):
    view: TicketView | None
    at: datetime


@dataclass
class AsideShown(_Latest):
    """Who else is at the ticket in hand, and what is in conflict there; None without a ticket."""

    aside: TicketAside | None


@dataclass
class UnsettledChanged(_Latest):
    """What waits for the hub, was refused, or is in conflict."""

    lines: Unsettled


@dataclass
class NoticesChanged(_Latest):
    """What the agent is told, unseen first, newest first."""

    lines: tuple[NoticeLine, ...]


@dataclass
class Noticed(Message):
    """Notices that are new here. `waited`: they were there before the agent signed on."""

    lines: tuple[NoticeLine, ...]
    waited: bool = False


@dataclass
class AlertsChanged(Message):
    """Of the floor: what is to be told now, the worst first; how many alerts nobody has seen, and the worst of them."""

    due: tuple[Alert, ...]
    unseen: int
    worst: Level


@dataclass
class CallbacksChanged(_Latest):
    """The open callbacks, overdue ones first."""

    lines: tuple[CallbackLine, ...]


@dataclass
class ReportChanged(_Latest):
    """Another queue report is due, or none; it was put off, given or missed."""

    state: ReportState


@dataclass
class OutagesChanged(_Latest):
    """The outage board: what is down first."""

    lines: tuple[Outage, ...]


@dataclass
class BannerChanged(_Latest):
    """The outage that the customer in hand is on; None: they are on none."""

    outage: Outage | None


@dataclass
class ShiftChanged(_Latest):
    """The agent's shift as it stands."""

    view: ShiftView


@dataclass
class Told(Message):
    """One sentence for the agent. `tone`: `information`, `warning` or `error`."""

    text: str
    tone: str = "information"
    holds: Callable[[], bool] | None = None
    """Whether it is still so: what is not is taken back. None: it tells what has happened."""


@dataclass
class Unwritten(_Latest):
    """What is typed cannot be written now, or (`why` is empty) can again."""

    why: str


@dataclass
class Rang(Message):
    """A contact began to ring here."""

    contact: Contact


@dataclass
class Connected(Message):
    """The caller is on the line."""

    contact: Contact


@dataclass
class TakenUp(Message):
    """The desk is as the last session left it. `widget_id`: what had the keys; `drafts`: what was on the screen."""

    widget_id: str
    drafts: tuple[Draft, ...]


@dataclass
class SignedOff(Message):
    """The agent has signed off: back to the sign-in screen, with a sentence if there is anything to say."""

    sentence: str = ""
