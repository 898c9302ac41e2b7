"""Backups: one moment of the store, checked before they have a name, kept to a number, and never half there."""

from __future__ import annotations

import itertools
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.backup import making, rounds, shelf
from data.backup.making import back_up, check
from data.backup.restoring import restore
from data.backup.rounds import Rounds, too_many
from data.backup.shelf import COPY, MANIFEST, OUTBOX, BackupError, Reason, Shelved, shelved
from data.floor.pace import LeapClock
from data.models.base import AgentId
from data.store import driver
from data.store.database import Store
from data.store.migrations import SCHEMA_VERSION
from data.tickets import tickets
from tests.faults import damage, read_only, with_files_up_to

ME = AgentId("agent-1")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def save(store: Store, clock: LeapClock, count: int = 1) -> None:
    for number in range(count):
        tickets.create(store, {"title": f"Printer {number}"}, f"S-{number}", ME, clock)


def made(store: Store, place: Path | None = None, **options: bool) -> Path:
    return back_up(store.connection, store.path, Reason.BY_HAND, NOW, place, **options)


def sentence(error: pytest.ExceptionInfo[BackupError]) -> str:
    told = str(error.value)
    assert told.endswith(".") and "\n" not in told and len(told.split()) >= 8, told
    return told


def test_a_backup_is_the_store_its_waiting_changes_and_what_both_must_be(store: Store, clock: LeapClock) -> None:
    save(store, clock, 3)
    place = made(store)
    assert place == store.path.parent / "backups" / "seat-20261122T090000Z-by-hand"
    manifest = check(place)
    assert (manifest.reason, manifest.made_at, manifest.schema_version) == (Reason.BY_HAND, NOW, SCHEMA_VERSION)
    assert (manifest.rows["ticket"], manifest.queued, manifest.refused) == (3, 6, 0)
    lines = [json.loads(line) for line in (place / OUTBOX).read_text().splitlines()]
    assert [line["op_id"] for line in lines] == [row["op_id"] for row in store.rows("SELECT op_id FROM outbox")]
    assert json.loads(lines[0]["patch"])["title"] == "Printer 0"


def test_nobody_else_can_read_it(store: Store, clock: LeapClock) -> None:
    before = os.umask(0)
    try:
        place = made(store)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (place.parent, place, *place.iterdir())}
    assert modes == {"backups": 0o700, place.name: 0o700, COPY: 0o600, OUTBOX: 0o600, MANIFEST: 0o600}


def test_it_is_one_moment_while_others_write(store: Store, clock: LeapClock) -> None:
    save(store, clock, 20)
    over = threading.Event()

    def work() -> None:
        with Store(store.path) as mine:
            for _ in itertools.takewhile(lambda _: not over.is_set(), itertools.count()):
                save(mine, clock)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        places = [made(store) for _ in range(5)]
    finally:
        over.set()
        thread.join()
    counts = []
    for place in places:
        manifest = check(place)
        assert manifest.rows["ticket"] == manifest.rows["ticket_event"] == manifest.queued / 2
        counts.append(manifest.rows["ticket"])
    assert counts == sorted(counts) and counts[-1] > 20


def test_what_is_there_is_not_overwritten(store: Store, tmp_path: Path, clock: LeapClock) -> None:
    place = made(store, tmp_path / "kept")
    save(store, clock)
    with pytest.raises(BackupError) as told:
        made(store, place)
    assert "--force" in sentence(told) and check(place).rows["ticket"] == 0
    made(store, place, force=True)
    assert check(place).rows["ticket"] == 1
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    for other in (tmp_path / "mine", tmp_path / "mine" / "letter.txt"):
        with pytest.raises(BackupError) as told:
            made(store, other, force=True)
        assert "not touched" in sentence(told)
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def flipped(place: Path) -> None:
    data = bytearray((place / COPY).read_bytes())
    data[-100] ^= 1
    (place / COPY).write_bytes(data)


def cut_outbox(place: Path) -> None:
    lines = (place / OUTBOX).read_text().splitlines()
    (place / OUTBOX).write_text("\n".join(lines[:-1]))


def newer_format(place: Path) -> None:
    _edit(place, format=shelf.FORMAT + 1)


def _edit(place: Path, **facts: object) -> None:
    body = json.loads((place / MANIFEST).read_text())
    (place / MANIFEST).write_text(json.dumps({**body, **facts}))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (flipped, "seat.db was changed or damaged"),
        (cut_outbox, "outbox.jsonl was changed or damaged"),
        (lambda place: (place / COPY).unlink(), "No such file"),
        (lambda place: (place / MANIFEST).unlink(), "is no backup"),
        (lambda place: (place / MANIFEST).write_text("{"), "damaged"),
        (lambda place: _edit(place, rows={"ticket": 7}), "another number of rows"),
        (lambda place: _edit(place, schema_version=1), "another shape"),
        (newer_format, "newer agent-console"),
    ],
)
def test_a_spoilt_backup_is_refused_before_anything_is_touched(
    store: Store, clock: LeapClock, spoil: Callable[[Path], object], says: str
) -> None:
    save(store, clock)
    place = made(store)
    spoil(place)
    store.close()
    before = store.path.read_bytes()
    with pytest.raises(BackupError) as told:
        restore(store.path, place, NOW)
    assert says in sentence(told)
    assert store.path.read_bytes() == before
    assert [one.path for one in shelved(store.path)] == [place]


def test_a_backup_of_a_newer_store_is_refused(store: Store) -> None:
    store.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    place = made(store)
    store.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    store.close()
    with pytest.raises(BackupError) as told:
        restore(store.path, place, NOW)
    assert "newer agent-console" in sentence(told) and "update" in sentence(told)


def test_a_backup_of_an_older_store_is_brought_up_to_date(tmp_path: Path) -> None:
    from tests.data.test_store import old_store

    old_store(tmp_path / "old" / "seat.db")
    connection = driver.connect(tmp_path / "old" / "seat.db")
    place = back_up(connection, tmp_path / "old" / "seat.db", Reason.BEFORE_UPDATE, NOW)
    connection.close()
    done = restore(tmp_path / "new" / "seat.db", place, NOW)
    assert done.kept is None
    with Store(tmp_path / "new" / "seat.db") as store:
        assert store.value("SELECT title FROM ticket") == "kept"
        assert store.value("PRAGMA user_version") == SCHEMA_VERSION
    assert shelved(tmp_path / "new" / "seat.db") == [], "the backup itself is the copy from before the update"


def test_a_damaged_store_makes_no_backup(store: Store, clock: LeapClock) -> None:
    save(store, clock)
    store.close()
    damage(store.path, "ticket")
    with Store(store.path) as again, pytest.raises(BackupError) as told:
        made(again)
    assert "damaged" in sentence(told)
    assert list((store.path.parent / "backups").iterdir()) == []


def test_a_disk_without_room_for_it(store: Store, clock: LeapClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "SPARE_BYTES", 0)
    with pytest.raises(BackupError) as told:
        back_up(store.connection, store.path, Reason.BY_HAND, NOW, spare_bytes=10**15)
    assert "MB free" in sentence(told)

    def work() -> str:
        try:
            with Store(store.path) as mine:
                return str(made(mine))
        except BackupError as error:
            return str(error)

    told_there = with_files_up_to(100_000, work)
    assert "quota" in told_there or "full" in told_there
    assert shelved(store.path) == []
    assert list((store.path.parent / "backups").iterdir()) == []


def test_a_place_that_cannot_be_written(store: Store, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with read_only(tmp_path / "there"), pytest.raises(BackupError) as told:
        made(store, tmp_path / "there" / "copy")
    assert "cannot be written" in sentence(told)


def test_what_a_killed_backup_left_is_swept_by_the_next(store: Store) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = store.path.parent / "backups" / f".seat-20261122T080000Z-hourly.part-{dead.pid}"
    left.mkdir(parents=True)
    (left / COPY).write_text("half")
    assert shelved(store.path) == []
    made(store)
    assert not left.exists()


@pytest.mark.parametrize(
    "step", ["data.backup.restoring.succeed", "data.backup.restoring._keep", "pathlib.Path.replace"]
)
def test_a_restore_that_fails_leaves_everything_as_it_was(
    store: Store, clock: LeapClock, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    place = made(store)
    save(store, clock)
    store.close()

    def broken(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(step, broken)
    with pytest.raises(BackupError) as told:
        restore(store.path, place, NOW)
    assert "free some space" in sentence(told)
    monkeypatch.undo()
    assert not list(store.path.parent.glob("*.restoring*"))
    with Store(store.path) as again:
        assert again.value("SELECT count(*) FROM ticket") == 1
    assert restore(store.path, place, NOW).undo


# by themselves


def listed(*ages_h: float, reason: Reason = Reason.HOURLY) -> list[Shelved]:
    times = [NOW - timedelta(hours=age) for age in ages_h]
    return [Shelved(Path(f"{at:%Y%m%dT%H%M%S}"), at, reason) for at in times]


def test_the_newest_stay_and_the_last_of_each_of_seven_days() -> None:
    kept = listed(*range(24 * 20))
    gone = too_many(kept, 24)
    stay = [one.made_at for one in kept if one.path not in gone]
    assert stay[:24] == [one.made_at for one in kept[:24]]
    days = [at.astimezone().date() for at in stay]
    assert len(set(days)) == rounds.DAYS
    assert len(stay) <= 24 + rounds.DAYS
    assert too_many(listed(*range(10)), 24) == []
    assert too_many(listed(*range(100), reason=Reason.BY_HAND), 1) == []


@pytest.fixture
def said() -> list[str]:
    return []


def finish(one: Rounds) -> None:
    if one._thread is not None:
        one._thread.join()


def test_one_comes_every_hour_when_something_was_written(store: Store, clock: LeapClock, said: list[str]) -> None:
    one = Rounds(store.path, 1, 2, clock, said.append)
    one.look()
    assert one._thread is None, "not in the first minute of a shift"
    for _ in range(4):
        save(store, clock)
        for _ in range(70):
            clock.leap(60)
            one.look()
            finish(one)
    assert said == []
    assert [kept.reason for kept in shelved(store.path)] == [Reason.HOURLY] * 2, "four were made, two stay"
    newest = check(shelved(store.path)[0].path)
    assert newest.rows["ticket"] == 4


def test_none_is_made_when_they_are_off_or_nothing_was_written(
    store: Store, clock: LeapClock, said: list[str]
) -> None:
    off = Rounds(store.path, 0, 24, clock, said.append)
    clock.leap(7200)
    off.look()
    assert off._thread is None
    on = Rounds(store.path, 1, 24, clock, said.append)
    for _ in range(3):
        clock.leap(7200)
        on.look()
        finish(on)
    assert len(shelved(store.path)) == 1
    save(store, clock)
    clock.leap(7200)
    on.look()
    finish(on)
    assert len(shelved(store.path)) == 2


def test_one_that_cannot_be_made_is_said_and_tried_again_later(
    store: Store, clock: LeapClock, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "SPARE_BYTES", 10**15)
    one = Rounds(store.path, 1, 24, clock, said.append)
    for _ in range(25):
        clock.leap(60)
        one.look()
        finish(one)
    assert len(said) == 3, "every ten minutes"
    assert "free some space" in said[0]
    assert shelved(store.path) == []
