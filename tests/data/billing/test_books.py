"""Whatever happens in whatever order on whichever seat: the books add up, nothing is due below zero, and no payment
counts twice (TICK-3)."""

from __future__ import annotations

import tempfile
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from data.billing import accounts, charges, invoices, payments
from data.billing.amounts import MoneyError
from data.billing.ledger import Account
from data.floor.pace import LeapClock
from data.models.base import Entity, Row
from data.models.customer import Plan
from data.models.money import Allocation, Charge, Invoice, Method, Payment, Reversal
from data.store.database import Store
from tests.data.billing.books import ANA, CUSTOMER, ITEMS, TERMS, arrive, furnish

SEATS = st.integers(0, 1)
BOOKS = (Charge, Invoice, Payment, Reversal)
TICKETS = {"t1": "10001", "t2": "10002"}


class Books(RuleBasedStateMachine):
    """Two seats with one customer. What one writes comes to the other later, row by row, in any order."""

    @initialize()
    def open(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._clock = LeapClock()
        self._stores = [Store(Path(self._folder.name) / f"{name}.db", durable=False) for name in "ab"]
        for place, store in enumerate(self._stores):
            for ticket, number in TICKETS.items():
                furnish(store, self._clock, ticket=ticket, number=number, plan=Plan.PAY_AS_YOU_GO)
            with store.write() as connection:
                connection.execute("INSERT INTO sync_state VALUES ('number', ?)", (str(place + 1),))
                if place == 0:
                    connection.execute("INSERT INTO number_block VALUES (10001, 10050, 10003)")
        self._ids = count(1)
        self._paid: dict[str, tuple[int, tuple[Allocation, ...], str]] = {}

    def teardown(self) -> None:
        if hasattr(self, "_folder"):
            for store in self._stores:
                store.close()
            self._folder.cleanup()

    def _account(self, seat: int) -> Account:
        return accounts.account(self._stores[seat], CUSTOMER, TERMS.today(self._clock.now()))

    def _pick(self, seat: int, model: type[Entity], at: int) -> str | None:
        rows = self._stores[seat].rows(f"SELECT id FROM {model.entity} ORDER BY id")
        return rows[at % len(rows)]["id"] if rows else None

    @rule(seat=SEATS, ticket=st.sampled_from(sorted(TICKETS)), quantity=st.integers(1, 3))
    def charge(self, seat: int, ticket: str, quantity: int) -> None:
        charges.charge(self._stores[seat], ticket, "320", ANA, self._clock, ITEMS, quantity)

    @rule(seat=SEATS, ticket=st.sampled_from(sorted(TICKETS)))
    def invoice(self, seat: int, ticket: str) -> None:
        waiting = accounts.ticket_money(self._stores[seat], ticket, date(2026, 1, 5)).waiting
        try:
            made = invoices.invoice(self._stores[seat], ticket, ANA, self._clock, TERMS)
        except MoneyError:
            assert not waiting
        else:
            assert made.total == sum(one.amount for one in waiting) > 0

    @rule(seat=SEATS, at=st.integers(0, 50))
    def take_back(self, seat: int, at: int) -> None:
        if (found := self._pick(seat, Charge, at)) is not None:
            try:
                charges.take_back(self._stores[seat], found, "by mistake", ANA, self._clock)
            except MoneyError as error:
                assert "void the invoice first" in str(error)

    @rule(seat=SEATS, at=st.integers(0, 50))
    def void(self, seat: int, at: int) -> None:
        if (found := self._pick(seat, Invoice, at)) is not None:
            try:
                invoices.void(self._stores[seat], found, "given up", ANA, self._clock)
            except MoneyError as error:
                assert "refund it first" in str(error)

    @rule(seat=SEATS, cents=st.integers(1, 20_000))
    def pay(self, seat: int, cents: int) -> None:
        before = self._account(seat)
        try:
            parts = payments.split(Decimal(cents) / 100, before.open)
        except MoneyError:
            assert Decimal(cents) / 100 > before.open_balance
            return
        self._record(seat, f"p{next(self._ids)}", parts)
        assert self._account(seat).open_balance == before.open_balance - Decimal(cents) / 100

    def _record(self, seat: int, payment_id: str, parts: tuple[Allocation, ...]) -> None:
        payments.pay(
            self._stores[seat], payment_id, CUSTOMER, parts, Method.LINK, f"R-{payment_id}", ANA, self._clock
        )
        self._paid[payment_id] = (seat, parts, payment_id)

    @rule(at=st.integers(0, 50))
    def pay_again(self, at: int) -> None:
        if self._paid:
            seat, parts, payment_id = sorted(self._paid.values(), key=str)[at % len(self._paid)]
            before = self._account(seat)
            self._record(seat, payment_id, parts)
            assert self._account(seat) == before

    @rule(seat=SEATS, at=st.integers(0, 50))
    def refund(self, seat: int, at: int) -> None:
        if (found := self._pick(seat, Payment, at)) is not None:
            payments.refund(self._stores[seat], found, "paid twice", ANA, self._clock)

    @rule(seat=SEATS, data=st.data())
    def some_rows_come(self, seat: int, data: st.DataObject) -> None:
        missing = self._missing(seat)
        if missing:
            for at in data.draw(st.lists(st.integers(0, len(missing) - 1), unique=True, max_size=6)):
                self._bring(seat, *missing[at])

    def _missing(self, seat: int) -> list[tuple[type[Entity], Row]]:
        here, there = self._stores[seat], self._stores[1 - seat]
        return [
            (model, row)
            for model in BOOKS
            for row in there.rows(f"SELECT * FROM {model.entity} ORDER BY id")
            if here.value(f"SELECT 1 FROM {model.entity} WHERE id = ?", (row["id"],)) is None
        ]

    def _bring(self, seat: int, model: type[Entity], row: Row) -> None:
        arrive(self._stores[seat], model.from_row(row))

    @rule()
    def all_rows_come(self) -> None:
        for seat in (0, 1):
            for model, row in self._missing(seat):
                self._bring(seat, model, row)
        assert self._account(0) == self._account(1)
        numbers = [row["number"] for row in self._stores[0].rows("SELECT number FROM invoice")]
        assert len(numbers) == len(set(numbers)), "two invoices have one number"

    @rule(days=st.integers(0, 40))
    def time_passes(self, days: int) -> None:
        self._clock.leap(86_400 * days + 1)

    @invariant()
    def the_books_add_up(self) -> None:
        for seat, store in enumerate(getattr(self, "_stores", ())):
            self._adds_up(store, self._account(seat))

    def _adds_up(self, store: Store, account: Account) -> None:
        back = {row["of"] for row in store.rows("SELECT of FROM reversal")}
        asked = sum(
            line["unit_price"] * line["quantity"]
            for invoice in map(Invoice.from_row, store.rows("SELECT * FROM invoice"))
            if invoice.id not in back
            for line in invoice.model_dump(mode="json")["lines"]
        )
        came = sum(
            part["amount"]
            for payment in map(Payment.from_row, store.rows("SELECT * FROM payment"))
            if payment.id not in back
            for part in payment.model_dump(mode="json")["allocations"]
        )
        assert account.open_balance - account.credit == Decimal(asked - came) / 100
        assert account.credit >= 0
        assert sum(one.paid + one.surplus for one in account.invoices) + account.unplaced == Decimal(came) / 100
        for one in account.invoices:
            assert one.due >= 0
            assert one.paid >= 0
            assert one.surplus >= 0
            assert one.due == one.due.quantize(Decimal("0.01"))
        assert sum(account.by_age.values()) == account.open_balance


TestBooks = Books.TestCase
TestBooks.settings = settings(
    deadline=None, max_examples=20, stateful_step_count=30, suppress_health_check=[HealthCheck.too_slow]
)
