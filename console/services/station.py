"""What one seat runs on, whatever the agent looks at: the store's thread, the worker, the practice floor, and the
session of whoever is signed on. A front end opens it, signs people on and off, and closes it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from console.services.floor import PracticeFloor
from console.services.link import Link
from console.services.store_thread import StoreThread
from console.settings import Settings
from data.clock import Clock
from data.models.agent import Agent, Role
from data.store.database import STORE_FILE
from data.sync.wire import SyncStatus

if TYPE_CHECKING:
    from console.services.session import Session

HUB_FILE = "hub.db"
FIRST_PULL_S, FIRST_PULL_LOOKS = 3.0, 60


@dataclass(frozen=True)
class Launch:
    """How the console was started."""

    folder: Path
    settings: Settings
    role: Role = Role.AGENT
    floor: Sequence[str] | None = None
    """Options of the practice floor, None without one."""

    @property
    def hub(self) -> Path:
        """The embedded hub's file."""
        return self.settings.hub or self.folder / HUB_FILE


class Station:
    """One seat. `people_changed` is called when the people of the hub changed while nobody was signed on; `how`
    says how an action is asked for at this front end (see `console.actions.pressing`)."""

    def __init__(
        self, launch: Launch, clock: Clock, how: Callable[[str], str], people_changed: Callable[[], object]
    ) -> None:
        self.launch = launch
        self.session: Session | None = None
        self._clock = clock
        self._how = how
        self._people_changed = people_changed
        self._store = StoreThread(launch.folder / STORE_FILE)
        self._link = Link(self._store.path, launch.hub, launch.settings.seat, self._pulled, self._synced)
        self._floor = PracticeFloor(launch.hub, launch.floor) if launch.floor is not None else None
        self._sync = SyncStatus()

    @property
    def practice(self) -> bool:
        """Whether callers and colleagues are played."""
        return self._floor is not None

    async def open(self) -> None:
        """Read the script and the choices, open the store, start worker and floor.

        Raises:
            StoreError: the store cannot be opened; the message says what to do.
            ContentError: the script or the choices cannot be used; the message says what to mend.
        """
        from data.playbook.files import load_choices, load_script

        self._script = load_script(self.launch.settings.script)
        self._choices = load_choices(self.launch.settings.choices)
        await self._store.open()
        self._link.start()
        if self._floor is not None:
            await self._floor.start()

    async def floor_ended(self) -> str:
        """Wait until the practice floor ends by itself; returns the last thing it said."""
        return await self._floor.ended() if self._floor is not None else ""

    async def close(self) -> None:
        """What is typed is written, the worker pushes what it can, the floor goes home. May be called twice."""
        await self.sign_off()
        await asyncio.gather(self._link.close(), *([self._floor.close()] if self._floor is not None else []))
        await self._store.close()

    # sync

    def _pulled(self, entities: tuple[str, ...]) -> None:
        if self.session is not None:
            self.session.refresh(entities)
        elif Agent.entity in entities:
            self._people_changed()

    def _synced(self, status: SyncStatus) -> None:
        self._sync = status
        if self.session is not None:
            self.session.synced(status)

    # signing on and off

    async def people(self) -> list[Agent]:
        """Who may sign on here."""
        from data.queue import people

        return await self._store.do(people.everyone)

    async def sign_on(self, name: str) -> Session:
        """Sign a person on by name; the session is not started yet.

        Raises:
            ValueError: the name is empty.
            StoreError: the store could not be written.
        """
        from console.services.seat import Seat
        from console.services.session import Session
        from data.queue import people

        await self.heard_of_people()
        agent, status = await self._store.do(people.sign_on, name, self._clock, self.launch.role)
        self._link.wake()
        seat = Seat(
            agent,
            self._store,
            self._link,
            self.launch.settings,
            self._script,
            self._choices,
            self._clock,
            self._how,
        )
        self.session = Session(seat, status)
        self.session.sync = self._sync
        return self.session

    async def heard_of_people(self) -> None:
        """Wait a moment for the hub's people, so that a known name does not become a second person."""
        for _ in range(FIRST_PULL_LOOKS):
            if self._sync.last_pull is not None or self._sync.problem:
                return
            await asyncio.sleep(FIRST_PULL_S / FIRST_PULL_LOOKS)

    async def sign_off(self) -> None:
        """Close the session, if somebody is signed on."""
        if self.session is not None:
            await self.session.close()
            self.session = None
