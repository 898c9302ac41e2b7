"""Outages: a node is down."""

from typing import ClassVar

from data.models.base import AgentId, Entity, Instant


class Outage(Entity):
    """A node that is, or was, down."""

    entity: ClassVar[str] = "outage"
    free_text: ClassVar[frozenset[str]] = frozenset({"node", "city", "text"})

    id: str
    node: str
    city: str = ""
    since: Instant
    expected: Instant | None = None
    """When it should be up again; None: not known."""
    over: Instant | None = None
    """When it was up again; None: it is down."""
    text: str = ""
    """What agents may say about it."""
    made_by: AgentId
    made_at: Instant
