"""CALL-2: two agents at two seats reach for the same caller, and one of them gets the call."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.models.contact import ContactState
from tests.pty import books, steps
from tests.pty.conftest import Opener
from tests.pty.feed import Feed
from tests.pty.terminal import Terminal

pytestmark = pytest.mark.pty
ONE, OTHER = "Ines Ferro", "Bo Lindgren"


def test_one_caller_two_agents(open_console: Opener, tmp_path: Path) -> None:
    hub = tmp_path / "hub.db"
    with Feed(hub) as feed:
        [caller] = feed.calls([("Kim Example", "+12025550107")])
        seats = {name: open_console("--data-dir", tmp_path / name, "--hub", hub) for name in (ONE, OTHER)}
        for name, seat in seats.items():
            steps.sign_on(seat, name, known_as="")
            seat.wait_for("Kim Example")
            steps.go(seat, "F2", "Queue")
            seat.keys("r")
            steps.wait_state(seat, "READY")
        for seat in seats.values():  # both keys are down before either console is heard again
            seat.keys("<enter>")
        winner = _play_until_one_talks(feed, seats)
        loser = next(name for name in seats if name != winner)

        seats[loser].wait_for("Not taken: another agent took it first")
        assert steps.wait_state(seats[loser], "READY") == "READY"
        seats[loser].wait_for("nobody waiting")
        at_hub = feed.contacts()[caller.id]
        assert (at_hub.state, at_hub.fence) == (ContactState.TALKING, 1)
        assert at_hub.agent == books.value(tmp_path / winner, "SELECT id FROM agent WHERE name = ?", winner)
        assert books.in_hand(tmp_path / winner, winner).id == caller.id
        assert books.at_agent(tmp_path / loser, loser) == []

        [next_caller] = feed.calls([("Noor Example", "+12025550108")])
        seats[loser].wait_for("Noor Example")  # the next one is offered, and to be had
        seats[loser].keys("<space>")
        seats[loser].wait_for(lambda: feed.play() or steps.state(seats[loser]) == "ON CALL")
        steps.wait_state(seats[loser], "ON CALL")
        assert books.in_hand(tmp_path / loser, loser).id == next_caller.id
        assert {contact.fence for contact in feed.contacts().values()} == {1}


def _play_until_one_talks(feed: Feed, seats: dict[str, Terminal]) -> str:
    """Let the exchange connect who claimed; the name of the agent who then talks."""
    talking: list[str] = []

    def somebody_talks() -> bool:
        feed.play()
        for name, seat in seats.items():
            seat.take_in(0)
            if steps.state(seat) == "ON CALL" and name not in talking:
                talking.append(name)
        return bool(talking)

    seats[ONE].wait_for(somebody_talks)
    return talking[0]
