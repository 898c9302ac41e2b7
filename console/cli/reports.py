"""The reports of `stats`: what each says in JSON, in tables, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console.cli.tables import Cell
from data.identity.names import agent_names
from data.models.agent import Agent
from data.queue import stats
from data.queue.erlang import ASSUMPTION
from data.queue.figures import FigureRow, figures
from data.store.database import Store
from data.supervision.adherence import adherence
from data.supervision.occupancy import occupancy, together
from data.supervision.reading import read_moves, read_queues, read_schedule
from data.supervision.staffing import staffing_rows
from data.supervision.why import EXPLAINED, explain

FIGURES_OF = {"staffing": ("needed",), "occupancy": ("occupancy",), "adherence": ("adherence",)}
"""The figures that a report explains."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What figures are asked for on the command line."""

    by: str | None
    start: datetime | None
    end: datetime | None
    formula: str
    threshold_s: float
    zone: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a report found."""

    body: dict[str, Any] | list[dict[str, Any]]
    """In JSON."""
    rows: list[dict[str, Cell]]
    """In a table: people by their names."""
    why: Callable[[str | None], list[str]]
    """A sentence a figure; of one figure, or of all."""
    note: str = ""
    """What must be said with it."""
    figures: Sequence[FigureRow] = ()
    """What can be drawn."""


def figures_report(store: Store, wanted: Wanted) -> Report:
    """The queue's figures.

    Raises:
        FiguresError: no such formula, grouping or zone.
    """
    found = stats.stats(
        store,
        by=wanted.by,
        start=wanted.start,
        end=wanted.end,
        formula=wanted.formula,
        threshold_s=wanted.threshold_s,
        tz=wanted.zone,
    )
    names = agent_names(store)
    body = [row.as_json() for row in found]
    return Report(
        body=body,
        rows=[_named(row, names) for row in body],
        why=_whys(found, EXPLAINED),
        figures=found,
    )


def staffing_report(store: Store, wanted: Wanted, now: datetime) -> Report:
    """Agents there and agents needed, by half hour and queue."""
    told = stats.read_happenings(store, start=wanted.start, end=wanted.end)
    slots, whole = (
        figures(
            told,
            by=by,
            start=wanted.start,
            end=wanted.end,
            formula=wanted.formula,
            threshold_s=wanted.threshold_s,
            tz=wanted.zone,
        )
        for by in ("half-hour,queue", "queue")
    )
    times = [one for row in slots for one in (row.starts, row.ends) if one is not None]
    moves = read_moves(store, min(times), max(times)) if times else []
    people = [Agent.from_row(row) for row in store.rows("SELECT * FROM agent")]
    found = staffing_rows(slots, whole, read_queues(store), people, moves, now)
    rows: list[dict[str, Cell]] = [
        {
            "slot": row.slot,
            "queue": row.queue,
            "offered": row.offered,
            "aht_s": row.aht_s,
            "target": row.target,
            "threshold_s": row.threshold_s,
            "agents": row.agents,
            "needed": row.needed,
            "more": row.more,
        }
        for row in found
    ]
    why = _whys(found, FIGURES_OF["staffing"])
    return Report({"assumption": ASSUMPTION, "rows": rows}, rows, why, ASSUMPTION)


def occupancy_report(store: Store, start: datetime, end: datetime) -> Report:
    """Each agent's occupancy, and that of all."""
    found = occupancy(read_moves(store, start, end), start, end)
    if found:
        found.append(together(found, start, end))
    body: list[dict[str, Cell]] = [
        {
            "agent": row.agent,
            "occupancy": row.occupancy,
            "handling_s": row.handling_s,
            "ready_s": row.ready_s,
            "not_ready_s": row.not_ready_s,
        }
        for row in found
    ]
    names = agent_names(store)
    rows = [_named(row, names) | ({"agent": "all"} if row["agent"] is None else {}) for row in body]
    return Report(body, rows, _whys(found, FIGURES_OF["occupancy"], names))


def adherence_report(store: Store, start: datetime, end: datetime) -> Report:
    """Each agent's adherence to the schedule."""
    found = adherence(read_schedule(store, start, end), read_moves(store, start, end), start, end)
    body: list[dict[str, Cell]] = [
        {
            "agent": row.agent,
            "adherence": row.adherence,
            "scheduled_min": row.scheduled_s / 60,
            "kept_min": row.kept_s / 60,
            "lost_min": row.lost_s / 60,
        }
        for row in found
    ]
    names = agent_names(store)
    return Report(body, [_named(row, names) for row in body], _whys(found, FIGURES_OF["adherence"], names))


def _named(row: Mapping[str, Cell], names: Mapping[str, str]) -> dict[str, Cell]:
    agent = row.get("agent")
    return {**row, "agent": names.get(agent, agent)} if isinstance(agent, str) else dict(row)


def _whys(
    rows: Sequence[Any], known: Sequence[str], names: Mapping[str, str] | None = None
) -> Callable[[str | None], list[str]]:
    def told(row: Any, field: str) -> str:
        sentence = explain(row, field)
        if names is None:
            return sentence
        return f"{names.get(row.agent, row.agent) or 'all'}: {sentence}"

    return lambda field: [told(row, one) for row in rows for one in ([field] if field else known)]
