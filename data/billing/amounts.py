"""Amounts of money as people write and read them."""

from __future__ import annotations

import re
from decimal import Decimal

from data.models.money import CENT, MOST

_WRITTEN = re.compile(r"\$?\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]*)?")
_LONGEST = 40


class MoneyError(ValueError):
    """What was asked for cannot be put in the books; the message is one sentence for the agent."""


def money_text(amount: Decimal) -> str:
    """`$1,234.50`; a negative amount has its minus before the sign."""
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"


def said(amount: Decimal) -> str:
    """An amount as it is said aloud: `$35`, `$35.50`."""
    return money_text(amount).removesuffix(".00")


def parse_money(typed: str) -> Decimal:
    """What an agent typed as an amount: `120`, `$120.00`, `1,200.5`.

    Raises:
        MoneyError: it is none, negative, or finer than a cent.
    """
    text = typed.strip()[:_LONGEST]
    if text.startswith(("-", "−", "(", "$-", "$−")):
        raise MoneyError("An amount cannot be negative: to give money back, refund its payment.")
    found = _WRITTEN.fullmatch(text)
    if found is None or found.group(2) == ".":
        raise MoneyError("Type an amount like 120, 120.00 or $1,200.50.")
    if len(found.group(2) or "") > 3:
        raise MoneyError("An amount has two decimals at most: type it like 120.50.")
    amount = Decimal(found.group(1).replace(",", "") + (found.group(2) or ""))
    if amount > MOST:
        raise MoneyError(f"The largest amount is {money_text(MOST)}: check what was typed.")
    return amount.quantize(CENT)
