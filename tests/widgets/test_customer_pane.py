"""The customer pane: card, search, chooser, and what is picked (CUST-1 to 3)."""

from __future__ import annotations

import pytest

from data.models.customer import Customer, Person
from data.views import Found, Glance
from tests.widgets.stage import Stage, on_stage, said, text_of
from tests.widgets.views import NOW, glance
from widgets.customer_pane import CustomerPane
from widgets.fields import LineField
from widgets.glance import card
from widgets.pane import PaneHeading

HITS = [
    Found("customer:1", "Ann Lee", "account 1", "name"),
    Found("customer:2", "Ben Lee", "account 2", "name"),
    Found("ticket:t1", "# 10001", "Printer", "ticket · open"),
]


def make() -> CustomerPane:
    return CustomerPane(id="customer")


def shown(stage: Stage) -> str:
    return text_of(stage.query_one("#customer-lines"))


def picked(stage: Stage) -> list[str]:
    return [told.key for told in said(stage, CustomerPane.Picked)]


def queries(stage: Stage) -> list[str]:
    return [told.query for told in said(stage, CustomerPane.Search)]


async def test_nobody_yet_says_what_can_be_done() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(CustomerPane)
        assert "No customer is open" in shown(stage)
        pane.show_nobody("+12155550101", "Ask for the name.")
        await pilot.pause()
        assert "No customer has the number +12155550101." in shown(stage)
        assert "Ask for the name." in shown(stage)
        assert not stage.query_one("#customer-search").display


async def test_the_card_of_a_customer() -> None:
    async with on_stage(make, size=(100, 40)) as (stage, pilot):
        stage.query_one(CustomerPane).show_glance(glance("Maria"), NOW)
        await pilot.pause()
        card = shown(stage)
        for part in ("account Maria", "because: Maria", "▲ Maria", "Managed services", "✓ calling from", "✓ name"):
            assert part in card


async def test_typing_asks_for_hits_and_enter_takes_the_best() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(CustomerPane)
        pane.search()
        await pilot.press(*"lee")
        await pilot.pause()
        assert queries(stage)[-3:] == ["l", "le", "lee"]
        pane.show_results(HITS, "lee")
        await pilot.pause()
        assert [one.split()[0] for one in shown(stage).splitlines() if one.strip()] == ["Ann", "Ben", "#"]
        assert "search · 3" in text_of(stage.query_one(PaneHeading))
        await pilot.press("enter")
        await pilot.pause()
        assert picked(stage) == ["customer:1"]
        assert not pane.searching


async def test_up_and_down_in_the_box_move_in_the_list() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(CustomerPane)
        pane.search()
        await pilot.press(*"lee")
        pane.show_results(HITS, "lee")
        await pilot.press("down", "down", "up", "enter")
        await pilot.pause()
        assert picked(stage) == ["customer:2"]


async def test_enter_before_the_hits_are_there_takes_the_best_when_they_come() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(CustomerPane)
        pane.search()
        await pilot.press(*"le")
        pane.show_results(HITS[1:], "le")
        await pilot.press("e", "enter")
        await pilot.pause()
        assert picked(stage) == [], "those hits were for another text"
        pane.show_results(HITS[1:], "le")
        assert picked(stage) == []
        pane.show_results(HITS, "lee")
        await pilot.pause()
        assert picked(stage) == ["customer:1"]


async def test_nothing_found_is_said_and_enter_takes_nobody() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(CustomerPane)
        pane.search()
        await pilot.press(*"zzz")
        pane.show_results([], "zzz")
        await pilot.press("enter")
        await pilot.pause()
        assert "Nothing found for zzz" in shown(stage)
        assert picked(stage) == []
        assert pane.searching


async def test_escape_leaves_the_search_and_shows_the_customer_again() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(CustomerPane)
        pane.show_glance(glance("Maria"), NOW)
        pane.search("le")
        assert stage.query_one("#customer-search", LineField).value == "le"
        pane.show_results(HITS, "le")
        pane.show_glance(glance("Joel"), NOW)
        await pilot.pause()
        assert "Ann Lee" in shown(stage), "a search stays in front of what pops meanwhile"
        await pilot.press("escape")
        await pilot.pause()
        assert said(stage, CustomerPane.Left)
        assert "account Joel" in shown(stage)
        assert picked(stage) == []


async def test_results_that_come_after_the_search_was_left_are_nothing() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(CustomerPane)
        pane.search("le")
        pane.close_search()
        pane.show_results(HITS, "le")
        await pilot.pause()
        assert "Ann Lee" not in shown(stage)


async def test_those_who_share_a_number_are_offered() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(CustomerPane)
        pane.show_choice(HITS[:2], "2 have this number")
        pane.go()
        await pilot.press("down", "enter")
        await pilot.pause()
        assert picked(stage) == ["customer:2"]
        assert "2 have this number" in text_of(stage.query_one(PaneHeading))


@pytest.mark.parametrize("show", ["choice", "glance", "nobody", "results"])
async def test_another_width_lays_everything_out_again(show: str) -> None:
    async with on_stage(make, size=(120, 30)) as (stage, pilot):
        pane = stage.query_one(CustomerPane)
        match show:
            case "choice":
                pane.show_choice(HITS, "several")
            case "glance":
                pane.show_glance(glance("Maria Alvarez of Ridgeport"), NOW)
            case "nobody":
                pane.show_nobody("")
            case "results":
                pane.search("lee")
                pane.show_results(HITS, "lee")
        await pilot.pause()
        before = shown(stage)
        await pilot.resize_terminal(40, 30)
        await pilot.pause()
        assert max(len(one) for one in shown(stage).splitlines()) <= 40
        await pilot.resize_terminal(120, 30)
        await pilot.pause()
        assert shown(stage) == before


async def test_who_may_discuss_money_is_said_in_words() -> None:
    people = (Person(name="Ann", money=True), *(Person(name=f"Person {number}") for number in range(2, 11)))
    for shown_people, words in (
        (people, ("Ann may discuss money", "Person 2 not about money", "Person 8 not", "and 2 more")),
        (people[1:2], ("Person 2 may discuss money",)),
        ((Person(name="Bo", role="owner", money=False),), ("Bo owner not about money",)),
    ):
        customer = Customer(id="1", name="Acme", people=shown_people)
        said = " ".join("".join(span.text for span in one) for one in card(Glance(customer), NOW, 200))
        for word in words:
            assert word in said
