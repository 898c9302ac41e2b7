"""SHIFT-1: the checklists of a shift go on in order, what the console sees passes by itself, what is left out has a name."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.clock import Clock
from data.floor.pace import LeapClock
from data.models.agent import Agent, AgentState, Role
from data.models.base import AgentId
from data.models.shift import DutyOutcome, DutyStep, Punch
from data.queue import people
from data.queue.agent_state import Move
from data.shift import duties, looking, machine, time_clock
from data.shift.checklist import Checklist, Turn
from data.shift.hours import Standing
from data.shift.looking import ShiftView
from data.shift.policy import load_shift
from data.shift.time_clock import ClockFaultError
from data.store.database import Store

POLICY = load_shift()
DANA = AgentId("dana")
LEADER = Agent(id="mo", name="Mo Okafor", role=Role.SUPERVISOR)


class Desk:
    """Dana at a seat: the phone, the time clock and one look after the other."""

    def __init__(self, store: Store, clock: LeapClock) -> None:
        self.store, self.clock = store, clock
        self.boot: datetime | None = clock.now() - timedelta(days=3)
        self.unread: int | None = None
        agent, self.status = people.sign_on(store, "Dana", clock)
        self.me = AgentId(agent.id)

    def clock_in(self) -> None:
        time_clock.clock_in(self.store, self.me, self.clock)

    def move(self, move: Move, reason: str = "") -> None:
        self.clock.leap(60)
        self.status = people.move(self.store, self.status, move, self.clock, reason=reason)

    def restart(self) -> None:
        """The workstation is started anew, and Dana signs on once more."""
        self.clock.leap(120)
        people.sign_out(self.store, self.me, self.clock)
        self.boot = self.clock.now()
        self.clock.leap(120)
        _, self.status = people.sign_on(self.store, "Dana", self.clock)

    def look(self) -> ShiftView:
        self.clock.leap(1)
        return looking.look(self.store, self.me, self.status.state, POLICY, self.clock, self.boot, self.unread)

    def done(self, step: str) -> None:
        view = self.look()
        looking.say_done(self.store, view, view.current.name, step, self.me, self.clock)


@pytest.fixture
def desk(store: Store, clock: LeapClock) -> Desk:
    return Desk(store, clock)


def passed(found: Checklist) -> list[str]:
    return [one.step.id for one in found.lines if one.turn is Turn.PASSED]


def test_nobody_who_is_not_clocked_in_is_asked_anything(desk: Desk) -> None:
    view = desk.look()
    assert (view.on, view.hint, view.open_before_ready) == (False, "", ())
    with pytest.raises(ValueError, match="clock in first"):
        desk.done("clock-in")
    desk.move(Move.READY)
    assert desk.look().hint == ""


def test_the_whole_list_in_order(desk: Desk) -> None:
    desk.clock_in()
    view = desk.look()
    assert passed(view.sign_on) == ["clock-in", "phones"]
    assert view.hint == "sign-on 2/11"
    with pytest.raises(ValueError, match="First comes: Restart the workstation"):
        desk.done("messenger")
    with pytest.raises(ValueError, match="not restarted yet"):
        desk.done("restart")
    desk.restart()
    assert passed(desk.look().sign_on)[-1] == "restart", "it goes on where it was, and the restart is seen"
    for step in ("messenger", "records", "call-flow", "monitor", "operations", "desktop"):
        desk.done(step)
    desk.unread = 2
    with pytest.raises(ValueError, match="2 messages are not read yet"):
        desk.done("mail")
    desk.unread = 0
    view = desk.look()
    assert view.sign_on.next is not None and view.sign_on.next.step.id == "ready"
    assert view.open_before_ready == ()
    desk.move(Move.READY)
    view = desk.look()
    assert (view.sign_on.next, view.hint) == (None, "")
    assert view.shift is not None
    outcomes = {one.step: one.outcome for one in duties.stamps(desk.store, view.shift.id)}
    said = {one for one, outcome in outcomes.items() if outcome is DutyOutcome.DONE}
    assert said == {"messenger", "records", "call-flow", "monitor", "operations", "desktop"}
    assert set(outcomes.values()) == {DutyOutcome.DONE, DutyOutcome.SEEN}


def test_what_no_machine_can_tell_the_agent_says(desk: Desk) -> None:
    desk.boot = None
    desk.clock_in()
    desk.done("restart")
    assert passed(desk.look().sign_on)[-1] == "restart"


def test_a_step_is_waived_with_a_name(desk: Desk) -> None:
    desk.clock_in()
    with pytest.raises(ValueError, match="Name who"):
        looking.waive(desk.store, desk.look(), "sign-on", "restart", " ", desk.me, desk.clock)
    with pytest.raises(ValueError, match="can be left out"):
        looking.waive(desk.store, desk.look(), "sign-on", "messenger", "Mo", desk.me, desk.clock)
    looking.waive(desk.store, desk.look(), "sign-on", "restart", "Mo Okafor", desk.me, desk.clock)
    line = desk.look().sign_on.line("restart")
    assert line is not None and line.stamp is not None
    assert (line.stamp.outcome, line.stamp.text) == (DutyOutcome.WAIVED, "Mo Okafor")


def test_nobody_stamps_the_steps_of_another(desk: Desk) -> None:
    desk.clock_in()
    view = desk.look()
    assert view.shift is not None
    duties.stamp(desk.store, view.shift.id, "sign-on", "restart", DutyOutcome.DONE, AgentId("mo"), desk.clock)
    assert passed(desk.look().sign_on) == passed(view.sign_on)


def test_ready_with_steps_open_is_noted_with_their_names(desk: Desk) -> None:
    desk.clock_in()
    view = desk.look()
    assert [one.id for one in view.open_before_ready][:2] == ["restart", "messenger"]
    looking.go_on_anyway(desk.store, view, desk.me, desk.clock)
    desk.move(Move.READY)
    view = desk.look()
    assert view.open_before_ready == () and view.hint == "sign-on 3/11", "what is left can still be done"
    line = view.sign_on.line("ready")
    assert line is not None and line.stamp is not None and "Restart the workstation" in line.stamp.text


def test_lunch_asks_for_the_restart_each_time(desk: Desk) -> None:
    desk.clock_in()
    looking.go_on_anyway(desk.store, desk.look(), desk.me, desk.clock)
    desk.move(Move.READY)
    desk.move(Move.NOT_READY, "break")
    assert desk.look().restart is None
    for _ in range(2):
        desk.move(Move.NOT_READY, "lunch")
        view = desk.look()
        assert view.hint == "restart 0/3" and view.current.name == "restart"
        desk.restart()
        assert desk.look().hint == "restart 1/3"
        desk.done("area")
        assert [one.id for one in desk.look().open_before_ready] == ["faults"]
        desk.done("faults")
        view = desk.look()
        assert view.restart is None and view.open_before_ready == ()
        desk.move(Move.READY)
    desk.move(Move.NOT_READY, "lunch")
    looking.go_on_anyway(desk.store, desk.look(), desk.me, desk.clock)
    desk.move(Move.READY)
    assert desk.look().restart is None


def test_a_clock_that_is_put_back_stamps_nothing_twice(desk: Desk) -> None:
    desk.clock_in()
    desk.move(Move.NOT_READY, "lunch")

    class Back:
        def now(self) -> datetime:
            return desk.clock.now() - timedelta(hours=1)

        def monotonic(self) -> float:
            return desk.clock.monotonic()

    back: Clock = Back()
    desk.boot = desk.clock.now() + timedelta(seconds=1)
    for _ in range(3):
        looking.look(desk.store, desk.me, desk.status.state, POLICY, back, desk.boot, None)
    rows = [DutyStep.from_row(row) for row in desk.store.rows("SELECT * FROM duty_step")]
    assert len({(one.checklist, one.step) for one in rows}) == len(rows)


def test_the_time_clock(desk: Desk) -> None:
    with pytest.raises(ClockFaultError, match="not clocked in"):
        time_clock.clock_out(desk.store, desk.me, desk.clock)
    first = time_clock.clock_in(desk.store, desk.me, desk.clock)
    assert time_clock.clock_in(desk.store, desk.me, desk.clock) == first, "one shift until its clock-out"
    desk.clock.leap(4 * 3600)
    assert time_clock.current_shift(desk.store, desk.me, desk.clock.now()) == first
    looking.close(desk.store, desk.look(), POLICY, desk.me, desk.clock)
    assert time_clock.current_shift(desk.store, desk.me, desk.clock.now()) is None
    steps = [one.step for one in duties.stamps(desk.store, first.id) if one.checklist == "sign-off"]
    assert steps == ["phones-off", "area", "clock-out"]
    forgotten = time_clock.clock_in(desk.store, desk.me, desk.clock)
    desk.clock.leap(20 * 3600)
    assert time_clock.clock_in(desk.store, desk.me, desk.clock).id != forgotten.id, "a new day, a new shift"


@pytest.mark.parametrize("back", [timedelta(minutes=1), timedelta(hours=3)])
def test_a_clock_that_is_put_back_ends_and_begins_shifts_all_the_same(desk: Desk, back: timedelta) -> None:
    time_clock.clock_in(desk.store, desk.me, desk.clock)
    desk.clock.leap(8 * 3600)
    slow = LeapClock(desk.clock.now() - timedelta(hours=8) - back)
    time_clock.clock_out(desk.store, desk.me, slow)
    assert time_clock.current_shift(desk.store, desk.me, slow.now()) is None
    again = time_clock.clock_in(desk.store, desk.me, slow)
    assert time_clock.current_shift(desk.store, desk.me, slow.now()) == again
    slow.leap(back.total_seconds() + 7200)
    time_clock.clock_out(desk.store, desk.me, slow)
    spans = time_clock.worked(desk.store, desk.me, slow.now(), ZoneInfo("UTC"), ()).intervals
    assert [one.standing for one in spans] == [Standing.CLOSED] * 2
    assert abs(spans[1].length - timedelta(hours=2)) < timedelta(seconds=1)


def test_only_a_supervisor_puts_the_clock_right(desk: Desk) -> None:
    entry = time_clock.clock_in(desk.store, desk.me, desk.clock)
    desk.clock.leap(3600)
    at, why = desk.clock.now() - timedelta(hours=2), "came earlier"
    dana = people.everyone(desk.store)[0]
    for by, reason, moment, message in (
        (dana, why, at, "Only a supervisor"),
        (LEADER, " ", at, "needs its reason"),
        (LEADER, why, desk.clock.now() + timedelta(hours=1), "still to come"),
    ):
        with pytest.raises(ClockFaultError, match=message):
            time_clock.correct(desk.store, desk.me, Punch.IN, moment, reason, by, desk.clock, entry.id)
    with pytest.raises(ClockFaultError, match="no such entry"):
        time_clock.correct(desk.store, desk.me, Punch.IN, at, why, LEADER, desk.clock, "nothing")
    with pytest.raises(ClockFaultError, match="another supervisor"):
        own = LEADER.model_copy(update={"id": desk.me})
        time_clock.correct(desk.store, desk.me, Punch.IN, at, why, own, desk.clock, entry.id)
    time_clock.correct(desk.store, desk.me, Punch.IN, at, why, LEADER, desk.clock, entry.id)
    running = time_clock.current_shift(desk.store, desk.me, desk.clock.now())
    assert running is not None and (running.id, running.at) == (entry.id, at)


def test_what_the_machine_tells(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    assert machine.boot_time(stat) is None
    stat.write_text("cpu 1 2 3\nbtime 1764000000\nprocesses 7\n", encoding="ascii")
    assert machine.boot_time(stat) == datetime.fromisoformat("2025-11-24T16:00:00+00:00")
    stat.write_text("btime soon\n", encoding="ascii")
    assert machine.boot_time(stat) is None
    box = tmp_path / "Maildir"
    assert machine.unread(box) is None
    for folder, name in (("new", "1.host"), ("new", ".hidden"), ("cur", "2.host:2,S"), ("cur", "3.host:2,F")):
        (box / folder).mkdir(parents=True, exist_ok=True)
        (box / folder / name).touch()
    assert machine.unread(box) == 2


def test_every_state_of_a_person_is_a_move(desk: Desk) -> None:
    desk.move(Move.READY)
    desk.move(Move.NOT_READY, "lunch")
    desk.move(Move.NOT_READY, "lunch")
    desk.move(Move.SIGN_OUT)
    found = time_clock.moves(desk.store, desk.me, desk.clock.now() - timedelta(days=1))
    assert [(one.state, one.reason) for one in found] == [
        (AgentState.NOT_READY, "signed on"),
        (AgentState.READY, ""),
        (AgentState.NOT_READY, "lunch"),
        (AgentState.SIGNED_OUT, ""),
    ]
