"""CORE-2: a session ends after its time, at a moment without a contact, and that is said before."""

from __future__ import annotations

import pytest

from data.models.agent import AgentState
from data.shift.session_length import Ends, ends


@pytest.mark.parametrize(
    ("minutes", "state", "expected"),
    [
        (0, AgentState.READY, Ends.LATER),
        (719 - 15, AgentState.READY, Ends.LATER),
        (720 - 15, AgentState.ON_CALL, Ends.SOON),
        (719, AgentState.NOT_READY, Ends.SOON),
        (720, AgentState.READY, Ends.NOW),
        (720, AgentState.NOT_READY, Ends.NOW),
        (720, AgentState.RINGING, Ends.AFTER_THIS),
        (900, AgentState.ON_CALL, Ends.AFTER_THIS),
        (900, AgentState.WRAP_UP, Ends.AFTER_THIS),
    ],
)
def test_when_a_session_ends(minutes: int, state: AgentState, expected: Ends) -> None:
    assert ends(minutes * 60, 12, state) is expected
