"""The door of a seat where agents sign in by password: opens an agent's key box, asks the hub where it must be asked,
and counts what was wrong. Nothing here is on a screen, and no password outlives its call but the one that the worker
speaks to the hub with."""

from __future__ import annotations

import asyncio
import math
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr, ValidationError

from data.clock import Clock
from data.identity.agents import Agents
from data.identity.keybox import Card, KeyBox, KeyBoxError, WrongPassword
from data.identity.offline import Marks
from data.identity.tries import Moment, Tries, since_start
from data.models.base import AgentId
from data.store.database import STORE_FILE, Store
from data.store.key import Key
from data.sync.contract import Member
from data.sync.verify import Answer, Question, Verdict
from data.sync.wire import Begin

HUB_S = 15.0
"""Longest wait for the hub's word on a password."""
UNNOTICED_S = 3.0
"""A pause up to this is waited for here, one that is longer is told."""
NOT_HERE_YET = ""
"""Under this name the wrong tries of people are counted who never signed in here."""
CAPS = "look whether caps lock is on, then type it again"


class NotLetIn(Exception):
    """Why somebody was not let in: one sentence. `former`: the former password would help. `name`: another name would."""

    def __init__(self, sentence: str, *, former: bool = False, name: bool = False) -> None:
        super().__init__(sentence)
        self.former, self.name = former, name


@dataclass(frozen=True)
class Entered:
    """Somebody was let in."""

    member: Member
    store: Path
    key: Key
    begin: Begin
    left: timedelta
    """How long they may work before the hub must be reached."""


class Door:
    """Lets agents in, one try at a time."""

    def __init__(
        self,
        folder: Path,
        hub: str,
        offline_days: float,
        clock: Clock,
        since_start: Callable[[], Moment] = since_start,
    ) -> None:
        self._hub = hub
        self._days = offline_days
        self._clock = clock
        self._agents = Agents(folder)
        self._tries = Tries(self._agents.folder, since_start)
        self._turn = asyncio.Lock()

    def known(self) -> list[Card]:
        """Who has signed in here before. Wipes that a crash interrupted are finished first."""
        self._agents.finish_wipes()
        return self._agents.known()

    async def enter(self, name: str, password: str, former: str = "", *, afresh: bool = False) -> Entered:
        """Let somebody in.

        Args:
            name: as it was typed.
            password: what they sign in with.
            former: the password before, where it was changed elsewhere and the key here is still under that one.
            afresh: nobody knows the former one: begin with nothing, what is here stays locked.

        Raises:
            NotLetIn: why not, and what to do.
            StoreError: the store cannot be opened.
        """
        if not name.strip():
            raise NotLetIn("Type your name, then your password.", name=True)
        if not password:
            raise NotLetIn("Type your password.")
        async with self._turn:
            box = await asyncio.to_thread(self._agents.find, name)
            card = box.card() if box is not None else None
            if box is None or card is None:
                return await self._first_time(name, password)
            await self._pause(card.person)
            try:
                key = await asyncio.to_thread(box.open, password)
            except WrongPassword:
                key = await self._under_a_new_one(box, card, password, former, afresh=afresh)
                left = timedelta(days=self._days)
                return self._entered(box, Member(id=card.person, name=card.name), key, password, left)
            except KeyBoxError as error:
                raise NotLetIn(str(error)) from error
            left = await asyncio.to_thread(self._left, box, key)
            if left <= timedelta(0):
                await self._after_a_long_time(card, password)
            await asyncio.to_thread(self._tries.succeeded, card.person)
            return self._entered(box, Member(id=card.person, name=card.name), key, password, left)

    async def open(self, person: AgentId, password: str) -> Key:
        """The key of somebody's store: they unlock the screen.

        Raises:
            NotLetIn: it is another password.
        """
        async with self._turn:
            await self._pause(person)
            try:
                key = await asyncio.to_thread(self._agents.of(person).open, password)
            except WrongPassword as error:
                raise await self._wrong(person, f"That is not your password: {CAPS}.") from error
            except KeyBoxError as error:
                raise NotLetIn(str(error)) from error
            await asyncio.to_thread(self._tries.succeeded, person)
            return key

    # the ways in

    async def _first_time(self, name: str, password: str) -> Entered:
        await self._pause(NOT_HERE_YET)
        verdict = await self._ask(AgentId(" ".join(name.split())), password)
        if verdict.answer is Answer.UNREACHABLE:
            raise NotLetIn(
                f"Whoever signs in here for the first time needs the hub, and it cannot be reached. {verdict.why}"
            )
        member = verdict.member
        if verdict.answer is Answer.WRONG or member is None:
            raise await self._wrong(NOT_HERE_YET, verdict.why)
        if member.revoked:
            raise NotLetIn("Your access was withdrawn: ask an administrator.")
        box = self._agents.of(member.id)
        await asyncio.to_thread(self._tries.succeeded, NOT_HERE_YET)
        if box.card() is not None:  # under another name: the hub knows who is meant
            signed_in_as = (box.card() or member).name
            raise NotLetIn(f"You signed in here as {signed_in_as}: sign in under that name.", name=True)
        key = Key.fresh()
        await self._keep(box, member, password, key, first=True)
        await asyncio.to_thread(self._verified, box, key)
        return self._entered(box, member, key, password, timedelta(days=self._days))

    async def _under_a_new_one(self, box: KeyBox, card: Card, password: str, former: str, *, afresh: bool) -> Key:
        """The key here does not open: the password is wrong, or it was changed elsewhere, which the hub knows."""
        verdict = await self._ask(card.person, password)
        member = verdict.member
        if verdict.answer is Answer.UNREACHABLE:
            raise await self._wrong(
                card.person,
                f"That is not the password of {card.name} on this seat: {CAPS}. (One that was changed elsewhere can be used"
                " here once the hub is reached.)",
            )
        if verdict.answer is Answer.WRONG or member is None:
            raise await self._wrong(card.person, f"That is not the password of {card.name}: {CAPS}.")
        if afresh:
            stamp = f"{self._clock.now():%Y%m%dT%H%M%S}"
            await asyncio.to_thread(self._agents.put_aside, box, stamp)
            key = Key.fresh()
            await self._keep(box, member, password, key, first=True)
            await asyncio.to_thread(self._verified, box, key)
            return key
        if not former:
            raise NotLetIn(
                "Your password is a new one. Type the former one too, once: what lies on this seat is under that.",
                former=True,
            )
        try:
            key = await asyncio.to_thread(box.open, former)
        except WrongPassword as error:
            wrong = await self._wrong(card.person, f"The former password is another one: {CAPS}.")
            wrong.former = True
            raise wrong from error
        await self._keep(box, member, password, key)
        await asyncio.to_thread(self._tries.succeeded, card.person)
        await asyncio.to_thread(self._verified, box, key)
        return key

    async def _after_a_long_time(self, card: Card, password: str) -> None:
        verdict = await self._ask(card.person, password)
        if verdict.answer is Answer.UNREACHABLE:
            raise NotLetIn(
                f"The hub was not reached for {self._days:g} days, and must be once before you can go on."
                " What waits here is kept."
            )
        if verdict.answer is Answer.WRONG:
            raise await self._wrong(card.person, "Your password was changed at the hub: sign in with the new one.")

    # what they have in common

    def _entered(self, box: KeyBox, member: Member, key: Key, password: str, left: timedelta) -> Entered:
        begin = Begin(key=SecretStr(key.hex), person=member.id, password=SecretStr(password))
        return Entered(member, box.folder / STORE_FILE, key, begin, left)

    async def _keep(self, box: KeyBox, member: Member, password: str, key: Key, *, first: bool = False) -> None:
        try:
            await asyncio.to_thread(box.keep, member, password, key, first=first)
        except KeyBoxError as error:
            raise NotLetIn(str(error)) from error

    def _left(self, box: KeyBox, key: Key) -> timedelta:
        with Store(box.folder / STORE_FILE, key=key) as store:
            return Marks(store, self._clock).left(self._days)

    def _verified(self, box: KeyBox, key: Key) -> None:
        with Store(box.folder / STORE_FILE, key=key) as store:
            Marks(store, self._clock).verified()

    async def _pause(self, whose: str) -> None:
        wait = await asyncio.to_thread(self._tries.wait, whose)
        if 0 < wait <= UNNOTICED_S:
            await asyncio.sleep(wait)
        elif wait > 0:
            raise NotLetIn(f"After a wrong password one waits: try again in {_seconds(wait)}.")

    async def _wrong(self, whose: str, sentence: str) -> NotLetIn:
        wait = await asyncio.to_thread(self._tries.failed, whose)
        return NotLetIn(sentence if wait <= UNNOTICED_S else f"{sentence} The next try: in {_seconds(wait)}.")

    async def _ask(self, person: AgentId, password: str) -> Verdict:
        question = Question(person=person, password=SecretStr(password))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "data.sync.verify", "--hub", str(self._hub),
            stdin=PIPE, stdout=PIPE, stderr=DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            said, _ = await asyncio.wait_for(
                process.communicate(question.model_dump_json().encode() + b"\n"), HUB_S
            )
            return Verdict.model_validate_json(said)
        except (TimeoutError, ValidationError):
            return Verdict(answer=Answer.UNREACHABLE, why="It did not answer: try again in a moment.")
        finally:
            if process.returncode is None:
                process.kill()


def _seconds(wait: float) -> str:
    whole = math.ceil(wait)
    if whole >= 120:
        return f"{math.ceil(whole / 60)} minutes"
    return f"{whole} seconds"
