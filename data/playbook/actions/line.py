"""What an action does on the line: chat, call, hold, voice mail, remote session, hand-over, end."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from data.playbook.actions.act import Act, Asked, Who, Wrong
from data.playbook.world import Channel, World


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
