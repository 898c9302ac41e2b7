"""Signing in by password on a real terminal: with the hub and without it, locked and unlocked, and withdrawn."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from data.clock import SYSTEM_CLOCK
from data.models.agent import Role
from data.models.customer import Customer
from data.sync.embedded import EmbeddedHub
from data.sync.hub_people import People
from tests.pty import steps
from tests.pty.conftest import Opener
from tests.pty.terminal import Terminal
from tests.sync.writers import Writer, note, ticket

pytestmark = pytest.mark.pty
NAME, PASSWORD, WRONG = "Dana Reyes", "correct horse 1", "battery staple 2"
CUSTOMER, NOTE = "Quintessa Zylberberg", "zugzwang-in-the-notes"


class Site:
    """A hub that asks for passwords, and the folder of a shared seat."""

    def __init__(self, folder: Path, opener: Opener) -> None:
        self.seat, self.hub = folder / "seat", folder / "site" / "hub.db"
        self._opener = opener
        self.seat.mkdir()
        with People(self.hub, SYSTEM_CLOCK) as people:
            self.dana = people.add(NAME, Role.AGENT, PASSWORD)
            people.add("Bo Lindgren", Role.AGENT, WRONG)

    def open(self, *options: object, cols: int = 160, rows: int = 45, **env: str) -> Terminal:
        return self._opener(
            *options, "--data-dir", self.seat, "--hub", self.hub, cols=cols, rows=rows,
            AGENT_CONSOLE_SIGN_IN="password", **env,
        )  # fmt: skip

    def put(self, title: str) -> None:
        """Somebody else writes a ticket and a note at the hub."""
        hub = EmbeddedHub(self.hub)
        one = ticket(title)
        Writer(hub).add(one, note(one.id, NOTE), Customer(id="c-1", account="c-1", name=CUSTOMER))
        hub.close()

    def titles(self) -> set[str]:
        hub = EmbeddedHub(self.hub)
        try:
            return {row.body["title"] for row in hub._file.rows("entity = 'ticket'", ())}
        finally:
            hub.close()

    def away(self) -> None:
        shutil.move(self.hub, self.hub.with_suffix(".away"))

    def back(self) -> None:
        shutil.move(self.hub.with_suffix(".away"), self.hub)

    def revoke(self) -> None:
        with People(self.hub, SYSTEM_CLOCK) as people:
            people.revoke(NAME)

    def readable(self) -> list[str]:
        """What on the seat tells of customers, their notes or passwords."""
        told = [one.encode() for one in (CUSTOMER, NOTE, PASSWORD, "Zylberberg", "zylberberg")]
        return [
            str(file)
            for file in self.seat.rglob("*")
            if file.is_file() and any(one in file.read_bytes() for one in told)
        ]


@pytest.fixture
def site(tmp_path: Path, open_console: Opener) -> Site:
    return Site(tmp_path, open_console)


def sign_in(desk: Terminal, password: str = PASSWORD, name: str = NAME) -> None:
    desk.wait_for("Sign in")
    desk.wait_for("your name" if name == NAME else "")
    desk.type(name)
    desk.keys("<enter>")
    desk.type(password)
    desk.keys("<enter>")


def wait_in(desk: Terminal) -> None:
    desk.wait_for(lambda: steps.state(desk) == "NOT READY", 60)


@pytest.mark.parametrize(("cols", "rows"), [(160, 45), (80, 24)])
def test_a_shift_leaves_nothing_readable(site: Site, cols: int, rows: int) -> None:
    site.put("Zylberberg cannot print")
    desk = site.open(cols=cols, rows=rows, AGENT_CONSOLE_BACKUP_HOURS="0.0001")
    sign_in(desk, WRONG)
    desk.wait_for("caps lock")
    assert WRONG not in desk.text() and "•" not in desk.text()
    desk.type(PASSWORD)
    desk.keys("<enter>")
    wait_in(desk)
    assert PASSWORD not in desk.raw.decode(errors="replace"), "it never stood on the screen"
    desk.keys("/")
    desk.wait_for(steps.EMPTY_SEARCH)
    desk.type("zylber")
    desk.wait_for("Quintessa", 60)
    assert site.readable() == [], "while it is open"
    desk.wait_for(lambda: list(site.seat.glob("agents/*/backups/*/manifest.json")), 60)
    desk.keys("<c-q>")
    assert desk.wait_exit(5) == 0
    assert site.readable() == [], "and afterwards"
    for path in site.seat.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_without_the_hub_for_some_days(site: Site) -> None:
    desk = site.open()
    sign_in(desk)
    wait_in(desk)
    desk.keys("<c-q>")
    assert desk.wait_exit(5) == 0
    site.away()
    desk = site.open()
    desk.wait_for("signed in here before")
    desk.keys("<down><enter>")
    desk.type(PASSWORD)
    desk.keys("<enter>")
    wait_in(desk)
    desk.wait_for("signed in without the hub", 30)
    desk.keys("<c-q>")
    desk.wait_for("Leave all the same?")
    desk.keys("y")
    assert desk.wait_exit(5) == 0
    desk = site.open(AGENT_CONSOLE_OFFLINE_DAYS="0.000001")  # over a moment later
    sign_in(desk)
    desk.wait_for("must be once before", 60)
    site.back()
    desk.type(PASSWORD)
    desk.keys("<enter>")
    wait_in(desk)


def test_locked_and_unlocked_while_the_worker_goes_on(site: Site) -> None:
    desk = site.open()
    sign_in(desk)
    wait_in(desk)
    site.put("Zylberberg, the first")
    desk.keys("<f5>")
    desk.keys("<c-o>")
    desk.wait_for("Locked")
    assert "Queue" not in desk.text() and "F5" not in desk.text()
    wal = next(site.seat.glob("agents/*/seat.db-wal"))
    before = wal.stat().st_mtime_ns
    site.put("Zylberberg, while it was locked")
    desk.wait_for(lambda: wal.stat().st_mtime_ns > before, 30)
    desk.keys("<c-k>/?<esc><f1>")
    desk.keys("<bs><bs>")
    desk.type(WRONG)
    desk.keys("<enter>")
    desk.wait_for("not your password", 30)
    desk.type(PASSWORD)
    desk.keys("<enter>")
    desk.wait_gone("Locked", 30)
    desk.keys("<esc>/")
    desk.wait_for(steps.EMPTY_SEARCH)
    desk.type("while it was locked")
    desk.wait_for("Zylberberg, while", 30)


def test_it_locks_by_itself_and_another_agent_may_sign_in(site: Site) -> None:
    desk = site.open(AGENT_CONSOLE_LOCK_MINUTES="0.05")
    sign_in(desk)
    wait_in(desk)
    desk.wait_for("Locked", 30)
    desk.keys("<f10>")
    desk.wait_for("signed in here before", 30)
    hub = EmbeddedHub(site.hub)
    desk.wait_for(
        lambda: [row.body["state"] for row in hub._file.rows("entity = 'agent_status'", ())] == ["signed out"], 30
    )
    hub.close()
    sign_in(desk, WRONG, "Bo Lindgren")
    wait_in(desk)
    assert len(list(site.seat.glob("agents/*/seat.db"))) == 2


def test_access_withdrawn_first_the_hub_gets_what_waits(site: Site) -> None:
    desk = site.open()
    sign_in(desk)
    wait_in(desk)
    site.away()
    desk.wait_for("offline", 30)
    steps.go(desk, "F5", "Ticket")
    site.back()
    site.revoke()
    desk.wait_for("Your access was withdrawn", 60)
    desk.wait_for(lambda: not list(site.seat.glob("agents/*/seat.db")), 60)
    assert not [path for path in site.seat.glob("agents/*") if path.is_dir()]
    hub = EmbeddedHub(site.hub)
    [status] = [row.body for row in hub._file.rows("entity = 'agent_status'", ())]
    hub.close()
    assert status["state"] == "signed out", "the last thing that was written here reached the hub"
    desk.wait_for("is removed", 30)
    sign_in(desk)
    desk.wait_for("ask an administrator", 60)


def test_in_plain_lines(site: Site) -> None:
    desk = site.open("--plain", TERM="dumb")

    def said() -> str:
        return desk.raw.decode().replace("\r\n", "\n")

    desk.wait_for(lambda: said().endswith("Name: "))
    desk.keys(f"{NAME}<enter>")
    desk.wait_for(lambda: said().endswith("Password: "))
    desk.keys(f"{WRONG}<enter>")
    desk.wait_for(lambda: "caps lock" in said() and said().endswith("Name: "), 60)
    desk.keys(f"{NAME}<enter>")
    desk.wait_for(lambda: said().endswith("Password: "))
    desk.keys(f"{PASSWORD}<enter>")
    desk.wait_for(lambda: said().endswith("\n> "), 60)
    desk.keys("lock<enter>")
    desk.wait_for(lambda: "Locked." in said() and said().endswith("Password: "))
    desk.keys(f"{PASSWORD}<enter>")
    desk.wait_for(lambda: "Unlocked." in said() and said().endswith("\n> "), 30)
    assert PASSWORD not in said() and WRONG not in said()
    desk.keys("quit<enter>")
    assert desk.wait_exit(5) == 0
    assert site.readable() == []
