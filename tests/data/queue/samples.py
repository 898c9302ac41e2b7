"""Logs for these tests: written by us, no real person's name or number."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

from data.queue.history import ImportReport, import_queue_log
from data.store.database import Store

EVERY_EVENT = """\
1795294261|NONE|NONE|NONE|QUEUESTART|
1795294262|MANAGER|sales|Local/301@agents/n|ADDMEMBER|PAUSED
1795294300|1795294300.0|support|NONE|ENTERQUEUE||5550101|1
1795294302|1795294300.0|support|Ana Silva|CONNECT|2|1795294301.2|2
1795294306|1795294300.0|support|Ana Silva|COMPLETEAGENT|2|4|1
1795294400|1795294399.8|support|NONE|ENTERQUEUE|||1|Renée, Zoë
1795294403|1795294399.8|support|Ana Silva|RINGNOANSWER|3000
1795294407|1795294399.8|support|Bo Lind|CONNECT|7|1795294404.10|3
1795294420|1795294399.8|support|Bo Lind|COMPLETECALLER|7|13|1
1795294500|1795294500.12|support|NONE|ENTERQUEUE||5550103|1
1795294504|1795294500.12|support|Bo Lind|RINGCANCELED|4022
1795294595|1795294500.12|support|NONE|ABANDON|1|1|95
1795294600|NONE|support|Ana Silva|PAUSE|Lunch
1795294601|NONE|NONE|Ana Silva|UNPAUSEALL|
1795294700|1795294700.16|support|NONE|ENTERQUEUE||5550104|2
1795294730|1795294700.16|support|NONE|EXITWITHTIMEOUT|1|2|30
1795294730|1795294700.16|sales|NONE|ENTERQUEUE||5550104|1
1795294741|1795294700.16|sales|Dee Park|CONNECT|11|1795294735.24|2
1795294761|1795294700.16|sales|Dee Park|BLINDTRANSFER|9000|from-trunk|11|20|1
1795294800|1795294800.30|sales|NONE|ENTERQUEUE||5550105|1
1795294802|1795294800.30|sales|Dee Park|CONNECT|2|1795294801.31|1
1795294850|1795294800.30|sales|Dee Park|ATTENDEDTRANSFER|BRIDGE|63c2f5e4-9ca5-41dc|2|48|1
1795294900|1795294900.40|sales|NONE|ENTERQUEUE||5550106|1
1795294901|1795294900.40|sales|Dee Park|CONNECT|1|1795294900.41|1
1795294951|1795294900.40|sales|Dee Park|ATTENDEDTRANSFER|LINK|SIP/1-01|SIP/2-02|1|50|1
1795295000|1795295000.50|sales|NONE|ENTERQUEUE||5550107|1
1795295005|1795295000.50|sales|NONE|EXITWITHKEY|5|1|1|5
1795295100|1795295100.60|sales|NONE|ENTERQUEUE||5550108|1
1795295112|1795295100.60|sales|NONE|WITHDRAW|1|1|12|asked back
1795295200|1795295200.70|sales|NONE|ENTERQUEUE||5550109|1
1795295200|1795295200.70|sales|NONE|EXITEMPTY|1|1|0
1795295300|NONE|sales|Dee Park|CRMNOTE|hello|there
""".encode()
"""Every event of the glossary, and one that nobody knows."""


def made_up_log(seed: int, calls: int, apart_s: int = 40) -> bytes:
    """A log of calls that agree with one another, as a PBX writes it. `apart_s`: seconds between two calls."""
    chance = random.Random(seed)
    lines: list[tuple[int, int, str]] = []
    now = 1_795_200_000

    def write(at: int, *fields: object) -> None:
        lines.append((at, len(lines), "|".join(str(field) for field in (at, *fields))))

    for number in range(calls):
        now += chance.randint(1, 2 * apart_s)
        call, queue, agent = (
            f"{now}.{number}",
            chance.choice(("support", "sales")),
            chance.choice(("Ana Silva", "Bo")),
        )
        write(now, call, queue, "NONE", "ENTERQUEUE", "", f"55501{number % 100:02d}", 1)
        wait, talk = chance.randint(0, 120), chance.randint(0, 400)
        match chance.randint(0, 6):
            case 0:
                write(now + wait, call, queue, "NONE", "ABANDON", 1, 1, wait)
            case 1:
                write(now + wait, call, queue, "NONE", "EXITWITHTIMEOUT", 1, 1, wait)
            case 2:
                write(now + wait, call, queue, agent, "CONNECT", wait, f"{now}.{number + 7}", 1)
                write(now + wait + talk, call, queue, agent, "BLINDTRANSFER", 9000, "inside", wait, talk, 1)
            case _:
                write(now + wait, call, queue, agent, "CONNECT", wait, f"{now}.{number + 7}", 1)
                write(now + wait + talk, call, queue, agent, "COMPLETECALLER", wait, talk, 1)
        if chance.random() < 0.3:
            write(
                now, "NONE", "NONE", agent, chance.choice(("PAUSEALL", "UNPAUSEALL")), chance.choice(("", "Lunch"))
            )
        if chance.random() < 0.1:
            write(now, "NONE", queue, agent, "CRMNOTE", "hello", number)
    lines.sort()
    return "".join(f"{line}\n" for _, _, line in lines).encode()


def pieces_of(log: bytes, cuts: list[int]) -> list[bytes]:
    """The log cut at these byte positions."""
    edges = [0, *sorted(cuts), len(log)]
    return [log[start:end] for start, end in pairwise(edges)]


def write_pieces(folder: Path, pieces: list[bytes]) -> list[Path]:
    """The pieces as files."""
    paths = []
    for number, piece in enumerate(pieces):
        path = folder / f"queue_log.{number}"
        path.write_bytes(piece)
        paths.append(path)
    return paths


def take_in(store: Store, folder: Path, *logs: bytes) -> ImportReport:
    """Import these logs in one run."""
    return import_queue_log(store, write_pieces(folder, list(logs)))


def history(store: Store) -> list[tuple[object, ...]]:
    """Every event in the store."""
    return [tuple(row) for row in store.execute("SELECT * FROM contact_event ORDER BY id").fetchall()]


def emptied(store: Store) -> Store:
    """The same store without history."""
    with store.write() as connection:
        connection.execute("DELETE FROM contact_event")
        connection.execute("DELETE FROM queue_log_torn")
    return store
