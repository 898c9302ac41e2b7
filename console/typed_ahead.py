"""Keys do what they do in the order in which they were pressed, also when several arrive in one piece.

Over a slow line a burst of keys comes at once. Textual gives each to the widget that has the focus when it is
read, and what a key is bound to happens later: of `/dana` the letters would be gone, or be commands, before the
search is open. Here a key that may move the focus holds back those behind it until it has done its work; plain
text in a field never waits."""

from __future__ import annotations

import time
from collections import deque
from typing import TypeVar

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import Screen

LOOK_S = 0.05
"""How often to see whether a key that is awaited can still come through."""
LONGEST_S = 0.5
"""After this the keys go on, whatever became of the one before them."""
T = TypeVar("T")


class KeyDone(Message):
    """Follows a key on its way up from the focused widget: when it arrives, the key has been handled."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class InOrder(App[T]):
    """An application that works its keys off one after the other."""

    _number = 0
    _target: DOMNode | None = None
    """Where the key went that the others wait for; None when none is awaited."""
    _screen_then: Screen[object] | None = None
    _since = 0.0
    _ahead: deque[events.Key | events.Paste] | None = None

    async def on_event(self, event: events.Event) -> None:
        """Hold back keys behind one that is still on its way; everything else goes as always."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._target is None or (self._ahead is None and self._lost()):
            await self._press(event)
        else:
            if self._ahead is None:
                self._ahead = deque()
                self.set_timer(LOOK_S, self._look)
            self._ahead.append(event)

    async def _press(self, event: events.Key | events.Paste) -> None:
        focused = self.focused
        text = isinstance(event, events.Paste) or (
            focused is not None and focused.check_consume_key(event.key, event.character)
        )
        target, screen = focused or self.screen, self.screen
        self._target = None
        await super().on_event(event)
        if text:
            return
        self._number += 1
        if target.post_message(KeyDone(self._number)):
            self._target, self._screen_then, self._since = target, screen, time.monotonic()

    def on_key_done(self, event: KeyDone) -> None:
        """The key has been handled; what it asked for (Textual moves the focus by a message) comes first."""
        event.stop()
        if event.number == self._number:
            self._settle()

    def _settle(self) -> None:
        number = self._number
        if self.screen is not self._screen_then:  # a new screen finds its focus once it is there
            self.screen.call_after_refresh(self.call_later, self._go_on, number)
        else:
            self.call_later(self._go_on, number)

    async def _go_on(self, number: int) -> None:
        if number != self._number or self._target is None:
            return
        self._target = self._screen_then = None
        while self._ahead and self._target is None:
            await self._press(self._ahead.popleft())
        if not self._ahead:
            self._ahead = None

    def _lost(self) -> bool:
        """Whether nobody can tell any more: a widget that goes away takes the message with it."""
        target = self._target
        return target is None or not target.is_attached or time.monotonic() - self._since > LONGEST_S

    def _look(self) -> None:
        if self._ahead is not None:
            if self._target is not None and self._lost():
                self._settle()
            self.set_timer(LOOK_S, self._look)
