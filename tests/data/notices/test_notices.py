"""Notices: who sees one, in which order, who has seen to it, and that two seats agree."""

from __future__ import annotations

import pytest

from data.floor.pace import LeapClock
from data.models.agent import Agent, Role
from data.models.base import AgentId, TicketId, new_id
from data.models.notice import Notice, NoticeRole
from data.notices import notices
from data.notices.rules import is_for, unseen, wanted
from data.store.database import Store
from data.store.save import saving
from data.tickets import tickets
from tests.data.seats import Seats

ANA = Agent(id="ana", name="Ana Ruiz")
BO = Agent(id="bo", name="Bo Lind", role=Role.SUPERVISOR)
CY = Agent(id="cy", name="Cy Park", role=Role.SUPERVISOR)
RAY = Agent(id="ray", name="Ray Moss", skills=("remote",))
SUE = Agent(id="sue", name="Sue Hall", skills=("support",))
ADA = Agent(id="ada", name="Ada Byrd", role=Role.ADMINISTRATOR)
EVERYBODY = (ANA, BO, CY, RAY, SUE, ADA)
ME = AgentId("ana")


def people(store: Store, clock: LeapClock) -> None:
    with saving(store, ME, clock) as change:
        for agent in EVERYBODY:
            change.add(agent)


@pytest.mark.parametrize(
    ("to", "seen_by"),
    [
        ({"to_role": "agent", "to_agent": "ray"}, {RAY.id}),
        ({"to_role": "agent", "skill": "remote"}, {RAY.id}),
        ({"to_role": "agent"}, {one.id for one in EVERYBODY}),
        ({"to_role": "leader"}, {BO.id, CY.id}),
        ({"to_role": "leader", "to_agent": "bo"}, {BO.id}),
        ({"to_role": "support"}, {SUE.id, BO.id, CY.id}),
    ],
)
def test_who_sees_a_notice(store: Store, clock: LeapClock, to: dict[str, str], seen_by: set[str]) -> None:
    people(store, clock)
    body = {
        "to_role": NoticeRole(to["to_role"]),
        **{name: value for name, value in to.items() if name != "to_role"},
    }
    made = notices.notify(store, body.pop("to_role"), "help", ME, clock, **body)  # type: ignore[arg-type]
    assert {agent.id for agent in EVERYBODY if is_for(made, agent)} == seen_by
    assert {agent.id for agent in EVERYBODY if notices.of(store, agent)} == seen_by


def test_unseen_first_newest_first_and_the_first_who_acknowledges_counts(store: Store, clock: LeapClock) -> None:
    people(store, clock)
    ids = []
    for about in ("one", "two", "three"):
        ids.append(notices.notify(store, NoticeRole.LEADER, about, ME, clock).id)
        clock.leap(60)

    def seen(agent: Agent) -> list[tuple[str, str]]:
        return [(line.notice.about, line.seen_by) for line in notices.of(store, agent)]

    assert seen(BO) == [("three", ""), ("two", ""), ("one", "")]
    assert notices.acknowledge(store, ids[2], AgentId("bo"), clock).seen_by == "Bo Lind"
    assert seen(BO) == seen(CY) == [("two", ""), ("one", ""), ("three", "Bo Lind")]
    for agent in ("cy", "bo"):  # again, by another and by the same: nothing is written
        assert notices.acknowledge(store, ids[2], AgentId(agent), clock).seen_by == "Bo Lind"
    assert store.value("SELECT count(*) FROM notice_seen") == 1
    with pytest.raises(LookupError):
        notices.acknowledge(store, "nobody", AgentId("bo"), clock)


def test_the_ticket_tells_the_sender_who_has_seen_to_it(store: Store, clock: LeapClock) -> None:
    people(store, clock)
    ticket_id = TicketId(new_id())
    tickets.create(store, {"title": "Printer"}, "1001", ME, clock, ticket_id=ticket_id)
    made = notices.notify(
        store, NoticeRole.LEADER, "card  declined\ntwice", ME, clock, kind="payment failed", ticket_id=ticket_id
    )
    notices.notify(store, NoticeRole.AGENT, "", ME, clock, to_agent=AgentId("ray"), ticket_id=ticket_id)
    notices.notify(store, NoticeRole.AGENT, "code 123", ME, clock, skill="remote", ticket_id=ticket_id)
    clock.leap(60)
    notices.acknowledge(store, made.id, AgentId("bo"), clock)
    told = [(event.actor, event.text) for event in notices.history(store, ticket_id)]
    assert told == [
        ("ana", "leader told: payment failed: card declined twice"),
        ("bo", "acknowledged: payment failed"),
        ("ana", "Ray Moss told: notice"),
        ("ana", "remote agents told: code 123"),
    ]
    assert [line.ticket for line in notices.of(store, BO)] == ["1001"]
    assert store.value("SELECT count(*) FROM ticket_event") == 1, "the lines are made, not stored"


def test_within_a_transaction_it_is_a_part_of_it(store: Store, clock: LeapClock) -> None:
    with pytest.raises(ZeroDivisionError), store.write():
        notices.notify(store, NoticeRole.LEADER, "help", ME, clock)
        raise ZeroDivisionError
    assert store.value("SELECT count(*) FROM notice") == store.value("SELECT count(*) FROM outbox") == 0


def test_a_card_is_kept_in_no_field(store: Store, clock: LeapClock) -> None:
    card = "4111111111111111"
    made = notices.notify(store, NoticeRole.LEADER, f"card {card}", ME, clock, kind=card)
    assert card not in str([made, store.rows("SELECT * FROM notice"), store.rows("SELECT * FROM outbox")])


def test_a_notice_is_seen_at_the_other_seat_and_acknowledged_once(seats: Seats, clock: LeapClock) -> None:
    """Two leaders acknowledge before they hear of each other: the earlier one counts, at both."""
    one, two = seats.open("one"), seats.open("two")
    people(one.store, clock)
    made: Notice = notices.notify(one.store, NoticeRole.LEADER, "he shouts", ME, clock, kind="conduct")
    seats.sync()
    [line] = notices.of(two.store, CY)
    assert (line.notice, line.sender, line.seen) == (made, "Ana Ruiz", None)
    assert wanted(line.notice) == "conduct: he shouts"
    clock.leap(1)
    notices.acknowledge(two.store, made.id, AgentId("cy"), clock)
    clock.leap(1)
    notices.acknowledge(one.store, made.id, AgentId("bo"), clock)
    assert notices.of(one.store, BO)[0].seen_by == "Bo Lind"
    seats.sync()
    for store, agent in ((one.store, BO), (two.store, CY)):
        [line] = notices.of(store, agent)
        assert line.seen_by == "Cy Park"
        assert unseen([line]) == []
    assert seats.conflicts() == 0
