"""Figures of what the store holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.clock import SYSTEM_CLOCK
from data.models.base import AgentId, ContactId, QueueId, new_id
from data.models.card_step import CardStep
from data.models.contact import Contact, ContactEvent, ContactState, EventKind
from data.queue.figures import figures
from data.queue.groupings import FiguresError
from data.queue.stats import read_happenings, stats
from data.store.database import Store
from data.store.save import saving
from tests.data.queue.samples import EVERY_EVENT, made_up_log, take_in

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_an_imported_log(store: Store, tmp_path: Path) -> None:
    take_in(store, tmp_path, EVERY_EVENT)
    (row,) = stats(store)
    assert (row.offered, row.answered, row.abandoned) == (10, 5, 1)
    assert row.aht_s == (4 + 13 + 20 + 48 + 50) / 5
    assert row.asa_s == (2 + 7 + 11 + 2 + 1) / 5
    assert {found.key: found.answered for found in stats(store, by="queue")} == {"support": 2, "sales": 3}


def _call(contact: str, source: str, minutes: int) -> list[ContactEvent]:
    def event(kind: EventKind, after_s: int, **known: float) -> ContactEvent:
        return ContactEvent(
            id=f"{contact}-{kind}",
            contact_id=contact,
            at=NOON + timedelta(minutes=minutes, seconds=after_s),
            kind=kind,
            queue=QueueId("support"),
            agent=None if kind is EventKind.OFFERED else AgentId("ana"),
            source=source,
            **known,
        )

    return [
        event(EventKind.OFFERED, 0),
        event(EventKind.ANSWERED, 5, wait_s=5),
        event(EventKind.ENDED, 65, talk_s=60),
    ]


def _save(store: Store, *events: ContactEvent) -> None:
    with saving(store, AgentId("ana"), SYSTEM_CLOCK) as change:
        for one in events:
            change.add(one)


def test_live_contacts_count_and_forked_ones_do_not(store: Store) -> None:
    _save(store, *_call("live", "floor", 0), *_call("forked", "replay", 1))
    contact = Contact(
        id="forked",
        feed="replay",
        queue=QueueId("support"),
        state=ContactState.ENDED,
        offered_at=NOON,
        queued_at=NOON,
        forked=True,
    )
    with saving(store, AgentId("ana"), SYSTEM_CLOCK) as change:
        change.add(contact)
    (row,) = stats(store)
    assert (row.offered, row.answered, row.aht_s) == (1, 1, 60)


def test_only_some_sources(store: Store) -> None:
    _save(store, *_call("a", "floor", 0), *_call("b", "replay", 1))
    assert [stats(store, sources=wanted)[0].offered for wanted in (None, ["floor"], ["log"], [])] == [2, 1, 0, 0]


def test_a_period_sees_over_its_edges(store: Store, tmp_path: Path) -> None:
    take_in(store, tmp_path, made_up_log(5, 400))
    everything = read_happenings(store)
    first = datetime.fromtimestamp(min(one.at for one in everything), UTC)
    for minutes in range(0, 180, 13):
        start = first + timedelta(minutes=minutes)
        end = start + timedelta(minutes=7)
        for ends in (end, None):
            assert stats(store, start=start, end=ends) == figures(everything, start=start, end=ends)
    assert stats(store, end=first + timedelta(minutes=3)) == figures(everything, end=first + timedelta(minutes=3))


def test_a_period_before_everything_is_empty(store: Store, tmp_path: Path) -> None:
    take_in(store, tmp_path, EVERY_EVENT)
    (row,) = stats(store, end=datetime(2000, 1, 1, tzinfo=UTC))
    assert (row.offered, row.max_queue) == (0, 0)


def _step(contact: str, playbook: str, first: int, last: int, agent: str = "ana", run: str = "") -> CardStep:
    return CardStep(
        id=new_id(),
        run_id=run or f"{contact}-{playbook}",
        contact_id=ContactId(contact),
        playbook=playbook,
        version=1,
        card="1",
        at=NOON + timedelta(seconds=first),
        left_at=NOON + timedelta(seconds=last),
        agent=AgentId(agent),
    )


def test_a_contact_counts_under_the_playbook_that_took_most_of_its_time(store: Store) -> None:
    steps = [
        _step("a", "leads", 5, 25),
        _step("a", "conduct", 25, 40),
        _step("a", "leads", 40, 50),
        _step("a", "hardware", 50, 90, agent="bo"),  # another agent's part of the contact
        _step("b", "plain", 60, 70),
        _step("b", "appointment", 70, 80),
    ]
    with saving(store, AgentId("ana"), SYSTEM_CLOCK) as change:
        for one in [*_call("a", "floor", 0), *_call("b", "floor", 1), *_call("c", "floor", 2), *steps]:
            change.add(one)
    rows = stats(store, by="playbook")
    assert [(row.key, row.offered, row.max_queue) for row in rows] == [
        ("appointment", 1, None),
        ("leads", 1, None),
        (None, 1, None),
    ]
    late = stats(store, by="day,playbook", start=NOON + timedelta(seconds=90))
    assert [(row.key_of("day"), row.key_of("playbook")) for row in late] == [("2026-03-02", None)]


def test_dispositions_come_from_the_wrap_up(store: Store) -> None:
    def wrapped(contact: str, minutes: int, text: str) -> ContactEvent:
        return _call(contact, "desk", minutes)[-1].model_copy(
            update={"id": f"{contact}-d", "kind": EventKind.DISPOSED, "text": text, "talk_s": None}
        )

    _save(store, *_call("a", "floor", 0), wrapped("a", 1, "Solved"), *_call("b", "floor", 5))
    assert [(row.key, row.answered) for row in stats(store, by="disposition")] == [("Solved", 1), (None, 1)]


def test_a_wrong_question_is_refused_before_reading(store: Store) -> None:
    store.execute("DROP TABLE contact_event")
    with pytest.raises(FiguresError):
        stats(store, formula="SL0")
