"""What is so while a playbook runs: the facts that branches ask for, and the world that its actions change.

Every fact has a few values and no others. That is what lets `check` and `simulate` walk all there is: where a
branch asks for a fact that is not decided yet, they take each of its values in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
PLANS = ("none", "one_time", "pay_as_you_go", "help_desk", "remote_access", "managed")
HARDWARE = ("none", "asked", "quoted", "accepted", "declined", "ordered", "arrived", "done")
TYPES = ("none", "0", "1", "2", "3", "4")

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

Known = Callable[[str], str]
"""The value of a fact by its name."""


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
        """The value of a fact, None while nothing has decided it."""
        match name:
            case "origin":
                return self.origin
            case "channel":
                return self.channel
            case "customer":
                return self.customer or None
            case "plan" if self.customer == "none":
                return "none"
            case "type":
                return self.type
            case "charged":
                return "yes" if self.items else "no"
            case "upsell":
                return "done" if self.upsell else "open"
            case "number_told":
                return "yes" if "number" in self.told else "no"
            case _:
                return self.decided.get(name)

    def decide(self, name: str, value: str) -> World:
        """The world in which a fact has this value."""
        if name == "customer":
            return replace(self, customer=value)
        return replace(self, decided={**self.decided, name: value})

    def key(self, facts: frozenset[str] | None = None) -> tuple[object, ...]:
        """What two worlds have in common when nothing tells them apart. `facts`: the decided ones that count."""
        decided = self.decided.items()
        return (
            self.origin,
            self.channel,
            self.live,
            frozenset(decided if facts is None else (one for one in decided if one[0] in facts)),
            self.customer,
            self.type,
            self.items,
            self.invoice,
            self.at_computer,
            self.session,
            self.told,
            self.asked_to_hold,
            self.voice_mail,
            self.handed_over,
            self.upsell,
            self.callback,
            self.ended,
        )
