"""Which mail a gateway sends when, and what is noted of it: rules without a hub and without a server.

A mail is taken by a change of its row that only one gateway can make, then handed to the server, then marked. Whoever
dies in between leaves a row that is taken over, so a mail is sent at least once; each try has the same Message-ID."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from data.mail.addresses import one_line
from data.models.base import Value
from data.models.mail import OVER, Mail, MailState

LEASE = timedelta(minutes=10)
"""So long a gateway has a mail for itself; handing it over takes two minutes at most."""
TOO_OLD = timedelta(days=2)
"""A mail that could not be sent for so long is given up: nobody acts on it any more."""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
LONGEST_TROUBLE = timedelta(minutes=5)
"""Between two tries while the server itself is in trouble."""


_RESTS = UUID("d1a2f0a4-6f6e-4d7a-8a57-8f0f3e0f6c11")


class Result(StrEnum):
    """What the server made of a mail."""

    SENT = "sent"
    REFUSED = "refused"
    """For good: this mail will never be taken."""
    LATER = "later"
    """This mail is to be tried again."""
    TROUBLE = "trouble"
    """No mail at all gets through: no connection, no sign-in."""


class Outcome(Value):
    result: Result
    why: str = ""
    left: tuple[str, ...] = ()
    """Of a mail that was sent: to whom it has still to be sent, by a mail of their own."""


def due(mails: Iterable[Mail], now: datetime, gateway: str) -> list[Mail]:
    """What this gateway may take now, oldest first. What it had taken itself before it was ended is among it."""
    found = [one for one in mails if one.state not in OVER and _is_due(one, now, gateway)]
    return sorted(found, key=lambda one: (one.made_at, one.id))


def _is_due(mail: Mail, now: datetime, gateway: str) -> bool:
    if mail.state is MailState.SENDING and mail.gateway == gateway:
        return True
    return mail.next_try is None or mail.next_try <= now


def next_moment(mails: Iterable[Mail], now: datetime) -> datetime | None:
    """When something falls due that is not due yet."""
    later = [one.next_try for one in mails if one.state not in OVER and one.next_try is not None]
    return min((at for at in later if at > now), default=None)


def taken(gateway: str, now: datetime) -> dict[str, Any]:
    """The change by which a gateway takes a mail."""
    return {"state": MailState.SENDING, "gateway": gateway, "next_try": now + LEASE}


def too_old(mail: Mail, now: datetime) -> bool:
    """Whether it is given up."""
    return now - mail.made_at > TOO_OLD


def noted(mail: Mail, outcome: Outcome, now: datetime) -> dict[str, Any]:
    """The change that notes what became of a try."""
    why = one_line(outcome.why)
    tries = mail.tries + 1
    if outcome.result is Result.SENT:
        return {"state": MailState.SENT, "tries": tries, "next_try": None, "done_at": now, "why": why}
    if outcome.result is Result.REFUSED or too_old(mail, now):
        return {"state": MailState.FAILED, "tries": tries, "next_try": None, "done_at": now, "why": why}
    again = now + wait_after(tries, trouble=outcome.result is Result.TROUBLE)
    return {"state": MailState.WAITING, "tries": tries, "next_try": again, "why": why}


def rest_of(mail: Mail, left: tuple[str, ...], now: datetime) -> Mail:
    """The mail for those whom the server did not take yet; the same one at every gateway."""
    waiting = {"state": MailState.WAITING, "gateway": "", "next_try": now + wait_after(1), "why": ""}
    return mail.model_copy(update={**waiting, "id": str(uuid5(_RESTS, f"{mail.id} {' '.join(left)}")), "to": left})


def wait_after(tries: int, *, trouble: bool = False) -> timedelta:
    """How long to wait after so many tries: twice as long each time."""
    longest = LONGEST_TROUBLE if trouble else LONGEST_WAIT
    return min(longest, FIRST_WAIT * (1 << min(tries - 1, 10)))
