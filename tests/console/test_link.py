"""The console's end of the pipe: a worker that dies is started again, and no claim is left without an answer."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from console.services.link import NO_ANSWER, SILENT, Link
from data.models.agent import Agent
from data.models.base import AgentId
from data.store.database import Store
from data.store.save import saving
from data.sync.wire import SyncStatus
from tests.console.stage import CALLERS, CLOCK, Feed

ME = AgentId("dana")


@asynccontextmanager
async def linked(folder: Path, silent_s: float = 20.0) -> AsyncIterator[tuple[Link, list[SyncStatus]]]:
    said: list[SyncStatus] = []
    Store(folder / "seat.db").close()
    link = Link(
        folder / "seat.db", str(folder / "hub.db"), "test", lambda _entities: None, said.append, silent_s=silent_s
    )
    link.start()
    try:
        yield link, said
    finally:
        await link.close()


async def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        await asyncio.sleep(0.01)


def worker_of(link: Link) -> int:
    process = link._process
    assert process is not None
    return process.pid


async def test_a_worker_that_dies_is_started_again(tmp_path: Path) -> None:
    feed = Feed(tmp_path / "hub.db")
    feed.put(CALLERS[0])
    async with linked(tmp_path) as (link, said):
        await until(lambda: any(status.online for status in said))
        first = worker_of(link)
        os.kill(first, signal.SIGKILL)
        await until(lambda: any("started again" in status.problem for status in said))
        await until(lambda: link._process is not None and worker_of(link) != first and said[-1].online)
        claim = await link.claim(ME, (), None)
        assert claim.contact_id == "c-1"
    feed.close()


async def test_a_claim_without_a_worker_is_answered_in_words(tmp_path: Path) -> None:
    async with linked(tmp_path) as (link, said):
        await until(lambda: any(status.online for status in said))
        os.kill(worker_of(link), signal.SIGSTOP)
        asked = asyncio.create_task(link.claim(ME, (), None))
        await asyncio.sleep(0)
        os.kill(worker_of(link), signal.SIGKILL)
        claim = await asked
        assert (claim.contact_id, claim.why) == (None, NO_ANSWER)


async def test_closing_pushes_what_is_left_and_ends_the_worker(tmp_path: Path) -> None:
    async with linked(tmp_path) as (link, said):
        await until(lambda: any(status.online for status in said))
        pid = worker_of(link)
        with Store(tmp_path / "seat.db") as store, saving(store, ME, CLOCK) as change:
            change.add(Agent(id="dana", name="Dana Reyes"))
        start = time.monotonic()
        await link.close()
        assert time.monotonic() - start < 2
        assert not psutil.pid_exists(pid)
    feed = Feed(tmp_path / "hub.db")
    assert [row.entity_id for row in feed._rows()] == ["dana"]
    feed.close()


async def test_a_worker_whose_log_cannot_be_written_works_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "worker.log").mkdir()
    async with linked(tmp_path) as (_link, said):
        await until(lambda: any(status.online for status in said))


async def test_a_worker_that_does_not_answer_is_told_of_and_goes_on(tmp_path: Path) -> None:
    async with linked(tmp_path, silent_s=0.4) as (link, said):
        await until(lambda: any(status.online for status in said))
        before = said[-1]
        os.kill(worker_of(link), signal.SIGSTOP)
        await until(lambda: said[-1].silent)
        assert not said[-1].online and said[-1].problem == SILENT and said[-1].cursor == before.cursor
        told = len(said)
        await asyncio.sleep(0.8)
        assert len(said) == told, "it is told once"
        os.kill(worker_of(link), signal.SIGCONT)
        await until(lambda: said[-1].online and not said[-1].silent)


async def test_a_worker_at_rest_is_not_silent(tmp_path: Path) -> None:
    async with linked(tmp_path, silent_s=0.4) as (_link, said):
        await until(lambda: any(status.online for status in said))
        told = len(said)
        await asyncio.sleep(1.2)
        assert not any(status.silent for status in said[told:])


async def test_what_waits_is_still_known_while_a_worker_is_started_again(tmp_path: Path) -> None:
    async with linked(tmp_path) as (link, said):
        await until(lambda: any(status.online and status.last_pull for status in said))
        before = said[-1]
        os.kill(worker_of(link), signal.SIGKILL)
        await until(lambda: any("started again" in status.problem for status in said))
        lost = next(status for status in said if "started again" in status.problem)
        assert (lost.online, lost.cursor, lost.last_pull) == (False, before.cursor, before.last_pull)


async def test_a_worker_that_cannot_be_started_is_told_of_and_tried_again(tmp_path: Path) -> None:
    async with linked(tmp_path) as (link, said):
        await until(lambda: any(status.online for status in said))
        interpreter, link._command[0] = link._command[0], str(tmp_path / "gone")
        os.kill(worker_of(link), signal.SIGKILL)
        await until(lambda: said[-1].problem.startswith("The sync worker cannot be started"))
        assert not said[-1].online and "No such file" in said[-1].problem
        assert (await link.claim(ME, (), None)).why == NO_ANSWER
        link._command[0] = interpreter
        await until(lambda: said[-1].online and not said[-1].problem)


async def test_a_listener_that_fails_does_not_end_the_worker(tmp_path: Path) -> None:
    feed = Feed(tmp_path / "hub.db")
    feed.put(CALLERS[0])

    def fails(_told: object) -> None:
        raise RuntimeError("a screen has a fault")

    Store(tmp_path / "seat.db").close()
    link = Link(tmp_path / "seat.db", str(tmp_path / "hub.db"), "test", fails, fails, silent_s=0.4)
    link.start()
    try:
        await until(lambda: link._status.online)
        os.kill(worker_of(link), signal.SIGSTOP)
        await until(lambda: link._silent)
        os.kill(worker_of(link), signal.SIGCONT)
        await until(lambda: not link._silent)
        assert (await link.claim(ME, (), None)).contact_id == "c-1"
    finally:
        await link.close()
        feed.close()
