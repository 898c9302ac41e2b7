"""Handing one mail to the site's mail server, and what its answer means."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from console.gateway.config import ConfigError, MailConfig
from data.mail.addresses import one_line
from data.mail.sending import Outcome, Result

if TYPE_CHECKING:
    import aiosmtplib

LONGEST_S = 120.0
"""One mail from the connection to the server's last word: well below the lease of a mail."""


class MailServer:
    """The server of a config. One connection a mail: there are few, hours apart."""

    def __init__(self, config: MailConfig, password: SecretStr | None) -> None:
        """
        Raises:
            ConfigError: the certificates that are to be believed cannot be read.
        """
        self._config = config
        self._password = password
        self._tls = _trusting(config.ca_file) if config.security != "none" else None

    def _client(self) -> aiosmtplib.SMTP:
        import aiosmtplib

        config = self._config
        return aiosmtplib.SMTP(
            hostname=config.server,
            port=config.port,
            username=config.user or None,
            password=self._password.get_secret_value() if self._password is not None else None,
            local_hostname=socket.gethostname() or "localhost",
            timeout=config.timeout,
            use_tls=config.security == "tls",
            start_tls=config.security == "starttls",
            tls_context=self._tls,
        )

    async def greet(self) -> str:
        """Connect, sign in and leave again; an empty text when that works, else why not."""
        client = self._client()
        try:
            async with asyncio.timeout(LONGEST_S):
                await client.connect()
        except _faults() as error:
            return self._words(error)
        await _leave(client)
        return ""

    async def send(self, message: EmailMessage, recipients: tuple[str, ...]) -> Outcome:
        """Hand a message over. Nothing is raised but when it is cancelled before the server has spoken."""
        client = self._client()
        try:
            outcome = await self._handed_over(client, message, recipients)
        except asyncio.CancelledError:
            client.close()
            raise
        try:
            await _leave(client)
        except asyncio.CancelledError:  # the gateway ends: what the server said is still to be noted
            client.close()
        return outcome

    async def _handed_over(
        self, client: aiosmtplib.SMTP, message: EmailMessage, recipients: tuple[str, ...]
    ) -> Outcome:
        try:
            async with asyncio.timeout(LONGEST_S):
                try:
                    await client.connect()
                except _faults() as error:
                    return Outcome(result=Result.TROUBLE, why=self._words(error))
                refused, _said = await client.sendmail(self._config.sender, recipients, message.as_bytes())
        except _faults() as error:
            return Outcome(result=_result(error), why=self._words(error))
        why = "; ".join(f"not to {whom}: {said.code} {said.message}" for whom, said in refused.items())
        left = tuple(whom for whom, said in refused.items() if said.code < 500)
        return Outcome(result=Result.SENT, why=one_line(why), left=left)

    def _words(self, error: Exception) -> str:
        """Why, in a few words that hold no password."""
        import aiosmtplib

        if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
            said = "; ".join(f"{one.recipient}: {one.code} {one.message}" for one in error.recipients)
        elif isinstance(error, TimeoutError):
            said = "no answer in time"
        elif isinstance(error, aiosmtplib.SMTPResponseException):
            said = f"{error.code} {error.message}"
        elif isinstance(cause := error.__cause__, OSError) and not isinstance(cause, ssl.SSLError) and cause.errno:
            said = os.strerror(cause.errno) if cause.errno > 0 else str(cause.strerror)
        else:
            said = str(error) or type(error).__name__
        return f"{self._config.server}:{self._config.port}: {one_line(said, 200)}"


def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file is not None else None)
    except OSError as error:
        why = error.strerror or "no certificate in it"
        raise ConfigError(
            f"The certificates in {ca_file} cannot be read ({why}): name the right ca_file."
        ) from error


def _faults() -> tuple[type[Exception], ...]:
    import aiosmtplib

    return (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError)


def _result(error: Exception) -> Result:
    """What an error of a mail that was being handed over says of it."""
    import aiosmtplib

    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            codes = [one.code for one in error.recipients]
        case aiosmtplib.SMTPSenderRefused():
            return Result.TROUBLE  # no mail of this sender gets through
        case aiosmtplib.SMTPResponseException():
            codes = [error.code]
        case _:
            return Result.LATER
    return Result.REFUSED if all(code >= 500 for code in codes) else Result.LATER


async def _leave(client: aiosmtplib.SMTP) -> None:
    import aiosmtplib

    if client.is_connected:
        with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
            await client.quit(timeout=1)
    client.close()
