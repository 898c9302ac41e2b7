"""What every pane is: a surface with one thin line on top that carries its key, its name and its figure."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.strip import Strip
from textual.widget import Widget

from widgets.safe_text import clean, fit
from widgets.tones import style_of

KeyOf = Callable[[str], str]
"""How the key of an action is written here and now. Panes are given one, because keys can be changed."""


def with_keys(text: str, key_of: KeyOf) -> str:
    """A text of ours with the keys put in: `{save_ticket} saves` becomes `F10 saves`."""
    return re.sub(r"\{(\w+)\}", lambda found: key_of(found[1]), text)


class PaneHeading(Widget):
    """The line on top: bright and thick when the pane has the focus, thin otherwise."""

    DEFAULT_CSS = "PaneHeading { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._text = ""

    def set_text(self, text: str) -> None:
        """Change what the line carries."""
        if text != self._text:
            self._text = text
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The only line."""
        focused = isinstance(self.parent, Widget) and self.parent.has_focus_within
        plain = self.rich_style
        text_style = plain + style_of(self.app, "accent") if focused else plain
        rule_style = text_style if focused else plain + style_of(self.app, "rule")
        rule = "━" if focused else "─"
        shown = clean(self._text)
        room = self.size.width - 2
        if cell_len(shown) > room:
            shown = fit(shown, room)
        tail = self.size.width - 1 - cell_len(shown)
        return Strip(
            [Segment(rule, rule_style), Segment(shown, text_style), Segment(rule * max(0, tail), rule_style)],
            self.size.width,
        )


class Pane(Vertical):
    """A pane. Sub-classes compose their body in `compose_body` and say who takes the focus."""

    DEFAULT_CSS = "Pane { height: 1fr; }"
    go_action: ClassVar[str] = ""
    """The action that goes here."""
    pane_name: ClassVar[str] = ""
    help_text: ClassVar[str] = ""
    """What help says about this pane: plain sentences, `{action}` for a key."""

    def __init__(self, *, id: str, key_of: KeyOf = str) -> None:
        """`key_of` is asked for every key that the pane names; by itself, a pane names the actions instead."""
        super().__init__(id=id)
        self.key_of = key_of
        self._heading = PaneHeading()

    @property
    def pane_key(self) -> str:
        """The key that goes here."""
        return self.key_of(self.go_action)

    def compose(self) -> ComposeResult:
        yield self._heading
        yield from self.compose_body()

    def compose_body(self) -> ComposeResult:
        """The widgets under the heading."""
        yield from ()

    def on_mount(self) -> None:
        self.set_heading()

    @property
    def mark(self) -> str:
        """What a tab says of this pane while it cannot be seen: a figure, a sign, or nothing."""
        return ""

    def set_heading(self, figure: str = "") -> None:
        """Show key, name and the figure of the moment."""
        name = f"{self.pane_key} {self.pane_name}".strip()
        self._heading.set_text(f"{name} · {figure}" if figure else name)

    def focus_target(self) -> Widget:
        """The widget that gets the focus when somebody goes to this pane."""
        return self

    def go(self) -> None:
        """Take the focus."""
        self.focus_target().focus()

    def on_descendant_focus(self) -> None:
        self._heading.refresh()

    def on_descendant_blur(self) -> None:
        self._heading.refresh()
