"""A playbook as it is written: cards with what to say, what to ask, the answers and where each leads (PLAY-1).

    id: leads
    version: 3
    cards:
      - id: D2-8
        title: payment
        actions: [{charge: {item: "320"}}, invoice]      done when the card is reached
        say: {voice: …, chat: …}                         or one text for every channel
        expect: {payment: {pays: [invoice]}}             what this card waits for …
        answers:                                         … and an answer for each thing that can come of it
          - {key: 1, label: Paid, outcome: paid, to: D2-9}

A card that data decides has `branches` in place of answers; one where the script ends has `end`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from data.models.base import Strict
from data.playbook.actions import Act, Action, When
from data.playbook.world import Channel


class Wording(Strict):
    """What is said on each channel."""

    voice: str = ""
    chat: str = ""
    email: str = ""

    def on(self, channel: Channel) -> str:
        """The text for a channel."""
        return {Channel.VOICE: self.voice, Channel.CHAT: self.chat, Channel.EMAIL: self.email}[channel]

    @property
    def channels(self) -> frozenset[Channel]:
        """The channels that have a text."""
        return frozenset(one for one in Channel if self.on(one))

    @property
    def same(self) -> bool:
        """One text was written for every channel."""
        return self.voice == self.chat == self.email


def _everywhere(say: Any) -> Any:
    return {"voice": say, "chat": say, "email": say} if isinstance(say, str) else say


class Answer(Strict):
    """One way on: the key that takes it, its label and the card that follows."""

    key: str = Field(pattern="^[0-9a-z]$")
    label: str = ""
    outcome: str = ""
    """What came of the thing that the card waited for."""
    actions: tuple[Action, ...] = ()
    """Done when it is given."""
    to: str
    when: When


class Branch(Strict):
    """A way on that data decides. Without `when` it is taken where no other is."""

    when: When
    because: str
    """The reason that the agent reads; may hold {{ facts }}."""
    to: str


class Card(Strict):
    """One step."""

    id: str = Field(min_length=1, max_length=24)
    title: str = Field(min_length=1, max_length=40)
    say: Annotated[Wording, BeforeValidator(_everywhere)] = Wording()
    ask: str = ""
    """What the agent is to find out, in one line."""
    do: str = ""
    """What the agent does, in one line."""
    actions: tuple[Action, ...] = ()
    """Done when the card is reached."""
    expect: Action | None = None
    """What the card waits for."""
    answers: tuple[Answer, ...] = ()
    branches: tuple[Branch, ...] = ()
    end: Literal["", "done", "back"] = ""
    """The script ends here; `back`: an interrupted one goes on."""
    jump: bool = False
    """Reached by jumping: nothing in the playbook leads to it."""

    @property
    def ways(self) -> tuple[Answer | Branch, ...]:
        """Every way on: its answers, or its branches."""
        return (*self.answers, *self.branches)

    @model_validator(mode="after")
    def _one_way_on(self) -> Self:
        ways = [name for name in ("answers", "branches", "end") if getattr(self, name)]
        if len(ways) > 1:
            raise ValueError(f"a card goes on by {' or by '.join(ways)}, not by both")
        return self


class Playbook(Strict):
    """A script of cards; the first one is where every contact begins."""

    id: str = Field(pattern="^[a-z][a-z0-9-]*$", max_length=32)
    version: int = Field(ge=1)
    title: str = ""
    about: str = ""
    """When it is for, in one sentence."""
    starts: tuple[Channel, ...] = tuple(Channel)
    """How the contacts came that it is for."""
    key: str = ""
    """The key that opens it from the list of playbooks."""
    terms: Mapping[str, str] = Field(default_factory=dict)
    """Words of the organisation that the texts use: {{ support_number }}."""
    cards: tuple[Card, ...] = Field(min_length=1)

    def find(self, card_id: str) -> Card | None:
        """A card by its id."""
        return next((card for card in self.cards if card.id == card_id), None)

    def card(self, card_id: str) -> Card:
        """A card by its id.

        Raises:
            LookupError: there is none.
        """
        card = self.find(card_id)
        if card is None:
            raise LookupError(f"The playbook {self.id} has no card {card_id}.")
        return card

    @property
    def first(self) -> Card:
        return self.cards[0]


def holds(when: Mapping[str, tuple[str, ...]], known: Mapping[str, str]) -> bool:
    """Whether every fact of a condition has one of its values."""
    return all(known.get(name) in values for name, values in when.items())


def asked_facts(card: Card) -> frozenset[str]:
    """The facts that a card's branches, answers and actions ask for."""
    conditions = [branch.when for branch in card.branches]
    acts: list[Act] = [*card.actions, *([card.expect] if card.expect is not None else [])]
    for answer in card.answers:
        conditions.append(answer.when)
        acts.extend(answer.actions)
    conditions.extend(act.when for act in acts)
    read = {name for act in acts for name in act.reads()}
    return frozenset(name for when in conditions for name in when) | read
