"""Migration steps for charges, invoices and payments."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def money(db: Database) -> None:
    """The books. Amounts are cents."""
    charge = db.table("charge")
    charge.create(
        {
            "id": str,
            "ticket_id": str,
            "item": str,
            "text": str,
            "per": str,
            "quantity": int,
            "unit_price": int,
            "at": str,
            "by": str,
        },
        pk="id",
    )
    charge.create_index(["ticket_id", "at"])
    invoice = db.table("invoice")
    invoice.create(
        {
            "id": str,
            "number": str,
            "customer_id": str,
            "ticket_id": str,
            "issued_on": str,
            "terms_days": int,
            "lines": str,
            "at": str,
            "by": str,
        },
        pk="id",
    )
    invoice.create_index(["number"])
    invoice.create_index(["customer_id"])
    invoice.create_index(["ticket_id"])
    payment = db.table("payment")
    payment.create(
        {
            "id": str,
            "customer_id": str,
            "method": str,
            "reference": str,
            "payer": str,
            "allocations": str,
            "at": str,
            "by": str,
        },
        pk="id",
    )
    payment.create_index(["customer_id"])
    reversal = db.table("reversal")
    reversal.create({"id": str, "what": str, "of": str, "why": str, "at": str, "by": str}, pk="id")
    reversal.create_index(["of"])


STEPS = [money]
