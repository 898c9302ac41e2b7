"""What a look at a seat finds: one sentence a check, what to do, and whether it is a fault."""

from __future__ import annotations

from enum import StrEnum

from data.models.base import Value


class State(StrEnum):
    """How bad it is."""

    OK = "ok"
    LOOK = "look"
    """Works, and somebody should look at it."""
    FAULT = "fault"
    """Something is broken, or will be soon."""


class Repair(StrEnum):
    """What `doctor --repair` can do: nothing of it touches what was typed."""

    MODES = "modes"
    LOG = "log"
    WORDS = "words"
    CUSTOMERS = "customers"


class Finding(Value):
    """The outcome of one check."""

    check: str
    state: State
    says: str
    do: str = ""
    """What to do; empty when all is well."""
    repair: Repair | None = None


def ok(check: str, says: str) -> Finding:
    """All is well."""
    return Finding(check=check, state=State.OK, says=says)


def look(check: str, says: str, do: str, repair: Repair | None = None) -> Finding:
    """It works, but."""
    return Finding(check=check, state=State.LOOK, says=says, do=do, repair=repair)


def fault(check: str, says: str, do: str, repair: Repair | None = None) -> Finding:
    """Broken."""
    return Finding(check=check, state=State.FAULT, says=says, do=do, repair=repair)
