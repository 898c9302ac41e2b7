"""Situations and paths: nothing is folded that makes a difference, and a sound playbook always ends at an end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from data.billing.catalogue import catalogue
from data.content import CONTENT
from data.playbook.actions import Act
from data.playbook.checking.check import check
from data.playbook.checking.finding import Finding, Item, Written
from data.playbook.model import Playbook
from data.playbook.simulate import simulate
from data.playbook.world import Channel, World
from data.text.reviewed import Document
from tests.data.playbook.drawn import every_act, playbooks, tame_playbooks

ITEMS: Mapping[str, Item] = {one.code: one for one in catalogue(CONTENT / "items.yaml").items}


def findings(body: dict[str, Any], *, fold: bool = True) -> list[Finding]:
    written = Written(Playbook.model_validate(body), Document(body, {}), Path("drawn.yaml"), ITEMS)
    return check(written, fold=fold)


@settings(max_examples=60, deadline=None)
@given(playbooks())
def test_whatever_is_written_is_checked_and_walked(body: dict[str, Any]) -> None:
    findings(body)
    simulation = simulate(Playbook.model_validate(body))
    assert simulation.cards[0] <= simulation.cards[1] and simulation.ways[0] <= simulation.ways[1]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(tame_playbooks())
def test_a_sound_playbook_always_ends_at_an_end(body: dict[str, Any]) -> None:
    assume(not findings(body))
    simulation = simulate(Playbook.model_validate(body))
    assert simulation.paths and simulation.complete
    assert all(path.ends_well for path in simulation.paths)
    assert not any(deed.wrong for path in simulation.paths for one in path.passages for deed in one.deeds)
    assert simulation.ways[0] == simulation.ways[1]
    assert simulation.cards[0] == simulation.cards[1]
    assert len({path.name for path in simulation.paths}) == len(simulation.paths)


@settings(max_examples=60, deadline=None)
@given(playbooks() | tame_playbooks())
def test_folding_situations_hides_nothing(body: dict[str, Any]) -> None:
    told = [{(one.kind, one.card, one.text) for one in findings(body, fold=fold)} for fold in (True, False)]
    assert told[0] == told[1]


worlds = st.builds(
    World,
    origin=st.sampled_from(Channel),
    channel=st.sampled_from(Channel),
    live=st.booleans(),
    decided=st.dictionaries(
        st.sampled_from(["past_due", "contacts", "remote_tool"]), st.sampled_from(["yes", "no"])
    ),
    customer=st.sampled_from(["", "attached", "none"]),
    type=st.sampled_from(["none", "0", "1", "2", "3", "4"]),
    items=st.frozensets(st.sampled_from(["310", "320"])),
    invoice=st.sampled_from(["", "open", "paid", "void"]),
    at_computer=st.booleans(),
    session=st.sampled_from(["", "given", "skipped"]),
    told=st.frozensets(st.sampled_from(["number", "leader", "remote agent"])),
    asked_to_hold=st.booleans(),
    voice_mail=st.booleans(),
    handed_over=st.booleans(),
    upsell=st.booleans(),
    callback=st.booleans(),
    ended=st.booleans(),
)


@pytest.mark.parametrize("act", every_act(), ids=lambda act: str(act.action))
@settings(max_examples=60, deadline=None)
@given(worlds, worlds)
def test_an_action_goes_by_nothing_that_it_does_not_read(act: Act, one: World, other: World) -> None:
    if one.key(act.reads()) == other.key(act.reads()):
        assert act.faults(one) == act.faults(other)
