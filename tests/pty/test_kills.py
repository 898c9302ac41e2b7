"""TICK-5: kill -9 of the console while somebody types and saves; `make chaos` does it a hundred times."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.pty.kills import TypingUnderKills

pytestmark = pytest.mark.pty


def test_typing_under_kills(tmp_path: Path) -> None:
    typing = TypingUnderKills(tmp_path, random.Random(5), longest_s=1.0)
    typing.run(kills=3, seconds=60)
    assert typing.found == []
    assert typing.done["consoles killed"] == 3
    assert typing.letters > 0
