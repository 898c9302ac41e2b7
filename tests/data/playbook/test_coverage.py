"""What contacts went through, counted from their steps."""

from __future__ import annotations

from datetime import timedelta

from data.clock import Clock
from data.models.base import AgentId, ContactId, new_id
from data.models.card_step import CardStep
from data.playbook.coverage import coverage
from data.playbook.model import Playbook
from data.store.database import Store
from data.store.save import saving

PLAYBOOK = Playbook.model_validate(
    {
        "id": "small",
        "version": 2,
        "cards": [
            {"id": "A", "title": "Greeting", "answers": [{"key": "1", "label": "On", "to": "B"}]},
            {"id": "B", "title": "Close", "end": "done"},
            {"id": "C", "title": "Never", "jump": True, "end": "done"},
        ],
    }
)


def went(
    store: Store, clock: Clock, *cards: tuple[str, float, str], playbook: str = "small", version: int = 2
) -> None:
    """One contact: (card, seconds, answer) for each card in turn; after the last it ended."""
    run, at = new_id(), clock.now()
    with saving(store, AgentId("ana"), clock) as change:
        for number, (card, seconds, answer) in enumerate(cards):
            following = cards[number + 1][0] if number + 1 < len(cards) and answer != "back" else ""
            change.add(
                CardStep(
                    id=new_id(),
                    run_id=run,
                    contact_id=ContactId(run),
                    playbook=playbook,
                    version=version,
                    card=card,
                    at=at,
                    left_at=(at := at + timedelta(seconds=seconds)),
                    answer=answer,
                    to=following,
                )
            )


def test_a_playbook_that_no_contact_has_run(store: Store) -> None:
    found = coverage(store, PLAYBOOK)
    assert (found.contacts, found.versions, found.unused) == (0, (), ("A", "B", "C"))
    assert [(one.times, one.median_s, one.p90_s) for one in found.cards] == [(0, None, None)] * 3


def test_times_and_where_contacts_end(store: Store, clock: Clock) -> None:
    for seconds in range(1, 11):
        went(store, clock, ("A", seconds, "1"), ("B", 2, ""))
    went(store, clock, ("A", 100, ""))
    went(store, clock, ("A", 5, "1"), playbook="another")
    found = coverage(store, PLAYBOOK)
    greeting, close, never = found.cards
    assert found.contacts == 11
    assert (greeting.times, greeting.median_s, greeting.p90_s, greeting.ended) == (11, 6.0, 10.0, 1)
    assert (close.times, close.median_s, close.ended) == (10, 2.0, 10)
    assert (never.times, found.unused) == (0, ("C",))


def test_going_back_ends_nothing(store: Store, clock: Clock) -> None:
    went(store, clock, ("A", 3, "1"), ("B", 1, "back"), ("A", 4, "1"), ("B", 2, ""))
    greeting, close, _ = coverage(store, PLAYBOOK).cards
    assert (greeting.times, close.times, close.back, close.ended) == (2, 2, 1, 1)


def test_versions_and_cards_that_are_gone(store: Store, clock: Clock) -> None:
    went(store, clock, ("old", 3, "1"), ("B", 1, ""), version=1)
    went(store, clock, ("A", 3, "1"), ("B", 1, ""))
    both = coverage(store, PLAYBOOK)
    assert both.versions == (1, 2)
    assert [(one.card, one.title) for one in both.cards][-1] == ("old", "")
    assert [one.card for one in coverage(store, PLAYBOOK, 2).cards if one.times] == ["A", "B"]
