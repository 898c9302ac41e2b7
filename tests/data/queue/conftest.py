from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.store.database import STORE_FILE, Store
from tests.stores import new_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store that does not wait for the disk."""
    with new_store(tmp_path / "home" / STORE_FILE) as opened:
        opened.execute("PRAGMA synchronous = OFF")
        yield opened


@pytest.fixture(scope="session")
def february() -> Path:
    """The real month, as a queue_log."""
    folder = os.environ.get("AGENT_CONSOLE_CORPORA")
    if not folder:
        pytest.skip("AGENT_CONSOLE_CORPORA does not name the folder of real data")
    return Path(folder) / "calls" / "february.queue_log.xz"
