"""A ticket's clocks from its history: what starts, pauses and ends them, and that they never run backwards (TICK-6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.floor.pace import LeapClock
from data.models.base import AgentId, instant_text, new_id
from data.models.contact import Contact, ContactKind
from data.models.customer import Plan
from data.models.ticket import Priority, Ticket, TicketEvent, TicketEventKind, TicketState
from data.service.clocks import EndedBy, PauseReason, ServiceClock, Standing, clocks, next_due
from data.service.policies import SERVICE_FILE, Promise, Service, load_service
from data.store.database import Store
from data.store.save import saving
from data.text.reviewed import ContentError
from data.tickets import tickets

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
ANA = AgentId("ana")
SERVICE = Service.model_validate(
    {
        "zone": "UTC",
        "hours": {day: ["08:00-12:00", "13:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
        "policies": [
            {"when": {"priority": ["urgent"]}, "first_response": 30, "resolution": 240},
            {"when": {"priority": ["low"]}, "resolution": 4800},
            {"first_response": 120, "next_response": 240, "resolution": 960},
        ],
    }
)


def at(hour: float, day: int = 0) -> datetime:
    """A time of the week, in hours of the day."""
    return MONDAY + timedelta(days=day, hours=hour)


MORNING = at(8 + 40 / 60)


class Past:
    """A ticket's history, written down as it happens."""

    def __init__(self, start: datetime = MORNING, opened_in: str = "") -> None:
        self.ticket = Ticket(
            id="t", number="1", title="x", created_at=start, created_by=ANA, updated_at=start, state=TicketState.NEW
        )
        self.events: list[TicketEvent] = []
        self._add(start, TicketEventKind.CREATED, new=opened_in)

    def _add(self, when: datetime, kind: TicketEventKind, **fields: str) -> Past:
        self.events.append(
            TicketEvent(id=str(len(self.events)), ticket_id="t", at=when, actor=ANA, kind=kind, **fields)
        )
        return self

    def note(self, when: datetime) -> Past:
        return self._add(when, TicketEventKind.NOTE, text="x")

    def reply(self, when: datetime) -> Past:
        return self._add(when, TicketEventKind.REPLY, text="x")

    def contact(self, when: datetime, kind: ContactKind) -> Past:
        return self._add(when, TicketEventKind.CONTACT, new=str(kind))

    def become(self, when: datetime, **fields: str) -> Past:
        old = self.ticket.model_dump(mode="json")
        for name, new in fields.items():
            self._add(when, TicketEventKind.CHANGED, field=name, old=str(old[name] or ""), new=new)
        self.ticket = Ticket.model_validate({**old, **{name: new or None for name, new in fields.items()}})
        return self

    def clocks(self, now: datetime) -> dict[Promise, ServiceClock]:
        """The latest clock of each promise."""
        return {one.promise: one for one in clocks(self.ticket, self.events, SERVICE, now)}


def test_a_ticket_that_was_not_opened_live_owes_a_first_response_and_a_solution() -> None:
    found = Past().clocks(at(9))
    assert set(found) == {Promise.FIRST_RESPONSE, Promise.RESOLUTION}
    first = found[Promise.FIRST_RESPONSE]
    assert (first.started, first.due_at, first.spent, first.left) == (
        at(8 + 40 / 60),
        at(10 + 40 / 60),
        timedelta(minutes=20),
        timedelta(minutes=100),
    )
    assert first.standing(at(9)) is Standing.RUNNING
    assert first.standing(at(10.7)) is Standing.OVERDUE, "what was worked out tells how it stands later on"
    assert found[Promise.RESOLUTION].due_at == at(8 + 40 / 60, 2), "two days of eight hours"


def test_nothing_is_owed_before_the_first_event_is_here() -> None:
    assert clocks(Past().ticket, [], SERVICE, at(9)) == ()


@pytest.mark.parametrize("kind", ContactKind)
def test_a_ticket_opened_in_a_live_contact_has_its_first_response_at_once(kind: ContactKind) -> None:
    first = Past(opened_in=str(kind)).clocks(at(9))[Promise.FIRST_RESPONSE]
    if kind is ContactKind.MESSAGE:
        assert first.ended is None, "a message is not answered by opening a ticket"
    else:
        assert (first.ended, first.ended_by) == (first.started, EndedBy.OPENED_LIVE)
        assert first.standing(at(9)) is Standing.MET


def test_a_note_is_no_response_and_a_reply_is() -> None:
    past = Past().note(at(9))
    assert past.clocks(at(9.5))[Promise.FIRST_RESPONSE].ended is None
    first = past.reply(at(10)).clocks(at(11))[Promise.FIRST_RESPONSE]
    assert (first.ended, first.ended_by, first.standing(at(11))) == (at(10), EndedBy.TOLD, Standing.MET)
    late = Past().reply(at(11)).clocks(at(12))[Promise.FIRST_RESPONSE]
    assert (late.due_at, late.standing(at(12))) == (at(10 + 40 / 60), Standing.MISSED)


def test_pending_pauses_and_what_is_due_moves_on() -> None:
    past = Past().become(at(9), state="pending")
    first = past.clocks(at(9.25))[Promise.FIRST_RESPONSE]
    assert (first.due_at, first.standing(at(9.25))) == (None, Standing.PAUSED)
    first = past.become(at(9 + 25 / 60), state="open").clocks(at(9.5))[Promise.FIRST_RESPONSE]
    assert first.due_at == at(11 + 5 / 60)
    (pause,) = first.pauses
    assert (pause.start, pause.end, pause.reason, pause.counted) == (
        at(9),
        at(9 + 25 / 60),
        PauseReason.PENDING,
        timedelta(minutes=25),
    )


def test_a_pause_ends_with_its_reminder_at_the_latest() -> None:
    past = Past().become(at(9), state="pending", remind_at=instant_text(at(14)))
    first = past.clocks(at(9.5))[Promise.FIRST_RESPONSE]
    assert first.pauses[0].end == at(14)
    assert first.due_at == at(15 + 40 / 60), "as far as is known now"
    assert first.standing(at(13.9)) is Standing.PAUSED
    assert first.standing(at(14)) is Standing.RUNNING
    assert first.standing(at(16)) is Standing.OVERDUE
    moved = past.become(at(11), remind_at=instant_text(at(16))).clocks(at(14.5))[Promise.FIRST_RESPONSE]
    assert [(one.start, one.end) for one in moved.pauses] == [(at(9), at(16))]


def test_a_reminder_of_an_earlier_time_ends_no_pause() -> None:
    past = Past().become(at(9), state="pending", remind_at=instant_text(at(10))).become(at(9.5), state="open")
    past.become(at(11), state="pending")
    assert past.clocks(at(11.5))[Promise.FIRST_RESPONSE].pauses[-1].end is None


def test_a_pause_over_night_counts_what_was_open_of_it() -> None:
    past = Past().become(at(16), state="on hold").become(at(9, 1), state="open")
    (pause,) = past.clocks(at(10, 1))[Promise.RESOLUTION].pauses
    assert (pause.reason, pause.counted) == (PauseReason.ON_HOLD, timedelta(hours=2))


def test_solving_ends_every_clock() -> None:
    found = Past().become(at(10), state="solved").clocks(at(12))
    assert {one.ended_by for one in found.values()} == {EndedBy.SOLVED}
    assert {one.ended for one in found.values()} == {at(10)}
    assert next_due(list(found.values()), at(12)) is None


def test_a_solution_that_did_not_hold_goes_on_and_an_answer_is_owed() -> None:
    past = Past(opened_in="call").become(at(10), state="solved").become(at(9, 1), state="open")
    found = past.clocks(at(10, 1))
    solution, answer = found[Promise.RESOLUTION], found[Promise.NEXT_RESPONSE]
    assert [(one.reason, one.counted) for one in solution.pauses] == [(PauseReason.SOLVED, timedelta(hours=7))]
    assert solution.ended is None and solution.spent == timedelta(hours=2, minutes=20)
    assert (answer.started, answer.due_at) == (at(9, 1), at(14, 1))
    found = past.become(at(11, 1), state="solved").become(at(12, 1), state="closed").clocks(at(16, 1))
    assert found[Promise.RESOLUTION].ended == at(11, 1), "closing what is solved changes nothing"
    assert found[Promise.NEXT_RESPONSE].ended == at(11, 1)


def test_the_next_response_is_owed_from_the_first_unanswered_message_on() -> None:
    past = Past(opened_in="call").contact(at(9), ContactKind.MESSAGE).contact(at(10), ContactKind.MESSAGE)
    assert past.clocks(at(10))[Promise.NEXT_RESPONSE].started == at(9)
    past.reply(at(11)).contact(at(14), ContactKind.MESSAGE).contact(at(15), ContactKind.CALL)
    answers = [
        one for one in clocks(past.ticket, past.events, SERVICE, at(16)) if one.promise is Promise.NEXT_RESPONSE
    ]
    assert [(one.started, one.ended, one.ended_by) for one in answers] == [
        (at(9), at(11), EndedBy.TOLD),
        (at(14), at(15), EndedBy.TALKED),
    ]


def test_before_the_first_response_no_next_one_is_owed() -> None:
    past = Past().become(at(9), state="pending").become(at(10), state="open").contact(at(11), ContactKind.MESSAGE)
    assert set(past.clocks(at(12))) == {Promise.FIRST_RESPONSE, Promise.RESOLUTION}


def test_the_target_is_that_of_the_present_priority_or_of_the_one_at_the_end() -> None:
    past = Past().become(at(9), priority="urgent")
    assert past.clocks(at(9))[Promise.FIRST_RESPONSE].due_at == at(9 + 10 / 60)
    past.reply(at(10)).become(at(11), priority="normal")
    found = past.clocks(at(12))
    assert found[Promise.FIRST_RESPONSE].standing(at(12)) is Standing.MISSED, "it was urgent when it was answered"
    assert found[Promise.RESOLUTION].target == timedelta(hours=16)
    assert set(Past().become(at(9), priority="low").clocks(at(9))) == {Promise.RESOLUTION}, "promised is no more"


def test_what_is_due_next_is_what_is_due_first() -> None:
    past = Past()
    found = clocks(past.ticket, past.events, SERVICE, at(9))
    first = next_due(found, at(9))
    assert first is not None and first.promise is Promise.FIRST_RESPONSE
    past.reply(at(9)).become(at(9.5), state="pending")
    paused = next_due(clocks(past.ticket, past.events, SERVICE, at(10)), at(10))
    assert paused is not None and paused.standing(at(10)) is Standing.PAUSED


# any history


STATES = [str(one) for one in TicketState if one is not TicketState.CLOSED]


@st.composite
def pasts(draw: st.DrawFn) -> Past:
    when = at(8) + timedelta(minutes=draw(st.integers(0, 3000)))
    past = Past(when, draw(st.sampled_from(["", "call", "message"])))
    for _ in range(draw(st.integers(0, 8))):
        when += timedelta(minutes=draw(st.integers(0, 700)))
        what = draw(st.sampled_from(["state", "state", "remind", "priority", "reply", "note", "message", "call"]))
        if what == "state":
            past.become(when, state=draw(st.sampled_from(STATES)))
        elif what == "remind":
            past.become(when, remind_at=instant_text(when + timedelta(minutes=draw(st.integers(-300, 2000)))))
        elif what == "priority":
            past.become(when, priority=draw(st.sampled_from([str(one) for one in Priority])))
        elif what in ("reply", "note"):
            getattr(past, what)(when)
        else:
            past.contact(when, ContactKind(what))
    return past


@given(pasts(), st.integers(0, 4000), st.integers(0, 4000))
def test_no_clock_ever_runs_backwards(past: Past, one: int, more: int) -> None:
    now = past.events[-1].at + timedelta(minutes=one)
    later = now + timedelta(minutes=more)
    for before, after in zip(
        clocks(past.ticket, past.events, SERVICE, now),
        clocks(past.ticket, past.events, SERVICE, later),
        strict=True,
    ):
        assert (before.promise, before.started) == (after.promise, after.started)
        assert timedelta() <= before.spent <= after.spent
        assert SERVICE.between(before.started, before.ended or now) == before.spent + sum(
            (pause.counted for pause in before.pauses), timedelta()
        ), "every minute is spent or paused, none twice"
        if before.ended is not None:
            assert before == after
        assert before.due_at == after.due_at, "time alone moves nothing"
        assert before.standing(later) is after.standing(later)


@given(pasts())
def test_a_clock_is_over_just_when_its_target_is_spent(past: Past) -> None:
    now = past.events[-1].at
    for clock in clocks(past.ticket, past.events, SERVICE, now):
        if clock.left < timedelta():
            assert clock.standing(now) in (Standing.OVERDUE, Standing.MISSED)
        if clock.left > timedelta():
            assert clock.standing(now) in (Standing.RUNNING, Standing.PAUSED, Standing.MET)


@given(pasts(), st.integers(1, 600))
def test_a_pause_puts_nothing_off_to_an_earlier_time(past: Past, minutes: int) -> None:
    end = past.events[-1].at
    if past.ticket.state not in (TicketState.NEW, TicketState.OPEN):
        past.become(end, state="open")
    without = past.clocks(end)
    past.become(end, state="pending", remind_at="").become(end + timedelta(minutes=minutes), state="open")
    for promise, clock in past.clocks(end + timedelta(minutes=minutes)).items():
        before = without.get(promise)
        if before is not None and before.ended is None and before.due_at is not None and clock.due_at is not None:
            assert clock.due_at >= before.due_at


# from the store


def test_the_history_that_is_written_is_the_one_that_is_read(tmp_path: Path) -> None:
    clock = LeapClock(at(8))
    with Store(tmp_path / "seat.db") as store:
        contact = Contact(id=new_id(), feed="f", queue="q", offered_at=at(8), queued_at=at(8))
        with saving(store, ANA, clock) as change:
            change.add(contact)
        one = tickets.create(store, {"title": "x"}, "1", ANA, clock, contact_id=contact.id).ticket  # type: ignore[arg-type]
        clock.leap(3600)
        one = tickets.update(store, one, {"state": "pending"}, ANA, clock, remind_at=at(11)).ticket
        clock.leap(3600)
        one = tickets.update(store, one, {"state": "open"}, ANA, clock).ticket
        assert one.remind_at is None, "nothing is waited for any more"
        clock.leap(3600)
        tickets.note(store, one.id, "all is well", ANA, clock, TicketEventKind.REPLY)
        found = clocks(one, tickets.history(store, one.id), SERVICE, clock.now())
        assert [(one.promise, one.ended) for one in found] == [
            (Promise.FIRST_RESPONSE, at(8)),
            (Promise.RESOLUTION, None),
            (Promise.NEXT_RESPONSE, at(11)),
        ]
        assert [(pause.start, pause.end) for pause in found[1].pauses] == [(at(9), at(10))]
        assert [one.number for one in tickets.find(store, "all is well")] == ["1"], "a reply is found like a note"


# the file


def test_the_shipped_hours_can_be_used() -> None:
    service = load_service()
    thanksgiving = datetime(2026, 11, 26, 12, tzinfo=UTC)
    assert service.between(thanksgiving, thanksgiving + timedelta(hours=12)) == timedelta()
    assert service.policy(Priority.URGENT, Plan.MANAGED).resolution == 240
    assert service.policy(Priority.URGENT, Plan.ONE_TIME).resolution == 480
    assert service.policy(Priority.LOW, Plan.MANAGED).target(Promise.RESOLUTION) == timedelta(hours=80)


FAULTS = [
    ("zone: America/New_York", "zone: New York", 1, "no time zone is called 'New York'; write it like"),
    ("  mon: [08:00", "  monday: [08:00", 3, "cannot be that: take one of 'mon', 'tue'"),
    ("  mon: [08:00-12:00", "  mon: [8-12", 3, "'8-12' is no span; write it like 08:00-18:00"),
    ("12:30-20:00]\n  tue", "11:30-20:00]\n  tue", 3, "two spans overlap"),
    ("sat: [09:00-14:00]", "sat: [22:00-06:00]", 8, "a night is two spans"),
    ("2026-11-26: []", "2026-11-31: []", 10, "input should be a valid date"),
    ("    resolution: 240", "    resolutoin: 240", 24, "'resolutoin' is not a field here: write 'resolution'"),
    ("    resolution: 240", "    resolution: soon", 24, "'policies.0.resolution' cannot be used"),
    ("priority: [high]", "priority: [higher]", 29, "input should be 'urgent', 'high', 'normal' or 'low'"),
    ("  - first_response: 120", "  - first_response: 120\n  - first_response: 1", 37, "put it last"),
    ("holidays:", "hours: {}\nholidays:", 9, "'hours' stands twice"),
    ("policies:", "policies: ]", None, "this is not YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("there", "instead", "line", "why"), FAULTS)
def test_what_is_wrong_in_the_file_is_told_by_line(
    tmp_path: Path, there: str, instead: str, line: int | None, why: str
) -> None:
    text = "\n".join(row for row in SERVICE_FILE.read_text("utf-8").splitlines() if not row.startswith("#"))
    assert there in text
    path = tmp_path / "service.yaml"
    path.write_text(text.replace(there, instead, 1), "utf-8")
    with pytest.raises(ContentError) as caught:
        load_service(path)
    told = str(caught.value)
    assert why in told and "\n" not in told
    assert told.startswith(f"{path}, line {line or ''}")
