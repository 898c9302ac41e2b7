"""Signing in: by name where everybody may, by name and password where agents share a seat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from widgets.safe_text import Span, fit, line, wrap
from widgets.secret_field import SecretField

if TYPE_CHECKING:
    from data.models.agent import Agent

FOOT_LINES, FOOT_COLUMNS = 9, 68
FEW_LINES = 3
"""So much may be said beside the list of people; a longer sentence takes its place."""
BACK_KEY = "shift+tab"
"""Textual's own key for the field before."""
WITHOUT_FORMER = (
    "Without the former password you begin here with nothing, and what waits here for the hub stays locked: enter once"
    " more to begin so, or type it."
)


class _NameField(LineField):
    """Goes on to the password within its own key: a message would let the next letters by, and a password typed in
    one breath would stand in the name for all to read."""

    def __init__(self, go_on: Callable[[], None]) -> None:
        super().__init__("your name", id="sign-in-name", max_length=80)
        self._then = go_on

    async def action_submit(self) -> None:
        self._then()


class SignInScreen(Screen[None]):
    """The name, the password where there is one, and the people who are known here."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings([actions.QUIT, actions.NEXT_THEME])]

    @dataclass
    class SignOn(Message):
        """Somebody signs on by name."""

        name: str

    @dataclass
    class SignIn(Message):
        """Somebody signs in with a password."""

        name: str
        password: str
        former: str
        afresh: bool

        def __repr__(self) -> str:
            return f"SignIn({self.name!r}, …)"

    def __init__(self, organisation: str, practice: bool, by_password: bool = False) -> None:
        super().__init__()
        self._organisation = organisation
        self._practice = practice
        self._by_password = by_password
        self._new_name = ""
        """The unknown name that enter was pressed on once: a second enter adds it."""
        self._afresh = False
        """Enter was pressed once without the former password."""
        self._sent = ""
        """The password that the door was asked about, for when the former one is wanted as well."""
        self._asking = False
        """The door is being asked: another enter changes nothing."""
        self._said = ""
        self.people: list[Agent] = []
        """Who is known at this hub; with passwords, who signed in at this seat before."""

    def compose(self) -> ComposeResult:
        with Vertical(id="sign-in"):
            yield PaneHeading()
            yield Lines(id="sign-in-greeting")
            if not self._by_password:
                yield LineField("your name", id="sign-in-name", max_length=80)
            else:
                yield _NameField(self._name_typed)
                yield SecretField("password", id="sign-in-password", max_length=200)
                yield SecretField("former password", id="sign-in-former", max_length=200)
            yield Lines(id="sign-in-people", led=True)
            yield Lines(id="sign-in-foot", classes="foot")

    def on_mount(self) -> None:
        self.query_one(PaneHeading).set_text("Sign in" if self._by_password else "Sign on")
        floor = " · practice floor: nothing here is real" if self._practice else ""
        self.query_one("#sign-in-greeting", Lines).set_lines(
            [(), line((f" {self._organisation}", "bright"), (floor, "accent")), ()]
        )
        self._ask_former(False)
        self.set_focus(self._typed_name)
        self._foot(self._said)
        self._list()

    @property
    def _typed_name(self) -> LineField:
        return self.query_one("#sign-in-name", LineField)

    def on_screen_suspend(self) -> None:
        """Whoever was let in is behind this screen no longer."""
        self._sent = ""

    def on_screen_resume(self) -> None:
        """Somebody else may sit here now: the fields are empty again."""
        self._typed_name.value = ""
        self._new_name = ""
        self._asking = False
        self._ask_former(False)
        if self._by_password:
            self.query_one("#sign-in-password", SecretField).value = ""
        self.set_focus(self._typed_name)
        self._foot(self._said)
        self._said = ""

    def show_people(self, people: Sequence[Agent]) -> None:
        """Offer the people who are known at this hub."""
        self.people = list(people)
        self._list()

    def tell(self, fault: str, *, former: bool = False, name: bool = False) -> None:
        """Say why signing in did not work, and go to what is to be typed: the name for `name`, else the password; with `former`, the
        former password is asked for too, and the one that was typed is kept."""
        self._asking = False
        sent, self._sent = self._sent, ""
        if former:
            self._ask_former(True)
            password = self.query_one("#sign-in-password", SecretField)
            password.value = sent or password.value
            self.set_focus(self.query_one("#sign-in-former", SecretField) if password.value else password)
        elif self._by_password and name:
            self.set_focus(self._typed_name)
            self._typed_name.select_all()
        elif self._by_password:
            self._to_password()
        self._foot(fault)

    def tell_when_seen(self, sentence: str) -> None:
        """Say something once this screen is in front again."""
        self._said = sentence
        if self.is_current:
            self._foot(sentence)

    def _ask_former(self, asked: bool) -> None:
        self._afresh = False
        if self._by_password:
            field = self.query_one("#sign-in-former", SecretField)
            field.value = ""
            field.display = asked

    def _foot(self, fault: str, tone: str = "bad") -> None:
        keymap_of = keymap.of(self.app)
        then = " sign in: you start not ready" if self._by_password else " sign on: you start not ready"
        back = (("    ", ""), (BACK_KEY, "key"), (" the name", "dim")) if fault and self._beyond_the_name else ()
        keys = line(
            " ", ("enter", "key"), (then, "dim"), *back, "    ", (keymap_of("quit"), "key"), (" quit", "dim")
        )
        said = [line((f" {text}", tone)) for text in wrap(fault, FOOT_COLUMNS)[:FOOT_LINES]] if fault else [()]
        self.query_one("#sign-in-foot", Lines).set_lines([*said, keys])
        self.query_one("#sign-in-people").display = len(said) <= FEW_LINES

    @property
    def _beyond_the_name(self) -> bool:
        """A password has the keys: the name is one field back."""
        return self._by_password and self.focused is not None and self.focused is not self._typed_name

    def _list(self) -> None:
        typed = self._typed_name.value.strip().casefold()
        fitting = [one for one in self.people if typed in one.name.casefold()][:8]
        listed = self.query_one("#sign-in-people", Lines)
        if fitting:
            listed.set_rows(
                [
                    Row(
                        one.name,
                        (
                            Span("  " + fit(one.name, 30)),
                            Span("signed in here before" if self._by_password else str(one.role), "dim"),
                        ),
                    )
                    for one in fitting
                ]
            )
        else:
            listed.set_lines([line((self._hint(), "dim")) if typed else ()])

    def _hint(self) -> str:
        if self._by_password:
            return " The first time on this seat: the hub is asked."
        return " A new name is welcome: it is added to the people of this hub."

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input is self._typed_name:
            self._list()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """By name that is all; from the last field of the others: sign in."""
        event.stop()
        if self._by_password:
            self._submit_password()
        else:
            self._submit_name(event.value)

    def _name_typed(self) -> None:
        self._complete_name()
        self._to_password()

    def _to_password(self) -> None:
        self.set_focus(self.query_one("#sign-in-password", SecretField))

    def _complete_name(self) -> None:
        """A beginning that fits one person only means that person."""
        if not self.people:
            return
        from data.queue.people import meant  # whoever brought people has it in memory

        known = meant(self.people, self._typed_name.value)
        listed = self.query_one("#sign-in-people", Lines)
        name = known.name if known is not None else listed.key if not self._typed_name.value.strip() else None
        if name:
            self._typed_name.value = name

    def _submit_password(self) -> None:
        password = self.query_one("#sign-in-password", SecretField)
        former = self.query_one("#sign-in-former", SecretField)
        if self._asking:
            return
        if not password.value:
            self._foot("Type your password.")
            self._to_password()
            return
        if former.display and former is not self.focused and not former.value:
            self.set_focus(former)
            return
        afresh = bool(former.display and not former.value)
        if afresh and not self._afresh:
            self._afresh = True
            self._foot(WITHOUT_FORMER)
            return
        self._complete_name()
        self._asking = True
        self._foot("One moment …", "dim")
        self._sent = password.taken()
        self.post_message(self.SignIn(self._typed_name.value, self._sent, former.taken(), afresh))

    def _submit_name(self, typed: str) -> None:
        from data.queue.people import meant

        typed = " ".join(typed.split())
        listed = self.query_one("#sign-in-people", Lines)
        known = meant(self.people, typed)
        if known is not None:
            typed = known.name
        elif not typed and listed.key:
            typed = listed.key
        elif typed and typed != self._new_name:
            self._new_name = typed
            self._foot(f"Nobody here is called {typed}. Enter again adds this name; or mend it.")
            return
        self.post_message(self.SignOn(typed))

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        if not self._by_password:
            self.post_message(self.SignOn(event.key))
            return
        self._typed_name.value = event.key
        self._to_password()

    def on_key(self, event: events.Key) -> None:
        listed = self.query_one("#sign-in-people", Lines)
        if event.key in ("up", "down"):
            event.stop()
            listed.move_cursor(listed.cursor_row + (1 if event.key == "down" else -1))
            if listed.key:
                with self.prevent(Input.Changed):
                    self._typed_name.value = listed.key
                    self._typed_name.cursor_position = len(listed.key)
