"""The schedule of reporters from a file: tolerant of headings, replaces its days, refuses what it cannot mean."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.customers.mapping import ImportRefused
from data.models.queue_report import ReporterDuty
from data.queue_report.reporters import Roster
from data.queue_report.schedule import ScheduleImport, import_schedule
from data.store.database import Store
from tests.data.queue_report.desk import LEA, NEW_YORK, Hands, known

FILE = """\
Date,From,To,Name
2026-11-23,9:00,13:00,Ana Silva
2026-11-23,13:00,17:00,Bo
2026-11-24,22:00,02:00,ana silva
"""


def brought(
    store: Store, folder: Path, text: str, rejects: Path | None = None, *, dry_run: bool = False
) -> ScheduleImport:
    path = folder / "schedule.csv"
    path.write_text(text, encoding="utf-8")
    return import_schedule(store, path, NEW_YORK, LEA, Hands(), dry_run=dry_run, rejects=rejects)


def duties(store: Store) -> list[tuple[str, str, str]]:
    rows = store.rows("SELECT * FROM reporter_duty WHERE NOT withdrawn ORDER BY starts")
    found = map(ReporterDuty.from_row, rows)
    return [(one.agent, f"{one.starts:%d %H:%M}", f"{one.ends:%d %H:%M}") for one in found]


def counts(report: ScheduleImport) -> tuple[int, int, int, int, int]:
    return report.read, report.added, report.updated, report.unchanged, report.rejected


def test_again_is_unchanged_and_the_days_of_the_file_are_replaced(store: Store, tmp_path: Path) -> None:
    known(store, Hands())
    assert counts(brought(store, tmp_path, FILE)) == (3, 3, 0, 0, 0)
    assert duties(store) == [
        ("ana", "23 14:00", "23 18:00"), ("bo", "23 18:00", "23 22:00"), ("ana", "25 03:00", "25 07:00"),
    ]  # fmt: skip
    waiting = store.value("SELECT count(*) FROM outbox")
    assert counts(brought(store, tmp_path, FILE)) == (3, 0, 0, 3, 0)
    assert store.value("SELECT count(*) FROM outbox") == waiting
    other = "day; start; end; reporter\nMon 23 Nov 2026; 9am; 2:30 pm; Ana Silva\n"
    report = brought(store, tmp_path, other)
    assert counts(report) == (1, 0, 1, 0, 0) and report.withdrawn == 1
    assert duties(store) == [("ana", "23 14:00", "23 19:30"), ("ana", "25 03:00", "25 07:00")], "the 24th stays"
    assert counts(brought(store, tmp_path, FILE)) == (3, 0, 2, 1, 0)


@pytest.mark.parametrize(
    ("row", "gone"),
    [
        ("2026-11-23,9:00,25:00,Ana Silva", ["bo"]),
        ("2026-11-23,9:00,13:00,Anna Silva", []),
        ("23/11/26,9:00,13:00,Ana Silva", ["bo"]),
        ("2026-11-24,9:00,25:00,Ana Silva", ["ana", "bo"]),
        ("2026-11-23,9:00", []),
    ],
)
def test_a_refused_row_takes_nothing_away_from_whoever_it_is_about(
    store: Store, tmp_path: Path, row: str, gone: list[str]
) -> None:
    known(store, Hands())
    brought(store, tmp_path, FILE)
    before = duties(store)
    anew = f"date,from,to,name\n{row}\n2026-11-23,18:00,19:00,Lea Moreau\n"
    looked = brought(store, tmp_path, anew, dry_run=True)
    assert duties(store) == before, "a dry run changes nothing"
    report = brought(store, tmp_path, anew)
    assert (counts(report), report.withdrawn) == (counts(looked), looked.withdrawn) == ((2, 1, 0, 0, 1), len(gone))
    assert [one[0] for one in before[:2] if one not in duties(store)] == gone


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("2026-11-23,9:00,13:00,Zoe", "nobody here is called 'Zoe'"),
        ("2026-11-23,9:00,13:00,", "the name is missing"),
        ("23/11/26,9:00,13:00,Ana Silva", "'23/11/26' is no date: write it like 2026-11-23"),
        (",9:00,13:00,Ana Silva", "the date is missing"),
        ("2026-11-23,25:00,13:00,Ana Silva", "'25:00' is no time"),
        ("2026-11-23,noon,13:00,Ana Silva", "'noon' is no time"),
        ("2026-11-23,9:00,,Ana Silva", "a time is missing"),
        ("2026-11-23,16:00,18:00,Ana Silva", "it overlaps with line 2 (Bo Lindgren, 15:00–17:00)"),
        ("2026-11-23,9:00", "2 cells where the first line names 4"),
        ('2026-11-23,9:00,13:00,"=Ana', "a quotation mark that is never closed"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_reason(store: Store, tmp_path: Path, row: str, why: str) -> None:
    known(store, Hands())
    rejects = tmp_path / "rejects.csv"
    report = brought(store, tmp_path, f"date,from,to,name\n2026-11-23,15:00,17:00,Bo Lindgren\n{row}\n", rejects)
    assert counts(report) == (2, 1, 0, 0, 1)
    assert why in report.problems[0] and report.problems[0].startswith("line 3: ")
    assert why in rejects.read_text(encoding="utf-8").replace('""', '"')
    assert len(duties(store)) == 1


def test_what_people_are_planned_for_stands_beside_who_reports(store: Store, tmp_path: Path) -> None:
    """Turns of reporting and the plan of the day replace each their own; a lunch lies within the work."""
    known(store, Hands())
    brought(store, tmp_path, FILE)
    plan = (
        "Date,From,To,Agent,Activity\n2026-11-23,9:00,17:00,Ana Silva,Work\n2026-11-23,12:00,12:30,Ana Silva,lunch\n"
        "2026-11-23,9:00,17:00,Bo,work\n2026-11-23,9:00,9:15,Bo,training\n"
    )
    assert counts(brought(store, tmp_path, plan)) == (4, 4, 0, 0, 0)
    assert counts(brought(store, tmp_path, plan)) == (4, 0, 0, 4, 0)

    def planned() -> list[str]:
        rows = store.rows("SELECT activity FROM reporter_duty WHERE NOT withdrawn ORDER BY activity")
        return [row["activity"] for row in rows]

    assert planned() == ["lunch", "report", "report", "report", "training", "work", "work"]
    assert brought(store, tmp_path, plan.split("2026-11-23,9:00,9:15")[0]).withdrawn == 1
    assert planned() == ["lunch", "report", "report", "report", "work", "work"]
    brought(store, tmp_path, FILE.replace("2026-11-23,13:00", "2026-11-23,14:00"))
    assert planned() == ["lunch", "report", "report", "report", "work", "work"], "the plan stays"
    slot = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    assert Roster(store, slot, slot, NEW_YORK).at(slot) == ["bo"], "only whoever is to report"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (
            "2026-11-23,9:00,13:00,Ana Silva,siesta",
            "'siesta' is no activity: write report, work, lunch, break, training",
        ),
        ("2026-11-23,16:00,18:00,Bo,work", "it overlaps with line 2 (Bo Lindgren, 15:00–17:00)"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(store: Store, tmp_path: Path, row: str, why: str) -> None:
    known(store, Hands())
    text = f"date,from,to,name,activity\n2026-11-23,15:00,17:00,Bo,work\n{row}\n"
    report = brought(store, tmp_path, text)
    assert counts(report) == (2, 1, 0, 0, 1) and why in report.problems[0]


def test_a_file_without_the_columns_is_no_schedule(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="has no column from and no column name"):
        brought(store, tmp_path, "date,until\n2026-11-23,9:00\n")


def test_days_on_which_the_clocks_change(store: Store, tmp_path: Path) -> None:
    """What comes twice is meant the first time, what is passed over is moved on."""
    known(store, Hands())
    text = "date,from,to,name\n2026-11-01,01:30,04:00,Ana Silva\n2026-03-08,02:30,24:00,Bo\n"
    brought(store, tmp_path, text)
    rows = store.rows("SELECT starts, ends FROM reporter_duty ORDER BY starts")
    assert [datetime.fromisoformat(row["starts"]) for row in rows] == [
        datetime(2026, 3, 8, 7, 30, tzinfo=UTC), datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
    ]  # fmt: skip
    assert datetime.fromisoformat(rows[0]["ends"]) == datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
