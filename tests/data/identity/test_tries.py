"""Wrong tries: the pause grows, and nothing that an agent can do at the seat makes it shorter."""

from __future__ import annotations

import json
from pathlib import Path

from data.identity.tries import FILE, LONGEST_S, Moment, Tries


class Machine:
    """The machine's own clock."""

    def __init__(self) -> None:
        self.boot, self.seconds = "first", 1000.0

    def now(self) -> Moment:
        return Moment(boot=self.boot, seconds=self.seconds)


def test_the_pause_doubles_for_each_agent_apart(tmp_path: Path) -> None:
    machine = Machine()
    tries = Tries(tmp_path, machine.now)
    assert tries.wait("dana") == 0
    assert [tries.failed("dana") for _ in range(4)] == [1, 2, 4, 8]
    assert tries.wait("bo") == 0
    machine.seconds += 5
    assert tries.wait("dana") == 3
    for _ in range(20):
        tries.failed("dana")
    assert tries.wait("dana") == LONGEST_S
    tries.succeeded("dana")
    assert tries.wait("dana") == 0 and tries.failed("dana") == 1


def test_a_restart_makes_it_no_shorter(tmp_path: Path) -> None:
    machine = Machine()
    for _ in range(6):
        Tries(tmp_path, machine.now).failed("dana")
    assert Tries(tmp_path, machine.now).wait("dana") == 32, "another console"
    machine.boot, machine.seconds = "second", 10.0
    assert Tries(tmp_path, machine.now).wait("dana") == 22, "another start of the machine: from the beginning"
    machine.seconds = 40.0
    assert Tries(tmp_path, machine.now).wait("dana") == 0


def test_a_file_that_cannot_be_read_lets_work_go_on(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[nothing of ours")
    tries = Tries(tmp_path, Machine().now)
    assert tries.wait("dana") == 0 and tries.failed("dana") == 1
    assert list(json.loads((tmp_path / FILE).read_text())) == ["dana"]
