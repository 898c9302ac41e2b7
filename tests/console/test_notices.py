"""Notices on the screen: told once and quietly, counted under the queue, opened and acknowledged with a key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets._toast import ToastRack

from console.app import AgentConsole
from console.screens.notices import NoticesDialog
from console.screens.workspace import WorkspaceScreen
from console.settings import Settings
from data.models.base import AgentId, TicketId
from data.models.notice import Notice, NoticeRole, NoticeSeen
from data.models.ticket import Ticket
from data.notices.rules import unseen
from tests.console.stage import NOW, Feed, sign_on, staged, talk, until
from widgets.lines import Lines

SIZES = [(80, 24), (160, 45)]


def notice(notice_id: str, about: str = "the card is declined", **more: Any) -> Notice:
    """Priya asks something of Dana."""
    body = {"to_role": NoticeRole.AGENT, "to_agent": AgentId("dana"), "kind": "payment failed", **more}
    return Notice(id=notice_id, about=about, by=AgentId("priya"), at=NOW, **body)


def seen(notice_id: str) -> NoticeSeen:
    return NoticeSeen(id=f"seen-{notice_id}", notice_id=notice_id, by=AgentId("priya"), at=NOW)


TICKET = Ticket(
    id="t-1",
    number="10042",
    title="Charged twice",
    customer_id="20718",
    created_at=NOW,
    created_by=AgentId("priya"),
    updated_at=NOW,
)


@asynccontextmanager
async def opened(
    folder: Path, size: tuple[int, int] = (160, 45), **settings: Any
) -> AsyncIterator[tuple[Pilot[str], Feed, list[str]]]:
    app, feed = staged(folder, settings=Settings(**settings))
    rung: list[str] = []
    app.bell = lambda: rung.append("bell")  # type: ignore[method-assign]
    async with app.run_test(size=size) as pilot:
        yield pilot, feed, rung


def text_of(screen: Any, lines_id: str) -> str:
    lines = screen.query_one(f"#{lines_id}", Lines)
    return "\n".join("".join(span.text for span in one) for one in lines.lines)


def told(app: AgentConsole) -> list[str]:
    return [note.message for note in app._notifications]


def counted(screen: WorkspaceScreen) -> str:
    return text_of(screen, "queue-work") if screen.query_one("#queue-work").display else ""


async def test_a_notice_is_told_once_and_nothing_moves(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed, rung):
        screen = await sign_on(pilot)
        await pilot.press("f2", "down", "c", *"Nora")  # somebody types in a dialog
        dialog, focused = pilot.app.screen, pilot.app.screen.focused
        feed.put(notice("n-1", ticket_id=TicketId("t-1")))
        await until(pilot, lambda: "1 new notice" in counted(screen))
        assert [one for one in told(pilot.app) if "Priya Nair" in one] == [  # type: ignore[arg-type]
            "▲ Priya Nair: payment failed: the card is declined. u opens it."
        ]
        assert rung == ["bell"]
        await pilot.press("space", "Q")
        assert pilot.app.screen is dialog and dialog.focused is focused
        assert dialog.fields["name"] == "Nora Q"  # type: ignore[attr-defined]
        await pilot.press("escape")
        assert screen.query_one("#queue-list", Lines).cursor_row == 1
        screen.session.refresh()
        feed.put(notice("n-2"))
        feed.put(notice("n-3", to_role=NoticeRole.LEADER, to_agent=None))
        await until(pilot, lambda: "2 new notices" in counted(screen))
        assert len(rung) == 2 and len(screen.session.notices.lines) == 2, "the leader's is not Dana's"


async def test_what_is_told_stands_over_a_dialog_and_not_under_it_as_well(tmp_path: Path) -> None:
    def shown(screen: Any) -> bool:
        return any(rack.display for rack in screen.query_children(ToastRack))

    app, _feed = staged(tmp_path)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        below = await sign_on(pilot)
        pilot.app.notify("The printer is out of paper.", timeout=60)
        await until(pilot, lambda: shown(below))
        await pilot.press("f2", "c")
        await until(pilot, lambda: pilot.app.screen is not below and shown(pilot.app.screen))
        assert not shown(below)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is below and shown(below))


async def test_settings_keep_it_silent(tmp_path: Path) -> None:
    async with opened(tmp_path, notifications=False, bell=False) as (pilot, feed, rung):
        screen = await sign_on(pilot)
        feed.put(notice("n-1"))
        await until(pilot, lambda: "1 new notice" in counted(screen))
        assert rung == [] and not [one for one in told(pilot.app) if "Priya" in one]  # type: ignore[arg-type]


async def test_what_waited_is_told_in_one_sentence_without_a_bell(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed, rung):
        feed.put(notice("n-1"))
        feed.put(notice("n-2"))
        await sign_on(pilot)
        await until(pilot, lambda: "▲ 2 notices wait for you: u opens them." in told(pilot.app))  # type: ignore[arg-type]
        assert rung == []


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_list_opens_a_ticket_and_acknowledges(tmp_path: Path, size: tuple[int, int]) -> None:
    async with opened(tmp_path, size) as (pilot, feed, _rung):
        feed.put(TICKET)
        feed.put(notice("n-1", "first [b]bold[/b] \x1b[31m", ticket_id=TicketId("t-1")))
        screen = await sign_on(pilot)
        feed.put(notice("n-2", "second"))
        await until(pilot, lambda: len(screen.session.notices.lines) == 2)
        await pilot.press("u")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, NoticesDialog) and pilot.app.screen.focused is not None
        )
        dialog = pilot.app.screen
        assert isinstance(dialog, NoticesDialog)
        await until(pilot, lambda: len(text_of(dialog, "listed").splitlines()) == 2)
        first, second = text_of(dialog, "listed").splitlines()
        assert "▲" in first and "Priya Nair" in first and "second" in first
        assert "# 10042" in second and "first" in second
        for lines in dialog.query(Lines):
            assert lines.region.bottom <= size[1] and lines.region.right <= size[0]
        await pilot.press("a")
        await until(pilot, lambda: "✓" in text_of(dialog, "listed").splitlines()[1])
        assert len(unseen(screen.session.notices.lines)) == 1
        assert "nobody has seen to it" in text_of(dialog, "list-about"), "the cursor went on to the next"
        feed.put(seen("n-1"))
        await until(pilot, lambda: "seen to by Priya Nair" in text_of(dialog, "list-about"))
        await pilot.press("a")  # too late: nothing more is written
        await pilot.press("enter")
        await until(pilot, lambda: screen.ticket_pane.fields["title"] == "Charged twice")
        assert pilot.app.screen is screen
        await until(pilot, lambda: "acknowledged: payment failed" in text_of(screen, "ticket-history"))
        await until(pilot, lambda: counted(screen) == "")
        await until(pilot, lambda: screen.session.sync.queued == 0)
        rows = [row.body for row in feed._rows() if row.entity == "notice_seen"]
        assert [(row["notice_id"], row["by"]) for row in rows] == [("n-2", "dana"), ("n-1", "priya")]


async def test_an_empty_list_says_so_and_a_customer_is_only_looked_at(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed, _rung):
        screen = await talk(pilot, feed, "c-2")  # who has no customer yet
        await pilot.press("u")
        await until(pilot, lambda: isinstance(pilot.app.screen, NoticesDialog))
        await until(pilot, lambda: "Nobody has asked" in text_of(pilot.app.screen, "list-about"))
        await pilot.press("a", "enter", "escape")
        feed.put(notice("n-1", customer_id="20718"))
        await until(pilot, lambda: len(screen.session.notices.lines) == 1)
        await pilot.press("u", "enter")
        await until(pilot, lambda: any("has no customer yet" in one for one in told(pilot.app)))  # type: ignore[arg-type]
        assert feed.contact("c-2").customer_id is None
