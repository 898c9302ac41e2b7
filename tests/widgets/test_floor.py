"""The dashboard's panels: nothing is wider than its room, hostile names are only text, figures say what they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.models.agent import AgentState
from data.models.base import AgentId
from data.models.queue_report import Activity
from data.queue.figures import FigureRow
from data.supervision.adherence import Adherence, Deviation
from data.supervision.snapshot import FloorSnapshot
from data.supervision.thresholds import load_floor
from data.supervision.watch import FloorWatch
from tests.data.supervision.floors import a_floor
from tests.data.supervision.test_watch import save
from tests.hostile import HOSTILE
from tests.stores import new_store
from widgets.big_figures import big
from widgets.floor.agents import AgentTable
from widgets.floor.alerts import alert_table
from widgets.floor.now import NowPanel
from widgets.floor.queues import QueueTable, waiting_table
from widgets.floor.reports import report_table
from widgets.floor.staffing import staffing, staffing_line
from widgets.floor.table import Table
from widgets.safe_text import Line, width

NOW = datetime(2026, 11, 20, 14, 18, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def snap(tmp_path_factory: pytest.TempPathFactory) -> FloorSnapshot:
    path = Path(tmp_path_factory.mktemp("floor")) / "seat.db"
    with new_store(path) as store:
        save(store, a_floor(NOW))
        return FloorWatch(load_floor(), ZoneInfo("UTC")).look(store, NOW)


def text(line: Line) -> str:
    return "".join(span.text for span in line)


def tables(snap: FloorSnapshot, cells: int, opened: dict[str, list[FigureRow]] | None = None) -> list[Table]:
    return [
        QueueTable().table(snap, snap.at, cells),
        waiting_table(snap, snap.at, cells),
        AgentTable().table(snap, snap.at, cells),
        AgentTable().table(snap, snap.at, cells, kept_to=True),
        alert_table(snap, snap.at, cells),
        report_table(snap, cells, opened or {}),
    ]


@pytest.mark.parametrize("cells", [78, 80, 98, 100, 158, 160, 240])
@pytest.mark.parametrize("rows", [10, 15, 18])
def test_no_line_is_wider_than_its_room(snap: FloorSnapshot, cells: int, rows: int) -> None:
    lines = NowPanel().lines(snap, snap.at, cells, rows)
    assert len(lines) <= rows
    opened = {str(slot.key): [snap.total] for slot in snap.slots}
    for table in tables(snap, cells, opened):
        lines += [table.head, *(row.line for row in table.rows)]
    too_wide = [text(line) for line in lines if width(line) > cells]
    assert not too_wide


def test_names_from_outside_are_text(snap: FloorSnapshot) -> None:
    for name in HOSTILE:
        hostile = replace(
            snap,
            agents=tuple(replace(one, name=name, caller=name, reason=name, ticket=name) for one in snap.agents),
            queues=tuple(replace(one, name=name) for one in snap.queues),
            waiting=tuple(replace(one, who=name, rings_at=name) for one in snap.waiting),
        )
        for mine, theirs in zip(tables(snap, 158), tables(hostile, 158), strict=True):
            assert [row.key for row in mine.rows] == [row.key for row in theirs.rows]
            for row in theirs.rows:
                assert width(row.line) <= 158


def test_states_have_a_word_and_a_shape(snap: FloorSnapshot) -> None:
    rows = {row.key: text(row.line) for row in AgentTable().table(snap, NOW, 158).rows}
    assert "● on call" in rows["agent-0"] and "3:02" in rows["agent-0"] and "Maria Alvarez" in rows["agent-0"]
    assert "■ wrap-up" in rows["agent-2"] and "over 1:30" in rows["agent-2"]
    assert "○ not ready" in rows["agent-4"] and "lunch · over 30 min" in rows["agent-4"]


def test_a_line_of_an_agent_is_kept_while_nothing_in_it_changes(snap: FloorSnapshot) -> None:
    made = AgentTable()
    first = made.table(snap, NOW, 158).rows
    again = made.table(snap, NOW + timedelta(milliseconds=250), 158).rows
    assert all(one is other for one, other in zip(first, again, strict=True))
    later = made.table(snap, NOW + timedelta(seconds=1), 158).rows
    assert not any(one is other for one, other in zip(first, later, strict=True))


def test_how_agents_kept_to_the_schedule(snap: FloorSnapshot) -> None:
    def off(begins: float, ends: float) -> Deviation:
        starts, over = (NOW - timedelta(minutes=minute) for minute in (begins, ends))
        return Deviation(starts, over, Activity.WORK, AgentState.NOT_READY)

    hours = (NOW - timedelta(hours=4), NOW)
    plans = {
        "agent-0": Adherence(AgentId("agent-0"), *hours, 4 * 3600, ()),
        "agent-1": Adherence(AgentId("agent-1"), *hours, 4 * 3600, (off(100, 76),)),
        "agent-2": Adherence(AgentId("agent-2"), *hours, 4 * 3600, (off(36, 0),)),
    }
    made, planned = AgentTable(), replace(snap, adherence=plans)
    rows = {row.key: text(row.line) for row in made.table(planned, NOW, 158, kept_to=True).rows}
    assert "100 %" in rows["agent-0"] and "min" not in rows["agent-0"].partition("100 %")[2][:9]
    assert "90 %  −24 min" in rows["agent-1"] and "▲" not in rows["agent-1"] and "■" not in rows["agent-1"]
    assert "■ 85 %  −36 min" in rows["agent-2"], "off schedule now, for more than half an hour"
    head = text(made.table(planned, NOW, 158, kept_to=True).head)
    assert rows["agent-3"][: head.index("with, or why")].rstrip().endswith("–"), "nothing was scheduled"
    assert head.index("adherence") + len("adherence") == rows["agent-2"].index("−36 min") + len("−36 min")


@pytest.mark.parametrize(
    ("cells", "lost"),
    [(78, False), (80, False), (98, True), (158, True)],
)
def test_as_many_columns_of_the_agents_as_have_room(snap: FloorSnapshot, cells: int, lost: bool) -> None:
    plan = Adherence(
        AgentId("agent-0"),
        NOW - timedelta(hours=4),
        NOW,
        4 * 3600,
        (
            Deviation(
                NOW - timedelta(minutes=36),
                NOW - timedelta(minutes=12),
                Activity.WORK,
                AgentState.NOT_READY,
            ),
        ),
    )
    longest = max(snap.agents, key=lambda one: one.since)
    known = replace(
        snap,
        agents=(replace(longest, id="agent-0", name="Aiko Tanaka-Weissm"), *snap.agents[1:]),
        adherence={"agent-0": plan},
    )
    table = AgentTable().table(known, NOW, cells, kept_to=True)
    head, first = text(table.head), text(table.rows[0].line)
    why = "with, or why" if lost else "with/why"
    assert head.split() == f"agent state for queue handled AHT adherence {why}".split()
    assert "90 %" in first and ("−24 min" in first) is lost
    assert ("Aiko Tanaka-Weissm" in first) is lost, "the rest of a long name comes last"
    assert head.index("handled") - head.index("queue") == len("Support") + 1, "as wide as what stands in it"


def test_of_names_and_queues_as_long_as_they_may_be_the_columns_that_go_are_whole(snap: FloorSnapshot) -> None:
    long = replace(
        snap,
        agents=tuple(
            replace(one, name="Bartholomew Featherstonehaugh", since=NOW - timedelta(hours=11))
            for one in snap.agents
        ),
        queues=tuple(replace(one, name="Second line of support") for one in snap.queues),
    )
    for cells, words in (
        (78, "agent state for queue handled AHT with/why"),
        (60, "agent state for queue with/why"),
    ):
        table = AgentTable().table(long, NOW, cells, kept_to=True)
        assert text(table.head).split() == words.split()
        assert all(width(row.line) <= cells for row in table.rows)


def test_how_many_more_it_takes(snap: FloorSnapshot) -> None:
    found = staffing(snap)
    assert found is not None and found.agents == sum(one.state is not AgentState.NOT_READY for one in snap.agents)
    assert found.needed.service_level >= 0.8
    assert "Erlang C" in text(staffing_line(snap, 79))
    early = replace(snap, slots=())
    assert staffing(early) is None


def test_figures_across_the_room() -> None:
    for large in (False, True):
        rows = big("12:02 %–h", large=large)
        assert len({len(row) for row in rows}) == 1 and set("".join(rows)) <= set("█▀▄ ")
    assert big("4:02") == ["█ █ ▄ █▀█ ▀▀█", "▀▀█ ▄ █ █ █▀▀", "  ▀   ▀▀▀ ▀▀▀"]
