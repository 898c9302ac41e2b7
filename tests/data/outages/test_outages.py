"""The outage board: what is down, who is on it, and importing it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.customers.mapping import ImportRefused
from data.floor.pace import LeapClock
from data.models.base import AgentId
from data.models.customer import Customer
from data.models.outage import Outage
from data.outages import outages
from data.outages.importing import import_outages
from data.outages.rules import OutageFaultError, affecting, late
from data.store.database import Store
from tests.hostile import HOSTILE

LENA = AgentId("lena")
ZONE = ZoneInfo("America/New_York")


def customer(node: str = "", city: str = "") -> Customer:
    return Customer(id="c", name="Maria", node=node, city=city)


def test_down_changed_up_and_down_again(store: Store, clock: LeapClock) -> None:
    first = outages.set_down(store, " RP-14 ", "Ridgeport", LENA, clock, text="a  cut line")
    assert (first.node, first.text, first.since) == ("RP-14", "a cut line", clock.now())
    with pytest.raises(OutageFaultError, match="RP-14 is down already"):
        outages.set_down(store, "rp-14", "", LENA, clock)
    clock.leap(600)
    early = outages.set_down(store, "EM-01", "", LENA, clock, since=clock.now() - timedelta(hours=2))
    assert [one.id for one in outages.open_outages(store)] == [early.id, first.id], "the longest first"
    expected = clock.now() + timedelta(hours=1)
    changed = outages.change(store, first.id, LENA, clock, expected=expected, text="")
    assert (changed.expected, changed.text) == (expected, "") and not late(changed, clock.now())
    assert late(changed, expected)
    up = outages.set_up(store, first.id, LENA, clock)
    assert up.over == clock.now() and [one.id for one in outages.open_outages(store)] == [early.id]
    for act in (lambda: outages.set_up(store, first.id, LENA, clock),
                lambda: outages.change(store, first.id, LENA, clock, expected=None, text="")):  # fmt: skip
        with pytest.raises(OutageFaultError, match="up again already"):
            act()
    assert [one.id for one in outages.history(store, clock.now() - timedelta(days=1))] == [early.id, first.id]
    assert [one.id for one in outages.history(store, clock.now() + timedelta(days=1))] == [early.id]
    assert outages.set_down_again(store, first.id, LENA, clock).over is None
    outages.set_up(store, first.id, LENA, clock)
    outages.set_down(store, "RP-14", "", LENA, clock)
    with pytest.raises(OutageFaultError, match="down already"):
        outages.set_down_again(store, first.id, LENA, clock)
    with pytest.raises(LookupError):
        outages.set_up(store, "gone", LENA, clock)


def test_times_and_names_that_cannot_be(store: Store, clock: LeapClock) -> None:
    now = clock.now()
    for node, fields in (
        ("", {}),
        ("x" * 81, {}),
        ("A", {"since": now + timedelta(hours=1)}),
        ("A", {"expected": now - timedelta(minutes=1)}),
    ):
        with pytest.raises(OutageFaultError):
            outages.set_down(store, node, "", LENA, clock, **fields)  # type: ignore[arg-type]
    assert outages.open_outages(store) == []


def test_who_is_on_it(store: Store, clock: LeapClock) -> None:
    node = outages.set_down(store, "RP-14", "Ridgeport", LENA, clock)
    city = outages.set_down(store, "EM-01", "Elmton", LENA, clock)
    for whose, on in (
        (customer("rp-14 "), node),
        (customer("", "ridgeport"), node),
        (customer("RP-15", "Ridgeport"), None),  # their own node is up
        (customer("", " ELMTON "), city),
        (customer("", "Elm"), None),
        (customer(), None),
    ):
        assert outages.affecting(store, whose) == on
    assert affecting(customer("RP-14"), [node.model_copy(update={"over": clock.now()})]) is None


def test_hostile_text_is_a_name_like_others(store: Store, clock: LeapClock) -> None:
    for place, text in enumerate(HOSTILE):
        if not text.strip() or len(" ".join(text.split())) > outages.LONGEST_NAME:
            continue
        made = outages.set_down(store, f"{place} {text}", text, LENA, clock, text=text)
        assert outages.affecting(store, customer(made.node)) == made


FILE = """\
node,city,since,expected,text
RP-14,Ridgeport,2026-01-05 06:30,2026-01-05 09:00,a cut line
EM-01,Elmton,2026-01-05T10:00:00Z,,
EM-02,Elmton,,,no time
,Elmton,2026-01-05 06:30,,no node
EM-03,Elmton,yesterday,,
EM-04,Elmton,2026-01-05 06:30,2026-01-05 06:00,
EM-05,Elmton,2099-01-05 06:30,,still to come
"a torn
"""


def test_import_again_changes_nothing_and_refused_rows_say_why(
    store: Store, clock: LeapClock, tmp_path: Path
) -> None:
    file, rejects = tmp_path / "board.csv", tmp_path / "rejects.csv"
    file.write_text(FILE)
    clock.leap(86_400 * 3650)
    report = import_outages(store, file, ZONE, LENA, clock, rejects=rejects)
    assert (report.read, report.added, report.unchanged, report.rejected) == (8, 2, 0, 6)
    assert [one.partition(":")[0] for one in report.problems] == [f"line {line}" for line in (4, 5, 6, 7, 8, 9)]
    told = rejects.read_text()
    for why in (
        "the time is missing",
        "The node is missing",
        "is no time",
        "before its beginning",
        "still to come",
    ):
        assert why in told
    by_node = {one.node: one for one in outages.open_outages(store)}
    assert by_node["RP-14"].since.isoformat() == "2026-01-05T11:30:00+00:00", "of the site's clock"
    assert by_node["EM-01"].since.isoformat() == "2026-01-05T10:00:00+00:00"
    before = store.rows("SELECT * FROM outage")
    outbox = store.value("SELECT count(*) FROM outbox")
    again = import_outages(store, file, ZONE, LENA, clock)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 2)
    assert store.rows("SELECT * FROM outage") == before and store.value("SELECT count(*) FROM outbox") == outbox
    file.write_text(FILE.replace("09:00", "12:00"))
    assert import_outages(store, file, ZONE, LENA, clock).updated == 1
    outages.set_up(store, by_node["RP-14"].id, LENA, clock)
    assert import_outages(store, file, ZONE, LENA, clock).unchanged == 2, (
        "what is over is not down again by an old file"
    )


def test_a_file_without_its_columns(store: Store, clock: LeapClock, tmp_path: Path) -> None:
    file = tmp_path / "board.csv"
    file.write_text("city,text\nElmton,x\n")
    with pytest.raises(ImportRefused, match="no column node"):
        import_outages(store, file, ZONE, LENA, clock)
    with pytest.raises(ImportRefused):
        import_outages(store, tmp_path / "none.csv", ZONE, LENA, clock)


def test_cards_are_kept_nowhere(store: Store, clock: LeapClock) -> None:
    made = outages.set_down(store, "4111 1111 1111 1111", "x", LENA, clock, text="4111111111111111")
    assert "4111" not in Outage.from_row(store.rows("SELECT * FROM outage")[0]).text and "411111" not in made.node
