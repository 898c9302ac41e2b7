"""A site: a hub, a seat, a mail server, and gateways that work in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from console.gateway import process
from console.gateway.config import GatewayConfig, MailConfig
from console.gateway.process import GatewayProcess, services
from data.floor.pace import LeapClock
from data.models.mail import Mail
from data.store.database import Store
from tests.data.seats import Seats
from tests.gateway.mail_server import Running, mail_server

DEADLINE_S = 8.0


async def until(holds: Callable[[], object]) -> None:
    """Wait for something that another task does."""
    async with asyncio.timeout(DEADLINE_S):
        while not holds():  # noqa: ASYNC110 - it looks at another process's rows
            await asyncio.sleep(0.01)


class Site:
    """One hub, one seat, one mail server, and the gateways that a test starts."""

    def __init__(self, folder: Path, clock: LeapClock, server: Running) -> None:
        self.folder, self.clock, self.server = folder, clock, server
        self.post = server.post
        self._seats = Seats(folder, clock)
        self._seat = self._seats.open("seat")
        self.said: list[str] = []
        self._running: list[tuple[GatewayProcess, asyncio.Task[None]]] = []

    @property
    def store(self) -> Store:
        """The seat's."""
        return self._seat.store

    def sync(self) -> None:
        """The seat pushes what it has and pulls what there is."""
        self._seats.sync()

    def mail(self, mail_id: str) -> Mail:
        """A mail as the seat has it after a sync."""
        self.sync()
        row = self.store.row("SELECT * FROM mail WHERE id = ?", (mail_id,))
        assert row is not None
        return Mail.from_row(row)

    def config(self, name: str = "gateway", *, hub: str = "", **mail: Any) -> GatewayConfig:
        """A gateway's config; the mail server without TLS unless something else is said."""
        said = {
            "server": "127.0.0.1",
            "port": self.server.port,
            "security": "none",
            "sender": "console@example.net",
            "timeout": 2.0,
            **mail,
        }
        return GatewayConfig(
            hub=hub or str(self.folder / "hub.db"),
            data_dir=self.folder / name,
            name=name,
            mail=MailConfig.model_validate(said),
        )

    def start(self, name: str = "gateway", **options: Any) -> GatewayProcess:
        """Start a gateway in this process."""
        config = self.config(name, **options)
        config.data_dir.mkdir(exist_ok=True)
        gateway = GatewayProcess(config, services(config), self.said.append, self.clock)
        self._running.append((gateway, asyncio.create_task(gateway.run())))
        return gateway

    @property
    def gateways(self) -> list[GatewayProcess]:
        """Those that run."""
        return [gateway for gateway, _ in self._running]

    async def leap(self, seconds: float) -> None:
        """Let time pass for everybody, and wake the gateways."""
        self.clock.leap(seconds)
        for gateway in self.gateways:
            gateway.context.news.set()

    async def stop(self) -> None:
        """End the gateways."""
        for gateway, task in self._running:
            gateway.stop()
            with suppress(asyncio.CancelledError):
                await task
        self._running.clear()

    async def close(self) -> None:
        await self.stop()
        self._seats.close()


@pytest.fixture
def clock() -> LeapClock:
    """Stands still on a Wednesday: no schedule is due."""
    return LeapClock(datetime(2026, 1, 7, 9, tzinfo=UTC))


@pytest.fixture
async def site(tmp_path: Path, clock: LeapClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """A site whose gateways look for news often."""
    monkeypatch.setattr(process, "POLL_S", 0.02)
    monkeypatch.setattr(process, "RETRY_S", 0.05)
    async with mail_server() as server:
        opened = Site(tmp_path, clock, server)
        yield opened
        await opened.close()
