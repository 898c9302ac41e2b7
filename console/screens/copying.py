"""What can be copied from the workspace: of the ticket, of the customer, and what is selected."""

from __future__ import annotations

from data.models.customer import Customer
from widgets.safe_text import fit

WHAT, SHOWN = 14, 44
"""Cells for what it is, and for as much of the text as the list shows."""


def copyable(selected: str, number: str, title: str, customer: Customer | None) -> dict[str, str]:
    """What could be copied now, as the list shows it, and the text itself; the most likely first."""
    found: list[tuple[str, str]] = [("selected", selected), ("ticket", number)]
    if number and title:
        found.append(("with title", f"{number} {title}"))
    if customer is not None:
        found += [("account", customer.account), ("name", customer.name)]
        found += [("phone", phone.e164 or phone.raw) for phone in customer.phones[:4]]
        found += [("e-mail", email) for email in customer.emails[:2]]
        found.append(("address", ", ".join(part for part in (customer.street, customer.city) if part)))
    return {f"{fit(what, WHAT)}{fit(text, SHOWN).rstrip()}": text for what, text in found if text.strip()}
