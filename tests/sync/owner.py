"""Owners of a served hub: one in a thread of the test, and one that is a process and can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from data.clock import SYSTEM_CLOCK, Clock
from data.sync.contract import HubUnreachable
from data.sync.embedded import EmbeddedHub
from data.sync.served.client import SocketHub
from data.sync.served.server import HubServer

ROOT = Path(__file__).parents[2]


class Owner:
    """Serves a hub in a thread, on a real socket."""

    def __init__(self, hub: Path, socket: Path, clock: Clock) -> None:
        self.socket = socket
        ready = threading.Event()
        self._server = HubServer(hub, socket, clock, ready.set)
        self._thread = threading.Thread(target=self._server.run, name="owner")
        self._thread.start()
        assert ready.wait(10), "it does not serve"

    def close(self) -> None:
        self._server.stop()
        self._thread.join(10)
        assert not self._thread.is_alive()


@contextmanager
def serving(hub: Path, clock: Clock = SYSTEM_CLOCK) -> Iterator[Owner]:
    """A hub that is served while the context lasts. A socket's path must be short, so it lies in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="hub") as folder:
        owner = Owner(hub, Path(folder) / "hub.sock", clock)
        try:
            yield owner
        finally:
            owner.close()


class OwnerProcess:
    """`agent-console hub serve` as the process it is. Use it as a context manager."""

    def __init__(self, hub: Path, socket: Path) -> None:
        self.hub = hub
        self.socket = socket
        EmbeddedHub(hub).close()
        self.process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        here = {name: value for name, value in os.environ.items() if not name.startswith("AGENT_CONSOLE_")}
        command = [
            sys.executable,
            "-m",
            "console",
            "hub",
            "serve",
            "--hub",
            str(self.hub),
            "--socket",
            str(self.socket),
        ]
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env={**here, "AGENT_CONSOLE_HOME": str(self.hub.parent)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> OwnerProcess:
        self.wait()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.kill()

    def wait(self) -> None:
        """Until it answers."""
        until = time.monotonic() + 20
        while True:
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < until, "it does not serve"
            with suppress(HubUnreachable), closing(SocketHub(self.socket)):
                return
            time.sleep(0.02)

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.communicate()

    def restart(self) -> None:
        """Another owner of the same hub in its place."""
        self.process = self._start()
        self.wait()

    def end(self, number: signal.Signals) -> tuple[int, str, str]:
        """End it as a service manager does; returns exit code and what it said."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=10)
        return self.process.returncode, out, err
