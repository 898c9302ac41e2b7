"""What a hub takes from somebody who signed in: what they did themselves, and nothing about who others are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from data.models.agent import Agent, AgentState
from data.models.base import AgentId, ContactId, new_id
from data.models.callback import Callback
from data.models.gateway import Gateway
from data.models.mail import Mail, MailState
from data.models.outage import Outage
from data.models.queue_report import QueueReport, ReporterDuty, report_id
from data.models.shift import AgentMove, Punch, TimeEntry
from data.models.supervision import AlertSeen, Intervention, InterventionOutcome, Scorecard, StepKind
from data.models.ticket import TicketEvent, TicketEventKind
from data.sync.contract import (
    BY_FEEDS,
    BY_LEADERS,
    CLOCKS_APART,
    GIVEN_AWAY,
    NOT_A_FEED,
    NOT_A_LEADER,
    NOT_ALLOWED,
    NOT_ITS_ID,
    NOT_YET,
    OpOutcome,
    OpResult,
)
from tests.sync.writers import NOON, Writer, ticket


def speaks_for_itself_only(seat: Writer, me: AgentId, other: AgentId) -> None:
    """Both people have a row at the hub; `seat` signed in as `me`, who is an agent."""
    mine = ticket(created_by=me)
    [made] = seat.add(mine)
    assert made.outcome is OpOutcome.APPLIED, made.why
    again = seat.edit(mine, made.hub_seq, title="Scanner", created_by=me)
    assert again.outcome is OpOutcome.APPLIED, "what the row says may be said again"
    before = {row.entity_id: row.body for row in seat.rows()}
    high = 10**9
    refused = [
        *seat.add(ticket(created_by=other), said_by(other, mine.id), Agent(id=new_id(), name="Nobody")),
        seat.edit(mine, high, created_by=other),
        seat.push(seat.op("agent", me, {"role": "administrator"}, base=high))[0],
        seat.push(seat.op("agent", other, {"name": "Another"}, base=high))[0],
        # a whole new row that comes twice in one push is put together in another way
        *seat.push(*(seat.op("ticket", "twice", ticket(created_by=other).model_dump(mode="json")) for _ in "ab")),
    ]
    assert {one.outcome for one in refused} == {OpOutcome.REFUSED}
    assert {one.why.partition(":")[0] for one in refused} >= {"created_by", "actor", "role", "name"}
    assert {row.entity_id: row.body for row in seat.rows()} == before
    skilled = seat.push(seat.op("agent", me, {"skills": ["printers"]}, base=high))[0]
    assert skilled.outcome is OpOutcome.APPLIED, skilled.why


def leaves_the_board_to_leaders(agent: Writer, leader: Writer, feed: Writer) -> None:
    """Outages, who reports when, what was seen to, where one stepped in and scores are written by supervisors, administrators
    and feeds, and by nobody else."""
    assert set(BY_LEADERS) == {
        AlertSeen.entity, Intervention.entity, Outage.entity, ReporterDuty.entity, Scorecard.entity
    }  # fmt: skip
    theirs = [one for writer in (leader, feed) for one in board(writer)]
    assert [one.outcome for one in theirs] == [OpOutcome.APPLIED] * 10, theirs
    before = {row.entity_id: row.body for row in feed.rows()}
    down, duty = (row for row in feed.rows() if row.body.get("made_by") == "feed")
    refused = [
        *board(agent),
        *agent.push(*(agent.op("outage", "twice", outage("twice", "ana").model_dump(mode="json")) for _ in "ab")),
        agent.push(agent.op("outage", down.entity_id, {"over": "2026-11-22T12:30:00.000Z"}, base=10**9))[0],
        agent.push(agent.op("reporter_duty", duty.entity_id, {"withdrawn": True}, base=10**9))[0],
    ]
    assert {one.outcome for one in refused} == {OpOutcome.REFUSED}
    assert {one.why for one in refused} <= {
        NOT_A_LEADER,
        "depends_on an earlier change of this record that was refused",
    }
    assert {row.entity_id: row.body for row in feed.rows()} == before
    [up] = leader.push(leader.op("outage", down.entity_id, {"over": "2026-11-22T12:30:00.000Z"}, base=10**9))
    assert up.outcome is OpOutcome.APPLIED, "a leader goes on with what another wrote"


def punches_for_itself_only(agent: Writer, leader: Writer, me: AgentId, other: AgentId) -> None:
    """Of the time clock and the states people write their own; what is put right, leaders write. `agent` signed in as `me`."""
    own, out = punched(me, me), punched(me, me, punch=Punch.OUT)
    assert {one.outcome for one in agent.add(own, out, moved(me))} == {OpOutcome.APPLIED}
    before = {row.entity_id: row.body for row in agent.rows()}
    forged = (
        punched(other, me),
        punched(me, me, instead_of=own.id),
        punched(me, me, punch=Punch.VOID),
        punched(other, me, punch=Punch.VOID, instead_of=own.id),
        punched(me, other),
        moved(other),
    )
    refused = [agent.add(one)[0] for one in forged]
    assert [one.outcome for one in refused] == [OpOutcome.REFUSED] * len(forged), refused
    assert [one.why.partition(":")[0] for one in refused] == [NOT_A_LEADER] * 4 + ["by", "agent"]
    assert {row.entity_id: row.body for row in agent.rows()} == before
    mended = leader.add(punched(me, other, instead_of=own.id), punched(me, other))
    assert {one.outcome for one in mended} == {OpOutcome.APPLIED}, mended


def names_whoever_may_allow_it(seat: Writer, me: AgentId, leader: AgentId, other: AgentId) -> None:
    """A callback outside the hours names a leader who allowed it. `seat` signed in as `me`; `other` leads nobody."""
    plain, allowed = callback(me), callback(me, flagged=True, override_by=leader, override_why="works nights")
    first = seat.add(plain, allowed)
    assert [one.outcome for one in first] == [OpOutcome.APPLIED] * 2, first
    before = {row.entity_id: row.body for row in seat.rows()}
    high = 10**9
    twice = callback(me, override_by=other).model_dump(mode="json")
    refused = [
        *seat.add(callback(me, override_by=other), callback(me, override_by=AgentId("nobody"))),
        *seat.add(callback(me, override_by=me)),
        seat.edit(plain, high, flagged=True, override_by=other, override_why="x"),
        *seat.push(*(seat.op("callback", twice["id"], twice) for _ in "ab"))[:1],
        # also where the hub would keep its own word about it
        Writer(seat.hub, "late").edit(allowed, 0, override_by=other, about="late"),
    ]
    assert {(one.outcome, one.why) for one in refused} == {(OpOutcome.REFUSED, NOT_ALLOWED)}
    assert {row.entity_id: row.body for row in seat.rows()} == before
    again = seat.edit(allowed, high, override_by=leader, about="the printer")
    assert again.outcome is OpOutcome.APPLIED, again.why


def reports_slots_that_have_come(seat: Writer, me: AgentId, now: datetime) -> None:
    """The id of a queue report is made of slot and reporter, and its slot is not to come; a clock may be a little ahead."""
    near = now + CLOCKS_APART - timedelta(seconds=30)
    taken = seat.add(report(me, now), report(me, near), report(me, now - timedelta(days=1)))
    assert [one.outcome for one in taken] == [OpOutcome.APPLIED] * 3, taken
    before = len(seat.rows())
    late = now + CLOCKS_APART + timedelta(minutes=1)
    moved_on = report(me, now).model_copy(update={"slot": now - timedelta(hours=1)})
    refused = seat.add(report(me, late), report(me, near).model_copy(update={"id": new_id()}), moved_on)
    assert [one.outcome for one in refused] == [OpOutcome.REFUSED] * 3
    assert {one.why for one in refused[:2]} == {NOT_YET, NOT_ITS_ID}
    assert len(seat.rows()) == before


def callback(by: AgentId, **more: Any) -> Callback:
    """Somebody is to be called."""
    return Callback(id=new_id(), number="+15550100", due_at=NOON, made_by=by, made_at=NOON, **more)


def report(by: AgentId, slot: datetime) -> QueueReport:
    """A queue report."""
    return QueueReport(id=report_id(slot, by), slot=slot, reporter=by, by=by, at=slot, calls=1, wait_min=2)


def answers_its_own_steps_only(agent: Writer, other: Writer, leader: Writer, another: Writer) -> None:
    """A supervisor's step is answered by whom it addresses or by who made it; and the move of somebody whom a supervisor
    signs out has the id of that step. Two agents and two leaders signed in."""
    me, leads = (one.hub.member.id for one in (agent, leader))  # type: ignore[union-attr]
    first, out, ready = (stepped(leads, me, state) for state in ("not ready", "signed out", "ready"))
    assert {one.outcome for one in leader.add(first, ready)} == {OpOutcome.APPLIED}
    unknown = stepped(leads, me, "ready")
    forged = [
        *((writer, came(writer, first.id)) for writer in (other, another)),
        (agent, came(agent, unknown.id)),
        (leader, moved(me)),
        *((writer, moved(me, out.id)) for writer in (leader, other)),
        (leader, moved(me, ready.id)),
    ]
    before = {row.entity_id for row in agent.rows()}
    refused = [writer.add(one)[0] for writer, one in forged]
    # a step that is no step does not help who sends it along
    mine = stepped(other.hub.member.id, me, "signed out")  # type: ignore[union-attr]
    refused += other.add(mine, came(other, mine.id), moved(me, mine.id))
    assert [one.outcome for one in refused] == [OpOutcome.REFUSED] * len(refused), refused
    again = agent.add(moved(other.hub.member.id, out.id), moved(me, out.id))  # type: ignore[union-attr]
    assert [one.outcome for one in again] == [OpOutcome.REFUSED] * 2, "what comes after what was refused is refused"
    assert {row.entity_id for row in agent.rows()} == before
    taken = [
        *agent.add(came(agent, first.id)),
        *leader.add(out, moved(me, out.id), came(leader, out.id)),
        *agent.add(moved(me)),
    ]
    assert [one.outcome for one in taken] == [OpOutcome.APPLIED] * 5, taken
    later = [another.add(moved(me, out.id))[0], agent.add(came(agent, out.id))[0]]
    assert [one.outcome for one in later] == [OpOutcome.REFUSED] * 2, "the first answer holds"


def stepped(by: AgentId, agent: AgentId, state: str) -> Intervention:
    """A supervisor sets a state."""
    return Intervention(
        id=new_id(), by=by, at=NOON, kind=StepKind.STATE, agent=agent, state=AgentState(state), reason="x"
    )


def came(writer: Writer, step: str) -> InterventionOutcome:
    """It was done, as this writer says."""
    return InterventionOutcome(id=step, by=writer.hub.member.id, at=NOON, done=True)  # type: ignore[union-attr]


def punched(agent: AgentId, by: AgentId, **more: Any) -> TimeEntry:
    """A clock-in, by somebody."""
    return TimeEntry(id=new_id(), agent=agent, by=by, at=NOON, made_at=NOON, **{"punch": Punch.IN, **more})


def moved(agent: AgentId, step: str | None = None) -> AgentMove:
    """Somebody is ready; or was signed out by a step."""
    state = AgentState.READY if step is None else AgentState.SIGNED_OUT
    return AgentMove(id=step or new_id(), agent=agent, at=NOON, state=state)


def leaves_the_mail_to_the_gateway(agent: Writer, leader: Writer, feed: Writer) -> None:
    """Nobody who signed in says that a gateway is there, or changes a mail that waits: their own, or another's."""
    assert (set(BY_FEEDS), set(GIVEN_AWAY)) == ({Gateway.entity}, {Mail.entity})
    high = 10**9
    there = Gateway(id=new_id(), name="gateway", services=("mail",), at=NOON, until=NOON)
    letters = [letter(writer) for writer in (agent, leader)]
    made = [writer.add(one)[0] for writer, one in zip((agent, leader), letters, strict=True)]
    assert [one.outcome for one in (*made, *feed.add(there))] == [OpOutcome.APPLIED] * 3
    before = {row.entity_id: row.body for row in feed.rows()}
    refused = [
        *agent.add(there.model_copy(update={"id": new_id()})),
        agent.edit(there, high, until="2036-11-22T12:30:00.000Z"),
        leader.edit(there, high, trouble="none of the gateway's"),
        *(writer.edit(one, high, to=["thief@example.com"]) for writer in (agent, leader) for one in letters),
        agent.edit(letters[1], high, state=str(MailState.SENT)),
    ]
    assert {(one.outcome, one.why) for one in refused} == {(OpOutcome.REFUSED, NOT_A_FEED)}
    assert {row.entity_id: row.body for row in feed.rows()} == before
    assert feed.edit(letters[0], high, state=str(MailState.SENT)).outcome is OpOutcome.APPLIED


def letter(writer: Writer) -> Mail:
    """A mail that this writer has waiting."""
    by = writer.hub.member.id  # type: ignore[union-attr]
    return Mail(
        id=new_id(),
        kind="alarm",
        to=("m@example.com",),
        subject="A report failed",
        text="x",
        made_by=by,
        made_at=NOON,
    )


def board(writer: Writer) -> list[OpResult]:
    """An outage, a duty, an alert that was seen, a step of a supervisor and a score, as this writer says."""
    by = getattr(writer.hub.member, "id", "feed")
    duty = ReporterDuty(id=new_id(), agent=AgentId("a"), starts=NOON, ends=NOON, made_by=by, made_at=NOON)
    seen = AlertSeen(id=new_id(), key="waiting:support", level=1, by=by, at=NOON)
    step = Intervention(
        id=new_id(), by=by, at=NOON, kind=StepKind.MESSAGE, agent=AgentId("a"), reason="x", text="y"
    )
    score = Scorecard(
        id=new_id(), contact_id=ContactId("c"), agent=AgentId("a"), by=by, at=NOON, answers=(), comment="x"
    )
    return writer.add(outage(new_id(), by), duty, seen, step, score)


def outage(outage_id: str, by: str) -> Outage:
    """A node that is down."""
    return Outage(id=outage_id, node="RP-14", since=NOON, made_by=AgentId(by), made_at=NOON)


def said_by(actor: AgentId, ticket_id: str) -> TicketEvent:
    """A note on a ticket, by somebody."""
    return TicketEvent(id=new_id(), ticket_id=ticket_id, at=NOON, actor=actor, kind=TicketEventKind.NOTE, text="x")
