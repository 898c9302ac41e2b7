"""The store as a file: its shape, what it refuses to open, and that every trouble is a sentence."""

from __future__ import annotations

import multiprocessing
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from data.backup.making import check
from data.backup.shelf import COPY, Reason, shelved
from data.desk.journal import DeskItem
from data.models import SYNCED
from data.models.base import Entity
from data.store import database, driver, migrations
from data.store.database import Store
from data.store.errors import StoreError
from data.store.migrations import SCHEMA_VERSION
from data.store.steps import every_step


def sentence(error: pytest.ExceptionInfo[StoreError]) -> str:
    """The message, which must be one a person can use."""
    told = str(error.value)
    assert told.endswith("."), told
    assert "\n" not in told
    assert len(told.split()) >= 8
    assert "Traceback" not in told
    return told


# shape


def test_a_fresh_store_has_every_step(store: Store) -> None:
    assert store.value("PRAGMA user_version") == SCHEMA_VERSION
    assert len(every_step()) == SCHEMA_VERSION
    assert store.value("PRAGMA journal_mode") == "wal"
    assert store.value("PRAGMA synchronous") == 2, "FULL: a save that returned is on the disk"
    assert store.value("PRAGMA integrity_check") == "ok"


@pytest.mark.parametrize("model", [*SYNCED.values(), DeskItem], ids=lambda model: model.entity)
def test_tables_have_the_columns_of_their_models(store: Store, model: type[Entity]) -> None:
    columns = [row["name"] for row in store.rows(f'PRAGMA table_info("{model.entity}")')]
    assert [name for name in columns if name != "pk"] == list(model.columns())


def test_only_this_user_can_read_the_store(tmp_path: Path) -> None:
    with Store(tmp_path / "new" / "seat.db"):
        assert stat.S_IMODE((tmp_path / "new" / "seat.db").stat().st_mode) == 0o600


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "seat.db"
    Store(path).close()
    before = sorted(tmp_path.iterdir())
    with Store(path) as again:
        assert (
            again.value("PRAGMA schema_version")
            == driver.connect(path).execute("PRAGMA schema_version").fetchone()[0]
        )
    assert sorted(tmp_path.iterdir()) == before, "no backup of a store that is up to date"


def old_store(path: Path) -> None:
    """A store as the first version made it, with a ticket in it."""
    import sqlite_utils
    from sqlite_utils.migrations import Migrations

    connection = driver.connect(path)
    steps = Migrations("agent-console")
    steps()(migrations.STEPS[0])
    steps.apply(sqlite_utils.Database(connection, use_counts_table=False))
    connection.execute("INSERT INTO ticket (id, number, title) VALUES ('t1', '10001', 'kept')")
    connection.execute("PRAGMA user_version = 1")
    connection.close()


def test_an_older_store_is_brought_up_to_date_after_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "seat.db"
    old_store(path)
    with Store(path) as store:
        assert store.value("PRAGMA user_version") == SCHEMA_VERSION
        assert store.value("SELECT title FROM ticket") == "kept"
        assert store.value("SELECT count(*) FROM customer") == 0
    [kept] = shelved(path)
    assert kept.reason is Reason.BEFORE_UPDATE
    assert check(kept.path).schema_version == 1
    copy = driver.connect(kept.path / COPY)
    assert copy.execute("PRAGMA user_version").fetchone()[0] == 1
    assert copy.execute("SELECT title FROM ticket").fetchone()[0] == "kept"


def test_a_step_that_fails_leaves_the_old_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "seat.db"
    old_store(path)

    def broken(db: object) -> None:
        raise driver.OperationalError("database or disk is full")

    monkeypatch.setattr("data.callbacks.schema.STEPS", [broken])
    with pytest.raises(StoreError) as told:
        Store(path)
    assert "full" in sentence(told)
    connection = driver.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone()[0] == 1
    assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'customer'").fetchone()[0] == 0
    connection.close()
    monkeypatch.undo()
    with Store(path) as store:
        assert store.value("SELECT title FROM ticket") == "kept"


def _open(path: Path) -> str:
    try:
        with Store(path) as store:
            return str(store.value("PRAGMA user_version"))
    except StoreError as error:
        return str(error)


@pytest.mark.parametrize("prepare", [lambda path: None, old_store], ids=["fresh", "older"])
def test_several_processes_may_open_it_first(tmp_path: Path, prepare: Callable[[Path], None]) -> None:
    with multiprocessing.get_context("fork").Pool(6) as pool:
        for round_ in range(4):
            path = tmp_path / str(round_) / "seat.db"
            path.parent.mkdir()
            prepare(path)
            assert pool.map(_open, [path] * 6, chunksize=1) == [str(SCHEMA_VERSION)] * 6


# what is refused


def test_a_store_of_a_newer_version_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "seat.db"
    with Store(path) as store:
        store.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.read_bytes()
    with pytest.raises(StoreError) as told:
        Store(path)
    assert "newer agent-console" in sentence(told)
    assert "update" in sentence(told)
    assert path.read_bytes() == before


def garbage(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 64)


def text(path: Path) -> None:
    path.write_text("Dear store, " * 1000)


def overwritten(path: Path) -> None:
    Store(path).close()
    data = bytearray(path.read_bytes())
    data[100:3000] = b"\xff" * 2900
    path.write_bytes(data)


def cut(path: Path) -> None:
    Store(path).close()
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize("damage", [garbage, text, overwritten, cut])
def test_a_damaged_store_is_refused_in_words(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    path = tmp_path / "seat.db"
    damage(path)
    with pytest.raises(StoreError) as told, Store(path) as store:
        store.rows("SELECT * FROM ticket")
    assert "damaged" in sentence(told)
    assert str(path) in sentence(told)


def test_damage_met_while_reading_is_a_sentence_too(tmp_path: Path) -> None:
    path = tmp_path / "seat.db"
    with Store(path) as store:
        root = store.value("SELECT rootpage FROM sqlite_schema WHERE name = 'ticket'")
        size = store.value("PRAGMA page_size")
    data = bytearray(path.read_bytes())
    data[(root - 1) * size : root * size] = b"\xee" * size
    path.write_bytes(data)
    with Store(path) as store:
        for read in (store.rows, store.row, store.value):
            with pytest.raises(StoreError) as told:
                read("SELECT * FROM ticket")
            assert "damaged" in sentence(told)


def test_no_store_where_one_must_be(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as told:
        Store(tmp_path / "seat.db", create=False)
    assert "exists" in sentence(told)
    assert not (tmp_path / "seat.db").exists()


def test_a_folder_in_the_place_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "seat.db").mkdir()
    with pytest.raises(StoreError) as told:
        Store(tmp_path / "seat.db")
    assert "cannot be opened" in sentence(told)


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(StoreError) as told:
        Store(tmp_path / "home" / "seat.db")
    assert "--data-dir" in sentence(told)


# troubles while it is open


def test_a_full_disk(store: Store) -> None:
    store.execute(f"PRAGMA max_page_count = {store.value('PRAGMA page_count')}")
    with pytest.raises(StoreError) as told, store.write() as connection:
        connection.execute("CREATE TABLE big AS SELECT randomblob(100000)")
    assert "full" in sentence(told)
    assert not store.connection.in_transaction


def test_a_store_that_may_only_be_read(store: Store) -> None:
    store.execute("PRAGMA query_only = 1")
    with pytest.raises(StoreError) as told, store.write() as connection:
        connection.execute("DELETE FROM ticket")
    assert "read-only" in sentence(told)
    assert not store.connection.in_transaction


def test_a_store_that_somebody_keeps_locked(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "BUSY_TIMEOUT_S", 0.05)
    with Store(store.path) as other, other.write() as connection:
        connection.execute("DELETE FROM ticket")
        with pytest.raises(StoreError) as told, store.write():
            raise AssertionError("two writers at once")
    assert "busy" in sentence(told)
    with store.write() as connection:
        connection.execute("DELETE FROM ticket")


def test_writers_wait_for_each_other(store: Store) -> None:
    """Four threads, each with a connection of its own, lose nothing."""
    store.execute("CREATE TABLE t (n)")

    def work() -> None:
        with Store(store.path) as mine:
            for _ in range(100):
                with mine.write() as connection:
                    count = connection.execute("SELECT count(*) FROM t").fetchone()[0]
                    connection.execute("INSERT INTO t VALUES (?)", (count,))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row["n"] for row in store.rows("SELECT n FROM t ORDER BY rowid")] == list(range(400))


def test_reads_that_belong_together_see_one_moment(store: Store) -> None:
    count = "SELECT count(*) FROM customer_word"
    with Store(store.path) as other:
        with store.reading():
            assert store.value(count) == 0
            other.execute("INSERT INTO customer_word VALUES (0, 'ann')")
            with store.reading():
                assert store.value(count) == 0
        assert store.value(count) == 1
        with store.write(), store.reading():
            store.execute("INSERT INTO customer_word VALUES (0, 'lee')")
        assert other.value(count) == 2


def test_trouble_while_reading_leaves_no_transaction_open(store: Store) -> None:
    with pytest.raises(StoreError), store.reading():
        store.connection.execute("SELECT nothing FROM nowhere")
    with pytest.raises(KeyError), store.reading():
        raise KeyError
    assert not store.connection.in_transaction


def test_another_threads_connection_is_refused(store: Store) -> None:
    told: list[str] = []

    def work() -> None:
        try:
            store.rows("SELECT 1")
        except StoreError as error:
            told.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert len(told) == 1


def test_an_exception_inside_takes_everything_back(store: Store) -> None:
    with pytest.raises(KeyError), store.write() as connection:
        connection.execute("INSERT INTO queue (id, name) VALUES ('q', 'Queue')")
        raise KeyError("in the middle")
    assert store.value("SELECT count(*) FROM queue") == 0
    assert not store.connection.in_transaction


def test_wrong_sql_is_a_sentence_and_takes_everything_back(store: Store) -> None:
    with pytest.raises(StoreError) as told, store.write() as connection:
        connection.execute("INSERT INTO queue (id, name) VALUES ('q', 'Queue')")
        connection.execute("INSERT INTO nowhere VALUES (1)")
    assert "nowhere" in sentence(told)
    assert store.value("SELECT count(*) FROM queue") == 0


def test_closing_twice_is_nothing(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(StoreError):
        store.rows("SELECT 1")


def test_the_module_of_the_driver_is_the_only_one_that_imports_it() -> None:
    root = Path(database.__file__).parents[2]
    for folder in ("data", "console", "widgets", "themes"):
        for path in (root / folder).rglob("*.py"):
            words = path.read_text()
            if path != Path(driver.__file__):
                assert "import sqlite3" not in words, path
                assert "from sqlcipher3" not in words, path
