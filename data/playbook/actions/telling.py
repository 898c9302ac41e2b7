"""Whom an action tells, what it offers, and what it promises."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from data.playbook.actions.act import LEADER, Act, Asked, Who, Wrong
from data.playbook.world import World


class Notify(Act):
    """An agent, the team leader or support is told; they see it and acknowledge it."""

    action: Literal["notify"] = "notify"
    who: Who
    """Whom."""
    about: str = Field(description="what they read; may hold {{ facts }}")

    def after(self, world: World, outcome: str = "") -> World:
        return replace(world, told=world.told | {self.who})


class Callback(Act):
    """A callback is agreed or owed."""

    action: Literal["callback"] = "callback"
    due: str = Field("", description="when, as `2h` or `tomorrow 9:00`; empty: the agent is asked")
    about: str = ""
    """What it is about."""
    whose: Literal["mine", "anyone"] = Field("anyone", description="who calls back: the agent, or whoever is free")
    window: str = Field(
        "",
        description="not empty, as `2h`: they are called in a window from then on, as wide as the duties of the shift say",
    )
    hours: Literal["usual", "other"] = Field(
        "usual",
        description="`other`: outside the hours in which customers are called, once a leader has allowed it",
    )

    def asks(self) -> tuple[Asked, ...]:
        when = Asked(name="due", label="When, by their clock?", hint="2h, 14:30, tomorrow 9:00")
        asked = () if self.due else (when,)
        if self.hours == "usual":
            return asked
        return (*asked, LEADER, Asked(name="reason", label="For which reason?"))

    def after(self, world: World, outcome: str = "") -> World:
        return replace(world, callback=True)


class Upsell(Act):
    """The one offer of a contact, and what the customer said (PLAY-8)."""

    action: Literal["upsell"] = "upsell"
    offer: str = Field("", description="what is offered, in words")
    unsuitable: str = Field("", description="why nothing is offered: recorded as not suitable, without a question")
    outcomes: ClassVar = ("accepted", "declined", "not suitable")

    def asks(self) -> tuple[Asked, ...]:
        if self.unsuitable:
            return ()
        return (Asked(name="reason", label="Why is it not suitable?", only="not suitable"),)

    def comes(self) -> tuple[str, ...]:
        return () if self.unsuitable else self.outcomes

    def after(self, world: World, outcome: str = "") -> World:
        return replace(world, upsell=True)

    def reads(self) -> tuple[str, ...]:
        return ("upsell",)

    def faults(self, world: World) -> tuple[Wrong, ...]:
        if world.upsell:
            return (Wrong("second-offer", "a second offer in one contact", "one no ends it: branch on `upsell`"),)
        return ()
