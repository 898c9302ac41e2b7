"""New stores without the wait for their making: one is made in each test process, and copied from then on.

`tests/data/test_store.py` is about the making itself."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from data.store.database import Store


def new_store(path: Path, *, durable: bool = True) -> Store:
    """An empty store at a path where there is none yet."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(_made())
    return Store(path, durable=durable)


@cache
def _made() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "new.db"
        Store(path).close()
        assert [one.name for one in path.parent.iterdir() if one.stat().st_size] == [path.name], (
            "all of it is in one file"
        )
        return path.read_bytes()
