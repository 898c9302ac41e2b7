"""What an action does with money: the charge, the invoice, the payment, the receipt."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from data.playbook.actions.act import Act, Asked, Wrong
from data.playbook.world import World


class Charge(Act):
    """An item goes onto the ticket's charges."""

    action: Literal["charge"] = "charge"
    item: str = Field(description="the item's code")

    def after(self, world: World, outcome: str = "") -> World:
        return replace(world, items=world.items | {self.item})

    def reads(self) -> tuple[str, ...]:
        return ("type", "costs_said")

    def faults(self, world: World) -> tuple[Wrong, ...]:
        if world.type == "none":
            return (Wrong("no-ticket", "an item is charged, and there is no ticket yet", "put `ticket` before it"),)
        if self.item not in world.costs_said:
            why = f"item {self.item} is charged, and nobody has said what it costs"
            fix = f'put `conduct: {{kind: cost said, item: "{self.item}"}}` where they agree to it'
            return (Wrong("cost-not-said", why, fix),)
        return ()


class Invoice(Act):
    """The charges become an invoice."""

    action: Literal["invoice"] = "invoice"

    def after(self, world: World, outcome: str = "") -> World:
        return replace(world, invoice="open")

    def reads(self) -> tuple[str, ...]:
        return ("charged",)

    def faults(self, world: World) -> tuple[Wrong, ...]:
        if not world.items:
            return (Wrong("nothing-charged", "an invoice of nothing", "put `charge` before it"),)
        return ()


class VoidInvoice(Act):
    """The open invoice is voided."""

    action: Literal["void_invoice"] = "void_invoice"
    why: str = "given up by the customer"
    """The reason that the books keep."""

    def reads(self) -> tuple[str, ...]:
        return ("invoice",)

    def after(self, world: World, outcome: str = "") -> World:
        return replace(world, invoice="void" if world.invoice == "open" else world.invoice)


class Payment(Act):
    """The customer pays: by the portal, a payment link or by phone. Only method and reference are kept here."""

    action: Literal["payment"] = "payment"
    pays: tuple[Literal["past_due", "invoice"], ...] = Field(
        min_length=1, description="what the one payment is for; both: it is split in the ledger"
    )
    outcomes: ClassVar = ("paid", "failed", "declined")
    done: ClassVar = "paid"

    def asks(self) -> tuple[Asked, ...]:
        return (
            Asked(
                name="method",
                label="How was it paid?",
                choices=(("portal", "portal"), ("link", "link"), ("phone", "phone")),
            ),
            Asked(name="reference", label="Reference", hint="the processor's; never a card number"),
        )

    def after(self, world: World, outcome: str = "") -> World:
        if outcome != "paid":
            return world
        after = world
        if "past_due" in self.pays:
            after = after.decide("past_due", "no")
        return replace(after, invoice="paid") if "invoice" in self.pays else after

    def reads(self) -> tuple[str, ...]:
        return ("invoice",)

    def faults(self, world: World) -> tuple[Wrong, ...]:
        if "invoice" in self.pays and world.invoice != "open":
            return (
                Wrong("nothing-to-pay", "an invoice is to be paid, and none is open", "put `invoice` before it"),
            )
        return ()


class Receipt(Act):
    """The receipt is saved to the configured folder."""

    action: Literal["receipt"] = "receipt"
