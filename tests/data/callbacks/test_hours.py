"""When customers may be called: by their own clock, in windows of two hours, on the days when clocks change too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from data.callbacks import callbacks
from data.callbacks.callbacks import CallbackFaultError, Override
from data.callbacks.hours import (
    ZoneError,
    hours_text,
    in_hours,
    next_in_hours,
    their_time,
    window_end,
    zone_named,
    zone_of,
    zones_of,
)
from data.callbacks.policy import CallbackPolicy
from data.callbacks.when import when
from data.floor.pace import LeapClock
from data.models.agent import Agent, Role
from data.models.base import AgentId
from data.models.callback import Callback
from data.models.notice import Notice
from data.store.database import Store
from data.store.save import saving

POLICY = CallbackPolicy.model_validate({})
NEW_YORK, CHICAGO, DENVER = "America/New_York", "America/Chicago", "America/Denver"
BERLIN, KOLKATA, KATHMANDU, ADELAIDE, LORD_HOWE, PHOENIX = (
    "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Adelaide", "Australia/Lord_Howe", "America/Phoenix",
)  # fmt: skip
ANA, LENA = AgentId("ana"), AgentId("lena")


def at(zone: str, day: str, clock: str, fold: int = 0) -> datetime:
    """A moment by the clock of a zone."""
    local = datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=ZoneInfo(zone), fold=fold)
    return local.astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "window", "fits"),
    [
        # 8 to 21 of their own clock: the first minute counts, the last one does not
        (NEW_YORK, "2026-11-23", "07:59", False, False),
        (NEW_YORK, "2026-11-23", "08:00", False, True),
        (NEW_YORK, "2026-11-23", "20:59", False, True),
        (NEW_YORK, "2026-11-23", "21:00", False, False),
        (NEW_YORK, "2026-11-23", "03:00", False, False),
        # a window must lie in them as a whole
        (NEW_YORK, "2026-11-23", "08:00", True, True),
        (NEW_YORK, "2026-11-23", "19:00", True, True),
        (NEW_YORK, "2026-11-23", "19:01", True, False),
        (NEW_YORK, "2026-11-23", "07:30", True, False),
        (NEW_YORK, "2026-11-23", "23:00", True, False),
        # zones of half and quarter hours
        (KOLKATA, "2026-11-23", "08:00", True, True),
        (KOLKATA, "2026-11-23", "07:45", False, False),
        (KATHMANDU, "2026-11-23", "20:45", False, True),
        (KATHMANDU, "2026-11-23", "19:15", True, False),
        (ADELAIDE, "2026-11-23", "19:00", True, True),
        # summer time begins: the day has 23 hours
        (NEW_YORK, "2026-03-08", "08:00", True, True),
        (NEW_YORK, "2026-03-08", "19:00", True, True),
        (NEW_YORK, "2026-03-08", "01:30", True, False),
        (BERLIN, "2026-03-29", "08:00", True, True),
        (PHOENIX, "2026-03-08", "08:00", True, True),
        # and ends: 25 hours
        (NEW_YORK, "2026-11-01", "08:00", True, True),
        (NEW_YORK, "2026-11-01", "07:59", True, False),
        (BERLIN, "2026-10-25", "20:59", False, True),
        (BERLIN, "2026-10-25", "21:00", False, False),
        (LORD_HOWE, "2026-04-05", "19:00", True, True),
    ],
)  # fmt: skip
def test_hours_of_the_customers_own_clock(zone: str, day: str, clock: str, window: bool, fits: bool) -> None:
    start = at(zone, day, clock)
    until = window_end(POLICY, start) if window else None
    assert in_hours(POLICY, start, until, ZoneInfo(zone)) is fits
    first = next_in_hours(POLICY, start, ZoneInfo(zone), until - start if until else timedelta())
    assert (first == start) is fits and first >= start
    assert in_hours(POLICY, first, window_end(POLICY, first) if window else None, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("zone", "day", "clock", "fold", "begins", "ends"),
    [
        (NEW_YORK, "2026-11-23", "10:00", 0, "15:00", "12:00"),
        (NEW_YORK, "2026-03-08", "01:30", 0, "06:30", "04:30"),  # across the gap: two hours pass, clocks say three
        (NEW_YORK, "2026-11-01", "00:30", 0, "04:30", "01:30"),  # both of the same hour: clocks say one
        (NEW_YORK, "2026-11-01", "01:30", 0, "05:30", "02:30"),
        (NEW_YORK, "2026-11-01", "01:30", 1, "06:30", "03:30"),
        (BERLIN, "2026-03-29", "01:00", 0, "00:00", "04:00"),
        (LORD_HOWE, "2026-10-04", "01:00", 0, "14:30", "03:30"),  # half an hour of summer time
    ],
)
def test_a_window_is_two_hours_whatever_the_clocks_do(
    zone: str, day: str, clock: str, fold: int, begins: str, ends: str
) -> None:
    start = at(zone, day, clock, fold)
    end = window_end(POLICY, start)
    assert (f"{start:%H:%M}", f"{end.astimezone(ZoneInfo(zone)):%H:%M}") == (begins, ends)
    assert end - start == timedelta(hours=2)


@pytest.mark.parametrize(
    ("typed", "now", "zone", "meant"),
    [
        ("14:30", "2026-11-22 15:00", CHICAGO, "2026-11-22 20:30"),
        ("tomorrow 9", "2026-11-23 02:00", DENVER, "2026-11-23 16:00"),  # their today is still the 22nd
        ("2026-03-08 02:30", "2026-03-07 12:00", NEW_YORK, "2026-03-08 07:30"),  # the clocks leave it out
        ("2026-11-01 09:00", "2026-10-31 12:00", NEW_YORK, "2026-11-01 14:00"),
        ("tomorrow 8am", "2026-11-22 12:00", KOLKATA, "2026-11-23 02:30"),
    ],
)
def test_a_time_is_meant_by_their_clock(typed: str, now: str, zone: str, meant: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert when(typed, moment, ZoneInfo(zone)) == datetime.fromisoformat(meant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "site", "zone", "in_doubt"),
    [
        ("+12025550142", CHICAGO, NEW_YORK, False),
        ("+13125550142", NEW_YORK, CHICAGO, False),
        ("+919876543210", NEW_YORK, "Asia/Calcutta", False),
        ("+9779812345678", NEW_YORK, "Asia/Katmandu", False),
        ("+493012345678", NEW_YORK, BERLIN, False),
        ("+18005550142", DENVER, DENVER, True),  # many zones, the site's among them
        ("+61491570156", "Australia/Perth", "Australia/Perth", True),
        ("+15555550142", CHICAGO, CHICAGO, True),  # no such area
        ("0142", NEW_YORK, NEW_YORK, True),
        ("", NEW_YORK, NEW_YORK, True),
        ("agent:x", NEW_YORK, NEW_YORK, True),
    ],
)
def test_the_zone_of_a_number(number: str, site: str, zone: str, in_doubt: bool) -> None:
    guess = zone_of(number, site)
    assert (guess.zone, bool(guess.why)) == (zone, in_doubt)


def test_of_several_zones_the_first_where_the_sites_is_none_of_them() -> None:
    several = zones_of("+18005550142")
    assert len(several) > 10
    guess = zone_of("+18005550142", BERLIN)
    assert guess.zone == several[0] and "the first is taken" in guess.why


def test_a_zone_as_it_is_typed() -> None:
    named = {
        text: zone_named(text) for text in ("Chicago", "america/denver", "central", "PACIFIC", "new york", "lord h")
    }
    assert list(named.values()) == [CHICAGO, DENVER, CHICAGO, "America/Los_Angeles", NEW_YORK, LORD_HOWE]
    for text, says in (
        ("", "missing"),
        ("Nowhere at all", "no such zone"),
        ("san", "Which one"),
        ("../etc", "no such"),
    ):
        with pytest.raises(ZoneError, match=says):
            zone_named(text)


def test_hours_and_clocks_in_words() -> None:
    assert hours_text(POLICY) == "8–21"
    assert hours_text(CallbackPolicy.model_validate({"from": "08:30", "to": "20:00"})) == "8:30–20"
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert (their_time(noon, CHICAGO), their_time(noon, KATHMANDU)) == ("06:00 CST", "17:45 (UTC+0545)")


@pytest.fixture
def floor(store: Store, clock: LeapClock) -> Store:
    with saving(store, ANA, clock) as change:
        change.add(Agent(id=ANA, name="Ana Lima"))
        change.add(Agent(id=LENA, name="Lena Ortiz", role=Role.SUPERVISOR))
    return store


def promised(store: Store, clock: LeapClock, start: datetime, by: AgentId = ANA, **more: object) -> Callback:
    return callbacks.make(
        store, "312-555-0142", start, by, clock, policy=POLICY, zone=CHICAGO, **more  # type: ignore[arg-type]
    )  # fmt: skip


def test_outside_the_hours_only_a_leader_allows_it(floor: Store, clock: LeapClock) -> None:
    late = at(CHICAGO, "2026-11-23", "22:00")
    for override, says in (
        (None, "from 8–21 o'clock of their own clock"),
        (Override(LENA, "  "), "give the leader"),
        (Override(ANA, "they asked"), "Only a supervisor"),
        (Override(AgentId("nobody"), "they asked"), "Only a supervisor"),
    ):
        with pytest.raises(CallbackFaultError, match=says):
            promised(floor, clock, late, override=override)
    assert floor.value("SELECT count(*) FROM callback") == 0
    one = promised(floor, clock, late, override=Override(LENA, "works  nights"))
    assert (one.flagged, one.override_by, one.override_why) == (True, LENA, "works nights")
    [notice] = [Notice.from_row(row) for row in floor.rows("SELECT * FROM notice")]
    assert "22:00 CST of their clock, allowed by Lena Ortiz: works nights" in notice.about
    promised(floor, clock, late, by=LENA, override=Override(LENA, "myself"))
    assert floor.value("SELECT count(*) FROM notice") == 1, "a leader need not be told what they did"
    day = promised(floor, clock, at(CHICAGO, "2026-11-23", "12:00"), override=Override(LENA, "not needed"))
    assert (day.flagged, day.override_by, day.override_why) == (False, None, "")


def test_a_window_is_as_wide_as_the_duties_say(floor: Store, clock: LeapClock) -> None:
    start = at(CHICAGO, "2026-11-23", "18:30")
    for hours in (1, 3):
        with pytest.raises(CallbackFaultError, match="2 hours wide"):
            promised(floor, clock, start, until=start + timedelta(hours=hours))
    assert not promised(floor, clock, start, until=start + timedelta(hours=2)).flagged
    with pytest.raises(CallbackFaultError, match="zone is missing"):
        callbacks.make(floor, "312-555-0142", start, ANA, clock, policy=POLICY, zone="")


def test_numbers_when_they_work_and_what_was_verified_are_kept(floor: Store, clock: LeapClock) -> None:
    one = promised(
        floor, clock, at(CHICAGO, "2026-11-23", "18:30"), works="after  six",
        more=[("312 555 0177", "at work")], verified=["name", "phones"],
    )  # fmt: skip
    kept = callbacks.get(floor, one.id).callback
    assert kept == one and kept.number == "+13125550142" and kept.zone == CHICAGO
    assert [(phone.e164, phone.note) for phone in kept.numbers] == [
        ("+13125550142", "after six"),
        ("+13125550177", "at work"),
    ]
    assert kept.verified == ("name", "phones")
    with pytest.raises(CallbackFaultError):
        promised(floor, clock, at(CHICAGO, "2026-11-23", "18:30"), more=[("none", "")])


def test_a_callback_is_handed_over_by_name(floor: Store, clock: LeapClock) -> None:
    one = promised(floor, clock, at(CHICAGO, "2026-11-23", "12:00"), for_agent=ANA)
    handed = callbacks.hand_over(floor, one.id, LENA, ANA, clock)
    assert handed.callback.for_agent == LENA and [try_.text for try_ in handed.attempts] == ["to Lena Ortiz"]
    assert callbacks.hand_over(floor, one.id, LENA, ANA, clock).attempts == handed.attempts, "she has it already"
    assert callbacks.hand_over(floor, one.id, None, LENA, clock).callback.for_agent is None
    with pytest.raises(LookupError):
        callbacks.hand_over(floor, one.id, AgentId("gone"), ANA, clock)
    callbacks.done(floor, one.id, ANA, clock)
    with pytest.raises(CallbackFaultError, match="done already"):
        callbacks.hand_over(floor, one.id, LENA, ANA, clock)
