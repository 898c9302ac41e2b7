"""One table of places and their keys: it is what is bound, nothing in it clashes, and settings change it everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Input

from console import actions
from console.actions import PLACES, REMAPPABLE
from console.app import AgentConsole
from console.keymap import Keys, KeysError, _unusable, key_text
from console.screens.article import ArticleDialog
from console.screens.callbacks import CallbackDialog, CallbacksDialog
from console.screens.drafting import DraftDialog
from console.screens.floor import FloorScreen
from console.screens.lock import LockScreen
from console.screens.modal import ConfirmDialog, Dialog
from console.screens.notices import NoticesDialog
from console.screens.outages import OutagesDialog
from console.screens.queue_report import QueueReportDialog
from console.screens.review import ReviewScreen
from console.screens.shift import OpenStepsDialog, ShiftDialog
from console.screens.sign_in import SignInScreen
from console.screens.sign_off import SignOffDialog
from console.screens.sync import ConflictDialog, SyncDialog
from console.screens.transfer import TransferDialog
from console.screens.whom import WhomDialog
from console.screens.workspace import WorkspaceScreen
from console.settings import Settings, SettingsError
from tests.console.stage import sign_on, staged, talk, until
from widgets.lines import Lines
from widgets.script_pane import ScriptPane

HERE = Path(__file__).parents[2]
BOUND: dict[str, type] = {
    "workspace": WorkspaceScreen,
    "script": ScriptPane,
    "sign-in": SignInScreen,
    "lock": LockScreen,
    "dialog": Dialog,
    "question": ConfirmDialog,
    "text dialog": DraftDialog,
    "transfer": TransferDialog,
    "notices": NoticesDialog,
    "callbacks": CallbacksDialog,
    "new callback": CallbackDialog,
    "outages": OutagesDialog,
    "whom to call": WhomDialog,
    "open steps": OpenStepsDialog,
    "shift": ShiftDialog,
    "sign-off": SignOffDialog,
    "sync": SyncDialog,
    "conflict": ConflictDialog,
    "floor": FloorScreen,
    "review": ReviewScreen,
    "queue report": QueueReportDialog,
    "article": ArticleDialog,
}


@pytest.mark.parametrize("name", BOUND)
def test_what_is_bound_stands_in_the_table(name: str) -> None:
    place = next(one for one in PLACES if one.name == name)
    bound = {one.id: one for one in BOUND[name].__dict__.get("BINDINGS", ()) if isinstance(one, Binding)}
    table = {one.id: one for one in place.actions if not one.fixed or one.id in bound}
    assert {one: (bound[one].key, bound[one].action, bound[one].priority) for one in bound} == {
        one: (table[one].keys, table[one].call, table[one].priority) for one in table
    }


def test_every_binding_of_ours_has_a_place() -> None:
    """A key that is bound beside the table would be in no help and no clash test."""
    known = {*BOUND.values(), AgentConsole}
    waiting: list[type] = [Screen]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith(("console.", "widgets.")) and kind.__dict__.get("BINDINGS"):
            assert kind in known, f"{kind.__name__} binds keys that no place of console.actions tells of"


def test_no_key_of_the_tables_clashes_or_is_kept_by_a_terminal() -> None:
    Keys()
    for action in REMAPPABLE.values():
        for key in action.keys.split(","):
            if key not in ("backspace", "ctrl+k"):  # one more way back; the palette, before the field sees it
                assert _unusable(key) == "", f"{action.id}: {key}"


def test_what_edits_a_field_is_not_bound_around_it() -> None:
    edits = {key for one in Input.BINDINGS for key in one.key.split(",")}  # type: ignore[union-attr]
    for action in actions.WORKSPACE:
        if not action.priority:
            assert not edits & set(action.keys.split(",")), action.id


def test_a_shadowed_key_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clash test can fail."""
    twice = actions.Action("twice", "z", "twice", "Clashes with zoom.", actions.ELSEWHERE)
    monkeypatch.setattr(actions, "PLACES", (*PLACES, actions.Place("new", (twice,), inside="workspace")))
    monkeypatch.setitem(actions.BY_ID, "twice", twice)
    with pytest.raises(KeysError, match="z would be both"):
        Keys()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"take_nxt": "t"}, "no action is called 'take_nxt'; did you mean 'take_next'?"),
        ({"zoom": "ctrl+s"}, "ctrl+s cannot be had (it stops the terminal's output)"),
        ({"zoom": "ctrl+b"}, "screen and tmux wait for it"),
        ({"zoom": "ctrl+i"}, "a terminal sends it for tab"),
        ({"zoom": "ctrl+w"}, "it edits the text in a field"),
        ({"zoom": "ctrl+1"}, "with ctrl it sends letters only"),
        ({"zoom": "alt+z"}, "not every terminal can send alt+z"),
        ({"zoom": "shift+f3"}, "not every terminal can send shift+f3"),
        ({"zoom": "f13"}, "only F1 to F12 reach every terminal"),
        ({"zoom": "enter"}, "enter belongs to lists, fields and dialogs"),
        ({"zoom": "zett"}, "no key is called 'zett'"),
        ({"zoom": ""}, "no key is called ''"),
        ({"zoom": "r"}, "r would be both"),
        ({"search": "?"}, "? would be both"),
        ({"zoom": "b"}, "b would be both"),
        ({"zoom": "1"}, "1 would be both"),
        ({"confirm": "n"}, "n would be both"),
        ({"quit": "q"}, "works while text is typed"),
        ({"keep": "k"}, "works while text is typed"),
        ({"leave": "l"}, "always stays what it is"),
    ],
)
def test_keys_that_cannot_be_are_refused_with_a_sentence(changed: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Keys(changed)
    assert said in str(refused.value)
    assert str(refused.value).startswith("Setting 'keys'") and str(refused.value).endswith(".")


def test_what_is_swapped_does_not_clash() -> None:
    keys = Keys({"zoom": "n", "note": "z", "search": "ctrl+l,slash", "keys": "ctrl+r"})
    assert (keys("zoom"), keys("note"), keys.written("search"), keys("keys")) == ("n", "z", ["^l", "/"], "^r")
    assert keys.changed == {"zoom": "n", "note": "z", "search": "ctrl+l,slash", "keys": "ctrl+r"}


@pytest.mark.parametrize(
    ("key", "text"),
    [("f10", "F10"), ("ctrl+k", "^k"), ("slash", "/"), ("question_mark", "?"), ("escape", "esc"), ("X", "X")],
)
def test_keys_are_written_as_they_stand_on_the_board(key: str, text: str) -> None:
    assert key_text(key) == text


OTHER = {
    "search": "S",
    "take_next": "N",
    "ready": "R",
    "report": "T",
    "create_customer": "C",
    "verify": "K",
    "save_ticket": "ctrl+r",
    "card_back": "B",
    "go_queue": "A",
    "hold": "H",
    "quit": "ctrl+l",
    "keep": "f2",
}


def test_a_sentence_asks_for_the_key_that_works() -> None:
    assert (Keys().press("ready"), Keys({"ready": "ctrl+r"}).press("ready")) == ("press r", "press ^r")


async def test_a_changed_key_works_and_is_named_everywhere(tmp_path: Path) -> None:
    app, _feed = staged(tmp_path, settings=Settings(keys=OTHER))

    def shown() -> str:
        return "\n".join(
            "".join(span.text for span in one) for lines in app.screen.query(Lines) for one in lines.lines
        )

    async with app.run_test(size=(160, 45)) as pilot:
        await until(pilot, lambda: "^l quit" in shown())
        screen = await sign_on(pilot)
        assert "R get ready" in shown()
        await pilot.press("N")
        await until(pilot, lambda: any("press R to get ready" in note.message for note in app._notifications))
        await pilot.press("S")
        await until(pilot, lambda: screen.customer_pane.searching)
        await pilot.press("escape", "C")
        await until(pilot, lambda: "F2 save" in shown())
        await pilot.press("escape", "f1")
        await until(pilot, lambda: "S searches by name" in " ".join(shown().split()))
        await pilot.press("escape")


async def test_no_text_of_the_screen_names_a_key_that_was_changed(tmp_path: Path) -> None:
    app, feed = staged(tmp_path, settings=Settings(keys={**OTHER, "ready": "r"}))
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await talk(pilot, feed)
        await pilot.press("1")
        await until(pilot, lambda: len(screen.session.desk.item.run.trail) == 2)  # type: ignore[union-attr]
        await pilot.press("f5", "S")
        await until(pilot, lambda: bool(screen.session.desk.number))
        await pilot.press("escape")
        await pilot.pause()
        shown = "\n".join(
            "".join(span.text for span in one) for lines in screen.query(Lines) for one in lines.lines
        )
        for new in ("B back", "K name", "H hold", "^r"):
            assert new in shown, new
        assert not re.search(r"(^|\s)(F10|v name|b back|h hold)(\s|$)", shown)
        await pilot.press("f4", "B")
        await until(pilot, lambda: len(screen.session.desk.item.run.trail) == 1)  # type: ignore[union-attr]


def test_no_source_names_a_key_by_hand() -> None:
    """Keys can be changed, so a text asks for them. What is fixed (esc, enter, tab, arrows) may be named."""
    named = re.compile(r'"[^"\n]*\b(F\d{1,2}|ctrl\+[a-z]|\^[a-z])\b[^"\n]*"')
    for folder in ("console/screens", "console/services", "widgets"):
        for file in (HERE / folder).glob("*.py"):
            code = re.sub(r'"""[\s\S]*?"""', "", file.read_text(encoding="utf-8"))
            code = re.sub(r"^class \w+.*|BINDINGS[\s\S]*?\]\n", "", code)
            assert not named.findall(code), f"{file.name}: {named.search(code)[0]}"  # type: ignore[index]
