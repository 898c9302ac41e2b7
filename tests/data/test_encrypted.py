"""An encrypted store: without its key it is noise, and so is everything that is made of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.backup.making import back_up, check
from data.backup.restoring import restore
from data.backup.rounds import Rounds
from data.backup.shelf import BackupError, Reason, shelved
from data.clock import SYSTEM_CLOCK
from data.floor.pace import LeapClock
from data.models.base import AgentId
from data.store.database import Store
from data.store.errors import StoreError
from data.store.key import Key
from data.store.save import saving
from tests.sync.writers import note, ticket

ME, NOW = AgentId("dana"), datetime(2026, 1, 5, 9, tzinfo=UTC)
TITLE, NOTE = "Maria Alvarez cannot print", "She keeps the spare key under the mat"


def written(path: Path, key: Key) -> Store:
    store = Store(path, key=key)
    with saving(store, ME, SYSTEM_CLOCK) as change:
        one = change.add(ticket(TITLE))
        change.add(note(one.id, NOTE))
    return store


def readable(folder: Path) -> list[Path]:
    """The files in which something of it stands."""
    told = (b"Alvarez", b"spare key")
    return [file for file in folder.rglob("*") if file.is_file() and any(one in file.read_bytes() for one in told)]


def test_without_the_key_there_is_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    key = Key.fresh()
    with written(tmp_path / "seat.db", key) as store:
        assert (tmp_path / "seat.db-wal").stat().st_size > 0 and readable(tmp_path) == [], "open, log and all"
        store.execute("CREATE TEMP TABLE sorted AS SELECT * FROM ticket_event ORDER BY text")
    for wrong in (None, Key.fresh()):
        with pytest.raises(StoreError):
            Store(tmp_path / "seat.db", key=wrong)
    with Store(tmp_path / "seat.db", key=key) as store:
        assert store.value("SELECT title FROM ticket") == TITLE
    assert readable(tmp_path) == []
    assert capfd.readouterr() == ("", ""), "the engine says nothing on the screen about a wrong key"


def test_a_backup_keeps_the_key(tmp_path: Path) -> None:
    key = Key.fresh()
    with written(tmp_path / "seat.db", key) as store:
        made = back_up(store.connection, store.path, Reason.BY_HAND, NOW, key=key)
    assert readable(tmp_path) == []
    manifest = check(made, key)
    assert manifest.encrypted and manifest.queued == 2 and sorted(manifest.files) == ["seat.db"]
    for wrong in (None, Key.fresh()):
        with pytest.raises(BackupError):
            check(made, wrong)
    with Store(tmp_path / "seat.db", key=key) as store, saving(store, ME, SYSTEM_CLOCK) as change:
        change.add(ticket("Alvarez once more"))
    done = restore(tmp_path / "seat.db", made, NOW, key)
    assert done.undo and done.changes == 1, "what was only in the store before is taken over"
    with Store(tmp_path / "seat.db", key=key) as store:
        assert store.value("SELECT count(*) FROM outbox") == 3
    assert readable(tmp_path) == []
    with written(tmp_path / "plain" / "seat.db", key), pytest.raises(BackupError):
        restore(tmp_path / "other.db", made, NOW)


def test_the_hourly_round_keeps_it_too(tmp_path: Path) -> None:
    key, clock, said = Key.fresh(), LeapClock(), list[str]()
    written(tmp_path / "seat.db", key).close()
    rounds = Rounds(tmp_path / "seat.db", 1.0, 3, clock, said.append, key)
    clock.leap(7200)
    rounds.look()
    assert rounds._thread is not None
    rounds._thread.join(20)
    assert len(shelved(tmp_path / "seat.db")) == 1 and said == []
    assert readable(tmp_path) == []
