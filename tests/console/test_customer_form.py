"""Creating and changing a customer by keyboard; the form warns of those who are probably known (CUST-4)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.worker import Worker, WorkerState, get_current_worker

import themes
from console.screens import customer_form
from console.screens.customer_form import CustomerDialog, Filled, Known
from console.services.drafts import Slip
from data.customers.form import doubtful
from data.customers.lookup import get, lookup
from data.models.customer import Customer, Person
from data.store.database import STORE_FILE, Store
from data.views import Found
from tests.console.stage import talk, until
from tests.console.test_workspace import opened, text_of, told
from widgets.lines import Lines

MARIA = Found("customer:1", "Maria [b]Alvarez\x1b[31m", "Alvarez Tile Co · 20718", "same name, same town")


class Loose(Slip):
    """A slip of paper that nobody keeps: the form stands alone here, without a store."""

    def __init__(self) -> None:
        self.id, self.fields, self.focus, self.cursor, self.kept_at = "customer:", {}, "", (0, 0), None

    def typed(self, fields: Mapping[str, str], focus: str, cursor: tuple[int, int]) -> None:
        self.fields = dict(fields)

    def close(self, fields: Mapping[str, str], focus: str, cursor: tuple[int, int]) -> None:
        self.fields = dict(fields)

    def discard(self) -> None:
        self.fields = {}


class Stage(App[None]):
    """The form alone; it knows one customer, whose name begins with Maria."""

    CSS_PATH: ClassVar = list(themes.STYLE_SHEETS)

    def __init__(self, known: dict[str, str]) -> None:
        super().__init__()
        self.known = known
        self.wishes: list[Filled | Known | None] = []
        self.looks = 0

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.NIGHT.variables

    def on_mount(self) -> None:
        self.push_screen(
            CustomerDialog("New customer", Loose(), self.known, self.look, self.doubt), self.wishes.append
        )

    async def doubt(self, texts: dict[str, str]) -> dict[str, str]:
        return doubtful(texts, self.known, "US")

    async def look(self, texts: dict[str, str]) -> Sequence[Found]:
        self.looks += 1
        return [MARIA] if texts["name"].startswith("Maria") else []


@asynccontextmanager
async def form(**known: str) -> AsyncIterator[tuple[Pilot[None], CustomerDialog, Stage]]:
    app = Stage(known)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        dialog = app.screen
        assert isinstance(dialog, CustomerDialog)
        yield pilot, dialog, app


def shown(dialog: CustomerDialog, lines_id: str) -> str:
    return "\n".join("".join(span.text for span in one) for one in dialog.query_one(f"#{lines_id}", Lines).lines)


async def test_a_duplicate_is_shown_while_typing_and_asked_about_once() -> None:
    async with form() as (pilot, dialog, app):
        await pilot.press(*"Maria", "tab", *"Tile")
        await until(pilot, lambda: "Maria" in shown(dialog, "customer-doubles"))
        assert "same name, same town" in shown(dialog, "customer-doubles")
        assert dialog.focused is dialog.query_one("#draft-company")
        assert app.looks <= 3

        await pilot.press("f10", "f10", "f10")
        await until(pilot, lambda: dialog.doubles.has_focus)
        await pilot.press("enter", "f10")
        assert app.wishes == []  # what was typed on is no answer
        assert "open that one, or save this one as well?" in shown(dialog, "dialog-foot")
        await pilot.pause(customer_form.GUARD_S)
        await pilot.press("f10")
        await until(pilot, lambda: bool(app.wishes))
        [wish] = app.wishes
        assert isinstance(wish, Filled)
        assert (wish.texts["name"], wish.texts["company"]) == ("Maria", "Tile")


async def test_a_number_that_cannot_be_one_is_asked_about_before_it_is_saved() -> None:
    async with form(phone2="12") as (pilot, dialog, app):
        await pilot.press(*"Bo", "tab", "tab", "tab", *"617 555 01", "tab", "f10")
        await until(pilot, lambda: "phone: too short for a telephone number" in shown(dialog, "dialog-foot"))
        assert "save anyway" in shown(dialog, "dialog-foot")
        assert dialog.focused is dialog.query_one("#draft-phone") and not app.wishes
        await pilot.press("2", "3")
        await until(pilot, lambda: "save anyway" not in shown(dialog, "dialog-foot"))
        await pilot.press("backspace", "backspace", "backspace")
        await pilot.pause(customer_form.GUARD_S)
        await pilot.press("f10")
        await until(pilot, lambda: "phone: the area code is missing" in shown(dialog, "dialog-foot"))
        await pilot.pause(customer_form.GUARD_S)
        await pilot.press("f10")
        await until(pilot, lambda: bool(app.wishes))
        [wish] = app.wishes
        assert isinstance(wish, Filled), "there are short numbers in other countries"
        assert (wish.texts["phone"], wish.texts["phone2"]) == ("617 555 0", "12"), (
            "what stood there is not asked about"
        )


async def test_who_is_found_after_the_form_was_left_is_not_shown() -> None:
    looking: list[Worker[object]] = []

    async with form() as (pilot, dialog, _app):

        async def look(_texts: dict[str, str]) -> Sequence[Found]:
            looking.append(get_current_worker())
            dialog.dismiss(None)
            while dialog.query("#customer-doubles"):  # noqa: ASYNC110 - the moment is tested in which it goes
                await asyncio.sleep(0)
            return [MARIA]

        dialog._look = look
        await pilot.press(*"Maria")
        await until(pilot, lambda: bool(looking) and looking[0].is_finished)
    assert looking[0].state is not WorkerState.ERROR


async def test_the_known_one_can_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customer_form, "GUARD_S", 0.0)
    async with form(name="Maria") as (pilot, dialog, app):
        await pilot.press("f10")
        await until(pilot, lambda: dialog.doubles.has_focus)
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.wishes))
        assert app.wishes == [Known("customer:1")]


async def test_a_new_customer_needs_a_name_and_no_card_number_is_shown() -> None:
    async with form(phone="202-555-0142") as (pilot, dialog, app):
        await pilot.press("f10")
        await until(pilot, lambda: "every customer needs one" in shown(dialog, "dialog-foot"))
        await pilot.press(*"4111111111111111")
        await until(pilot, lambda: dialog.fields["name"] == "card ••••1111")
        await pilot.press("f10")
        await until(pilot, lambda: bool(app.wishes))
        [wish] = app.wishes
        assert isinstance(wish, Filled) and wish.texts["phone"] == "202-555-0142"


async def test_there_is_room_for_every_contact_and_one_more() -> None:
    people = {f"person{place}": f"Person {place}" for place in range(1, 6)}
    async with form(**people) as (pilot, dialog, _app):
        assert [name for name in dialog.fields if name.startswith("person")] == [f"person{n}" for n in range(1, 7)]
        last = dialog.query_one("#draft-money6")
        last.focus()
        await pilot.pause()
        await pilot.press("n")
        assert dialog.fields["money6"] == "no"
        assert dialog.query_one("#dialog").region.contains_region(last.region)


async def test_known_customer_is_attached_and_changed(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed, "c-2")
        await pilot.press("e")
        await until(pilot, lambda: "No customer is open" in told(pilot))
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, CustomerDialog))
        await pilot.pause()
        dialog = pilot.app.screen
        await pilot.press("end", "ctrl+u", *"Maria", "space", *"Alvares", "tab", *"alvarez", "space", *"tile", "space", *"co", "f10")  # fmt: skip
        assert isinstance(dialog, CustomerDialog)
        await until(pilot, lambda: dialog.doubles.has_focus)
        assert "name alike, same company" in shown(dialog, "customer-doubles")
        await pilot.pause(customer_form.GUARD_S)
        await pilot.press("enter")
        await until(pilot, lambda: feed.contact("c-2").customer_id == "20718")
        await until(pilot, lambda: "Joel not about money" in text_of(screen, "customer-lines"))

        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, CustomerDialog))
        await pilot.pause()
        pilot.app.screen.query_one("#draft-city").focus()
        await pilot.press("end", "ctrl+u", *"Eastmere", *["tab"] * 6, "y", "tab", *"Ann", "tab", "n", "f10")
        await until(pilot, lambda: "Changed: Maria Alvarez" in told(pilot))
        await until(pilot, lambda: "Joel may discuss money" in text_of(screen, "customer-lines"))
        assert "Ann not about money" in text_of(screen, "customer-lines")
        with Store(tmp_path / STORE_FILE, create=False) as store:
            assert [one.customer.name for one in lookup(store, "alvares")] == ["Maria Alvarez"]
            now = get(store, "20718")
        assert isinstance(now, Customer)
        assert (now.city, now.company, len(now.phones)) == ("Eastmere", "Alvarez Tile Co", 2)
        assert now.people == (
            Person(name="Maria", money=True),
            Person(name="Joel", money=True),
            Person(name="Ann", money=False),
        )
        await until(pilot, lambda: screen.session.sync.queued == 0)
