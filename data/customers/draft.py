"""One row of a file as a customer: what each column says, put into the fields of the model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID, uuid5

from data.customers.folding import account_key, words_of
from data.customers.mapping import Field
from data.customers.phone import normalise
from data.models.base import Column, Row
from data.models.customer import Plan
from data.text.cards import mask_cards

_NAMESPACE = UUID("8f0d7a52-6f0c-5d0e-9d5f-3c1b6f7b2a10")
_LONGEST_ID = 200
_PARTED = re.compile(r"\s*[;|\n]\s*")
_DIGIT = re.compile(r"[0-9]")

_EMPTY: Row = {
    "account": "",
    "company": "",
    "plan": None,
    "since": "",
    "phones": "[]",
    "emails": "[]",
    "website": "",
    "street": "",
    "city": "",
    "node": "",
    "people": "[]",
    "assets": "[]",
    "flags": "[]",
    "notes": "",
    "extra": "{}",
}

pack: Callable[[object], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""A list or object as the JSON text of its column, as `data.models.base.row_of` writes it."""


class Refused(Exception):
    """A row that cannot become a customer; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A customer as a file describes it: only what the file says, as columns."""

    id: str
    given: Row
    """Columns that the row fills; an empty cell gives none."""
    source: int
    """64 bits that change when anything in the row does."""
    warnings: tuple[str, ...]

    def new_row(self) -> Row:
        """The whole row of a customer that was not known before."""
        return {**_EMPTY, **self.given, "id": self.id}

    def changed(self, before: Mapping[str, Column]) -> Row | None:
        """The whole row of a known customer with what the file says; None when that changes nothing."""
        row: Row = dict(before)
        for name, value in self.given.items():
            if name == "extra":
                held = json.loads(str(before["extra"] or "{}"))
                value = pack({**held, **json.loads(str(value))})
            row[name] = value
        return row if row != before else None


class Drafter:
    """Makes drafts of the rows of one file."""

    def __init__(self, fields: Mapping[str, Field], region: str) -> None:
        self._fields = dict(fields)
        self._region = region
        # A corrected mapping must count as a change of every row.
        self._salt = repr((sorted(self._fields.items()), region))

    def draft(self, values: Mapping[str, str]) -> Draft:
        """
        Raises:
            Refused: the row has no name, or an id that cannot be one.
        """
        held: dict[Field, list[str]] = {}
        extra: dict[str, str] = {}
        for heading, text in values.items():
            if not text or text.isspace():
                continue
            field = self._fields[heading]
            if field is Field.EXTRA:
                extra[heading] = text
            elif field is not Field.IGNORE:
                held.setdefault(field, []).append(text)
        warnings: list[str] = []
        name, company = _name(held), _one(held, Field.COMPANY)
        if not (name or company):
            raise Refused("no name and no company")
        given: Row = {"name": name or company}
        if company:
            given["company"] = company
        for field in (Field.STREET, Field.NODE, Field.WEBSITE):
            if field in held:
                given[field.value] = ", ".join(held[field])
        if Field.CITY in held or Field.STATE in held or Field.POSTCODE in held:
            given["city"] = _place(held)
        if Field.NOTES in held:
            given["notes"] = "\n".join(held[Field.NOTES])
        if Field.SINCE in held:
            given["since"] = held[Field.SINCE][0].strip()
        if Field.ACCOUNT in held:
            given["account"] = held[Field.ACCOUNT][0].strip()
        if Field.PLAN in held:
            plan = _plan(held[Field.PLAN][0])
            if plan is None:
                extra["plan"] = held[Field.PLAN][0]
                warnings.append("the plan is not one of ours: kept as text")
            else:
                given["plan"] = int(plan)
        self._mask(given, extra, warnings)
        phones = self._phones(held, warnings)
        if phones:
            given["phones"] = pack(phones)
        for field, column in ((Field.EMAIL, "emails"), (Field.FLAGS, "flags")):
            if field in held:
                given[column] = pack(
                    [
                        _masked(part, column, warnings)
                        for text in held[field]
                        for part in _PARTED.split(text.strip())
                        if part
                    ]
                )
        if Field.PERSON in held:
            given["people"] = pack(
                [
                    {"name": _masked(text.strip(), "people", warnings), "role": "", "money": None}
                    for text in held[Field.PERSON]
                ]
            )
        if extra:
            given["extra"] = pack(extra)
        return Draft(
            _id(held, given, phones), given, _fingerprint(self._salt, values), tuple(dict.fromkeys(warnings))
        )

    def _mask(self, given: Row, extra: dict[str, str], warnings: list[str]) -> None:
        for column, value in given.items():
            if column != "account" and isinstance(value, str) and len(value) >= 12:
                given[column] = _masked(value, column, warnings)
        for heading, text in extra.items():
            if len(text) >= 12:
                extra[heading] = _masked(text, heading, warnings)

    def _phones(self, held: Mapping[Field, list[str]], warnings: list[str]) -> list[dict[str, str]]:
        phones: list[dict[str, str]] = []
        for field, note in ((Field.PHONE, ""), (Field.MOBILE, "mobile"), (Field.FAX, "fax")):
            for text in held.get(field, ()):
                for raw in [text.strip()] if len(text) < 24 else _PARTED.split(text.strip()):
                    if not raw:
                        continue
                    e164 = normalise(raw, self._region)
                    if not e164:
                        warnings.append("a telephone number could not be understood: kept as it was written")
                    if not e164 or len(_DIGIT.findall(raw)) > len(e164) + 6:
                        raw = _masked(raw, "phone", warnings)
                    phones.append({"raw": raw, "e164": e164, "note": note})
        return phones


def _masked(text: str, where: str, warnings: list[str]) -> str:
    masked = mask_cards(text)
    if masked != text:
        warnings.append(f"a card number was masked in {where}")
    return masked


def _one(held: Mapping[Field, list[str]], field: Field) -> str:
    found = held.get(field)
    return found[0] if found else ""


def _name(held: Mapping[Field, list[str]]) -> str:
    whole = _one(held, Field.NAME)
    if whole:
        return whole
    parts = (_one(held, field).strip() for field in (Field.FIRST_NAME, Field.MIDDLE_NAME, Field.LAST_NAME))
    return " ".join(part for part in parts if part)


def _place(held: Mapping[Field, list[str]]) -> str:
    """`Springfield, IL 62701`."""
    region = " ".join(text.strip() for text in (_one(held, Field.STATE), _one(held, Field.POSTCODE)) if text)
    return ", ".join(text for text in (_one(held, Field.CITY).strip(), region) if text)


_PLANS = {
    **{str(int(plan)): plan for plan in Plan},
    **{"".join(words_of(plan.label)): plan for plan in Plan},
    **{plan.short.lower(): plan for plan in Plan},
    **{"".join(words_of(plan.name)): plan for plan in Plan},
    "onetimeremotesession": Plan.ONE_TIME,
    "managed": Plan.MANAGED,
}


def _plan(text: str) -> Plan | None:
    return _PLANS.get("".join(words_of(text)))


def _id(held: Mapping[Field, list[str]], given: Row, phones: list[dict[str, str]]) -> str:
    """The row's own id, or one made of what does not change: the account, else number and name, else name and mail."""
    own = _one(held, Field.ID).strip()
    if len(own) > _LONGEST_ID:
        raise Refused(f"the id is longer than {_LONGEST_ID} characters")
    if own:
        return own
    name = " ".join(words_of(str(given["name"]))) or str(given["name"])
    account = account_key(str(given.get("account", "")))
    if account:
        known = f"account {account}"
    elif phones:
        known = f"phone {phones[0]['e164'] or phones[0]['raw']} {name}"
    else:
        known = f"name {name} {given.get('emails', '')} {given.get('street', '')}"
    return str(uuid5(_NAMESPACE, known))


def _fingerprint(salt: str, values: Mapping[str, str]) -> int:
    text = salt + "\x1f".join(values.values())
    return int.from_bytes(
        blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True
    )
