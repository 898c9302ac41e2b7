"""The Textual application: puts store, worker, floor and screens together, and takes them apart again."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.command import Provider

import themes
from console.messages import SignedOff
from console.screens.sign_in import SignInScreen
from console.services.floor import PracticeFloor
from console.services.link import Link
from console.services.store_thread import StoreThread
from console.settings import Settings
from console.typed_ahead import InOrder
from data.clock import SYSTEM_CLOCK, Clock
from data.models.agent import Role
from data.store.database import STORE_FILE
from data.store.errors import StoreError
from data.sync.wire import SyncStatus

if TYPE_CHECKING:
    from console.services.session import Session

HUB_FILE = "hub.db"
FIRST_PULL_S, FIRST_PULL_LOOKS = 3.0, 60


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


@dataclass(frozen=True)
class Launch:
    """How the console was started."""

    folder: Path
    settings: Settings
    role: Role = Role.AGENT
    floor: Sequence[str] | None = None
    """Options of the practice floor, None without one."""

    @property
    def hub(self) -> Path:
        """The embedded hub's file."""
        return self.settings.hub or self.folder / HUB_FILE


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
        self._launch = launch
        self._clock = clock
        self._store = StoreThread(launch.folder / STORE_FILE)
        self._link = Link(
            self._store.path,
            launch.hub,
            launch.settings.seat,
            self._pulled,
            self._synced,
            backup_hours=launch.settings.backup_hours,
            backup_keep=launch.settings.backup_keep,
        )
        self._floor = PracticeFloor(launch.hub, launch.floor) if launch.floor is not None else None
        self._session: Session | None = None
        self._sync = SyncStatus()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The roles that the style sheets name, before a theme of ours is chosen."""
        return themes.NIGHT.variables

    def get_default_screen(self) -> SignInScreen:
        return SignInScreen(self._launch.settings.organisation, practice=self._floor is not None)

    async def on_mount(self) -> None:
        wanted = self._launch.settings.theme
        self.theme = wanted if wanted in {theme.name for theme in themes.THEMES} else themes.DEFAULT
        self.set_keymap(self._launch.settings.keys)
        from data.playbook.files import ContentError, load_choices, load_script

        try:
            self._script = load_script(self._launch.settings.script)
            self._choices = load_choices(self._launch.settings.choices)
            await self._store.open()
        except (StoreError, ContentError) as error:
            self.exit(str(error), return_code=1, message=None)
            return
        self._link.start()
        if self._floor is not None:
            await self._floor.start()
            self.run_worker(self._watch_floor(), group="floor", exit_on_error=False)
        await self._offer_people()
        self.run_worker(_learn_the_workspace, thread=True, group="learn", exit_on_error=False)
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)

    async def _watch_floor(self) -> None:
        if self._floor is not None and (said := await self._floor.ended()):
            self.notify(f"The practice floor has ended: {said}", markup=False, timeout=10)

    # sync

    def _pulled(self, entities: tuple[str, ...]) -> None:
        if self._session is not None:
            self._session.refresh(entities)
        elif "agent" in entities:
            self.run_worker(self._offer_people(), group="people", exclusive=True, exit_on_error=False)

    def _synced(self, status: SyncStatus) -> None:
        self._sync = status
        if self._session is not None:
            self._session.synced(status)

    # signing on and off

    async def _offer_people(self) -> None:
        from data.queue import people

        if not isinstance(self.screen, SignInScreen):
            return
        try:
            self.screen.show_people(await self._store.do(people.everyone))
        except StoreError as error:
            self.screen.tell(str(error))

    async def on_sign_in_screen_sign_on(self, event: SignInScreen.SignOn) -> None:
        from console.screens.workspace import WorkspaceScreen
        from console.services.seat import Seat
        from console.services.session import Session
        from data.queue import people

        await self._heard_of_people()
        try:
            agent, status = await self._store.do(people.sign_on, event.name, self._clock, self._launch.role)
        except (ValueError, StoreError) as error:
            if isinstance(self.screen, SignInScreen):
                self.screen.tell(str(error))
            return
        self._link.wake()
        seat = Seat(agent, self._store, self._link, self._launch.settings, self._script, self._choices, self._clock)
        session = Session(seat, status)
        session.sync = self._sync
        self._session = session
        await self.push_screen(WorkspaceScreen(session))

    async def _heard_of_people(self) -> None:
        """Wait a moment for the hub's people, so that a known name does not become a second person."""
        for _ in range(FIRST_PULL_LOOKS):
            if self._sync.last_pull is not None or self._sync.problem:
                return
            await asyncio.sleep(FIRST_PULL_S / FIRST_PULL_LOOKS)

    async def on_signed_off(self, _event: SignedOff) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
        await self.pop_screen()
        await self._offer_people()

    # themes and the end

    def action_next_theme(self) -> None:
        """The next theme of the list."""
        names = [theme.name for theme in themes.THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)] if self.theme in names else names[0]

    async def action_quit(self) -> None:
        """Leave: what is typed is written, the worker pushes what it can, the floor goes home. Text that cannot
        be written is not left behind without a question."""
        if self._session is not None and not await self._session.desk.written():
            self._ask_whether_to_lose()
            return
        await self._leave()

    def _ask_whether_to_lose(self) -> None:
        from console.screens.modal import ConfirmDialog

        async def answered(sure: bool | None) -> None:
            if sure:
                await self._leave()

        if not isinstance(self.screen, ConfirmDialog):
            lines = ("The store cannot be written now:", "what you typed last is on the screen only.")
            self.push_screen(
                ConfirmDialog("Leave without your text?", lines, "leave and lose it", "stay"), answered
            )

    async def _leave(self) -> None:
        await self._take_apart()
        self.exit()

    async def _take_apart(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
        await asyncio.gather(self._link.close(), *([self._floor.close()] if self._floor is not None else []))
        await self._store.close()

    async def on_unmount(self) -> None:
        await self._take_apart()
