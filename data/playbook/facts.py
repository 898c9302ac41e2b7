"""What a contact's data says: the facts that branches ask for, and what the texts name. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from data.billing import accounts
from data.billing.amounts import MoneyError, money_text
from data.billing.ledger import Account, TicketMoney, due_of
from data.customers import lookup
from data.desk.journal import DeskItem
from data.models.contact import Contact, ContactKind
from data.models.customer import Asset, Customer
from data.models.ticket import Ticket
from data.playbook.model import Playbook
from data.playbook.run import Run
from data.playbook.workplace import Workplace
from data.playbook.world import FACTS, Channel
from data.queue import live
from data.store.database import Store
from data.tickets import tickets

ORIGINS = {
    ContactKind.CALL: Channel.VOICE,
    ContactKind.APPOINTMENT: Channel.VOICE,
    ContactKind.CHAT: Channel.CHAT,
    ContactKind.MESSAGE: Channel.EMAIL,
}


STORY_NOTES, LONGEST_NOTE = 4, 160
"""So many notes tell the story, and so many letters of each."""
CAME = {Channel.VOICE: "call", Channel.CHAT: "chat", Channel.EMAIL: "message"}


class Facts(Mapping[str, str]):
    """The facts of a contact, each read when it is first asked for. One look: made anew after a change."""

    def __init__(self, store: Store, workplace: Workplace, item: DeskItem) -> None:
        self._store = store
        self._workplace = workplace
        self._item = item

    @cached_property
    def contact(self) -> Contact | None:
        """The contact in hand."""
        return live.contact(self._store, self._item.contact_id) if self._item.contact_id else None

    @cached_property
    def customer(self) -> Customer | None:
        """Its customer."""
        return lookup.get(self._store, self._item.customer_id) if self._item.customer_id else None

    @cached_property
    def ticket(self) -> Ticket | None:
        """Its saved ticket."""
        return tickets.get(self._store, self._item.ticket_id) if self._item.ticket_id else None

    @cached_property
    def account(self) -> Account:
        """The customer's books today."""
        terms = self._workplace.terms
        today = terms.today(self._workplace.clock.now())
        return accounts.account(self._store, self._item.customer_id or "", today, terms.past_due_days)

    @cached_property
    def money(self) -> TicketMoney:
        """The money on the ticket."""
        terms = self._workplace.terms
        today = terms.today(self._workplace.clock.now())
        return accounts.ticket_money(self._store, self._item.ticket_id or "", today, terms.past_due_days)

    @property
    def run(self) -> Run | None:
        """The script's place."""
        return self._item.run

    @property
    def form(self) -> Mapping[str, str]:
        """The ticket's texts, saved or not."""
        saved = tickets.form_of(self.ticket) if self.ticket is not None else {}
        return {**saved, **self._item.fields}

    @property
    def speaker(self) -> str:
        """Who of the customer's people speaks, as far as it is known."""
        said = self.run.speaker if self.run is not None else ""
        return said or self.form.get("person", "")

    def __getitem__(self, name: str) -> str:
        return str(getattr(self, f"_{name}")())

    def __iter__(self) -> Iterator[str]:
        return iter(FACTS)

    def __len__(self) -> int:
        return len(FACTS)

    def _origin(self) -> str:
        return self.run.origin if self.run is not None else origin_of(self.contact)

    def _channel(self) -> str:
        return self.run.channel if self.run is not None else origin_of(self.contact)

    def _customer(self) -> str:
        return "none" if self.customer is None else "attached"

    def _plan(self) -> str:
        plan = self.customer.plan if self.customer is not None else None
        return "none" if plan is None else plan.name.lower()

    def _past_due(self) -> str:
        return _yes(self.account.past_due > 0)

    def _contacts(self) -> str:
        return "several" if self.customer is not None and len(self.customer.people) > 1 else "one"

    def _may_discuss_money(self) -> str:
        if self.customer is None or len(self.customer.people) <= 1:
            return _yes(not self.customer or all(one.money is not False for one in self.customer.people))
        spoken = self.speaker.casefold()
        found = next((one for one in self.customer.people if one.name.casefold() == spoken), None)
        return _yes(found is not None and self.customer.may_discuss_money(found))

    def _remote_tool(self) -> str:
        asset = self._asset()
        return _yes(asset is not None and asset.remote_tool)

    def _asset(self) -> Asset | None:
        assets = self.customer.assets if self.customer is not None else ()
        named = self.form.get("asset", "").casefold()
        if not named:
            return assets[0] if len(assets) == 1 else None
        return next((one for one in assets if one.name.casefold() == named), None)

    def _type(self) -> str:
        return "none" if self.ticket is None else str(int(self.ticket.type))

    def _charged(self) -> str:
        return _yes(bool(self.money.charges))

    def _attempts(self) -> str:
        customer = self._item.customer_id
        if customer is None:
            return "left"
        tried = self._store.value(
            "SELECT count(*) FROM callback_attempt a JOIN callback c ON c.id = a.callback_id"
            " WHERE c.customer_id = ? AND c.state = 'due' AND a.outcome <> 'handed over'",
            (customer,),
        )
        return "used_up" if int(tried or 0) >= self._workplace.most_attempts else "left"

    def _hardware(self) -> str:
        ticket = self._item.ticket_id
        return (tickets.marked(self._store, ticket, "hardware") if ticket else "") or "none"

    def _upsell(self) -> str:
        deeds = [one.action for one in self.run.deeds()] if self.run is not None else []
        last = next((one for one in reversed(deeds) if one in ("upsell", "called_back")), "")
        return "done" if last == "upsell" else "open"

    def _number_told(self) -> str:
        return _yes(self.run is not None and self.run.did("tell_number") is not None)

    def words(self, playbook: Playbook) -> dict[str, Any]:
        """What the texts may name (`wording.NAMES`); what is not known is empty."""
        customer, account = self.customer, self.account
        invoice_due = self.money.due
        remote = self.ticket.code if self.ticket is not None else ""
        return {
            "organisation": self._workplace.organisation,
            "agent": self._workplace.agent_name,
            "customer": customer.name if customer is not None else "",
            "person": self.speaker or (customer.name if customer is not None else ""),
            "company": customer.company if customer is not None else "",
            "number": self._item.number,
            "plan": customer.plan.label.lower() if customer is not None and customer.plan is not None else "",
            "total": money_text(invoice_due) if invoice_due else "",
            "past_due": money_text(account.past_due) if account.past_due else "",
            "past_due_days": account.oldest_days or "",
            "due_total": money_text(self._due_together()) if self._due_together() else "",
            "price": self._price,
            "code": remote,
            "link": self._workplace.session_link,
            "came": CAME[Channel(self["origin"])],
            "part_price": self._quoted("part"),
            "visit_price": self._quoted("visit"),
            "story": _Later(self._story),
            "reason": self._reason(playbook),
            "terms": dict(playbook.terms),
        }

    def _quoted(self, name: str) -> str:
        ticket = self._item.ticket_id
        return tickets.marked(self._store, ticket, f"hardware {name}") if ticket else ""

    def _reason(self, playbook: Playbook) -> str:
        """Why this card was reached: what data decided last, or the answer before it."""
        for step in reversed(self.run.trail if self.run is not None else ()):
            if step.because or step.answer:
                said = step.answer or step.because
                return said[:1].lower() + said[1:]
        return playbook.title.lower()

    def _story(self) -> str:
        """The last notes on the ticket, oldest first."""
        rows = self._store.rows(
            "SELECT text FROM ticket_event WHERE ticket_id = ? AND kind = 'note' ORDER BY at DESC, id DESC LIMIT ?",
            (self._item.ticket_id or "", STORY_NOTES),
        )
        return " · ".join(" ".join(str(row["text"]).split())[:LONGEST_NOTE] for row in reversed(rows))

    def _due_together(self) -> Decimal:
        here = {one.invoice.id for one in self.money.invoices}
        return self.money.due + due_of(
            one for one in self.account.invoices if one.past_due and one.invoice.id not in here
        )

    def _price(self, code: str) -> str:
        try:
            return money_text(self._workplace.catalogue.item(str(code)).price)
        except MoneyError:
            return ""


class _Later:
    """A word that is looked up only where a text names it."""

    def __init__(self, look: Callable[[], str]) -> None:
        self._look = look

    def __str__(self) -> str:
        return self._look()


def origin_of(contact: Contact | None) -> Channel:
    """How a contact came; a ticket without one is treated as a message."""
    return ORIGINS[contact.kind] if contact is not None else Channel.EMAIL


def _yes(so: bool) -> str:
    return "yes" if so else "no"
