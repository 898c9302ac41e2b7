"""Small playbooks from files of their own, and what a store holds."""

from __future__ import annotations

from pathlib import Path

from data.clock import Clock
from data.playbook.engine import Engine
from data.playbook.library import library
from data.store.database import Store
from tests.data.playbook.desk import workplace


def small(folder: Path, clock: Clock, cards: str, version: int = 1) -> Engine:
    """An engine whose one playbook has these cards, written anew."""
    text = f"id: small\nversion: {version}\ntitle: Small\ncards:\n{cards}"
    (folder / "small.yaml").write_text(text, encoding="utf-8")
    return Engine(library(folder, "small"), workplace(clock))


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, to see that nothing changed."""
    plain = [row["name"] for row in store.rows("SELECT name FROM pragma_table_list WHERE type = 'table'")]
    return {name: [tuple(row.values()) for row in store.rows(f'SELECT * FROM "{name}"')] for name in plain}
