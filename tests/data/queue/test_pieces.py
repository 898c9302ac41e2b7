"""Pieces of a log, cut anywhere: in one run or in several, the history is that of the whole log."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.queue.history import ImportReport, import_queue_log
from data.queue.torn import KEPT
from data.store.database import STORE_FILE, Store
from tests.data.queue.samples import EVERY_EVENT, emptied, history, made_up_log, pieces_of, take_in, write_pieces
from tests.stores import new_store


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture(scope="module")
def store(folder: Path) -> Iterator[Store]:
    with new_store(folder / STORE_FILE) as opened:
        opened.execute("PRAGMA synchronous = OFF")
        yield opened


def in_runs(store: Store, paths: list[Path], together: bool) -> list[ImportReport]:
    return [import_queue_log(store, paths)] if together else [import_queue_log(store, [path]) for path in paths]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_cut_at_every_byte(store: Store, folder: Path, together: bool, line_end: bytes) -> None:
    log = EVERY_EVENT.replace(b"\n", line_end)
    take_in(emptied(store), folder, log)
    whole, lines = history(store), len(EVERY_EVENT.splitlines())
    for cut in range(1, len(log)):
        if line_end == b"\r\n" and line_end[:1] not in log[cut - 2 : cut + 2]:
            continue  # the same as with the other line end
        if together and cut % 3:
            continue  # in one run the pieces are joined before anything is read: a sample
        reports = in_runs(emptied(store), write_pieces(folder, pieces_of(log, [cut])), together)
        assert history(store) == whole, log[cut - 60 : cut] + b" <cut> " + log[cut : cut + 40]
        assert [report.rejected for report in reports] == [0] * len(reports)
        assert sum(report.added for report in reports) == lines


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000), st.integers(2, 40), st.sampled_from([1, 40, 400]), st.data())
def test_pieces_in_order_are_the_whole(
    store: Store, folder: Path, seed: int, calls: int, apart_s: int, data: st.DataObject
) -> None:
    log = made_up_log(seed, calls, apart_s)
    cuts = data.draw(st.lists(st.integers(1, len(log) - 1), min_size=1, max_size=6, unique=True))
    together = data.draw(st.booleans())
    whole_first = data.draw(st.booleans())
    report = take_in(emptied(store), folder, log)
    whole = history(store)
    if not whole_first:
        emptied(store)
    paths = write_pieces(folder, pieces_of(log, cuts))
    reports = in_runs(store, paths, together)
    assert history(store) == whole
    if together:
        assert (reports[0].read, reports[0].rejected, reports[0].waiting) == (report.read, 0, 0)
    again = data.draw(st.permutations([path for path in paths if path.read_bytes().count(b"\n") > 1]))
    in_runs(store, again[: data.draw(st.integers(0, len(again)))], together=False)
    assert history(store) == whole
    take_in(store, folder, log)
    assert history(store) == whole


@pytest.mark.parametrize("seed", range(40))
def test_pieces_out_of_order_invent_no_call_and_lose_only_what_they_tell(
    store: Store, folder: Path, seed: int
) -> None:
    chance = random.Random(seed)
    log = made_up_log(seed, 60, 900)
    take_in(emptied(store), folder, log)
    whole = {row[0]: row for row in history(store)}
    size = len(log) // 4
    cuts = [place + chance.randrange(-size // 3, size // 3) for place in (size, 2 * size, 3 * size)]
    paths = write_pieces(folder, pieces_of(log, cuts))
    chance.shuffle(paths)
    emptied(store)
    for path in paths:
        import_queue_log(store, [path])
        calls = [row for row in history(store) if row[3] != "other"]
        assert {row[0] for row in calls} <= whole.keys()
    lost = whole.keys() - {row[0] for row in history(store)}
    assert len(lost) <= len(cuts)
    if lost:
        for path in sorted(paths):
            import_queue_log(store, [path])
    take_in(store, folder, log)
    assert {row[0] for row in history(store) if row[3] != "other"} == {
        key for key, row in whole.items() if row[3] != "other"
    }


def test_a_skipped_piece_does_not_marry_its_neighbours(store: Store, folder: Path) -> None:
    log = made_up_log(11, 300, 900)
    cut_in_call_id = log.index(b"|", len(log) // 3) + 8
    cut_in_queue = log.index(b"|sup", len(log) * 2 // 3) + 3
    take_in(emptied(store), folder, log)
    whole = {row[0] for row in history(store)}
    first, _, last = write_pieces(folder, pieces_of(log, [cut_in_call_id, cut_in_queue]))
    reports = [import_queue_log(emptied(store), [first]), import_queue_log(store, [last])]
    assert {row[0] for row in history(store)} <= whole
    assert reports[0].waiting == 1 and "kept until" in str(reports[0].skipped[-1])
    assert reports[1].rejected == 1 and "rest of a line" in str(reports[1].skipped[0])


def test_a_number_cut_in_half_is_put_right_by_its_rest(store: Store, folder: Path) -> None:
    log = b"1795294500|1795294500.1|s|NONE|ENTERQUEUE|||1\n1795294595|1795294500.1|s|NONE|ABANDON|1|1|95\n"
    first, second = write_pieces(folder, pieces_of(log, [len(log) - 2]))
    import_queue_log(emptied(store), [first])
    assert store.value("SELECT wait_s FROM contact_event WHERE kind = 'abandoned'") == 9
    report = import_queue_log(store, [second])
    assert (report.read, report.added, report.updated) == (1, 0, 1)
    assert store.value("SELECT wait_s FROM contact_event WHERE kind = 'abandoned'") == 95


def test_a_text_cut_in_half_gives_way_to_the_whole(store: Store, folder: Path) -> None:
    log = b"1795294500|NONE|s|Ana|PAUSE|Coffee\n1795294600|NONE|s|Ana|PAUSE|Lunch\n"
    for later in (log[-4:], log):
        paths = write_pieces(folder, [log[:-4], later])
        import_queue_log(emptied(store), [paths[0]])
        assert "PAUSE Lu" in {row[10] for row in history(store)}
        import_queue_log(store, [paths[1]])
        assert {row[10] for row in history(store)} == {"PAUSE Coffee", "PAUSE Lunch"}
    import_queue_log(store, [paths[0]])
    assert {row[10] for row in history(store)} == {"PAUSE Coffee", "PAUSE Lunch"}


def test_an_epoch_cut_in_its_digits_is_not_another_time(store: Store, folder: Path) -> None:
    """Without its first digit, 1999999990 is a good time of 2001."""
    log = b"".join(b"199999999%d|1999999990.%d|s|NONE|ENTERQUEUE|||1\n" % (n, n) for n in range(4))
    paths = write_pieces(folder, pieces_of(log, [len(log) // 2 + 1]))
    reports = in_runs(emptied(store), paths[::-1], together=False)
    assert reports[0].rejected == 1
    assert {str(row[2])[:4] for row in history(store)} == {"2033"}
    assert len(history(store)) >= 3


def test_a_growing_log_may_be_imported_at_any_moment(store: Store, folder: Path) -> None:
    log = made_up_log(21, 30)
    take_in(emptied(store), folder, log)
    whole = history(store)
    emptied(store)
    for end in range(7, len(log), 101):
        take_in(store, folder, log[:end])
    take_in(store, folder, log)
    assert history(store) == whole


def test_what_is_remembered_stays_small(store: Store, folder: Path) -> None:
    emptied(store)
    for number in range(260):
        take_in(store, folder, b"1795294500|7.1|support|NO%d" % number)
    assert store.value("SELECT count(*) FROM queue_log_torn WHERE part <> 'last'") == KEPT
