"""What `simulate` says and what the engine does on a store are the same: the paths that together take every way."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.content import CONTENT
from data.floor.pace import LeapClock
from data.playbook import actions
from data.playbook.library import load
from data.playbook.model import Answer
from data.playbook.simulate import Path as Walked
from data.playbook.simulate import simulate
from data.playbook.world import OF_CUSTOMER
from tests.data.playbook.desk import Desk, engine
from tests.stores import new_store

FLOWS = sorted((CONTENT / "playbooks").glob("*.yaml"))


def every_way(paths: tuple[Walked, ...]) -> list[Walked]:
    """As few paths as take every way that any of them takes."""
    left = {id(one.way) for path in paths for one in path.passages if one.way is not None}
    chosen = []
    for path in sorted(paths, key=lambda path: -len(path.passages)):
        news = {id(one.way) for one in path.passages} & left
        if news:
            left -= news
            chosen.append(path)
    return chosen


def decided_next(path: Walked, place: int) -> dict[str, str]:
    """What data says of a customer who is attached on a card: a lead before them may have been another one."""
    facts: dict[str, str] = {}
    for passage in path.passages[place + 1 :]:
        if isinstance(passage.card.expect, actions.Customer | actions.Lead):
            break
        if passage.way is not None:
            for name in passage.way.when.keys() & OF_CUSTOMER - facts.keys():
                values = passage.way.when[name]
                usual = path.facts.get(name, values)
                facts[name] = next((one for one in usual if one in values), values[0])
    return facts


def work(desk: Desk, path: Walked) -> None:
    """Give the answers of a path, as an agent would."""
    for place, passage in enumerate(path.passages):
        way = passage.way
        if not isinstance(way, Answer):
            continue
        expected = passage.card.expect
        assert desk.card == passage.card.id
        if isinstance(expected, actions.Customer) and way.outcome == "attached":
            desk.facts |= decided_next(path, place)
            desk.customer()
        elif isinstance(expected, actions.Lead) and way.outcome == "made":
            desk.customer(lead=True)
        elif isinstance(expected, actions.Verify) and way.outcome == "verified":
            desk.verified()
        if way.when.get("attempts") == ("used_up",):
            desk.use_up_attempts()
        desk.answer(way.key)


@pytest.mark.parametrize("file", FLOWS, ids=[file.stem for file in FLOWS])
def test_the_engine_goes_where_simulate_goes(file: Path, tmp_path: Path) -> None:
    playbook = load(file).playbook
    paths = every_way(simulate(playbook).paths)
    with new_store(tmp_path / "seat.db", durable=False) as store:
        clock = LeapClock()
        scripts = engine(clock, playbook.id)
        for path in paths:
            facts = {name: values[0] for name, values in path.facts.items()}
            if path.passages[0].card.id != playbook.first.id:
                continue
            came = facts.get("origin") or facts.get("channel") or playbook.starts[0].value
            desk = Desk(store, clock, scripts, facts, came)
            finds = any(isinstance(card.expect, actions.Customer) for card in playbook.cards)
            if facts.get("customer") == "attached" or (not finds and facts.keys() & OF_CUSTOMER):
                desk.customer()
            if facts.get("hardware", "none") != "none":
                desk.hardware(facts["hardware"])
            desk.begin(playbook.id)
            work(desk, path)
            assert desk.trail == [one.card.id for one in path.passages], path.name
        assert store.value("SELECT count(*) FROM card_step") > 0
