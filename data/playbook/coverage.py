"""Which cards real contacts go through, how long they take, and where contacts end (PLAY-6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from statistics import median

from data.playbook.model import Playbook
from data.store.database import Store

STEPPED_BACK = frozenset({"back", "jump"})
"""What stands for the answer where the agent left a card by going back or jumping."""


@dataclass(frozen=True, slots=True)
class CardUse:
    """A card in real contacts."""

    card: str
    title: str
    """Empty: the card is no longer in the playbook."""
    times: int
    """How often it was left, by whichever way."""
    median_s: float | None
    p90_s: float | None
    """Nine in ten were not longer than this (nearest rank)."""
    ended: int
    """Contacts that ended here."""
    back: int
    """How often the agent went back or jumped from here."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """A playbook in real contacts."""

    contacts: int
    versions: tuple[int, ...]
    """Those that the contacts ran."""
    cards: tuple[CardUse, ...]
    """In the order of the playbook, then those that are no longer in it."""

    @property
    def unused(self) -> tuple[str, ...]:
        """Cards that no contact has been on."""
        return tuple(one.card for one in self.cards if not one.times)


@dataclass(slots=True)
class _Tally:
    seconds: list[float] = field(default_factory=list)
    ended: int = 0
    back: int = 0


def coverage(store: Store, playbook: Playbook, version: int | None = None) -> Coverage:
    """How contacts went through a playbook. `version`: only contacts that ran this one."""
    rows = store.rows(
        'SELECT run_id, card, at, left_at, answer, "to", version FROM card_step'
        " WHERE playbook = ? AND (? IS NULL OR version = ?) ORDER BY left_at, at, id",
        (playbook.id, version, version),
    )
    tallies = {card.id: _Tally() for card in playbook.cards}
    last: dict[str, tuple[str, bool]] = {}
    for row in rows:
        tally = tallies.setdefault(row["card"], _Tally())
        tally.seconds.append((_at(row["left_at"]) - _at(row["at"])).total_seconds())
        stepped_back = row["answer"] in STEPPED_BACK
        tally.back += stepped_back
        last[row["run_id"]] = (row["card"], not row["to"] and not stepped_back)
    for card, ended in last.values():
        tallies[card].ended += ended
    titles = {card.id: card.title for card in playbook.cards}
    return Coverage(
        len(last),
        tuple(sorted({row["version"] for row in rows})),
        tuple(
            CardUse(
                card,
                titles.get(card, ""),
                len(tally.seconds),
                median(tally.seconds) if tally.seconds else None,
                _p90(tally.seconds),
                tally.ended,
                tally.back,
            )
            for card, tally in tallies.items()
        ),
    )


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _p90(seconds: Iterable[float]) -> float | None:
    in_order = sorted(seconds)
    return in_order[ceil(len(in_order) * 0.9) - 1] if in_order else None
