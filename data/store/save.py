"""Saving: the domain row and its outbox entry in one transaction, or neither (SYNC rules 1 and 2).

Free text is masked here, before anything is written: every local change passes through this door."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from data.clock import Clock
from data.models.base import AgentId, Entity, body_of, instant_text, new_id
from data.store.database import Store
from data.store.masking import masked_body
from data.store.rows import patched, read_row, write_row
from data.text.whole import whole_body

SCHEMA_V = 1
"""Version of the patches that this program writes; the hub applies old ones for ever."""

E = TypeVar("E", bound=Entity)


class Change:
    """The open transaction of one save. Made by `saving`; what it did is final when the block ends."""

    def __init__(self, store: Store, actor: AgentId, clock: Clock) -> None:
        self._connection = store.connection
        self._actor = actor
        self._clock = clock
        self._txn_id = new_id()
        self.masked: list[str] = []
        """Names of the fields in which a card number was masked, for the agent to be told."""

    def add(self, entity: E) -> E:
        """Write a new entity (or an append-only row) and queue it. Returns it as it was written."""
        body = self._clean(type(entity), entity.model_dump(mode="json"))
        clean = type(entity).model_validate(body)
        write_row(self._connection, type(entity), clean.to_row())
        self._queue(type(entity), clean.id, "append" if entity.append_only else "put", body, base_ver=0)
        return clean

    def version(self, model: type[Entity], entity_id: str) -> int:
        """The hub's version of an entity that this seat has; 0 when the hub has sent none yet."""
        found = self._connection.execute(
            "SELECT ver FROM row_meta WHERE entity = ? AND entity_id = ?", (model.entity, entity_id)
        ).fetchone()
        return int(found[0]) if found else 0

    def update(self, model: type[E], entity_id: str, seen_ver: int | None = None, **fields: Any) -> E | None:
        """Change some fields of an entity; only those that really differ are queued.

        `seen_ver`: the version that the person who makes the change had on the screen, when it may be older than
        the one in the store: what others changed since then is told as a conflict, not overwritten.

        Returns the entity as it now is, or None when there is no such entity.

        Raises:
            pydantic.ValidationError: the new values do not fit the model.
            TypeError: the entity is append-only.
        """
        if model.append_only:
            raise TypeError(f"{model.entity} rows are never changed: add another one")
        row = read_row(self._connection, model, entity_id)
        if row is None:
            return None
        before = body_of(model, row)
        wanted = model.model_validate({**before, **fields}).model_dump(mode="json")
        wanted = self._clean(model, wanted)
        patch = {name: value for name, value in wanted.items() if value != before.get(name)}
        if not patch:
            return model.model_validate(before)
        base_ver = self.version(model, entity_id)
        if seen_ver is not None:
            base_ver = min(base_ver, seen_ver)
        self._remember_shadow(model, entity_id, before)
        write_row(self._connection, model, patched(model, row, entity_id, patch))
        self._queue(model, entity_id, "put", patch, base_ver)
        return model.model_validate({**before, **patch})

    def _clean(self, model: type[Entity], body: dict[str, Any]) -> dict[str, Any]:
        clean, masked = masked_body(model, whole_body(body))
        self.masked += [name for name in masked if name not in self.masked]
        return clean

    def _remember_shadow(self, model: type[Entity], entity_id: str, body: dict[str, Any]) -> None:
        """Keep the hub's view of a row while our own changes wait, so that a refusal can put it back."""
        self._connection.execute(
            "INSERT INTO shadow (entity, entity_id, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (model.entity, entity_id, json.dumps(body, ensure_ascii=False)),
        )

    def _queue(self, model: type[Entity], entity_id: str, kind: str, patch: dict[str, Any], base_ver: int) -> None:
        self._connection.execute(
            "INSERT INTO outbox (op_id, txn_id, entity, entity_id, kind, base_ver, patch, actor, local_at, schema_v,"
            " state, tries) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', 0)",
            (
                new_id(),
                self._txn_id,
                model.entity,
                entity_id,
                kind,
                base_ver,
                json.dumps(patch, ensure_ascii=False, separators=(",", ":")),
                self._actor,
                instant_text(self._clock.now()),
                SCHEMA_V,
            ),
        )


@contextmanager
def saving(store: Store, actor: AgentId, clock: Clock) -> Iterator[Change]:
    """Everything done to the `Change` inside the block is committed together when it ends.

    Raises:
        StoreError: the store could not be written; nothing was kept.
    """
    with store.write():
        yield Change(store, actor, clock)
