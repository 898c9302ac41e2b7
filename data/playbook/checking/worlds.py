"""What is wrong with a playbook in some of the situations that it can bring a contact into."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from data.playbook.actions import Charge
from data.playbook.checking.finding import Finding, Grave, Written, acts, ways
from data.playbook.leading import endless
from data.playbook.model import Card
from data.playbook.situations import MOST, Situation, Situations
from data.playbook.walk import Deed, unanswered, uncovered
from data.playbook.wording import asks_to_hold_again
from data.playbook.world import Channel, World
from data.text.reviewed import Place


def world_findings(written: Written, all_of_them: Situations) -> Iterator[Finding]:
    """Everything that is wrong in some world."""
    acted = {id(act): here for place, card in written.cards() for here, act in acts(place, card)}
    looks = {card.id: (place, list(_looks(card))) for place, card in reversed(list(written.cards()))}
    for one in all_of_them:
        place, more = looks[one.card.id]
        yield from _deeds(written, acted, one)
        for look in more:
            yield from look(written, place, one)
    yield from _channels(written, all_of_them)
    if all_of_them.complete:
        yield from _never(written, all_of_them)
        yield from _rounds(written, all_of_them)
    else:
        yield written.finding(
            ("cards",),
            "too-many",
            f"it has more than {MOST:,} situations, and only these were looked at",
            "split it, or let fewer cards ask for facts that are asked for again much later",
            Grave.ADVICE,
        )


Look = Callable[[Written, Place, Situation], Iterator[Finding]]


def _looks(card: Card) -> Iterator[Look]:
    """What is looked at in every situation of a card: only what can be wrong there."""
    always = [way for way in card.ways if not way.when]
    comes = card.expect.comes() if card.expect is not None else ()
    outcomes = {answer.outcome for answer in card.answers if not answer.when}
    if not outcomes.issuperset(comes):
        yield _unanswered
    elif card.ways and not always:
        yield _uncovered
    if any(asks_to_hold_again(text) for text in (card.say.voice, card.say.chat, card.say.email)):
        yield _holding


def where(world: World) -> str:
    """A world in words: `voice, plan managed`."""
    facts = [f"{name} {value}" for name, value in world.decided.items()]
    if world.customer:
        facts.insert(0, f"customer {world.customer}")
    return ", ".join([f"came by {world.origin}", *facts])


def _deeds(written: Written, acted: dict[int, Place], one: Situation) -> Iterator[Finding]:
    for stand in one.stands:
        for deed in (*stand.arrival.deeds, *(deed for move in stand.moves for deed in move.way.deeds)):
            if not deed.wrong and not isinstance(deed.act, Charge):
                continue
            here = acted[id(deed.act)]
            for wrong in deed.wrong:
                yield written.finding(here, wrong.kind, wrong.text, wrong.fix, example=where(deed.before))
            yield from _item(written, here, deed)


def _item(written: Written, here: Place, deed: Deed) -> Iterator[Finding]:
    if not isinstance(deed.act, Charge) or deed.before.type == "none":
        return
    item = written.items.get(deed.act.item)
    if item is not None and deed.before.type not in [str(int(one)) for one in item.types]:
        kinds = ", ".join(str(int(one)) for one in item.types)
        yield written.finding(
            (*here, "item"),
            "item-type",
            f"item {deed.act.item} is not for a ticket of type {deed.before.type}",
            f"charge it on type {kinds}, or take another item",
            example=where(deed.before),
        )


def _uncovered(written: Written, place: Place, one: Situation) -> Iterator[Finding]:
    card = one.card
    for stand in one.stands:
        if (left := uncovered(card, stand.arrival.world)) is None:
            continue
        if card.branches:
            yield written.finding(
                (*place, "branches"),
                "uncovered",
                "the branches leave a case out",
                "add a branch for it, or a last one without `when`",
                example=_asked(card, left),
            )
        else:
            yield written.finding(
                (*place, "answers"),
                "missing-answer",
                "the answers leave a case out",
                "add one for it",
                example=_asked(card, left),
            )


def _unanswered(written: Written, place: Place, one: Situation) -> Iterator[Finding]:
    card = one.card
    for stand in one.stands:
        outcome, left = unanswered(card, stand.arrival.world) or ("", None)
        if left is not None and any(answer.outcome == outcome for answer in card.answers):
            yield written.finding(
                (*place, "answers"),
                "missing-answer",
                f"the answers for '{outcome}' leave a case out",
                "add one for it",
                example=_asked(card, left),
            )


def _asked(card: Card, world: World) -> str:
    names = dict.fromkeys(name for way in card.ways for name in way.when)
    known = [(name, world.known(name)) for name in names]
    return " and ".join(f"{name} is {value}" for name, value in known if value is not None) or where(world)


def _holding(written: Written, place: Place, one: Situation) -> Iterator[Finding]:
    if one.world.asked_to_hold:
        return
    for stand in one.stands:
        channel = one.card.said_on(stand.arrival.world.channel)
        if asks_to_hold_again(one.card.say.on(channel)):
            yield written.finding(
                _said(place, one.card, channel),
                "hold-again",
                "the customer was never asked to hold",
                "ask as for the first time",
                example=where(one.world),
            )


def _said(place: Place, card: Card, channel: Channel) -> Place:
    return (*place, "say") if card.say.same else (*place, "say", str(channel))


def _channels(written: Written, all_of_them: Situations) -> Iterator[Finding]:
    on: dict[int, set[Channel]] = {}
    heard: dict[int, dict[Channel, World]] = {}
    for one in all_of_them:
        for stand in one.stands:
            world = stand.arrival.world
            channel = one.card.said_on(world.channel)
            on.setdefault(id(one.card), set()).add(channel)
            if (one.world.live or world.live or channel is Channel.EMAIL) and not one.world.ended:
                heard.setdefault(id(one.card), {}).setdefault(channel, one.world)
    for place, card in written.cards():
        if card.say.same or id(card) not in on:
            continue
        for channel in sorted(card.say.channels - on[id(card)]) if all_of_them.complete else ():
            yield written.finding(
                _said(place, card, channel),
                "wrong-channel",
                f"a text for {channel}, and the card is only reached by {', '.join(sorted(on[id(card)]))}",
                "leave it out",
            )
        for channel, world in heard.get(id(card), {}).items():
            if channel not in card.say.channels:
                yield written.finding(
                    (*place, "say"),
                    "no-text",
                    f"nothing is there to be said by {channel}",
                    f"add `{channel}:`",
                    example=where(world),
                )


def _never(written: Written, all_of_them: Situations) -> Iterator[Finding]:
    taken: set[int] = set()
    cards: set[int] = set()
    for one in all_of_them:
        cards.add(id(one.card))
        for stand in one.stands:
            taken.update(id(move.way.answer or move.way.branch) for move in stand.moves)
    for place, card in written.cards():
        for here, way in ways(place, card) if id(card) in cards else ():
            if id(way) not in taken:
                yield written.finding(
                    here,
                    "never-taken",
                    f"this way to '{way.to}' is never taken",
                    "leave it out, or put it before the one that takes its place",
                )


def _rounds(written: Written, all_of_them: Situations) -> Iterator[Finding]:
    """Loops that only some worlds go round for ever; those of every world are told by the cards alone."""
    places = {card.id: place for place, card in reversed(list(written.cards()))}
    leads = all_of_them.leads()
    home = [key for key, targets in leads.items() if not targets or all_of_them.found[key].last]
    for loop in endless(leads, home):
        ids = list(
            dict.fromkeys(card.id for card in written.playbook.cards if any(card.id == key[0] for key in loop))
        )
        world = all_of_them.found[next(key for key in leads if key in loop)].world
        yield written.finding(
            places[ids[0]],
            "endless",
            f"from {', '.join(ids)} no way leads to an end",
            "let an answer lead out of the loop",
            example=where(world),
        )
