"""The practice floor as a process: `python -m data.floor --hub ADDRESS`.

It plays until its time is over, until SIGTERM or SIGINT, or, with `--watch-stdin`, until standard input closes
because the console that started it is gone. Only the summary goes to standard output."""

from __future__ import annotations

import argparse
import os
import select
import signal
import sys
from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path

from data.clock import SYSTEM_CLOCK, RehearsalClock
from data.floor.floor import POLL_S, run_floor
from data.floor.options import BUSY, FloorBusy, FloorOptions, FloorSummary
from data.queue.log_file import QueueLogError
from data.sync.contract import HubUnreachable


def _clock(text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no time of day: write it like 09:00") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no day: write it like 2026-01-31") from None


def _zone(text: str) -> str:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(text)
    except (KeyError, OSError, ValueError):  # unknown, unreadable, or no name at all
        raise argparse.ArgumentTypeError(f"'{text}' is no time zone: write it like Europe/Berlin") from None
    return text


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' must be a number above zero")
    return number


def _not_negative(text: str) -> float:
    return 0.0 if text.strip() in ("0", "0.0") else _positive(text)


def parser() -> argparse.ArgumentParser:
    """The options of the floor's process."""
    made = argparse.ArgumentParser(prog="python -m data.floor", description="The practice floor.")
    made.add_argument("--hub", required=True, help="the hub's address; an embedded hub's file is made when missing")
    made.add_argument("--seed", type=int, help="the same seed gives the same callers")
    made.add_argument("--seconds", type=_positive, help="stop after so many seconds")
    made.add_argument("--speed", type=_positive, default=1.0, help="floor seconds in a second")
    made.add_argument("--start", type=_clock, help="the practice clock at the start (09:00), or where a log begins")
    made.add_argument(
        "--clock", type=RehearsalClock.from_text, help="the time of day, where it is not the real one"
    )
    made.add_argument("--replay", type=Path, help="play this queue_log")
    made.add_argument("--day", type=_day, help="only this day of the log")
    made.add_argument("--tz", type=_zone, default="UTC", help="the zone of --day, and of --start in a replay")
    made.add_argument("--site-tz", type=_zone, default="UTC", help="the site's zone, for the ages of invoices")
    made.add_argument("--hold", action="store_true", help="stay open after the end of the log")
    made.add_argument("--agents", type=int, default=5, help="how many agents are played")
    made.add_argument("--messages", action="store_true", help="some contacts come as a message")
    made.add_argument("--calls-per-hour", type=_not_negative, help="calls in the busiest hour")
    made.add_argument("--json", action="store_true", help="the summary as JSON")
    made.add_argument("--watch-stdin", action="store_true", help="stop when standard input closes")
    return made


class _Stop:
    """Naps that end early when the process is told to stop."""

    def __init__(self, watch_stdin: bool) -> None:
        self._told = False
        self._reads, self._writes = os.pipe()
        os.set_blocking(self._writes, False)
        self._inputs = [self._reads, *([sys.stdin.fileno()] if watch_stdin else [])]
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._tell)
        signal.signal(signal.SIGHUP, signal.SIG_IGN if watch_stdin else self._tell)

    def _tell(self, *_signal: object) -> None:
        self._told = True
        with suppress(BlockingIOError):
            os.write(self._writes, b"x")

    def nap(self, seconds: float) -> bool:
        """Sleep at most until the next look at the hub; True when it is time to stop."""
        ready, _, _ = select.select(self._inputs, [], [], min(seconds, POLL_S))
        for source in ready:
            if source != self._reads and not os.read(source, 65536):
                self._told = True
        return self._told


def _sentence(summary: FloorSummary) -> str:
    return (
        f"{summary.seconds:.0f} s (seed {summary.seed}): {summary.offered} offered, "
        f"{summary.answered} answered, {summary.abandoned} abandoned, {summary.waiting_at_end} still waiting; "
        f"longest wait {summary.longest_wait_s:.0f} s."
    )


def main() -> int:
    """Play. Exit 0: played to the end; 1: another floor has the hub, or the log cannot be read; 3: no hub."""
    given = parser().parse_args()
    options = FloorOptions(
        hub=given.hub,
        seed=given.seed,
        seconds=given.seconds,
        speed=given.speed,
        start=given.start,
        replay=given.replay,
        day=given.day,
        tz=given.tz,
        site_tz=given.site_tz,
        hold=given.hold,
        agents=max(0, given.agents),
        messages=given.messages,
        calls_per_hour=given.calls_per_hour,
    )
    stop = _Stop(given.watch_stdin)
    try:
        summary = run_floor(options, given.clock or SYSTEM_CLOCK, stop.nap, hub_clock=SYSTEM_CLOCK)
    except FloorBusy as error:
        print(error, file=sys.stderr)
        return BUSY
    except QueueLogError as error:
        print(error, file=sys.stderr)
        return 1
    except HubUnreachable as error:
        print(error, file=sys.stderr)
        return 3
    with suppress(BrokenPipeError):  # whoever started us may be gone
        print(summary.model_dump_json() if given.json else _sentence(summary), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
