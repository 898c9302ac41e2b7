"""The playbooks that a site has, and every version that a contact still runs (PLAY-7)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from data.clock import Clock
from data.models.base import instant_text
from data.playbook.model import Playbook
from data.store.database import Store
from data.text import reviewed


@dataclass(frozen=True, slots=True)
class Loaded:
    """A playbook, the text that it was read from, and the digest that names this very text."""

    playbook: Playbook
    text: str
    digest: str
    path: Path


def load(path: Path) -> Loaded:
    """Read a playbook.

    Raises:
        ContentError: unreadable, or not a playbook; every fault with its line.
    """
    text = reviewed.text_of(path)
    playbook = reviewed.fitted(reviewed.parse(text, path), path, Playbook)
    return Loaded(playbook, text, hashlib.sha256(text.encode()).hexdigest()[:16], path)


class Library:
    """What can be run here: the files of a folder, and older versions out of the store."""

    def __init__(self, loaded: Mapping[str, Loaded], first: str) -> None:
        self._now = dict(loaded)
        self._by_digest = {one.digest: one.playbook for one in loaded.values()}
        self.first = first
        """The id of the playbook that a contact begins with."""

    @property
    def playbooks(self) -> tuple[Playbook, ...]:
        """Those of today, the first one first."""
        return tuple(
            one.playbook for one in sorted(self._now.values(), key=lambda one: one.playbook.id != self.first)
        )

    def current(self, playbook_id: str) -> Loaded:
        """A playbook as its file is now.

        Raises:
            LookupError: there is none.
        """
        if playbook_id not in self._now:
            raise LookupError(f"There is no playbook {playbook_id} here.")
        return self._now[playbook_id]

    def keep(self, store: Store, loaded: Loaded, clock: Clock) -> None:
        """Keep a version's text: a contact begins with it."""
        with store.write() as connection:
            connection.execute(
                "INSERT INTO playbook_text (id, playbook, version, text, at) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (
                    loaded.digest,
                    loaded.playbook.id,
                    loaded.playbook.version,
                    loaded.text,
                    instant_text(clock.now()),
                ),
            )

    def version(self, store: Store, playbook_id: str, digest: str) -> Playbook:
        """The version that a contact began with; today's where the store has lost it, or this program is too new for it.

        Raises:
            LookupError: there is no such playbook any more.
        """
        if digest not in self._by_digest:
            text = store.value("SELECT text FROM playbook_text WHERE id = ?", (digest,))
            if text is None:
                return self.current(playbook_id).playbook
            path = Path(f"{playbook_id}.yaml")
            try:
                self._by_digest[digest] = reviewed.fitted(reviewed.parse(text, path), path, Playbook)
            except reviewed.ContentError:
                return self.current(playbook_id).playbook
        return self._by_digest[digest]


def library(folder: Path, first: str) -> Library:
    """The library of a folder of playbooks. `first`: the id of the one that a contact begins with, or a file.

    Raises:
        ContentError: a file cannot be used, two have the same id, or the first one is not among them.
    """
    paths = sorted(folder.glob("*.yaml"))
    chosen = Path(first).expanduser()
    if chosen.suffix in (".yaml", ".yml"):
        paths = [path for path in paths if path.name != chosen.name] + [chosen]
    loaded: dict[str, Loaded] = {}
    for path in paths:
        one = load(path)
        if one.playbook.id in loaded:
            fault = reviewed.Fault(
                1, f"the id '{one.playbook.id}' is that of another playbook", "give it its own id"
            )
            raise reviewed.ContentError(path, [fault])
        loaded[one.playbook.id] = one
    name = chosen.stem if chosen.suffix in (".yaml", ".yml") else first
    found = next((key for key, one in loaded.items() if key == name or one.path == chosen), None)
    if found is None:
        fault = reviewed.Fault(
            1, f"there is no playbook '{first}' in it", f"take one of {', '.join(loaded) or 'none'}"
        )
        raise reviewed.ContentError(folder, [fault])
    return Library(loaded, found)
