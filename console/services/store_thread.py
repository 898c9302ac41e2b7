"""The one thread of the console that touches the store. Widgets and screens only await it.

One connection, one queue of work: what was saved is read by whatever comes after it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from data.store.database import Store
from data.store.users import User

P = ParamSpec("P")
T = TypeVar("T")


class StoreThread:
    """Runs functions of `data` with the seat's store, one after the other, off the event loop."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._store: Store | None = None

    async def open(self) -> None:
        """Open the store.

        Raises:
            StoreError: it cannot be opened or not be written; the message says what to do.
        """

        def opened() -> Store:
            store = Store(self.path, user=User.CONSOLE)
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
            StoreError: the store did not answer.
        """
        store = self._store
        if store is None:
            raise RuntimeError("the store is not open")

        def done() -> T:
            with store.in_words():
                return work(store, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._executor, done)

    async def close(self) -> None:
        """Finish what is queued, then close the store."""
        store, self._store = self._store, None
        if store is not None:
            await asyncio.get_running_loop().run_in_executor(self._executor, store.close)
        self._executor.shutdown(wait=False)
