"""The floor put together: one `step` a tick, and the loop that a process or a test runs."""

from __future__ import annotations

import hashlib
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from data.alone import alone
from data.clock import SYSTEM_CLOCK, Clock, RehearsalClock
from data.floor import leftovers
from data.floor.callers import Callers
from data.floor.calls import Call
from data.floor.feed import Feed, PracticeFeed
from data.floor.line import ACTOR, Line
from data.floor.options import FloorBusy, FloorOptions, FloorSummary
from data.floor.pace import Pace
from data.floor.practice import Practice, load_practice
from data.floor.ringing import Ringing
from data.floor.switch import Switch
from data.floor.wishes import Wishes
from data.models.agent import AgentStatus
from data.models.supervision import IN_TIME, Intervention, InterventionOutcome, StepKind
from data.sync.address import Kind, kind_of, open_hub, path_of, without_password
from data.sync.contract import Hub, HubUnreachable

POLL_S = 0.05
"""How often the hub's change counter is looked at."""
SHORTEST_NAP_S = 0.002
LONGEST_NAP_S = 1.0
RETRY_S = 0.5
GIVE_UP_S = 60.0
"""A hub that does not answer for so long is gone."""
_OPENING_TRIES = 5
DAY_S = 86_400.0
"""A rehearsal that begins at most so long before a log, or within it, plays it at its own times of day."""


class Floor:
    """A floor on an open hub. Call `step` again and again; `close` once."""

    def __init__(
        self, hub: Hub, options: FloorOptions, clock: Clock = SYSTEM_CLOCK, practice: Practice | None = None
    ) -> None:
        """Enrol, clear what a killed floor left, furnish an empty hub, and let the first callers in.

        Raises:
            HubUnreachable: the hub does not answer.
            QueueLogError: the log to replay cannot be read.
            pydantic.ValidationError: the practice content cannot be read.
        """
        self.seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1_000_000)
        self._options = options
        self._clock = clock
        self._line = Line(hub)
        replays = options.replay is not None
        self.switch = Switch(
            self._line, random.Random(f"{self.seed}/switch"), person_pace=options.speed if replays else 1.0
        )
        self.switch.at(0.0, clock.now())
        self._line.open()
        self.cleared = leftovers.clear(self._line, self.switch.now)
        """Calls that a killed floor had left behind."""
        practice = practice or load_practice()
        directory = leftovers.furnish(
            self._line, practice, clock.now().astimezone(ZoneInfo(options.site_tz)).date()
        )
        callers = Callers(practice, directory, self.seed, messages=options.messages)
        self._ringing = Ringing(self.switch)
        self._own_time: datetime | None = None
        """The time of day at floor second 0, of a log that is played at its own times."""
        self._feed = self._chosen_feed(practice, callers)
        self._wishes = Wishes(self.switch, callers, "replay" if replays else "floor")
        self._feed.start()
        self._line.flush()
        self._pace = Pace(clock, options.speed, self._own_time)

    def _chosen_feed(self, practice: Practice, callers: Callers) -> Feed:
        options = self._options
        if options.replay is None:
            return PracticeFeed(self.switch, practice, callers, self._ringing, options, self.seed)
        from data.floor.replay import ReplayFeed, skipped
        from data.queue.timeline import read_timeline

        stories = read_timeline(options.replay, options.day, options.tz)
        skip_s = skipped(stories, options.start, options.tz)
        if isinstance(self._clock, RehearsalClock) and stories:
            into_s = (self._clock.start - stories[0].started_at).total_seconds()
            if -DAY_S < into_s <= stories[-1].entered_s:
                self._own_time, skip_s = self._clock.start, into_s
        return ReplayFeed(
            self.switch,
            callers,
            self._ringing,
            stories,
            self.seed,
            skip_s=skip_s,
            hold=options.hold,
            own_time=self._own_time,
        )

    def step(self) -> float:
        """Do what is due; returns real seconds until there is more that the floor knows of.

        Raises:
            HubUnreachable: nothing is lost; step again later.
        """
        self.switch.at(self._pace.elapsed(), self._clock.now())
        self._line.flush()
        self._line.wake()
        self._listen()
        self.switch.pass_time()
        self._feed.step()
        self._ringing.step()
        self._listen()
        self._line.flush()
        if self._feed.ended():
            return 0.0
        due = min(self.switch.next_due(), self._feed.next_due(), self._ringing.next_due(), self._end_t)
        return max(0.0, self._pace.real(due - self.switch.t))

    def live(self) -> dict[str, Call]:
        """The calls that wait, ring or talk, by contact id."""
        return self.switch.calls

    def statuses(self) -> list[AgentStatus]:
        """What everybody on the floor is doing, as the hub last said."""
        return list(self._line.statuses.values())

    def _listen(self) -> None:
        """Follow what others did at the hub: claims, and agents' requests."""
        while self._line.news:
            self.switch.heard(self._line.news.pop(0))
        while self._line.requests:
            self._wishes.answer(self._line.requests[0])
            self._line.requests.pop(0)
        while self._line.wanted:
            self._answer_supervisor(self._line.wanted.pop(0))

    def _answer_supervisor(self, step: Intervention) -> None:
        """Do what a supervisor wants of a played agent; what is for people, their consoles answer."""
        agent = self._line.agents.get(step.agent or "")
        if agent is None or not agent.played or self.switch.now - step.at > IN_TIME:
            return
        why = self._feed.set_state(step) if step.kind is StepKind.STATE else ""
        self._line.log(InterventionOutcome(id=step.id, by=ACTOR, at=self.switch.now, done=not why, why=why))

    @property
    def _end_t(self) -> float:
        seconds = self._options.seconds
        return seconds * self._options.speed if seconds is not None else float("inf")

    def over(self) -> bool:
        """Whether the time asked for has passed, or nothing can come any more."""
        return self._pace.elapsed() >= self._end_t or self._feed.ended()

    def close(self) -> FloorSummary:
        """End every call, sign the played agents out, and say what happened."""
        self.switch.at(self._pace.elapsed(), self._clock.now())
        tally = self.switch.tally
        waits = [self.switch.t - call.queued_t for call in self.switch.waiting()]
        summary = FloorSummary(
            seed=self.seed,
            seconds=round(self._pace.real(self.switch.t), 3),
            offered=tally.offered,
            answered=tally.answered,
            abandoned=tally.abandoned,
            left=tally.left,
            waiting_at_end=self.switch.in_queue(),
            longest_wait_s=round(max([tally.longest_wait_s, *waits]), 3),
            doubles=tally.doubles,
            forked=tally.forked,
        )
        self._line.flush()
        leftovers.close(self.switch)
        self._feed.stop()
        self._line.flush()
        return summary


@contextmanager
def only_floor(hub: str) -> Iterator[None]:
    """Hold the one place for a floor at this hub (of this user on this machine, where the hub is a server's); it is
    free again however the process ends.

    Raises:
        FloorBusy: another floor has it.
    """
    file = _lock_file(hub)
    file.parent.mkdir(parents=True, exist_ok=True)
    busy = FloorBusy(f"A practice floor plays on {without_password(hub)} already: use that one, or close it first.")
    with alone(file, busy):
        yield


def _lock_file(hub: str) -> Path:
    if kind_of(hub) is not Kind.POSTGRESQL:
        path = path_of(hub)
        return path.with_name(f"{path.name}.floor")
    import platformdirs

    return platformdirs.user_state_path("agent-console") / f"{hashlib.sha256(hub.encode()).hexdigest()[:16]}.floor"


def run_floor(
    options: FloorOptions,
    clock: Clock = SYSTEM_CLOCK,
    wait: Callable[[float], bool] | None = None,
    hub_clock: Clock | None = None,
) -> FloorSummary:
    """Play the floor until its time is over or `wait` says to stop.

    Args:
        options: what to play, and on which hub file.
        clock: the time; a `LeapClock` with its `leap` behind `wait` plays a day in seconds.
        hub_clock: the hub's, by which its leases run out; None: the same.
        wait: called with the seconds for which there is nothing to do; True ends the floor. None sleeps.

    Raises:
        FloorBusy: another floor plays on this hub.
        HubUnreachable: the hub cannot be opened, or has been away for a minute.
        QueueLogError: the log to replay cannot be read.
    """
    nap = wait or _sleep
    with only_floor(options.hub):
        hub = _open(options.hub, hub_clock or clock, nap)
        try:
            floor = Floor(hub, options, clock)
            lost: _Lost | None = None
            while not floor.over():
                try:
                    pause = min(max(SHORTEST_NAP_S, floor.step()), LONGEST_NAP_S)
                    lost = None
                except HubUnreachable as error:
                    lost = lost or _Lost(clock)
                    lost.again(error)
                    pause = RETRY_S
                if nap(pause):
                    break
            return floor.close()
        finally:
            hub.close()


class _Lost:
    """The hub does not answer: told once, and borne for a minute."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since = clock.monotonic()
        self._told = ""

    def again(self, error: HubUnreachable) -> None:
        """One more try that failed; raises the error when it has been long enough."""
        if self._clock.monotonic() - self._since > GIVE_UP_S:
            raise error
        if str(error) != self._told:
            self._told = str(error)
            print(f"{error} The floor tries again.", file=sys.stderr)


def _open(address: str, clock: Clock, nap: Callable[[float], bool]) -> Hub:
    """Open the hub. A seat that makes the file at the same moment may be in the way of the first try."""
    for _try in range(_OPENING_TRIES - 1):
        try:
            return open_hub(address, clock=clock)
        except HubUnreachable:
            nap(RETRY_S / _OPENING_TRIES)
    return open_hub(address, clock=clock)


def _sleep(seconds: float) -> bool:
    time.sleep(min(seconds, POLL_S))
    return False
