"""Going anywhere with two keys, copying, the palette, small windows, and what the tabs tell."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.widget import Widget

from console.screens.copying import copyable
from console.screens.jump import JumpScreen
from console.screens.workspace import WorkspaceScreen
from console.services import clipboard
from data.models.agent import AgentState
from data.models.contact import Contact, ContactState
from data.tickets.rules import FIELDS
from tests.console.stage import MARIA, NOW, settled, sign_on, staged, talk, until, workspace
from tests.widgets.stage import FORBIDDEN
from widgets.lines import Lines


def text_of(screen: Widget, lines_id: str) -> str:
    return "\n".join("".join(span.text for span in one) for one in screen.query_one(f"#{lines_id}", Lines).lines)


def told(pilot: Pilot[str]) -> str:
    return " | ".join(note.message for note in pilot.app._notifications)


def regions(screen: WorkspaceScreen) -> dict[Widget, object]:
    return {one: one.region for one in screen.walk_children(Widget)}


# the jump key


@pytest.mark.parametrize("size", [(160, 45), (100, 30), (80, 24)])
async def test_two_keys_go_anywhere_and_nothing_moves(tmp_path: Path, size: tuple[int, int]) -> None:
    app, feed = staged(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await talk(pilot, feed)
        await pilot.press("f5", *"Slow")
        await until(pilot, lambda: bool(screen.session.desk.number))
        before = regions(screen)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(app.screen, JumpScreen) and bool(app.screen.query(".jump-mark")))
        await pilot.pause()
        assert regions(screen) == before, "the letters lie over it"
        marks = {one.lines[0][0].text.strip(): one.region for one in app.screen.query(Lines) if one.id is None}
        assert len(marks) == len(set(marks)), "each letter once"
        ticket = screen.ticket_pane
        assert marks["t"].offset == ticket.region.offset
        fields = [name for name in FIELDS if ticket.field(name).region]
        assert len(marks) == len(fields) + (1 if size[0] < 100 else 5)
        beside = ticket.field("details").region.offset - Offset(1, 0)
        letter = next(letter for letter, at in marks.items() if at.offset == beside)
        await pilot.press(letter)
        await until(pilot, lambda: screen.focused is ticket.field("details"))
        for letter, pane in (("q", "queue"), ("c", "customer"), ("s", "script"), ("d", "desk"), ("t", "ticket")):
            await pilot.press("ctrl+g", letter)
            await until(
                pilot, lambda pane=pane: screen.current_pane.id == pane and screen.current_pane.has_focus_within
            )
        assert ticket.fields["title"] == "Slow"


async def test_esc_and_strange_keys_stay(tmp_path: Path) -> None:
    app, feed = staged(tmp_path)
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await talk(pilot, feed)
        state = screen.session.phone.status.state
        await pilot.press("f2", "g")
        await until(pilot, lambda: isinstance(app.screen, JumpScreen))
        await pilot.press("7", "f5", "space", "enter")
        assert isinstance(app.screen, JumpScreen)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        assert screen.query_one("#queue").has_focus_within
        assert screen.session.phone.status.state is state
        await pilot.press("g")
        await until(pilot, lambda: isinstance(app.screen, JumpScreen))
        await pilot.resize_terminal(90, 30)
        await until(pilot, lambda: app.screen is screen)


# the palette


async def test_the_palette_finds_actions_customers_and_their_keys(tmp_path: Path) -> None:
    app, _feed = staged(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await sign_on(pilot)
        await settled(pilot)

        def offered() -> str:
            from textual.command import CommandList

            found = app.screen.query(CommandList)
            return "\n".join(str(one.prompt) for one in found.first().options) if found else ""

        def first() -> str:
            from textual.command import CommandList

            found = list(app.screen.query(CommandList))
            at = found[0].highlighted if found else None
            return str(found[0].get_option_at_index(at).prompt) if at is not None else ""

        await pilot.press("ctrl+k")
        await until(pilot, lambda: "take next   space" in offered() and "commands   ^k" in offered())
        await pilot.press(*"not ready")
        await until(pilot, lambda: "ready   r" in first())
        await pilot.press("enter")
        await until(pilot, lambda: screen.session.phone.status.state is AgentState.READY)
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("ctrl+k", *"alvarez")
        await until(pilot, lambda: "Maria Alvarez" in first())
        await pilot.press("enter")
        await until(pilot, lambda: "account 20718" in text_of(screen, "customer-lines"))


# copying


async def test_y_copies_the_number_and_says_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "203.0.113.5 1 203.0.113.6 22")
    app, feed = staged(tmp_path)
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await talk(pilot, feed)
        await pilot.press("f4", "y")
        await until(pilot, lambda: "no ticket number to copy yet" in told(pilot))
        await pilot.press("f5", *"Slow")
        await until(pilot, lambda: bool(screen.session.desk.number))
        await pilot.press("escape", "y")
        await until(pilot, lambda: f"Copied through the terminal: {screen.session.desk.number}." in told(pilot))
        assert app.clipboard == screen.session.desk.number
        await pilot.press("Y")
        await until(pilot, lambda: bool(app.screen.query("#choices")))
        shown = text_of(app.screen, "choices")
        assert [line.split(maxsplit=1)[1].split()[0] for line in shown.splitlines()] == [
            "ticket", "with", "account", "name", "phone", "phone", "e-mail", "address",
        ]  # fmt: skip
        key = next(line.split()[0] for line in shown.splitlines() if "e-mail" in line)
        await pilot.press(key)
        await until(pilot, lambda: app.clipboard == "maria.alvarez@example.com")
        await pilot.press("f5", "home", "shift+end", "escape", "Y", "1")
        await until(pilot, lambda: app.clipboard == "Slow")


def test_what_can_be_copied_says_what_it_is() -> None:
    assert copyable("", "", "", None) == {}
    assert list(copyable("so this", "10001", "Slow [/]", MARIA).values()) == [
        "so this", "10001", "10001 Slow [/]", "20718", "Maria Alvarez", "+12025550142", "+12025550177",
        "maria.alvarez@example.com", "12 Mill St, Ridgeport",
    ]  # fmt: skip


ASK = "\x1b]52;c;" + base64.b64encode("Zoë 10001".encode()).decode() + "\a"


def test_the_terminal_is_asked_in_its_own_way() -> None:
    assert clipboard.sequence("Zoë 10001", {}) == ASK
    inner = ASK.replace("\x1b", "\x1b\x1b")
    assert clipboard.sequence("Zoë 10001", {"TMUX": "/tmp/tmux"}) == f"\x1bPtmux;{inner}\x1b\\"
    wrapped = clipboard.sequence("x" * 2000, {"STY": "1.pts"})
    pieces = wrapped.split("\x1b\\")[:-1]
    assert all(piece.startswith("\x1bP") and len(piece) <= 768 for piece in pieces)
    assert "".join(piece[2:] for piece in pieces) == clipboard.sequence("x" * 2000, {})


def test_what_no_way_is_left_for_is_told() -> None:
    sent: list[str] = []
    told = clipboard.copy("x" * 100_000, sent.append, {"SSH_TTY": "/dev/pts/3"})
    assert told.startswith("Not copied") and sent == []
    told = clipboard.copy("10001", sent.append, {"SSH_TTY": "/dev/pts/3"})
    assert told.startswith("Copied through the terminal: 10001.") and len(sent) == 1
    told = clipboard.copy("[/] \x1b]52;c;AA\a\u202e", sent.append, {"SSH_TTY": "/dev/pts/3"})
    assert not FORBIDDEN & set(told)
    told = clipboard.copy("long " * 30, sent.append, {"SSH_TTY": "/dev/pts/3"})
    assert "long long long" in told and len(told) < 160


@pytest.mark.parametrize("works", [True, False])
def test_tmux_is_told_how_it_was_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, works: bool) -> None:
    """With a program in the place of tmux that keeps what it is given."""
    program = tmp_path / "tmux"
    program.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\ncat >{tmp_path}/kept\nexit {0 if works else 1}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    sent: list[str] = []
    told = clipboard.copy("10001", sent.append, {"TMUX": "x", "SSH_TTY": "y"})
    assert (tmp_path / "kept").read_text() == "10001"
    assert "load-buffer -w -" in (tmp_path / "asked").read_text()
    assert sent[0].startswith("\x1bPtmux;")
    assert ("It is in the buffer of tmux." in told) is works


def test_a_desktop_without_a_clipboard_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_program(_text: str) -> None:
        raise subprocess.SubprocessError

    import pyperclip

    monkeypatch.setattr(pyperclip, "copy", no_program)
    assert clipboard.copy("10001", str, {}).startswith("Copied through the terminal")


# the tabs, and windows that are small


async def test_tabs_tell_what_cannot_be_seen(tmp_path: Path) -> None:
    app, feed = staged(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sign_on(pilot)
        await until(pilot, lambda: "F2 Queue 4 " in text_of(screen, "tabs"))
        await pilot.press("f4", "r")
        await until(pilot, lambda: screen.session.phone.status.state is AgentState.READY)
        await until(pilot, lambda: screen.session.sync.queued == 0)
        feed.patch(Contact, "c-1", state=ContactState.RINGING, ringing_agent="dana", ringing_since=NOW.isoformat())
        await until(pilot, lambda: "F2 Queue 4◆" in text_of(screen, "tabs"))
        assert "▸F4 Script" in text_of(screen, "tabs")
        await pilot.press("f9")
        await until(pilot, lambda: feed.contact("c-1").fence == 1)
        feed.connect("c-1")
        await until(pilot, lambda: "F6 Desk 1" in text_of(screen, "tabs"))
        await pilot.press("f5", *"Slow")
        await until(pilot, lambda: "F5 Ticket *" in text_of(screen, "tabs"))
        assert "Maria Alv" in text_of(screen, "tabs")
        await pilot.press("f10")
        await until(pilot, lambda: "F5 Ticket *" not in text_of(screen, "tabs"))


SIZES = ((160, 45), (80, 24))


@pytest.mark.parametrize(("before", "after"), [SIZES, SIZES[::-1]], ids=["smaller", "larger"])
async def test_a_window_that_changes_under_a_dialog_is_as_one_that_was_so_before(
    tmp_path: Path, before: tuple[int, int], after: tuple[int, int]
) -> None:
    def places() -> dict[str, object]:
        return {one.id: one.region for one in screen.walk_children(Widget) if one.id and one.is_on_screen}

    app, feed = staged(tmp_path)
    async with app.run_test(size=after) as pilot:
        screen = await talk(pilot, feed)
        # on top it is told of a size twice, and the second time was the one that counted
        await pilot.resize_terminal(*before)
        await until(pilot, lambda: screen.size == before)
        await pilot.resize_terminal(*after)
        await until(pilot, lambda: screen.size == after)
        meant, tabs = places(), text_of(screen, "tabs")
        await pilot.resize_terminal(*before)
        await until(pilot, lambda: screen.size == before)
        assert places() != meant
        await pilot.press("question_mark")
        await until(pilot, lambda: app.screen is not screen)
        await pilot.resize_terminal(*after)
        await until(pilot, lambda: screen.size == app.screen.size == after)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        await until(pilot, lambda: places() == meant and text_of(screen, "tabs") == tabs)


async def test_a_small_window_breaks_nothing(tmp_path: Path) -> None:
    app, feed = staged(tmp_path)
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await talk(pilot, feed)
        await pilot.press("f5", *"Slow")
        for size in ((79, 24), (80, 23), (40, 10), (10, 4), (2, 2)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            hint = text_of(screen, "hints")
            assert "small" in hint or "This window is" in hint or size[0] < 6
            assert len(hint) <= size[0]
        await pilot.press(*" down")
        await pilot.resize_terminal(160, 45)
        await until(pilot, lambda: "esc leaves the field" in text_of(screen, "hints"))
        assert screen.ticket_pane.fields["title"] == "Slow down"
        assert workspace(pilot).focused is screen.ticket_pane.field("title")
