"""What pydantic says of a reviewed text that does not fit, as faults that a person can mend."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from data.text.nearest import instead, nearest
from data.text.reviewed import Document, Fault, Place

_UNION = (Union, types.UnionType)


def misfits(error: ValidationError, document: Document, model: type[BaseModel]) -> Iterator[Fault]:
    """Every fault with its line, without those that only follow from another one."""
    told = error.errors(include_url=False, include_input=False)
    places = [tuple(one["loc"]) for one in told]
    unknown = {
        place[:-1]: str(place[-1])
        for place, one in zip(places, told, strict=True)
        if one["type"] == "extra_forbidden"
    }
    for place, one in zip(places, told, strict=True):
        if one["type"] == "too_short" and any(_inside(other, place) for other in places):
            continue
        slip = unknown.get(place[:-1])
        if one["type"] == "missing" and slip is not None and nearest(slip, _fields(model, place[:-1])) == place[-1]:
            continue
        yield _fault(one, place, document, model)


def _fault(told: Mapping[str, Any], place: Place, document: Document, model: type[BaseModel]) -> Fault:
    name = ".".join(str(step) for step in place) or "the file"
    line = document.line(place)
    context = told.get("ctx", {})
    match told["type"]:
        case "extra_forbidden":
            known = _fields(model, place[:-1])
            text = f"'{place[-1]}' is not a field here"
            return Fault(line, text, instead(str(place[-1]), known), "unknown-field")
        case "missing":
            return Fault(line, f"'{place[-1]}' is missing", "write it", "missing")
        case "union_tag_invalid":
            tag, actions = str(context["tag"]), _quoted(context["expected_tags"])
            return Fault(line, f"there is no action '{tag}'", instead(tag, actions), "unknown-action")
        case "literal_error":
            return Fault(line, f"'{name}' cannot be that", f"take one of {context['expected']}", "unknown-value")
        case "unknown_fact" | "unknown_value":
            text = context["text"]
            return Fault(
                document.line((*place, context["name"])), text, context["fix"], told["type"].replace("_", "-")
            )
        case "model_type" | "dict_type":
            return Fault(line, f"'{name}' is no list of names and values", "write name: value", "shape")
        case "tuple_type":
            return Fault(line, f"'{name}' is no list", "write a line with - for each", "shape")
        case _:
            said = str(told["msg"]).removeprefix("Value error, ")
            return Fault(line, f"'{name}' cannot be used", f"{said[:1].lower()}{said[1:]}", "shape")


def _inside(place: Place, around: Place) -> bool:
    return len(place) > len(around) and place[: len(around)] == around


def _quoted(text: str) -> list[str]:
    return re.findall(r"'([^']*)'", text)


def _fields(model: type[BaseModel], place: Place) -> tuple[str, ...]:
    """The fields that the model has at a place, none where it has no model there."""
    kind: Any = model
    steps = list(place)
    while True:
        kind = _bare(kind)
        if get_origin(kind) in _UNION:
            kind, steps = _chosen(get_args(kind), steps)
        elif not steps:
            break
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            field = kind.model_fields.get(str(steps.pop(0)))
            kind = field.annotation if field is not None else None
        else:
            steps.pop(0)
            kind = (get_args(kind) or (None,))[-1 if get_origin(kind) is dict else 0]
    written = isinstance(kind, type) and issubclass(kind, BaseModel)
    return tuple(name for name in kind.model_fields if name != "action") if written else ()


def _bare(kind: Any) -> Any:
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    return kind


def _chosen(kinds: Sequence[Any], steps: list[Any]) -> tuple[Any, list[Any]]:
    """The member of a union that the next step names, else the one that is not None."""
    for kind in kinds:
        if get_origin(_bare(kind)) in _UNION:
            return _bare(kind), steps
        field = getattr(kind, "model_fields", {}).get("action")
        if (
            field is not None
            and get_origin(field.annotation) is Literal
            and steps[:1] == [get_args(field.annotation)[0]]
        ):
            return kind, steps[1:]
    return next((kind for kind in kinds if kind is not types.NoneType), None), steps
