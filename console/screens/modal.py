"""Modals: what they all share, and the general ones (a choice by key, yes or no, a text to read).

A modal returns a typed result; escape is always the safe way out. Those that the agent opened by a key
take the next key at once; `arrived=True` is for those that come by themselves: they take no accepting key
for 700 ms, because the agent may be typing."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets._toast import ToastRack

from console import actions, keymap
from data.playbook.choices import KeyedChoice
from widgets.lines import Lines, Row
from widgets.pane import PaneHeading
from widgets.safe_text import Line, Span, fit, line, wrap

GUARD_S = 0.7
HEIGHTS = [(0, "-short"), (36, "-roomy")]
"""From so many lines on there is room for what is told under a dialog."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    """What a dialog asks about something that may be gone before it is answered."""

    now: Callable[[], str]
    """What is to be asked now, as its heading; empty when there is nothing to ask any more."""
    gone: Callable[[], None]
    """Says so."""


class Dialog(ModalScreen[T], Generic[T]):
    """A box in the middle with a heading. Sub-classes compose `compose_body`."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings([actions.BACK, actions.OPEN_SYNC, actions.HELP]))
    VERTICAL_BREAKPOINTS = HEIGHTS
    arrived: ClassVar[bool] = False

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._opened = time.monotonic()
        self.question: Question | None = None
        """Given by whoever opens it, where calls come and go under the question."""

    def compose(self) -> ComposeResult:
        self._still = ExitStack()
        self._still.enter_context(self.app.batch_update())
        with Vertical(id="dialog"):
            yield PaneHeading()
            yield from self.compose_body()

    def on_screen_resume(self) -> None:
        """Draw once, when everything is in its place: each picture of a dialog is one of the whole screen. What is told
        stands over the dialog and not under it as well; the screen below shows it again when it is on top."""
        for under in self.app.screen_stack[:-1]:
            for rack in under.query_children(ToastRack):
                rack.display = False
        self.call_later(self._still.close)
        self.call_later(self.ask_anew)

    def ask_anew(self) -> None:
        """Ask what is so now. Where there is nothing to ask any more this closes, under another dialog as soon as that has."""
        question = self.question
        if question is None or not self.is_mounted:
            return
        title = question.now()
        if title:
            self._title = title
            self.query_one(PaneHeading).set_text(title)
        elif self.app.screen is self:
            self.question = None
            # it may not have been drawn yet, and what waits for that must not wait for ever
            self._still.close()
            self.dismiss(None)
            question.gone()

    def compose_body(self) -> ComposeResult:
        """What stands under the heading."""
        yield from ()

    def on_mount(self) -> None:
        self.furnish()

    def furnish(self) -> None:
        """Fill what was composed. Sub-classes add to this and not to `on_mount`, of which Textual calls every base class's
        as well."""
        self.query_one(PaneHeading).set_text(self._title)

    def key_of(self, action: str) -> str:
        """How the key of an action is written."""
        return keymap.of(self.app)(action)

    @property
    def guarded(self) -> bool:
        """Whether accepting keys are still ignored."""
        return self.arrived and time.monotonic() - self._opened < GUARD_S

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Before there are fields nothing is done with them: such a key came in one breath with the one that opened this."""
        return (action == "safe" or self.is_mounted) and super().check_action(action, parameters)

    def too_early(self, action: Callable[[], object]) -> bool:
        """Whether this is not all there yet; the action is then taken as soon as it is."""
        if not self.is_mounted:
            self.call_later(action)
        return not self.is_mounted

    def action_safe(self) -> None:
        """Leave without doing anything."""
        if not self.too_early(self.action_safe):
            self.dismiss(None)

    def action_help(self) -> None:
        """Where the keys of a dialog stand; those that need more say it themselves."""
        told = (
            f"The keys of this stand on its last line; {self.key_of('help')} explains the panes once it is closed."
        )
        self.app.notify(told, markup=False, timeout=4)

    def action_sync(self) -> None:
        """The list of what is not settled is opened from the workspace: nothing here is left for it."""
        told = f"{self.key_of('sync')} opens Sync once this is closed; {self.key_of('back')} closes it."
        self.app.notify(told, markup=False, timeout=4)


class ChooseDialog(Dialog[str]):
    """One of a few choices, each with a key of its own. Returns the label."""

    def __init__(self, title: str, choices: Sequence[KeyedChoice], note: str = "") -> None:
        super().__init__(title)
        self._choices = choices
        self._note = note

    def compose_body(self) -> ComposeResult:
        listed = Lines(id="choices", focusable=True)
        listed.styles.height = len(self._choices) + 1
        yield listed
        yield Lines(id="dialog-foot", classes="foot")

    def furnish(self) -> None:
        super().furnish()
        rows = [
            Row(choice.key, line("  ", (choice.key, "accent"), "   ", choice.label)) for choice in self._choices
        ]
        listed = self.query_one("#choices", Lines)
        listed.set_rows(rows)
        self.set_focus(listed)
        foot: list[Line] = [line((f" {self._note}", "dim"))] if self._note else []
        foot.append(line(" ", ("esc", "key"), (" back", "dim")))
        self.query_one("#dialog-foot", Lines).set_lines(foot)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        self._take(event.key)

    def on_key(self, event: events.Key) -> None:
        if event.character and any(choice.key == event.character for choice in self._choices):
            event.stop()
            self._take(event.character)

    def _take(self, key: str) -> None:
        if not self.guarded:
            self.dismiss(next(choice.label for choice in self._choices if choice.key == key))


class ConfirmDialog(Dialog[bool]):
    """Yes or no; the safe choice is no, and escape means it."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings([actions.CONFIRM, actions.REFUSE]))

    def __init__(self, title: str, lines: Sequence[str], yes: str, no: str = "back") -> None:
        super().__init__(title)
        self._lines, self._yes, self._no = lines, yes, no

    def compose_body(self) -> ComposeResult:
        text = Lines(id="dialog-text")
        text.styles.height = len(self._lines) + 3
        yield text

    def furnish(self) -> None:
        super().furnish()
        yes = self.key_of("confirm")
        keys = line(" ", (yes, "accent"), f"  {self._yes}", "     ", ("esc", "key"), (f" {self._no}", "dim"))
        self.query_one("#dialog-text", Lines).set_lines([(), *(line(f" {text}") for text in self._lines), (), keys])

    def action_accept(self) -> None:
        """Yes."""
        if not self.guarded:
            self.dismiss(True)

    def action_refuse(self) -> None:
        """No, and leave."""
        self.dismiss(False)


READING_CELLS = 94
"""The widest that a dialog with something to read gets."""


class Reading(Dialog[T]):
    """Something to read, laid out for the window; up and down scroll. Sub-classes write and say the keys."""

    def compose_body(self) -> ComposeResult:
        yield Lines(id="dialog-read", focusable=True)
        yield Lines(id="dialog-foot", classes="foot")

    @abstractmethod
    def write(self, cells: int) -> Sequence[Line]:
        """The lines for so many cells."""

    def foot(self) -> Line:
        """The keys."""
        return line(" ", ("esc", "key"), (" back", "dim"))

    def furnish(self) -> None:
        super().furnish()
        self.query_one("#dialog").add_class("-reading")
        self._lay_out()
        self.set_focus(self.query_one("#dialog-read", Lines))
        self.query_one("#dialog-foot", Lines).set_lines([self.foot()])

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        edges = 6
        lines = self.write(min(READING_CELLS, self.app.size.width * 96 // 100) - edges)
        text = self.query_one("#dialog-read", Lines)
        text.styles.height = len(lines)
        text.set_lines(list(lines))


class ReadDialog(Reading[None]):
    """A text; escape closes."""

    def __init__(self, title: str, write: Callable[[int], Sequence[Line]]) -> None:
        """`write` gives the lines for so many cells."""
        super().__init__(title)
        self._text = write

    def write(self, cells: int) -> Sequence[Line]:
        return self._text(cells)


KEY_CELLS = 10


def key_lines(groups: Sequence[tuple[str, Sequence[tuple[str, str]]]], cells: int) -> list[Line]:
    """Groups of (key, sentence) as a table; long sentences go on under themselves."""
    lines: list[Line] = []
    for name, keys in groups:
        lines += [(), line((f" {name}", "accent"))]
        for key, sentence in keys:
            for place, part in enumerate(wrap(sentence, cells - KEY_CELLS)):
                lines.append((Span(f"   {fit(key if place == 0 else '', KEY_CELLS - 3)}", "key"), Span(part)))
    return lines[1:]
