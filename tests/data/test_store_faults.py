"""A disk that is full, may only be read, or loses pages: a sentence that says what to do, and nothing else is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.backup.making import back_up
from data.backup.shelf import Reason
from data.clock import SYSTEM_CLOCK
from data.desk import journal
from data.models.base import AgentId
from data.store.database import Store
from data.store.errors import StoreError
from data.store.users import StoreInUse, User, Using, alone, in_use, lock
from data.tickets import tickets
from tests.faults import damage, full, read_only, with_files_up_to

ME = AgentId("agent-1")
LONG = "word " * 4_000


def save(store: Store, title: str, details: str = "") -> str:
    """Save a ticket; returns what went wrong, in words."""
    try:
        tickets.create(store, {"title": title, "details": details}, "S-1", ME, SYSTEM_CLOCK)
    except StoreError as error:
        return str(error)
    return ""


def titles(store: Store) -> list[str]:
    return [row["title"] for row in store.rows("SELECT title FROM ticket ORDER BY pk")]


def test_on_a_full_disk_a_save_is_refused_whole_and_works_again_when_there_is_room(store: Store) -> None:
    assert save(store, "before") == ""
    full(store)
    told = save(store, "too long", LONG)
    assert (
        told
        == f"The disk that holds {store.path} is full: free some space, then try again; nothing saved before is lost."
    )
    with pytest.raises(StoreError) as error:
        journal.keep(
            store,
            journal.put_on_top(store, "c-1", ME, SYSTEM_CLOCK).model_copy(update={"fields": {"details": LONG}}),
            SYSTEM_CLOCK,
        )
    assert error.value.brief == "disk is full"
    assert (titles(store), store.value("SELECT count(*) FROM outbox")) == (["before"], 2)
    full(store, full=False)
    assert save(store, "after", LONG) == ""
    assert titles(store) == ["before", "after"]
    assert store.value("PRAGMA integrity_check") == "ok"


def test_a_quota_of_the_system_is_told_apart_from_a_full_disk(tmp_path: Path) -> None:
    path = tmp_path / "seat.db"
    with Store(path) as store:
        assert save(store, "before") == ""

    def work() -> str:
        with Store(path) as store:
            return next(told for _ in range(100) if (told := save(store, "too long", LONG)))

    told = with_files_up_to(path.stat().st_size, work)
    assert "over its quota" in told and "nothing saved before is lost" in told
    with Store(path) as store:
        assert titles(store)[0] == "before"
        assert len(titles(store)) * 2 == store.value("SELECT count(*) FROM outbox")
        assert save(store, "after", LONG) == ""


def test_a_store_that_may_only_be_read_says_whose_right_is_missing(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    with Store(folder / "seat.db") as store:
        save(store, "before")
    with read_only(folder):
        with pytest.raises(StoreError) as told, Store(folder / "seat.db") as store, store.write():
            pass
        assert "read-only" in str(told.value) or "cannot be opened" in str(told.value)
        assert str(folder) in str(told.value)
    with Store(folder / "seat.db") as store:
        assert titles(store) == ["before"]


def test_a_damaged_page_is_told_with_the_command_that_brings_the_newest_backup_back(tmp_path: Path) -> None:
    path = tmp_path / "seat.db"
    with Store(path) as store:
        save(store, "before")
        kept = [back_up(store.connection, path, Reason.BY_HAND, SYSTEM_CLOCK.now()) for _ in range(2)]
    damaged = damage(path, "ticket")
    with Store(path) as store:
        for work in (lambda: titles(store), lambda: tickets.find(store, "before")):
            with pytest.raises(StoreError) as told:
                work()
            assert told.value.brief == "store is damaged"
            assert f"`agent-console restore {kept[1]}`" in str(told.value)
            assert "agent-console doctor" in str(told.value)
    assert path.read_bytes() == damaged, "nobody writes over what could still be rescued"


def test_without_a_backup_the_way_on_is_another(tmp_path: Path) -> None:
    path = tmp_path / "seat.db"
    Store(path).close()
    damage(path, "ticket")
    with Store(path) as store, pytest.raises(StoreError) as told:
        titles(store)
    assert "no backup" in str(told.value) and "put the file aside" in str(told.value)


# who uses it


def test_who_has_a_store_open_is_known_until_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "seat.db"
    with Store(path, user=User.CONSOLE), Store(path, user=User.WORKER) as worker:
        assert in_use(path) == [User.CONSOLE, User.WORKER]
        worker.close()
        assert in_use(path) == [User.CONSOLE]
        with pytest.raises(StoreInUse, match="a console is open"), alone(path):
            raise AssertionError("two at once")
    assert in_use(path) == []
    with alone(path):
        with pytest.raises(StoreError, match="just being restored"):
            Store(path)
        with pytest.raises(StoreInUse):
            Using(path, User.CONSOLE)
    Store(path).close()


def test_an_import_keeps_a_restore_away(tmp_path: Path) -> None:
    import os

    handle = lock(tmp_path / "seat.db", User.IMPORT, alone=True)
    with pytest.raises(StoreInUse, match="an import is running"), alone(tmp_path / "seat.db"):
        raise AssertionError("two at once")
    os.close(handle)
    with alone(tmp_path / "seat.db"):
        pass
