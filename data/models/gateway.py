"""A gateway at work: one row a gateway, which expires by itself."""

from typing import ClassVar

from data.models.base import Entity, Instant


class Gateway(Entity):
    """What a gateway says of itself while it runs. `id` is its replica id."""

    entity: ClassVar[str] = "gateway"
    free_text: ClassVar[frozenset[str]] = frozenset({"name", "trouble"})

    id: str
    name: str
    services: tuple[str, ...]
    """What it does: `mail`."""
    at: Instant
    """When it said so last."""
    until: Instant
    """After this it says nothing any more."""
    trouble: str = ""
    """Why its services cannot work at present; empty: they do."""
