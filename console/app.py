"""The Textual application: the screens in front, and the station that it opens and closes."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine, Sequence
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.command import Provider
from textual.worker import Worker

import themes
from console import actions, garbage, paint, timers
from console.keymap import Keys
from console.launch import Launch
from console.looks.chosen import SIGN_IN
from console.looks.wardrobe import Wardrobe
from console.screens.sign_in import SignInScreen
from console.terminal import Terminal
from console.typed_ahead import InOrder
from data.clock import SYSTEM_CLOCK, Clock
from widgets.fields import PasteCut
from widgets.safe_text import clean, wrap

if TYPE_CHECKING:
    from textual.command import CommandPalette

    from console.messages import SignedOff
    from console.screens.lock import LockScreen
    from console.services.session import Session
    from console.services.station import Station

log = logging.getLogger(__name__)
AT_THE_SEAT = (events.Key, events.Paste, events.MouseDown, events.MouseScrollUp, events.MouseScrollDown)
LOOK_IDLE_S = 2.0
SETTLED_S = 2.0
"""So long after a workspace was opened it is complete."""
DOOR_S = 0.3
"""So long after a session is over its screens are gone, and whoever sits down next has not typed a name."""
THEME_COMMAND = "theme "
"""How the palette names a theme, before its name."""


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
    for module in ("console.screens.workspace", "console.services.session", "console.commands"):
        import_module(module)
    from data.models.base import build

    build()
    garbage.begin()


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
    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings([actions.QUIT, actions.LOCK]))

    def __init__(self, launch: Launch, clock: Clock = SYSTEM_CLOCK) -> None:
        """Raises SettingsError when the keys of the settings cannot be used."""
        paint.keep_less()
        timers.never_skip_once()
        no_colour = bool(os.environ.get("NO_COLOR"))
        super().__init__(driver_class=Terminal, ansi_color=True if no_colour else None)
        self.keys = Keys(launch.settings.keys)
        """How the key of an action is written at this seat."""
        sixteen = self.console.color_system == "standard"
        self._wardrobe = Wardrobe(launch.folder, launch.settings.theme, sixteen=sixteen, no_colour=no_colour)
        for theme in self._wardrobe.themes:
            self.register_theme(theme)
        self.theme = self._wardrobe.of()  # put on here, or the style sheets would be read a second time
        self._launch = launch
        self._clock = clock
        self._station: Station | None = None
        self._beginning: Worker[None] | None = None
        self._tidying = garbage.Tidying(self.set_timer, paint.forget)
        self._touched = clock.monotonic()
        """When somebody was last at the keys or the mouse."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The roles that the style sheets name, before a theme of ours is chosen."""
        return themes.NIGHT.variables

    def get_default_screen(self) -> SignInScreen:
        return SignInScreen(
            self._launch.settings.organisation,
            practice=self._launch.floor is not None,
            by_password=self._launch.by_password,
        )

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key):
            self._tidying.key()
        if isinstance(event, AT_THE_SEAT):
            self._touched = self._clock.monotonic()
        await super().on_event(event)

    def on_mount(self) -> None:
        self.set_keymap(self.keys.changed)
        for fault in self._wardrobe.faults:
            self.notify(f"▲ {clean(fault)}", severity="warning", markup=False, timeout=20)
        self.call_after_refresh(self._begin_soon)
        if self._launch.by_password and self._launch.settings.lock_minutes:
            self.set_interval(LOOK_IDLE_S, self._look_idle)

    def _begin_soon(self) -> None:
        self._beginning = self.run_worker(self._begin(), group="begin")

    async def _begin(self) -> None:
        """Once the first screen is seen: open what works behind it, and learn the next one."""
        from console.services.station import Station
        from data.store.errors import StoreError
        from data.text.reviewed import ContentError

        self._station = Station(
            self._launch,
            self._clock,
            how=self.keys.press,
            on_people=self._people_changed,
            on_floor_ended=self._floor_ended,
            on_put_out=self._put_out,
            on_told=self._tell,
        )
        try:
            await self._station.open()
        except (StoreError, ContentError) as error:
            self.exit(str(error), return_code=1, message=None)
            return
        await self._offer_people()
        self.run_worker(_learn_the_workspace, thread=True, group="learn", exit_on_error=False)

    def _floor_ended(self, said: str) -> None:
        self.notify(said, markup=False, timeout=10)

    @property
    def quiet_s(self) -> float:
        """Seconds since somebody was at the keys or the mouse."""
        return self._clock.monotonic() - self._touched

    # signing on and off

    def _people_changed(self) -> None:
        self.run_worker(self._offer_people(), group="people", exclusive=True, exit_on_error=False)

    async def _offer_people(self) -> None:
        from data.store.errors import StoreError

        if self._station is None or not isinstance(self.screen, SignInScreen):
            return
        try:
            self.screen.show_people(await self._station.people())
        except StoreError as error:
            self.screen.tell(str(error))

    async def on_sign_in_screen_sign_on(self, event: SignInScreen.SignOn) -> None:
        station = await self._opened()
        if station is not None:
            await self._let_in(station.sign_on(event.name))

    def on_sign_in_screen_sign_in(self, event: SignInScreen.SignIn) -> None:
        # beside the messages: a hub that does not answer must not keep the keys from being heard
        self.run_worker(self._sign_in(event), group="sign in", exclusive=True, exit_on_error=False)

    async def _sign_in(self, event: SignInScreen.SignIn) -> None:
        station = await self._opened()
        if station is not None:
            await self._let_in(station.sign_in(event.name, event.password, event.former, afresh=event.afresh))

    async def _opened(self) -> Station | None:
        if self._beginning is not None:
            await self._beginning.wait()
        return self._station

    async def _let_in(self, signing_on: Coroutine[Any, Any, Session]) -> None:
        from console.screens.workspace import WorkspaceScreen
        from console.services.door import NotLetIn
        from data.store.errors import StoreError

        try:
            session = await signing_on
        except (ValueError, StoreError, NotLetIn) as error:
            if isinstance(self.screen, SignInScreen):
                refused = error if isinstance(error, NotLetIn) else NotLetIn(str(error))
                self.screen.tell(str(refused), former=refused.former, name=refused.name)
            return
        self.theme = self._wardrobe.of(session.seat.me)
        self._touched = self._clock.monotonic()
        workspace = WorkspaceScreen(session)
        await self.push_screen(workspace)
        if session.leads and self._launch.role != "agent" and session.phone.status.contact_id is None:
            workspace.action_floor()
        self.set_timer(SETTLED_S, garbage.settle)

    async def on_signed_off(self, event: SignedOff) -> None:
        await self._to_the_door(event.sentence)

    async def _to_the_door(self, sentence: str) -> None:
        """End the session and show the first screen, with a sentence for whoever sits here."""
        if self._station is not None:
            await self._station.end_session()
        first = self.screen_stack[0]
        if sentence and isinstance(first, SignInScreen):
            first.tell_when_seen(sentence)
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        self.set_timer(DOOR_S, garbage.let_go)
        self.theme = self._wardrobe.of()
        await self._offer_people()

    def _put_out(self, sentence: str) -> None:
        """The hub does not let the agent work here any more."""
        self.run_worker(self._to_the_door(sentence), group="sign in", exit_on_error=False)

    def _tell(self, sentence: str) -> None:
        if isinstance(self.screen, SignInScreen):
            self.screen.tell_when_seen(sentence)
            self._people_changed()

    # locking

    async def action_lock(self) -> None:
        """Cover the screen until the agent's password is typed."""
        station = self._station
        if station is None or station.session is None or station.locked:
            return
        if not self._launch.by_password:
            self.notify(
                "At this seat one signs in by name: there is no password that would unlock it.", markup=False
            )
            return
        from console.screens.lock import LockScreen

        session = station.session
        self.clear_notifications()
        await self.push_screen(LockScreen(session.seat.agent.name, str(session.phone.status.state)))
        await station.lock()

    async def _look_idle(self) -> None:
        """Lock when nobody has been here for long. Who talks on the telephone is here."""
        session = self._station.session if self._station is not None else None
        idle = self._clock.monotonic() - self._touched
        if session is not None and idle > self._launch.settings.lock_minutes * 60 and not session.phone.talking:
            await self.action_lock()

    def on_lock_screen_unlock(self, event: LockScreen.Unlock) -> None:
        self.run_worker(self._unlock(event.password), group="sign in", exclusive=True, exit_on_error=False)

    async def _unlock(self, password: str) -> None:
        from console.screens.lock import LockScreen
        from console.services.door import NotLetIn
        from data.store.errors import StoreError

        if self._station is None or not isinstance(self.screen, LockScreen):
            return
        try:
            await self._station.unlock(password)
        except (NotLetIn, StoreError) as error:
            self.screen.tell(str(error))
            return
        await self.pop_screen()

    async def on_lock_screen_leave(self, _event: LockScreen.Leave) -> None:
        await self._to_the_door("")

    @property
    def _is_locked(self) -> bool:
        return self._station is not None and self._station.locked

    def notify(self, message: str, **how: Any) -> None:
        """A short notice; none over a locked screen, where anybody may read it."""
        if not self._is_locked:
            super().notify(message, **how)

    def action_command_palette(self) -> None:
        """Every command by name; none while the screen is locked."""
        if not self._is_locked:
            super().action_command_palette()

    def on_paste_cut(self, event: PasteCut) -> None:
        """A paste was longer than its field: said, wherever the field is."""
        self.notify(
            f"The pasted text was cut: {event.left_out:,} letters had no room there. Keep the whole where it is and "
            "note where to find it.",
            severity="warning",
            timeout=8,
            markup=False,
        )

    # themes

    @property
    def _agent(self) -> str:
        session = self._station.session if self._station is not None else None
        return session.seat.me if session is not None else SIGN_IN

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
        from textual.command import Command

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
        """Leave: what is typed is written, the worker pushes what it can, the floor goes home. Text that cannot
        be written is not left behind without a question, and neither is what the hub has not taken."""
        session = self._station.session if self._station is not None else None
        if session is None:
            await self.end(0)
        elif not self._is_locked and not await session.written():
            lines = ("The store cannot be written now:", "what you typed last is on the screen only.")
            self._ask_whether_to_leave("Leave without your text?", lines, "leave and lose it")
        elif not self._is_locked and (waits := await session.seat.guard(session.leaves())):
            self._ask_whether_to_leave("Leave all the same?", wrap(waits, 66), "leave")
        else:
            await self.end(0)

    def _ask_whether_to_leave(self, title: str, lines: Sequence[str], leave: str) -> None:
        from console.screens.modal import ConfirmDialog

        async def answered(sure: bool | None) -> None:
            if sure:
                await self.end(0)

        if not isinstance(self.screen, ConfirmDialog):
            self.push_screen(ConfirmDialog(title, lines, leave, "stay"), answered)

    async def end(self, code: int) -> None:
        """The same with an exit code and without a question: a signal came, or the line was lost."""
        await self._take_apart()
        self.exit(return_code=code)

    def _handle_exception(self, error: Exception) -> None:
        """A fault that nobody expected ends the console in good order: one sentence, the rest in the log. Textual
        would print what stood in the fields, on a terminal that others may see."""
        from data.models.base import new_id  # the models are not for the first screen to wait for

        mark = new_id()[-6:]
        log.error("unexpected error %s", mark, exc_info=error)
        self._return_code = 1
        if self._exception is None:  # for whoever runs the console from a program
            self._exception = error
            self._exception_event.set()
        self.panic(
            Text(
                f"Something went wrong here (error {mark}, see console.log in {self._launch.folder}), and the console had "
                "to end. What you typed is kept: start it again."
            )
        )

    async def _take_apart(self) -> None:
        if self._beginning is not None:
            self._beginning.cancel()
        station, self._station = self._station, None
        if station is not None:
            await station.close()

    async def on_unmount(self) -> None:
        await self._take_apart()
