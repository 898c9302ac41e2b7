"""What can be charged and how it is paid: an organisation's own text file, `data/content/items.yaml` by default.

A finding names the file, the line and what to mend."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError

from data.billing.amounts import MoneyError, parse_money, said
from data.models.base import Value
from data.models.customer import Plan
from data.models.money import Method
from data.playbook.files import ContentError

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node

Place = tuple[str | int, ...]


def _plan(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


def _price(value: object) -> object:
    return parse_money(value) if isinstance(value, str) else value


class Item(Value):
    """Something that can be charged. `say` holds `$price` in the place of its price."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(pattern="^[0-9A-Za-z-]{1,10}$")
    name: str = Field(min_length=1, max_length=80)
    price: Annotated[Decimal, BeforeValidator(_price), Field(gt=0)]
    types: tuple[Annotated[Plan, BeforeValidator(_plan)], ...] = Field(min_length=1)
    per: str = Field("", max_length=40)
    say: str = Field("$price", max_length=300)

    @property
    def said(self) -> str:
        """How its price is said: `… is $35 for each session and computer`."""
        return Template(self.say).substitute(price=said(self.price))


class Way(Value):
    """A way to pay, and how it is explained."""

    model_config = ConfigDict(extra="forbid")

    method: Method
    name: str = Field(min_length=1, max_length=40)
    say: str = Field(min_length=1, max_length=300)


class Catalogue(Value):
    """Every item and every way to pay."""

    model_config = ConfigDict(extra="forbid")

    items: tuple[Item, ...] = ()
    ways: tuple[Way, ...] = ()

    def item(self, code: str) -> Item:
        """An item by its code.

        Raises:
            MoneyError: there is none.
        """
        found = next((one for one in self.items if one.code == code.strip()), None)
        if found is None:
            known = ", ".join(one.code for one in self.items) or "none"
            raise MoneyError(f"There is no item {code.strip()[:20]}: the items are {known}.")
        return found

    def for_type(self, plan: Plan) -> tuple[Item, ...]:
        """The items for a type of ticket."""
        return tuple(one for one in self.items if plan in one.types)


def catalogue(path: Path) -> Catalogue:
    """Read an items file.

    Raises:
        ContentError: unreadable, not an items file, a code or method twice, or a price that is said otherwise.
    """
    body, lines = _read(path)
    try:
        found = Catalogue.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        place: Place = tuple(first["loc"])
        named = ".".join(str(part + 1 if isinstance(part, int) else part) for part in place)
        why = first["msg"].removeprefix("Value error, ")
        why = f"{named}: {why[:1].lower()}{why[1:]}" if named else "it must have items, and may have ways"
        raise _fault(path, lines, place, why.rstrip(".")) from error
    codes: set[str] = set()
    for place_of, item in enumerate(found.items):
        if item.code in codes:
            raise _fault(path, lines, ("items", place_of), f"item {item.code} stands twice: give one another code")
        codes.add(item.code)
        if wrong := _said_fault(item):
            raise _fault(path, lines, ("items", place_of, "say"), wrong)
    methods: set[Method] = set()
    for place_of, way in enumerate(found.ways):
        if way.method in methods:
            raise _fault(path, lines, ("ways", place_of), f"the way {way.method} stands twice: keep one")
        methods.add(way.method)
    return found


def _said_fault(item: Item) -> str:
    template = Template(item.say)
    names = set(template.get_identifiers())
    if not template.is_valid() or names != {"price"}:
        return f"say of item {item.code} must hold the price as $price and no other $name"
    return ""


def _fault(path: Path, lines: dict[Place, int], place: Place, why: str) -> ContentError:
    while place and place not in lines:
        place = place[:-1]
    return ContentError(f"{path}, line {lines.get(place, 1)}: {why}.")


def _read(path: Path) -> tuple[Any, dict[Place, int]]:
    """The file as lists, dicts and texts, and the line of each part."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        node = YAML(typ="safe", pure=True).compose(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        raise ContentError(f"{path}, line {line}: not readable as YAML ({error.problem}).") from error
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise ContentError(f"The file {path} cannot be read: {error}") from error
    lines: dict[Place, int] = {}
    return (_plain(node, (), lines, path) if node is not None else None), lines


def _plain(node: Node, place: Place, lines: dict[Place, int], path: Path) -> Any:
    """A node as plain values; every scalar stays the text that was written."""
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    lines[place] = node.start_mark.line + 1
    if node.anchor is not None:
        raise _fault(path, lines, place, "& and * are not used here: write it out")
    if isinstance(node, MappingNode):
        body: dict[str, Any] = {}
        for key, value in node.value:
            if key.value in body:
                lines[place] = key.start_mark.line + 1
                raise _fault(path, lines, place, f"{key.value} stands twice: keep one")
            body[str(key.value)] = _plain(value, (*place, str(key.value)), lines, path)
        return body
    if isinstance(node, SequenceNode):
        return [_plain(one, (*place, at), lines, path) for at, one in enumerate(node.value)]
    return node.value
