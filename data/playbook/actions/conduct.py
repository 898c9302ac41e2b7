"""What an action records of how people behaved."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pydantic import Field

from data.playbook.actions.act import LEADER, Act, Asked, Wrong
from data.playbook.world import World


class Conduct(Act):
    """What happened with the customer is recorded, for whoever has to look into it later. What the answer's `note` asks
    for stands there as well."""

    action: Literal["conduct"] = "conduct"
    kind: Literal[
        "abuse",
        "refused",
        "takes longer",
        "cost said",
        "manager request",
        "exception",
        "offer",
        "self-service",
        "escalated",
        "person called",
    ]
    """What it was."""
    reason: str = Field("", description="why, in words: the reason of a no; may hold {{ facts }}")
    item: str = Field("", description="of a cost: the item's code, whose price was said")
    amount: str = Field("", description="of a cost that is no item's: what was said, as `{{ part_price }}`")

    def asks(self) -> tuple[Asked, ...]:
        if self.kind != "exception":
            return ()
        return (LEADER, Asked(name="reason", label="For which reason?"))

    def after(self, world: World, outcome: str = "") -> World:
        if self.kind != "cost said" or not self.item:
            return world
        return replace(world, costs_said=world.costs_said | {self.item})

    def faults(self, world: World) -> tuple[Wrong, ...]:
        if self.kind != "cost said" and (self.item or self.amount):
            return (Wrong("cost-of-nothing", f"a price with '{self.kind}'", "leave `item` and `amount` out"),)
        if self.kind == "cost said" and not (self.item or self.amount):
            return (Wrong("no-amount", "a cost was said, and not which", "give its `item`, or the `amount`"),)
        if self.kind == "refused" and not self.reason:
            return (Wrong("no-reason", "a no carries its reason", "give the `reason`: our rules, the law, …"),)
        return ()
