"""What a theme is made of: colours by role, and the few shapes that stand in where a colour cannot carry it."""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

SURFACES = {
    "background": "behind everything",
    "gap": "between the panes",
    "surface": "of a pane",
    "bar": "the lines at top and bottom, dialogs and notices",
    "field": "of a text field",
    "row": "under the cursor of a list",
    "band": "behind what is past due, and a field with a fault",
}
TONES = {
    "text": "values",
    "bright": "what is looked at first",
    "dim": "labels",
    "faint": "what is never needed",
    "line": "the line above a pane, and what is selected",
    "accent": "here, now, next",
    "good": "all is well",
    "bad": "a fault",
    "warn": "needs a look",
    "info": "for your information",
}
ROLES: dict[str, str] = {**SURFACES, **TONES}
"""Every role and what it is for."""
_SHAPES = {"row-style": "none", "field-style": "none", "edge": "none"}


def make(
    name: str, roles: Mapping[str, str], *, dark: bool, ansi: bool = False, shapes: Mapping[str, str] | None = None
) -> Theme:
    """A theme from a colour for each role.

    `ansi`: the colours are the terminal's own sixteen. `shapes`: `row-style` and `field-style` (text styles of the
    row under the cursor and of fields), `edge` (border of dialogs), for themes whose surfaces look alike."""
    shape = {**_SHAPES, **(shapes or {})}
    cursor = "reverse" if shape["row-style"] == "reverse" else "none"
    return Theme(
        name=name,
        dark=dark,
        ansi=ansi,
        primary=roles["accent"],
        secondary=roles["info"],
        accent=roles["accent"],
        warning=roles["warn"],
        error=roles["bad"],
        success=roles["good"],
        foreground=roles["text"],
        background=roles["background"],
        surface=roles["surface"],
        panel=roles["bar"],
        variables={
            **{f"role-{role}": roles[role] for role in ROLES},
            **{f"role-{name}": shape[name] for name in _SHAPES},
            "surface": roles["surface"],
            "panel": roles["bar"],
            "text-muted": roles["dim"],
            "block-cursor-background": roles["accent"],
            "block-cursor-foreground": roles["background"],
            "block-cursor-text-style": "bold" if cursor == "none" else "bold reverse",
            "block-cursor-blurred-background": roles["row"],
            "block-cursor-blurred-foreground": roles["bright"],
            "block-cursor-blurred-text-style": shape["row-style"],
            "input-cursor-background": roles["accent"] if cursor == "none" else roles["field"],
            "input-cursor-foreground": roles["background"] if cursor == "none" else roles["bright"],
            "input-cursor-text-style": cursor,
            "input-selection-background": roles["line"],
            "input-selection-foreground": roles["bright"],
            "screen-selection-background": roles["line"],
            "screen-selection-foreground": roles["bright"],
        },
    )


def roles_of(theme: Theme) -> dict[str, str]:
    """The colour of each role of a theme made by `make`."""
    return {role: theme.variables[f"role-{role}"] for role in ROLES}


def shapes_of(theme: Theme) -> dict[str, str]:
    """The shapes of a theme made by `make`."""
    return {name: theme.variables[f"role-{name}"] for name in _SHAPES}
