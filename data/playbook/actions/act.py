"""What every action has: how it is written, what it asks for, what can come of it, and what it makes of the `World`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal, LiteralString, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from data.models.base import Strict
from data.playbook.world import FACTS, Channel, World

Who = Literal["remote agent", "leader", "support"]
"""Whom the script may tell or hand over to."""


class Asked(Strict):
    """One thing that the agent gives before an action is done."""

    name: str
    label: str
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """What may be chosen, each with its name; none: any text."""
    value: str = ""
    """What stands there already."""
    optional: bool = False

    @property
    def first(self) -> str:
        """What stands in its field at first: what is known, else the first choice."""
        values = [value for value, _ in self.choices]
        if self.value and (not values or self.value in values):
            return self.value
        return values[0] if values else ""

    only: str = ""
    """Asked only where this came of the action; empty: always."""


def _values(when: Any) -> Any:
    """`{plan: managed}` and `{plan: [help_desk, remote_access]}` are both written."""
    if not isinstance(when, dict):
        return when
    return {name: (value,) if isinstance(value, str) else value for name, value in when.items()}


def _known_facts(when: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    for name, values in when.items():
        fact = FACTS.get(name)
        if fact is None:
            raise _unknown("unknown_fact", f"there is no fact '{name}'", name, name, FACTS)
        for value in values:
            if value not in fact.values:
                raise _unknown("unknown_value", f"'{name}' is never '{value}'", name, value, fact.values)
    return when


def _unknown(kind: LiteralString, text: str, fact: str, written: str, known: Iterable[str]) -> PydanticCustomError:
    from data.text.nearest import instead

    told = {"text": text, "name": fact, "fix": instead(written, known)}
    return PydanticCustomError(kind, "{text}: {fix}", told)


When = Annotated[
    dict[str, tuple[str, ...]], BeforeValidator(_values), AfterValidator(_known_facts), Field(default_factory=dict)
]
"""A condition: each fact has one of the values. An empty one holds always."""


class Wrong(NamedTuple):
    """What is wrong with an action where it stands."""

    kind: str
    text: str
    fix: str


LEADER = Asked(name="leader", label="Which leader allows it?", hint="the name of a supervisor")


class Act(Strict):
    """An action. `when`: it is done only where this holds."""

    outcomes: ClassVar[tuple[str, ...]] = ()
    """What can come of it; a card that expects it has an answer for each."""
    texts: ClassVar[frozenset[str]] = frozenset(
        {"about", "text", "ask", "offer", "unsuitable", "title", "details", "why", "skip", "reason", "amount"}
    )
    """Fields that are read by people, and may hold {{ facts }}."""
    done: ClassVar[str] = ""
    """The outcome with which it is really done; with the others nothing happens."""
    action: str
    when: When

    def asks(self) -> tuple[Asked, ...]:
        """What the agent gives before it is done."""
        return ()

    def comes(self) -> tuple[str, ...]:
        """What can come of this one: its outcomes, or nothing that has to be waited for."""
        return self.outcomes

    def opens(self, channel: Channel) -> Channel:
        """The channel on which one speaks once it is done."""
        return channel

    def reads(self) -> tuple[str, ...]:
        """Facts and aspects of the world that it goes by, beside those of its condition."""
        return ()

    def after(self, world: World, outcome: str = "") -> World:
        """The world after it. `outcome`: what came of it, where it can go more than one way."""
        return world

    def faults(self, world: World) -> tuple[Wrong, ...]:
        """What is wrong with doing it here."""
        return ()
