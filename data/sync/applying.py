"""Taking the hub's rows into the store, inside the caller's transaction.

The visible row is always the hub's row with our still-queued changes replayed over it (SYNC rule 6). The
hub's row is kept in `shadow` only while such changes exist; without them both are the same."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from data.models import SYNCED
from data.models.base import Entity, instant_text, new_id
from data.models.customer import Customer
from data.store import driver
from data.store.rows import remove_row, write_row
from data.sync.contract import HubRow, OpResult
from data.sync.facts import Place, fact, forget, remember
from data.sync.sending_again import lower_base, release


def take_in(connection: driver.Connection, row: HubRow, at: Place | None) -> bool:
    """Take one row in; True when something may look different now. `at`: the snapshot that is being taken."""
    model = SYNCED.get(row.entity)
    if model is None:
        _pass_over(connection, row)
        return False
    key = (row.entity, row.entity_id)
    known = connection.execute("SELECT ver FROM row_meta WHERE entity = ? AND entity_id = ?", key).fetchone()
    first = False
    if at is not None and not at.fresh:
        first = connection.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", key).rowcount == 1
        if at.put_back and first:
            known = None
            lower_base(connection, *key, row.ver)
    release(connection, *key)
    if known is not None and (known[0] > row.ver or (known[0] == row.ver and not _replayed(connection, key))):
        return False
    if model is Customer and _imported_anew(connection, row.entity_id):
        if at is not None and at.put_back:
            connection.execute("DELETE FROM row_meta WHERE entity = ? AND entity_id = ?", key)
        return False
    if row.deleted:
        remove_row(connection, model, row.entity_id)
        connection.execute("DELETE FROM shadow WHERE entity = ? AND entity_id = ?", key)
    else:
        try:
            show(connection, model, row.entity_id, row.body, up_to=row.hub_seq)
        except ValidationError:
            _pass_over(connection, row)
            return False
    if not model.append_only:
        connection.execute(
            "INSERT INTO row_meta (entity, entity_id, ver, deleted) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (entity, entity_id) DO UPDATE SET ver = excluded.ver, deleted = excluded.deleted",
            (*key, row.ver, int(row.deleted)),
        )
    return True


def _imported_anew(connection: driver.Connection, customer_id: str) -> bool:
    """Whether what an import says of a customer has still to go to the hub. It would be overwritten here; the hub's row
    comes again when the import is there, merged with it."""
    found = connection.execute(
        "SELECT 1 FROM customer_row WHERE id = ? AND import_id > 0 AND gone = 0 AND NOT EXISTS (SELECT 1 FROM hub_load"
        " WHERE hub_load.import_id = customer_row.import_id AND (finished OR customer_row.id <= after))",
        (customer_id,),
    )
    return found.fetchone() is not None


def _replayed(connection: driver.Connection, key: tuple[str, str]) -> bool:
    found = connection.execute("SELECT 1 FROM shadow WHERE entity = ? AND entity_id = ?", key)
    return found.fetchone() is not None


def show(
    connection: driver.Connection, model: type[Entity], entity_id: str, body: dict[str, Any], up_to: int
) -> None:
    """Write the visible row: the hub's body with our ops that it does not hold yet.

    Raises:
        pydantic.ValidationError: the hub's body does not fit the model; nothing was written.
    """
    hubs = model.model_validate({**body, "id": entity_id})
    waiting = connection.execute(
        "SELECT patch FROM outbox WHERE entity = ? AND entity_id = ?"
        " AND (state IN ('queued', 'held') OR (state = 'sent' AND hub_seq > ?)) ORDER BY seq",
        (model.entity, entity_id, up_to),
    ).fetchall()
    key = (model.entity, entity_id)
    if waiting:
        connection.execute("INSERT OR REPLACE INTO shadow VALUES (?, ?, ?)", (*key, json.dumps(body)))
    else:
        connection.execute("DELETE FROM shadow WHERE entity = ? AND entity_id = ?", key)
    visible = {**body, "id": entity_id}
    for (patch,) in waiting:
        visible.update(json.loads(patch))
    try:
        entity = model.model_validate(visible) if waiting else hubs
    except ValidationError:
        entity = hubs
    write_row(connection, model, entity.to_row())


def show_hub_row(connection: driver.Connection, entity: str, entity_id: str) -> None:
    """The hub's row again, with whatever of ours still waits. A record that the hub never had stays as it
    was made: only this seat has it, and what was typed is not taken away."""
    shadow = connection.execute(
        "SELECT body FROM shadow WHERE entity = ? AND entity_id = ?", (entity, entity_id)
    ).fetchone()
    model = SYNCED.get(entity)
    if shadow is None or model is None:
        return
    show(connection, model, entity_id, json.loads(shadow[0]), up_to=0)


# rows of a newer program


def _pass_over(connection: driver.Connection, row: HubRow) -> None:
    """A newer program wrote this row and we cannot read it: go on without it, and look again once we can."""
    first = fact(connection, "passed_over")
    if first is None or int(first) > row.hub_seq:
        remember(connection, {"passed_over": str(row.hub_seq), "passed_over_by": _reads()})


def look_again(connection: driver.Connection) -> bool:
    """After an update of the program: go back to the first row that the old one could not read. True when there was
    one: a snapshot that is being taken may have passed it too, and is to be begun anew."""
    first, by = fact(connection, "passed_over"), fact(connection, "passed_over_by")
    if first is None or by == _reads():
        return False
    forget(connection, "passed_over", "passed_over_by")
    cursor = int(fact(connection, "cursor") or 0)
    remember(connection, {"cursor": str(min(cursor, int(first) - 1))})
    return True


def _reads() -> str:
    """A mark of what this program can read: another one after an update that knows more."""
    shapes = json.dumps({name: model.model_json_schema() for name, model in SYNCED.items()}, sort_keys=True)
    return hashlib.sha256(shapes.encode()).hexdigest()[:16]


_KEEP = """
INSERT INTO conflict
SELECT :id, :entity, :entity_id, :field, :mine, :theirs, :op_id,
    CASE WHEN EXISTS (SELECT 1 FROM outbox AS told JOIN outbox AS later ON later.seq > told.seq
        AND later.entity = told.entity AND later.entity_id = told.entity_id
        WHERE told.op_id = :op_id AND later.state IN ('queued', 'held')
        AND json_type(later.patch, '$.' || :field) IS NOT NULL) THEN 'overtaken' ELSE 'open' END, :at
WHERE NOT EXISTS
    (SELECT 1 FROM conflict WHERE field = :field AND mine = :mine AND theirs = :theirs AND op_id = :op_id)
"""
"""A value that was typed over before anybody knew of the conflict is overtaken: what people are asked is the later one. What
was typed since they know of it stands beside it."""


def keep_conflicts(
    connection: driver.Connection, entity: str, entity_id: str, result: OpResult, now: datetime
) -> None:
    """Note the fields of a record in which the hub kept another value than this seat's. An answer that is heard once
    more, after a restore, says nothing new: a choice between the two may have been made since."""
    for one in result.conflicts:
        connection.execute(
            _KEEP,
            {
                "id": new_id(),
                "entity": entity,
                "entity_id": entity_id,
                "field": one.field,
                "mine": json.dumps(one.mine),
                "theirs": json.dumps(one.theirs),
                "op_id": result.op_id,
                "at": instant_text(now),
            },
        )
