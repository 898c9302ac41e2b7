"""What every stored thing has in common: a frozen pydantic model, one table of the same name, one id.

An entity knows which of its columns hold JSON and which hold free text. Free text is what a person may
type a card number into, so it is masked before it is written (TICK-4)."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, ClassVar, NewType, Self, Union, get_args, get_origin

import uuid_utils
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, PlainSerializer

AgentId = NewType("AgentId", str)
ContactId = NewType("ContactId", str)
CustomerId = NewType("CustomerId", str)
QueueId = NewType("QueueId", str)
TicketId = NewType("TicketId", str)

Column = str | int | float | None
Row = dict[str, Column]
"""One row as SQLite gives it."""


def instant_text(at: datetime) -> str:
    """An aware time as UTC text of fixed width (milliseconds), so that text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _whole_milliseconds(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=at.microsecond // 1000 * 1000)


Instant = Annotated[
    AwareDatetime,
    AfterValidator(_whole_milliseconds),
    PlainSerializer(instant_text, return_type=str, when_used="json"),
]
"""A moment: aware, UTC, to the millisecond, stored as fixed-width text."""


def new_id() -> str:
    """A fresh id that sorts by the time it was made (UUIDv7)."""
    return str(uuid_utils.uuid7())


def _holds_json(annotation: object) -> bool:
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        return any(_holds_json(part) for part in get_args(annotation))
    if origin is Annotated:
        return _holds_json(get_args(annotation)[0])
    plain = origin or annotation
    return isinstance(plain, type) and issubclass(plain, tuple | list | dict | BaseModel)


class Value(BaseModel):
    """A part of an entity that has no id of its own."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Strict(BaseModel):
    """A part of a reviewed text as it is written: nothing that is not known is passed over."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Entity(BaseModel):
    """A stored thing. `entity` is its name in the outbox and the name of its table."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    entity: ClassVar[str]
    append_only: ClassVar[bool] = False
    """True: rows are only ever added; a correction is another row (SYNC rule 8)."""
    once: ClassVar[bool] = False
    """Of append-only rows: the id says what a row is about, so whoever comes second has nothing to add, and nobody is
    told of a refusal."""
    free_text: ClassVar[frozenset[str]] = frozenset()
    phone_text: ClassVar[frozenset[str]] = frozenset()
    """Columns of telephone numbers as they were written: what is no telephone number there is masked as well."""

    id: str

    @classmethod
    @cache
    def json_columns(cls) -> frozenset[str]:
        """The columns that hold JSON text."""
        return frozenset(name for name, field in cls.model_fields.items() if _holds_json(field.annotation))

    @classmethod
    @cache
    def columns(cls) -> tuple[str, ...]:
        """The columns of the table, in the order of the model."""
        return tuple(cls.model_fields)

    def to_row(self) -> Row:
        """This entity as a row of its table."""
        return row_of(type(self), self.model_dump(mode="json"))

    @classmethod
    def from_row(cls, row: Mapping[str, Column]) -> Self:
        """The entity that a row holds.

        Raises:
            pydantic.ValidationError: the row does not fit the model (a newer or damaged store).
        """
        return cls.model_validate(body_of(cls, row))


def row_of(model: type[Entity], body: Mapping[str, Any]) -> Row:
    """A JSON body (whole or a patch) as columns: lists and objects become JSON text."""
    packed = model.json_columns()
    return {
        name: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        if name in packed and value is not None
        else value
        for name, value in body.items()
        if name in model.model_fields
    }


def body_of(model: type[Entity], row: Mapping[str, Column]) -> dict[str, Any]:
    """The opposite of `row_of`: columns as a JSON body."""
    packed = model.json_columns()
    return {
        name: json.loads(value) if name in packed and isinstance(value, str) else value
        for name, value in row.items()
        if name in model.model_fields
    }


def build(model: type[BaseModel] = Value) -> None:
    """Build the validators of a model's subclasses now; without it each is built when it is first used.

    Building all of them takes 80 ms, which a program's first screen need not wait for."""
    for one in model.__subclasses__():
        one.model_rebuild()
        build(one)
