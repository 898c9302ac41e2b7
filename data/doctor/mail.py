"""Mail as the doctor sees it: whether there is an address for reports, and somebody who sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from data.doctor.books import open_to_read
from data.doctor.finding import Finding, fault, look, ok
from data.mail.addresses import MailFaultError, address, one_line
from data.models.base import instant_text
from data.queue_report.policy import ReportPolicy
from data.store import driver

QUIET = timedelta(days=1)
"""A gateway that said nothing for so long is missed."""
LONG_WAIT = timedelta(hours=1)
RECENT = timedelta(days=7)
SAMPLE = ("@example.com", "@example.org", "@example.net")
_IN_FILE = "in the file of the setting shift"
_GUIDE = "start `agent-console gateway` on one machine of the site, see the administrator's guide"


def mailboxes(policy: ReportPolicy) -> Iterator[Finding]:
    """Where reports, the schedule and alarms go."""
    managers = [one.mail for one in policy.managers if one.mail]
    named = {"mailbox": policy.mailbox, "everybody": policy.everybody, "a manager's mail": next(iter(managers), "")}
    missing = [name for name, said in named.items() if not said]
    there = [one for one in (policy.mailbox, policy.everybody, *managers) if one]
    for one in there:
        try:
            address(one)
        except MailFaultError as error:
            yield fault("mailboxes", str(error).partition(":")[0], f"write it in plain letters, {_IN_FILE}")
            return
    if missing:
        says = f"queue reports by mail have no address: {', '.join(missing)}"
        yield look("mailboxes", says, f"name them under queue_report, {_IN_FILE}")
    elif samples := [one for one in there if one.endswith(SAMPLE)]:
        yield look("mailboxes", f"{samples[0]} is a sample", f"put the site's own there, {_IN_FILE}")
    else:
        yield ok("mailboxes", f"reports go to {policy.mailbox}")


def outgoing(store: Path, now: datetime) -> Iterator[Finding]:
    """Whether a gateway works, as this seat has heard, and what it could not send."""
    try:
        with closing(open_to_read(store)) as connection:
            gateway = connection.execute(
                "SELECT name, at, trouble FROM gateway ORDER BY at DESC LIMIT 1"
            ).fetchone()
            failed, waiting = connection.execute(
                "SELECT count(*) FILTER (WHERE state = 'failed' AND made_at > ?),"
                " count(*) FILTER (WHERE state NOT IN ('failed', 'sent') AND made_at < ?) FROM mail",
                (instant_text(now - RECENT), instant_text(now - LONG_WAIT)),
            ).fetchone()
    except driver.Error:  # `store` and `shape` say so
        return
    if gateway is None:
        yield look("gateway", "none has been heard of: mail lies in files until somebody sends it", _GUIDE)
    elif now - datetime.fromisoformat(gateway["at"]) > QUIET:
        yield look("gateway", f"{one_line(gateway['name'])} was heard last at {gateway['at'][:16]}Z", _GUIDE)
    elif gateway["trouble"]:
        yield look("gateway", one_line(gateway["trouble"]), "agent-console gateway --check there says more")
    else:
        yield ok("gateway", f"{one_line(gateway['name'])} was heard at {gateway['at'][:16]}Z")
    if failed or waiting:
        says = f"{failed} were refused this week, {waiting} wait for more than an hour"
        yield look("mail", says, "agent-console gateway --check, and look at the addresses")
    else:
        yield ok("mail", "none waits for long, none was refused")
