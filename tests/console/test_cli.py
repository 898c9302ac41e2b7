"""The command line as a contract: exit codes, errors of one sentence, and the shapes of what is printed."""

from __future__ import annotations

import csv
import json
import lzma
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from console.cli import opening
from data.store import driver
from data.store.database import STORE_FILE, Store
from tests.console.command import CUSTOMERS, QUEUE_LOG, Command, one_sentence, program

FIGURES = [
    "offered", "answered", "abandoned", "abandonment_rate", "asa_s", "service_level", "service_level_formula",
    "threshold_s", "aht_s", "longest_wait_s", "max_queue", "max_queue_at",
]  # fmt: skip
REPORT = ["read", "added", "updated", "unchanged", "rejected", "seconds"]


# wrong usage: 2, one sentence, nothing done


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--frob", "--frob"),
        ("juggle", "juggle"),
        ("--role king", "king"),
        ("stats --by planet", "planet"),
        ("stats --tz Mars/Base --by day", "Mars/Base"),
        ("stats --tz ../../etc/passwd", "../../etc/passwd"),
        ("stats --tz Mars/Base --from 2026-01-01", "Mars/Base"),
        ("stats --from yesterday", "yesterday"),
        ("stats --from 0001-01-01 --tz Pacific/Auckland", "0001-01-01"),
        ("stats --from 2026-02-01 --to 2026-01-01", "2026-01-01"),
        ("stats --sl SL9", "SL9"),
        ("stats --threshold -1", "--threshold"),
        ("stats --threshold inf", "--threshold"),
        ("stats --threshold soon", "--threshold"),
        ("lookup", "--batch"),
        ("lookup Ann --batch queries.txt", "--batch"),
        ("lookup --batch none.txt", "none.txt"),
        ("lookup --batch .", "."),
        ("lookup Ann --limit 0", "--limit"),
        ("import queue-log", "--help"),
        ("import queue-log none.log", "none.log"),
        ("import queue-log .", "folder"),
        ("import customers none.csv", "none.csv"),
        ("import customers .", "."),
        ("demo --headless --seconds 0", "--seconds"),
        ("demo --headless --seconds nan", "--seconds"),
        ("demo --headless --speed -1", "--speed"),
        ("demo --replay none.log", "none.log"),
        ("demo --headless --day tomorrow", "--replay"),
    ],
)
def test_wrong_usage(cli: Command, line: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = cli(*line.split())
    assert done.code == 2
    assert says in one_sentence(done)


def test_what_a_terminal_would_obey_is_not_repeated(cli: Command) -> None:
    done = cli("stats", "--by", "\x1b[31m\x9b2J\u202eevil\n")
    assert done.code == 2 and "evil" in one_sentence(done)


def test_a_group_without_a_command_shows_its_help(cli: Command) -> None:
    done = cli("import")
    assert done.code == 2 and done.out == ""
    assert "queue-log" in done.err and "customers" in done.err


def test_help_and_version(cli: Command) -> None:
    assert cli("--help").out.startswith("Usage: agent-console")
    assert cli("--version").out.startswith("agent-console ")
    known = ("demo", "lookup", "stats", "callbacks", "import queue-log", "import customers", "sync status")
    for command in (*known, "backup", "restore", "doctor"):
        done = cli(*command.split(), "--help")
        assert done.code == 0 and done.out.startswith(f"Usage: agent-console {command}") and done.err == ""


@pytest.mark.parametrize("option", ["--data-dir", "--hub", "--plain", "--no-mouse"])
def test_an_option_before_a_command_is_not_ignored(cli: Command, tmp_path: Path, option: str) -> None:
    value = [tmp_path / "elsewhere"] if option in ("--data-dir", "--hub") else []
    done = cli(option, *value, "demo", "--headless", "--seconds", "0.1")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"Write {option} after demo") and done.err.count("\n") == 1
    assert not (tmp_path / "elsewhere").exists()


def test_the_console_needs_a_terminal() -> None:
    for arguments in ((), ("demo",)):
        done = program(*arguments)
        assert done.code == 2 and "terminal" in one_sentence(done)


# settings, stores and hubs that cannot be used


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ('colour = "red"', "colour"),
        ("colour = ", "TOML"),
        ('region = "United States"', "region"),
        ("notifications = 7", "notifications"),
        ("seat = 3", "seat"),
        (b"\xff\xfe\x00", "TOML"),
    ],
)
@pytest.mark.parametrize("command", ["sync status", "demo --headless --seconds 1"])
def test_settings_that_do_not_fit(cli: Command, settings: str | bytes, says: str, command: str) -> None:
    cli.home.mkdir()
    cli.file("home/settings.toml", settings)
    done = cli(*command.split())
    sentence = one_sentence(done)
    assert done.code == 2 and says in sentence and "settings.toml" in sentence


def test_a_variable_that_does_not_fit(cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_CONSOLE_REGION", "somewhere")
    done = cli("sync", "status")
    assert done.code == 2 and "region" in one_sentence(done)


def test_a_store_of_a_newer_version_is_left_alone(cli: Command) -> None:
    with Store(cli.home / STORE_FILE) as store:
        store.execute("PRAGMA user_version = 999")
    for line in ("stats", "lookup Ann", "sync status"):
        done = cli(*line.split())
        assert done.code == 1 and "newer" in one_sentence(done)
    connection = driver.connect(cli.home / STORE_FILE)
    assert connection.execute("PRAGMA user_version").fetchone()[0] == 999
    connection.close()


def test_a_store_that_is_none(cli: Command) -> None:
    cli.home.mkdir()
    garbage = bytes(range(256)) * 64
    (cli.home / STORE_FILE).write_bytes(garbage)
    for line in ("stats", "lookup Ann", "sync status", "import queue-log " + str(cli.file("q.log", QUEUE_LOG))):
        done = cli(*line.split())
        assert done.code == 1 and str(cli.home / STORE_FILE) in one_sentence(done)
    assert (cli.home / STORE_FILE).read_bytes() == garbage


@pytest.mark.parametrize("line", ["stats", "lookup Ann", "sync status", "demo --headless --seconds 1"])
def test_a_data_folder_that_is_a_file(cli: Command, line: str) -> None:
    place = cli.file("place", "not a folder")
    done = cli(*line.split(), "--data-dir", place)
    assert done.code == 1
    assert "--data-dir" in one_sentence(done) and str(place) in done.err


def test_a_hub_that_is_none_is_unreachable(cli: Command) -> None:
    missing = cli("sync", "status", "--json")
    assert missing.code == 3 and missing.body["state"] == "offline" and missing.err.count("\n") == 1
    assert not (cli.home / "hub.db").exists(), "asking makes no hub"
    garbage = bytes(range(256)) * 64
    (cli.home / "hub.db").write_bytes(garbage)
    done = cli("sync", "status", "--json")
    assert done.code == 3 and done.body["state"] == "offline"
    assert str(cli.home / "hub.db") in done.err and done.err.count("\n") == 1
    floor = program("demo", "--headless", "--seconds", "1", "--data-dir", cli.home)
    assert floor.code == 3 and str(cli.home / "hub.db") in one_sentence(floor)
    assert (cli.home / "hub.db").read_bytes() == garbage


def test_a_rehearsal_shows_the_time_that_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The screen shows this machine's zone, so in a rehearsal the machine is where the site is."""
    monkeypatch.setenv("TZ", "UTC")
    try:
        clock = opening._rehearsal("2026-03-02T07:55", "America/New_York", 1.0)
        assert clock is not None and f"{clock.now().astimezone():%H:%M}" == "07:55"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_an_error_that_nobody_expected_is_a_sentence_too(cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.queue.stats.stats", lambda *_rows, **_how: 1 / 0)
    done = cli("stats")
    assert done.code == 1 and done.err.count("\n") == 1
    assert "ZeroDivisionError" in done.err and "AGENT_CONSOLE_TRACEBACK" in done.err
    monkeypatch.setenv("AGENT_CONSOLE_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        cli("stats")


# import queue-log and stats


def test_import_queue_log_and_stats(cli: Command) -> None:
    log = cli.file("queue_log", QUEUE_LOG)
    first = cli("import", "queue-log", log, "--json")
    assert first.code == 0 and list(first.body) == REPORT
    assert (first.body["read"], first.body["added"], first.body["rejected"]) == (9, 9, 0)
    [whole] = cli("stats", "--json").body
    assert list(whole) == FIGURES
    assert (whole["offered"], whole["answered"], whole["abandoned"]) == (3, 2, 1)
    assert whole["abandonment_rate"] == pytest.approx(1 / 3)
    assert (whole["asa_s"], whole["aht_s"], whole["longest_wait_s"]) == (19.0, 75.0, 60.0)
    assert (whole["service_level_formula"], whole["threshold_s"]) == ("SL4", 20.0)
    again = cli("import", "queue-log", log, "--json").body
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 9)
    assert cli("stats", "--json").body == [whole]
    assert (whole["max_queue"], whole["max_queue_at"]) == (1, "2023-11-14T22:13:30+00:00")
    heads, figures = cli("stats").out.splitlines()
    assert heads.split() == FIGURES and figures.split()[:3] == ["3", "2", "1"]


def test_stats_by(cli: Command) -> None:
    cli("import", "queue-log", cli.file("queue_log", QUEUE_LOG))
    assert [row["day"] for row in cli("stats", "--by", "day", "--json").body] == ["2023-11-14"]
    queues = {row["queue"]: row["offered"] for row in cli("stats", "--by", "queue", "--json").body}
    assert queues == {"support": 2, "billing": 1}
    slots = cli("stats", "--by", "half-hour", "--json").body
    assert [(row["slot"], row["offered"]) for row in slots] == [
        ("2023-11-14T22:00:00+00:00", 2),
        ("2023-11-14T22:30:00+00:00", 1),
    ]
    assert sum(row["answered"] for row in cli("stats", "--by", "agent", "--json").body) == 2
    east = cli("stats", "--by", "day", "--tz", "Asia/Tokyo", "--json").body
    assert [row["day"] for row in east] == ["2023-11-15"]
    later = cli("stats", "--from", "2023-11-14T22:30", "--json").body
    assert later[0]["offered"] == 1


def test_stats_of_nothing_are_null(cli: Command) -> None:
    [row] = cli("stats", "--json").body
    assert row["offered"] == 0
    assert all(
        row[name] is None for name in ("abandonment_rate", "asa_s", "service_level", "aht_s", "max_queue_at")
    )
    assert "NaN" not in cli("stats", "--json").out
    assert cli("stats", "--by", "day", "--json").body == []


def test_lines_that_cannot_be_read_are_told(cli: Command) -> None:
    log = cli.file("q", b"\n\nbroken \x1b[31mline\n" + QUEUE_LOG.encode() + b"170000\xff|\xfe|x\n")
    done = cli("import", "queue-log", log, "--json")
    assert done.code == 1 and done.body["rejected"] == 2 and done.body["added"] == 9
    assert done.err.count("\n") == 2 and "\x1b" not in done.err
    assert f"{log}:3:" in done.err


# import customers and lookup


def test_import_customers_and_lookup(cli: Command) -> None:
    file = cli.file("customers.csv", CUSTOMERS)
    tried = cli("import", "customers", file, "--dry-run", "--json")
    assert tried.code == 0 and tried.body["added"] == 3
    assert cli("lookup", "Ann", "--json").body == []
    done = cli("import", "customers", file, "--json")
    assert done.code == 0 and list(done.body) == REPORT
    assert (done.body["read"], done.body["added"], done.body["rejected"]) == (3, 3, 0)
    [ann] = cli("lookup", "ann", "--json").body
    assert ann == {
        "id": "k-1", "account": "A-100", "name": "Ann Example", "company": "Example Tiles",
        "phones": ["+12025550142"], "plan": 2,
    }  # fmt: skip
    for query, found in [("munoz", "k-2"), ("0143", "k-2"), ("A-102", "k-3"), ("(202) 555 0144", "k-3")]:
        assert [one["id"] for one in cli("lookup", query, "--json").body] == [found], query
    again = cli("import", "customers", file, "--json").body
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 3)
    assert "Ann Example" in cli("lookup", "ann").out
    assert "Nobody found" in cli("lookup", "zzzzzz").out


def test_vcards_and_json_lines_are_imported_as_well(cli: Command) -> None:
    cards = cli.file(
        "c.vcf",
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:v-1\r\nFN:Ann Card\r\nTEL:202-555-0142\r\nX-NO:A-1\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Card;Bo\r\n",
    )
    mapping = cli.file("m.toml", '[columns]\n"X-NO" = "account"\n')
    rejects = cli.home.parent / "rejects.csv"
    done = cli("import", "customers", cards, "--map", mapping, "--rejects", rejects, "--json")
    assert (done.code, done.body["added"], done.body["rejected"], list(done.body)) == (1, 1, 1, REPORT)
    assert "the file may be cut short" in done.err and "cut short" in rejects.read_text(encoding="utf-8")
    assert [one["account"] for one in cli("lookup", "ann card", "--json").body] == ["A-1"]

    lines = cli.file(
        "c.jsonl",
        '{"id": "j-1", "name": "Cy", "phone": 2025550143}\n{"id": "j-2", "name": "cy", "phone": "+12025550143"}\n',
    )
    done = cli("import", "customers", lines, "--json")
    assert (done.code, done.body["added"]) == (0, 2)
    assert "1 of the customers probably stand in the file twice" in done.err
    assert {one["id"] for one in cli("lookup", "0143", "--json").body} == {"j-1", "j-2"}
    for name, content in (("a.vcf", "no card"), ("a.jsonl", "[1]"), ("b.vcf", b"\xff\xfeB\0E")):
        assert cli.home.parent.joinpath(name).name in one_sentence(
            cli("import", "customers", cli.file(name, content))
        )


def test_refused_rows_say_why(cli: Command, tmp_path: Path) -> None:
    file = cli.file("c.csv", CUSTOMERS + "k-4,A-103,,,,,,\nk-5,A-104,Too,many,cells,here,in,this,row\n")
    rejects = tmp_path / "rejects.csv"
    done = cli("import", "customers", file, "--rejects", rejects, "--json")
    assert done.code == 1 and (done.body["added"], done.body["rejected"]) == (3, 2)
    assert "line 5:" in done.err and "line 6:" in done.err
    with rejects.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.reader(opened))
    assert [row[1] for row in rows[1:]] == ["5", "6"] and all(row[0] for row in rows[1:])
    many = cli.file("many.csv", "Name,Phone\n" + ",\n" * 50)
    done = cli("import", "customers", many)
    assert done.code == 1 and done.err.count("\n") == 21 and "--rejects" in done.err


def test_a_mapping_says_which_column_is_which(cli: Command) -> None:
    file = cli.file("k.csv", "Kundennummer;Anrede;Telefon\n77;Frau Muster;+493055501\n")
    assert "mapping" in one_sentence(cli("import", "customers", file))
    mapping = cli.file("k.toml", '[columns]\nKundennummer = "account"\nAnrede = "name"\nTelefon = "phone"\n')
    assert cli("import", "customers", file, "--map", mapping).code == 0
    [found] = cli("lookup", "77", "--json").body
    assert (found["account"], found["name"]) == ("77", "Frau Muster")
    wrong = cli.file("wrong.toml", '[columns]\nAnrede = "shoe size"\n')
    done = cli("import", "customers", file, "--map", wrong)
    assert done.code == 2 and "shoe size" in one_sentence(done)


def test_lookup_batch_is_one_line_a_query(cli: Command) -> None:
    cli("import", "customers", cli.file("customers.csv", CUSTOMERS))
    queries = ["ann", "", "bold\u2028muñoz", "\x9b31m", '"*^(', "0144"]
    done = cli("lookup", "--batch", cli.file("queries.txt", "\ufeff" + "\r\n".join(queries) + "\r\n"))
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [line["query"] for line in lines] == queries
    assert all(sorted(line) == ["customers", "ms", "query"] and line["ms"] >= 0 for line in lines)
    assert [one["id"] for one in lines[-1]["customers"]] == ["k-3"]
    assert "\x9b" not in done.out and "\u2028" not in done.out


def test_names_are_printed_as_text(cli: Command) -> None:
    cli("import", "customers", cli.file("c.csv", "Name,Phone\n\x1b]0;t\x07Eve \x9b2J\u202e[red],202 555 0150\n"))
    for arguments in (("0150",), ("0150", "--json")):
        out = cli("lookup", *arguments).out.rstrip("\n")
        assert "Eve" in out and "[red]" in out
        assert not set(out) & {"\x1b", "\x07", "\x9b", "\u202e"}


# the program itself


def test_any_bytes_and_any_locale(tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(CUSTOMERS, encoding="utf-8")
    env = {"AGENT_CONSOLE_HOME": str(tmp_path / "home"), "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    assert program("import", "customers", file, env=env).code == 0
    table = program("lookup", "munoz", env=env)
    assert table.code == 0 and "Jos\\xe9 Mu\\xf1oz" in table.out and table.err == ""
    assert program("lookup", "munoz", "--json", env=env).body[0]["name"] == "José Muñoz"
    odd = program("lookup", os.fsdecode(b"\xff\xfe"), "--json", env=env)
    assert (odd.code, odd.body) == (0, [])
    assert program("import", "customers", os.fsdecode(b"/none/\xff.csv"), env=env).code == 2


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "queries.txt").write_text("ann\n" * 5000, encoding="utf-8")
    command = [Path(sys.executable).with_name("agent-console"), "lookup", "--batch", tmp_path / "queries.txt"]
    env = {**os.environ, "AGENT_CONSOLE_HOME": str(tmp_path / "home")}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        assert json.loads(process.stdout.readline())["query"] == "ann"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) in (0, 1)


def test_the_floor_without_a_console(tmp_path: Path) -> None:
    options = ("--headless", "--seconds", "1", "--speed", "60", "--seed", "5", "--data-dir", tmp_path / "home")
    done = program("demo", *options, "--json")
    assert (done.code, done.err) == (0, "")
    body = done.body
    assert body["seed"] == 5 and body["doubles"] == 0 and body["offered"] >= 4
    parts = body["answered"] + body["abandoned"] + body["left"] + body["waiting_at_end"]
    assert body["offered"] == parts
    status = program("sync", "status", "--json", "--data-dir", tmp_path / "home")
    assert status.code == 0 and status.body["state"] == "online"
    assert list(status.body) == [
        "hub",
        "state",
        "queued",
        "refused",
        "conflicts",
        "cursor",
        "last_push",
        "last_pull",
    ]
    log = tmp_path / "log.xz"
    log.write_bytes(lzma.compress(QUEUE_LOG.encode()))
    replayed = program(
        "demo", "--headless", "--seconds", "2", "--speed", "5000", "--replay", log, "--day", "2023-11-14",
        "--data-dir", tmp_path / "replay", "--json",
    )  # fmt: skip
    assert replayed.code == 0
    assert [replayed.body[name] for name in ("offered", "answered", "abandoned", "forked")] == [3, 2, 1, 0]


def test_ctrl_c_lets_the_floor_say_what_happened(tmp_path: Path) -> None:
    command = [Path(sys.executable).with_name("agent-console"), "demo", "--headless", "--json"]
    options = ["--seconds", "60", "--data-dir", tmp_path]
    with subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        lock = tmp_path / "hub.db.floor"
        while not lock.exists():
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.05)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert b"Traceback" not in err
    assert process.returncode == 0 and json.loads(out)["doubles"] == 0


# the real month


def _sums(row: dict[str, Any]) -> dict[str, int]:
    """A day as the archive tells it: its sums, from the figures that were printed."""
    return {
        "entered": row["offered"],
        "answered": row["answered"],
        "abandoned": row["abandoned"],
        "wait_answered": round(row["asa_s"] * row["answered"]),
        "le20": round(row["service_level"] * (row["answered"] + row["abandoned"])),
        "talk": round(row["aht_s"] * row["answered"]),
    }


@pytest.mark.corpora
def test_the_real_month(cli: Command, corpora: Path, tmp_path: Path) -> None:
    """The figures of the archive, from three pieces cut in mid-line; a piece of it again changes nothing."""
    whole = lzma.decompress((corpora / "calls" / "february.queue_log.xz").read_bytes())
    cuts = [whole.index(b"\n", len(whole) * part // 3) + 9 for part in (1, 2)]
    assert all(whole[cut - 1 : cut] != b"\n" for cut in cuts)
    pieces = []
    for part, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(whole)], strict=True)):
        pieces.append(tmp_path / f"piece-{part}")
        pieces[-1].write_bytes(whole[start:end])
    done = cli("import", "queue-log", *pieces, "--json")
    assert (done.code, done.err) == (0, "")
    assert (done.body["read"], done.body["added"], done.body["rejected"]) == (89_412, 89_412, 0)

    [month] = cli("stats", "--json", "--sl", "SL3").body
    assert (month["offered"], month["answered"], month["abandoned"]) == (31_125, 27_162, 3_963)
    assert [round(month[name], 6) for name in ("abandonment_rate", "service_level")] == [0.127325, 0.520771]
    assert [round(month[name], 3) for name in ("asa_s", "aht_s")] == [40.774, 176.353]
    assert (month["max_queue"], month["max_queue_at"]) == (17, "1999-02-03T13:27:21+00:00")
    days = {row["day"]: row for row in cli("stats", "--by", "day", "--json", "--sl", "SL3").body}
    expected = json.loads((corpora / "calls" / "february.expected.json").read_text(encoding="utf-8"))
    assert len(days) == 28 and {day: _sums(row) for day, row in days.items()} == expected
    again = cli("import", "queue-log", pieces[1], "--json").body
    assert (again["added"], again["updated"]) == (0, 0) and again["unchanged"] > 29_000
    assert cli("stats", "--json", "--sl", "SL3").body == [month]
