"""A gateway's line to the hub: a replica without a store, which keeps the rows that its services work on in memory.

It holds nothing that the hub has not, so it is opened anew after the hub was away. A change says which version it was
made on: of two gateways that take the same mail the hub gives it to one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from pydantic import ValidationError

from data.models.base import AgentId, Entity, new_id
from data.store.masking import masked_body
from data.store.save import SCHEMA_V
from data.sync.contract import (
    CopiedReplica,
    Hub,
    HubRow,
    HubUnreachable,
    MustRefetch,
    Op,
    OpOutcome,
    Revoked,
    Scope,
)
from data.sync.sections import PAGE, section

ACTOR = AgentId("gateway")
SCOPE = Scope(days=30)
"""Longer than any service has to know what is over: the mail of a week's schedule is looked for until that week begins."""

E = TypeVar("E", bound=Entity)


class Line:
    """Reads and writes the hub for the services of one gateway. Any call may raise HubUnreachable; then another line
    is opened on another connection."""

    def __init__(self, hub: Hub, name: str, replica_id: str, renewed: Callable[[], str]) -> None:
        """`renewed`: makes another replica id, for a gateway whose folder was copied."""
        self._hub = hub
        self._name = name
        self._renewed = renewed
        self.replica_id = replica_id
        self._kept: dict[str, type[Entity]] = {}
        self._rows: dict[str, dict[str, Entity]] = {}
        self._vers: dict[tuple[str, str], int] = {}
        self._seq = 0
        self._cursor = 0
        self._seen_version = -1
        self._news = True

    def open(self, models: Iterable[type[Entity]]) -> None:
        """Enrol, and read every row of these models."""
        self._kept = {model.entity: model for model in models}
        self._enrol()
        self._read_all()

    def _enrol(self) -> None:
        enrolment = self._hub.enrol_v1(self.replica_id, self._name, SCOPE)
        if enrolment.revoked:
            raise Revoked
        self._seq = max(self._seq, enrolment.last_replica_seq)

    def _read_all(self) -> None:
        self._rows = {entity: {} for entity in self._kept}
        self._vers.clear()
        self._cursor = self._hub.snapshot_v1(self.replica_id, None, 1).start
        for entity in self._kept:
            for row in section(self._hub, self.replica_id, entity):
                self._take(row)

    # read

    def rows(self, model: type[E]) -> list[E]:
        """Every row of a model, as the hub had it at the last pull."""
        return [row for row in self._rows[model.entity].values() if isinstance(row, model)]

    def row(self, model: type[E], entity_id: str) -> E | None:
        """One row; None: there is none."""
        found = self._rows[model.entity].get(entity_id)
        return found if isinstance(found, model) else None

    def wake(self) -> bool:
        """Pull when another connection has changed the hub; True when somebody else has changed a row that is kept,
        since this was asked last."""
        version = self._hub.version()
        if version != self._seen_version:
            self.pull()
            self._seen_version = version
        news, self._news = self._news, False
        return news

    def pull(self, mine: tuple[str, str] | None = None) -> None:
        """Take in every row that changed. `mine`: the one that this line has just changed, which is no news."""
        try:
            more = True
            while more:
                page = self._hub.pull_v1(self.replica_id, self._cursor, PAGE)
                for row in page.rows:
                    if self._take(row) and (row.entity, row.entity_id) != mine:
                        self._news = True
                self._cursor, more = page.end, page.more
        except MustRefetch:
            self._read_all()
            self._news = True

    def _take(self, row: HubRow) -> bool:
        model = self._kept.get(row.entity)
        if model is None:
            return False
        try:
            entity = None if row.deleted else model.model_validate({**row.body, "id": row.entity_id})
        except ValidationError:  # of a newer program
            entity = None
        self._vers[row.entity, row.entity_id] = row.ver
        if entity is None:
            return self._rows[row.entity].pop(row.entity_id, None) is not None
        changed = self._rows[row.entity].get(row.entity_id) != entity
        self._rows[row.entity][row.entity_id] = entity
        return changed

    # write

    def add(self, entity: Entity) -> bool:
        """Make a row. False: there is one with this id, and it stays as it is."""
        self.pull()
        if entity.id in self._rows[entity.entity]:
            return False
        return self._push(entity, entity.model_dump(mode="json", exclude={"id"}), 0)

    def change(self, entity: E, **fields: Any) -> E | None:
        """Change a row that nobody changed since it was read; None: somebody has, and their values stand."""
        if self.row(type(entity), entity.id) != entity:
            return None
        ver = self._vers.get((entity.entity, entity.id), 0)
        changed = type(entity).model_validate({**entity.model_dump(), **fields})
        if not self._push(changed, changed.model_dump(mode="json", include=set(fields)), ver):
            return None
        return self.row(type(entity), entity.id)

    def _push(self, entity: Entity, patch: dict[str, Any], base_ver: int) -> bool:
        """Push one change and read what the hub made of it; True: all of it holds."""
        self._seq += 1
        clean, _masked = masked_body(type(entity), patch)
        op = Op(
            op_id=new_id(),
            replica_seq=self._seq,
            txn_id=new_id(),
            entity=entity.entity,
            entity_id=entity.id,
            kind="put",
            base_ver=base_ver,
            patch=clean,
            actor=ACTOR,
            schema_v=SCHEMA_V,
        )
        try:
            result = self._hub.push_v1(self.replica_id, [op])[0]
        except CopiedReplica as error:
            self.replica_id = self._renewed()
            raise HubUnreachable(
                "This gateway's folder is a copy of another one's: it goes on under a number of its own."
            ) from error
        self.pull((entity.entity, entity.id))
        return result.outcome is OpOutcome.APPLIED

    def close(self) -> None:
        """Let go of the hub."""
        self._hub.close()
