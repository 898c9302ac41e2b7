"""Every situation that a playbook can bring a contact into: a card, and the world in which it is reached.

Two worlds are one situation where they differ only in what nothing goes by from that card on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from data.playbook.leading import turned_round
from data.playbook.model import Card, Playbook, asked_facts
from data.playbook.walk import Arrival, Way, arrive, beginnings, ways
from data.playbook.wording import asks_to_hold_again
from data.playbook.world import ASPECTS, FACTS, World

MOST = 20_000
"""Situations that are looked at; a playbook with more of them is looked at in part, and says so."""

Key = tuple[str, tuple[str | None, ...]]


@dataclass(slots=True)
class Move:
    """A way on from a situation, and the situation that it leads to; None where there is no such card."""

    way: Way
    to: Key | None


@dataclass(slots=True)
class Stand:
    """A card whose own actions are done, and the ways on from there."""

    arrival: Arrival
    moves: list[Move]


@dataclass(slots=True)
class Situation:
    """A card as it is reached. `world`: before the card's own actions."""

    key: Key
    card: Card
    world: World
    stands: list[Stand]

    @property
    def last(self) -> bool:
        """It can end here, or it goes nowhere."""
        return any(not stand.moves or any(move.to is None for move in stand.moves) for stand in self.stands)


@dataclass(slots=True)
class Situations:
    """Every situation, in the order in which they are reached."""

    matter: Mapping[str, tuple[str, ...]]
    """For each card the facts and aspects that tell its situations apart."""
    starts: list[Key] = field(default_factory=list)
    found: dict[Key, Situation] = field(default_factory=dict)
    complete: bool = True
    """False: there are more than `MOST`."""

    def __iter__(self) -> Iterator[Situation]:
        return iter(self.found.values())

    def leads(self) -> dict[Key, list[Key]]:
        """Where each situation can go."""
        return {
            one.key: [move.to for stand in one.stands for move in stand.moves if move.to in self.found]
            for one in self
        }


def situations(playbook: Playbook, *, fold: bool = True) -> Situations:
    """Walk a playbook breadth first, from its first card and from every card that is jumped to.

    `fold=False`: worlds that differ in anything at all are told apart."""
    cards = {card.id: card for card in reversed(playbook.cards)}
    everything = (*FACTS, *ASPECTS)
    matter = what_matters(playbook) if fold else dict.fromkeys(cards, everything)
    all_of_them = Situations(matter)
    queue: deque[tuple[Key, Card, World]] = deque()
    seen: set[Key] = set()

    def meet(card: Card, world: World) -> Key:
        key = (card.id, world.key(matter[card.id]))
        if key not in seen:
            seen.add(key)
            queue.append((key, card, world))
        return key

    for card in (playbook.first, *(card for card in playbook.cards if card.jump)):
        all_of_them.starts += [meet(card, world) for world in beginnings(playbook)]
    while queue:
        if len(all_of_them.found) == MOST:
            all_of_them.complete = False
            break
        key, card, world = queue.popleft()
        stands = []
        for arrival in arrive(card, world):
            on = [(way, cards.get(way.to)) for way in ways(card, arrival.world)]
            moves = [Move(way, meet(following, way.world) if following else None) for way, following in on]
            stands.append(Stand(arrival, moves))
        all_of_them.found[key] = Situation(key, card, world, stands)
    return all_of_them


def what_matters(playbook: Playbook) -> dict[str, tuple[str, ...]]:
    """For each card the facts and aspects that it, or a card that can follow it, goes by."""
    leads = {card.id: [way.to for way in card.ways] for card in reversed(playbook.cards)}
    before = turned_round(leads)
    found = {card.id: _goes_by(card) for card in reversed(playbook.cards)}
    left = list(found)
    while left:
        card = left.pop()
        for one in before.get(card, ()):
            if not found[card] <= found[one]:
                found[one] |= found[card]
                left.append(one)
    order = (*FACTS, *ASPECTS)
    return {card: tuple(name for name in order if name in names) for card, names in found.items()}


def _goes_by(card: Card) -> set[str]:
    names = set(asked_facts(card))
    if not card.say.same:
        names |= {"channel", "live", "ended"}
    if any(asks_to_hold_again(text) for text in (card.say.voice, card.say.chat, card.say.email)):
        names |= {"channel", "asked_to_hold"}
    return names | {"customer"} if "plan" in names else names
