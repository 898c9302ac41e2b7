"""A card number typed, pasted, split by spaces or dashes, in any field, in a draft or an import is masked before it
reaches any file (TICK-4): the store, its log, the hub, backups, logs, rejects and receipts are searched byte by byte."""

from __future__ import annotations

import csv
import json
import logging
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from console.masked_log import MaskedLog
from data.backup.making import back_up
from data.backup.shelf import Reason
from data.billing import charges, invoices, payments
from data.billing.receipt import receipt_of_payment
from data.billing.receipt_files import save_receipt
from data.customers import form, records
from data.customers.importing import import_customers
from data.customers.lookup import lookup
from data.desk import drafts, journal
from data.desk.drafts import Draft, DraftKind
from data.floor.pace import LeapClock
from data.models import SYNCED, Agent, AgentState, AgentStatus, Contact, Customer, Request
from data.models.base import AgentId, Entity, new_id
from data.models.contact import ContactState, RequestAction
from data.models.money import Allocation, Method
from data.queue import handling, people
from data.queue.agent_state import Move
from data.queue.history import import_queue_log
from data.store.database import Store
from data.store.save import saving
from data.sync.embedded import EmbeddedHub
from data.sync.replica import Replica
from data.tickets import tickets
from tests.data.billing.books import ITEMS, TERMS, furnish
from tests.data.samples import AT, samples

ANA = AgentId("ana")
STYLES = (
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111.1111.1111.1111",
    "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    "4111–1111–1111–1111",
    "4111\u00a01111\u00a01111\u00a01111",
)
REFERS = re.compile(r"(^id$|_id$|_by$|_agent$|^(by|of|at|agent|actor|source|feed|kind|queue|queues)$)")
"""Columns of ids and of words of ours; nobody types into them."""
OURS = {
    "contact": {"caller_e164"},
    "ticket": {"number"},
    "ticket_event": {"field"},
    "invoice": {"number", "lines"},
    "card_step": {"playbook", "card", "to"},
    "time_entry": {"instead_of"},
    "conduct": {"takes_back"},
    "duty_step": {"shift", "checklist", "step"},
    "queue_report": {"reporter"},
    "report_rung": {"reporter"},
    "article_read": {"article", "digest"},
    "mail": {"gateway"},
    "gateway": {"services"},
    "alert_seen": {"key"},
    "scorecard": {"instead_of"},
}
"""Others that nobody types into, by entity: names and numbers of ours, and lines that were written as charges before."""


def whole_number(text: str) -> re.Pattern[bytes]:
    """The digits of a card with up to three bytes of anything but digits between them."""
    digits = [char.encode() for char in text if char.isdigit()]
    return re.compile(rb"[^0-9]{0,3}".join(digits))


def holding(folder: Path, text: str) -> list[str]:
    """The files under a folder that hold a card number, however it is parted."""
    pattern = whole_number(text)
    return [str(path) for path in sorted(folder.rglob("*")) if path.is_file() and pattern.search(path.read_bytes())]


def with_card(value: object, card: str) -> object:
    """A body with a card in every text."""
    if isinstance(value, str):
        return f"pay {card}"
    if isinstance(value, list):
        return [with_card(one, card) for one in value]
    if isinstance(value, dict):
        return {
            name: one if REFERS.search(name) or name == "e164" else with_card(one, card)
            for name, one in value.items()
        }
    return value


def card_in_every_text(one: Entity, card: str) -> Entity:
    """The entity with a card in every column that is text and may be any text."""
    body = one.model_dump(mode="json")
    for name, value in body.items():
        if REFERS.search(name) or name in OURS.get(type(one).entity, ()):
            continue
        try:
            changed = type(one).model_validate({**body, name: with_card(value, card)})
        except ValueError:  # a word of a list, a time, a number
            continue
        body = changed.model_dump(mode="json")
    return type(one).model_validate(body)


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    for place, card in enumerate(STYLES):
        (tmp_path / "x").write_text(f"before {card} after")
        assert holding(tmp_path, card), place
    (tmp_path / "x").write_text("card ••••1111")
    assert holding(tmp_path, STYLES[0]) == []


@pytest.mark.parametrize("card", STYLES)
def test_no_entity_brings_one_to_the_store_the_hub_or_a_backup(tmp_path: Path, clock: LeapClock, card: str) -> None:
    seen = set()
    with Store(tmp_path / "seat.db") as store:
        for sample in samples():
            one = card_in_every_text(sample, card)
            assert whole_number(card).search(one.model_dump_json().encode()) or type(one).free_text == set()
            seen.add(type(one))
            with saving(store, ANA, clock) as change:
                change.add(one)
            if not one.append_only:
                texts = {name: getattr(one, name) for name in type(one).free_text | type(one).phone_text}
                with saving(store, ANA, clock) as change:
                    change.update(type(one), one.id, **texts)
        assert seen == set(SYNCED.values())
        hub = EmbeddedHub(tmp_path / "hub.db", clock)
        replica = Replica(store, clock)
        hub.enrol_v1(replica.identity(), "seat")
        while ops := replica.next_ops():
            replica.acknowledge(hub.push_v1(replica.identity(), ops))
        replica.apply(hub.pull_v1(replica.identity(), 0, 500))
        hub.close()
        back_up(store.connection, store.path, Reason.BY_HAND, datetime.now(UTC))
        assert holding(tmp_path, card) == []
    assert holding(tmp_path, card) == []


@pytest.mark.parametrize("card", STYLES)
def test_nothing_that_an_agent_types_brings_one(tmp_path: Path, clock: LeapClock, card: str) -> None:
    text = f"she pays with {card}, thanks"
    with Store(tmp_path / "seat.db") as store:
        agent, status = people.sign_on(store, text, clock)
        people.move(
            store, status, Move.NOT_READY if status.state is AgentState.READY else Move.READY, clock, reason=text
        )
        contact = Contact(
            id=new_id(), feed="f", queue="q", offered_at=AT, queued_at=AT, state=ContactState.ENDED,
            caller_number=card, caller_name=text, about=text, agent=agent.id,
        )  # fmt: skip
        with saving(store, ANA, clock) as change:
            change.add(contact)
            request = {"id": new_id(), "contact_id": contact.id, "agent": ANA, "at": AT}
            change.add(Request(**request, action=RequestAction.TRANSFER, target=card, why=text))
            change.add(AgentStatus(id="a", reason=text, after_call=text, since=AT))
            change.add(Agent(id="b", name=text))
        handling.verify(store, contact, ("name",), ANA, clock)
        handling.dispose(store, contact, text, ANA, clock)

        fields = {"title": text, "details": text, "person": text, "asset": text, "worksheet": text, "sla": card}
        item = journal.put_on_top(store, "item", ANA, clock)
        journal.keep(store, item.model_copy(update={"fields": fields}), clock)
        for kind in DraftKind:
            drafts.keep(
                store,
                Draft(id=f"{kind}:x", agent=ANA, fields={"text": text, "phone1": card}, updated_at=clock.now()),
                clock,
            )
        ticket = tickets.create(store, {**fields, "title": card}, "10009", ANA, clock).ticket
        tickets.note(store, ticket.id, text, ANA, clock)

        empty = form.form_of(Customer(id="x", name=""))
        texts = {name: "" if name == "plan" or name.startswith("money") else card for name in empty}
        made = records.create(store, texts, "US", ANA, clock).customer
        changed = {**texts, "notes": text, "account": f"{card} again", "phone1": f"home {card}"}
        records.change(store, records.opened(store, made.id), changed, "US", ANA, clock)
        lookup(store, card)

        billed = furnish(store, clock, ticket="t7", number="10007")
        one = charges.charge(store, billed, "310", ANA, clock, ITEMS)
        taken = charges.charge(store, billed, "310", ANA, clock, ITEMS)
        charges.take_back(store, taken.id, text, ANA, clock)
        invoice = invoices.invoice(store, billed, ANA, clock, TERMS)
        assert [line.charge_id for line in invoice.lines] == [one.id]
        paid = payments.pay(
            store, "p1", invoice.customer_id, [Allocation(invoice_id=invoice.id, amount=Decimal(35))], Method.LINK,
            card, ANA, clock, payer=text,
        )  # fmt: skip
        assert paid.reference == "card ••••1111"
        payments.refund(store, paid.id, text, ANA, clock)
        invoices.void(store, invoice.id, text, ANA, clock)
        save_receipt(tmp_path / "receipts", receipt_of_payment(store, "p1", "Example", TERMS.zone, clock.now()))
        back_up(store.connection, store.path, Reason.BY_HAND, datetime.now(UTC))
        assert holding(tmp_path, card) == []
    assert holding(tmp_path, card) == []


@pytest.mark.parametrize("card", STYLES)
def test_no_import_brings_one(tmp_path: Path, clock: LeapClock, card: str) -> None:
    given, seat = tmp_path / "given", tmp_path / "seat"
    given.mkdir()
    heads = ["id", "name", "company", "account", "since", "node", "phone", "email", "contact", "notes", "street",
             "city", "website", "flags", "plan", card]  # fmt: skip
    rows = [
        ["1", *(f"Ann {card}" for _ in heads[1:])],
        ["2", *(card for _ in heads[1:])],
        [card, "An id", *("" for _ in heads[2:])],
        ["4", "", *(card for _ in heads[2:])],
        ["5", "too", "few", card],
    ]
    table = given / f"{card}.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([heads, *rows])
    lines = given / "c.jsonl"
    lines.write_text(
        "".join(json.dumps(dict(zip(heads, row, strict=False))) + "\n" for row in rows) + f'{{"broken {card}\n',
        encoding="utf-8",
    )
    cards = given / "c.vcf"
    cards.write_text(
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann {card}\r\nN:{card};Ann\r\nTEL:{card}\r\nEMAIL:{card}@example.com\r\n"
        f"NOTE:{card}\r\nORG:{card}\r\nADR:;;{card};{card};;;\r\nX-OTHER:{card}\r\nEND:VCARD\r\n",
        encoding="utf-8",
    )
    log = given / "queue_log"
    log.write_text(
        f"1795294262|NONE|support|Ana|PAUSE|{card}\n1795294263|7.1|support|Ana {card}|CONNECT|1|7.2|1\n"
        f"1795294264|7.1|{card}|NONE|ENTERQUEUE||{card}|1\n1795294265|NONE|support|Ana|PAUSE|torn {card}",
        encoding="utf-8",
    )
    with Store(seat / "seat.db") as store:
        for place, file in enumerate((table, lines, cards)):
            report = import_customers(store, file, clock=clock, rejects=seat / f"rejects{place}.csv")
            assert report.added, file
        import_queue_log(store, [log])
        assert holding(seat, card) == []
        back_up(store.connection, store.path, Reason.BY_HAND, datetime.now(UTC))
    assert holding(seat, card) == []


@pytest.mark.parametrize("card", STYLES)
def test_no_traceback_brings_one_to_the_log(tmp_path: Path, card: str) -> None:
    handler = logging.FileHandler(tmp_path / "console.log", encoding="utf-8")
    handler.setFormatter(MaskedLog("%(message)s"))
    log = logging.getLogger("test_no_card")
    log.addHandler(handler)
    try:
        try:
            raise ValueError(f"input_value={card!r}")
        except ValueError:
            log.exception("unexpected error at %s", card)
    finally:
        log.removeHandler(handler)
        handler.close()
    assert holding(tmp_path, card) == []
    assert "••••1111" in (tmp_path / "console.log").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("+49 151 12345674", "+49 151 12345674"),
        ("+491511234567", "+491511234567"),
        ("4222222222222", "card ••••2222"),
        ("agent:41111111-1111-1111-aaaa", "agent:41111111-1111-1111-aaaa"),
    ],
)
def test_a_telephone_number_that_looks_like_a_card_stays(
    tmp_path: Path, clock: LeapClock, raw: str, kept: str
) -> None:
    with Store(tmp_path / "seat.db") as store, saving(store, ANA, clock) as change:
        body = {"id": "r", "contact_id": "c", "agent": ANA, "at": AT, "action": RequestAction.TRANSFER}
        assert change.add(Request(**body, target=raw)).target == kept
