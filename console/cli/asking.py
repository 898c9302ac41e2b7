"""`lookup`: whom the store knows, as a table or JSON."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from console.cli.shared import USAGE, DataDir, Json, fail, json_line, open_store, say, shown


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
