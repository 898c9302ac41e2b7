"""The agents of a shared seat: a folder each, with an encrypted store and the key to it. And the end of a folder:
once begun, a wipe is finished, whatever happens in between."""

from __future__ import annotations

import hashlib
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path

from data.backup.making import put_on_disk
from data.identity.keybox import Card, KeyBox, shred
from data.models.base import AgentId
from data.store.database import STORE_FILE
from data.store.users import StoreInUse, alone

AGENTS = "agents"
"""The folder of these folders, in the data folder."""
WIPE = "wipe"
"""A file of this name in an agent's folder: the folder is to be wiped."""
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_PATIENCE_S = 3.0


class Agents:
    """The agents' folders in the data folder of a seat."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / AGENTS

    def known(self) -> list[Card]:
        """Who has signed in here, by name."""
        return sorted(
            (card for box in self._boxes() if (card := box.card())), key=lambda card: card.name.casefold()
        )

    def find(self, typed: str) -> KeyBox | None:
        """The key box of whom a typed name or id means; None: that person never signed in here."""
        wanted = " ".join(typed.split()).casefold()
        for box in self._boxes():
            card = box.card()
            if card is not None and wanted in (card.name.casefold(), card.person.casefold()):
                return box
        return None

    def of(self, person: AgentId) -> KeyBox:
        """The key box of a person, which may be empty."""
        return KeyBox(self.folder / _slug(person))

    def _boxes(self) -> list[KeyBox]:
        try:
            return [KeyBox(path) for path in sorted(self.folder.iterdir()) if not (path / WIPE).exists()]
        except OSError:
            return []

    def put_aside(self, box: KeyBox, stamp: str) -> Path:
        """Begin anew where nobody knows the former password: what is there stays, encrypted, under another name."""
        place = box.folder.with_name(f"{box.folder.name}.former-{stamp}")
        box.folder.rename(place)
        (place / "keys.json").rename(place / "keys.former.json")
        return place

    def finish_wipes(self) -> list[Path]:
        """Wipe the folders whose wipe was begun; returns those that could not be wiped yet."""
        try:
            begun = [path for path in self.folder.iterdir() if (path / WIPE).exists()]
        except OSError:
            return []
        return [path for path in begun if not wiped(path)]


def begin_wipe(folder: Path) -> None:
    """Decide that an agent's folder goes. From here on it is nobody's, also after a crash.

    Raises:
        OSError: it cannot be written.
    """
    (folder / WIPE).touch(mode=0o600)
    put_on_disk(folder)


def wiped(folder: Path) -> bool:
    """Wipe a folder whose wipe was begun: the keys first, without which the rest cannot be read, the mark last.
    False: something of it is in use, and nothing was touched, or cannot be removed; it is tried again at the next
    start."""
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            with alone(folder / STORE_FILE):
                _wipe(folder)
        except StoreInUse:
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        except OSError:
            return False
        else:
            return True


def _wipe(folder: Path) -> None:
    for keys in folder.glob("keys*"):
        shred(keys)
    put_on_disk(folder)
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != WIPE:
            path.unlink()
    (folder / WIPE).unlink()
    folder.rmdir()
    with suppress(OSError):
        put_on_disk(folder.parent)


def _slug(person: AgentId) -> str:
    """A folder's name for an id, which may come from another hub: never a path."""
    return person if _SAFE.fullmatch(person) else hashlib.sha256(person.encode()).hexdigest()[:32]
