"""What became of this agent's mail, once it is known that it did not go out."""

from __future__ import annotations

from console.services.seat import Seat
from data.mail.queue_report import failed_mails
from data.models.mail import Mail, MailState

MAIL_ENTITIES = frozenset({Mail.entity})
MAIL_FOLDER = "mail"
"""Of .eml files, in the data folder."""


class SentMail:
    """The mails of one agent that the gateway could not send; each is told of once."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._told: set[tuple[str, MailState]] = set()

    async def read(self) -> None:
        """Look again; what went wrong since is told, with the file that the mail lies in."""
        seat, folder = self._seat, self._seat.readable_folder
        found = await seat.read(
            failed_mails,
            seat.me,
            seat.clock.now(),
            folder / MAIL_FOLDER if folder is not None else None,
            self._told,
        )
        for one in found:
            self._told.add((one.mail.id, one.mail.state))
            seat.tell(one.says, "warning")
