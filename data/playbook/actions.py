"""What a card can do: every action that a playbook may name, one class each (PLAY-2).

A class says how the action is written, what it asks the agent for, what can come of it, and what it makes of the
`World`; `faults` says what is wrong with doing it there. What it does to the store is in `data.playbook.deeds`, so that
checking and simulating a playbook needs no store, and no action exists in the one without the other (by test)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal, LiteralString, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field
from pydantic_core import PydanticCustomError

from data.models.base import Strict
from data.playbook.world import FACTS, OF_CUSTOMER, TYPE_OF_PLAN, Channel, World

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


_LEADER = Asked(name="leader", label="Which leader allows it?", hint="the name of a supervisor")


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


# the customer


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


# the ticket


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


# money


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


# telling people


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
        return (*asked, _LEADER, Asked(name="reason", label="For which reason?"))

    def after(self, world: World, outcome: str = "") -> World:
        return replace(world, callback=True)


class Note(Act):
    """A line in the ticket's history."""

    action: Literal["note"] = "note"
    text: str
    """What stands there; may hold {{ facts }}."""
    ask: str = Field("", description="what the agent is asked for; it stands behind the text")

    def asks(self) -> tuple[Asked, ...]:
        return (Asked(name="note", label=self.ask),) if self.ask else ()


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
        return (_LEADER, Asked(name="reason", label="For which reason?"))

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


# the line


class Chat(Act):
    """A chat is begun with the customer, or ended."""

    action: Literal["chat"] = "chat"
    do: Literal["start", "end"] = "start"
    """Begin it, or end it."""
    outcomes: ClassVar = ("answered", "no answer")

    def comes(self) -> tuple[str, ...]:
        return () if self.do == "end" else self.outcomes

    def opens(self, channel: Channel) -> Channel:
        return channel if self.do == "end" else Channel.CHAT

    def after(self, world: World, outcome: str = "") -> World:
        if self.do == "end":
            return replace(world, live=False)
        return replace(world, channel=Channel.CHAT, live=outcome == "answered")


class Email(Act):
    """The customer is written an e-mail: what the card says, once the agent has read it over."""

    action: Literal["email"] = "email"

    def opens(self, channel: Channel) -> Channel:
        return Channel.EMAIL


class Call(Act):
    """The customer is called."""

    action: Literal["call"] = "call"
    outcomes: ClassVar = ("answered", "no answer")

    def opens(self, channel: Channel) -> Channel:
        return Channel.VOICE

    def after(self, world: World, outcome: str = "") -> World:
        tried = {name: value for name, value in world.decided.items() if name != "attempts"}
        return replace(world, channel=Channel.VOICE, live=outcome == "answered", decided=tried)


class CalledBack(Act):
    """The customer has called back, or was reached at last, after a voice mail: what follows is a new contact."""

    action: Literal["called_back"] = "called_back"

    def after(self, world: World, outcome: str = "") -> World:
        return replace(world, channel=Channel.VOICE, live=True, voice_mail=False, upsell=False)


class AtComputer(Act):
    """Whether the person is at the computer: where technical help starts (PLAY-8)."""

    action: Literal["at_computer"] = "at_computer"
    outcomes: ClassVar = ("at it", "not at it")

    def after(self, world: World, outcome: str = "") -> World:
        return replace(world, at_computer=True) if outcome == "at it" else world

    def reads(self) -> tuple[str, ...]:
        return ("live",)

    def faults(self, world: World) -> tuple[Wrong, ...]:
        return () if world.live else (Wrong("nobody-there", "nobody is there to be asked", "reach them first"),)


class Hold(Act):
    """The customer is asked to hold."""

    action: Literal["hold"] = "hold"

    def after(self, world: World, outcome: str = "") -> World:
        return replace(world, asked_to_hold=True)

    def reads(self) -> tuple[str, ...]:
        return ("live",)

    def faults(self, world: World) -> tuple[Wrong, ...]:
        return () if world.live else (Wrong("nobody-there", "nobody is there to hold", "leave `hold` out"),)


class VoiceMail(Act):
    """A voice mail is left."""

    action: Literal["voice_mail"] = "voice_mail"

    def after(self, world: World, outcome: str = "") -> World:
        return replace(world, voice_mail=True, live=False)


class RemoteSession(Act):
    """The session's link is sent and its six-digit code kept on the ticket; or the reason why none is needed."""

    action: Literal["remote_session"] = "remote_session"
    skip: str = Field("", description="why no link and code are needed; empty: the code is asked for")

    def after(self, world: World, outcome: str = "") -> World:
        return replace(world, session="skipped" if self.skip else "given")

    def reads(self) -> tuple[str, ...]:
        return ("type",)

    def faults(self, world: World) -> tuple[Wrong, ...]:
        if self.skip and world.type == "0":
            return (
                Wrong("no-session", "a one-time session never skips its link and code", "leave `skip` out here"),
            )
        return ()

    def asks(self) -> tuple[Asked, ...]:
        return () if self.skip else (Asked(name="code", label="Code of the session", hint="six digits"),)


class HandOver(Act):
    """The customer goes to a remote agent: a transfer on the phone, a re-assignment in a chat."""

    action: Literal["hand_over"] = "hand_over"
    who: Who = "remote agent"
    """To whom."""
    session: Literal["yes", "no"] = Field("yes", description="`no`: help without a remote session")

    def after(self, world: World, outcome: str = "") -> World:
        return replace(world, handed_over=True, live=False)

    def reads(self) -> tuple[str, ...]:
        return ("voice_mail", "live", "session", "at_computer", "agent_told")

    def faults(self, world: World) -> tuple[Wrong, ...]:
        found: list[Wrong] = []
        if world.voice_mail:
            why = "a voice mail was left: nobody is there to be handed over"
            found.append(Wrong("transfer-after-voice-mail", why, "end the card with a callback"))
        elif not world.live:
            found.append(Wrong("nobody-there", "nobody is there to be handed over", "reach the customer first"))
        if self.who == "remote agent" and self.session == "yes" and not world.session:
            why = "a remote session is promised, and its link and code never come"
            fix = "put `remote_session` before it, with `skip: <reason>` where none is needed"
            found.append(Wrong("no-session", why, fix))
        if self.who == "remote agent" and not world.at_computer:
            why = "technical help starts, and nobody asked whether the person is at the computer"
            found.append(Wrong("at-computer", why, "put a card that expects `at_computer` before it"))
        if self.who == "remote agent" and "remote agent" not in world.told:
            why = "the remote agent does not know of the customer"
            found.append(Wrong("not-told", why, "put `notify: {who: remote agent, about: …}` before it"))
        return tuple(found)

    def asks(self) -> tuple[Asked, ...]:
        return (Asked(name="target", label="To whom?", hint="who is ready stands first"),)


class EndContact(Act):
    """The call or chat is ended."""

    action: Literal["end_contact"] = "end_contact"

    def after(self, world: World, outcome: str = "") -> World:
        return replace(world, live=False, ended=True)


class ReturnToLead(Act):
    """Back to the lead's ticket, which stays open."""

    action: Literal["return_to_lead"] = "return_to_lead"


EVERY: tuple[type[Act], ...] = (
    Customer, Lead, Verify, Consent, Speaker, Asset, Worksheet, ConfirmContact, Ticket, TellNumber, Charge, Invoice,
    VoidInvoice, Payment, Receipt, Notify, Callback, Note, Conduct, Hardware, Appointment, Upsell, Chat, Email, Call,
    CalledBack, AtComputer, Hold, VoiceMail, RemoteSession, HandOver, EndContact, ReturnToLead,
)  # fmt: skip
"""The registry: one place that says what there is."""

NAMES: dict[str, type[Act]] = {str(one.model_fields["action"].default): one for one in EVERY}


def _written(action: Any) -> Any:
    """`- invoice` and `- charge: {item: "320"}`, as they are written, become what the models read."""
    if isinstance(action, str):
        return {"action": action}
    if isinstance(action, dict) and len(action) == 1:
        name, given = next(iter(action.items()))
        if given is None:
            return {"action": name}
        if isinstance(given, dict):
            return {"action": name, **given}
    raise ValueError("write an action as `- name`, or as `- name: {field: value}`")


Action = Annotated[
    Customer | Lead | Verify | Consent | Speaker | Asset | Worksheet | ConfirmContact | Ticket | TellNumber | Charge
    | Invoice | VoidInvoice | Payment | Receipt | Notify | Callback | Note | Conduct | Hardware | Appointment | Upsell
    | Chat | Email | Call | CalledBack | AtComputer | Hold | VoiceMail | RemoteSession | HandOver | EndContact | ReturnToLead,
    Discriminator("action"),
    BeforeValidator(_written),
]  # fmt: skip
"""An action as it stands in a playbook."""
