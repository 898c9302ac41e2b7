"""What an import remembers of lines that were cut between two files, until their other half comes.

A tail is a last line without its end; a head is a first line that looks like the rest of one. Which of them
belong together is decided in `data.queue.joining`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from data.store.driver import Connection
from data.text.cards import mask_cards

LONGEST: Final = 64 * 1024
"""Bytes of a cut line that are worth keeping."""
KEPT: Final = 200
"""Pieces whose cut ends are remembered; the oldest are given up."""


@dataclass(frozen=True, slots=True)
class Torn:
    """One cut end. Fields as in `data.queue.schema.queue_log_torn`."""

    id: str
    piece: int
    part: str
    raw: bytes
    near_ms: int | None
    event_id: str | None = None


def _masked(raw: bytes) -> bytes:
    text = raw.decode("utf-8", "surrogateescape")
    return mask_cards(text).encode("utf-8", "surrogateescape")


def remembered(connection: Connection) -> list[Torn]:
    """Every cut end that waits for its other half, oldest first."""
    found = connection.execute(
        "SELECT id, piece, part, raw, near_ms, event_id FROM queue_log_torn WHERE part IN ('tail', 'head')"
        " ORDER BY piece, part"
    ).fetchall()
    return [Torn(*row) for row in found]


def uncertain_ids(connection: Connection) -> set[str]:
    """Ids of the events that stand for cut lines."""
    found = connection.execute("SELECT event_id FROM queue_log_torn WHERE event_id IS NOT NULL").fetchall()
    return {row[0] for row in found}


def now_certain(connection: Connection, ids: Iterable[str]) -> None:
    """Whole lines of these events were read: they stand for themselves."""
    connection.executemany(
        "UPDATE queue_log_torn SET event_id = NULL WHERE event_id = ?", [(event_id,) for event_id in ids]
    )


def newest_tail(connection: Connection) -> Torn | None:
    """The tail that the last piece left, or None."""
    tails = [torn for torn in remembered(connection) if torn.part == "tail"]
    return tails[-1] if tails else None


def next_piece(connection: Connection) -> int:
    """The number of the piece that is imported now."""
    return int(connection.execute("SELECT coalesce(max(piece), 0) + 1 FROM queue_log_torn").fetchone()[0])


def remember(connection: Connection, part: str, raw: bytes, near_ms: int | None, piece: int) -> tuple[str, bool]:
    """Keep a cut end; the same one again only becomes the newest.

    Returns:
        its id, and whether it was joined before, so that nothing is left to do for it.
    """
    raw = _masked(raw)
    key = _key(part, raw, near_ms)
    found = connection.execute(
        "INSERT INTO queue_log_torn (id, piece, part, raw, near_ms) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET piece = excluded.piece,"
        " part = CASE part WHEN 'joined' THEN part ELSE excluded.part END RETURNING part",
        (key, piece, part, raw, near_ms),
    ).fetchone()
    return key, found[0] == "joined"


def _key(part: str, raw: bytes, near_ms: int | None) -> str:
    return blake2b(b"%s|%d|%s" % (part.encode(), near_ms or 0, raw), digest_size=12).hexdigest()


def was_tail(connection: Connection, raw: bytes) -> bool:
    """Whether a file that is one line without its end came before, as a tail of its own."""
    own = _key("tail", _masked(raw), None)
    return connection.execute("SELECT 1 FROM queue_log_torn WHERE id = ?", (own,)).fetchone() is not None


def set_aside(connection: Connection, torn_id: str) -> None:
    """A cut end that waits for nothing any more, unless it is imported again."""
    connection.execute("UPDATE queue_log_torn SET part = 'used', event_id = NULL WHERE id = ?", (torn_id,))


def stand(connection: Connection, torn_id: str, event_id: str | None) -> None:
    """Say for which event a tail stands."""
    connection.execute("UPDATE queue_log_torn SET event_id = ? WHERE id = ?", (event_id, torn_id))


def forget_oldest(connection: Connection) -> None:
    """Keep the newest cut ends only; events that stood for older ones stay as they are."""
    connection.execute(
        "DELETE FROM queue_log_torn WHERE piece <= (SELECT max(piece) FROM queue_log_torn) - ?", (KEPT,)
    )
