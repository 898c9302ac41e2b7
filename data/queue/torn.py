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

_LAST: Final = "last"
_SELECT: Final = "SELECT id, piece, part, raw, near_ms, follows, event_id FROM queue_log_torn"


@dataclass(frozen=True, slots=True)
class Torn:
    """One cut end. Fields as in `data.queue.schema.queue_log_torn`."""

    id: str
    piece: int
    part: str
    raw: bytes
    near_ms: int | None
    follows: str | None = None
    event_id: str | None = None


def _masked(raw: bytes) -> bytes:
    text = raw.decode("utf-8", "surrogateescape")
    return mask_cards(text).encode("utf-8", "surrogateescape")


def remembered(connection: Connection) -> list[Torn]:
    """Every cut end that waits for its other half, oldest first."""
    found = connection.execute(f"{_SELECT} WHERE part IN ('tail', 'head') ORDER BY piece, part").fetchall()
    return [Torn(*row) for row in found]


def end_of_id(connection: Connection, torn_id: str | None) -> Torn | None:
    """A cut end, whatever became of it."""
    found = connection.execute(f"{_SELECT} WHERE id = ?", (torn_id,)).fetchone()
    return Torn(*found) if found is not None else None


def uncertain_ids(connection: Connection) -> set[str]:
    """Ids of the events that stand for cut lines."""
    found = connection.execute("SELECT event_id FROM queue_log_torn WHERE event_id IS NOT NULL").fetchall()
    return {row[0] for row in found}


def now_certain(connection: Connection, ids: Iterable[str]) -> None:
    """Whole lines of these events were read: they stand for themselves."""
    connection.executemany(
        "UPDATE queue_log_torn SET event_id = NULL WHERE event_id = ?", [(event_id,) for event_id in ids]
    )


def open_tail(connection: Connection) -> Torn | None:
    """The tail with which the file before this one ended; None when it ended with a line end."""
    found = connection.execute("SELECT raw FROM queue_log_torn WHERE id = ?", (_LAST,)).fetchone()
    return end_of_id(connection, found[0].decode()) if found is not None else None


def file_ended(connection: Connection, tail_id: str | None) -> None:
    """Remember how the last file ended: with this tail, or with a line end."""
    connection.execute(
        "INSERT INTO queue_log_torn (id, piece, part, raw) VALUES (?, 0, 'last', ?)"
        " ON CONFLICT (id) DO UPDATE SET raw = excluded.raw",
        (_LAST, (tail_id or "").encode()),
    )


def next_piece(connection: Connection) -> int:
    """The number of the piece that is imported now."""
    return int(connection.execute("SELECT coalesce(max(piece), 0) + 1 FROM queue_log_torn").fetchone()[0])


def remember(
    connection: Connection,
    part: str,
    raw: bytes,
    beside: bytes,
    near_ms: int | None,
    piece: int,
    follows: str | None = None,
) -> tuple[str, bool]:
    """Keep a cut end; the same one again only becomes the newest.

    Args:
        beside: the line next to it in its piece, which tells it from an equal end elsewhere.

    Returns:
        its id, and whether it was joined before, so that nothing is left to do for it.
    """
    raw = _masked(raw)
    key = _key(part, raw, beside)
    found = connection.execute(
        "INSERT INTO queue_log_torn (id, piece, part, raw, near_ms, follows) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET piece = excluded.piece, follows = excluded.follows,"
        " part = CASE part WHEN 'joined' THEN part ELSE excluded.part END RETURNING part",
        (key, piece, part, raw, near_ms, follows),
    ).fetchone()
    return key, found[0] == "joined"


def _key(part: str, raw: bytes, beside: bytes) -> str:
    said = (part.encode(), raw, _masked(beside[:LONGEST]))
    return blake2b(b"".join(b"%d:%s" % (len(field), field) for field in said), digest_size=12).hexdigest()


def set_aside(connection: Connection, torn_id: str) -> None:
    """A cut end that waits for nothing any more, unless it is imported again."""
    connection.execute("UPDATE queue_log_torn SET part = 'used', event_id = NULL WHERE id = ?", (torn_id,))


def stand(connection: Connection, torn_id: str, event_id: str | None) -> None:
    """Say for which event a tail stands."""
    connection.execute("UPDATE queue_log_torn SET event_id = ? WHERE id = ?", (event_id, torn_id))


def take_back(connection: Connection, tail: Torn) -> None:
    """A tail no longer stands for its event, which goes unless another cut end stands for it too."""
    stand(connection, tail.id, None)
    connection.execute(
        "DELETE FROM contact_event WHERE id = ? AND id NOT IN"
        " (SELECT event_id FROM queue_log_torn WHERE event_id IS NOT NULL)",
        (tail.event_id,),
    )


def forget_oldest(connection: Connection) -> None:
    """Keep the newest cut ends only; events that stood for older ones stay as they are."""
    connection.execute(
        "DELETE FROM queue_log_torn WHERE piece > 0 AND piece <= (SELECT max(piece) FROM queue_log_torn) - ?",
        (KEPT,),
    )
