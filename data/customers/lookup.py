"""One search box: name, company, phone, e-mail, address, account, ticket, as one types.

Every step is an index probe that ends after some sixty rows in the order of rank; nothing is scored inside
SQLite (ranking by bm25 costs 360 ms for one letter at a million customers, reading in order of rank 0.03 ms)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from data.customers.fit import Fit, as_written, place_of, reason_of
from data.customers.folding import account_key, words_of
from data.customers.index import COLUMNS, NAME, PLACE, horizon
from data.customers.numbers import BACKWARD, FORWARD, exact, is_number, readings, span
from data.customers.phone import display
from data.customers.slips import close_words
from data.models.base import CustomerId
from data.models.customer import Customer, Plan
from data.store.database import Store
from data.store.driver import AT_MOST

_LONGEST_QUERY = 200
_MOST_WORDS = 8
_CANDIDATES = 60
_INDEXED_PREFIX = 8
"""Letters of the longest prefix index of `customer_names`."""
_EXPANSIONS = 24
"""Known words that an unfinished long word may become."""
_SEARCHED = 4
"""Words of a query that are looked up; each further one would cost more than it narrows."""
_WHOLE_NUMBER = 7
"""Digits from which on a number may be a whole one."""
_SURELY_WHOLE = 10
"""Digits from which on a number that somebody has is not the beginning of another one."""
_SHARED_ENDS = 200
"""Customers with the same last digits that are looked through for a name."""
_RESERVED = 5
"""Places kept for tickets and for accounts when telephone numbers would fill the list."""
_LAST = "\U0010ffff"

_NUMBER_LIKE = re.compile(r"[\d\s()+\-./#]*\d[\d\s()+\-./#]*", re.ASCII)
_EXTENSION = re.compile(r"\s*(?:ext\.?|x)\s*\d*\s*$", re.IGNORECASE)
_TICKET = re.compile(r"(?:ticket|#)[\s#]*", re.IGNORECASE)

_KNOWN = f"SELECT word FROM customer_word WHERE kind = ? AND word >= ? AND word < ? ORDER BY word {AT_MOST}"  # noqa: S608
_WORDS = 7
"""Place of the indexed words in `_ROW`."""
_ROW = "r.rank, r.id, r.account, r.name, r.company, r.numbers, r.plan, r.words"
_SEEN = "r.rank < ? AND r.gone IN (0, ?)"
_BY_NUMBER = (
    f"SELECT {_ROW} FROM customer_number n CROSS JOIN customer_row r ON r.rank = n.rank"  # noqa: S608
    f" WHERE n.key >= ? AND n.key < ? AND {_SEEN} ORDER BY n.key, n.rank {AT_MOST}"
)
_BY_NUMBER_AND_WORD = (
    f"SELECT {_ROW} FROM (SELECT rank FROM customer_number WHERE key >= ? AND key < ? AND rank < ?"  # noqa: S608
    f" ORDER BY key, rank LIMIT {_SHARED_ENDS}) n CROSS JOIN customer_row r ON r.rank = n.rank"
    " WHERE r.gone IN (0, ?) AND instr(r.words, ?)"
)
_BY_TEXT = (
    f"SELECT {_ROW} FROM customer_text t CROSS JOIN customer_row r ON r.rank = t.rank"  # noqa: S608
    f" WHERE t.key >= ? AND t.key < ? AND {_SEEN} ORDER BY t.key, t.rank {AT_MOST}"
)
_BY_NAME = (
    f"SELECT {_ROW} FROM customer_names CROSS JOIN customer_row r ON r.rank = customer_names.rowid"  # noqa: S608
    f" WHERE customer_names MATCH ? AND customer_names.rowid < ? AND r.gone IN (0, ?) ORDER BY customer_names.rowid"
    f" {AT_MOST}"
)
_BY_ANY = (
    f"SELECT {_ROW}, r.street, r.city, r.node, r.website FROM customer_all"  # noqa: S608
    " CROSS JOIN customer_row r ON r.rank = customer_all.rowid"
    " WHERE customer_all MATCH ? AND customer_all.rowid < ? AND r.gone IN (0, ?) ORDER BY customer_all.rowid"
    f" {AT_MOST}"
)
_BY_ID = f"SELECT {_ROW} FROM customer_row r WHERE r.id = ? AND {_SEEN}"  # noqa: S608
_BY_TICKET = (
    f"SELECT {_ROW}, t.number FROM ticket t CROSS JOIN customer_row r ON r.id = t.customer_id"  # noqa: S608
    f" WHERE t.number >= ? AND t.number < ? AND {_SEEN} ORDER BY t.number {AT_MOST}"
)
_WHOLE = ", ".join(f"r.{name}" for name in COLUMNS)
_POP = (
    f"SELECT {_WHOLE}, r.numbers FROM customer_number n CROSS JOIN customer_row r ON r.rank = n.rank"  # noqa: S608
    f" WHERE n.key = ? AND {_SEEN} ORDER BY n.rank {AT_MOST}"
)


class LookupRow(NamedTuple):
    """What a list of results shows of a customer; `get` has the rest."""

    id: CustomerId
    account: str
    name: str
    company: str
    phones: tuple[str, ...]
    """E.164, in the customer's order; numbers that could not be normalised are left out."""
    plan: Plan | None


class Match(NamedTuple):
    """A customer that was found, and why in a few words (`phone ends 0142`, `name`, `close to ‘Alvarez’`)."""

    customer: LookupRow
    why: str


def lookup(store: Store, query: str, limit: int = 20) -> list[Match]:
    """The customers that a query may mean, best first; none for a query without a letter or a digit.

    Exact accounts, ids, tickets and telephone numbers come first, then numbers by their last or first digits,
    names (whole words before beginnings of words), companies, e-mail addresses, and address, node and site. Only
    when all of these find nothing, typing mistakes are forgiven.
    """
    with store.reading():
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
        self._query = query[:_LONGEST_QUERY]
        self._typed = self._query.strip()
        self._words = list(dict.fromkeys(words_of(self._typed)))[:_MOST_WORDS]
        self._digits = "".join(char for char in self._typed if "0" <= char <= "9")
        self._found: dict[int, tuple[Any, str]] = {}
        self._seen = (0, 0)

    def run(self) -> list[Match]:
        if not self._words or not self._limit:
            return []
        self._seen = horizon(self._store.connection)
        self._exact()
        self._numbers()
        self._mail()
        if not (self._found and self._says_what_it_is()):
            steps = [self._names, self._beginnings_of_texts, self._anything]
            steps.insert(3 if self._words[0].isdigit() else 1, self._name_and_number)
            for step in steps:
                if len(self._found) >= self._limit:
                    break
                step()
        if not self._found:
            self._mistyped()
        return [Match(_listed(row), why) for row, why in list(self._found.values())[: self._limit]]

    def _says_what_it_is(self) -> bool:
        """Whether the query is a whole number or an e-mail address, and no part of a name or an address."""
        return "@" in self._typed or (
            len(self._digits) >= _WHOLE_NUMBER and _NUMBER_LIKE.fullmatch(self._typed) is not None
        )

    def _offer(self, rows: Sequence[Any], why: str) -> None:
        for row in rows:
            self._found.setdefault(row[0], (row, why))

    def _range(self, sql: str, first: Any, end: Any, count: int) -> list[Any]:
        return list(self._store.execute(sql, (first, end, *self._seen, count)).fetchall())

    def _match(self, sql: str, choices: Sequence[str], count: int) -> list[Any]:
        if "" in choices:
            return []
        expression = " AND ".join(choices)
        return list(self._store.execute(sql, (expression, *self._seen, count)).fetchall())

    # -- accounts, ids, tickets, telephone numbers ------------------------------------------------------------

    def _exact(self) -> None:
        if self._query != self._typed:
            self._offer(self._range(_BY_TEXT, f"n{self._query}", f"n{self._query}\0", self._limit), "name")
        if not self._digits:
            return
        account = f"a{account_key(self._typed)}"
        for row in self._range(_BY_TEXT, account, f"{account}\0", self._limit):
            self._offer([row], f"account {row['account']}")
        for row in self._store.execute(_BY_ID, (self._typed, *self._seen)).fetchall():
            self._offer([row], f"customer {row['id']}")
        number = _TICKET.sub("", self._typed, count=1)
        for row in self._range(_BY_TICKET, number, f"{number}\0", self._limit):
            self._offer([row], f"ticket {row['number']}")

    def _numbers(self) -> None:
        typed, digits = self._typed, self._digits
        if len(digits) < 3:
            return
        if not _NUMBER_LIKE.fullmatch(typed):
            typed = _EXTENSION.sub("", typed)
            digits = "".join(char for char in typed if "0" <= char <= "9")
            if len(digits) < 3 or not _NUMBER_LIKE.fullmatch(typed):
                return
        read = readings(typed, digits)
        if len(digits) >= _WHOLE_NUMBER:
            for kind, number in read:
                for row in self._range(_BY_NUMBER, *exact(kind, number), self._limit):
                    held = next((one for one in row["numbers"].split() if is_number(one, kind, number)), "")
                    if held:
                        self._offer([row], f"phone {display(held)}")
        tickets = self._ticket_beginnings(typed)
        accounts = self._range(_BY_TEXT, f"a{digits}", f"a{digits}{_LAST}", _RESERVED)
        ends = sorted(self._range(_BY_NUMBER, *span(BACKWARD, digits[::-1]), self._depth), key=itemgetter(0))
        room = max(self._limit - len(self._found) - len(tickets) - len(accounts), 1)
        why = f"phone ends {digits if len(digits) <= 7 else digits[-4:]}"
        self._offer(ends[:room], why)
        whole = len(digits) >= _SURELY_WHOLE and bool(self._found)
        for kind, number in read:
            if len(self._found) < room and not whole:
                self._offer(self._range(_BY_NUMBER, *span(kind, number), room), f"phone starts {digits}")
        for row in tickets:
            self._offer([row], f"ticket {row['number']}")
        for row in accounts:
            self._offer([row], f"account {row['account']}")
        self._offer(ends[room:], why)

    def _ticket_beginnings(self, typed: str) -> list[Any]:
        number = typed.lstrip("# ")
        return self._range(_BY_TICKET, number, f"{number}{_LAST}", _RESERVED) if len(number) >= 3 else []

    # -- words ------------------------------------------------------------------------------------------------

    def _mail(self) -> None:
        if "@" in self._typed:
            self._text_beginnings("e", self._typed.lower(), "e-mail")

    def _text_beginnings(self, kind: str, text: str, why: str) -> None:
        self._offer(self._range(_BY_TEXT, f"{kind}{text}", f"{kind}{text}{_LAST}", self._limit), why)

    def _beginnings_of_texts(self) -> None:
        """What may be the beginning of an e-mail address or an account, though nothing says that it is."""
        if len(self._typed) >= 3 and not any(char.isspace() for char in self._typed):
            self._text_beginnings("e", self._typed.lower(), "e-mail")
            account = account_key(self._typed)
            for row in self._range(_BY_TEXT, f"a{account}", f"a{account}{_LAST}", _RESERVED):
                self._offer([row], f"account {row['account']}")

    def _searched(self) -> list[str]:
        """The typed words that are looked up; the others only count for the order.

        One letter beside longer words narrows cheaply; two of them, or three single letters, would cost
        milliseconds. Of very many words the longest are the rarest."""
        letters = [word for word in self._words if len(word) == 1]
        longer = [word for word in self._words if len(word) > 1]
        if not longer:
            return letters[:2]
        if len(longer) > _SEARCHED:
            return sorted(longer, key=len, reverse=True)[:_SEARCHED]
        return self._words if len(letters) == 1 and len(longer) < _SEARCHED else longer

    def _names(self) -> None:
        words = self._searched()
        known = [self._begun(word) for word in words]
        if not all(known):
            return
        whole = [f'"{word}"' for word in words]
        beginnings = [_name_beginning(word, these) for word, these in zip(words, known, strict=True)]
        # Nobody has an unfinished word as a whole one: such tiers need not be asked for.
        finished = [these[0] == word for word, these in zip(words, known, strict=True)]
        tiers = [whole] if all(finished) else []
        if 1 < len(words) < _SEARCHED and all(finished[:-1]):
            tiers.append([*whole[:-1], beginnings[-1]])
        tiers.append(beginnings)
        fit = Fit(self._words)
        for tier in [tier for place, tier in enumerate(tiers) if tier not in tiers[:place]]:
            rows = self._match(_BY_NAME, tier, self._depth)
            fits = [fit.of(row[_WORDS]) for row in rows]
            for at in sorted(range(len(rows)), key=fits.__getitem__)[: self._limit]:
                self._found.setdefault(rows[at][0], (rows[at], reason_of(fits[at])))
            if len(self._found) >= self._limit:
                return

    def _begun(self, word: str) -> list[str]:
        """Known words of names that a word may be the beginning of; of a short one two, which is enough to tell."""
        return self._known(NAME, word, 2 if len(word) <= _INDEXED_PREFIX else _EXPANSIONS)

    def _known(self, kind: int, beginning: str, count: int) -> list[str]:
        found = self._store.execute(_KNOWN, (kind, beginning, beginning + _LAST, count)).fetchall()
        return [row[0] for row in found]

    def _name_and_number(self) -> None:
        """`smith 0142`: words of a name and the last digits of a number."""
        numbers = [word for word in self._words if len(word) >= 4 and word.isascii() and word.isdigit()]
        names = [word for word in self._words if word not in numbers]
        if len(numbers) != 1 or not names:
            return
        if self._found and self._words[0] == numbers[0]:  # the number of a house
            return
        fit = Fit(names)
        first, end = span(BACKWARD, numbers[0][::-1])
        hidden, pending = self._seen
        longest = f" {max(names, key=len)}"
        for row in self._store.execute(_BY_NUMBER_AND_WORD, (first, end, hidden, pending, longest)).fetchall():
            if fit.all_in(row[_WORDS]):
                self._offer([row], f"name and phone ends {numbers[0]}")

    def _anything(self) -> None:
        """Words of any field; the last one may be unfinished. Without a word of a place `_names` has found them all."""
        words = self._searched()
        last = words[-1]
        known = self._known(PLACE, last, _EXPANSIONS) if len(last) > 1 else []
        if not known and not any(self._known(PLACE, word, 1) == [word] for word in words):
            return
        known.insert(0, last)
        if len(last) > 1:
            known += self._known(NAME, last, _EXPANSIONS // 2)
        for row in self._match(_BY_ANY, [*(f'"{word}"' for word in words[:-1]), _any_of(known)], self._limit):
            if row[0] not in self._found:
                places = (
                    ("address", f"{row['street'] or ''} {row['city'] or ''}"),
                    ("node", row["node"] or ""),
                    ("website", row["website"] or ""),
                )
                self._offer([row], place_of(self._words, row[_WORDS], places))

    def _mistyped(self) -> None:
        meant: set[str] = set()
        choices = []
        for word in self._searched():
            near = close_words(self._store.connection, word)
            meant.update(near)
            beginning = _name_beginning(word, self._begun(word))
            alternatives = [*([beginning] if beginning else []), *(f'"{one}"' for one in near)]
            choices.append(f"({' OR '.join(alternatives)})" if alternatives else "")
        if not meant:
            return
        for row in self._match(_BY_NAME, choices, self._depth):
            held = row[_WORDS].replace("|", " ").split()
            close = next((word for word in held if word in meant), held[0])
            self._offer([row], f"close to ‘{as_written(close, row['name'], row['company'] or '')}’")


def _name_beginning(word: str, known: Sequence[str]) -> str:
    """An FTS expression for names that begin so; "" when there are none.

    Up to eight letters have an index of their own; a longer beginning becomes the known words it begins, and so
    does one that begins a single word."""
    return f'"{word}" *' if len(word) <= _INDEXED_PREFIX and len(known) > 1 else _any_of(known)


def _any_of(words: Sequence[str]) -> str:
    quoted = [f'"{word}"' for word in dict.fromkeys(words)]
    return f"({' OR '.join(quoted)})" if len(quoted) > 1 else "".join(quoted)


_PLANS = {int(plan): plan for plan in Plan}


def _listed(row: Any) -> LookupRow:
    customer_id, account, name, company, numbers, plan = row[1:_WORDS]
    phones = tuple([number for number in numbers.split() if number[0] == "+"])
    return LookupRow(customer_id, account or "", name, company or "", phones, _PLANS.get(plan))
