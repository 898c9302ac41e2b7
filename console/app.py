"""The Textual application: puts store, worker, floor and screens together, and takes them apart again."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.command import Command, CommandPalette, Provider

import themes
from console import actions
from console.keymap import Keys
from console.looks.chosen import SIGN_IN
from console.looks.wardrobe import Wardrobe
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
from widgets.safe_text import clean

if TYPE_CHECKING:
    from console.services.session import Session

HUB_FILE = "hub.db"
THEME_COMMAND = "theme "
"""How the palette names a theme, before its name."""
FIRST_PULL_S, FIRST_PULL_LOOKS = 3.0, 60


def _action_commands() -> type[Provider]:
    from console.commands import ActionCommands

    return ActionCommands


def _record_commands() -> type[Provider]:
    from console.commands import RecordCommands

    return RecordCommands


def _theme_commands() -> type[Provider]:
    from console.commands import ThemeCommands

    return ThemeCommands


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
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {
        _action_commands,
        _record_commands,
        _theme_commands,
    }
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (140, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (40, "-high")]
    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings([actions.QUIT]))

    def __init__(self, launch: Launch, clock: Clock = SYSTEM_CLOCK) -> None:
        """Raises SettingsError when the keys of the settings cannot be used."""
        no_colour = bool(os.environ.get("NO_COLOR"))
        super().__init__(ansi_color=True if no_colour else None)
        self.keys = Keys(launch.settings.keys)
        """How the key of an action is written at this seat."""
        sixteen = self.console.color_system == "standard"
        self._wardrobe = Wardrobe(launch.folder, launch.settings.theme, sixteen=sixteen, no_colour=no_colour)
        for theme in self._wardrobe.themes:
            self.register_theme(theme)
        self._launch = launch
        self._clock = clock
        self._store = StoreThread(launch.folder / STORE_FILE)
        self._link = Link(self._store.path, launch.hub, launch.settings.seat, self._pulled, self._synced)
        self._floor = PracticeFloor(launch.hub, launch.floor) if launch.floor is not None else None
        self._session: Session | None = None
        self._sync = SyncStatus()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The roles that the style sheets name, before a theme of ours is chosen."""
        return themes.NIGHT.variables

    def get_default_screen(self) -> SignInScreen:
        return SignInScreen(self._launch.settings.organisation, practice=self._floor is not None)

    async def on_mount(self) -> None:
        self.theme = self._wardrobe.of()
        self.set_keymap(self.keys.changed)
        for fault in self._wardrobe.faults:
            self.notify(f"▲ {clean(fault)}", severity="warning", markup=False, timeout=20)
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

        known = await self._store.do(people.everyone)
        if isinstance(self.screen, SignInScreen):
            self.screen.show_people(known)

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
        self.theme = self._wardrobe.of(agent.id)
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
        self.theme = self._wardrobe.of()
        await self._offer_people()

    # themes

    @property
    def _agent(self) -> str:
        return self._session.seat.me if self._session is not None else SIGN_IN

    @property
    def theme_names(self) -> list[str]:
        """The themes that can be chosen."""
        return [theme.name for theme in self._wardrobe.themes]

    def action_next_theme(self) -> None:
        """The next theme of the list."""
        self.choose_theme(self._wardrobe.after(self._wardrobe.of(self._agent)))

    def choose_theme(self, name: str) -> None:
        """Wear a theme, and remember it for the agent."""
        if why := self._wardrobe.choose(name, self._agent):
            self.notify(f"▲ {why}", severity="warning", markup=False)
            return
        self.theme = name
        self.notify(f"Theme: {clean(name)}.", markup=False, timeout=2)
        self.run_worker(self._wardrobe.keep, thread=True, group="looks", exit_on_error=False)

    def on_command_palette_option_highlighted(self, event: CommandPalette.OptionHighlighted) -> None:
        """A theme in the palette is worn while the cursor stands on it."""
        option = event.highlighted_event.option
        text = option.hit.text or "" if isinstance(option, Command) else ""
        name = text.removeprefix(THEME_COMMAND)
        tried = name if text.startswith(THEME_COMMAND) and name in self.theme_names else ""
        self.theme = tried if tried and not self.no_color else self._wardrobe.of(self._agent)
        # Textual dresses every screen anew but its own palette
        self.call_next(self.stylesheet.update, self.screen)

    def on_command_palette_closed(self, event: CommandPalette.Closed) -> None:
        """What was only tried on is taken off again."""
        if not event.option_selected:
            self.theme = self._wardrobe.of(self._agent)

    # copying

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a text by every way that there is here, and say how; fields copy through this too."""
        self._clipboard = text
        self.run_worker(self._copy(text), group="copy", exit_on_error=False)

    async def _copy(self, text: str) -> None:
        from console.services import clipboard

        send = self._driver.write if self._driver is not None else str
        try:
            told = await asyncio.wait_for(asyncio.to_thread(clipboard.copy, text, send), clipboard.WAIT_S * 2)
        except TimeoutError:
            told = "Not sure whether this was copied: the clipboard of this machine does not answer."
        self.notify(clean(told), markup=False, timeout=5)

    # the end

    async def action_quit(self) -> None:
        """Leave: what is typed is written, the worker pushes what it can, the floor goes home."""
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
