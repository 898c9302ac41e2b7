"""Customers that are probably the one that somebody is about to write down again (CUST-4).

Number, account and e-mail address are one index probe each. Names are compared only among those of the same town
or company whose words are the same, or one typing mistake away: at a million customers a name alone says little."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from data.customers.folding import account_key, words_of
from data.customers.index import horizon
from data.customers.numbers import FORWARD, NATIONAL, exact, is_number
from data.customers.slips import close_words
from data.models.customer import Customer, Phone
from data.store.database import Store
from data.store.driver import AT_MOST
from data.text.likeness import shared_likeness, sorted_likeness

MOST = 5
"""Duplicates that are told: more would not be read."""
_SIMILAR = 88
"""Likeness of two names, of 100, from which on they may be one."""
_SHARERS = 20
"""Customers with one number, account or address that are looked at."""
_CANDIDATES = 40
_NEAR = 6
"""Words that a mistyped one may have meant."""
_SHORTEST_NUMBER = 7
_LONGEST = 200
"""Characters of a name, town or company that are compared."""
_ROW = "r.rank, r.id, r.account, r.name, r.company, r.numbers, r.city, r.people"
_SEEN = "r.rank < ? AND r.gone IN (0, ?)"
_BY_NUMBER = (
    f"SELECT {_ROW} FROM customer_number k CROSS JOIN customer_row r ON r.rank = k.rank"  # noqa: S608
    f" WHERE k.key = ? AND {_SEEN} {AT_MOST}"
)
_BY_TEXT = (
    f"SELECT {_ROW} FROM customer_text k CROSS JOIN customer_row r ON r.rank = k.rank"  # noqa: S608
    f" WHERE k.key = ? AND {_SEEN} {AT_MOST}"
)
_BY_WORDS = (
    f"SELECT {_ROW} FROM customer_all CROSS JOIN customer_row r ON r.rank = customer_all.rowid"  # noqa: S608
    " WHERE customer_all MATCH ? AND customer_all.rowid < ? AND r.gone IN (0, ?) ORDER BY customer_all.rowid"
    f" {AT_MOST}"
)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A known customer that is probably meant, and why in a few words."""

    id: str
    name: str
    company: str
    city: str
    account: str
    why: str


def likely(store: Store, typed: Customer, but: str = "", limit: int = MOST) -> list[Duplicate]:
    """The known customers that a new or changed one probably doubles, the likeliest first.

    Args:
        store: reads only.
        typed: as far as it is known; the id does not count.
        but: id of the customer that is being changed.
        limit: at most so many.
    """
    return _Search(store, typed).run(but, limit)


class _Search:
    """One look for duplicates."""

    def __init__(self, store: Store, typed: Customer) -> None:
        self._store = store
        self._typed = typed
        self._seen = horizon(store.connection)
        self._found: dict[int, tuple[Any, list[str]]] = {}

    def run(self, but: str, limit: int) -> list[Duplicate]:
        self._accounts()
        for phone in self._typed.phones:
            self._number(phone)
        for email in self._typed.emails:
            if email.strip():
                self._offer(self._by(_BY_TEXT, f"e{email.strip().lower()[:200]}"), "same e-mail address")
        self._names()
        told = []
        for row, reasons in self._found.values():
            if row["id"] != but:
                told.append((-_weight(reasons), row["rank"], _duplicate(row, reasons)))
        return [duplicate for _, _, duplicate in sorted(told, key=lambda one: one[:2])[:limit]]

    def _by(self, sql: str, key: object, count: int = _SHARERS) -> list[Any]:
        return list(self._store.execute(sql, (key, *self._seen, count)).fetchall())

    def _offer(self, rows: Iterable[Any], why: str) -> None:
        for row in rows:
            reasons = self._found.setdefault(row["rank"], (row, []))[1]
            if why not in reasons:
                reasons.append(why)

    def _accounts(self) -> None:
        account = account_key(self._typed.account)
        if account:
            rows = self._by(_BY_TEXT, f"a{account}")
            self._offer((row for row in rows if account_key(row["account"] or "") == account), "same account")

    def _number(self, phone: Phone) -> None:
        digits = "".join(char for char in phone.e164 or phone.raw if "0" <= char <= "9")
        if len(digits) < _SHORTEST_NUMBER:
            return
        kind = FORWARD if phone.e164 else NATIONAL
        first, _ = exact(kind, digits)
        rows = self._by(_BY_NUMBER, first)
        self._offer(
            (row for row in rows if any(is_number(one, kind, digits) for one in row["numbers"].split())),
            "same number",
        )

    def _names(self) -> None:
        typed = self._typed
        name, town, company = _words(typed.name), town_of(typed.city), _words(typed.company)
        for row, reasons in self._found.values():
            if name and _likeness(name, row) >= _SIMILAR:
                reasons.append("same name" if _words(row["name"]) == name else "name alike")
        places = [place for place in (town, company) if place]
        if not name or not places:
            return
        among = " OR ".join(f"({_all_of(place)})" for place in places)
        # The first and the last word: what stands between them is often left out.
        edges = list(dict.fromkeys((name[0], name[-1])))
        if not self._alike(name, self._by(_BY_WORDS, f"{_all_of(edges)} AND ({among})", _CANDIDATES)):
            self._alike(name, self._mistyped(edges, among))

    def _alike(self, name: Sequence[str], rows: Iterable[Any]) -> bool:
        """Offer those of the rows whose name is alike and whose town or company is the same; whether there were any."""
        town, company = town_of(self._typed.city), _words(self._typed.company)
        before = len(self._found)
        for row in rows:
            if _likeness(name, row) < _SIMILAR:
                continue
            same = []
            if company and _words(row["company"] or row["name"]) == company:
                same.append("company")
            if town and town_of(row["city"] or "") == town:
                same.append("town")
            if same:
                self._offer([row], "same name" if _words(row["name"]) == name else "name alike")
                self._offer([row], f"same {' and '.join(same)}")
        return len(self._found) > before

    def _mistyped(self, edges: Sequence[str], among: str) -> list[Any]:
        """Those whose name has one typing mistake, wherever it was made."""
        rows = []
        for place, word in enumerate(edges):
            near = close_words(self._store.connection, word)[:_NEAR]
            if near:
                others = [*edges[:place], *edges[place + 1 :]]
                wanted = " AND ".join([f"({' OR '.join(map(_quoted, near))})", *map(_quoted, others)])
                rows += self._by(_BY_WORDS, f"{wanted} AND ({among})", _CANDIDATES)
        return rows


_WEIGHTS = {"same account": 8, "same e-mail address": 6, "same number": 5, "same name": 3, "name alike": 2}


def _weight(reasons: Iterable[str]) -> int:
    return sum(_WEIGHTS.get(reason, 1) for reason in reasons)


def _duplicate(row: Any, reasons: Sequence[str]) -> Duplicate:
    return Duplicate(
        row["id"], row["name"], row["company"] or "", row["city"] or "", row["account"] or "", ", ".join(reasons)
    )


def town_of(city: str) -> list[str]:
    """The words of a town without state and postcode: `Springfield, IL 62701` is Springfield."""
    return _words(city.partition(",")[0])


def _words(text: str) -> list[str]:
    return words_of(text[:_LONGEST])


def _likeness(name: Sequence[str], row: Any) -> float:
    """How alike a typed name is to a customer's, or to that of somebody there: 100 is the same."""
    people = [str(one.get("name", "")) for one in json.loads(row["people"] or "[]")]
    best = 0.0
    for held in (_words(one) for one in (row["name"], *people)):
        alike = sorted_likeness(name, held)
        if len(set(name) & set(held)) > 1:
            alike = max(alike, shared_likeness(name, held))
        best = max(best, alike)
    return best


def _quoted(word: str) -> str:
    return f'"{word}"'


def _all_of(words: Sequence[str]) -> str:
    return " AND ".join(map(_quoted, words))
