"""The duties of a shift in the store: what was stamped, and stamping it."""

from __future__ import annotations

from datetime import datetime

from data.clock import Clock
from data.models.base import AgentId, new_id
from data.models.shift import DutyOutcome, DutyStep
from data.store.database import Store
from data.store.save import saving


def stamps(store: Store, shift: str) -> list[DutyStep]:
    """Everything that whoever works a shift has stamped in it, oldest first."""
    rows = store.rows(
        'SELECT * FROM duty_step WHERE shift = ? AND "by" = (SELECT agent FROM time_entry WHERE id = shift) ORDER BY at, id',
        (shift,),
    )
    return [DutyStep.from_row(row) for row in rows]


def stamp(
    store: Store,
    shift: str,
    checklist: str,
    step: str,
    outcome: DutyOutcome,
    agent: AgentId,
    clock: Clock,
    *,
    at: datetime | None = None,
    to_agent: AgentId | None = None,
    text: str = "",
) -> DutyStep:
    """Note that a step of a checklist was passed. Within a write transaction of the caller it is a part of that one.

    Args:
        at: when it was passed; None: now.

    Raises:
        StoreError: nothing was written.
    """
    with saving(store, agent, clock) as change:
        return change.add(
            DutyStep(
                id=new_id(),
                shift=shift,
                checklist=checklist,
                step=step,
                at=at or clock.now(),
                by=agent,
                outcome=outcome,
                to_agent=to_agent,
                text=text.strip(),
            )
        )
