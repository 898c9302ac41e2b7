"""Importing customers from a file: all of it or nothing, again and again (CUST-6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from data.clock import SYSTEM_CLOCK, Clock
from data.customers.draft import Draft, Drafter, Refused
from data.customers.index import COLUMNS
from data.customers.mapping import ColumnMapping, fields_of
from data.customers.rejects import Rejection, RejectsFile
from data.customers.sources.opening import open_source
from data.customers.sources.rows import Source, SourceRow, TornRow
from data.customers.staging import PAGE, ImportLock, Staging, bulk_settings, known_rows, new_or_changed, sweep
from data.models.base import Row, Value
from data.store.database import Store
from data.store.driver import Error
from data.store.errors import StoreError

Progress = Callable[[int, int], None]
"""Told after each page: rows read so far, rows expected."""

_SHOWN = 100
_EXPORT_PAGE = 500


class ImportReport(Value):
    """What became of the rows of a file: every row read was added, updated, unchanged or rejected."""

    read: int
    added: int
    updated: int
    unchanged: int
    rejected: int
    seconds: float
    duplicates: int = 0
    """Rows that were taken though a row before them has the same number and name under another id."""
    import_id: int = 0
    """For `imported_rows`; 0 after a dry run, or when nothing changed."""
    remarks: tuple[str, ...] = ()
    """About the file as a whole: its encoding, rows that a desk changed meanwhile."""
    warnings: tuple[str, ...] = ()
    """About rows that were taken (`line 7: …`); the first hundred."""
    problems: tuple[str, ...] = ()
    """About rows that were rejected; the first hundred. The rejects file has them all."""


def import_customers(
    store: Store,
    path: Path,
    mapping: ColumnMapping | None = None,
    dry_run: bool = False,
    rejects: Path | None = None,
    region: str = "US",
    progress: Progress | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> ImportReport:
    """Import the customers of a CSV file, vCards or JSON Lines. Nobody sees any of it before all of it is in; others save meanwhile.

    A customer is known by its id, else by account, else by number and name. Of a known customer the cells that
    the file fills are taken over; an empty cell leaves what is there, and a row that is the same as in the last
    import leaves everything, so that importing again changes nothing.

    The rows do not pass through the outbox: a million of them would block it for hours. `imported_rows` gives
    them for loading a hub in bulk.

    Args:
        store: a writable store.
        path: the file; its name or its beginning tells the format.
        mapping: which column is what, where the headings do not say so.
        dry_run: read and judge everything, change nothing (the rejects file is written).
        rejects: where the refused rows go, with the reason in the first column.
        region: two-letter region of telephone numbers without a country code.
        progress: told after each page.
        clock: for the book of imports and the seconds of the report.

    Raises:
        ImportRefused: the file or the mapping cannot be used, or another import is running; nothing was changed.
        StoreError: the store could not be written; nothing of the file can be seen.
    """
    return import_rows(store, open_source(path), path.name, mapping, dry_run, rejects, region, progress, clock)


def import_rows(
    store: Store,
    source: Source,
    name: str,
    mapping: ColumnMapping | None = None,
    dry_run: bool = False,
    rejects: Path | None = None,
    region: str = "US",
    progress: Progress | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> ImportReport:
    """`import_customers` for any source of rows; `name` is written in the book of imports."""
    drafter = Drafter(fields_of(source.headings, mapping), region)
    with RejectsFile(rejects, source.headings) as refused:
        run = _Run(source, drafter, refused, progress, clock)
        if dry_run:
            return run.dry(store)
        with ImportLock(store), bulk_settings(store):
            return run.real(store, name)


class _Run:
    """One pass over a source."""

    def __init__(
        self, source: Source, drafter: Drafter, refused: RejectsFile, progress: Progress | None, clock: Clock
    ) -> None:
        self._source = source
        self._drafter = drafter
        self._refused = refused
        self._progress = progress
        self._clock = clock
        self._started = clock.monotonic()
        self._read = 0
        self._added = self._updated = self._unchanged = self._duplicates = 0
        self._seen: set[int] = set()
        """Hashes of the ids, and of numbers with names, that the file has had so far."""
        self._warnings: list[str] = []
        self._problems: list[str] = []
        self._remarks = list(source.remarks)

    def dry(self, store: Store) -> ImportReport:
        for drafts in self._pages():
            known = known_rows(store.connection, [draft.id for draft in drafts])
            for draft in drafts:
                row, before = new_or_changed(draft, known.get(draft.id))
                self._count(int(row is not None and before is None), int(before is not None), int(row is None))
            self._tell()
        return self._report(0)

    def real(self, store: Store, name: str) -> ImportReport:
        staging = Staging(store, self._clock)
        staging.begin(name)
        try:
            for drafts in self._pages():
                self._count(*staging.page(drafts))
                self._tell()
            overtaken = staging.flip(self._added, self._updated)
        except BaseException:
            # A disk that is full now may not be at the next import, which sweeps again.
            with suppress(StoreError, Error):
                sweep(store)
            raise
        staging.settle()
        if overtaken:
            self._remarks.append(
                f"{overtaken} of the customers were saved at a desk during the import: what was saved there was kept."
            )
        return self._report(staging.import_id)

    def _pages(self) -> Iterator[list[Draft]]:
        page: list[Draft] = []
        for row in self._source:
            self._read += 1
            draft = self._draft(row)
            if draft is None:
                continue
            page.append(draft)
            if len(page) == PAGE:
                yield page
                page = []
        if page:
            yield page

    def _draft(self, row: SourceRow | TornRow) -> Draft | None:
        if isinstance(row, TornRow):
            self._refuse(Rejection(row.line, row.reason, (row.text,)))
            return None
        try:
            draft = self._drafter.draft(row)
        except Refused as reason:
            self._refuse(Rejection(row.line, str(reason), self._by_heading(row)))
            return None
        known = hash(draft.id)
        if known in self._seen:
            self._refuse(Rejection(row.line, "the same customer stands in the file before", self._by_heading(row)))
            return None
        self._seen.add(known)
        warnings = [*draft.warnings, *self._alike(draft)]
        if warnings and len(self._warnings) < _SHOWN:
            self._warnings += [f"line {row.line}: {warning}" for warning in warnings]
        return draft

    def _alike(self, draft: Draft) -> tuple[str, ...]:
        """A warning when a customer before this one has its number and its name (CUST-4)."""
        name = tuple(str(draft.given["name"]).casefold().split())
        keys = {hash((phone["e164"], name)) for phone in draft.phones if phone["e164"]}
        alike = not keys.isdisjoint(self._seen)
        self._seen |= keys
        self._duplicates += alike
        return ("probably a customer that stands in the file before: the same number and name",) if alike else ()

    def _by_heading(self, row: SourceRow) -> tuple[str, ...]:
        """The texts of a row as cells of the rejects file."""
        texts: dict[str, list[str]] = {}
        for heading, text in row.cells:
            texts.setdefault(heading, []).append(text)
        return tuple("; ".join(texts.get(heading, ())) for heading in self._source.headings)

    def _refuse(self, rejection: Rejection) -> None:
        self._refused.add(rejection)
        if len(self._problems) < _SHOWN:
            self._problems.append(f"line {rejection.line}: {rejection.reason}")

    def _count(self, added: int, updated: int, unchanged: int) -> None:
        self._added += added
        self._updated += updated
        self._unchanged += unchanged

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self._read, max(self._source.expected, self._read))

    def _report(self, import_id: int) -> ImportReport:
        if self._duplicates:
            self._remarks.append(
                f"{self._duplicates} of the customers probably stand in the file twice, with the same number and name:"
                " they were taken; look at them."
            )
        return ImportReport(
            read=self._read,
            added=self._added,
            updated=self._updated,
            unchanged=self._unchanged,
            rejected=self._refused.count,
            duplicates=self._duplicates,
            seconds=round(self._clock.monotonic() - self._started, 3),
            import_id=import_id,
            remarks=tuple(self._remarks),
            warnings=tuple(self._warnings[:_SHOWN]),
            problems=tuple(self._problems),
        )


def imported_rows(store: Store, import_id: int) -> Iterator[Row]:
    """The customers that an import added or changed, as they are now, as rows of the model.

    They never were in the outbox: this is what loads them into a hub in bulk. Read by pages; no transaction
    stays open between two rows."""
    after = -(2**63)
    columns = ", ".join(COLUMNS)
    while True:
        page = store.execute(
            f"SELECT rank, {columns} FROM customer_row WHERE import_id = ? AND rank > ? AND gone = 0"  # noqa: S608
            " AND rank < (SELECT first_hidden FROM customer_horizon) ORDER BY rank LIMIT ?",
            (import_id, after, _EXPORT_PAGE),
        ).fetchall()
        if not page:
            return
        after = page[-1]["rank"]
        for row in page:
            yield {name: row[name] for name in COLUMNS}
