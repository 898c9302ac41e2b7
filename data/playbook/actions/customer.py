"""What an action says of the customer: who it is, who speaks, what was verified and agreed."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from data.playbook.actions.act import Act, Asked
from data.playbook.world import OF_CUSTOMER, World


class Customer(Act):
    """The agent finds, attaches or makes the customer."""

    action: Literal["customer"] = "customer"
    outcomes: ClassVar = ("attached", "not found")
    done: ClassVar = "attached"

    def after(self, world: World, outcome: str = "") -> World:
        decided = {name: value for name, value in world.decided.items() if name not in OF_CUSTOMER}
        return replace(world, customer="attached" if outcome == "attached" else "none", decided=decided)


class Lead(Act):
    """The agent makes a lead: a customer without a plan, shown beside the script."""

    action: Literal["lead"] = "lead"
    outcomes: ClassVar = ("made", "not made")
    done: ClassVar = "made"

    def after(self, world: World, outcome: str = "") -> World:
        if outcome != "made":
            return replace(world, customer=world.customer or "none")
        return replace(world, customer="attached", decided={**world.decided, "plan": "none"})


class Verify(Act):
    """The caller's details are ticked in the customer pane."""

    action: Literal["verify"] = "verify"
    outcomes: ClassVar = ("verified", "not verified")


class Consent(Act):
    """The customer agrees, or does not."""

    action: Literal["consent"] = "consent"
    outcomes: ClassVar = ("agreed", "declined")
    about: str = Field("", description="what the customer agrees to, in words")


class Speaker(Act):
    """Who of the customer's people speaks, and so whether money may be discussed."""

    action: Literal["speaker"] = "speaker"

    def asks(self) -> tuple[Asked, ...]:
        return (Asked(name="person", label="Who speaks?", hint="one of the customer's people"),)
