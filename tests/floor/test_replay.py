"""A queue_log played through the live queue: as it was, unless a person takes a call."""

from __future__ import annotations

import json
import os
from datetime import date, time
from pathlib import Path

import pytest

from data.floor.floor import run_floor
from data.floor.options import FloorOptions, FloorSummary
from data.floor.pace import LeapClock
from data.models.agent import Agent, AgentState, AgentStatus
from data.models.contact import Contact, ContactEvent, ContactState, EventKind, RequestAction
from data.models.customer import Customer
from data.queue.figures import figures
from tests.floor.playground import Playground, Seat, waiting

K, S = EventKind, ContactState

MIDNIGHT = 10634 * 86400
"""1999-02-12."""

LOG = """\
1000|a|bank|NONE|ENTERQUEUE||+12025550142|1
1000|a|bank|Agent/ODED|CONNECT|0|a|0
1005|b|bank|NONE|ENTERQUEUE|||1
1007|b|bank|Agent/GILI|RINGNOANSWER|2000
1030|b|bank|Agent/GILI|CONNECT|25|b|3
1040|a|bank|Agent/ODED|COMPLETECALLER|0|40|1
1050|c|bank|NONE|ENTERQUEUE|||1
1060|c|bank|NONE|ABANDON|1|1|10
1070|d|bank|NONE|ENTERQUEUE|||1
1075|d|bank|NONE|EXITWITHTIMEOUT|1|1|5
1080|b|bank|Agent/GILI|BLINDTRANSFER|200|default|25|50|1
1090|e|bank|NONE|ENTERQUEUE|||1
1120|e|bank|Agent/ODED|CONNECT|30|e|3
1130|f|bank|NONE|ENTERQUEUE|||1
1320|e|bank|Agent/ODED|COMPLETEAGENT|30|200|1
"""


def write_log(path: Path) -> Path:
    """The log above as a file of 12 February 1999."""
    path.write_text("".join(f"{MIDNIGHT + int(line[:4])}{line[4:]}\n" for line in LOG.splitlines()))
    return path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "queue_log")


def replayed(path: Path, log: Path, **options: object) -> FloorSummary:
    """Play a log to its end, leaping from one thing to the next."""
    clock = LeapClock()

    def leap(seconds: float) -> bool:
        clock.leap(seconds)
        return False

    given = {"hub": path, "seed": 1, "replay": log, **options}
    return run_floor(FloorOptions.model_validate(given), clock, leap)


def by_call(seat: Seat) -> list[Contact]:
    return sorted(seat.all(Contact), key=lambda contact: contact.id)


@pytest.mark.parametrize("speed", [1.0, 50.0, 100_000.0])
def test_the_figures_are_the_logs(tmp_path: Path, log: Path, speed: float) -> None:
    summary = replayed(tmp_path / "hub.db", log, speed=speed)
    assert (summary.offered, summary.answered, summary.abandoned) == (6, 3, 1)
    assert (summary.left, summary.waiting_at_end, summary.doubles, summary.forked) == (2, 0, 0, 0)
    seat = Seat(tmp_path / "hub.db", LeapClock(), "Dana Reyes")
    row = figures(seat.all(ContactEvent), threshold_s=20, formula="SL3")[0]
    assert (row.offered, row.answered, row.abandoned) == (6, 3, 1)
    assert row.asa_s == pytest.approx((0 + 25 + 30) / 3)
    assert row.aht_s == pytest.approx((40 + 50 + 200) / 3)
    assert row.service_level == pytest.approx(1 / 4)
    assert row.of == ()


def test_the_logs_agents_play_their_calls(tmp_path: Path, log: Path) -> None:
    ground = Playground(tmp_path / "hub.db", replay=log)
    seat = ground.seat()
    ground.play(10)
    a, b = by_call(seat)
    names = {agent.id: agent for agent in seat.all(Agent)}
    assert a.state is S.TALKING and a.agent is not None
    assert names[a.agent].name == "Agent/ODED" and names[a.agent].played
    assert a.caller_number == a.caller_e164 == "+12025550142"
    assert b.state is S.WAITING and K.MISSED in seat.kinds(b.id)
    ground.play(21)
    assert seat.contact(b.id).state is S.TALKING
    statuses = {names[status.id].name: status.state for status in seat.all(AgentStatus)}
    assert statuses == {"Agent/ODED": AgentState.ON_CALL, "Agent/GILI": AgentState.ON_CALL}
    ground.play(60)
    assert seat.contact(a.id).state is S.DONE and seat.contact(b.id).end_reason == "transfer"
    abandoned = [contact for contact in seat.all(Contact) if contact.end_reason == "abandoned"]
    assert len(abandoned) == 1


def test_callers_without_a_number_are_customers(tmp_path: Path, log: Path) -> None:
    ground = Playground(tmp_path / "hub.db", replay=log)
    ground.play(150)
    seat = ground.seat()
    numbers = {phone.e164 for customer in seat.all(Customer) for phone in customer.phones}
    assert {contact.caller_e164 for contact in seat.all(Contact)} <= numbers


def test_a_taken_call_is_forked(tmp_path: Path, log: Path) -> None:
    ground = Playground(tmp_path / "hub.db", replay=log)
    seat = ground.seat()
    ground.play(10)
    b = waiting(seat)[0]
    assert seat.claim(b.id).fence == 1
    ground.play(0.1)
    taken = seat.contact(b.id)
    assert (taken.state, taken.agent, taken.forked, taken.feed) == (S.TALKING, seat.me, True, "replay")
    ground.play(200)  # the log's agent would have connected and passed it on by now
    assert seat.contact(b.id).state is S.TALKING and seat.contact(b.id).fence == 1
    ground.play_until(lambda: seat.contact(b.id).state is S.ENDED, limit=3600, tick=1)
    assert seat.contact(b.id).end_reason == "caller"
    summary = ground.floor.close()
    assert (summary.offered, summary.answered, summary.abandoned, summary.forked) == (5, 2, 1, 1)
    assert summary.doubles == 0


def test_a_taken_call_lasts_a_persons_time_in_a_fast_replay(tmp_path: Path, log: Path) -> None:
    ground = Playground(tmp_path / "hub.db", replay=log, speed=10.0)
    seat = ground.seat()
    ground.play(1)
    b = waiting(seat)[0]
    seat.claim(b.id)
    ground.play(200)  # real seconds: the log ended long ago
    assert seat.contact(b.id).state is S.TALKING
    assert not ground.floor.over()
    seat.ask(seat.contact(b.id), RequestAction.HANG_UP)
    ground.play(0.2)
    ended = seat.events(b.id)[-1]
    assert ended.talk_s == pytest.approx(200, abs=1)
    assert ground.floor.over()


def test_a_ready_person_gets_a_call_that_nobody_waited_for(tmp_path: Path, log: Path) -> None:
    """The log answers the first call at once; somebody who is ready at the console is asked first."""
    ground = Playground(tmp_path / "hub.db", replay=log)
    seat = ground.seat()
    seat.be(AgentState.READY)
    ground.play(2)
    a = by_call(seat)[0]
    assert (a.state, a.ringing_agent) == (S.RINGING, seat.me)
    assert seat.claim(a.id).contact_id == a.id
    ground.play(0.1)
    assert seat.contact(a.id).forked


def test_a_person_who_lets_it_ring_gives_it_back_to_the_log(tmp_path: Path, log: Path) -> None:
    ground = Playground(tmp_path / "hub.db", replay=log)
    seat = ground.seat()
    seat.be(AgentState.READY)
    ground.play(25)
    a = by_call(seat)[0]
    assert a.state is S.TALKING and a.agent != seat.me and not a.forked
    assert [event.wait_s for event in seat.events(a.id) if event.kind is K.ANSWERED] == [0]
    assert K.MISSED in seat.kinds(a.id)


def test_the_end_is_told_and_hold_keeps_the_floor_open(
    tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ground = Playground(tmp_path / "hub.db", replay=log, hold=True)
    ground.play(700)
    assert "The log has ended: 6 offered, 3 answered, 1 abandoned" in capsys.readouterr().err
    assert not ground.floor.over()


def test_start_leaves_out_what_came_before(tmp_path: Path, log: Path) -> None:
    """The log begins at 00:16:40; from 00:18 on there are only the last two calls."""
    summary = replayed(tmp_path / "hub.db", log, start=time(0, 18))
    assert (summary.offered, summary.answered) == (2, 1)
    assert summary.seconds == pytest.approx(350, abs=1)


@pytest.mark.corpora
def test_a_day_of_february_at_speed(tmp_path: Path) -> None:
    folder = os.environ.get("AGENT_CONSOLE_CORPORA")
    if not folder:
        pytest.skip("AGENT_CONSOLE_CORPORA names no folder with the real logs")
    calls = Path(folder) / "calls"
    day = json.loads((calls / "february.expected.json").read_text())["1999-02-12"]
    hub = tmp_path / "hub.db"
    summary = replayed(hub, calls / "february.queue_log.xz", day=date(1999, 2, 12), speed=2000.0)
    assert (summary.offered, summary.answered, summary.abandoned) == (
        day["entered"],
        day["answered"],
        day["abandoned"],
    )
    assert (summary.waiting_at_end, summary.doubles) == (0, 0)
    seat = Seat(hub, LeapClock(), "Dana Reyes")
    row = figures(seat.all(ContactEvent), formula="SL3")[0]
    assert (row.offered, row.answered, row.abandoned) == (day["entered"], day["answered"], day["abandoned"])
    assert row.asa_s == pytest.approx(day["wait_answered"] / day["answered"])
    assert row.service_level == pytest.approx(day["le20"] / day["entered"])
    assert row.aht_s == pytest.approx(day["talk"] / day["answered"])
