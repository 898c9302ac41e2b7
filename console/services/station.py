"""What works behind the screens of one seat: the store's thread, the sync worker, the practice floor and the
texts that an organisation reviews. Whatever is in front, a full screen or plain lines, opens and closes it here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from console.launch import Launch
from console.services.door import Door, Entered, NotLetIn
from console.services.floor import PracticeFloor
from console.services.link import Link
from console.services.seat import Seat
from console.services.store_thread import StoreThread
from data.clock import Clock
from data.identity.agents import wiped
from data.models.agent import Agent, Role
from data.models.base import AgentId
from data.queue import people
from data.shift import time_clock
from data.store.database import STORE_FILE
from data.store.key import Key
from data.sync.contract import Scope
from data.sync.wire import Begin, Expelled, LetIn, SyncStatus, TurnedAway

if TYPE_CHECKING:
    from console.services.session import Session
    from data.billing.catalogue import Catalogue
    from data.macros.macros import Macros
    from data.models.agent import AgentStatus
    from data.playbook.library import Library
    from data.service.policies import Service
    from data.shift.policy import ShiftPolicy

FIRST_PULL_S, FIRST_PULL_LOOKS = 3.0, 60
HUB_SOON_S = 5.0
"""A hub that is there was reached by then."""


@dataclass
class Replica:
    """An open store and the worker that speaks for it."""

    store: StoreThread
    link: Link = field(init=False)
    revoked: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the hub has all that was done in a revoked one."""


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
        on_put_out: Callable[[str], None],
        on_told: Callable[[str], None],
    ) -> None:
        """
        Args:
            how: how an action is asked for at this front end, see `Seat.how`.
            on_people: the hub sent people, while nobody is signed on.
            on_floor_ended: the practice floor ended by itself, or another plays there; what is to be said.
            on_put_out: the hub no longer lets the agent work here; why. The front end ends the session.
            on_told: a sentence for whoever sits here, signed in or not.
        """
        self._launch = launch
        self._clock = clock
        self._how = how
        self._on_people = on_people
        self._on_floor_ended = on_floor_ended
        self._on_put_out = on_put_out
        self._on_told = on_told
        self._door = (
            Door(launch.folder, launch.hub, launch.settings.offline_days, clock) if launch.by_password else None
        )
        self._replica: Replica | None = None
        self._put_out = ""
        """Why the agent cannot work here, before there is a session to end."""
        self._seen_off: set[asyncio.Task[None]] = set()
        self._leaving: set[str] = set()
        """Whose revoked replicas are being sent to the hub."""
        self.locked = False
        """The screen is locked: there is no key here."""
        self._floor = (
            PracticeFloor(launch.hub, [*launch.floor, *launch.clock_option]) if launch.floor is not None else None
        )
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
        if self._door is None:
            await self._open_replica(self._launch.folder / STORE_FILE)
        self._library, self._catalogue, self._service, self._macros, self._shift = await asyncio.to_thread(
            self._read_texts
        )
        if self._floor is not None:
            await self._floor.start()
            self._watching = asyncio.create_task(self._watch(self._floor), name="practice floor")

    def _read_texts(self) -> tuple[Library, Catalogue, Service, Macros, ShiftPolicy]:
        """The playbooks, the items, the hours, the macros and the duties: read beside the screen, they take a moment."""
        from data.billing.catalogue import catalogue
        from data.macros.macros import load_macros
        from data.playbook.library import library
        from data.service.policies import load_service
        from data.shift.policy import load_shift

        settings = self._launch.settings
        return (
            library(settings.playbooks, settings.script),
            catalogue(settings.items),
            load_service(settings.service),
            load_macros(settings.macros),
            load_shift(settings.shift),
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
        await asyncio.gather(self._close_replica(), *([self._floor.close()] if self._floor is not None else []))
        for task in list(self._seen_off):
            task.cancel()
        await asyncio.gather(*self._seen_off, return_exceptions=True)

    # the store and its worker

    async def _open_replica(self, path: Path, key: Key | None = None, begin: Begin | None = None) -> Replica:
        replica = Replica(StoreThread(path, key))
        settings = self._launch.settings
        replica.link = Link(
            path,
            self._launch.hub,
            settings.seat,
            partial(self._pulled, replica),
            partial(self._synced, replica),
            backup_hours=settings.backup_hours,
            backup_keep=settings.backup_keep,
            scope=Scope(directory=settings.directory, days=settings.sync_days),
            begin=begin,
            on_hub=partial(self._hub_says, replica),
            silent_s=settings.silent_s,
            clock=self._clock,
            more=self._launch.clock_option,
        )
        await replica.store.open()
        self._sync = SyncStatus()
        self._put_out = ""
        self._replica = replica
        replica.link.start()
        return replica

    async def _close_replica(self) -> None:
        replica, self._replica = self._replica, None
        self.locked = False
        if replica is None:
            return
        if replica.revoked and not self._closing:
            await replica.store.close()
            task = asyncio.create_task(self._see_off(replica), name="revoked replica")
            self._seen_off.add(task)
            task.add_done_callback(self._seen_off.discard)
        else:
            await replica.link.close()
            await replica.store.close()

    @property
    def _open(self) -> Replica:
        assert self._replica is not None, "no store is open"
        return self._replica

    async def _see_off(self, replica: Replica) -> None:
        """Wait until the hub has all of a revoked replica, then wipe it. What cannot be finished now is at the next
        start, or when its agent signs in once more."""
        folder = replica.store.path.parent
        self._leaving.add(folder.name)
        replica.link.leaving()
        try:
            await replica.over.wait()
            await replica.link.close()
            if await asyncio.to_thread(wiped, folder):
                self._on_told("Everything that was kept here for the agent whose access was withdrawn is removed.")
        except asyncio.CancelledError:
            await replica.link.close()
            raise
        finally:
            self._leaving.discard(folder.name)

    def _hub_says(self, replica: Replica, told: LetIn | TurnedAway | Expelled) -> None:
        match told:
            case TurnedAway() if replica is self._replica:
                self._end_of(
                    "The hub does not let you in any more: sign in again, with your new password if it was changed."
                )
            case Expelled(over=True):
                replica.over.set()
            case Expelled(queued=queued) if replica is self._replica and not replica.revoked:
                replica.revoked = True
                first = " once the hub has what waits here" if queued else ""
                self._end_of(f"Your access was withdrawn: what is kept here for you is removed{first}.")
            case _:
                pass

    def _end_of(self, sentence: str) -> None:
        if self.session is not None:
            self._on_put_out(sentence)
        else:
            self._put_out = sentence

    # sync

    def _pulled(self, replica: Replica, entities: tuple[str, ...]) -> None:
        if replica is not self._replica:
            return
        if self.session is not None:
            self.session.refresh(entities)
        elif Agent.entity in entities:
            self._on_people()

    def _synced(self, replica: Replica, status: SyncStatus) -> None:
        if replica is not self._replica:
            return
        self._sync = status
        if self.session is not None:
            self.session.synced(status)

    # people

    async def people(self) -> list[Agent]:
        """Who may sign on here; who came as a supervisor finds the supervisors first."""
        if self._door is not None:
            known = await asyncio.to_thread(self._door.known)
            return [Agent(id=card.person, name=card.name) for card in known]
        everyone = await self._open.store.do(people.everyone)
        return (
            everyone if self._launch.role == "agent" else sorted(everyone, key=lambda one: one.role is Role.AGENT)
        )

    async def sign_on(self, name: str) -> Session:
        """Sign a person on.

        Raises:
            ValueError: the name is empty.
            StoreError: the store could not be written.
        """
        await self.heard_of_people()
        store = self._open.store
        agent, status = await store.do(people.sign_on, name, self._clock, Role(self._launch.role))
        if self._launch.clocks_in:
            await store.do(time_clock.clock_in, AgentId(agent.id), self._clock)
        return self._begin(agent, status)

    async def sign_in(self, name: str, password: str, former: str = "", *, afresh: bool = False) -> Session:
        """Sign a person on who has a password; see `Door.enter`.

        Raises:
            NotLetIn: why not, and what to do.
            StoreError: the store cannot be opened or written.
        """
        assert self._door is not None, "people sign on by name here"
        entered = await self._door.enter(name, password, former, afresh=afresh)
        if entered.store.parent.name in self._leaving:
            raise NotLetIn("Your access was withdrawn, and what you did last is still being sent to the hub.")
        replica = await self._open_replica(entered.store, entered.key, entered.begin)
        try:
            session = await self._signed_in(replica, entered)
        except BaseException:
            await self._close_replica()
            raise
        self._say_whether_offline(session, entered.left)
        return session

    async def _signed_in(self, replica: Replica, entered: Entered) -> Session:
        member = entered.member
        agent = Agent(id=member.id, name=member.name, role=member.role)
        if not await replica.store.do(people.is_known, member.id):
            await self.heard_of_people()
        if self._put_out:
            raise NotLetIn(self._put_out)
        agent, status = await replica.store.do(people.sign_on_as, agent, self._clock)
        if Role(self._launch.role) is not Role.AGENT and agent.role is Role.AGENT:
            raise NotLetIn(f"{agent.name} is an agent at this hub: start the console without --role.")
        return self._begin(agent, status)

    def _say_whether_offline(self, session: Session, left: timedelta) -> None:
        def look() -> None:
            if self.session is session and not self._sync.online:
                days = max(0, left.days)
                session.seat.tell(
                    "You are signed in without the hub. It must be reached once within "
                    + (f"{days} days." if days > 1 else "a day." if days else "some hours."),
                    "warning",
                )

        asyncio.get_running_loop().call_later(HUB_SOON_S, look)

    def _begin(self, agent: Agent, status: AgentStatus) -> Session:
        from console.services.session import Session
        from data.playbook.engine import Engine
        from data.playbook.workplace import Workplace

        replica = self._open
        replica.link.wake()
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
            callbacks=self._shift.callbacks,
        )
        seat = Seat(
            agent,
            replica.store,
            replica.link,
            settings,
            Engine(self._library, workplace),
            self._choices,
            self._service,
            self._macros,
            self._shift,
            self._clock,
            self._how,
            self._launch.receipts,
            self._launch.boot,
        )
        # at a seat where one signs on by name, what one came as is a matter of trust
        leads = agent.role is not Role.AGENT or (self._door is None and Role(self._launch.role) is not Role.AGENT)
        self.session = Session(seat, status, leads=leads)
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
            if self.locked:
                session.seat.leave()
                self._open.store.leave()
                self._open.link.sign_out(session.seat.me)
            await session.close()
        if self._door is not None:
            await self._close_replica()

    # locking

    async def lock(self) -> bool:
        """Write what is being typed, then keep no key here; the worker goes on. False: there is nothing to lock."""
        session = self.session
        if self._door is None or session is None or self.locked:
            return False
        await session.written()
        self.locked = True
        await self._open.store.lock()
        self._open.link.forget()
        return True

    async def unlock(self, password: str) -> None:
        """Open the store again with its agent's password.

        Raises:
            NotLetIn: it is another one.
            StoreError: the store cannot be opened.
        """
        session = self.session
        assert self._door is not None and session is not None, "nobody is signed in"
        me = session.seat.me
        key = await self._door.open(me, password)
        await self._open.store.unlock(key)
        self._open.link.remember(Begin(key=SecretStr(key.hex), person=me, password=SecretStr(password)))
        self.locked = False
        session.shift.begin_session()
