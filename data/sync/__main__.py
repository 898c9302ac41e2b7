"""The worker as a process: `python -m data.sync --store FILE --hub ADDRESS`.

It hears the console on standard input and answers on standard output. It ends when the console's end of
the pipe closes, however the console died, after one last push."""

from __future__ import annotations

import argparse
import os
import random
import select
import signal
import sys
import traceback
from pathlib import Path
from types import TracebackType

from pydantic import ValidationError

from data.backup.rounds import Rounds
from data.clock import SYSTEM_CLOCK, Clock, RehearsalClock
from data.store.database import Store
from data.store.errors import StoreError
from data.store.key import Key
from data.store.users import User
from data.sync.address import seat_hub
from data.sync.attendance import Attendance
from data.sync.contract import WHOLE, Hub, Scope
from data.sync.replica import Replica
from data.sync.wire import TO_WORKER, Begin, FromWorker
from data.sync.worker import Worker


def main() -> int:
    """Run until standard input closes. Exit 1: the store cannot be opened."""
    parser = argparse.ArgumentParser(prog="python -m data.sync", description="The sync worker of one seat.")
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--hub", required=True, help="the hub's address")
    parser.add_argument("--name", default="seat")
    parser.add_argument("--backup-hours", type=float, default=0.0, help="from one backup to the next; 0: none")
    parser.add_argument("--backup-keep", type=int, default=24, help="how many of them stay")
    parser.add_argument("--sign-in", action="store_true", help="the first line on standard input is a `Begin`")
    parser.add_argument("--days", type=int, default=WHOLE.days, help="how far back what is over is kept")
    parser.add_argument("--no-directory", action="store_true", help="only customers that there is work with")
    parser.add_argument("--clock", type=RehearsalClock.from_text, help="the time of day on a practice floor")
    options = parser.parse_args()
    clock: Clock = options.clock or SYSTEM_CLOCK  # leases and offline days go by the real one
    os.umask(0o077)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl+c is for the console; the pipe tells us when to end
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def tell(message: FromWorker) -> None:
        try:
            sys.stdout.write(message.model_dump_json() + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            pass  # the console is gone; standard input tells so next

    if options.sign_in:
        sys.excepthook = _where_only
    begin = _first_line() if options.sign_in else None
    if options.sign_in and begin is None:
        return 0
    key = Key.from_hex(begin.key.get_secret_value()) if begin is not None else None
    try:
        # What the worker writes can be had from the hub again: only the console's saves wait for the disk.
        with Store(options.store, durable=False, user=User.WORKER, key=key) as store:
            attendance = Attendance(store, options.hub, begin, tell, SYSTEM_CLOCK) if begin is not None else None

            def connect() -> Hub:
                # A hub that was known and is gone is not replaced by an empty one: it may come back.
                known = Replica(store, clock).state("epoch") is not None
                if attendance is not None:
                    return attendance.connect(create=not known)
                return seat_hub(options.hub, create=not known, login=None)

            scope = Scope(directory=not options.no_directory, days=options.days)
            worker = Worker(store, connect, tell, clock, random.Random(), name=options.name, scope=scope)
            rounds = Rounds(
                options.store,
                options.backup_hours,
                options.backup_keep,
                SYSTEM_CLOCK,
                lambda why: print(why, file=sys.stderr, flush=True),
                key,
            )
            _listen(worker, rounds, attendance)
            rounds.close()
            worker.close()
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _where_only(kind: type[BaseException], _error: BaseException, place: TracebackType | None) -> None:
    """An error that nobody expected, without what it quotes: it goes to a file that can be read."""
    print("".join(traceback.format_tb(place)) + kind.__name__, file=sys.stderr, flush=True)


def _first_line() -> Begin | None:
    """Who begins; None: the console is gone already, or said something else, which is not repeated anywhere."""
    line = b""
    while not line.endswith(b"\n"):  # byte by byte: what follows is for `_listen`
        read = os.read(sys.stdin.fileno(), 1)
        if not read:
            return None
        line += read
    try:
        return Begin.model_validate_json(line)
    except ValidationError:
        return None


def _listen(worker: Worker, rounds: Rounds, attendance: Attendance | None) -> None:
    pipe = sys.stdin.fileno()
    os.set_blocking(pipe, False)
    rest = b""
    while True:
        with worker.going_on():
            rounds.look()
        pause = worker.step()
        if attendance is not None:
            with worker.going_on():
                attendance.look(revoked=worker.revoked)
        readable, _, _ = select.select([pipe], [], [], pause)
        if not readable:
            continue
        heard = os.read(pipe, 65536)
        if not heard:
            return
        *lines, rest = (rest + heard).split(b"\n")
        for line in lines:
            try:
                message = TO_WORKER.validate_json(line)
            except ValidationError as error:
                kinds = ", ".join(fault["type"] for fault in error.errors(include_input=False))
                print(f"the worker did not understand a line ({kinds})", file=sys.stderr)
                continue
            if attendance is not None:
                attendance.hear(message)
            with worker.going_on():
                worker.hear(message)


if __name__ == "__main__":
    sys.exit(main())
