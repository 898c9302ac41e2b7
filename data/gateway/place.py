"""The folder of one gateway: who it is at the hub, and that it runs once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.alone import alone
from data.models.base import new_id

_LOCK, _REPLICA = "gateway.lock", "replica"


class GatewayRuns(Exception):
    """Another process is this gateway; the message says so in words."""


@contextmanager
def only_gateway(folder: Path) -> Iterator[None]:
    """Be the one gateway of this folder; it is free again however the process ends.

    Raises:
        GatewayRuns: another process is.
        OSError: the folder cannot be used.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    busy = GatewayRuns(f"A gateway runs in {folder} already: a second one needs a data_dir of its own in its file.")
    with alone(folder / _LOCK, busy):
        yield


def identity(folder: Path, *, fresh: bool = False) -> str:
    """The replica id of this folder's gateway, made on first use; `fresh`: another one, because the hub knows this one
    from elsewhere.

    Raises:
        OSError: it could not be read or kept.
    """
    file = folder / _REPLICA
    if not fresh and file.exists() and (known := file.read_text(encoding="ascii").strip()):
        return known
    made = new_id()
    part = file.with_name(f".{file.name}.part")
    part.write_text(made, encoding="ascii")
    part.replace(file)
    return made
