"""One row of a file as a customer: what each column says, put into the fields of the model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID, uuid5

from data.customers.folding import account_key, words_of
from data.customers.index import Entry, entry_from
from data.customers.mapping import Field
from data.customers.people import PeopleColumns, Said, known_marks, people_text
from data.customers.phone import as_kept, normalise
from data.customers.sources.rows import SourceRow
from data.models.base import Column, Row
from data.models.customer import Plan
from data.text.cards import SHORTEST, mask_cards

_NAMESPACE = UUID("8f0d7a52-6f0c-5d0e-9d5f-3c1b6f7b2a10")
_LONGEST_ID = 200
_PARTING = re.compile(r"[,;|\n]")
_PARTED = re.compile(rf"\s*{_PARTING.pattern}\s*")

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

_quote: Callable[[str], str] = json.encoder.encode_basestring


_PHONE = '{"raw":%s,"e164":%s,"note":%s}'


def _text_list(texts: Iterable[str]) -> str:
    """A list of texts as JSON, as `data.models.base.row_of` writes it: three times as quick as json.dumps."""
    return f"[{','.join(map(_quote, texts))}]"


def _text_map(texts: Mapping[str, str]) -> str:
    return f"{{{','.join([f'{_quote(name)}:{_quote(text)}' for name, text in texts.items()])}}}"


def _phone_list(phones: Iterable[Mapping[str, str]]) -> str:
    written = [_PHONE % (_quote(phone["raw"]), _quote(phone["e164"]), _quote(phone["note"])) for phone in phones]
    return f"[{','.join(written)}]"


class Refused(Exception):
    """A row that cannot become a customer; the message is the reason."""


class Draft(NamedTuple):
    """A customer as a file describes it: only what the file says, as columns."""

    id: str
    given: Row
    """Columns that the row fills; an empty cell gives none."""
    source: int
    """64 bits that change when anything in the row does."""
    warnings: tuple[str, ...]
    people: tuple[Said, ...]
    emails: tuple[str, ...]
    phones: tuple[dict[str, str], ...]

    def new_entry(self) -> Entry:
        """What the indexes hold of `new_row`."""
        return entry_from(self.given, [person.name for person in self.people], self.emails, self.phones)

    def new_row(self) -> Row:
        """The whole row of a customer that was not known before."""
        return {**_EMPTY, **self.given, "id": self.id}

    def changed(self, before: Mapping[str, Column]) -> Row | None:
        """The whole row of a known customer with what the file says; None when that changes nothing."""
        row: Row = dict(before)
        for name, value in self.given.items():
            if name == "extra":
                held = json.loads(str(before["extra"] or "{}"))
                value = _text_map({**held, **json.loads(str(value))})
            elif name == "people":
                value = people_text(known_marks(self.people, json.loads(str(before["people"] or "[]"))))
            row[name] = value
        return row if row != before else None


class Drafter:
    """Makes drafts of the rows of one file."""

    def __init__(self, fields: Mapping[str, Field], region: str) -> None:
        self._fields = {heading: str(field) for heading, field in fields.items()}
        self._region = region
        self._people = PeopleColumns(fields)
        self._kept_as = {heading: mask_cards(heading) for heading in fields}
        # A corrected mapping, or other headings over the same cells, must count as a change of every row.
        salt = blake2b(repr((list(self._fields.items()), region)).encode(), digest_size=8).hexdigest()
        self._salted = blake2b(salt.encode(), digest_size=8)

    def draft(self, row: SourceRow) -> Draft:
        """
        Raises:
            Refused: the row has no name, or an id that cannot be one.
        """
        held: dict[str, list[str]] = {}
        extra: dict[str, str] = {}
        fields = self._fields
        for heading, text in row.cells:
            if not text or text.isspace():
                continue
            field = fields[heading]
            if field == "extra":
                name = self._kept_as[heading]
                extra[name] = f"{extra[name]}, {text}" if name in extra else text
            elif field in held:
                held[field].append(text)
            elif field != "ignore":
                held[field] = [text]
        warnings: list[str] = []
        given = _plain_columns(held)
        if "plan" in held:
            plan = _plan(held["plan"][0])
            if plan is None:
                extra["plan"] = held["plan"][0]
                warnings.append("the plan is not one of ours: kept as text")
            else:
                given["plan"] = int(plan)
        self._mask(given, extra, warnings)
        phones = self._phones(held, warnings)
        emails = _parts(held, "email", warnings)
        flags = _parts(held, "flags", warnings)
        people = self._people.of(row.cells, warnings) if self._people.named else ()
        if phones:
            given["phones"] = _phone_list(phones)
        if emails:
            given["emails"] = _text_list(emails)
        if flags:
            given["flags"] = _text_list(flags)
        if people:
            given["people"] = people_text(people)
        if extra:
            given["extra"] = _text_map(extra)
        customer_id = _id(held, given, phones)
        if "account" in given:  # only now: the id of a customer is made of what stands in the file
            given["account"] = _masked(str(given["account"]), "account", warnings)
        told = tuple(dict.fromkeys(warnings)) if warnings else ()
        return Draft(customer_id, given, self._fingerprint(row.written), told, people, emails, phones)

    def _fingerprint(self, written: str) -> int:
        digest = self._salted.copy()
        digest.update(written.rstrip("\r\n").encode("utf-8", "surrogatepass"))
        return int.from_bytes(digest.digest(), "big", signed=True)

    def _mask(self, given: Row, extra: dict[str, str], warnings: list[str]) -> None:
        for column, value in given.items():
            if isinstance(value, str) and len(value) >= SHORTEST and column != "account":
                given[column] = _masked(value, column, warnings)
        for heading, text in extra.items():
            if len(text) >= SHORTEST:
                extra[heading] = _masked(text, heading, warnings)

    def _phones(self, held: Mapping[str, list[str]], warnings: list[str]) -> tuple[dict[str, str], ...]:
        phones: list[dict[str, str]] = []
        for field, note in _PHONE_FIELDS:
            for text in held.get(field, ()):
                for raw in (text.strip(),) if len(text) < 24 else _parted(text):
                    if not raw:
                        continue
                    e164 = normalise(raw, self._region)
                    if not e164:
                        warnings.append("a telephone number could not be understood: kept as it was written")
                    if (kept := as_kept(raw, e164)) != raw:
                        warnings.append("a card number was masked in phone")
                    phones.append({"raw": kept, "e164": e164, "note": note})
        return tuple(phones)


_PHONE_FIELDS = (("phone", ""), ("mobile", "mobile"), ("fax", "fax"))


def _parts(held: Mapping[str, list[str]], field: str, warnings: list[str]) -> tuple[str, ...]:
    """The texts of a field that may hold several in one cell."""
    texts = held.get(field)
    if texts is None:
        return ()
    parts = [part for text in texts for part in _parted(text) if part]
    return tuple([_masked(part, field, warnings) if len(part) >= SHORTEST else part for part in parts])


def _parted(text: str) -> list[str]:
    """The parts of a cell, of which nearly every cell has one: asking that first costs a fifth of splitting."""
    return _PARTED.split(text.strip()) if _PARTING.search(text) else [text.strip()]


def _masked(text: str, where: str, warnings: list[str]) -> str:
    masked = mask_cards(text)
    if masked != text:
        warnings.append(f"a card number was masked in {where}")
    return masked


def _plain_columns(held: Mapping[str, list[str]]) -> Row:
    """The columns of one text each.

    Raises:
        Refused: there is no name.
    """
    name = held["name"][0] if "name" in held else _joined_name(held)
    company = held["company"][0] if "company" in held else ""
    if not (name or company):
        raise Refused("no name and no company")
    given: Row = {"name": name or company}
    if company:
        given["company"] = company
    for field in ("street", "node", "website"):
        if field in held:
            given[field] = ", ".join(held[field])
    for field in ("since", "account"):
        if field in held:
            given[field] = held[field][0].strip()
    if "city" in held or "state" in held or "postcode" in held:
        given["city"] = _place(held)
    if "notes" in held:
        given["notes"] = "\n".join(held["notes"])
    return given


def _joined_name(held: Mapping[str, list[str]]) -> str:
    parts = (held[field][0].strip() for field in ("first_name", "middle_name", "last_name") if field in held)
    return " ".join(part for part in parts if part)


def _place(held: Mapping[str, list[str]]) -> str:
    """`Springfield, IL 62701`."""
    region = " ".join([held[field][0].strip() for field in ("state", "postcode") if field in held])
    city = held["city"][0].strip() if "city" in held else ""
    return f"{city}, {region}" if city and region else city or region


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


def _id(held: Mapping[str, list[str]], given: Row, phones: Sequence[Mapping[str, str]]) -> str:
    """The row's own id, or one made of what does not change: the account, else number and name, else name and mail."""
    own = held["id"][0].strip() if "id" in held else ""
    if len(own) > _LONGEST_ID:
        raise Refused(f"the id is longer than {_LONGEST_ID} characters")
    if mask_cards(own) != own:
        raise Refused("the id looks like a card number")
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
