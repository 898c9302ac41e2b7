"""A real mail server on a port of its own, which keeps what it takes and says what a test wants."""

from __future__ import annotations

import asyncio
import email
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""For localhost, made for these tests: its key is no secret."""
USER, PASSWORD = "console@example.com", "a quiet harbour 7"


class Post:
    """What the server does with mail, as aiosmtpd asks for it."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.answers: list[str] = []
        """What it says to the next mails; then it takes them."""
        self.to_recipient: dict[str, str] = {}
        self.on_taken: Callable[[], None] = lambda: None
        self.secure: list[bool] = []
        self.users: list[bytes] = []

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if refusal := self.to_recipient.get(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.content, bytes)
        self.taken.append(email.message_from_bytes(envelope.content, policy=policy.default))
        self.recipients.append(list(envelope.rcpt_tos))
        self.secure.append(session.ssl is not None)
        self.on_taken()
        return "250 Message accepted"

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        known = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
        if known:
            self.users.append(data.login)
        return AuthResult(success=known, handled=False)

    def text(self, place: int = -1) -> str:
        """The text of a mail that was taken."""
        return str(self.taken[place].get_content()).replace("\r\n", "\n")

    @property
    def ids(self) -> list[str]:
        """The Message-IDs of what was taken, in order."""
        return [str(one["Message-ID"]) for one in self.taken]


class Running:
    """A server that can go away and come back at its port."""

    def __init__(self, *, secured: bool) -> None:
        self.post = Post()
        self.port = 0
        self._server: asyncio.Server | None = None
        self._options: dict[str, Any] = {"hostname": "localhost", "enable_SMTPUTF8": False}
        if secured:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            self._options |= {
                "tls_context": context,
                "require_starttls": True,
                "auth_required": True,
                "authenticator": self.post.authenticate,
            }

    async def up(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self.post, loop=loop, **self._options), "127.0.0.1", self.port
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        if self._server is not None:
            self._server.close()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._server.wait_closed(), 1)
            self._server = None


@asynccontextmanager
async def mail_server(*, secured: bool = False) -> AsyncIterator[Running]:
    """A server while the context lasts; `secured`: with TLS and a password."""
    server = Running(secured=secured)
    await server.up()
    try:
        yield server
    finally:
        await server.down()
