"""What an action does with the ticket."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pydantic import Field

from data.playbook.actions.act import Act, Asked, Wrong
from data.playbook.world import TYPE_OF_PLAN, World


class Asset(Act):
    """The computer that the remote agent must reach goes onto the ticket."""

    action: Literal["asset"] = "asset"

    def asks(self) -> tuple[Asked, ...]:
        return (Asked(name="asset", label="Which computer?", hint="its name, or what it is"),)


class Worksheet(Act):
    """The worksheet that the ticket needs, or why it is skipped."""

    action: Literal["worksheet"] = "worksheet"

    def asks(self) -> tuple[Asked, ...]:
        return (Asked(name="worksheet", label="Worksheet", hint="empty: skipped", optional=True),)


class ConfirmContact(Act):
    """The person spoken to is the contact on the ticket."""

    action: Literal["confirm_contact"] = "confirm_contact"

    def asks(self) -> tuple[Asked, ...]:
        return (Asked(name="person", label="Who is the contact?", hint="as the customer says it"),)


class Ticket(Act):
    """The ticket is opened, or filled where the form is still empty."""

    action: Literal["ticket"] = "ticket"
    type: Literal["0", "1", "2", "3", "4", "plan", "as it is"] = Field(
        "plan", description="the ticket type; `plan`: by the customer's plan, 0 where there is none"
    )
    title: str = Field("", description="the title while the agent has written none")
    state: Literal["", "new", "open", "pending", "on hold", "solved"] = ""
    """The state that it gets; empty: it stays."""
    priority: Literal["", "urgent", "high", "normal", "low"] = ""
    """Empty: it stays."""
    assignee: str = ""
    """Who works on it next."""
    sla: str = ""
    """What the customer was promised."""
    details: str = ""
    """The description while the agent has written none."""

    def reads(self) -> tuple[str, ...]:
        return {"plan": ("plan",), "as it is": ("type", "plan")}.get(self.type, ())

    def after(self, world: World, outcome: str = "") -> World:
        if self.type == "as it is" and world.type != "none":
            return world
        by_plan = TYPE_OF_PLAN.get(world.known("plan") or "", "0")
        return replace(world, type=by_plan if self.type in ("plan", "as it is") else self.type)


class TellNumber(Act):
    """The customer is given the ticket number."""

    action: Literal["tell_number"] = "tell_number"
    by: Literal["", "voice", "chat", "email"] = Field("", description="how; empty: the agent is asked")

    def asks(self) -> tuple[Asked, ...]:
        if self.by:
            return ()
        ways = (("said", "said"), ("email", "by e-mail"), ("both", "said, and by e-mail"))
        return (Asked(name="by", label="How do they want the ticket number?", choices=ways),)

    def after(self, world: World, outcome: str = "") -> World:
        return replace(world, told=world.told | {"number"})

    def reads(self) -> tuple[str, ...]:
        return ("type",)

    def faults(self, world: World) -> tuple[Wrong, ...]:
        if world.type == "none":
            return (
                Wrong("no-ticket", "a ticket number is told, and there is no ticket yet", "put `ticket` before it"),
            )
        return ()


class Note(Act):
    """A line in the ticket's history."""

    action: Literal["note"] = "note"
    text: str
    """What stands there; may hold {{ facts }}."""
    ask: str = Field("", description="what the agent is asked for; it stands behind the text")

    def asks(self) -> tuple[Asked, ...]:
        return (Asked(name="note", label=self.ask),) if self.ask else ()


class Hardware(Act):
    """How far parts or field service for a hardware fault have come (TICK-7); a later contact goes on from there."""

    action: Literal["hardware"] = "hardware"
    state: Literal["asked", "quoted", "accepted", "declined", "ordered", "arrived", "done"]
    """How far it has come."""

    def asks(self) -> tuple[Asked, ...]:
        if self.state != "quoted":
            return ()
        return (
            Asked(name="part", label="Price of the part", hint="as support quoted it"),
            Asked(name="visit", label="Price with a field technician", hint="as support quoted it"),
        )

    def after(self, world: World, outcome: str = "") -> World:
        return world.decide("hardware", self.state)

    def reads(self) -> tuple[str, ...]:
        return ("type",) if self.state == "asked" else ()

    def faults(self, world: World) -> tuple[Wrong, ...]:
        if self.state == "asked" and world.type == "none":
            return (
                Wrong("no-ticket", "hardware is followed, and there is no ticket yet", "put `ticket` before it"),
            )
        return ()


class Appointment(Act):
    """What became of an appointment (APPT-1, APPT-2)."""

    action: Literal["appointment"] = "appointment"
    state: Literal["joined", "joined late", "done", "no-show", "cancelled"]
    """What became of it."""

    def asks(self) -> tuple[Asked, ...]:
        match self.state:
            case "joined late":
                return (Asked(name="late", label="Why was it joined late?", optional=True),)
            case "done":
                return (Asked(name="notes", label="What was done?", hint="needed before it counts as done"),)
            case _:
                return ()


class ReturnToLead(Act):
    """Back to the lead's ticket, which stays open."""

    action: Literal["return_to_lead"] = "return_to_lead"
