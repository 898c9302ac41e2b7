"""What a drawing says of a card and of its ways, in few letters."""

from __future__ import annotations

from data.playbook.model import Answer, Branch, Card


def way_in_words(way: Answer | Branch) -> str:
    """`1 Paid`, `plan managed`, `otherwise`: what leads that way."""
    when = ", ".join(f"{name} {'|'.join(values)}" for name, values in way.when.items())
    if isinstance(way, Branch):
        return when or "otherwise"
    return f"{way.key} {way.label}{f' (where {when})' if when else ''}"


def marks(card: Card) -> str:
    """What kind of card it is: ◆ decided by data, ■ an end, ◇ jumped to."""
    return "".join((" ◆" if card.branches else "", " ■" if card.end else "", " ◇" if card.jump else ""))


def cut(text: str, width: int) -> str:
    """A text of at most so many letters."""
    return text if len(text) <= width else f"{text[: width - 1].rstrip()}…"
