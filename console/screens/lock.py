"""The locked screen: whose it is, and a field for their password. What works behind it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from console import actions, keymap
from console.screens.sign_in import FOOT_COLUMNS, FOOT_LINES
from widgets.lines import Lines
from widgets.pane import PaneHeading
from widgets.safe_text import line, wrap
from widgets.secret_field import SecretField


class LockScreen(Screen[None]):
    """Covers whatever is open until its agent is back."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings([actions.LEAVE_LOCKED, actions.QUIT])]

    @dataclass
    class Unlock(Message):
        """Somebody typed a password."""

        password: str

        def __repr__(self) -> str:
            return "Unlock(…)"

    class Leave(Message):
        """The agent is to be signed off."""

    def __init__(self, name: str, state: str) -> None:
        super().__init__()
        self._agent = name
        self._state = state
        self._asking = False

    def compose(self) -> ComposeResult:
        with Vertical(id="lock"):
            yield PaneHeading()
            yield Lines(id="lock-whose")
            yield SecretField("password", id="lock-password", max_length=200)
            yield Lines(id="lock-foot", classes="foot")

    def on_mount(self) -> None:
        self.query_one(PaneHeading).set_text("Locked")
        self.query_one("#lock-whose", Lines).set_lines(
            [
                (),
                line((f" {self._agent}", "bright"), (f" · {self._state}", "dim")),
                line((" Calls and the hub go on; nothing that you typed is lost.", "dim")),
                (),
            ]
        )
        self.set_focus(self._field)
        self._foot("")

    @property
    def _field(self) -> SecretField:
        return self.query_one("#lock-password", SecretField)

    def tell(self, fault: str) -> None:
        """Say why it stays locked."""
        self._asking = False
        self._foot(fault)

    def _foot(self, fault: str, tone: str = "bad") -> None:
        key = keymap.of(self.app)
        keys = line(
            " ", ("enter", "key"), (" unlock", "dim"), "    ",
            (key("leave_locked"), "key"), (" sign off", "dim"), "    ", (key("quit"), "key"), (" quit", "dim"),
        )  # fmt: skip
        said = [line((f" {text}", tone)) for text in wrap(fault, FOOT_COLUMNS)[:FOOT_LINES]] if fault else [()]
        self.query_one("#lock-foot", Lines).set_lines([*said, keys])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._asking:
            return
        if not self._field.value:
            self._foot("Type your password.")
            return
        self._asking = True
        self._foot("One moment …", "dim")
        self.post_message(self.Unlock(self._field.taken()))

    def action_leave_locked(self) -> None:
        self.post_message(self.Leave())
