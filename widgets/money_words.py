"""What is said of money at a glance: each a text and its tone, a shape and a word where something is wrong."""

from __future__ import annotations

from data.billing.amounts import money_text
from data.billing.ledger import ZERO, Account, TicketMoney

Worded = tuple[str, str]
"""(text, tone)."""
MOST_INVOICES = 2


def of_account(account: Account) -> list[Worded]:
    """A customer's invoices: what is past due and how long, what is open, what is theirs."""
    if not account.invoices and not account.credit:
        return [("none", "dim")]
    told: list[Worded] = []
    if account.past_due:
        told.append((f"▲ past due {money_text(account.past_due)}, {_days(account.oldest_days)}", "band"))
    if account.open_balance:
        told.append((f"open balance {money_text(account.open_balance)}", ""))
    elif account.invoices:
        told.append(("✓ nothing open", "good"))
    if account.credit:
        told.append((f"○ credit {money_text(account.credit)}", "info"))
    return told


def of_ticket(money: TicketMoney) -> list[Worded]:
    """A ticket's charges, its newest invoices with their state, what is due."""
    told: list[Worded] = [(f"charges {money_text(money.total)}", "dim")]
    if money.invoices and money.waiting:
        waiting = sum((one.amount for one in money.waiting), ZERO)
        told.append((f"○ {money_text(waiting)} not invoiced yet", "dim"))
    for one in money.invoices[: -MOST_INVOICES - 1 : -1]:
        shape = "▲ " if one.past_due or one.also_on else ""
        doubled = f", also charged on {one.also_on[0]}" if one.also_on else ""
        told.append((f"{shape}invoice {one.invoice.number} {one.word}{doubled}", "warn" if shape else "dim"))
    if (more := len(money.invoices) - MOST_INVOICES) > 0:
        told.append((f"{more} more", "dim"))
    if money.invoices:
        told.append((f"due {money_text(money.due)}", ""))
    return told


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"
