"""What the console looks like: Textual themes with the console's own roles, and the style sheets beside them.

Roles: dim and faint text, the line above a pane, bars at top and bottom, fields, the band behind what is past
due, the row under the cursor. State is never told by colour alone: it has a shape and a word too."""

from __future__ import annotations

from pathlib import Path

from textual.theme import Theme

STYLE_SHEETS = [Path(__file__).with_name("base.tcss"), Path(__file__).with_name("screens.tcss")]


def _theme(name: str, *, dark: bool, roles: dict[str, str]) -> Theme:
    return Theme(
        name=name,
        dark=dark,
        primary=roles["accent"],
        secondary=roles["info"],
        accent=roles["accent"],
        warning=roles["accent"],
        error=roles["bad"],
        success=roles["good"],
        foreground=roles["text"],
        background=roles["background"],
        surface=roles["surface"],
        panel=roles["bar"],
        variables={
            "role-text": roles["text"],
            "role-bright": roles["bright"],
            "role-dim": roles["dim"],
            "role-faint": roles["faint"],
            "role-line": roles["line"],
            "role-bar": roles["bar"],
            "role-field": roles["field"],
            "role-band": roles["band"],
            "role-row": roles["row"],
            "role-accent": roles["accent"],
            "role-good": roles["good"],
            "role-bad": roles["bad"],
            "role-warn": roles["warn"],
            "role-info": roles["info"],
            "input-cursor-background": roles["accent"],
            "input-cursor-foreground": roles["background"],
            "input-selection-background": roles["line"],
            "input-selection-foreground": roles["bright"],
        },
    )


NIGHT = _theme(
    "night",
    dark=True,
    roles={
        "background": "#10141a",
        "surface": "#161b22",
        "bar": "#1c232c",
        "line": "#2b3440",
        "text": "#d5dae1",
        "bright": "#f2f5f8",
        "dim": "#8a95a3",
        "faint": "#66717f",
        "accent": "#e6a95a",
        "good": "#8fbf86",
        "bad": "#e5786d",
        "warn": "#e6a95a",
        "info": "#7fb4cc",
        "field": "#1f2731",
        "band": "#3a2a1a",
        "row": "#243040",
    },
)
DAY = _theme(
    "day",
    dark=False,
    roles={
        "background": "#e9e6df",
        "surface": "#f6f4ef",
        "bar": "#dcd8cf",
        "line": "#c2bcb0",
        "text": "#2a2e33",
        "bright": "#0e1114",
        "dim": "#575d63",
        "faint": "#7c8187",
        "accent": "#8a4f00",
        "good": "#2c6a2f",
        "bad": "#a8261c",
        "warn": "#8a4f00",
        "info": "#1d5f7d",
        "field": "#e6e2d8",
        "band": "#f3dcbc",
        "row": "#e2d9c6",
    },
)
THEMES: tuple[Theme, ...] = (NIGHT, DAY)
DEFAULT = NIGHT.name
