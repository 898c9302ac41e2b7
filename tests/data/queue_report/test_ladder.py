"""The ladder's book: rungs in order, what waits while the store takes nothing, what management is told; and what is
typed of nodes."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.mail.queue_report import REPORT, seat_mail
from data.models.base import AgentId
from data.models.mail import Mail
from data.models.notice import Notice
from data.models.queue_report import NodeDown, ReportRung, Rung, RungOutcome
from data.queue_report import ladder
from data.queue_report.article import confirm, has_read, load_article
from data.queue_report.ladder import next_rung
from data.queue_report.nodes import nodes_of, nodes_text
from data.queue_report.pending import LADDER_FILE, Pending
from data.queue_report.policy import ReportPolicy
from data.queue_report.reports import LOOK_BACK, Answers, file, report_of
from data.store.database import STORE_FILE, Store
from data.store.errors import StoreError
from data.store.key import Key
from data.sync.contract import NOT_YET
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


@pytest.mark.parametrize("key", [None, Key.fresh()], ids=["plain", "encrypted"])
def test_what_waits_is_kept_over_a_kill_and_written_once(tmp_path: Path, key: Key | None) -> None:
    """A console and a command wait for the same store, which takes nothing; both are killed. On a seat with passwords
    nothing of it can be read without the key."""
    clock = Hands()
    with Store(tmp_path / STORE_FILE, key=key) as store:
        first, second = Pending(), Pending()
        step, other = failed_step(), failed_step(Rung.COMMAND)
        report = report_of(START, ANA, Answers(3, 4, comment="card 4111 1111 1111 1111"), ANA, START, Rung.MANAGER)
        store.execute("PRAGMA query_only = 1")
        for pending, rows in ((first, (step, report)), (second, (other,))):
            pending.add(*rows, *ladder.alarms(rows[0], "Ana Silva", MANAGED, NEW_YORK))
            with pytest.raises(StoreError, match="read-only"):
                pending.flush(store, ANA, clock)
            pending.keep(store)
        beside = tmp_path / LADDER_FILE
        kept = beside.read_bytes()
        assert beside.stat().st_mode & 0o077 == 0 and b"4111 1111" not in kept
        assert (b"Ana Silva" in kept) is (key is None)
    with Store(tmp_path / STORE_FILE, key=key) as store:
        again = Pending()
        assert again.flush(store, ANA, clock) == 7
        assert (again.reports, again.steps) == ([], []) and Pending().flush(store, ANA, clock) == 0
        beside.write_bytes(kept)  # killed between the commit and the end of the file
        assert Pending().flush(store, ANA, clock) == 0
        assert ladder.rungs(store, START, ANA) == [step, other]
        notices = [Notice.from_row(row) for row in store.rows("SELECT * FROM notice ORDER BY about")]
        assert notices[1].about == "09:00 EST, Ana Silva, modal: the store is read-only"
        mails = [Mail.from_row(row) for row in store.rows("SELECT * FROM mail")]
        assert [(mail.kind, mail.to) for mail in mails] == [("alarm", ("m@example.com",))] * 2


def test_a_file_that_is_none_is_passed_over(store: Store) -> None:
    (store.path.parent / LADDER_FILE).write_bytes(b"x" * 5000)
    waiting = Pending()
    waiting.add(failed_step())
    waiting.keep(store)
    assert waiting.flush(store, ANA, Hands()) == 1


def test_the_mail_of_a_report_is_looked_for_until_its_end_is_known(store: Store) -> None:
    clock = Hands()
    report = report_of(START, ANA, Answers(3, 4), ANA, START, Rung.MAIL)
    sent = seat_mail(
        store, None, ["reports@example.com"], REPORT, "x", "y", ANA, clock, mail_id=ladder.mail_of(START, ANA)
    )
    assert ladder.mailed(store, ANA, START - LOOK_BACK) == []
    file(store, report, clock)
    assert ladder.mailed(store, ANA, START - LOOK_BACK) == [(START, sent.mail)]
    assert ladder.mailed(store, ANA, START) == [], "that is history"
    ladder.stepped(store, START, ANA, Rung.MAIL, RungOutcome.FAILED, "550", ANA, clock)
    assert ladder.mailed(store, ANA, START - LOOK_BACK) == []


def test_a_report_that_the_hub_refused_is_told_of_once(store: Store) -> None:
    clock = Hands()
    report = file(store, report_of(START, ANA, Answers(3, 4), ANA, START, Rung.MODAL), clock)
    assert ladder.refused(store, ANA) == []
    store.execute("UPDATE outbox SET state = 'refused', last_error = ?", (NOT_YET,))
    assert ladder.refused(store, ANA) == [(report, NOT_YET)] and ladder.refused(store, AgentId("bo")) == []
    ladder.stepped(store, START, ANA, Rung.MODAL, RungOutcome.FAILED, NOT_YET, ANA, clock)
    assert ladder.refused(store, ANA) == []


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
