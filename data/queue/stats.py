"""Figures of what the store holds: which events a period needs, and `figures` over them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Final

from data.models.base import instant_text
from data.queue.figures import FigureRow, asked_for, figures
from data.queue.groupings import Playbooks, grouping
from data.queue.offers import TELLING, Happening
from data.store import driver
from data.store.database import Store
from data.store.errors import StoreError, explain

_DONE: Final = frozenset({"abandoned", "left", "ended", "transferred", "voice mail", "disposed"})
_WRAPPING_S: Final = 3_600.0
"""An end so close to the end of a period may be wrapped up after it."""
_COLUMNS: Final = "contact_id, at, kind, queue, agent, wait_s, talk_s, hold_s, CASE kind WHEN 'disposed' THEN nullif(text, '') END"


def read_happenings(
    store: Store,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    sources: Collection[str] | None = None,
) -> list[Happening]:
    """The events that figures of a period need: those in it, and all others of contacts that reach over its
    edges. Replayed contacts that a person took (`contact.forked`) are left out.

    Args:
        sources: only events of these sources (`log`, `floor`, `replay`, `desk`); None for all.
    """
    marks = ", ".join("?" * len(TELLING))
    where = [f"kind IN ({marks})", "contact_id NOT IN (SELECT id FROM contact WHERE forked = 1)"]
    values: list[str] = list(TELLING)
    if sources is not None:
        where.append(f"source IN ({', '.join('?' * len(sources))})")
        values += sources
    inside = [*where, *(["at >= ?"] if start is not None else []), *(["at < ?"] if end is not None else [])]
    limits = [instant_text(moment) for moment in (start, end) if moment is not None]
    found = list(_read(store, inside, [*values, *limits]))
    if start is None and end is None:
        return found
    edges = _over_the_edges(found, end.timestamp() if end is not None else float("inf"))
    missing: list[Happening] = []
    for first in range(0, len(edges), 500):
        some = edges[first : first + 500]
        outside = [*where, f"contact_id IN ({', '.join('?' * len(some))})"]
        missing += _read(store, outside, [*values, *some])
    again = set(edges)
    return [one for one in found if one.contact_id not in again] + missing


def _read(store: Store, where: Sequence[str], values: Sequence[str]) -> Iterator[Happening]:
    try:
        cursor = store.connection.cursor()
        cursor.row_factory = None
        cursor.execute(f"SELECT {_COLUMNS} FROM contact_event WHERE {' AND '.join(where)}", values)  # noqa: S608
        rows = cursor.fetchall()
    except driver.Error as error:
        raise StoreError(explain(error, store.path)) from error
    moment = datetime.fromisoformat
    for contact_id, at, *rest in rows:
        yield Happening(contact_id, moment(at).timestamp(), *rest)


def _over_the_edges(found: Sequence[Happening], end: float) -> list[str]:
    """Contacts whose first event here is no offer, or whose last may not be the last of all."""
    first: dict[str, Happening] = {}
    last: dict[str, Happening] = {}
    for one in found:
        there = first.get(one.contact_id)
        if there is None or one.at < there.at or (one.at == there.at and one.kind == "offered"):
            first[one.contact_id] = one
        there = last.get(one.contact_id)
        if there is None or one.at > there.at or (one.at == there.at and one.kind in _DONE):
            last[one.contact_id] = one
    return [
        contact_id for contact_id, one in first.items() if one.kind != "offered" or _goes_on(last[contact_id], end)
    ]


def _goes_on(one: Happening, end: float) -> bool:
    return one.kind not in _DONE or (one.kind in ("ended", "transferred") and one.at > end - _WRAPPING_S)


def read_playbooks(store: Store, start: datetime | None = None) -> Playbooks:
    """Under which playbook a contact counts: the one on whose cards its agent spent the most time, of two the one that
    comes first by name. A contact that went on to another agent may have another playbook there.

    Args:
        start: cards reached before it are left out.
    """
    rows = store.rows(
        "SELECT contact_id, agent, playbook, sum(julianday(left_at) - julianday(at)) AS days FROM card_step"
        " WHERE contact_id IS NOT NULL AND agent IS NOT NULL AND at >= ?"
        " GROUP BY contact_id, agent, playbook ORDER BY days, playbook DESC",
        (instant_text(start) if start is not None else "",),
    )
    return {(row["contact_id"], row["agent"]): row["playbook"] for row in rows}


def stats(
    store: Store,
    *,
    by: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    formula: str = "SL4",
    threshold_s: float = 20,
    short_s: float = 5,
    tz: str = "UTC",
    sources: Collection[str] | None = None,
) -> list[FigureRow]:
    """`figures` of what the store holds.

    Raises:
        FiguresError: no such formula, grouping or zone.
        StoreError: the store could not be read.
    """
    asked_for(by, formula, tz, threshold_s, start, end)
    return figures(
        read_happenings(store, start=start, end=end, sources=sources),
        by=by,
        start=start,
        end=end,
        formula=formula,
        threshold_s=threshold_s,
        short_s=short_s,
        tz=tz,
        playbooks=read_playbooks(store, start) if grouping(by).thing == "playbook" else None,
    )
