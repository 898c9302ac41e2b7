"""Stepping in: what is written with it, what cannot be, and an agent whose console is gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.conduct import conduct
from data.models.agent import Agent, AgentState, AgentStatus, Role
from data.models.base import AgentId, ContactId, QueueId
from data.models.conduct import Conduct, ConductKind
from data.models.contact import Contact, ContactState, Request, RequestAction, RequestState
from data.models.notice import Notice
from data.models.presence import Presence
from data.models.shift import AgentMove
from data.models.supervision import Intervention, StepKind
from data.notices import notices
from data.store.database import Store
from data.supervision import step_in
from data.supervision.occupancy import occupancy
from data.supervision.step_in import StepFaultError, StepWish
from data.supervision.steps import StepLine, read_steps
from data.supervision.story import read_trail
from tests.data.supervision.test_watch import save
from tests.stores import new_store

NOW = datetime(2026, 11, 20, 14, 18, 2, tzinfo=UTC)
ROBIN, DANA = AgentId("robin"), AgentId("dana")
WAITS = ContactId("waits")


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = new_store(tmp_path / "seat.db")
    taken = {"state": ContactState.TALKING, "agent": DANA, "fence": 3}
    contact = Contact(
        id=WAITS, feed="floor", queue=QueueId("support"), caller_name="Maria Alvarez", fence=2, offered_at=NOW, queued_at=NOW
    )  # fmt: skip
    save(
        made,
        [
            Agent(id=ROBIN, name="Robin", role=Role.SUPERVISOR),
            Agent(id=DANA, name="Dana Reyes"),
            Agent(id="played", name="Kofi Osei", played=True),
            AgentStatus(id=DANA, state=AgentState.READY, since=NOW),
            contact,
            contact.model_copy(update={"id": "taken", **taken}),
        ],
    )
    return made


def only(store: Store, clock: Clock) -> StepLine:
    (line,) = read_steps(store, clock.now() - timedelta(hours=1))
    return line


def wish(kind: StepKind, **more: object) -> StepWish:
    return StepWish(**{"kind": kind, "reason": "the queue is long", **more})  # type: ignore[arg-type]


def state(to: AgentState, text: str = "") -> StepWish:
    return wish(StepKind.STATE, agent=DANA, state=to, text=text)


def test_a_state_is_recorded_and_the_agent_hears_of_it_at_once(store: Store, clock: Clock) -> None:
    made = step_in.step_in(store, state(AgentState.NOT_READY, "training"), ROBIN, clock)
    told = Notice.from_row(store.row("SELECT * FROM notice") or {})
    assert (told.id, told.to_agent, told.by) == (made.id, DANA, ROBIN)
    assert told.about == "not ready (training): the queue is long"
    assert [row["entity"] for row in store.rows("SELECT entity FROM outbox")] == ["intervention", "notice"]
    assert len({row["txn_id"] for row in store.rows("SELECT txn_id FROM outbox")}) == 1, "all or nothing"

    assert step_in.pending(store, DANA, NOW) == [made] and step_in.pending(store, ROBIN, NOW) == []
    assert (only(store, clock).came, only(store, clock).by, only(store, clock).agent) == (
        "asked",
        "Robin",
        "Dana Reyes",
    )
    step_in.answer(store, made, DANA, clock, done=False, why="on call now")
    assert step_in.pending(store, DANA, NOW) == []
    assert (only(store, clock).came, only(store, clock).why) == ("refused", "on call now")
    notices.acknowledge(store, told.id, DANA, clock)
    assert only(store, clock).read_at == NOW


def test_a_waiting_contact_is_given_by_a_request_that_names_its_record(store: Store, clock: Clock) -> None:
    made = step_in.step_in(store, wish(StepKind.REASSIGN, agent=DANA, contact_id=WAITS), ROBIN, clock)
    asked = Request.from_row(store.row("SELECT * FROM request") or {})
    assert (asked.id, asked.agent, asked.contact_id) == (made.id, ROBIN, WAITS)
    assert (asked.action, asked.target, asked.fence) == (RequestAction.REASSIGN, "agent:dana", 2)
    assert only(store, clock).came == "asked" and only(store, clock).caller == "Maria Alvarez"
    save(store, [asked.model_copy(update={"state": RequestState.REFUSED, "why": "Dana Reyes is on call."})])
    assert (only(store, clock).came, only(store, clock).why) == ("refused", "Dana Reyes is on call.")


def test_an_override_stands_with_the_contact_as_an_exception(store: Store, clock: Clock) -> None:
    step_in.step_in(
        store, wish(StepKind.OVERRIDE, agent=DANA, contact_id=ContactId("taken"), text="ten per cent off"), ROBIN, clock
    )  # fmt: skip
    granted = Conduct.from_row(store.row("SELECT * FROM conduct") or {})
    assert (granted.kind, granted.by, granted.contact_id) == (ConductKind.EXCEPTION, ROBIN, "taken")
    assert (granted.reason, granted.text) == ("the queue is long", "ten per cent off, for Dana Reyes")
    assert only(store, clock).came == "done" and not store.rows("SELECT 1 FROM request")


def test_an_exception_that_could_not_be_carried_out_does_not_count(store: Store, clock: Clock) -> None:
    """A waiting contact was to be given to somebody who does not serve its queue, and the feed refused."""
    made = step_in.step_in(
        store, wish(StepKind.OVERRIDE, agent=DANA, contact_id=WAITS, text="need not serve it"), ROBIN, clock
    )
    assert [one.kind for one in conduct.about(store, WAITS, None)] == [ConductKind.EXCEPTION]
    asked = Request.from_row(store.row("SELECT * FROM request") or {})
    assert asked.id == made.id
    save(store, [asked.model_copy(update={"state": RequestState.REFUSED, "why": "It rings already."})])
    assert conduct.about(store, WAITS, None) == []
    trail = read_trail(store, WAITS)
    assert trail is not None and not trail.conduct
    assert only(store, clock).came == "refused", "that it was tried stays on record"


@pytest.mark.parametrize(
    ("wished", "said"),
    [
        (StepWish(StepKind.MESSAGE, "  ", agent=DANA, text="hello"), "Say why"),
        (wish(StepKind.MESSAGE, agent=DANA), "Type the message"),
        (wish(StepKind.MESSAGE, text="hello"), "Choose an agent"),
        (wish(StepKind.MESSAGE, agent=AgentId("nobody"), text="hello"), "not known here"),
        (state(AgentState.NOT_READY), "needs its reason"),
        (state(AgentState.ON_CALL), "ready, not ready or signed out"),
        (wish(StepKind.REASSIGN, agent=DANA), "Choose a waiting contact"),
        (wish(StepKind.REASSIGN, agent=DANA, contact_id=ContactId("taken")), "does not wait any more"),
        (wish(StepKind.PRIORITY, contact_id=WAITS, text="first of all"), "Choose its place"),
        (wish(StepKind.OVERRIDE, agent=DANA), "which rule"),
        (wish(StepKind.OVERRIDE, text="a rule"), "Choose the agent"),
    ],
)
def test_what_cannot_be_says_what_to_do_and_writes_nothing(
    store: Store, clock: Clock, wished: StepWish, said: str
) -> None:
    with pytest.raises(StepFaultError, match=said):
        step_in.step_in(store, wished, ROBIN, clock)
    assert not store.rows("SELECT 1 FROM outbox")


def test_whoever_has_left_the_console_can_only_be_signed_out(store: Store, clock: Clock) -> None:
    save(store, [Presence(id=DANA, agent=DANA, until=NOW - timedelta(minutes=3))])
    with pytest.raises(StepFaultError, match="signing out is all"):
        step_in.step_in(store, state(AgentState.READY), ROBIN, clock)
    assert not store.rows("SELECT 1 FROM outbox"), "nothing of it was kept"
    step_in.step_in(store, state(AgentState.SIGNED_OUT), ROBIN, clock)
    after = step_in.status_of(store, DANA)
    assert after is not None and after.state is AgentState.SIGNED_OUT
    assert (only(store, clock).came, only(store, clock).why) == ("done", "the console was gone")
    (row,) = store.rows("SELECT * FROM agent_move")
    left = AgentMove.from_row(row)
    assert (left.id, left.agent, left.at, left.state) == (
        only(store, clock).step.id,
        DANA,
        NOW,
        AgentState.SIGNED_OUT,
    )
    (day,) = occupancy(
        [AgentMove(id="m", agent=DANA, at=NOW - timedelta(hours=2), state=AgentState.READY), left],
        NOW - timedelta(hours=2),
        NOW + timedelta(hours=4),
    )
    assert day.ready_s == 2 * 3600, "what comes after counts nothing"
    assert len({one["txn_id"] for one in store.rows("SELECT txn_id FROM outbox")}) == 1, "all or nothing"
    with pytest.raises(StepFaultError, match="signed out already"):
        step_in.step_in(store, state(AgentState.SIGNED_OUT), ROBIN, clock)


def test_a_console_that_does_not_answer_counts_as_gone_and_a_contact_in_hand_stays(
    store: Store, clock: Clock
) -> None:
    step_in.step_in(store, state(AgentState.SIGNED_OUT), ROBIN, clock)
    assert only(store, clock).came == "asked"
    save(store, [AgentStatus(id=DANA, state=AgentState.ON_CALL, since=NOW, contact_id=ContactId("taken"))])
    clock.at = NOW + timedelta(seconds=40)
    with pytest.raises(StepFaultError, match="Dana Reyes is on call"):
        step_in.step_in(store, state(AgentState.SIGNED_OUT), ROBIN, clock)
    save(store, [AgentStatus(id=DANA, state=AgentState.NOT_READY, since=NOW)])
    step_in.step_in(store, state(AgentState.SIGNED_OUT), ROBIN, clock)
    after = step_in.status_of(store, DANA)
    assert after is not None and after.state is AgentState.SIGNED_OUT


def test_a_card_number_in_a_message_is_masked(store: Store, clock: Clock) -> None:
    made = step_in.step_in(store, wish(StepKind.MESSAGE, agent=DANA, text="4111 1111 1111 1111"), ROBIN, clock)
    for table in ("intervention", "notice", "outbox"):
        assert "4111 1111 1111 1111" not in str(store.rows(f"SELECT * FROM {table}"))
    assert isinstance(made, Intervention)
