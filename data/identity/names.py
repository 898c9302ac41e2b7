"""What people are called."""

from __future__ import annotations

from data.store.database import Store


def agent_names(store: Store) -> dict[str, str]:
    """Everybody's name by id.

    Raises:
        StoreError: the store could not be read.
    """
    return {row["id"]: row["name"] for row in store.rows("SELECT id, name FROM agent")}
