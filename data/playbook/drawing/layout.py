"""Where each card stands when a playbook is drawn: in ranks, so that ways lead down, with few of them crossing.

The layered method of Sugiyama, Tagawa and Toda (1981): ways that lead back are set aside, each card stands below all
that lead to it, and the cards of a rank are ordered by the middle of what they hang on (barycentres)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from data.playbook.model import Answer, Branch, Playbook

ROUNDS = 12
"""How often the order is improved, down and up."""

Joint = tuple[str, str, int]
"""A place in a rank that the long ways from one card to another pass: (card, card, rank)."""
Node = str | Joint


@dataclass(frozen=True, slots=True)
class Lead:
    """A way from one card to another."""

    card: str
    number: int
    """Counted from 0 among the ways of the card."""
    to: str
    way: Answer | Branch
    back: bool = False
    """It leads back to a card that it comes from."""


@dataclass(slots=True)
class Layout:
    """The ranks from top to bottom, each from left to right."""

    ranks: list[list[Node]]
    leads: list[Lead]
    """Every way to a card that there is."""
    passes: dict[tuple[str, int], list[Node]] = field(default_factory=dict)
    """What a way goes through, from its card to where it leads; none for those that lead back."""


def leads_of(playbook: Playbook) -> list[Lead]:
    """Every way to a card that there is, in the order of the cards; those that lead back are marked."""
    known = {card.id for card in playbook.cards}
    ways: dict[str, list[Lead]] = {card.id: [] for card in playbook.cards}
    for card in reversed(playbook.cards):
        ways[card.id] = [Lead(card.id, at, way.to, way) for at, way in enumerate(card.ways) if way.to in known]
    back = _leading_back({card: [one.to for one in leads] for card, leads in ways.items()})
    return [
        Lead(one.card, one.number, one.to, one.way, (one.card, one.to) in back)
        for leads in ways.values()
        for one in leads
    ]


def layout(playbook: Playbook) -> Layout:
    """Place the cards of a playbook."""
    leads = leads_of(playbook)
    rank = _ranks([card.id for card in playbook.cards], leads)
    ranks: list[list[Node]] = [[] for _ in range(max(rank.values()) + 1)]
    for card, at in rank.items():
        ranks[at].append(card)
    passes: dict[tuple[str, int], list[Node]] = {}
    for one in leads:
        if one.back:
            continue
        joints: list[Node] = [(one.card, one.to, at) for at in range(rank[one.card] + 1, rank[one.to])]
        for at, joint in enumerate(joints, rank[one.card] + 1):
            if joint not in ranks[at]:
                ranks[at].append(joint)
        passes[one.card, one.number] = [one.card, *joints, one.to]
    _order(ranks, passes)
    return Layout(ranks, leads, passes)


def _leading_back(leads: Mapping[str, Sequence[str]]) -> set[tuple[str, str]]:
    """The ways that lead to a card which is still being gone through, depth first."""
    back: set[tuple[str, str]] = set()
    done: set[str] = set()
    for start in leads:
        if start in done:
            continue
        open_: dict[str, None] = {start: None}
        stack = [(start, iter(leads[start]))]
        while stack:
            card, targets = stack[-1]
            to = next(targets, None)
            if to is None:
                stack.pop()
                open_.pop(card)
                done.add(card)
            elif to in open_:
                back.add((card, to))
            elif to not in done:
                open_[to] = None
                stack.append((to, iter(leads[to])))
    return back


def _ranks(cards: Sequence[str], leads: Sequence[Lead]) -> dict[str, int]:
    """How many ways each card is away from a first one, by the longest."""
    before: dict[str, set[str]] = {card: set() for card in cards}
    after: dict[str, set[str]] = {card: set() for card in cards}
    for one in leads:
        if not one.back:
            before[one.to].add(one.card)
            after[one.card].add(one.to)
    rank = dict.fromkeys(before, 0)
    left = {card: len(those) for card, those in before.items()}
    ready = [card for card in rank if not left[card]]
    while ready:
        card = ready.pop()
        for to in sorted(after[card]):
            rank[to] = max(rank[to], rank[card] + 1)
            left[to] -= 1
            if not left[to]:
                ready.append(to)
    return rank


def _order(ranks: list[list[Node]], passes: Mapping[tuple[str, int], Sequence[Node]]) -> None:
    above: dict[Node, list[Node]] = {}
    below: dict[Node, list[Node]] = {}
    for nodes in passes.values():
        for upper, lower in pairwise(nodes):
            below.setdefault(upper, []).append(lower)
            above.setdefault(lower, []).append(upper)
    best, fewest = [list(rank) for rank in ranks], _crossings(ranks, below)
    for round_ in range(ROUNDS):
        down = round_ % 2 == 0
        for at in range(1, len(ranks)) if down else range(len(ranks) - 2, -1, -1):
            beside = {node: place for place, node in enumerate(ranks[at - 1 if down else at + 1])}
            hangs_on = above if down else below
            ranks[at].sort(key=_middles(ranks[at], hangs_on, beside).__getitem__)
        if (count := _crossings(ranks, below)) < fewest:
            best, fewest = [list(rank) for rank in ranks], count
    ranks[:] = best


def _middles(
    rank: Sequence[Node], hangs_on: Mapping[Node, Sequence[Node]], beside: Mapping[Node, int]
) -> dict[Node, float]:
    """For each node the middle of the places that it hangs on; its own place where there are none."""
    found = {}
    for own, node in enumerate(rank):
        places = [beside[one] for one in hangs_on.get(node, ()) if one in beside]
        found[node] = sum(places) / len(places) if places else float(own)
    return found


def _crossings(ranks: Sequence[Sequence[Node]], below: Mapping[Node, Sequence[Node]]) -> int:
    count = 0
    for upper, lower in pairwise(ranks):
        place = {node: at for at, node in enumerate(lower)}
        ends = [place[to] for node in upper for to in sorted(below.get(node, ()), key=lambda to: place[to])]
        seen: list[int] = []
        for end in ends:
            count += sum(1 for one in seen if one > end)
            seen.append(end)
    return count
