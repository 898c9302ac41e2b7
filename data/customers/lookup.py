"""One search box: name, company, phone, e-mail, address, account, ticket, as one types.

Every step is an index probe that ends after some sixty rows in the order of rank; nothing is scored inside
SQLite (ranking by bm25 costs 360 ms for one letter at a million customers, reading in order of rank 0.03 ms)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data.customers.folding import account_key, words_of
from data.customers.index import COLUMNS, NAME, PLACE, horizon
from data.customers.numbers import BACKWARD, FORWARD, NATIONAL, exact, national_part, span
from data.customers.phone import display
from data.customers.slips import close_words
from data.models.base import CustomerId
from data.models.customer import Customer, Plan
from data.store.database import Store

_LONGEST_QUERY = 200
_MOST_WORDS = 8
_CANDIDATES = 60
_INDEXED_PREFIX = 8
"""Letters of the longest prefix index of `customer_names`."""
_EXPANSIONS = 40
_RESERVED = 5
"""Places kept for tickets and for accounts when telephone numbers would fill the list."""
_LAST = "\U0010ffff"

_NUMBER_LIKE = re.compile(r"[\d\s()+\-./#]*\d[\d\s()+\-./#]*", re.ASCII)
_EXTENSION = re.compile(r"\s*(?:ext\.?|x)\s*\d*\s*$", re.IGNORECASE)
_TICKET = re.compile(r"(?:ticket|#)[\s#]*", re.IGNORECASE)

_ROW = "r.rank, r.id, r.account, r.name, r.company, r.numbers, r.plan, r.words"
_SEEN = "r.rank < ? AND r.gone IN (0, ?)"
_BY_NUMBER = (
    f"SELECT {_ROW} FROM customer_number n CROSS JOIN customer_row r ON r.rank = n.rank"  # noqa: S608
    f" WHERE n.key >= ? AND n.key < ? AND {_SEEN} ORDER BY n.key, n.rank LIMIT ?"
)
_BY_TEXT = (
    f"SELECT {_ROW} FROM customer_text t CROSS JOIN customer_row r ON r.rank = t.rank"  # noqa: S608
    f" WHERE t.key >= ? AND t.key < ? AND {_SEEN} ORDER BY t.key, t.rank LIMIT ?"
)
_BY_NAME = (
    f"SELECT {_ROW} FROM customer_names CROSS JOIN customer_row r ON r.rank = customer_names.rowid"  # noqa: S608
    f" WHERE customer_names MATCH ? AND customer_names.rowid < ? AND r.gone IN (0, ?) ORDER BY customer_names.rowid"
    " LIMIT ?"
)
_BY_ANY = (
    f"SELECT {_ROW}, r.street, r.city, r.node, r.website FROM customer_all"  # noqa: S608
    " CROSS JOIN customer_row r ON r.rank = customer_all.rowid"
    " WHERE customer_all MATCH ? AND customer_all.rowid < ? AND r.gone IN (0, ?) ORDER BY customer_all.rowid LIMIT ?"
)
_BY_ID = f"SELECT {_ROW} FROM customer_row r WHERE r.id = ? AND {_SEEN}"  # noqa: S608
_BY_TICKET = (
    f"SELECT {_ROW}, t.number FROM ticket t CROSS JOIN customer_row r ON r.id = t.customer_id"  # noqa: S608
    f" WHERE t.number >= ? AND t.number < ? AND {_SEEN} ORDER BY t.number LIMIT ?"
)
_WHOLE = ", ".join(f"r.{name}" for name in COLUMNS)
_POP = (
    f"SELECT {_WHOLE}, r.numbers FROM customer_number n CROSS JOIN customer_row r ON r.rank = n.rank"  # noqa: S608
    f" WHERE n.key = ? AND {_SEEN} ORDER BY n.rank LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class LookupRow:
    """What a list of results shows of a customer; `get` has the rest."""

    id: CustomerId
    account: str
    name: str
    company: str
    phones: tuple[str, ...]
    """E.164, in the customer's order; numbers that could not be normalised are left out."""
    plan: Plan | None


@dataclass(frozen=True, slots=True)
class Match:
    """A customer that was found, and why in a few words (`phone ends 0142`, `name`, `close to ‘Alvarez’`)."""

    customer: LookupRow
    why: str


def lookup(store: Store, query: str, limit: int = 20) -> list[Match]:
    """The customers that a query may mean, best first; none for a query without a letter or a digit.

    Exact accounts, ids, tickets and telephone numbers come first, then numbers by their last or first digits,
    names (whole words before beginnings of words), companies, e-mail addresses, and address, node and site. Only
    when all of these find nothing, typing mistakes are forgiven.
    """
    return _Search(store, query, limit).run()


def pop(store: Store, e164: str, limit: int = 20) -> list[Customer]:
    """Everybody who has this number, best first: the screen pop. An empty or withheld number finds nobody."""
    digits = e164.removeprefix("+")
    if not e164.startswith("+") or not (digits.isascii() and digits.isdigit()):
        return []
    key, _ = exact(FORWARD, digits)
    found = store.execute(_POP, (key, *horizon(store.connection), limit)).fetchall()
    return [Customer.from_row(dict(row)) for row in found if e164 in row["numbers"].split()]


def get(store: Store, customer_id: str) -> Customer | None:
    """The whole customer, or None when there is none of this id."""
    row = store.row(f"SELECT {', '.join(COLUMNS)} FROM customer WHERE id = ?", (customer_id,))  # noqa: S608
    return Customer.from_row(row) if row is not None else None


class _Search:
    """One query on its way through the indexes. `found` keeps the order in which rows were offered."""

    def __init__(self, store: Store, query: str, limit: int) -> None:
        self._store = store
        self._limit = max(limit, 0)
        self._depth = max(_CANDIDATES, 3 * limit)
        self._typed = query[:_LONGEST_QUERY].strip()
        self._words = list(dict.fromkeys(words_of(self._typed)))[:_MOST_WORDS]
        self._found: dict[int, tuple[Any, str]] = {}
        self._seen = (0, 0)

    def run(self) -> list[Match]:
        if not self._words or not self._limit:
            return []
        self._seen = horizon(self._store.connection)
        for step in (
            self._exact_texts,
            self._numbers,
            self._mail,
            self._names,
            self._name_and_number,
            self._anything,
        ):
            step()
            if len(self._found) >= self._limit:
                break
        if not self._found:
            self._mistyped()
        return [Match(_listed(row), why) for row, why in list(self._found.values())[: self._limit]]

    def _offer(self, rows: Sequence[Any], why: str) -> None:
        for row in rows:
            self._found.setdefault(row[0], (row, why))

    def _range(self, sql: str, first: Any, end: Any, count: int) -> list[Any]:
        return list(self._store.execute(sql, (first, end, *self._seen, count)).fetchall())

    def _match(self, sql: str, expression: str) -> list[Any]:
        return list(self._store.execute(sql, (expression, *self._seen, self._depth)).fetchall())

    # -- accounts, ids, tickets, telephone numbers ------------------------------------------------------------

    def _exact_texts(self) -> None:
        if not any(char.isdigit() for char in self._typed):
            return
        account = f"a{account_key(self._typed)}"
        for row in self._range(_BY_TEXT, account, f"{account}\0", self._limit):
            self._found.setdefault(row[0], (row, f"account {row['account']}"))
        for row in self._store.execute(_BY_ID, (self._typed, *self._seen)).fetchall():
            self._found.setdefault(row[0], (row, f"customer {row['id']}"))
        number = _TICKET.sub("", self._typed, count=1)
        for row in self._range(_BY_TICKET, number, f"{number}\0", self._limit):
            self._found.setdefault(row[0], (row, f"ticket {row['number']}"))

    def _numbers(self) -> None:
        typed = _EXTENSION.sub("", self._typed)
        if not _NUMBER_LIKE.fullmatch(typed):
            return
        digits = "".join(char for char in typed if char.isdigit())
        if len(digits) < 3:
            return
        if len(digits) >= 7:
            self._whole_numbers(typed, digits)
        tickets = self._ticket_beginnings(typed)
        accounts = self._range(_BY_TEXT, f"a{digits}", f"a{digits}{_LAST}", _RESERVED)
        ends = sorted(self._range(_BY_NUMBER, *span(BACKWARD, digits[::-1]), self._depth), key=lambda row: row[0])
        kept = max(self._limit - len(self._found) - len(tickets) - len(accounts), 1)
        self._offer(ends[:kept], f"phone ends {_tail(digits)}")
        self._offer_beginnings(typed, digits, max(kept - len(ends), 0))
        for row in tickets:
            self._offer([row], f"ticket {row['number']}")
        for row in accounts:
            self._offer([row], f"account {row['account']}")
        self._offer(ends[kept:], f"phone ends {_tail(digits)}")

    def _whole_numbers(self, typed: str, digits: str) -> None:
        for kind, number in _readings(typed, digits):
            for row in self._range(_BY_NUMBER, *exact(kind, number), self._limit):
                held = [one for one in row["numbers"].split() if _is_number(one, kind, number)]
                if held:
                    self._offer([row], f"phone {display(held[0]) if held[0].startswith('+1') else held[0]}")

    def _offer_beginnings(self, typed: str, digits: str, room: int) -> None:
        for kind, number in _readings(typed, digits):
            if room <= 0:
                return
            rows = self._range(_BY_NUMBER, *span(kind, number), room)
            before = len(self._found)
            self._offer(rows, f"phone starts {digits}")
            room -= len(self._found) - before

    def _ticket_beginnings(self, typed: str) -> list[Any]:
        number = typed.lstrip("# ")
        return self._range(_BY_TICKET, number, f"{number}{_LAST}", _RESERVED) if len(number) >= 3 else []

    # -- words ------------------------------------------------------------------------------------------------

    def _mail(self, *, anyway: bool = False) -> None:
        mail = self._typed.lower()
        if ("@" in mail or anyway) and len(mail) >= 3 and not any(char.isspace() for char in mail):
            self._offer(self._range(_BY_TEXT, f"e{mail}", f"e{mail}{_LAST}", self._limit), "e-mail")

    def _searched(self) -> list[str]:
        """The typed words without single letters, where there are longer ones."""
        return [word for word in self._words if len(word) > 1] or self._words

    def _names(self) -> None:
        words = self._searched()
        tiers = [[_whole(word) for word in words]]
        beginnings = [self._beginning(word, NAME) for word in words]
        if len(words) > 1:
            tiers.append([*tiers[0][:-1], beginnings[-1]])
        tiers.append(beginnings)
        for tier in tiers:
            if "" not in tier:
                rows = self._match(_BY_NAME, " AND ".join(tier))
                placed = sorted((_placed(row, self._words), at) for at, row in enumerate(rows))
                for place, at in placed:
                    self._offer([rows[at]], place.why)
            if len(self._found) >= self._limit:
                return

    def _name_and_number(self) -> None:
        """`smith 0142`: the words of a name and the last digits of a number."""
        numbers = [word for word in self._words if len(word) >= 3 and word.isascii() and word.isdigit()]
        names = [word for word in self._words if word not in numbers]
        if len(numbers) != 1 or not names:
            return
        for row in self._range(_BY_NUMBER, *span(BACKWARD, numbers[0][::-1]), 10 * self._depth):
            text = f" {row['words'].replace('|', ' ')}"
            if all(f" {word}" in text for word in names):
                self._offer([row], f"name and phone ends {_tail(numbers[0])}")

    def _anything(self) -> None:
        self._mail(anyway=True)
        expression = [self._beginning(word, NAME, PLACE) for word in self._searched()]
        if "" in expression:
            return
        for row in self._match(_BY_ANY, " AND ".join(expression)):
            self._offer([row], _place(row, self._words))

    def _mistyped(self) -> None:
        words, meant = self._searched(), set[str]()
        expression = []
        for word in words:
            near = close_words(self._store.connection, word)
            meant.update(near)
            beginning = self._beginning(word, NAME)
            choices = [choice for choice in (beginning, *(_whole(one) for one in near)) if choice]
            if not choices:
                return
            expression.append(f"({' OR '.join(choices)})")
        if not meant:
            return
        for row in self._match(_BY_NAME, " AND ".join(expression)):
            held = row["words"].replace("|", " ").split()
            close = next((word for word in held if word in meant), held[0])
            self._offer([row], f"close to ‘{_as_written(row, close)}’")

    def _beginning(self, word: str, *kinds: int) -> str:
        """An FTS expression for the words that begin so; "" when there is none.

        Prefixes that have their own index are asked for as such; others become the known words they begin."""
        if kinds == (NAME,) and len(word) <= _INDEXED_PREFIX:
            return f'"{word}" *'
        known = [word] if kinds != (NAME,) else []
        if len(word) > 1:
            for kind in kinds:
                known += [
                    row[0]
                    for row in self._store.execute(
                        "SELECT word FROM customer_word WHERE kind = ? AND word >= ? AND word < ? LIMIT ?",
                        (kind, word, word + _LAST, _EXPANSIONS),
                    ).fetchall()
                ]
        return f"({' OR '.join(map(_whole, dict.fromkeys(known)))})" if known else ""


def _whole(word: str) -> str:
    return f'"{word}"'


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """How well the words fit a row: fewer words that are only beginnings, then the name before the company."""

    beginnings: int
    part: int
    unlike: bool
    why: str


_PLANS = {int(plan): plan for plan in Plan}
_PARTS = ("name", "contact", "company")


def _placed(row: Any, words: Sequence[str]) -> _Place:
    parts = [f" {part} " for part in row["words"].split("|")]
    held, beginnings = [], 0
    for word in words:
        whole = next((at for at, part in enumerate(parts) if f" {word} " in part), None)
        if whole is None:
            beginnings += 1
            whole = next((at for at, part in enumerate(parts) if f" {word}" in part), None)
        if whole is not None:
            held.append(whole)
    part = max(held, default=len(_PARTS) - 1)
    why = " and ".join(_PARTS[at] for at in sorted(set(held))) or "name"
    return _Place(beginnings, part, parts[0].split() != list(words), why)


def _place(row: Any, words: Sequence[str]) -> str:
    """Why a row was found by every word: which of its fields hold them."""
    named = f" {row['words'].replace('|', ' ')}"
    rest = [word for word in words if f" {word}" not in named]
    for reason, text in (
        ("address", f"{row['street'] or ''} {row['city'] or ''}"),
        ("node", row["node"] or ""),
        ("website", row["website"] or ""),
    ):
        held = f" {' '.join(words_of(text))}"
        if any(f" {word}" in held for word in rest or words):
            return f"name and {reason}" if 0 < len(rest) < len(words) else reason
    return "name" if not rest else "e-mail"


def _readings(typed: str, digits: str) -> list[tuple[int, str]]:
    """What the typed digits may be the beginning of: (kind, digits)."""
    if typed.lstrip().startswith("+"):
        return [(FORWARD, digits)]
    for dialled in ("011", "00"):
        if digits.startswith(dialled) and len(digits) > len(dialled) + 2:
            return [(FORWARD, digits.removeprefix(dialled)), (NATIONAL, digits)]
    national = digits.lstrip("0")
    readings = [(FORWARD, f"1{digits}"), (FORWARD, digits), (NATIONAL, digits)]
    return [*readings, (NATIONAL, national)] if len(national) >= 3 and national != digits else readings


def _is_number(held: str, kind: int, digits: str) -> bool:
    """Whether a customer's number is the typed one: keys hold the first 17 digits only."""
    plain = held.removeprefix("+")
    return plain == digits or (kind == NATIONAL and held.startswith("+") and national_part(plain) == digits)


def _tail(digits: str) -> str:
    return digits if len(digits) <= 7 else digits[-4:]


def _as_written(row: Any, folded: str) -> str:
    """A folded word as it stands in the name or company of a row."""
    for text in (row["name"], row["company"] or ""):
        for written in re.split(r"[\s,;/|()]+", text):
            if folded in words_of(written):
                return written.strip("\"'.:-‘’“”")
    return folded


def _listed(row: Any) -> LookupRow:
    return LookupRow(
        id=CustomerId(row["id"]),
        account=row["account"] or "",
        name=row["name"],
        company=row["company"] or "",
        phones=tuple(number for number in row["numbers"].split() if number.startswith("+")),
        plan=_PLANS.get(row["plan"]),
    )
