"""What every stored thing has in common: rows and bodies there and back, and times whose text sorts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from data.desk.journal import DeskItem
from data.models import SYNCED
from data.models.base import AgentId, Entity, Instant, body_of, instant_text, new_id, row_of
from tests.data.samples import AT, run, samples
from tests.hostile import HOSTILE

INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
EPOCH = datetime(1970, 1, 2, tzinfo=UTC)
MOMENTS = st.builds(
    lambda micros, minutes: (EPOCH + timedelta(microseconds=micros)).astimezone(
        timezone(timedelta(minutes=minutes))
    ),
    st.integers(0, 250_000_000_000_000_000),
    st.integers(-23 * 60, 23 * 60),
)


def test_there_is_a_sample_of_every_kind() -> None:
    assert {type(one).entity for one in samples()} == set(SYNCED)


@pytest.mark.parametrize("text", HOSTILE[:-2], ids=range(len(HOSTILE) - 2))
def test_rows_and_entities_there_and_back(text: str) -> None:
    for one in samples(text):
        row = one.to_row()
        assert set(row) == set(type(one).columns())
        assert all(value is None or isinstance(value, str | int | float) for value in row.values())
        assert type(one).from_row(row) == one
        body = one.model_dump(mode="json")
        assert body_of(type(one), row_of(type(one), body)) == body


def test_json_columns_are_those_that_hold_more_than_one_value() -> None:
    packed = {name: model.json_columns() for name, model in SYNCED.items()}
    assert packed["customer"] == {"phones", "emails", "people", "assets", "flags", "extra"}
    assert packed["contact"] == {"can", "verified"}
    assert packed["agent"] == {"queues", "skills"}
    assert packed["invoice"] == {"lines"}
    assert packed["payment"] == {"allocations"}
    assert packed["charge"] == packed["reversal"] == set()
    assert packed["ticket"] == packed["ticket_event"] == packed["queue"] == packed["request"] == set()
    assert DeskItem.json_columns() == {"fields", "base", "cursor", "runs"}


def test_free_text_names_real_fields() -> None:
    for model in SYNCED.values():
        assert model.free_text <= set(model.model_fields)


@settings(deadline=None)
@given(st.lists(MOMENTS, min_size=2, max_size=20))
def test_the_order_of_the_texts_is_the_order_of_the_times(moments: list[datetime]) -> None:
    told = [INSTANT.validate_python(moment) for moment in moments]
    texts = [INSTANT.dump_python(moment, mode="json") for moment in told]
    assert len({len(text) for text in texts}) == 1, "of one width"
    assert sorted(texts) == [INSTANT.dump_python(moment, mode="json") for moment in sorted(told)]
    for moment, text in zip(moments, texts, strict=True):
        assert timedelta(0) <= moment - INSTANT.validate_python(text) < timedelta(milliseconds=1)
        assert instant_text(INSTANT.validate_python(text)) == text


def test_a_time_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValidationError):
        INSTANT.validate_python(AT.replace(tzinfo=None))
    with pytest.raises(ValidationError):
        INSTANT.validate_python("2026-01-05T09:00:00")


def test_moments_are_utc_to_the_millisecond() -> None:
    at = datetime(2026, 1, 5, 12, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=3)))
    assert INSTANT.validate_python(at) == datetime(2026, 1, 5, 9, 0, 0, 999_000, tzinfo=UTC)


def test_ids_sort_by_the_time_they_were_made() -> None:
    made = [new_id() for _ in range(2000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


@pytest.mark.parametrize("one", samples(), ids=lambda one: type(one).entity)
def test_what_is_stored_does_not_change_under_ones_hands(one: Entity) -> None:
    with pytest.raises(ValidationError):
        one.__setattr__("id", "other")


@pytest.mark.parametrize("one", samples(), ids=lambda one: type(one).entity)
def test_fields_of_a_newer_program_are_passed_over(one: Entity) -> None:
    body = {**one.model_dump(mode="json"), "of_tomorrow": {"x": 1}}
    assert type(one).model_validate(body) == one


def test_a_desk_item_there_and_back() -> None:
    for text in HOSTILE:
        item = DeskItem(
            id="c1", agent=AgentId("a1"), fields={"title": text}, cursor=(3, 4), runs=(run(text),), updated_at=AT
        )
        assert DeskItem.from_row(item.to_row()) == item
