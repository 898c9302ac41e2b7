"""`agent-console user`, and commands on one agent's encrypted store."""

from __future__ import annotations

import io
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from data.clock import SYSTEM_CLOCK
from data.identity.agents import Agents
from data.models.base import AgentId
from data.store.database import Store
from data.store.key import Key
from data.sync.contract import Login, OpOutcome
from data.sync.hub_people import People
from data.sync.postgres.hub import PostgresHub
from tests.console.command import Command, one_sentence
from tests.postgres import running
from tests.sync.writers import Writer, ticket

pytestmark = pytest.mark.usefixtures("cheap_passwords")

NAME, PASSWORD, OTHER = "Dana Reyes", "correct horse 1", "battery staple 2"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Standard input; write to it what is to come."""
    stdin = io.StringIO()
    monkeypatch.setattr("sys.stdin", stdin)
    return stdin


def give(stdin: io.StringIO, text: str) -> None:
    stdin.seek(0)
    stdin.truncate()
    stdin.write(text)
    stdin.seek(0)


def test_adding_changing_and_withdrawing(cli: Command, typed: io.StringIO, tmp_path: Path) -> None:
    hub = ("--hub", tmp_path / "hub.db")
    give(typed, PASSWORD + "\n")
    added = cli("user", "add", NAME, "--password-stdin", "--json", *hub)
    assert added.code == 0 and (added.body["name"], added.body["role"]) == (NAME, "agent")
    assert PASSWORD not in added.out + added.err
    give(typed, PASSWORD + "\n")
    assert "already" in one_sentence(cli("user", "add", "dana reyes", "--password-stdin", *hub))
    give(typed, "short\n")
    assert "at least 8" in one_sentence(cli("user", "add", "Bo", "--password-stdin", *hub))
    assert cli("user", "role", NAME, "supervisor", *hub).code == 0
    give(typed, OTHER + "\n")
    assert cli("user", "passwd", NAME, "--password-stdin", *hub).code == 0
    assert cli("user", "revoke", NAME, *hub).out == "Withdrawn: Dana Reyes, supervisor.\n"
    [listed] = cli("user", "list", "--json", *hub).body
    assert listed["revoked"] and listed["role"] == "supervisor"
    assert cli("user", "revoke", NAME, "--undo", *hub).code == 0
    assert cli("user", "role", NAME, "king", *hub).code == 2


def test_a_feed_is_let_in_at_a_hub_in_postgresql(cli: Command, typed: io.StringIO, tmp_path: Path) -> None:
    new = ("user", "add", "gateway", "--role", "feed", "--password-stdin", "--hub")
    with running() as server:
        hub = server.hub()
        give(typed, PASSWORD + "\n")
        added = cli(*new, f"postgresql:///?{urlencode(conninfo_to_dict(hub))}")
        assert (added.code, added.out) == (0, "Added: gateway, feed.\n")
        with closing(
            PostgresHub(hub, login=Login(person=AgentId("gateway"), password=SecretStr(PASSWORD)))
        ) as feed:
            assert Writer(feed).add(ticket())[0].outcome is OpOutcome.APPLIED, "it speaks for others"
    give(typed, PASSWORD + "\n")
    assert "without a password" in one_sentence(cli(*new, tmp_path / "hub.db"))


def test_what_cannot_be_done_is_one_sentence(cli: Command, typed: io.StringIO, tmp_path: Path) -> None:
    missing = cli("user", "revoke", NAME, "--hub", tmp_path / "none.db")
    assert missing.code == 3 and not (tmp_path / "none.db").exists()
    assert "terminal" in one_sentence(cli("user", "add", NAME, "--hub", tmp_path / "hub.db"))
    with People(tmp_path / "hub.db", SYSTEM_CLOCK):
        pass
    assert "Nobody at this hub" in one_sentence(cli("user", "revoke", NAME, "--hub", tmp_path / "hub.db"))


def test_commands_on_an_encrypted_store(
    cli: Command, typed: io.StringIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_CONSOLE_SIGN_IN", "password")
    with People(tmp_path / "hub.db", SYSTEM_CLOCK) as people:
        from data.models.agent import Role

        dana = people.add(NAME, Role.AGENT, PASSWORD)
    box, key = Agents(cli.home).of(dana.id), Key.fresh()
    box.keep(dana, PASSWORD, key)
    Store(box.folder / "seat.db", key=key).close()
    assert "--as NAME" in one_sentence(cli("lookup", "tiles"))
    assert not (cli.home / "seat.db").exists(), "no store that can be read is made beside"
    give(typed, PASSWORD + "\n")
    assert cli("--as", NAME, "lookup", "tiles", "--json").body == []
    give(typed, PASSWORD + "\n")
    made = cli("--as", NAME, "backup", "--json")
    assert made.code == 0 and Path(made.body["backup"]).is_relative_to(box.folder)
    give(typed, PASSWORD + "\n")
    assert cli("--as", NAME, "restore", made.body["backup"], "--json").code == 0
    give(typed, OTHER + "\n")
    assert "not the password" in one_sentence(cli("--as", NAME, "lookup", "tiles"))
    assert "signed in at this seat" in one_sentence(cli("--as", "Bo", "lookup", "tiles"))
    looked = cli("doctor", "--json", "--hub", tmp_path / "hub.db")
    assert "one agent has signed in here: Dana Reyes" in looked.out
