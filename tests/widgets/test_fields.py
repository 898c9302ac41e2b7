"""Fields of forms: what is typed is kept, what is drawn is safe, whatever it is."""

from __future__ import annotations

import random

import pytest
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, TextArea

from tests.hostile import HOSTILE
from tests.widgets.stage import Stage, faults, on_stage, said, text_of
from widgets.fields import LINE_ROOM, TEXT_ROOM, ChoiceField, LineField, PasteCut, TextField, mask

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


# pasting, and taking back


def paste(stage: Stage, text: str) -> None:
    assert stage.focused is not None
    stage.focused.post_message(events.Paste(text))


async def test_a_paste_into_a_line_stays_one_line() -> None:
    async with on_stage(Form) as (stage, pilot):
        field = stage.query_one("#line", LineField)
        field.focus()
        await pilot.press(*"ab", "left")
        paste(stage, "one\r\ntwo\x0b\x1b[31mthree\x1b[0m\x00\u2028four\x85")
        await pilot.pause()
        assert field.value == "aone two three four b"
        assert field.cursor_at == (0, 20)
        field.select_all()
        paste(stage, "\n")
        await pilot.pause()
        assert field.value == " "


async def test_a_paste_into_a_text_keeps_its_lines() -> None:
    async with on_stage(Form) as (stage, pilot):
        field = stage.query_one("#text", TextField)
        field.focus()
        await pilot.press("a", "b", "left")
        paste(stage, "one\r\ntwo\rthree\x1b]0;title\x07\u2029\tfour")
        await pilot.pause()
        assert field.value == "aone\ntwo\nthree\n\tfourb"
        assert field.cursor_at == (3, 5)


@pytest.mark.parametrize(("field_id", "room"), [("line", LINE_ROOM), ("text", TEXT_ROOM)])
async def test_a_paste_that_is_too_long_is_cut_and_said(field_id: str, room: int) -> None:
    async with on_stage(Form) as (stage, pilot):
        field = stage.query_one(f"#{field_id}", LineField if field_id == "line" else TextField)
        field.focus()
        await pilot.press("a", "b", "left")
        paste(stage, "x" * 1_000_000)
        await pilot.pause()
        assert field.value == "a" + "x" * (room - 2) + "b"
        [cut] = said(stage, PasteCut)
        assert (cut.left_out, cut.room) == (1_000_000 - room + 2, room - 2)
        paste(stage, "more")
        await pilot.pause()
        assert len(field.value) == room
        assert said(stage, PasteCut)[-1].left_out == 4


async def test_edits_of_a_line_are_taken_back_word_by_word_and_brought_again() -> None:
    async with on_stage(Form) as (stage, pilot):
        field = stage.query_one("#line", LineField)
        field.focus()
        await pilot.press(*"one two", "ctrl+u")
        paste(stage, "three")
        await pilot.pause()
        seen = []
        for key in ["ctrl+t"] * 5 + ["ctrl+y"] * 5:
            await pilot.press(key)
            seen.append(field.value)
        assert seen == ["", "one two", "one", "", "", "one", "one two", "", "three", "three"]
        await pilot.press("ctrl+underscore", "x")
        assert field.value == "x"
        await pilot.press("ctrl+y")
        assert field.value == "x", "what was taken back is gone once something else is typed"


async def test_nothing_brings_back_a_text_that_was_not_typed_here() -> None:
    """A form is filled with another ticket, or a card number was masked: what stood there before is gone."""
    async with on_stage(Form) as (stage, pilot):
        for field_id in ("line", "text"):
            field = stage.query_one(f"#{field_id}", LineField if field_id == "line" else TextField)
            field.focus()
            await pilot.press(*"4111111111111111")
            assert mask(field)
            await pilot.press("ctrl+t", "ctrl+t", "ctrl+y")
            assert field.value == "card ••••1111"
            await pilot.press("!", "ctrl+t")
            assert field.value == "card ••••1111"


async def test_taking_back_what_made_a_text_scroll() -> None:
    async with on_stage(Form, size=(40, 12)) as (stage, pilot):
        field = stage.query_one("#text", TextField)
        field.styles.height = 4
        field.focus()
        await pilot.pause()  # it has its size now
        paste(stage, "line\n" * 40)
        await pilot.pause()
        assert field.show_vertical_scrollbar
        await pilot.press("ctrl+t")
        await pilot.pause()
        assert (field.value, field.cursor_at, field.show_vertical_scrollbar) == ("", (0, 0), False)
        await pilot.press("ctrl+y")
        assert (field.value, field.cursor_at) == ("line\n" * 40, (40, 0))


async def test_nothing_typed_pasted_or_taken_back_breaks_a_text() -> None:
    chance = random.Random(1)
    texts = ["x\n" * 40, "word " * 200, "y", "\n", "", "z" * 3000]
    keys = ["ctrl+t", "ctrl+y", "ctrl+t", "enter", "backspace", "up", "pagedown", "home", "ctrl+u", "ctrl+f", "a"]
    async with on_stage(Form, size=(40, 8)) as (stage, pilot):
        field = stage.query_one("#text", TextField)
        field.styles.height = 3
        field.focus()
        for _ in range(60):
            match chance.randrange(4):
                case 0:
                    paste(stage, chance.choice(texts))
                case 1:
                    field.value = chance.choice(texts)
                case _:
                    await pilot.press(chance.choice(keys))
            if chance.random() < 0.3:
                await pilot.pause()
        await pilot.pause()
        assert stage.is_running
        assert faults(stage.screen) == []
