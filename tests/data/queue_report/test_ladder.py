"""The ladder's book: rungs in order, what waits while the store takes nothing, what management is told; and what is
typed of nodes."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.models.mail import Mail
from data.models.notice import Notice
from data.models.queue_report import NodeDown, ReportRung, Rung, RungOutcome
from data.queue_report import ladder
from data.queue_report.article import confirm, has_read, load_article
from data.queue_report.ladder import LADDER_FILE, Pending, next_rung
from data.queue_report.nodes import nodes_of, nodes_text
from data.queue_report.policy import ReportPolicy
from data.queue_report.reports import Answers, report_of
from data.store.database import Store
from data.store.errors import StoreError
from tests.data.queue_report.desk import ANA, NEW_YORK, START, Hands

MANAGED = ReportPolicy.model_validate(
    {
        "managers": [
            {"name": "M", "number": "555-0142", "mail": "m@example.com"},
            {"name": "N", "number": "555-0143"},
        ]
    }
)


def test_rungs_come_in_their_order() -> None:
    failed: set[Rung] = set()
    order = []
    while (rung := next_rung(failed)) is not None:
        order.append(rung)
        failed.add(rung)
    assert order == [Rung.MODAL, Rung.COMMAND, Rung.OTHER_SEAT, Rung.MAIL, Rung.MANAGER, Rung.EMERGENCY]


def failed_step(rung: Rung = Rung.MODAL) -> ReportRung:
    return ladder.step_of(START, ANA, rung, RungOutcome.FAILED, "the store is read-only", ANA, START)


def test_what_waits_is_kept_over_a_restart_and_written_once(store: Store, tmp_path: Path) -> None:
    clock = Hands()
    waiting = Pending(tmp_path)
    step = failed_step()
    report = report_of(START, ANA, Answers(3, 4, comment="card 4111 1111 1111 1111"), ANA, START, Rung.MANAGER)
    waiting.add(step, *ladder.alarms(step, "Ana Silva", MANAGED, NEW_YORK))
    waiting.add(report)
    file = tmp_path / LADDER_FILE
    assert file.stat().st_mode & 0o077 == 0 and "4111 1111" not in file.read_text(encoding="utf-8")
    store.execute("PRAGMA query_only = 1")
    with pytest.raises(StoreError, match="read-only"):
        waiting.flush(store, ANA, clock)
    store.execute("PRAGMA query_only = 0")
    kept = file.read_text(encoding="utf-8")
    again = Pending(tmp_path)
    assert again.reports[0].id == report.id and again.steps == [step]
    assert again.flush(store, ANA, clock) == 4
    assert not file.exists() and not again
    file.write_text(kept + "{half a line", encoding="utf-8")  # killed between the commit and the end of the file
    assert Pending(tmp_path).flush(store, ANA, clock) == 0
    assert ladder.rungs(store, START, ANA) == [step]
    [notice] = [Notice.from_row(row) for row in store.rows("SELECT * FROM notice")]
    assert notice.about == "09:00, Ana Silva, modal: the store is read-only"
    [mail] = [Mail.from_row(row) for row in store.rows("SELECT * FROM mail")]
    assert (mail.kind, mail.to) == ("alarm", ("m@example.com",)) and "Ana Silva" in mail.text


def test_where_no_file_may_lie_memory_has_it(store: Store) -> None:
    waiting = Pending(None)
    waiting.add(failed_step())
    assert waiting.flush(store, ANA, Hands()) == 1


def test_a_rung_is_told_of_once(store: Store) -> None:
    first, second = (ladder.alarms(failed_step(), "Ana", MANAGED, NEW_YORK) for _ in range(2))
    assert [one.id for one in first] == [one.id for one in second]
    assert first[0].id != ladder.alarms(failed_step(Rung.MAIL), "Ana", MANAGED, NEW_YORK)[0].id
    assert len(ladder.alarms(failed_step(), "Ana", ReportPolicy(), NEW_YORK)) == 1


@pytest.mark.parametrize(
    ("typed", "nodes"),
    [
        ("", []),
        ("RP-09 · Ridgeport", [("RP-09", "Ridgeport")]),
        (
            "RP-09 Ridgeport, MB-02 - Mill Brook;  X1 ",
            [("RP-09", "Ridgeport"), ("MB-02", "Mill Brook"), ("X1", "")],
        ),
        ("rp-09 / Ridgeport, RP-09 Elsewhere", [("rp-09", "Ridgeport")]),
        (" , ;", []),
    ],
)
def test_nodes_as_they_are_typed(typed: str, nodes: list[tuple[str, str]]) -> None:
    found = nodes_of(typed)
    assert [(one.node, one.city) for one in found] == nodes
    assert nodes_of(nodes_text(found)) == found
    assert nodes_text([NodeDown(node="RP-09", city="Ridgeport")]) == "RP-09 · Ridgeport"


def test_an_article_is_read_as_it_is_now(store: Store, tmp_path: Path) -> None:
    article = load_article()
    assert article.title == "Missed queue reports" and len(article.paragraphs) == 6
    confirm(store, article, ANA, Hands())
    confirm(store, article, ANA, Hands())
    assert has_read(store, article, ANA)
    assert store.value("SELECT count(*) FROM article_read") == 1
    changed = tmp_path / "missed-reports.md"
    changed.write_text("# Missed queue reports\n\nOther words.\n", encoding="utf-8")
    assert not has_read(store, load_article(changed), ANA)
