"""What `playbook check` finds, and the playbook as it is written, which knows the line of everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from data.models.base import Value
from data.models.customer import Plan
from data.playbook.actions import Act
from data.playbook.model import Answer, Branch, Card, Playbook
from data.text.reviewed import Document, Place


class Grave(StrEnum):
    """How bad it is."""

    ERROR = "error"
    """A contact can come to harm."""
    ADVICE = "advice"
    """It works, and is better written otherwise."""


class Finding(Value):
    """One thing that is wrong in a playbook."""

    file: str
    line: int
    card: str = ""
    kind: str
    text: str
    fix: str
    grave: Grave = Grave.ERROR


class Item(Protocol):
    """What a check needs to know of an item that can be charged."""

    @property
    def price(self) -> Decimal: ...

    @property
    def types(self) -> tuple[Plan, ...]: ...


@dataclass(frozen=True, slots=True)
class Written:
    """A playbook with the places where everything stands."""

    playbook: Playbook
    document: Document
    path: Path
    items: Mapping[str, Item]

    def finding(self, place: Place, kind: str, text: str, fix: str, grave: Grave = Grave.ERROR) -> Finding:
        """A finding about what stands at a place."""
        card = self.playbook.cards[int(place[1])].id if place[:1] == ("cards",) and len(place) > 1 else ""
        return Finding(
            file=str(self.path),
            line=self.document.line(place),
            card=card,
            kind=kind,
            text=text,
            fix=fix,
            grave=grave,
        )

    def cards(self) -> Iterator[tuple[Place, Card]]:
        """Every card with its place."""
        for at, card in enumerate(self.playbook.cards):
            yield ("cards", at), card


def ways(place: Place, card: Card) -> Iterator[tuple[Place, Answer | Branch]]:
    """Every way on from a card with its place."""
    for at, answer in enumerate(card.answers):
        yield (*place, "answers", at), answer
    for at, branch in enumerate(card.branches):
        yield (*place, "branches", at), branch


def acts(place: Place, card: Card) -> Iterator[tuple[Place, Act]]:
    """Every action of a card with its place."""
    for at, act in enumerate(card.actions):
        yield (*place, "actions", at, act.action), act
    if card.expect is not None:
        yield (*place, "expect", card.expect.action), card.expect
    for at, answer in enumerate(card.answers):
        for number, act in enumerate(answer.actions):
            yield (*place, "answers", at, "actions", number, act.action), act
