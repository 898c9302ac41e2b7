"""The wallboard as the process that it is: who gets in, what is seen, that nothing can be done, and how it ends."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from psycopg.conninfo import conninfo_to_dict

from data.clock import SYSTEM_CLOCK
from data.models.agent import Role
from data.models.base import QueueId
from data.models.contact import Contact
from data.sync.embedded import EmbeddedHub
from data.sync.hub_people import People
from data.sync.postgres import admin
from data.sync.postgres.hub import PostgresHub
from tests import postgres
from tests.data.supervision.floors import a_floor
from tests.wallboard.stage import Browser, Wallboard, let_in, looking_on, push, running, started

FOREIGN = r"url\((?!\"/static/)|@import"
"""What would load something from elsewhere in a style sheet."""
PASSWORD = "a long enough password"
HANDS: list[list[Any]] = [
    ["stdin", "q"],
    ["stdin", "\x11"],
    ["stdin", "\x0b"],
    ["stdin", "\x03"],
    ["stdin", "\x1b"],
    ["stdin", "\t\r"],
    ["stdin", "\x1bOP\x1b[11~\x1b[24~"],
    ["stdin", "\x1b[200~rm -rf /\x1b[201~"],
    ["stdin", "\x1b[<0;10;5M\x1b[<0;10;5m\x1b[<64;10;5M"],
    ["focus"],
    ["blur"],
    ["quit"],
    ["exit"],
    ["pulled", "agent"],
    ["deliver_chunk_request", {"key": "x", "size": 1}],
    ["resize", {"width": "wide", "height": None}],
    ["resize", {}],
    ["resize"],
    [],
    ["ping"],
]
"""What a browser may say, and nobody hears: keys, a paste, the mouse, focus, and what is no message at all."""


def now() -> datetime:
    return SYSTEM_CLOCK.now()


def seat(folder: Path) -> Path:
    """A data folder beside a hub with a floor in the middle of its day."""
    push(EmbeddedHub(folder / "hub.db"), list(a_floor(now())))
    return folder


@pytest.fixture
async def board(tmp_path: Path) -> AsyncIterator[Wallboard]:
    async with running(seat(tmp_path)) as wallboard:
        yield wallboard


def figures(text: str) -> list[tuple[str, int]]:
    """The queues on the screen, and how many wait in each."""
    return [(name, int(count)) for name, count in re.findall(r"^ (Billing|Support) +(\d+)", text, re.MULTILINE)]


async def status(session: aiohttp.ClientSession, url: str, **how: Any) -> int:
    async with session.get(url, allow_redirects=False, **how) as answer:
        return answer.status


# who gets in


async def test_the_token_opens_the_page_and_nothing_on_it_is_from_elsewhere(board: Wallboard) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.get(f"{board.url}/?token={board.token}", allow_redirects=False) as first:
            assert first.status == 303 and first.headers["Location"] == "/"
            cookie = first.headers["Set-Cookie"]
            assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and board.token not in cookie
        async with session.get(f"{board.url}/") as page:
            text = await page.text()
            assert page.status == 200 and board.token not in text
            policy = page.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy and "script-src 'self'" in policy and "http" not in policy
            assert "frame-ancestors 'none'" in policy and page.headers["Referrer-Policy"] == "no-referrer"
        named = re.findall(r'(?:src|href)="([^"]+)"', text)
        assert named.pop(0) == "data:,", "no icon"
        assert named and all(one.startswith("/static/") for one in named), named
        assert "//" not in text and "<title>Wallboard · Example Support</title>" in text
        for one in (*named, "/static/mono.ttf"):
            async with session.get(f"{board.url}{one}") as file:
                assert file.status == 200, one
                if one.endswith(".css"):
                    assert not re.search(FOREIGN, await file.text())
        for other in ("/static/", "/static/token", "/static/..%2f..%2ftoken", "/static/board.html", "/download/x"):
            assert await status(session, f"{board.url}{other}") == 404, other


async def test_without_the_token_there_is_nothing(board: Wallboard) -> None:
    doors = ["/", "/ws", "/room", "/static/board.js", "/static/terminal.js", "/nothing"]
    wrong = [f"/?token={'x' * 43}", "/?token=", f"/?token={board.token[:-1]}", f"/ws?token={board.token}"]
    async with aiohttp.ClientSession() as stranger:
        for door in doors + wrong:
            assert await status(stranger, f"{board.url}{door}", headers={"Origin": board.url}) == 403, door
        for cookie in ("", "x", board.token):
            shown = {"Cookie": f"wallboard={cookie}", "Origin": board.url}
            assert await status(stranger, f"{board.url}/", headers=shown) == 403
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await stranger.ws_connect(f"{board.url}/ws", origin=board.url)
        assert refused.value.status == 403
    assert not board.viewers()


async def test_a_page_from_elsewhere_opens_no_socket(board: Wallboard) -> None:
    async with let_in(board) as session:
        for origin in ("http://evil.example.com", "null", None):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(f"{board.url}/ws", origin=origin)
            assert refused.value.status == 403, origin
    assert not board.viewers()


async def test_another_name_of_the_page_can_be_allowed(tmp_path: Path) -> None:
    name = "https://board.example.com"
    async with (
        running(seat(tmp_path), "--origin", name) as board,
        let_in(board) as session,
        session.ws_connect(f"{board.url}/ws", origin=name) as socket,
    ):
        await Browser(socket, 160, 45).wait_for("WALLBOARD")


# what is seen


async def test_the_figures_are_on_the_page_and_nobody_can_touch_them(board: Wallboard, tmp_path: Path) -> None:
    """One replica and one worker for every browser; a contact that comes is seen by all; hands do nothing."""
    async with let_in(board) as session, AsyncExitStack() as open_ones:
        browsers = [await open_ones.enter_async_context(looking_on(board, session)) for _ in range(2)]
        for browser in browsers:
            text = await browser.wait_for(lambda seen: "Support" in seen and "hub ●" in seen)
            assert figures(text) == [("Billing", 1), ("Support", 3)]
            assert "SL4 80/20" in text and "Dana Reyes" in text
            assert "Maria Alvarez" not in text and "Zoë Park" not in text, "anybody may look at a wall"
        assert len(board.viewers()) == 2
        assert len([one for one in board.family() if "data.sync" in one]) == 1

        one = browsers[0]
        for said in HANDS:
            await one.say(*said)
        for raw in ("no json", "[" * 5000, "{}", "null", '"stdin"'):
            await one.socket.send_str(raw)
        await one.socket.send_bytes(b"\x11")
        await one.say("ping", "still there")
        await one.take_in(1.5)
        assert one.pongs == ['["pong", "still there"]'], "only a ping is answered"
        assert not one.socket.closed and len(board.viewers()) == 2
        assert figures(one.text) == [("Billing", 1), ("Support", 3)] and "WALLBOARD" in one.text
        assert one.text.count("─Now") == 1 and "Help" not in one.text and "Search" not in one.text

        waiting = Contact(id="new", feed="test", queue=QueueId("billing"), offered_at=now(), queued_at=now())
        push(EmbeddedHub(tmp_path / "hub.db"), [waiting], "pbx-2")
        for browser in browsers:
            await browser.wait_for(lambda seen: figures(seen) == [("Billing", 2), ("Support", 3)])

        await one.resize(100, 30)
        await one.wait_for(lambda seen: "page 1 of 2" in seen or "page 2 of 2" in seen)
        assert max(map(len, one.text.split("\n"))) <= 100


async def test_a_window_of_any_size_has_a_board(board: Wallboard) -> None:
    sizes = ("width=1&height=1", "width=99999999&height=99999999", "width=x", "")
    async with let_in(board) as session, AsyncExitStack() as open_ones:
        looking = [session.ws_connect(f"{board.url}/ws?{size}", origin=board.url) for size in sizes]
        sockets = [await open_ones.enter_async_context(one) for one in looking]
        for _ in range(8):
            for size, socket in zip(sizes, sockets, strict=True):
                assert (await socket.receive(20)).type is aiohttp.WSMsgType.BINARY, size
        assert len(board.viewers()) == len(sizes)


async def test_no_more_browsers_than_may(tmp_path: Path) -> None:
    async with running(seat(tmp_path), "--viewers", 1) as board, let_in(board) as session:
        assert await status(session, f"{board.url}/room") == 200
        async with looking_on(board, session) as first:
            await first.wait_for("WALLBOARD")
            assert await status(session, f"{board.url}/room") == 503
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(f"{board.url}/ws", origin=board.url)
            assert refused.value.status == 503
        for _ in range(100):
            if await status(session, f"{board.url}/room") == 200 and not board.viewers():
                break
            await asyncio.sleep(0.1)
        async with looking_on(board, session) as second:
            await second.wait_for("WALLBOARD")


async def test_a_hub_that_is_away_is_said(tmp_path: Path) -> None:
    """Figures that are old look as good as new ones."""
    async with (
        running(tmp_path, "--hub", f"unix:{tmp_path / 'nobody.sock'}") as board,
        let_in(board) as session,
        looking_on(board, session) as browser,
    ):
        await browser.wait_for("offline")


# the login


def people(file: Path) -> None:
    with People(file, SYSTEM_CLOCK, create=True) as there:
        there.add("Wall Board", Role.SUPERVISOR, PASSWORD)
        there.add("Dana Reyes", Role.AGENT, PASSWORD)


def secret(folder: Path, text: str) -> Path:
    file = folder / "password"
    file.write_text(text + "\n")
    file.chmod(0o600)
    return file


async def test_a_hub_with_people_wants_a_supervisor(tmp_path: Path) -> None:
    """With a login what lies on the disk is encrypted, and the key is on no command line and in no environment."""
    people(seat(tmp_path) / "hub.db")
    options = ("--login", "Wall Board", "--password-file", secret(tmp_path, PASSWORD))
    async with running(tmp_path, *options) as board, let_in(board) as session:
        async with looking_on(board, session) as browser:
            await browser.wait_for(lambda seen: figures(seen) == [("Billing", 1), ("Support", 3)])
            for one in board.family():
                assert PASSWORD not in one and not re.search(r"[0-9a-f]{64}", one)
        stored = (tmp_path / "wallboard" / "sealed.db").read_bytes()
        assert not stored.startswith(b"SQLite format 3") and b"Dana Reyes" not in stored
        assert not (tmp_path / "wallboard" / "seat.db").exists()


async def test_at_a_hub_in_postgresql(tmp_path: Path) -> None:
    with postgres.running() as server:
        database = server.hub()
        at = conninfo_to_dict(database)
        admin.add_person(database, "Wall Board", Role.SUPERVISOR, PASSWORD)
        push(PostgresHub(database), list(a_floor(now())))
        where = urlencode({"host": at["host"], "port": at["port"]})
        options = ("--login", "Wall Board", "--password-file", secret(tmp_path, PASSWORD))
        hub = f"postgresql:///{at['dbname']}?{where}"
        async with running(tmp_path, "--hub", hub, *options) as board, let_in(board) as session:
            async with looking_on(board, session) as browser:
                await browser.wait_for(lambda seen: figures(seen) == [("Billing", 1), ("Support", 3)])
            _, _, _, err = await board.end()
            assert err == ""


@pytest.mark.parametrize("name, password, why", [
    ("Dana Reyes", PASSWORD, "login of a supervisor"),
    ("Wall Board", "another password", "password"),
])  # fmt: skip
async def test_nobody_else_is_let_in(tmp_path: Path, name: str, password: str, why: str) -> None:
    people(seat(tmp_path) / "hub.db")
    options = ("--login", name, "--password-file", secret(tmp_path, password))
    process, _ = await started(tmp_path, *options)
    _, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 3 and why in err.decode() and "Traceback" not in err.decode()


# its end


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_within_two_seconds_and_leaves_nobody(tmp_path: Path, number: int) -> None:
    async with running(seat(tmp_path)) as board, let_in(board) as session:
        async with looking_on(board, session) as browser:
            await browser.wait_for("WALLBOARD")
            code, took, out, err = await board.end(number)
        assert (code, out, err) == (0, "Ended.\n", "")
        assert not board.family() and took < 2.0


async def test_a_server_that_is_killed_leaves_nobody(tmp_path: Path) -> None:
    async with running(seat(tmp_path)) as board, let_in(board) as session:
        async with looking_on(board, session) as browser:
            await browser.wait_for("WALLBOARD")
            _, took, _, _ = await board.end(signal.SIGKILL)
        assert not board.family() and took < 5


async def test_the_token_is_written_nowhere_else(tmp_path: Path) -> None:
    async with running(seat(tmp_path)) as board:
        async with let_in(board) as session, looking_on(board, session) as browser:
            await browser.wait_for("WALLBOARD")
            assert all(board.token not in one for one in board.family())
            assert await status(session, f"{board.url}/?token={board.token}x") == 403
        _, _, out, err = await board.end()
        assert board.token not in out + err
        for file in (tmp_path / "wallboard").rglob("*"):
            assert file.stat().st_mode & 0o077 == 0, file
            assert file.name == "token" or board.token.encode() not in file.read_bytes(), file


async def test_two_of_one_folder_are_refused(tmp_path: Path) -> None:
    async with running(seat(tmp_path)):
        process, _ = await started(tmp_path)
        _, err = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 1 and b"is in use" in err and b"Traceback" not in err


async def test_another_host_is_warned_of(tmp_path: Path) -> None:
    async with running(seat(tmp_path), "--host", "0.0.0.0") as board:
        _, _, _, err = await board.end()
        assert "not encrypted" in err and err.count("\n") == 1
