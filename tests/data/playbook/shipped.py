"""The playbooks that come with the console, and what is known of a contact in each of their situations."""

from __future__ import annotations

from collections import deque
from dataclasses import fields
from functools import cache
from typing import Any

from data.billing.amounts import money_text
from data.billing.catalogue import Catalogue, catalogue
from data.content import CONTENT
from data.playbook.library import load
from data.playbook.model import Playbook
from data.playbook.walk import Arrival, Way, arrive, beginnings, ways
from data.playbook.world import Channel, World

FOLDER = CONTENT / "playbooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))

CAME = {Channel.VOICE: "call", Channel.CHAT: "chat", Channel.EMAIL: "message"}
PLANS = {
    "one_time": "one-time session",
    "pay_as_you_go": "pay as you go",
    "help_desk": "help desk",
    "remote_access": "remote access",
    "managed": "managed services",
}
BY_HAND = frozenset({"plain"})
"""Playbooks in which the agent writes the ticket, and has its number from the first letter on."""


@cache
def shipped(name: str) -> Playbook:
    """One of them."""
    return load(FOLDER / f"{name}.yaml").playbook


@cache
def items() -> Catalogue:
    """What can be charged."""
    return catalogue(CONTENT / "items.yaml")


def known(playbook: Playbook, world: World) -> dict[str, Any]:
    """What the texts may count on where a contact is in this world; what is not known there is left out."""
    words: dict[str, Any] = {
        "organisation": "Example Support",
        "agent": "Dana",
        "came": CAME[world.origin],
        "reason": "payment failed",
        "price": lambda code: money_text(items().item(code).price),
        "terms": dict(playbook.terms),
    }
    if world.customer == "attached":
        words |= {"customer": "Sample Bakery", "person": "Maria"}
    if (plan := PLANS.get(world.known("plan") or "")) is not None:
        words["plan"] = plan
    if world.type != "none" or world.known("hardware") not in (None, "none") or playbook.id in BY_HAND:
        words |= {"number": "4-0001", "story": "The printer is asked to be replaced"}
    if world.invoice == "open":
        words["total"] = money_text(sum(items().item(code).price for code in world.items))
    if world.known("past_due") == "yes":
        words |= {"past_due": "$120.00", "past_due_days": 45}
        if world.invoice == "open":
            words["due_total"] = "$140.00"
    if world.known("hardware") in ("quoted", "accepted", "ordered", "arrived"):
        words |= {"part_price": "$80.00", "visit_price": "$150.00"}
    return words


@cache
def stands(name: str) -> list[tuple[Arrival, list[Way]]]:
    """Every card in every world that can reach it, and the ways on. Worlds are told apart by all that they hold:
    `check` and `simulate` leave out what no condition asks for, and a text may name just that."""
    playbook = shipped(name)
    found: list[tuple[Arrival, list[Way]]] = []
    seen: set[tuple[object, ...]] = set()
    left = deque(
        (card, world)
        for card in playbook.cards
        if card.jump or card is playbook.first
        for world in beginnings(playbook)
    )
    while left:
        card, world = left.popleft()
        key = (card.id, *(_told_apart(getattr(world, one.name)) for one in fields(world)))
        if key in seen:
            continue
        seen.add(key)
        for arrival in arrive(card, world):
            onward = list(ways(card, arrival.world))
            found.append((arrival, onward))
            left.extend((playbook.card(way.to), way.world) for way in onward)
    return found


def _told_apart(value: object) -> object:
    return frozenset(value.items()) if isinstance(value, dict) else value
