"""Claims at every hub: one winner, fences, leases, and sentences for those who came too late."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from data.floor.pace import LeapClock
from data.models.base import AgentId, ContactId, instant_text, new_id
from data.models.contact import ContactKind, ContactState
from data.models.gateway import Gateway
from data.models.presence import Presence
from data.store import driver
from data.sync.contract import Hub
from data.sync.postgres.hub import PostgresHub
from tests.sync.conftest import OpenHub
from tests.sync.writers import NOON, Writer, contact

LEASE_S = 45
Held = Callable[[], dict[str, int]]


@pytest.fixture
def held(hub: Hub, tmp_path: Path, request: pytest.FixtureRequest) -> Held:
    """How many answers, claims and ops that only say who was there a hub keeps."""
    query = (
        "SELECT (SELECT count(*) FROM claim_request), (SELECT count(*) FROM claim),"
        " (SELECT count(*) FROM ops WHERE entity IN ('presence', 'gateway'))"
    )

    def counted() -> dict[str, int]:
        if isinstance(hub, PostgresHub):
            with psycopg.connect(request.getfixturevalue("server").slow_hub()) as line:
                line.execute("SET search_path = agent_console")
                found = line.execute(query).fetchone()
        else:
            with closing(driver.connect_to_read(tmp_path / "hub.db")) as file:
                found = tuple(file.execute(query).fetchone())
        return dict(zip(("answers", "claims", "beats"), found or (), strict=True))

    return counted


def test_one_contact_has_one_winner(hub: Hub, open_hub: OpenHub) -> None:
    one = contact()
    feed, other = Writer(hub), Writer(open_hub())
    feed.add(one)
    won, lost = feed.claim(one.id, agent="ana"), other.claim(one.id, agent="bo")
    assert (won.contact_id, won.fence, won.why) == (one.id, 1, "")
    assert won.lease_until is not None
    assert (lost.contact_id, lost.fence) == (None, 0)
    assert "another agent took it first" in lost.why
    body = feed.row(one).body
    assert (body["state"], body["agent"], body["ringing_agent"], body["fence"]) == ("ringing", "ana", "ana", 1)


def test_the_same_request_gets_the_same_answer(hub: Hub, open_hub: OpenHub) -> None:
    feed = Writer(hub)
    feed.add(contact(), contact())
    first = feed.claim(request="r1")
    assert feed.claim(request="r1") == first
    assert Writer(open_hub()).claim(request="r1") == first
    assert feed.claim(request="r2").contact_id not in (None, first.contact_id)
    empty = feed.claim(request="r3")
    feed.add(contact())
    assert feed.claim(request="r3") == empty, "a no is remembered too"


def test_the_lease_counts_on_the_hubs_clock(hub: Hub, clock: LeapClock) -> None:
    feed = Writer(hub)
    feed.add(contact())
    claim = feed.claim()
    assert claim.lease_until == clock.now() + timedelta(seconds=LEASE_S)


def test_the_next_is_the_most_urgent_who_waits_longest(hub: Hub) -> None:
    feed = Writer(hub)
    waits = [
        contact(queued_at=NOON + timedelta(seconds=20)),
        contact(queued_at=NOON + timedelta(seconds=10)),
        contact(queued_at=NOON + timedelta(seconds=30), priority=5),
        contact(queued_at=NOON, queue="sales", priority=9),
    ]
    feed.add(*waits)
    order = [feed.claim(queues=("support",)).contact_id for _ in range(4)]
    assert order == [waits[2].id, waits[1].id, waits[0].id, None]
    assert feed.claim(queues=("sales", "support")).contact_id == waits[3].id


def test_no_queues_means_all(hub: Hub) -> None:
    feed = Writer(hub)
    feed.add(contact(queue="sales"))
    assert feed.claim(queues=("support",)).why == "nobody is waiting"
    assert feed.claim().contact_id is not None


def test_what_rings_at_me_is_mine_to_claim(hub: Hub) -> None:
    feed = Writer(hub)
    one = contact(state=ContactState.RINGING, ringing_agent="ana", ringing_since=NOON)
    feed.add(one)
    assert feed.claim(agent="ana").contact_id is None, "what rings is nobody's next"
    elsewhere = feed.claim(one.id, agent="bo")
    assert elsewhere.contact_id is None
    assert "ringing at another agent" in elsewhere.why
    assert feed.claim(one.id, agent="ana").contact_id == one.id


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"state": ContactState.ABANDONED, "end_reason": "abandoned"}, "hung up"),
        ({"state": ContactState.ENDED, "end_reason": "voice mail"}, "no longer waiting"),
        ({"state": ContactState.TALKING, "agent": "bo"}, "another agent took it first"),
        ({"state": ContactState.DONE, "agent": "bo"}, "another agent took it first"),
    ],
)
def test_what_cannot_be_had_is_said_in_words(hub: Hub, fields: dict[str, str], why: str) -> None:
    feed = Writer(hub)
    one = contact(**fields)
    feed.add(one)
    claim = feed.claim(one.id, agent="ana")
    assert claim.contact_id is None
    assert why in claim.why


def test_an_unknown_contact_and_an_empty_queue_are_said_in_words(hub: Hub) -> None:
    feed = Writer(hub)
    assert "does not know" in feed.claim(new_id()).why
    assert feed.claim().why == "nobody is waiting"


def test_my_own_second_claim_is_not_blamed_on_another(hub: Hub) -> None:
    feed = Writer(hub)
    one = contact()
    feed.add(one)
    feed.claim(one.id, agent="ana")
    again = feed.claim(one.id, agent="ana")
    assert again.contact_id is None
    assert "yours already" in again.why


def test_fences_only_grow_and_old_ones_do_nothing(hub: Hub) -> None:
    feed = Writer(hub)
    one = contact()
    feed.add(one)
    first = feed.claim(one.id, agent="ana")
    feed.edit(one, feed.row(one).ver, state="waiting", agent=None, ringing_agent=None)
    second = feed.claim(one.id, agent="bo")
    assert second.fence == first.fence + 1
    mine = ContactId(one.id)
    assert not hub.heartbeat_v1(feed.replica, mine, first.fence)
    assert not hub.finish_v1(feed.replica, mine, first.fence)
    assert hub.heartbeat_v1(feed.replica, mine, second.fence)
    assert hub.finish_v1(feed.replica, mine, second.fence)
    assert hub.finish_v1(feed.replica, mine, second.fence), "asked twice, answered twice"
    assert not hub.heartbeat_v1(feed.replica, mine, second.fence), "what was given back has no lease"
    assert not hub.heartbeat_v1(feed.replica, ContactId("unknown"), 1)
    assert not hub.finish_v1(feed.replica, ContactId("unknown"), 1)


def test_a_chat_comes_back_when_its_lease_runs_out(hub: Hub, clock: LeapClock) -> None:
    feed = Writer(hub)
    one = contact(kind=ContactKind.CHAT)
    feed.add(one)
    first = feed.claim(one.id, agent="ana")
    clock.leap(LEASE_S - 1)
    assert feed.claim(agent="bo").contact_id is None
    clock.leap(2)
    second = feed.claim(agent="bo")
    assert (second.contact_id, second.fence) == (one.id, first.fence + 1)
    assert feed.row(one).body["agent"] == "bo"
    assert not hub.finish_v1(feed.replica, ContactId(one.id), first.fence)


def test_a_heartbeat_keeps_the_lease(hub: Hub, clock: LeapClock) -> None:
    feed = Writer(hub)
    one = contact(kind=ContactKind.CHAT)
    feed.add(one)
    first = feed.claim(one.id, agent="ana")
    for _ in range(10):
        clock.leap(LEASE_S - 5)
        assert hub.heartbeat_v1(feed.replica, ContactId(one.id), first.fence)
        assert feed.claim(agent="bo").contact_id is None


def test_nobody_keeps_or_ends_the_lease_of_another_seat(hub: Hub) -> None:
    feed, other = Writer(hub), Writer(hub)
    one = contact(kind=ContactKind.CHAT)
    feed.add(one)
    claim = feed.claim(one.id)
    assert not hub.heartbeat_v1(other.replica, ContactId(one.id), claim.fence)
    assert not hub.finish_v1(other.replica, ContactId(one.id), claim.fence)
    assert hub.heartbeat_v1(feed.replica, ContactId(one.id), claim.fence)


def test_what_nobody_asks_for_any_more_is_forgotten(hub: Hub, clock: LeapClock, held: Held) -> None:
    seat, other = Writer(hub), Writer(hub)
    chat, call = contact(kind=ContactKind.CHAT), contact()
    seen = Presence(id=new_id(), agent=AgentId("ana"), ticket_id="t", until=NOON)
    beat = Gateway(id=new_id(), name="gateway", services=("mail",), at=NOON, until=NOON)
    seat.add(chat, call, seen)
    other.add(beat)
    seat.claim(chat.id, request="r1")
    seat.claim(call.id)
    assert hub.finish_v1(seat.replica, ContactId(call.id), 1)
    clock.leap(LEASE_S + 1)
    other.claim(chat.id)
    seat.edit(seen, 1, ticket_id="u")
    seat.edit(seen, 1, ticket_id="v")
    other.edit(beat, 1, trouble="no connection")
    assert held() == {"answers": 3, "claims": 3, "beats": 5}
    clock.leap(86_300)
    hub.enrol_v1(new_id(), "seat")
    assert held() == {"answers": 3, "claims": 3, "beats": 5}
    clock.leap(200)
    hub.enrol_v1(new_id(), "seat")
    assert held() == {"answers": 0, "claims": 3, "beats": 2}, "the newest op of each says when it was heard"
    clock.leap(30 * 86_400)
    hub.enrol_v1(new_id(), "seat")
    assert held() == {"answers": 0, "claims": 2, "beats": 2}, "the newest fence of each contact stays"
    seat.edit(seen, 1, ticket_id="w")
    assert other.claim(chat.id).fence == 3


def test_a_live_call_is_never_taken_away_by_a_lease(hub: Hub, clock: LeapClock) -> None:
    feed = Writer(hub)
    one = contact()
    feed.add(one)
    feed.claim(one.id, agent="ana")
    clock.leap(LEASE_S * 10)
    assert feed.claim(agent="bo").contact_id is None
    assert feed.row(one).body["agent"] == "ana"


@pytest.mark.parametrize("state", [ContactState.ENDED, ContactState.DONE, ContactState.ABANDONED])
def test_a_chat_that_is_over_does_not_come_back(hub: Hub, clock: LeapClock, state: ContactState) -> None:
    feed = Writer(hub)
    one = contact(kind=ContactKind.CHAT)
    feed.add(one)
    feed.claim(one.id, agent="ana")
    feed.edit(one, feed.row(one).ver, state=state.value, ended_at=instant_text(NOON))
    clock.leap(LEASE_S + 1)
    assert feed.claim(agent="bo").contact_id is None
    assert feed.row(one).body["state"] == state.value


def test_a_chat_given_back_is_not_taken_for_lost(hub: Hub, clock: LeapClock) -> None:
    feed = Writer(hub)
    one = contact(kind=ContactKind.CHAT)
    feed.add(one)
    claim = feed.claim(one.id, agent="ana")
    assert hub.finish_v1(feed.replica, ContactId(one.id), claim.fence)
    clock.leap(LEASE_S + 1)
    assert feed.claim(agent="bo").contact_id is None
