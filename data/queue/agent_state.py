"""The states of an agent as one table of moves (CALL-3).

Sign-on always arrives at NOT READY. Missed, rejected and abandoned are different moves: a missed or rejected
call makes the agent NOT READY, so that the next caller does not ring an empty chair; after an abandoned one
the agent is READY as before."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from data.models.agent import AgentState, AgentStatus
from data.models.base import AgentId, ContactId
from data.models.contact import Contact, ContactState

S = AgentState


class Move(StrEnum):
    """What can happen to an agent."""

    SIGN_ON = "sign on"
    SIGN_OUT = "sign out"
    READY = "ready"
    NOT_READY = "not ready"
    RING = "ring"
    ANSWERED = "answered"
    MISSED = "missed"
    REJECTED = "rejected"
    ABANDONED = "abandoned"
    HOLD = "hold"
    RESUME = "resume"
    ENDED = "ended"
    WRAPPED_UP = "wrapped up"


MOVES: dict[tuple[AgentState, Move], AgentState] = {
    (S.SIGNED_OUT, Move.SIGN_ON): S.NOT_READY,
    (S.NOT_READY, Move.SIGN_OUT): S.SIGNED_OUT,
    (S.READY, Move.SIGN_OUT): S.SIGNED_OUT,
    (S.NOT_READY, Move.READY): S.READY,
    (S.NOT_READY, Move.NOT_READY): S.NOT_READY,
    (S.READY, Move.NOT_READY): S.NOT_READY,
    (S.NOT_READY, Move.RING): S.RINGING,  # an outbound call, or one that was taken by hand
    (S.READY, Move.RING): S.RINGING,
    (S.RINGING, Move.ANSWERED): S.ON_CALL,
    (S.READY, Move.ANSWERED): S.ON_CALL,
    (S.NOT_READY, Move.ANSWERED): S.ON_CALL,
    (S.RINGING, Move.MISSED): S.NOT_READY,
    (S.RINGING, Move.REJECTED): S.NOT_READY,
    (S.RINGING, Move.ABANDONED): S.READY,
    (S.RINGING, Move.ENDED): S.WRAP_UP,
    (S.ON_CALL, Move.HOLD): S.ON_HOLD,
    (S.ON_HOLD, Move.RESUME): S.ON_CALL,
    (S.ON_CALL, Move.ENDED): S.WRAP_UP,
    (S.ON_HOLD, Move.ENDED): S.WRAP_UP,
    (S.WRAP_UP, Move.WRAPPED_UP): S.READY,
}
"""(state, move) → next state. What is not here cannot happen."""

HANDLING = frozenset({S.RINGING, S.ON_CALL, S.ON_HOLD, S.WRAP_UP})
"""States in which a not-ready can only be asked for, not taken at once."""

SIGN_ON_REASON = "signed on"
MISSED_REASON = "missed a call"
REJECTED_REASON = "rejected a call"


class IllegalMoveError(Exception):
    """A move that the table does not have; the message says so in words."""


def moved(
    status: AgentStatus,
    move: Move,
    at: datetime,
    *,
    reason: str = "",
    contact_id: ContactId | None = None,
) -> AgentStatus:
    """The status after a move.

    `reason` is required for NOT_READY; asked for while a contact is being handled it is kept in
    `after_call` and taken when wrap-up is done, or at once when the call comes to nothing: what was asked for
    says more than that a call was missed.

    Raises:
        IllegalMoveError: the move is not possible in this state.
    """
    if move is Move.NOT_READY and status.state in HANDLING:
        return status.model_copy(update={"after_call": reason})
    if move is Move.READY and status.state in HANDLING and status.after_call:
        return status.model_copy(update={"after_call": ""})
    after = MOVES.get((status.state, move))
    if after is None:
        raise IllegalMoveError(f"You are {status.state}: '{move}' is not possible now.")
    why = {
        Move.SIGN_ON: SIGN_ON_REASON,
        Move.MISSED: MISSED_REASON,
        Move.REJECTED: REJECTED_REASON,
        Move.NOT_READY: reason,
    }.get(move, "")
    if after not in HANDLING and status.after_call and move is not Move.SIGN_OUT:
        after, why = S.NOT_READY, status.after_call
    busy = after in HANDLING
    return AgentStatus(
        id=status.id,
        state=after,
        reason=why if after is S.NOT_READY else "",
        since=status.since if after is status.state and why == status.reason else at,
        contact_id=(contact_id or status.contact_id) if busy else None,
        after_call=status.after_call if busy else "",
    )


def observed(status: AgentStatus, contact: Contact | None) -> Move | None:
    """What a contact's present row means for the agent, or None when nothing changed.

    `contact` is the one in `status.contact_id`, or, when the agent has none, the one that rings."""
    if contact is None:
        return None
    me = AgentId(status.id)
    mine = contact.agent == me
    match status.state:
        case S.READY | S.NOT_READY:
            if contact.state is ContactState.RINGING and contact.ringing_agent == me:
                return Move.RING if status.state is S.READY or mine else None
            return Move.ANSWERED if mine and contact.state in (ContactState.TALKING, ContactState.HELD) else None
        case S.RINGING:
            if mine and contact.state in (ContactState.TALKING, ContactState.HELD):
                return Move.ANSWERED
            if mine and contact.state is ContactState.ENDED:
                return Move.ENDED
            if contact.state is ContactState.ABANDONED or (
                contact.agent is None and contact.state in (ContactState.ENDED, ContactState.DONE)
            ):  # the caller gave up, or left for the voice mail: nobody missed anything
                return Move.ABANDONED
            rings_here = contact.state is ContactState.RINGING and contact.ringing_agent == me
            return None if rings_here else Move.MISSED
        case S.ON_CALL | S.ON_HOLD:
            if not mine or contact.state not in (ContactState.TALKING, ContactState.HELD):
                return Move.ENDED
            if contact.state is ContactState.HELD and status.state is S.ON_CALL:
                return Move.HOLD
            if contact.state is ContactState.TALKING and status.state is S.ON_HOLD:
                return Move.RESUME
    return None
