"""What waits, was refused or is in conflict, in words: what a record is called, its fields, their values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from data.models.customer import Plan
from data.unsettled.rules import ChangeLine, Choice, ConflictLine
from widgets.differing import differing
from widgets.safe_text import size_of
from widgets.ticket_words import LABELS

NOUNS = {
    "agent": "person",
    "agent_move": "state of agent",
    "agent_status": "state of agent",
    "article_read": "article that was read",
    "callback_attempt": "try of a callback",
    "card_step": "card of the script",
    "conduct": "note on conduct",
    "contact_event": "history of a contact",
    "duty_step": "step of a checklist",
    "notice_seen": "acknowledgement",
    "report_rung": "way of a queue report",
    "reporter_duty": "turn of a reporter",
    "request": "wish to the telephone",
    "ticket_event": "history of ticket",
    "time_entry": "entry of the time clock",
}
"""Records whose name in the store is not what they are called."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
MOST_FIELDS = 4
"""So many fields are named in a line."""


def noun(entity: str, values: Mapping[str, Any]) -> str:
    """What a record is called."""
    if entity == "ticket_event" and values.get("kind") in ("note", "reply"):
        return "note" if values["kind"] == "note" else "text to the customer"
    return NOUNS.get(entity, entity.replace("_", " "))


def label(entity: str, name: str) -> str:
    """What a field is called."""
    return LABELS.get(name, name.replace("_", " ")) if entity == "ticket" else name.replace("_", " ")


def value_words(entity: str, name: str, value: Any) -> str:
    """A value as a person reads it; a dash when it is empty."""
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if (entity, name) in (("ticket", "type"), ("customer", "plan")) and value in set(Plan):
        return Plan(value).label
    if isinstance(value, dict):
        return ", ".join(value_words(entity, "", one) for one in value.values() if one not in (None, "", [], {}))
    if isinstance(value, list):
        return "; ".join(value_words(entity, "", one) for one in value)
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        at = datetime.fromisoformat(value).astimezone()
        return f"{at.day} {at:%b %Y %H:%M}"
    return str(value)


def typed(change: ChangeLine) -> list[tuple[str, str]]:
    """What was typed: (field, text); of a new record only what is filled in."""
    shown = []
    for name, value in change.values.items():
        text = value_words(change.entity, name, value)
        if text != "–" or not change.new:
            shown.append((label(change.entity, name), text))
    return shown


def change_words(change: ChangeLine) -> str:
    """`state, details of ticket 10042 Charged twice`: the fields first, since the end is cut where there is little room."""
    made = "new " if change.new and change.entity in ("ticket", "customer", "callback") else ""
    head = f"{made}{noun(change.entity, change.values)} {change.about}".rstrip()
    if change.entity == "ticket_event" and change.values.get("field"):
        return f"{label('ticket', change.values['field'])} in {head}"
    if change.new:
        return head
    named = [label(change.entity, name) for name in change.values]
    more = f" and {len(named) - MOST_FIELDS} more" if len(named) > MOST_FIELDS else ""
    return f"{', '.join(named[:MOST_FIELDS])}{more} of {head}"


def to_copy(change: ChangeLine) -> str:
    """What was typed, to paste elsewhere: a single text by itself."""
    shown = typed(change)
    texts = [text for name, text in shown if name == "text"]
    return texts[0] if texts else "\n".join(f"{name}: {text}" for name, text in shown)


def conflict_words(conflict: ConflictLine) -> str:
    """`state of ticket 10042 Charged twice`."""
    return f"{label(conflict.entity, conflict.field)} of {noun(conflict.entity, {})} {conflict.about}"


def both_values(conflict: ConflictLine) -> tuple[str, str]:
    """Mine and theirs as a person reads them."""
    values = (conflict.mine, conflict.theirs)
    mine, theirs = (value_words(conflict.entity, conflict.field, value) for value in values)
    return mine, theirs


def in_place(conflict: ConflictLine) -> str:
    """Which of the two is in place, or what else."""
    mine, theirs = both_values(conflict)
    now = value_words(conflict.entity, conflict.field, conflict.now)
    return Choice.THEIRS if now == theirs else Choice.MINE if now == mine else now


def short(conflict: ConflictLine, cells: int) -> str:
    """`state: theirs is in place; yours “pending”, theirs “solved”`, for one line. Where there is little room, the
    words give way to what differs: `title: yours “… since Monday”, theirs “… in colour” in place`."""
    now, name = in_place(conflict), label(conflict.entity, conflict.field)
    stands = f"{now} is in place" if now in (Choice.MINE, Choice.THEIRS) else "another value is in place"
    one, other = (" ".join(text.split()) for text in both_values(conflict))
    said = f"{name}: {stands}; yours “{one}”, theirs “{other}”"
    if size_of(said) <= cells:
        return said
    of_mine = " in place" if now == Choice.MINE else ""
    of_theirs = " in place" if now == Choice.THEIRS else "" if of_mine else ", neither in place"
    beside = size_of(f"{name}: yours “”{of_mine}, theirs “”{of_theirs}")
    mine, theirs = differing(one, other, max(8, (cells - beside) // 2))
    return f"{name}: yours “{mine}”{of_mine}, theirs “{theirs}”{of_theirs}"


def count(number: int, one: str) -> str:
    """`1 conflict`, `2 conflicts`."""
    return f"{number} {one}{'' if number == 1 else 's'}"


def leaving(queued: int, refused: int, conflicts: int, when: str) -> str:
    """What is left behind by whoever goes now, in one sentence; empty when nothing is. `when`: what waits goes out then."""
    parts = []
    if queued:
        parts.append(f"{count(queued, 'change')} {'waits' if queued == 1 else 'wait'} for the hub")
    if refused:
        parts.append(f"{count(refused, 'change')} {'was' if refused == 1 else 'were'} refused")
    if conflicts:
        parts.append(f"{count(conflicts, 'conflict')} {'is' if conflicts == 1 else 'are'} open")
    if not parts:
        return ""
    one = queued + refused + conflicts == 1
    stays = f"{'it stays' if one else 'all of it stays'} on this seat"
    out = f", and what waits goes out {when}" if queued else ""
    return f"{' and '.join(', '.join(parts).rsplit(', ', 1))}: {stays}{out}."
