"""An import is seen as a whole or not at all, whatever else happens meanwhile."""

from __future__ import annotations

import fcntl
import gc
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.customers.importing import import_customers, import_rows, imported_rows
from data.customers.index import remove_customer, write_customer
from data.customers.lookup import get, lookup, pop
from data.customers.mapping import ImportRefused
from data.customers.sources.rows import SourceRow, TornRow
from data.customers.staging import PAGE
from data.store.database import Store
from tests.data.customers.conftest import Save, customer
from tests.data.customers.test_index import assert_indexes_right


def people_file(path: Path, count: int, *, name: str = "Ann Lee", first: int = 0) -> Path:
    """Customers `first` … with numbers +1 202 2xx xxxx, all of one name."""
    rows = [f"{number},{name} {number},202{2000000 + number}" for number in range(first, first + count)]
    path.write_text("id,name,phone\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def state(store: Store) -> dict[str, str]:
    return {row["id"]: row["name"] for row in store.rows("SELECT id, name FROM customer")}


def test_nobody_sees_an_import_before_it_is_whole_and_others_save_meanwhile(store: Store, tmp_path: Path) -> None:
    import_customers(store, people_file(tmp_path / "old.csv", 50))
    before = state(store)
    pages = 0

    def meanwhile(read: int, expected: int) -> None:
        nonlocal pages
        pages += 1
        assert expected == 1000
        with Store(store.path) as desk:
            assert state(desk) == before
            assert (
                len(lookup(desk, "park", limit=100))
                == len(lookup(desk, "0900"))
                == len(pop(desk, "+12022000900"))
                == 0
            )
            assert len(lookup(desk, "lee", limit=100)) == 50
            assert get(desk, "900") is None
            assert lookup(desk, "900") == []
            with desk.write() as connection:
                write_customer(connection, customer(f"desk {pages}", "Desk Doe").to_row())
            before[f"desk {pages}"] = "Desk Doe"

    report = import_customers(store, people_file(tmp_path / "new.csv", 1000, name="Ann Park"), progress=meanwhile)
    assert (report.added, report.updated) == (950, 50)
    assert pages == 1000 // PAGE
    now = state(store)
    assert now == {**before, **{str(number): f"Ann Park {number}" for number in range(1000)}}
    assert lookup(store, "lee") == []
    assert len(lookup(store, "0900")) == 1
    assert store.value("SELECT count(*) FROM customer_row WHERE gone <> 0") == 0
    assert len(list(imported_rows(store, report.import_id))) == 1000
    assert_indexes_right(store)


def test_what_a_desk_saves_during_an_import_is_kept(store: Store, tmp_path: Path) -> None:
    import_customers(store, people_file(tmp_path / "old.csv", 10))

    def meanwhile(read: int, expected: int) -> None:
        if read == PAGE:
            with Store(store.path) as desk, desk.write() as connection:
                write_customer(connection, customer("3", "Known Doe").to_row())
                write_customer(connection, customer("50", "Staged Doe").to_row())
                write_customer(connection, customer("300", "Coming Doe").to_row())
                remove_customer(connection, "4")

    report = import_customers(store, people_file(tmp_path / "new.csv", 400, name="Ann Park"), progress=meanwhile)
    now = state(store)
    assert (now["3"], now["50"], now["300"], now["4"]) == ("Known Doe", "Staged Doe", "Ann Park 300", "Ann Park 4")
    assert len(now) == 400
    assert report.remarks == (
        "2 of the customers were saved at a desk during the import: what was saved there was kept.",
    )
    assert_indexes_right(store)


def test_an_import_that_breaks_off_leaves_the_old_state(store: Store, tmp_path: Path) -> None:
    import_customers(store, people_file(tmp_path / "old.csv", 300))
    before = state(store)

    def stop(read: int, expected: int) -> None:
        if read > 500:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_customers(store, people_file(tmp_path / "new.csv", 900, name="Ann Park"), progress=stop)
    assert state(store) == before
    assert store.value("SELECT count(*) FROM customer_row") == 300
    assert store.value("SELECT pending FROM customer_horizon") == 0
    assert_indexes_right(store)


IMPORTER = """
import sys
from pathlib import Path

from data.customers import staging
from data.customers.importing import import_customers
from data.store.database import Store

staging._KEPT_BACK = 500


def reached(moment):
    if moment == sys.argv[3]:
        print(moment, flush=True)
        sys.stdin.readline()


class Watched(Store):
    def write(self):
        if self.value("SELECT count(*) FROM customer_row WHERE gone <> 0") == 200:
            if self.value("SELECT pending FROM customer_horizon") == 0:
                reached("settling")
        return super().write()


with Watched(Path(sys.argv[1])) as store:
    import_customers(store, Path(sys.argv[2]), progress=lambda read, expected: reached(str(read)))
"""


def killed_at(moment: str, store: Path, file: Path) -> None:
    """Import in a process of its own and kill -9 it at a moment: after so many rows, or while it settles."""
    with subprocess.Popen(
        [sys.executable, "-c", IMPORTER, str(store), str(file), moment],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == moment
        process.kill()
        assert process.wait() == -signal.SIGKILL


@pytest.mark.parametrize("rows", [PAGE, 800, 900])
def test_kill_9_in_the_middle_leaves_the_old_state_and_the_next_import_sweeps(tmp_path: Path, rows: int) -> None:
    path = tmp_path / "seat.db"
    with Store(path) as store:
        import_customers(store, people_file(tmp_path / "old.csv", 300))
        before = state(store)
    killed_at(str(rows), path, people_file(tmp_path / "new.csv", 900, name="Ann Park"))
    with Store(path) as store:
        assert store.value("SELECT count(*) FROM customer_row") > 300
        assert state(store) == before
        staged = {tuple(row) for row in store.execute("SELECT * FROM customer_number WHERE rank > 300").fetchall()}
        assert bool(staged) == (rows > PAGE)
        assert lookup(store, "park") == lookup(store, "0450") == pop(store, "+12022000450") == []
        with store.write() as connection:
            write_customer(connection, customer("5", "Desk Doe").to_row())
            write_customer(connection, customer("desk", "Desk Doe").to_row())
        import_customers(store, people_file(tmp_path / "small.csv", 1, first=5000))
        assert state(store) == {**before, "5": "Desk Doe", "desk": "Desk Doe", "5000": "Ann Lee 5000"}
        assert store.value("SELECT count(*) FROM customer_row") == 302
        assert [row["state"] for row in store.rows("SELECT state FROM customer_import")] == [
            "done",
            "given up",
            "done",
        ]
        assert_indexes_right(store)
        report = import_customers(store, tmp_path / "new.csv")
        assert (report.added, report.updated) == (600, 300)
        assert_indexes_right(store)


def test_kill_9_after_the_flip_leaves_the_new_state(tmp_path: Path) -> None:
    path = tmp_path / "seat.db"
    with Store(path) as store:
        import_customers(store, people_file(tmp_path / "old.csv", 300))
    killed_at("settling", path, people_file(tmp_path / "new.csv", 300, name="Ann Park"))
    with Store(path) as store:
        wanted = {str(number): f"Ann Park {number}" for number in range(300)}
        assert store.value("SELECT count(*) FROM customer_row WHERE gone <> 0") > 0
        assert state(store) == wanted
        assert [match.customer.id for match in lookup(store, "0299")] == ["299"]
        import_customers(store, people_file(tmp_path / "none.csv", 0))
        assert state(store) == wanted
        assert store.value("SELECT count(*) FROM customer_row") == 300
        assert_indexes_right(store)


def test_two_imports_at_once_are_refused(store: Store, tmp_path: Path) -> None:
    path = people_file(tmp_path / "new.csv", 1)
    with store.path.with_name("seat.db.import").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(ImportRefused, match="Another import is running"):
            import_customers(store, path)
    assert import_customers(store, path).added == 1


def test_the_connection_gets_its_settings_back(store: Store, tmp_path: Path) -> None:
    names = ("cache_size", "synchronous", "wal_autocheckpoint")
    before = [store.value(f"PRAGMA {name}") for name in names]
    collecting = gc.isenabled()
    import_customers(store, people_file(tmp_path / "new.csv", 1))
    assert [store.value(f"PRAGMA {name}") for name in names] == before
    assert gc.isenabled() == collecting


class Cards:
    """A source that is no file: what vCard and JSON Lines will be."""

    headings = ("name", "tel")
    expected = 2
    remarks = ("Read as cards.",)

    def __iter__(self) -> Iterator[SourceRow | TornRow]:
        yield SourceRow(1, ("name", "tel"), ("Ann Lee", "202-555-0142"), "1")
        yield SourceRow(2, ("name",), ("Bo Lee",), "2")


def test_any_source_of_rows_can_be_imported(store: Store) -> None:
    report = import_rows(store, Cards(), "cards")
    assert (report.read, report.added, report.remarks) == (2, 2, ("Read as cards.",))
    assert [match.customer.name for match in lookup(store, "lee")] == ["Ann Lee", "Bo Lee"]


def test_rows_of_an_import_are_given_as_they_are_now(store: Store, save: Save, tmp_path: Path) -> None:
    report = import_customers(store, people_file(tmp_path / "new.csv", 700))
    save("3", "Desk Doe")
    names = {row["id"]: row["name"] for row in imported_rows(store, report.import_id)}
    assert len(names) == 700
    assert names["3"] == "Desk Doe"
