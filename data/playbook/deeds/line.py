"""Doing what is about the line: chat, call, hold, voice mail, the remote session, the hand-over, the end."""

from __future__ import annotations

from data.models.contact import RequestAction
from data.playbook import actions as act
from data.playbook.deeds.ticket import filled_in, mark_down
from data.playbook.doing import Given, Hand, ScriptError, does, undoes
from data.playbook.run import Done
from data.playbook.world import Channel

CODE_DIGITS = 6


@does(act.Chat)
def _chat(hand: Hand, action: act.Chat, outcome: str, _: Given) -> Done:
    if action.do == "end":
        return Done(action="chat", words="chat ended")
    undo = _reached_by(hand, Channel.CHAT)
    return Done(action="chat", words=f"chat: {outcome}", undo=undo, facts={"outcome": outcome})


def _reached_by(hand: Hand, channel: Channel) -> dict[str, str]:
    before = hand.run.channel
    hand.set_run(channel=channel)
    return {"channel": before}


@undoes("chat")
@undoes("call")
@undoes("called_back")
def _reached_as_before(hand: Hand, done: Done) -> None:
    hand.set_run(channel=Channel(done.undo["channel"]))


@does(act.Call)
def _call(hand: Hand, _: act.Call, outcome: str, __: Given) -> Done:
    undo = _reached_by(hand, Channel.VOICE)
    return Done(action="call", words=f"call: {outcome}", undo=undo, facts={"outcome": outcome})


@does(act.Email)
def _email(_hand: Hand, _: act.Email, __: str, ___: Given) -> Done:
    return Done(action="email", words="written by e-mail")


@does(act.CalledBack)
def _called_back(hand: Hand, _: act.CalledBack, __: str, ___: Given) -> Done:
    return Done(action="called_back", words="they called back", undo=_reached_by(hand, Channel.VOICE))


@does(act.AtComputer)
def _at_computer(_hand: Hand, _: act.AtComputer, outcome: str, __: Given) -> Done:
    return Done(action="at_computer", words="at the computer" if outcome == "at it" else "not at the computer")


@does(act.Hold)
def _hold(hand: Hand, _: act.Hold, __: str, ___: Given) -> Done:
    return Done(action="hold", words="asked to hold")


@does(act.VoiceMail)
def _voice_mail(hand: Hand, _: act.VoiceMail, __: str, ___: Given) -> Done:
    hand.ask(RequestAction.VOICE_MAIL)
    return Done(action="voice_mail", words="voice mail left")


@does(act.RemoteSession)
def _remote_session(hand: Hand, action: act.RemoteSession, _: str, given: Given) -> Done:
    if action.skip:
        return Done(action="remote_session", words=f"no link and code: {hand.text(action.skip)}")
    code = "".join(given["code"].split())
    if not (len(code) == CODE_DIGITS and code.isascii() and code.isdigit()):
        raise ScriptError("The code of the session has six digits: read it off the session once more.")
    link = hand.workplace.session_link
    if link:
        mark_down(hand, "session link", link)
    return filled_in(hand, "remote_session", {"code": code}, f"link {link} sent, code {code}")


@does(act.HandOver)
def _hand_over(hand: Hand, action: act.HandOver, _: str, given: Given) -> Done:
    target = given["target"]
    hand.ask(
        RequestAction.TRANSFER,
        target,
        f"Hand the customer over to the {action.who} yourself: this line cannot do it from here.",
    )
    return Done(action="hand_over", words=f"handed over to the {action.who}", facts={"target": target})


@does(act.EndContact)
def _end_contact(hand: Hand, _: act.EndContact, __: str, ___: Given) -> Done:
    hand.ask(RequestAction.HANG_UP)
    return Done(action="end_contact", words="contact ended")
