"""YAML files that an organisation reviews: what is wrong in one is told by file, line and what to mend."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from data.playbook.files import ContentError

M = TypeVar("M", bound=BaseModel)
Place = Sequence[str | int]
"""Where something stands: field names and positions in lists, outermost first."""


@dataclass(frozen=True, slots=True)
class Reviewed(Generic[M]):
    """What a file holds; `fault` is for what only shows when its parts are seen together."""

    path: Path
    content: M
    tree: Any

    def fault(self, place: Place, why: str) -> ContentError:
        """A sentence about a place of the file. `why` says what to mend."""
        return _fault(self.path, self.tree, place, why)


def read(path: Path, model: type[M]) -> Reviewed[M]:
    """Read a file into its model, which forbids what it does not know.

    Raises:
        ContentError: unreadable, or the first thing in it that is unknown, missing or does not fit.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.constructor import DuplicateKeyError
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        tree = YAML(typ="rt", pure=True).load(path.read_text(encoding="utf-8"))
    except DuplicateKeyError as error:
        name = str(error.problem).split('"')[1]
        raise _at(path, error.problem_mark, f"'{name}' stands here twice: leave one of them out") from error
    except MarkedYAMLError as error:
        raise _at(path, error.problem_mark, f"this is no YAML ({error.problem or error.context})") from error
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise ContentError(f"The file {path} cannot be read: {error}") from error
    try:
        return Reviewed(path, model.model_validate(tree), tree)
    except ValidationError as error:
        # A field written wrongly is also one that is missing: the first is the better news.
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        place = tuple(part for part in first["loc"] if part != "[key]")
        raise _fault(path, tree, place, _why(model, place, first)) from error


def _at(path: Path, mark: Any, why: str) -> ContentError:
    return ContentError(f"{path}, line {mark.line + 1}: {why}." if mark is not None else f"{path}: {why}.")


def _fault(path: Path, tree: Any, place: Place, why: str) -> ContentError:
    named = ".".join(str(part) for part in place if isinstance(part, str))
    told = f"{named}: {why}" if named else why
    return ContentError(
        f"{path}, line {_line(tree, place)}: {told.removesuffix('?')}{'?' if told.endswith('?') else '.'}"
    )


def _line(tree: Any, place: Place) -> int:
    """The line, from 1, of the innermost part of a place that is there."""
    line, node = getattr(getattr(tree, "lc", None), "line", 0) or 0, tree
    for part in place:
        try:
            line = node.lc.item(part)[0] if isinstance(part, int) else node.lc.key(part)[0]
            node = node[part]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return int(line) + 1


def _why(model: type[BaseModel], place: Place, error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        known = list(_model_at(model, place[:-1]).model_fields)
        near = difflib.get_close_matches(str(place[-1]), known, 1)
        return "this field is not known" + (
            f"; did you mean '{near[0]}'?" if near else f"; known are {', '.join(known)}"
        )
    if error["type"] == "missing":
        return "this is missing: write it"
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return f"{error['msg']}, not {error['input']!r}"


def _model_at(model: type[BaseModel], place: Place) -> type[BaseModel]:
    """The model of what stands at a place, as far as there is one."""
    for part in place:
        if isinstance(part, str) and part in model.model_fields:
            model = _inner(model.model_fields[part].annotation) or model
    return model


def _inner(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _inner(part)) is not None), None)
