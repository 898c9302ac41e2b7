"""The limits that an organisation writes, and how a figure stands to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.supervision.thresholds import FLOOR_FILE, Level, Limit, load_floor
from data.text.reviewed import ContentError


def test_a_limit_has_two_steps() -> None:
    limit = Limit(warn=60, alarm=180)
    figures = (None, 0, 59.9, 60, 179, 180, 1e9)
    assert [limit.level(one) for one in figures] == [Level.FINE] * 3 + [Level.WARN] * 2 + [Level.ALARM] * 2


def test_what_is_not_said_of_a_queue_is_as_of_any() -> None:
    policy = load_floor()
    remote, other = policy.limits_of("remote"), policy.limits_of("support")
    assert remote.longest_wait_s != other.longest_wait_s and remote.waiting == other.waiting
    assert policy.limits_of(None) == policy.floor


@pytest.mark.parametrize(
    ("text", "put", "says"),
    [
        ("formula: SL4", "formula: SL9", "no service level"),
        ("warn: 6, alarm: 12", "warn: 12, alarm: 6", "alarm comes before warn"),
        ("enough: 10", "enough: ten", "enough"),
        ("enough: 10", "enoughh: 10", "enoughh"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, text: str, put: str, says: str) -> None:
    shipped = FLOOR_FILE.read_text(encoding="utf-8")
    assert text in shipped
    own = tmp_path / "floor.yaml"
    own.write_text(shipped.replace(text, put), encoding="utf-8")
    with pytest.raises(ContentError, match=says):
        load_floor(own)
