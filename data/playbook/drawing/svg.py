"""A playbook drawn as SVG: a picture that any browser shows, without a script, a font or a colour from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from data.playbook.drawing.layout import Lead, Node, layout
from data.playbook.drawing.words import cut, marks, way_in_words
from data.playbook.model import Card, Playbook

WIDTH, LETTERS = 190, 30
"""Of a card: in pixels, and how many letters stand beside each other."""
HEAD, LINE = 36, 14
"""Height of a card's title, and of each of its ways."""
APART, JOINT, GAP = 24, 16, 46
"""Between two cards, the room of a way that passes, and between two ranks."""
EDGE = 28
LANE = 8
"""Between ways that lead back, at the right of everything."""


def svg(playbook: Playbook, colours: Mapping[str, str]) -> str:
    """The picture. `colours`: by role (`surface`, `text`, `dim`, `faint`, `accent`, `good`, `info`, `background`)."""
    return "\n".join(_Picture(playbook, colours).lines()) + "\n"


class _Picture:
    def __init__(self, playbook: Playbook, colours: Mapping[str, str]) -> None:
        self._playbook = playbook
        self._colours = colours
        self._cards = {card.id: card for card in reversed(playbook.cards)}
        self._placed = layout(playbook)
        self._left: dict[Node, float] = {}
        self._top: list[float] = []
        self._height: list[float] = []
        self._place()
        back = sum(one.back for one in self._placed.leads)
        self._right = max(self._left[node] + self._wide(node) for rank in self._placed.ranks for node in rank)
        self._size = (self._right + EDGE + back * LANE + EDGE, self._top[-1] + self._height[-1] + EDGE)

    def lines(self) -> Iterator[str]:
        """The lines of the file."""
        wide, high = self._size
        title = escape(f"{self._playbook.title or self._playbook.id}, version {self._playbook.version}")
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high:.0f}"'
            f' viewBox="0 0 {wide:.0f} {high:.0f}" font-family="sans-serif" font-size="11">'
        )
        yield f"<title>{title}</title>"
        yield f'<rect width="100%" height="100%" fill="{self._colours["background"]}"/>'
        back = 0
        for one in self._placed.leads:
            yield self._back(one, back) if one.back else self._down(one)
            back += one.back
        for rank in self._placed.ranks:
            for node in rank:
                if isinstance(node, str):
                    yield from self._card(self._cards[node])
        yield "</svg>"

    def _place(self) -> None:
        y = float(EDGE)
        widest = max(sum(self._wide(node) + APART for node in rank) for rank in self._placed.ranks)
        for rank in self._placed.ranks:
            x = EDGE + (widest - sum(self._wide(node) + APART for node in rank)) / 2
            for node in rank:
                self._left[node] = x
                x += self._wide(node) + APART
            high = max((_high(self._cards[node]) for node in rank if isinstance(node, str)), default=0)
            self._top.append(y)
            self._height.append(high)
            y += high + GAP
        self._rank = {node: at for at, rank in enumerate(self._placed.ranks) for node in rank}

    def _wide(self, node: Node) -> float:
        return WIDTH if isinstance(node, str) else JOINT

    def _port(self, one: Lead) -> tuple[float, float]:
        """Where a way leaves its card."""
        card = self._cards[one.card]
        x = self._left[one.card] + WIDTH * (one.number + 1) / (len(card.ways) + 1)
        return x, self._top[self._rank[one.card]] + _high(card)

    def _middle(self, node: Node) -> float:
        return self._left[node] + self._wide(node) / 2

    def _down(self, one: Lead) -> str:
        x, y = self._port(one)
        path = [f"M{x:.0f} {y:.0f}"]
        for node in self._placed.passes[one.card, one.number][1:]:
            at = self._rank[node]
            turn = self._top[at] - 8 - (int(x) // 7 % 5) * 6
            path.append(f"V{turn:.0f} H{(x := self._middle(node)):.0f} V{self._top[at]:.0f}")
            if not isinstance(node, str):
                path.append(f"V{self._top[at] + self._height[at]:.0f}")
        number = _number(one)
        tip = self._top[self._rank[one.to]]
        return (
            f'<path d="{" ".join(path)}" fill="none" stroke="{self._colours["faint"]}"/>'
            f'<path d="M{x - 3:.0f} {tip - 6:.0f} L{x:.0f} {tip:.0f} L{x + 3:.0f} {tip - 6:.0f}"'
            f' fill="none" stroke="{self._colours["dim"]}"/>'
            f'<text x="{self._port(one)[0] + 3:.0f}" y="{y + 10:.0f}" fill="{self._colours["dim"]}" font-size="9">'
            f"{escape(number)}</text>"
        )

    def _back(self, one: Lead, at: int) -> str:
        x, y = self._port(one)
        lane = self._right + EDGE + at * LANE
        to = self._top[self._rank[one.to]] + 12
        right = self._left[one.to] + WIDTH
        return (
            f'<path d="M{x:.0f} {y:.0f} V{y + 6:.0f} H{lane:.0f} V{to - 18:.0f} H{right + 8:.0f} V{to:.0f}'
            f' H{right:.0f}" fill="none" stroke="{self._colours["info"]}" stroke-dasharray="4 3"/>'
            f'<text x="{x + 3:.0f}" y="{y + 15:.0f}" fill="{self._colours["info"]}" font-size="9">'
            f"{escape(_number(one))} ↺ {escape(one.to)}</text>"
        )

    def _card(self, card: Card) -> Iterator[str]:
        x, y, high = self._left[card.id], self._top[self._rank[card.id]], _high(card)
        line = (
            self._colours["good"]
            if card.end
            else self._colours["accent"]
            if card.branches
            else self._colours["dim"]
        )
        yield (
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{WIDTH}" height="{high}" rx="4"'
            f' fill="{self._colours["surface"]}" stroke="{line}" stroke-width="{2 if card.end else 1}"/>'
        )
        yield self._text(x, y + 14, f"{card.id}{marks(card)}", "text", ' font-weight="bold"')
        yield self._text(x, y + 28, cut(card.title, LETTERS), "text")
        for at, way in enumerate(card.ways):
            yield self._text(
                x, y + HEAD + 8 + at * LINE, cut(f"{_numbered(card, at)}{way_in_words(way)}", LETTERS), "dim"
            )

    def _text(self, x: float, y: float, text: str, role: str, more: str = "") -> str:
        return f'<text x="{x + 8:.0f}" y="{y:.0f}" fill="{self._colours[role]}"{more}>{escape(text)}</text>'


def _high(card: Card) -> int:
    return HEAD + LINE * len(card.ways)


def _number(one: Lead) -> str:
    """What a way is called where it leaves its card: the key, or which branch it is."""
    return getattr(one.way, "key", None) or str(one.number + 1)


def _numbered(card: Card, at: int) -> str:
    return f"{at + 1} " if card.branches else ""
