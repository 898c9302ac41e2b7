"""What agents read out of the shipped playbooks: whole, short, civil, and right where the gaps are filled."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from data.playbook.wording import GAP, filled
from data.playbook.world import Channel, World
from tests.data.playbook.shipped import NAMES, known, shipped, stands

MOST_WORDS = {Channel.VOICE: 60, Channel.CHAT: 60, Channel.EMAIL: 120}
PHONE = re.compile(r"\b\d{3}-\d{4}\b")
ADDRESS = re.compile(r"\b[\w.-]+\.(?:com|org|net|co|io)\b")


def spoken(name: str) -> set[tuple[str, Channel, str]]:
    """Every text that is said, filled in as it is in each world: (card, channel, text)."""
    playbook = shipped(name)
    found = set()
    for arrival, _ in stands(name):
        channel = arrival.card.said_on(arrival.world.channel)
        if text := arrival.card.say.on(channel):
            found.add((arrival.card.id, channel, filled(text, known(playbook, arrival.world))))
    return found


def shown(name: str) -> Iterator[tuple[str, str, World]]:
    """Every text beside what is said: (card, text, the world in which it is read)."""
    for arrival, onward in stands(name):
        card, here = arrival.card, arrival.world
        for text in (card.ask, card.do):
            yield card.id, text, here
        deeds = list(arrival.deeds)
        for way in onward:
            if way.answer is not None:
                yield card.id, way.answer.label, here
            if way.branch is not None:
                yield card.id, way.branch.because, way.world
            deeds += way.deeds
        for deed in deeds:
            for field in deed.act.texts & deed.act.model_fields_set:
                yield card.id, str(getattr(deed.act, field)), deed.before


@pytest.mark.parametrize("name", NAMES)
def test_no_gap_is_left_where_the_fact_must_be_known(name: str) -> None:
    playbook = shipped(name)
    gaps = {(card, channel.value, text) for card, channel, text in spoken(name) if GAP in text}
    gaps |= {
        (card, "shown", text) for card, text, world in shown(name) if GAP in filled(text, known(playbook, world))
    }
    assert not gaps


@pytest.mark.parametrize("name", NAMES)
def test_texts_are_short_and_whole_sentences(name: str) -> None:
    for card, channel, text in spoken(name):
        where = f"{card} by {channel}: {text}"
        assert len(text.split()) <= MOST_WORDS[channel], where
        assert text[0].isupper() or text[0] == "$", where
        assert text[-1] in ".?", where
        assert not re.search(r"\s{2}|!|\s[,.;:?]|[,;:][.?]|\.\.|\bundefined\b|None", text), where
        for sentence in re.split(r"(?<=[.?])\s", text):
            assert sentence[0].isupper() or sentence[0] == "$", where


@pytest.mark.parametrize("name", NAMES)
def test_prices_come_from_the_items_and_numbers_are_nobodys(name: str) -> None:
    playbook = shipped(name)
    texts = [card.say.on(channel) for card in playbook.cards for channel in Channel]
    texts += [text for card in playbook.cards for text in (card.ask, card.do)]
    texts += [text for _, text, _ in shown(name)]
    for text in (*texts, *playbook.terms.values()):
        assert "$" not in text and "dollar" not in text, text
        assert all(number.startswith("555-01") for number in PHONE.findall(text)), text
        assert all(one.endswith("example.com") for one in ADDRESS.findall(text)), text


def test_each_opens_with_a_key_of_its_own_and_says_what_it_is_for() -> None:
    playbooks = [shipped(name) for name in NAMES]
    keys = [one.key for one in playbooks]
    assert all(keys) and len(set(keys)) == len(keys)
    for one in playbooks:
        assert one.id in NAMES and one.title and one.about.endswith("."), one.id
