"""Where supervisors stepped in, for reading: who, what, why, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from data.models.base import instant_text
from data.models.contact import RequestState
from data.models.supervision import Intervention, StepKind
from data.store.database import Store

MOST: Final = 100
Came = Literal["asked", "done", "refused"]


@dataclass(frozen=True, slots=True)
class StepLine:
    """One intervention as one reads it in a list."""

    step: Intervention
    by: str
    """The supervisor's name."""
    agent: str
    caller: str
    came: Came
    why: str = ""
    """Of a refusal: the reason. Of what was done: what else is to be known."""
    read_at: datetime | None = None
    """When the agent acknowledged the notice of it."""


def read_steps(store: Store, since: datetime) -> list[StepLine]:
    """The steps since a moment, the newest first."""
    rows = store.rows(
        "SELECT i.*, b.name AS by_name, a.name AS agent_name, o.done, o.why, r.state AS asked, r.why AS refusal,"
        " coalesce(k.name, nullif(c.caller_name, ''), c.caller_number) AS caller,"
        " (SELECT min(at) FROM notice_seen WHERE notice_id = i.id) AS read_at"
        ' FROM intervention i LEFT JOIN agent b ON b.id = i."by" LEFT JOIN agent a ON a.id = i.agent'
        " LEFT JOIN intervention_outcome o ON o.id = i.id LEFT JOIN request r ON r.id = i.id"
        " LEFT JOIN contact c ON c.id = i.contact_id LEFT JOIN customer k ON k.id = c.customer_id"
        " WHERE i.at >= ? ORDER BY i.at DESC, i.id DESC LIMIT ?",
        (instant_text(since), MOST),
    )
    found = []
    for row in rows:
        step = Intervention.from_row(row)
        came, why = _came(step, row["done"], row["why"], row["asked"], row["refusal"])
        found.append(
            StepLine(
                step=step,
                by=row["by_name"] or step.by,
                agent=row["agent_name"] or step.agent or "",
                caller=row["caller"] or "",
                came=came,
                why=why,
                read_at=datetime.fromisoformat(row["read_at"]) if row["read_at"] else None,
            )
        )
    return found


def _came(
    step: Intervention, done: int | None, why: str | None, asked: str | None, refusal: str | None
) -> tuple[Came, str]:
    if done is not None:
        return ("done" if done else "refused"), why or ""
    if asked is not None:
        state = RequestState(asked)
        came: Came = "asked" if state is RequestState.ASKED else "done" if state is RequestState.DONE else "refused"
        return came, refusal or ""
    return ("done" if step.kind is StepKind.OVERRIDE else "asked"), ""
