"""Why-lines: what they say is what was computed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from data.models.base import AgentId
from data.models.queue_report import Activity
from data.queue.erlang import ASSUMPTION
from data.queue.figures import SERVICE_LEVELS, FigureRow, figures
from data.queue.offers import Happening
from data.supervision.adherence import Adherence, Deviation
from data.supervision.occupancy import Occupancy
from data.supervision.staffing import StaffingRow
from data.supervision.why import EXPLAINED, LEVELS, explain
from tests.data.queue.test_figures import VECTOR

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)


def happened(contact: str, after: float, wait: float, talk: float | None) -> list[Happening]:
    when = NINE.timestamp() + after
    told = [Happening(contact, when, "offered", "support", None, None, None, None)]
    if talk is None:
        return [*told, Happening(contact, when + wait, "abandoned", "support", None, wait, None, None)]
    told.append(Happening(contact, when + wait, "answered", "support", "ana", wait, None, None))
    return [*told, Happening(contact, when + wait + talk, "ended", "support", "ana", None, talk, 0)]


def row(**asked: object) -> FigureRow:
    told = happened("a", 0, 10, 100) + happened("b", 60, 30, 200) + happened("c", 90, 25, None)
    told.append(Happening("d", NINE.timestamp() + 100, "offered", "support", None, None, None, None))
    return figures(told, **asked)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize("formula", SERVICE_LEVELS)
def test_the_formula_that_is_shown_is_the_one_that_is_computed(formula: str) -> None:
    shown = LEVELS[formula].format_map(VECTOR._asdict())
    assert set(shown) <= set("0123456789 ()+-/")
    assert eval(shown) == SERVICE_LEVELS[formula](VECTOR)


def test_each_figure_with_its_formula_and_its_numbers() -> None:
    told = row(by="queue", start=NINE, end=TEN)
    about = "contacts offered from 2026-03-02 09:00 UTC to 2026-03-02 10:00 UTC, queue support"
    assert explain(told, "service_level") == (
        f"SL4 = answered within 20 s / (answered + abandoned after 20 s) = 1 / (2 + 1) = 33.3 %, of {about}."
    )
    assert explain(told, "abandonment_rate") == (
        f"Abandonment = abandoned / (answered + abandoned) = 1 / (2 + 1) = 33.3 %, of 3 {about}."
    )
    assert explain(told, "asa_s") == f"ASA = wait of the answered / answered = 40 s / 2 = 20.0 s, of {about}."
    assert explain(told, "aht_s") == (f"AHT = (talk + hold + wrap-up) / handled = 300 s / 2 = 150.0 s, of {about}.")
    assert explain(told, "offered") == (
        f"Offered = 4: 2 answered, 1 abandoned, 1 left the queue or no end is known; {about}."
    )
    assert "2, first at 2026-03-02 09:01:40 UTC" in explain(told, "max_queue"), "when c came b had left"


def test_the_period_is_in_the_zone_that_was_asked_for() -> None:
    assert "from 2026-03-02 10:00 CET to 2026-03-02 10:30 CET" in explain(
        row(by="half-hour", tz="Europe/Berlin"), "offered"
    )
    assert "in all the time that is known" in explain(row(), "offered")
    assert "offered from 2026-03-02 09:00 UTC on" in explain(row(start=NINE), "offered")
    assert "offered to 2026-03-02 10:00 UTC" in explain(row(end=TEN), "offered")


def test_of_nothing_there_is_a_dash_and_no_figure_is_without_a_sentence() -> None:
    (empty,) = figures([])
    for field in EXPLAINED:
        assert explain(empty, field).endswith("."), field
        assert explain(row(by="agent"), field).endswith("."), field
    assert "0 / (0 + 0) = –" in explain(empty, "service_level")
    with pytest.raises(ValueError, match="luck"):
        explain(empty, "luck")


def test_people() -> None:
    busy = Occupancy(AgentId("ana"), NINE, TEN, handling_s=1800, ready_s=600, not_ready_s=300)
    assert explain(busy, "occupancy").startswith(
        "Occupancy = handling / (handling + ready) = 30 min / (30 min + 10 min) = 75.0 %"
    )
    late = Deviation(NINE, NINE + timedelta(minutes=6), Activity.WORK, None)
    kept = Adherence(AgentId("ana"), NINE, TEN, 3600, (late,))
    assert explain(kept, "adherence") == (
        "Adherence = minutes in the scheduled state / scheduled minutes = 54 min / 60 min = 90.0 %, from 2026-03-02 09:00"
        " UTC to 2026-03-02 10:00 UTC; 6 min lost, the longest 09:00 to 09:06: nobody there instead of work."
    )
    staffed = StaffingRow("", "support", NINE, TEN, 100, 180, 0.8, 20, 11.6, 14)
    assert "14 for 100 calls of 180 s, to answer 80.0 % within 20 s; 11.6 were there, so 3 more" in explain(
        staffed, "more"
    )
    assert explain(staffed, "needed").endswith(ASSUMPTION)
