"""The parts of a line and the room there is for them: which of them says less when there is little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from widgets.safe_text import Line, Span, spread, width


class Rank(IntEnum):
    """What the room of the line on top goes to first. The state, the hub's word and what is amiss need none: they stand there always."""

    NOT_WRITTEN = 0
    REPORT = 1
    STATE = 2
    CLOCK = 3
    NAME = 4
    HUB = 5
    BESIDES = 6
    """What stands elsewhere as well, or can be asked for."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something in the line on top: its shortest form, which is always there and may be nothing, and longer ones, each
    with the rank in which it is given room."""

    shortest: Sequence[Span]
    longer: tuple[tuple[Rank, Sequence[Span]], ...] = ()


def in_room(parts: Sequence[Part], cells: int) -> list[Sequence[Span]]:
    """Each part in a form for so many cells. The room beyond the shortest forms goes to the longer ones by their
    rank, so that a form that is too long leaves its room to the next."""
    chosen = [part.shortest for part in parts]
    spare = cells - sum(map(width, chosen))
    wishes = [(rank, place, form) for place, part in enumerate(parts) for rank, form in part.longer]
    for _rank, place, form in sorted(wishes, key=lambda one: one[0]):
        more = width(form) - width(chosen[place])
        if more <= spare:
            chosen[place] = form
            spare -= more
    return chosen


def laid_out(left: Sequence[Part], right: Sequence[Part], cells: int) -> Line:
    """Two groups of parts at the ends of a line, each part as long as there is room for it."""
    chosen = in_room([*left, *right], cells - 1)
    body, end = chosen[: len(left)], chosen[len(left) :]
    return spread([span for form in body for span in form], [span for form in end for span in form], cells)
