"""The queue report as a mail, and word to the managers: what the mail rung of the ladder calls (QREP-4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path
from typing import NamedTuple

from data.clock import Clock
from data.mail.addresses import MailFaultError, one_line
from data.mail.outgoing import draft, gateway_of, post, save_eml
from data.models.base import AgentId
from data.models.mail import Mail, MailState
from data.models.queue_report import QueueReport
from data.queue_report.policy import ReportPolicy
from data.store.database import Store
from data.store.errors import StoreError
from data.store.save import saving

REPORT, ALARM = "queue report", "alarm"
"""What a mail is about."""


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
    """A gateway has it to send; else somebody sends the file by hand."""
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


def alarm_mail(what: str, slot: str = "", *, by: str = "") -> Letter:
    """Word to a manager that something failed.

    Args:
        what: what failed, in a sentence.
        slot: the report's moment in words, made here and not by a person.
    """
    lines = [
        one_line(what, 2000),
        "",
        *([f"Queue report: {slot}"] if slot else []),
        *([f"From: {one_line(by)}"] if by else []),
    ]
    return Letter(
        f"Queue report {slot}: a way to give it failed" if slot else "A queue report could not be given",
        "\n".join(lines) + "\n",
    )


def alarm_managers(store: Store, policy: ReportPolicy, letter: Letter, agent: AgentId, clock: Clock) -> list[Mail]:
    """A mail to each manager who has an address, in one transaction.

    Raises:
        MailFaultError: an address is none.
        StoreError: nothing was written.
    """
    with store.write():
        return [
            post(store, [one.mail], ALARM, letter.subject, letter.text, agent, clock)
            for one in policy.managers
            if one.mail
        ]


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
) -> SeatMail:
    """Send a mail in whatever way there is: by the gateway, else as a file that somebody sends by hand. Where the store
    can be written a gateway that comes later still sends it, under the same Message-ID.

    Args:
        store: None: it cannot be opened.
        folder: for .eml files (`mail` in the data folder); None: none may lie here.

    Raises:
        MailFaultError: unfit for a mail, or it could be kept nowhere; the message says what to do.
    """
    mail = draft(to, kind, subject, text, agent, clock)
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
        return SeatMail(mail, None, True, f"{why}: {then}. If it is urgent, call a manager.")
    do = f"open {file} with a mail program and send it to {whom}"
    return SeatMail(mail, file, False, f"{why}, {then}: {do}.")


def _kept(store: Store, mail: Mail, agent: AgentId, clock: Clock) -> Mail:
    with saving(store, agent, clock) as change:
        return change.add(mail)


def failed_mail(store: Store, mail_id: str, folder: Path | None, sender: str = "") -> SeatMail | None:
    """What a seat is told once the gateway could not send a mail at its first try: there is a file of it then. None: it
    was sent, or nobody has tried yet.

    Raises:
        StoreError: the store could not be read.
    """
    row = store.row("SELECT * FROM mail WHERE id = ?", (mail_id,))
    mail = Mail.from_row(row) if row is not None else None
    if mail is None or mail.state is MailState.SENT or mail.tries == 0:
        return None
    try:
        file = save_eml(mail, folder, sender) if folder is not None else None
    except (OSError, MailFaultError):
        file = None
    refused = mail.state is MailState.FAILED
    why = f"The mail server {'refused' if refused else 'did not take'} the {mail.kind} ({one_line(mail.why, 120)})"
    then = "" if refused else "the gateway goes on trying; "
    do = f"open {file} with a mail program and send it" if file is not None else "call a manager"
    return SeatMail(mail, file, not refused, f"{why}: {then}{do}.")
