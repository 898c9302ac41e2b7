"""The embedded hub and PostgreSQL's are asked the same, on one seed after the other. `python -m tests.proof alike` runs
more."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from data.sync import hub_claims
from tests.postgres import Server
from tests.sync.alike import Differ, alike


@pytest.mark.parametrize("seed", range(3))
def test_the_hubs_answer_alike_where_nobody_signed_in(server: Server, tmp_path: Path, seed: int) -> None:
    alike(server, tmp_path, seed, signed_in=False)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.usefixtures("cheap_passwords")
def test_the_hubs_answer_an_agent_and_a_supervisor_alike(server: Server, tmp_path: Path, seed: int) -> None:
    alike(server, tmp_path, seed, signed_in=True)


def test_a_difference_is_told_with_its_seed_step_and_both_answers(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_claims, "LEASE", hub_claims.LEASE + timedelta(seconds=1))
    told = r"(?s)seed 0, nobody signed in, step \d+: .*embedded says .*postgresql says .*asked claim_v1\("
    with pytest.raises(Differ, match=told):
        alike(server, tmp_path, 0, signed_in=False)
