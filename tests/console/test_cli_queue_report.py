"""`queue-report` and `import schedule` on the command line."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.models.agent import Agent
from data.models.base import AgentId
from data.models.shift import Punch, TimeEntry
from data.store.database import STORE_FILE, Store
from data.store.save import saving
from tests.console.command import Command, one_sentence
from tests.data.queue_report.desk import START, Hands

ANA = AgentId("ana")
CLOCK = Hands(START + timedelta(minutes=6))


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six minutes after a slot, whenever the test runs."""
    monkeypatch.setattr("data.clock.SYSTEM_CLOCK", CLOCK)


def on_shift(cli: Command, *people: str) -> None:
    """These people are clocked in since two hours."""
    cli.home.mkdir(exist_ok=True)
    came = CLOCK.now() - timedelta(hours=2)
    with Store(cli.home / STORE_FILE) as store, saving(store, ANA, CLOCK) as change:
        for name in ("Ana Silva", "Bo Lindgren"):
            change.add(Agent(id=name[:3].strip().casefold(), name=name))
        for who in people:
            change.add(
                TimeEntry(id=who, agent=AgentId(who), punch=Punch.IN, at=came, by=AgentId(who), made_at=came)
            )


def test_a_report_is_given_once(cli: Command) -> None:
    on_shift(cli, "ana")
    told = cli("queue-report", "--calls", 3, "--minutes", 12, "--node", "RP-09", "--city", "Ridgeport", "--node", "X",
               "--comment", "crew on site", "--json")  # fmt: skip
    assert told.code == 0, told.err
    body = told.body
    assert (body["reporter"], body["calls"], body["wait_min"], body["rung"]) == ("ana", 3, 12, "command")
    assert body["nodes"] == [{"node": "RP-09", "city": "Ridgeport"}, {"node": "X", "city": ""}]
    assert body["initials"] == "AS"
    again = cli("queue-report", "--calls", 3, "--minutes", 12)
    assert again.code == 1 and "is there already: Ana Silva gave it at" in one_sentence(again)
    listed = cli("queue-report", "--list", "--json").body
    assert listed[0]["standing"] == "reported late" and listed[0]["report"]["calls"] == 3
    assert {one["standing"] for one in listed[1:]} == {"missed"} and len(listed) == 4
    text = cli("queue-report", "--list").out
    assert text.startswith("Reports now: Ana Silva.") and "RP-09 Ridgeport, X" in text and "missed" in text
    with Store(cli.home / STORE_FILE) as store:
        assert store.value("SELECT rung || ' ' || outcome FROM report_rung") == "command worked"


def test_a_command_that_fails_is_a_rung_that_failed(cli: Command) -> None:
    """The store takes no report: the rung is recorded and management hears of it. Then it takes nothing at all: that is
    kept, and written with the report that works."""
    on_shift(cli, "ana")
    tables = ("queue_report", "report_rung")
    with Store(cli.home / STORE_FILE) as store:
        for table in tables:
            store.execute(
                f"CREATE TRIGGER no_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(FAIL, 'full'); END"
            )
    assert "is not given" in one_sentence(cli("queue-report", "--calls", 3, "--minutes", 12))
    with Store(cli.home / STORE_FILE) as store:
        assert store.value("SELECT count(*) FROM report_rung") == store.value("SELECT count(*) FROM notice") == 0
        store.execute("DROP TRIGGER no_report_rung")
    assert cli("queue-report", "--calls", 3, "--minutes", 12).code == 1
    with Store(cli.home / STORE_FILE) as store:
        assert [row["outcome"] for row in store.rows("SELECT outcome FROM report_rung")] == ["failed"] * 2
        store.execute("DROP TRIGGER no_queue_report")
    assert cli("queue-report", "--calls", 3, "--minutes", 12).code == 0
    with Store(cli.home / STORE_FILE) as store:
        steps = store.rows("SELECT rung || ' ' || outcome AS step FROM report_rung ORDER BY id")
        assert [row["step"] for row in steps] == ["command failed", "command failed", "command worked"]
        [notice] = store.rows("SELECT kind, about FROM notice")
        assert notice["kind"] == "queue report failed" and "Ana Silva, command" in notice["about"]


def test_whose_report_it_is_must_be_clear(cli: Command) -> None:
    on_shift(cli)
    nobody = cli("queue-report", "--calls", 1, "--minutes", 1)
    assert nobody.code == 1 and "Nobody has to report now" in one_sentence(nobody)
    assert cli("queue-report", "--calls", 1, "--minutes", 1, "--for", "Bo").code == 0
    unknown = cli("queue-report", "--calls", 1, "--minutes", 1, "--for", "Zoe")
    assert unknown.code == 1 and "Nobody here is called Zoe" in one_sentence(unknown)


def test_of_several_one_is_named(cli: Command) -> None:
    on_shift(cli, "ana", "bo")
    several = cli("queue-report", "--calls", 1, "--minutes", 1)
    assert several.code == 1 and "--for (Ana Silva, Bo Lindgren)" in one_sentence(several)


def test_wrong_usage_is_said(cli: Command) -> None:
    on_shift(cli, "ana")
    assert cli("queue-report").code == 2, "there is no terminal to ask on"
    assert "more cities than nodes" in one_sentence(cli("queue-report", "--city", "Ridgeport"))
    assert cli("queue-report", "--calls", -1, "--minutes", 1).code == 2


def test_a_schedule_is_imported(cli: Command) -> None:
    on_shift(cli)
    file = cli.file("week.csv", "date,from,to,name\n2026-11-23,9:00,13:00,Ana Silva\n2026-11-23,12:00,14:00,Bo\n")
    told = cli("import", "schedule", file, "--json")
    assert told.code == 1 and "line 3: it overlaps with line 2 (Ana Silva, 09:00–13:00)" in told.err
    assert {name: told.body[name] for name in told.body if name != "seconds"} == {
        "read": 2, "added": 1, "updated": 0, "unchanged": 0, "rejected": 1,
    }  # fmt: skip
    assert cli("import", "schedule", file, "--json").body["unchanged"] == 1
    assert cli("import", "schedule", cli.home / "none.csv").code == 2
