"""The invariants of SYNC.md on a real site at rest: a hub of any kind and the stores of its seats.

Each function returns what it finds wrong, in sentences; nothing found is an empty list. `check` runs all of
them. Every one has a planted corruption in test_checker that shows that it fires, and the bugs of `planted`, put
into the real code, show that what they do is seen."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from data.models import SYNCED, Charge, Invoice, Payment
from data.models.base import Entity, body_of
from data.store import driver
from data.store.database import Store
from data.store.rows import read_row
from data.sync.facts import ALONE, place
from tests.sync.books import Books, books, unsound

FTS = ("ticket_fts", "ticket_event_fts")
Key = tuple[str, str]
"""(entity, id)."""


@dataclass
class Seen:
    """What a seat was seen to show: it may never show less."""

    epoch: str | None = None
    cursor: int = 0
    vers: dict[Key, int] = field(default_factory=dict)
    appended: set[Key] = field(default_factory=set)
    anew: bool = False
    """It was fetching everything anew from a hub that was put back."""


@dataclass
class Site:
    """What is checked: a hub, the stores of its seats, and what was acknowledged to whoever saved."""

    hub: Path | str
    stores: Sequence[Path]
    saved: set[str] = field(default_factory=set)
    """op_ids of saves that returned. Money has what was told behind it: `op_id+charge=1250`, in cents."""
    seen: dict[Path, Seen] = field(default_factory=dict)
    """What the seats showed when they were looked at last. Leave one out after its store was put back."""


def without(saved: set[str], op_ids: set[str]) -> set[str]:
    """What was saved but for these ops."""
    return {one for one in saved if one.partition("+")[0] not in op_ids}


def check(site: Site) -> list[str]:
    """Everything that is wrong with a site at rest (all pushed, all pulled)."""
    try:
        hub = books(site.hub)
    except driver.Error as error:
        return [f"I10: hub: {error}"]
    found = [f"I10: hub: {fault}" for fault in hub.faults]
    for one in (exactly_once, money_adds_up, fences, no_silent_overwrite, replica_order, hub_order, refused_kept):
        found += one(hub, site)
    for path in site.stores:
        with Store(path, create=False) as store:
            found += same_rows(store, hub)
            found += same_money(store, hub)
            found += drained(store)
            found += reads(store, site)
            found += refused_readable(store)
            found += sound(store.connection, path.name, FTS)
    return found


def exactly_once(hub: Books, site: Site) -> list[str]:
    """I1: every acknowledged op is on the hub exactly once, and was applied exactly once."""
    count = Counter(op.op_id for op in hub.ops)
    if hub.put_back:
        count.update(op_id for op_id in _all_refused(site) if not count[op_id])
    found = [
        f"I1: saved op {op_id} is {count[op_id]} times on the hub"
        for op_id in sorted({saved.partition("+")[0] for saved in site.saved})
        if count[op_id] != 1
    ]
    applied = Counter((op.entity, op.entity_id) for op in hub.ops if op.hub_seq)
    for row in hub.rows:
        ops = applied[row.entity, row.entity_id]
        if row.entity != "contact" and row.ver != ops:
            found.append(f"I1: {row.entity} {row.entity_id} changed {row.ver} times by {ops} ops")
    return found


def money_adds_up(hub: Books, site: Site) -> list[str]:
    """I2 at the hub: the money of its rows is the money of its ops, and what was told to those who saved."""
    found = []
    rows = {(row.entity, row.entity_id): cents(row.entity, row.body) for row in hub.rows if not row.deleted}
    applied = [op for op in hub.ops if op.hub_seq and op.entity in MONEY]
    made = {op.op_id: rows.get((op.entity, op.entity_id), 0) for op in applied}
    booked: Counter[str] = Counter()
    held: Counter[str] = Counter()
    told: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for op in applied:
        booked[op.entity] += cents(op.entity, op.patch)
    for (entity, _), amount in rows.items():
        held[entity] += amount
    for saved in site.saved:
        op_id, _, money = saved.partition("+")
        if money:
            entity, _, amount_text = money.partition("=")
            told[entity] += int(amount_text)
            kept[entity] += made.get(op_id, 0)
    for entity in MONEY:
        if held[entity] != booked[entity]:
            found.append(f"I2: the hub holds {held[entity]} cents of {entity}, its ops say {booked[entity]}")
        if told[entity] != kept[entity]:
            found.append(f"I2: {told[entity]} cents of {entity} were saved, the hub has {kept[entity]} of them")
    return found


def same_money(store: Store, hub: Books) -> list[str]:
    """I2 at a seat: it shows the hub's sums, and beside them what the hub refused."""
    found = []
    own = _refused(store)
    for entity, model in MONEY.items():
        theirs = sum(cents(entity, row.body) for row in hub.rows if row.entity == entity and not row.deleted)
        ours = sum(
            cents(entity, body_of(model, row))
            for row in store.rows(f'SELECT * FROM "{entity}"')
            if (entity, str(row["id"])) not in own
        )
        if ours != theirs:
            found.append(f"I2: {store.path.name} shows {ours} cents of {entity}, the hub has {theirs}")
    return found


MONEY: dict[str, type[Entity]] = {model.entity: model for model in (Charge, Invoice, Payment)}


def cents(entity: str, body: dict[str, Any]) -> int:
    """The amount that a record is about; 0 for what is not about money."""
    model = MONEY.get(entity)
    if model is None:
        return 0
    record = model.model_validate({"id": "", **body})
    amount = record.total if isinstance(record, Invoice) else getattr(record, "amount", Decimal(0))
    return int(amount * 100)


def _all_refused(site: Site) -> set[str]:
    found = set()
    for path in site.stores:
        with Store(path, create=False) as store:
            found |= {row["op_id"] for row in store.rows("SELECT op_id FROM outbox WHERE state = 'refused'")}
    return found


def _refused(store: Store) -> set[Key]:
    found = store.rows("SELECT entity, entity_id FROM outbox WHERE state = 'refused'")
    return {(row["entity"], row["entity_id"]) for row in found}


def same_rows(store: Store, hub: Books) -> list[str]:
    """I3: what a seat shows is what the hub has; a record that the hub refused to make is the seat's own."""
    found = []
    own = _refused(store)
    bodies: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in hub.rows:
        if not row.deleted and row.entity in SYNCED:
            bodies[row.entity][row.entity_id] = _normal(SYNCED[row.entity], row.body, row.entity_id)
    for name, model in SYNCED.items():
        theirs = bodies[name]
        ours = {
            str(row["id"]): _normal(model, body_of(model, row), str(row["id"]))
            for row in store.rows(f'SELECT * FROM "{name}"')
        }
        for entity_id in sorted(theirs.keys() | ours.keys()):
            mine, hubs = ours.get(entity_id), theirs.get(entity_id)
            if mine != hubs and not (hubs is None and (name, entity_id) in own):
                found.append(f"I3: {name} {entity_id} at {store.path.name} differs: {_differ(mine, hubs)}")
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


def fences(hub: Books, _site: Site) -> list[str]:
    """I4: fences of a contact count 1, 2, 3 …; each was given to one request; the row carries the newest; only
    the newest claim is open."""
    found = []
    bodies = {row.entity_id: row.body for row in hub.rows if row.entity == "contact"}
    by_contact: dict[str, list[Any]] = defaultdict(list)
    for claim in hub.claims:
        by_contact[claim.contact_id].append(claim)
    for contact_id, claims in by_contact.items():
        if [claim.fence for claim in claims] != list(range(1, len(claims) + 1)):
            found.append(f"I4: fences of {contact_id} are {[claim.fence for claim in claims]}")
        if bodies[contact_id]["fence"] != claims[-1].fence:
            fence = bodies[contact_id]["fence"]
            found.append(f"I4: {contact_id} carries fence {fence}, the newest claim is {claims[-1].fence}")
        if not all(claim.finished for claim in claims[:-1]):
            found.append(f"I4: {contact_id} is open under several fences: {claims}")
    for (contact_id, fence), times in Counter((contact, fence) for _, contact, fence in hub.given).items():
        if times > 1:
            found.append(f"I4: {contact_id} was given {times} times under fence {fence}")
    return found


def no_silent_overwrite(hub: Books, _site: Site) -> list[str]:
    """I5: the ops played again by the book give the hub's rows and the hub's answers: each change of a field
    holds, was superseded by one that saw it, or was reported as a conflict."""
    found = []
    values: dict[Key, dict[str, Any]] = defaultdict(dict)
    marks: dict[Key, dict[str, tuple[int, str]]] = defaultdict(dict)
    vers: Counter[Key] = Counter()
    ops = (op for op in hub.ops if op.hub_seq and op.entity != "contact")
    for op in sorted(ops, key=lambda op: op.hub_seq):
        key = (op.entity, op.entity_id)
        vers[key] += 1
        lost = set()
        for name, value in op.patch.items():
            ver, writer = marks[key].get(name, (0, op.replica_id))
            stale = ver > op.base_ver and writer != op.replica_id
            if stale and (op.entity, name) == ("ticket", "updated_at"):
                if value <= values[key][name]:
                    continue
            elif stale:
                if values[key].get(name) != value:
                    lost.add(name)
                continue
            values[key][name] = value
            marks[key][name] = (vers[key], op.replica_id)
        if op.told != lost:
            found.append(f"I5: op {op.op_id} lost {sorted(lost)} and was told {sorted(op.told)}")
    bodies = {(row.entity, row.entity_id): row.body for row in hub.rows if not row.deleted}
    for key, fields in values.items():
        body = bodies.get(key, {})
        for name, value in fields.items():
            if name in body and body[name] != value:
                found.append(f"I5: {key} {name} is {body[name]!r}, by the book {value!r}")
    return found


def replica_order(hub: Books, _site: Site) -> list[str]:
    """I6: the ops of a replica arrived in the order in which they were made."""
    found = []
    last: dict[str, tuple[int, int]] = {}
    for op in hub.ops:
        seq, hub_seq = last.get(op.replica_id, (0, 0))
        if op.hub_seq and (op.replica_seq <= seq or op.hub_seq <= hub_seq):
            found.append(f"I6: op {op.replica_seq} of {op.replica_id} came after {seq}")
        if op.hub_seq:
            last[op.replica_id] = (op.replica_seq, op.hub_seq)
    return found


def hub_order(hub: Books, _site: Site) -> list[str]:
    """I8: each number of the hub's order is used once and none is left out, as far as ops tell (a claim takes
    one as well, and one more when it is taken back, and those ops are the hub's own)."""
    used = [op.hub_seq for op in hub.ops if op.hub_seq]
    rows = [row.hub_seq for row in hub.rows]
    found = []
    if len(set(used)) != len(used) or len(set(rows)) != len(rows):
        found.append("I8: a number of the hub's order was used twice")
    if max([*used, *rows], default=0) > hub.top:
        found.append(f"I8: a number is above the hub's clock, {hub.top}")
    if not 0 <= hub.top - len(used) <= 2 * len(hub.claims):
        found.append(f"I8: {hub.top - len(used)} numbers of {hub.top} were left out")
    return found


def reads(store: Store, site: Site) -> list[str]:
    """I7 and I8, at any moment: a seat shows its own changes as long as the hub's answer to them is not here, and
    what it showed once does not go back or away."""
    with store.reading():
        return own_writes(store) + cursor_forward(store, site) + _not_less(store, site)


def cursor_forward(store: Store, site: Site) -> list[str]:
    """I8: a cursor never goes back."""
    facts = {row["key"]: row["value"] for row in store.rows("SELECT key, value FROM sync_state")}
    seen = site.seen.setdefault(store.path, Seen())
    epoch, before = seen.epoch, seen.cursor
    seen.epoch, seen.cursor = facts.get("epoch"), int(facts.get("cursor") or 0)
    at = place(store.connection)
    before_anew, seen.anew = seen.anew, at is not None and at.put_back
    if epoch != seen.epoch or before_anew or seen.anew:
        seen.vers, seen.appended = {}, set()
    elif seen.cursor < before:
        return [f"I8: the cursor of {store.path.name} went from {before} back to {seen.cursor}"]
    return []


def own_writes(store: Store) -> list[str]:
    """I7, read your writes: waiting changes applied again to what is shown change nothing. Not asked while everything is
    sent again to a hub that was put back, nor of a store that was restored since and has not heard that hub."""
    at = place(store.connection)
    facts = {row["key"]: row["value"] for row in store.rows("SELECT key, value FROM sync_state")}
    if facts.get("epoch") != facts.get("hub_id") or ALONE in facts or (at is not None and at.put_back):
        return []  # what is sent again to a hub that was put back may have been superseded by others long ago
    found = []
    waiting: dict[Key, dict[str, Any]] = defaultdict(dict)
    cursor = int(facts.get("cursor") or 0)
    answered: dict[str, set[str]] = defaultdict(set)  # in conflict: either value may be shown until the row comes
    for one in store.rows("SELECT op_id, field FROM conflict"):
        answered[one["op_id"]].add(one["field"])
    for op in store.rows("SELECT * FROM outbox WHERE state IN ('queued', 'held', 'sent') ORDER BY seq"):
        waits = waiting[op["entity"], op["entity_id"]]
        patch = json.loads(op["patch"])
        waits.update(patch)
        if op["state"] == "sent":  # a snapshot may bring a row before the cursor is where it stands
            is_here = op["hub_seq"] <= cursor or at is not None
            for name in patch if is_here else answered[op["op_id"]]:
                waits.pop(name, None)
    for (entity, entity_id), patch in waiting.items():
        model = SYNCED[entity]
        row = read_row(store.connection, model, entity_id)
        before = body_of(model, row) if row is not None else {"id": entity_id}
        try:
            after = _normal(model, {**before, **patch}, entity_id)
        except ValidationError:
            continue  # no record can be made of it: the hub will refuse it
        if row is None or _normal(model, before, entity_id) != after:
            found.append(f"I7: {entity} {entity_id} at {store.path.name} does not show what was saved here")
    return found


def _not_less(store: Store, site: Site) -> list[str]:
    """I7, monotonic reads."""
    seen = site.seen[store.path]
    vers = {(row["entity"], row["entity_id"]): row["ver"] for row in store.rows("SELECT * FROM row_meta")}
    appended = {
        (name, row["id"])
        for name, model in SYNCED.items()
        if model.append_only
        for row in store.rows(f'SELECT id FROM "{name}"')
    }
    found = [
        f"I7: {key} at {store.path.name} went from version {ver} to {vers.get(key)}"
        for key, ver in seen.vers.items()
        if vers.get(key, 0) < ver
    ]
    found += [f"I7: {key} is gone from {store.path.name}" for key in sorted(seen.appended - appended)]
    at = place(store.connection)
    if at is None or not at.put_back:
        seen.vers, seen.appended = vers, appended
    return found


def sound(connection: driver.Connection, name: str, fts: Iterable[str]) -> list[str]:
    """I10: integrity, foreign keys and full-text indexes."""
    found = [f"I10: {name}: {fault}" for fault in unsound(connection)]
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


def refused_kept(hub: Books, site: Site) -> list[str]:
    """I11 seen from the hub: each op that it refused is kept by the seat that sent it."""
    kept = set()
    seats = set()
    for path in site.stores:
        with Store(path, create=False) as store:
            replica = store.value("SELECT value FROM sync_state WHERE key = 'replica_id'")
            seats.add(replica)
            refused = store.rows("SELECT op_id FROM outbox WHERE state = 'refused'")
            kept |= {(replica, row["op_id"]) for row in refused}
    return [
        f"I11: the hub refused {op.op_id}, and its seat forgot it"
        for op in hub.ops
        if not op.hub_seq and op.replica_id in seats and (op.replica_id, op.op_id) not in kept
    ]
