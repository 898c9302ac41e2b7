"""The practice content (data/content/practice*.toml) as models, and as the rows that an empty hub gets."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date, time
from importlib.resources import files
from typing import Annotated

from pydantic import BeforeValidator, Field

from data.customers.phone import normalise
from data.floor.practice_money import PracticeInvoice
from data.floor.stable import stable_id
from data.models.agent import Agent, Role
from data.models.base import AgentId, Entity, QueueId, Value
from data.models.contact import Queue
from data.models.customer import Asset, Customer, Person, Phone, Plan

_PLANS = {plan.label.lower(): plan for plan in Plan}


def _plan(label: object) -> object:
    return _PLANS.get(label, label) if isinstance(label, str) else label


class PracticeQueue(Value):
    id: QueueId
    name: str
    priority: int = 0
    share: float


class PracticePerson(Value):
    name: str
    role: Role = Role.AGENT


class Absence(Value):
    """A reason for not being ready: how likely after a call, and for how many minutes."""

    reason: str
    chance: float
    minutes: tuple[float, float]
    between: tuple[time, time] | None = None


class Played(Value):
    """How the floor's own agents work. Pairs are shortest and longest, in seconds."""

    names: tuple[str, ...]
    ring_s: tuple[float, float]
    wrap_up_s: tuple[float, float]
    start_after_s: tuple[float, float]
    talk_median_s: float
    talk_spread: float
    absence: tuple[Absence, ...] = ()


class DayProfile(Value):
    """Calls in the busiest hour, and each hour's share of that."""

    calls_per_hour: float
    curve: Annotated[tuple[float, ...], Field(min_length=24, max_length=24)]


class Written(Value):
    """Contacts that come as a message: their share of all, and what stands in them."""

    share: float
    first: int
    """Which contact of a shift is the first of them: the one behind the opening callers."""
    at_s: float
    """When that one comes."""
    account: str
    """Whose that one is."""
    texts: Annotated[tuple[str, ...], Field(min_length=1)]


class CallerHabits(Value):
    """How callers are: shares of all calls, and log-normal patience and talk times in seconds."""

    shared_number: float
    unknown: float
    withheld: float
    hostile_name: float
    patience_median_s: float
    patience_spread: float
    opening_at_s: tuple[float, ...]
    talk_to_person_min_s: float
    talk_to_person_median_s: float
    talk_to_person_spread: float
    written: Written
    hostile: tuple[str, ...]
    unknown_names: tuple[str, ...]


class _PracticePhone(Value):
    raw: str
    note: str = ""


class _PracticeCustomer(Value):
    account: str
    name: str
    company: str = ""
    plan: Annotated[Plan | None, BeforeValidator(_plan)] = None
    since: str = ""
    phones: tuple[_PracticePhone, ...] = ()
    emails: tuple[str, ...] = ()
    website: str = ""
    street: str = ""
    city: str = ""
    node: str = ""
    people: tuple[Person, ...] = ()
    assets: tuple[Asset, ...] = ()
    flags: tuple[str, ...] = ()
    notes: str = ""


class Practice(Value):
    """All of the practice content."""

    first_caller: str
    """Account of the caller who waits when a shift begins."""
    dispositions: tuple[str, ...]
    queue: tuple[PracticeQueue, ...]
    person: tuple[PracticePerson, ...]
    played: Played
    day: DayProfile
    callers: CallerHabits
    customer: tuple[_PracticeCustomer, ...]
    invoice: tuple[PracticeInvoice, ...] = ()

    def queues(self) -> list[Queue]:
        """The queues of the practice site."""
        return [Queue(id=queue.id, name=queue.name, priority=queue.priority) for queue in self.queue]

    def people(self) -> list[Agent]:
        """Those who can sign on at a console."""
        return [
            Agent(id=stable_id("agent", person.name), name=person.name, role=person.role) for person in self.person
        ]

    def crew(self, count: int) -> list[Agent]:
        """The first `count` played agents; past the names given they are numbered."""
        names = list(self.played.names[:count])
        names += [f"Played agent {number}" for number in range(len(names) + 1, count + 1)]
        return [Agent(id=stable_id("agent", name), name=name, played=True) for name in names]

    def customers(self) -> list[Customer]:
        """The practice customers, always under the same ids."""
        return [
            Customer(
                **{
                    **dict(given),
                    "id": stable_id("customer", given.account),
                    "phones": tuple(
                        Phone(raw=phone.raw, e164=normalise(phone.raw), note=phone.note) for phone in given.phones
                    ),
                }
            )
            for given in self.customer
        ]

    def books(self, today: date) -> Iterator[Entity]:
        """The customers' tickets, charges, invoices and payments, as old on this day as the content says."""
        known = {customer.account: customer for customer in self.customers()}
        agent = AgentId(self.people()[0].id)
        for invoice in self.invoice:
            yield from invoice.entities(known[invoice.account], today, agent)


def load_practice() -> Practice:
    """Read the practice content that comes with the program.

    Raises:
        pydantic.ValidationError: the content was edited into something that cannot be played.
        tomllib.TOMLDecodeError: it is no TOML any more.
    """
    content = files("data") / "content"
    told = tomllib.loads((content / "practice.toml").read_text(encoding="utf-8"))
    customers = tomllib.loads((content / "practice_customers.toml").read_text(encoding="utf-8"))
    money = tomllib.loads((content / "practice_money.toml").read_text(encoding="utf-8"))
    return Practice.model_validate({**told, **customers, **money})
