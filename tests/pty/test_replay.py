"""The main job on a replayed queue_log: the log's agents take their calls, and one call leaves the log for us."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.models import Agent
from tests.pty import books, steps
from tests.pty.conftest import Opener
from tests.pty.job import check_the_books, do_the_job, find_it_again
from tests.pty.terminal import Terminal

pytestmark = pytest.mark.pty
CALLERS = (("+12025550142", "Maria Alvarez"), ("+1 816 555 0191", "Jose Nunez"), ("12125550173", ""))
"""Customers of the practice floor, written as exchanges write them."""


def small_log(path: Path) -> Path:
    """A morning of 40 calls: every 5 s one comes, waits 20 s, and is answered by one of three agents."""
    start = int(datetime(2026, 1, 5, 8, tzinfo=UTC).timestamp())
    lines = [(start, "NONE|NONE|NONE|QUEUESTART|")]
    for place in range(40):
        at, number = start + 5 * place, f"{start + 5 * place}.{place}"
        caller, name = CALLERS[place % len(CALLERS)]
        agent = f"Agent/{'ABC'[place % 3]}{place % 2}"
        lines += [
            (at, f"{number}|helpline|NONE|ENTERQUEUE||{caller}|1|{name}"),
            (at + 20, f"{number}|helpline|{agent}|CONNECT|20|{number}|3"),
            (at + 80, f"{number}|helpline|{agent}|COMPLETECALLER|20|60|1"),
        ]
    path.write_text("".join(f"{at}|{rest}\n" for at, rest in sorted(lines)), encoding="utf-8")
    return path


def the_main_job(terminal: Terminal, folder: Path, queue: str) -> None:
    """Be rung by a caller of the log, help, wrap up, find the ticket; meanwhile the log goes on."""
    steps.sign_on(terminal)
    terminal.wait_for(queue)
    steps.be_rung(terminal)
    while len(books.with_number(folder, books.in_hand(folder).caller_e164)) != 1:  # a shared number: not today
        steps.wrap_up(terminal, "n", "Nobody on the line", reason=("b", "break"))
        steps.be_rung(terminal)
    number, contact = do_the_job(terminal, folder)
    assert (contact.feed, contact.queue, contact.forked) == ("replay", queue, True)
    check_the_books(terminal, folder, number, contact)
    find_it_again(terminal, number, contact)

    terminal.wait_for(lambda: answered_by_the_logs_agents(folder))
    terminal.keys("<c-q>")
    assert terminal.wait_exit(2) == 0
    assert terminal.wait_alone(2) == []


def answered_by_the_logs_agents(folder: Path) -> bool:
    """Whether agents of the log have taken calls of the log."""
    played = {agent.id for agent in books.all_of(folder, Agent) if agent.played and agent.name.startswith("Agent/")}
    return any(contact.agent in played for contact in books.replayed(folder))


def test_the_main_job_on_a_small_log(open_console: Opener, tmp_path: Path) -> None:
    log = small_log(tmp_path / "queue_log")
    terminal = open_console("demo", "--replay", log, "--speed", 5, "--data-dir", tmp_path / "seat")
    the_main_job(terminal, tmp_path / "seat", "helpline")


@pytest.mark.corpora
def test_the_main_job_on_the_real_february(open_console: Opener, tmp_path: Path, corpora: Path) -> None:
    log = corpora / "calls" / "february.queue_log.xz"
    terminal = open_console("demo", "--replay", log, "--day", "1999-02-03", "--speed", 60, "--data-dir", tmp_path)
    the_main_job(terminal, tmp_path, "bank")
