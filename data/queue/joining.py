"""Which halves of cut queue_log lines belong together, and what a half says by itself.

What can be known: a tail and a head belong together when they make a valid line whose time lies between the
whole lines around them, and when their pieces came one after the other or the call's other lines in the store
agree with it to the second. A tail that names its call and event stands for that event at once; numbers that may
be half are left out until the rest comes.

What cannot be known: pieces imported one after the other look like neighbours when a quarter of an hour or less
is missing between them, or when they have no whole line; a line that they seem to make may be wrong. A custom
event may be cut so that its rest reads as another custom event. Pieces given in order are always put together
as they were; importing the whole log puts everything else right but such an invented line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from data.models.contact import EventKind
from data.queue.log_rows import Row, row_of
from data.queue.queue_log import FORMS, KNOWN, Fact, Refusal, epoch_ms, read_line
from data.queue.torn import Torn, end_of_id, remember, remembered, set_aside, stand, take_back
from data.store.driver import Connection

_SLACK_MS: Final = 5_000  # clocks are set back now and then
_NEIGHBOURS_MS: Final = 900_000
_DAY_MS: Final = 86_400_000
_CHANNEL = re.compile(r"(?:.*-)?\d{9,10}\.\d+")
_CHANNEL_TIME = re.compile(r"(?:^|-)(\d{9,10})\.\d+$")
_EPOCH_BEGUN = re.compile(r"[0-9]{1,10}(?:\.[0-9]*)?")
_CUSTOM_EVENT = re.compile(r"[A-Z][A-Z_]+")
_NO_CALL: Final = frozenset({"NONE", "MANAGER", "REALTIME"})
_NOBODYS: Final = frozenset({EventKind.OFFERED, EventKind.ABANDONED, EventKind.LEFT})
_NUMBER = re.compile(r"\+?[0-9 ()-]{3,}")


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
        return tail is not None  # the line end that the tail lacked
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
    """Whether a file without any line end is the next part of the line that the file before it began."""
    first, second = (*_fields(fragment), "", "")[:2]
    if epoch_ms(first) is not None and (second in _NO_CALL or _CHANNEL.fullmatch(second)):
        return False  # it begins as lines do
    alone, both = read_line(fragment, torn=True), read_line(tail.raw + fragment, torn=True)
    if isinstance(alone, Fact) and alone.event in KNOWN:
        return isinstance(both, Fact) and both.event in KNOWN and looks_cut(fragment, alone, None, tail)
    joined_first = _first_field(tail.raw + fragment)
    return isinstance(both, Fact) or epoch_ms(joined_first) is not None or joined_first.isdigit()


def may_begin(raw: bytes) -> bool:
    """Whether a cut line can be the beginning of one: its first field is a time, or the first digits of one."""
    first = _first_field(raw)
    return epoch_ms(first) is not None if b"|" in raw else _EPOCH_BEGUN.fullmatch(first) is not None


def _fields(raw: bytes) -> list[str]:
    return raw.decode("utf-8", "replace").strip().split("|")


def _one_line(fact: Fact, raw: bytes) -> bool:
    """Whether what was read of a cut or joined line looks like one line, and not like parts of two."""
    names = (fact.call_id, fact.queue, fact.agent)
    if KNOWN.intersection(_fields(raw)[5:]) or any(_CHANNEL.fullmatch(name) for name in names[1:]):
        return False
    if any(name.endswith("NONE") for name in names) or (fact.agent and fact.kind in _NOBODYS):
        return False
    return fact.event in KNOWN or _CUSTOM_EVENT.fullmatch(fact.event) is not None


@dataclass(frozen=True, slots=True)
class Joined:
    """A line that is whole again."""

    tail: Torn
    head: Torn
    row: Row


def join(connection: Connection, joined: Joined) -> None:
    """Two halves have found each other. Their event stays open to correction by a whole line."""
    connection.executemany(
        "UPDATE queue_log_torn SET part = 'joined', event_id = ? WHERE id = ?",
        [(joined.row[0], joined.tail.id), (None, joined.head.id)],
    )


def joins(connection: Connection) -> list[Joined]:
    """The cut ends that belong together, each used once. Nothing is written."""
    kept = remembered(connection)
    tails = [torn for torn in kept if torn.part == "tail"]
    heads = [torn for torn in kept if torn.part == "head"]
    candidates = []
    for head in heads:
        # The same few bytes may be the end of two pieces: the one just before this head counts even when used.
        before = end_of_id(connection, head.follows)
        for tail in [*tails, *([before] if before is not None and before not in tails else [])]:
            fact = _line_of(tail, head)
            if fact is None:
                continue
            off_s = _off_s(connection, fact)
            if _belong(tail, head, fact, off_s):
                gap = _gap_ms(tail, head)
                order = (_doubt(tail, head, off_s), _NEIGHBOURS_MS if gap is None else abs(gap))
                candidates.append((order, tail, head, fact))
    candidates.sort(key=lambda one: (one[0], one[1].piece, one[2].piece))
    used: set[str] = set()
    found = []
    for _, tail, head, fact in candidates:
        if tail.id not in used and head.id not in used:
            used |= {tail.id, head.id}
            found.append(Joined(tail, head, row_of(fact)))
    return found


def _apart(tail: Torn, head: Torn) -> int:
    """How many imports after the tail the head came; 1 is in order, −1 the later piece first."""
    return 1 if head.follows == tail.id else head.piece - tail.piece


def _doubt(tail: Torn, head: Torn, off_s: float | None) -> int:
    """Which of two possible joins to believe: the smaller one."""
    gap = _gap_ms(tail, head)
    if _apart(tail, head) == 1:
        agrees = gap is None or gap <= _NEIGHBOURS_MS if off_s is None else off_s <= 2
        return 0 if agrees else 3
    if _apart(tail, head) == -1:
        return 4 if off_s is None or off_s > 2 else 1
    return 2


def _gap_ms(tail: Torn, head: Torn) -> int | None:
    return None if tail.near_ms is None or head.near_ms is None else head.near_ms - tail.near_ms


def _line_of(tail: Torn, head: Torn) -> Fact | None:
    """The line that two halves make, if it is one and lies in time between the lines around them."""
    gap = _gap_ms(tail, head)
    if (tail.piece == head.piece and head.follows != tail.id) or (gap is not None and gap < -_SLACK_MS):
        return None
    said = read_line(tail.raw + head.raw)
    if not isinstance(said, Fact):
        return None
    if tail.near_ms is not None and said.at_ms < tail.near_ms - _SLACK_MS:
        return None
    if head.near_ms is not None and said.at_ms > head.near_ms + _SLACK_MS:
        return None
    return said


def _belong(tail: Torn, head: Torn, fact: Fact, off_s: float | None) -> bool:
    """Whether two halves are one line, by what else is known of the call and by the order of the pieces."""
    fields = _fields(tail.raw + head.raw)
    if not _one_line(fact, tail.raw + head.raw) or _patched_name(tail, head, fact):
        return False
    if fact.kind is EventKind.OFFERED and len(fields) > 7 and not fields[7].isdigit():
        return False
    apart = _apart(tail, head)
    gap = _gap_ms(tail, head)
    near = gap is None or gap <= _NEIGHBOURS_MS
    named = isinstance(read_line(tail.raw, torn=True), Fact)
    if fact.event not in KNOWN:
        return abs(apart) == 1 and (named or near)
    if off_s is not None and off_s <= 2 and abs(apart) == 1:
        return True
    if apart != 1:
        if off_s is None:
            return apart == -1 and near and (named or fact.kind is EventKind.OTHER)
        return off_s <= 1 and len(fields) - 5 == FORMS[fact.event].full and _sound_caller(fact)
    if off_s is None and not named and fact.kind not in (EventKind.OFFERED, EventKind.OTHER):
        return near and _CHANNEL.fullmatch(fact.call_id) is not None  # nobody knows this call
    if near or fact.kind is EventKind.OTHER:
        return True
    if off_s is not None:
        return off_s <= 60
    if fact.kind is EventKind.OFFERED and not named:
        # Asterisk names a call by the second in which it came, a few minutes at most before it queues.
        begun = _CHANNEL_TIME.search(fact.call_id)
        return begun is not None and -2 <= fact.at_ms / 1000 - int(begun.group(1)) <= 600
    return named


def _patched_name(tail: Torn, head: Torn, fact: Fact) -> bool:
    """Whether parts of two events' names met."""
    begun, ended = _fields(tail.raw), _fields(head.raw)
    if len(begun) > 5:  # the tail has its event's name, so the head should not end one
        return len(ended[0]) > 2 and any(name.endswith(ended[0]) for name in KNOWN)
    if fact.event in KNOWN:
        return False
    if len(begun) == 5 and begun[4] and any(name.startswith(begun[4]) for name in KNOWN):
        return len(ended) == 1 or any(name.endswith(ended[0]) for name in KNOWN)
    return any(name.endswith(fact.event) for name in KNOWN)


def _sound_caller(fact: Fact) -> bool:
    return not fact.caller_number or _NUMBER.fullmatch(fact.caller_number) is not None


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


def lengthen(connection: Connection, tail: Torn, more: bytes, piece: int) -> tuple[str, bool]:
    """A longer tail takes the place of this one and of the event that it stood for. Returns as `remember`."""
    row = stands_for(tail)
    stood = tail.event_id if tail.part == "tail" else None
    if tail.part == "tail":
        if not isinstance(row, Refusal) and row[3] == EventKind.OTHER.value and row[0] == stood:
            take_back(connection, tail)
            stood = None
        set_aside(connection, tail.id)
    key, done = remember(connection, "tail", tail.raw + more, tail.id.encode(), tail.near_ms, piece)
    if not done and stood is not None:
        stand(connection, key, stood)
    return key, done


def stands_for(tail: Torn) -> Row | Refusal:
    """The event that a tail names, or why it names none."""
    said = read_line(tail.raw, torn=True)
    if not isinstance(said, Fact):
        return said or Refusal("empty")
    return row_of(said) if _one_line(said, tail.raw) else Refusal("looks like parts of two lines")
