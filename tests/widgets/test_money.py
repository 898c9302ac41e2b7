"""Money at a glance: words and shapes, in the customer's card and in the ticket's quiet line (CUST-3, TICK-3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from data.billing.ledger import Account, InvoiceState, TicketMoney, statement
from data.models.base import AgentId, CustomerId, TicketId
from data.models.customer import Plan
from data.models.money import Allocation, Charge, Invoice, InvoiceLine, Method, Payment
from tests.widgets.stage import on_stage, text_of
from tests.widgets.views import NOW, glance, ticket, ticket_view
from widgets.glance import card
from widgets.money_words import of_account, of_ticket
from widgets.safe_text import width
from widgets.ticket_pane import TicketPane

TODAY = date(2026, 1, 5)


def charge(key: str, amount: str = "35.00") -> Charge:
    return Charge(
        id=key,
        ticket_id=TicketId("t1"),
        item="310",
        text="Session",
        unit_price=Decimal(amount),
        at=NOW,
        by=AgentId("a"),
    )


def invoice(number: str, *charges: Charge, due_days_ago: int = 0) -> Invoice:
    lines = tuple(
        InvoiceLine(charge_id=one.id, item=one.item, text=one.text, unit_price=one.unit_price) for one in charges
    )
    return Invoice(
        id=number, number=number, customer_id=CustomerId("c1"), ticket_id=TicketId("t1"),
        issued_on=TODAY - timedelta(days=due_days_ago), lines=lines, at=NOW, by=AgentId("a"),
    )  # fmt: skip


def payment(key: str, number: str, amount: str) -> Payment:
    return Payment(
        id=key, customer_id=CustomerId("c1"), method=Method.LINK, reference=key,
        allocations=(Allocation(invoice_id=number, amount=Decimal(amount)),), at=NOW, by=AgentId("a"),
    )  # fmt: skip


def account(*invoices: Invoice, paid: tuple[Payment, ...] = (), void: tuple[str, ...] = ()) -> Account:
    return statement(invoices, paid, void, TODAY, 30)


def texts(words: list[tuple[str, str]]) -> list[str]:
    return [text for text, _tone in words]


OLD = invoice("10001-1", charge("a", "120.00"), due_days_ago=41)
NEW = invoice("10002-1", charge("b"))


def test_what_is_said_of_an_account() -> None:
    assert texts(of_account(Account())) == ["none"]
    assert texts(of_account(account(OLD))) == ["▲ past due $120.00, 41 days", "open balance $120.00"]
    assert texts(of_account(account(OLD, NEW))) == ["▲ past due $120.00, 41 days", "open balance $155.00"]
    assert texts(of_account(account(NEW))) == ["open balance $35.00"]
    paid = payment("p", "10002-1", "35.00")
    assert texts(of_account(account(NEW, paid=(paid,)))) == ["✓ nothing open"]
    twice = (paid, payment("q", "10002-1", "35.00"))
    assert texts(of_account(account(NEW, paid=twice))) == ["✓ nothing open", "○ credit $35.00"]
    assert texts(of_account(account(paid=(paid,)))) == ["○ credit $35.00"], "its invoice has not come yet"


def state(one: Invoice, *paid: Payment, void: bool = False) -> InvoiceState:
    return account(one, paid=paid, void=(one.id,) if void else ()).invoices[0]


@pytest.mark.parametrize(
    ("money", "said"),
    [
        (TicketMoney(), ["charges $0.00"]),
        (TicketMoney((charge("a"),), (charge("a"),)), ["charges $35.00"]),
        (TicketMoney((charge("a"),), (), (state(NEW),)), ["charges $35.00", "invoice 10002-1 open", "due $35.00"]),
        (
            TicketMoney((charge("a"),), (charge("z"),), (state(OLD), state(NEW, payment("p", "10002-1", "5.00")))),
            [
                "charges $35.00",
                "○ $35.00 not invoiced yet",
                "invoice 10002-1 part paid",
                "▲ invoice 10001-1 past due",
                "due $150.00",
            ],
        ),
        (
            TicketMoney((), (), (state(NEW), state(NEW), state(NEW, void=True))),
            ["charges $0.00", "invoice 10002-1 void", "invoice 10002-1 open", "1 more", "due $70.00"],
        ),
    ],
)
def test_what_is_said_of_a_ticket(money: TicketMoney, said: list[str]) -> None:
    assert texts(of_ticket(money)) == said


@pytest.mark.parametrize("cells", [40, 60, 100])
def test_the_card_shows_what_is_past_due_whole(cells: int) -> None:
    lines = card(replace(glance("Maria"), account=account(OLD, NEW)), NOW, cells)
    shown = ["".join(span.text for span in line) for line in lines]
    there = next(place for place, text in enumerate(shown) if text.startswith(" invoices"))
    assert "▲ past due $120.00, 41 days" in shown[there]
    assert "open balance $155.00" in shown[there] + shown[there + 1]
    assert width(lines[there]) <= cells
    tone = next(span.tone for span in lines[there] if "past due" in span.text)
    assert tone == "band"


async def test_the_ticket_has_one_quiet_line() -> None:
    money = TicketMoney((charge("a"),), (), (state(NEW),))
    async with on_stage(lambda: TicketPane(id="ticket")) as (stage, pilot):
        pane, quiet = stage.query_one(TicketPane), stage.query_one("#ticket-money")
        pane.show(ticket_view("x"), NOW)
        assert not quiet.display
        pane.show(ticket_view("x", ticket=ticket("x").model_copy(update={"type": Plan.ONE_TIME})), NOW)
        await pilot.pause()
        assert text_of(quiet).strip() == "charges $0.00"
        pane.show(ticket_view("x", ticket=ticket("x"), money=money), NOW)
        await pilot.pause()
        assert text_of(quiet).strip() == "charges $35.00 · invoice 10002-1 open · due $35.00"
        pane.show(None, None)
        await pilot.pause()
        assert not quiet.display
