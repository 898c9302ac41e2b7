"""What is so while a playbook runs: the facts that branches ask for, and the world that its actions change.

Every fact has a few values and no others. That is what lets `check` and `simulate` walk all there is: where a
branch asks for a fact that is not decided yet, they take each of its values in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Channel(StrEnum):
    """How a customer is reached."""

    VOICE = "voice"
    CHAT = "chat"
    EMAIL = "email"
    """A message or an e-mail: read later, not answered now."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A question that data answers."""

    name: str
    values: tuple[str, ...]
    means: str
    """What it says, for the docs and for editors."""


YES_NO = ("yes", "no")
HARDWARE = ("none", "asked", "quoted", "accepted", "declined", "ordered", "arrived", "done")
TYPE_OF_PLAN: Mapping[str, str] = {
    "one_time": "0",
    "pay_as_you_go": "1",
    "help_desk": "2",
    "remote_access": "3",
    "managed": "4",
}
"""The ticket type of each plan; without a plan it is a one-time session's."""
PLANS = ("none", *TYPE_OF_PLAN)
TYPES = ("none", *TYPE_OF_PLAN.values())

FACTS: Mapping[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact("origin", tuple(Channel), "how the contact came: voice, chat, or email (any written message)"),
        Fact("channel", tuple(Channel), "how the customer is reached now"),
        Fact("customer", ("attached", "none"), "whether the contact has a customer"),
        Fact("plan", PLANS, "the customer's plan"),
        Fact("past_due", YES_NO, "an open balance and the configured days (30) after the due date"),
        Fact("contacts", ("one", "several"), "how many people the customer has"),
        Fact("may_discuss_money", YES_NO, "whether who speaks may discuss money"),
        Fact("remote_tool", YES_NO, "whether the computer can be reached without a new remote session"),
        Fact("type", TYPES, "the type of the ticket; none while there is no ticket"),
        Fact("charged", YES_NO, "whether an item is charged on the ticket"),
        Fact("hardware", HARDWARE, "how far parts or field service on the ticket have come"),
        Fact("attempts", ("left", "used_up"), "whether the customer may be called again"),
        Fact("upsell", ("open", "done"), "whether an offer was made in this contact"),
        Fact("number_told", YES_NO, "whether the customer has the ticket number"),
    )
}

OF_CUSTOMER = frozenset({"plan", "past_due", "contacts", "may_discuss_money", "remote_tool", "attempts"})
"""Facts that are another customer's as soon as another one is attached."""


@dataclass(frozen=True, slots=True)
class World:
    """A contact as far as the script has brought it. Actions make new worlds of it; nothing is stored."""

    origin: Channel = Channel.VOICE
    channel: Channel = Channel.VOICE
    live: bool = True
    """Somebody listens or reads at this moment."""
    decided: Mapping[str, str] = field(default_factory=dict)
    """Facts that a branch has asked for, each with the value that was taken."""
    customer: str = ""
    """`attached`, `none`, or not decided."""
    type: str = "none"
    items: frozenset[str] = frozenset()
    costs_said: frozenset[str] = frozenset()
    """Items whose price the customer was told."""
    invoice: str = ""
    """`open`, `paid`, `void`, or none."""
    at_computer: bool = False
    """The person has said that they are at the computer."""
    session: str = ""
    """`given`, `skipped`, or none: the remote session's link and code."""
    told: frozenset[str] = frozenset()
    """Who was notified, and `number` when the customer has the ticket number."""
    asked_to_hold: bool = False
    voice_mail: bool = False
    handed_over: bool = False
    upsell: bool = False
    callback: bool = False
    ended: bool = False

    def known(self, name: str) -> str | None:
        """The value of a fact or of an aspect, None while nothing has decided it."""
        found = _OWN.get(name)
        return found(self) if found is not None else self.decided.get(name)

    def decide(self, name: str, value: str) -> World:
        """The world in which a fact has this value."""
        if name == "customer":
            return replace(self, customer=value)
        return replace(self, decided={**self.decided, name: value})

    def key(self, names: Iterable[str]) -> tuple[str | None, ...]:
        """What two worlds have in common where nothing but these facts and aspects tells them apart."""
        return tuple([self.known(name) for name in names])


def _yes(so: bool) -> str:
    return "yes" if so else "no"


ASPECTS: Mapping[str, Callable[[World], str]] = {
    "live": lambda world: _yes(world.live),
    "invoice": lambda world: world.invoice,
    "at_computer": lambda world: _yes(world.at_computer),
    "session": lambda world: world.session,
    "agent_told": lambda world: _yes("remote agent" in world.told),
    "asked_to_hold": lambda world: _yes(world.asked_to_hold),
    "voice_mail": lambda world: _yes(world.voice_mail),
    "ended": lambda world: _yes(world.ended),
    "costs_said": lambda world: " ".join(sorted(world.costs_said)),
}
"""What actions go by, beside the facts; no branch asks for it."""

_OWN: Mapping[str, Callable[[World], str | None]] = {
    **ASPECTS,
    "origin": lambda world: world.origin,
    "channel": lambda world: world.channel,
    "customer": lambda world: world.customer or None,
    "plan": lambda world: "none" if world.customer == "none" else world.decided.get("plan"),
    "type": lambda world: world.type,
    "charged": lambda world: _yes(bool(world.items)),
    "upsell": lambda world: "done" if world.upsell else "open",
    "number_told": lambda world: _yes("number" in world.told),
}
"""What a world knows by itself; every other fact is decided by a branch."""
