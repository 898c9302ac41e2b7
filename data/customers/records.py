"""Creating and changing customers, through the outbox like every local change."""

from __future__ import annotations

from data.clock import Clock
from data.customers.phone import normalise
from data.models.base import AgentId, new_id
from data.models.customer import Customer, Phone, Plan
from data.store.database import Store
from data.store.save import saving


def from_form(fields: dict[str, str], region: str) -> Customer:
    """A new customer from the texts of a form: name, company, phone, phone2, email, street, city, plan, notes.

    Raises:
        ValueError: no name, or a plan that is none of 0 to 4.
    """
    texts = {name: " ".join(text.split()) for name, text in fields.items()}
    if not texts.get("name"):
        raise ValueError("A customer needs a name.")
    numbers = [texts[name] for name in ("phone", "phone2") if texts.get(name)]
    return Customer(
        id=new_id(),
        name=texts["name"],
        company=texts.get("company", ""),
        phones=tuple(Phone(raw=raw, e164=normalise(raw, region)) for raw in numbers),
        emails=(texts["email"],) if texts.get("email") else (),
        street=texts.get("street", ""),
        city=texts.get("city", ""),
        plan=Plan(int(texts["plan"])) if texts.get("plan") else None,
        notes=texts.get("notes", ""),
    )


def create(store: Store, customer: Customer, actor: AgentId, clock: Clock) -> Customer:
    """Write a new customer; it is found by the next search."""
    with saving(store, actor, clock) as change:
        return change.add(customer)
