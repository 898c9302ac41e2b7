"""Bars of blocks."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from widgets.charts import Bar, bar_chart, bar_spans, legend
from widgets.safe_text import Line, width


def text(line: Line) -> str:
    return "".join(span.text for span in line)


def test_a_bar_ends_at_an_eighth_of_a_cell() -> None:
    assert text(tuple(bar_spans((0.5,), 1, 5))) == "██▌"
    assert text(tuple(bar_spans((1,), 1, 5))) == "█████"
    assert text(tuple(bar_spans((0,), 1, 5))) == ""
    assert text(tuple(bar_spans((0.001,), 1, 5))) == "▏", "a little is not nothing"


def test_parts_are_told_by_texture() -> None:
    assert text(tuple(bar_spans((6, 3, 1), 10, 10))) == "██████░░░▒"
    assert text(tuple(bar_spans((1000, 1, 0), 1001, 10))) == "██████████"[:9] + "█"
    assert text(legend(["answered", "abandoned"])).split() == ["██", "answered", "░░", "abandoned"]


def test_no_figure_is_not_a_figure_of_nothing() -> None:
    lines = [text(line) for line in bar_chart([Bar("Monday", (4.0,), "4"), Bar("Tuesday", None, "–")], 20)]
    assert lines == ["Monday  ██████████ 4", "Tuesday            –"]
    assert bar_chart([], 20) == []


@settings(deadline=None)
@given(st.lists(st.lists(st.floats(0, 1e9), min_size=1, max_size=3), min_size=1, max_size=6), st.integers(30, 200))
def test_every_line_is_as_wide_as_the_others(parts: list[list[float]], cells: int) -> None:
    bars = [Bar(f"row {place} \x1b[31m", tuple(one), str(round(sum(one)))) for place, one in enumerate(parts)]
    widths = {width(line) for line in bar_chart(bars, cells)}
    assert len(widths) == 1 and widths.pop() == cells
