"""A hub says how many changes of an id it has; across its lives that says little. What had to wait took a number too, a
load takes new ones at each try, and a store that is put back knows less of them than the hub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data.customers.importing import import_customers
from data.store.database import Store
from data.sync.contract import HubUnreachable
from data.sync.loading import PAGE
from tests.sync.restorable import Seat, StartSeat, faults
from tests.sync.test_restore_branches import (
    Site,
    go_offline,
    made_at,
    put_back_after_the_disk_broke,
    shown_at,
    site,
    sync,
)

__all__ = ["site"]


def held(seat: Seat) -> int:
    return int(str(seat.value("SELECT count(*) FROM outbox WHERE state = 'held'")))


@pytest.mark.parametrize("said", [True, False])
@pytest.mark.parametrize("way", ["newer", "newer twice", "older and then newer"])
def test_what_only_a_broken_disk_knew_to_wait_is_sent_again(
    site: Site, tmp_path: Path, said: bool, way: str
) -> None:
    """The newer backup has the change as sent. Twice: it is put back once more before the hub is heard; the older one, of
    before the change, hears the hub in between."""
    seat, other, hub_backup = site
    made = made_at(other)
    sync(other, seat)
    older = seat.back_up()
    seat.edit(made.id, details="ours")
    seat.sync()
    newer = seat.back_up()
    made_at(seat, "own", "S-3")
    go_offline(seat, other)
    hub_backup.restore(said=said)
    sync(seat)
    assert held(seat)
    put_back_after_the_disk_broke(seat, older if way.startswith("older") else newer)
    if way.startswith("older"):
        sync(seat)
    if way != "newer":
        seat.restore(newer)
    sync(seat, other, seat, seat, other)
    assert shown_at(other, made).details == "ours"
    assert faults([seat, other], tmp_path / "hub.db") == []


@pytest.mark.parametrize("said", [True, False])
def test_what_was_sent_in_another_life_of_the_hub_comes_back_in_this_one(
    site: Site, start_seat: StartSeat, said: bool
) -> None:
    """The hub counts from the beginning again: a change is not to be awaited where it stood in the hub's order then."""
    seat, other, hub_backup = site
    scrapped = start_seat("scrapped")
    for count in range(20):
        made_at(scrapped, "x", f"X-{count}")
    sync(scrapped)
    one = made_at(seat, "mine")
    seat.push_some(9)
    backup = seat.back_up()
    go_offline(seat, other, scrapped)
    hub_backup.restore(said=said)
    sync(seat, other)
    seat.restore(backup)
    sync(seat, other)
    other.edit(one.id, title="theirs")
    sync(other, seat)
    assert shown_at(seat, one).title == "theirs"
    assert seat.value("SELECT count(*) FROM outbox") == 0


def test_what_waited_for_a_row_that_is_here_by_now_goes_out(site: Site, tmp_path: Path) -> None:
    """Saved on an old backup behind what waited then; in the newer one, that is done, and the row does not come again."""
    seat, other, hub_backup = site
    made = made_at(other)
    sync(other, seat)
    seat.edit(made.id, details="ours")
    seat.sync()
    go_offline(seat, other)
    hub_backup.restore()
    sync(seat)
    assert held(seat)
    older = seat.back_up()
    sync(other, seat, seat, other)
    newer = seat.back_up()
    put_back_after_the_disk_broke(seat, older)
    seat.online = False
    before = held(seat)
    seat.edit(made.id, title="later")
    seat._worker._replica.next_ops()
    assert held(seat) > before
    seat.restore(newer)
    sync(seat, other, seat, seat, other)
    assert shown_at(other, made).title == "later"
    assert faults([seat, other], tmp_path / "hub.db") == []


# imports


def bring_in(seat: Seat, many: int) -> None:
    """Import so many customers, at a seat that is online."""
    rows = "".join(f"c{count},Customer {count},+1 212 555 01{count % 100:02d},\n" for count in range(many))
    file = seat.path.with_name("customers.csv")
    file.write_text(f"id,name,phone,notes\n{rows}")
    with Store(seat.path) as store:
        import_customers(store, file)
    seat.online = True


def load(seat: Seat) -> None:
    """Send imports on, as far as there are any."""
    for _ in range(3):
        seat._worker._load_at = 0.0
        sync(seat)


def customers(*seats: Seat) -> list[object]:
    return [seat.value("SELECT count(*) FROM customer") for seat in seats]


@pytest.mark.parametrize("broke", [False, True])
def test_an_import_that_went_out_again_in_part_is_whole_in_the_end(site: Site, broke: bool) -> None:
    """The hub has higher numbers of it than the backup knows, and not all of the customers."""
    seat, other, hub_backup = site
    bring_in(seat, 2 * PAGE + 7)
    load(seat)
    backup = seat.back_up()
    go_offline(seat, other)
    made_at(seat)
    hub_backup.restore()
    seat.online = True
    hub, loading = seat._worker._online(), seat._worker._loading
    loading._enrolled.clear()
    for _ in range(2):
        loading.send_page(hub, "seat", seat._worker._replica)
    if broke:
        seat.go_offline()
        put_back_after_the_disk_broke(seat, backup)
    else:
        seat.restore(backup)
    load(seat)
    sync(other)
    assert customers(seat, other) == [2 * PAGE + 7] * 2


def test_a_load_goes_on_from_a_backup_of_its_beginning(site: Site) -> None:
    """An answer had been lost: one page has two sets of numbers at the hub, and the backup knows neither."""
    seat, other, _ = site
    bring_in(seat, 4 * PAGE)
    hub, loading, replica = seat._worker._online(), seat._worker._loading, seat._worker._replica

    class AnswerLost:
        def __getattr__(self, name: str) -> Any:
            return getattr(hub, name)

        def push_v1(self, *given: Any) -> None:
            hub.push_v1(*given)
            raise HubUnreachable("The line was cut before the answer.")

    loading._next()
    backup = seat.back_up()
    with pytest.raises(HubUnreachable):
        loading.send_page(AnswerLost(), "seat", replica)  # type: ignore[arg-type]
    for _ in range(2):
        loading.send_page(hub, "seat", replica)
    seat.restore(backup)
    load(seat)
    load(seat)
    sync(other)
    assert customers(seat, other) == [4 * PAGE] * 2


@pytest.mark.parametrize("more", [False, True])
def test_a_hub_that_lost_an_import_without_a_word_gets_it_again(site: Site, more: bool) -> None:
    """All that the seat ever sent is that import. `more`: the hub has others' work since."""
    seat, other, hub_backup = site
    bring_in(seat, PAGE + 7)
    load(seat)
    go_offline(seat, other)
    hub_backup.restore(said=False)
    if more:
        made_at(other)
        sync(other)
    load(seat)
    sync(other)
    assert customers(seat, other) == [PAGE + 7] * 2
