"""How a hub stands, for whoever looks after it: seats, rows, what is claimed, who serves it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from data.models.base import Instant, Value, instant_text
from data.sync.hub_file import HubFile


class SeatSeen(Value):
    """One seat (or feed) as the hub knows it."""

    replica_id: str
    number: int
    name: str
    enrolled_at: Instant
    heard_at: Instant | None
    """When its last change came in; None: there was none."""
    last_seq: int
    """The number of that change."""
    revoked: bool


class Served(Value):
    """The process that answers for an embedded hub."""

    socket: str
    pid: int
    since: Instant


class HubStatus(Value):
    kind: str
    """`embedded` or `postgresql`."""
    place: str
    """The file, or the server and database, without a password."""
    epoch: str
    hub_id: str
    clock: int
    """The highest number of its order."""
    seats: tuple[SeatSeen, ...]
    rows: Mapping[str, int]
    """Rows of each entity; those taken away count for as long as the hub tells of them."""
    ops: int
    refused: int
    open_claims: int
    """Claims whose lease runs."""
    bytes: int
    served: Served | None = None


def status_of(path: Path, now: datetime) -> HubStatus:
    """Look at the embedded hub in the file at `path`. Rows are counted in an index: a million take a tenth of a second.

    Raises:
        HubUnreachable: it is not there, or not a hub that this program can read.
    """
    file = HubFile(path, create=False)
    try:
        with file.snapshot() as db:
            facts = dict(db.execute("SELECT key, value FROM hub_info").fetchall())
            ops, refused = db.execute(
                "SELECT count(*), (SELECT count(*) FROM ops WHERE hub_seq = 0) FROM ops"
            ).fetchone()
            claims = "SELECT count(*) FROM claim WHERE NOT finished AND lease_until > ?"
            return HubStatus(
                kind="embedded",
                place=str(path),
                epoch=facts["epoch"],
                hub_id=facts.get("hub_id", facts["epoch"]),
                clock=file.top(),
                seats=tuple(SeatSeen.model_validate(dict(row)) for row in db.execute(_SEATS)),
                rows=dict(db.execute("SELECT entity, count(*) FROM row GROUP BY entity").fetchall()),
                ops=ops,
                refused=refused,
                open_claims=db.execute(claims, (instant_text(now),)).fetchone()[0],
                bytes=sum(one.stat().st_size for one in (path, path.with_name(f"{path.name}-wal")) if one.exists()),
            )
    finally:
        file.close()


_SEATS = """
SELECT replica_id, number, name, enrolled_at, last_seq, revoked, (
    SELECT received_at FROM ops WHERE ops.replica_id = replica.replica_id ORDER BY replica_seq DESC LIMIT 1
) AS heard_at FROM replica ORDER BY number
"""
