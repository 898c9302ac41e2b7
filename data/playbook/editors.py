"""How a playbook is written, for editors (JSON Schema) and for the docs: from the models themselves."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from functools import cache
from itertools import pairwise, product
from typing import Any, NamedTuple, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from data.playbook.actions import NAMES, Act
from data.playbook.model import Answer, Branch, Card, Playbook, Wording
from data.playbook.world import FACTS

PARTS: tuple[type[BaseModel], ...] = (Playbook, Card, Wording, Answer, Branch)
"""What a playbook is made of, beside its actions."""
HIDDEN = frozenset({"action", "when"})
"""Fields of an action that are not told with each: its name, and the condition that every one can have."""


class FieldTold(NamedTuple):
    """A field as it is written."""

    name: str
    says: str
    needed: bool
    choices: tuple[str, ...]


@cache
def told(model: type[BaseModel]) -> tuple[FieldTold, ...]:
    """The fields of a model, each with what it says: its description, or the text that follows it in the source."""
    written = dict(_docstrings(model))
    return tuple(
        FieldTold(name, field.description or written.get(name, ""), field.is_required(), _choices(field))
        for name, field in model.model_fields.items()
        if not (issubclass(model, Act) and name in HIDDEN)
    )


def _docstrings(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    for above in reversed(model.__mro__):
        if not issubclass(above, BaseModel) or above.__module__.startswith("pydantic"):
            continue
        [tree] = ast.parse(textwrap.dedent(inspect.getsource(above))).body
        body = tree.body if isinstance(tree, ast.ClassDef) else []
        for field, after in pairwise(body):
            match field, after:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(says))):
                    yield name, " ".join(says.split())


def _choices(field: FieldInfo) -> tuple[str, ...]:
    kinds = [field.annotation]
    while kinds:
        kind = kinds.pop()
        values = get_args(kind)
        if values and all(isinstance(value, str) for value in values):
            return tuple(value for value in values if value)
        if get_origin(kind) is tuple:
            kinds.append(values[0])
    return ()


def asks(act: type[Act]) -> tuple[str, ...]:
    """What an action can ask the agent for, whatever it is given."""
    needed = [one for one in told(act) if one.needed]
    ways = [[(one.name, value) for value in one.choices or ("…",)] for one in needed]
    labels: dict[str, None] = {}
    for given in product(*ways):
        made = {
            name: (value,) if get_origin(act.model_fields[name].annotation) is tuple else value
            for name, value in given
        }
        labels.update(dict.fromkeys(_question(one.label) for one in act.model_validate(made).asks()))
    return tuple(labels)


def _question(label: str) -> str:
    return label if label.endswith("?") else f"{label}?"


def schema() -> dict[str, Any]:
    """The JSON Schema of a playbook as it is written: `say` may be one text, an action may be its bare name."""
    whole = Playbook.model_json_schema()
    acts = {act.__name__: name for name, act in NAMES.items()}
    parts = {model.__name__: model for model in PARTS}
    definitions: dict[str, Any] = {"Action": _action(), "When": _when()}
    for name, shape in whole.pop("$defs").items():
        if name in acts:
            definitions[acts[name]] = _shape(shape, NAMES[acts[name]])
        elif name in parts:
            definitions[name] = _shape(shape, parts[name])
        else:
            definitions[name] = _plain(shape)
    definitions["Card"]["properties"]["say"] = {
        "description": "what is said: one text for every channel, or a text for each",
        "anyOf": [{"type": "string"}, {"$ref": "#/$defs/Wording"}],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_shape(whole, Playbook),
        "title": "Playbook of agent-console",
        "$defs": dict(sorted(definitions.items())),
    }


def _action() -> dict[str, Any]:
    bare = [name for name, act in NAMES.items() if not any(one.needed for one in told(act))]
    given = [
        {"type": "object", "properties": {name: {"$ref": f"#/$defs/{name}"}}, "required": [name], **_CLOSED}
        for name in NAMES
    ]
    return {"description": "an action: `- name`, or `- name: {field: value}`", "anyOf": [{"enum": bare}, *given]}


def _when() -> dict[str, Any]:
    def one_of(values: tuple[str, ...]) -> dict[str, Any]:
        return {"enum": _values(list(values))}

    return {
        "type": "object",
        "description": "a condition: each fact has the value, or one of the values",
        "properties": {
            fact.name: {
                "description": fact.means,
                "anyOf": [one_of(fact.values), {"type": "array", "items": one_of(fact.values), "minItems": 1}],
            }
            for fact in FACTS.values()
        },
        **_CLOSED,
    }


_CLOSED = {"additionalProperties": False}


def _shape(shape: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """A model's own schema, with what its fields say, and without its name as an action."""
    says = {one.name: one.says for one in told(model)}
    properties = {}
    for name, part in shape["properties"].items():
        if name == "action":
            continue
        properties[name] = {"$ref": "#/$defs/When"} if name == "when" else _plain(part)
        if says.get(name):
            properties[name]["description"] = says[name]
    needed = [name for name in shape.get("required", ()) if name != "action"]
    return {
        "type": "object",
        "description": " ".join((model.__doc__ or "").split("\n\n")[0].split()),
        "properties": properties,
        **({"required": needed} if needed else {}),
        **_CLOSED,
    }


def _plain(part: Any) -> Any:
    """A part of pydantic's schema as YAML editors need it: what we read as text may look like a number there."""
    if isinstance(part, list):
        return [_plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    if "discriminator" in part:
        return {"$ref": "#/$defs/Action"}
    plain = {name: _plain(value) for name, value in part.items() if name not in ("title", "default")}
    if "enum" in plain:
        plain.pop("type", None)
        plain["enum"] = _values(plain["enum"])
    elif "const" in plain:
        plain.pop("type", None)
    elif plain.get("type") == "string":
        plain["type"] = ["string", "number"]
    return plain


def _values(values: list[str]) -> list[str | int]:
    return [*values, *(int(value) for value in values if value.isdigit())]
