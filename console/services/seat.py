"""What every part of a session works with: who sits here, the store's thread, the worker, the way to the screen."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from textual.message import Message

from console.keymap import Keys
from console.messages import Told
from console.services.link import Link
from console.services.store_thread import StoreThread
from console.settings import Settings
from data.clock import Clock
from data.macros.macros import Macros
from data.models.agent import Agent
from data.models.base import AgentId, new_id
from data.playbook.choices import Choices
from data.playbook.engine import Engine
from data.queue.agent_state import IllegalMoveError
from data.service.policies import Service
from data.shift.machine import BOOT_FILE
from data.shift.policy import ShiftPolicy
from data.store.database import Store
from data.store.errors import StoreError

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")


class Seat:
    """One signed-on agent at one seat. `post` is set while a screen listens."""

    def __init__(
        self,
        agent: Agent,
        store: StoreThread,
        link: Link,
        settings: Settings,
        engine: Engine,
        choices: Choices,
        service: Service,
        macros: Macros,
        duties: ShiftPolicy,
        clock: Clock,
        how: Callable[[str], str],
        receipts: Path | None,
        boot_file: Path | None = BOOT_FILE,
    ) -> None:
        self.agent = agent
        self.me = AgentId(agent.id)
        self.link = link
        self.settings = settings
        self.engine = engine
        self.choices = choices
        self.service = service
        self.macros = macros
        self.duties = duties
        self.clock = clock
        self.key = Keys(settings.keys)
        """How the key of an action is written here."""
        self.how = how
        """How an action is asked for at this front end, for sentences: `press r`, or `type ready`."""
        self.receipts = receipts
        """The folder into which receipts are saved; None: nowhere, what they say is in the books."""
        self.boot_file = boot_file
        """Where the machine tells when it was started; None: nowhere."""
        self.turn = asyncio.Lock()
        """Held by whatever moves the agent or the contact, so that moves come one after the other."""
        self.post: Callable[[Message], object] = _nobody
        self._store = store

    @property
    def readable_folder(self) -> Path | None:
        """Where small files beside the store may lie; None: nothing that anybody could read is to stay here."""
        return None if self.settings.sign_in == "password" else self._store.path.parent

    @property
    def store_folder(self) -> Path:
        """The folder of the store, to be named in a command."""
        return self._store.path.parent

    async def read(self, work: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run something on the store's thread."""
        return await self._store.do(work, *args, **kwargs)

    async def write(self, work: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for what fills the outbox: the worker is told."""
        outcome = await self._store.do(work, *args, **kwargs)
        self.link.wake()
        return outcome

    def tell(self, text: str, tone: str = "information", holds: Callable[[], bool] | None = None) -> None:
        """One sentence for the agent. `tone`: information, warning or error; `holds`: whether it is still so, for what
        may be so no longer while it is read."""
        self.post(Told(text, tone, holds))

    def leave(self) -> None:
        """Nobody listens any more."""
        self.post = _nobody

    async def guard(self, work: Awaitable[T]) -> T | None:
        """Do something that was asked for; what goes wrong becomes a sentence, and the shift goes on."""
        try:
            return await work
        except (StoreError, IllegalMoveError, ValueError, LookupError) as error:
            self.tell(str(error), "error")
        except asyncio.CancelledError:
            raise
        except Exception:
            mark = new_id()[-6:]
            log.exception("unexpected error %s", mark)
            self.tell(f"Something went wrong here (error {mark}, see the log). Your work is kept; go on.", "error")
        return None


def _nobody(_message: Message) -> None:
    """Messages while no screen listens."""
