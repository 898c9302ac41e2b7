"""The real month: February 1999 of a bank's call centre (see data/README.md of the corpora)."""

from __future__ import annotations

import json
import lzma
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from data.queue.figures import FigureRow
from data.queue.history import import_queue_log
from data.queue.stats import stats
from data.queue.timeline import read_timeline
from data.store.database import STORE_FILE, Store
from tests.data.queue.samples import history, pieces_of, write_pieces

pytestmark = [pytest.mark.corpora, pytest.mark.xdist_group("february")]


@pytest.fixture(scope="module")
def month(february: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("month") / STORE_FILE) as store:
        report = import_queue_log(store, [february])
        assert (report.read, report.added, report.rejected, report.skipped) == (89_412, 89_412, 0, ())
        yield store


def test_the_month(month: Store) -> None:
    (row,) = stats(month, formula="SL3", threshold_s=20)
    assert (row.offered, row.answered, row.abandoned) == (31_125, 27_162, 3_963)
    assert row.abandonment_rate == pytest.approx(0.127325, abs=5e-7)
    assert row.asa_s == pytest.approx(40.774, abs=5e-4)
    assert row.service_level == pytest.approx(0.520771, abs=5e-7)
    assert row.aht_s == pytest.approx(176.353, abs=5e-4)
    assert (row.max_queue, row.max_queue_at) == (17, datetime(1999, 2, 3, 13, 27, 21, tzinfo=UTC))


def _totals(row: FigureRow) -> dict[str, int]:
    assert row.asa_s is not None and row.service_level is not None and row.aht_s is not None
    return {
        "entered": row.offered,
        "answered": row.answered,
        "abandoned": row.abandoned,
        "wait_answered": round(row.asa_s * row.answered),
        "le20": round(row.service_level * (row.answered + row.abandoned)),
        "talk": round(row.aht_s * row.answered),
    }


def test_each_day(month: Store, february: Path) -> None:
    expected = json.loads((february.parent / "february.expected.json").read_text())
    assert {row.key: _totals(row) for row in stats(month, by="day", formula="SL3")} == expected


def test_the_half_hours_of_the_outage(month: Store) -> None:
    rows = {row.key: row for row in stats(month, by="half-hour")}
    assert sum(row.offered for row in rows.values()) == 31_125
    worst = max(rows.values(), key=lambda row: (row.abandonment_rate or 0) * (row.offered > 50))
    assert worst.key == "1999-02-03T13:00:00+00:00"


def test_again_and_in_pieces_changes_nothing(month: Store, february: Path, tmp_path: Path) -> None:
    before = history(month)
    again = import_queue_log(month, [february])
    assert (again.read, again.added, again.updated, again.unchanged) == (89_412, 0, 0, 89_412)
    log = lzma.decompress(february.read_bytes())
    chance = random.Random(2)
    paths = write_pieces(tmp_path, pieces_of(log, [chance.randrange(len(log) // 3) * place for place in (1, 3)]))
    for path in paths:
        report = import_queue_log(month, [path])
        assert (report.added, report.updated) == (0, 0)
    assert history(month) == before


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0]])
def test_three_pieces_into_an_empty_store(month: Store, february: Path, tmp_path: Path, order: list[int]) -> None:
    log = lzma.decompress(february.read_bytes())
    chance = random.Random(str(order))
    cuts = [chance.randrange(1, len(log)) for _ in range(2)]
    paths = write_pieces(tmp_path, pieces_of(log, cuts))
    with Store(tmp_path / STORE_FILE) as store:
        store.execute("PRAGMA synchronous = OFF")
        reports = [import_queue_log(store, [paths[place]]) for place in order]
        assert history(store) == history(month)
        assert sum(report.added for report in reports) == 89_412


def test_three_pieces_in_one_run(february: Path, month: Store, tmp_path: Path) -> None:
    log = lzma.decompress(february.read_bytes())
    paths = write_pieces(tmp_path, pieces_of(log, [1_234_567, 3_456_789]))
    with Store(tmp_path / STORE_FILE) as store:
        store.execute("PRAGMA synchronous = OFF")
        report = import_queue_log(store, paths)
        assert (report.read, report.added, report.rejected, report.waiting) == (89_412, 89_412, 0, 0)
        assert history(store) == history(month)


def test_the_stories(february: Path) -> None:
    found = read_timeline(february)
    assert len(found) == 31_125
    assert sum(story.outcome == "answered" for story in found) == 27_162
    assert sum(story.talk_s or 0 for story in found) == pytest.approx(176.353 * 27_162, rel=1e-5)
    assert found[0].started_at == datetime(1999, 2, 1, 6, 59, 54, tzinfo=UTC)
    third = read_timeline(february, date(1999, 2, 3))
    assert len(third) == 1_545
    assert (third[0].entered_s, max(story.entered_s for story in third) < 86_400) == (0.0, True)
