"""`shift` on the command line: hours, corrections, and who may make them; `doctor` tells of sample values."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from data.clock import SYSTEM_CLOCK
from data.models.agent import Agent, Role
from data.models.base import AgentId
from data.shift import time_clock
from data.shift.policy import load_shift
from data.shift.sample import still_sample
from data.store.database import STORE_FILE, Store
from data.store.save import saving
from tests.console.command import Command

DANA = AgentId("dana")


def clocked_in(folder: Path) -> str:
    with Store(folder / STORE_FILE) as store:
        with saving(store, DANA, SYSTEM_CLOCK) as change:
            change.add(Agent(id=DANA, name="Dana Reyes"))
            change.add(Agent(id="mo", name="Mo Okafor", role=Role.SUPERVISOR))
        return time_clock.clock_in(store, DANA, SYSTEM_CLOCK).id


def test_hours_and_corrections(cli: Command) -> None:
    entry = clocked_in(cli.home)
    [one] = cli("shift", "--json").body
    assert (one["name"], one["today"], one["week"]) == ("Dana Reyes", "0:00", "0:00") and one["clocked_in"]
    assert [row["id"] for row in one["entries"]] == [entry]
    two_hours_ago = (SYSTEM_CLOCK.now() - timedelta(hours=2)).isoformat()
    correct = ("shift", "correct", "Dana", "in", two_hours_ago, "--entry", entry, "--why", "the seat was down")
    refused = cli(*correct, "--by", "Dana")
    assert (refused.code, refused.err) == (1, "Only a supervisor puts the time clock right: ask yours.\n")
    assert cli(*correct).code == 2
    assert cli(*correct, "--by", "Nobody").code == 1
    assert cli(*correct[:3], "never", *correct[4:], "--by", "Mo").code == 2
    done = cli(*correct, "--by", "Mo")
    assert done.code == 0 and done.out.startswith("Entered for Dana Reyes: in at ")
    [one] = cli("shift", "--json", "--of", "dana").body
    assert one["week"] in ("2:00", "0:00") or one["days"], "the week may just have begun"
    assert sum(int(span[0]) * 60 + int(span[2:]) for span in one["days"].values()) in range(121)
    assert len(one["entries"]) == 2 and one["entries"][1]["by"] == "mo"
    assert "in since" in cli("shift", "--week").out


def test_nobody_has_clocked_in(cli: Command) -> None:
    with Store(cli.home / STORE_FILE):
        pass
    assert cli("shift").out == "Nobody has clocked in.\n"


def test_what_is_still_the_samples() -> None:
    policy = load_shift()
    names = ("queue_report.mailbox", "queue_report.everybody", "queue_report.managers", "conduct.people")
    assert still_sample(policy) == names
    report = policy.queue_report.model_copy(
        update={"mailbox": "reports@desk.test", "everybody": "", "managers": ()}
    )
    mended = policy.model_copy(update={"queue_report": report})
    assert still_sample(mended) == names[1:]


def test_the_doctor_says_so(cli: Command) -> None:
    with Store(cli.home / STORE_FILE):
        pass
    checks = {one["check"]: one for one in cli("doctor", "--json").body["checks"]}
    assert checks["shift"]["state"] == "look" and "queue_report.mailbox" in checks["shift"]["says"]
    broken = cli.home / "mine.yaml"
    broken.write_text("sign_on: nothing\n")
    (cli.home / "settings.toml").write_text(f'shift = "{broken}"\n')
    checks = {one["check"]: one for one in cli("doctor", "--json").body["checks"]}
    assert checks["shift"]["state"] == "fault"
