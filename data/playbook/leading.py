"""What leads where: graphs of cards, and of the situations on them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def reached(leads: Mapping[Node, Sequence[Node]], start: Iterable[Node]) -> set[Node]:
    """Everything that can be reached from these, and these."""
    found = set(start)
    left = list(found)
    while left:
        for one in leads.get(left.pop(), ()):
            if one not in found:
                found.add(one)
                left.append(one)
    return found


def turned_round(leads: Mapping[Node, Sequence[Node]]) -> dict[Node, list[Node]]:
    """From where each node is reached."""
    before: dict[Node, list[Node]] = {}
    for one, targets in leads.items():
        for to in targets:
            before.setdefault(to, []).append(one)
    return before


def endless(leads: Mapping[Node, Sequence[Node]], home: Iterable[Node]) -> list[set[Node]]:
    """The loops from which nothing at home can be reached, without the ways into them."""
    saved = reached(turned_round(leads), home)
    lost = {one: [to for to in targets if to not in saved] for one, targets in leads.items() if one not in saved}
    return [one for one in _loops(lost) if all(to in one for node in one for to in lost[node])]


def _loops(leads: Mapping[Node, Sequence[Node]]) -> Iterator[set[Node]]:
    """The strongly connected components (Kosaraju)."""
    before = turned_round(leads)
    told: set[Node] = set()
    for start in reversed(_finished(leads)):
        if start in told:
            continue
        loop, left = {start}, [start]
        while left:
            for one in before.get(left.pop(), ()):
                if one not in told and one not in loop:
                    loop.add(one)
                    left.append(one)
        told |= loop
        yield loop


def _finished(leads: Mapping[Node, Sequence[Node]]) -> list[Node]:
    """Every node, each after all that it leads to and that was not begun before it."""
    done: list[Node] = []
    begun: set[Node] = set()
    for start in leads:
        if start in begun:
            continue
        begun.add(start)
        stack = [(start, iter(leads[start]))]
        while stack:
            node, targets = stack[-1]
            following = next((to for to in targets if to not in begun), None)
            if following is None:
                done.append(node)
                stack.pop()
            else:
                begun.add(following)
                stack.append((following, iter(leads[following])))
    return done
