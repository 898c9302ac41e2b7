"""An agent who works a playbook with the real engine on a real store, and callers of every kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from data.billing.catalogue import catalogue
from data.billing.terms import Terms
from data.callbacks import callbacks
from data.clock import Clock
from data.content import CONTENT
from data.desk import journal
from data.desk.journal import DeskItem
from data.models import Contact, Customer
from data.models.agent import Agent, Role
from data.models.base import AgentId, ContactId, CustomerId, QueueId, new_id
from data.models.callback import CallbackOutcome
from data.models.contact import Capability, ContactKind, ContactState
from data.models.customer import Asset, Person, Phone, Plan
from data.models.money import Invoice, InvoiceLine
from data.playbook.engine import Engine, Turn
from data.playbook.library import library
from data.playbook.workplace import Workplace
from data.store.database import Store
from data.store.save import saving
from data.tickets import tickets
from tests.data.billing.books import NEW_YORK

ANA = AgentId("ana")
LEADER = "Lena Ortiz"
PLANS = {
    "none": None,
    "one_time": Plan.ONE_TIME,
    "pay_as_you_go": Plan.PAY_AS_YOU_GO,
    "help_desk": Plan.HELP_DESK,
    "remote_access": Plan.REMOTE_ACCESS,
    "managed": Plan.MANAGED,
}
KINDS = {"voice": ContactKind.CALL, "chat": ContactKind.CHAT, "email": ContactKind.MESSAGE}
ITEMS = catalogue(CONTENT / "items.yaml")
MARKED, UNMARKED = "Maria Alvarez", "Luis Alvarez"


def workplace(clock: Clock) -> Workplace:
    """The workplace of the agent."""
    return Workplace(
        agent=ANA,
        agent_name="Ana",
        organisation="Example Support",
        clock=clock,
        catalogue=ITEMS,
        terms=Terms(NEW_YORK),
        session_link="https://help.example.com/session",
    )


def engine(clock: Clock, first: str = "leads") -> Engine:
    """The engine with the shipped playbooks."""
    return Engine(library(CONTENT / "playbooks", first), workplace(clock))


class Desk:
    """One contact on the agent's desk."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        scripts: Engine,
        facts: Mapping[str, str] | None = None,
        origin: str = "voice",
    ) -> None:
        self.store, self.clock, self.scripts = store, clock, scripts
        self.facts = dict(facts or {})
        self.turn: Turn | None = None
        contact = Contact(
            id=new_id(),
            kind=KINDS[origin],
            feed="test",
            queue=QueueId("support"),
            state=ContactState.TALKING,
            caller_number="+12155550101",
            caller_e164="+12155550101",
            can=tuple(Capability),
            offered_at=clock.now(),
            queued_at=clock.now(),
            agent=ANA,
            about="The printer is offline" if origin != "voice" else "",
        )
        with saving(store, ANA, clock) as change:
            if store.value("SELECT 1 FROM agent WHERE id = 'lena'") is None:
                change.add(Agent(id="lena", name=LEADER, role=Role.SUPERVISOR))
            change.add(contact)
        self.item: DeskItem = journal.put_on_top(store, contact.id, ANA, clock, contact_id=ContactId(contact.id))

    # the store as the facts want it

    def customer(self, *, lead: bool = False) -> CustomerId:
        """Make a customer as the facts say, and attach it."""
        plan = None if lead else PLANS[self.facts.get("plan", "pay_as_you_go")]
        several = self.facts.get("contacts") == "several" and not lead
        money = self.facts.get("may_discuss_money", "yes") == "yes"
        people = (
            (Person(name=MARKED, money=money), Person(name=UNMARKED))
            if several
            else (Person(name=MARKED, money=None if money else False),)
        )
        customer = Customer(
            id=new_id(),
            account="20718",
            name="Maria Alvarez",
            plan=plan,
            phones=(Phone(raw="+12155550101", e164="+12155550101"),),
            people=people,
            assets=(Asset(name="PC-1", kind="Win 11", remote_tool=self.facts.get("remote_tool") == "yes"),),
        )
        with saving(self.store, ANA, self.clock) as change:
            change.add(customer)
            if self.facts.get("past_due") == "yes" and not lead:
                self.owe(change.add, CustomerId(customer.id))
        self.keep(customer_id=CustomerId(customer.id))
        return CustomerId(customer.id)

    def owe(self, add: Callable[[Invoice], Invoice], customer: CustomerId, days: int = 41) -> None:
        """An invoice of $120.00, so many days past its due date."""
        today = Terms(NEW_YORK).today(self.clock.now())
        line = InvoiceLine(charge_id=new_id(), item="100", text="Service visit", unit_price=12000)
        add(
            Invoice(
                id=new_id(),
                number=f"{new_id()[-6:]}-1",
                customer_id=customer,
                ticket_id=new_id(),
                issued_on=today - timedelta(days=days),
                lines=(line,),
                at=self.clock.now() - timedelta(days=days),
                by=ANA,
            )
        )

    def hardware(self, state: str) -> None:
        """A ticket on which parts or field service have come so far."""
        self.keep(fields={"title": "Disk makes a noise"})
        self.item, saved = journal.save(self.store, self.item, self.clock)
        tickets.mark(self.store, saved.ticket.id, "hardware", state, ANA, self.clock)

    def use_up_attempts(self) -> None:
        """Every attempt to call the customer has been made."""
        for row in self.store.rows(
            "SELECT id FROM callback WHERE customer_id = ? AND state = 'due'", (self.item.customer_id,)
        ):
            for _ in range(3):
                callbacks.attempt(self.store, row["id"], CallbackOutcome.NO_ANSWER, ANA, self.clock)

    def verified(self) -> None:
        """The caller confirmed who they are."""
        with saving(self.store, ANA, self.clock) as change:
            change.update(Contact, self.item.contact_id or "", verified=("name", "phone"))

    def keep(self, **fields: object) -> None:
        """Change the thing on the desk."""
        self.item = journal.keep(self.store, self.item.model_copy(update=fields), self.clock)

    # working

    @property
    def card(self) -> str:
        """The card in hand."""
        assert self.item.run is not None
        return self.item.run.step.card

    @property
    def trail(self) -> list[str]:
        """The cards gone through."""
        return [step.card for run in self.item.runs for step in run.trail]

    def begin(self, playbook: str = "") -> None:
        """The script begins."""
        self._take(self.scripts.begin(self.store, self.item, playbook))

    def answer(self, key: str, **given: str) -> Turn:
        """Give an answer; what it asks for is given as the facts say."""
        needs = self.scripts.needs(self.store, self.item, key)
        values = {
            one.name: given.get(one.name) or self._value(one.name, one.value, one.choices) for one in needs.asked
        }
        return self._take(self.scripts.answer(self.store, self.item, key, values))

    def back(self) -> Turn:
        """One card back."""
        return self._take(self.scripts.back(self.store, self.item))

    def jump(self, card: str) -> Turn:
        """To any card."""
        return self._take(self.scripts.jump(self.store, self.item, card))

    def leave(self) -> Turn:
        """Back to the script that was interrupted."""
        return self._take(self.scripts.leave(self.store, self.item))

    def _take(self, turn: Turn) -> Turn:
        self.item, self.turn = turn.item, turn
        return turn

    def _value(self, name: str, known: str, choices: tuple[tuple[str, str], ...]) -> str:
        match name:
            case "code":
                return "123456"
            case "reference":
                return f"R-{new_id()[-8:]}"
            case "due":
                return "tomorrow 10:00"
            case "leader":
                return LEADER
            case "target":
                return "queue:support"
            case "person" if self.facts.get("may_discuss_money") == "no":
                return UNMARKED if self.facts.get("contacts") == "several" else MARKED
            case "part" | "visit":
                return "45.00"
            case _:
                return known or (choices[0][0] if choices else "as said")
