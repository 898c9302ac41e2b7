"""Saying that one has seen an alert."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.clock import Clock
from data.models.base import AgentId, new_id
from data.models.supervision import AlertSeen
from data.notices import notices
from data.store.database import Store
from data.store.save import saving

if TYPE_CHECKING:
    from data.supervision.snapshot import Alert


def acknowledge(store: Store, alert: Alert, agent: AgentId, clock: Clock) -> None:
    """This supervisor has seen it; of an alert that is a notice, the notice is seen to. Once seen, nothing is written.

    Raises:
        LookupError: the notice is no longer there.
        StoreError: nothing was written.
    """
    if not alert.open:
        return
    if alert.notice_id is not None:
        notices.acknowledge(store, alert.notice_id, agent, clock)
        return
    with saving(store, agent, clock) as change:
        change.add(AlertSeen(id=new_id(), key=alert.key, level=int(alert.level), by=agent, at=clock.now()))
