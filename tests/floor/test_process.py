"""The floor as the process it is: one a hub, gone when told or left alone, and tidy after any death."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data.clock import SYSTEM_CLOCK
from data.floor.floor import run_floor
from data.floor.options import BUSY, FloorBusy, FloorOptions
from data.models.agent import Agent, AgentState, AgentStatus
from data.models.contact import IN_QUEUE, LIVE, Contact, ContactState, EventKind, RequestAction, RequestState
from tests.floor.playground import Seat

ALIVE = LIVE | IN_QUEUE


class Floors:
    """Starts floor processes and sees to it that none outlives the test."""

    def __init__(self, hub: Path) -> None:
        self.hub = hub
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *options: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "data.floor", "--hub", str(self.hub), "--seed", "1", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def until(self, process: subprocess.Popen[str], true: Callable[[], bool], limit: float = 20.0) -> None:
        """Wait until something is so at the hub, while the process lives."""
        end = time.monotonic() + limit
        while not true():
            assert time.monotonic() < end, "it never came about"
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            assert process.stderr is not None
            raise AssertionError(f"the floor ended: {process.stderr.read()}")


@pytest.fixture
def floors(tmp_path: Path) -> Iterator[Floors]:
    made = Floors(tmp_path / "hub.db")
    yield made
    for process in made.started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def seat_at(floors: Floors, name: str = "Dana Reyes") -> Seat:
    return Seat(floors.hub, SYSTEM_CLOCK, name)


def alive(seat: Seat) -> list[Contact]:
    return [contact for contact in seat.all(Contact) if contact.state in ALIVE]


def test_headless_prints_a_summary(floors: Floors) -> None:
    process = floors.start("--seconds", "1.5", "--json", "--speed", "60")
    out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    summary = json.loads(out)
    assert summary["seed"] == 1 and summary["seconds"] == pytest.approx(1.5, abs=0.5)
    assert summary["offered"] >= 4 and summary["doubles"] == 0
    parts = summary["answered"] + summary["abandoned"] + summary["left"] + summary["waiting_at_end"]
    assert summary["offered"] == parts
    assert not alive(seat_at(floors))


@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT", "stdin"])
def test_it_ends_within_a_second_and_leaves_no_call(floors: Floors, how: str) -> None:
    process = floors.start("--watch-stdin", "--speed", "5")
    seat = seat_at(floors)
    floors.until(process, lambda: len(alive(seat)) >= 3)
    claim = seat.claim()
    floors.until(process, lambda: any(contact.state is ContactState.TALKING for contact in seat.all(Contact)))
    told = time.monotonic()
    if how == "stdin":
        assert process.stdin is not None
        process.stdin.close()
    else:
        process.send_signal(signal.Signals[how])
    assert process.wait(5) == 0
    assert time.monotonic() - told < 1.0
    assert not alive(seat)
    mine = seat.contact(str(claim.contact_id))
    assert (mine.state, mine.end_reason, mine.agent) == (ContactState.ENDED, "the floor closed", seat.me)
    played = {agent.id for agent in seat.all(Agent) if agent.played}
    states = {status.state for status in seat.all(AgentStatus) if status.id in played}
    assert states == {AgentState.SIGNED_OUT}


def test_what_a_killed_floor_left_is_ended_by_the_next(floors: Floors) -> None:
    process = floors.start("--speed", "5")
    seat = seat_at(floors)
    floors.until(process, lambda: len(alive(seat)) >= 3)
    claim = seat.claim()
    floors.until(process, lambda: seat.contact(str(claim.contact_id)).state is ContactState.TALKING)
    process.kill()
    process.wait(5)
    left = {contact.id: contact for contact in alive(seat)}
    assert len(left) >= 3
    request = seat.ask(left[str(claim.contact_id)], RequestAction.HOLD)

    process = floors.start()
    floors.until(process, lambda: seat.answer(request)[0] is not RequestState.ASKED)
    floors.until(process, lambda: len(alive(seat)) >= 1)
    assert seat.answer(request)[0] is RequestState.REFUSED
    for contact_id, before in left.items():
        contact = seat.contact(contact_id)
        assert contact.end_reason == "the floor was stopped" and contact.ended_at is not None
        answered = before.agent is not None
        assert contact.state is (ContactState.ENDED if answered else ContactState.ABANDONED)
        assert contact.ringing_agent is None
        assert seat.events(contact_id)[-1].kind is (EventKind.ENDED if answered else EventKind.LEFT)
    assert not set(left) & {contact.id for contact in alive(seat)}


def test_a_second_floor_on_one_hub_is_refused(floors: Floors) -> None:
    first = floors.start()
    seat = seat_at(floors)
    floors.until(first, lambda: bool(alive(seat)))
    second = floors.start()
    out, err = second.communicate(timeout=10)
    assert second.returncode == BUSY and out == ""
    assert "already" in err and err.count("\n") == 1
    with pytest.raises(FloorBusy):
        run_floor(FloorOptions(hub=floors.hub, seconds=1))
    assert first.poll() is None and alive(seat)
    first.kill()
    first.wait(5)
    third = floors.start("--seconds", "0.1")
    assert third.wait(10) == 0  # the place is free however the floor before died


@pytest.mark.parametrize(
    "options",
    [
        ("--speed", "0"),
        ("--speed", "nan"),
        ("--start", "25:00"),
        ("--day", "tomorrow"),
        ("--seconds", "-1"),
        ("--tz", "Mars/Base"),
        ("--tz", "../etc/passwd"),
    ],
)
def test_wrong_usage_is_a_sentence(floors: Floors, options: tuple[str, str]) -> None:
    process = floors.start(*options)
    _out, err = process.communicate(timeout=10)
    assert process.returncode == 2 and options[0] in err and "Traceback" not in err


def test_a_log_that_is_not_there(floors: Floors, tmp_path: Path) -> None:
    process = floors.start("--replay", str(tmp_path / "none"))
    _out, err = process.communicate(timeout=10)
    assert process.returncode == 1 and "Traceback" not in err and str(tmp_path / "none") in err


def test_a_hub_that_is_none(floors: Floors) -> None:
    floors.hub.write_bytes(b"not a database" * 100)
    process = floors.start("--seconds", "1")
    _out, err = process.communicate(timeout=10)
    assert process.returncode == 3 and "Traceback" not in err and err.count("\n") == 1
