"""What is wrong with a playbook in some of the situations that it can bring a contact into."""

from __future__ import annotations

from collections.abc import Iterator

from data.playbook.actions import Charge
from data.playbook.checking.finding import Finding, Grave, Written, acts, ways
from data.playbook.checking.words import asks_to_hold_again
from data.playbook.model import Card
from data.playbook.situations import MOST, Situation, Situations, endless
from data.playbook.walk import Deed, said_on, unanswered, uncovered
from data.playbook.world import Channel, World
from data.text.reviewed import Place


def world_findings(written: Written, all_of_them: Situations) -> Iterator[Finding]:
    """Everything that is wrong in some world."""
    places = {id(card): place for place, card in written.cards()}
    acted = {id(act): here for place, card in written.cards() for here, act in acts(place, card)}
    for one in all_of_them:
        place = places[id(one.card)]
        yield from _deeds(written, acted, one)
        yield from _gaps(written, place, one)
        yield from _holding(written, place, one)
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


def where(world: World) -> str:
    """A world in words: `voice, plan managed`."""
    facts = [f"{name} {value}" for name, value in world.decided.items()]
    if world.customer:
        facts.insert(0, f"customer {world.customer}")
    return ", ".join([f"came by {world.origin}", *facts])


def _deeds(written: Written, acted: dict[int, Place], one: Situation) -> Iterator[Finding]:
    for stand in one.stands:
        for deed in (*stand.arrival.deeds, *(deed for move in stand.moves for deed in move.way.deeds)):
            here = acted[id(deed.act)]
            for wrong in deed.wrong:
                yield written.finding(here, wrong.kind, f"{wrong.text} ({where(deed.before)})", wrong.fix)
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
            f"item {deed.act.item} is not for a ticket of type {deed.before.type} ({where(deed.before)})",
            f"charge it on type {kinds}, or take another item",
        )


def _gaps(written: Written, place: Place, one: Situation) -> Iterator[Finding]:
    card = one.card
    for stand in one.stands:
        world = stand.arrival.world
        if card.branches and (left := uncovered(card, world)) is not None:
            yield written.finding(
                (*place, "branches"),
                "uncovered",
                f"no branch is taken where {_asked(card, left)}",
                "add a branch for it, or a last one without `when`",
            )
        if card.answers and (left := uncovered(card, world)) is not None:
            yield written.finding(
                (*place, "answers"), "missing-answer", f"no answer is offered where {_asked(card, left)}", "add one"
            )
        elif (found := unanswered(card, world)) is not None:
            outcome, left = found
            if any(answer.outcome == outcome for answer in card.answers):
                yield written.finding(
                    (*place, "answers"),
                    "missing-answer",
                    f"no answer for '{outcome}' is offered where {_asked(card, left)}",
                    "add one",
                )


def _asked(card: Card, world: World) -> str:
    names = dict.fromkeys(name for way in card.ways for name in way.when)
    known = [(name, world.known(name)) for name in names]
    return " and ".join(f"{name} is {value}" for name, value in known if value is not None) or where(world)


def _holding(written: Written, place: Place, one: Situation) -> Iterator[Finding]:
    if one.world.asked_to_hold:
        return
    for stand in one.stands:
        channel = said_on(one.card, stand.arrival.world)
        if asks_to_hold_again(one.card.say.on(channel)):
            yield written.finding(
                _said(place, one.card, channel),
                "hold-again",
                f"the customer was never asked to hold ({where(one.world)})",
                "ask as for the first time",
            )


def _said(place: Place, card: Card, channel: Channel) -> Place:
    return (*place, "say") if card.say.same else (*place, "say", str(channel))


def _channels(written: Written, all_of_them: Situations) -> Iterator[Finding]:
    on: dict[int, set[Channel]] = {}
    heard: dict[int, dict[Channel, World]] = {}
    for one in all_of_them:
        for stand in one.stands:
            world = stand.arrival.world
            channel = said_on(one.card, world)
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
                    f"nothing is there to be said by {channel} ({where(world)})",
                    f"add `{channel}:`",
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
    home = [key for key, targets in leads.items() if not targets or all_of_them.found[key].stuck]
    for loop in endless(leads, home):
        ids = list(
            dict.fromkeys(card.id for card in written.playbook.cards if any(card.id == key[0] for key in loop))
        )
        world = all_of_them.found[next(key for key in leads if key in loop)].world
        yield written.finding(
            places[ids[0]],
            "endless",
            f"from {', '.join(ids)} no way leads to an end ({where(world)})",
            "let an answer lead out of the loop",
        )
