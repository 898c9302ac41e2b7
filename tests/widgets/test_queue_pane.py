"""The queue pane: who waits, in which order, with which signs, and what the keys ask for (CALL-1, CALL-2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.models import AgentState
from data.models.contact import ContactState
from data.views import QueueFigures, Waiting
from tests.widgets.stage import Stage, on_stage, said, text_of
from tests.widgets.views import NOW, caller, queue_view
from widgets.lines import Lines
from widgets.pane import PaneHeading
from widgets.queue_pane import QueuePane

CALLERS = (
    Waiting(caller("c1", 130, caller_name="Maria Alvarez"), matches=1, customer="Maria Alvarez", plan="PAYG"),
    Waiting(caller("c2", 44, caller_name="Lee", queue="billing"), matches=2, customer="Lee & Sons"),
    Waiting(caller("c3", 9)),
)


def make() -> QueuePane:
    return QueuePane(id="queue")


def listed(stage: Stage) -> list[str]:
    return [one.strip() for one in text_of(stage.query_one("#queue-list")).splitlines() if one.strip()]


def heading(stage: Stage) -> str:
    return text_of(stage.query_one(PaneHeading))


async def test_each_caller_is_a_line_in_the_order_given() -> None:
    async with on_stage(make) as (stage, pilot):
        stage.query_one(QueuePane).show(queue_view(*CALLERS), NOW)
        await pilot.pause()
        first, second, third = listed(stage)
        assert first.split() == ["support", "Maria", "Alvarez", "PAYG", "2:10", "▲"]
        assert second.startswith("billing")
        assert "2 match" in second
        assert second.endswith("0:44")
        assert "number withheld" in third
        assert "3 waiting · longest 2:10" in heading(stage)


async def test_time_goes_on_without_being_shown_anew() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(QueuePane)
        pane.show(queue_view(*CALLERS), NOW)
        pane.tick(NOW + timedelta(seconds=60))
        await pilot.pause()
        assert "3:10" in listed(stage)[0]
        assert listed(stage)[2].endswith("1:09")


async def test_nobody_waiting_says_so() -> None:
    async with on_stage(make) as (stage, pilot):
        stage.query_one(QueuePane).tick(NOW)
        stage.query_one(QueuePane).show(queue_view(state=AgentState.NOT_READY), NOW)
        await pilot.pause()
        assert listed(stage) == []
        assert "Nobody is waiting" in text_of(stage.query_one("#queue-figures"))
        assert "nobody waiting" in heading(stage)


@pytest.mark.parametrize(
    ("state", "hint"),
    [(AgentState.READY, "take next"), (AgentState.NOT_READY, "get ready"), (AgentState.ON_CALL, "")],
)
async def test_the_hint_fits_the_agents_state(state: AgentState, hint: str) -> None:
    async with on_stage(make) as (stage, pilot):
        stage.query_one(QueuePane).show(queue_view(*CALLERS, state=state), NOW)
        await pilot.pause()
        shown = text_of(stage.query_one("#queue-figures"))
        assert hint in shown
        assert (hint != "") == ("take" in shown or "ready" in shown)


async def test_signs_of_a_ringing_phone_and_of_priority() -> None:
    async with on_stage(make) as (stage, pilot):
        ringing = {"state": ContactState.RINGING}
        stage.query_one(QueuePane).show(
            queue_view(
                Waiting(caller("here", ringing_agent="me", **ringing)),
                Waiting(caller("elsewhere", ringing_agent="bo", **ringing)),
                Waiting(caller("urgent", priority=5)),
                Waiting(caller("both", 300, priority=5)),
            ),
            NOW,
        )
        await pilot.pause()
        here, elsewhere, urgent, both = listed(stage)
        assert here.startswith("▌")
        assert here.endswith("◆")
        assert not elsewhere.startswith("▌")
        assert elsewhere.endswith("◆")
        assert urgent.endswith("↑")
        assert both.endswith("▲")


async def test_enter_takes_the_one_under_the_cursor_which_stays_on_its_caller() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(QueuePane)
        pane.show(queue_view(*CALLERS), NOW)
        pane.go()
        await pilot.press("down")
        pane.show(queue_view(*CALLERS[1:], CALLERS[0]), NOW)
        await pilot.press("enter")
        await pilot.pause()
        assert [told.contact_id for told in said(stage, QueuePane.Take)] == ["c2"]
        pane.show(queue_view(CALLERS[2]), NOW)
        await pilot.press("enter")
        await pilot.pause()
        assert [told.contact_id for told in said(stage, QueuePane.Take)] == ["c2", "c3"]


async def test_enter_with_nobody_there_asks_for_nobody() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(QueuePane)
        pane.show(queue_view(), NOW)
        pane.go()
        await pilot.press("enter", "down", "up")
        await pilot.pause()
        assert said(stage, QueuePane.Take) == []


async def test_figures_of_each_queue_warn_below_the_target() -> None:
    async with on_stage(make) as (stage, pilot):
        figures = (
            QueueFigures("support", 3, service_level=0.71, abandonment=0.128, target=0.8),
            QueueFigures("billing", 0, service_level=0.8, abandonment=0.0, target=0.8),
            QueueFigures("sales", 0),
        )
        stage.query_one(QueuePane).show(queue_view(figures=figures), NOW)
        await pilot.pause()
        support, billing, sales = text_of(stage.query_one("#queue-figures")).splitlines()[:3]
        assert "3 waiting" in support
        assert "SL4 71 %▼" in support
        assert "abandoned 13 %" in support
        assert "80 %" in billing
        assert "▼" not in billing
        assert "%" not in sales, "nothing was offered yet"


@pytest.mark.parametrize("cells", [30, 38, 46, 80, 160])
async def test_it_fits_every_width(cells: int) -> None:
    async with on_stage(make, size=(cells, 20)) as (stage, pilot):
        stage.query_one(QueuePane).show(queue_view(*CALLERS), NOW)
        await pilot.pause()
        assert "2:10" in listed(stage)[0]
        lines = stage.query_one("#queue-list", Lines)
        assert all(len(line) > 0 for line in lines.lines)
