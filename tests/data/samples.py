"""One full entity of each kind, with a text of one's choice wherever a text can stand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from data.models import (
    Agent,
    AgentState,
    AgentStatus,
    Charge,
    Contact,
    ContactEvent,
    Customer,
    Invoice,
    Payment,
    Queue,
    Request,
    Reversal,
    Role,
    Ticket,
    TicketEvent,
)
from data.models.base import AgentId, ContactId, CustomerId, Entity, QueueId, TicketId, new_id
from data.models.contact import Capability, ContactKind, ContactState, Direction, EventKind, RequestAction
from data.models.customer import Asset, Person, Phone, Plan
from data.models.money import Allocation, InvoiceLine, Method, Reversed
from data.models.ticket import Priority, TicketEventKind, TicketState

AT = datetime(2026, 1, 5, 9, 30, 15, 123000, tzinfo=UTC)
ME = AgentId("agent-1")


def samples(text: str = "text") -> list[Entity]:
    """Every synced kind, each field set to something other than its default where it can be."""
    return [
        Agent(
            id=new_id(), name=text, role=Role.SUPERVISOR, queues=(QueueId(text),), skills=(text, ""), played=True
        ),
        AgentStatus(
            id=new_id(),
            state=AgentState.ON_CALL,
            reason=text,
            since=AT,
            contact_id=ContactId(text),
            after_call=text,
        ),
        Contact(
            id=new_id(),
            kind=ContactKind.CHAT,
            direction=Direction.OUTBOUND,
            feed=text,
            queue=QueueId(text),
            state=ContactState.HELD,
            priority=3,
            caller_number=text,
            caller_e164="+12155550101",
            caller_name=text,
            about=text,
            can=tuple(Capability),
            offered_at=AT,
            queued_at=AT,
            ringing_agent=ME,
            ringing_since=AT,
            agent=ME,
            fence=7,
            answered_at=AT,
            held_since=AT,
            consult=text,
            ended_at=AT,
            end_reason=text,
            forked=True,
            customer_id=CustomerId(text),
            ticket_id=TicketId(text),
            disposition=text,
            disposed_at=AT,
            verified=(text, "phone"),
        ),
        ContactEvent(
            id=new_id(),
            contact_id=text,
            at=AT,
            kind=EventKind.CONSULT_CANCELLED,
            queue=QueueId(text),
            agent=ME,
            source=text,
            wait_s=1.5,
            talk_s=0.0,
            hold_s=1e9,
            text=text,
        ),
        Customer(
            id=new_id(),
            account=text,
            name=text,
            company=text,
            plan=Plan.MANAGED,
            since=text,
            phones=(Phone(raw=text, e164="+12155550101", note=text),),
            emails=(text, "ana@example.com"),
            website=text,
            street=text,
            city=text,
            node=text,
            people=(Person(name=text, role=text, money=False), Person(name=text, money=None)),
            assets=(Asset(name=text, kind=text, remote_tool=True),),
            flags=(text,),
            notes=text,
            extra={text: text, "other": ""},
        ),
        Queue(id=new_id(), name=text, priority=2, target=0.9, threshold_s=30, wrap_up_s=60),
        Request(
            id=new_id(),
            contact_id=text,
            agent=ME,
            action=RequestAction.COMPLETE_TRANSFER,
            target=text,
            fence=3,
            why=text,
            at=AT,
        ),
        Ticket(
            id=new_id(),
            number=text,
            customer_id=CustomerId(text),
            contact_id=ContactId(text),
            title=text,
            type=Plan.ONE_TIME,
            priority=Priority.URGENT,
            state=TicketState.ON_HOLD,
            assignee=text,
            person=text,
            asset=text,
            sla=text,
            worksheet=text,
            details=text,
            code="123456",
            remind_at=AT,
            created_at=AT,
            created_by=ME,
            updated_at=AT,
        ),
        TicketEvent(
            id=new_id(),
            ticket_id=text,
            at=AT,
            actor=ME,
            kind=TicketEventKind.CHANGED,
            field=text,
            old=text,
            new=text,
            text=text,
        ),
        Charge(
            id=new_id(),
            ticket_id=TicketId(text),
            item=text,
            text=text,
            per=text,
            quantity=3,
            unit_price=Decimal("19.99"),
            at=AT,
            by=ME,
        ),
        Invoice(
            id=new_id(),
            number=text,
            customer_id=CustomerId(text),
            ticket_id=TicketId(text),
            issued_on=date(2026, 1, 5),
            terms_days=14,
            lines=(
                InvoiceLine(
                    charge_id=text, item=text, text=text, per=text, quantity=2, unit_price=Decimal("35.00")
                ),
            ),
            at=AT,
            by=ME,
        ),
        Payment(
            id=new_id(),
            customer_id=CustomerId(text),
            method=Method.LINK,
            reference=text,
            payer=text,
            allocations=(Allocation(invoice_id=text, amount=Decimal("0.01")),),
            at=AT,
            by=ME,
        ),
        Reversal(id=new_id(), what=Reversed.PAYMENT, of=text, why=text, at=AT, by=ME),
    ]
