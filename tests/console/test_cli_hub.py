"""`hub` on the command line, and addresses of hubs everywhere: exit codes, one sentence an error, JSON shapes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from psycopg.conninfo import conninfo_to_dict

from data.store.database import STORE_FILE, Store
from data.sync.address import open_hub, parted, without_password
from data.sync.embedded import EmbeddedHub
from tests import postgres
from tests.console.command import Command, one_sentence, program
from tests.faults import damage
from tests.sync.owner import ROOT, OwnerProcess, serving
from tests.sync.writers import Writer, ticket

SECRET = "hunter2"
WITH_PASSWORD = (
    f"postgresql://dana:{SECRET}@hub.example.com/desk",
    f"postgres://dana:{SECRET}@hub.example.com",
    f"postgresql://hub.example.com/desk?user=dana&password={SECRET}",
    f"postgresql://hub.example.com/desk?pass%77ord={SECRET}",
    f"postgresql://hub.example.com/desk?sslpassword={SECRET}",
    f"postgresql://dana:{SECRET}@[::1/desk",
)


@pytest.fixture
def hub(cli: Command) -> Path:
    """A hub in the data folder, with one seat and one ticket."""
    with closing(EmbeddedHub(cli.home / "hub.db")) as one:
        Writer(one, "desk 4", "replica-1").add(ticket())
    return cli.home / "hub.db"


@pytest.fixture
def short() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hub") as folder:
        yield Path(folder)


# init


def test_a_hub_is_made_once(cli: Command, tmp_path: Path) -> None:
    done = cli("hub", "init", "--json")
    file = cli.home / "hub.db"
    assert (done.code, done.err, done.body) == (0, "", {"hub": str(file), "made": True})
    assert file.stat().st_mode & 0o777 == 0o600 and cli.home.stat().st_mode & 0o777 == 0o700
    epoch = cli("hub", "status", "--json").body["epoch"]
    again = cli("hub", "init", "--json")
    assert again.code == 0 and again.body["made"] is False
    assert cli("hub", "status", "--json").body["epoch"] == epoch
    other = cli("hub", "init", tmp_path / "elsewhere" / "other.db")
    assert other.code == 0 and other.out.startswith("Made: ")


def test_a_relative_hub(cli: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the command line it is seen from where one stands, in the settings from the data folder."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert cli("hub", "init", "one.db").code == 0 and (tmp_path / "here" / "one.db").exists()
    cli.home.mkdir()
    (cli.home / "settings.toml").write_text('hub = "two.db"')
    assert cli("hub", "init").code == 0 and (cli.home / "two.db").exists()
    assert cli("hub", "status", "--json").body["hub"] == str(cli.home / "two.db")
    monkeypatch.setenv("AGENT_CONSOLE_HUB", f"unix:{tmp_path / 's'}")
    assert str(tmp_path / "s") in one_sentence(cli("hub", "status"))


# status


def test_the_status_of_a_hub(cli: Command, hub: Path) -> None:
    done = cli("hub", "status", "--json")
    assert (done.code, done.err) == (0, "")
    body = done.body
    assert set(body) == {
        "hub", "state", "problem", "kind", "place", "epoch", "hub_id", "clock", "seats", "rows", "ops", "refused",
        "open_claims", "bytes", "served",
    }  # fmt: skip
    assert (body["hub"], body["state"], body["kind"], body["problem"]) == (str(hub), "online", "embedded", "")
    assert (body["clock"], body["ops"], body["refused"], body["rows"]) == (1, 1, 0, {"ticket": 1})
    [seat] = body["seats"]
    assert set(seat) == {"replica_id", "number", "name", "enrolled_at", "heard_at", "last_seq", "revoked"}
    assert (seat["name"], seat["last_seq"], seat["heard_at"][-1]) == ("desk 4", 1, "Z")
    text = cli("hub", "status").out
    assert "desk 4" in text and "served   by nobody" in text


def test_who_serves_is_said(cli: Command, hub: Path) -> None:
    with serving(hub) as owner:
        direct = cli("hub", "status", "--json").body
        over = cli("hub", "status", "--hub", f"unix:{owner.socket}", "--json").body
        assert str(owner.socket) in cli("hub", "status").out
    assert direct["served"] == over["served"]
    assert (direct["served"]["socket"], direct["served"]["pid"]) == (str(owner.socket), os.getpid())
    assert over["hub"] == f"unix:{owner.socket}" and over["place"] == str(hub)
    assert cli("hub", "status", "--json").body["served"] is None


def test_a_hub_that_cannot_be_reached(cli: Command, hub: Path, tmp_path: Path) -> None:
    for address in (tmp_path / "none.db", f"unix:{tmp_path / 'none'}"):
        for command in (["hub", "status"], ["hub", "backup"]):
            done = cli(*command, "--hub", address)
            assert done.code == 3 and str(tmp_path) in one_sentence(done)
        told = cli("hub", "status", "--hub", address, "--json")
        assert told.code == 3 and told.body["state"] == "offline" and told.body["problem"] == told.err.strip()
    damage(hub, "sqlite_schema")
    done = cli("hub", "status")
    assert done.code == 3 and "damaged" in one_sentence(done)
    assert not (tmp_path / "none.db").exists()


# backup and restore


def test_a_backup_is_made_listed_put_back_and_undone(cli: Command, hub: Path) -> None:
    done = cli("hub", "backup", "--json")
    assert (done.code, done.err) == (0, "")
    assert set(done.body) == {
        "backup", "bytes", "made_at", "reason", "hub_id", "epoch", "clock", "rows", "seats", "ops"
    }  # fmt: skip
    place = Path(done.body["backup"])
    with closing(EmbeddedHub(hub)) as one:
        Writer(one, "late").add(ticket("after"))
    assert [one["backup"] for one in cli("hub", "restore", "--json").body] == [str(place)]
    asked = cli("hub", "restore", place.name)
    assert asked.code == 2 and "--yes" in one_sentence(asked)
    back = cli("hub", "restore", place.name, "--yes", "--json")
    assert back.code == 0, back.err
    assert set(back.body) == {"backup", "made_at", "epoch", "kept", "undo", "seats_carried"}
    found = cli("hub", "status", "--json").body
    assert (found["epoch"], found["hub_id"]) == (back.body["epoch"], done.body["hub_id"])
    assert (found["rows"], len(found["seats"]), back.body["seats_carried"]) == ({"ticket": 1}, 2, 1)
    said = cli("hub", "restore", back.body["kept"], "--yes")
    assert said.code == 0 and "new epoch" in said.out and "before-restore" in said.out
    assert cli("hub", "status", "--json").body["rows"] == {"ticket": 2}
    assert "put back from a backup" in cli("hub", "status").out
    undone = cli.printed(said)
    assert undone.code == 0 and str(hub) in undone.out
    assert cli("hub", "status", "--json").body["rows"] == {"ticket": 1}
    assert len(cli("hub", "restore").out.splitlines()) == 4


def test_a_served_hub_is_backed_up_and_put_back_over_its_socket(cli: Command, hub: Path, tmp_path: Path) -> None:
    with serving(hub) as owner:
        address = f"unix:{owner.socket}"
        place = cli("hub", "backup", tmp_path / "kept", "--hub", address, "--json").body["backup"]
        assert place == str(tmp_path / "kept")
        assert cli("hub", "restore", place, "--yes", "--hub", address).code == 0
        found = cli("hub", "status", "--hub", address, "--json").body
    assert found["epoch"] != found["hub_id"] and found["rows"] == {"ticket": 1}


def test_a_lost_hub_is_put_back_without_a_question(cli: Command, hub: Path, tmp_path: Path) -> None:
    assert cli("hub", "backup", tmp_path / "kept").code == 0
    hub.unlink()
    assert cli("hub", "restore", tmp_path / "kept", "--json").body["kept"] is None
    assert cli("hub", "status", "--json").body["rows"] == {"ticket": 1}


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["hub", "restore", "nothing"], 2, "nothing"),
        (["hub", "restore", ".", "--yes"], 1, "is no backup"),
        (["hub", "backup", "--frob"], 2, "--frob"),
        (["hub", "init", "unix:s"], 2, "is a socket"),
        (["hub", "serve", "--hub", "unix:s"], 2, "is a socket already"),
        (["hub", "serve", "--socket", "s" * 120], 1, "too long"),
        (["hub", "serve", "--hub", "settings.toml"], 3, "not one of ours"),
        (["hub", "frob"], 2, "frob"),
    ],
)
def test_wrong_usage(cli: Command, hub: Path, tmp_path: Path, arguments: list[str], code: int, says: str) -> None:
    (tmp_path / "settings.toml").write_text("theme = 'day'\n" * 100)
    done = program(*arguments, env={"AGENT_CONSOLE_HOME": str(cli.home)}, cwd=tmp_path)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1), done
    assert says in done.err and "Traceback" not in done.err


def test_a_backup_of_a_seat_is_none_of_a_hub(cli: Command, hub: Path) -> None:
    Store(cli.home / STORE_FILE).close()
    seat = cli("backup", "--json").body["backup"]
    ours = cli("hub", "backup", "--json").body["backup"]
    for command, said in (
        (["hub", "restore", seat, "--yes"], "`agent-console restore`"),
        (["restore", ours], "hub restore"),
    ):
        done = cli(*command)
        assert done.code == 1 and said in one_sentence(done)
    assert [one["backup"] for one in cli("restore", "--json").body] == [seat]
    assert [one["backup"] for one in cli("hub", "restore", "--json").body] == [ours]


# serve


def test_serving(cli: Command, hub: Path, short: Path) -> None:
    with OwnerProcess(hub, short / "s") as owner:
        second = program(
            "hub", "serve", "--hub", hub, "--socket", short / "t", env={"AGENT_CONSOLE_HOME": str(cli.home)}
        )
        assert second.code == 1 and f"process {owner.process.pid}" in second.err and second.err.count("\n") == 1
        assert cli("sync", "status", "--hub", f"unix:{short / 's'}", "--json").body["state"] == "online"
        checks = {
            one["check"]: one for one in cli("doctor", "--hub", f"unix:{short / 's'}", "--json").body["checks"]
        }
        assert checks["hub"]["state"] == "ok"
        assert owner.end(signal.SIGTERM)[0] == 0


# PostgreSQL


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.running() as one:
        yield one


def url_of(dsn: str) -> str:
    """The address that a person would write."""
    parts = conninfo_to_dict(dsn)
    name = parts.pop("dbname")
    return f"postgresql:///{name}?" + "&".join(
        f"{key}={quote(str(value), safe='')}" for key, value in parts.items()
    )


def test_a_hub_in_postgresql(cli: Command, server: postgres.Server) -> None:
    address = url_of(server.database())
    missing = cli("hub", "status", "--hub", address)
    assert missing.code == 3 and "hub init" in one_sentence(missing)
    for _ in range(2):
        done = cli("hub", "init", address, "--json")
        assert (done.code, done.err, done.body["hub"]) == (0, "", address)
    with closing(open_hub(address)) as one:
        Writer(one, "desk 4", "replica-1").add(ticket())
    body = cli("hub", "status", "--hub", address, "--json").body
    assert (body["kind"], body["rows"], body["ops"], body["clock"]) == ("postgresql", {"ticket": 1}, 1, 1)
    [seat] = body["seats"]
    assert (seat["name"], seat["last_seq"], seat["revoked"]) == ("desk 4", 1, False) and seat["heard_at"]
    assert body["hub_id"] and body["bytes"] > 100_000 and body["served"] is None
    assert "desk 4" in cli("hub", "status", "--hub", address).out
    assert cli("sync", "status", "--hub", address, "--json").body["state"] == "online"
    checks = {check["check"]: check for check in cli("doctor", "--hub", address, "--json").body["checks"]}
    assert checks["hub"]["state"] == "ok"


def test_a_hub_in_postgresql_is_backed_up_put_back_and_undone(
    cli: Command, server: postgres.Server, tmp_path: Path
) -> None:
    address = url_of(server.hub())
    with closing(open_hub(address)) as one:
        Writer(one, "desk 4", "replica-1").add(ticket())
    made = cli("hub", "backup", tmp_path / "kept.jsonl.gz", "--hub", address, "--json")
    assert made.code == 0 and made.body["rows"] > 3, made.err
    assert (tmp_path / "kept.jsonl.gz").stat().st_mode & 0o777 == 0o600
    assert "--force" in one_sentence(cli("hub", "backup", tmp_path / "kept.jsonl.gz", "--hub", address))
    before = cli("hub", "status", "--hub", address, "--json").body
    with closing(open_hub(address)) as one:
        Writer(one, "late", "replica-2").add(ticket("after"))
    asked = cli("hub", "restore", tmp_path / "kept.jsonl.gz", "--hub", address)
    assert asked.code == 2 and "--yes" in one_sentence(asked)
    back = cli("hub", "restore", tmp_path / "kept.jsonl.gz", "--yes", "--hub", address, "--json")
    assert back.code == 0, back.err
    found = cli("hub", "status", "--hub", address, "--json").body
    assert (found["rows"], found["hub_id"], found["epoch"]) == ({"ticket": 1}, before["hub_id"], back.body["epoch"])
    assert [one["backup"] for one in cli("hub", "restore", "--hub", address, "--json").body] == [back.body["kept"]]
    again = cli("hub", "restore", tmp_path / "kept.jsonl.gz", "--yes", "--hub", address)
    assert cli.printed(again).code == 0
    assert cli("hub", "restore", back.body["kept"], "--yes", "--hub", address).code == 0
    assert cli("hub", "status", "--hub", address, "--json").body["rows"] == {"ticket": 2}
    assert cli("hub", "restore", tmp_path / "none", "--yes", "--hub", address).code == 2


def test_the_notifier_of_a_hub_in_postgresql_ends_in_good_order(cli: Command, server: postgres.Server) -> None:
    command = [sys.executable, "-m", "console", "hub", "serve", "--hub", url_of(server.hub())]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None and one.stdout.readline().startswith("Telling the seats")
        one.send_signal(signal.SIGTERM)
        out, err = one.communicate(timeout=20)
    assert (one.returncode, out, err) == (0, "Ended.\n", "")


# addresses


@pytest.mark.parametrize("address", WITH_PASSWORD)
@pytest.mark.parametrize(
    "command", [["hub", "status"], ["sync", "status"], ["doctor"], ["demo", "--headless", "--seconds", "1"], []]
)
def test_a_password_on_the_command_line_is_refused(cli: Command, command: list[str], address: str) -> None:
    done = cli(*command, "--hub", address)
    assert done.code == 2
    assert "command line" in one_sentence(done) and SECRET not in done.err


def test_a_password_in_the_settings_wants_a_file_of_ones_own(cli: Command) -> None:
    cli.home.mkdir()
    settings = cli.home / "settings.toml"
    settings.write_text(f'hub = "{WITH_PASSWORD[0]}"')
    settings.chmod(0o640)
    done = cli("hub", "status")
    assert done.code == 2 and "chmod 600" in one_sentence(done) and SECRET not in done.err
    settings.chmod(0o600)
    done = cli("hub", "status", "--json")
    assert done.code == 3 and done.body["hub"] == "postgresql://dana@hub.example.com/desk"
    assert SECRET not in done.out + done.err


@pytest.mark.parametrize(
    ("address", "bare", "password"),
    [
        ("postgresql://dana:pw%40%2F@h.example.com:6432/desk?sslmode=verify-full", "postgresql://dana@h.example.com:6432/desk?sslmode=verify-full", "pw@/"),
        ("postgresql://h1,h2/desk?user=dana&password=a%26b&sslrootcert=%2Fetc%2Fca.pem", "postgresql://h1,h2/desk?user=dana&sslrootcert=%2Fetc%2Fca.pem", "a&b"),
        ("postgresql:///desk?host=/run/postgresql", "postgresql:///desk?host=/run/postgresql", None),
        ("postgresql://dana@h.example.com", "postgresql://dana@h.example.com", None),
        ("unix:/srv/password=x", "unix:/srv/password=x", None),
        ("/srv/a:b@c?password=x", "/srv/a:b@c?password=x", None),
    ],
)  # fmt: skip
def test_a_password_is_parted_from_its_address(address: str, bare: str, password: str | None) -> None:
    assert parted(address) == (bare, password)
    assert parted(bare) == (bare, None)
    if password is not None:
        assert password not in without_password(address) and quote(password, safe="") not in without_password(
            address
        )


def test_a_hub_in_the_settings_that_is_no_address(cli: Command) -> None:
    cli.home.mkdir()
    (cli.home / "settings.toml").write_text(f'hub = "{WITH_PASSWORD[-1]}"')
    (cli.home / "settings.toml").chmod(0o600)
    done = cli("hub", "status")
    assert done.code == 2 and "cannot be read as an address" in one_sentence(done) and SECRET not in done.err
