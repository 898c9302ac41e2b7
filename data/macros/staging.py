"""What a macro would do to a ticket, worked out before anything is changed (TICK-8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.macros.macros import Macro
from data.models.ticket import Begun, Ticket, TicketEventKind, TicketState
from data.playbook.wording import filled
from data.service.calendar import Calendar
from data.tickets.rules import DEFAULTS, FIELDS, faults


@dataclass(frozen=True, slots=True)
class StagedChange:
    """A field of the form, as it is and as it will be."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A field that the macro names and that stays as it is, and why."""

    field: str
    why: str


@dataclass(frozen=True, slots=True)
class Staged:
    """Everything that applying a macro would do. Nothing is done yet."""

    macro: Macro
    now: datetime
    changes: tuple[StagedChange, ...]
    left_out: tuple[LeftOut, ...]
    saved_with_it: tuple[str, ...]
    """Fields that were typed into before and are not saved yet: they are saved together with the changes."""
    remind_at: datetime | None
    text: str
    """The note, or what the customer is told; the agent may change it."""
    blocked: tuple[LeftOut, ...] = ()
    """Why nothing of it can be applied: fields that have to be mended first."""

    @property
    def kind(self) -> TicketEventKind:
        """What the text becomes."""
        return self.macro.kind

    @property
    def fields(self) -> dict[str, str]:
        """The new texts by field."""
        return {one.field: one.new for one in self.changes}


@dataclass(frozen=True, slots=True)
class Ground:
    """What a macro is staged on: the ticket's form as it stands, and what is known of the contact."""

    item_id: str
    fields: Mapping[str, str]
    saved: Ticket | None
    begun: Begun | None
    """The saved ticket that the form was filled from."""
    unsaved: tuple[str, ...]
    """Fields that differ from the saved ticket."""
    facts: Mapping[str, str]
    now: datetime

    @property
    def title(self) -> str:
        """Which ticket it is, for a heading."""
        return f"ticket {self.facts['number']}" if self.facts.get("number") else "new ticket"


def stage(macro: Macro, ground: Ground, calendar: Calendar) -> Staged:
    """Work out what a macro would change; `calendar` counts the open hours up to its reminder."""
    form = {name: ground.fields.get(name) or DEFAULTS.get(name, "") for name in FIELDS}
    changes: list[StagedChange] = []
    left_out: list[LeftOut] = []
    for name, template in macro.set.items():
        new = filled(template, ground.facts)
        refused = faults({**form, name: new}, ground.saved).get(name)
        if refused is not None:
            left_out.append(LeftOut(name, refused))
        elif new == form[name].strip():
            left_out.append(LeftOut(name, "is so already"))
        else:
            changes.append(StagedChange(name, form[name].strip(), new))
    after = {**form, **{one.field: one.new for one in changes}}
    remind_at = None
    if macro.remind_in_hours is not None and after["state"] == TicketState.PENDING:
        remind_at = calendar.after(ground.now, timedelta(hours=macro.remind_in_hours))
    return Staged(
        macro=macro,
        now=ground.now,
        changes=tuple(changes),
        left_out=tuple(left_out),
        saved_with_it=tuple(name for name in ground.unsaved if name not in {one.field for one in changes}),
        remind_at=remind_at,
        text="\n".join(filled(line, ground.facts) for line in macro.text.strip().splitlines()),
        blocked=tuple(LeftOut(name, why) for name, why in faults(after, ground.saved).items()),
    )
