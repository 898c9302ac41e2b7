"""Every odd text in every place of every pane: no raw control byte, no line too long, no crash (CORE-4)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.app import ComposeResult
from textual.containers import Vertical

from data.models import AgentState, AgentStatus
from data.models.base import AgentId
from data.models.outage import Outage
from tests.hostile import HOSTILE
from tests.widgets import views
from tests.widgets.stage import Stage, faults, on_stage, parts
from tests.widgets.views import NOW
from tests.widgets.whole_line import state_spans
from widgets.bars import HintBar, StatusBar
from widgets.customer_pane import CustomerPane
from widgets.desk_pane import DeskPane
from widgets.pane import PaneHeading
from widgets.queue_pane import QueuePane
from widgets.safe_text import Span
from widgets.script_pane import ScriptPane
from widgets.ticket_pane import TicketPane


class Everything(Vertical):
    """Every pane and bar, one below the other."""

    def compose(self) -> ComposeResult:
        yield StatusBar(id="status", classes="bar")
        yield QueuePane(id="queue")
        yield CustomerPane(id="customer")
        yield DeskPane(id="desk")
        yield ScriptPane(id="script")
        yield TicketPane(id="ticket")
        yield HintBar(id="hints", classes="bar")


def show(stage: Stage, text: str) -> None:
    """Put a text everywhere."""
    find = stage.query_one
    find(QueuePane).show(views.hostile_queue(text), NOW)
    find(CustomerPane).show_glance(replace(views.glance(text), outage=_outage(text)), NOW)
    find(DeskPane).show(views.desk(text), views.TODAY, NOW)
    find(ScriptPane).show(views.card(text))
    find(ScriptPane).show_outage(_outage(text), NOW)
    find(TicketPane).show(
        views.ticket_view(text, text, number=text, history=views.events(text), names={"me": text}), NOW
    )
    status = AgentStatus(id="me", state=AgentState.NOT_READY, reason=text, after_call=text, since=NOW)
    find(StatusBar).show(left=state_spans(status, NOW), middle=[[Span(text)]], right=[Span(text, "dim")])
    find(HintBar).show([("r", text, True), ("w", text, False)], tail=text)
    for heading in stage.query(PaneHeading):
        heading.set_text(text)


def _outage(text: str) -> Outage:
    return Outage(id="o", node=text, city=text, since=NOW, text=text, made_by=AgentId("me"), made_at=NOW)


def search(stage: Stage, text: str) -> Iterator[CustomerPane]:
    """The customer pane in each of its other states, with a text everywhere."""
    pane = stage.query_one(CustomerPane)
    pane.show_choice(views.hits(text), text)
    yield pane
    pane.show_nobody(text, text)
    yield pane
    pane.search(text[:200])
    pane.show_results(views.hits(text), text[:200])
    yield pane
    pane.show_results([], text[:200])
    yield pane
    pane.close_search()


@pytest.mark.parametrize("size", [(160, 80), (30, 60)], ids=["wide", "narrow"])
async def test_our_own_odd_texts(size: tuple[int, int]) -> None:
    async with on_stage(Everything, size=size) as (stage, pilot):
        for text in HOSTILE:
            short = text[:2000]
            show(stage, short)
            await pilot.pause()
            assert len(list(parts(stage.screen))) > 25, "it is all there to be looked at"
            assert faults(stage.screen) == [], repr(short[:60])
            for pane in search(stage, short):
                assert faults(pane) == [], repr(short[:60])
        assert stage.is_running


@pytest.mark.corpora
async def test_the_big_list_of_naughty_strings(corpora: Path) -> None:
    texts = json.loads((corpora / "naughty" / "blns.json").read_text())
    assert len(texts) > 500
    async with on_stage(Everything, size=(100, 60)) as (stage, pilot):
        for place, text in enumerate(texts):
            show(stage, text)
            if place % 20 == 0:
                await pilot.pause()
                for pane in search(stage, text):
                    assert faults(pane) == [], repr(text)
                show(stage, text)
            assert faults(stage.screen) == [], repr(text)
            assert stage.query_one(TicketPane).fields["title"] == text, "kept as it was given"
        await pilot.pause()
        assert stage.is_running
