"""Charges, invoices and payments, one rule at a time (TICK-3); what is past due, to the day (PLAY-D2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.billing import accounts, charges, invoices, payments
from data.billing.amounts import MoneyError, money_text, parse_money, said
from data.billing.catalogue import catalogue
from data.billing.ledger import Bucket, bucket_of
from data.billing.terms import Terms
from data.desk import reading
from data.floor.pace import LeapClock
from data.models import Invoice, Payment
from data.models.customer import Plan
from data.models.money import MOST, Allocation, Method
from data.store.database import Store
from data.text.reviewed import ContentError
from data.tickets import tickets
from tests.data.billing.books import ANA, BO, CUSTOMER, ITEMS, NEW_YORK, TERMS, arrive, furnish

DAY = date(2026, 1, 5)


@pytest.fixture
def ticket(store: Store, clock: LeapClock) -> str:
    with store.write() as connection:
        connection.execute("INSERT INTO number_block VALUES (10001, 10050, 10003)")
    return furnish(store, clock)


def billed(store: Store, clock: LeapClock, ticket: str, terms: Terms = TERMS, quantity: int = 1) -> Invoice:
    charges.charge(store, ticket, "310", ANA, clock, ITEMS, quantity)
    return invoices.invoice(store, ticket, ANA, clock, terms)


def pay(
    store: Store, clock: LeapClock, invoice: Invoice, amount: str, reference: str = "R-1", **fields: object
) -> Payment:
    given = {"payment_id": f"p-{reference}", "method": Method.LINK, **fields}
    parts = [Allocation(invoice_id=invoice.id, amount=Decimal(amount))]
    return payments.pay(
        store, customer_id=CUSTOMER, allocations=parts, reference=reference, agent=ANA, clock=clock, **given
    )  # type: ignore[arg-type]


# amounts


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("120", "120.00"),
        ("$120.00", "120.00"),
        ("1,200.5", "1200.50"),
        (" $ 0.01 ", "0.01"),
        ("$1,234,567.89", "1234567.89"),
        ("0", "0.00"),
    ],
)
def test_what_agents_type(typed: str, amount: str) -> None:
    assert str(parse_money(typed)) == amount


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("3.555", "two decimals"),
        ("-5", "negative"),
        ("$-5", "negative"),
        ("(5)", "negative"),
        ("", "like 120"),
        ("twenty", "like 120"),
        ("12,00", "like 120"),
        ("1,2345", "like 120"),
        ("5.", "like 120"),
        ("1e3", "like 120"),
        ("NaN", "like 120"),
        ("١٢", "like 120"),
        ("99999999", "largest"),
        ("4111 1111 1111 1111", "like 120"),
    ],
)
def test_what_is_no_amount(typed: str, why: str) -> None:
    with pytest.raises(MoneyError, match=why):
        parse_money(typed)


@given(st.integers(0, int(MOST * 100)))
def test_amounts_are_read_as_they_are_written(cents: int) -> None:
    amount = Decimal(cents) / 100
    assert parse_money(money_text(amount)) == amount


@given(st.text(max_size=50))
def test_any_text_is_an_amount_or_a_sentence(text: str) -> None:
    try:
        assert 0 <= parse_money(text) <= MOST
    except MoneyError as error:
        assert str(error).endswith(".")


def test_how_amounts_are_shown_and_said() -> None:
    assert [money_text(Decimal(one)) for one in ("1234.5", "0", "-3")] == ["$1,234.50", "$0.00", "-$3.00"]
    assert [said(Decimal(one)) for one in ("35", "35.50")] == ["$35", "$35.50"]


@pytest.mark.parametrize("value", [19.99, "19.99", True, Decimal("0.001"), Decimal("NaN"), Decimal(-1), -1])
def test_no_float_and_no_part_of_a_cent_gets_into_the_books(value: object) -> None:
    with pytest.raises(ValueError, match="money"):
        Allocation.model_validate({"invoice_id": "x", "amount": value})


# the items


def test_the_shipped_items() -> None:
    assert [(one.code, one.price, one.types) for one in ITEMS.items] == [
        ("310", Decimal("35.00"), (Plan.ONE_TIME,)),
        ("320", Decimal("20.00"), (Plan.PAY_AS_YOU_GO,)),
    ]
    assert "$35 for each session and computer" in ITEMS.item("310").said
    assert [way.method for way in ITEMS.ways] == list(Method)
    assert ITEMS.for_type(Plan.MANAGED) == ()


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, "names and values"),
        ("items: ]", 1, "YAML"),
        ("item: []", 1, "item"),
        ('items:\n- {code: "1", name: a, price: "3.555", types: [0]}', 2, "two decimals"),
        ('items:\n- {code: "1", name: a, price: "0", types: [0]}', 2, "greater than 0"),
        ("items:\n- code: '1'\n  name: a\n  price: 5\n  types: [0, 7]", 5, "0, 1, 2, 3 or 4"),
        ("items:\n- code: '1'\n  name: a\n  price: 5\n  types: [0]\n  say: it is $5", 6, "$price"),
        ("items:\n- code: '1'\n  name: a\n  price: 5\n  types: [0]\n  say: it is five", 6, "$price"),
        ("items:\n- {code: '1', name: a, price: 5, types: [0]}\n- {code: '1', name: b, price: 5, types: [0]}", 3, "twice"),
        ("items: []\nways:\n- {method: cash, name: a, say: b}", 3, "portal"),
        ("items: []\nways:\n- {method: link, name: a, say: b}\n- {method: link, name: c, say: d}", 4, "twice"),
        ("items: []\nitems: []", 2, "twice"),
        ("items: &a [*a]", 1, "alias"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_names_the_line(tmp_path: Path, text: str, line: int, why: str) -> None:
    file = tmp_path / "items.yaml"
    file.write_text(text)
    with pytest.raises(ContentError) as told:
        catalogue(file)
    assert f"{file}, line {line}: " in str(told.value)
    assert why in str(told.value)


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "none.yaml", tmp_path, tmp_path / "x"):
        with pytest.raises(ContentError, match=r"line 1: it (cannot be read|is not UTF-8)"):
            catalogue(path)


# charges


def test_a_ticket_begins_at_nothing(store: Store, ticket: str) -> None:
    money = accounts.ticket_money(store, ticket, DAY)
    assert (money.charges, money.total, money.due) == ((), Decimal(), Decimal())


def test_a_charge_is_exact_and_in_the_history(store: Store, clock: LeapClock, ticket: str) -> None:
    one = charges.charge(store, ticket, "310", ANA, clock, ITEMS, quantity=3)
    assert (one.amount, str(one.amount), one.per) == (Decimal("105.00"), "105.00", "session and computer")
    assert store.row("SELECT unit_price, quantity FROM charge") == {"unit_price": 3500, "quantity": 3}
    assert tickets.history(store, ticket)[-1].text == "charged 3 × 310 One-time remote session $105.00"
    assert accounts.ticket_money(store, ticket, DAY).total == Decimal(105)


def test_an_item_is_only_for_its_types(store: Store, clock: LeapClock, ticket: str) -> None:
    with pytest.raises(MoneyError, match=r"Item 320 .* is not for tickets of type 0, One-time session"):
        charges.charge(store, ticket, "320", ANA, clock, ITEMS)
    with pytest.raises(MoneyError, match="no item 999: the items are 310, 320"):
        charges.charge(store, ticket, "999", ANA, clock, ITEMS)
    for quantity in (0, -1, 1000):
        with pytest.raises(MoneyError, match="1 to 999"):
            charges.charge(store, ticket, "310", ANA, clock, ITEMS, quantity)
    with pytest.raises(MoneyError, match="not saved yet"):
        charges.charge(store, "nothing", "310", ANA, clock, ITEMS)
    assert store.value("SELECT count(*) FROM charge") == 0


def test_repeats_of_one_id_are_one_charge_and_one_invoice(store: Store, clock: LeapClock, ticket: str) -> None:
    for _ in range(3):
        charges.charge(store, ticket, "310", ANA, clock, ITEMS, charge_id="ch")
    made = [invoices.invoice(store, ticket, ANA, clock, TERMS, invoice_id="in") for _ in range(3)]
    assert made[0] == made[1] == made[2]
    assert made[0].total == Decimal(35)


def test_a_charge_is_taken_back_by_a_reversing_entry(store: Store, clock: LeapClock, ticket: str) -> None:
    one = charges.charge(store, ticket, "310", ANA, clock, ITEMS)
    with pytest.raises(MoneyError, match="why"):
        charges.take_back(store, one.id, "  ", ANA, clock)
    charges.take_back(store, one.id, "wrong ticket", BO, clock)
    charges.take_back(store, one.id, "wrong ticket", BO, clock)
    assert store.value("SELECT count(*) FROM charge") == store.value("SELECT count(*) FROM reversal") == 1
    assert accounts.ticket_money(store, ticket, DAY).total == 0
    assert "took back 310" in tickets.history(store, ticket)[-1].text
    with pytest.raises(MoneyError, match="nothing to invoice"):
        invoices.invoice(store, ticket, ANA, clock, TERMS)


# invoices


def test_invoice_numbers_come_from_the_ticket(store: Store, clock: LeapClock, ticket: str) -> None:
    assert [billed(store, clock, ticket).number for _ in range(3)] == ["10001-1", "10001-2", "10001-3"]
    there = furnish(store, clock, ticket="t9", number="20500")
    store.execute("INSERT INTO sync_state VALUES ('number', '3')")
    assert [billed(store, clock, there).number for _ in range(2)] == ["20500-1-S3", "20500-2-S3"]
    own = furnish(store, clock, ticket="t8", number="S3-0001")
    assert billed(store, clock, own).number == "S3-0001-1"


def test_an_invoice_takes_what_is_on_none_yet(store: Store, clock: LeapClock, ticket: str) -> None:
    first = billed(store, clock, ticket, quantity=2)
    second = billed(store, clock, ticket)
    assert (first.total, second.total) == (Decimal(70), Decimal(35))
    with pytest.raises(MoneyError, match="on invoice 10001-1: void the invoice first"):
        charges.take_back(store, first.lines[0].charge_id, "mistake", ANA, clock)
    invoices.void(store, first.id, "given up", ANA, clock)
    invoices.void(store, first.id, "given up", ANA, clock)
    money = accounts.ticket_money(store, ticket, DAY)
    assert [(one.word, one.due) for one in money.invoices] == [("void", 0), ("open", 35)]
    assert [one.id for one in money.waiting] == [first.lines[0].charge_id]
    charges.take_back(store, first.lines[0].charge_id, "mistake", ANA, clock)
    assert accounts.ticket_money(store, ticket, DAY).total == 35


def test_an_invoice_needs_a_customer(store: Store, clock: LeapClock, ticket: str) -> None:
    nobody = furnish(store, clock, ticket="t5", number="10002", customer=None)
    charges.charge(store, nobody, "310", ANA, clock, ITEMS)
    with pytest.raises(MoneyError, match="Ticket 10002 has no customer yet"):
        invoices.invoice(store, nobody, ANA, clock, TERMS)


def test_an_invoice_is_found_by_its_number(store: Store, clock: LeapClock, ticket: str) -> None:
    made = [billed(store, clock, ticket) for _ in range(2)]
    assert accounts.find_invoices(store, " invoice # 10001-2 ") == [made[1]]
    assert accounts.find_invoices(store, "10001-") == made
    for query in ("10001", "", "-", "1'--", "%", "10001-3"):
        assert accounts.find_invoices(store, query) == []


def test_the_search_box_finds_an_invoice_by_its_number(store: Store, clock: LeapClock, ticket: str) -> None:
    billed(store, clock, ticket)
    for query in ("10001-1", "# 10001-1", "Invoice 10001-1", "10001-"):
        hit = reading.search(store, query)[0]
        assert (hit.key, hit.head, hit.detail) == ("ticket:t1", "invoice 10001-1", "Maria Alvarez · $35.00")
    assert reading.search(store, "10001")[0].key == "ticket:t1"
    assert all("invoice" not in hit.head for hit in reading.search(store, "202-555-0142"))


# payments


def test_what_was_paid_and_what_is_left(store: Store, clock: LeapClock, ticket: str) -> None:
    made = billed(store, clock, ticket)
    pay(store, clock, made, "15.01")
    state = accounts.account(store, CUSTOMER, DAY).invoices[0]
    assert (state.word, state.paid, state.due) == ("part paid", Decimal("15.01"), Decimal("19.99"))
    pay(store, clock, made, "19.99", "R-2", method=Method.PHONE)
    account = accounts.account(store, CUSTOMER, DAY)
    assert (account.invoices[0].word, account.open_balance, account.credit) == ("paid", 0, 0)
    assert tickets.history(store, ticket)[-1].text == "paid $19.99 of invoice 10001-1 by phone, R-2"
    assert accounts.open_invoices(store, CUSTOMER, DAY) == ()


def test_one_payment_over_several_invoices_takes_the_past_due_first(
    store: Store, clock: LeapClock, ticket: str
) -> None:
    soon = billed(store, clock, ticket, Terms(NEW_YORK, days=14))
    old = billed(store, clock, ticket, Terms(NEW_YORK, days=0))
    today = DAY + timedelta(days=30)
    open_ones = accounts.open_invoices(store, CUSTOMER, today)
    parts = payments.split(Decimal("40.00"), tuple(reversed(open_ones)))
    assert [(part.invoice_id, part.amount) for part in parts] == [(old.id, 35), (soon.id, 5)]
    with pytest.raises(MoneyError, match=r"\$70.00 is open, so \$70.01 is \$0.01 too much"):
        payments.split(Decimal("70.01"), open_ones)
    with pytest.raises(MoneyError, match="more than"):
        payments.split(Decimal(0), open_ones)


def test_more_than_is_due_is_refused(store: Store, clock: LeapClock, ticket: str) -> None:
    made = billed(store, clock, ticket)
    with pytest.raises(MoneyError, match=r"\$35.00 is open on invoice 10001-1, so \$35.01 is \$0.01 too much"):
        pay(store, clock, made, "35.01")
    pay(store, clock, made, "35.00")
    with pytest.raises(MoneyError, match=r"\$0.00 is open on invoice 10001-1"):
        pay(store, clock, made, "0.01", "R-2")


def test_what_cannot_be_paid(store: Store, clock: LeapClock, ticket: str) -> None:
    made = billed(store, clock, ticket)
    for parts, why in (
        ([], "more than"),
        ([Allocation(invoice_id=made.id, amount=Decimal(0))], "more than"),
        ([Allocation(invoice_id=made.id, amount=Decimal(1))] * 2, "stands once"),
        ([Allocation(invoice_id="other", amount=Decimal(1))], "no such invoice"),
    ):
        with pytest.raises(MoneyError, match=why):
            payments.pay(store, "p", CUSTOMER, parts, Method.LINK, "R", ANA, clock)
    for reference in ("", "  ", "x" * 81):
        with pytest.raises(MoneyError, match="Type the reference"):
            pay(store, clock, made, "1", reference)
    invoices.void(store, made.id, "given up", ANA, clock)
    with pytest.raises(MoneyError, match="is void"):
        pay(store, clock, made, "1")
    assert store.value("SELECT count(*) FROM payment") == 0


def test_the_same_id_again_is_the_same_payment(store: Store, clock: LeapClock, ticket: str) -> None:
    made = billed(store, clock, ticket)
    first = pay(store, clock, made, "20")
    clock.leap(60)
    assert pay(store, clock, made, "20") == first
    assert accounts.account(store, CUSTOMER, DAY).open_balance == 15
    with pytest.raises(MoneyError, match="Another payment is recorded under this id"):
        pay(store, clock, made, "10")


def test_the_same_reference_is_recorded_already(store: Store, clock: LeapClock, ticket: str) -> None:
    made = billed(store, clock, ticket)
    first = pay(store, clock, made, "10", "Pay 7")
    when = first.at.astimezone()
    with pytest.raises(MoneyError, match=rf"recorded already: \$10.00 at {when:%Y-%m-%d %H:%M}"):
        pay(store, clock, made, "10", " pay  7", payment_id="p2")
    pay(store, clock, made, "10", "Pay 7", payment_id="p3", method=Method.PHONE)
    payments.refund(store, first.id, "wrong invoice", ANA, clock)
    pay(store, clock, made, "10", "Pay 7", payment_id="p4")


def test_a_refund_makes_it_due_again(store: Store, clock: LeapClock, ticket: str) -> None:
    made = billed(store, clock, ticket)
    paid = pay(store, clock, made, "35")
    with pytest.raises(MoneyError, match="refund it first"):
        invoices.void(store, made.id, "given up", ANA, clock)
    for _ in range(2):
        payments.refund(store, paid.id, "wrong customer", ANA, clock)
    assert accounts.account(store, CUSTOMER, DAY).open_balance == 35
    assert store.value("SELECT count(*) FROM reversal") == 1
    assert pay(store, clock, made, "35") == paid, "the same id is the same payment, refunded or not"
    assert accounts.account(store, CUSTOMER, DAY).open_balance == 35
    with pytest.raises(MoneyError, match="not in the store"):
        payments.refund(store, "nothing", "x", ANA, clock)
    invoices.void(store, made.id, "given up", ANA, clock)


def test_nothing_is_left_of_a_payment_that_failed(store: Store, clock: LeapClock, ticket: str) -> None:
    made = billed(store, clock, ticket)
    before = store.value("SELECT count(*) FROM outbox")
    store.execute(
        "CREATE TEMP TRIGGER refuse BEFORE INSERT ON main.ticket_event BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    )
    with pytest.raises(Exception, match="full"):
        pay(store, clock, made, "10")
    assert store.value("SELECT count(*) FROM payment") == 0
    assert store.value("SELECT count(*) FROM outbox") == before


def test_what_was_paid_twice_on_two_seats_is_credit(store: Store, clock: LeapClock, ticket: str) -> None:
    made = billed(store, clock, ticket)
    first = pay(store, clock, made, "35")
    arrive(store, first.model_copy(update={"id": "other"}))
    account = accounts.account(store, CUSTOMER, DAY)
    assert (account.open_balance, account.credit, account.invoices[0].due) == (0, 35, 0)
    payments.refund(store, first.id, "paid twice", ANA, clock)
    account = accounts.account(store, CUSTOMER, DAY)
    assert (account.open_balance, account.credit) == (0, 0)


def test_a_charge_on_two_invoices_is_told(store: Store, clock: LeapClock, ticket: str) -> None:
    made = billed(store, clock, ticket)
    arrive(store, made.model_copy(update={"id": "other", "number": "10001-1-S2"}))
    assert {one.invoice.number: one.also_on for one in accounts.account(store, CUSTOMER, DAY).invoices} == {
        "10001-1": ("10001-1-S2",),
        "10001-1-S2": ("10001-1",),
    }
    invoices.void(store, "other", "made twice", ANA, clock)
    assert accounts.account(store, CUSTOMER, DAY).invoices[0].also_on == ()


# past due


def test_past_due_from_the_thirtieth_day_on(store: Store, clock: LeapClock, ticket: str) -> None:
    made = billed(store, clock, ticket, Terms(NEW_YORK, days=14))
    assert made.due_on == date(2026, 1, 19)
    for days, word, amount in (
        (0, "open", 0),
        (1, "open", 0),
        (29, "open", 0),
        (30, "past due", 35),
        (41, "past due", 35),
    ):
        account = accounts.account(store, CUSTOMER, made.due_on + timedelta(days=days))
        assert (account.invoices[0].word, account.past_due, account.oldest_days) == (
            word,
            amount,
            days if amount else 0,
        )
    assert accounts.account(store, CUSTOMER, made.due_on + timedelta(days=10), past_due_days=10).past_due == 35
    pay(store, clock, made, "35")
    assert accounts.account(store, CUSTOMER, made.due_on + timedelta(days=99)).past_due == 0


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(-5, Bucket.NOT_DUE), (0, Bucket.NOT_DUE), (1, Bucket.DAYS_1), (29, Bucket.DAYS_1), (30, Bucket.DAYS_30),
     (59, Bucket.DAYS_30), (60, Bucket.DAYS_60), (89, Bucket.DAYS_60), (90, Bucket.DAYS_90), (5000, Bucket.DAYS_90)],
)  # fmt: skip
def test_the_buckets(days: int, bucket: Bucket) -> None:
    assert bucket_of(days) is bucket


@pytest.mark.parametrize(
    ("zone", "now", "day"),
    [
        ("America/New_York", datetime(2026, 3, 8, 4, 59, 59, tzinfo=UTC), date(2026, 3, 7)),
        ("America/New_York", datetime(2026, 3, 8, 5, tzinfo=UTC), date(2026, 3, 8)),
        ("America/New_York", datetime(2026, 3, 9, 3, 59, 59, tzinfo=UTC), date(2026, 3, 8)),  # 23 hours later
        ("America/New_York", datetime(2026, 3, 9, 4, tzinfo=UTC), date(2026, 3, 9)),
        ("America/New_York", datetime(2026, 11, 2, 4, 59, 59, tzinfo=UTC), date(2026, 11, 1)),  # a day of 25 hours
        ("America/New_York", datetime(2026, 11, 2, 5, tzinfo=UTC), date(2026, 11, 2)),
        ("Pacific/Auckland", datetime(2026, 1, 5, 11, tzinfo=UTC), date(2026, 1, 6)),
        ("Africa/Cairo", datetime(2026, 4, 23, 22, 0, tzinfo=UTC), date(2026, 4, 24)),  # midnight does not exist
    ],
)
def test_a_day_begins_at_the_site_s_midnight(zone: str, now: datetime, day: date) -> None:
    assert Terms(ZoneInfo(zone)).today(now) == day


def test_thirty_days_across_the_change_of_clocks(store: Store, ticket: str) -> None:
    """Issued at 23:30 in New York on 20 February; past due at the first moment of 22 March, not an hour around it."""
    issued = LeapClock(datetime(2026, 2, 21, 4, 30, tzinfo=UTC))
    made = billed(store, issued, ticket)
    assert made.issued_on == date(2026, 2, 20)
    before, after = datetime(2026, 3, 22, 3, 59, 59, tzinfo=UTC), datetime(2026, 3, 22, 4, tzinfo=UTC)
    found = [accounts.account(store, CUSTOMER, TERMS.today(now)) for now in (before, after)]
    assert [(one.invoices[0].days, one.invoices[0].past_due) for one in found] == [(29, False), (30, True)]
