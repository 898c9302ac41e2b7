"""The script as it is shown: texts filled in, nothing of the store behind it."""

from __future__ import annotations

from dataclasses import dataclass

from data.playbook.world import Channel


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One answer that can be given now."""

    key: str
    label: str
    to: str
    """Title of the card that follows."""
    asks: bool = False
    """Something is asked before it is taken."""


@dataclass(frozen=True, slots=True)
class TrailView:
    """One card on the way."""

    card: str
    title: str
    because: str = ""
    answer: str = ""
    by_itself: bool = False
    done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CardView:
    """The card in hand."""

    playbook: str
    version: int
    card: str
    title: str
    channel: Channel = Channel.VOICE
    say: str = ""
    ask: str = ""
    do: str = ""
    answers: tuple[AnswerView, ...] = ()
    trail: tuple[TrailView, ...] = ()
    end: str = ""
    interrupts: bool = False
    """It interrupts another script, to which one can return."""
    due: str = ""
    """What a payment on this card comes to, and of what."""
