"""What panes are given to show, with a text of one's choice in every place where one can stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from data.models import Agent, AgentState, AgentStatus, Contact, Customer, Ticket, TicketEvent
from data.models.base import AgentId
from data.models.contact import ContactState
from data.models.customer import Asset, Person, Phone, Plan
from data.models.ticket import TicketEventKind, TicketState
from data.playbook.view import AnswerView, CardView, TrailView
from data.playbook.world import Channel
from data.views import DeskLine, Found, Glance, QueueFigures, QueueView, TicketView, Today, Waiting

NOW = datetime(2026, 1, 5, 14, 30, tzinfo=UTC)
ME = Agent(id="me", name="Ana Silva")


def caller(key: str, waited: int = 30, **fields: object) -> Contact:
    at = NOW - timedelta(seconds=waited)
    body = {"feed": "test", "queue": "support", "offered_at": at, "queued_at": at, **fields}
    return Contact(id=key, **body)


def queue_view(*waiting: Waiting, state: AgentState = AgentState.READY, **fields: object) -> QueueView:
    return QueueView(
        agent=ME,
        status=AgentStatus(id="me", state=state, since=NOW),
        waiting=waiting,
        **fields,  # type: ignore[arg-type]
    )


def hostile_queue(text: str) -> QueueView:
    """Callers, customers, queues and plans of this name."""
    return queue_view(
        Waiting(caller("a", caller_name=text, queue=text)),
        Waiting(caller("b", caller_number=text), matches=1, customer=text, plan=text),
        Waiting(caller("c", caller_name=text, state=ContactState.RINGING, ringing_agent="me"), matches=3),
        figures=(QueueFigures(name=text, waiting=3, service_level=0.5, abandonment=0.1),),
        names={"me": text},
    )


def customer(text: str) -> Customer:
    return Customer(
        id="c1",
        account=text,
        name=text,
        company=text,
        plan=Plan.MANAGED,
        since=text,
        phones=(Phone(raw=text, note=text), Phone(raw=text, e164="+12155550101", note=text)),
        emails=(text, text),
        website=text,
        street=text,
        city=text,
        node=text,
        people=(Person(name=text, money=True), Person(name=text)),
        assets=(Asset(name=text, kind=text, remote_tool=True),),
        flags=(text,),
        notes=text,
        extra={text: text},
    )


def ticket(text: str) -> Ticket:
    return Ticket(
        id="t1",
        number=text,
        title=text,
        details=text,
        state=TicketState.OPEN,
        created_at=NOW,
        created_by=AgentId("me"),
        updated_at=NOW,
    )


def glance(text: str) -> Glance:
    """A customer of whom everything is called so."""
    return Glance(
        customer=customer(text),
        open_tickets=(ticket(text),),
        last_contacts=(caller("x", 3600),),
        calling_from="+12155550101",
        verified=("name",),
        why=text,
    )


def hits(text: str) -> list[Found]:
    return [Found("customer:c1", text, text, text), Found("ticket:t1", f"# {text}", text, text)]


def events(text: str) -> tuple[TicketEvent, ...]:
    """A note, a change and an opening of this text."""

    def event(kind: TicketEventKind, **fields: str) -> TicketEvent:
        return TicketEvent(
            id=kind.value, ticket_id="t1", at=NOW - timedelta(days=400), actor=AgentId("me"), kind=kind, **fields
        )

    return (
        event(TicketEventKind.CREATED, text=text),
        event(TicketEventKind.CHANGED, field=text, old=text, new=text),
        event(TicketEventKind.CHANGED, field="title", old=text[:20], new=text[:20]),
        event(TicketEventKind.NOTE, text=text),
    )


def ticket_view(text: str = "", item: str = "call", **fields: object) -> TicketView:
    """A form whose free fields hold this text."""
    form = dict.fromkeys(("title", "assignee", "person", "asset", "sla", "worksheet", "details", "code"), text)
    body: dict[str, object] = {"item_id": item, "number": "10001", "fields": form, **fields}
    return TicketView(**body)  # type: ignore[arg-type]


def desk(text: str) -> tuple[DeskLine, ...]:
    return (
        DeskLine("a", "call", text, "talking", NOW, current=True),
        DeskLine("b", text, text, "draft", NOW, current=False),
    )


TODAY = Today(handled=7, aht_s=95.0, by_half_hour=(0, 2, 5, 1))


def card(text: str, *, trail: int = 2, channel: Channel = Channel.VOICE) -> CardView:
    """A card with this text wherever one can stand."""
    steps = tuple(TrailView(text, text, text, text, True, (text,)) for _ in range(trail))
    return CardView(
        playbook=text,
        version=1,
        card=text,
        title=text,
        channel=channel,
        say=text,
        ask=text,
        do=text,
        answers=(AnswerView("1", text, text, asks=True),),
        trail=steps,
        interrupts=True,
        due=text,
    )
