"""A playbook drawn in a terminal and as SVG, and its transcripts: compared with what was looked at and found good.

`AGENT_CONSOLE_GOLDEN=write` writes them anew, to be looked at."""

from __future__ import annotations

import os
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

import themes
from data.billing.catalogue import catalogue
from data.content import CONTENT
from data.playbook.checking.check import check_file
from data.playbook.drawing.layout import layout
from data.playbook.drawing.svg import svg
from data.playbook.drawing.terminal import drawn
from data.playbook.library import load
from data.playbook.model import Playbook
from data.playbook.simulate import simulate
from data.playbook.transcript import sample_words, totals, transcript
from tests.data.playbook.drawn import playbooks

HERE = Path(__file__).parent
SMALL = HERE / "small.yaml"
ITEMS = {one.code: one for one in catalogue(CONTENT / "items.yaml").items}
COLOURS = themes.roles_of(themes.BY_NAME["day"])
SHIPPED = sorted((CONTENT / "playbooks").glob("*.yaml"))


def as_looked_at(name: str, text: str) -> None:
    """The text is that of the golden file."""
    golden = HERE / "golden" / name
    if os.environ.get("AGENT_CONSOLE_GOLDEN") == "write":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_the_small_flow_is_sound() -> None:
    assert check_file(SMALL, ITEMS) == []


def test_in_a_terminal() -> None:
    as_looked_at("small-graph.txt", drawn(load(SMALL).playbook) + "\n")


def test_as_a_picture() -> None:
    picture = svg(load(SMALL).playbook, COLOURS)
    as_looked_at("small.svg", picture)
    assert "Not a member &lt;yet&gt;" in picture and "Small &amp; plain" in picture


def test_transcripts() -> None:
    playbook = load(SMALL).playbook
    simulation, words = simulate(playbook), sample_words(playbook, ITEMS)
    full = [transcript(path, words) for path in simulation.paths]
    as_looked_at("small-paths.txt", "\n".join([*full, totals(simulation), ""]))
    assert "\n".join(transcript(path, words) for path in simulate(playbook).paths) == "\n".join(full), (
        "always the same"
    )
    brief = [transcript(path, words, brief=True) for path in simulation.covering()]
    as_looked_at("small-cover.txt", "\n".join([*brief, totals(simulation), ""]))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_flow_is_drawn_whole(path: Path) -> None:
    playbook = load(path).playbook
    lines = drawn(playbook).splitlines()
    assert max(len(line) for line in lines) <= 80
    for card in playbook.cards:
        own = [line for line in lines if re.search(rf"(^|─ ){re.escape(card.id)}  ", line)]
        assert len(own) == 1, f"{card.id} stands in {len(own)} places"
    root = ElementTree.fromstring(svg(playbook, COLOURS))
    assert len(root.findall("{*}rect")) == len(playbook.cards) + 1
    simulation = simulate(playbook)
    assert simulation.complete
    assert simulation.cards == (len(playbook.cards),) * 2
    assert simulation.ways[0] == simulation.ways[1]
    assert all(one.ends_well for one in simulation.paths)
    covered = {one.same for path in simulation.covering() for one in path.passages}
    assert covered == {one.same for path in simulation.paths for one in path.passages}


@settings(max_examples=150, deadline=None)
@given(playbooks())
def test_anything_can_be_drawn(body: dict[str, object]) -> None:
    playbook = Playbook.model_validate(body)
    assert max(len(line) for line in drawn(playbook, 60).splitlines()) <= 90
    ElementTree.fromstring(svg(playbook, COLOURS))
    placed = layout(playbook)
    at = {node: rank for rank, nodes in enumerate(placed.ranks) for node in nodes}
    assert all(at[one.card] < at[one.to] for one in placed.leads if not one.back)
