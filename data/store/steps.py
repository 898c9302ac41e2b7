"""Every step of the store's shape, in the order in which they are applied: each room has its own `schema.py`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

ROOMS = (
    "data.store.migrations",
    "data.customers.schema",
    "data.queue.schema",
    "data.desk.schema",
    "data.billing.schema",
    "data.playbook.schema",
    "data.notices.schema",
    "data.callbacks.schema",
    "data.sync.schema",
    "data.presence.schema",
    "data.shift.schema",
    "data.callbacks.window_schema",
    "data.supervision.schema",
)
"""Modules with a list `STEPS`. A room is added at the end, and so is a step to a room that is the last one; a step for
an older room begins a new module."""


def every_step() -> list[Callable[[Database], None]]:
    """Every step, oldest first."""
    return [step for room in ROOMS for step in import_module(room).STEPS]
