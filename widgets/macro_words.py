"""What a staged macro would do, told line by line before it is done (TICK-8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from data.macros.staging import Staged
from data.models.ticket import TicketEventKind
from widgets.ticket_words import CHOICES, LABELS
from widgets.times import moment

TEXTS = {TicketEventKind.NOTE: "note for colleagues", TicketEventKind.REPLY: "told to the customer"}


@dataclass(frozen=True, slots=True)
class Preview:
    """One line: a sign, what it is about, and what becomes of it."""

    sign: str
    tone: str
    label: str
    text: str


def preview(staged: Staged) -> Iterator[Preview]:
    """What stands against it first, then every change, then what stays as it is and why."""
    for one in staged.blocked:
        yield Preview("✗", "bad", LABELS[one.field], f"{one.why}; nothing can be applied before")
    for change in staged.changes:
        old, new = _shown(change.field, change.old), _shown(change.field, change.new)
        yield Preview("●", "", LABELS[change.field], f"{old} → {new}")
    if staged.remind_at is not None:
        yield Preview("●", "", LABELS["remind_at"], f"→ {moment(staged.remind_at, staged.now)}")
    for one in staged.left_out:
        yield Preview("○", "dim", LABELS[one.field], one.why)
    if staged.saved_with_it:
        names = ", ".join(LABELS[name] for name in staged.saved_with_it)
        yield Preview("●", "", "with it", f"what was typed before: {names}")


def _shown(name: str, text: str) -> str:
    """A field's text as the form shows it."""
    label = next((label for value, label in CHOICES.get(name, ()) if value == text), text)
    return label.lstrip("0123456789 ") if name in CHOICES else label or "–"
