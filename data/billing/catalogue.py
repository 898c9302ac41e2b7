"""What can be charged and how it is paid: an organisation's own text file, `data/content/items.yaml` by default.

A finding names the file, the line and what to mend."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from string import Template
from typing import Annotated

from pydantic import BeforeValidator, Field

from data.billing.amounts import MoneyError, parse_money, said
from data.models.base import Strict
from data.models.customer import Plan
from data.models.money import Method
from data.text import reviewed
from data.text.reviewed import ContentError, Fault


def _plan(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


def _price(value: object) -> object:
    return parse_money(value) if isinstance(value, str) else value


class Item(Strict):
    """Something that can be charged. `say` holds `$price` in the place of its price."""

    code: str = Field(pattern="^[0-9A-Za-z-]{1,10}$")
    name: str = Field(min_length=1, max_length=80)
    price: Annotated[Decimal, BeforeValidator(_price), Field(gt=0)]
    types: tuple[Annotated[Plan, BeforeValidator(_plan)], ...] = Field(min_length=1)
    per: str = Field("", max_length=40)
    say: str = Field("$price", max_length=300)

    @property
    def said(self) -> str:
        """How its price is said: `… is $35 for each session and computer`."""
        return Template(self.say).substitute(price=said(self.price))


class Way(Strict):
    """A way to pay, and how it is explained."""

    method: Method
    name: str = Field(min_length=1, max_length=40)
    say: str = Field(min_length=1, max_length=300)


class Catalogue(Strict):
    """Every item and every way to pay."""

    items: tuple[Item, ...] = ()
    ways: tuple[Way, ...] = ()

    def item(self, code: str) -> Item:
        """An item by its code.

        Raises:
            MoneyError: there is none.
        """
        found = next((one for one in self.items if one.code == code.strip()), None)
        if found is None:
            known = ", ".join(one.code for one in self.items) or "none"
            raise MoneyError(f"There is no item {code.strip()[:20]}: the items are {known}.")
        return found

    def for_type(self, plan: Plan) -> tuple[Item, ...]:
        """The items for a type of ticket."""
        return tuple(one for one in self.items if plan in one.types)


def catalogue(path: Path) -> Catalogue:
    """Read an items file.

    Raises:
        ContentError: unreadable, not an items file, a code or method twice, or a price that is said otherwise.
    """
    document = reviewed.read(path)
    found = reviewed.fitted(document, path, Catalogue)
    faults = []
    codes: set[str] = set()
    for at, item in enumerate(found.items):
        if item.code in codes:
            line = document.line(("items", at))
            faults.append(Fault(line, f"item {item.code} stands twice", "give one another code"))
        codes.add(item.code)
        if wrong := _said_fault(item):
            faults.append(Fault(document.line(("items", at, "say")), wrong, "write $price where the price is said"))
    methods: set[Method] = set()
    for at, way in enumerate(found.ways):
        if way.method in methods:
            faults.append(Fault(document.line(("ways", at)), f"the way {way.method} stands twice", "keep one"))
        methods.add(way.method)
    if faults:
        raise ContentError(path, faults)
    return found


def _said_fault(item: Item) -> str:
    template = Template(item.say)
    names = set(template.get_identifiers())
    if not template.is_valid() or names != {"price"}:
        return f"say of item {item.code} must hold the price as $price and no other $name"
    return ""
