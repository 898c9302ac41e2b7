"""Importing queue_logs: counts, reasons, files of every kind, and that a second time changes nothing."""

from __future__ import annotations

import gzip
import lzma
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.models.contact import ContactEvent, EventKind
from data.queue.history import SKIPPED_KEPT, import_queue_log
from data.queue.log_file import LONGEST_LINE, QueueLogError
from data.store.database import STORE_FILE, Store
from tests.data.queue.samples import EVERY_EVENT, history, made_up_log, take_in, write_pieces

LINES = len(EVERY_EVENT.splitlines())
START = b"1795294261|NONE|NONE|NONE|QUEUESTART|\n"


def events(store: Store) -> list[ContactEvent]:
    return [ContactEvent.from_row(row) for row in store.rows("SELECT * FROM contact_event ORDER BY at, id")]


def test_every_line_becomes_an_event_of_the_log(store: Store, tmp_path: Path) -> None:
    report = take_in(store, tmp_path, EVERY_EVENT)
    assert (report.read, report.added, report.rejected, report.skipped) == (LINES, LINES, 0, ())
    found = events(store)
    assert {one.source for one in found} == {"log"}
    answered = next(one for one in found if one.kind is EventKind.ANSWERED)
    assert (answered.contact_id, answered.queue, answered.agent, answered.wait_s, answered.at) == (
        "1795294300.0",
        "support",
        "Ana Silva",
        2.0,
        datetime(2026, 11, 21, 20, 51, 42, tzinfo=UTC),
    )
    assert [one.text for one in found if one.kind is EventKind.LEFT] == [
        "time-out",
        "key 5",
        "withdrawn: asked back",
        "queue empty",
    ]
    assert [one.text for one in found if one.text.startswith("CRMNOTE")] == ["CRMNOTE hello|there"]


def test_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    take_in(store, tmp_path, EVERY_EVENT)
    before = history(store)
    report = take_in(store, tmp_path, EVERY_EVENT, EVERY_EVENT)
    assert (report.read, report.added, report.updated, report.unchanged) == (2 * LINES, 0, 0, 2 * LINES)
    assert history(store) == before


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, lambda raw: raw])
def test_packed_files_are_read_by_what_they_are(store: Store, tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    assert take_in(store, tmp_path, pack(EVERY_EVENT)).added == LINES


def test_what_is_skipped_is_told_with_its_line(store: Store, tmp_path: Path) -> None:
    log = (
        START
        + b"\n \n"
        + b"1795294262|7.1|support|NONE|ABAN\n"
        + b"garbage\n"
        + b"\0\0\0\0\n"
        + b"1795294263|7.1|support|\xe9t\xe9|RINGNOANSWER|1\r\n"
        + b"12|7.1|support|NONE|ABANDON|1|1|9\n"
        + b"1795294264|NONE|sales|Dee|BRANDNEW|x\n"
    )
    report = take_in(store, tmp_path, log)
    assert (report.read, report.added, report.rejected, report.waiting) == (7, 3, 4, 0)
    assert [(Path(one.file).name, one.line) for one in report.skipped] == [
        ("queue_log.0", line) for line in (4, 5, 6, 8)
    ]
    assert "queue_log.0:4: breaks off in the name of the event" in str(report.skipped[0])
    assert [one.agent for one in events(store) if one.kind is EventKind.MISSED] == ["été"]


def test_reasons_are_capped_and_counts_are_not(store: Store, tmp_path: Path) -> None:
    report = take_in(store, tmp_path, START + b"garbage\n" * 5_000)
    assert (report.read, report.rejected, len(report.skipped)) == (5_001, 5_000, SKIPPED_KEPT)


def test_the_shape_of_the_report(store: Store, tmp_path: Path) -> None:
    told = take_in(store, tmp_path, EVERY_EVENT).as_json()
    assert list(told) == ["read", "added", "updated", "unchanged", "rejected", "seconds"]


def test_an_empty_file(store: Store, tmp_path: Path) -> None:
    report = take_in(store, tmp_path, b"")
    assert (report.read, report.skipped, history(store)) == (0, (), [])


def test_a_last_line_without_its_end_counts(store: Store, tmp_path: Path) -> None:
    take_in(store, tmp_path, EVERY_EVENT)
    whole = history(store)
    with store.write() as connection:
        connection.execute("DELETE FROM contact_event")
    report = take_in(store, tmp_path, EVERY_EVENT.rstrip(b"\n"))
    assert (report.read, report.added, report.rejected) == (LINES, LINES, 0)
    assert history(store) == whole


def test_a_cut_line_waits_and_is_told(store: Store, tmp_path: Path) -> None:
    report = take_in(store, tmp_path, START + b"1795294262|7.1|supp")
    assert (report.read, report.added, report.rejected, report.waiting) == (1, 1, 0, 1)
    assert "is cut off (3 of the 5 fields" in str(report.skipped[0])


def test_one_line_of_ten_megabytes(store: Store, tmp_path: Path) -> None:
    log = (
        START
        + b"1795294262|NONE|support|Ana|PAUSE|"
        + b"x" * 10_000_000
        + b"\n"
        + b"y" * (LONGEST_LINE + 500_000)
        + b"\n"
        + START
    )
    report = take_in(store, tmp_path, log)
    assert (report.read, report.added, report.unchanged, report.rejected) == (4, 2, 1, 1)
    assert "of more than 16 MB" in str(report.skipped[0])
    assert store.value("SELECT max(length(text)) FROM contact_event") == 2_000


def test_ten_megabytes_without_any_line_end(store: Store, tmp_path: Path) -> None:
    report = take_in(store, tmp_path, b"x" * 10_000_000)
    assert (report.added, report.rejected) == (0, 1)


def test_files_from_windows(store: Store, tmp_path: Path) -> None:
    take_in(store, tmp_path, EVERY_EVENT)
    whole = history(store)
    text = EVERY_EVENT.decode()
    for log in (
        EVERY_EVENT.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + EVERY_EVENT,
        text.replace("\n", "\r\n").encode("utf-16"),
        text.encode("cp1252"),
    ):
        report = take_in(store, tmp_path, log)
        assert (report.unchanged, report.rejected) == (LINES, 0)
    assert history(store) == whole


def test_a_card_number_in_a_reason_is_masked_before_it_is_kept(store: Store, tmp_path: Path) -> None:
    card = b"4111 1111 1111 1111"
    take_in(
        store,
        tmp_path,
        START + b"1795294262|NONE|support|Ana|PAUSE|" + card + b"\n1795294263|NONE|support|Ana|PAUSE|" + card,
    )
    assert [one.text for one in events(store)][1:] == ["PAUSE card ••••1111"] * 2
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"4111 1111" not in store.path.read_bytes()


def test_hostile_names_are_kept_as_they_are(store: Store, tmp_path: Path) -> None:
    name = "[/] \x1b[31m'; DROP TABLE contact; -- ‮"
    take_in(store, tmp_path, f"1795294262|7.1|{name}|{name}|CONNECT|1|7.2|1\n".encode())
    found = events(store)[0]
    assert (found.queue, found.agent) == (name, name)


def test_two_versions_of_one_event_end_alike_in_any_order(store: Store, tmp_path: Path) -> None:
    short, long = (START + b"1795294262|7.1|a|B|COMPLETECALLER|1|%d|1\n" % talk for talk in (20, 200))
    take_in(store, tmp_path, short, long)
    once = history(store)
    with store.write() as connection:
        connection.execute("DELETE FROM contact_event")
    report = take_in(store, tmp_path, long, short)
    assert history(store) == once
    assert (report.added, report.updated, report.unchanged) == (2, 0, 2)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "There is no file"),
        (lambda path: path.mkdir(), "is a folder: name the queue_log files in it"),
        (lambda path: path.write_bytes(lzma.compress(made_up_log(1, 900))[:-40]), "is not a whole compressed file"),
        (lambda path: path.write_bytes(gzip.compress(EVERY_EVENT)[:-10]), "is not a whole compressed file"),
        (lambda path: path.write_bytes(b"\x1f\x8b" + b"nonsense" * 9), "is not a whole compressed file"),
    ],
)
def test_files_that_cannot_be_read_are_a_sentence(store: Store, tmp_path: Path, make: object, words: str) -> None:
    assert callable(make)
    path = tmp_path / "queue_log"
    make(path)
    with pytest.raises(QueueLogError, match=words) as raised:
        import_queue_log(store, [path])
    assert str(path) in str(raised.value) and str(raised.value).endswith(".")


def test_nothing_is_imported_when_one_of_the_files_is_missing(store: Store, tmp_path: Path) -> None:
    (good,) = write_pieces(tmp_path, [EVERY_EVENT])
    with pytest.raises(QueueLogError):
        import_queue_log(store, [good, tmp_path / "missing"])
    with pytest.raises(QueueLogError, match="at least one"):
        import_queue_log(store, [])
    assert history(store) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_this_user_may_not_read(store: Store, tmp_path: Path) -> None:
    (path,) = write_pieces(tmp_path, [EVERY_EVENT])
    path.chmod(0)
    with pytest.raises(QueueLogError, match="may not read"):
        import_queue_log(store, [path])


def test_what_was_read_before_the_damage_stays_and_the_rest_can_follow(store: Store, tmp_path: Path) -> None:
    log = made_up_log(3, 4_000)
    path = tmp_path / "queue_log.gz"
    packed = gzip.compress(log)
    path.write_bytes(packed[: len(packed) * 3 // 4])
    with pytest.raises(QueueLogError):
        import_queue_log(store, [path])
    kept = len(history(store))
    path.write_bytes(packed)
    report = import_queue_log(store, [path])
    assert 0 < kept < len(log.splitlines())
    assert (report.added, report.unchanged) == (len(log.splitlines()) - kept, kept)


def test_others_write_between_the_pages(store: Store, tmp_path: Path) -> None:
    (path,) = write_pieces(tmp_path, [made_up_log(2, 1_500)])
    with Store(tmp_path / "home" / STORE_FILE) as other:
        other.execute("PRAGMA busy_timeout = 0")
        written = []

        def meanwhile(done: int, total: int) -> None:
            with other.write() as connection:
                connection.execute(
                    "INSERT INTO sync_state (key, value) VALUES (?, ?)", (f"{len(written)}", "saved")
                )
            written.append((done, total))

        import_queue_log(store, [path], progress=meanwhile)
    assert len(written) >= 4
    assert written[-1] == (path.stat().st_size, path.stat().st_size)
    assert written == sorted(written)
