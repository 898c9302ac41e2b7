"""Figures over contact events: formulas, grouping, what counts where."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.models.base import AgentId, QueueId
from data.models.contact import ContactEvent, EventKind
from data.queue.figures import SERVICE_LEVELS, Counts, FigureRow, figures
from data.queue.groupings import FiguresError

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_numbers = itertools.count()


def event(
    kind: EventKind, at_s: float, contact: str = "c1", queue: str = "support", **known: object
) -> ContactEvent:
    agent = known.pop("agent", None)
    return ContactEvent.model_validate(
        {
            "id": f"e{next(_numbers)}",
            "contact_id": contact,
            "at": START + timedelta(seconds=at_s),
            "kind": kind,
            "queue": QueueId(queue),
            "agent": AgentId(str(agent)) if agent else None,
            "source": "floor",
            **known,
        }
    )


def answered(
    at_s: float, wait_s: float, contact: str, agent: str = "ana", talk_s: float = 100
) -> list[ContactEvent]:
    return [
        event(EventKind.OFFERED, at_s, contact),
        event(EventKind.ANSWERED, at_s + wait_s, contact, agent=agent, wait_s=wait_s),
        event(EventKind.ENDED, at_s + wait_s + talk_s, contact, agent=agent, talk_s=talk_s),
    ]


def abandoned(at_s: float, wait_s: float, contact: str) -> list[ContactEvent]:
    return [
        event(EventKind.OFFERED, at_s, contact),
        event(EventKind.ABANDONED, at_s + wait_s, contact, wait_s=wait_s),
    ]


def one(events: list[ContactEvent], **asked: Any) -> FigureRow:
    (row,) = figures(events, **asked)
    return row


VECTOR = Counts(
    answered=1000, abandoned=60, answered_within=860, abandoned_within=20, abandoned_after=40, abandoned_short=10
)


@pytest.mark.parametrize(
    ("formula", "percent"),
    [("SL1", 83.0), ("SL2", 86.0), ("SL3", 81.1), ("SL4", 82.7), ("SL5", 82.1), ("SL6", 81.9)],
)
def test_the_vector_of_the_glossary(formula: str, percent: float) -> None:
    level = SERVICE_LEVELS[formula](VECTOR)
    assert level is not None and round(level * 100, 1) == percent
    calls = [answered(0, 10 if number < 860 else 30, f"a{number}") for number in range(1000)]
    calls += [abandoned(0, 4 if number < 10 else 15 if number < 20 else 40, f"b{number}") for number in range(60)]
    assert one(list(itertools.chain(*calls)), formula=formula).service_level == level


def test_nothing_at_all_is_a_row_of_nothing() -> None:
    row = one([])
    assert (row.offered, row.answered, row.abandoned, row.max_queue) == (0, 0, 0, 0)
    assert {
        row.abandonment_rate,
        row.asa_s,
        row.service_level,
        row.aht_s,
        row.longest_wait_s,
        row.max_queue_at,
    } == {None}
    assert figures([], by="day") == []


def test_the_json_shape() -> None:
    row = one(answered(0, 5, "c1"), by="day").as_json()
    assert row == {
        "day": "2026-03-02",
        "offered": 1,
        "answered": 1,
        "abandoned": 0,
        "abandonment_rate": 0.0,
        "asa_s": 5.0,
        "service_level": 1.0,
        "service_level_formula": "SL4",
        "threshold_s": 20,
        "aht_s": 100.0,
        "longest_wait_s": 5.0,
        "max_queue": 1,
        "max_queue_at": "2026-03-02T09:00:00+00:00",
    }
    assert list(one(answered(0, 5, "c1")).as_json()) == list(row)[1:]
    for by, name in (("half-hour", "slot"), ("queue", "queue"), ("agent", "agent")):
        assert next(iter(one(answered(0, 5, "c1"), by=by).as_json())) == name


def test_limits_are_inclusive() -> None:
    row = one(answered(0, 20, "a") + answered(0, 20.001, "b"), formula="SL2")
    assert row.service_level == 0.5
    assert one(abandoned(0, 5, "a") + answered(0, 0, "b"), formula="SL6", short_s=5).service_level == 1


def test_handling_is_talk_hold_and_wrap_up() -> None:
    call = [
        event(EventKind.OFFERED, 0),
        event(EventKind.ANSWERED, 10, agent="ana", wait_s=10),
        event(EventKind.HOLD, 20, agent="ana"),
        event(EventKind.RESUME, 50, agent="ana"),
        event(EventKind.ENDED, 110, agent="ana", talk_s=70, hold_s=30),
        event(EventKind.DISPOSED, 150, agent="ana", text="solved"),
    ]
    assert one(call).aht_s == 70 + 30 + 40
    # without figures of its own, the clock tells
    bare = [one_event.model_copy(update={"talk_s": None, "hold_s": None, "wait_s": None}) for one_event in call]
    assert one(bare).aht_s == 140
    assert one(bare).asa_s == 10
    # somebody else's note about it is no wrap-up
    other = [*call[:-1], call[-1].model_copy(update={"agent": AgentId("bo")})]
    assert one(other).aht_s == 100


def test_a_call_that_goes_on_is_answered_and_not_yet_handled() -> None:
    row = one(answered(0, 5, "c1")[:2])
    assert (row.answered, row.aht_s, row.asa_s) == (1, None, 5)


def test_each_queue_that_a_call_joins_is_an_offer() -> None:
    call = [
        event(EventKind.OFFERED, 0, queue="support"),
        event(EventKind.LEFT, 30, queue="support", wait_s=30),
        event(EventKind.OFFERED, 30, queue="sales"),
        event(EventKind.ANSWERED, 41, queue="sales", agent="dee", wait_s=11),
        event(EventKind.TRANSFERRED, 61, queue="sales", agent="dee", talk_s=20),
        event(EventKind.OFFERED, 61, queue="support"),
        event(EventKind.ABANDONED, 71, queue="support", wait_s=10),
    ]
    for shuffled in itertools.islice(itertools.permutations(call), 0, 5040, 97):
        row = one(list(shuffled))
        assert (row.offered, row.answered, row.abandoned, row.aht_s, row.longest_wait_s) == (3, 1, 1, 20, 30)
        rows = {
            found.key: (found.offered, found.answered, found.abandoned) for found in figures(shuffled, by="queue")
        }
        assert rows == {"support": (2, 0, 1), "sales": (1, 1, 0)}


def test_a_call_answered_at_once_in_one_second() -> None:
    call = [
        event(EventKind.ENDED, 0, agent="ana", talk_s=0),
        event(EventKind.ANSWERED, 0, agent="ana", wait_s=0),
        event(EventKind.OFFERED, 0),
    ]
    row = one(call)
    assert (row.offered, row.answered, row.asa_s, row.aht_s, row.max_queue, row.max_queue_at) == (
        1,
        1,
        0,
        0,
        0,
        None,
    )


def test_left_is_neither_answered_nor_abandoned() -> None:
    row = one([event(EventKind.OFFERED, 0), event(EventKind.LEFT, 60, wait_s=60)])
    assert (row.offered, row.answered, row.abandoned, row.abandonment_rate) == (1, 0, 0, None)


def test_an_answer_without_an_offer_was_offered_when_its_wait_began() -> None:
    row = one(answered(100, 30, "c1")[1:], by="half-hour")
    assert (row.offered, row.answered, row.asa_s) == (1, 1, 30)


def test_what_is_told_twice_counts_once() -> None:
    call = answered(0, 5, "c1")
    again = [told.model_copy(update={"id": told.id + "'"}) for told in call]
    assert one(call + again) == one(call)


def test_missed_and_rejected_change_no_figure() -> None:
    call = answered(0, 25, "c1")
    rings = [event(EventKind.MISSED, 10, agent="bo"), event(EventKind.REJECTED, 15, agent="cy")]
    assert one(call + rings) == one(call)


def test_by_agent_every_call_is_somebodys_or_nobodys() -> None:
    events = answered(0, 5, "a") + answered(0, 15, "b", agent="bo") + abandoned(0, 9, "c")
    rows = figures(events, by="agent")
    assert [(row.key, row.offered, row.answered, row.abandoned, row.max_queue) for row in rows] == [
        ("ana", 1, 1, 0, None),
        ("bo", 1, 1, 0, None),
        (None, 1, 0, 1, None),
    ]


def test_half_hours_and_days_begin_where_the_zone_says() -> None:
    events = answered(29 * 60 + 50, 30, "a") + answered(15 * 3600, 5, "b")
    assert [row.key for row in figures(events, by="half-hour")] == [
        "2026-03-02T09:00:00+00:00",
        "2026-03-03T00:00:00+00:00",
    ]
    assert [row.key for row in figures(events, by="half-hour", tz="Asia/Kathmandu")] == [
        "2026-03-02T15:00:00+05:45",
        "2026-03-03T05:30:00+05:45",
    ]
    assert [row.key for row in figures(events, by="day", tz="America/New_York")] == ["2026-03-02"]
    assert figures(events, by="half-hour")[0].asa_s == 30


def test_quarters_and_weeks() -> None:
    """Weeks begin on Monday and are those of ISO 8601: 1 January 2027 is still in the last week of 2026."""
    events = answered(14 * 60, 5, "a") + answered(16 * 60, 5, "b") + answered(305 * 86_400, 5, "c")
    assert [(row.key, row.offered) for row in figures(events, by="quarter", tz="Asia/Kathmandu")][:2] == [
        ("2026-03-02T14:45:00+05:45", 1),
        ("2026-03-02T15:00:00+05:45", 1),
    ]
    first, last = figures(events, by="week")
    assert (first.key, last.key) == ("2026-W10", "2026-W53")
    assert (first.starts, first.ends) == (START.replace(hour=0), START.replace(hour=0) + timedelta(days=7))
    part = figures(events, by="week", start=START, end=START + timedelta(hours=1))[0]
    assert (part.starts, part.ends) == (START, START + timedelta(hours=1))


@pytest.mark.parametrize(
    ("tz", "day", "hours", "half_hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23, ["01:30+01:00", "03:00+02:00"]),
        ("Europe/Berlin", date(2026, 10, 25), 25, ["02:00+02:00", "02:30+02:00", "02:00+01:00", "02:30+01:00"]),
        ("America/New_York", date(2026, 11, 1), 25, ["01:00-04:00", "01:30-04:00", "01:00-05:00"]),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5, ["01:00+11:00", "01:30+11:00", "01:30+10:30"]),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5, ["01:30+10:30", "02:30+11:00"]),
    ],
)
def test_days_on_which_the_clocks_change(tz: str, day: date, hours: float, half_hours: list[str]) -> None:
    """A contact a quarter of an hour, all day: days have 23 and 25 hours, and no half hour is there twice."""
    begins = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(tz)).astimezone(UTC)
    after = (begins - START).total_seconds()
    count = round(hours * 4)
    events = [one for at in range(-4, count + 4) for one in abandoned(after + at * 900 + 60, 5, f"c{at}")]
    row = {row.key: row for row in figures(events, by="day", tz=tz)}[day.isoformat()]
    assert row.starts is not None and row.ends is not None
    assert (row.offered, row.ends.astimezone(UTC) - row.starts.astimezone(UTC)) == (count, timedelta(hours=hours))
    for by, width, each in (("half-hour", 30, 2), ("quarter", 15, 1)):
        rows = [row for row in figures(events, by=by, tz=tz) if row.key and row.key[:10] == day.isoformat()]
        assert [row.offered for row in rows] == [each] * (count // each)
        starts = [row.starts.astimezone(UTC) for row in rows if row.starts]
        assert starts == [begins + timedelta(minutes=width) * place for place in range(len(rows))]
    shown = [
        f"{row.starts:%H:%M}{(row.key or '')[19:]}" for row in figures(events, by="half-hour", tz=tz) if row.starts
    ]
    place = shown.index(half_hours[0])
    assert shown[place : place + len(half_hours)] == half_hours


def test_within_a_part_of_time_by_queue() -> None:
    """The queue's own line, counted where its half hour begins."""
    events = abandoned(1790, 60, "a") + abandoned(1795, 60, "b") + answered(1845, 0, "c")
    events += [event(EventKind.OFFERED, 1846, "d", "sales"), event(EventKind.ABANDONED, 1850, "d", "sales")]
    rows = figures(events, by="queue,half-hour")
    assert rows == figures(events, by="half-hour,queue")
    assert [(row.key_of("half-hour"), row.key_of("queue"), row.offered, row.max_queue) for row in rows] == [
        ("2026-03-02T09:00:00+00:00", "support", 2, 2),
        ("2026-03-02T09:30:00+00:00", "sales", 1, 1),
        ("2026-03-02T09:30:00+00:00", "support", 1, 2),
    ]
    assert list(rows[0].as_json())[:3] == ["slot", "queue", "offered"]


def test_by_disposition_as_whoever_answered_wrapped_it_up() -> None:
    wrapped = event(EventKind.DISPOSED, 200, "a", agent="ana", text="Solved")
    events = [*answered(0, 5, "a"), wrapped, *answered(10, 5, "b"), *abandoned(20, 9, "c")]
    rows = figures(events, by="disposition")
    assert [(row.key, row.offered, row.answered, row.max_queue) for row in rows] == [
        ("Solved", 1, 1, None),
        (None, 2, 1, None),
    ]
    other = event(EventKind.DISPOSED, 201, "b", agent="bo", text="Declined")
    assert figures([*events, other], by="disposition") == rows, "what another agent said of it"


def test_the_longest_queue_and_its_first_moment() -> None:
    events = abandoned(0, 30, "a") + abandoned(10, 30, "b") + abandoned(30, 30, "c") + abandoned(35, 1, "d")
    row = one(events)
    assert (row.max_queue, row.max_queue_at) == (3, START + timedelta(seconds=35))
    # in one second leavings come first: at 30 the queue stays at two
    assert one(events[:6]).max_queue == 2


def test_who_waits_at_the_turn_of_the_half_hour_waits_in_both() -> None:
    events = abandoned(1790, 60, "a") + abandoned(1795, 60, "b") + answered(1845, 0, "c")
    first, second = figures(events, by="half-hour")
    assert (first.max_queue, second.offered, second.max_queue) == (2, 1, 2)
    assert second.max_queue_at == START + timedelta(minutes=30)


def test_a_lost_end_does_not_lengthen_the_queue_for_ever() -> None:
    events = [event(EventKind.OFFERED, 0, "lost"), *answered(5 * 3600, 5, "b")]
    assert (one(events).max_queue, one(events).offered) == (1, 2)
    assert one([event(EventKind.OFFERED, 5 * 3600 - 60, "now"), *answered(5 * 3600, 5, "b")]).max_queue == 2


def test_a_period_has_what_was_offered_in_it() -> None:
    events = answered(0, 60, "a") + answered(50, 60, "b") + abandoned(100, 10, "c")
    row = one(events, start=START + timedelta(seconds=50), end=START + timedelta(seconds=100))
    assert (row.offered, row.answered, row.abandoned, row.asa_s, row.max_queue) == (1, 1, 0, 60, 2)


@pytest.mark.parametrize(
    "asked",
    [
        {"formula": "SL7"},
        {"by": "year"},
        {"by": ""},
        {"by": "day,week"},
        {"by": "queue,agent"},
        {"tz": "Mars/Olympus"},
        {"tz": "../../etc"},
    ],
)
def test_what_does_not_exist_is_a_sentence(asked: dict[str, Any]) -> None:
    with pytest.raises(FiguresError) as raised:
        figures([], **asked)
    assert str(raised.value).endswith((".", "UTC."))


_calls = st.lists(
    st.tuples(
        st.integers(0, 80_000),
        st.integers(0, 400),
        st.sampled_from(["answered", "abandoned"]),
        st.sampled_from("ab"),
    ),
    max_size=40,
)


@given(_calls, st.sampled_from(list(SERVICE_LEVELS)), st.randoms(use_true_random=False))
def test_groups_add_up_and_order_does_not_matter(
    calls: list[tuple[int, int, str, str]], formula: str, chance: random.Random
) -> None:
    events: list[ContactEvent] = []
    for number, (at_s, wait_s, outcome, agent) in enumerate(calls):
        contact = f"c{number}"
        events += (
            answered(at_s, wait_s, contact, agent) if outcome == "answered" else abandoned(at_s, wait_s, contact)
        )
    whole = one(events, formula=formula)
    chance.shuffle(events)
    assert one(events, formula=formula) == whole
    for by in (
        "quarter",
        "half-hour",
        "day",
        "week",
        "queue",
        "agent",
        "disposition",
        "half-hour,queue",
        "agent,day",
    ):
        rows = figures(events, by=by, formula=formula)
        for name in ("offered", "answered", "abandoned"):
            assert sum(getattr(row, name) for row in rows) == getattr(whole, name)
        if "queue" in by or by in ("quarter", "half-hour", "day", "week"):
            assert max((row.max_queue or 0 for row in rows), default=0) == whole.max_queue
    assert whole.service_level is None or 0 <= whole.service_level <= 1
