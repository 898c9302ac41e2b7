"""A scripted agent who works a whole shift at a terminal whose time of day passes fast (`demo --clock --speed`).

It goes by what stands on the screen, as a person does: the status line tells the time and the state, the queue report is
answered when its form comes, and nothing is typed into a form that came in between."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.pty import steps
from tests.pty.terminal import LOOK_S, Terminal

SITE_ZONE = "America/New_York"
"""The terminal's zone too: the screen says the site's time."""
LEADER = "Lee, shift leader"
FIRST_FIELD = "calls in queue"
FORM = "Not working?"
DIALOG = "esc back"
GATE = "━Sign off━"
NOTHING_OPEN = "Nothing is open"
STANDSTILL_S = 60.0
"""An agent who has got nothing done for so long is stuck."""
QUIET_S = 0.03
LONGEST_S = 0.2
MOMENT_S = 1.0
"""For a dialog to come up."""
PATIENCE_S = 0.4
"""Before asking for the next caller again."""
PAUSE_S = 1.2
"""Whoever sees that a report is due takes the hands off the keys: its form waits for that."""

_CLOCK = re.compile(r"(\d\d):(\d\d) *$")
_DUE = re.compile(r"report (due|late)")
_COLLEAGUE = re.compile("name of whoever goes on")
_SHIFT = re.compile("━Shift━")
_NEXT = re.compile(r"^ . (RINGING|ON CALL) ")
_TALKING = re.compile(r"^ . (ON CALL|NOT READY) ")
_REASONS = re.compile(r"b +break")
_DISPOSITIONS = re.compile(r"s +Solved in this contact")
_IN_CONTACT = ("ON CALL", "ON HOLD", "WRAP-UP")


def minutes(text: str) -> int:
    """`10:05` as minutes of the day."""
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


@dataclass(frozen=True, slots=True)
class Pause:
    """A time of not being ready."""

    at: int
    """In minutes of the day."""
    length: int
    """In minutes."""
    key: str
    reason: str
    restarts: bool = False
    """It begins with the list of the restart."""


PAPERWORK = Pause(0, 0, "p", "paperwork")


@dataclass(frozen=True, slots=True)
class Plan:
    """What the agent is to do by the clock."""

    leaves: int
    """When the last contact is over and the agent signs off, in minutes of the day."""
    pauses: tuple[Pause, ...]
    enough: int = 10_000
    """So many contacts are worked; then the agent does paperwork beside reports and pauses."""


class Agent:
    """An agent who does what agents do, as fast as the screen lets it."""

    def __init__(self, desk: Terminal, plan: Plan, seed: int = 8) -> None:
        self._desk = desk
        self._plan = plan
        self._pauses = list(plan.pauses)
        self._pause: Pause | None = None
        self._put_off_until = 0
        self._rng = random.Random(seed)
        self._moved = time.monotonic()
        self.now = 0
        """Minutes of the day, as the status line had them last."""
        self.contacts = self.reports = self.corrected = self.put_off = 0

    # the shift

    def begin(self) -> None:
        """Sign on, clock in, pass the checklist: READY."""
        steps.sign_on(self._desk)
        self._open_shift()
        self._pass_steps("Signing on")

    def work(self) -> bool:
        """One look at the screen and what follows from it; False once it is time to sign off and nobody is on the line."""
        self._look()
        self._tell_when_stuck()
        state = steps.state(self._desk)
        if self._asked:
            self._report()
        elif DIALOG in self._desk.text() and not _SHIFT.search(
            self._desk.text()
        ):  # a key came a moment too late, and opened a dialog
            self._keys("<esc>")
        elif (
            _DUE.search(self._desk.screen()[0])
            and self.now >= self._put_off_until
            and state in ("NOT READY", "READY", "ON CALL")
        ):
            self._rest(PAUSE_S, PAUSE_S)
        elif state == "NOT READY":
            return self._not_ready()
        elif state == "READY":
            self._ready()
        elif state == "RINGING":
            self._take_the_call()
        elif state in ("ON CALL", "ON HOLD"):
            self._handle()
        elif state == "WRAP-UP":
            self._wrap_up()
        else:
            self._keys("<esc>")
        return True

    def leave(self) -> None:
        """Through the gate and out: what is open is handed over, then the clock-out."""
        self._keys("<esc><f2>Q")
        self._wait(lambda: GATE in self._desk.text())
        self._look()
        while NOTHING_OPEN not in self._desk.text():
            self._hand_over()
        self._keys("c")
        self._wait(lambda: "Clock out?" in self._desk.text())
        self._keys("y")
        self._desk.wait_for("your name")

    # what is seen

    @property
    def _asked(self) -> bool:
        """Whether the queue report's form is open."""
        return FORM in self._desk.text()

    def _look(self) -> None:
        self._rest(QUIET_S, LONGEST_S)
        if found := _CLOCK.search(self._desk.screen()[0]):
            self.now = minutes(found[0].strip())

    def _rest(self, quiet_s: float = QUIET_S, longest_s: float = LONGEST_S) -> None:
        """Read on until the program is quiet."""
        end = time.monotonic() + longest_s
        while time.monotonic() < end and self._desk.take_in(quiet_s):
            pass

    def _wait(self, want: Callable[[], object]) -> None:
        """Wait for something; a report that comes meanwhile is answered."""
        while True:
            self._desk.wait_for(lambda: self._asked or want())
            if not self._asked:
                return
            self._report()

    def _sees(self, pattern: re.Pattern[str], seconds: float = MOMENT_S) -> bool:
        """Whether something comes up within a moment."""
        end = time.monotonic() + seconds
        while not pattern.search(self._desk.text()) and (left := end - time.monotonic()) > 0:
            self._desk.take_in(min(left, LOOK_S))
        return pattern.search(self._desk.text()) is not None

    def _keys(self, keys: str, text: str = "") -> None:
        """Press keys, then type a text, when no report's form is open: they are not meant for it."""
        self._look()
        if self._asked:
            self._report()
        self._desk.keys(keys)
        if text:
            self._desk.type(text)

    def _tell_when_stuck(self) -> None:
        assert time.monotonic() - self._moved < STANDSTILL_S, f"stuck:\n{self._desk.text()}"

    def _got_on(self) -> None:
        self._moved = time.monotonic()

    # the checklists

    def _open_shift(self) -> None:
        """Open the shift screen, from under a dialog that a late key has opened."""
        while not self._sees(_SHIFT, PATIENCE_S):
            self._keys("<esc>" if DIALOG in self._desk.text() else "<f7>")
            self._tell_when_stuck()

    def _pass_steps(self, name: str) -> None:
        """Pass every open step of the list under this heading."""

        def step() -> str:
            lines = self._desk.screen()
            at = next((row for row, line in enumerate(lines) if f" {name} " in line), len(lines))
            found = next((line for line in lines[at:] if "▸" in line), "")
            return found.partition("▸")[2].split("  ")[0].strip()

        self._wait(step)
        while now := step():
            if now == "Restart the workstation":
                self._keys("w")
                self._wait(lambda: "who said so" in self._desk.text())
                self._keys("", LEADER)
                self._keys("<f10>")
            else:
                self._keys("<enter>")
            self._wait(lambda now=now: step() != now and "who said so" not in self._desk.text())
        self._got_on()

    def _hand_over(self) -> None:
        """Hand what is under the cursor over to a colleague; a report that is due is given first, by its form."""
        self._keys("h")
        if self._sees(_COLLEAGUE):
            self._keys("<down><enter>")
            self._wait(lambda: not _COLLEAGUE.search(self._desk.text()))
            self._got_on()
        self._tell_when_stuck()

    # the queue report

    def _report(self) -> None:
        """Answer the form: confirm it, correct it now and then, or put it off in a contact."""
        desk = self._desk
        desk.wait_for(lambda: not self._asked or desk.cursor[0] == steps.row_of(desk, FIRST_FIELD))
        if not self._asked:
            return
        text, state = desk.text(), steps.state(desk)
        if state == "RINGING" or (
            state in _IN_CONTACT and "f9 put off 5 min" in text.lower() and self._rng.random() < 0.7
        ):
            desk.keys("<f9>")
            self.put_off += state != "RINGING"
            self._put_off_until = self.now + 5
        else:
            if self._rng.random() < 0.3:
                desk.keys("<end><c-u>")
                desk.type(str(self._rng.randint(20, 40)))
                desk.keys("<tab><tab><tab><tab>")
                desk.type("Counted on the wallboard.")
                self.corrected += 1
            desk.keys("<f10>")
            self.reports += 1
        desk.wait_gone(FORM)
        self._got_on()

    # contacts and pauses

    def _due_pause(self) -> Pause | None:
        return next((one for one in self._pauses if self.now >= one.at), None)

    @property
    def _has_enough(self) -> bool:
        return self.now >= self._plan.leaves or self.contacts >= self._plan.enough

    def _not_ready(self) -> bool:
        """In a pause: until it is over. Else: be ready again."""
        pause = self._due_pause()
        if pause is None and self.now >= self._plan.leaves:
            return False
        if self._pause is not None and self.now >= self._pause.at + self._pause.length:
            self._pause = None
        if self._pause is not None or (pause is None and self._has_enough):
            self._got_on()
            self._rest(1.0, 1.0)
        elif pause is not None and f" {pause.reason} " in self._desk.screen()[0]:
            self._begin(pause)
        else:
            if pause is None:
                self._look_around()
            self._keys("<f2>r")  # not ready for another reason, or no longer for one
            self._take_the_call()
        return True

    def _begin(self, pause: Pause) -> None:
        """The pause has begun: lunch asks for a restart."""
        self._pauses.remove(pause)
        self._pause = replace(pause, at=self.now)
        self._got_on()
        if pause.restarts:
            self._open_shift()
            self._pass_steps("Restart")
            self._keys("<esc>")

    def _ready(self) -> None:
        """Take a call, unless it is time for a pause."""
        if not self._ask_for_pause():
            self._keys("<f2><space>")
            self._take_the_call()

    def _take_the_call(self) -> None:
        """Answer as soon as it rings: in a fast world nobody lets it ring for long."""
        self._sees(_NEXT, PATIENCE_S)
        if steps.state(self._desk) == "RINGING" and not self._asked:
            self._desk.keys("<f9>")
            self._sees(_TALKING, MOMENT_S)

    def _ask_for_pause(self) -> bool:
        """Ask not to be ready, now or after this contact, when it is time to; returns whether it is."""
        pause = self._due_pause() or (PAPERWORK if self._has_enough else None)
        if pause is None:
            return False
        if "then not ready" not in self._desk.screen()[0]:
            self._keys("<f2>r")
            if self._sees(_REASONS):
                self._keys(pause.key)
        return True

    def _handle(self) -> None:
        """Write a ticket and wrap up."""
        self._keys("<f4>1")
        self._keys("<f5><c-u>", f"{self._rng.choice(TITLES)} ")
        self._keys("<f10>")
        self._keys("<esc><f2>")
        if self._rng.random() < 0.3:
            self._keys("n")
            self._keys("", "The caller has tried it twice.")
            self._keys("<f10>")
        self._wrap_up()

    def _wrap_up(self) -> None:
        self._ask_for_pause()
        self._keys("<f2>w")
        if self._sees(_DISPOSITIONS):
            self._keys(self._rng.choice("st"))
            self.contacts += 1
            self._got_on()

    def _look_around(self) -> None:
        """Help, another pane, a search."""
        self._keys(self._rng.choice(("?<esc>", "<f1><esc>", "z", "z", "<f3>", "<f6>")))
        self._keys("/")
        self._keys("", self._rng.choice(("maria", "printer", "555", "lee")))
        self._keys("<esc>")


TITLES = (
    "Printer prints blank pages",
    "No dial tone on line two",
    "The modem restarts at night",
    "Wants a copy of the last bill",
    "Cannot sign in to the portal",
    "Mail comes back",
)
