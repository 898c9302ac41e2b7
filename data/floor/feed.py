"""Where the practice floor's callers come from: the drawn ones, with the first few at once."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Protocol

from data.floor.callers import Arrivals, Callers
from data.floor.crew import Crew
from data.floor.options import OPENS, FloorOptions
from data.floor.practice import Practice
from data.floor.ringing import Ringing
from data.floor.switch import Switch
from data.models.contact import ContactKind
from data.models.supervision import Intervention

NUDGE_S = 5.0
"""Somebody who looks for a call and finds an empty list for so long gets the next caller early."""


class Feed(Protocol):
    """What makes calls happen, beside the people at the consoles."""

    def start(self) -> None:
        """Called once, at floor second 0."""

    def step(self) -> None:
        """Do what is due at the switch's moment."""

    def next_due(self) -> float:
        """The floor second at which there is more to do."""

    def ended(self) -> bool:
        """Whether nothing will ever come any more."""

    def set_state(self, step: Intervention) -> str:
        """A supervisor sets the state of an agent whom the feed plays; the reason of a refusal, or nothing."""

    def stop(self) -> None:
        """The floor closes; its calls have been ended."""


class PracticeFeed:
    """Drawn callers and played agents."""

    def __init__(
        self,
        switch: Switch,
        practice: Practice,
        callers: Callers,
        ringing: Ringing,
        options: FloorOptions,
        seed: int,
    ) -> None:
        self._switch = switch
        self._practice = practice
        self._callers = callers
        self._ringing = ringing
        calls_per_hour = options.calls_per_hour
        if calls_per_hour is None:
            calls_per_hour = practice.day.calls_per_hour
        start = options.start or OPENS
        self._arrivals = Arrivals(practice.day.curve, calls_per_hour, start, seed)
        later = [practice.callers.written.at_s] if options.messages else []
        self._opening = [*practice.callers.opening_at_s, *later] if calls_per_hour > 0 else []
        self._next_t = 0.0
        opens = datetime.combine(date(2000, 1, 1), start)
        self._agents = practice.crew(options.agents)
        self._crew = Crew(switch, practice, self._agents, seed, opens)
        self._lonely_since: float | None = None

    def start(self) -> None:
        for agent in self._agents:
            if self._switch.line.agents.get(agent.id) != agent:
                self._switch.line.put(agent)
        self._crew.start()
        self._next_t = self._arrival_after(0.0)

    def _arrival_after(self, at_s: float) -> float:
        return self._opening.pop(0) if self._opening else self._arrivals.after(at_s)

    def step(self) -> None:
        while self._next_t <= self._switch.t:
            self._offer()
        if self._ringing.wanted() and not self._switch.waiting() and self._next_t < math.inf:
            if self._lonely_since is None:
                self._lonely_since = self._switch.t
            elif self._switch.t - self._lonely_since >= NUDGE_S:
                self._lonely_since = None
                self._offer()
        else:
            self._lonely_since = None
        self._crew.step()

    def _offer(self) -> None:
        caller = self._callers.next()
        gives_up_t = self._switch.t + caller.patience_s if caller.kind is ContactKind.CALL else math.inf
        self._switch.offer(caller, "floor", gives_up_t)
        self._next_t = self._arrival_after(self._next_t)

    def next_due(self) -> float:
        due = min(self._next_t, self._crew.next_due())
        if self._lonely_since is not None:
            due = min(due, self._lonely_since + NUDGE_S)
        return due

    def ended(self) -> bool:
        return False

    def set_state(self, step: Intervention) -> str:
        return self._crew.set_state(step)

    def stop(self) -> None:
        self._crew.stop()
