"""A hub is put back from a backup while seats know better: each finds the new epoch by itself and sends again what the
hub lacks; nothing is lost, nothing is doubled."""

from __future__ import annotations

import random
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from data.backup.hubs import back_up_hub, restore_hub
from data.backup.shelf import Reason
from data.clock import SYSTEM_CLOCK
from data.floor.pace import LeapClock
from data.sync.embedded import EmbeddedHub
from data.sync.status import status_of
from tests.sync.checker import Site, check
from tests.sync.owner import OwnerProcess
from tests.sync.saver import open_saver, save_one
from tests.sync.seat_process import SeatProcess
from tests.sync.stepped import Stepped
from tests.sync.writers import Writer


class Sound(random.Random):
    """Saves with this chance are never such as a hub refuses: those are not sent again."""

    def random(self) -> float:
        return super().random() * 0.96


@pytest.mark.parametrize("seed", range(4))
def test_seats_send_again_what_a_hub_lacks(tmp_path: Path, clock: LeapClock, seed: int) -> None:
    """Before the backup, after it, while the hub is put back, and once more."""
    hub, chance = tmp_path / "hub.db", Sound(seed)
    seats = [Stepped(tmp_path / f"seat-{place}.db", hub, clock) for place in range(3)]

    def work() -> None:
        for seat in seats:
            seat.save(chance.randrange(1, 8), chance)
            if chance.random() < 0.8:
                seat.sync()

    work()
    early = back_up_hub(hub, Reason.BY_HAND, clock.now())
    epoch = status_of(hub, clock.now()).epoch
    late = Stepped(tmp_path / "late.db", hub, clock)
    seats.append(late)
    work()
    late.sync()
    for _ in range(2):
        done = restore_hub(hub, early, clock.now())
        assert done.seats_carried >= 1
        work()
    for seat in (*seats, *seats):
        seat.sync()
    site = Site(hub, [seat.path for seat in seats], {op for seat in seats for op in seat.saved})
    for seat in seats:
        assert seat.status.online, seat.status
        seat.close()
    assert check(site) == []
    assert status_of(hub, clock.now()).epoch not in (epoch, None)


def test_seats_that_are_open_over_a_socket_and_on_the_file(tmp_path: Path) -> None:
    """Real workers, a real owner: the hub is put back under all of them, and they need nobody."""
    hub, chance = tmp_path / "hub.db", Sound(7)
    paths = [tmp_path / f"seat-{place}.db" for place in range(3)]
    consoles = [open_saver(path) for path in paths]
    site = Site(hub, paths)
    with tempfile.TemporaryDirectory(prefix="hub") as short, ExitStack() as stack:
        owner = stack.enter_context(OwnerProcess(hub, Path(short) / "s"))
        addresses = [f"unix:{owner.socket}", f"unix:{owner.socket}", hub]
        seats = [
            stack.enter_context(SeatProcess(path, address, path.stem))
            for path, address in zip(paths, addresses, strict=True)
        ]

        def work(saves: int) -> None:
            for place in range(saves):
                site.saved |= set(save_one(consoles[place % 3], chance))
                seats[place % 3].wake()

        def at_rest() -> bool:
            with closing(EmbeddedHub(hub)) as one:
                clock = one.snapshot_v1(Writer(one, "reader", "reader").replica, None, 1).start
            return all(
                not console.value("SELECT count(*) FROM outbox WHERE state NOT IN ('refused', 'done')")
                and int(console.value("SELECT value FROM sync_state WHERE key = 'cursor'") or 0) == clock
                for console in consoles
            )

        work(15)
        seats[0].wait_until(at_rest, 40)
        made = back_up_hub(hub, Reason.BY_HAND, SYSTEM_CLOCK.now())
        work(15)
        seats[0].wait_until(at_rest, 40)
        epoch = restore_hub(hub, made, SYSTEM_CLOCK.now()).epoch
        work(6)
        seats[0].wait_until(at_rest, 60)
        for seat in seats:
            assert seat.wait_status(lambda told: told.online)
        known = {console.value("SELECT value FROM sync_state WHERE key = 'epoch'") for console in consoles}
        assert known == {epoch}
    for console in consoles:
        console.close()
    assert check(site) == []
