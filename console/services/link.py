"""The console's end of the pipe to its sync worker: starts it, hears it, starts it again when it dies."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from data.clock import SYSTEM_CLOCK, Clock
from data.models.base import AgentId, ContactId, QueueId, new_id
from data.sync.contract import WHOLE, Claim, Scope
from data.sync.wire import (
    FROM_WORKER,
    AskClaim,
    AskLookup,
    Begin,
    Claimed,
    Expelled,
    Finish,
    FromWorker,
    Leaving,
    LetIn,
    LookedUp,
    Ping,
    Pulled,
    SignOut,
    SyncStatus,
    ToWorker,
    TurnedAway,
    Wake,
)

T = TypeVar("T")
log = logging.getLogger(__name__)
CLAIM_TIMEOUT_S = 15.0
LOOKUP_TIMEOUT_S = 5.0
RESTART_S = (0.2, 0.5, 1.0, 2.0, 5.0)
PINGS = 4
"""So many questions without an answer, and the worker counts as silent."""
SILENT = (
    "The sync worker does not answer: go on, what you save is kept here; if it stays so, start the console again."
)
STOPPED = "the sync worker stopped; it is being started again"
NO_START = (
    "The sync worker cannot be started ({why}): what you save is kept here, and it is tried again by itself;"
    " if it stays so, tell whoever looks after this seat."
)
NO_ANSWER = "the sync worker did not answer: try again in a moment"


class Link:
    """One worker process for one store."""

    def __init__(
        self,
        store: Path,
        hub: str,
        seat: str,
        on_pulled: Callable[[tuple[str, ...]], None],
        on_status: Callable[[SyncStatus], None],
        *,
        backup_hours: float = 0.0,
        backup_keep: int = 24,
        begin: Begin | None = None,
        on_hub: Callable[[LetIn | TurnedAway | Expelled], None] = lambda _told: None,
        scope: Scope = WHOLE,
        silent_s: float = 20.0,
        clock: Clock = SYSTEM_CLOCK,
        more: Sequence[str] = (),
    ) -> None:
        """
        Args:
            begin: the key and the login with which a worker begins, where agents sign in by password.
            on_hub: told what the hub says of the agent.
            silent_s: after so long without a word the worker counts as silent, and the status says so.
            more: further options of the worker's process.
        """
        self._command = [
            sys.executable, "-m", "data.sync", "--store", str(store), "--hub", hub, "--name", seat,
            "--backup-hours", str(backup_hours), "--backup-keep", str(backup_keep), "--days", str(scope.days),
            *(["--sign-in"] if begin is not None else []),
            *([] if scope.directory else ["--no-directory"]),
            *more,
        ]  # fmt: skip
        self.directory = scope.directory
        """Whether the store has every customer that the hub has."""
        self._signed_in = begin is not None
        self._begin = begin
        self._on_hub = on_hub
        self._left = False
        self._remembered = asyncio.Event()
        self._remembered.set()
        self._log = store.with_name("worker.log")
        self._on_pulled = on_pulled
        self._on_status = on_status
        self._process: Process | None = None
        self._asked: dict[str, asyncio.Future[Claim]] = {}
        self._looked: dict[str, asyncio.Future[LookedUp]] = {}
        self._closing = False
        self._keeper: asyncio.Task[None] | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._ping_s = silent_s / PINGS
        self._clock = clock
        self._status = SyncStatus()
        """What the worker said last."""
        self._unanswered = 0
        """Questions since its last word."""
        self._silent = False

    def start(self) -> None:
        """Start the worker, and keep one running until `close`."""
        self._keeper = asyncio.create_task(self._keep(), name="sync worker")
        self._watcher = asyncio.create_task(self._watch(), name="sync watch")

    async def _keep(self) -> None:
        failures = 0
        while not self._closing:
            await self._remembered.wait()
            heard, problem = await self._round()
            self._process = None
            self._refuse_all()
            if self._closing:
                return
            failures = 0 if heard else failures + 1
            self._lost(problem)
            await asyncio.sleep(RESTART_S[min(failures, len(RESTART_S) - 1)])

    async def _round(self) -> tuple[bool, str]:
        """One worker, from its start to its end: whether it said anything, and what is told of its end."""
        try:
            process = self._process = await self._started()
        except OSError as error:
            log.warning("the sync worker cannot be started: %s", error)
            return False, NO_START.format(why=error.strerror or "no reason was given")
        try:
            heard = await self._hear(process)
        except (OSError, ValueError):  # a line that is longer than any may be
            log.exception("the sync worker cannot be understood")
            heard = False
            process.kill()
        code = await process.wait()
        if not self._closing:
            log.warning("the sync worker ended with %s; it is started again", code)
        return heard, STOPPED

    async def _started(self) -> Process:
        """A new worker; what it says on standard error is kept beside the store, where that can be written."""
        try:
            said = os.open(self._log, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
        except OSError:
            said = os.open(os.devnull, os.O_WRONLY)
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, stderr=said, start_new_session=True
            )
        finally:
            os.close(said)
        if self._begin is not None and process.stdin is not None:
            process.stdin.write(self._begin.model_dump_json().encode() + b"\n")
            if self._left:
                process.stdin.write(Leaving().model_dump_json().encode() + b"\n")
        return process

    async def _hear(self, process: Process) -> bool:
        """Handle the worker's lines until it ends; True when it said anything."""
        heard = False
        if process.stdout is None:
            return heard
        self._unanswered, self._silent = 0, False
        async for line in process.stdout:
            heard = True
            self._heard()
            try:
                message = FROM_WORKER.validate_json(line)
            except ValidationError:
                log.exception("the sync worker said something unknown")
                continue
            self._take(message)
        return heard

    def _take(self, message: FromWorker) -> None:
        match message:
            case Claimed(claim=claim):
                future = self._asked.pop(claim.request_id, None)
                if future is not None and not future.done():
                    future.set_result(claim)
            case LookedUp():
                looking = self._looked.pop(message.request_id, None)
                if looking is not None and not looking.done():
                    looking.set_result(message)
            case Pulled(entities=entities):
                _told(self._on_pulled, entities)
            case SyncStatus():
                self._status = message
                _told(self._on_status, message)
            case LetIn() | TurnedAway() | Expelled():
                _told(self._on_hub, message)

    # is it there?

    async def _watch(self) -> None:
        """Ask now and then. Questions are counted, not seconds: a console that was stopped itself has asked none."""
        while True:
            await asyncio.sleep(self._ping_s)
            if self._unanswered < PINGS:
                self._unanswered += self._say(Ping())
            elif not self._silent:
                self._silent = True
                log.warning("the sync worker does not answer")
                self._lost(SILENT)

    def _heard(self) -> None:
        """The worker said something; after a silence its last status holds again."""
        self._unanswered = 0
        if self._silent:
            self._silent = False
            log.warning("the sync worker answers again")
            _told(self._on_status, self._status)

    def _lost(self, problem: str) -> None:
        """Nobody is there who could say how the hub does; what waits is as it was said last."""
        since = self._clock.now() if self._status.online else self._status.since
        lost = {"online": False, "since": since, "problem": problem, "silent": self._silent}
        _told(self._on_status, self._status.model_copy(update=lost))

    def _refuse_all(self) -> None:
        asked, self._asked = self._asked, {}
        for request_id, future in asked.items():
            if not future.done():
                future.set_result(Claim(request_id=request_id, contact_id=None, why=NO_ANSWER))
        looked, self._looked = self._looked, {}
        for request_id, looking in looked.items():
            if not looking.done():
                looking.set_result(LookedUp(request_id=request_id, refused=True))

    def _say(self, message: ToWorker) -> bool:
        process = self._process
        if process is None or process.stdin is None or process.stdin.is_closing():
            return False
        process.stdin.write(message.model_dump_json().encode() + b"\n")
        return True

    def forget(self) -> None:
        """The screen is locked: the console keeps no key. The worker has its own; should it die meanwhile, another
        one is started when the console remembers."""
        if self._signed_in:
            self._begin = None
            self._remembered.clear()

    def remember(self, begin: Begin) -> None:
        """The screen was unlocked."""
        self._begin = begin
        self._remembered.set()

    def sign_out(self, agent: AgentId) -> None:
        """Let the worker sign an agent out who left a locked screen."""
        self._say(SignOut(agent=agent))

    def leaving(self) -> None:
        """Tell the worker that nothing more is written here."""
        self._left = True
        self._say(Leaving())

    def wake(self) -> None:
        """Tell the worker that the outbox has something new."""
        self._say(Wake())

    async def claim(self, agent: AgentId, queues: Sequence[QueueId], contact_id: ContactId | None) -> Claim:
        """Ask the hub for the next contact, or for this one. Always answers, in words when there is none."""
        ask = AskClaim(request_id=new_id(), agent=agent, queues=tuple(queues), contact_id=contact_id)
        future: asyncio.Future[Claim] = asyncio.get_running_loop().create_future()
        self._asked[ask.request_id] = future
        if not self._say(ask):
            self._asked.pop(ask.request_id, None)
            return Claim(request_id=ask.request_id, contact_id=None, why=NO_ANSWER)
        try:
            return await asyncio.wait_for(future, CLAIM_TIMEOUT_S)
        except TimeoutError:
            self._asked.pop(ask.request_id, None)
            return Claim(request_id=ask.request_id, contact_id=None, why=NO_ANSWER)

    async def look_up(self, query: str) -> LookedUp:
        """Ask the hub for customers; those that it finds are in the store when this returns. Always answers."""
        ask = AskLookup(request_id=new_id(), query=query)
        future: asyncio.Future[LookedUp] = asyncio.get_running_loop().create_future()
        self._looked[ask.request_id] = future
        try:
            if self._say(ask):
                return await asyncio.wait_for(future, LOOKUP_TIMEOUT_S)
        except TimeoutError:
            pass
        finally:
            self._looked.pop(ask.request_id, None)
        return LookedUp(request_id=ask.request_id, refused=True)

    def finish(self, contact_id: ContactId, fence: int) -> None:
        """Give a claim back."""
        self._say(Finish(contact_id=contact_id, fence=fence))

    async def close(self, patience_s: float = 1.5) -> None:
        """Let the worker push what is left and end; it is given so many seconds."""
        self._closing = True
        process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()
            try:
                await asyncio.wait_for(process.wait(), patience_s)
            except TimeoutError:
                process.kill()
        for task in (self._keeper, self._watcher):
            if task is not None:
                task.cancel()


def _told(listener: Callable[[T], None], what: T) -> None:
    """Tell a listener. A fault of its own must not end the one who keeps the worker running."""
    try:
        listener(what)
    except Exception:
        log.exception("what the sync worker said was not taken up")
