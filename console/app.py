"""The Textual application: the screens in front, and the backstage that it opens and closes."""

from __future__ import annotations

import gc
from collections.abc import Callable
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.worker import Worker

import themes
from console.launch import Launch
from console.screens.sign_in import SignInScreen
from console.typed_ahead import InOrder
from data.clock import SYSTEM_CLOCK, Clock

if TYPE_CHECKING:
    from console.messages import SignedOff
    from console.services.backstage import Backstage


def _action_commands() -> type[Provider]:
    from console.commands import ActionCommands

    return ActionCommands


def _record_commands() -> type[Provider]:
    from console.commands import RecordCommands

    return RecordCommands


def _learn_the_workspace() -> None:
    """Import what only the workspace needs, while the agent types a name: the first screen comes sooner."""
    for module in ("console.screens.workspace", "console.services.session", "console.commands"):
        import_module(module)
    from data.models.base import build

    build()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


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
        wanted = launch.settings.theme  # chosen here, or the style sheets would be read a second time
        self.theme = wanted if wanted in {theme.name for theme in themes.THEMES} else themes.DEFAULT
        self._launch = launch
        self._clock = clock
        self._backstage: Backstage | None = None
        self._beginning: Worker[None] | None = None

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The roles that the style sheets name, before a theme of ours is chosen."""
        return themes.NIGHT.variables

    def get_default_screen(self) -> SignInScreen:
        return SignInScreen(self._launch.settings.organisation, practice=self._launch.floor is not None)

    def on_mount(self) -> None:
        self.set_keymap(self._launch.settings.keys)
        self.call_after_refresh(self._begin_soon)

    def _begin_soon(self) -> None:
        self._beginning = self.run_worker(self._begin(), group="begin")

    async def _begin(self) -> None:
        """Once the first screen is seen: open what works behind it, and learn the next one."""
        from console.services.backstage import Backstage
        from data.playbook.files import ContentError
        from data.store.errors import StoreError

        self._backstage = Backstage(
            self._launch, self._clock, on_people=self._people_changed, on_floor_ended=self._floor_ended
        )
        try:
            await self._backstage.open()
        except (StoreError, ContentError) as error:
            self.exit(str(error), return_code=1, message=None)
            return
        await self._offer_people()
        self.run_worker(_learn_the_workspace, thread=True, group="learn", exit_on_error=False)

    def _floor_ended(self, said: str) -> None:
        self.notify(f"The practice floor has ended: {said}", markup=False, timeout=10)

    # signing on and off

    def _people_changed(self) -> None:
        self.run_worker(self._offer_people(), group="people", exclusive=True, exit_on_error=False)

    async def _offer_people(self) -> None:
        if self._backstage is not None and isinstance(self.screen, SignInScreen):
            self.screen.show_people(await self._backstage.people())

    async def on_sign_in_screen_sign_on(self, event: SignInScreen.SignOn) -> None:
        from console.screens.workspace import WorkspaceScreen
        from data.store.errors import StoreError

        if self._beginning is not None:
            await self._beginning.wait()
        if self._backstage is None:
            return
        try:
            session = await self._backstage.sign_on(event.name)
        except (ValueError, StoreError) as error:
            if isinstance(self.screen, SignInScreen):
                self.screen.tell(str(error))
            return
        await self.push_screen(WorkspaceScreen(session))

    async def on_signed_off(self, _event: SignedOff) -> None:
        if self._backstage is not None:
            await self._backstage.end_session()
        await self.pop_screen()
        await self._offer_people()

    # themes and the end

    def action_next_theme(self) -> None:
        """The next theme of the list."""
        names = [theme.name for theme in themes.THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)] if self.theme in names else names[0]

    async def action_quit(self) -> None:
        """Leave: what is typed is written, the worker pushes what it can, the floor goes home."""
        await self._take_apart()
        self.exit()

    async def _take_apart(self) -> None:
        if self._beginning is not None:
            self._beginning.cancel()
        backstage, self._backstage = self._backstage, None
        if backstage is not None:
            await backstage.close()

    async def on_unmount(self) -> None:
        await self._take_apart()
