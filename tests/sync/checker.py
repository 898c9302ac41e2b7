"""The invariants of SYNC.md on real files: a hub and the stores of its seats, at rest.

Each function returns what it finds wrong, in sentences; nothing found is an empty list. `check` runs all of
them. Every one has a planted bug in test_checker that shows that it fires."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.models import SYNCED
from data.models.base import Entity, body_of
from data.store import driver
from data.store.database import Store

FTS = ("ticket_fts", "ticket_event_fts")


@dataclass
class Site:
    """What is checked: a hub, the stores of its seats, and what was acknowledged to whoever saved."""

    hub: Path
    stores: Sequence[Path]
    saved: set[str] = field(default_factory=set)
    """op_ids of saves that returned."""
    cursors: dict[Path, int] = field(default_factory=dict)
    """The cursors of the last check: none may be lower now."""


def check(site: Site) -> list[str]:
    """Everything that is wrong with a site at rest (all pushed, all pulled)."""
    found: list[str] = []
    hub = driver.connect(site.hub, create=False)
    try:
        found += sound(hub, "hub", ())
        for one in (exactly_once, fences, no_silent_overwrite, replica_order, hub_order):
            found += one(hub, site)
    except driver.Error as error:
        found.append(f"I10: hub: {error}")
    finally:
        hub.close()
    found += refused_kept(site)
    for path in site.stores:
        with Store(path, create=False) as store:
            found += same_rows(store, site)
            found += drained(store)
            found += cursor_forward(store, site)
            found += refused_readable(store)
            found += sound(store.connection, path.name, FTS)
    return found


def exactly_once(hub: driver.Connection, site: Site) -> list[str]:
    """I1: every acknowledged op is on the hub exactly once, and was applied exactly once."""
    found = []
    count = Counter(row[0] for row in hub.execute("SELECT op_id FROM ops"))
    for op_id in sorted(site.saved):
        if count[op_id] != 1:
            found.append(f"I1: saved op {op_id} is {count[op_id]} times on the hub")
    applied = Counter(
        (row[0], row[1]) for row in hub.execute("SELECT entity, entity_id FROM ops WHERE hub_seq > 0")
    )
    for entity, entity_id, ver in hub.execute("SELECT entity, entity_id, ver FROM row WHERE entity <> 'contact'"):
        if ver != applied[entity, entity_id]:
            found.append(f"I1: {entity} {entity_id} changed {ver} times by {applied[entity, entity_id]} ops")
    return found


def same_rows(store: Store, site: Site) -> list[str]:
    """I3: what a seat shows is what the hub has; a record that the hub refused to make is the seat's own."""
    found = []
    own = {
        (row["entity"], row["entity_id"])
        for row in store.rows("SELECT entity, entity_id FROM outbox WHERE state = 'refused'")
    }
    hub = driver.connect(site.hub, create=False)
    try:
        for name, model in SYNCED.items():
            theirs = {
                row[0]: _normal(model, json.loads(row[1]), row[0])
                for row in hub.execute("SELECT entity_id, body FROM row WHERE entity = ? AND NOT deleted", (name,))
            }
            ours = {
                str(row["id"]): _normal(model, body_of(model, row), str(row["id"]))
                for row in store.rows(f'SELECT * FROM "{name}"')
            }
            for entity_id in sorted(theirs.keys() | ours.keys()):
                mine, hubs = ours.get(entity_id), theirs.get(entity_id)
                if mine != hubs and not (hubs is None and (name, entity_id) in own):
                    found.append(f"I3: {name} {entity_id} at {store.path.name} differs: {_differ(mine, hubs)}")
    finally:
        hub.close()
    return found


def _normal(model: type[Entity], body: dict[str, Any], entity_id: str) -> dict[str, Any]:
    return model.model_validate({**body, "id": entity_id}).model_dump(mode="json")


def _differ(mine: dict[str, Any] | None, hubs: dict[str, Any] | None) -> str:
    if mine is None or hubs is None:
        return "it is only at the hub" if mine is None else "it is only at the seat"
    return ", ".join(f"{name}: {mine[name]!r} / {hubs[name]!r}" for name in mine if mine[name] != hubs[name])


def drained(store: Store) -> list[str]:
    """I9 at rest: nothing waits any more, and no hub row is kept back for it."""
    left = store.value("SELECT count(*) FROM outbox WHERE state <> 'refused'")
    behind = store.value(
        "SELECT count(*) FROM shadow WHERE (entity, entity_id) NOT IN (SELECT entity, entity_id FROM outbox)"
    )
    return [f"I9: {left} ops wait and {behind} rows are replayed at {store.path.name}"] if left or behind else []


def fences(hub: driver.Connection, site: Site) -> list[str]:
    """I4: fences of a contact count 1, 2, 3 …; the row carries the newest; only one claim is open."""
    found = []
    by_contact: dict[str, list[Any]] = defaultdict(list)
    for row in hub.execute("SELECT contact_id, fence, agent, finished FROM claim ORDER BY contact_id, fence"):
        by_contact[row["contact_id"]].append(row)
    for contact_id, claims in by_contact.items():
        if [row["fence"] for row in claims] != list(range(1, len(claims) + 1)):
            found.append(f"I4: fences of {contact_id} are {[row['fence'] for row in claims]}")
        body = hub.execute("SELECT body FROM row WHERE entity = 'contact' AND entity_id = ?", (contact_id,))
        fence = json.loads(body.fetchone()[0])["fence"]
        if fence != claims[-1]["fence"]:
            found.append(f"I4: {contact_id} carries fence {fence}, the newest claim is {claims[-1]['fence']}")
    return found


def no_silent_overwrite(hub: driver.Connection, site: Site) -> list[str]:
    """I5: the ops played again by the book give the hub's rows and the hub's answers: each change of a field
    holds, was superseded by one that saw it, or was reported as a conflict."""
    found = []
    values: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    marks: dict[tuple[str, str], dict[str, tuple[int, str]]] = defaultdict(dict)
    vers: Counter[tuple[str, str]] = Counter()
    ops = hub.execute("SELECT * FROM ops WHERE hub_seq > 0 AND entity <> 'contact' ORDER BY hub_seq")
    for op in ops.fetchall():
        key = (op["entity"], op["entity_id"])
        vers[key] += 1
        lost = set()
        for name, value in json.loads(op["patch"]).items():
            ver, writer = marks[key].get(name, (0, op["replica_id"]))
            stale = ver > op["base_ver"] and writer != op["replica_id"]
            if stale and (op["entity"], name) == ("ticket", "updated_at"):
                if value <= values[key][name]:
                    continue
            elif stale:
                if values[key].get(name) != value:
                    lost.add(name)
                continue
            values[key][name] = value
            marks[key][name] = (vers[key], op["replica_id"])
        told = {conflict["field"] for conflict in json.loads(op["result"])["conflicts"]}
        if told != lost:
            found.append(f"I5: op {op['op_id']} lost {sorted(lost)} and was told {sorted(told)}")
    for key, fields in values.items():
        row = hub.execute("SELECT body FROM row WHERE entity = ? AND entity_id = ? AND NOT deleted", key).fetchone()
        body = json.loads(row[0]) if row is not None else {}  # it was taken away, which saw all of them
        for name, value in fields.items():
            if name in body and body[name] != value:
                found.append(f"I5: {key} {name} is {body[name]!r}, by the book {value!r}")
    return found


def replica_order(hub: driver.Connection, site: Site) -> list[str]:
    """I6: the ops of a replica arrived in the order in which they were made."""
    found = []
    last: dict[str, tuple[int, int]] = {}
    for row in hub.execute("SELECT replica_id, replica_seq, hub_seq FROM ops ORDER BY rowid"):
        seq, hub_seq = last.get(row["replica_id"], (0, 0))
        if row["replica_seq"] <= seq or 0 < row["hub_seq"] <= hub_seq:
            found.append(f"I6: op {row['replica_seq']} of {row['replica_id']} came after {seq}")
        last[row["replica_id"]] = (row["replica_seq"], max(hub_seq, row["hub_seq"]))
    return found


def hub_order(hub: driver.Connection, site: Site) -> list[str]:
    """I8: each number of the hub's order is used once and none is left out, as far as ops tell (a claim takes
    one as well, and its op is the hub's own)."""
    top = hub.execute("SELECT v FROM hub_clock").fetchone()[0]
    used = [row[0] for row in hub.execute("SELECT hub_seq FROM ops WHERE hub_seq > 0")]
    rows = [row[0] for row in hub.execute("SELECT hub_seq FROM row")]
    found = []
    if len(set(used)) != len(used) or len(set(rows)) != len(rows):
        found.append("I8: a number of the hub's order was used twice")
    if max([*used, *rows], default=0) > top:
        found.append(f"I8: a number is above the hub's clock, {top}")
    claims = hub.execute("SELECT count(*) FROM claim").fetchone()[0]
    if not claims and len(used) != top:
        found.append(f"I8: {top - len(used)} numbers of {top} were left out")
    return found


def cursor_forward(store: Store, site: Site) -> list[str]:
    """I8: a cursor never goes back."""
    cursor = int(store.value("SELECT value FROM sync_state WHERE key = 'cursor'") or 0)
    before = site.cursors.get(store.path, 0)
    site.cursors[store.path] = cursor
    return [f"I8: the cursor of {store.path.name} went from {before} back to {cursor}"] if cursor < before else []


def sound(connection: driver.Connection, name: str, fts: Iterable[str]) -> list[str]:
    """I10: integrity, foreign keys and full-text indexes."""
    found = [
        f"I10: {name}: {row[0]}"
        for row in connection.execute("PRAGMA integrity_check").fetchall()
        if row[0] != "ok"
    ]
    found += [f"I10: {name}: foreign key {tuple(row)}" for row in connection.execute("PRAGMA foreign_key_check")]
    for table in fts:
        try:
            connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")
        except driver.Error as error:
            found.append(f"I10: {name}: {table}: {error}")
    return found


def refused_readable(store: Store) -> list[str]:
    """I11: a refused op is still there, with what was typed and why it was refused."""
    found = []
    for row in store.rows("SELECT op_id, patch, last_error FROM outbox WHERE state = 'refused'"):
        try:
            readable = bool(json.loads(row["patch"])) and bool(str(row["last_error"] or "").strip())
        except ValueError:
            readable = False
        if not readable:
            found.append(f"I11: refused op {row['op_id']} at {store.path.name} cannot be read")
    return found


def refused_kept(site: Site) -> list[str]:
    """I11 seen from the hub: each op that it refused is kept by the seat that sent it."""
    hub = driver.connect(site.hub, create=False)
    try:
        refused = {
            (row["replica_id"], row["op_id"])
            for row in hub.execute("SELECT replica_id, op_id FROM ops WHERE hub_seq = 0")
        }
    finally:
        hub.close()
    kept = set()
    seats = set()
    for path in site.stores:
        with Store(path, create=False) as store:
            replica = store.value("SELECT value FROM sync_state WHERE key = 'replica_id'")
            seats.add(replica)
            kept |= {
                (replica, row["op_id"]) for row in store.rows("SELECT op_id FROM outbox WHERE state = 'refused'")
            }
    return [
        f"I11: the hub refused {op_id}, and its seat forgot it"
        for replica, op_id in sorted(refused - kept)
        if replica in seats
    ]
