"""A customer as the texts of a form, and back.

A form shows the first two numbers and the first people of a customer; what it does not show stays as it is, and
what was not touched in it is not changed (others may have changed it meanwhile)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from data.customers.phone import as_kept, fault, normalise
from data.models.base import new_id
from data.models.customer import Customer, Person, Phone, Plan

TEXTS = ("name", "company", "account", "street", "city", "notes")
PHONES = ("phone", "phone2")
MOST_PEOPLE = 8
"""People that a form has room for."""
MARKS: dict[str, bool | None] = {"": None, "yes": True, "no": False}
"""The values of a money field and what they mean."""
_MARK_TEXTS = {mark: text for text, mark in MARKS.items()}
_PARTED = re.compile(r"[\s,;]+")


def person_fields(place: int) -> tuple[str, str]:
    """The names of the fields of one person, from 0: name and money mark."""
    return f"person{place + 1}", f"money{place + 1}"


def form_of(customer: Customer) -> dict[str, str]:
    """The texts that a form shows of a customer."""
    texts = {name: str(getattr(customer, name)) for name in TEXTS}
    texts["plan"] = str(int(customer.plan)) if customer.plan is not None else ""
    texts["email"] = ", ".join(customer.emails)
    for name, phone in zip(PHONES, customer.phones, strict=False):
        texts[name] = phone.raw or phone.e164
    for place, person in enumerate(customer.people[:MOST_PEOPLE]):
        name, money = person_fields(place)
        texts[name], texts[money] = person.name, _MARK_TEXTS[person.money]
    return texts


def read_form(texts: Mapping[str, str], region: str) -> Customer:
    """A new customer as far as the texts of a form tell; the name may be missing.

    Raises:
        ValueError: a plan that is none of 0 to 4.
    """
    nobody = Customer(id=new_id(), name="")
    return Customer.model_validate({**nobody.model_dump(), **changes(nobody, texts, region)})


def changes(shown: Customer, texts: Mapping[str, str], region: str) -> dict[str, Any]:
    """The fields of a customer that a form changes, with their new values.

    Args:
        shown: the customer as the form was filled with it.
        texts: what stands in the form now; a field that is not there was not touched.
        region: two-letter region of numbers without a country code.

    Raises:
        ValueError: a plan that is none of 0 to 4.
    """
    before = {name: _flat(text) for name, text in form_of(shown).items()}
    after = {name: _flat(text) for name, text in texts.items()}
    touched = {name for name, text in after.items() if text != before.get(name, "")}
    changed: dict[str, Any] = {name: after[name] for name in TEXTS if name in touched}
    if "plan" in touched:
        changed["plan"] = Plan(int(after["plan"])) if after["plan"] else None
    if "email" in touched:
        changed["emails"] = tuple(dict.fromkeys(part for part in _PARTED.split(after["email"]) if part))
    if touched & set(PHONES):
        changed["phones"] = _phones(shown.phones, after, touched, region)
    if any(name.startswith(("person", "money")) for name in touched):
        changed["people"] = _people(shown.people, after)
    return changed


def doubtful(texts: Mapping[str, str], shown: Mapping[str, str], region: str) -> dict[str, str]:
    """The fields with a number that cannot be one, and why. What stood in the form before is nobody's mistake now.

    Args:
        texts: what stands in the form.
        shown: what it was filled with.
        region: two-letter region of numbers without a country code.
    """
    typed = {name: _flat(texts.get(name, "")) for name in PHONES}
    new = {name: raw for name, raw in typed.items() if raw and raw != _flat(shown.get(name, ""))}
    return {name: why for name, raw in new.items() if (why := fault(raw, region))}


def _flat(text: str) -> str:
    return " ".join(text.split())


def _phones(shown: Sequence[Phone], texts: Mapping[str, str], touched: set[str], region: str) -> tuple[Phone, ...]:
    phones = []
    for place, name in enumerate(PHONES):
        old = shown[place] if place < len(shown) else Phone(raw="")
        raw = texts.get(name, "")
        if name not in touched:
            phones.append(old)
        elif raw:
            e164 = normalise(raw, region)
            phones.append(Phone(raw=as_kept(raw, e164), e164=e164, note=old.note))
    return (*(phone for phone in phones if phone.raw or phone.e164), *shown[len(PHONES) :])


def _people(shown: Sequence[Person], texts: Mapping[str, str]) -> tuple[Person, ...]:
    people = []
    for place in range(MOST_PEOPLE):
        old = shown[place] if place < len(shown) else Person(name="")
        name, money = person_fields(place)
        person = old.model_copy(
            update={
                "name": texts.get(name, old.name),
                "money": MARKS[texts[money]] if money in texts else old.money,
            }
        )
        if person.name:
            people.append(person)
    return (*people, *shown[MOST_PEOPLE:])
