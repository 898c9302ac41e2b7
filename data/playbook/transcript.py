"""A simulated path as text that people read and compare: one heading, then card by card."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from data.billing.amounts import money_text
from data.playbook.actions import Act
from data.playbook.checking.finding import Item
from data.playbook.model import Answer, Playbook
from data.playbook.simulate import Passage, Path, Simulation
from data.playbook.walk import Deed
from data.playbook.wording import NAMES, WordingError, filled

WIDTH = 100
ENDS = {"done": "the script ends", "back": "back to what was interrupted", "": "✗ nothing follows"}


def sample_words(playbook: Playbook, items: Mapping[str, Item]) -> dict[str, Any]:
    """What texts are filled in with where there is no contact: each name in brackets, prices and terms as they are."""

    def price(code: str) -> str:
        item = items.get(str(code))
        return money_text(item.price if item is not None else Decimal(0))

    return {**{name: f"[{name}]" for name in NAMES}, "price": price, "terms": dict(playbook.terms)}


def transcript(path: Path, words: Mapping[str, Any], *, brief: bool = False) -> str:
    """A path: its name, the facts that were taken, and what happens on each card. `brief`: without what is said."""
    facts = "; ".join(f"{name} {' | '.join(values)}" for name, values in path.facts.items())
    lines = [f"## {path.name}", ""]
    if facts:
        lines += [f"where {facts}", ""]
    for one in path.passages:
        lines += _passage(one, words, brief=brief)
    return "\n".join([*lines, f"■ {ENDS[path.passages[-1].card.end]}", ""])


def totals(simulation: Simulation) -> str:
    """How many paths there are, and how much of the playbook they go through."""
    cards, ways = (
        f"{some} of {every} ({some / max(every, 1):.0%})" for some, every in (simulation.cards, simulation.ways)
    )
    paths = len(simulation.paths)
    return f"{paths:,} paths{'' if simulation.complete else ' and more'} · cards {cards} · ways {ways}"


def _passage(one: Passage, words: Mapping[str, Any], *, brief: bool) -> Iterator[str]:
    yield (
        f"{one.card.id:<8} {one.card.title} ({one.channel})"
        if one.card.say.on(one.channel)
        else f"{one.card.id:<8} {one.card.title}"
    )
    if not brief:
        yield from _text("“", one.card.say.on(one.channel), words, "”")
        yield from _text("? ", one.card.ask, words)
        yield from _text("… ", one.card.do, words)
    yield from _deeds(one.deeds)
    if isinstance(one.way, Answer):
        yield f"         → {one.way.key} {one.way.label}"
    elif one.way is not None:
        yield from _text("→ because ", one.way.because, words)
    yield from _deeds(one.way_deeds)


def _text(mark: str, text: str, words: Mapping[str, Any], close: str = "") -> list[str]:
    if not text:
        return []
    try:
        said = filled(text, words)
    except WordingError as error:
        said = f"{text} ({error})"
    first = f"         {mark}"
    return textwrap.wrap(
        said + close, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_on_hyphens=False
    )


def _deeds(deeds: tuple[Deed, ...]) -> Iterator[str]:
    for deed in deeds:
        came = f": {deed.outcome}" if deed.outcome else ""
        yield f"         · {in_words(deed.act)}{came}"
        for wrong in deed.wrong:
            yield f"           ✗ {wrong.text}"


def in_words(act: Act) -> str:
    """An action in one line, as it is written: `charge (item 320)`."""
    given = act.model_dump(mode="json", exclude={"action", "when"}, exclude_defaults=True)
    parts = (f"{name} {', '.join(value) if isinstance(value, list) else value}" for name, value in given.items())
    name = act.action.replace("_", " ")
    shown = "; ".join(parts)
    return f"{name} ({shown})" if shown else name
