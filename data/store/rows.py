"""Writing one entity's row, whatever its table needs beside it (a search index, a rank)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from data.models.base import Entity, Row, body_of, row_of
from data.models.customer import Customer
from data.store.driver import Connection

RowWriter = Callable[[Connection, Row], None]


@cache
def _upsert_sql(model: type[Entity]) -> str:
    columns = model.columns()
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(f":{name}" for name in columns)
    updates = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name != "id")
    return f'INSERT INTO "{model.entity}" ({names}) VALUES ({values}) ON CONFLICT (id) DO UPDATE SET {updates}'


def _write_customer(connection: Connection, row: Row) -> None:
    from data.customers.index import write_customer

    write_customer(connection, row)


_OWN_WRITERS: dict[type[Entity], RowWriter] = {Customer: _write_customer}


def write_row(connection: Connection, model: type[Entity], row: Row) -> None:
    """Insert or replace one whole row inside the caller's transaction."""
    own = _OWN_WRITERS.get(model)
    if own is not None:
        own(connection, row)
    else:
        connection.execute(_upsert_sql(model), row)


def remove_row(connection: Connection, model: type[Entity], entity_id: str) -> None:
    """Take one row out inside the caller's transaction; one that is not there is nothing."""
    if model is Customer:
        from data.customers.index import remove_customer

        remove_customer(connection, entity_id)
    else:
        connection.execute(f'DELETE FROM "{model.entity}" WHERE id = ?', (entity_id,))


def read_row(connection: Connection, model: type[Entity], entity_id: str) -> Row | None:
    """The row of one entity, or None."""
    names = ", ".join(f'"{name}"' for name in model.columns())
    found = connection.execute(f'SELECT {names} FROM "{model.entity}" WHERE id = ?', (entity_id,)).fetchone()
    return dict(found) if found is not None else None


def patched(model: type[Entity], row: Row | None, entity_id: str, patch: Mapping[str, Any]) -> Row:
    """The row with a JSON patch applied; a missing row starts from the model's defaults.

    Raises:
        pydantic.ValidationError: the result is not a valid entity.
    """
    body = body_of(model, row) if row is not None else {}
    return model.model_validate({**body, **patch, "id": entity_id}).to_row()


def packed_patch(model: type[Entity], patch: Mapping[str, Any]) -> Row:
    """A JSON patch as columns."""
    return row_of(model, patch)
