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
from tests.stores import new_store

pytestmark = [pytest.mark.corpora, pytest.mark.xdist_group("february")]


@pytest.fixture(scope="module")
def month(february: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The whole log, imported once: nobody here writes into it."""
    with new_store(tmp_path_factory.mktemp("month") / STORE_FILE, durable=False) as store:
        report = import_queue_log(store, [february])
        assert (report.read, report.added, report.rejected, report.skipped) == (89_412, 89_412, 0, ())
        yield store


@pytest.fixture(scope="module")
def events(month: Store) -> list[tuple[object, ...]]:
    """What the whole log says."""
    return history(month)


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


def test_three_pieces_out_of_order_and_the_whole_again(
    february: Path, events: list[tuple[object, ...]], tmp_path: Path
) -> None:
    """In order: tests/console/test_cli.py."""
    log = lzma.decompress(february.read_bytes())
    with new_store(tmp_path / STORE_FILE, durable=False) as store:
        reports = [import_queue_log(store, [path]) for path in reversed(_in_three(log, 2, tmp_path))]
        assert sum(report.added for report in reports) == 89_412
        assert history(store) == events
        again = import_queue_log(store, [february])
        assert (again.read, again.added, again.updated, again.unchanged) == (89_412, 0, 0, 89_412)
        assert history(store) == events


def _in_three(log: bytes, seed: int, folder: Path) -> list[Path]:
    chance = random.Random(seed)
    cuts = [chance.randrange(1, len(log)) for _ in range(2)]
    assert all(log[cut - 1 : cut] != b"\n" for cut in cuts), "cut in mid-line"
    return write_pieces(folder, pieces_of(log, cuts))


def test_the_stories(february: Path) -> None:
    found = read_timeline(february)
    assert len(found) == 31_125
    assert sum(story.outcome == "answered" for story in found) == 27_162
    assert sum(story.talk_s or 0 for story in found) == pytest.approx(176.353 * 27_162, rel=1e-5)
    assert found[0].started_at == datetime(1999, 2, 1, 6, 59, 54, tzinfo=UTC)
    third = read_timeline(february, date(1999, 2, 3))
    assert len(third) == 1_545
    assert (third[0].entered_s, max(story.entered_s for story in third) < 86_400) == (0.0, True)
