"""The line on top of the workspace: what stands in it at each width, and what gives way first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from console.screens.sync_lines import hub_part
from console.screens.workspace_lines import not_written
from data.models.agent import AgentState, AgentStatus
from data.sync.wire import SyncStatus
from widgets.bars import clock_part, name_part, state_parts
from widgets.room import Part, Rank, in_room, laid_out
from widgets.safe_text import Span, width

NOW = datetime(2026, 11, 20, 14, 18, 2, tzinfo=UTC)
CLOCK = f"{NOW.astimezone():%H:%M}"
ONLINE = SyncStatus(online=True, since=NOW, last_pull=NOW)
AWAY = SyncStatus(online=False, since=NOW - timedelta(hours=2), queued=128, refused=11, conflicts=12, last_pull=NOW)
SILENT = SyncStatus(silent=True, since=NOW, queued=1, conflicts=2, refused=1)
REPORT = Part((Span("▲ late  ", "warn"),), ((Rank.REPORT, (Span("▲ report late 6 min  ", "warn"),)),))
ALERTS = Part((Span("   ■ 3", "bad"),), ((Rank.BESIDES, (Span("   ■ 3 alerts F11", "bad"),)),))
LONG_NAME = "Bartholomew Featherstonehaugh"
WIDTHS = (80, 100, 120, 160)


def status(state: AgentState, seconds: float, **fields: str) -> AgentStatus:
    return AgentStatus(id="me", state=state, since=NOW - timedelta(seconds=seconds), **fields)


SIGNED_ON = status(AgentState.NOT_READY, 1, reason="signed on")
HELD = status(AgentState.ON_HOLD, 725, after_call="missed a call")
WRAPPING = status(AgentState.WRAP_UP, 4000, after_call="training with the new telephone system")


def told(
    cells: int,
    now_is: AgentStatus,
    sync: SyncStatus = ONLINE,
    *,
    name: str = "Dana Reyes",
    consult: str = "",
    more: tuple[Part, ...] = (),
    report: Part | None = None,
) -> str:
    answered = NOW - timedelta(hours=1, minutes=2)
    left = [*state_parts(now_is, NOW, 90, consult, answered), name_part(name), *more, hub_part(sync, NOW)]
    line = laid_out(left, [report or Part(()), clock_part(NOW)], cells)
    assert width(line) <= cells
    return "".join(span.text for span in line)


@pytest.mark.parametrize(
    ("now_is", "sync", "shown"),
    [
        (SIGNED_ON, ONLINE, "○ NOT READY 0:01 signed on   Dana Reyes    hub ● online · 0 queued"),
        (SIGNED_ON, SILENT, "○ NOT READY 0:01 signed on   Dana Reyes  ✗ sync worker silent ▲ 2 ■ 1"),
        (SIGNED_ON, AWAY, "○ NOT READY 0:01 signed on   Dana Reyes  ○ offline since 12:18 ▲ 12 ■ 11"),
        (HELD, ONLINE, "■ ON HOLD 12:05 · call 1:02:00 · then missed a call   Dana  ● online"),
        (WRAPPING, ONLINE, "▲ WRAP-UP 1:06:40 ▲ 1:05:10 over · then training with…   Dana  ● online"),
    ],
)
def test_at_80_columns_it_says_what_i_do_who_i_am_and_how_the_hub_is(
    now_is: AgentStatus, sync: SyncStatus, shown: str
) -> None:
    assert told(80, now_is, sync).strip().rpartition(" ")[0].rstrip() == shown


def test_a_late_report_leaves_the_hub_its_word_and_the_agent_the_name() -> None:
    line = told(80, SIGNED_ON, report=REPORT)
    assert line.split() == f"○ NOT READY 0:01 signed on Dana Reyes ● online ▲ report late 6 min {CLOCK}".split()


@pytest.mark.parametrize("cells", WIDTHS)
@pytest.mark.parametrize("now_is", [SIGNED_ON, HELD, WRAPPING], ids=lambda one: str(one.state))
@pytest.mark.parametrize("sync", [ONLINE, AWAY, SILENT], ids=["online", "away", "silent"])
def test_the_state_the_hubs_word_and_what_is_amiss_never_go(
    cells: int, now_is: AgentStatus, sync: SyncStatus
) -> None:
    line = told(
        cells,
        now_is,
        sync,
        name=LONG_NAME,
        consult="Maximiliana Montgomery-Cholmondeley" if now_is is HELD else "",
        more=(ALERTS, not_written("disk is full")),
        report=REPORT,
    )
    assert f" {now_is.state.upper()} " in line and line.startswith((" ○ ", " ■ ", " ▲ "))
    word = "✗ sync worker silent" if sync.silent else "● online" if sync.online else "○ offline"
    assert word in line
    assert "■ 3" in line and "not written" in line and "late" in line
    if sync is not ONLINE:
        assert "▲ 2" in line or "▲ 12" in line


def test_the_wider_the_line_the_more_it_says() -> None:
    lines = [told(cells, HELD, AWAY, name=LONG_NAME, consult="Priya Nair", report=REPORT) for cells in WIDTHS]
    assert [sum(part in line for line in lines) for part in ("Bartholomew", "talking to Priya", "report late")] == [
        2,
        4,
        4,
    ]
    assert [len(line.split()) for line in lines] == sorted(len(line.split()) for line in lines)


def test_room_goes_to_the_lower_rank_and_what_is_too_long_leaves_it_to_the_next() -> None:
    a = Part((Span("a"),), ((Rank.NAME, (Span("aaaa"),)),))
    b = Part((), ((Rank.HUB, (Span("bb"),)), (Rank.BESIDES, (Span("bbbbbb"),))))

    def shown(cells: int) -> list[str]:
        return ["".join(span.text for span in form) for form in in_room([a, b], cells)]

    assert [shown(cells) for cells in (1, 3, 5, 6, 10)] == [
        ["a", ""],
        ["a", "bb"],
        ["aaaa", ""],
        ["aaaa", "bb"],
        ["aaaa", "bbbbbb"],
    ]
