"""Signing on by name. Passwords and locks come with the hub's roles; the actor is a row from the first day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from console import actions, keymap
from widgets.fields import LineField
from widgets.lines import Lines, Row
from widgets.pane import PaneHeading
from widgets.safe_text import Line, Span, fit, line

if TYPE_CHECKING:
    from data.models.agent import Agent


class SignInScreen(Screen[None]):
    """One field and the people who are known here."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings([actions.QUIT, actions.NEXT_THEME])]

    @dataclass
    class SignOn(Message):
        """Somebody signs on."""

        name: str

    def __init__(self, organisation: str, practice: bool) -> None:
        super().__init__()
        self._organisation = organisation
        self._practice = practice
        self._new_name = ""
        """The unknown name that enter was pressed on once: a second enter adds it."""
        self.people: list[Agent] = []
        """Who is known at this hub."""

    def compose(self) -> ComposeResult:
        with Vertical(id="sign-in"):
            yield PaneHeading()
            yield Lines(id="sign-in-greeting")
            yield LineField("your name", id="sign-in-name", max_length=80)
            yield Lines(id="sign-in-people", led=True)
            yield Lines(id="sign-in-foot", classes="foot")

    def on_mount(self) -> None:
        self.query_one(PaneHeading).set_text("Sign on")
        floor = " · practice floor: nothing here is real" if self._practice else ""
        self.query_one("#sign-in-greeting", Lines).set_lines(
            [(), line((f" {self._organisation}", "bright"), (floor, "accent")), ()]
        )
        self.query_one("#sign-in-name").focus()
        self._foot("")
        self._list()

    def on_screen_resume(self) -> None:
        """Somebody else may sit here now: the field is empty again."""
        self.query_one("#sign-in-name", LineField).value = ""
        self._new_name = ""
        self._foot("")

    def show_people(self, people: Sequence[Agent]) -> None:
        """Offer the people who are known at this hub."""
        self.people = list(people)
        self._list()

    def tell(self, fault: str) -> None:
        """Say why signing on did not work."""
        self._foot(fault)

    def _foot(self, fault: str) -> None:
        quit_key = keymap.of(self.app)("quit")
        keys = line(
            " ",
            ("enter", "key"), (" sign on: you start not ready", "dim"), "    ", (quit_key, "key"), (" quit", "dim"),
        )  # fmt: skip
        self.query_one("#sign-in-foot", Lines).set_lines([line((f" {fault}", "bad")) if fault else (), keys])

    def _list(self) -> None:
        typed = self.query_one("#sign-in-name", LineField).value.strip().casefold()
        fitting = [one for one in self.people if typed in one.name.casefold()][:8]
        listed = self.query_one("#sign-in-people", Lines)
        if fitting:
            listed.set_rows(
                [Row(one.name, (Span("  " + fit(one.name, 30)), Span(str(one.role), "dim"))) for one in fitting]
            )
        else:
            hint: Line = (
                line((" A new name is welcome: it is added to the people of this hub.", "dim")) if typed else ()
            )
            listed.set_lines([hint])

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._list()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The typed name; a beginning that fits one person only means that person."""
        event.stop()
        typed = " ".join(event.value.split())
        listed = self.query_one("#sign-in-people", Lines)
        exact = [one for one in self.people if one.name.casefold() == typed.casefold()]
        fitting = [one for one in self.people if one.name.casefold().startswith(typed.casefold())] if typed else []
        if exact:
            typed = exact[0].name
        elif len(fitting) == 1:
            typed = fitting[0].name
        elif not typed and listed.key:
            typed = listed.key
        elif typed and typed != self._new_name:
            self._new_name = typed
            self._foot(f"Nobody here is called {typed}. Enter again adds this name; or mend it.")
            return
        self.post_message(self.SignOn(typed))

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        self.post_message(self.SignOn(event.key))

    def on_key(self, event: events.Key) -> None:
        listed = self.query_one("#sign-in-people", Lines)
        if event.key in ("up", "down"):
            event.stop()
            listed.move_cursor(listed.cursor_row + (1 if event.key == "down" else -1))
            if listed.key:
                field = self.query_one("#sign-in-name", LineField)
                with self.prevent(Input.Changed):
                    field.value = listed.key
                    field.cursor_position = len(listed.key)
