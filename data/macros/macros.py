"""Macros: several changes and a text for a ticket under one key, from a reviewed file (TICK-8)."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import Annotated, Any

from pydantic import Field, model_validator

from data.content import CONTENT
from data.models.base import Value
from data.models.customer import Plan
from data.models.ticket import Priority, TicketEventKind, TicketState
from data.text.reviewed import Reviewed, read
from data.tickets.rules import FIELDS

MACROS_FILE = CONTENT / "macros.yaml"
GAPS = ("organisation", "agent", "customer", "ticket", "number")
"""What a text may name, as the script does."""
OWN_WORDS = frozenset({"title", "details", "code", "worksheet"})
"""Fields that hold what was told and done here: a macro has nothing to write into them."""
SETTABLE = tuple(name for name in FIELDS if name not in OWN_WORDS)
CHOICES: dict[str, tuple[str, ...]] = {
    "state": tuple(one.value for one in TicketState),
    "priority": tuple(one.value for one in Priority),
    "type": tuple(str(one.value) for one in Plan),
}
MOST = 15


class Macro(Value, extra="forbid"):
    """One macro. `set` gives fields their texts; `note` is for colleagues, `reply` is told to the customer."""

    id: str = Field(pattern="^[a-z0-9-]+$")
    key: str = Field(pattern="^[0-9a-z]$")
    title: str = Field(min_length=1, max_length=50)
    set: dict[str, str] = Field(default_factory=dict)
    remind_in_hours: Annotated[float, Field(gt=0, le=1000)] | None = None
    """Of open time: when the ticket comes back by itself."""
    note: str = ""
    reply: str = ""

    @model_validator(mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        """A key or a type is written as a digit, without quotes."""
        if not isinstance(value, dict):
            return value
        held = dict(value)
        if type(held.get("key")) is int:
            held["key"] = str(held["key"])
        if isinstance(held.get("set"), dict):
            held["set"] = {name: str(text) if type(text) is int else text for name, text in held["set"].items()}
        return held

    @property
    def text(self) -> str:
        """The text of the one kind or the other."""
        return self.reply or self.note

    @property
    def kind(self) -> TicketEventKind:
        """What the text becomes."""
        return TicketEventKind.REPLY if self.reply else TicketEventKind.NOTE


class Macros(Value, extra="forbid"):
    """The macros of an organisation, in the order in which they are listed."""

    macros: tuple[Macro, ...] = Field(max_length=MOST)

    def macro(self, macro_id: str) -> Macro | None:
        """A macro by its id."""
        return next((one for one in self.macros if one.id == macro_id), None)


def load_macros(path: Path = MACROS_FILE) -> Macros:
    """Read a file of macros.

    Raises:
        ContentError: unreadable, something unknown or unfit in it, or a key, id or title that stands twice.
    """
    file = read(path, Macros)
    for place, macro in enumerate(file.content.macros):
        _check(file, place, macro)
    for name in ("key", "id", "title"):
        known: dict[str, Macro] = {}
        for place, macro in enumerate(file.content.macros):
            text = str(getattr(macro, name))
            if text in known:
                other = known[text].id if name != "id" else "another macro"
                raise file.fault(("macros", place, name), f"'{text}' is taken by {other}: write another one")
            known[text] = macro
    return file.content


def _check(file: Reviewed[Macros], place: int, macro: Macro) -> None:
    for name, text in macro.set.items():
        where = ("macros", place, "set", name)
        if name in OWN_WORDS:
            raise file.fault(where, "this holds what was told and done here, a macro leaves it alone: write a note")
        if name not in SETTABLE:
            raise file.fault(where, f"a ticket has no such field; known are {', '.join(SETTABLE)}")
        if name in CHOICES and text not in CHOICES[name]:
            raise file.fault(where, f"'{text}' is none of {', '.join(CHOICES[name])}: write one of them")
        _check_gaps(file, where, text)
    if macro.note and macro.reply:
        raise file.fault(
            ("macros", place, "note"), "a macro has one text: a note for colleagues, or a reply; leave one out"
        )
    for name in ("note", "reply"):
        _check_gaps(file, ("macros", place, name), str(getattr(macro, name)))
    if macro.remind_in_hours is not None and macro.set.get("state") != TicketState.PENDING:
        raise file.fault(
            ("macros", place, "remind_in_hours"), "a reminder is for a pending ticket: set state to pending as well"
        )
    if not (macro.set or macro.text):
        raise file.fault(("macros", place), "it does nothing: give it something to set, a note or a reply")


def _check_gaps(file: Reviewed[Macros], where: tuple[str | int, ...], text: str) -> None:
    template = Template(text)
    if not template.is_valid():
        raise file.fault(where, "a $ stands alone: write $$ for the sign itself")
    for name in template.get_identifiers():
        if name not in GAPS:
            raise file.fault(where, f"nothing is known as ${name}; known are ${', $'.join(GAPS)}")
