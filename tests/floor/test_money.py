"""The practice customers have invoices, as old as the content says, on the hub of a new floor (TICK-3, PLAY-D2)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from data.billing import accounts
from data.billing.ledger import Account
from data.customers import lookup
from data.floor.floor import Floor
from data.floor.options import FloorOptions
from data.floor.pace import LeapClock
from data.floor.practice import load_practice
from data.floor.stable import stable_id
from data.models.customer import Customer, Plan
from data.store.database import Store
from data.sync.embedded import EmbeddedHub
from data.sync.replica import Replica

EVENING = datetime(2026, 3, 8, 3, 30, tzinfo=UTC)
"""Still the day before in New York."""
NEW_YORK = ZoneInfo("America/New_York")


def seat_of_a_new_floor(folder: Path) -> Store:
    """Everything that a floor puts on an empty hub, as it comes to a seat."""
    hub = EmbeddedHub(folder / "hub.db")
    clock = LeapClock(EVENING)
    Floor(hub, FloorOptions(hub=folder / "hub.db", seed=1, site_tz="America/New_York"), clock)
    store = Store(folder / "seat.db")
    replica = Replica(store, clock)
    hub.enrol_v1(replica.identity(), "seat")
    more = True
    while more:
        page = hub.pull_v1(replica.identity(), replica.pulled)
        replica.apply(page)
        more = page.more
    hub.close()
    return store


def test_who_owes_what(tmp_path: Path) -> None:
    today = EVENING.astimezone(NEW_YORK).date()
    with seat_of_a_new_floor(tmp_path) as store:
        found: dict[str, tuple[Customer, Account]] = {}
        for invoice in load_practice().invoice:
            customer = lookup.get(store, stable_id("customer", invoice.account))
            assert customer is not None
            found[invoice.account] = (customer, accounts.account(store, customer.id, today))
            numbered = accounts.find_invoices(store, f"{invoice.ticket}-1")
            assert [one.customer_id for one in numbered] == [customer.id]
    maria, account = found["20718"]
    assert (maria.plan, account.past_due, account.oldest_days) == (Plan.PAY_AS_YOU_GO, Decimal("120.00"), 41)
    assert [maria.may_discuss_money(person) for person in maria.people] == [True, False]
    owing = {plan: [one for one in found.values() if one[0].plan is plan and one[1].past_due] for plan in Plan}
    assert owing[Plan.HELP_DESK]
    assert owing[Plan.MANAGED]
    several = [customer for customer, account in found.values() if account.past_due and len(customer.people) > 1]
    marked = [any(map(customer.may_discuss_money, customer.people)) for customer in several]
    assert set(marked) == {True, False}
    assert found["21261"][1].past_due == 0, "29 days"
    assert found["21192"][1].open_balance == 0, "all paid"
    assert [one.word for one in found["21311"][1].invoices] == ["part paid"]


def test_a_hub_with_customers_of_its_own_gets_no_invoices(tmp_path: Path) -> None:
    first = seat_of_a_new_floor(tmp_path)
    before = first.rows("SELECT id, at FROM invoice ORDER BY id")
    first.close()
    (tmp_path / "seat.db").unlink()
    hub = EmbeddedHub(tmp_path / "hub.db")
    later = LeapClock(datetime(2026, 5, 1, tzinfo=UTC))
    Floor(hub, FloorOptions(hub=tmp_path / "hub.db", seed=2), later)
    page = hub.snapshot_v1("x", ("invoice", ""), 500)
    assert sorted(row.entity_id for row in page.rows if row.entity == "invoice") == [row["id"] for row in before]
    hub.close()
