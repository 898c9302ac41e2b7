"""What the hub takes, as PostgreSQL can check it: the models' JSON schemas as jsonpath predicates.

The hub trusts no seat, so it checks every body itself. A jsonpath is evaluated in the server's own code, which is
what makes a push of 500 rows quick; which field was wrong is looked for only when something was."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from data.models import SYNCED
from data.models.base import Entity
from data.sync.contract import DELETABLE, NEWEST_HOLDS
from data.sync.scoping import OVER, PARENT_OF

Schema = dict[str, Any]

MOMENT = r"^[1-9]\\d{3}-\\d\\d-\\d\\dT([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z$"
DAY = r"^[1-9]\\d{3}-\\d\\d-\\d\\d$"
_SAYS_NOTHING = frozenset({"title", "description", "default", "examples"})


class Shape(NamedTuple):
    """One row of the hub's table of shapes."""

    entity: str
    append_only: bool
    deletable: bool
    columns: list[str]
    defaults: str
    """JSON of the fields that may be left out."""
    fits: str
    """A jsonpath predicate on a whole body."""
    newest_holds: list[str]
    over_states: list[str] | None
    parents: list[str]
    parent_columns: list[str]


class Field(NamedTuple):
    """One row of the hub's table of fields: what is wrong with a body is looked for here."""

    entity: str
    place: int
    name: str
    fits: str
    words: str
    """What it should be, for a person."""


def shapes() -> list[Shape]:
    """The shapes of all synced entities."""
    return [_shape(model) for model in SYNCED.values()]


def fields() -> list[Field]:
    """The fields of all synced entities."""
    return [field for model in SYNCED.values() for field in _fields(model)]


def _fields(model: type[Entity]) -> list[Field]:
    schema = model.model_json_schema()
    kinds: dict[str, Schema] = schema.get("$defs", {})
    return [
        Field(model.entity, place, name, _fits(f"$.{_quoted(name)}", one, kinds), _words(one, kinds))
        for place, (name, one) in enumerate(schema["properties"].items())
    ]


def _shape(model: type[Entity]) -> Shape:
    parents = PARENT_OF.get(model.entity, ())
    over = OVER.get(model.entity)
    return Shape(
        model.entity,
        model.append_only,
        model.entity in DELETABLE,
        list(model.columns()),
        json.dumps(_defaults(model)),
        " && ".join(field.fits for field in _fields(model)),
        [field for entity, field in sorted(NEWEST_HOLDS) if entity == model.entity],
        sorted(over) if over is not None else None,
        [parent for parent, _ in parents],
        [column for _, column in parents],
    )


def _defaults(model: type[Entity]) -> Schema:
    return {
        name: TypeAdapter(field.rebuild_annotation()).dump_python(
            field.get_default(call_default_factory=True), mode="json"
        )
        for name, field in model.model_fields.items()
        if not field.is_required()
    }


def _fits(at: str, schema: Schema, kinds: dict[str, Schema]) -> str:
    """A predicate: what is at this path fits the schema.

    Raises:
        NotImplementedError: the schema says something that has no predicate yet.
    """
    said = {name: value for name, value in schema.items() if name not in _SAYS_NOTHING}
    if "$ref" in said:
        return _fits(at, {**kinds[said.pop("$ref").rpartition("/")[2]], **said}, kinds)
    if "anyOf" in said:
        return _any(_fits(at, one, kinds) for one in said.pop("anyOf"))
    kind = said.pop("type")
    rules = [f'{at}.type() == "{"number" if kind == "integer" else kind}"']
    if kind == "integer":
        rules.append(f"{at}.floor() == {at}")
    if "enum" in said:
        rules.append(_any(f"{at} == {_quoted(one)}" for one in said.pop("enum")))
    for name, compare in (("minimum", ">="), ("maximum", "<=")):
        if name in said:
            rules.append(f"{at} {compare} {said.pop(name)}")
    match said.pop("format", None):
        case None:
            pass
        case "date-time":
            rules += [_like(at, MOMENT), f'exists({at}.datetime("YYYY-MM-DD\\"T\\"HH24:MI:SS.MS\\"Z\\""))']
        case "date":
            rules += [_like(at, DAY), f'exists({at}.datetime("YYYY-MM-DD"))']
        case other:
            raise NotImplementedError(f"format {other}")
    if "minItems" in said:
        rules.append(f"{at}.size() >= {said.pop('minItems')}")
    if "items" in said:
        rules.append(f'!exists({at}[*].type() ? (@ == "array"))')  # a filter would look into it
        rules.append(f"!exists({at}[*] ? (!({_fits('@', said.pop('items'), kinds)})))")
    if isinstance(said.get("additionalProperties"), dict):
        rules.append(f"!exists({at}.keyvalue() ? (!({_fits('@.value', said.pop('additionalProperties'), kinds)})))")
    required = said.pop("required", ())
    for name, one in said.pop("properties", {}).items():
        part = f"{at}.{_quoted(name)}"
        rule = _fits(part, one, kinds)
        rules.append(rule if name in required else f"(!exists({part}) || {rule})")
    if said:
        raise NotImplementedError(f"the hub cannot check {sorted(said)} yet")
    return "(" + " && ".join(rules) + ")"


def _any(rules: Iterable[str]) -> str:
    return "(" + " || ".join(rules) + ")"


def _like(at: str, pattern: str) -> str:
    return f'{at} like_regex "{pattern}"'


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _words(schema: Schema, kinds: dict[str, Schema]) -> str:
    """What a field should be, for a person."""
    if "$ref" in schema:
        schema = {**kinds[schema["$ref"].rpartition("/")[2]], **schema}
    if "anyOf" in schema:
        return " or ".join(_words(one, kinds) for one in schema["anyOf"])
    if "enum" in schema:
        return f"one of {', '.join(str(one) for one in schema['enum'])}"
    if "format" in schema:
        return {"date-time": "a moment in UTC like 2026-01-05T12:00:00.000Z", "date": "a day like 2026-01-05"}[
            schema["format"]
        ]
    words = {
        "string": "text",
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
        "null": "nothing",
        "array": "a list of what belongs there",
        "object": "a record of what belongs there",
    }[schema["type"]]
    low, high = schema.get("minimum"), schema.get("maximum")
    return words if low is None else f"{words} from {low} to {high}"
