"""What a person who helps needs to know of a seat's sync: counts and states, and nothing that anybody typed."""

from __future__ import annotations

import platform
import re

from data.store.database import Store
from data.store.migrations import SCHEMA_VERSION
from data.store.save import SCHEMA_V

FACTS = ("replica_id", "number", "epoch", "cursor", "last_pull", "last_push")
_PATH = re.compile(r"(?:~|\.{0,2})/\S*/")
"""The folders of a path name people; the last part of it does not."""


def diagnostics(store: Store, version: str, state: str, problem: str) -> str:
    """Lines of text. `state` and `problem`: as the status line has them."""
    with store.reading():
        facts = dict.fromkeys(FACTS, "–")
        facts |= {
            row["key"]: row["value"]
            for row in store.rows("SELECT key, value FROM sync_state")
            if row["key"] in FACTS
        }
        ops = store.rows("SELECT state, entity, count(*) AS many FROM outbox GROUP BY state, entity ORDER BY 1, 2")
        conflicts = store.rows("SELECT state, entity, count(*) AS many FROM conflict GROUP BY 1, 2 ORDER BY 1, 2")
        errors = store.rows(
            "SELECT last_error, count(*) AS many, max(tries) AS tries FROM outbox WHERE last_error <> ''"
            " GROUP BY last_error ORDER BY max(seq) DESC LIMIT 5"
        )
        oldest = store.value("SELECT min(local_at) FROM outbox WHERE state IN ('queued', 'held')")
        sqlite = store.value("SELECT sqlite_version()")
    lines = [
        f"agent-console {version}, Python {platform.python_version()}, SQLite {sqlite}, {platform.system()}",
        f"shape {SCHEMA_VERSION}, patches {SCHEMA_V}",
        f"hub {state}",
        *(f"{name} {value}" for name, value in facts.items()),
        f"oldest queued {oldest or '–'}",
        *(f"changes {row['state']} {row['entity']} {row['many']}" for row in ops),
        *(f"conflicts {row['state']} {row['entity']} {row['many']}" for row in conflicts),
        *([f"problem {_unnamed(problem)}"] if problem else []),
        *(f"error {row['many']}x, {row['tries'] or 0} tries: {_unnamed(row['last_error'])}" for row in errors),
    ]
    return "\n".join(lines) + "\n"


def _unnamed(text: str) -> str:
    return _PATH.sub("…/", text)
