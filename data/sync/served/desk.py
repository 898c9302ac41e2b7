"""The hub's file in the hands of the one thread that has it open: a line in, a line out, and nothing ends it."""

from __future__ import annotations

import logging
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from data.clock import Clock
from data.models.base import Value
from data.sync.contract import HubUnreachable, Login, Member
from data.sync.embedded import EmbeddedHub
from data.sync.served.place import served_by
from data.sync.served.wire import ERRORS, REQUEST, Ask, Failed, Hello, LogIn, Look, answered
from data.sync.status import HubStatus, status_of

log = logging.getLogger(__name__)
NO_REQUEST = "This line is no request that the hub knows: bring the seat and the hub to the same version."
PUT_BACK = "The hub was put back from a backup: seats enrol again by themselves."
NOT_DONE = "The hub could not do this ({kind}): it goes on with the next; report what its log says."


class Guest(NamedTuple):
    """A client as it came in."""

    epoch: str
    """Of the hub that it came to: it is served at no other."""
    member: Member | None = None


class Heard(NamedTuple):
    """What came of a piece of work."""

    says: bytes = b""
    """The line for whoever asked."""
    guest: Guest | None = None
    """Who asked is this one from now on."""
    login: tuple[int, LogIn] | None = None
    """Under this number somebody asks to be let in: that takes a while, and is done at the door (`let_in`)."""
    another: bool = False
    """Another hub lies in the file now, or it was put back from a backup."""


class Desk:
    """Every method but the constructor belongs to one and the same thread."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._files: tuple[EmbeddedHub, EmbeddedHub] | None = None
        """One to work with and one to watch: only another one's commits change the version that a connection sees."""
        self._epoch = ""
        self._another = False
        """The hub is another one since the last look."""
        self._seen = -1
        self.version = 0
        """Grows whenever anybody committed; read by the loop."""

    def open(self) -> Heard:
        """Open the file; it is made when missing.

        Raises:
            HubUnreachable: it cannot be.
        """
        EmbeddedHub(self._path, self._clock).close()
        self._open()
        return Heard()

    def close(self) -> Heard:
        """Let go of the file."""
        for one in self._files or ():
            one.close()
        self._files = None
        return Heard()

    def _open(self) -> tuple[EmbeddedHub, EmbeddedHub]:
        if self._files is None:
            hub = EmbeddedHub(self._path, self._clock, create=False)
            self._files = hub, EmbeddedHub(self._path, self._clock, create=False)
            self._seen = -1
            before, self._epoch = self._epoch, hub.epoch()
            self._another = before not in ("", self._epoch)
        return self._files

    def hello(self) -> Heard:
        """The first line for a client."""
        heard = self.look()
        try:
            hub, _watching = self._open()
        except HubUnreachable as error:
            return Heard(failed(None, str(error)))
        return heard._replace(
            guest=Guest(self._epoch),
            says=line_of(Hello(epoch=self._epoch, version=self.version, asks=hub.asks)),
        )

    def answer(self, line: bytes, guest: Guest) -> Heard:
        """Do what a line asks."""
        try:
            request = REQUEST.validate_json(line)
        except ValidationError:
            return Heard(failed(None, NO_REQUEST))
        if isinstance(request.ask, LogIn):
            return Heard(login=(request.id, request.ask))
        try:
            says = self._done(request.id, request.ask, guest)
        except tuple(ERRORS.values()) as error:
            if isinstance(error, HubUnreachable):
                self.close()  # the file may be gone, full or damaged: look at it anew with the next call
            return Heard(failed(request.id, str(error), type(error).__name__))
        except Exception as error:
            log.exception("the hub could not do %s", request.ask.call)
            self.close()
            return Heard(failed(request.id, NOT_DONE.format(kind=type(error).__name__)))
        return self.look()._replace(says=says)

    def _done(self, number: int, ask: Ask, guest: Guest) -> bytes:
        given = {name: getattr(ask, name) for name in type(ask).model_fields if name != "call"}
        hub, _watching = self._open()
        if guest.epoch != self._epoch:
            raise HubUnreachable(PUT_BACK)
        hub.member = guest.member
        call = self._status if isinstance(ask, Look) else partial(getattr(hub, ask.call), **given)
        return line_of(answered(ask.call)(id=number, answer=call()))

    def _status(self) -> HubStatus:
        return status_of(self._path, self._clock.now()).model_copy(update={"served": served_by(self._path)})

    def look(self) -> Heard:
        """Look whether the file has changed, and whether it is still the same hub."""
        for _ in ("as it is open", "opened anew"):
            try:
                return self._looked()
            except HubUnreachable:
                self.close()
        return Heard()

    def _looked(self) -> Heard:
        _hub, watching = self._open()
        another, self._another = self._another, False
        seen = watching.version()
        if seen != self._seen:
            self._seen = seen
            self.version += 1
        return Heard(another=another)


def let_in(path: Path, clock: Clock, guest: Guest, number: int, login: LogIn) -> Heard:
    """Look whether the hub lets somebody in; with a connection of its own, in any thread."""
    try:
        with closing(
            EmbeddedHub(path, clock, create=False, login=Login(person=login.person, password=login.password))
        ) as hub:
            member = hub.member
    except HubUnreachable as error:
        return Heard(failed(number, str(error), type(error).__name__))
    return Heard(line_of(answered(login.call)(id=number, answer=member)), guest._replace(member=member))


def failed(number: int | None, says: str, error: str = HubUnreachable.__name__) -> bytes:
    """The line that tells of a call that was not done."""
    return line_of(Failed(id=number, error=error, says=says))


def line_of(message: Value) -> bytes:
    """A message as it is sent."""
    return message.model_dump_json().encode() + b"\n"
