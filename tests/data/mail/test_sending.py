"""Which mail is due, and how long a gateway waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from data.mail.sending import LEASE, TOO_OLD, Outcome, Result, due, next_moment, noted, taken, wait_after
from data.models.mail import Mail, MailState

NOW = datetime(2026, 1, 7, 9, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)


def mail(mail_id: str = "m", **fields: object) -> Mail:
    body = {"id": mail_id, "kind": "alarm", "to": ("a@example.com",), "subject": "s", "text": "", "made_by": "ana"}
    return Mail.model_validate({**body, "made_at": NOW, **fields})


def test_what_waits_is_due_oldest_first_and_what_another_has_is_not() -> None:
    there = [
        mail("late", next_try=SOON),
        mail("second"),
        mail("first", made_at=NOW - timedelta(hours=1), next_try=NOW),
        mail("saved", state=MailState.SAVED, made_at=NOW + timedelta(seconds=1)),
        mail("mine", state=MailState.SENDING, gateway="me", next_try=SOON, made_at=NOW - timedelta(hours=2)),
        mail("theirs", state=MailState.SENDING, gateway="other", next_try=SOON),
        mail("sent", state=MailState.SENT),
        mail("failed", state=MailState.FAILED),
    ]
    assert [one.id for one in due(there, NOW, "me")] == ["mine", "first", "second", "saved"]
    assert {one.id for one in due(there, SOON, "me")} >= {"late", "theirs"}
    assert next_moment(there, NOW) == SOON
    assert next_moment([mail()], NOW) is None


@pytest.mark.parametrize(
    ("result", "state", "again"),
    [
        (Result.SENT, MailState.SENT, None),
        (Result.REFUSED, MailState.FAILED, None),
        (Result.LATER, MailState.WAITING, timedelta(minutes=4)),
        (Result.TROUBLE, MailState.WAITING, timedelta(minutes=4)),
    ],
)
def test_a_try_is_noted(result: Result, state: MailState, again: timedelta | None) -> None:
    row = mail(tries=2, **taken("me", NOW))
    after = row.model_copy(update=noted(row, Outcome(result=result, why="a\r\nb"), NOW))
    assert (after.state, after.tries, after.why, after.gateway) == (state, 3, "a b", "me")
    assert after.next_try == (NOW + again if again else None)


def test_what_cannot_be_sent_for_two_days_is_given_up() -> None:
    old = mail(tries=40, made_at=NOW - TOO_OLD - timedelta(seconds=1))
    assert noted(old, Outcome(result=Result.LATER), NOW)["state"] is MailState.FAILED


def test_waits_double_up_to_an_hour_and_in_trouble_up_to_five_minutes() -> None:
    minutes = [wait_after(tries).total_seconds() / 60 for tries in (1, 2, 3, 6, 7, 10_000)]
    assert minutes == [1, 2, 4, 32, 60, 60]
    assert wait_after(9, trouble=True) == timedelta(minutes=5) < LEASE
