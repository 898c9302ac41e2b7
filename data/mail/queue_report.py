"""The queue report as a mail, and a mail's way out of a seat: what the mail rung of the ladder calls (QREP-4)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import NamedTuple

from data.clock import Clock
from data.mail.addresses import MailFaultError, one_line
from data.mail.outgoing import draft, gateway_of, save_eml
from data.models.base import AgentId, instant_text
from data.models.mail import Mail, MailState
from data.models.queue_report import QueueReport
from data.store.database import Store
from data.store.errors import StoreError
from data.store.save import saving

REPORT = "queue report"
"""What the mail is about."""
RECENT = timedelta(days=1)


class Letter(NamedTuple):
    """What a mail says."""

    subject: str
    text: str


class SeatMail(NamedTuple):
    """What became of a mail from a seat."""

    mail: Mail
    file: Path | None
    """Where it lies as a file; None: there is none."""
    goes_out: bool
    """A gateway has it to send, and can; else somebody sends the file by hand, or calls."""
    says: str
    """One sentence for the agent."""


def report_mail(report: QueueReport, initials: str, zone: tzinfo, *, reporter: str = "", by: str = "") -> Letter:
    """A report with the same fields as the form, and the initials at its end.

    Args:
        zone: of the site: the slot is told in its time.
        reporter, by: names of who had to report and of who did; empty: their ids.
    """
    slot = report.slot.astimezone(zone)
    nodes = [
        f"Node down: {one_line(one.node)}" + (f" ({one_line(one.city)})" if one.city else "")
        for one in report.nodes
    ]
    lines = [
        f"Queue report for {slot:%A %Y-%m-%d %H:%M %Z}",
        "",
        f"Calls in queue: {report.calls}",
        f"Longest wait: {report.wait_min} min",
        *(nodes or ["Node down: none"]),
        "Comment: " + ("\n  ".join(_lines(report.comment)) or "none"),
        "",
        f"Reporter: {one_line(reporter or report.reporter)}",
        f"Given by: {one_line(by or report.by)}, {report.at.astimezone(zone):%Y-%m-%d %H:%M %Z}",
        "",
        one_line(initials or report.initials, 20),
    ]
    return Letter(f"Queue report {slot:%Y-%m-%d %H:%M %Z}", "\n".join(lines) + "\n")


def _lines(text: str) -> list[str]:
    return [line for line in (one_line(line, 2000) for line in text.splitlines()) if line]


def seat_mail(
    store: Store | None,
    folder: Path | None,
    to: Sequence[str],
    kind: str,
    subject: str,
    text: str,
    agent: AgentId,
    clock: Clock,
    sender: str = "",
    mail_id: str | None = None,
) -> SeatMail:
    """Send a mail in whatever way there is: by the gateway, else as a file that somebody sends by hand. Where the store
    can be written a gateway that comes later still sends it, under the same Message-ID.

    Args:
        store: None: it cannot be opened.
        folder: for .eml files (`mail` in the data folder); None: none may lie here.

    Raises:
        MailFaultError: unfit for a mail, or it could be kept nowhere; the message says what to do.
    """
    mail = draft(to, kind, subject, text, agent, clock, mail_id=mail_id)
    whom = ", ".join(mail.to)
    try:
        gateway = gateway_of(store, clock.now()) if store is not None else None
        if store is not None and gateway is not None and not gateway.trouble:
            return SeatMail(_kept(store, mail, agent, clock), None, True, f"The gateway sends it to {whom}.")
    except StoreError:
        gateway = store = None
    try:
        file = save_eml(mail, folder, sender) if folder is not None else None
    except OSError:
        file = None
    if file is not None:
        mail = mail.model_copy(update={"state": MailState.SAVED, "why": str(file)})
    try:
        mail = _kept(store, mail, agent, clock) if store is not None else mail
    except StoreError:
        store = None
    if file is None and store is None:
        raise MailFaultError("The mail could be kept nowhere: call a manager and say the report by phone.")
    why = f"The mail server takes nothing now ({gateway.trouble})" if gateway else "No gateway sends mail now"
    then = "it goes out as soon as it can" if store is not None else "the store cannot be written"
    if file is None:
        return SeatMail(mail, None, False, f"{why}: {then}. Call a manager, and say the report by phone.")
    do = f"open {file} with a mail program and send it to {whom}"
    return SeatMail(mail, file, False, f"{why}, {then}: {do}.")


def _kept(store: Store, mail: Mail, agent: AgentId, clock: Clock) -> Mail:
    with saving(store, agent, clock) as change:
        return change.add(mail)


def failed_mails(
    store: Store, agent: AgentId, now: datetime, folder: Path | None, told: Collection[tuple[str, MailState]] = ()
) -> list[SeatMail]:
    """What this agent is told of mails of the last day that the gateway could not send at its first try, or that the
    server refused for good: there is a file of each then.

    Args:
        told: mails and their states of which the agent knows already.

    Raises:
        StoreError: the store could not be read.
    """
    rows = store.rows(
        "SELECT * FROM mail WHERE made_by = ? AND made_at > ? AND tries > 0 AND state <> 'sent' ORDER BY made_at, id",
        (agent, instant_text(now - RECENT)),
    )
    mails = [mail for row in rows if ((mail := Mail.from_row(row)).id, mail.state) not in told]
    return [_failed(mail, folder) for mail in mails if mail.state is not MailState.SENDING]


def _failed(mail: Mail, folder: Path | None) -> SeatMail:
    try:
        file = save_eml(mail, folder) if folder is not None else None
    except (OSError, MailFaultError):
        file = None
    refused = mail.state is MailState.FAILED
    why = f"The mail server {'refused' if refused else 'did not take'} the {mail.kind} ({one_line(mail.why, 120)})"
    then = "" if refused else "the gateway goes on trying; if it is wanted now, "
    whom = one_line(", ".join(mail.to))
    do = f"open {file} with a mail program and send it to {whom}" if file is not None else f"tell {whom} by phone"
    return SeatMail(mail, file, not refused, f"{why}: {then}{do}.")
