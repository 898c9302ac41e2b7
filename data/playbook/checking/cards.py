"""What is wrong with a card by itself, and with how the cards lead to each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from data.playbook.actions import Act, Charge, Conduct
from data.playbook.checking.finding import Finding, Written, acts, ways
from data.playbook.leading import endless, reached
from data.playbook.model import Card
from data.text.nearest import instead
from data.text.reviewed import Place


def card_findings(written: Written) -> Iterator[Finding]:
    """Everything that can be said without going through the playbook."""
    yield from _ids(written)
    known = [card.id for card in written.playbook.cards]
    for place, card in written.cards():
        yield from _ways(written, place, card, known)
        yield from _answers(written, place, card)
        yield from _outcomes(written, place, card)
        yield from _actions(written, place, card)
    yield from _unreachable(written)
    yield from _loops(written)


def _ids(written: Written) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, card in written.cards():
        if card.id in seen:
            yield written.finding(
                (*place, "id"), "id-twice", f"'{card.id}' is the id of two cards", "give one of them another id"
            )
        seen.add(card.id)


def _ways(written: Written, place: Place, card: Card, known: list[str]) -> Iterator[Finding]:
    if not (card.answers or card.branches or card.end):
        yield written.finding(
            place, "dead-end", f"nothing follows '{card.id}'", "give it answers or branches, or write `end: done`"
        )
    for here, way in ways(place, card):
        if way.to not in known:
            yield written.finding(
                (*here, "to"), "unknown-card", f"there is no card '{way.to}'", instead(way.to, known)
            )


def _answers(written: Written, place: Place, card: Card) -> Iterator[Finding]:
    if card.ask and len(card.answers) < 2 and not card.branches:
        yield written.finding(
            (*place, "ask"),
            "missing-answer",
            f"a question with {'one answer' if card.answers else 'no answer'}",
            "give it an answer for each thing that can be said, or leave `ask` out",
        )
    keys = Counter(answer.key for answer in card.answers)
    seen: set[str] = set()
    for at, answer in enumerate(card.answers):
        here = (*place, "answers", at)
        if answer.key in seen:
            free = next((key for key in "123456789" if key not in keys), "another letter")
            yield written.finding(
                (*here, "key"), "key-twice", f"the key {answer.key} has two answers", f"take {free}"
            )
        seen.add(answer.key)
        if not answer.label.strip():
            yield written.finding(here, "no-label", f"the answer {answer.key} has no label", "write `label: …`")


def _outcomes(written: Written, place: Place, card: Card) -> Iterator[Finding]:
    comes = card.expect.comes() if card.expect is not None else ()
    waits = f"'{card.expect.action}'" if card.expect is not None else "nothing"
    given = {answer.outcome for answer in card.answers}
    for outcome in comes:
        if outcome not in given:
            yield written.finding(
                (*place, "expect"),
                "missing-answer",
                f"{waits} can come out as '{outcome}', and no answer is for it",
                f"add an answer with `outcome: {outcome}`",
            )
    for at, answer in enumerate(card.answers):
        if answer.outcome and not comes:
            fix = "leave `outcome` out, or write what the card waits for as `expect`"
        elif comes and answer.outcome not in comes:
            fix = f"`outcome:` {instead(answer.outcome, comes)}"
        else:
            continue
        said = f"the outcome '{answer.outcome}'" if answer.outcome else "no outcome"
        yield written.finding(
            (*place, "answers", at, "outcome"),
            "unknown-outcome",
            f"an answer with {said}, and the card waits for {waits}",
            fix,
        )


def _actions(written: Written, place: Place, card: Card) -> Iterator[Finding]:
    for here, act in acts(place, card):
        on_entry, on_answer = here[2] == "actions", here[2] == "answers"
        if on_entry and (act.comes() or act.asks()):
            yield written.finding(
                here,
                "asks-on-entry",
                f"'{act.action}' {_waits(act)}, and nothing is asked when a card is reached",
                "make it the card's `expect`"
                if act.comes()
                else "put it on an answer, or make it the card's `expect`",
            )
        elif on_answer and act.comes():
            yield written.finding(
                here,
                "asks-on-entry",
                f"'{act.action}' {_waits(act)}, and an answer does not say which",
                "make it the `expect` of a card, with an answer for each outcome",
            )
        if isinstance(act, Charge | Conduct) and act.item and act.item not in written.items:
            yield written.finding(
                (*here, "item"), "unknown-item", f"there is no item '{act.item}'", instead(act.item, written.items)
            )


def _waits(act: Act) -> str:
    if act.comes():
        return f"comes out as {' or '.join(act.comes())}"
    return f"asks '{act.asks()[0].label}'"


def _leads(written: Written) -> dict[str, list[str]]:
    leads: dict[str, list[str]] = {}
    for card in written.playbook.cards:
        leads.setdefault(card.id, [way.to for way in card.ways])
    return leads


def _unreachable(written: Written) -> Iterator[Finding]:
    starts = [written.playbook.first.id, *(card.id for card in written.playbook.cards if card.jump)]
    found = reached(_leads(written), starts)
    for place, card in written.cards():
        if card.id not in found:
            yield written.finding(
                place,
                "unreachable",
                f"nothing leads to '{card.id}'",
                "lead to it, leave it out, or write `jump: true` if agents jump to it",
            )


def _loops(written: Written) -> Iterator[Finding]:
    leads = _leads(written)
    home = [card for card, targets in leads.items() if not targets or not leads.keys() >= set(targets)]
    places = {card.id: place for place, card in reversed(list(written.cards()))}
    for loop in endless(leads, home):
        ids = [card for card in leads if card in loop]
        yield written.finding(
            places[ids[0]],
            "endless",
            f"from {', '.join(ids)} no way leads to an end",
            "let an answer lead out of the loop",
        )
