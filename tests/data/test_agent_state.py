"""The states of an agent: every move of the table, no move beside it, and no way to get stuck (CALL-3)."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.models.agent import AgentState, AgentStatus
from data.models.base import AgentId, ContactId
from data.models.contact import Contact, ContactState
from data.queue.agent_state import HANDLING, MOVES, IllegalMoveError, Move, moved, observed
from tests.data.samples import AT

S, M = AgentState, Move
ME, OTHER = AgentId("ana"), AgentId("bo")
LATER = AT + timedelta(seconds=30)

TABLE = {
    (S.SIGNED_OUT, M.SIGN_ON): S.NOT_READY,
    (S.NOT_READY, M.SIGN_OUT): S.SIGNED_OUT,
    (S.READY, M.SIGN_OUT): S.SIGNED_OUT,
    (S.NOT_READY, M.READY): S.READY,
    (S.NOT_READY, M.NOT_READY): S.NOT_READY,
    (S.READY, M.NOT_READY): S.NOT_READY,
    (S.NOT_READY, M.RING): S.RINGING,
    (S.READY, M.RING): S.RINGING,
    (S.RINGING, M.ANSWERED): S.ON_CALL,
    (S.READY, M.ANSWERED): S.ON_CALL,
    (S.NOT_READY, M.ANSWERED): S.ON_CALL,
    (S.RINGING, M.MISSED): S.NOT_READY,
    (S.RINGING, M.REJECTED): S.NOT_READY,
    (S.RINGING, M.ABANDONED): S.READY,
    (S.RINGING, M.ENDED): S.WRAP_UP,
    (S.ON_CALL, M.HOLD): S.ON_HOLD,
    (S.ON_HOLD, M.RESUME): S.ON_CALL,
    (S.ON_CALL, M.ENDED): S.WRAP_UP,
    (S.ON_HOLD, M.ENDED): S.WRAP_UP,
    (S.WRAP_UP, M.WRAPPED_UP): S.READY,
}
"""CALL-3 and the glossary, written down a second time."""


def status(state: AgentState, **fields: object) -> AgentStatus:
    contact = {"contact_id": ContactId("c1")} if state in HANDLING else {}
    reason = {"reason": "lunch"} if state is S.NOT_READY else {}
    return AgentStatus(id=ME, state=state, since=AT, **{**contact, **reason, **fields})


def call(
    state: ContactState, agent: str | None = None, ringing: str | None = None, contact_id: str = "c1"
) -> Contact:
    return Contact(
        id=contact_id,
        feed="f",
        queue="q",
        offered_at=AT,
        queued_at=AT,
        state=state,
        agent=agent,
        ringing_agent=ringing,
    )


def test_the_table_is_the_one_of_the_requirements() -> None:
    assert MOVES == TABLE


@pytest.mark.parametrize(("state", "move"), TABLE, ids=str)
def test_every_legal_move_arrives(state: AgentState, move: Move) -> None:
    after = moved(status(state), move, LATER, reason="coffee", contact_id=ContactId("c1"))
    assert after.state is TABLE[state, move]
    assert after.id == ME
    assert (after.contact_id == "c1") is (after.state in HANDLING)
    assert bool(after.reason) is (after.state is S.NOT_READY)


@pytest.mark.parametrize(
    ("state", "move"),
    [pair for pair in product(S, M) if pair not in TABLE and not (pair[1] is M.NOT_READY and pair[0] in HANDLING)],
    ids=str,
)
def test_every_other_move_is_refused_in_words(state: AgentState, move: Move) -> None:
    before = status(state)
    with pytest.raises(IllegalMoveError, match=f"You are {state}") as told:
        moved(before, move, LATER)
    assert str(move) in str(told.value)


def test_signing_on_is_always_not_ready_first() -> None:
    after = moved(status(S.SIGNED_OUT), M.SIGN_ON, LATER)
    assert (after.state, after.reason, after.since) == (S.NOT_READY, "signed on", LATER)


@pytest.mark.parametrize(
    ("move", "state", "reason"),
    [
        (M.MISSED, S.NOT_READY, "missed a call"),
        (M.REJECTED, S.NOT_READY, "rejected a call"),
        (M.ABANDONED, S.READY, ""),
    ],
)
def test_missed_rejected_and_abandoned_are_different_things(move: Move, state: AgentState, reason: str) -> None:
    after = moved(status(S.RINGING), move, LATER)
    assert (after.state, after.reason, after.contact_id) == (state, reason, None)


@pytest.mark.parametrize("state", sorted(HANDLING))
def test_not_ready_during_a_contact_is_taken_after_it(state: AgentState) -> None:
    asked = moved(status(state), M.NOT_READY, LATER, reason="lunch")
    assert (asked.state, asked.after_call, asked.since) == (state, "lunch", AT), "the time in the state goes on"
    back = moved(asked, M.READY, LATER)
    assert (back.state, back.after_call) == (state, "")


@pytest.mark.parametrize(
    ("state", "move"),
    [(S.WRAP_UP, M.WRAPPED_UP), (S.RINGING, M.ABANDONED), (S.RINGING, M.MISSED), (S.RINGING, M.REJECTED)],
    ids=str,
)
def test_what_was_asked_for_is_taken_however_the_contact_ends(state: AgentState, move: Move) -> None:
    after = moved(status(state, after_call="lunch"), move, LATER)
    assert (after.state, after.reason, after.after_call, after.since) == (S.NOT_READY, "lunch", "", LATER)


def test_what_was_asked_for_waits_through_the_call() -> None:
    through = status(S.RINGING, after_call="lunch")
    for move in (M.ANSWERED, M.HOLD, M.RESUME, M.ENDED):
        through = moved(through, move, LATER)
        assert through.after_call == "lunch"


def test_the_time_in_a_state_counts_from_its_beginning() -> None:
    again = moved(status(S.NOT_READY), M.NOT_READY, LATER, reason="lunch")
    assert again.since == AT, "the same reason again is the same pause"
    other = moved(status(S.NOT_READY), M.NOT_READY, LATER, reason="coffee")
    assert other.since == LATER


@pytest.mark.parametrize(
    ("state", "contact", "move"),
    [
        (S.READY, call(ContactState.RINGING, ringing=ME), M.RING),
        (S.READY, call(ContactState.RINGING, ringing=OTHER), None),
        (S.READY, call(ContactState.RINGING, agent=ME, ringing=ME), M.RING),
        (S.NOT_READY, call(ContactState.RINGING, ringing=ME), None),
        (S.NOT_READY, call(ContactState.RINGING, agent=ME, ringing=ME), M.RING),
        (S.READY, call(ContactState.TALKING, agent=ME), M.ANSWERED),
        (S.READY, call(ContactState.HELD, agent=ME), M.ANSWERED),
        (S.NOT_READY, call(ContactState.TALKING, agent=ME), M.ANSWERED),
        (S.READY, call(ContactState.TALKING, agent=OTHER), None),
        (S.RINGING, call(ContactState.RINGING, ringing=ME), None),
        (S.RINGING, call(ContactState.RINGING, agent=ME, ringing=ME), None),
        (S.RINGING, call(ContactState.TALKING, agent=ME), M.ANSWERED),
        (S.RINGING, call(ContactState.HELD, agent=ME), M.ANSWERED),
        (S.RINGING, call(ContactState.ENDED, agent=ME), M.ENDED),
        (S.RINGING, call(ContactState.ABANDONED), M.ABANDONED),
        (S.RINGING, call(ContactState.ENDED), M.ABANDONED),
        (S.RINGING, call(ContactState.WAITING), M.MISSED),
        (S.RINGING, call(ContactState.RINGING, ringing=OTHER), M.MISSED),
        (S.RINGING, call(ContactState.TALKING, agent=OTHER), M.MISSED),
        (S.ON_CALL, call(ContactState.TALKING, agent=ME), None),
        (S.ON_CALL, call(ContactState.HELD, agent=ME), M.HOLD),
        (S.ON_HOLD, call(ContactState.HELD, agent=ME), None),
        (S.ON_HOLD, call(ContactState.TALKING, agent=ME), M.RESUME),
        (S.ON_CALL, call(ContactState.ENDED, agent=ME), M.ENDED),
        (S.ON_HOLD, call(ContactState.ENDED, agent=ME), M.ENDED),
        (S.ON_CALL, call(ContactState.WAITING), M.ENDED),
        (S.ON_CALL, call(ContactState.TALKING, agent=OTHER), M.ENDED),
        (S.WRAP_UP, call(ContactState.ENDED, agent=ME), None),
        (S.SIGNED_OUT, call(ContactState.RINGING, ringing=ME), None),
        (S.ON_CALL, None, None),
    ],
)
def test_what_a_contacts_row_means(state: AgentState, contact: Contact | None, move: Move | None) -> None:
    assert observed(status(state), contact) is move


ROWS = st.builds(
    call,
    st.sampled_from(ContactState),
    st.sampled_from([None, ME, OTHER]),
    st.sampled_from([None, ME, OTHER]),
)
DOINGS = st.one_of(ROWS, st.sampled_from([M.SIGN_ON, M.SIGN_OUT, M.READY, M.NOT_READY, M.WRAPPED_UP, M.REJECTED]))


def follow(now: AgentStatus, contact: Contact) -> AgentStatus:
    """What a seat does with a row: moves until nothing is left to do."""
    for _ in range(4):
        move = observed(now, contact)
        if move is None:
            return now
        now = moved(now, move, LATER, contact_id=ContactId(contact.id))
    raise AssertionError(f"no end of moves: {now.state} {contact.state}")


def in_hand(contact: Contact) -> bool:
    """Whether the agent can still do anything with it."""
    if contact.state is ContactState.RINGING:
        return contact.ringing_agent == ME
    return contact.agent == ME and contact.state in (ContactState.TALKING, ContactState.HELD)


@settings(deadline=None, max_examples=400)
@given(st.lists(DOINGS, max_size=40))
def test_nobody_gets_stuck(doings: list[Contact | Move]) -> None:
    now = status(S.SIGNED_OUT)
    for doing in doings:
        before = now
        if isinstance(doing, Contact):
            now = follow(now, doing)
            if now.state in (S.RINGING, S.ON_CALL, S.ON_HOLD):
                assert in_hand(doing), f"{now.state} with a contact that is {doing.state}"
        else:
            try:
                now = moved(now, doing, LATER, reason="lunch")
            except IllegalMoveError:
                assert (now.state, doing) not in TABLE
        assert (now.contact_id is not None) is (now.state in HANDLING)
        assert bool(now.reason) is (now.state is S.NOT_READY)
        assert not now.after_call or now.state in HANDLING
        if before.after_call and now.state in (S.READY, S.NOT_READY):
            assert now.reason == "lunch", "what was asked for is not lost"


@settings(deadline=None)
@given(st.sampled_from([S.RINGING, S.ON_CALL, S.ON_HOLD]), ROWS)
def test_from_every_live_state_there_is_a_way_out(state: AgentState, contact: Contact) -> None:
    now = follow(status(state), contact)
    if not in_hand(contact):
        assert now.state not in (S.RINGING, S.ON_CALL, S.ON_HOLD)
    ended = follow(now, call(ContactState.ENDED, agent=ME))
    if ended.state is S.WRAP_UP:
        ended = moved(ended, M.WRAPPED_UP, LATER)
    assert ended.state in (S.READY, S.NOT_READY)
