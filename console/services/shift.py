"""The agent's shift at the seat: time clock, checklists, what is open at its end, and how long the session may go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from console.messages import ShiftChanged
from console.services.seat import Seat
from data.models.agent import Agent, AgentState
from data.models.base import instant_text
from data.models.shift import DutyStep, TimeEntry
from data.queue import people
from data.queue_report import reports
from data.shift import handing_over, looking, machine, time_clock
from data.shift.looking import ShiftView
from data.shift.open_matters import MatterKind, OpenMatter, open_matters
from data.shift.policy import ShiftPolicy, Sight, Step
from data.shift.session_length import Ends, ends
from data.shift.time_clock import Worked

SHIFT_ENTITIES = frozenset({TimeEntry.entity, DutyStep.entity})
SIGNING_OFF = "signing off"
"""Why one is not ready while something is open at sign-off."""
LIVE = frozenset({AgentState.RINGING, AgentState.ON_CALL, AgentState.ON_HOLD})
"""A caller is there: the gate is not opened."""
MAIL_LOOK_S = 5.0
"""Least time between two looks into the mail folder."""


class Shift:
    """One agent's shift."""

    def __init__(self, seat: Seat, state: Callable[[], AgentState]) -> None:
        """`state`: what the agent is doing."""
        self._seat = seat
        self._state = state
        self._read_in: AgentState | None = None
        """The state at the last reading."""
        self._boot = machine.boot_time(seat.boot_file) if seat.boot_file is not None else None
        self._maildir = Path(seat.duties.maildir).expanduser()
        self._unread: int | None = None
        self._mail_at = 0.0
        self._began = seat.clock.monotonic()
        self._said = Ends.LATER
        self.view: ShiftView | None = None
        """None before the first reading."""

    @property
    def policy(self) -> ShiftPolicy:
        """The duties of the site."""
        return self._seat.duties

    @property
    def on(self) -> bool:
        """Whether the agent is clocked in."""
        return self.view is not None and self.view.on

    @property
    def hint(self) -> str:
        """`sign-on 3/11`, while steps are open in a shift."""
        return self.view.hint if self.view is not None else ""

    @property
    def open_before_ready(self) -> tuple[Step, ...]:
        """The steps that come before being READY and are open."""
        return self.view.open_before_ready if self.view is not None else ()

    @property
    def clock_in_first(self) -> bool:
        """Whether the agent has to clock in before being READY."""
        return self.policy.clock_in_first and not self.on

    # reading

    async def follow(self, *, changed: bool) -> None:
        """Look again when something has changed, the agent's state too, or while the mail is waited for."""
        if changed or self._state() is not self._read_in or self._mail_is_waited_for():
            await self.read()

    async def read(self) -> None:
        """Look at the shift; what is seen is stamped."""
        seat, before = self._seat, self.view
        self._read_in = self._state()
        if self._mail_is_waited_for():
            self._mail_at = seat.clock.monotonic() + MAIL_LOOK_S
            self._unread = await asyncio.to_thread(machine.unread, self._maildir)
        self.view = await seat.read(
            looking.look, seat.me, self._read_in, self.policy, seat.clock, self._boot, self._unread
        )
        if self.view != before:
            seat.link.wake()
            seat.post(ShiftChanged(self.view))

    def _mail_is_waited_for(self) -> bool:
        """Whether it is the turn of the step that needs an empty mailbox, and time to look again."""
        line = self.view.current.next if self.view is not None and self.on and self.policy.maildir else None
        waits = line is not None and line.step.seen is Sight.MAIL_READ
        return waits and self._seat.clock.monotonic() >= self._mail_at

    async def worked(self) -> Worked:
        """Hours and breaks."""
        seat = self._seat
        return await seat.read(looking.worked, seat.me, seat.clock.now(), seat.settings.terms.zone, self.policy)

    # doing

    async def clock_in(self) -> None:
        """Begin a shift, or say that one runs."""
        seat = self._seat
        ran = self.on
        entry = await seat.write(time_clock.clock_in, seat.me, seat.clock, looking.longest(self.policy))
        since = f"{entry.at.astimezone():%H:%M}"
        seat.tell(f"You are clocked in since {since}." if ran else f"Clocked in at {since}.")
        await self.read()

    async def say_done(self, name: str, step: str) -> None:
        """A step of a checklist is done, says the agent.

        Raises:
            ValueError: it is not its turn, or the console sees that it is not.
        """
        view, seat = await self._looked(), self._seat
        await seat.write(looking.say_done, view, name, step, seat.me, seat.clock)
        await self.read()

    async def waive(self, name: str, step: str, who: str) -> None:
        """A step is left out.

        Raises:
            ValueError: it cannot be, or nobody is named.
        """
        view, seat = await self._looked(), self._seat
        await seat.write(looking.waive, view, name, step, who, seat.me, seat.clock)
        await self.read()

    async def go_on_anyway(self) -> None:
        """Note that the agent becomes READY with steps open."""
        view, seat = await self._looked(), self._seat
        if view.open_before_ready:
            await seat.write(looking.go_on_anyway, view, seat.me, seat.clock)
            await self.read()

    async def _looked(self) -> ShiftView:
        await self.read()
        assert self.view is not None, "it was read"
        return self.view

    # the end

    async def open_matters(self) -> list[OpenMatter]:
        """What the agent has open."""
        seat = self._seat
        gone = await seat.read(looking.handed_over, self.view) if self.view is not None else []
        now, zone, policy = seat.clock.now(), seat.settings.terms.zone, self.policy.queue_report
        report = (await seat.read(reports.state, seat.me, now, policy, zone)).present
        found = await seat.read(open_matters, seat.me, now, gone)
        if report is None:
            return found
        about, since = instant_text(report.at), f"due since {report.at.astimezone():%H:%M}"
        return [OpenMatter(MatterKind.REPORT, about, "Queue report", since), *found]

    async def colleagues(self) -> list[Agent]:
        """Who could go on with something."""
        known = await self._seat.read(people.everyone, played=True)
        return [one for one in known if one.id != self._seat.me]

    async def hand_over(self, matter: OpenMatter, to: Agent) -> None:
        """Somebody else goes on with it.

        Raises:
            LookupError: it is no longer there.
        """
        seat = self._seat
        shift = self.view.shift.id if self.view is not None and self.view.shift is not None else None
        await seat.write(handing_over.hand_over, matter, to, seat.me, seat.clock, shift)
        seat.tell(f"Handed over to {to.name}: {matter.title}.")

    async def clock_out(self) -> None:
        """End the shift; what the agent has to say for it is said by this.

        Raises:
            ClockFaultError: none runs.
        """
        view, seat = await self._looked(), self._seat
        await seat.write(looking.close, view, self.policy, seat.me, seat.clock)
        await self.read()

    # the session

    def begin_session(self) -> None:
        """The password was typed again: the time of the session begins anew."""
        self._began, self._said = self._seat.clock.monotonic(), Ends.LATER

    def session_ends(self) -> Ends:
        """Whether the session ends now, having said so before, and once more when only a contact keeps it."""
        hours = self.policy.session_hours
        found = ends(self._seat.clock.monotonic() - self._began, hours, self._state())
        if found is not self._said and found in (Ends.SOON, Ends.AFTER_THIS):
            when = "in 15 minutes" if found is Ends.SOON else "after this contact"
            self._seat.tell(
                f"You have been signed on for nearly {hours:g} hours: this session ends {when}; what you type is kept.",
                "warning",
            )
        self._said = found
        return found
