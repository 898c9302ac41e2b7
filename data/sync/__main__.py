"""The worker as a process: `python -m data.sync --store FILE --hub FILE`.

It hears the console on standard input and answers on standard output. It ends when the console's end of
the pipe closes, however the console died, after one last push."""

from __future__ import annotations

import argparse
import os
import random
import select
import signal
import sys
from pathlib import Path

from pydantic import ValidationError

from data.backup.rounds import Rounds
from data.clock import SYSTEM_CLOCK
from data.store.database import Store
from data.store.errors import StoreError
from data.store.users import User
from data.sync.address import open_hub
from data.sync.contract import WHOLE, Hub, Scope
from data.sync.replica import Replica
from data.sync.wire import TO_WORKER, FromWorker
from data.sync.worker import Worker


def main() -> int:
    """Run until standard input closes. Exit 1: the store cannot be opened."""
    parser = argparse.ArgumentParser(prog="python -m data.sync", description="The sync worker of one seat.")
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--hub", required=True, help="file of an embedded hub")
    parser.add_argument("--name", default="seat")
    parser.add_argument("--backup-hours", type=float, default=0.0, help="from one backup to the next; 0: none")
    parser.add_argument("--backup-keep", type=int, default=24, help="how many of them stay")
    parser.add_argument("--days", type=int, default=WHOLE.days, help="how far back what is over is kept")
    parser.add_argument("--no-directory", action="store_true", help="only customers that there is work with")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl+c is for the console; the pipe tells us when to end
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def tell(message: FromWorker) -> None:
        try:
            sys.stdout.write(message.model_dump_json() + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            pass  # the console is gone; standard input tells so next

    try:
        # What the worker writes can be had from the hub again: only the console's saves wait for the disk.
        with Store(options.store, durable=False, user=User.WORKER) as store:

            def connect() -> Hub:
                # A hub that was known and is gone is not replaced by an empty one: it may come back.
                known = Replica(store, SYSTEM_CLOCK).state("epoch") is not None
                return open_hub(options.hub, create=not known)

            scope = Scope(directory=not options.no_directory, days=options.days)
            worker = Worker(store, connect, tell, SYSTEM_CLOCK, random.Random(), name=options.name, scope=scope)
            rounds = Rounds(
                options.store,
                options.backup_hours,
                options.backup_keep,
                SYSTEM_CLOCK,
                lambda why: print(why, file=sys.stderr, flush=True),
            )
            _listen(worker, rounds)
            rounds.close()
            worker.close()
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _listen(worker: Worker, rounds: Rounds) -> None:
    pipe = sys.stdin.fileno()
    os.set_blocking(pipe, False)
    rest = b""
    while True:
        rounds.look()
        readable, _, _ = select.select([pipe], [], [], worker.step())
        if not readable:
            continue
        heard = os.read(pipe, 65536)
        if not heard:
            return
        *lines, rest = (rest + heard).split(b"\n")
        for line in lines:
            try:
                worker.hear(TO_WORKER.validate_json(line))
            except ValidationError as error:
                print(f"the worker did not understand a line: {error}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
