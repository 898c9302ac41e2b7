"""A receipt says what was paid for what and what remains, on paper of fixed width and as PDF; its files are whole or
not there (TICK-3)."""

from __future__ import annotations

import base64
import os
import re
import resource
import subprocess
import sys
import zlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.billing import accounts, charges, invoices, payments
from data.billing.amounts import MoneyError
from data.billing.receipt import (
    WIDTH,
    Receipt,
    Row,
    cells,
    receipt_of_payment,
    receipt_of_ticket,
    receipt_text,
    wrapped,
)
from data.billing.receipt_files import save_receipt
from data.billing.receipt_pdf import LACKING, NOTICE, _face, _fit, receipt_pdf
from data.floor.pace import LeapClock
from data.models import Customer, Payment
from data.models.customer import Plan
from data.models.money import Allocation, Method
from data.store.database import Store
from data.store.save import saving
from tests.data.billing.books import ANA, CUSTOMER, ITEMS, NEW_YORK, TERMS, furnish
from tests.hostile import HOSTILE

ORGANISATION = "Example Support"

PAID = """\
Example Support
Receipt 10001-1

Date: 5 Jan 2026
Customer: Maria Alvarez, Alvarez Tile Co
Account: 20718

Invoice 10001-1 of 5 Jan 2026                             $70.00
  310 One-time remote session (per session and
  computer), 2 × $35.00                                   $70.00
  paid with this payment                                  $70.00
  nothing remains                                          $0.00

Invoice 10002-1 of 5 Jan 2026                             $20.00
  320 Pay-as-you-go remote session add-on (per session)   $20.00
  paid with this payment                                   $5.50
  remains                                                 $14.50

Paid                                                      $75.50
  by payment link, reference PAY-771

Remains on your account                                   $14.50
"""


@pytest.fixture
def seat(store: Store, clock: LeapClock) -> Store:
    with store.write() as connection:
        connection.execute("INSERT INTO number_block VALUES (10001, 10050, 10003)")
    furnish(store, clock)
    furnish(store, clock, ticket="t2", number="10002", plan=Plan.PAY_AS_YOU_GO)
    return store


def paid(seat: Store, clock: LeapClock, amount: str = "75.50") -> Payment:
    charges.charge(seat, "t1", "310", ANA, clock, ITEMS, quantity=2)
    charges.charge(seat, "t2", "320", ANA, clock, ITEMS)
    for ticket in ("t1", "t2"):
        invoices.invoice(seat, ticket, ANA, clock, TERMS)
    parts = payments.split(Decimal(amount), accounts.open_invoices(seat, CUSTOMER, TERMS.today(clock.now())))
    return payments.pay(seat, "p1", CUSTOMER, parts, Method.LINK, "PAY-771", ANA, clock)


def of_payment(seat: Store, clock: LeapClock) -> Receipt:
    return receipt_of_payment(seat, "p1", ORGANISATION, NEW_YORK, clock.now())


def test_a_payment_over_two_invoices(seat: Store, clock: LeapClock) -> None:
    paid(seat, clock)
    assert receipt_text(of_payment(seat, clock)) == PAID


def test_a_refunded_payment_says_so(seat: Store, clock: LeapClock) -> None:
    paid(seat, clock)
    payments.refund(seat, "p1", "paid twice", ANA, clock)
    text = receipt_text(of_payment(seat, clock))
    assert "This payment was refunded." in text
    assert f"{'Remains on your account':58}$90.00" in text


def test_a_ticket_without_charges_has_a_receipt_as_well(seat: Store, clock: LeapClock) -> None:
    text = receipt_text(receipt_of_ticket(seat, "t1", ORGANISATION, NEW_YORK, clock.now()))
    assert text.splitlines()[-3:] == [
        f"{'Charges':59}$0.00",
        "",
        f"{'Remains to be paid':59}$0.00",
    ]


def test_the_day_is_the_site_s(seat: Store, clock: LeapClock) -> None:
    clock.leap(16 * 3600)  # 1:00 UTC on the 6th
    paid(seat, clock)
    assert "Date: 5 Jan 2026" in receipt_text(of_payment(seat, clock))
    tokyo = receipt_of_payment(seat, "p1", ORGANISATION, ZoneInfo("Asia/Tokyo"), clock.now())
    assert "Date: 6 Jan 2026" in receipt_text(tokyo)


def test_nothing_to_receipt_is_a_sentence(seat: Store, clock: LeapClock) -> None:
    with pytest.raises(MoneyError, match="payment is not in the store"):
        of_payment(seat, clock)
    with pytest.raises(MoneyError, match="not saved yet"):
        receipt_of_ticket(seat, "nothing", ORGANISATION, NEW_YORK, clock.now())


@pytest.mark.parametrize("name", HOSTILE[:-2], ids=range(len(HOSTILE) - 2))
def test_no_name_leaves_its_line_or_its_folder(seat: Store, clock: LeapClock, tmp_path: Path, name: str) -> None:
    with saving(seat, ANA, clock) as change:
        change.update(Customer, CUSTOMER, name=name, company=name)
    paid(seat, clock)
    receipt = of_payment(seat, clock)
    text = receipt_text(receipt)
    assert all(char.isprintable() or char == "\n" for char in text)
    assert max(map(cells, text.splitlines())) <= WIDTH
    files = save_receipt(tmp_path / "receipts", receipt)
    assert sorted((tmp_path / "receipts").iterdir()) == sorted(files)
    assert files.pdf.name == f"{receipt.name}.pdf"


def test_ids_from_outside_name_no_file(seat: Store, clock: LeapClock) -> None:
    furnish(seat, clock, ticket="t3", number="../../etc/x", plan=Plan.ONE_TIME)
    assert receipt_of_ticket(seat, "t3", ORGANISATION, NEW_YORK, clock.now()).name.isascii()
    assert "/" not in receipt_of_ticket(seat, "t3", ORGANISATION, NEW_YORK, clock.now()).name
    with saving(seat, ANA, clock) as change:
        change.add(
            Payment(
                id="../../p",
                customer_id=CUSTOMER,
                method=Method.PHONE,
                reference="R",
                allocations=(Allocation(invoice_id="elsewhere", amount=Decimal(1)),),
                at=clock.now(),
                by=ANA,
            )
        )
    receipt = receipt_of_payment(seat, "../../p", ORGANISATION, NEW_YORK, clock.now())
    assert receipt.name.startswith("receipt-payment-")
    assert "/" not in receipt.name
    assert "Your credit" in receipt_text(receipt), "its invoice has not come yet"


@settings(deadline=None)
@given(st.text(max_size=200), st.integers(1, 80))
def test_wrapping_keeps_every_letter_and_the_width(text: str, room: int) -> None:
    lines = wrapped(text, room, len)
    assert all(len(line) <= room for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


# the PDF


def test_the_pdf_is_one_and_always_the_same(seat: Store, clock: LeapClock) -> None:
    paid(seat, clock)
    made = receipt_pdf(of_payment(seat, clock))
    assert made.startswith(b"%PDF-1.")
    assert made.rstrip().endswith(b"%%EOF")
    assert b"/Count 1" in made
    assert b"Receipt 10001-1" in made, "its title"
    assert made == receipt_pdf(of_payment(seat, clock))


def test_the_pdf_says_what_the_text_says(seat: Store, clock: LeapClock) -> None:
    paid(seat, clock)
    drawn = re.findall(r"\((.*?)\) Tj", _page(receipt_pdf(of_payment(seat, clock))))
    told = " ".join(drawn).replace("\\", "").split()
    said = [word for word in PAID.split() if word.isascii()]
    assert sorted(word for word in told if word in said) == sorted(said)


def _page(pdf: bytes) -> str:
    """What is drawn on the first page. Letters of ASCII stand there as they are."""
    found = re.search(
        rb"/Filter \[ /ASCII85Decode /FlateDecode \] /Length \d+\s*>>\s*stream\r?\n(.*?)endstream", pdf, re.S
    )
    assert found is not None
    return zlib.decompress(base64.a85decode(b"<~" + found.group(1).strip(), adobe=True)).decode("latin-1")


def test_a_long_receipt_takes_more_pages() -> None:
    rows = tuple(Row(f"line {number}", "$1.00") for number in range(120))
    assert b"/Count 3" in receipt_pdf(Receipt("receipt-1", "Receipt 1", rows))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("José Núñez", "José Núñez"),
        ("Łukasz Żółć", "Łukasz Zółć"),
        ("Nguyễn Thị Mai", "Nguyen Thi Mai"),
        ("王小明", LACKING * 3),
        ("שרה", LACKING * 3),
    ],
)
def test_letters_that_the_font_lacks(name: str, shown: str) -> None:
    assert _fit(name, _face(None)) == shown
    told = receipt_pdf(Receipt("r", "r", (Row(name),)))
    assert (told != receipt_pdf(Receipt("r", "r", (Row(shown),)))) is (LACKING in shown), "a line says so"
    assert told == receipt_pdf(Receipt("r", "r", (Row(shown), *((Row(), Row(NOTICE)) if LACKING in shown else ()))))


def test_a_font_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(MoneyError, match="cannot be used"):
        receipt_pdf(Receipt("r", "r", ()), tmp_path / "none.ttf")


def test_reportlab_is_imported_only_for_a_pdf() -> None:
    code = "import sys, data.billing.receipt_files, data.billing.payments, console.app; print('reportlab' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


# files


def test_saving_again_changes_nothing_until_the_receipt_does(seat: Store, clock: LeapClock, tmp_path: Path) -> None:
    paid(seat, clock)
    files = save_receipt(tmp_path / "a" / "b", of_payment(seat, clock))
    assert files.text.read_text() == PAID
    marks = [file.stat().st_ino for file in files]
    assert save_receipt(tmp_path / "a" / "b", of_payment(seat, clock)) == files
    assert [file.stat().st_ino for file in files] == marks
    payments.refund(seat, "p1", "paid twice", ANA, clock)
    assert save_receipt(tmp_path / "a" / "b", of_payment(seat, clock)) == files
    assert "refunded" in files.text.read_text()
    assert sorted((tmp_path / "a" / "b").iterdir()) == sorted(files)
    assert files.pdf.stat().st_mode & 0o077 == 0


RECEIPT = Receipt("receipt-1", "Receipt 1", tuple(Row(f"line {number}") for number in range(500)))


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that may write no file of any size worth speaking of."""
    import signal

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    kept = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, kept)


def test_a_file_that_cannot_be_finished_leaves_nothing(tmp_path: Path, no_room: None) -> None:
    with pytest.raises(MoneyError, match="not saved in"):
        save_receipt(tmp_path / "out", RECEIPT)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists() or os.geteuid() != 0, reason="needs to mount a small disk")
def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "none", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("cannot mount here")
    try:
        with pytest.raises(MoneyError, match="is full: free some space") as told:
            save_receipt(disk, RECEIPT)
        assert str(told.value).count(".") <= 2
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_folder_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MoneyError, match="choose another folder in the setting receipts"):
        save_receipt(tmp_path / "file", RECEIPT)
    with pytest.raises(MoneyError, match="choose another folder in the setting receipts"):
        save_receipt(Path("/proc/none"), RECEIPT)
