"""Outages from a CSV file: `node, city, since, expected, text`. Importing again changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Literal
from uuid import NAMESPACE_OID, uuid5

from data.clock import Clock
from data.customers.mapping import ImportRefused
from data.customers.sources.csv_file import CsvSource
from data.customers.sources.rows import SourceRow
from data.customers.sources.taking import Taken, take_rows
from data.customers.sources.text import encoding_of, reading
from data.models.base import AgentId, instant_text
from data.models.outage import Outage
from data.outages import outages
from data.outages.rules import OutageFaultError, same
from data.store.database import Store

NEEDED = ("node", "since")
COLUMNS = ("node", "city", "since", "expected", "text")
HOW = "write it like 2026-11-22 14:30"


def import_outages(
    store: Store, path: Path, zone: tzinfo, agent: AgentId, clock: Clock, *, rejects: Path | None = None
) -> Taken:
    """Put the outages of a file on the board. A node that is down already gets the expected end and the words of its row.

    Args:
        zone: of times without one: the site's.
        rejects: a file for the refused rows, with the reason.

    Raises:
        ImportRefused: the file cannot be read or used.
        StoreError: nothing was written.
    """
    started = clock.monotonic()
    with reading(path):
        source = CsvSource(path, encoding_of(path))
    names = [heading.strip().casefold() for heading in source.headings]
    if missing := [one for one in NEEDED if one not in names]:
        raise ImportRefused(
            f"The first line of {path} names no column {' and no column '.join(missing)}: the columns are"
            f" {', '.join(COLUMNS)}."
        )
    report = Taken()

    def take(row: SourceRow) -> None:
        count = _take(store, row, names, zone, agent, clock)
        setattr(report, count, getattr(report, count) + 1)

    with store.write():
        take_rows(source, rejects, report, take)
    report.seconds = clock.monotonic() - started
    return report


def _take(
    store: Store, row: SourceRow, names: list[str], zone: tzinfo, agent: AgentId, clock: Clock
) -> Literal["added", "updated", "unchanged"]:
    """Take a row; which count it adds to.

    Raises:
        OutageFaultError: it cannot be taken.
    """
    cells = {name: text.strip() for name, text in zip(names, row.texts, strict=True)}
    since = moment(cells["since"], zone, "since")
    expected = moment(cells["expected"], zone, "expected") if cells.get("expected") else None
    text = " ".join(cells.get("text", "").split())[: outages.LONGEST_TEXT]
    known_as = f"{' '.join(cells['node'].split()).casefold()} {instant_text(since)}"
    outage_id = str(uuid5(NAMESPACE_OID, f"outage {known_as}"))
    found = store.row("SELECT * FROM outage WHERE id = ?", (outage_id,))
    before = Outage.from_row(found) if found is not None else _down(store, cells["node"])
    if before is None:
        outages.set_down(
            store,
            cells["node"],
            cells.get("city", ""),
            agent,
            clock,
            since=since,
            expected=expected,
            text=text,
            outage_id=outage_id,
        )
        return "added"
    if before.over is not None or (before.expected, before.text) == (expected, text):
        return "unchanged"
    outages.change(store, before.id, agent, clock, expected=expected, text=text)
    return "updated"


def _down(store: Store, node: str) -> Outage | None:
    return next((one for one in outages.open_outages(store) if same(one.node, node)), None)


def moment(text: str, zone: tzinfo, column: str) -> datetime:
    """A time as files have it: ISO 8601, of the site's clock where it names no zone.

    Raises:
        OutageFaultError: it is none.
    """
    if not text:
        raise OutageFaultError(f"{column}: the time is missing")
    try:
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo is not None else at.replace(tzinfo=zone)
        return at.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError) as error:
        raise OutageFaultError(f"{column}: '{text[:40]}' is no time: {HOW}") from error
