"""The plain console on the floor at rest: what is typed and what is said, as one transcript."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from console.launch import Launch
from console.plain.console import PlainConsole
from console.plain.wording import safe
from console.services.session import Session
from console.settings import Settings
from data.models.agent import AgentState
from data.models.contact import Contact, ContactState, RequestAction, RequestState
from data.models.contact import Request as Asked
from tests.console.stage import CLOCK, NOW, Feed, at_rest

PATIENCE_S = 20.0


class Desk:
    """Somebody who types, and a feed that a test plays."""

    def __init__(self, folder: Path, feed: Feed, settings: Settings) -> None:
        self.feed = feed
        self.lines: list[str] = []
        """The transcript: prompts with what was typed, and what was said."""
        self._typed = 0
        """Where the last line stands that was typed."""
        self.bells = 0
        self.copied: list[str] = []
        self.console = PlainConsole(Launch(folder, settings), CLOCK, self._out, self._bell, self._copy)

    def _out(self, line: str) -> None:
        self.lines.append(safe(line))

    def _bell(self) -> None:
        self.bells += 1

    def _copy(self, text: str) -> bool:
        self.copied.append(text)
        return True

    @property
    def session(self) -> Session:
        session = self.console.front.station.session
        assert session is not None
        return session

    @property
    def text(self) -> str:
        """The transcript as one text."""
        return "\n".join(self.lines) + "\n"

    async def type(self, *lines: str) -> list[str]:
        """Type lines, one after the other; returns what was said to the last one."""
        for line in lines:
            self.lines.append(f"{self.console.prompt}{line}".rstrip())
            self._typed = len(self.lines)
            await self.console.take(line)
        return self.lines[self._typed :]

    async def hears(self, words: str) -> None:
        """Wait until a line with these words has been said since the last one that was typed."""
        await self.until(lambda: any(words in line for line in self.lines[self._typed :]))

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until something is so."""
        end = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < end, f"it did not come to that:\n{self.text}"
            await asyncio.sleep(0.01)

    async def sign_on(self) -> None:
        """Dana signs on, and the queue is known."""
        await self.type("dana")
        await self.until(lambda: self.session.sync.online)
        await self.session.look()

    def waits(self, contact_id: str) -> bool:
        """Whether the seat has it that a caller waits."""
        [one] = [one for one in self.console.front.queue.waiting if one.contact.id == contact_id]
        return one.contact.state is ContactState.WAITING

    async def ring(self, contact_id: str = "c-1") -> None:
        """A caller rings here; Dana must be ready."""
        await self.until(
            lambda: self.session.phone.status.state is AgentState.READY and not self.session.sync.queued
        )
        said = len(self.lines)
        self.feed.patch(
            Contact, contact_id, state=ContactState.RINGING, ringing_agent="dana", ringing_since=NOW.isoformat()
        )
        await self.until(lambda: any(line.startswith("Customer:") for line in self.lines[said:]))

    async def connect(self, contact_id: str = "c-1") -> None:
        """Once the claim is at the hub the caller is on the line."""
        await self.until(lambda: self.feed.contact(contact_id).agent == "dana")
        self.feed.connect(contact_id)
        await self.hears("Connected: ")

    async def asked(self, action: RequestAction) -> Asked:
        """What was asked of the feed."""

        def rows() -> list[Asked]:
            found = [Asked.model_validate(row.body) for row in self.feed._rows() if row.entity == Asked.entity]
            return [one for one in found if one.action is action and one.state is RequestState.ASKED]

        await self.until(rows)
        return rows()[0]


@asynccontextmanager
async def at_desk(folder: Path, settings: Settings | None = None) -> AsyncIterator[Desk]:
    """A desk where nobody has signed on yet."""
    feed = at_rest(folder)
    desk = Desk(folder, feed, settings or Settings())
    try:
        await desk.console.start()
        yield desk
    finally:
        await desk.console.close()
        feed.close()
