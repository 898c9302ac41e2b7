"""textual-serve's server with a door: a token for everything, sockets for our own page only, and no input.

What it lacks and we close: anybody may open its page and its socket, from any other page too; what is typed there is
passed on; its page loads a font from elsewhere; and it never tells the browser that its app has ended."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path

import aiohttp_jinja2
import textual_serve
from aiohttp import WSCloseCode, WSMsgType, web
from jinja2 import FileSystemLoader
from textual_serve.app_service import AppService
from textual_serve.server import Server

from console.wallboard.access import COOKIE, Access
from console.wallboard.viewer import Viewer
from data.store.key import Key
from data.sync.wire import SyncStatus

log = logging.getLogger(__name__)
PAGE = Path(str(files("console.wallboard"))) / "page"
XTERM = Path(textual_serve.__file__).parent / "static"
STATIC = {
    "board.css": PAGE / "board.css",
    "board.js": PAGE / "board.js",
    "xterm.css": XTERM / "css" / "xterm.css",
    "terminal.js": XTERM / "js" / "textual.js",
    "mono.ttf": XTERM / "fonts" / "RobotoMono-VariableFont_wght.ttf",
}
"""Everything that there is beside the page."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:;"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Of every answer. xterm writes its styles itself."""
COOKIE_S = 30 * 86400
HEARTBEAT_S = 15.0
IDLE_S = 0.05
"""So long connections are waited for on which nothing is asked, at the end."""
GOODBYE_S = 0.2
"""So long a browser may take to answer that its socket is closed."""
LARGEST_MESSAGE = 64 * 1024
COLUMNS, LINES = (20, 500), (8, 200)
NO_TOKEN = "403: the wallboard is opened with its token; whoever started it has the address.\n"
FOREIGN = "403: this page may not open the wallboard's socket.\n"
FULL = "503: as many browsers look at the wallboard as may.\n"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WallServer(Server):
    """Serves one wallboard to several browsers."""

    def __init__(
        self, arguments: list[str], key: Key | None, access: Access, *, host: str, port: int, title: str, most: int
    ) -> None:
        """
        Args:
            arguments: of a viewer's process.
            key: of its store, where that is encrypted.
            title: of the page: the organisation.
            most: so many browsers may look on at once.
        """
        super().__init__("wallboard", host=host, port=port, title=title, templates_path=PAGE)
        self._arguments = arguments
        self._key = key
        self._access = access
        self._most = most
        self._viewers: dict[Viewer, web.WebSocketResponse] = {}
        self._status = SyncStatus()
        self._runner: web.AppRunner | None = None

    # life

    async def begin(self) -> int:
        """Listen from now on; returns the port.

        Raises:
            OSError: the address cannot be had.
        """
        # no line of the access log: the token may stand in it
        self._runner = web.AppRunner(await self._make_app(), access_log=None, shutdown_timeout=IDLE_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, self.port).start()
        self.port = int(self._runner.addresses[0][1])
        return self.port

    async def close(self) -> None:
        """Send every browser away and end its process."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def on_startup(self, app: web.Application) -> None:
        """The command says where it serves."""

    async def on_shutdown(self, app: web.Application) -> None:
        """End the viewers, all at once."""
        await asyncio.gather(
            *(viewer.stop() for viewer in list(self._viewers)),
            *(
                socket.close(code=WSCloseCode.GOING_AWAY)
                for socket in list(self._viewers.values())
                if socket.prepared
            ),
            return_exceptions=True,
        )

    async def _make_app(self) -> web.Application:
        app = web.Application(middlewares=[self._door], client_max_size=1024)
        aiohttp_jinja2.setup(app, loader=FileSystemLoader(self.templates_path))
        app.add_routes(
            [
                web.get("/", self.handle_index),
                web.get("/room", self._room),
                web.get("/ws", self.handle_websocket),
                web.get("/static/{name}", self._static),
            ]
        )
        app.on_startup.append(self.on_startup)
        app.on_shutdown.append(self.on_shutdown)
        app.on_response_prepare.append(_dress)
        return app

    # news for the viewers

    def pulled(self, entities: tuple[str, ...]) -> None:
        """Rows of these entities changed."""
        for viewer in self._viewers:
            viewer.tell("pulled", entities=" ".join(entities))

    def synced(self, status: SyncStatus) -> None:
        """How the hub does."""
        self._status = status
        for viewer in self._viewers:
            viewer.tell("status", status=status.model_dump_json())

    # the door

    @web.middleware
    async def _door(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        token = request.query.get("token")
        if token is not None and request.path == "/" and self._access.knows(token):
            answer = web.Response(status=303, headers={"Location": "/"})
            answer.set_cookie(
                COOKIE, self._access.cookie, max_age=COOKIE_S, httponly=True, samesite="Strict", path="/"
            )
            return answer
        if token is not None or not self._access.admits(request.cookies.get(COOKIE, "")):
            return web.Response(status=403, text=NO_TOKEN)
        return await handler(request)

    # what is served

    async def handle_index(self, request: web.Request) -> web.Response:
        """The page."""
        return aiohttp_jinja2.render_template("board.html", request, {"title": self.title})

    @property
    def _is_full(self) -> bool:
        return len(self._viewers) >= self._most

    async def _room(self, _request: web.Request) -> web.Response:
        """Whether a browser that lost its socket would get another one."""
        return web.Response(status=503, text=FULL) if self._is_full else web.Response(text="200: come in.\n")

    async def _static(self, request: web.Request) -> web.StreamResponse:
        file = STATIC.get(request.match_info["name"])
        if file is None:
            raise web.HTTPNotFound
        return web.FileResponse(file)

    async def handle_websocket(self, request: web.Request) -> web.StreamResponse:  # type: ignore[override]
        """A browser looks on until it goes, or its process ends."""
        if not self._access.own(request.headers.get("Origin", ""), request.host):
            return web.Response(status=403, text=FOREIGN)
        if self._is_full:
            return web.Response(status=503, text=FULL)
        socket = web.WebSocketResponse(timeout=GOODBYE_S, heartbeat=HEARTBEAT_S, max_msg_size=LARGEST_MESSAGE)
        viewer = Viewer(self._arguments, self._key, write=socket.send_bytes, close=socket.close)
        self._viewers[viewer] = socket
        try:
            await socket.prepare(request)
            await viewer.start(
                _within(request.query.get("width"), COLUMNS, 160), _within(request.query.get("height"), LINES, 45)
            )
            viewer.tell("status", status=self._status.model_dump_json())
            await self._process_messages(socket, viewer)
        except (OSError, RuntimeError):  # it went while it came
            log.info("a browser was lost", exc_info=True)
        finally:
            await viewer.stop()
            del self._viewers[viewer]
        return socket

    async def _process_messages(self, websocket: web.WebSocketResponse, app_service: AppService) -> None:
        """Take the size of the window, and answer pings. Whatever else a browser says is not for us."""
        async for message in websocket:
            if message.type is not WSMsgType.TEXT:
                continue
            match _read(message.data):
                case ["resize", {"width": int(width), "height": int(height)}]:
                    await app_service.set_terminal_size(_within(width, COLUMNS, 160), _within(height, LINES, 45))
                case ["ping", str(mark)]:
                    await websocket.send_json(["pong", mark[:32]])


def _read(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _within(said: object, limits: tuple[int, int], usual: int) -> int:
    try:
        return min(max(int(str(said)), limits[0]), limits[1])
    except ValueError:
        return usual


async def _dress(_request: web.Request, answer: web.StreamResponse) -> None:
    answer.headers.update(HEADERS)
