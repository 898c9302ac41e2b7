"""What is wrong with the texts of a playbook: what they name, what they cost, and what they take for granted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from data.billing.amounts import money_text
from data.playbook.actions import Charge
from data.playbook.checking.finding import Finding, Grave, Written, acts
from data.playbook.model import Card
from data.playbook.wording import NAMES, Reading, WordingError, reading
from data.playbook.world import Channel
from data.text.nearest import instead
from data.text.reviewed import Place

_PRICE = re.compile(r"\$\s?(\d[\d,]*(?:\.\d+)?)")
_AGAIN = re.compile(
    r"\b(?:hold|holding|wait|waiting)\b[^.!?]{0,40}\b(?:again|once more|longer)\b"
    r"|\b(?:again|once more|still|keep|continue to|continue)\b[^.!?]{0,40}\b(?:hold|holding|wait|waiting)\b",
    re.IGNORECASE,
)


def asks_to_hold_again(text: str) -> bool:
    """Whether a text speaks as if the customer had been asked to hold before."""
    return _AGAIN.search(text) is not None


def texts(place: Place, card: Card) -> Iterator[tuple[Place, str]]:
    """Every text of a card that is shown or said, with its place."""
    if card.say.same:
        yield (*place, "say"), card.say.voice
    else:
        yield from (((*place, "say", str(one)), card.say.on(one)) for one in Channel)
    yield (*place, "ask"), card.ask
    yield (*place, "do"), card.do
    for at, answer in enumerate(card.answers):
        yield (*place, "answers", at, "label"), answer.label
    for at, branch in enumerate(card.branches):
        yield (*place, "branches", at, "because"), branch.because
    for here, act in acts(place, card):
        for name, value in act.__dict__.items():
            if isinstance(value, str) and name in act.texts:
                yield (*here, name), value


def word_findings(written: Written) -> Iterator[Finding]:
    """Names, terms, items and prices in the texts."""
    for place, card in written.cards():
        readings: list[tuple[Place, str, Reading]] = []
        for here, text in texts(place, card):
            try:
                readings.append((here, text, reading(text)))
            except WordingError as error:
                yield written.finding(here, "wording", f"the text cannot be filled in ({error})", "mend the braces")
        codes = {act.item for _, act in acts(place, card) if isinstance(act, Charge)}
        codes.update(*(read.items for _, _, read in readings))
        for here, text, read in readings:
            yield from _names(written, here, read)
            yield from _prices(written, here, text, sorted(codes))


def _names(written: Written, here: Place, read: Reading) -> Iterator[Finding]:
    for name in sorted(read.names - NAMES.keys()):
        yield written.finding(here, "unknown-name", f"there is no '{name}' to fill in", instead(name, NAMES))
    for code in sorted(read.items - written.items.keys()):
        yield written.finding(here, "unknown-item", f"there is no item '{code}'", instead(code, written.items))
    terms = written.playbook.terms
    for term in sorted(read.terms - terms.keys()):
        fix = instead(term, terms) if terms else f"write it under `terms:`, as `{term}: …`"
        yield written.finding(here, "unknown-term", f"`terms` has no '{term}'", fix)


def _prices(written: Written, here: Place, text: str, codes: list[str]) -> Iterator[Finding]:
    named = {code: written.items[code].price for code in codes if code in written.items}
    every = {code: item.price for code, item in written.items.items()}
    for found in _PRICE.finditer(text):
        amount = Decimal(found[1].replace(",", ""))
        code = next((code for code, price in (named or every).items() if price == amount), None)
        if code is not None:
            yield written.finding(
                here,
                "price-in-text",
                f"{found[0]} is written out",
                f"write {{{{ price('{code}') }}}}, so that it changes with the item",
                Grave.ADVICE,
            )
            continue
        costs = ", ".join(f"item {code} costs {money_text(price)}" for code, price in (named or every).items())
        first = next(iter(named or every), "320")
        yield written.finding(
            here,
            "wrong-price",
            f"{found[0]} is said, and {costs or 'no item has a price'}",
            f"write {{{{ price('{first}') }}}}",
        )
