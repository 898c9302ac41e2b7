"""One look at an agent's shift: what runs, how its checklists stand; and stamping what the console sees by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from data.clock import Clock
from data.models.agent import AgentState
from data.models.base import AgentId
from data.models.shift import DutyOutcome, TimeEntry
from data.shift import checklist as lists
from data.shift import duties, time_clock
from data.shift.checklist import RESTART, SIGN_ON, Checklist, Seen
from data.shift.hours import LONGEST, OVERTIME
from data.shift.policy import ShiftPolicy, Sight, Step
from data.shift.time_clock import Worked
from data.store.database import Store

READY = "ready"
"""The step under which it is noted that somebody became READY with steps open."""


@dataclass(frozen=True, slots=True)
class ShiftView:
    """An agent's shift as it stands."""

    shift: TimeEntry | None
    """The clock-in; None: not clocked in."""
    sign_on: Checklist
    restart: Checklist | None = None
    """While a restart is under way."""
    seen: Seen | None = None
    """What the console saw for the list that is under way."""

    @property
    def current(self) -> Checklist:
        """The list that is under way: the restart's, else that of signing on."""
        return self.restart if self.restart is not None else self.sign_on

    @property
    def on(self) -> bool:
        """Whether the agent is clocked in."""
        return self.shift is not None

    @property
    def hint(self) -> str:
        """`sign-on 3/11`, while steps are open in a shift."""
        found = self.current
        return f"{found.name} {found.passed}/{len(found.lines)}" if self.on and found.next is not None else ""

    @property
    def open_before_ready(self) -> tuple[Step, ...]:
        """The steps that come before being READY and are open; nothing once one was READY, until the next restart."""
        if not self.on:
            return ()
        if self.restart is not None:
            return self.restart.open_before(Sight.READY)
        was_ready = any(
            one.step.seen is Sight.READY and one.turn is lists.Turn.PASSED for one in self.sign_on.lines
        )
        return () if was_ready else self.sign_on.open_before(Sight.READY)


def longest(policy: ShiftPolicy) -> timedelta:
    """After so long without a clock-out it was forgotten."""
    return max(LONGEST, timedelta(hours=policy.session_hours) + OVERTIME)


def look(
    store: Store,
    agent: AgentId,
    state: AgentState,
    policy: ShiftPolicy,
    clock: Clock,
    boot: datetime | None,
    unread: int | None,
) -> ShiftView:
    """How the shift stands; what the console sees is stamped.

    Args:
        boot: when this workstation was started. `unread`: unread messages. None: it cannot be told.

    Raises:
        StoreError: it cannot be read, or what is seen cannot be stamped.
    """
    now = clock.now()
    shift = time_clock.current_shift(store, agent, now, longest(policy))
    if shift is None:
        return ShiftView(None, lists.checklist(SIGN_ON, policy.sign_on, ()))
    stamps = duties.stamps(store, shift.id)
    since = time_clock.restart_since(store, agent, shift.at, policy.restart.reasons)
    restart = lists.checklist(RESTART, policy.restart.steps, stamps, since) if since is not None else None
    sign_on = lists.checklist(SIGN_ON, policy.sign_on, stamps)

    def seen(after: datetime) -> Seen:
        return Seen(state, clocked_in=True, restarted=boot > after if boot is not None else None, unread=unread)

    found = [
        (sign_on, seen(shift.at)),
        *([(restart, seen(since))] if restart is not None and since is not None else []),
    ]
    fresh = [(one, step) for one, what in found for step in lists.seen_now(one, what)]
    if fresh:
        with store.write():
            for one, step in fresh:
                _stamp(store, shift, one, step.id, DutyOutcome.SEEN, agent, clock)
        stamps = duties.stamps(store, shift.id)
        sign_on = lists.checklist(SIGN_ON, policy.sign_on, stamps)
        restart = lists.checklist(RESTART, policy.restart.steps, stamps, since) if since is not None else None
    under_way = restart if restart is not None and restart.next is not None else None
    return ShiftView(shift, sign_on, under_way, found[-1][1] if under_way is not None else found[0][1])


def _stamp(
    store: Store,
    shift: TimeEntry,
    found: Checklist,
    step: str,
    outcome: DutyOutcome,
    agent: AgentId,
    clock: Clock,
    text: str = "",
) -> None:
    """Stamp a step in the present round of its list, also when the clock was put back meanwhile."""
    at = max(clock.now(), found.since) if found.since is not None else clock.now()
    duties.stamp(store, shift.id, found.name, step, outcome, agent, clock, at=at, text=text)


def say_done(store: Store, view: ShiftView, name: str, step: str, agent: AgentId, clock: Clock) -> None:
    """The agent says that a step of a list is done.

    Raises:
        ValueError: it is not its turn, or the console sees that it is not.
        StoreError: nothing was written.
    """
    shift, found = _running(view), _list(view, name)
    if why := lists.why_not(found, step, view.seen or Seen(AgentState.SIGNED_OUT, clocked_in=True)):
        raise ValueError(why)
    _stamp(store, shift, found, step, DutyOutcome.DONE, agent, clock)


def waive(store: Store, view: ShiftView, name: str, step: str, who: str, agent: AgentId, clock: Clock) -> None:
    """A step is left out because somebody said so.

    Raises:
        ValueError: it cannot be waived, or nobody is named.
        StoreError: nothing was written.
    """
    shift, found = _running(view), _list(view, name)
    if not lists.waived(found, step):
        raise ValueError("Only a step whose turn it is, and which the duties let be waived, can be left out.")
    if not who.strip():
        raise ValueError("Name who said that it may be left out.")
    _stamp(store, shift, found, step, DutyOutcome.WAIVED, agent, clock, who)


def go_on_anyway(store: Store, view: ShiftView, agent: AgentId, clock: Clock) -> None:
    """The agent becomes READY with steps open: noted, with their names.

    Raises:
        StoreError: nothing was written.
    """
    left = view.open_before_ready
    found = view.current
    ready = next((one.step.id for one in found.lines if one.step.seen is Sight.READY), READY)
    text = f"left open: {', '.join(one.label for one in left)}"
    _stamp(store, _running(view), found, ready, DutyOutcome.DONE, agent, clock, text)


def close(store: Store, view: ShiftView, policy: ShiftPolicy, agent: AgentId, clock: Clock) -> TimeEntry:
    """The end of a shift: the steps of signing off are stamped and the clock-out entered, both or neither. What the
    console does not see is what the agent has said by clocking out.

    Raises:
        ClockFaultError: no shift runs.
        StoreError: nothing was written.
    """
    with store.write():
        if view.shift is not None:
            for step in policy.sign_off:
                outcome = DutyOutcome.SEEN if step.seen is not None else DutyOutcome.DONE
                duties.stamp(store, view.shift.id, lists.SIGN_OFF, step.id, outcome, agent, clock)
        return time_clock.clock_out(store, agent, clock, longest(policy))


def handed_over(store: Store, view: ShiftView) -> list[str]:
    """Keys of what was handed over in this shift."""
    if view.shift is None:
        return []
    found = duties.stamps(store, view.shift.id)
    return [one.step for one in found if one.outcome is DutyOutcome.HANDED_OVER]


def worked(store: Store, agent: AgentId, now: datetime, zone: ZoneInfo, policy: ShiftPolicy) -> Worked:
    """What an agent has worked by the rules of the site."""
    return time_clock.worked(store, agent, now, zone, policy.breaks, longest(policy))


def _running(view: ShiftView) -> TimeEntry:
    if view.shift is None:
        raise ValueError("You are not clocked in: clock in first.")
    return view.shift


def _list(view: ShiftView, name: str) -> Checklist:
    return view.restart if name == RESTART and view.restart is not None else view.sign_on
