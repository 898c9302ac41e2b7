"""What trying a password costs whoever has stolen a hub or a seat."""

from __future__ import annotations

from pathlib import Path

from data.identity.keybox import KeyBox
from data.identity.passwords import fits, kept, outdated
from data.models.base import AgentId
from data.store.key import Key
from data.sync.contract import Member


def test_a_password_costs_what_rfc_9106_says(tmp_path: Path) -> None:
    """Its second choice for argon2id: 64 MiB, three passes, four lanes."""
    stored = kept("correct horse 1")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert fits(stored, "correct horse 1") and not outdated(stored)
    box, key = KeyBox(tmp_path / "dana"), Key.fresh()
    box.keep(Member(id=AgentId("dana"), name="Dana Reyes"), "correct horse 1", key)
    card = box.card()
    assert card is not None
    assert (card.cost.memory_kib, card.cost.passes, card.cost.lanes) == (65536, 3, 4)
    assert box.open("correct horse 1").hex == key.hex
