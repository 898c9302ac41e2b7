"""Every path of a playbook in a form that is short enough to be read: what each card says and does, once for each
channel, and the stretches of which all paths are made.

A path is cut at every card where many ways meet, and each piece is written once. `python -m tests.data.playbook.stretches`
writes the golden files anew; read what has changed before it is committed."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from data.playbook.model import Answer, Branch, Card, Playbook
from data.playbook.simulate import Passage, Simulation, simulate
from data.playbook.transcript import ENDS, in_words, sample_words, totals
from data.playbook.walk import Deed
from data.playbook.wording import filled
from data.playbook.world import Channel
from tests.data.playbook.shipped import NAMES, items, shipped, stands

GOLDEN = Path(__file__).parent / "golden"
MANY = 2
"""A path is cut at a card to which so many other cards lead."""
WIDTH = 116
TELLING = ("type", "state", "item", "who", "by", "session", "do", "whose")
"""Fields that tell one action from another of its kind."""


def golden(name: str) -> str:
    """All of a playbook."""
    playbook = shipped(name)
    walked = simulate(playbook)
    lines = [
        f"# {playbook.title}, version {playbook.version}",
        "",
        totals(walked),
        "",
        "## What each card says and does",
        "",
        *_cards(playbook),
        "## The stretches of which every path is made",
        "",
        f"cut at {', '.join(joints(playbook))}",
        "",
        *_stretches(playbook, walked),
    ]
    return "\n".join(lines) + "\n"


def joints(playbook: Playbook) -> list[str]:
    """The cards where many ways meet."""
    lead = Counter(to for card in playbook.cards for to in {way.to for way in card.ways})
    return [card.id for card in playbook.cards if lead[card.id] >= MANY]


def _cards(playbook: Playbook) -> Iterator[str]:
    words = sample_words(playbook, {one.code: one for one in items().items})
    heard = {(arrival.card.id, arrival.card.said_on(arrival.world.channel)) for arrival, _ in stands(playbook.id)}
    for card in playbook.cards:
        yield f"{card.id} · {card.title}"
        texts: dict[str, list[str]] = {}
        for channel in Channel:
            if (card.id, channel) in heard and card.say.on(channel):
                texts.setdefault(filled(card.say.on(channel), words), []).append(channel)
        for text, channels in texts.items():
            yield from _wrapped(f"{', '.join(channels)}: ", f"“{text}”")
        yield from _wrapped("? ", filled(card.ask, words))
        yield from _wrapped("… ", filled(card.do, words))
        yield from _ways(card, words)
        yield ""


def _ways(card: Card, words: dict[str, object]) -> Iterator[str]:
    for act in card.actions:
        yield from _wrapped("· ", in_words(act) + _when(act.when))
    if card.expect is not None:
        yield from _wrapped("waits for ", in_words(card.expect))
    for answer in card.answers:
        done = "; ".join(in_words(act) + _when(act.when) for act in answer.actions)
        came = f" [{answer.outcome}]" if answer.outcome else ""
        first = f"{answer.key} {answer.label}{came}{_when(answer.when)} → {answer.to}"
        yield from _wrapped("", f"{first}{': ' if done else ''}{done}")
    for branch in card.branches:
        yield from _wrapped("", f"→ {branch.to}{_when(branch.when)}, because {filled(branch.because, words)}")
    if card.end:
        yield f"    ■ {ENDS[card.end]}"


def _when(when: dict[str, tuple[str, ...]]) -> str:
    return f" (where {_facts(when)})" if when else ""


def _facts(when: dict[str, tuple[str, ...]]) -> str:
    return ", ".join(f"{name} {'/'.join(values)}" for name, values in when.items())


def _stretches(playbook: Playbook, walked: Simulation) -> Iterator[str]:
    cut = {*joints(playbook), playbook.first.id, *(card.id for card in playbook.cards if card.jump)}
    found: dict[str, dict[str, None]] = {card.id: {} for card in playbook.cards}
    for path in walked.paths:
        begins = [at for at, one in enumerate(path.passages) if one.card.id in cut]
        for begin, end in zip(begins, [*begins[1:], len(path.passages)], strict=True):
            follows = f" → {path.passages[end].card.id}" if end < len(path.passages) else " ■"
            piece = " → ".join(_passage(one) for one in path.passages[begin:end]) + follows
            found[path.passages[begin].card.id][piece] = None
    for card, pieces in found.items():
        if pieces:
            yield f"{card}"
            for piece in pieces:
                yield from _wrapped("", piece)
            yield ""


def _passage(one: Passage) -> str:
    done = ", ".join([*map(_deed, one.deeds), *map(_deed, one.way_deeds)])
    match one.way:
        case Answer(key=key) if len(one.card.answers) > 1:
            chosen = f"={key}"
        case Branch(when=when) if when:
            chosen = f" [{_facts(when)}]"
        case _:
            chosen = ""
    return f"{one.card.id}{chosen} ({done})" if done else f"{one.card.id}{chosen}"


def _deed(deed: Deed) -> str:
    """An action in as few words as tell it from others."""
    act = deed.act
    told = [str(getattr(act, name)) for name in TELLING if name in act.model_fields_set]
    skipped = ["skipped"] if getattr(act, "skip", "") else []
    return " ".join([act.action, *told, *skipped, *([deed.outcome] if deed.outcome else [])])


def _wrapped(mark: str, text: str) -> list[str]:
    first = f"    {mark}"
    if not text:
        return []
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=" " * 6, break_on_hyphens=False, break_long_words=False
    )


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for each in NAMES:
        text = golden(each)
        (GOLDEN / f"{each}.txt").write_text(text, encoding="utf-8")
        print(f"{each}: {text.splitlines()[2]}, {len(text.splitlines())} lines")
