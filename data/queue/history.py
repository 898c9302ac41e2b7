"""Importing Asterisk queue_logs into the store: again, in pieces or in any order, the outcome is the same.

Rows go in by pages, each a short transaction, so that an agent's saves go on meanwhile. A line cut at the end
of a file is kept (`data.queue.torn`, `data.queue.joining`) until its rest comes, in this import or a later one; if it names its call
and event it counts meanwhile, so that the last line of a log without a final line end counts too."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from data.clock import SYSTEM_CLOCK, Clock
from data.queue import joining, torn
from data.queue.log_file import LONGEST_LINE, Page, QueueLogError, check_readable, pages
from data.queue.log_rows import Row, Written, longer_is_there, row_of, write_rows
from data.queue.queue_log import Fact, Refusal, read_line
from data.store.database import Store

PAGE: Final = 500
"""Lines in one transaction: about 8 ms."""
PAUSE_S: Final = 0.005
"""Between two transactions, so that whoever waits for the store gets it."""
SKIPPED_KEPT: Final = 100
"""Reasons of skipped lines that a report keeps; its counts are exact."""

_NO_REST = "looks like the rest of a line whose beginning is in a piece that was not imported yet"
_NO_END = "is cut off ({why}); it is kept until the piece with its rest is imported"

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line that was not imported, and why. `line` counts from 1."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. Counts are lines: `read` = `added` + `updated` + `unchanged` + `rejected`; empty lines
    count nowhere, and a line cut between two files counts once, when it is whole."""

    read: int
    added: int
    updated: int
    """Known already, with other figures: a cut line became whole."""
    unchanged: int
    rejected: int
    seconds: float
    waiting: int = 0
    """Last lines of files that are cut off before they say anything: kept for their rest, and not rejected."""
    skipped: tuple[Skipped, ...] = ()
    """The first of the rejected and waiting lines."""

    def as_json(self) -> dict[str, int | float]:
        """The shape of `import --json`."""
        return {
            "read": self.read,
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "seconds": round(self.seconds, 3),
        }


def import_queue_log(
    store: Store,
    files: Sequence[Path],
    clock: Clock = SYSTEM_CLOCK,
    progress: Progress | None = None,
) -> ImportReport:
    """Read queue_logs (plain, .gz, .xz) into the history of contacts.

    Files that are pieces of one log are best given in order. Pages that were written stay when a later one
    fails; importing again goes on from there.

    Raises:
        QueueLogError: no file, or one that cannot be read; when none can be opened nothing was imported.
        StoreError: the store could not be written.
    """
    if not files:
        raise QueueLogError("Name at least one queue_log file to import.")
    started = clock.monotonic()
    run = _Run(store, check_readable(files), progress)
    for path in files:
        run.read_file(path)
    run.settle()
    return ImportReport(
        read=run.read,
        added=run.added,
        updated=run.updated,
        unchanged=run.unchanged,
        rejected=run.rejected,
        seconds=clock.monotonic() - started,
        waiting=run.waiting,
        skipped=tuple(run.skipped),
    )


class _Run:
    """One import under way."""

    def __init__(self, store: Store, total: int, progress: Progress | None) -> None:
        self._store = store
        self._total = total
        self._progress = progress
        self._done_before = 0
        self._ends: dict[str, tuple[str, int]] = {}
        """File and line of the cut ends that this import met."""
        self._halves = {"tail": 0, "head": 0}
        """Ends met again whose lines are whole."""
        self.read = self.added = self.updated = self.unchanged = self.rejected = self.waiting = 0
        self.skipped: list[Skipped] = []

    def read_file(self, path: Path) -> None:
        first: bytes | None = None
        near_ms: int | None = None
        before = b""
        with self._store.write() as connection:
            piece = torn.next_piece(connection)
        done = 0
        for page in pages(path, PAGE):
            facts: list[Fact] = []
            after: bytes | None = None
            begins = page.first == 1 and bool(page.lines)
            if begins:
                first = page.lines[0]
                if first is None:
                    self._too_long(path, 1)
            for place, raw in enumerate(page.lines):
                if begins and place == 0:
                    continue
                if raw is None:
                    self._too_long(path, page.first + place)
                    continue
                said = read_line(raw)
                if isinstance(said, Fact):
                    if not facts:
                        after = raw
                    facts.append(said)
                elif said is not None:
                    self._reject(path, page.first + place, said.reason)
            self.read += len(facts)
            with self._store.write() as connection:
                if begins and first is not None:
                    tail = torn.open_tail(connection)
                    said = read_line(first)
                    if joining.looks_cut(first, said, after, tail):
                        beside = page.lines[1] if len(page.lines) > 1 else page.tail
                        next_ms = facts[0].at_ms if facts else None
                        self._keep_head(path, first, said, beside or b"", next_ms, piece, tail)
                    elif isinstance(said, Fact):
                        self.read += 1
                        facts.insert(0, said)
                if facts:
                    near_ms = facts[-1].at_ms
                    rows = [row_of(fact) for fact in facts]
                    uncertain = torn.uncertain_ids(connection)
                    self._count(write_rows(connection, rows, uncertain))
                    torn.now_certain(connection, uncertain.intersection(row[0] for row in rows))
                before = (page.lines[-1] or b"") if page.lines else before
                if page.tail is not None:
                    self._end(path, page, before, near_ms, piece)
            done = page.done
            if self._progress is not None:
                self._progress(self._done_before + done, self._total)
            if page.tail is None:
                time.sleep(PAUSE_S)
        self._done_before += done

    def settle(self) -> None:
        """Join the cut ends that belong together; let the other tails stand for what they name."""
        with self._store.write() as connection:
            for joined in joining.joins(connection):
                uncertain = torn.uncertain_ids(connection)
                stood = joined.tail.event_id
                written = write_rows(connection, [joined.row], uncertain)
                if stood is not None and stood != joined.row[0]:
                    torn.take_back(connection, joined.tail)
                    written = Written(updated=1)
                self._count(written)
                self.read += 1
                joining.join(connection, joined)
                for end in (joined.tail, joined.head):
                    self._ends.pop(end.id, None)
            for end in torn.remembered(connection):
                if end.part == "tail":
                    self._settle_tail(end)
                elif end.id in self._ends:
                    if end.raw.strip(b"\r\0"):
                        said = read_line(end.raw)
                        why = said.reason if isinstance(said, Refusal) else "its first field is no time of its own"
                        self._reject_end(end.id, f"{_NO_REST} ({why})")
                    else:
                        torn.set_aside(connection, end.id)
            torn.forget_oldest(connection)
        self.read += max(self._halves.values())
        self.unchanged += max(self._halves.values())

    def _settle_tail(self, tail: torn.Torn) -> None:
        connection = self._store.connection
        row = joining.stands_for(tail)
        new = tail.id in self._ends
        if isinstance(row, Refusal):
            if new and joining.may_begin(tail.raw):
                path, line = self._ends.pop(tail.id)
                self.waiting += 1
                self._tell(Path(path), line, _NO_END.format(why=row.reason))
            elif new:
                self._reject_end(tail.id, row.reason)
            return
        if longer_is_there(connection, row):
            if tail.event_id == row[0]:
                torn.take_back(connection, tail)
            written = Written(unchanged=1)
        elif new or tail.event_id is None:
            written = self._stand(tail, row)
        else:
            return
        if new:
            self._ends.pop(tail.id)
            self.read += 1
            self._count(written)

    def _stand(self, tail: torn.Torn, row: Row) -> Written:
        """Let a tail stand for its event, unless the whole line is there."""
        connection = self._store.connection
        there = connection.execute("SELECT 1 FROM contact_event WHERE id = ?", (row[0],)).fetchone() is not None
        if there and row[0] not in torn.uncertain_ids(connection):
            return Written(unchanged=1)
        torn.stand(connection, tail.id, row[0])
        return write_rows(connection, [row])

    def _keep_head(
        self,
        path: Path,
        raw: bytes,
        said: Fact | Refusal | None,
        beside: bytes,
        near_ms: int | None,
        piece: int,
        tail: torn.Torn | None,
    ) -> None:
        if len(raw) > torn.LONGEST:
            self._reject(path, 1, said.reason if isinstance(said, Refusal) else _NO_REST)
            return
        follows = tail.id if tail is not None else None
        met = torn.remember(self._store.connection, "head", raw, beside, near_ms, piece, follows)
        self._met(*met, path, 1, "head")

    def _end(self, path: Path, page: Page, before: bytes, near_ms: int | None, piece: int) -> None:
        """Keep what stands after the last line end of a file."""
        raw, line, connection = page.tail or b"", page.first + len(page.lines), self._store.connection
        if len(raw) > torn.LONGEST:
            self._reject(path, line, f"a cut line of more than {torn.LONGEST // 1024} KB")
            raw = b""
        if not raw.strip(b"\r\0 "):
            if line > 1:
                torn.file_ended(connection, None)
            return
        tail = torn.open_tail(connection) if line == 1 else None
        if tail is not None and joining.goes_on(tail, raw):
            self._ends.pop(tail.id, None)
            key, joined = joining.lengthen(connection, tail, raw, piece)
        else:
            key, joined = torn.remember(connection, "tail", raw, before, near_ms, piece)
        self._met(key, joined, path, line, "tail")
        torn.file_ended(connection, None if joined and before else key)

    def _met(self, key: str, joined: bool, path: Path, line: int, part: str) -> None:
        if joined:
            self._halves[part] += 1
        else:
            self._ends[key] = (str(path), line)

    def _count(self, written: Written) -> None:
        self.added += written.added
        self.updated += written.updated
        self.unchanged += written.unchanged

    def _too_long(self, path: Path, line: int) -> None:
        self._reject(path, line, f"a line of more than {LONGEST_LINE // 1024 // 1024} MB")

    def _reject_end(self, key: str, reason: str) -> None:
        path, line = self._ends.pop(key)
        self._reject(Path(path), line, reason)

    def _reject(self, path: Path, line: int, reason: str) -> None:
        self.read += 1
        self.rejected += 1
        self._tell(path, line, reason)

    def _tell(self, path: Path, line: int, reason: str) -> None:
        if len(self.skipped) < SKIPPED_KEPT:
            self.skipped.append(Skipped(str(path), line, reason))
