"""Fields of forms: what is typed is kept, what is drawn is safe, whatever it is."""

from __future__ import annotations

import pytest
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, TextArea

from tests.hostile import HOSTILE
from tests.widgets.stage import faults, on_stage, said, text_of
from widgets.fields import ChoiceField, LineField, TextField

CHOICES = [("0", "0 One-time session"), ("1", "1 Pay as you go"), ("2", "2 Help desk"), ("x", "Other")]


class Form(Vertical):
    def compose(self) -> ComposeResult:
        yield LineField("a line", id="line")
        yield TextField("a text", id="text")
        yield ChoiceField(CHOICES, id="choice")


async def test_hostile_text_in_a_line_is_kept_and_drawn_safely() -> None:
    async with on_stage(Form) as (stage, pilot):
        field = stage.query_one("#line", LineField)
        for text in HOSTILE:
            field.value = text
            for place in {0, len(text) // 2, len(text)}:
                field.put_cursor((0, place))
                assert field.cursor_at == (0, place)
            await pilot.pause()
            assert field.value == text
            assert faults(stage.screen) == []


async def test_hostile_text_in_a_text_field_is_drawn_safely() -> None:
    async with on_stage(Form) as (stage, pilot):
        field = stage.query_one("#text", TextField)
        for text in HOSTILE:
            field.value = text
            field.put_cursor((0, 0))
            await pilot.pause()
            assert faults(stage.screen) == []


async def test_a_text_that_nobody_touched_is_the_same() -> None:
    async with on_stage(Form) as (stage, pilot):
        field = stage.query_one("#text", TextField)
        for text in ("one\ntwo", "one\r\ntwo\n", "mixed\r\nbreaks\nhere\r", "line\u2028separator", "page\x0cfeed"):
            field.value = text
            await pilot.pause()
            assert field.value == text


async def test_markup_is_text() -> None:
    async with on_stage(Form) as (stage, pilot):
        stage.query_one("#line", LineField).value = "[bold]x[/] [/]"
        stage.query_one("#text", TextField).value = "[@click=app.quit]y[/]"
        await pilot.pause()
        assert "[bold]x[/] [/]" in text_of(stage.query_one("#line"))
        assert "[@click=app.quit]y[/]" in text_of(stage.query_one("#text"))


async def test_typing_and_pasting_tell_of_the_change() -> None:
    async with on_stage(Form) as (stage, pilot):
        stage.query_one("#line").focus()
        await pilot.press(*"[/b]", "left", "left", "X")
        await pilot.pause()
        field = stage.query_one("#line", LineField)
        assert field.value == "[/Xb]"
        assert field.cursor_at == (0, 3)
        assert said(stage, Input.Changed)[-1].value == "[/Xb]"
        stage.query_one("#text").focus()
        await pilot.press("a", "enter", "b")
        await pilot.pause()
        text = stage.query_one("#text", TextField)
        assert text.value == "a\nb"
        assert text.cursor_at == (1, 1)
        assert said(stage, TextArea.Changed)


async def test_a_line_keeps_to_its_length() -> None:
    def make() -> LineField:
        return LineField(max_length=5, id="short")

    async with on_stage(make) as (stage, pilot):
        field = stage.query_one(LineField)
        field.focus()
        await pilot.press(*"abcdefgh")
        assert field.value == "abcde"


async def test_a_text_takes_its_new_value_only_when_it_differs() -> None:
    async with on_stage(Form) as (stage, pilot):
        field = stage.query_one("#text", TextField)
        field.value = "one\ntwo"
        field.put_cursor((1, 2))
        field.value = "one\ntwo"
        assert field.cursor_at == (1, 2), "the same text again leaves the cursor"
        field.put_cursor((99, 99))
        await pilot.pause()
        row, column = field.cursor_at
        assert row <= 1, "a place that is not there becomes one that is"
        assert column <= 3


async def test_tab_goes_on_to_the_next_field() -> None:
    async with on_stage(Form) as (stage, pilot):
        stage.query_one("#line").focus()
        for expected in ("text", "choice", "line"):
            await pilot.press("tab")
            await pilot.pause()
            assert stage.focused is not None
            assert stage.focused.id == expected


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (["right"], "1"),
        (["left"], "x"),
        (["space"], "1"),
        (["right"] * 4, "0"),
        (["2"], "2"),
        (["o"], "x"),
        (["O"], "x"),
        (["z", "9"], "0"),
        (["2", "2"], "2"),
    ],
)
async def test_keys_of_a_choice(keys: list[str], value: str) -> None:
    async with on_stage(Form) as (stage, pilot):
        field = stage.query_one(ChoiceField)
        field.focus()
        await pilot.press(*keys)
        await pilot.pause()
        assert field.value == value
        changes = said(stage, ChoiceField.Changed)
        assert (changes[-1].value if changes else "0") == value
        assert all(change.control is field for change in changes)


async def test_a_choice_shows_its_label_and_arrows_with_the_focus() -> None:
    async with on_stage(Form) as (stage, pilot):
        field = stage.query_one(ChoiceField)
        assert text_of(field).strip() == "0 One-time session"
        field.focus()
        await pilot.pause()
        assert text_of(field).strip() == "‹0 One-time session›"
        assert field.check_consume_key("1", "1")
        assert not field.check_consume_key("escape", None)


async def test_a_value_that_is_no_choice_is_the_first_one() -> None:
    async with on_stage(Form) as (stage, _pilot):
        field = stage.query_one(ChoiceField)
        field.value = "2"
        field.value = "of a newer program"
        assert (field.value, field.label) == ("0", "0 One-time session")
        assert said(stage, ChoiceField.Changed) == [], "what the program sets is no choice of the agent's"


async def test_long_labels_fit() -> None:
    def make() -> ChoiceField:
        return ChoiceField([("a", "漢字" * 200), ("b", "\x1b[31m" * 100)])

    async with on_stage(make, size=(30, 3)) as (stage, pilot):
        field = stage.query_one(ChoiceField)
        for _ in range(2):
            assert faults(stage.screen) == []
            field.focus()
            await pilot.press("right")
            await pilot.pause()
