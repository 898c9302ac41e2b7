"""Outbound mail: takes what waits at the hub, hands it to the server, and notes what became of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial

from console.gateway.service import Context
from console.gateway.smtp import MailServer
from data.gateway.line import Line
from data.mail.addresses import MailFaultError, one_line
from data.mail.outgoing import SERVICE, as_message
from data.mail.sending import LEASE, Outcome, Result, due, next_moment, noted, rest_of, taken, too_old
from data.models.base import Entity
from data.models.mail import OVER, Mail, MailState

LONGEST_SLEEP_S = 60.0
GIVEN_UP = "it was not sent within two days"
FOREIGN = "the gateway's shift.yaml does not name this address"
"""Anybody at a seat can have a mail sent: it goes to the site's own addresses and nowhere else."""


class OutboundMail:
    """The service `mail`. One mail after the other, oldest first."""

    name = SERVICE
    models: tuple[type[Entity], ...] = (Mail,)

    def __init__(self, server: MailServer, sender: str, known: Collection[str]) -> None:
        """`known`: the addresses to which mail may go."""
        self._server = server
        self._known = frozenset(one.casefold() for one in known)
        self._sender = sender
        self._sent: dict[str, Outcome] = {}
        """What the server said of mails whose rows could not be marked yet, because the hub went away."""

    async def run(self, context: Context) -> None:
        """Send what is due, then wait for more."""
        while not context.stopping.is_set():
            context.news.clear()
            await self._mark(context)
            now = context.clock.now()
            mails = await context.ask(lambda line: line.rows(Mail))
            for mail in due(mails, now, context.hub.replica_id):
                if context.stopping.is_set():
                    return
                outcome = await self._try(context, mail)
                if outcome is not None and outcome.result is Result.TROUBLE:
                    break  # the others would wait for the same
            mails = await context.ask(lambda line: line.rows(Mail))
            now = context.clock.now()
            later = next_moment(mails, now)
            await context.sleep(
                min(LONGEST_SLEEP_S, (later - now).total_seconds()) if later is not None else LONGEST_SLEEP_S
            )

    async def _try(self, context: Context, mail: Mail) -> Outcome | None:
        """Take a mail, send it, mark it. None: another gateway has it."""
        now = context.clock.now()
        mine = await context.ask(lambda line: line.change(mail, **taken(line.replica_id, now)))
        if mine is None or mine.state is not MailState.SENDING or mine.gateway != context.hub.replica_id:
            return None
        outcome = await self._outcome(context, mine)
        self._sent[mail.id] = outcome
        await self._mark(context)
        return outcome

    async def _outcome(self, context: Context, mail: Mail) -> Outcome:
        now = context.clock.now()
        if mail.next_try is None or mail.next_try - now < LEASE / 2:  # this machine slept meanwhile
            return Outcome(result=Result.LATER, why="the gateway was held up")
        if too_old(mail, now):
            return Outcome(result=Result.REFUSED, why=f"{GIVEN_UP}: {mail.why}" if mail.why else GIVEN_UP)
        to = tuple(one for one in mail.to if one.casefold() in self._known)
        foreign = "; ".join(f"not to {one_line(one, 60)}: {FOREIGN}" for one in mail.to if one not in to)
        if foreign and not to:
            return Outcome(result=Result.REFUSED, why=foreign)
        try:
            message = as_message(mail.model_copy(update={"to": to}), self._sender)
        except MailFaultError as error:
            return Outcome(result=Result.REFUSED, why=str(error))
        outcome = await self._server.send(message, to)
        context.trouble(self.name, outcome.why if outcome.result is Result.TROUBLE else "")
        return outcome.model_copy(update={"why": "; ".join(why for why in (foreign, outcome.why) if why)})

    async def _mark(self, context: Context) -> None:
        """Note in the rows what the server said."""
        now = context.clock.now()
        for mail_id, outcome in list(self._sent.items()):
            await context.ask(partial(_mark, mail_id=mail_id, outcome=outcome, now=now))
            del self._sent[mail_id]


def _mark(line: Line, mail_id: str, outcome: Outcome, now: datetime) -> None:
    row = line.row(Mail, mail_id)
    if row is None or row.state in OVER:
        return
    if outcome.left:
        line.add(rest_of(row, outcome.left, now))
    # What was sent is sent, whoever has the row by now; anything else is for its gateway to say.
    if outcome.result is Result.SENT or row.gateway == line.replica_id:
        line.change(row, **noted(row, outcome, now))
