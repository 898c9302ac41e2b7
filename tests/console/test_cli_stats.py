"""`stats` in its ways out: table, CSV, bars, picture, sentences, and the reports about people."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from data.clock import SYSTEM_CLOCK
from data.models.agent import Agent, AgentState
from data.models.base import AgentId, Entity, new_id
from data.models.queue_report import Activity, ReporterDuty
from data.models.shift import AgentMove
from data.queue.erlang import ASSUMPTION
from data.store.database import STORE_FILE, Store
from data.store.save import saving
from tests.console.command import QUEUE_LOG, Command, one_sentence


@pytest.fixture
def calls(cli: Command) -> Command:
    """With the three calls imported."""
    assert cli("import", "queue-log", cli.file("queue_log", QUEUE_LOG)).code == 0
    return cli


def _save(cli: Command, *rows: Entity) -> None:
    with Store(cli.home / STORE_FILE) as store, saving(store, AgentId("lea"), SYSTEM_CLOCK) as change:
        for row in rows:
            change.add(row)


def test_parts_of_time_and_things_together(calls: Command) -> None:
    weeks = calls("stats", "--by", "week", "--json").body
    assert [(row["week"], row["offered"]) for row in weeks] == [("2023-W46", 3)]
    quarters = calls("stats", "--by", "quarter", "--json").body
    assert [row["slot"][11:16] for row in quarters] == ["22:00", "22:45"]
    both = calls("stats", "--by", "half-hour,queue", "--json").body
    assert [(row["slot"][11:16], row["queue"], row["offered"]) for row in both] == [
        ("22:00", "support", 2),
        ("22:30", "billing", 1),
    ]


def test_the_zone_is_the_options_else_the_settings_else_the_machines(
    calls: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first(*options: str) -> str:
        return str(calls("stats", "--by", "half-hour", "--json", *options).body[0]["slot"])[11:]

    assert first() == "22:00:00+00:00"
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    assert first().endswith("+05:30")
    (calls.home / "settings.toml").write_text('time_zone = "Asia/Tokyo"\n', encoding="utf-8")
    assert first() == "07:00:00+09:00"
    assert first("--tz", "Europe/Berlin") == "23:00:00+01:00"
    (calls.home / "settings.toml").unlink()
    monkeypatch.setenv("TZ", "NOZONE5")
    assert first() == "22:00:00+00:00", "what the machine has is no name of a zone"


def test_csv_runs_no_formula_and_shows_names(cli: Command) -> None:
    evil = QUEUE_LOG.replace("support", '=HYPERLINK("http://example.com")').replace("billing", "@sum(1)")
    cli("import", "queue-log", cli.file("queue_log", evil))
    rows = list(csv.DictReader(io.StringIO(cli("stats", "--by", "queue", "--csv").out)))
    assert [row["queue"] for row in rows] == ['\'=HYPERLINK("http://example.com")', "'@sum(1)"]
    assert (rows[1]["offered"], rows[1]["abandonment_rate"]) == ("1", "0.0")
    _save(cli, Agent(id="Agent/anna", name="+1 Anna"))
    people = list(csv.DictReader(io.StringIO(cli("stats", "--by", "agent", "--csv").out)))
    assert [(row["agent"], row["answered"]) for row in people] == [("'+1 Anna", "1"), ("Agent/ben", "1"), ("", "0")]
    assert [row["agent"] for row in cli("stats", "--by", "agent", "--json").body] == [
        "Agent/anna",
        "Agent/ben",
        None,
    ]


def test_csv_of_nothing_has_no_rows(cli: Command) -> None:
    cli("import", "queue-log", cli.file("queue_log", QUEUE_LOG))
    done = cli("stats", "--by", "day", "--from", "2025-01-01", "--csv")
    assert (done.code, done.out) == (0, "")
    for way in ("--plot", "--why"):
        assert cli("stats", "--by", "day", "--from", "2025-01-01", way).out == "No contacts in this time.\n"


def test_bars_in_the_terminal(calls: Command) -> None:
    support, key = calls("stats", "--by", "day", "--plot").out.splitlines()
    assert support.startswith("2023-11-14 ███") and support.endswith(" 3 offered, 1 abandoned")
    assert "░" in support and key == "██ answered  ░░ abandoned"
    longest = calls("stats", "--by", "queue", "--plot", "--figure", "longest_wait_s").out.splitlines()
    assert [line.split()[0] for line in longest] == ["billing", "support"]
    assert longest[1].endswith("60.0 s")


def test_a_picture(calls: Command, tmp_path: Path) -> None:
    path = tmp_path / "day.svg"
    assert calls("stats", "--by", "half-hour", "--svg", path).out == f"{path} shows the figures.\n"
    words = [one.text for one in ElementTree.parse(path).iter() if one.text]
    assert {"Contacts offered", "answered", "abandoned", "11-14 22:00"} <= set(words)
    missing = calls("stats", "--svg", tmp_path / "nowhere" / "day.svg")
    assert missing.code == 2 and "nowhere" in one_sentence(missing)


def test_why(calls: Command) -> None:
    told = calls("stats", "--why", "--figure", "asa_s").out
    assert told.startswith("ASA = wait of the answered / answered = 38 s / 2 = 19.0 s, of contacts offered")
    assert len(calls("stats", "--by", "queue", "--why").out.splitlines()) == 18


def test_staffing_with_its_assumption(calls: Command) -> None:
    done = calls("stats", "--staffing", "--json").body
    assert done["assumption"] == ASSUMPTION
    assert [(row["queue"], row["offered"], row["agents"], row["needed"], row["more"]) for row in done["rows"]] == [
        ("support", 2, None, 1, None),
        ("billing", 1, None, 1, None),
    ]
    assert calls("stats", "--staffing").out.splitlines()[-1] == ASSUMPTION
    sheet = calls("stats", "--staffing", "--csv")
    assert (len(sheet.out.splitlines()), sheet.err) == (3, ASSUMPTION + "\n")
    assert ASSUMPTION in calls("stats", "--staffing", "--why").out


def test_occupancy_and_adherence(cli: Command) -> None:
    """Ready for an hour, on a call for another, and half an hour late."""
    now = SYSTEM_CLOCK.now().replace(microsecond=0)

    def move(hours: float, state: AgentState) -> AgentMove:
        return AgentMove(id=new_id(), agent=AgentId("ana"), at=now - timedelta(hours=hours), state=state)

    work = ReporterDuty(
        id="d",
        agent=AgentId("ana"),
        starts=now - timedelta(hours=5.5),
        ends=now - timedelta(hours=3),
        activity=Activity.WORK,
        made_by=AgentId("lea"),
        made_at=now,
    )
    cli("stats")
    moves = (move(5, AgentState.READY), move(4, AgentState.ON_CALL), move(3, AgentState.SIGNED_OUT))
    _save(cli, Agent(id="ana", name="Ana Silva"), work, *moves)
    since = ("--from", (now - timedelta(hours=8)).isoformat())
    [ana, everyone] = cli("stats", "--occupancy", *since, "--json").body
    assert (ana["agent"], ana["occupancy"], ana["handling_s"], everyone["agent"]) == ("ana", 0.5, 3600, None)
    assert [line.split()[0] for line in cli("stats", "--occupancy", *since, "--csv").out.splitlines()] == [
        "agent,occupancy,handling_s,ready_s,not_ready_s",
        "Ana",
        "all,0.5,3600.0,3600.0,0.0",
    ]
    [kept] = cli("stats", "--adherence", *since, "--json").body
    assert (kept["adherence"], kept["scheduled_min"], kept["kept_min"], kept["lost_min"]) == (0.8, 150, 120, 30)
    told = cli("stats", "--adherence", *since, "--why", "--tz", "Asia/Tokyo").out
    assert told.startswith("Ana Silva: Adherence = ") and " JST to " in told
    assert cli("stats", "--adherence", "--from", "2020-01-01", "--to", "2020-01-02").out.startswith("Nobody")


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("--by day,week", "day,week"),
        ("--json --csv", "--json and --csv"),
        ("--staffing --by day", "--by and --staffing"),
        ("--occupancy --plot", "--occupancy"),
        ("--plot --figure luck", "luck"),
        ("--why --figure luck", "luck"),
        ("--staffing --why --figure asa_s", "asa_s"),
        ("--occupancy --tz Mars/Base", "Mars/Base"),
        ("--adherence --from 2999-01-01", "still to come"),
    ],
)
def test_what_cannot_be_is_a_sentence(cli: Command, line: str, named: str) -> None:
    done = cli("stats", *line.split())
    assert done.code == 2 and named in one_sentence(done)
