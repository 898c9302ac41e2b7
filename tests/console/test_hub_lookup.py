"""A seat that does not keep every customer: others are found at the hub, beside what is found here."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from console.app import AgentConsole
from console.settings import Settings
from data.store.database import Store
from tests.console.stage import ANN, LEE, sign_on, staged, until, workspace

SMALL = Settings(directory=False, sync_days=30)


def customers(folder: Path) -> int:
    with Store(folder / "seat.db") as store:
        return int(store.value("SELECT count(*) FROM customer"))


async def test_customers_that_are_not_here_are_found_at_the_hub(tmp_path: Path) -> None:
    app, feed = staged(tmp_path, settings=SMALL)
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await sign_on(pilot)
        assert customers(tmp_path) == 0
        found = await screen.session.customers.search("Lee")
        assert found == []
        more = await screen.session.customers.search_hub("Lee", found)
        assert {one.key for one in more} == {f"customer:{one}" for one in (LEE.id, ANN.id, "20732")}
        assert {one.why for one in more} == {"from the hub"}
        assert customers(tmp_path) == 3, "kept"
        assert await screen.session.customers.search_hub("Lee", await screen.session.customers.search("Lee")) == []
        assert await screen.session.customers.search_hub("Le", []) == [], "too short to ask"
    feed.close()


async def test_hits_of_the_hub_come_after_those_that_are_here(tmp_path: Path) -> None:
    app, feed = staged(tmp_path, settings=SMALL)
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await sign_on(pilot)
        await pilot.press("slash", *"Lee")
        pane = screen.customer_pane
        await until(pilot, lambda: any("from the hub" in str(line) for line in shown(app)))
        assert pane.searching
    feed.close()


async def test_a_caller_whose_number_is_not_here_is_known_by_the_hub(tmp_path: Path) -> None:
    app, feed = staged(tmp_path, settings=SMALL)
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await sign_on(pilot)
        await ready_for(pilot, "c-3")
        await until(pilot, lambda: feed.contact("c-3").customer_id == LEE.id)
        await until(pilot, lambda: screen.glance is not None)
        assert screen.glance is not None and screen.glance.glance.customer.name == LEE.name
    feed.close()


async def test_with_the_directory_the_hub_is_not_asked(tmp_path: Path) -> None:
    app, feed = staged(tmp_path)
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await sign_on(pilot)
        assert screen.session.seat.link.directory
        assert await screen.session.customers.search_hub("nobody of this name", []) == []
    feed.close()


def shown(app: AgentConsole) -> list[str]:
    return [str(strip.text) for strip in app.screen._compositor.render_strips()]


async def ready_for(pilot: Pilot[str], contact_id: str) -> None:
    screen = workspace(pilot)
    await pilot.press("r")
    await until(pilot, lambda: screen.session.phone.status.state == "ready")
    screen.do(screen.session.phone.take(contact_id))
