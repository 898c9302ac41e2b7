"""What a service of the gateway is, and what it is given to work with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from console.gateway.hub_line import HubLine
from data.clock import Clock
from data.gateway.line import Line
from data.models.base import Entity
from data.queue_report.policy import ReportPolicy

T = TypeVar("T")


@dataclass
class Context:
    """What every service shares: the hub, the clock, and the way to be told of news."""

    hub: HubLine
    clock: Clock
    zone: ZoneInfo
    report: ReportPolicy
    say: Callable[[str], None]
    """A sentence for whoever runs the gateway."""
    troubles: dict[str, str] = field(default_factory=dict)
    """Why a service cannot work at present, by its name; seats are told."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when rows changed at the hub."""
    told: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the troubles changed, for the seats to be told at once."""

    async def ask(self, work: Callable[[Line], T]) -> T:
        """Do something with the hub, on the one thread that has it.

        Raises:
            HubUnreachable: the service ends with it, and is run again once the hub is there.
        """
        return await self.hub.ask(work)

    def trouble(self, service: str, why: str) -> None:
        """Say that a service cannot work, or (empty) that it can."""
        if self.troubles.get(service, "") != why:
            self.troubles[service] = why
            self.told.set()
            self.say(f"{service}: {why}" if why else f"{service} works again.")

    async def sleep(self, seconds: float) -> None:
        """Wait for so long, for news, or for the end, whatever comes first."""
        await self.first(seconds, self.news)

    async def pause(self, seconds: float) -> None:
        """Wait for so long, or for the end."""
        await self.first(seconds)

    async def first(self, seconds: float, *events: asyncio.Event) -> None:
        """Wait for so long, for one of these, or for the end, whatever comes first."""
        ends = [asyncio.create_task(one.wait()) for one in (*events, self.stopping)]
        try:
            await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in ends:
                one.cancel()


class Service(Protocol):
    """Something that the gateway does for the site."""

    name: str
    models: tuple[type[Entity], ...]
    """The rows that it works on."""

    async def run(self, context: Context) -> None:
        """Work until `context.stopping`. What the hub's absence ends is run again, on the same object."""
