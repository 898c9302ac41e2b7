"""Customers as an agent needs to see them before the greeting."""

from enum import IntEnum
from typing import ClassVar

from pydantic import Field

from data.models.base import Entity, Value


class Plan(IntEnum):
    """Plans, which are also the ticket types (PLAY-D2)."""

    ONE_TIME = 0
    PAY_AS_YOU_GO = 1
    HELP_DESK = 2
    REMOTE_ACCESS = 3
    MANAGED = 4

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def short(self) -> str:
        """At most four letters, for the queue."""
        return _SHORT[self]


_LABELS = {
    Plan.ONE_TIME: "One-time session",
    Plan.PAY_AS_YOU_GO: "Pay as you go",
    Plan.HELP_DESK: "Help desk",
    Plan.REMOTE_ACCESS: "Remote access",
    Plan.MANAGED: "Managed services",
}
_SHORT = {
    Plan.ONE_TIME: "1X",
    Plan.PAY_AS_YOU_GO: "PAYG",
    Plan.HELP_DESK: "HD",
    Plan.REMOTE_ACCESS: "RA",
    Plan.MANAGED: "MSP",
}


class Phone(Value):
    """A number: `raw` as it was given, `e164` normalised or empty."""

    raw: str
    e164: str = ""
    note: str = ""


class Person(Value):
    """Somebody at the customer. `money`: may discuss money, as it was marked; `may_discuss_money` says what holds."""

    name: str
    role: str = ""
    money: bool | None = None


def may_discuss_money(mark: bool | None, people: int) -> bool:
    """CUST-4: what is marked holds; unmarked, a sole contact may and one of several may not.

    Args:
        mark: what the person is marked with; None is unmarked.
        people: how many people the customer has.
    """
    return people <= 1 if mark is None else mark


class Asset(Value):
    """A computer or device. `remote_tool`: the remote-access tool is installed."""

    name: str
    kind: str = ""
    remote_tool: bool = False


class Customer(Entity):
    """A customer: a person, household or company."""

    entity: ClassVar[str] = "customer"
    free_text: ClassVar[frozenset[str]] = frozenset(
        {
            "account",
            "since",
            "node",
            "name",
            "company",
            "street",
            "city",
            "notes",
            "website",
            "emails",
            "people",
            "assets",
            "flags",
            "extra",
        }
    )

    phone_text: ClassVar[frozenset[str]] = frozenset({"phones"})

    id: str
    account: str = ""
    name: str
    company: str = ""
    plan: Plan | None = None
    since: str = ""
    """A date or a year, as imported."""
    phones: tuple[Phone, ...] = ()
    emails: tuple[str, ...] = ()
    website: str = ""
    street: str = ""
    city: str = ""
    node: str = ""
    people: tuple[Person, ...] = ()
    assets: tuple[Asset, ...] = ()
    flags: tuple[str, ...] = ()
    """Conduct flags."""
    notes: str = ""
    extra: dict[str, str] = Field(default_factory=dict)
    """Imported columns that have no field of their own."""

    def may_discuss_money(self, person: Person) -> bool:
        """Whether one of the people may discuss money."""
        return may_discuss_money(person.money, len(self.people))
