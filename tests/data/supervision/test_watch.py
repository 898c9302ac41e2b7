"""The floor watched: only what is new is read, and every figure is the one from scratch."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from data.models.agent import Agent, AgentState, AgentStatus, Role
from data.models.base import Entity
from data.models.contact import Contact, ContactEvent, EventKind, Queue
from data.queue.figures import By, figures
from data.queue.stats import read_happenings
from data.store.database import Store
from data.store.rows import write_row
from data.supervision.snapshot import FloorSnapshot
from data.supervision.thresholds import Level, load_floor
from data.supervision.watch import FloorWatch
from tests.data.supervision.floors import a_floor, event, in_hand

NOW = datetime(2026, 11, 20, 14, 18, 2, tzinfo=UTC)
POLICY = load_floor()
ALL: tuple[By, ...] = ("queue", "agent", "half-hour")


def save(store: Store, entities: Iterable[Entity]) -> set[str]:
    """Write rows as a pull does; returns their kinds."""
    written = set()
    with store.write() as connection:
        for one in entities:
            write_row(connection, type(one), one.to_row())
            written.add(one.entity)
    return written


def from_scratch(store: Store, snap: FloorSnapshot, by: By | None, threshold_s: float = 20) -> list[object]:
    start = datetime(snap.day.year, snap.day.month, snap.day.day, tzinfo=snap.zone)
    after = snap.day + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=snap.zone)
    told = read_happenings(store, start=start, end=end)
    return list(
        figures(told, by=by, start=start, end=end, formula="SL4", threshold_s=threshold_s, tz=snap.zone.key)
    )


def check(store: Store, snap: FloorSnapshot) -> None:
    assert [snap.total] == from_scratch(store, snap, None)
    assert list(snap.slots) == from_scratch(store, snap, "half-hour")
    by_agent = {row.key: row for row in from_scratch(store, snap, "agent")}  # type: ignore[attr-defined]
    assert all(agent.row == by_agent.get(agent.id) for agent in snap.agents)
    for queue in snap.queues:
        rows = {row.key: row for row in from_scratch(store, snap, "queue", queue.threshold_s)}  # type: ignore[attr-defined]
        assert queue.row == rows.get(queue.id)


def test_the_floor_at_a_moment(store: Store) -> None:
    save(store, a_floor(NOW))
    snap = FloorWatch(POLICY, ZoneInfo("UTC")).look(store, NOW)
    check(store, snap)
    assert [(one.name, one.waiting) for one in snap.queues] == [("Billing", 1), ("Support", 3)]
    assert snap.waits == 4 and snap.oldest == NOW - timedelta(seconds=242)
    assert snap.queues[0].threshold_s == 30 and snap.queues[0].row is not None
    assert snap.queues[0].row.threshold_s == 30, "a queue is judged by a threshold of its own"
    dana = next(one for one in snap.agents if one.name == "Dana Reyes")
    assert (dana.state, dana.caller, dana.queue) == (AgentState.ON_CALL, "Maria Alvarez", "support")
    assert [one.contact_id for one in snap.waiting] == ["wait-0", "wait-1", "wait-2", "wait-3"]


@pytest.mark.parametrize("seed", range(6))
def test_events_in_any_order_give_the_figures_from_scratch(store: Store, seed: int) -> None:
    """Also late ones, and those that come before the row that says that a person took the call."""
    rng = random.Random(seed)
    rows = list(a_floor(NOW, calls=60, seed=seed))
    rng.shuffle(rows)
    forked = {one.id for one in rows if isinstance(one, Contact) and rng.random() < 0.4}
    watch = FloorWatch(POLICY, ZoneInfo("UTC"))
    watch.look(store, NOW)
    while rows:
        some, rows = rows[: (size := rng.randrange(1, 40))], rows[size:]
        snap = watch.look(store, NOW, save(store, some))
        check(store, snap)
    taken = [
        one.model_copy(update={"forked": True}) for one in a_floor(NOW, calls=60, seed=seed) if one.id in forked
    ]
    check(store, watch.look(store, NOW, save(store, taken)))


def test_nothing_is_read_again_that_did_not_change(store: Store) -> None:
    save(store, a_floor(NOW))
    watch = FloorWatch(POLICY, ZoneInfo("UTC"))
    first = watch.look(store, NOW)
    later = NOW + timedelta(seconds=1)
    second = watch.look(store, later, ())
    assert second.agents is first.agents and second.waiting is first.waiting and second.slots is first.slots
    save(store, [AgentStatus(id="agent-5", state=AgentState.NOT_READY, since=later, reason="lunch")])
    assert watch.look(store, later, {"ticket"}).agents != first.agents
    third = watch.look(store, later, {"agent_status"}).agents
    assert [a is b for a, b in zip(first.agents, third, strict=True)].count(False) == 1


def test_the_sites_day_turns(store: Store) -> None:
    """At midnight in New York, which is five in the morning in UTC, the figures begin anew."""
    zone = ZoneInfo("America/New_York")
    before, after = (datetime(2026, 11, 21, hour, 30, tzinfo=UTC) for hour in (4, 5))
    watch = FloorWatch(POLICY, zone)
    save(store, [event("a", before, EventKind.OFFERED, "support")])
    snap = watch.look(store, before)
    assert (snap.day.isoformat(), snap.total.offered) == ("2026-11-20", 1)
    save(store, [event("a", after, EventKind.ANSWERED, "support", "dana", wait_s=3600)])
    save(store, [event("b", after, EventKind.OFFERED, "support")])
    snap = watch.look(store, after + timedelta(minutes=1), {"contact_event"})
    assert (snap.day.isoformat(), snap.total.offered) == ("2026-11-21", 1)
    check(store, snap)


def test_a_store_that_was_filled_anew_is_read_anew(store: Store) -> None:
    save(store, a_floor(NOW))
    watch = FloorWatch(POLICY, ZoneInfo("UTC"))
    offered = watch.look(store, NOW).total.offered
    with store.write() as connection:
        connection.execute("DELETE FROM contact_event")
    rows = [one for one in a_floor(NOW) if isinstance(one, ContactEvent)]
    save(store, reversed(rows))
    snap = watch.look(store, NOW, {"contact_event"})
    assert snap.total.offered == offered
    check(store, snap)


def test_what_has_reached_a_limit(store: Store) -> None:
    save(store, a_floor(NOW))
    snap = FloorWatch(POLICY, ZoneInfo("UTC")).look(store, NOW)
    assert snap.level("longest wait") is Level.ALARM
    assert (
        snap.level("longest wait", "support") is Level.ALARM and snap.level("longest wait", "billing") is Level.FINE
    )
    assert snap.level("waiting", "support") is Level.WARN
    found = {(one.name, one.what, one.level) for one in snap.crossings if one.about.startswith("agent")}
    assert found == {("Kofi Osei", "wrap-up", Level.ALARM), ("Tomás Novák", "not ready", Level.WARN)}


def test_nobody_waits_for_a_supervisor_to_be_ready(store: Store) -> None:
    """Whoever watches the floor all day is no alarm on it."""
    save(store, [Agent(id="lead", name="Robin Hale", role=Role.SUPERVISOR)])
    save(
        store,
        [AgentStatus(id="lead", state=AgentState.NOT_READY, reason="signed on", since=NOW - timedelta(hours=5))],
    )
    snap = FloorWatch(POLICY, ZoneInfo("UTC")).look(store, NOW)
    assert [one.name for one in snap.agents] == ["Robin Hale"] and not snap.crossings


def test_a_queue_that_nobody_set_up_is_shown_by_its_id(store: Store) -> None:
    save(store, [event("a", NOW, EventKind.OFFERED, "bank")])
    snap = FloorWatch(POLICY, ZoneInfo("UTC")).look(store, NOW)
    assert [(one.id, one.name) for one in snap.queues] == [("bank", "bank")]


def test_a_queues_new_threshold_counts_at_once(store: Store) -> None:
    save(store, a_floor(NOW))
    watch = FloorWatch(POLICY, ZoneInfo("UTC"))
    watch.look(store, NOW)
    snap = watch.look(store, NOW, save(store, [Queue(id="support", name="Support", threshold_s=60)]))
    check(store, snap)
    assert snap.queues[1].threshold_s == 60


def test_figures_that_are_counted_later_stay_what_they_were(store: Store) -> None:
    save(store, a_floor(NOW))
    watch = FloorWatch(POLICY, ZoneInfo("UTC"))
    first = watch.look(store, NOW)
    changed = save(store, [event("new", NOW, EventKind.OFFERED, "support")])
    second = watch.look(store, NOW, changed, count=False)
    assert (second.total, second.crossings) == (first.total, first.crossings)
    assert watch.look(store, NOW, ()).total.offered == first.total.offered + 1
    queues = save(store, [Queue(id="support", name="Helpdesk")])
    assert all(one.row is not None for one in watch.look(store, NOW, queues, count=False).queues)


def test_a_persons_contact_is_no_part_of_a_replay(store: Store) -> None:
    save(store, a_floor(NOW))
    watch = FloorWatch(POLICY, ZoneInfo("UTC"))
    before = watch.look(store, NOW).total.offered
    taken = in_hand("hand-0", "agent-0", NOW, AgentState.ON_CALL, 0).model_copy(update={"forked": True})  # type: ignore[arg-type]
    snap = watch.look(store, NOW, save(store, [taken]))
    assert snap.total.offered == before - 1
    assert next(one for one in snap.agents if one.id == "agent-0").contact_id == "hand-0", "but it is on the floor"
