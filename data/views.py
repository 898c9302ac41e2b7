"""What the panes are given to show: frozen, read in one go, no store behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from data.billing.ledger import Account, TicketMoney
from data.models.agent import Agent, AgentStatus
from data.models.callback import Callback
from data.models.contact import Contact
from data.models.customer import Customer
from data.models.outage import Outage
from data.models.ticket import Begun, Ticket, TicketEvent
from data.presence.rules import Visitor
from data.service.clocks import ServiceClock
from data.unsettled.rules import ConflictLine


@dataclass(frozen=True, slots=True)
class Waiting:
    """A contact in the queue. `matches`: customers with its number; `customer` and `plan` are the first one's."""

    contact: Contact
    matches: int = 0
    customer: str = ""
    plan: str = ""


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """A queue today. Rates are fractions, None where nothing was offered yet."""

    name: str
    waiting: int
    service_level: float | None = None
    formula: str = "SL4"
    abandonment: float | None = None
    target: float = 0.8


@dataclass(frozen=True, slots=True)
class QueueView:
    """Everything the queue pane shows. `note` is one line about the last thing asked for."""

    agent: Agent
    status: AgentStatus
    waiting: tuple[Waiting, ...] = ()
    figures: tuple[QueueFigures, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    """Agents' names by id."""


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One thing on the desk."""

    id: str
    kind: str
    """`call`, `chat`, … or `ticket`."""
    who: str
    state: str
    """In a word: `talking`, `on hold`, `wrap-up`, `draft`."""
    since: datetime | None
    current: bool


@dataclass(frozen=True, slots=True)
class Today:
    """An agent's day so far. AHT in seconds; `by_half_hour` counts from the first half-hour worked."""

    handled: int = 0
    aht_s: float | None = None
    by_half_hour: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Glance:
    """A customer before the greeting (CUST-3)."""

    customer: Customer
    open_tickets: tuple[Ticket, ...] = ()
    last_contacts: tuple[Contact, ...] = ()
    calling_from: str = ""
    """The number that the contact came from, E.164."""
    verified: tuple[str, ...] = ()
    account: Account = field(default_factory=Account)
    """Invoices and what is past due."""
    why: str = ""
    """Why this customer is shown."""
    outage: Outage | None = None
    """The open outage that they are on."""


@dataclass(frozen=True, slots=True)
class Found:
    """One hit of a search: a customer (and why), a ticket, or an invoice by its ticket."""

    key: str
    """`customer:<id>` or `ticket:<id>`."""
    head: str
    detail: str
    why: str


@dataclass(frozen=True, slots=True)
class TicketView:
    """What the ticket pane shows: the form's texts and what is behind them."""

    item_id: str
    number: str
    fields: dict[str, str]
    ticket: Ticket | None = None
    begun: Begun | None = None
    """The saved ticket that these texts were begun from; None while there is none."""
    elsewhere: dict[str, str] = field(default_factory=dict)
    """Fields that others have changed since then, and what they say now."""
    money: TicketMoney = field(default_factory=TicketMoney)
    history: tuple[TicketEvent, ...] = ()
    clocks: tuple[ServiceClock, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    focus: str = ""
    cursor: tuple[int, int] = (0, 0)
    unsaved: bool = False
    draft_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TicketAside:
    """What is going on around the ticket of a thing on the desk: other people, and values to choose between."""

    item_id: str
    visitors: tuple[Visitor, ...] = ()
    conflicts: tuple[ConflictLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """What waits for an agent beside the queue."""

    notices: int = 0
    """Those that nobody has acknowledged."""
    callbacks: tuple[Callback, ...] = ()
    """The open ones."""
    outages: int = 0
    """Nodes that are down."""
