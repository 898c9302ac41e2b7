"""Text files that an organisation reviews (YAML): read as text, each part with the line where it stands.

Every plain value is read as the text that stands there: `no`, `08:30` and `0142` stay what was written, and the model
that the file is for says what becomes a number. An alias, a tag or a key that stands twice is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Place = tuple[str | int, ...]
"""Where in a document: `("cards", 3, "answers", 0, "to")`."""

M = TypeVar("M", bound=BaseModel)

LARGEST = 5_000_000
"""Bytes of the largest file that is read: a reviewed text of 500 cards has 200,000."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a reviewed file, where, and how it is mended."""

    line: int
    """Counted from 1."""
    text: str
    fix: str
    kind: str = "shape"
    """In one word: `unknown-field`, `missing`, … ; `shape` is everything else."""


class ContentError(Exception):
    """A text file that cannot be used; the message names the file, the line and what to mend."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        first, more = faults[0], len(faults) - 1
        rest = f" ({more} more)" if more else ""
        super().__init__(f"{path}, line {first.line}: {first.text}: {first.fix}{rest}.")
        self.path = path
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Document:
    """A file as nested dicts, lists and texts, and the line of each of their places."""

    value: Any
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest one around it that stands in the file."""
        known = tuple(step for step in place if isinstance(step, str | int))
        while known and known not in self.lines:
            known = known[:-1]
        return self.lines.get(known, 1)


def read(path: Path) -> Document:
    """Read a file.

    Raises:
        ContentError: unreadable, too large, or no YAML that we take.
    """
    return parse(text_of(path), path)


def text_of(path: Path) -> str:
    """The text of a file.

    Raises:
        ContentError: unreadable, or too large.
    """
    try:
        with path.open("rb") as file:
            body = file.read(LARGEST + 1)
        if len(body) > LARGEST:
            raise ContentError(path, [Fault(1, "the file is too large", f"at most {LARGEST:,} bytes")])
        return body.decode("utf-8-sig")
    except OSError as error:
        why = error.strerror or str(error)
        raise ContentError(
            path, [Fault(1, f"it cannot be read ({why})", "check the name and the rights")]
        ) from error
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise ContentError(path, [Fault(line, "it is not UTF-8 text", "save it as UTF-8")]) from error


def parse(text: str, path: Path) -> Document:
    """Read a text that is, or was, a file's.

    Raises:
        ContentError: no YAML that we take.
    """
    lines: dict[Place, int] = {}
    faults: list[Fault] = []
    try:
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        line = mark.line + 1 if mark is not None else 1
        raise ContentError(path, [Fault(line, f"this is not YAML ({what})", "mend the line")]) from error
    except RecursionError as error:
        raise ContentError(path, [Fault(1, "it is nested too deeply", "write it flatter")]) from error
    value = _value(root, (), lines, faults, set()) if root is not None else None
    if faults:
        raise ContentError(path, faults)
    return Document(value, lines)


def _value(node: yaml.Node, place: Place, lines: dict[Place, int], faults: list[Fault], seen: set[int]) -> Any:
    lines[place] = node.start_mark.line + 1
    if id(node) in seen:
        faults.append(Fault(lines[place], "an alias (*) is used", "write it out"))
        return None
    seen.add(id(node))
    match node:
        case yaml.MappingNode():
            return _mapping(node, place, lines, faults, seen)
        case yaml.SequenceNode():
            return [_value(one, (*place, at), lines, faults, seen) for at, one in enumerate(node.value)]
        case _:
            return None if node.tag == "tag:yaml.org,2002:null" else str(node.value)


def _mapping(
    node: yaml.MappingNode, place: Place, lines: dict[Place, int], faults: list[Fault], seen: set[int]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            faults.append(Fault(line, "a name is not a plain word", "write name: value"))
        elif name in found:
            faults.append(Fault(line, f"'{name}' stands twice", "keep one of them"))
        else:
            found[name] = _value(value, (*place, name), lines, faults, seen)
            lines[*place, name] = line
    return found


def load(path: Path, model: type[M]) -> M:
    """Read a file as a model.

    Raises:
        ContentError: unreadable, or it does not fit the model; every fault with its line.
    """
    return fitted(read(path), path, model)


def fitted(document: Document, path: Path, model: type[M]) -> M:
    """A document as a model.

    Raises:
        ContentError: it does not fit; every fault with its line.
    """
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        from data.text.misfits import misfits  # what tells names apart is loaded only for a text with faults

        raise ContentError(path, list(misfits(error, document, model))) from error
