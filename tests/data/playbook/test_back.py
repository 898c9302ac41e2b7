"""Going back in the script: what can be taken back is, what cannot stays and is told, and the books always add up."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from data.billing import accounts
from data.conduct import conduct
from data.desk import journal
from data.floor.pace import LeapClock
from data.models.ticket import TicketState
from data.playbook.doing import ScriptError
from data.playbook.engine import Turn
from data.playbook.world import Channel
from data.store.database import Store
from data.tickets import tickets
from tests.data.playbook.desk import ANA, Desk, engine
from tests.data.playbook.small import everything, small
from tests.data.playbook.test_engine import account_of, at_the_offer, ticket_of
from tests.stores import new_store

UNDOABLE = {
    "charge": '{conduct: {kind: cost said, item: "320"}}, {charge: {item: "320"}}',
    "invoice": '{conduct: {kind: cost said, item: "320"}}, {charge: {item: "320"}}, invoice',
    "conduct": "{conduct: {kind: refused, reason: our rules}}",
    "ticket": "{ticket: {type: plan, priority: urgent, sla: today, details: All of it, state: pending}}",
    "speaker": "speaker",
    "asset": "asset",
    "worksheet": "worksheet",
    "contact": "confirm_contact",
    "callback": "{callback: {due: 2h}}",
    "code": "remote_session",
    "hardware": "{hardware: {state: quoted}}",
    "channel": "called_back",
}


def stands(desk: Desk) -> dict[str, object]:
    """What the contact's data says, in short."""
    ticket = ticket_of(desk)
    return {
        "form": tickets.form_of(ticket),
        "charges": accounts.standing_charges(desk.store, ticket.id),
        "invoices": accounts.standing_invoices(desk.store, ticket.id),
        "callbacks": desk.store.value("SELECT count(*) FROM callback WHERE state = 'due'"),
        "conduct": len(conduct.about(desk.store, None, ticket.id)),
        "marks": [tickets.marked(desk.store, ticket.id, f"hardware{name}") for name in ("", " part", " visit")],
        "run": desk.item.run and (desk.item.run.speaker, desk.item.run.channel, desk.item.run.kept),
        "card": desk.card,
    }


@pytest.mark.parametrize("action", UNDOABLE.values(), ids=UNDOABLE.keys())
def test_back_takes_it_back_and_only_adds_rows(store: Store, clock: LeapClock, tmp_path: Path, action: str) -> None:
    scripts = small(
        tmp_path,
        clock,
        f"""
  - id: A
    title: Ticket
    actions: [{{ticket: {{type: "1", title: Printer, state: open}}}}]
    answers: [{{key: 1, label: On, to: B, actions: [{action}]}}]
  - {{id: B, title: End, end: done}}
""",
    )
    desk = Desk(store, clock, scripts, {"plan": "managed"}, "chat")
    desk.customer()
    desk.begin()
    before = stands(desk)
    for _ in range(2):
        desk.answer("1")
        assert stands(desk) != before
        rows = everything(store)
        told = desk.back().told
        assert (stands(desk), told) == (before, ())
        after = everything(store)
        for book in ("charge", "invoice", "reversal", "callback_attempt", "ticket_event", "card_step"):
            assert after[book][: len(rows[book])] == rows[book]


def test_what_cannot_be_taken_back_stays_and_is_told_and_is_not_done_again(store: Store, clock: LeapClock) -> None:
    desk = at_the_offer(store, clock)
    desk.answer("1")
    desk.answer("1", method="link", reference="R-1")
    assert desk.card == "D2-9"
    told = " ".join(desk.back().told)
    assert "stays" in told and "paid $140.00 ($120.00 + $20.00) by link" in told and "remote agent told" in told
    assert "invoice" in " ".join(desk.back().told) and desk.card == "D2-14"
    assert [one.item for one in accounts.standing_charges(store, ticket_of(desk).id)] == ["320"]
    desk.answer("1")
    assert not desk.scripts.needs(store, desk.item, "1").asked
    again = desk.answer("1")
    assert again.told == ("This was paid before: nothing more is open, and no second payment is recorded.",)
    assert desk.card == "D2-9"
    assert [store.value(f"SELECT count(*) FROM {one}") for one in ("charge", "payment")] == [1, 1]
    assert (account_of(desk).open_balance, account_of(desk).credit) == (Decimal(0), Decimal(0))


def test_back_over_a_declined_payment_has_something_to_pay_again(store: Store, clock: LeapClock) -> None:
    desk = at_the_offer(store, clock)
    desk.answer("1")
    desk.answer("3")
    assert account_of(desk).open_balance == Decimal("120.00")
    told = desk.back().told
    assert any("the same charges are on invoice" in one for one in told)
    paid = desk.answer("1")
    assert "paid $140.00 ($120.00 + $20.00)" in " ".join(paid.did)
    assert account_of(desk).open_balance == 0


def test_back_over_a_declined_payment_and_over_the_invoice_leaves_neither(store: Store, clock: LeapClock) -> None:
    desk = at_the_offer(store, clock)
    desk.answer("1")
    desk.answer("3")
    desk.back()
    desk.back()
    assert desk.card == "D2-14"
    assert accounts.standing_charges(store, ticket_of(desk).id) == []
    assert account_of(desk).open_balance == Decimal("120.00")


def test_trying_a_failed_payment_again_by_a_jump_charges_once(store: Store, clock: LeapClock) -> None:
    desk = at_the_offer(store, clock)
    desk.answer("1")
    desk.answer("2")
    desk.jump("D2-15")
    view = desk.scripts.view(store, desk.item)
    assert view is not None and view.due.startswith("$140.00 = ")


def test_back_passes_the_cards_that_data_passed_and_stops_at_the_first(store: Store, clock: LeapClock) -> None:
    desk = at_the_offer(store, clock)
    for card in ("D2-14d", "D2-5b", "D2-5", "D2-1"):
        desk.back()
        assert desk.card == card
    before = everything(store)
    with pytest.raises(ScriptError, match=r"^This is the first card\.$"):
        desk.back()
    assert everything(store) == before


def test_back_leaves_what_somebody_changed_since_and_a_state_without_a_way_back(
    store: Store, clock: LeapClock, tmp_path: Path
) -> None:
    scripts = small(
        tmp_path,
        clock,
        """
  - {id: A, title: Ticket, answers: [{key: 1, label: On, to: B}]}
  - {id: B, title: Fill, actions: [{ticket: {type: "1", sla: today, priority: urgent, state: open}}], end: done}
""",
    )
    desk = Desk(store, clock, scripts)
    desk.customer()
    desk.keep(fields={"title": "Printer"})
    desk.item, _ = journal.save(store, desk.item, clock)
    desk.begin()
    desk.answer("1")
    tickets.update(store, ticket_of(desk), {"sla": "tomorrow"}, ANA, clock)
    assert desk.back().told == ("The ticket stays open: it cannot become new again.",)
    form = ticket_of(desk)
    assert (form.sla, form.priority, form.state) == ("tomorrow", "normal", TicketState.OPEN)


def test_back_over_an_answer_in_the_chat_is_back_where_it_came_from(store: Store, clock: LeapClock) -> None:
    desk = Desk(store, clock, engine(clock), {"plan": "help_desk"}, "email")
    desk.begin()
    desk.answer("1")
    desk.customer()
    desk.answer("1")
    desk.verified()
    desk.answer("1")
    assert desk.card == "D2-5f"
    desk.answer("1")
    desk.back()
    assert desk.item.run is not None and (desk.card, desk.item.run.channel) == ("D2-5f", Channel.EMAIL)


class Leads(RuleBasedStateMachine):
    """An agent who answers, goes back and jumps as it comes, on a caller who owes $120.00."""

    @initialize(plan=st.sampled_from(["pay_as_you_go", "help_desk", "managed"]))
    def open(self, plan: str) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._clock = LeapClock()
        self._store = new_store(Path(self._folder.name) / "seat.db", durable=False)
        self._desk = Desk(self._store, self._clock, engine(self._clock), {"plan": plan, "past_due": "yes"})
        self._desk.customer()
        self._desk.verified()
        self._desk.begin()
        self._cards = [one for one, _, _ in self._desk.scripts.cards(self._store, self._desk.item)]

    def teardown(self) -> None:
        if hasattr(self, "_folder"):
            self._store.close()
            self._folder.cleanup()

    @rule(at=st.integers(0, 3))
    def answer(self, at: int) -> None:
        view = self._desk.scripts.view(self._store, self._desk.item)
        assert view is not None
        if view.answers:
            key = view.answers[at % len(view.answers)].key
            self._try(lambda: self._desk.answer(key))

    @rule()
    def back(self) -> None:
        """Only the first card refuses: whatever cannot be taken back stays, and does not stand in the way."""
        told = self._try(self._desk.back)
        assert told in ("", "This is the first card.")

    @rule(at=st.integers(0, 100))
    def jump(self, at: int) -> None:
        self._try(lambda: self._desk.jump(self._cards[at % len(self._cards)]))

    @rule(card=st.sampled_from(["D2-14", "D2-15", "D2-8", "D2-22", "D2-4a"]))
    def jump_to_money(self, card: str) -> None:
        self._try(lambda: self._desk.jump(card))

    def _try(self, step: Callable[[], Turn]) -> str:
        """Take a step; one that is refused says why in a sentence, which is returned, and changes nothing."""
        before, item = everything(self._store), self._desk.item
        self._clock.leap(1)
        try:
            step()
        except ValueError as error:
            assert str(error)[:1].isupper()
            assert (everything(self._store), self._desk.item) == (before, item)
            return str(error)
        return ""

    @precondition(lambda self: hasattr(self, "_desk"))
    @invariant()
    def the_books_add_up(self) -> None:
        account, store = account_of(self._desk), self._store
        paid = accounts.payments_of(store, self._desk.item.customer_id or "")
        assert all(one.due >= 0 for one in account.invoices)
        standing = sum((one.total for one in account.invoices), Decimal(0))
        assert account.open_balance - account.credit == standing - sum((one.amount for one in paid), Decimal(0))
        assert account.credit == 0
        assert len({part.invoice_id for one in paid for part in one.allocations}) == sum(
            len(one.allocations) for one in paid
        )

    @precondition(lambda self: hasattr(self, "_desk"))
    @invariant()
    def nothing_is_charged_twice(self) -> None:
        charged = [one.item for one in accounts.standing_charges(self._store, self._desk.item.ticket_id or "")]
        assert len(charged) == len(set(charged))

    @precondition(lambda self: hasattr(self, "_desk"))
    @invariant()
    def a_crash_now_loses_nothing(self) -> None:
        assert journal.items(self._store, ANA) == [self._desk.item]


Leads.TestCase.settings = settings(
    max_examples=10, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLeads = Leads.TestCase
