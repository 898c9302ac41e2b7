"""The one thread of the console that touches the store. Widgets and screens only await it.

One connection, one queue of work: what was saved is read by whatever comes after it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from data.store.database import Store
from data.store.errors import StoreError
from data.store.key import Key
from data.store.users import User

LOCKED = "The screen is locked: type your password first."
P = ParamSpec("P")
T = TypeVar("T")


class StoreThread:
    """Runs functions of `data` with the seat's store, one after the other, off the event loop."""

    def __init__(self, path: Path, key: Key | None = None) -> None:
        self.path = path
        self._key = key
        self._unlocked: asyncio.Event | None = None
        """Set while the screen is locked: whatever is asked of the store waits for it."""
        self._left = False
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._store: Store | None = None

    async def open(self) -> None:
        """Open the store.

        Raises:
            StoreError: it cannot be opened or not be written; the message says what to do.
        """

        def opened() -> Store:
            store = Store(self.path, user=User.CONSOLE, key=self._key)
            try:
                with store.write():
                    pass  # a shift is not begun on a store that takes nothing
            except BaseException:
                store.close()
                raise
            return store

        self._store = await asyncio.get_running_loop().run_in_executor(self._executor, opened)

    async def do(self, work: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(store, …)` on the store's thread and wait for it without holding the loop.

        Raises:
            StoreError: the store did not answer, or the agent left a locked screen.
        """
        while self._unlocked is not None and not self._left:
            await self._unlocked.wait()
        if self._left:
            raise StoreError(LOCKED, "screen is locked")
        store = self._store
        if store is None:
            raise RuntimeError("the store is not open")

        def done() -> T:
            with store.in_words():
                return work(store, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._executor, done)

    async def lock(self) -> None:
        """Finish what is queued, close the store and forget its key. What is asked from now on waits."""
        self._unlocked = asyncio.Event()
        store, self._store, self._key = self._store, None, None
        if store is not None:
            await asyncio.get_running_loop().run_in_executor(self._executor, store.close)

    async def unlock(self, key: Key) -> None:
        """Open the store again, and go on with what waited.

        Raises:
            StoreError: it cannot be opened; it stays locked.
        """
        self._key = key
        try:
            await self.open()
        except StoreError:
            self._key = None
            raise
        waiting, self._unlocked = self._unlocked, None
        if waiting is not None:
            waiting.set()

    def leave(self) -> None:
        """The agent goes while the screen is locked: what waits is refused."""
        self._left = True
        if self._unlocked is not None:
            self._unlocked.set()

    async def close(self) -> None:
        """Finish what is queued, then close the store."""
        store, self._store = self._store, None
        if store is not None:
            await asyncio.get_running_loop().run_in_executor(self._executor, store.close)
        self._executor.shutdown(wait=False)
