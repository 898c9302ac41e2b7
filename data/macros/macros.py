"""Macros: several changes and a text for a ticket under one key, from a reviewed file (TICK-8)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field

from data.content import CONTENT
from data.models.base import Strict
from data.models.customer import Plan
from data.models.ticket import Priority, TicketEventKind, TicketState
from data.playbook.wording import WordingError, reading
from data.text import reviewed
from data.text.nearest import instead
from data.text.reviewed import ContentError, Fault, Place
from data.tickets.rules import FIELDS

MACROS_FILE = CONTENT / "macros.yaml"
GAPS = ("organisation", "agent", "customer", "person", "company", "number", "plan")
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


class Macro(Strict):
    """One macro. `set` gives fields their texts; `note` is for colleagues, `reply` is told to the customer."""

    id: str = Field(pattern="^[a-z0-9-]+$")
    key: str = Field(pattern="^[0-9a-z]$")
    title: str = Field(min_length=1, max_length=50)
    set: dict[str, str] = Field(default_factory=dict)
    remind_in_hours: Annotated[float, Field(gt=0, le=1000)] | None = None
    """Of open time: when the ticket comes back by itself."""
    note: str = ""
    reply: str = ""

    @property
    def text(self) -> str:
        """The text of the one kind or the other."""
        return self.reply or self.note

    @property
    def kind(self) -> TicketEventKind:
        """What the text becomes."""
        return TicketEventKind.REPLY if self.reply else TicketEventKind.NOTE


class Macros(Strict):
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
    document = reviewed.read(path)
    listed = reviewed.fitted(document, path, Macros)
    faults = [
        Fault(document.line(("macros", place, *where)), text, fix)
        for place, macro in enumerate(listed.macros)
        for where, text, fix in (*_faults(macro), *_taken(macro, listed.macros[:place]))
    ]
    if faults:
        raise ContentError(path, faults)
    return listed


_Found = tuple[Place, str, str]
"""Where in the macro, what is wrong, how it is mended."""


def _taken(macro: Macro, before: tuple[Macro, ...]) -> Iterator[_Found]:
    for name in ("key", "id", "title"):
        text = str(getattr(macro, name))
        if any(getattr(one, name) == text for one in before):
            yield (name,), f"the {name} '{text}' is taken by another macro", "write another one"


def _faults(macro: Macro) -> Iterator[_Found]:
    for name, text in macro.set.items():
        where = ("set", name)
        if name in OWN_WORDS:
            yield where, f"'{name}' holds what was told and done here, a macro leaves it alone", "write a note"
        elif name not in SETTABLE:
            yield where, f"a ticket has no field '{name}' to set", instead(name, SETTABLE)
        elif name in CHOICES and text not in CHOICES[name]:
            yield where, f"{name} cannot be '{text}'", instead(text, CHOICES[name])
        else:
            yield from _gaps(where, text)
    if macro.note and macro.reply:
        yield ("note",), "a macro has one text, a note for colleagues or a reply", "leave one of them out"
    yield from _gaps(("note",), macro.note)
    yield from _gaps(("reply",), macro.reply)
    if macro.remind_in_hours is not None and macro.set.get("state") != TicketState.PENDING:
        yield ("remind_in_hours",), "a reminder is for a pending ticket", "set state to pending as well"
    if not (macro.set or macro.text):
        yield (), f"the macro '{macro.id}' does nothing", "give it something to set, a note or a reply"


def _gaps(where: Place, text: str) -> Iterator[_Found]:
    try:
        names = reading(text).names
    except WordingError as error:
        yield where, f"this text cannot be filled in ({error})", "mend its {{ }}"
        return
    for name in sorted(names.difference(GAPS)):
        yield where, f"a macro knows no {{{{ {name} }}}}", instead(name, GAPS)
