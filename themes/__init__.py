"""What the console looks like: Textual themes with the console's own roles, and the style sheets beside them.

State is never told by colour alone: it has a shape and a word too. Text reaches a contrast of 4.5:1 on every
surface that it may stand on, in every theme (the faint tone, which is never needed, 3:1)."""

from __future__ import annotations

from pathlib import Path

from textual.theme import Theme

from themes.roles import ROLES, make, roles_of, shapes_of

__all__ = [
    "BY_NAME",
    "DEFAULT",
    "NO_COLOUR",
    "ROLES",
    "SIXTEEN",
    "STYLE_SHEETS",
    "THEMES",
    "make",
    "roles_of",
    "shapes_of",
]

STYLE_SHEETS = [Path(__file__).with_name("base.tcss"), Path(__file__).with_name("screens.tcss")]

NIGHT = make(
    "night",
    dark=True,
    roles={
        "background": "#10141a",
        "gap": "#1b2129",
        "surface": "#161b22",
        "bar": "#1c232c",
        "field": "#1f2731",
        "row": "#222d3b",
        "band": "#3a2a1a",
        "text": "#d5dae1",
        "bright": "#f2f5f8",
        "dim": "#909ba9",
        "faint": "#728090",
        "line": "#2b3440",
        "accent": "#e6a95a",
        "good": "#8fbf86",
        "bad": "#e5786d",
        "warn": "#e6a95a",
        "info": "#7fb4cc",
    },
)
DAY = make(
    "day",
    dark=False,
    roles={
        "background": "#e9e6df",
        "gap": "#d9d5cc",
        "surface": "#f6f4ef",
        "bar": "#dfdbd3",
        "field": "#e8e4db",
        "row": "#e4dccb",
        "band": "#f3dcbc",
        "text": "#2a2e33",
        "bright": "#0e1114",
        "dim": "#565c62",
        "faint": "#74797f",
        "line": "#c2bcb0",
        "accent": "#874d00",
        "good": "#2a672d",
        "bad": "#a8261c",
        "warn": "#874d00",
        "info": "#1d5f7d",
    },
)
CONTRAST = make(
    "contrast",
    dark=True,
    shapes={"edge": "round #ffffff"},
    roles={
        "background": "#000000",
        "gap": "#000000",
        "surface": "#000000",
        "bar": "#1a1a1a",
        "field": "#262626",
        "row": "#003157",
        "band": "#4a2a00",
        "text": "#ffffff",
        "bright": "#ffffff",
        "dim": "#d6d6d6",
        "faint": "#b4b4b4",
        "line": "#6a6a6a",
        "accent": "#ffd75f",
        "good": "#8cff8c",
        "bad": "#ffb0a6",
        "warn": "#ffd75f",
        "info": "#9fe0ff",
    },
)
"""Text at 7:1 and more on everything but the faint tone."""
COLOUR_BLIND = make(
    "colour-blind",
    dark=True,
    roles={
        **roles_of(NIGHT),
        "accent": "#f2d64b",
        "good": "#8accff",
        "bad": "#ff6a2b",
        "warn": "#fff08a",
        "info": "#c9cdd6",
    },
)
"""Blue, orange and yellow, each of another brightness, instead of green, red and amber."""
SIXTEEN = make(
    "16-colours",
    dark=True,
    ansi=True,
    shapes={"row-style": "reverse", "edge": "round ansi_white"},
    roles={
        "background": "ansi_black",
        "gap": "ansi_black",
        "surface": "ansi_black",
        "bar": "ansi_black",
        "field": "ansi_blue",
        "row": "ansi_black",
        "band": "ansi_black",
        "text": "ansi_bright_white",
        "bright": "ansi_bright_white",
        "dim": "ansi_white",
        "faint": "ansi_white",
        "line": "ansi_blue",
        "accent": "ansi_bright_yellow",
        "good": "ansi_bright_green",
        "bad": "ansi_bright_red",
        "warn": "ansi_bright_yellow",
        "info": "ansi_bright_cyan",
    },
)
"""For terminals without more: their own colours, those that every one of them shows bright on black."""
NO_COLOUR = make(
    "no-colour",
    dark=True,
    ansi=True,
    shapes={"row-style": "reverse", "field-style": "underline", "edge": "round ansi_default"},
    roles=dict.fromkeys(ROLES, "ansi_default"),
)
"""Nothing but the terminal's own two colours: bold, underlined and reversed text."""
THEMES: tuple[Theme, ...] = (NIGHT, DAY, CONTRAST, COLOUR_BLIND, SIXTEEN, NO_COLOUR)
BY_NAME = {theme.name: theme for theme in THEMES}
DEFAULT = NIGHT.name
