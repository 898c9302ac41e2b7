"""What the doctor says of mail."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.doctor.finding import State
from data.doctor.mail import mailboxes, outgoing
from data.floor.pace import LeapClock
from data.mail.outgoing import post
from data.models.base import AgentId
from data.models.gateway import Gateway
from data.models.mail import Mail
from data.queue_report.policy import ReportPolicy
from data.store.database import Store
from data.store.save import saving

ANA = AgentId("ana")
HOME = "desk.test"


@pytest.mark.parametrize(
    ("mailbox", "manager", "state", "says"),
    [
        (f"reports@{HOME}", f"boss@{HOME}", State.OK, "reports go to"),
        ("", f"boss@{HOME}", State.LOOK, "mailbox"),
        (f"reports@{HOME}", "", State.LOOK, "a manager's mail"),
        ("reports@example.com", f"boss@{HOME}", State.LOOK, "sample"),
        ("reports@münchen.test", f"boss@{HOME}", State.FAULT, "no mail address"),
    ],
)
def test_mailboxes_are_looked_at(mailbox: str, manager: str, state: State, says: str) -> None:
    managers = [{"name": "Boss", "number": "555-0142", "mail": manager}]
    policy = ReportPolicy.model_validate({"mailbox": mailbox, "everybody": f"all@{HOME}", "managers": managers})
    [found] = mailboxes(policy)
    assert (found.check, found.state) == ("mailboxes", state) and says in found.says


def test_a_missing_gateway_and_mail_that_waits_are_told(store: Store, clock: LeapClock) -> None:
    def found() -> dict[str, tuple[State, str]]:
        return {one.check: (one.state, one.says) for one in outgoing(store.path, clock.now())}

    assert found()["gateway"][0] is State.LOOK and found()["mail"][0] is State.OK
    row = Gateway(id="g", name="gateway\x1b", services=("mail",), at=clock.now(), until=clock.now())
    with saving(store, ANA, clock) as change:
        change.add(row)
    assert found()["gateway"][0] is State.OK and "\x1b" not in found()["gateway"][1]
    mail = post(store, ["reports@example.com"], "alarm", "A subject", "text", ANA, clock)
    clock.leap(timedelta(hours=2).total_seconds())
    assert "1 wait" in found()["mail"][1]
    with saving(store, ANA, clock) as change:
        change.update(Mail, mail.id, state="failed")
        change.update(Gateway, "g", trouble="535 no")
    assert found()["gateway"] == (State.LOOK, "535 no") and found()["mail"][1].startswith("1 were refused")
    clock.leap(timedelta(days=1).total_seconds())
    assert "heard last" in found()["gateway"][1]
