"""Who has the word: a typed line answers the question that is open, else it is a command.

While a question or a text is open, a dot before a word makes it a command all the same (`.answer`), so that a call
can be taken in the midst of typing; a dot alone leaves the question, or ends the text."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from console.plain import commands

COMMAND_PROMPT = "> "
DOT = "."


class LeftError(Exception):
    """The question was left without an answer."""


@dataclass(frozen=True)
class _Question:
    prompt: str
    answer: asyncio.Future[str]
    task: asyncio.Task[None] | None
    """The command that asks."""
    secret: bool


class Conversation:
    """`do` carries a command out; it may `ask`, also while an older question is still open."""

    def __init__(self, do: Callable[[str], Awaitable[None]]) -> None:
        self._do = do
        self._open: list[_Question] = []
        """Questions without an answer yet, the latest last."""
        self._asked = asyncio.Event()

    @property
    def asking(self) -> bool:
        """Whether a question is open."""
        return bool(self._open)

    @property
    def prompt(self) -> str:
        """What stands before the line that is typed next."""
        return self._open[-1].prompt if self._open else COMMAND_PROMPT

    @property
    def secret(self) -> bool:
        """Whether the line that is typed next is nobody's to read."""
        return bool(self._open) and self._open[-1].secret

    async def ask(self, prompt: str, *, secret: bool = False) -> str:
        """Ask, and wait for the line; a secret one is not shown.

        Raises:
            LeftError: the agent leaves the question.
        """
        question = _Question(prompt, asyncio.get_running_loop().create_future(), asyncio.current_task(), secret)
        self._open.append(question)
        self._asked.set()
        line = await question.answer
        if line.strip() == DOT:
            raise LeftError
        return line

    async def take(self, line: str) -> None:
        """Take a line in; returns when what it began is done or asks something."""
        dotted = line.strip()[1:] if line.strip().startswith(DOT) and not self.secret else ""
        if not self._open:
            await self.run(self._do(line))
        elif dotted and commands.parse(dotted)[0] is not None:
            await self.run(self._do(dotted))
        else:
            question = self._open.pop()
            question.answer.set_result(line)
            if question.task is not None:
                await self._wait(question.task)

    async def run(self, work: Awaitable[None]) -> None:
        """Run something that may ask; returns when it is done or asks."""
        await self._wait(asyncio.ensure_future(_awaited(work)))

    async def _wait(self, task: asyncio.Task[None]) -> None:
        self._asked.clear()
        asked = asyncio.create_task(self._asked.wait())
        await asyncio.wait((task, asked), return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if task.done():
            task.result()

    def close(self) -> None:
        """Nobody answers any more."""
        while self._open:
            question = self._open.pop()
            if question.task is not None:
                question.task.cancel()


async def _awaited(work: Awaitable[None]) -> None:
    await work
