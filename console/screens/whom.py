"""Whom to call when nothing written fits: who is there now first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType

from console import actions
from console.screens.listing import ListDialog
from data.conduct.people import hours_of
from data.conduct.policy import PersonToCall
from widgets.lines import Row
from widgets.safe_text import Line, Span, fit, line, wrap

EMERGENCY = "emergency"


class WhomDialog(ListDialog[PersonToCall | str]):
    """A list; enter returns the person who was called, a key the wish for the emergency playbook."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings([actions.EMERGENCY]))
    empty = "Nobody is configured: the administrator names people in the duties of the shift."

    def __init__(self, people: Sequence[tuple[PersonToCall, bool]], site: datetime) -> None:
        """`people`: in their order, each with whether they are there now; `site`: the time there, by which they come
        and go. It is said where it is another than this machine's."""
        elsewhere = site.utcoffset() != site.astimezone().utcoffset()
        super().__init__(f"Whom to call · {site:%H:%M} at the site" if elsewhere else "Whom to call")
        self._people = {str(place): pair for place, pair in enumerate(people)}

    def foot(self) -> Sequence[Sequence[tuple[str, str]]]:
        emergency = (self.key_of("emergency"), "emergency playbook")
        called = [("enter", "called: record it")] if self._people else []
        return [[*called, emergency, ("esc", "back")]]

    def rows(self, cells: int) -> list[Row]:
        return [Row(key, _row(person, there, cells)) for key, (person, there) in self._people.items()]

    def about(self, key: str, cells: int) -> list[Line]:
        person, there = self._people[key]
        now = "is there now" if there else f"is not there now, but {hours_of(person)}"
        return [
            line((f" {person.name}: {person.number}", "bright")),
            *(line(f" {part}") for part in wrap(person.about, cells)[:1]),
            line((f" {'●' if there else '○'} ", "good" if there else "warn"), (now, "dim")),
        ]

    def take(self, key: str) -> None:
        self.dismiss(self._people[key][0])

    def action_emergency(self) -> None:
        """Open the emergency playbook."""
        self.dismiss(EMERGENCY)


def _row(person: PersonToCall, there: bool, cells: int) -> Line:
    number, hours = 17, 16
    room = max(12, cells - 3 - number - hours)
    name = max(8, room * 2 // 5)
    quiet = "" if there else "faint"
    return (
        Span(" ● " if there else " ○ ", "good" if there else "faint"),
        Span(fit(person.name, name - 1) + " ", "bright" if there else "faint"),
        Span(fit(person.number, number), quiet),
        Span(fit(hours_of(person), hours), "dim" if there else "faint"),
        Span(fit(person.about, room - name), "dim" if there else "faint"),
    )
