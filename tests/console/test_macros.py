"""Macros and clocks by keyboard: a macro shows all that it changes and applies it at once, or nothing (TICK-6, TICK-8)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from textual.app import App
from textual.pilot import Pilot

import themes
from console.screens.macro_dialog import MacroDialog
from console.screens.modal import ChooseDialog, ReadDialog
from data.macros.macros import Macro, load_macros
from data.macros.staging import Ground, stage
from data.models.base import AgentId
from data.models.ticket import TicketEventKind, TicketState
from data.service.policies import load_service
from data.store.database import STORE_FILE, Store
from data.tickets import tickets
from tests.console.stage import NOW, talk, until, workspace
from tests.console.test_customer_form import Loose
from tests.console.test_drafts import kept, opened_again
from tests.console.test_workspace import opened, text_of, told
from widgets.lines import Lines
from widgets.safe_text import Span

FACTS = {"customer": "Maria [b]Alvarez\x1b[31m", "agent": "Dana", "number": "10001", "organisation": "Example"}
SIZES = pytest.mark.parametrize("size", [(160, 45), (80, 24)], ids=["160x45", "80x24"])


# the dialog alone


class Stage(App[None]):
    CSS_PATH: ClassVar = list(themes.STYLE_SHEETS)

    def __init__(self, macro: Macro, fields: dict[str, str]) -> None:
        super().__init__()
        ground = Ground("item", fields, None, None, ("title", "details"), FACTS, NOW)
        self.staged = stage(macro, ground, load_service())
        self.answers: list[str | None] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.NIGHT.variables

    def on_mount(self) -> None:
        self.push_screen(MacroDialog(self.staged, Loose()), self.answers.append)


@asynccontextmanager
async def preview(
    macro: str, size: tuple[int, int], title: str = "No sound"
) -> AsyncIterator[tuple[Pilot[None], MacroDialog, Stage]]:
    shipped = load_macros().macro(macro)
    assert shipped is not None
    app = Stage(shipped, {"title": title, "state": "new", "priority": "low", "details": "since noon"})
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        dialog = app.screen
        assert isinstance(dialog, MacroDialog)
        yield pilot, dialog, app


def shown(dialog: MacroDialog, lines_id: str) -> list[str]:
    return ["".join(span.text for span in one).strip() for one in dialog.query_one(f"#{lines_id}", Lines).lines]


@SIZES
async def test_everything_is_shown_before_it_applies_and_enter_applies_it(size: tuple[int, int]) -> None:
    async with preview("hardware", size) as (pilot, dialog, app):
        assert shown(dialog, "macro-changes") == [
            "● state      new → on hold",
            "● priority   low → high",
            "● with it    what was typed before: title, details",
        ]
        assert shown(dialog, "macro-text") == ["note for colleagues"]
        assert dialog.fields["text"] == app.staged.text
        inside = dialog.query_one("#dialog").region
        for part in ("#macro-changes", "#draft-text", "#dialog-foot"):
            assert inside.contains_region(dialog.query_one(part).region), part
        assert "esc back" in shown(dialog, "dialog-foot")[-1]
        await pilot.press("enter")
        await pilot.pause()
        assert app.answers == [app.staged.text]


@SIZES
async def test_the_text_can_be_changed_and_enter_is_a_line_of_it(size: tuple[int, int]) -> None:
    async with preview("no-answer", size) as (pilot, dialog, app):
        await pilot.press("tab", "up", "up", "home", *"Dog barked, ", *"4111111111111111", "enter")
        await until(pilot, lambda: "••••1111" in dialog.fields["text"])
        assert app.answers == [], "enter is a line of the text"
        await pilot.press("f10")
        await pilot.pause()
        [text] = app.answers
        assert text is not None and text.startswith("Dog barked, card ••••1111") and text.endswith("\n")
        assert "Maria [b]Alvarez" in text, "whoever it is called"


async def test_escape_changes_nothing() -> None:
    async with preview("waiting", (80, 24)) as (pilot, _dialog, app):
        await pilot.press("escape")
        await pilot.pause()
        assert app.answers == [None]


async def test_what_stands_against_it_is_told_and_nothing_applies() -> None:
    async with preview("mine", (80, 24), title="") as (pilot, dialog, app):
        assert shown(dialog, "macro-changes")[0].startswith("✗ title      a few words that say what is wrong")
        assert "enter" not in shown(dialog, "dialog-foot")[-1]
        await pilot.press("enter", "f10")
        await pilot.pause()
        assert app.answers == []
        assert "mend that in the ticket first" in shown(dialog, "dialog-foot")[0]


# in the workspace


async def begin(pilot: Pilot[str], *keys: str) -> MacroDialog:
    """Type these keys and wait for the preview."""
    await pilot.press(*keys)
    await until(pilot, lambda: isinstance(pilot.app.screen, MacroDialog) and pilot.app.screen.focused is not None)
    assert isinstance(pilot.app.screen, MacroDialog)
    return pilot.app.screen


async def test_a_macro_saves_ticket_reminder_and_reply_at_once_and_the_clocks_tell(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        await pilot.press("f5", *"No sound", "escape")
        dialog = await begin(pilot, "f", "w")
        assert shown(dialog, "macro-changes") == [
            "● state      new → pending",
            "● reminder   → Mon 13:48",
            "● with it    what was typed before: title",
        ]
        await pilot.press("enter")
        await until(pilot, lambda: "Applied: Waiting for the customer. Ticket 10001 is saved." in told(pilot))
        await until(pilot, lambda: not screen.ticket_pane.mark)
        assert screen.ticket_pane.fields["state"] == "pending"
        with Store(tmp_path / STORE_FILE, create=False) as store:
            [one] = tickets.find(store, "10001")
            events = tickets.history(store, one.id)
        assert (one.title, one.state, str(one.remind_at)) == (
            "No sound",
            TicketState.PENDING,
            "2026-11-23 13:48:02+00:00",
        )
        assert [(event.kind, event.actor) for event in events] == [
            (TicketEventKind.CREATED, AgentId("dana")),
            (TicketEventKind.REPLY, AgentId("dana")),
        ]
        assert "ticket 10001 we need your answer" in events[-1].text
        history = text_of(screen, "ticket-history")
        assert history.splitlines()[0].split("  ", 1)[1].strip() == (
            "‖ resolution paused until Mon 13:48, pending (waiting for the customer)"
        )
        assert "told the customer: To go on with ticket 10001" in history
        assert "ticket 10001, opened in a call" in history
        await pilot.press("i")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadDialog))
        lines = pilot.app.screen.query_one("#dialog-read", Lines).lines
        read = " ".join("".join(span.text for one in lines for span in (*one, Span(" "))).split())
        assert "✓ first response met 14:18 in the contact in which it was opened (due 16:18)" in read
        assert (
            "‖ resolution paused: 32 business hours after 14:18; paused since 14:18 until Mon 13:48 while" in read
        )
        await pilot.press("escape")
        await until(pilot, lambda: screen.session.sync.queued == 0)


async def test_escape_leaves_the_form_and_the_ticket_as_they_were(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        await pilot.press("f")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChooseDialog))
        await pilot.press("f", "escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        await pilot.press("f5", *"No sound", "f10", "escape")
        await until(pilot, lambda: "Saved: ticket 10001" in told(pilot))
        before = screen.ticket_pane.fields
        await begin(pilot, "f", "s")
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert screen.ticket_pane.fields == before and not screen.ticket_pane.mark
        with Store(tmp_path / STORE_FILE, create=False) as store:
            [one] = tickets.find(store, "10001")
            assert (one.state, len(tickets.history(store, one.id))) == (TicketState.NEW, 1)
        await until(pilot, lambda: "macro" not in kept(tmp_path))


async def test_from_within_a_field_the_form_follows_the_macro(tmp_path: Path) -> None:
    """The state was chosen by hand and is not saved; the macro's is the one that stays."""
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        await pilot.press("f5", *"No sound", "f10")
        await until(pilot, lambda: "Saved: ticket 10001" in told(pilot))
        screen.ticket_pane.field("state").focus()
        await pilot.press("o")
        await until(pilot, lambda: screen.ticket_pane.fields["state"] == "open")
        screen.do(screen.action_macro())
        await until(pilot, lambda: isinstance(pilot.app.screen, ChooseDialog))
        dialog = await begin(pilot, "s")
        assert shown(dialog, "macro-changes") == ["● state      open → solved"]
        await pilot.press("enter")
        await until(pilot, lambda: screen.ticket_pane.fields["state"] == "solved")
        await pilot.pause(0.6)
        assert screen.ticket_pane.fields["state"] == "solved" and not screen.ticket_pane.mark
        with Store(tmp_path / STORE_FILE, create=False) as store:
            [one] = tickets.find(store, "10001")
        assert one.state is TicketState.SOLVED
        assert "due " not in text_of(screen, "ticket-history"), "nothing is owed any more"


async def test_a_text_that_was_begun_is_a_draft(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        await pilot.press("f5", *"No sound", "escape")
        dialog = await begin(pilot, "f", "n")
        await pilot.press("tab", *" Twice.")
        assert dialog.fields["text"].endswith("Twice.")
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert (await begin(pilot, "f", "u")).fields["text"].startswith("Nobody at"), (
            "another macro's is not mixed up"
        )
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert (await begin(pilot, "f", "n")).fields["text"].endswith("Twice.")
        await pilot.press("ctrl+q")
    async with opened_again(tmp_path) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, MacroDialog))
        again = pilot.app.screen
        assert isinstance(again, MacroDialog)
        await until(pilot, lambda: again.focused is not None)
        assert again.fields["text"].endswith("Twice.")
        await pilot.press("f10")
        await until(pilot, lambda: "Applied: Called, nobody answered" in told(pilot))
        assert "macro" not in kept(tmp_path)
        with Store(tmp_path / STORE_FILE, create=False) as store:
            [one] = tickets.find(store, "10001")
            assert tickets.history(store, one.id)[-1].text.endswith("Twice.")
        assert workspace(pilot).ticket_pane.fields["state"] == "pending"
