"""Every path through a playbook, from a first card to an end (PLAY-6).

Worlds that go the same way and have the same done are one path: a fact that makes no difference on it is told with
all of its values. No way is taken twice on a path; where nothing but such ways is left, it goes to an end by the
shortest way."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from data.playbook.model import Answer, Branch, Card, Playbook
from data.playbook.situations import Key, Move, Situation, Situations, Stand, situations, turned_round
from data.playbook.walk import Deed, said_on
from data.playbook.world import FACTS, Channel, World

MOST_PATHS = 20_000


@dataclass(frozen=True, slots=True)
class Passage:
    """One card of a path: what is done when it is reached, and by which way it is left."""

    card: Card
    channel: Channel
    """On which it is said."""
    deeds: tuple[Deed, ...]
    way: Answer | Branch | None
    """None where the path ends."""
    way_deeds: tuple[Deed, ...] = ()
    open: bool = True
    """There was another way."""


@dataclass(frozen=True, slots=True)
class Path:
    """One way through a playbook."""

    origin: Channel
    passages: tuple[Passage, ...]
    facts: Mapping[str, tuple[str, ...]]
    """Facts that were taken, each with every value that makes no difference here."""

    @property
    def name(self) -> str:
        """Its choices: `voice D2-1=1 D2-6→D2-7`."""
        chosen = [_choice(one.card, one.way) for one in self.passages if one.way is not None and one.open]
        return " ".join([str(self.origin), self.passages[0].card.id, *chosen])

    @property
    def ends_well(self) -> bool:
        """It ends where the playbook says that it ends."""
        return bool(self.passages[-1].card.end)


@dataclass(frozen=True, slots=True)
class Simulation:
    """Every path, and what they go through of what there is."""

    paths: tuple[Path, ...]
    cards: tuple[int, int]
    """Cards gone through, of all."""
    ways: tuple[int, int]
    complete: bool
    """False: there are more situations or paths than are walked."""


def simulate(playbook: Playbook) -> Simulation:
    """Walk every path of a playbook."""
    all_of_them = situations(playbook)
    walker = _Walker(all_of_them)
    paths: list[Path] = []
    complete = all_of_them.complete
    for start in all_of_them.starts:
        for path in walker.paths(start):
            if len(paths) == MOST_PATHS:
                complete = False
                break
            paths.append(path)
    cards = {id(one.card) for path in paths for one in path.passages}
    ways = {id(one.way) for path in paths for one in path.passages if one.way is not None}
    return Simulation(
        tuple(paths),
        (len(cards), len(playbook.cards)),
        (len(ways), sum(len(card.ways) for card in playbook.cards)),
        complete,
    )


@dataclass(frozen=True, slots=True)
class _Group:
    """Worlds that leave a card by one way and have the same done."""

    passage: Passage
    into: tuple[Key, ...]
    """The situations that follow; none at an end."""
    facts: Mapping[str, frozenset[str]]
    """The values of the facts that still matter on the card."""


class _Walker:
    def __init__(self, all_of_them: Situations) -> None:
        self._all = all_of_them
        self._nearest = _distances(all_of_them)
        self._grouped: dict[tuple[Key, ...], list[_Group]] = {}

    def paths(self, start: Key) -> Iterator[Path]:
        """Every path from a situation."""
        if start in self._all.found:
            origin = self._all.found[start].world.origin
            for groups in self._on((start,), frozenset()):
                yield Path(origin, tuple(one.passage for one in groups), _facts(groups))

    def _on(self, here: tuple[Key, ...], used: frozenset[int]) -> Iterator[list[_Group]]:
        groups = self._groups(here)
        fresh = [one for one in groups if one.passage.way is None or id(one.passage.way) not in used]
        for one in fresh or self._home(groups):
            if not one.into:
                yield [one]
                continue
            for following in self._on(one.into, used | {id(one.passage.way)}):
                yield [one, *following]

    def _home(self, groups: list[_Group]) -> list[_Group]:
        far = len(self._all.found)
        ways = [(self._nearest.get(key, far), key, one) for one in groups for key in one.into]
        near = min(ways, key=lambda way: way[0], default=None)
        return [replace(near[2], into=(near[1],))] if near is not None and near[0] < far else []

    def _groups(self, here: tuple[Key, ...]) -> list[_Group]:
        if here not in self._grouped:
            situations = [self._all.found[key] for key in here if key in self._all.found]
            self._grouped[here] = list(_group(situations, self._all.matter)) if situations else []
        return self._grouped[here]


def _group(situations: list[Situation], matter: Mapping[str, frozenset[str]]) -> Iterator[_Group]:
    card = situations[0].card
    passages: dict[tuple[object, ...], Passage] = {}
    into: dict[tuple[object, ...], dict[Key, None]] = {}
    worlds: dict[tuple[object, ...], list[World]] = {}
    for stand, move in _moves(situations):
        channel = said_on(card, stand.arrival.world)
        way = move.way if move is not None else None
        one = Passage(
            card,
            channel,
            stand.arrival.deeds,
            (way.answer or way.branch) if way is not None else None,
            way.deeds if way is not None else (),
            len(card.ways) > 1,
        )
        key: tuple[object, ...] = (channel, _done(one.deeds), id(one.way), _done(one.way_deeds))
        passages.setdefault(key, one)
        worlds.setdefault(key, []).append(way.world if way is not None else stand.arrival.world)
        if move is not None and move.to is not None:
            into.setdefault(key, {})[move.to] = None
    order = {id(way): at for at, way in enumerate(card.ways)}
    for key, passage in sorted(passages.items(), key=lambda one: order.get(id(one[1].way), -1)):
        yield _Group(passage, tuple(into.get(key, ())), _values(worlds[key], matter[card.id]))


def _moves(situations: list[Situation]) -> Iterator[tuple[Stand, Move | None]]:
    for situation in situations:
        for stand in situation.stands:
            for move in stand.moves or (None,):
                yield stand, move


def _values(worlds: list[World], names: frozenset[str]) -> dict[str, frozenset[str]]:
    found = {name: frozenset(world.decided[name] for world in worlds if name in world.decided) for name in names}
    customers = frozenset(world.customer for world in worlds if world.customer)
    return {name: values for name, values in {**found, "customer": customers}.items() if values}


def _facts(groups: list[_Group]) -> dict[str, tuple[str, ...]]:
    """What was taken on the way, in the order of the facts. A value that an action has changed stays what it was."""
    taken: dict[str, frozenset[str]] = {}
    for group in groups:
        for name, values in group.facts.items():
            taken[name] = (taken.get(name, values) & values) or taken[name]
    return {
        name: tuple(value for value in fact.values if value in taken[name])
        for name, fact in FACTS.items()
        if name in taken
    }


def _done(deeds: tuple[Deed, ...]) -> tuple[object, ...]:
    return tuple((id(deed.act), deed.outcome) for deed in deeds)


def _distances(all_of_them: Situations) -> dict[Key, int]:
    """How many cards an end is away from each situation."""
    before = turned_round(all_of_them.leads())
    found = {one.key: 0 for one in all_of_them if one.card.end}
    left = deque(found)
    while left:
        key = left.popleft()
        for one in before.get(key, ()):
            if one not in found:
                found[one] = found[key] + 1
                left.append(one)
    return found


def _choice(card: Card, way: Answer | Branch) -> str:
    return f"{card.id}={way.key}" if isinstance(way, Answer) else f"{card.id}→{way.to}"
