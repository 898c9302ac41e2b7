"""The outage board in the store: what is down, since when, until when. Each is one transaction.

Who may write is asked by the caller (`LEADERS`) and by hubs where people sign in (`contract.BY_LEADERS`)."""

from __future__ import annotations

from datetime import datetime, timedelta

from data.clock import Clock
from data.models.base import AgentId, instant_text, new_id
from data.models.customer import Customer
from data.models.outage import Outage
from data.outages import rules
from data.outages.rules import OutageFaultError
from data.store.database import Store
from data.store.save import saving

LONGEST_NAME = 80
LONGEST_TEXT = 400
EARLY = timedelta(minutes=5)
"""So far ahead of our clock may a time be that means now: the clocks of two machines differ."""


def open_outages(store: Store) -> list[Outage]:
    """What is down, the longest first."""
    return rules.in_order(Outage.from_row(row) for row in store.rows('SELECT * FROM outage WHERE "over" IS NULL'))


def history(store: Store, since: datetime) -> list[Outage]:
    """What is down, then what was over after a moment, the newest first."""
    rows = store.rows('SELECT * FROM outage WHERE "over" IS NULL OR "over" >= ?', (instant_text(since),))
    return rules.in_order(Outage.from_row(row) for row in rows)


def get(store: Store, outage_id: str) -> Outage:
    """One outage.

    Raises:
        LookupError: there is none.
    """
    row = store.row("SELECT * FROM outage WHERE id = ?", (outage_id,))
    if row is None:
        raise LookupError("This outage is no longer on the board.")
    return Outage.from_row(row)


def affecting(store: Store, customer: Customer) -> Outage | None:
    """The open outage that a customer is on."""
    return rules.affecting(customer, open_outages(store))


def set_down(
    store: Store,
    node: str,
    city: str,
    agent: AgentId,
    clock: Clock,
    *,
    since: datetime | None = None,
    expected: datetime | None = None,
    text: str = "",
    outage_id: str = "",
) -> Outage:
    """Put a node on the board.

    Args:
        since: since when it is down; None: since now.
        expected: when it should be up again; None: not known.
        text: what agents may say about it.

    Raises:
        OutageFaultError: there is no node, it is down already, or the times cannot be.
        StoreError: nothing was written.
    """
    now = clock.now()
    outage = Outage(
        id=outage_id or new_id(),
        node=_name(node, "node"),
        city=_name(city, "city") if city.strip() else "",
        since=since or now,
        expected=expected,
        text=" ".join(text.split())[:LONGEST_TEXT],
        made_by=agent,
        made_at=now,
    )
    check_times(outage, now)
    with saving(store, agent, clock) as change:
        down = next((one for one in open_outages(store) if rules.same(one.node, outage.node)), None)
        if down is not None:
            raise OutageFaultError(f"{down.node} is down already: change what is known of it.")
        return change.add(outage)


def change(
    store: Store, outage_id: str, agent: AgentId, clock: Clock, *, expected: datetime | None, text: str
) -> Outage:
    """Another expected end, or other words for agents.

    Raises:
        OutageFaultError: it is up again, or the end is before the beginning.
        LookupError: there is no such outage.
        StoreError: nothing was written.
    """
    with saving(store, agent, clock) as change_:
        before = _still_down(store, outage_id)
        text = " ".join(text.split())[:LONGEST_TEXT]
        check_times(before.model_copy(update={"expected": expected}), clock.now())
        change_.update(Outage, outage_id, expected=expected, text=text)
        return get(store, outage_id)


def set_up(store: Store, outage_id: str, agent: AgentId, clock: Clock) -> Outage:
    """It is up again. Raises as `change` does."""
    with saving(store, agent, clock) as change_:
        before = _still_down(store, outage_id)
        change_.update(Outage, outage_id, over=max(before.since, clock.now()))
        return get(store, outage_id)


def set_down_again(store: Store, outage_id: str, agent: AgentId, clock: Clock) -> Outage:
    """Take back that it is up.

    Raises:
        OutageFaultError: the node is down by a later entry.
        LookupError: there is no such outage.
    """
    with saving(store, agent, clock) as change_:
        before = get(store, outage_id)
        if any(rules.same(one.node, before.node) for one in open_outages(store)):
            raise OutageFaultError(f"{before.node} is down already: change what is known of it.")
        change_.update(Outage, outage_id, over=None)
        return get(store, outage_id)


def check_times(outage: Outage, now: datetime) -> None:
    """Raises:
    OutageFaultError: it begins in the future, or ends before it begins."""
    if outage.since > now + EARLY:
        raise OutageFaultError("It is down since a time that is still to come: write an earlier one.")
    if outage.expected is not None and outage.expected <= outage.since:
        raise OutageFaultError("The expected end is before its beginning: write a later one.")


def _still_down(store: Store, outage_id: str) -> Outage:
    outage = get(store, outage_id)
    if outage.over is not None:
        raise OutageFaultError(f"{outage.node} is up again already.")
    return outage


def _name(typed: str, what: str) -> str:
    name = " ".join(typed.split())
    if not name:
        raise OutageFaultError(f"The {what} is missing: type its name.")
    if len(name) > LONGEST_NAME:
        raise OutageFaultError(f"The name of the {what} is too long: at most {LONGEST_NAME} letters.")
    return name
