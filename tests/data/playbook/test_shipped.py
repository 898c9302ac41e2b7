"""The shipped playbooks as a whole: nothing is wrong with them, every path is walked, and what all paths keep to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise

import pytest

from data.playbook.actions import Charge, HandOver, Payment, RemoteSession, Upsell
from data.playbook.checking.check import check_file
from data.playbook.simulate import Path, Simulation, simulate
from data.playbook.transcript import totals
from data.playbook.walk import Deed
from tests.data.playbook.shipped import FOLDER, NAMES, items, shipped
from tests.data.playbook.stretches import GOLDEN, golden

PATHS = {
    "leads": 1_963,
    "plain": 254,
    "conduct": 163,
    "message": 82,
    "hardware": 48,
    "emergency": 45,
    "appointment": 31,
}

# PLAY-D2 without the cards between (D2-5a, …): where each of its cards can lead. D2-25 and D2-30 stand where a
# customer who wrote is not reached, or is not at the computer (PLAY-8); D2-92 is the end.
LEADS: Mapping[str, str] = {
    "D2-1": "D2-3 D2-5 D2-92",
    "D2-3": "D2-4 D2-5 D2-12 D2-25 D2-30",
    "D2-4": "D2-12 D2-17 D2-90",
    "D2-5": "D2-4 D2-6 D2-12 D2-17 D2-18 D2-25 D2-27 D2-30",
    "D2-6": "D2-7 D2-13 D2-25 D2-30",
    "D2-7": "D2-8 D2-10",
    "D2-8": "D2-9 D2-17",
    "D2-9": "D2-90 D2-92",
    "D2-10": "D2-11 D2-12",
    "D2-11": "D2-9",
    "D2-12": "D2-92",
    "D2-13": "D2-14 D2-17 D2-25 D2-30",
    "D2-14": "D2-10 D2-15 D2-16 D2-17",
    "D2-15": "D2-9 D2-17",
    "D2-16": "D2-17",
    "D2-17": "D2-92",
    "D2-18": "D2-19 D2-20 D2-25 D2-30",
    "D2-19": "D2-90",
    "D2-20": "D2-21 D2-22 D2-26",
    "D2-21": "D2-22 D2-23",
    "D2-22": "D2-24 D2-26 D2-30",
    "D2-23": "D2-22 D2-25",
    "D2-24": "D2-90",
    "D2-25": "D2-4 D2-5 D2-7 D2-14 D2-19 D2-22 D2-26 D2-30",
    "D2-26": "D2-92",
    "D2-27": "D2-28 D2-30 D2-31",
    "D2-28": "D2-29 D2-30",
    "D2-29": "D2-90",
    "D2-30": "D2-92",
    "D2-31": "D2-30 D2-32 D2-33",
    "D2-32": "D2-90",
    "D2-33": "D2-26 D2-30 D2-32",
    "D2-90": "D2-92",
}


@cache
def walked(name: str) -> Simulation:
    return simulate(shipped(name))


def deeds(path: Path) -> list[Deed]:
    """Everything that is done on a path, in its order."""
    return [deed for one in path.passages for deed in (*one.deeds, *one.way_deeds)]


def from_the_start(name: str) -> Iterator[Path]:
    """The paths of contacts, without those that begin at a card to which one jumps."""
    first = shipped(name).first.id
    return (path for path in walked(name).paths if path.passages[0].card.id == first)


@pytest.mark.parametrize("name", NAMES)
def test_check_finds_nothing(name: str) -> None:
    assert check_file(FOLDER / f"{name}.yaml", {one.code: one for one in items().items}) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_card_and_every_way_is_walked_and_every_path_ends_well(name: str) -> None:
    simulation = walked(name)
    print(f"{name}: {totals(simulation)}")
    assert simulation.complete and len(simulation.paths) == PATHS[name]
    assert simulation.cards[0] == simulation.cards[1] and simulation.ways[0] == simulation.ways[1]
    assert all(path.ends_well for path in simulation.paths)
    assert not [deed.wrong for path in simulation.paths for deed in deeds(path) if deed.wrong]


@pytest.mark.parametrize("name", NAMES)
def test_the_paths_are_those_that_were_read(name: str) -> None:
    """After a change: `python -m tests.data.playbook.stretches`, and read the difference."""
    assert golden(name) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_leads_leads_where_play_d2_says() -> None:
    found: dict[str, set[str]] = {}
    for path in from_the_start("leads"):
        cards = [one.card.id for one in path.passages if re.fullmatch(r"D2-\d+", one.card.id)]
        for before, after in pairwise(cards):
            found.setdefault(before, set()).add(after)
    assert found == {card: set(to.split()) for card, to in LEADS.items()}


def test_leads_offers_once_in_every_contact_and_tells_the_ticket_number() -> None:
    for path in from_the_start("leads"):
        done = deeds(path)
        contacts: list[list[Deed]] = [[]]
        for deed in done:
            if deed.act.action == "called_back":
                contacts.append([])
            contacts[-1].append(deed)
        assert [sum(isinstance(deed.act, Upsell) for deed in one) for one in contacts] == [1] * len(contacts), (
            path.name
        )
        told = any(deed.act.action == "tell_number" for deed in done)
        assert told or "D2-1=3" in path.name, path.name


def test_a_session_on_leads_is_paid_for_has_its_code_and_comes_after_what_is_past_due() -> None:
    sessions = 0
    for path in from_the_start("leads"):
        done = deeds(path)
        last = next((deed for deed in done if isinstance(deed.act, HandOver)), None)
        if last is None:
            continue
        actions = [deed.act for deed in done]
        paid = {
            what
            for deed in done
            if isinstance(deed.act, Payment) and deed.outcome == "paid"
            for what in deed.act.pays
        }
        charged = {act.item for act in actions if isinstance(act, Charge)}
        code = [act for act in actions if isinstance(act, RemoteSession)]
        kind, plan = last.before.type, last.before.known("plan")
        settled = "past_due" in paid or plan == "managed"
        assert settled or not any("yes" in values for name, values in path.facts.items() if name == "past_due"), (
            path.name
        )
        if isinstance(last.act, HandOver) and last.act.session == "no":
            assert not code and not charged and kind == "1", path.name
            continue
        sessions += 1
        assert charged == {"0": {"310"}, "1": {"320"}}.get(kind, set()), path.name
        assert not charged or "invoice" in paid, path.name
        assert len(code) == 1 and not (kind == "0" and code[0].skip), path.name
        assert kind == {"pay_as_you_go": "1", "help_desk": "2", "remote_access": "3", "managed": "4"}.get(
            plan or "", "0"
        )
    assert sessions > 500


def test_after_a_voice_mail_nothing_is_handed_over_until_they_call_back() -> None:
    for path in from_the_start("leads"):
        left = False
        for deed in deeds(path):
            left = (left or deed.act.action == "voice_mail") and deed.act.action != "called_back"
            assert not (left and isinstance(deed.act, HandOver)), path.name
