"""Occupancy, adherence and staffing from moves, a schedule and figures."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.models.agent import Agent, AgentState
from data.models.base import AgentId, QueueId
from data.models.contact import Queue
from data.models.queue_report import Activity, ReporterDuty
from data.models.shift import AgentMove
from data.queue.erlang import agents_needed
from data.queue.figures import FigureRow, figures
from data.queue.offers import Happening
from data.supervision.adherence import adherence
from data.supervision.occupancy import occupancy, together
from data.supervision.staffing import StaffingRow, staffing_rows
from data.supervision.states import LONGEST_STAY, stays

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
S = AgentState
_numbers = itertools.count()


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def move(minutes: float, state: AgentState, agent: str = "ana", reason: str = "") -> AgentMove:
    return AgentMove(id=f"{next(_numbers):05}", agent=AgentId(agent), at=at(minutes), state=state, reason=reason)


def planned(first: float, last: float, activity: Activity, agent: str = "ana") -> ReporterDuty:
    return ReporterDuty(
        id=f"{next(_numbers):05}",
        agent=AgentId(agent),
        starts=at(first),
        ends=at(last),
        activity=activity,
        made_by=AgentId("lea"),
        made_at=NINE,
    )


CALL = [
    move(0, S.READY),
    move(10, S.RINGING),
    move(11, S.ON_CALL),
    move(20, S.ON_HOLD),
    move(22, S.ON_CALL),
    move(30, S.WRAP_UP),
    move(32, S.READY),
    move(40, S.NOT_READY, reason="break"),
    move(50, S.SIGNED_OUT),
]
"""Handled for 21 minutes, ready (ringing counts so) for 19, not ready for 10."""


def test_occupancy_is_handling_over_handling_and_ready() -> None:
    (row,) = occupancy(reversed(CALL), NINE, at(60))
    assert (row.handling_s, row.ready_s, row.not_ready_s) == (21 * 60, 19 * 60, 10 * 60)
    assert row.occupancy == pytest.approx(21 / 40)


def test_a_period_cuts_through_states() -> None:
    """Those that began before it count from its start, the present one until its end."""
    (row,) = occupancy(CALL, at(15), at(31))
    assert (row.handling_s, row.ready_s) == (16 * 60, 0)
    assert occupancy(CALL, at(50), at(90)) == []
    assert occupancy([], NINE, at(60)) == []
    (going_on,) = occupancy([move(0, S.READY)], NINE, at(7))
    assert (going_on.ready_s, going_on.occupancy) == (420, 0)


def test_all_together_add_their_times() -> None:
    rows = occupancy([*CALL, move(0, S.ON_CALL, "bo"), move(10, S.SIGNED_OUT, "bo")], NINE, at(60))
    assert [row.agent for row in rows] == ["ana", "bo"]
    assert together(rows, NINE, at(60)).occupancy == pytest.approx(31 / 50)
    assert together([], NINE, at(60)).occupancy is None


def test_a_state_without_an_end_does_not_last_for_ever() -> None:
    forgotten = [move(0, S.READY), move(LONGEST_STAY.total_seconds() / 60 + 1, S.SIGNED_OUT)]
    assert occupancy(forgotten, NINE, NINE + timedelta(days=1)) == []
    assert occupancy(forgotten[:1], NINE, NINE + timedelta(days=1)) == []


moves = st.lists(
    st.builds(
        move,
        st.integers(-30, 200),
        st.sampled_from(AgentState),
        st.sampled_from(["ana", "bo"]),
    ),
    max_size=20,
)


@settings(deadline=None)
@given(moves, st.integers(0, 60), st.integers(1, 100))
def test_states_never_overlap_and_never_leave_the_period(told: list[AgentMove], first: int, length: int) -> None:
    start, end = at(first), at(first + length)
    for states in stays(told, start, end).values():
        assert all(start <= stay.starts < stay.ends <= end for stay in states)
        assert all(before.ends <= after.starts for before, after in itertools.pairwise(states))


@settings(deadline=None)
@given(moves, st.lists(st.tuples(st.integers(0, 150), st.integers(1, 60), st.sampled_from(Activity)), max_size=5))
def test_adherence_is_a_share(told: list[AgentMove], spans: list[tuple[int, int, Activity]]) -> None:
    rows = adherence([planned(first, first + length, what) for first, length, what in spans], told, NINE, at(180))
    for row in rows:
        assert row.adherence is not None and 0 <= row.adherence <= 1
        assert row.kept_s + row.lost_s == pytest.approx(row.scheduled_s)
        assert all(before.ends <= after.starts for before, after in itertools.pairwise(row.deviations))


def test_adherence_is_minutes_in_the_scheduled_state() -> None:
    """Work from 9:00 to 10:00 with a break from 9:40 to 9:55: five minutes of ready at the break's end are lost."""
    told = [*CALL[:8], move(50, S.READY)]
    schedule = [planned(0, 60, Activity.WORK), planned(40, 55, Activity.BREAK)]
    (row,) = adherence(schedule, told, NINE, at(60))
    assert (row.scheduled_s, row.kept_s, row.lost_s) == (3600, 3300, 300)
    assert row.adherence == pytest.approx(55 / 60)
    (lost,) = row.deviations
    assert (lost.starts, lost.ends, lost.activity, lost.state) == (at(50), at(55), Activity.BREAK, S.READY)


def test_whoever_is_not_there_is_not_in_the_scheduled_state() -> None:
    schedule = [planned(0, 30, Activity.WORK, "bo"), planned(30, 60, Activity.LUNCH, "bo")]
    (row,) = adherence(schedule, [move(10, S.READY, "bo"), move(30, S.SIGNED_OUT, "bo")], NINE, at(60))
    assert row.lost_s == 600 and row.deviations[0].state is None
    (absent,) = adherence(schedule, [], NINE, at(60))
    assert absent.adherence == 0


def test_reporting_is_done_beside_the_work_and_what_was_withdrawn_is_not_scheduled() -> None:
    withdrawn = planned(0, 60, Activity.WORK).model_copy(update={"withdrawn": True})
    assert adherence([planned(0, 60, Activity.REPORT), withdrawn], CALL, NINE, at(60)) == []
    (row,) = adherence([planned(0, 60, Activity.WORK)], CALL, NINE, at(20))
    assert row.scheduled_s == 1200, "what is still to come does not count"


def test_a_row_of_a_schedule_is_for_reporting_if_nothing_is_said() -> None:
    stored = planned(0, 60, Activity.WORK).to_row()
    assert ReporterDuty.from_row(stored).activity is Activity.WORK
    del stored["activity"]
    assert ReporterDuty.from_row(stored).activity is Activity.REPORT


def calls(count: int, talk_s: float, queue: str = "support", first: float = 0) -> list[Happening]:
    told: list[Happening] = []
    for number in range(count):
        when, name = at(first).timestamp() + number * 10, f"{queue}{first}{number}"
        told.append(Happening(name, when, "offered", queue, None, None, None, None))
        told.append(Happening(name, when + 5, "answered", queue, "ana", 5, None, None))
        told.append(Happening(name, when + 5 + talk_s, "ended", queue, "ana", None, talk_s, 0))
    return told


def staffed(told: list[Happening], people: list[Agent], moved: list[AgentMove], now: datetime) -> list[StaffingRow]:
    slots, whole = figures(told, by="half-hour,queue"), figures(told, by="queue")
    queues = {"support": Queue(id="support", name="Support", target=0.8, threshold_s=20)}
    return staffing_rows(slots, whole, queues, people, moved, now)


def test_the_vector_of_the_glossary_as_a_report() -> None:
    """100 calls of 180 s in half an hour: 14 agents keep 80 % within 20 s, 13 do not."""
    (row,) = staffed(calls(100, 180), [], [], at(60))
    assert (row.offered, row.aht_s, row.needed, row.agents, row.more) == (100, 180, 14, None, None)


def test_how_many_more() -> None:
    """Ana serves every queue and is there half of the time; Bo serves another queue; Cy is not at work."""
    people = [Agent(id="ana", name="Ana"), Agent(id="bo", name="Bo", queues=(QueueId("sales"),))]
    moved = [move(-5, S.READY), move(15, S.NOT_READY), move(0, S.READY, "bo"), move(0, S.NOT_READY, "cy")]
    (row,) = staffed(calls(100, 180), people, moved, at(60))
    assert (row.agents, row.needed, row.more) == (0.5, 14, 14)
    enough = [one for number in range(20) for one in [move(0, S.READY, f"a{number}")]]
    (full,) = staffed(calls(100, 180), people, enough, at(60))
    assert (full.agents, full.more) == (20, 0)


def test_the_half_hour_that_goes_on_counts_as_far_as_it_has_come() -> None:
    (row,) = staffed(calls(50, 180), [], [move(0, S.READY)], at(15))
    assert (row.ends, row.agents, row.needed) == (at(15), 1, agents_needed(50, 900, 180, 20, 0.8).agents)
    assert staffed(calls(50, 180), [], [], NINE) == []


def test_without_a_call_that_is_over_the_aht_of_the_period_counts() -> None:
    waiting = [Happening("w", at(31).timestamp(), "offered", "support", None, None, None, None)]
    _first, second = staffed([*calls(10, 60), *waiting], [], [], at(90))
    assert (second.aht_s, second.needed) == (60, 1)
    (alone,) = staffed(waiting, [], [], at(90))
    assert (alone.aht_s, alone.needed, alone.more) == (None, None, None)


def test_a_queue_without_a_target_has_the_usual_one() -> None:
    (row,) = staffed(calls(10, 60, "sales"), [], [], at(90))
    assert (row.target, row.threshold_s) == (0.8, 20)


def test_a_target_of_all_calls_is_kept_by_nobody() -> None:
    rows: list[FigureRow] = figures(calls(10, 60), by="half-hour,queue")
    queue = Queue(id="support", name="Support", target=1.0)
    (row,) = staffing_rows(rows, [], {"support": queue}, [], [], at(60))
    assert row.needed is None
