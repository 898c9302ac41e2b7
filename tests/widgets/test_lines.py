"""The list that draws itself line by line: the cursor keeps its row, and only what differs is drawn again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from tests.widgets.stage import on_stage, said, text_of
from widgets.lines import Lines, Row, changed_cells
from widgets.safe_text import Line, Span, line
from widgets.tones import TONES, cursor_of


class Counted(Lines):
    """Remembers which lines were drawn."""

    def __init__(self) -> None:
        super().__init__(id="lines", focusable=True)
        self.drawn: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.drawn.append(y)
        return super().render_line(y)


def rows(*keys: str) -> list[Row]:
    return [Row(key, line(f" row {key}")) for key in keys]


def cursor_rows(lines: Lines) -> list[int]:
    """The lines that are drawn as the one under the cursor."""
    marked = cursor_of(lines.app).bgcolor
    found = []
    for y in range(lines.size.height):
        strip = lines.render_line(y)
        if any(segment.style is not None and segment.style.bgcolor == marked for segment in strip):
            found.append(y)
    return found


async def test_the_cursor_stays_on_its_row_while_others_come_and_go() -> None:
    async with on_stage(Counted) as (stage, pilot):
        lines = stage.query_one(Counted)
        lines.focus()
        lines.set_rows(rows("a", "b", "c", "d"))
        await pilot.press("down", "down")
        assert lines.key == "c"
        for keys in ("xabcd", "cd", "zyxwc", "c", "abc"):
            lines.set_rows(rows(*keys))
            await pilot.pause()
            assert lines.key == "c"
            assert lines.cursor_row == keys.index("c")
            assert cursor_rows(lines) == [keys.index("c")]


async def test_when_its_row_goes_the_cursor_stays_at_its_height() -> None:
    async with on_stage(Counted) as (stage, pilot):
        lines = stage.query_one(Counted)
        lines.focus()
        lines.set_rows(rows(*"abcde"))
        await pilot.press("end", "up")
        assert lines.key == "d"
        lines.set_rows(rows(*"abce"))
        assert lines.key == "e"
        lines.set_rows(rows(*"ab"))
        assert lines.key == "b"
        lines.set_rows([])
        assert lines.key is None
        await pilot.press("up", "down", "enter", "home", "end", "pageup", "pagedown")
        lines.set_rows(rows(*"xyz"))
        assert lines.key == "x"
        assert said(stage, Lines.Chosen) == []


async def test_only_the_lines_that_differ_are_drawn_again() -> None:
    async with on_stage(Counted) as (stage, pilot):
        lines = stage.query_one(Counted)
        lines.set_rows(rows(*"abcdefgh"))
        await pilot.pause()
        lines.drawn.clear()
        lines.set_rows(rows(*"abcdefgh"))
        await pilot.pause()
        assert lines.drawn == []
        changed = rows(*"abcdefgh")
        changed[3] = Row("d", line(" row d, 0:42"))
        lines.set_rows(changed)
        await pilot.pause()
        assert set(lines.drawn) == {3}
        lines.focus()
        await pilot.pause()
        lines.drawn.clear()
        await pilot.press("down")
        await pilot.pause()
        assert set(lines.drawn) == {0, 1}, "the row that the cursor left and the one that it went to"


async def test_rows_that_read_alike_may_change_places_under_the_cursor() -> None:
    async with on_stage(Counted) as (stage, pilot):
        lines = stage.query_one(Counted)
        lines.focus()
        lines.set_rows([Row("a", line(" number withheld")), Row("b", line(" number withheld"))])
        await pilot.pause()
        lines.drawn.clear()
        lines.set_rows([Row("b", line(" number withheld")), Row("a", line(" number withheld"))])
        await pilot.pause()
        assert lines.key == "a"
        assert set(lines.drawn) == {0, 1}


async def test_moving_tells_where_the_cursor_stands() -> None:
    async with on_stage(Counted) as (stage, pilot):
        lines = stage.query_one(Counted)
        lines.focus()
        lines.set_rows(rows(*"abc"))
        await pilot.press("down", "down", "down", "up", "home", "end", "enter")
        await pilot.pause()
        assert [told.key for told in said(stage, Lines.Highlighted)] == ["b", "c", "b", "a", "c"]
        chosen = said(stage, Lines.Chosen)
        assert [(told.key, told.control) for told in chosen] == [("c", lines)]


async def test_a_long_list_scrolls_with_the_cursor() -> None:
    async with on_stage(Counted, size=(40, 10)) as (stage, pilot):
        lines = stage.query_one(Counted)
        lines.focus()
        lines.set_rows([Row(str(place), line(f"row {place}")) for place in range(100)])
        await pilot.press("end")
        await pilot.pause()
        assert lines.key == "99"
        assert "row 99" in text_of(lines)
        await pilot.press("home")
        await pilot.pause()
        assert text_of(lines).startswith("row 0")
        lines.set_rows([Row(str(place), line(f"row {place}")) for place in range(3)])
        await pilot.pause()
        assert text_of(lines).startswith("row 0"), "a list that became short is seen from its top"


async def test_the_cursor_is_on_the_screen_after_a_page() -> None:
    async with on_stage(Counted, size=(40, 10)) as (stage, pilot):
        lines = stage.query_one(Counted)
        lines.focus()
        lines.set_rows([Row(str(place), line(f"row {place}")) for place in range(100)])
        for key in ("pagedown", "pagedown", "pagedown", "pageup"):
            await pilot.press(key)
            await pilot.pause()
            assert f"row {lines.key}\n" in text_of(lines) + "\n"


async def test_a_click_moves_the_cursor_and_a_second_one_chooses() -> None:
    async with on_stage(Counted) as (stage, pilot):
        lines = stage.query_one(Counted)
        lines.set_rows(rows(*"abc"))
        await pilot.click(lines, offset=(2, 1))
        await pilot.pause()
        assert lines.key == "b"
        assert said(stage, Lines.Chosen) == []
        await pilot.click(lines, offset=(2, 1))
        await pilot.pause()
        assert [told.key for told in said(stage, Lines.Chosen)] == ["b"]
        await pilot.click(lines, offset=(2, 9))
        await pilot.pause()
        assert lines.key == "b"


async def test_lines_at_rest_have_no_cursor() -> None:
    async with on_stage(Counted) as (stage, pilot):
        lines = stage.query_one(Counted)
        lines.focus()
        lines.set_rows(rows(*"abc"))
        lines.set_lines([line("only"), line("text")])
        await pilot.press("down", "enter")
        await pilot.pause()
        assert lines.key is None
        assert cursor_rows(lines) == []
        assert said(stage, Lines.Chosen) == []
        assert text_of(lines).split() == ["only", "text"]


async def test_the_cursor_is_seen_only_with_the_focus() -> None:
    async with on_stage(Counted) as (stage, pilot):
        lines = stage.query_one(Counted)
        lines.set_rows(rows(*"ab"))
        lines.focus()
        await pilot.pause()
        assert cursor_rows(lines) == [0]
        lines.drawn.clear()
        lines.blur()
        await pilot.pause()
        assert cursor_rows(lines) == []
        assert 0 in lines.drawn


async def test_each_tone_is_a_style_and_every_line_has_the_width_of_the_widget() -> None:
    async with on_stage(Counted, size=(40, 20)) as (stage, pilot):
        lines = stage.query_one(Counted)
        lines.set_lines([line((f"{tone} " + "long " * 20, tone)) for tone in ("", *TONES)])
        await pilot.pause()
        styles = set()
        for y in range(len(TONES) + 1):
            strip = lines.render_line(y)
            assert strip.cell_length == 40
            first = next(iter(strip))
            assert isinstance(first, Segment)
            styles.add(str(first.style))
        assert len(styles) > len(TONES) // 2


SPANS = st.lists(
    st.builds(Span, st.sampled_from(("", "a", "12:07", "12:08", "漢字", "é ", "● ")), st.sampled_from(("", "dim")))
)


def _cells(of: Line) -> list[tuple[str, str]]:
    """What stands in each cell of a line; the second half of a wide letter is empty."""
    found = []
    for span in of:
        for char in span.text:
            found += [(char, span.tone), ("", span.tone)][: cell_len(char)]
    return found


@given(SPANS, SPANS, SPANS, SPANS)
def test_whatever_two_lines_have_in_common_at_their_ends_is_not_drawn_again(
    head: list[Span], old: list[Span], new: list[Span], tail: list[Span]
) -> None:
    before, after = (*head, *old, *tail), (*head, *new, *tail)
    left, right = changed_cells(before, after)
    were, are = _cells(before), _cells(after)
    cells = max(len(were), len(are))
    were, are = ([*one, *[("", "")] * (cells - len(one))] for one in (were, are))
    assert were[:left] == are[:left]
    assert were[right:] == are[right:]
    assert 0 <= left <= cells
    assert right <= cells
    assert left >= len(_cells(tuple(head)))
    if len(_cells(before)) == len(_cells(after)) and old != new:
        assert right <= cells - len(_cells(tuple(tail))) or left >= right
