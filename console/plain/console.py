"""The plain console: signs people on, finds the command of a line, and lets it be done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from console.launch import Launch
from console.plain import commands
from console.plain import wording as words
from console.plain.contact_words import ContactWords
from console.plain.conversation import DOT, Conversation, LeftError
from console.plain.customer_words import CustomerWords
from console.plain.front import Front
from console.plain.matters_words import MattersWords
from console.plain.phone_words import PhoneWords
from console.plain.report_words import ReportWords
from console.plain.shift_words import ShiftWords, through_the_gate
from console.plain.sync_words import SyncWords
from console.plain.ticket_words import TicketWords
from console.plain.work_words import WorkWords
from console.services.door import NotLetIn
from console.services.session import Session
from console.services.shift import LIVE
from console.services.station import Station
from data.clock import Clock
from data.models.agent import Agent, AgentState
from data.queue.people import meant
from data.shift.session_length import Ends
from data.store.errors import StoreError

LEAVE = ("quit", "exit")
LOOK_S = 1.0
MOST_PEOPLE = 20
"""So many names are read out."""
PEOPLE_S = 10.0
"""Longest wait for the first people of a practice floor."""


class PlainConsole:
    """Lines in by `take`, lines out by `out`. Runs on one event loop, and touches no terminal."""

    def __init__(
        self,
        launch: Launch,
        clock: Clock,
        out: Callable[[str], None],
        bell: Callable[[], None],
        copy: Callable[[str], bool],
    ) -> None:
        self.done = False
        """The agent wants to leave."""
        self._launch = launch
        self._looking: asyncio.Task[None] | None = None
        self._people_came = asyncio.Event()
        self._station = station = Station(
            launch,
            clock,
            how=commands.typing,
            on_people=self._people_came.set,
            on_floor_ended=self._floor_ended,
            on_put_out=self._put_out,
            on_told=self._told,
        )
        self._clock = clock
        self._touched = clock.monotonic()
        """When the last line was typed."""
        self._conversation = Conversation(self._do)
        self.front = front = Front(station, clock, self._conversation, out, bell)
        parts = (
            PhoneWords(front),
            CustomerWords(front),
            ContactWords(front),
            TicketWords(front, copy),
            WorkWords(front),
            ReportWords(front),
            MattersWords(front),
            ShiftWords(front),
            SyncWords(front),
            self,
        )
        self._doers: dict[str, Callable[[str], Awaitable[None]]] = {}
        for command in commands.COMMANDS:
            [part] = [one for one in parts if hasattr(one, command.method)]
            self._doers[command.word] = getattr(part, command.method)

    @property
    def prompt(self) -> str:
        """What stands before the line that is typed next."""
        return self._conversation.prompt

    async def start(self) -> None:
        """Open what works behind it, greet, and ask who is there.

        Raises:
            StoreError: the store cannot be opened; the message says what to do.
            ContentError: the script or the choices cannot be used; the message says what to mend.
        """
        await self._station.open()
        floor = " Practice floor: nothing here is real." if self._launch.floor is not None else ""
        self.front.say(f"{words.brief(self._launch.settings.organisation)}.{floor}")
        await self._conversation.run(self._sign_on())

    async def take(self, line: str) -> None:
        """Take in a line; returns when what it began is done, or asks something. After a long time without one the
        screen is locked first, and the line is not heard."""
        if self._idle_too_long() or (self._station.locked and not self.secret):
            self.front.speak("Locked meanwhile; that line was not done.")
            await self._conversation.run(self._locked())
        else:
            await self._conversation.take(line)
        self._touched = self._clock.monotonic()

    def _idle_too_long(self) -> bool:
        session, minutes = self._station.session, self._launch.settings.lock_minutes
        if not self._launch.by_password or not minutes or session is None or self._station.locked:
            return False
        return self._clock.monotonic() - self._touched > minutes * 60 and not session.phone.talking

    @property
    def secret(self) -> bool:
        """Whether the line that is typed next is nobody's to read."""
        return self._conversation.secret

    @property
    def asking(self) -> bool:
        """Whether the next line answers a question."""
        return self._conversation.asking

    async def interrupt(self) -> None:
        """Leave the question that is open; without one, say how to leave."""
        if self.asking:
            await self._conversation.take(DOT)
        else:
            self.front.say("Type quit to leave the console.")

    async def close(self) -> None:
        """Nobody types any more: what is typed is written, and all is taken apart."""
        self._conversation.close()
        if self._looking is not None:
            self._looking.cancel()
        await self._station.close()

    def _floor_ended(self, said: str) -> None:
        self.front.say(said)

    # commands

    async def _do(self, line: str) -> None:
        """Do what a line says; what goes wrong becomes a sentence."""
        if not line.strip():
            return
        command, typed = commands.parse(line)
        if command is None and line.strip().isdecimal():
            command, typed = commands.find("script"), line.strip()
        if command is None:
            self._unknown(line)
            return
        if command.word != "again":
            self.front.said = []
        session = self._station.session
        if session is None:
            await self._without_session(command, typed)
            return
        await session.seat.guard(self._left(self._doers[command.word](typed)))
        if self._station.session is session:
            await session.look()

    async def _left(self, work: Awaitable[None]) -> None:
        """A question that is left ends its command."""
        try:
            await work
        except LeftError:
            self.front.say("Left.")

    async def _without_session(self, command: commands.Command, typed: str) -> None:
        if command.word in ("help", "quit"):
            await self._doers[command.word](typed)
        else:
            self.front.say("Sign on first: type your name.")

    def _unknown(self, line: str) -> None:
        near = commands.nearest(line)
        perhaps = f" Did you mean {near.word}?" if near is not None else ""
        self.front.say(f"Unknown: {words.brief(line)}.{perhaps} Type help for the commands.")

    async def do_quit(self, _typed: str) -> None:
        session = self._station.session
        self.done = session is None or await self._goes(session)

    async def _goes(self, session: Session, *, signing_off: bool = False) -> bool:
        """Whether the agent leaves, knowing what the hub has not taken."""
        waits = await session.leaves(signing_off=signing_off)
        return not waits or await self.front.sure(f"{words.told(waits)} Leave all the same?")

    # locking

    async def do_lock(self, _typed: str) -> None:
        if self._launch.by_password:
            await self._locked()
        else:
            self.front.say("At this seat one signs in by name: there is no password that would unlock it.")

    async def _locked(self) -> None:
        """Ask for the password until it is right. What happens meanwhile is not told."""
        await self._station.lock()
        self.front.mute = True
        self.front.speak(
            f"Locked. {words.brief(self.front.session.seat.agent.name)}, type your password to go on; a dot alone signs you off."
        )
        while self._station.locked and not self.done:
            try:
                await self._station.unlock(await self.front.ask_secret("Password"))
            except LeftError:
                await self._station.end_session()
                self.front.mute = False
                self.front.forget()
                self.front.say("Signed off.")
                await self._sign_on()
                return
            except (NotLetIn, StoreError) as error:
                self.front.speak(str(error))
        self.front.mute = False
        self.front.say("Unlocked.")

    def _put_out(self, sentence: str) -> None:
        self._ending = asyncio.ensure_future(self._end_of_session(sentence))

    async def _end_of_session(self, sentence: str) -> None:
        self._conversation.close()
        await self._station.end_session()
        self.front.mute = False
        self.front.forget()
        self.front.say(sentence)
        await self._conversation.run(self._sign_on())

    def _told(self, sentence: str) -> None:
        self.front.say(sentence)

    # signing on and off

    async def do_sign_off(self, _typed: str) -> None:
        session = self.front.session
        if session.phone.status.state in LIVE and not session.may_sign_off():
            return
        await session.written()
        await session.shift.read()
        if matters := await session.shift.open_matters():
            await session.no_more_calls()
            left = await through_the_gate(self.front, matters)
            if left is None:
                return
            matters = list(left)
        if not session.may_sign_off() or not await self._goes(session, signing_off=True):
            return
        out = session.shift.on and not matters and await self._clocks_out(session)
        if await session.sign_off():
            if out:
                await session.shift.clock_out()
                self.front.say("Clocked out.")
            await self._station.end_session()
            self.front.forget()
            self.front.say("Signed off.")
            await self._sign_on()

    async def _clocks_out(self, session: Session) -> bool:
        """Whether the shift ends; saying so says the steps that no machine sees."""
        said = [step.label for step in session.shift.policy.sign_off if step.seen is None]
        with_it = f" With yes you say: {', '.join(said)}." if said else ""
        return await self.front.sure(f"Clock out too?{with_it} No: you come back in this shift.")

    async def _sign_on(self) -> None:
        self.front.say("Sign on with your name; Enter alone says who is known here.")
        while self._station.session is None and not self.done:
            try:
                typed = " ".join((await self.front.ask("Name")).split())
                if typed.casefold() in LEAVE:
                    self.done = True
                elif self._launch.by_password and typed:
                    await self._sign_in(typed)
                elif (name := await self._named(typed)) is not None:
                    await self._begin(await self._station.sign_on(name))
            except LeftError:
                continue
            except (ValueError, StoreError, NotLetIn) as error:
                self.front.say(str(error))

    async def _sign_in(self, typed: str) -> None:
        """Sign somebody in by password, and the former one where that is asked for."""
        known = meant(await self._station.people(), typed)
        name = known.name if known is not None else typed
        password = await self.front.ask_secret("Password")
        self.front.say("One moment.")
        try:
            session = await self._station.sign_in(name, password)
        except NotLetIn as error:
            if not error.former:
                raise
            self.front.say(str(error))
            former = await self.front.ask_secret("Former password")
            afresh = not former and await self.front.sure(
                "Begin here with nothing, and leave locked what waits here for the hub?"
            )
            session = await self._station.sign_in(name, password, former, afresh=afresh)
        await self._begin(session)

    async def _named(self, typed: str) -> str | None:
        """The person that is meant; a new name is added when that is wanted."""
        await self._station.heard_of_people()
        people = await self._known_people()
        if not typed:
            known = [words.brief(one.name) for one in people[:MOST_PEOPLE]]
            known += [f"{len(people) - MOST_PEOPLE} more"] if len(people) > MOST_PEOPLE else []
            self.front.say(f"Known here: {', '.join(known)}." if known else "Nobody is known here yet.")
            return None
        known_one = meant(people, typed)
        if known_one is not None:
            return known_one.name
        if await self.front.sure(f"Nobody here is called {words.brief(typed)}. Add this name?"):
            return typed
        return None

    async def _known_people(self) -> list[Agent]:
        """Who may sign on here; a new practice floor brings its people after a moment."""
        people = await self._station.people()
        if self._launch.floor is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(PEOPLE_S):
                    while not people:
                        await self._people_came.wait()
                        self._people_came.clear()
                        people = await self._station.people()
        return people

    async def _keep_looking(self, session: Session) -> None:
        """Look at the clock once a second, as the full console does, while this session goes on."""
        while self._station.session is session:
            session.reporting.tick()
            await session.seat.guard(self._look_at_length(session))
            await asyncio.sleep(LOOK_S)

    async def _look_at_length(self, session: Session) -> None:
        """End a session that has lasted long enough: where one signs in by password it is locked, and the next line is
        not heard."""
        if self._station.locked or session.shift.session_ends() is not Ends.NOW:
            return
        hours_long = f"{session.shift.policy.session_hours:g} hours"
        if self._launch.by_password:
            session.shift.begin_session()
            await self._station.lock()
            self.front.speak(f"This session has lasted {hours_long}: locked. Press Enter, then type your password.")
            self.front.mute = True
        elif await session.sign_off():
            self._put_out(f"Your session has ended after {hours_long}. What you typed is kept: sign on to go on.")

    async def _begin(self, session: Session) -> None:
        await session.start(self.front.hear)
        await session.look()
        self._looking = asyncio.create_task(self._keep_looking(session), name="clock")
        front = self.front
        front.say(f"Signed on: {words.brief(session.seat.agent.name)}.")
        if session.phone.status.state is AgentState.NOT_READY:
            front.say("Not ready. Type ready to take calls, help for the commands.")
        else:
            front.status()
        if front.queue is not None:
            front.say(f"Waiting: {len(front.queue.waiting) or 'nobody'}.")
        if front.desk:
            front.say(f"On your desk: {words.count(len(front.desk), 'thing')} left from before. Type desk.")
