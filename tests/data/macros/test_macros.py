"""Macros: what one would change is known before it changes anything, and a faulty file says where and why (TICK-8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.desk import journal
from data.floor.pace import LeapClock
from data.macros.macros import Macro, load_macros
from data.macros.staging import Ground, LeftOut, StagedChange, stage
from data.models.base import AgentId, TicketId
from data.models.ticket import Ticket, TicketEventKind, TicketState
from data.service.calendar import Calendar
from data.store.database import Store
from data.text.reviewed import ContentError
from data.tickets import tickets
from data.tickets.tickets import TicketFaultError

NOW = datetime(2026, 1, 5, 15, tzinfo=UTC)
ANA = AgentId("ana")
HOURS = Calendar.model_validate({"zone": "UTC", "hours": {day: ["08:00-16:00"] for day in ("mon", "tue", "wed")}})
FACTS = {"customer": "Maria Alvarez", "agent": "Ana", "number": "10001", "organisation": "Example Support"}


def macro(**fields: object) -> Macro:
    return Macro.model_validate({"id": "m", "key": "m", "title": "A macro", **fields})


def ground(saved: TicketState | None = TicketState.OPEN, **fields: str) -> Ground:
    ticket = None
    if saved is not None:
        ticket = Ticket(
            id="t", number="10001", title="x", state=saved, created_at=NOW, created_by=ANA, updated_at=NOW
        )
    form = {**(tickets.form_of(ticket) if ticket else {"title": "x"}), **fields}
    return Ground("item", form, ticket, None, tuple(fields), FACTS, NOW)


# staging


def test_every_change_is_told_with_what_was_there() -> None:
    staged = stage(macro(set={"state": "pending", "assignee": "{{ agent }}"}, remind_in_hours=3), ground(), HOURS)
    assert staged.changes == (StagedChange("state", "open", "pending"), StagedChange("assignee", "", "Ana"))
    assert staged.fields == {"state": "pending", "assignee": "Ana"}
    assert staged.remind_at == NOW + timedelta(hours=19), "one hour today and two tomorrow"
    assert (staged.left_out, staged.blocked, staged.saved_with_it) == ((), (), ())


def test_what_cannot_apply_is_left_out_with_its_reason() -> None:
    staged = stage(macro(set={"state": "pending", "priority": "normal"}), ground(TicketState.CLOSED), HOURS)
    assert staged.changes == ()
    assert staged.left_out == (
        LeftOut("state", "a ticket that is closed cannot become pending"),
        LeftOut("priority", "is so already"),
    )


def test_a_reminder_is_for_a_ticket_that_becomes_pending() -> None:
    waiting = macro(set={"state": "pending"}, remind_in_hours=1)
    assert stage(waiting, ground(TicketState.CLOSED), HOURS).remind_at is None
    assert stage(waiting, ground(TicketState.PENDING), HOURS).remind_at is not None, "it is put off"


def test_a_ticket_without_a_title_takes_none() -> None:
    staged = stage(macro(set={"state": "open"}), ground(None, title=" "), HOURS)
    assert [one.field for one in staged.blocked] == ["title"]
    assert stage(macro(set={"state": "open"}), ground(None), HOURS).changes == (
        StagedChange("state", "new", "open"),
    )


def test_what_was_typed_before_is_saved_with_it_and_told() -> None:
    staged = stage(macro(set={"state": "solved"}), ground(details="more", state="pending"), HOURS)
    assert staged.saved_with_it == ("details",)
    assert staged.changes == (StagedChange("state", "pending", "solved"),)


def test_gaps_are_filled_line_by_line_and_stay_gaps_when_nothing_is_known() -> None:
    text = "{{ customer }},\nticket {{ number }} costs $5.\n\nBest wishes, {{ agent }}; for {{ company }}"
    staged = stage(macro(reply=text), ground(), HOURS)
    assert staged.text == "Maria Alvarez,\nticket 10001 costs $5.\n\nBest wishes, Ana; for …"
    assert staged.kind is TicketEventKind.REPLY
    assert stage(macro(note="x"), ground(), HOURS).kind is TicketEventKind.NOTE


def test_text_of_a_customer_names_no_gaps() -> None:
    facts = {**FACTS, "customer": "{{ agent }}"}
    on = Ground("item", {"title": "x"}, None, None, (), facts, NOW)
    assert stage(macro(reply="Dear {{ customer }}"), on, HOURS).text == "Dear {{ agent }}"


# applying


@pytest.fixture
def clock() -> LeapClock:
    return LeapClock(NOW)


def test_ticket_reminder_and_text_are_one_transaction(tmp_path: Path, clock: LeapClock) -> None:
    with Store(tmp_path / "seat.db") as store:
        saved = tickets.create(store, {"title": "x"}, "10001", ANA, clock).ticket
        item = journal.put_on_top(store, f"ticket:{saved.id}", ANA, clock, ticket_id=TicketId(saved.id))
        item = item.model_copy(
            update={"fields": {**tickets.form_of(saved), "state": "pending"}, "base": tickets.begun(store, saved)}
        )
        before = store.value("SELECT max(seq) FROM outbox")
        remind_at = NOW + timedelta(days=1)
        kept, done = journal.apply(store, item, " we wait ", TicketEventKind.REPLY, remind_at, clock)
        assert (done.ticket.state, done.ticket.remind_at) == (TicketState.PENDING, remind_at)
        assert kept.fields == {}
        assert [(one.kind, one.field, one.new, one.text) for one in tickets.history(store, saved.id)[1:]] == [
            (TicketEventKind.CHANGED, "state", "pending", ""),
            (TicketEventKind.CHANGED, "remind_at", "2026-01-06T15:00:00.000Z", ""),
            (TicketEventKind.REPLY, "", "", "we wait"),
        ]
        assert store.value("SELECT count(*) FROM outbox WHERE seq > ?", (before,)) == 4


def test_a_ticket_that_cannot_be_saved_gets_no_text(tmp_path: Path, clock: LeapClock) -> None:
    with Store(tmp_path / "seat.db") as store:
        saved = tickets.create(store, {"title": "x"}, "10001", ANA, clock).ticket
        item = journal.put_on_top(store, f"ticket:{saved.id}", ANA, clock, ticket_id=TicketId(saved.id))
        empty = item.model_copy(update={"fields": {**tickets.form_of(saved), "title": ""}})
        with pytest.raises(TicketFaultError):
            journal.apply(store, empty, "text", TicketEventKind.NOTE, None, clock)
        assert len(tickets.history(store, saved.id)) == 1
        assert journal.items(store, ANA)[0].fields == {}, "nor is the form left changed"


# the file


def test_the_shipped_macros_can_be_used() -> None:
    shipped = load_macros()
    assert [one.id for one in shipped.macros][:2] == ["waiting", "solved-by-phone"]
    assert shipped.macro("hardware") is shipped.macros[6] and shipped.macro("gone") is None
    assert "k" not in {one.key for one in shipped.macros}, "it opens the list"
    for one in shipped.macros:
        staged = stage(one, ground(TicketState.NEW), HOURS)
        assert (staged.changes or staged.text) and not staged.blocked and not staged.left_out
        assert "…" not in staged.text


FAULTS = [
    ("key: w", "keys: w", 3, "'keys' is not a field here: write 'key'."),
    ("key: w", "key: W", 3, "'macros.0.key' cannot be used: string should match pattern"),
    ("key: w", "key: s", 9, "the key 's' is taken by another macro: write another one."),
    ("id: solved-by-phone", "id: waiting", 8, "the id 'waiting' is taken by another macro"),
    ("{state: pending}", "{state: pendin}", 5, "state cannot be 'pendin': write 'pending' (1 more)"),
    ("{state: pending}", "{states: pending}", 5, "a ticket has no field 'states' to set: write 'state'"),
    ("{state: pending}", "{details: x, state: pending}", 5, "'details' holds what was told and done here"),
    ("{state: pending}", "{state: open}", 6, "a reminder is for a pending ticket: set state to pending as well."),
    ("remind_in_hours: 16", "remind_in_hours: soon", 6, "'macros.0.remind_in_hours' cannot be used"),
    ("{{ number }}", "{{ numbr }}", 7, "a macro knows no {{ numbr }}: write 'number'."),
    ("{{ number }}", "{{ number }", 7, "this text cannot be filled in"),
    ("    reply:", "    note: B\n    reply:", 7, "a macro has one text, a note for colleagues or a reply"),
    ("    set: {state: solved}", "    set: {state: solved}\n    set: {}", 12, "'set' stands twice: keep one"),
    ("macros:", "macro:", 1, "'macro' is not a field here: write 'macros'."),
    ("macros:", "macros: [", None, "this is not YAML"),
]  # fmt: skip
TEXT = """macros:
  - id: waiting
    key: w
    title: Waiting
    set: {state: pending}
    remind_in_hours: 16
    reply: About ticket {{ number }} we ask again.
  - id: solved-by-phone
    key: s
    title: Solved
    set: {state: solved}
"""


@pytest.mark.parametrize(("there", "instead", "line", "why"), FAULTS)
def test_what_is_wrong_in_the_file_is_told_by_line(
    tmp_path: Path, there: str, instead: str, line: int | None, why: str
) -> None:
    path = tmp_path / "macros.yaml"
    path.write_text(TEXT, "utf-8")
    assert len(load_macros(path).macros) == 2
    assert there in TEXT
    path.write_text(TEXT.replace(there, instead, 1), "utf-8")
    with pytest.raises(ContentError) as caught:
        load_macros(path)
    told = str(caught.value)
    assert why in told and "\n" not in told, told
    assert told.startswith(f"{path}, line {line or ''}"), told


def test_a_file_that_is_not_there_or_does_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="cannot be read"):
        load_macros(tmp_path / "gone.yaml")
    path = tmp_path / "macros.yaml"
    path.write_text("macros:\n  - {id: a, key: a, title: A}\n", "utf-8")
    with pytest.raises(ContentError, match="line 2: the macro 'a' does nothing"):
        load_macros(path)
    path.write_text("", "utf-8")
    with pytest.raises(ContentError, match="line 1"):
        load_macros(path)
    path.write_text("macros:\n  - {id: a, key: 1, title: A, set: {type: 4}}\n", "utf-8")
    assert load_macros(path).macros[0].key == "1", "digits need no quotes"
