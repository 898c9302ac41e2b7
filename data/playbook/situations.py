"""Every situation that a playbook can bring a contact into: a card, and the world in which it is reached.

Two worlds are one situation where they differ only in facts that nothing asks for any more from that card on."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from data.playbook.model import Card, Playbook, asked_facts
from data.playbook.walk import Arrival, Way, arrive, beginnings, ways
from data.playbook.world import World

MOST = 40_000
"""Situations that are looked at; a playbook with more of them is looked at in part, and says so."""

Key = tuple[str, tuple[object, ...]]
Node = TypeVar("Node", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Move:
    """A way on from a situation, and the situation that it leads to; None where there is no such card."""

    way: Way
    to: Key | None


@dataclass(frozen=True, slots=True)
class Stand:
    """A card whose own actions are done, and the ways on from there."""

    arrival: Arrival
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """A card as it is reached. `world`: before the card's own actions."""

    key: Key
    card: Card
    world: World
    stands: tuple[Stand, ...]

    @property
    def stuck(self) -> bool:
        """It can end here, or it goes nowhere."""
        return any(not stand.moves or any(move.to is None for move in stand.moves) for stand in self.stands)


@dataclass(slots=True)
class Situations:
    """Every situation, in the order in which they are reached."""

    starts: list[Key]
    matter: Mapping[str, frozenset[str]]
    """For each card the facts that tell its situations apart."""
    found: dict[Key, Situation] = field(default_factory=dict)
    complete: bool = True
    """False: there were more than `MOST`."""

    def __iter__(self) -> Iterator[Situation]:
        return iter(self.found.values())

    def leads(self) -> dict[Key, list[Key]]:
        """Where each situation can go."""
        return {
            one.key: [move.to for stand in one.stands for move in stand.moves if move.to in self.found]
            for one in self
        }


def situations(playbook: Playbook) -> Situations:
    """Walk a playbook breadth first, from its first card and from every card that is jumped to."""
    cards = {card.id: card for card in reversed(playbook.cards)}
    matter = facts_that_matter(playbook)
    queue: deque[tuple[Key, Card, World]] = deque()
    all_of_them = Situations([], matter)

    def meet(card: Card, world: World) -> Key:
        key = (card.id, world.key(matter[card.id]))
        if key not in seen:
            seen.add(key)
            queue.append((key, card, world))
        return key

    seen: set[Key] = set()
    for card in (playbook.first, *(card for card in playbook.cards if card.jump)):
        all_of_them.starts.extend(meet(card, world) for world in beginnings(playbook))
    while queue:
        if len(all_of_them.found) >= MOST:
            all_of_them.complete = False
            break
        key, card, world = queue.popleft()
        stands = []
        for arrival in arrive(card, world):
            moves = []
            for way in ways(card, arrival.world):
                following = cards.get(way.to)
                moves.append(Move(way, meet(following, way.world) if following is not None else None))
            stands.append(Stand(arrival, tuple(moves)))
        all_of_them.found[key] = Situation(key, card, world, tuple(stands))
    return all_of_them


def reached(graph: Mapping[Node, Sequence[Node]], start: Iterable[Node]) -> set[Node]:
    """Everything in a graph that can be reached from these, and these."""
    found = set(start)
    left = list(found)
    while left:
        for one in graph.get(left.pop(), ()):
            if one not in found:
                found.add(one)
                left.append(one)
    return found


def endless(leads: Mapping[Node, Sequence[Node]], home: Iterable[Node]) -> list[set[Node]]:
    """The innermost loops from which nothing at home can be reached."""
    before = turned_round(leads)
    saved = reached(before, home)
    lost = {one for one in leads if one not in saved}
    loops = []
    while lost:
        loop = reached(leads, [next(one for one in leads if one in lost)])
        while inner := next((less for one in loop if len(less := reached(leads, [one])) < len(loop)), None):
            loop = inner
        loops.append(loop)
        lost = lost - reached(before, loop)
    return loops


def turned_round(leads: Mapping[Node, Sequence[Node]]) -> Mapping[Node, Sequence[Node]]:
    """From where each node can be come to."""
    before: dict[Node, list[Node]] = {}
    for one, targets in leads.items():
        for to in targets:
            before.setdefault(to, []).append(one)
    return before


def facts_that_matter(playbook: Playbook) -> dict[str, frozenset[str]]:
    """For each card the facts that it, or a card that can follow it, asks for."""
    own = {card.id: asked_facts(card) for card in playbook.cards}
    leads = {card.id: {way.to for way in card.ways} for card in playbook.cards}
    changed = True
    while changed:
        changed = False
        for card in reversed(playbook.cards):
            more = own[card.id].union(*(own[to] for to in leads[card.id] if to in own))
            if more != own[card.id]:
                own[card.id], changed = more, True
    return own
