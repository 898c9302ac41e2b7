"""A ticket and a customer to put money on, and seats that exchange their rows by hand."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from data.billing.catalogue import Catalogue, catalogue
from data.billing.terms import Terms
from data.clock import Clock
from data.content import CONTENT
from data.models import Customer, Ticket
from data.models.base import AgentId, CustomerId, Entity, TicketId
from data.models.customer import Plan
from data.store.database import Store
from data.store.rows import write_row
from data.store.save import saving

ANA, BO = AgentId("ana"), AgentId("bo")
CUSTOMER = CustomerId("c1")
ITEMS: Catalogue = catalogue(CONTENT / "items.yaml")
NEW_YORK = ZoneInfo("America/New_York")
TERMS = Terms(NEW_YORK)


def furnish(store: Store, clock: Clock, *, ticket: str = "t1", number: str = "10001", plan: Plan = Plan.ONE_TIME,
            customer: str | None = CUSTOMER) -> TicketId:  # fmt: skip
    """A saved ticket of this type, and its customer."""
    with saving(store, ANA, clock) as change:
        if customer is not None and store.value("SELECT 1 FROM customer WHERE id = ?", (customer,)) is None:
            change.add(Customer(id=customer, account="20718", name="Maria Alvarez", company="Alvarez Tile Co"))
        change.add(
            Ticket(
                id=ticket,
                number=number,
                customer_id=CustomerId(customer) if customer is not None else None,
                title="Printer offline",
                type=plan,
                created_at=clock.now(),
                created_by=ANA,
                updated_at=clock.now(),
            )
        )
    return TicketId(ticket)


def arrive(store: Store, entity: Entity) -> None:
    """A row comes in from another seat."""
    with store.write() as connection:
        write_row(connection, type(entity), entity.to_row())
