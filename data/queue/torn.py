"""Lines of a queue_log that were cut between two files: kept, and joined when both halves are there.

What can be known: a tail (a last line without its end) and a head (a first line that looks like the rest of
one) belong together when they make a valid line whose time lies between the whole lines around them, and when
they either came one after the other, or the call's other lines in the store agree with it to the second. A tail
that names its call and event stands for that event at once; numbers that may be half are left out until the
rest comes.

What cannot be known: pieces that came one after the other with a hole of a quarter of an hour or less between
them, or without one whole line each, look like neighbours. A custom event may be cut so that the rest reads as
another custom event. Neither is told from the real thing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from data.models.contact import EventKind
from data.queue.log_rows import Row, row_of
from data.queue.queue_log import KNOWN, Fact, Refusal, epoch_ms, read_line
from data.store.driver import Connection
from data.text.cards import mask_cards

LONGEST: Final = 64 * 1024
"""Bytes of a cut line that are worth keeping."""
KEPT: Final = 200
"""Cut ends that are remembered; the oldest are given up."""

_SLACK_MS: Final = 5_000  # clocks are set back now and then
_NEIGHBOURS_MS: Final = 900_000
_DAY_MS: Final = 86_400_000
_CHANNEL_TIME = re.compile(r"(?:^|-)(\d{9,10})\.\d+$")


@dataclass(frozen=True, slots=True)
class Torn:
    """One cut end. Fields as in `data.queue.schema.queue_log_torn`."""

    id: str
    seq: int
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
    found = connection.execute(
        "SELECT id, seq, part, raw, near_ms, follows, event_id FROM queue_log_torn ORDER BY seq"
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


def remember(connection: Connection, part: str, raw: bytes, near_ms: int | None, follows: str | None = None) -> str:
    """Keep a cut end; the same one again only becomes the newest. Returns its id."""
    raw = _masked(raw)
    key = blake2b(b"%s|%d|%s" % (part.encode(), near_ms or 0, raw), digest_size=12).hexdigest()
    seq = connection.execute("SELECT coalesce(max(seq), 0) + 1 FROM queue_log_torn").fetchone()[0]
    connection.execute(
        "INSERT INTO queue_log_torn (id, seq, part, raw, near_ms, follows) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, follows = coalesce(excluded.follows, follows)",
        (key, seq, part, raw, near_ms, follows),
    )
    return key


def forget(connection: Connection, torn_id: str) -> None:
    """Let go of a cut end."""
    connection.execute("DELETE FROM queue_log_torn WHERE id = ?", (torn_id,))


def forget_oldest(connection: Connection) -> None:
    """Keep the newest cut ends only; events that stood for older ones stay as they are."""
    connection.execute("DELETE FROM queue_log_torn WHERE seq <= (SELECT max(seq) FROM queue_log_torn) - ?", (KEPT,))


def looks_cut(raw: bytes, said: Fact | Refusal | None, after: bytes | None, tail: Torn | None) -> bool:
    """Whether the first line of a file looks like the rest of a line.

    Args:
        raw: the line.
        said: what `read_line` says of it.
        after: the first line after it that can be read, if any.
        tail: what the piece before left, if anything.
    """
    if isinstance(said, Refusal):
        return True
    if said is None:
        return tail is not None and not isinstance(read_line(tail.raw, torn=True), Fact)
    first = _first_field(raw)
    whole = first.partition(".")[0]
    next_first = _first_field(after) if after is not None else ""
    next_whole = next_first.partition(".")[0]
    missing = len(next_whole) - len(whole)
    if missing > 0:  # an epoch that lost digits: with those of the next line it is near the next line
        near, guess = epoch_ms(next_whole), epoch_ms(next_whole[:missing] + whole)
        if near is not None and guess is not None and abs(near - guess) < _DAY_MS:
            return True
    if tail is not None and tail.raw.isdigit():
        guess = epoch_ms(tail.raw.decode() + first)
        near = epoch_ms(next_first) or tail.near_ms
        if guess is not None and (near is None or abs(guess - near) < abs(said.at_ms - near)):
            return True
    if said.event in KNOWN:
        return False
    # An unknown event: everything may have moved by a field, so that a parameter looks like the event.
    if said.agent in KNOWN or ("." in first and next_first != "" and "." not in next_first):
        return True
    if tail is None:
        return False
    joined = read_line(tail.raw + raw)
    return isinstance(joined, Fact) and joined.event in KNOWN


def _first_field(raw: bytes) -> str:
    return raw.partition(b"|")[0].replace(b"\0", b"").decode("latin-1").strip()


def goes_on(tail: Torn, fragment: bytes) -> bool:
    """Whether a file without any line end is the middle of the line that a tail began."""
    alone, both = read_line(fragment, torn=True), read_line(tail.raw + fragment, torn=True)
    if isinstance(alone, Fact) and alone.event in KNOWN:
        return isinstance(both, Fact) and both.event in KNOWN and looks_cut(fragment, alone, None, tail)
    joined_first = _first_field(tail.raw + fragment)
    return isinstance(both, Fact) or epoch_ms(joined_first) is not None or joined_first.isdigit()


@dataclass(frozen=True, slots=True)
class Joined:
    """A line that is whole again."""

    tail: Torn
    head: Torn
    row: Row


def joins(connection: Connection) -> list[Joined]:
    """The cut ends that belong together, each used once. Nothing is written."""
    kept = remembered(connection)
    tails = [torn for torn in kept if torn.part == "tail"]
    heads = [torn for torn in kept if torn.part == "head"]
    candidates = []
    for head in heads:
        for tail in tails:
            fact = _line_of(tail, head)
            if fact is None:
                continue
            adjacent = head.follows == tail.id
            off_s = _off_s(connection, fact)
            if _belong(tail, head, fact, adjacent, off_s):
                fits = off_s is not None and off_s <= 2
                gap = _gap_ms(tail, head)
                order = (not fits, not adjacent, _NEIGHBOURS_MS if gap is None else abs(gap))
                candidates.append((order, tail, head, fact))
    candidates.sort(key=lambda one: (one[0], one[1].seq, one[2].seq))
    used: set[str] = set()
    found = []
    for _, tail, head, fact in candidates:
        if tail.id not in used and head.id not in used:
            used |= {tail.id, head.id}
            found.append(Joined(tail, head, row_of(fact)))
    return found


def _gap_ms(tail: Torn, head: Torn) -> int | None:
    return None if tail.near_ms is None or head.near_ms is None else head.near_ms - tail.near_ms


def _line_of(tail: Torn, head: Torn) -> Fact | None:
    """The line that two halves make, if it is one and lies in time between the lines around them."""
    gap = _gap_ms(tail, head)
    if gap is not None and gap < -_SLACK_MS:
        return None
    said = read_line(tail.raw + head.raw)
    if not isinstance(said, Fact):
        return None
    if tail.near_ms is not None and said.at_ms < tail.near_ms - _SLACK_MS:
        return None
    if head.near_ms is not None and said.at_ms > head.near_ms + _SLACK_MS:
        return None
    return said


def _belong(tail: Torn, head: Torn, fact: Fact, adjacent: bool, off_s: float | None) -> bool:
    if off_s is not None and off_s <= (2 if adjacent else 1):
        return True
    if not adjacent:
        return False
    gap = _gap_ms(tail, head)
    if gap is None or gap <= _NEIGHBOURS_MS:
        return True
    if off_s is not None:
        return off_s <= 60
    if fact.kind is EventKind.OTHER or isinstance(read_line(tail.raw, torn=True), Fact):
        return True
    if fact.kind is EventKind.OFFERED:
        # Asterisk names a call by the second in which it came, a few minutes at most before it queues.
        begun = _CHANNEL_TIME.search(fact.call_id)
        return begun is not None and -2 <= fact.at_ms / 1000 - int(begun.group(1)) <= 600
    return False


_PARTNERS: Final[dict[EventKind, tuple[str, ...]]] = {
    EventKind.OFFERED: ("answered", "abandoned", "left"),
    EventKind.ANSWERED: ("offered",),
    EventKind.ABANDONED: ("offered",),
    EventKind.LEFT: ("offered",),
    EventKind.MISSED: ("offered",),
    EventKind.ENDED: ("answered",),
    EventKind.TRANSFERRED: ("answered",),
}


def _off_s(connection: Connection, fact: Fact) -> float | None:
    """By how many seconds a line disagrees with the call's other lines; None when there are none to compare."""
    kinds = _PARTNERS.get(fact.kind)
    if kinds is None:
        return None
    best = None
    for kind, at, agent, wait_s in connection.execute(
        "SELECT kind, CAST(round((julianday(at) - 2440587.5) * 86400000) AS INTEGER), agent, wait_s"
        " FROM contact_event WHERE contact_id = ? AND queue = ? AND source = 'log'",
        (fact.call_id, fact.queue),
    ).fetchall():
        if kind not in kinds:
            continue
        apart = (fact.at_ms - at) / 1000
        if fact.kind is EventKind.OFFERED:
            off = abs(-apart - wait_s) if wait_s is not None else 0.0
            apart = -apart
        elif fact.kind in (EventKind.ENDED, EventKind.TRANSFERRED):
            if agent != (fact.agent or None):
                continue
            off = abs(apart - fact.talk_s) if fact.talk_s is not None else 0.0
        else:
            off = abs(apart - fact.wait_s) if fact.wait_s is not None else 0.0
        if apart >= -1 and (best is None or off < best):
            best = off
    return best


def longer_is_there(connection: Connection, row: Row) -> bool:
    """Whether the store has the whole of an event that is none of a call's, of which this is the beginning."""
    if row[3] != EventKind.OTHER.value:
        return False
    found = connection.execute(
        "SELECT 1 FROM contact_event WHERE contact_id = ? AND at = ? AND kind = 'other' AND queue = ?"
        " AND agent IS ? AND source = 'log' AND id <> ? AND substr(text, 1, ?) = ? LIMIT 1",
        (row[1], row[2], row[4], row[5], row[0], len(row[10]), row[10]),
    ).fetchone()
    return found is not None


def stands_for(tail: Torn) -> Row | Refusal:
    """The event that a tail names, or why it names none."""
    said = read_line(tail.raw, torn=True)
    if isinstance(said, Fact):
        return row_of(said)
    return said or Refusal("empty")
