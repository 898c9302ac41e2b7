"""The tones in which text is written: roles of the theme, never colours.

A tone is worked out once a theme, not by style sheet for each widget: a component style costs a restyling for every
widget that has it, and a screen of eighty widgets was opened and switched four times as slowly with a dozen each."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from rich.style import Style
from textual.app import App
from textual.color import Color


class Tone(NamedTuple):
    """The role of its letters, whether they are bold, and the role behind them where that is another one."""

    role: str
    bold: bool | None = None
    behind: str = ""


TONES: dict[str, Tone] = {
    "dim": Tone("dim"),
    "faint": Tone("faint"),
    "bright": Tone("bright", bold=True),
    "accent": Tone("accent", bold=True),
    "good": Tone("good"),
    "bad": Tone("bad"),
    "warn": Tone("warn"),
    "info": Tone("info"),
    "key": Tone("text", bold=True),
    "band": Tone("accent", behind="band"),
    "bar": Tone("dim", behind="bar"),
    "rule": Tone("line", bold=False),
}


def style_of(app: App[object], tone: str) -> Style:
    """How letters of a tone look in the theme of the moment.

    Raises:
        KeyError: there is no such tone.
    """
    if not tone:
        return Style.null()
    role, bold, behind = TONES[tone]
    variables = app.theme_variables
    return _style(variables[f"role-{role}"], variables[f"role-{behind}"] if behind else "", bold)


def cursor_of(app: App[object]) -> Style:
    """What the row under the cursor adds to the look of its letters."""
    shape = app.theme_variables["role-row-style"]
    return _style("", app.theme_variables["role-row"], None) + Style.parse(shape)


@lru_cache(maxsize=512)
def _style(colour: str, behind: str, bold: bool | None) -> Style:
    return Style(
        color=Color.parse(colour).rich_color if colour else None,
        bgcolor=Color.parse(behind).rich_color if behind else None,
        bold=bold,
    )
