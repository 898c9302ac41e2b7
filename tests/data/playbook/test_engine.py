"""The script at work on a real store: three callers against the books, and steps that are whole or not at all."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from data.billing import accounts
from data.billing.ledger import Account
from data.billing.receipt_files import save_receipt
from data.billing.terms import Terms
from data.conduct import conduct
from data.desk import journal
from data.floor.pace import LeapClock
from data.models.conduct import ConductKind
from data.models.contact import RequestAction
from data.models.customer import Plan
from data.models.ticket import Ticket, TicketState
from data.playbook.doing import ScriptError
from data.playbook.run import LONGEST_TRAIL
from data.playbook.world import Channel
from data.store.database import Store
from data.store.errors import StoreError
from data.tickets import tickets
from tests.data.billing.books import NEW_YORK
from tests.data.playbook.desk import ANA, Desk, engine
from tests.data.playbook.small import everything, small

OWING = {"plan": "pay_as_you_go", "past_due": "yes"}


def account_of(desk: Desk) -> Account:
    """The customer's books today."""
    return accounts.account(desk.store, desk.item.customer_id or "", Terms(NEW_YORK).today(desk.clock.now()))


def ticket_of(desk: Desk) -> Ticket:
    """The contact's ticket."""
    found = tickets.get(desk.store, desk.item.ticket_id or "")
    assert found is not None
    return found


def at_the_offer(store: Store, clock: LeapClock) -> Desk:
    """A pay-as-you-go caller with $120.00 past due, verified and asked whether they want both."""
    desk = Desk(store, clock, engine(clock), OWING)
    desk.begin()
    desk.answer("1")
    desk.customer()
    desk.answer("1")
    desk.verified()
    desk.answer("1")
    desk.answer("1")
    assert desk.card == "D2-14"
    return desk


# three callers


def test_past_due_and_add_on_are_one_payment_and_the_caller_is_handed_over(
    store: Store, clock: LeapClock, tmp_path: Path
) -> None:
    desk = at_the_offer(store, clock)
    view = desk.scripts.view(store, desk.item)
    assert view is not None and "$120.00 on your account has been due for 41 days" in view.say
    desk.answer("1")
    view = desk.scripts.view(store, desk.item)
    assert view is not None and view.due.startswith("$140.00 = $120.00 (")
    paid = desk.answer("1", method="link", reference="R-1")
    (payment,) = accounts.payments_of(store, desk.item.customer_id or "")
    assert [part.amount for part in payment.allocations] == [Decimal("120.00"), Decimal("20.00")]
    assert (account_of(desk).open_balance, account_of(desk).credit) == (Decimal(0), Decimal(0))
    (charge,) = accounts.standing_charges(store, ticket_of(desk).id)
    assert (charge.item, ticket_of(desk).type) == ("320", Plan.PAY_AS_YOU_GO)
    (receipt,) = paid.receipts
    files = save_receipt(tmp_path / "receipts", receipt)
    assert "140.00" in files.text.read_text() and files.pdf.read_bytes().startswith(b"%PDF")
    (notice,) = store.rows("SELECT to_role, skill, about FROM notice")
    assert (notice["to_role"], notice["skill"]) == ("agent", "remote")
    assert notice["about"] == f"Ticket {desk.item.number} is yours: Maria Alvarez, pay as you go."
    desk.answer("1")
    handed = desk.answer("1", code="123 456", target="queue:support")
    assert (desk.card, ticket_of(desk).code) == ("D2-92", "123456")
    assert [(one.action, one.target) for one in handed.requests] == [(RequestAction.TRANSFER, "queue:support")]


@pytest.mark.parametrize(("keys", "state"), [(("1", "3"), "void"), (("3", "1"), "never made")])
def test_whoever_declines_leaves_no_open_invoice_and_the_leader_knows(
    store: Store, clock: LeapClock, keys: tuple[str, str], state: str
) -> None:
    desk = at_the_offer(store, clock)
    for key in keys:
        desk.answer(key)
    assert desk.card == "D2-17"
    here = [one for one in account_of(desk).invoices if one.invoice.ticket_id == ticket_of(desk).id]
    assert [one.void for one in here] == ([True] if state == "void" else [])
    assert account_of(desk).open_balance == Decimal("120.00")
    (notice,) = store.rows("SELECT to_role, about FROM notice")
    assert notice["to_role"] == "leader" and desk.item.number in notice["about"]
    assert ticket_of(desk).state is TicketState.PENDING
    assert store.value("SELECT count(*) FROM payment") == 0


def test_a_managed_member_who_wrote_and_answers_nowhere_is_owed_a_callback(store: Store, clock: LeapClock) -> None:
    desk = Desk(store, clock, engine(clock), {"plan": "managed"}, "email")
    desk.begin()
    desk.answer("1")
    desk.customer()
    desk.answer("1")
    desk.verified()
    requests = []
    for key in ("1", "1", "2", "2"):  # verified; ticket saved; no answer in the chat; none to the call
        requests += desk.answer(key).requests
    assert desk.card == "D2-33"
    assert (ticket_of(desk).type, ticket_of(desk).state) == (Plan.MANAGED, TicketState.PENDING)
    (callback,) = store.rows("SELECT due_at, state, customer_id FROM callback")
    assert (callback["state"], callback["customer_id"]) == ("due", desk.item.customer_id)
    assert [one.action for one in requests] == [RequestAction.VOICE_MAIL]
    assert desk.item.run is not None and desk.item.run.did("hand_over") is None


# a step is whole, or it did not happen

REFUSED = [("a code of five digits", {"code": "12345"}), ("nobody to hand over to", {"target": " "})]


@pytest.mark.parametrize("given", [given for _, given in REFUSED], ids=[name for name, _ in REFUSED])
def test_what_cannot_be_taken_leaves_everything_as_it_was(
    store: Store, clock: LeapClock, given: dict[str, str]
) -> None:
    desk = at_the_offer(store, clock)
    for key in ("1", "1", "1"):
        desk.answer(key)
    assert desk.card == "D2-90"
    before, item = everything(store), desk.item
    values = {"code": "123456", "target": "queue:support", **given}
    with pytest.raises(ScriptError):
        desk.scripts.answer(store, item, "1", values)
    assert (everything(store), journal.items(store, ANA)) == (before, [item])


@pytest.mark.parametrize(
    "given", [{"method": "cash", "reference": "R-2"}, {"method": "link", "reference": "R-1"}, {}]
)
def test_a_payment_that_is_refused_records_nothing(store: Store, clock: LeapClock, given: dict[str, str]) -> None:
    desk = at_the_offer(store, clock)
    desk.answer("2")
    desk.answer("1", method="link", reference="R-1")
    with pytest.raises(ScriptError, match=r"Item 320 costs \$20.00, and the customer has not heard it"):
        desk.jump("D2-8")
    here = desk.item.contact_id
    for heard in (None, Decimal("19.99")):
        conduct.record(store, ConductKind.COST_SAID, ANA, clock, contact_id=here, text="item 320", amount=heard)
        with pytest.raises(ScriptError, match="has not heard it"):
            desk.jump("D2-8")
    conduct.record(
        store, ConductKind.COST_SAID, ANA, clock, contact_id=here, text="item 320", amount=Decimal("20.00")
    )
    desk.jump("D2-8")
    before, item = everything(store), desk.item
    with pytest.raises(ValueError, match=r"[.:] |\.$|^Still needed"):
        desk.scripts.answer(store, item, "1", given)
    assert everything(store) == before


def test_nothing_ticked_is_not_verified(store: Store, clock: LeapClock) -> None:
    desk = Desk(store, clock, engine(clock), OWING)
    desk.begin()
    desk.answer("1")
    desk.customer()
    desk.answer("1")
    before = everything(store)
    with pytest.raises(ScriptError, match="Nothing is ticked yet"):
        desk.answer("1")
    assert everything(store) == before


def test_a_write_that_fails_at_the_very_end_takes_everything_with_it(store: Store, clock: LeapClock) -> None:
    desk = at_the_offer(store, clock)
    store.execute("CREATE TRIGGER broken BEFORE INSERT ON desk BEGIN SELECT RAISE(ABORT, 'no room'); END")
    before, item = everything(store), desk.item
    for step in (lambda: desk.answer("1"), desk.back, lambda: desk.jump("D2-8"), lambda: desk.begin("emergency")):
        with pytest.raises(StoreError):
            step()
        assert (everything(store), desk.item) == (before, item)
    store.execute("DROP TRIGGER broken")
    desk.answer("1")
    assert desk.card == "D2-15"


def test_a_card_number_given_to_the_script_is_kept_nowhere(store: Store, clock: LeapClock, tmp_path: Path) -> None:
    scripts = small(
        tmp_path,
        clock,
        """
  - id: A
    title: Note
    actions: [{ticket: {type: "1", title: Printer}}]
    answers: [{key: 1, label: Written, to: B, actions: [{note: {text: "Said:", ask: What?}}, speaker]}]
  - {id: B, title: End, end: done}
""",
    )
    desk = Desk(store, clock, scripts)
    desk.customer()
    desk.begin()
    desk.answer("1", note="4111 1111 1111 1111 \ud800", person="4111111111111111")
    assert "4111" not in str(everything(store)).replace("1111 ", "1111")
    assert journal.items(store, ANA) == [desk.item]


# each card is kept once


def test_each_card_that_is_left_is_kept_once_with_its_answer_reason_and_time(
    store: Store, clock: LeapClock
) -> None:
    desk = Desk(store, clock, engine(clock), OWING)
    desk.begin()
    clock.leap(7)
    desk.answer("1")
    desk.customer()
    clock.leap(5)
    desk.answer("1")
    desk.verified()
    clock.leap(3)
    desk.answer("1")
    clock.leap(2)
    desk.back()
    clock.leap(4)
    desk.scripts.finish(store, desk.item)
    rows = store.rows("SELECT * FROM card_step ORDER BY rowid")
    told = [(one["card"], one["answer"], one["outcome"], one["to"], one["because"]) for one in rows]
    assert told == [
        ("D2-1", "1", "", "D2-5", ""),
        ("D2-5", "1", "attached", "D2-5b", ""),
        ("D2-5b", "1", "verified", "D2-5d", ""),
        ("D2-5d", "", "", "D2-6", "their plan is pay as you go"),
        ("D2-6", "", "", "D2-13", "$120.00 is past due"),
        ("D2-13", "", "", "D2-14a", "the customer has one contact"),
        ("D2-14a", "", "", "D2-14d", "they are on the line"),
        ("D2-14d", "back", "", "D2-5b", ""),
        ("D2-5b", "", "", "", ""),
    ]
    from data.models.card_step import CardStep

    steps = [CardStep.from_row(one) for one in rows]
    assert [(one.left_at - one.at).total_seconds() for one in steps] == [7, 5, 3, 0, 0, 0, 0, 2, 4]


# the version that a contact began with

OLD = """
  - id: A
    title: Greeting
    say: The old greeting.
    answers: [{key: 1, label: On, to: B}]
  - {id: B, title: The old end, end: done}
"""
NEW = """
  - id: A
    title: Greeting
    say: The new greeting.
    answers: [{key: 1, label: On, to: C}]
  - {id: C, title: The new end, end: done}
"""


def test_a_contact_keeps_the_text_that_it_began_with(store: Store, clock: LeapClock, tmp_path: Path) -> None:
    desk = Desk(store, clock, small(tmp_path, clock, OLD))
    desk.begin()
    other = Desk(store, clock, small(tmp_path, clock, NEW, 2))
    desk.scripts = other.scripts
    other.begin()
    shown = [one.scripts.view(store, one.item) for one in (desk, other)]
    assert [view and (view.say, view.version) for view in shown] == [
        ("The old greeting.", 1),
        ("The new greeting.", 2),
    ]
    desk.answer("1")
    assert desk.card == "B"


@pytest.mark.parametrize("lost", ["DELETE FROM playbook_text", "UPDATE playbook_text SET text = 'id: small'"])
def test_a_card_that_is_gone_says_so(store: Store, clock: LeapClock, tmp_path: Path, lost: str) -> None:
    desk = Desk(store, clock, small(tmp_path, clock, OLD))
    desk.begin()
    desk.answer("1")
    desk.scripts = small(tmp_path, clock, NEW, 2)
    store.execute(lost)
    view = desk.scripts.view(store, desk.item)
    assert (
        view is not None and view.do == "This card is no longer in the script (B): go back, or jump to another one."
    )
    with pytest.raises(ScriptError, match="no card B any more"):
        desk.answer("1")
    desk.back()
    assert desk.card == "A"
    desk.scripts.finish(store, desk.item)


# scripts that interrupt


INTERRUPTED = """
  - id: A
    title: Meanwhile
    answers: [{key: 1, label: Done, to: B}]
  - {id: B, title: Back, end: back}
"""


def test_an_interrupting_script_returns_to_the_very_card(store: Store, clock: LeapClock, tmp_path: Path) -> None:
    for name in ("leads.yaml",):
        (tmp_path / name).write_bytes(Path("data/content/playbooks", name).read_bytes())
    scripts = small(tmp_path, clock, INTERRUPTED)
    desk = Desk(store, clock, scripts, OWING)
    desk.begin("leads")
    desk.answer("1")
    with pytest.raises(ScriptError, match="it ends with the contact"):
        desk.leave()
    underneath = desk.item.runs
    for way_out in (lambda: desk.answer("1"), desk.leave):
        desk.begin("small")
        assert [run.playbook for run in desk.item.runs] == ["leads", "small"]
        way_out()
        assert (desk.item.runs, journal.items(store, ANA)) == (underneath, [desk.item])
    desk.begin("small")
    desk.scripts.finish(store, desk.item)
    left = store.rows('SELECT playbook, card, "to" FROM card_step ORDER BY rowid')
    assert [(one["playbook"], one["card"], one["to"]) for one in left] == [
        ("leads", "D2-1", "D2-5"),
        ("small", "A", "B"),
        ("small", "B", ""),
        ("small", "A", ""),
        ("small", "A", ""),
        ("leads", "D2-5", ""),
    ]


def test_an_interrupting_script_goes_on_in_the_channel_of_the_first(store: Store, clock: LeapClock) -> None:
    desk = Desk(store, clock, engine(clock), OWING, "email")
    desk.begin()
    desk.begin("emergency")
    assert desk.item.run is not None and desk.item.run.channel is Channel.EMAIL


def test_a_script_that_goes_round_keeps_a_bounded_way_back_and_forgets_no_payment(
    store: Store, clock: LeapClock
) -> None:
    desk = at_the_offer(store, clock)
    desk.answer("1")
    desk.answer("1", method="link", reference="R-1")
    for turn in range(LONGEST_TRAIL + 20):
        desk.item = desk.scripts.jump(store, desk.item, ("D2-14", "D2-1")[turn % 2]).item
    run = desk.item.run
    assert run is not None and len(run.trail) == LONGEST_TRAIL
    assert run.did("payment") is not None
    desk.item = desk.scripts.back(store, desk.item).item
    assert desk.card == "D2-14"
    assert account_of(desk).open_balance == 0
