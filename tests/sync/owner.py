"""Owners of a served hub: one in a thread of the test, and one that is a process and can be killed."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.clock import SYSTEM_CLOCK, Clock
from data.sync.served.server import HubServer


class Owner:
    """Serves a hub in a thread, on a real socket."""

    def __init__(self, hub: Path, socket: Path, clock: Clock) -> None:
        self.socket = socket
        self._server = HubServer(hub, socket, clock)
        self._thread = threading.Thread(target=self._server.run, name="owner")
        self._thread.start()
        assert self._server.ready.wait(10), "it does not serve"

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
