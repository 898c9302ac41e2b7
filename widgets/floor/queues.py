"""The queues, and who waits in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from data.models.contact import ContactState
from data.supervision.snapshot import FloorSnapshot, QueueNow, What, seconds_since
from data.supervision.thresholds import Level
from widgets.floor.table import Table, fitting
from widgets.floor.words import TONES, percent, seconds, sign
from widgets.lines import Row
from widgets.safe_text import Line, Span, fit
from widgets.times import since


class QueueTable:
    """Who waits now and the day, a queue a line. Lines are kept while neither the queue nor the second changes."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[object, Row]] = {}

    def table(self, snap: FloorSnapshot, now: datetime, cells: int) -> Table:
        """The queues as they are now."""
        name = max(10, min(20, cells - 84))
        columns = fitting((size for size, _signed in _QUEUE_COLUMNS), cells - 1 - name)
        words = ("waiting", "longest", "offered", "answered", "gave up", "", snap.policy.formula, "ASA", "AHT")
        head = (
            Span(f" {fit('queue', name)}", "dim"),
            *_in_columns([(word, Level.FINE, "dim") for word in words], columns),
        )
        levels: dict[str, list[tuple[What, Level]]] = defaultdict(list)
        for crossing in snap.crossings:
            levels[crossing.about].append((crossing.what, crossing.level))
        kept = {}
        for one in snap.queues:
            waited = seconds_since(one.oldest, now)
            state = (one, name, columns, levels[one.id], None if waited is None else int(waited))
            there = self._kept.get(one.id)
            if there is None or there[0] != state:
                there = (state, Row(one.id, _queue_line(snap, one, now, name, columns)))
            kept[one.id] = there
        self._kept = kept
        return Table(head, tuple(row for _state, row in kept.values()))


_QUEUE_COLUMNS = (
    (9, True),
    (10, True),
    (9, False),
    (10, False),
    (9, False),
    (8, True),
    (10, True),
    (7, False),
    (9, False),
)
"""The cells of each column, and whether the last two of them are for a sign."""


def _in_columns(values: Sequence[tuple[str, Level, str]], columns: int) -> list[Span]:
    """Right-aligned texts, each with its level and its tone where that is fine; the first columns of them."""
    spans: list[Span] = []
    for (text, level, tone), (size, signed) in zip(values[:columns], _QUEUE_COLUMNS, strict=False):
        spans.append(Span(fit(text, size - 2 * signed, "right"), TONES[level] if level else tone))
        if signed:
            spans += [Span(" "), sign(level)]
    return spans


def _queue_line(snap: FloorSnapshot, one: QueueNow, now: datetime, name: int, columns: int) -> Line:
    row, fine = one.row, Level.FINE
    waited = seconds_since(one.oldest, now)
    return (
        Span(f" {fit(one.name, name)}", "bright" if one.waiting else ""),
        *_in_columns(
            [
                (str(one.waiting), snap.level("waiting", one.id), "bright" if one.waiting else "dim"),
                (seconds(waited), snap.level("longest wait", one.id), "" if waited is not None else "dim"),
                (str(row.offered if row else 0), fine, ""),
                (str(row.answered if row else 0), fine, ""),
                (str(row.abandoned if row else 0), fine, ""),
                (percent(row.abandonment_rate if row else None), snap.level("abandonment", one.id), "dim"),
                (percent(row.service_level if row else None), snap.level("service level", one.id), ""),
                (seconds(row.asa_s if row else None), fine, ""),
                (seconds(row.aht_s if row else None), fine, ""),
            ],
            columns,
        ),
    )


def waiting_table(snap: FloorSnapshot, now: datetime, cells: int, queue: str | None = None) -> Table:
    """Who waits, in the order in which they are served; in one queue, or in all for None."""
    head = (Span(f" {fit('waits', 8)}{fit('queue', 14)}{fit('state', 24)}who", "dim"),)
    rows = []
    for one in snap.waiting:
        if queue is not None and one.queue != queue:
            continue
        rings = one.state is ContactState.RINGING
        state = f"rings at {one.rings_at}" if rings and one.rings_at else str(one.state)
        first = f" · priority {one.priority}" if one.priority else ""
        rows.append(
            Row(
                one.contact_id,
                (
                    Span(f" {fit(since(one.since, now), 7, 'right')} "),
                    Span(f" {fit(snap.queue_name(one.queue), 13)}"),
                    Span(fit(state, 23), "accent" if rings else "dim"),
                    Span(fit(f" {one.who}{first}", max(8, cells - 47))),
                ),
            )
        )
    return Table(head, tuple(rows))
