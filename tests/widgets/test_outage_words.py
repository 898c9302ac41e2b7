"""An outage in words: the band above the greeting and the line of the board, whatever somebody wrote."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.models.base import AgentId
from data.models.outage import Outage
from tests.hostile import HOSTILE
from tests.widgets.views import NOW
from widgets.outage_words import SAYABLE, banner, place, row, until
from widgets.safe_text import width

HOUR = timedelta(hours=1)


def outage(**fields: object) -> Outage:
    body = {"id": "o", "node": "RP-14", "since": NOW - HOUR, "made_by": AgentId("l"), "made_at": NOW, **fields}
    return Outage.model_validate(body)


def text(lines: list) -> str:  # type: ignore[type-arg]
    return "\n".join("".join(span.text for span in one) for one in lines)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "end not known"),
        ({"expected": NOW + HOUR}, "expected by"),
        ({"expected": NOW - timedelta(minutes=1)}, "was expected by"),
        ({"over": NOW}, "up since"),
    ],
)
def test_what_is_known_of_its_end(fields: dict[str, object], said: str) -> None:
    assert until(outage(**fields), NOW).startswith(said)


def test_the_band_says_where_since_when_and_what_may_be_said() -> None:
    assert banner(None, NOW, 60) == []
    told = text(banner(outage(city="Ridgeport"), NOW, 60))
    assert "▲ OUTAGE" in told and "RP-14, Ridgeport" in told and SAYABLE in told
    assert "A line was cut." in text(banner(outage(text="A line was cut."), NOW, 60))
    assert place(outage()) == "RP-14"


@pytest.mark.parametrize("cells", [30, 56, 94])
def test_nothing_is_wider_than_its_place(cells: int) -> None:
    for hostile in HOSTILE:
        odd = outage(node=hostile[:200], city=hostile[:200], text=hostile[:600])
        for one in banner(odd, NOW, cells):
            assert width(one) <= cells, repr(hostile[:40])
        if cells > 70:
            assert width(row(odd, NOW, cells)) <= cells
