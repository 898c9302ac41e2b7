"""Where a contact is in its script: the cards gone through, why, and what was done on each (PLAY-4).

A run is part of the thing on the desk that it belongs to, and is written with it: going back to an interrupted contact,
and a start after a crash, find the card, the way to it and what can still be undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import Field

from data.models.base import Instant, Value
from data.playbook.world import Channel

LONGEST_TRAIL = 100
"""Cards of a run that one can go back over. A script that goes round (please hold, once more) is not kept for ever:
the run is written at every step."""


class Done(Value):
    """An action that was done."""

    action: str
    words: str
    """What the agent reads: `item 320, $20.00`."""
    undo: Mapping[str, str] = Field(default_factory=dict)
    """What taking it back needs; empty: it stays."""
    facts: Mapping[str, str] = Field(default_factory=dict)
    """What the script knows from it: `outcome`, …"""


class Step(Value):
    """One card on the way."""

    card: str
    at: Instant
    because: str = ""
    """Why it was entered by itself; empty when the agent's answer led to it."""
    by_itself: bool = False
    """It is left by itself: data decides where to."""
    answer: str = ""
    """The label of the answer by which it was left."""
    done: tuple[Done, ...] = ()
    """What was done when it was entered, and by the answer that led to it."""


class Run(Value):
    """One playbook run in one contact."""

    id: str
    playbook: str
    version: int
    digest: str
    """The very text that it runs."""
    origin: Channel
    channel: Channel
    speaker: str = ""
    """Who of the customer's people speaks."""
    trail: tuple[Step, ...]
    """Cards gone through, the current one last; at most LONGEST_TRAIL."""
    kept: tuple[Done, ...] = ()
    """What was done and cannot be undone any more: on cards that were gone back over, or that are too long ago."""

    @property
    def step(self) -> Step:
        """Where it is."""
        return self.trail[-1]

    def onto(self, step: Step) -> Run:
        """The run with one more card."""
        over = len(self.trail) + 1 - LONGEST_TRAIL
        if over <= 0:
            return self.model_copy(update={"trail": (*self.trail, step)})
        forgotten = tuple(done for old in self.trail[:over] for done in old.done)
        return self.model_copy(update={"trail": (*self.trail[over:], step), "kept": (*self.kept, *forgotten)})

    def deeds(self) -> Iterator[Done]:
        """Everything that was done, oldest first."""
        yield from self.kept
        for step in self.trail:
            yield from step.done

    def did(self, action: str) -> Done | None:
        """The last time that an action was done, None if it was not."""
        found = [done for done in self.deeds() if done.action == action]
        return found[-1] if found else None
