"""A playbook drawn in a terminal: trees of cards, each card once.

A card that several ways lead to begins a tree of its own, in the order of the ranks; all others stand where the one
way leads to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from data.playbook.drawing.layout import Lead, layout
from data.playbook.drawing.words import cut, marks, way_in_words
from data.playbook.model import Card, Playbook

WIDTH = 80
DEEPEST = 8
"""Ways within each other in one tree; what follows begins a tree of its own."""
LEGEND = "◆ data decides  ■ end  ◇ jumped to  → a tree of its own  ↺ leads back"


def drawn(playbook: Playbook, width: int = WIDTH) -> str:
    """The whole playbook, at most `width` letters wide."""
    return "\n".join([*_Drawing(playbook, width).lines(), LEGEND])


class _Drawing:
    def __init__(self, playbook: Playbook, width: int) -> None:
        self._width = width
        self._cards = {card.id: card for card in reversed(playbook.cards)}
        placed = layout(playbook)
        self._ways: dict[str, list[Lead]] = {}
        for one in placed.leads:
            self._ways.setdefault(one.card, []).append(one)
        led_to = Counter(one.to for one in placed.leads if not one.back)
        order = [card for rank in placed.ranks for card in rank if isinstance(card, str)]
        heads = [card for card in order if led_to[card] != 1 or self._cards[card].jump]
        heads.sort(key=lambda card: (card != playbook.first.id, self._cards[card].jump))
        self._heads = dict.fromkeys([playbook.first.id, *heads])

    def lines(self) -> Iterator[str]:
        """Tree after tree; one that is found too deep on the way follows the tree that it hangs on."""
        left = list(self._heads)
        while left:
            head = left.pop(0)
            card = self._cards[head]
            yield cut(f"{card.id}  {card.title}{marks(card)}", self._width)
            deeper: list[str] = []
            yield from self._below(card, "", 1, deeper)
            yield ""
            left[:0] = deeper

    def _below(self, card: Card, rails: str, depth: int, deeper: list[str]) -> Iterator[str]:
        known = {one.number: one for one in self._ways.get(card.id, ())}
        for number, way in enumerate(card.ways):
            last = number == len(card.ways) - 1
            lead, words = known.get(number), way_in_words(way)
            start = f"{rails}{'└─' if last else '├─'} "
            if lead is None:
                yield self._line(start, words, f"✗ {way.to}")
                continue
            to = self._cards[way.to]
            if lead.back:
                yield self._line(start, words, f"↺ {to.id}")
            elif to.id in self._heads or (depth == DEEPEST and to.ways):
                yield self._line(start, words, f"→ {to.id}{'' if to.ways else marks(to)}")
                if to.id not in self._heads:
                    self._heads[to.id] = None
                    deeper.append(to.id)
            else:
                yield self._line(start, words, f"─ {to.id}  {to.title}{marks(to)}")
                yield from self._below(to, f"{rails}{'   ' if last else '│  '}", depth + 1, deeper)

    def _line(self, start: str, words: str, target: str) -> str:
        room = self._width - len(start) - len(target) - 1
        if room < 12:
            target, room = cut(target, max(self._width - len(start) - 13, 8)), 12
        return f"{start}{cut(words, room)} {target}"
