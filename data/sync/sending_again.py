"""What the hub has confirmed is kept for a week and sent again to a hub that lacks it (SYNC rule 18).

A hub that was put back from a backup knows the replica's ops up to some number; those above it go into the queue
again as they were, under the ids under which they were made. Their base versions are of a time that the hub does
not know any more: each is lowered to the version that the hub has now, so that of two replicas that send again
neither overwrites the other in silence; the later one is told a conflict at most."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from data.models import SYNCED
from data.models.base import instant_text
from data.store import driver
from data.sync.facts import fact, forget, remember

KEPT = timedelta(days=7)
FORMER = "former"
"""The fact that holds the former ids."""
Former = list[tuple[int, str]]
"""(the last seq made under an id, that id) for each id that a restored replica had, oldest first."""

HELD = "held"
"""State of an op in the outbox that waits for a row which another seat must send first."""
HELD_SINCE = "held_since"
_PRUNED_AT_ONCE = 500
Key = tuple[str, str]
"""(entity, id)."""
_OP = "op_id, txn_id, entity, entity_id, kind, base_ver, patch, actor, local_at, schema_v"


def former_ids(stored: str | None) -> Former:
    """The former ids of a replica as they are stored."""
    return [(int(last), str(replica_id)) for last, replica_id in json.loads(stored or "[]")]


def made_by(former: Former, seq: int) -> str | None:
    """The former id under which an op was made, or None: the present one."""
    return next((replica_id for last, replica_id in former if seq <= last), None)


def done_with(
    connection: driver.Connection, where: str, values: tuple[Any, ...], now: datetime
) -> set[tuple[str, str]]:
    """Ops of the outbox that the hub has and that came back: they leave it, and are kept for a while. `where` is
    ours. Returns what they were about."""
    own = fact(connection, "replica_id") or ""
    former = former_ids(fact(connection, FORMER))
    at = instant_text(now)
    found = connection.execute(f"SELECT * FROM outbox WHERE {where}", values).fetchall()  # noqa: S608
    for op in found:
        connection.execute(
            f"INSERT OR REPLACE INTO op_done ({_OP}, replica_id, seq, hub_seq, done_at)"  # noqa: S608
            f" SELECT {_OP}, ?, seq, coalesce(hub_seq, 0), ? FROM outbox WHERE seq = ?",
            (made_by(former, op["seq"]) or own, at, op["seq"]),
        )
        connection.execute("DELETE FROM outbox WHERE seq = ?", (op["seq"],))
    return {(op["entity"], op["entity_id"]) for op in found}


def prune(connection: driver.Connection, now: datetime) -> int:
    """Drop some of what was confirmed long ago; returns how many."""
    found = connection.execute(
        "DELETE FROM op_done WHERE op_id IN (SELECT op_id FROM op_done WHERE done_at < ? LIMIT ?)",
        (instant_text(now - KEPT), _PRUNED_AT_ONCE),
    )
    return int(found.rowcount)


def confirmed(connection: driver.Connection) -> dict[str, int]:
    """For each id that this replica has or had, the highest number of an op that a hub has confirmed under it, as far
    as is remembered."""
    own = fact(connection, "replica_id") or ""
    former = former_ids(fact(connection, FORMER))
    found = dict(connection.execute("SELECT replica_id, max(seq) FROM op_done GROUP BY replica_id").fetchall())
    for (seq,) in connection.execute("SELECT seq FROM outbox WHERE state = 'sent'").fetchall():
        sender = made_by(former, seq) or own
        found[sender] = max(found.get(sender, 0), seq)
    found |= dict(
        connection.execute("SELECT replica_id, done FROM hub_load").fetchall()
    )  # each took a number at least
    return found


def send_again(connection: driver.Connection, hub_has: Mapping[str, int]) -> int:
    """Queue what the hub does not have. `hub_has`: for each id of this replica the highest number that the hub knows.
    Returns how many ops were queued."""
    own = fact(connection, "replica_id") or ""
    former = former_ids(fact(connection, FORMER))
    count = 0
    for op in connection.execute("SELECT seq FROM outbox WHERE state = 'sent'").fetchall():
        if op["seq"] > hub_has.get(made_by(former, op["seq"]) or own, 0):
            connection.execute("UPDATE outbox SET state = 'queued', hub_seq = NULL WHERE seq = ?", (op["seq"],))
            count += 1
    lasts: dict[str, int] = {}
    for op in connection.execute("SELECT op_id, replica_id, seq FROM op_done ORDER BY seq").fetchall():
        if op["seq"] <= hub_has.get(op["replica_id"], 0):
            continue
        taken = connection.execute("SELECT 1 FROM outbox WHERE seq = ?", (op["seq"],)).fetchone()
        seq = None if taken else op["seq"]
        connection.execute(
            f"INSERT OR IGNORE INTO outbox (seq, {_OP}, state, tries) SELECT ?, {_OP}, 'queued', 0"  # noqa: S608
            " FROM op_done WHERE op_id = ?",
            (seq, op["op_id"]),
        )
        connection.execute("DELETE FROM op_done WHERE op_id = ?", (op["op_id"],))
        if op["replica_id"] != own and not taken:
            lasts[op["replica_id"]] = op["seq"]
        count += 1
    known = {replica_id for _last, replica_id in former}
    former += [(last, replica_id) for replica_id, last in lasts.items() if replica_id not in known]
    if former:
        remember(connection, {FORMER: json.dumps(sorted(former))})
    return count


def load_again(connection: driver.Connection, hub_has: Mapping[str, int]) -> None:
    """Load the imports anew of which the hub does not have all that was pushed."""
    for load in connection.execute("SELECT import_id, replica_id, next_seq FROM hub_load").fetchall():
        if hub_has.get(load["replica_id"], 0) < load["next_seq"] - 1:
            connection.execute(
                "UPDATE hub_load SET after = '', done = 0, finished = 0 WHERE import_id = ?", (load["import_id"],)
            )


def number_loads_above(connection: driver.Connection, hub_has: Mapping[str, int]) -> None:
    """Give what is still to be loaded numbers that the hub has not heard: a restored store is behind with them."""
    connection.executemany(
        "UPDATE hub_load SET next_seq = ? + 1 WHERE replica_id = ? AND next_seq <= ?",
        [(seq, replica_id, seq) for replica_id, seq in hub_has.items()],
    )


# what must wait for others


def lower_base(connection: driver.Connection, entity: str, entity_id: str, ver: int) -> None:
    """No waiting op can have seen more of a row than the hub has."""
    connection.execute(
        "UPDATE outbox SET base_ver = min(base_ver, ?) WHERE entity = ? AND entity_id = ? AND state = 'queued'",
        (ver, entity, entity_id),
    )


def lift_base(connection: driver.Connection, op: Any, ver: int, own: int) -> None:
    """An op made the next version of a row: what was made later, with that op before one's eyes, and had seen the version
    before has seen it too. It may go out under another id, after a restore, and is not to be in conflict with it.

    `own`: above this number all is made under the present id, since the last restore: whatever waited was shown then.
    What waits below may be of another branch than that op and not have seen it: there the hub tells a conflict."""
    if ver > 0:
        connection.execute(
            "UPDATE outbox SET base_ver = ? WHERE entity = ? AND entity_id = ? AND base_ver = ? AND state = 'queued'"
            " AND seq > ? AND op_id > ?",
            (ver, op["entity"], op["entity_id"], ver - 1, own, op["op_id"]),
        )


def hold_what_depends(connection: driver.Connection, now: datetime) -> int:
    """Hold back changes of rows that the hub lacks because their maker has not sent them again yet; it would refuse
    them. Returns how many ops are held."""
    held = _hold(connection, set(), lambda key: not _at_hub(connection, key))
    if held:
        remember(connection, {HELD_SINCE: instant_text(now)})
    return held


def hold_what_follows(connection: driver.Connection) -> None:
    """Hold back what was saved since over changes that are held: it would be refused for the same reason, or would
    arrive before them."""
    found = connection.execute("SELECT DISTINCT entity, entity_id FROM outbox WHERE state = ?", (HELD,)).fetchall()
    _hold(connection, {(row[0], row[1]) for row in found}, lambda _key: False)


def _hold(connection: driver.Connection, rootless: set[Key], is_missing: Callable[[Key], bool]) -> int:
    held = 0
    queue = connection.execute("SELECT * FROM outbox WHERE state = 'queued' ORDER BY seq").fetchall()
    for ops in _that_wait(queue, rootless, is_missing):
        connection.executemany("UPDATE outbox SET state = ? WHERE seq = ?", [(HELD, op["seq"]) for op in ops])
        connection.executemany(  # who changes a row has seen it made
            "UPDATE outbox SET base_ver = max(base_ver, 1) WHERE seq = ?",
            [(op["seq"],) for op in ops if not _makes(op)],
        )
        held += len(ops)
    return held


def _that_wait(queue: Sequence[Any], rootless: set[Key], is_missing: Callable[[Key], bool]) -> Iterator[list[Any]]:
    """The transactions among these ops that must wait: they change a row that is missing and that none before them
    makes, or a row that one which waits is about too; `rootless` are such rows."""
    made: set[Key] = set()
    by_txn: dict[str, list[Any]] = {}
    for op in queue:
        by_txn.setdefault(op["txn_id"], []).append(op)
    for ops in by_txn.values():
        made |= {_key(op) for op in ops if _makes(op)}
        changed = [_key(op) for op in ops if not _makes(op)]
        if any(key in rootless or (key not in made and is_missing(key)) for key in changed):
            rootless |= {_key(op) for op in ops}
            yield ops


def _key(op: Any) -> Key:
    return op["entity"], op["entity_id"]


def _makes(op: Any) -> bool:
    model = SYNCED.get(op["entity"])
    return model is None or op["kind"] == "append" or {*json.loads(op["patch"]), "id"} >= set(model.columns())


def _at_hub(connection: driver.Connection, key: tuple[str, str]) -> bool:
    return connection.execute("SELECT 1 FROM seen WHERE entity = ? AND entity_id = ?", key).fetchone() is not None


def release(connection: driver.Connection, entity: str, entity_id: str) -> None:
    """The hub has this row: whatever waits for no other one goes out, as the newest of this replica's ops."""
    arrived = (entity, entity_id)
    about = "SELECT 1 FROM outbox WHERE entity = ? AND entity_id = ? AND state = ? LIMIT 1"
    if connection.execute(about, (*arrived, HELD)).fetchone() is None:
        return
    _let_go(connection, arrived)


def release_what_is_here(connection: driver.Connection) -> None:
    """Let go what waits for rows that are here: the hub will not tell them again."""
    if _held(connection):
        _let_go(connection, None)


def _let_go(connection: driver.Connection, arrived: Key | None) -> None:
    """Queue what is held and waits for no row but `arrived`."""
    held = _held(connection)
    waiting = _that_wait(held, set(), lambda key: key != arrived and not _is_there(connection, key))
    wait = {ops[0]["txn_id"] for ops in waiting}
    _queue_anew(connection, [op["seq"] for op in held if op["txn_id"] not in wait])
    if not wait:
        forget(connection, HELD_SINCE)


def _held(connection: driver.Connection) -> list[Any]:
    found: list[Any] = connection.execute("SELECT * FROM outbox WHERE state = ? ORDER BY seq", (HELD,)).fetchall()
    return found


def _is_there(connection: driver.Connection, key: Key) -> bool:
    """Whether the hub has this row, or will have it from this replica before what is released now."""
    if _at_hub(connection, key):
        return True
    sql = "SELECT 1 FROM row_meta WHERE entity = ? AND entity_id = ?"
    if connection.execute(sql, key).fetchone() is not None:
        return True
    own = "SELECT * FROM outbox WHERE entity = ? AND entity_id = ? AND state IN ('queued', 'sent')"
    return any(_makes(op) for op in connection.execute(own, key).fetchall())


def release_late(connection: driver.Connection, now: datetime) -> None:
    """Nobody sent the rows for a week: the hub is to say so itself, and what it refuses stays readable."""
    since = fact(connection, HELD_SINCE)
    if since is not None and since < instant_text(now - KEPT):
        wait_no_longer(connection, None)


_SEES_TOO_MUCH = "state = 'queued' AND base_ver > ?"


def would_wait(connection: driver.Connection, seen: int | None) -> bool:
    """Whether there is anything for `wait_no_longer` to do."""
    found = connection.execute(
        f"SELECT 1 FROM outbox WHERE state = ? OR (? IS NOT NULL AND {_SEES_TOO_MUCH}) LIMIT 1",  # noqa: S608
        (HELD, seen, seen),
    )
    return found.fetchone() is not None


def wait_no_longer(connection: driver.Connection, seen: int | None) -> None:
    """What is held goes out as it is, and nothing as having seen a later version than `seen`, if that is known."""
    _queue_anew(connection, [op["seq"] for op in _held(connection)])
    forget(connection, HELD_SINCE)
    if seen is not None:
        connection.execute(f"UPDATE outbox SET base_ver = ? WHERE {_SEES_TOO_MUCH}", (seen, seen))  # noqa: S608


def _queue_anew(connection: driver.Connection, seqs: Sequence[int]) -> None:
    """Held ops take new numbers: the hub has others between them already."""
    for seq in seqs:
        kept = connection.execute(f"SELECT {_OP} FROM outbox WHERE seq = ?", (seq,)).fetchone()  # noqa: S608
        connection.execute("DELETE FROM outbox WHERE seq = ?", (seq,))
        connection.execute(
            f"INSERT INTO outbox ({_OP}, state, tries) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', 0)",  # noqa: S608
            tuple(kept),
        )
