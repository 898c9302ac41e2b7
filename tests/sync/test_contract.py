"""What every hub must do: enrolment, push, merge, pull, snapshot, look-up, numbers. Claims: test_claim_rules."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from data.models import Customer, Ticket
from data.models.base import instant_text, new_id
from data.models.customer import Person, Phone
from data.sync.contract import CopiedReplica, Hub, HubUnreachable, OpOutcome, Page
from tests.hostile import HOSTILE
from tests.sync.conftest import OpenHub
from tests.sync.writers import ME, NOON, Writer, contact, note, ticket

# enrolment


def test_enrolment_twice_returns_what_is_known(hub: Hub) -> None:
    first = hub.enrol_v1("replica-a", "front desk")
    again = hub.enrol_v1("replica-a", "another name")
    other = hub.enrol_v1("replica-b", "front desk")
    assert again == first
    assert first.last_replica_seq == 0
    assert other.number != first.number
    assert other.epoch == first.epoch


def test_enrolment_tells_the_last_number_that_the_hub_has(hub: Hub) -> None:
    writer = Writer(hub)
    writer.add(ticket(), ticket())
    assert hub.enrol_v1(writer.replica, "seat").last_replica_seq == 2


def test_a_stranger_is_asked_to_enrol(hub: Hub) -> None:
    writer = Writer(hub)
    with pytest.raises(HubUnreachable, match="enrol"):
        hub.push_v1("nobody", [writer.new(ticket())])
    assert writer.rows() == []


# push


def test_push_applies_in_order_and_numbers_without_a_gap(hub: Hub) -> None:
    writer = Writer(hub)
    one = ticket("first")
    results = writer.push(
        writer.new(one),
        writer.op("ticket", one.id, {"title": "second"}),
        writer.op("ticket", one.id, {"title": "third"}),
    )
    assert [result.outcome for result in results] == [OpOutcome.APPLIED] * 3
    assert [result.hub_seq for result in results] == [1, 2, 3]
    assert [result.ver for result in results] == [1, 2, 3]
    row = writer.row(one)
    assert (row.body["title"], row.ver, row.hub_seq) == ("third", 3, 3)


def test_the_same_push_again_changes_nothing_and_answers_the_same(hub: Hub, open_hub: OpenHub) -> None:
    writer = Writer(hub)
    one = ticket()
    ops = [writer.new(one), writer.new(note(one.id)), writer.op("ticket", one.id, {"number": None})]
    first = writer.push(*ops)
    rows = writer.rows()
    assert [result.outcome for result in first] == [OpOutcome.APPLIED, OpOutcome.APPLIED, OpOutcome.REFUSED]
    assert writer.push(*ops) == first
    assert open_hub().push_v1(writer.replica, ops) == first
    assert writer.push(*ops[1:], writer.op("ticket", one.id, {"title": "new"}))[:2] == first[1:]
    assert [row for row in writer.rows() if row.entity == "ticket_event"] == [
        row for row in rows if row.entity == "ticket_event"
    ]
    assert writer.row(one).ver == 2


def test_a_push_is_all_or_nothing(hub: Hub) -> None:
    writer, stranger = Writer(hub), Writer(hub)
    taken = stranger.new(ticket("theirs"))
    stranger.push(taken)
    clash = writer.new(ticket("mine"))
    writer.push(clash)
    good, copy = writer.new(ticket("good")), writer.new(ticket("copy")).model_copy(update={"replica_seq": 1})
    with pytest.raises(CopiedReplica):
        writer.push(good, copy)
    assert sorted(row.body["title"] for row in writer.rows()) == ["mine", "theirs"]


def test_a_copied_replica_is_told_so_and_keeps_its_ops_under_a_new_name(hub: Hub) -> None:
    original = Writer(hub, replica_id="replica-a")
    copy = Writer(hub, replica_id="replica-a")
    original.add(ticket("original"))
    op = copy.new(ticket("copy"))
    with pytest.raises(CopiedReplica):
        copy.push(op)
    renamed = hub.enrol_v1("replica-c", "seat")
    assert renamed.number != original.number
    assert hub.push_v1("replica-c", [op])[0].outcome is OpOutcome.APPLIED


def test_a_transaction_arrives_as_one(hub: Hub, open_hub: OpenHub) -> None:
    writer, reader = Writer(hub), Writer(open_hub())
    one, txn = ticket(), new_id()
    writer.push(writer.new(one, txn), writer.new(note(one.id), txn))
    page = reader.hub.pull_v1(reader.replica, 0)
    assert [row.entity for row in page.rows] == ["ticket", "ticket_event"]


def test_an_empty_push_is_nothing(hub: Hub) -> None:
    writer = Writer(hub)
    assert writer.push() == []
    assert writer.rows() == []


@pytest.mark.parametrize(
    ("entity", "kind", "patch", "why"),
    [
        ("spaceship", "put", {"name": "x"}, "does not know 'spaceship'"),
        ("ticket", "put", {"title": "no number"}, "number"),
        ("ticket", "put", {"number": "1", "title": 7}, "title"),
        ("contact", "put", {"feed": "f", "queue": "q", "state": "flying"}, "state"),
        ("ticket", "append", {"title": "x"}, "not possible"),
        ("ticket_event", "put", {"text": "x"}, "not possible"),
        ("ticket", "delete", {}, ""),
        ("ticket", "put", {}, ""),
    ],
)
def test_what_cannot_be_applied_is_refused_in_words(
    hub: Hub, entity: str, kind: str, patch: dict[str, Any], why: str
) -> None:
    writer = Writer(hub)
    after = ticket("after")
    refused, applied = writer.push(writer.op(entity, new_id(), patch, kind=kind), writer.new(after))
    assert refused.outcome is OpOutcome.REFUSED
    assert refused.hub_seq == 0
    assert why in refused.why
    assert len(refused.why) > 10
    assert applied.outcome is OpOutcome.APPLIED, "a refused op never blocks the queue"
    assert [row.entity_id for row in writer.rows()] == [after.id]


def test_an_appended_row_is_never_rewritten(hub: Hub) -> None:
    writer, other = Writer(hub), Writer(hub)
    event = note("ticket-1", "as it was")
    writer.add(event)
    again = event.model_copy(update={"text": "as it never was"})
    assert other.add(again)[0].outcome is OpOutcome.REFUSED
    assert writer.row(event).body["text"] == "as it was"


def test_what_depends_on_a_refused_op_is_refused_too(hub: Hub) -> None:
    writer = Writer(hub)
    broken, sound = ticket(), ticket()
    first, second, third = writer.push(
        writer.op("ticket", broken.id, {"title": "no number"}),
        writer.op("ticket", broken.id, broken.model_dump(mode="json")),
        writer.new(sound),
    )
    assert first.outcome is OpOutcome.REFUSED
    assert second.outcome is OpOutcome.REFUSED
    assert "depends_on" in second.why
    assert third.outcome is OpOutcome.APPLIED


def test_a_change_of_a_row_whose_creation_was_refused_makes_no_half_row(hub: Hub) -> None:
    writer = Writer(hub)
    writer.push(writer.op("agent", "a1", {"name": "Ana", "role": "king"}))
    later = writer.push(writer.op("agent", "a1", {"name": "Ana Silva"}))[0]
    assert later.outcome is OpOutcome.REFUSED
    assert "depends_on" in later.why
    assert writer.rows() == []


def test_fields_that_the_hub_does_not_know_do_no_harm(hub: Hub) -> None:
    writer = Writer(hub)
    one = ticket()
    assert writer.push(writer.op("ticket", one.id, {**one.model_dump(mode="json"), "mood": "good"}))[0].hub_seq
    assert "mood" not in writer.row(one).body


# merge


def test_each_answer_says_which_version_it_made(hub: Hub) -> None:
    """Also between those of other rows, after a refused one, beside a conflict, and when it is asked again."""
    writer, other = Writer(hub, "replica-a"), Writer(hub, "replica-b")
    one, two = ticket("first"), ticket("other")
    writer.push(writer.new(one))
    ops = (
        other.new(two),
        other.op("ticket", one.id, {"priority": "sky-high"}, base=1),
        other.new(ticket("third")),
        other.op("ticket", two.id, {"title": "other, changed"}, base=1),
    )
    assert [result.ver for result in other.push(*ops)] == [1, 0, 1, 2]
    assert [result.ver for result in other.push(*ops)] == [1, 0, 1, 2]
    assert [result.ver for result in writer.push(writer.op("ticket", one.id, {"title": "a"}, base=1))] == [2]
    late = other.push(other.op("ticket", one.id, {"title": "b"}, base=1))
    assert [(result.outcome, result.ver) for result in late] == [(OpOutcome.CONFLICT, 3)]
    assert writer.row(one).ver == 3


def test_different_fields_of_two_replicas_merge(hub: Hub) -> None:
    a, b = Writer(hub), Writer(hub)
    one = ticket("as it was", details="as it was")
    a.add(one)
    assert a.edit(one, 1, title="new title").outcome is OpOutcome.APPLIED
    assert b.edit(one, 1, details="new details").outcome is OpOutcome.APPLIED
    body = a.row(one).body
    assert (body["title"], body["details"]) == ("new title", "new details")


def test_the_same_field_of_two_replicas_keeps_the_hubs_and_reports_both(hub: Hub) -> None:
    a, b = Writer(hub), Writer(hub)
    one = ticket("as it was")
    a.add(one)
    a.edit(one, 1, title="from a")
    result = b.edit(one, 1, title="from b", details="only b")
    assert result.outcome is OpOutcome.CONFLICT
    assert [(c.field, c.mine, c.theirs) for c in result.conflicts] == [("title", "from b", "from a")]
    body = a.row(one).body
    assert (body["title"], body["details"]) == ("from a", "only b"), "the rest of the op is applied"
    assert result.hub_seq == a.row(one).hub_seq, "the row comes back to the seat whose edit lost"


def test_an_edit_that_saw_the_other_one_supersedes_it(hub: Hub) -> None:
    a, b = Writer(hub), Writer(hub)
    one = ticket("as it was")
    a.add(one)
    a.edit(one, 1, title="from a")
    assert b.edit(one, b.row(one).ver, title="from b").outcome is OpOutcome.APPLIED
    assert a.row(one).body["title"] == "from b"


def test_the_same_value_from_both_is_no_conflict(hub: Hub) -> None:
    a, b = Writer(hub), Writer(hub)
    one = ticket("as it was")
    a.add(one)
    a.edit(one, 1, title="same")
    assert b.edit(one, 1, title="same").outcome is OpOutcome.APPLIED


def test_edits_of_one_replica_never_conflict_with_themselves(hub: Hub) -> None:
    a, b = Writer(hub), Writer(hub)
    one = ticket("0")
    a.add(one)
    for title in "12345":
        assert a.edit(one, 1, title=title).outcome is OpOutcome.APPLIED
    b.edit(one, 1, details="by b")
    assert a.edit(one, 1, title="6").outcome is OpOutcome.APPLIED
    assert a.row(one).body["title"] == "6"


def test_when_it_was_changed_is_no_matter_of_conflict(hub: Hub) -> None:
    a, b = Writer(hub), Writer(hub)
    one = ticket()
    a.add(one)
    early, late = instant_text(NOON + timedelta(seconds=1)), instant_text(NOON + timedelta(seconds=2))
    assert a.edit(one, 1, title="from a", updated_at=late).outcome is OpOutcome.APPLIED
    assert b.edit(one, 1, details="from b", updated_at=early).outcome is OpOutcome.APPLIED
    body = a.row(one).body
    assert (body["title"], body["details"], body["updated_at"]) == ("from a", "from b", late)
    other = ticket()
    a.add(other)
    a.edit(other, 1, updated_at=early)
    assert b.edit(other, 1, updated_at=late).outcome is OpOutcome.APPLIED
    assert a.row(other).body["updated_at"] == late


def test_a_lost_edit_stays_lost_for_those_who_did_not_see_why(hub: Hub) -> None:
    """A replica that goes on editing from the old version conflicts again; it never wins by insisting."""
    a, b = Writer(hub), Writer(hub)
    one = ticket("as it was")
    a.add(one)
    a.edit(one, 1, title="from a")
    assert b.edit(one, 1, title="from b").outcome is OpOutcome.CONFLICT
    assert b.edit(one, 1, title="from b again").outcome is OpOutcome.CONFLICT
    assert a.row(one).body["title"] == "from a"


def test_two_replicas_that_make_the_same_row_keep_the_first(hub: Hub) -> None:
    a, b = Writer(hub), Writer(hub)
    one = ticket("from a")
    a.add(one)
    result = b.add(one.model_copy(update={"title": "from b"}))[0]
    assert result.outcome is OpOutcome.CONFLICT
    assert [conflict.field for conflict in result.conflicts] == ["title"]
    assert a.row(one).body["title"] == "from a"


# pull


def test_pull_gives_each_row_once_as_it_is_now(hub: Hub) -> None:
    writer = Writer(hub)
    rows = [ticket(f"ticket {place}") for place in range(7)]
    writer.add(*rows)
    writer.edit(rows[0], 1, title="changed")
    found = writer.rows(limit=3)
    assert [row.entity_id for row in found] == [one.id for one in (*rows[1:], rows[0])]
    assert found[-1].body["title"] == "changed"
    assert all(before.hub_seq < after.hub_seq for before, after in pairwise(found))


def test_pages_join_without_a_gap(hub: Hub) -> None:
    writer = Writer(hub)
    writer.add(*(ticket() for _ in range(7)))
    pages: list[Page] = []
    cursor = 0
    while not pages or pages[-1].more:
        pages.append(hub.pull_v1(writer.replica, cursor, 3))
        cursor = pages[-1].end
    assert [len(page.rows) for page in pages] == [3, 3, 1]
    assert [(page.start, page.end) for page in pages] == [(0, 3), (3, 6), (6, 7)]
    nothing = hub.pull_v1(writer.replica, cursor)
    assert (nothing.rows, nothing.more, nothing.start, nothing.end) == ((), False, 7, 7)


def test_a_row_that_changes_between_two_pages_comes_once_more(hub: Hub) -> None:
    writer = Writer(hub)
    first, second = ticket("first"), ticket("second")
    writer.add(first, second)
    page = hub.pull_v1(writer.replica, 0, 1)
    writer.edit(first, 1, title="changed")
    rest = writer.rows(page.end)
    assert [row.body["title"] for row in rest] == ["second", "changed"]


def test_everybody_pulls_everything_their_own_rows_too(hub: Hub, open_hub: OpenHub) -> None:
    a, b = Writer(hub), Writer(open_hub())
    a.add(ticket("from a"))
    b.add(ticket("from b"))
    assert [row.body["title"] for row in a.rows()] == [row.body["title"] for row in b.rows()]


def test_version_changes_when_another_connection_writes(hub: Hub, open_hub: OpenHub) -> None:
    other = Writer(open_hub())
    before = hub.version()
    assert hub.version() == before
    other.add(ticket())
    assert hub.version() != before


# snapshot and look-up


def test_a_snapshot_and_the_pull_after_it_miss_nothing(hub: Hub) -> None:
    writer = Writer(hub)
    rows = [ticket(f"ticket {place}") for place in range(5)]
    writer.add(*rows, *(note(one.id) for one in rows))
    page = hub.snapshot_v1(writer.replica, None, 3)
    cursor, found = page.start, list(page.rows)
    writer.edit(rows[0], 1, title="changed meanwhile")
    late = ticket("made meanwhile")
    writer.add(late)
    while page.more:
        last = page.rows[-1]
        page = hub.snapshot_v1(writer.replica, (last.entity, last.entity_id), 3)
        found += page.rows
    merged = {(row.entity, row.entity_id): row for row in [*found, *writer.rows(cursor)]}
    assert merged == {(row.entity, row.entity_id): row for row in writer.rows()}
    keys = [(row.entity, row.entity_id) for row in found]
    assert keys == sorted(set(keys)), "each once, in order"


def test_look_up_finds_customers_by_plain_text_only(hub: Hub) -> None:
    writer = Writer(hub)
    writer.add(
        Customer(id="c1", name="Ana Silva", company="100% Cotton_Wool"),
        Customer(id="c2", name="Bo Lind"),
    )
    writer.add(ticket("Ana Silva"))
    assert [row.entity_id for row in hub.lookup_v1("reader", "Silva")] == ["c1"]
    assert [row.entity_id for row in hub.lookup_v1("reader", "100% Cotton_")] == ["c1"]
    assert hub.lookup_v1("reader", "A%a") == []
    assert hub.lookup_v1("reader", "B_ Lind") == []
    assert len(hub.lookup_v1("reader", "", limit=1)) == 1


# numbers


def test_number_blocks_never_overlap(hub: Hub, open_hub: OpenHub) -> None:
    other = open_hub()
    blocks = [
        (hub if place % 2 else other).lease_numbers_v1(f"replica-{place % 3}", 1 + place % 7) for place in range(30)
    ]
    numbers = [number for block in blocks for number in range(block.first, block.last + 1)]
    assert len(numbers) == len(set(numbers)) == sum(1 + place % 7 for place in range(30))


# text from outside


@pytest.mark.parametrize("place", range(len(HOSTILE)))
def test_text_comes_back_as_it_was_given(hub: Hub, open_hub: OpenHub, place: int) -> None:
    text = HOSTILE[place]
    writer, reader = Writer(hub, text or "seat"), Writer(open_hub())
    given = (
        ticket(text, number=text, assignee=text, person=text, asset=text, details=text, created_by=text),
        note(text, text),
        contact(caller_number=text, caller_name=text, about=text, queue=text, feed=text, verified=(text, text)),
        Customer(
            id=new_id(),
            name=text,
            phones=(Phone(raw=text, note=text),),
            people=(Person(name=text, role=text),),
            extra={text: text},
        ),
    )
    assert {result.outcome for result in writer.add(*given)} == {OpOutcome.APPLIED}
    writer.edit(given[0], 1, details=text + text)
    for entity in given[1:]:
        assert type(entity).model_validate(reader.row(entity).body) == entity
    assert Ticket.model_validate(reader.row(given[0]).body).details == text + text
    assert hub.lookup_v1("reader", text) is not None
    claimed = writer.claim(given[2].id, agent=text or ME)
    assert claimed.contact_id == given[2].id


def test_halves_of_characters_are_replaced_not_fatal(hub: Hub) -> None:
    a, b = Writer(hub), Writer(hub)
    one = ticket()
    a.push(a.op("ticket", one.id, {**one.model_dump(mode="json"), "title": "half \ud83d"}))
    assert a.row(one).body["title"] == "half \ufffd"
    b.edit(one, 1, title="other half \ude00")
    result = a.edit(one, 1, title="again \ud83d")
    assert [(told.mine, told.theirs) for told in result.conflicts] == [("again \ufffd", "other half \ufffd")]
