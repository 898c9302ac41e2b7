"""Two consoles in two terminals on one hub (TICK-5, CORE-1): they see each other and each other's work; without the hub
both go on, and afterwards both are equal, with a choice where both changed one field."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.pty import books, steps
from tests.pty.conftest import Opener
from tests.pty.feed import Feed
from tests.pty.terminal import Terminal

pytestmark = pytest.mark.pty
ONE, OTHER = "Ines Ferro", "Bo Lindgren"
FIELDS = "SELECT title, priority, assignee, person, state FROM ticket WHERE number = '10042'"


def test_two_seats_on_one_ticket(open_console: Opener, tmp_path: Path) -> None:
    hub = tmp_path / "hub" / "hub.db"
    hub.parent.mkdir()
    with Feed(hub) as feed:
        feed.ticket("10042", "Charged twice")
    seats = {name: open_console("--data-dir", tmp_path / name, "--hub", hub) for name in (ONE, OTHER)}
    one, other = seats.values()
    for name, seat in seats.items():
        steps.sign_on(seat, name, known_as="")
        _open_ticket(seat)
    one.wait_for(f"◆ also here: {OTHER}")
    other.wait_for(f"◆ also here: {ONE}")

    one.keys("n")
    one.wait_for("what the next person should know")
    one.type("The bank has been asked.")
    one.keys("<f10>")
    other.wait_for("note: The bank has been asked.")

    _moved(hub, away=True)
    for seat in seats.values():
        seat.wait_for("hub ○ offline since")
    _set(one, priority="3", field="assignee", text="Ana S")
    _set(other, priority="0", field="contact", text="Kim E")
    one.keys("<c-q>")  # what waits is told before one leaves; one stays
    one.wait_for("wait for the hub: all of it stays on this seat")
    one.keys("<esc>")
    one.wait_gone("Leave all the same?")

    _moved(hub, away=False)
    for seat in seats.values():
        seat.wait_for("hub ● online")
    asked = _who_is_asked(one, other)
    asked.wait_for("priority: theirs is in place")
    asked.keys("<f8>")
    asked.wait_for("conflicts 1")
    asked.keys("<enter>")
    asked.wait_for("· in place")
    shown = asked.text()
    assert "low" in shown and "urgent" in shown
    assert (ONE if asked is other else OTHER) in shown, "whose value the other one is"
    asked.keys("m")
    asked.wait_for("conflicts 0")
    asked.keys("<esc>")
    mine = "low" if asked is one else "urgent"

    def row(name: str) -> tuple[str, ...]:
        return tuple(
            books.value(tmp_path / name, FIELDS.replace("title, priority, assignee, person, state", column))
            for column in ("title", "priority", "assignee", "person", "state")
        )

    wanted = ("Charged twice", mine, "Ana S", "Kim E", "new")
    for name, seat in seats.items():
        seat.wait_for(lambda name=name: row(name) == wanted)
        seat.wait_for(lambda seat=seat: mine in seat.screen()[steps.row_of(seat, " priority")])
        assert books.value(tmp_path / name, "SELECT count(*) FROM conflict WHERE state = 'open'") == 0
    [at_hub] = [found.body for (kind, _), found in books.hub_rows(hub).items() if kind == "ticket"]
    assert (at_hub["priority"], at_hub["assignee"], at_hub["person"]) == (mine, "Ana S", "Kim E")


def test_a_worker_that_is_stopped_for_a_while(open_console: Opener, tmp_path: Path) -> None:
    seat = open_console("--data-dir", tmp_path / "seat", cols=80, rows=24, AGENT_CONSOLE_SILENT_S="1")
    steps.sign_on(seat, ONE, known_as="")
    seat.wait_for("hub ●")
    [worker] = [process for process in seat.family() if "data.sync" in process.cmdline()]
    os.kill(worker.pid, signal.SIGSTOP)
    seat.wait_for("sync worker silent")
    seat.wait_for("The sync worker does not answer")
    seat.keys("?")  # the desk goes on
    seat.wait_for("Keys")
    seat.keys("<esc>")
    seat.keys("<f8>")
    seat.wait_for("sync worker silent since")
    seat.keys("<esc>")
    os.kill(worker.pid, signal.SIGCONT)
    seat.wait_gone("sync worker silent")
    seat.wait_for("hub ●")
    assert psutil.pid_exists(worker.pid), "it is the same one"


def _open_ticket(seat: Terminal) -> None:
    seat.keys("/")
    seat.wait_for(steps.EMPTY_SEARCH)
    seat.type("10042")
    seat.wait_for("# 10042")
    seat.keys("<enter>")
    seat.wait_for("F5 Ticket · 10042 · new · saved")


def _set(seat: Terminal, *, priority: str, field: str, text: str) -> None:
    """Change two fields of the ticket and save it."""
    seat.keys("<f5>")
    seat.wait_for(steps.IN_FIELD)
    seat.keys("<tab><tab>" + priority + "<tab>" + ("<tab><tab>" if field == "contact" else ""))
    seat.type(text)
    seat.wait_for(text)
    seat.keys("<f10>")
    seat.wait_for("Saved: ticket 10042")
    steps.leave_field(seat)
    seat.wait_for("queued · last pull")


def _moved(hub: Path, *, away: bool) -> None:
    """The folder that the hub is in is mounted or not."""
    gone = hub.parent.with_name("gone")
    if away:
        hub.parent.rename(gone)
    else:
        gone.rename(hub.parent)


def _who_is_asked(one: Terminal, other: Terminal) -> Terminal:
    """The seat whose change came second."""
    asked: list[Terminal] = []

    def found() -> bool:
        other.take_in(0)
        asked.extend(seat for seat in (one, other) if "▲ 1 conflict" in seat.text())
        return bool(asked)

    one.wait_for(found)
    return asked[0]


def test_a_hub_that_is_put_back_from_yesterday(open_console: Opener, tmp_path: Path) -> None:
    hub = tmp_path / "hub" / "hub.db"
    hub.parent.mkdir()
    with Feed(hub) as feed:
        feed.ticket("10042", "Charged twice")
    seats = {name: open_console("--data-dir", tmp_path / name, "--hub", hub) for name in (ONE, OTHER)}
    one, other = seats.values()
    for name, seat in seats.items():
        steps.sign_on(seat, name, known_as="")
        _open_ticket(seat)
    yesterday = _hub("backup", hub)
    _note(one, "Said after the backup.")
    other.wait_for("note: Said after the backup.")  # the hub has it, and has told of it

    _hub("restore", hub, yesterday, "--yes")
    for seat in seats.values():
        seat.wait_for("The hub was put back from a backup")
        seat.wait_for("hub ● online")
        seat.wait_for(
            "note: Said after the backup."
        )  # sent again by the seat that wrote it, then told to the other
    _note(other, "Said after it was put back.")
    one.wait_for("note: Said after it was put back.")

    texts = [found.body["text"] for (kind, _), found in books.hub_rows(hub).items() if kind == "ticket_event"]
    assert texts.count("Said after the backup.") == texts.count("Said after it was put back.") == 1
    for name in seats:
        assert books.value(tmp_path / name, "SELECT count(*) FROM outbox") == 0
        assert books.value(tmp_path / name, "SELECT count(*) FROM conflict") == 0


def _note(seat: Terminal, text: str) -> None:
    seat.keys("n")
    seat.wait_for("what the next person should know")
    seat.type(text)
    seat.keys("<f10>")
    seat.wait_for(f"note: {text}")


def _hub(what: str, hub: Path, *rest: object) -> str:
    """`agent-console hub …`, as an administrator calls it; the path that it tells."""
    command = [sys.executable, "-m", "console", "hub", what, *map(str, rest), "--hub", str(hub)]
    done = subprocess.run(
        [*command, "--data-dir", str(hub.parent / "office"), "--json"], capture_output=True, text=True, check=True
    )
    return str(json.loads(done.stdout)["backup"])
