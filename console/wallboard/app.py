"""What a viewer runs: one screen, no keys, no commands, and a store that it only reads."""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from functools import cached_property
from pathlib import Path, PurePath
from typing import ClassVar
from zoneinfo import ZoneInfo

from rich.text import Text
from textual.app import App

import themes
from console import paint, timers
from console.looks.wardrobe import Wardrobe
from console.services.floor_watch import FloorWatching
from console.services.store_thread import StoreThread
from console.settings import Settings
from console.wallboard.driver import HubTold, RowsPulled, WallDriver
from console.wallboard.screen import WallScreen
from data.clock import SYSTEM_CLOCK, Clock
from data.store.database import Store
from data.store.errors import StoreError
from data.store.key import Key
from data.supervision.snapshot import FloorSnapshot
from data.supervision.thresholds import load_floor
from data.text.reviewed import ContentError

log = logging.getLogger(__name__)


class WallApp(App[None], inherit_bindings=False):
    """The wallboard in one browser."""

    TITLE = "Wallboard"
    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = list(themes.STYLE_SHEETS)
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self, folder: Path, settings: Settings, store: Path, key: Key | None = None, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        """`folder`: the data folder, for its themes; `store`: the replica, which the server has opened before."""
        paint.keep_less()
        timers.never_skip_once()
        super().__init__(driver_class=WallDriver)
        wardrobe = Wardrobe(folder, settings.theme)
        for theme in wardrobe.themes:
            self.register_theme(theme)
        self.theme = wardrobe.of()
        self._settings = settings
        self._clock = clock
        self._store = StoreThread(store, key)
        self._watching: FloorWatching | None = None

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.NIGHT.variables

    @cached_property
    def _wall(self) -> WallScreen:
        """The only screen; the hub may be heard of before it is there."""
        return WallScreen(self._settings.organisation)

    def get_default_screen(self) -> WallScreen:
        return self._wall

    def on_mount(self) -> None:
        self.run_worker(self._begin(), group="begin")

    async def _begin(self) -> None:
        try:
            policy = load_floor(self._settings.floor)
            await self._store.open()
            await self._store.do(_only_read)
        except (ContentError, StoreError) as error:
            self._wall.tell(str(error))
            return
        zone = ZoneInfo(self._settings.time_zone)
        self._watching = FloorWatching(self._store.do, self._guard, self._clock, policy, zone)
        self._watching.watch(self._wall.show)

    async def _guard(self, reading: Awaitable[FloorSnapshot]) -> FloorSnapshot | None:
        try:
            return await reading
        except StoreError as error:
            self._wall.tell(str(error))
            return None

    def on_rows_pulled(self, event: RowsPulled) -> None:
        if self._watching is not None:
            self._watching.changed(event.entities)

    def on_hub_told(self, event: HubTold) -> None:
        self._wall.hear_of_hub(event.status)

    def _handle_exception(self, error: Exception) -> None:
        """A fault ends this viewer, and its browser comes back with another; Textual would print what it knew."""
        log.error("unexpected error", exc_info=error)
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self.panic(Text(f"{type(error).__name__}: see the wallboard's log."))

    async def on_unmount(self) -> None:
        if self._watching is not None:
            self._watching.rest()
        await self._store.close()


def _only_read(store: Store) -> None:
    store.execute("PRAGMA query_only = ON")
