"""What an agent does with a contact: attach, verify, ask the feed, wrap up. Each is one transaction."""

from __future__ import annotations

from data.clock import Clock
from data.models.base import AgentId, CustomerId, TicketId, new_id
from data.models.contact import Capability, Contact, ContactEvent, ContactState, EventKind, Request, RequestAction
from data.store.database import Store
from data.store.save import Change, saving

SOURCE = "desk"
IN_CALL = (ContactState.TALKING, ContactState.HELD)
NEEDS = {
    RequestAction.HOLD: Capability.HOLD,
    RequestAction.RESUME: Capability.HOLD,
    RequestAction.TRANSFER: Capability.TRANSFER,
    RequestAction.CONSULT: Capability.TRANSFER,
    RequestAction.COMPLETE_TRANSFER: Capability.TRANSFER,
    RequestAction.CANCEL_CONSULT: Capability.TRANSFER,
    RequestAction.HANG_UP: Capability.HANG_UP,
    RequestAction.VOICE_MAIL: Capability.VOICE_MAIL,
}
"""What a feed must be able to do for each request."""


def _log(change: Change, contact: Contact, kind: EventKind, agent: AgentId, clock: Clock, text: str = "") -> None:
    change.add(
        ContactEvent(
            id=new_id(),
            contact_id=contact.id,
            at=clock.now(),
            kind=kind,
            queue=contact.queue,
            agent=agent,
            source=SOURCE,
            text=text,
        )
    )


def attach_customer(
    store: Store, contact: Contact, customer_id: CustomerId, agent: AgentId, clock: Clock
) -> Contact:
    """Say who the contact is with. Attaching the same customer again changes nothing."""
    if contact.customer_id == customer_id:
        return contact
    with saving(store, agent, clock) as change:
        attached = change.update(Contact, contact.id, customer_id=customer_id)
        _log(change, contact, EventKind.ATTACHED, agent, clock, customer_id)
    return attached or contact


def attach_ticket(store: Store, contact: Contact, ticket_id: TicketId, agent: AgentId, clock: Clock) -> Contact:
    """Say which ticket the contact is about."""
    with saving(store, agent, clock) as change:
        attached = change.update(Contact, contact.id, ticket_id=ticket_id)
    return attached or contact


def verify(store: Store, contact: Contact, items: tuple[str, ...], agent: AgentId, clock: Clock) -> Contact:
    """Record what the caller has confirmed so far (CUST-5)."""
    with saving(store, agent, clock) as change:
        verified = change.update(Contact, contact.id, verified=items)
        _log(change, contact, EventKind.VERIFIED, agent, clock, ", ".join(items))
    return verified or contact


def cannot(contact: Contact | None, agent: AgentId, action: RequestAction) -> str:
    """Why the feed of a contact cannot be asked this by an agent; empty when it can."""
    if contact is None or contact.agent != agent or contact.state not in IN_CALL:
        return "There is no call in hand."
    needed = NEEDS.get(action)
    if needed is not None and needed not in contact.can:
        return f"This line cannot do that from here ({action}): use the phone itself."
    return ""


def ask(
    store: Store, contact: Contact, action: RequestAction, agent: AgentId, clock: Clock, target: str = ""
) -> Request:
    """Ask the feed that carries the contact to do something; its answer comes back as the request's state."""
    request = Request(
        id=new_id(),
        contact_id=contact.id,
        agent=agent,
        action=action,
        target=target,
        fence=contact.fence,
        at=clock.now(),
    )
    with saving(store, agent, clock) as change:
        return change.add(request)


def call_out(store: Store, number: str, agent: AgentId, clock: Clock) -> Request:
    """Ask the feed to call a number for the agent; the outbound contact will carry the request's contact id."""
    request = Request(
        id=new_id(),
        contact_id=new_id(),
        agent=agent,
        action=RequestAction.CALL_OUT,
        target=number,
        at=clock.now(),
    )
    with saving(store, agent, clock) as change:
        return change.add(request)


def dispose(store: Store, contact: Contact, disposition: str, agent: AgentId, clock: Clock) -> Contact:
    """Wrap the contact up. One that went on to somebody else keeps its state; what we say of it is logged."""
    with saving(store, agent, clock) as change:
        _log(change, contact, EventKind.DISPOSED, agent, clock, disposition)
        now = Contact.from_row(store.row("SELECT * FROM contact WHERE id = ?", (contact.id,)) or contact.to_row())
        if now.agent != agent or now.state not in (ContactState.ENDED, ContactState.DONE):
            return now
        done = change.update(
            Contact, contact.id, state=ContactState.DONE, disposition=disposition, disposed_at=clock.now()
        )
    return done or now
