"""What is not settled between a seat and its hub, as one reads it in a list; and which value a choice means. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from data.tickets.rules import FIELDS

JOINED: dict[tuple[str, str], str] = {
    ("ticket", "details"): "\n",
    ("ticket", "title"): " / ",
    ("ticket", "worksheet"): " / ",
    ("customer", "notes"): " / ",
}
"""(entity, field) → what stands between two texts that are both kept: under each other where there are lines."""
HIDDEN = frozenset({"id", "at", "actor", "by", "made_by", "made_at", "created_at", "created_by", "updated_at"})
"""Fields that nobody typed."""


class Choice(StrEnum):
    """Which value of a conflict holds."""

    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"
    """Texts only."""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change of this seat that the hub has not taken."""

    op_id: str
    entity: str
    entity_id: str
    new: bool
    """It makes the record; else it changes some of its fields."""
    values: dict[str, Any] = field(default_factory=dict)
    """What was typed, by field."""
    at: datetime | None = None
    about: str = ""
    """The ticket with its title, the customer's name."""
    ticket_id: str | None = None
    why: str = ""
    """Why the hub refused it; of a queued one what went wrong at the last try."""

    @property
    def texts(self) -> dict[str, str]:
        """What goes back into the form of its ticket, when it was typed there; else nothing."""
        if self.entity != "ticket" or self.new:
            return {}
        typed = {name: value for name, value in self.values.items() if name in FIELDS}
        return {name: "" if value is None else str(value) for name, value in typed.items()}


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """A field that was changed here and elsewhere without one having seen the other."""

    id: str
    entity: str
    entity_id: str
    field: str
    mine: Any
    theirs: Any
    now: Any
    """The value in place."""
    seen: int
    """The hub's version of the record in which it is."""
    at: datetime
    about: str = ""
    ticket_id: str | None = None
    by: str = ""
    """Who wrote theirs, where that is known."""
    by_at: datetime | None = None

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be chosen."""
        texts = isinstance(self.mine, str) and isinstance(self.theirs, str) and self.mine and self.theirs
        both = (self.entity, self.field) in JOINED and texts
        return (Choice.MINE, Choice.THEIRS, Choice.BOTH) if both else (Choice.MINE, Choice.THEIRS)

    def value(self, choice: Choice) -> Any:
        """The value that a choice means: of both the one in place comes first."""
        if choice is Choice.BOTH:
            return f"{self.theirs}{JOINED[self.entity, self.field]}{self.mine}"
        return self.mine if choice is Choice.MINE else self.theirs


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Everything of a seat that is not settled."""

    queued: tuple[ChangeLine, ...] = ()
    """The oldest of them."""
    waiting: int = 0
    """How many there are in all."""
    refused: tuple[ChangeLine, ...] = ()
    conflicts: tuple[ConflictLine, ...] = ()
    """The newest first."""
