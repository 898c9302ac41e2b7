"""A hub that another process serves on this machine, as a seat sees it: the same nine calls."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from data.models.base import AgentId, ContactId, QueueId
from data.sync.contract import (
    WHOLE,
    Claim,
    Enrolment,
    HubRow,
    HubUnreachable,
    Login,
    Member,
    NumberBlock,
    Op,
    OpResult,
    Page,
    Scope,
)
from data.sync.served import wire
from data.sync.served.wire import ERRORS, WITHOUT_CALL, Answered, Ask, Failed, Hello, News, Request
from data.sync.status import HubStatus

CONNECT_S, CALL_S = 5.0, 10.0
_PIECE = 1 << 18
START_IT = "start it with agent-console hub serve; agents can go on meanwhile."


class SocketHub:
    """A hub behind the socket at `path`. One object a thread.

    A line that was lost is made again by the next call; it is never made to another hub than the first one."""

    def __init__(
        self, path: Path, login: Login | None = None, *, connect_s: float = CONNECT_S, call_s: float = CALL_S
    ) -> None:
        """
        Args:
            path: the socket.
            login: who speaks.
            connect_s: seconds until the hub must have said hello.
            call_s: seconds that a call may take, its wait for those before it included.

        Raises:
            HubUnreachable: nobody serves there.
            WrongLogin: the hub does not let this person in.
        """
        self._path = path
        self._login = login
        self.member: Member | None = None
        self.asks = False
        """The hub lets seats in by password only."""
        self._connect_s = connect_s
        self._call_s = call_s
        self._socket: socket.socket | None = None
        self._rest = bytearray()
        self._asked = 0
        self._epoch: str | None = None
        self._version = 0
        self._line()

    def close(self) -> None:
        """Let go of the line."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._rest.clear()

    def version(self) -> int:
        """Changes whenever anybody changed the hub; known from what the hub told, without asking it.

        Raises:
            HubUnreachable: the line was lost.
        """
        line = self._line()
        while (said := self._next(line, 0.0)) is not None:
            self._hear(self._read(WITHOUT_CALL, said))
        return self._version

    def status(self) -> HubStatus:
        """How the hub stands, as its owner sees it."""
        found: HubStatus = self._call(wire.Look())
        return found

    # the line

    def _line(self) -> socket.socket:
        if self._socket is None:
            self._socket = self._connected()
            if self._login is not None:
                self._log_in(self._login)
        return self._socket

    def _log_in(self, login: Login) -> None:
        try:
            self.member = self._call(wire.LogIn(person=login.person, password=login.password))
        except BaseException:
            self.close()
            raise

    def _connected(self) -> socket.socket:
        until = time.monotonic() + self._connect_s
        one = socket.socket(socket.AF_UNIX)
        try:
            one.settimeout(self._connect_s)
            one.connect(str(self._path))
            self._greeted(self._wait(one, WITHOUT_CALL, until))
        except OSError as error:
            one.close()
            raise HubUnreachable(f"Nobody serves a hub at {self._path} ({_why(error)}): {START_IT}") from error
        except BaseException:
            one.close()
            raise
        return one

    def _greeted(self, told: Hello | News | Failed) -> None:
        if isinstance(told, Failed):
            raise _raised(told)
        if not isinstance(told, Hello) or told.protocol != wire.PROTOCOL:
            raise HubUnreachable(
                f"The hub at {self._path} is of another version: bring it and this seat to the same."
            )
        if self._epoch not in (None, told.epoch):
            raise HubUnreachable(f"Another hub is served at {self._path} now, or it was put back from a backup.")
        self._epoch, self._version, self.asks = told.epoch, told.version, told.asks

    def _call(self, ask: Ask) -> Any:
        line = self._line()
        until = time.monotonic() + self._call_s
        self._asked += 1
        try:
            line.settimeout(self._call_s)
            line.sendall(Request(id=self._asked, ask=ask).model_dump_json().encode() + b"\n")
        except OSError as error:
            raise self._lost(_why(error)) from error
        while True:
            told = self._wait(line, wire.told(ask.call), until)
            if isinstance(told, Answered):
                return told.answer
            self._hear(told)

    def _hear(self, told: Hello | News | Failed) -> None:
        if isinstance(told, Failed):
            raise _raised(told)
        self._version = told.version

    def _wait(self, line: socket.socket, kind: TypeAdapter[Any], until: float) -> Any:
        """What the hub says next.

        Raises:
            HubUnreachable: nothing until then, or nothing that this program can read. The line is closed: an answer
                that comes later would be taken for that of another call.
        """
        said = self._next(line, max(0.001, until - time.monotonic()))
        if said is None:
            raise self._lost("no answer")
        return self._read(kind, said)

    def _read(self, kind: TypeAdapter[Any], said: bytes) -> Any:
        try:
            return kind.validate_json(said)
        except ValidationError as error:
            raise self._lost("an answer that this program cannot read") from error

    def _next(self, line: socket.socket, seconds: float) -> bytes | None:
        """The next line; None: it does not come within so many seconds."""
        until = time.monotonic() + seconds
        looked = 0
        while (end := self._rest.find(b"\n", looked)) < 0:
            looked = len(self._rest)
            try:
                line.settimeout(max(0.0, until - time.monotonic()))
                piece = line.recv(_PIECE)
            except (BlockingIOError, TimeoutError):
                return None
            except OSError as error:
                raise self._lost(_why(error)) from error
            if not piece:
                raise self._lost("it ended")
            self._rest += piece
        said = bytes(self._rest[:end])
        del self._rest[: end + 1]
        return said

    def _lost(self, why: str) -> HubUnreachable:
        self.close()
        return HubUnreachable(f"The hub served at {self._path} does not answer ({why}): {START_IT}")

    # the nine calls

    def enrol_v1(self, replica_id: str, name: str, scope: Scope = WHOLE) -> Enrolment:
        found: Enrolment = self._call(wire.Enrol(replica_id=replica_id, name=name, scope=scope))
        return found

    def push_v1(self, replica_id: str, ops: Sequence[Op]) -> list[OpResult]:
        found: list[OpResult] = self._call(wire.Push(replica_id=replica_id, ops=tuple(ops)))
        return found

    def pull_v1(self, replica_id: str, cursor: int, limit: int = 100) -> Page:
        found: Page = self._call(wire.Pull(replica_id=replica_id, cursor=cursor, limit=limit))
        return found

    def snapshot_v1(self, replica_id: str, after: tuple[str, str] | None, limit: int = 500) -> Page:
        found: Page = self._call(wire.Snapshot(replica_id=replica_id, after=after, limit=limit))
        return found

    def lookup_v1(self, replica_id: str, query: str, limit: int = 20) -> list[HubRow]:
        found: list[HubRow] = self._call(wire.Lookup(replica_id=replica_id, query=query, limit=limit))
        return found

    def claim_v1(
        self,
        replica_id: str,
        request_id: str,
        agent: AgentId,
        queues: Sequence[QueueId],
        contact_id: ContactId | None,
    ) -> Claim:
        ask = wire.AskClaim(
            replica_id=replica_id, request_id=request_id, agent=agent, queues=tuple(queues), contact_id=contact_id
        )
        found: Claim = self._call(ask)
        return found

    def heartbeat_v1(self, replica_id: str, contact_id: ContactId, fence: int) -> bool:
        return bool(self._call(wire.Heartbeat(replica_id=replica_id, contact_id=contact_id, fence=fence)))

    def finish_v1(self, replica_id: str, contact_id: ContactId, fence: int) -> bool:
        return bool(self._call(wire.Finish(replica_id=replica_id, contact_id=contact_id, fence=fence)))

    def lease_numbers_v1(self, replica_id: str, count: int) -> NumberBlock:
        found: NumberBlock = self._call(wire.LeaseNumbers(replica_id=replica_id, count=count))
        return found


def _why(error: OSError) -> str:
    return error.strerror or str(error)


def _raised(told: Failed) -> Exception:
    """The error as it was raised at the hub."""
    kind = ERRORS.get(told.error, HubUnreachable)
    return kind.__new__(kind, told.says)
