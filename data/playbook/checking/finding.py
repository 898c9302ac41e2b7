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

KINDS: Mapping[str, str] = {
    "shape": "it cannot be read: not YAML, a name twice, a text where a list belongs",
    "unknown-field": "a field that is not known there",
    "unknown-action": "an action that there is not",
    "unknown-fact": "a branch on a fact that there is not",
    "unknown-value": "a value that a fact or field never has",
    "unknown-item": "an item that is not in the list of items",
    "cost-not-said": "an item is charged before its price was said",
    "cost-of-nothing": "a price with conduct that is about no cost",
    "no-amount": "a cost that was said, without the amount",
    "no-reason": "a no without its reason",
    "unknown-card": "an answer or branch leads to a card that there is not",
    "unknown-outcome": "an answer's outcome is none that can come of what the card waits for",
    "unknown-name": "a text is to be filled in with something that there is not",
    "unknown-term": "a text names a word that is not among the playbook's terms",
    "missing": "a field that must be there is not",
    "id-twice": "two cards have one id",
    "key-twice": "two answers of a card have one key",
    "no-label": "an answer without a label",
    "missing-answer": "a question with fewer than two answers, an outcome without an answer, or no answer in some case",
    "asks-on-entry": "an action that asks or waits, where nothing is asked",
    "dead-end": "nothing follows a card, and it is no end",
    "unreachable": "nothing leads to a card",
    "never-taken": "an answer or branch that no contact can take",
    "uncovered": "branches that leave a case out",
    "endless": "a loop from which no way leads to an end",
    "wording": "a text that cannot be filled in",
    "price-in-text": "a price that is written out, where the item's should be filled in",
    "wrong-price": "a price that is not the item's",
    "item-type": "an item is charged on a type of ticket that it is not for",
    "no-ticket": "a number is told, or an item charged, before there is a ticket",
    "nothing-charged": "an invoice of nothing",
    "nothing-to-pay": "a payment of an invoice, and none is open",
    "second-offer": "a second offer in one contact",
    "nobody-there": "somebody is asked to hold or handed over who is not on the line or in the chat",
    "transfer-after-voice-mail": "a hand-over after a voice mail was left",
    "no-session": "a remote session without its link and code, or the reason why none is needed",
    "not-told": "a hand-over to a remote agent who was not told",
    "at-computer": "a hand-over to a remote agent before anybody asked whether the person is at the computer",
    "hold-again": "the wording of a second hold, where the customer was never asked to hold",
    "wrong-channel": "a text for a channel in which the card is never reached",
    "no-text": "no text for a channel in which the card is reached",
    "too-many": "more situations than are looked at",
}
"""What can be wrong, by the word that stands for it."""


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
    example: str = ""
    """The first case in which it is so; empty: always."""


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

    def finding(
        self, place: Place, kind: str, text: str, fix: str, grave: Grave = Grave.ERROR, example: str = ""
    ) -> Finding:
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
            example=example,
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
