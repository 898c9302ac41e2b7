"""A real sync worker process and the test at the other end of its pipes."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, TypeVar

from data.models.base import AgentId, ContactId, QueueId, new_id
from data.sync.contract import Claim
from data.sync.wire import FROM_WORKER, AskClaim, Claimed, FromWorker, Pulled, SyncStatus, ToWorker, Wake

ROOT = Path(__file__).parents[2]
M = TypeVar("M")


class SeatProcess:
    """`python -m data.sync` for one store and one hub, a file or an address. Use it as a context manager."""

    def __init__(self, store: Path, hub: Path | str, name: str = "seat", *options: str) -> None:
        self._command = [
            sys.executable, "-m", "data.sync", "--store", str(store), "--hub", str(hub), "--name", name, *options
        ]  # fmt: skip
        self.heard: list[FromWorker] = []
        self._news = threading.Condition()
        self.process: subprocess.Popen[bytes] = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            self._command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout is not None
        threading.Thread(target=self._listen, args=(process.stdout,), daemon=True).start()
        return process

    def _listen(self, pipe: IO[bytes]) -> None:
        for line in pipe:
            message = FROM_WORKER.validate_json(line)
            with self._news:
                self.heard.append(message)
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def __enter__(self) -> SeatProcess:
        return self

    def __exit__(self, *_exc: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stderr):
            if pipe is not None:
                pipe.close()

    def say(self, message: ToWorker) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(message.model_dump_json().encode() + b"\n")
        self.process.stdin.flush()

    def wake(self) -> None:
        """What the console says after each save."""
        self.say(Wake())

    def mark(self) -> int:
        """A place in what was heard, to wait for something after it."""
        with self._news:
            return len(self.heard)

    def wait_for(self, true: Callable[[FromWorker], M | None], after: int = 0, limit: float = 20.0) -> M:
        """The first thing heard after a mark for which `true` gives something."""
        until = time.monotonic() + limit
        place = after
        with self._news:
            while True:
                while place < len(self.heard):
                    found = true(self.heard[place])
                    if found is not None and found is not False:
                        return found
                    place += 1
                left = until - time.monotonic()
                if left <= 0 or self.process.poll() is not None:
                    raise AssertionError(
                        f"waited {limit:.0f} s in vain; last heard: {self.heard[-3:]}; exit {self.process.poll()}"
                    )
                self._news.wait(min(left, 0.5))

    def wait_until(self, true: Callable[[], object], limit: float = 20.0) -> None:
        """Wait until something outside of the pipe is so; looked at again whenever the worker says anything."""
        until = time.monotonic() + limit
        while not true():
            dead = self.process.poll() is not None
            assert not dead and time.monotonic() < until, f"in vain; last heard: {self.heard[-3:]}; dead: {dead}"
            with self._news:
                self._news.wait(0.05)

    def wait_status(self, true: Callable[[SyncStatus], bool], after: int = 0, limit: float = 20.0) -> SyncStatus:
        """The first status after a mark of which something is true."""
        return self.wait_for(
            lambda told: told if isinstance(told, SyncStatus) and true(told) else None, after, limit
        )

    def wait_pulled(self, entity: str, after: int = 0) -> Pulled:
        return self.wait_for(
            lambda told: told if isinstance(told, Pulled) and entity in told.entities else None, after
        )

    def claim(self, agent: str, contact_id: str | None = None, queues: Sequence[str] = ()) -> Claim:
        """Ask for a contact and wait for the answer."""
        ask = AskClaim(
            request_id=new_id(),
            agent=AgentId(agent),
            queues=tuple(QueueId(queue) for queue in queues),
            contact_id=ContactId(contact_id) if contact_id is not None else None,
        )
        mark = self.mark()
        self.say(ask)
        return self.wait_for(
            lambda told: (
                told.claim if isinstance(told, Claimed) and told.claim.request_id == ask.request_id else None
            ),
            mark,
        )

    def kill(self, between: Callable[[], None] = lambda: None, *, by: signal.Signals = signal.SIGKILL) -> None:
        """kill -9, and another worker in its place; `between` is done while there is none."""
        self.process.send_signal(by)
        self.process.wait()
        self.heard.clear()
        for pipe in (self.process.stdin, self.process.stderr):
            if pipe is not None:
                pipe.close()
        between()
        self.process = self._start()

    def close(self) -> float:
        """Close the pipe as a console that ends does; returns the seconds until the worker ended."""
        assert self.process.stdin is not None
        start = time.monotonic()
        self.process.stdin.close()
        self.process.wait(20)
        return time.monotonic() - start
