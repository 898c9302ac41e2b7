"""Going through a playbook without a contact: every way on from a card, in every world that can reach it.

`check` looks at each card in each of its worlds once; `simulate` goes every path from the first card to an end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from data.playbook.actions import Act, Wrong
from data.playbook.model import Answer, Branch, Card, Playbook
from data.playbook.world import FACTS, Channel, World


@dataclass(frozen=True, slots=True)
class Deed:
    """An action as it was done on the way, and what is wrong with it there."""

    act: Act
    before: World
    outcome: str = ""
    wrong: tuple[Wrong, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """A card that was reached: the world once its own actions are done."""

    card: Card
    world: World
    deeds: tuple[Deed, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One way on from a card. Of `answer` and `branch` one is there."""

    to: str
    world: World
    deeds: tuple[Deed, ...] = ()
    answer: Answer | None = None
    branch: Branch | None = None


def beginnings(playbook: Playbook) -> list[World]:
    """The worlds in which a contact begins: one for each channel that the playbook is for."""
    return [World(origin=one, channel=one, live=one is not Channel.EMAIL) for one in playbook.starts]


def arrive(card: Card, world: World) -> Iterator[Arrival]:
    """Reach a card; more than once where an action's condition asks for a fact that is open."""
    for after, deeds in _acted(card.actions, world):
        yield Arrival(card, after, deeds)


def ways(card: Card, world: World) -> Iterator[Way]:
    """Every way on from a card whose own actions are done. A card that ends has none; nor has one where no branch
    holds, which is a fault of the playbook."""
    for branch, after in _branches(card.branches, world):
        yield Way(branch.to, after, branch=branch)
    for answer in card.answers:
        for given, offered in _decided(answer.when, world):
            if not offered:
                continue
            first = () if card.expect is None else (card.expect,)
            for after, deeds in _acted((*first, *answer.actions), given, answer.outcome):
                yield Way(answer.to, after, deeds, answer=answer)


def uncovered(card: Card, world: World) -> World | None:
    """A world in which none of a card's branches holds, or none of its answers is offered; None when there is none."""
    return next(_fall_through(card.branches or card.answers, world), None)


def unanswered(card: Card, world: World) -> tuple[str, World] | None:
    """An outcome and a world in which no answer for it is offered; None when there is none."""
    for outcome in card.expect.comes() if card.expect is not None else ():
        answers = [one for one in card.answers if one.outcome == outcome]
        if (left := next(_fall_through(answers, world), None)) is not None:
            return outcome, left
    return None


def _decided(when: Mapping[str, tuple[str, ...]], world: World) -> Iterator[tuple[World, bool]]:
    """The worlds in which every fact of a condition is known as far as it matters, and whether it holds there."""
    for name, values in when.items():
        known = world.known(name)
        if known is None:
            for value in FACTS[name].values:
                yield from _decided(when, world.decide(name, value))
            return
        if known not in values:
            yield world, False
            return
    yield world, True


def _branches(branches: Sequence[Branch], world: World) -> Iterator[tuple[Branch, World]]:
    if not branches:
        return
    for decided, holds in _decided(branches[0].when, world):
        if holds:
            yield branches[0], decided
        else:
            yield from _branches(branches[1:], decided)


def _fall_through(ways_on: Sequence[Branch | Answer], world: World) -> Iterator[World]:
    if not ways_on:
        yield world
        return
    for decided, holds in _decided(ways_on[0].when, world):
        if not holds:
            yield from _fall_through(ways_on[1:], decided)


def _acted(acts: Sequence[Act], world: World, outcome: str = "") -> Iterator[tuple[World, tuple[Deed, ...]]]:
    if not acts:
        yield world, ()
        return
    act = acts[0]
    came = outcome if act.comes() else ""
    for decided, holds in _decided(act.when, world):
        if not holds:
            yield from _acted(acts[1:], decided, outcome)
            continue
        for read in _read(act.reads(), decided):
            deed = Deed(act, read, came, act.faults(read))
            for last, deeds in _acted(acts[1:], act.after(read, came), outcome):
                yield last, (deed, *deeds)


def _read(names: Sequence[str], world: World) -> Iterator[World]:
    """The worlds in which every one of these facts is decided."""
    if not names:
        yield world
        return
    if world.known(names[0]) is not None:
        yield from _read(names[1:], world)
        return
    for value in FACTS[names[0]].values:
        yield from _read(names[1:], world.decide(names[0], value))
