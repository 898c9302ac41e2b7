"""What a viewer hears: its size and news of the store. Nothing that somebody typed, pasted or clicked."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass

from textual import messages
from textual.drivers._byte_stream import ByteStream
from textual.drivers.web_driver import WebDriver
from textual.message import Message

from data.sync.wire import SyncStatus


@dataclass
class RowsPulled(Message):
    """Rows of these entities changed."""

    entities: tuple[str, ...]


@dataclass
class HubTold(Message):
    """How the hub does."""

    status: SyncStatus


class WallDriver(WebDriver):
    """Textual's driver for browsers, without hands."""

    def _enable_mouse_support(self) -> None:
        """There is no mouse."""

    def _enable_bracketed_paste(self) -> None:
        """Nothing is pasted."""

    def run_input_thread(self) -> None:
        """Hear the server until its end of the pipe closes, however it died."""
        stream = ByteStream()
        try:
            for data in self._input_reader:
                for kind, payload in stream.feed(data) if data else ():
                    if kind == "M":
                        self._hear(json.loads(payload))
        finally:
            if not self.exit_event.is_set():
                self._app.post_message(messages.ExitApp())

    def _hear(self, told: dict[str, object]) -> None:
        match told:
            case {"type": "resize"}:
                self.on_meta("resize", told)
            case {"type": "pulled", "entities": str(names)}:
                self._app.post_message(RowsPulled(tuple(names.split())))
            case {"type": "status", "status": str(text)}:
                self._app.post_message(HubTold(SyncStatus.model_validate_json(text)))

    def stop_application_mode(self) -> None:
        """The server may be gone already."""
        with suppress(OSError):
            super().stop_application_mode()
