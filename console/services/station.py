"""What works behind the screens of one seat: the store's thread, the sync worker, the practice floor and the
texts that an organisation reviews. Whatever is in front, a full screen or plain lines, opens and closes it here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from console.launch import Launch
from console.services.floor import PracticeFloor
from console.services.link import Link
from console.services.seat import Seat
from console.services.store_thread import StoreThread
from data.clock import Clock
from data.models.agent import Agent, Role
from data.models.base import AgentId
from data.queue import people
from data.store.database import STORE_FILE, Store
from data.sync.wire import SyncStatus

if TYPE_CHECKING:
    from console.services.session import Session
    from data.billing.catalogue import Catalogue
    from data.macros.macros import Macros
    from data.playbook.library import Library
    from data.service.policies import Service

FIRST_PULL_S, FIRST_PULL_LOOKS = 3.0, 60


class Station:
    """One seat at work. `open` it, and `close` it in the end."""

    def __init__(
        self,
        launch: Launch,
        clock: Clock,
        *,
        how: Callable[[str], str],
        on_people: Callable[[], None],
        on_floor_ended: Callable[[str], None],
    ) -> None:
        """
        Args:
            how: how an action is asked for at this front end, see `Seat.how`.
            on_people: the hub sent people, while nobody is signed on.
            on_floor_ended: the practice floor ended by itself; what it said last.
        """
        self._launch = launch
        self._clock = clock
        self._how = how
        self._on_people = on_people
        self._on_floor_ended = on_floor_ended
        self._store = StoreThread(launch.folder / STORE_FILE)
        self._link = Link(
            self._store.path,
            launch.hub,
            launch.settings.seat,
            self._pulled,
            self._synced,
            backup_hours=launch.settings.backup_hours,
            backup_keep=launch.settings.backup_keep,
            silent_s=launch.settings.silent_s,
            clock=clock,
        )
        self._floor = PracticeFloor(launch.hub, launch.floor) if launch.floor is not None else None
        self._watching: asyncio.Task[None] | None = None
        self._sync = SyncStatus()
        self._closing = False
        self.session: Session | None = None
        """Who is signed on."""

    async def open(self) -> None:
        """Read the texts, open the store, start the worker and the floor.

        Raises:
            ContentError: a text file cannot be used.
            StoreError: the store cannot be opened.
        """
        from data.playbook.choices import load_choices

        self._choices = load_choices(self._launch.settings.choices)
        await self._store.open()
        self._library, self._catalogue, self._service, self._macros = await self._store.do(self._read_texts)
        self._link.start()
        if self._floor is not None:
            await self._floor.start()
            self._watching = asyncio.create_task(self._watch(self._floor), name="practice floor")

    def _read_texts(self, _store: Store) -> tuple[Library, Catalogue, Service, Macros]:
        """The playbooks, the items, the hours and the macros: read beside the screen, they take a moment."""
        from data.billing.catalogue import catalogue
        from data.macros.macros import load_macros
        from data.playbook.library import library
        from data.service.policies import load_service

        settings = self._launch.settings
        return (
            library(settings.playbooks, settings.script),
            catalogue(settings.items),
            load_service(settings.service),
            load_macros(settings.macros),
        )

    async def _watch(self, floor: PracticeFloor) -> None:
        if said := await floor.ended():
            self._on_floor_ended(said)

    async def close(self) -> None:
        """Sign off as far as that is possible, let the worker push what it can, and close the store."""
        self._closing = True
        await self.end_session()
        if self._watching is not None:
            self._watching.cancel()
        await asyncio.gather(self._link.close(), *([self._floor.close()] if self._floor is not None else []))
        await self._store.close()

    # sync

    def _pulled(self, entities: tuple[str, ...]) -> None:
        if self.session is not None:
            self.session.refresh(entities)
        elif Agent.entity in entities:
            self._on_people()

    def _synced(self, status: SyncStatus) -> None:
        self._sync = status
        if self.session is not None:
            self.session.synced(status)

    # people

    async def people(self) -> list[Agent]:
        """Who may sign on here."""
        return await self._store.do(people.everyone)

    async def sign_on(self, name: str) -> Session:
        """Sign a person on.

        Raises:
            ValueError: the name is empty.
            StoreError: the store could not be written.
        """
        from console.services.session import Session
        from data.playbook.engine import Engine
        from data.playbook.workplace import Workplace

        await self.heard_of_people()
        agent, status = await self._store.do(people.sign_on, name, self._clock, Role(self._launch.role))
        self._link.wake()
        settings = self._launch.settings
        workplace = Workplace(
            agent=AgentId(agent.id),
            agent_name=agent.name.split()[0],
            organisation=settings.organisation,
            clock=self._clock,
            catalogue=self._catalogue,
            terms=settings.terms,
            session_link=settings.session_link,
            most_attempts=settings.callback_attempts,
        )
        seat = Seat(
            agent,
            self._store,
            self._link,
            settings,
            Engine(self._library, workplace),
            self._choices,
            self._service,
            self._macros,
            self._clock,
            self._how,
            self._launch.receipts,
        )
        self.session = Session(seat, status)
        self.session.sync = self._sync
        return self.session

    async def heard_of_people(self) -> None:
        """Wait a moment for the hub's people, so that a known name does not become a second person."""
        for _ in range(FIRST_PULL_LOOKS):
            if self._sync.last_pull is not None or self._sync.problem or self._closing:
                return
            await asyncio.sleep(FIRST_PULL_S / FIRST_PULL_LOOKS)

    async def end_session(self) -> None:
        """Write what is being typed and sign out, unless a contact is in hand."""
        session, self.session = self.session, None
        if session is not None:
            await session.close()
