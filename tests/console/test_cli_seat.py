"""`backup`, `restore` and `doctor` on the command line: exit codes, one sentence an error, JSON shapes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.clock import SYSTEM_CLOCK
from data.models.base import AgentId
from data.store.database import STORE_FILE, Store
from data.store.migrations import SCHEMA_VERSION
from data.store.users import User
from data.tickets import tickets
from tests.console.command import CUSTOMERS, QUEUE_LOG, Command, one_sentence
from tests.faults import damage, read_only


@pytest.fixture
def home(cli: Command) -> Path:
    """A data folder with one ticket."""
    with Store(cli.home / STORE_FILE) as store:
        tickets.create(store, {"title": "Printer"}, "S-1", AgentId("dana"), SYSTEM_CLOCK)
    return cli.home


def titles(home: Path) -> list[str]:
    with Store(home / STORE_FILE) as store:
        return [row["title"] for row in store.rows("SELECT title FROM ticket ORDER BY pk")]


def test_a_backup_is_made_listed_restored_and_undone(cli: Command, home: Path) -> None:
    done = cli("backup", "--json")
    assert done.code == 0 and done.err == ""
    assert set(done.body) == {
        "backup", "made_at", "reason", "bytes", "tickets", "customers", "drafts", "queued", "refused"
    }  # fmt: skip
    assert (done.body["tickets"], done.body["queued"], done.body["reason"]) == (1, 2, "by-hand")
    place = Path(done.body["backup"])
    with Store(home / STORE_FILE) as store:
        store.execute("DELETE FROM ticket")
    listed = cli("restore", "--json")
    assert listed.code == 0 and [one["backup"] for one in listed.body] == [str(place)]
    back = cli("restore", place.name, "--json")
    assert back.code == 0, back.err
    assert titles(home) == ["Printer"]
    assert back.body["undo"] is True and Path(back.body["kept"]).is_dir()
    assert cli("restore", back.body["kept"]).code == 0
    assert titles(home) == []
    assert len(cli("restore", "--json").body) == 3


def test_what_a_person_reads(cli: Command, home: Path, tmp_path: Path) -> None:
    assert "There is no backup" in cli("restore").out
    (tmp_path / "usb").mkdir()
    done = cli("backup", tmp_path / "usb")
    assert re.search(r"Backed up and checked: .*usb/seat-\d{8}T\d{6}Z-by-hand\n.*1 tickets", done.out)
    [place] = (tmp_path / "usb").iterdir()
    said = cli("restore", place)
    assert said.code == 0
    assert re.fullmatch(
        r"Restored: the store is as it was at .* UTC\.\n2 changes wait for the hub; .*\n"
        r"The store before is kept, this undoes the restore: agent-console restore .*before-restore --data-dir .*\n",
        said.out,
    )
    undone = cli.printed(said)
    assert undone.code == 0 and undone.out.startswith("Restored: "), undone
    assert not (home.parent / "elsewhere").exists()


def test_what_is_not_in_the_backup_is_said(cli: Command, home: Path) -> None:
    place = cli("backup", "--json").body["backup"]
    assert cli("import", "customers", cli.file("people.csv", CUSTOMERS)).code == 0
    done = cli("restore", place)
    assert done.code == 0
    assert done.err == "Imported since the backup and not in it, import again: people.csv.\n"


def test_a_damaged_store_is_kept_in_its_files(cli: Command, home: Path) -> None:
    place = cli("backup", "--json").body["backup"]
    damaged = damage(home / STORE_FILE, "ticket")
    told = cli("backup")
    assert told.code == 1 and f"agent-console restore {place}" in one_sentence(told)
    done = cli("restore", place)
    assert done.code == 0 and titles(home) == ["Printer"]
    [kept] = home.glob("backups/*as-it-was")
    assert str(kept) in done.err
    assert (kept / STORE_FILE).read_bytes() == damaged


@pytest.mark.parametrize(
    ("table", "command"),
    [
        ("ticket_event", ["backup"]),
        ("customer_row", ["lookup", "Ann"]),
        ("customer_horizon", ["lookup", "Ann"]),
        ("contact_event", ["stats"]),
        ("conflict", ["sync", "status"]),
        ("sqlite_schema", ["stats"]),
    ],
)
def test_every_command_says_that_the_store_is_damaged(
    cli: Command, home: Path, table: str, command: list[str]
) -> None:
    assert cli("import", "customers", cli.file("people.csv", CUSTOMERS)).code == 0
    assert cli("import", "queue-log", cli.file("queue_log", QUEUE_LOG)).code == 0
    place = cli("backup", "--json").body["backup"]
    damage(home / STORE_FILE, table)
    done = cli(*command)
    assert done.code == 1 and f"agent-console restore {place}" in one_sentence(done)
    assert cli("doctor").code == 1


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["backup", "--force", "."], 1, "cannot be opened"),
        (["restore", "nothing"], 2, "nothing"),
        (["restore", "."], 1, "is no backup"),
        (["backup", "--frob"], 2, "--frob"),
        (["doctor", "--frob"], 2, "--frob"),
        (["doctor", "all"], 2, "all"),
    ],
)
def test_wrong_usage(
    cli: Command, tmp_path: Path, arguments: list[str], code: int, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = cli(*arguments)
    assert done.code == code
    assert says in one_sentence(done)


def test_an_existing_backup_is_kept_without_force(cli: Command, home: Path, tmp_path: Path) -> None:
    assert cli("backup", tmp_path / "kept").code == 0
    done = cli("backup", tmp_path / "kept")
    assert done.code == 1 and "--force" in one_sentence(done)
    assert cli("backup", tmp_path / "kept", "--force").code == 0


@pytest.mark.parametrize("user", [User.CONSOLE, User.WORKER])
def test_no_restore_under_an_open_console(cli: Command, home: Path, user: User) -> None:
    place = cli("backup", "--json").body["backup"]
    with Store(home / STORE_FILE, user=user):
        assert cli("backup").code == 0, "a backup is possible meanwhile"
        done = cli("restore", place)
    assert done.code == 1
    assert str(user) in one_sentence(done) and "nothing was changed" in done.err


def test_a_store_of_a_newer_version(cli: Command, home: Path) -> None:
    with Store(home / STORE_FILE) as store:
        store.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    for command in (["backup"], ["lookup", "x"], ["stats"], ["sync", "status"]):
        done = cli(*command)
        assert done.code == 1 and "newer agent-console" in one_sentence(done)
    assert cli("doctor", "--json").code == 1


def test_a_store_that_may_only_be_read(cli: Command, home: Path) -> None:
    place = cli("backup", "--json").body["backup"]
    with read_only(home):
        for command in (["backup"], ["restore", place]):
            done = cli(*command)
            assert done.code == 1 and str(home) in one_sentence(done)
        assert cli("doctor", "--json").code == 1
    assert titles(home) == ["Printer"]


def test_the_doctor(cli: Command, home: Path) -> None:
    cli("backup")
    done = cli("doctor", "--json")
    assert done.code == 0, done.out
    assert done.body["ok"] is True and done.body["repaired"] == []
    assert all(set(one) == {"check", "state", "says", "do"} for one in done.body["checks"])
    checks = [one["check"] for one in done.body["checks"]]
    assert len(set(checks)) == len(checks) >= 20
    text = cli("doctor").out.splitlines()
    assert text[0].startswith("✓ ok     folder ")
    assert any(line.startswith("▲ look   hub ") for line in text)


def test_the_doctor_mends_what_is_safe(cli: Command, home: Path) -> None:
    cli("backup")
    (home / STORE_FILE).chmod(0o644)
    ill = cli("doctor")
    assert ill.code == 1 and "✗ fault  rights" in ill.out
    mended = cli("doctor", "--repair", "--json")
    assert mended.code == 0 and "this user's alone" in mended.body["repaired"][0]
    assert (home / STORE_FILE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("settings", "check", "state"),
    [
        ("theme = 3", "settings", "fault"),
        ('theme = "plaid"', "theme", "look"),
        ('[keys]\njuggle = "j"', "keys", "fault"),
        ('[keys]\nzoom = "r"', "keys", "look"),
        ('script = "/nowhere.yaml"', "script", "fault"),
    ],
)
def test_the_doctor_reads_the_settings(cli: Command, home: Path, settings: str, check: str, state: str) -> None:
    (home / "settings.toml").write_text(settings)
    (home / "settings.toml").chmod(0o600)
    found = {one["check"]: one["state"] for one in cli("doctor", "--json").body["checks"]}
    assert found[check] == state


def test_the_doctor_on_an_empty_place(cli: Command) -> None:
    done = cli("doctor", "--json")
    assert done.code == 1 and done.body["checks"][0]["check"] == "folder"
    assert not cli.home.exists(), "it makes nothing"
