"""The store of a seat: whether it is whole, and what waits in it. Nothing here changes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from data.customers import check as customers
from data.doctor.finding import Finding, Repair, fault, look, ok
from data.store import driver
from data.store.errors import explain
from data.store.migrations import SCHEMA_VERSION
from data.store.users import in_use

WORDS = ("ticket_fts", "ticket_event_fts")
"""Word indexes over rows that can be read again."""
CUSTOMER_WORDS = ("customer_names", "customer_all")
LONG_LOG = 64_000_000
LONG_WAIT = timedelta(days=1)
AHEAD = timedelta(minutes=10)


def open_to_read(store: Path) -> driver.Connection:
    """The store as it is, also where nothing can be written.

    Raises:
        driver.Error: it cannot be read.
    """
    for at_rest in (False, True):
        connection = driver.connect_to_read(store, at_rest=at_rest)
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except driver.Error as error:
            connection.close()
            if (
                at_rest
                or _in_log(store)
                or not any(sign in str(error) for sign in ("open", "readonly", "disk I/O"))
            ):
                raise
        else:
            return connection
    raise driver.OperationalError(f"no store at {store}")


def _in_log(store: Path) -> bool:
    """Whether something stands in the store's log only: the file alone would not be whole then."""
    try:
        return store.with_name(f"{store.name}-wal").stat().st_size > 0
    except OSError:
        return False


def store(path: Path, now: datetime, *, deep: bool) -> Iterator[Finding]:
    """Every check of the store's file."""
    if not path.exists():
        yield look("store", f"there is none at {path} yet", "open the console once; it makes one")
        return
    try:
        connection = open_to_read(path)
    except driver.Error as error:
        yield fault("store", *_told(error, path))
        return
    users = ", ".join(in_use(path))
    size = sum(file.stat().st_size for file in (path, path.with_name(f"{path.name}-wal")) if file.exists())
    yield ok("store", f"{path} opens, {size / 1e6:.1f} MB" + (f"; in use: {users}" if users else ""))
    with closing(connection):
        for one in (shape, integrity, references, words, customer_index, waiting, clock):
            try:
                yield from one(connection, path, now, deep)
            except driver.Error as error:
                yield fault(one.__name__.replace("_", " "), *_told(error, path))
    yield from log(path)


def _told(error: driver.Error, path: Path) -> tuple[str, str]:
    """A driver's error as what is so and what to do."""
    says, _, do = explain(error, path).rstrip(".").partition(": ")
    return says, do


def shape(connection: driver.Connection, path: Path, now: datetime, deep: bool) -> Iterator[Finding]:
    """Whether this program and the store fit together."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        says = f"it is of a newer agent-console (shape {version}, this one knows {SCHEMA_VERSION})"
        yield fault("shape", says, "update agent-console on this seat")
    elif version < SCHEMA_VERSION:
        yield look(
            "shape", f"it is of an older agent-console (shape {version} of {SCHEMA_VERSION})", "start the console: it is"
            " brought up to date after a backup"
        )  # fmt: skip
    else:
        yield ok("shape", f"{version}, this version's")


def integrity(connection: driver.Connection, path: Path, now: datetime, deep: bool) -> Iterator[Finding]:
    """Whether the pages of the file hold together; `deep` also compares indexes with their tables."""
    found = [row[0] for row in connection.execute(f"PRAGMA {'integrity' if deep else 'quick'}_check(20)")]
    if found == ["ok"]:
        yield ok("integrity", "whole" if deep else "whole at a quick look (--deep looks at everything)")
    else:
        _, do = _told(driver.DatabaseError("malformed"), path)
        yield fault("integrity", f"damaged: {'; '.join(found[0].splitlines()[:2])}", do)


def references(connection: driver.Connection, path: Path, now: datetime, deep: bool) -> Iterator[Finding]:
    """Foreign keys that lead nowhere."""
    broken = len(connection.execute("PRAGMA foreign_key_check").fetchall())
    if broken:
        yield fault("references", f"{broken} lead nowhere", "restore the last backup, or report this")
    else:
        yield ok("references", "none leads nowhere")


def words(connection: driver.Connection, path: Path, now: datetime, deep: bool) -> Iterator[Finding]:
    """Whether the word indexes hold what the rows say. The engine takes the write lock for this check."""
    broken = broken_words(path)
    if broken is None:
        yield look("search index", "not looked at, the store cannot be written now", "try again when it can")
    elif broken:
        yield fault(
            "search index",
            f"{', '.join(broken)} does not fit its rows: a search may miss something",
            "close the console, then agent-console doctor --repair",
            Repair.CUSTOMERS if set(broken) & set(CUSTOMER_WORDS) else Repair.WORDS,
        )
    else:
        yield ok("search index", "fits the rows")


def broken_words(path: Path) -> list[str] | None:
    """The word indexes that do not fit their rows; None when they cannot be looked at."""
    broken = []
    try:
        with closing(driver.connect(path, create=False)) as connection:
            there = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
            for table in (*WORDS, *CUSTOMER_WORDS):
                if table not in there:
                    continue
                driver.begin_write(connection)
                try:
                    with_rows = int(table in WORDS)  # the others keep no text to compare with
                    connection.execute(
                        f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', ?)",  # noqa: S608
                        (with_rows,),
                    )
                except driver.DatabaseError as error:
                    if "malformed" not in str(error) and "corrupt" not in str(error):
                        raise
                    broken.append(table)
                finally:
                    connection.execute("ROLLBACK")
    except driver.Error:
        return None
    return broken


def customer_index(connection: driver.Connection, path: Path, now: datetime, deep: bool) -> Iterator[Finding]:
    """Whether customers are found by what stands in their rows."""
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'customer_row'").fetchone():
        return
    lost = customers.lost(connection)
    amiss = customers.amiss(connection) if deep else 0
    if lost or amiss:
        says = f"{lost} of {customers.SAMPLE} tried are not found by all their words and numbers" if lost else ""
        counted = f"{amiss} words and numbers lead to the wrong number of customers" if amiss else ""
        do = "close the console, then agent-console doctor --repair"
        yield fault("customers", "; ".join(one for one in (says, counted) if one), do, Repair.CUSTOMERS)
    else:
        tried = "all counted" if deep else f"{customers.SAMPLE} tried"
        yield ok("customers", f"found by their words and numbers ({tried})")


def waiting(connection: driver.Connection, path: Path, now: datetime, deep: bool) -> Iterator[Finding]:
    """What waits for the hub, was refused, or needs a choice."""
    queued, oldest = connection.execute(
        "SELECT count(*), min(local_at) FROM outbox WHERE state IN ('queued', 'held') AND entity <> 'presence'"
    ).fetchone()
    refused = connection.execute(
        "SELECT count(*) FROM outbox WHERE state = 'refused' AND entity <> 'presence'"
    ).fetchone()[0]
    open_ones = connection.execute("SELECT count(*) FROM conflict WHERE state = 'open'").fetchone()[0]
    says = f"{queued} changes wait" + (f", the oldest since {oldest[:16].replace('T', ' ')} UTC" if oldest else "")
    if oldest and now - datetime.fromisoformat(oldest) > LONG_WAIT:
        yield look("outbox", says, "open the console while the hub can be reached: they go out by themselves")
    else:
        yield ok("outbox", says)
    if refused:
        yield look(
            "refused",
            f"the hub refused {refused} changes",
            "agent-console sync status counts them; enter them anew",
        )
    else:
        yield ok("refused", "none")
    if open_ones:
        yield look("conflicts", f"{open_ones} are open", "the agents choose which value holds")
    else:
        yield ok("conflicts", "none")


def clock(connection: driver.Connection, path: Path, now: datetime, deep: bool) -> Iterator[Finding]:
    """Whether this machine's clock is behind what it wrote itself."""
    newest = connection.execute(
        "SELECT max(at) FROM (SELECT max(local_at) AS at FROM outbox UNION ALL SELECT max(updated_at) FROM desk"
        " UNION ALL SELECT max(value) FROM sync_state WHERE key IN ('last_pull', 'last_push'))"
    ).fetchone()[0]
    if newest and datetime.fromisoformat(newest) > now + AHEAD:
        says = (
            f"it is {now:%Y-%m-%d %H:%M} UTC here, and the store was written at {newest[:16].replace('T', ' ')} UTC"
        )
        yield look(
            "clock", says, "set this machine's clock (timedatectl); times shown may be wrong, nothing is lost"
        )
    else:
        yield ok("clock", f"{now.astimezone():%Y-%m-%d %H:%M %Z}")


def log(path: Path) -> Iterator[Finding]:
    """The write-ahead log, which is to be short."""
    try:
        size = path.with_name(f"{path.name}-wal").stat().st_size
    except OSError:
        size = 0
    says = f"{size / 1e6:.1f} MB"
    if size >= LONG_LOG:
        do = "agent-console doctor --repair takes it in; if it grows again, a program keeps the store open"
        yield fault("log", says, do, Repair.LOG)
    else:
        yield ok("log", says)
