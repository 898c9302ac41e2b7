"""Mail on its way out: a row that waits for the gateway, the message that it becomes, and that message as a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from data.clock import Clock
from data.mail.addresses import MailFaultError, address, addresses, plain_text, subject
from data.models.base import AgentId, instant_text, new_id
from data.models.gateway import Gateway
from data.models.mail import Mail
from data.store.database import Store
from data.store.save import saving
from data.text.cards import mask_cards

if TYPE_CHECKING:
    from email.message import EmailMessage

SERVICE = "mail"
"""What a gateway that sends mail says that it does."""

__all__ = ["MailFaultError", "as_message", "draft", "gateway_is_there", "gateway_of", "post", "save_eml"]


def draft(
    to: Sequence[str], kind: str, title: str, text: str, agent: AgentId, clock: Clock, *, mail_id: str | None = None
) -> Mail:
    """A mail that is in no store yet.

    Raises:
        MailFaultError: an address or the subject is not fit for the head of a mail.
    """
    return Mail(
        id=mail_id or new_id(),
        kind=kind,
        to=addresses(to),
        subject=subject(title),
        text=plain_text(text),
        made_by=agent,
        made_at=clock.now(),
    )


def post(store: Store, to: Sequence[str], kind: str, subject: str, text: str, agent: AgentId, clock: Clock) -> Mail:
    """Have the gateway send a mail, now or as soon as there is one. Within a write transaction of the caller it is a
    part of that one.

    Raises:
        MailFaultError: an address or the subject is not fit for the head of a mail.
        StoreError: nothing was written.
    """
    mail = draft(to, kind, subject, text, agent, clock)
    with saving(store, agent, clock) as change:
        return change.add(mail)


def as_message(mail: Mail, sender: str) -> EmailMessage:
    """The message that a mail becomes, the same at every try. Whatever wrote the row, its head is checked
    and card numbers are masked here.

    Args:
        sender: the address that it comes from; empty: a draft, to which a mail program puts its own.

    Raises:
        MailFaultError: an address or the subject is not fit for the head of a mail.
    """
    from email.message import EmailMessage
    from email.policy import SMTP
    from email.utils import format_datetime

    to = addresses(mail.to)
    message = EmailMessage(policy=SMTP)
    if sender:
        message["From"] = address(sender)
    else:
        message["X-Unsent"] = "1"
    message["To"] = ", ".join(to)
    message["Subject"] = mask_cards(subject(mail.subject))
    message["Date"] = format_datetime(mail.made_at)
    message["Message-ID"] = message_id(mail)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mask_cards(plain_text(mail.text)), cte="quoted-printable")
    return message


def message_id(mail: Mail) -> str:
    """The Message-ID of a mail, made of nothing but its row: whoever gets it twice, by two tries or from a file that
    somebody sent by hand, can tell."""
    left = (
        mail.id if all(char.isascii() and (char.isalnum() or char == "-") for char in mail.id) else _digest(mail.id)
    )
    domain = mail.to[0].rpartition("@")[2]
    return f"<{left}@{domain}>"


def _digest(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()[:32]


def save_eml(mail: Mail, folder: Path, sender: str = "") -> Path:
    """Write a mail as a file that any mail program opens; nobody else on this machine may read it. The name is made
    of the mail's time and id, never of its text.

    Raises:
        MailFaultError: see `as_message`.
        OSError: it could not be written; there is no part of it.
    """
    body = as_message(mail, sender).as_bytes()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = folder / f"{mail.made_at:%Y%m%d-%H%M%S}-{_digest(mail.id)[:12]}.eml"
    part = place.with_name(f".{place.name}.part-{os.getpid()}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
    return place


def gateway_of(store: Store, now: datetime) -> Gateway | None:
    """The gateway that sends mail at present, as this seat knows; of several one that can work."""
    found = store.rows(
        "SELECT * FROM gateway WHERE until > ? ORDER BY trouble <> '', at DESC", (instant_text(now),)
    )
    there = [Gateway.from_row(row) for row in found]
    return next((one for one in there if SERVICE in one.services), None)


def gateway_is_there(store: Store, now: datetime) -> bool:
    """Whether a gateway sends mail at present, as this seat knows."""
    return gateway_of(store, now) is not None
