"""A whole shift on the practice floor, worked by a scripted agent at a clock that passes fast: memory and CPU by the hour.

    python -m tests.bench.shift [--hours 8] [--speed 18]

From five to eight until four: clock-in, the checklists, contacts with tickets and notes, breaks, lunch, the queue report of
every half-hour, the gate and the clock-out; eight hours with some 500 contacts take 27 minutes at 18 times real time. At 48
times they take ten, but a contact costs the agent two to five real seconds at any speed. What is asked of it: every slot
reported and every step stamped, memory within its budget and after the first hour no more than five per cent larger."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.bench.probe import Probe
from tests.bench.screen import mebibytes
from tests.pty import steps
from tests.pty.agent import SITE_ZONE, Agent, Pause, Plan, minutes
from tests.pty.shift_books import ShiftBooks, looked_into
from tests.pty.terminal import console

MOST_MB = 90.0
MOST_GROWTH = 0.05
BEGINS = datetime(2026, 3, 2, 8, tzinfo=ZoneInfo(SITE_ZONE))
EARLY = timedelta(minutes=5)
"""So long before the first slot the console is opened, at 48 times real time; longer when it passes faster."""
GATE_S = 15.0
"""Real seconds that signing off may take: no slot begins meanwhile."""
REST_S = 20.0
PAUSES = (
    Pause(minutes("10:05"), 15, "b", "break"),
    Pause(minutes("12:10"), 30, "l", "lunch", restarts=True),
    Pause(minutes("14:35"), 15, "b", "break"),
)


def plan(hours: float, speed: float) -> Plan:
    """The pauses of so many hours, and when to go."""
    ends = BEGINS.hour * 60 + round(hours * 60)
    leaves = ends - max(4, round(GATE_S * speed / 60))
    return Plan(leaves, tuple(one for one in PAUSES if one.at + one.length < leaves))


def work(probe: Probe, agent: Agent, speed: float) -> list[float]:
    """The shift from signing on to the gate; prints and returns the megabytes at each full hour."""
    agent.begin()
    sizes: list[float] = []
    used, since = probe.cpu_s(), time.monotonic()
    goes_on = True
    while goes_on:
        goes_on = agent.work()
        probe.raw.clear()
        if agent.now >= (BEGINS.hour + 1 + len(sizes)) * 60 or not goes_on:
            sizes.append(mebibytes(probe))
            cpu, now = probe.cpu_s(), time.monotonic()
            print(
                f"{agent.now // 60:02}:{agent.now % 60:02}  {sizes[-1]:6.1f} MB  {agent.contacts:4} wrapped up  {agent.reports:3} reports"
                f"  {(cpu - used) / (now - since):4.0%} of a core ({now - since:.0f} s)",
                flush=True,
            )
            used, since = cpu, now
    return sizes


def at_rest(probe: Probe, seconds: float) -> tuple[float, float]:
    """After the clock-out: sign on again, with the played exchange stopped. Returns (per cent of one core that console and
    worker use, megabytes)."""
    steps.sign_on(probe)
    floors = [one for one in probe.family() if "data.floor" in one.cmdline()]
    for one in floors:
        one.suspend()
    try:
        probe.rest(1, 5)
        cpu, _ = probe.at_rest(seconds)
        return cpu, mebibytes(probe)
    finally:
        for one in floors:
            one.resume()


def tell_what_lives(probe: Probe, seat: Path) -> None:
    """Something did not go on: which processes are there, and what the logs say."""
    for one in probe.family():
        print(f"{one.pid} {one.status()} {' '.join(one.cmdline()[1:5])}", file=sys.stderr)
    for log in seat.glob("*.log"):
        print(f"{log.name}: {log.read_text()[-2000:]}", file=sys.stderr)


def faults(found: ShiftBooks, hours: float) -> list[str]:
    """What of a whole shift is not in the books."""
    first = BEGINS.hour * 60
    wanted = tuple(f"{slot // 60:02}:{slot % 60:02}" for slot in range(first, first + round(hours * 60), 30))
    told = []
    if found.slots != wanted or found.missed:
        told.append(f"{len(found.slots)} of {len(wanted)} slots were reported: {', '.join(found.slots)}")
    if found.passed.get("sign-on") != 11:
        told.append(f"steps stamped: {found.passed}")
    if found.counted != found.hours:
        told.append(f"the time clock counts {found.counted}, the punches are {found.hours} apart")
    return told


def main() -> int:
    """Exit 1 when the books or the memory are not as they should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.shift")
    parser.add_argument("--hours", type=float, default=8)
    parser.add_argument("--speed", type=float, default=18)
    given = parser.parse_args()
    opens = BEGINS - EARLY * max(1.0, given.speed / 48)
    with tempfile.TemporaryDirectory(prefix="shift-") as folder:
        seat = Path(folder) / "seat"
        command = console(
            "demo", "--clock", f"{opens:%Y-%m-%dT%H:%M}", "--speed", f"{given.speed:g}", "--data-dir", seat
        )
        with Probe(command, env={"TZ": SITE_ZONE}) as probe:
            agent = Agent(probe, plan(given.hours, given.speed))
            try:
                sizes = work(probe, agent, given.speed)
                agent.leave()
            except AssertionError:
                tell_what_lives(probe, seat)
                raise
            found = looked_into(seat)
            cpu, last = at_rest(probe, REST_S)
    growth = max(sizes[1:], default=sizes[0]) / sizes[0] - 1
    print(
        f"{found.contacts} contacts, {len(found.slots)} reports ({found.late} late, {found.missed} missed,"
        f" {found.corrected} corrected, {agent.put_off} times put off), steps {found.passed}, pauses {', '.join(found.breaks)},"
        f" {found.counted} h counted of {found.hours}"
    )
    print(
        f"memory grew by {growth:.1%} after the first hour (at most {MOST_GROWTH:.0%}), {max(sizes):.1f} MB at most (budget"
        f" {MOST_MB:.0f}); afterwards {last:.1f} MB and {cpu:.1f} % of a core at rest"
    )
    told = faults(found, given.hours)
    for one in told:
        print(f"✗ {one}")
    return 1 if told or growth > MOST_GROWTH or max(sizes) > MOST_MB else 0


if __name__ == "__main__":
    sys.exit(main())
