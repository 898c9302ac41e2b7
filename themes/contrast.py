"""How well text can be read: contrast as in WCAG 2.2, and what every theme of the console keeps to."""

from __future__ import annotations

from collections.abc import Iterator

from textual.color import Color
from textual.theme import Theme

from themes.roles import roles_of

READABLE, FAINT = 4.5, 3.0
"""Least contrast of text (WCAG 2.2, 1.4.3), and of what is never needed."""
ON: dict[str, tuple[str, ...]] = {
    "text": ("background", "surface", "bar", "field", "row", "band"),
    "bright": ("background", "surface", "bar", "field", "row", "band", "line"),
    "dim": ("background", "surface", "bar", "field", "row", "band"),
    "faint": ("surface", "bar", "field", "row", "band"),
    "accent": ("background", "surface", "bar", "field", "row", "band"),
    "good": ("surface", "bar", "row"),
    "bad": ("surface", "bar", "row", "band"),
    "warn": ("surface", "bar", "row", "band"),
    "info": ("surface", "bar", "row"),
    "background": ("accent",),
}
"""Tone and the surfaces that it may stand on. Background on accent is the cursor of a field."""


def luminance(colour: Color) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""

    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b)


def contrast(one: Color, other: Color) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def too_weak(theme: Theme) -> Iterator[tuple[str, str, float, float]]:
    """(tone, surface, contrast, what is wanted) of every pair of a theme that is hard to read. A theme of the
    terminal's own colours cannot be reckoned: nobody here knows them."""
    if theme.ansi:
        return
    colours = {role: Color.parse(text) for role, text in roles_of(theme).items()}
    for tone, surfaces in ON.items():
        wanted = FAINT if tone == "faint" else READABLE
        for surface in surfaces:
            ratio = contrast(colours[tone], colours[surface])
            if ratio < wanted:
                yield tone, surface, ratio, wanted
