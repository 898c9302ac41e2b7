"""Migration steps for the customer's clock, numbers and windows of callbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def windows(db: Database) -> None:
    """What a callback tells of the customer's clock, and who allowed it where it is outside the hours."""
    callback = db.table("callback")
    for name, kind, first in (
        ("numbers", str, "[]"),
        ("zone", str, ""),
        ("verified", str, "[]"),
        ("flagged", int, 0),
    ):
        callback.add_column(name, kind, not_null_default=first)
    callback.add_column("override_by", str)
    callback.add_column("override_why", str, not_null_default="")


STEPS = [windows]
