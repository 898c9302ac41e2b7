"""People at a customer as a file names them: who, what they are there, whether they may discuss money (CUST-4)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from data.customers.folding import words_of
from data.customers.mapping import Field
from data.text.cards import mask_cards

_COUNT = re.compile(r"([0-9]*)\s*$")
_MARKS = {
    **dict.fromkeys(("yes", "y", "true", "1", "x", "may"), True),
    **dict.fromkeys(("no", "n", "false", "0"), False),
}


class Said(NamedTuple):
    """Somebody at a customer. What the file does not say is empty or None."""

    name: str
    role: str = ""
    money: bool | None = None


class PeopleColumns:
    """The columns of a file that are about people, and whom each mark is about."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self._names = {heading for heading, field in fields.items() if field is Field.PERSON}
        headings = list(fields)
        self._about = {
            heading: (fields[heading], _whom(heading, headings, self._names))
            for heading in headings
            if fields[heading] in (Field.MONEY, Field.ROLE)
        }
        self.named = bool(self._names or self._about)
        """Whether there are any."""

    def of(self, cells: Iterable[tuple[str, str]], warnings: list[str]) -> tuple[Said, ...]:
        """The people of a row, in its order. What was odd is added to `warnings`."""
        people: list[Said] = []
        latest: dict[str, int] = {}
        for heading, text in cells:
            written = text.strip()
            if heading in self._names:
                latest.pop(heading, None)
                if written:
                    latest[heading] = len(people)
                    people.append(Said(_masked(written, warnings)))
            elif written and heading in self._about:
                field, whom = self._about[heading]
                if whom not in latest:
                    warnings.append(f"{field} of nobody: there is no name before it")
                elif field is Field.ROLE:
                    people[latest[whom]] = people[latest[whom]]._replace(role=_masked(written, warnings))
                elif (mark := _MARKS.get(" ".join(words_of(written)))) is None:
                    warnings.append("money is neither yes nor no: left open")
                else:
                    people[latest[whom]] = people[latest[whom]]._replace(money=mark)
        return tuple(people)


def _whom(mark: str, headings: Sequence[str], names: set[str]) -> str:
    """The column with the name that a mark is about: of the same count (`contact 2`), the nearest on the left."""
    there = [heading for heading in headings if heading in names]
    counted = [heading for heading in there if _count(heading) == _count(mark)] or there
    before = [heading for heading in counted if headings.index(heading) < headings.index(mark)]
    return before[-1] if before else counted[0] if counted else ""


def _count(heading: str) -> str:
    found = _COUNT.search(heading)
    return found[1] if found is not None else ""


def _masked(text: str, warnings: list[str]) -> str:
    masked = mask_cards(text)
    if masked != text:
        warnings.append("a card number was masked in people")
    return masked


def known_marks(said: Iterable[Said], held: Iterable[Mapping[str, Any]]) -> list[Said]:
    """The people that a file names, with what the store knows of those of the same name and the file leaves open."""
    known = {" ".join(words_of(str(one.get("name", "")))): one for one in held}
    merged = []
    for person in said:
        one = known.get(" ".join(words_of(person.name)), {})
        money = one.get("money") if person.money is None else person.money
        merged.append(person._replace(role=person.role or str(one.get("role", "")), money=money))
    return merged


def people_text(people: Iterable[Said]) -> str:
    """People as the model writes them."""
    return json.dumps([person._asdict() for person in people], ensure_ascii=False, separators=(",", ":"))
