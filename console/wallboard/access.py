"""Who may look at the wallboard: whoever has the token, from a page of our own."""

from __future__ import annotations

import hmac
import os
import re
import secrets
import stat
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

COOKIE = "wallboard"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,128}")


class AccessError(Exception):
    """The token cannot be used; the message is one sentence that says what to do."""


class Access:
    """Compares what a browser shows with what is right."""

    def __init__(self, token: str, origins: Iterable[str] = ()) -> None:
        """`origins`: whose pages may open a socket beside our own, like `https://board.example.com`."""
        self._token = token.encode()
        self._origins = frozenset(origins)
        self.cookie = hmac.new(self._token, b"wallboard cookie", sha256).hexdigest()
        """What a browser has instead of the token: it outlasts a new start, and the token cannot be had from it."""

    def knows(self, token: str) -> bool:
        """Whether this is the token."""
        return hmac.compare_digest(token.encode("utf-8", "surrogatepass"), self._token)

    def admits(self, cookie: str) -> bool:
        """Whether this browser has shown the token."""
        return hmac.compare_digest(cookie.encode("utf-8", "surrogatepass"), self.cookie.encode())

    def own(self, origin: str, host: str) -> bool:
        """Whether a socket is opened by a page of ours: `host` is what the browser calls us."""
        return origin in self._origins or (bool(host) and origin == f"http://{host}")


def token_in(file: Path) -> str:
    """The token that a file holds; one that is missing is made, for its owner only.

    Raises:
        AccessError: others can read it, or what it holds is no token.
        OSError: it cannot be read or made.
    """
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return _made(file)
    with os.fdopen(handle, encoding="utf-8", errors="replace") as opened:
        known = os.fstat(handle)
        if not stat.S_ISREG(known.st_mode) or known.st_mode & 0o077:
            raise AccessError(f"Others may read the token in {file}: chmod 600 {file}, or remove it.")
        token = opened.read(1024).strip()
    if not _TOKEN.fullmatch(token):
        raise AccessError(
            f"{file} holds no token (32 to 128 letters, digits, - and _): remove it, and one is made at the next start."
        )
    return token


def _made(file: Path) -> str:
    token = secrets.token_urlsafe(32)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as opened:
        opened.write(f"{token}\n")
    return token
