"""Migration steps for customers and the indexes that find them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def customers(db: Database) -> None:
    """Customers."""


STEPS = [customers]
