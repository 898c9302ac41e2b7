"""The Textual application: puts store, worker, floor and screens together, and takes them apart again."""

from __future__ import annotations

import gc
from collections.abc import Callable
from importlib import import_module
from pathlib import PurePath
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.command import Provider

import themes
from console import actions
from console.messages import SignedOff
from console.screens.sign_in import SignInScreen
from console.services.station import Launch, Station
from console.typed_ahead import InOrder
from data.clock import SYSTEM_CLOCK, Clock
from data.store.errors import StoreError


def _action_commands() -> type[Provider]:
    from console.commands import ActionCommands

    return ActionCommands


def _record_commands() -> type[Provider]:
    from console.commands import RecordCommands

    return RecordCommands


def _learn_the_workspace() -> None:
    """Import what only the workspace needs, while the agent types a name: the first screen comes sooner."""
    import_module("console.screens.workspace")
    import_module("console.commands")


class AgentConsole(InOrder[str]):
    """The console. Returns a sentence when it could not start or had to stop."""

    TITLE = "agent-console"
    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = list(themes.STYLE_SHEETS)
    COMMAND_PALETTE_BINDING = "ctrl+k"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_action_commands, _record_commands}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (140, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", "quit", show=False, priority=True)]

    def __init__(self, launch: Launch, clock: Clock = SYSTEM_CLOCK) -> None:
        super().__init__()
        for theme in themes.THEMES:
            self.register_theme(theme)
        self._settings = launch.settings
        self._station = Station(launch, clock, actions.pressing(launch.settings.keys), self._people_changed)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The roles that the style sheets name, before a theme of ours is chosen."""
        return themes.NIGHT.variables

    def get_default_screen(self) -> SignInScreen:
        return SignInScreen(self._settings.organisation, practice=self._station.practice)

    async def on_mount(self) -> None:
        wanted = self._settings.theme
        self.theme = wanted if wanted in {theme.name for theme in themes.THEMES} else themes.DEFAULT
        self.set_keymap(self._settings.keys)
        from data.playbook.files import ContentError

        try:
            await self._station.open()
        except (StoreError, ContentError) as error:
            self.exit(str(error), return_code=1, message=None)
            return
        if self._station.practice:
            self.run_worker(self._watch_floor(), group="floor", exit_on_error=False)
        await self._offer_people()
        self.run_worker(_learn_the_workspace, thread=True, group="learn", exit_on_error=False)
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)

    async def _watch_floor(self) -> None:
        if said := await self._station.floor_ended():
            self.notify(f"The practice floor has ended: {said}", markup=False, timeout=10)

    # signing on and off

    def _people_changed(self) -> None:
        self.run_worker(self._offer_people(), group="people", exclusive=True, exit_on_error=False)

    async def _offer_people(self) -> None:
        known = await self._station.people()
        if isinstance(self.screen, SignInScreen):
            self.screen.show_people(known)

    async def on_sign_in_screen_sign_on(self, event: SignInScreen.SignOn) -> None:
        from console.screens.workspace import WorkspaceScreen

        try:
            session = await self._station.sign_on(event.name)
        except (ValueError, StoreError) as error:
            if isinstance(self.screen, SignInScreen):
                self.screen.tell(str(error))
            return
        await self.push_screen(WorkspaceScreen(session))

    async def on_signed_off(self, _event: SignedOff) -> None:
        await self._station.sign_off()
        await self.pop_screen()
        await self._offer_people()

    # themes and the end

    def action_next_theme(self) -> None:
        """The next theme of the list."""
        names = [theme.name for theme in themes.THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)] if self.theme in names else names[0]

    async def action_quit(self) -> None:
        """Leave: what is typed is written, the worker pushes what it can, the floor goes home."""
        await self._station.close()
        self.exit()

    async def on_unmount(self) -> None:
        await self._station.close()
