"""`lookup` and `stats`: what the store knows, as a table or JSON."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.cli.shared import USAGE, DataDir, Json, fail, json_line, open_store, say, shown

if TYPE_CHECKING:
    from data.queue import figures


def lookup(
    query: Annotated[str | None, typer.Argument(help="Name, phone, last digits, account, ticket…")] = None,
    batch: Annotated[
        Path | None, typer.Option(help="File with one query a line; prints one JSON line each.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many a query.")] = 20,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Find customers, best first.

    By name, company, phone (also its last digits), e-mail, address, account or ticket number.
    """
    from data.customers import lookup as customers
    from data.customers.phone import display

    if (query is None) == (batch is None):
        raise fail("Give a query, or --batch FILE with one query a line.", USAGE)

    def shape(row: customers.LookupRow) -> dict[str, Any]:
        return {
            "id": row.id,
            "account": row.account,
            "name": row.name,
            "company": row.company,
            "phones": list(row.phones),
            "plan": int(row.plan) if row.plan is not None else None,
        }

    with open_store(data_dir) as store:
        if batch is not None:
            try:
                queries = _lines(batch.read_text(encoding="utf-8-sig", errors="replace"))
            except OSError as error:
                raise fail(
                    f"{batch} cannot be read ({error.strerror}): check the name and its rights.", USAGE
                ) from error
            for text in queries:
                start = time.perf_counter()
                found = customers.lookup(store, text, limit)
                ms = (time.perf_counter() - start) * 1000
                body = {"query": text, "ms": round(ms, 3), "customers": [shape(one.customer) for one in found]}
                print(json_line(body))
            return
        found = customers.lookup(store, _whole_letters(query or ""), limit)
        say(
            as_json,
            [shape(one.customer) for one in found],
            lambda: (
                "\n".join(
                    "  ".join(
                        (
                            f"{shown(one.customer.name):<28}",
                            f"{shown(one.customer.company):<22}",
                            f"{one.customer.account:<10}",
                            f"{', '.join(display(phone) for phone in one.customer.phones):<18}",
                            shown(one.why),
                        )
                    )
                    for one in found
                )
                or "Nobody found: try fewer letters, or the last digits of the phone."
            ),
        )


def _whole_letters(text: str) -> str:
    """An argument as text: bytes that are no UTF-8 become signs that no name holds."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _lines(text: str) -> list[str]:
    """The lines of a file; what else Unicode counts as a line end belongs to the query."""
    lines = text.split("\n")
    return [line.removesuffix("\r") for line in (lines if lines[-1] else lines[:-1])]


def stats(
    by: Annotated[str | None, typer.Option(help="day, half-hour, queue or agent; without it one row.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="From this day or time on (ISO 8601).")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Up to this day or time, not included.")] = None,
    sl: Annotated[str, typer.Option(help="Service-level formula, SL1 to SL6.")] = "SL4",
    threshold: Annotated[
        float, typer.Option(min=0, max=1_000_000, help="Seconds within which a call should be answered.")
    ] = 20,
    tz: Annotated[str, typer.Option(help="Zone of days and half-hours; else TZ, else UTC.")] = "",
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Figures of the queue.

    Offered, answered, abandoned, service level, ASA, AHT, longest wait and longest queue, computed from what
    happened to each call.
    """
    from data.queue.stats import stats as figures_of

    zone = tz or os.environ.get("TZ") or "UTC"
    with open_store(data_dir) as store:
        try:
            begin, until = _moment(start, zone), _moment(end, zone)
            if begin is not None and until is not None and begin >= until:
                raise ValueError(f"--from {start} is not before --to {end}: change one of them.")
            rows = figures_of(
                store,
                by=_grouping(by),
                start=begin,
                end=until,
                formula=sl,
                threshold_s=threshold,
                tz=zone,
            )
        except ValueError as error:
            raise fail(str(error), USAGE) from error
        body = [row.as_json() for row in rows]
        say(as_json, body, lambda: _table(body))


def _grouping(by: str | None) -> figures.By | None:
    from typing import get_args

    from data.queue import figures

    known: dict[str, figures.By] = {name: name for name in get_args(figures.By)}
    if by is None:
        return None
    if by not in known:
        raise ValueError(f"--by is one of {', '.join(known)}, not '{by}'.")
    return known[by]


def _moment(text: str | None, zone: str) -> datetime | None:
    """A day or time as typed, in the zone of the figures when it names none."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except ZoneInfoNotFoundError as error:
        raise ValueError(f"There is no time zone '{zone}': write it like Europe/Berlin.") from error
    except (ValueError, OverflowError) as error:
        raise ValueError(f"'{text}' is no day or time: write it like 2026-01-31 or 2026-01-31T13:00.") from error


def _table(rows: list[dict[str, Any]]) -> str:
    """Rows as an aligned table; 0/0 is a dash."""
    if not rows:
        return "No contacts in this time."

    def cell(value: Any) -> str:
        if value is None:
            return "–"
        return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)

    heads = list(rows[0])
    texts = [[cell(row[head]) for head in heads] for row in rows]
    widths = [max(len(head), *(len(line[at]) for line in texts)) for at, head in enumerate(heads)]
    lines = ["  ".join(head.rjust(size) for head, size in zip(heads, widths, strict=True))]
    lines += ["  ".join(text.rjust(size) for text, size in zip(line, widths, strict=True)) for line in texts]
    return "\n".join(lines)
