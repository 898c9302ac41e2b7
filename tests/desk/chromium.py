"""A headless Chromium that opens one page, driven over its debugging pipe: what it hears on sockets, what it complains of,
and how the page looks."""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.pty.processes import environment, marked, told

PATIENCE_S = 30.0
OPTIONS = (
    "--headless", "--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--enable-unsafe-swiftshader", "--remote-debugging-pipe",
)  # fmt: skip


class Chromium:
    """One tab. `close` it."""

    def __init__(self, folder: Path, columns: int = 1920, rows: int = 1080) -> None:
        """The size is in pixels."""
        self._mark = str(uuid4())
        from_us, self._to = os.pipe()
        self._out, to_us = os.pipe()
        # it listens on 3 and speaks on 4
        here = f"exec chromium {' '.join(OPTIONS)} --user-data-dir='{folder}' --window-size={columns},{rows} about:blank"
        self._process = subprocess.Popen(
            ["bash", "-c", f"{here} 3<&{from_us} 4>&{to_us}"],
            pass_fds=(from_us, to_us), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=environment(self._mark),
        )  # fmt: skip
        os.close(from_us)
        os.close(to_us)
        self._rest = b""
        self._asked = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self.heard: list[bytes] = []
        """What came on sockets."""
        self.complaints: list[str] = []
        """What scripts and the page's policy complained of."""
        self.asked_for: list[str] = []
        """Every address that the page loaded something from."""
        self._session: str | None = None
        target = self.ask("Target.createTarget", url="about:blank", newWindow=True, width=columns, height=rows)[
            "targetId"
        ]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **how: Any) -> dict[str, Any]:
        """One command of the DevTools protocol, and its answer."""
        self._asked += 1
        asked = {"id": self._asked, "method": method, "params": how}
        if self._session is not None:
            asked["sessionId"] = self._session
        os.write(self._to, json.dumps(asked).encode() + b"\0")
        number = self._asked
        self.wait_for(lambda: number in self._answers, method)
        answer = self._answers.pop(number)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def wait_for(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something is so."""
        end = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < end, f"{what} did not come; complaints: {self.complaints}"
            ready, _, _ = select.select([self._out], [], [], 0.1)
            if ready:
                self._take(os.read(self._out, 1 << 20))

    def _take(self, data: bytes) -> None:
        assert data, "Chromium ended"
        *messages, self._rest = (self._rest + data).split(b"\0")
        for message in map(json.loads, messages):
            if "id" in message:
                self._answers[message["id"]] = message
            else:
                self._note(message["method"], message["params"])

    def _note(self, method: str, told: dict[str, Any]) -> None:
        match method:
            case "Network.webSocketFrameReceived" if told["response"]["opcode"] == 2:
                self.heard.append(base64.b64decode(told["response"]["payloadData"]))
            case "Network.requestWillBeSent":
                self.asked_for.append(told["request"]["url"])
            case "Log.entryAdded" if told["entry"]["level"] == "error":
                self.complaints.append(told["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(str(told["exceptionDetails"]))

    def open(self, url: str) -> None:
        """Go to a page."""
        self.ask("Page.navigate", url=url)

    def value(self, script: str) -> Any:
        """What an expression is on the page."""
        return self.ask("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def press(self, key: str, text: str = "", modifiers: int = 0) -> None:
        """Press a key on the page."""
        for kind in ("keyDown", "keyUp"):
            how = {"type": kind, "key": key, "modifiers": modifiers, **({"text": text} if text else {})}
            self.ask("Input.dispatchKeyEvent", **how)

    def picture(self) -> bytes:
        """The page as a PNG."""
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"])

    def close(self) -> list[str]:
        """End it; returns what did not end by itself."""
        os.close(self._to)
        os.close(self._out)
        end = time.monotonic() + 5
        while (left := marked(self._mark)) and time.monotonic() < end:
            time.sleep(0.05)
        for process in left:
            process.kill()
        self._process.wait()
        return told(left)
