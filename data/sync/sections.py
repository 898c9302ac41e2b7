"""One kind of rows at a hub, for a replica that keeps no store."""

from __future__ import annotations

from collections.abc import Iterator

from data.sync.contract import Hub, HubRow

PAGE = 500
"""Rows that are asked for at a time."""


def section(hub: Hub, replica_id: str, entity: str, after_id: str = "") -> Iterator[HubRow]:
    """The rows of an entity in the order of their ids, from behind `after_id` on.

    Raises:
        HubUnreachable: the hub went away in the middle.
    """
    after = (entity, after_id)
    while True:
        page = hub.snapshot_v1(replica_id, after, PAGE)
        for row in page.rows:
            if row.entity != entity:
                return
            yield row
        if not page.more:
            return
        after = (entity, page.rows[-1].entity_id)
