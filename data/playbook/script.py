"""The plain script: cards with what to say and where each answer leads, read from a reviewed YAML file.

The full playbook engine (typed actions, data branches, checks) replaces this module; the file's shape is a
small part of what it will read."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

from pydantic import Field

from data.models.base import Value


class Answer(Value):
    """One way on: the key that takes it, its label and the card that follows."""

    key: str = Field(pattern="^[0-9a-z]$")
    label: str
    to: str


class Card(Value):
    """One step of the script."""

    id: str
    title: str
    say: str = ""
    """What is said aloud; `$name` stands for a fact of the contact."""
    chat: str = ""
    """What is written in a chat, where it differs."""
    do: str = ""
    """What the agent does, in one line."""
    answers: tuple[Answer, ...] = ()


class Script(Value):
    """A script of cards; the first one is where every contact begins."""

    id: str
    version: int
    cards: tuple[Card, ...]

    def card(self, card_id: str) -> Card:
        """A card by id; an unknown one (an older version's) leads to the first."""
        return next((card for card in self.cards if card.id == card_id), self.cards[0])

    @property
    def first(self) -> Card:
        return self.cards[0]


def say(text: str, facts: Mapping[str, str]) -> str:
    """The text with its facts filled in; a fact that is not known yet stays a gap that the agent sees."""
    known = {name: value for name, value in facts.items() if value}
    gaps = _Gaps(known)
    return " ".join(Template(text).safe_substitute(gaps).split())


class _Gaps(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"
