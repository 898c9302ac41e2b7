"""The embedded hub and PostgreSQL's are asked the same, on one seed after the other. `python -m tests.proof alike` runs
more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.postgres import Server
from tests.sync.alike import alike


@pytest.mark.parametrize("seed", range(3))
def test_the_hubs_answer_alike_where_nobody_signed_in(server: Server, tmp_path: Path, seed: int) -> None:
    alike(server, tmp_path, seed, signed_in=False)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.usefixtures("cheap_passwords")
def test_the_hubs_answer_an_agent_and_a_supervisor_alike(server: Server, tmp_path: Path, seed: int) -> None:
    alike(server, tmp_path, seed, signed_in=True)
