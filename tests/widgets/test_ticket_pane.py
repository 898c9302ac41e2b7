"""The ticket form: it checks while one types, tells of every change, and never takes text away (TICK-1, TICK-5)."""

from __future__ import annotations

import pytest

from console.keymap import Keys
from tests.widgets.stage import Stage, on_stage, said, text_of
from tests.widgets.views import NOW, events, ticket, ticket_view
from widgets.fields import TextField
from widgets.pane import PaneHeading
from widgets.ticket_pane import TicketPane


def make() -> TicketPane:
    return TicketPane(id="ticket", key_of=Keys())


def check_line(stage: Stage) -> str:
    return text_of(stage.query_one("#ticket-check")).strip()


def edits(stage: Stage) -> list[TicketPane.Edited]:
    return said(stage, TicketPane.Edited)


async def test_without_a_ticket_it_says_what_it_is_for() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(TicketPane)
        assert not stage.query_one("#ticket-form").display
        assert "A ticket opens with a contact" in text_of(stage.query_one("#ticket-history"))
        pane.go()
        await pilot.press("enter", "a", "escape")
        await pilot.pause()
        assert edits(stage) == []


async def test_what_is_typed_is_told_with_the_place_of_the_cursor() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(TicketPane)
        pane.show(ticket_view(), NOW)
        pane.go()
        await pilot.press(*"Fax", "left")
        await pilot.pause()
        last = edits(stage)[-1]
        assert (last.item_id, last.fields["title"], last.focus, last.cursor) == ("call", "Fax", "title", (0, 2))
        assert set(last.fields) == set(pane.fields)
        assert last.fields["type"] == "1"


async def test_filling_the_form_is_no_edit() -> None:
    async with on_stage(make) as (stage, pilot):
        stage.query_one(TicketPane).show(ticket_view("text"), NOW)
        await pilot.pause()
        assert edits(stage) == []


async def test_it_checks_as_one_types() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(TicketPane)
        pane.show(ticket_view(), NOW)
        await pilot.pause()
        assert check_line(stage) == "", "an empty form is no mistake"
        pane.field("code").focus()
        await pilot.press(*"12")
        await pilot.pause()
        assert "code: six digits" in check_line(stage)
        assert pane.field("code").has_class("-fault")
        pane.field("details").focus()
        await pilot.press("x")
        await pilot.pause()
        assert "title: a few words" in check_line(stage)
        pane.field("title").focus()
        await pilot.press("y")
        pane.field("code").focus()
        await pilot.press(*"3456")
        await pilot.pause()
        assert "✗" not in check_line(stage)
        assert not pane.field("code").has_class("-fault")


async def test_a_type_says_what_it_also_wants() -> None:
    async with on_stage(make, size=(160, 40)) as (stage, pilot):
        pane = stage.query_one(TicketPane)
        pane.show(ticket_view(), NOW)
        pane.field("title").focus()
        await pilot.press("x")
        pane.field("type").focus()
        assert not stage.query_one("#row-worksheet").display
        await pilot.press("4")
        await pilot.pause()
        assert stage.query_one("#row-worksheet").display
        assert "also wants assignee, contact, asset, SLA, details" in check_line(stage)
        assert edits(stage)[-1].fields["type"] == "4"


async def test_text_under_the_cursor_is_never_replaced() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(TicketPane)
        pane.show(ticket_view(), NOW)
        pane.go()
        await pilot.press(*"mine")
        pane.show(ticket_view(fields={"title": "stale draft"}), NOW)
        await pilot.pause()
        assert pane.fields["title"] == "mine"
        await pilot.press("escape")
        await pilot.pause()
        pane.show(ticket_view(fields={"title": "what others wrote"}), NOW)
        await pilot.pause()
        assert pane.fields["title"] == "what others wrote", "nobody types here now"


async def test_another_thing_brings_its_own_texts_also_while_one_types() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(TicketPane)
        pane.show(ticket_view(item="first"), NOW)
        pane.go()
        await pilot.press(*"one")
        pane.show(
            ticket_view(
                item="second", fields={"title": "two", "details": "l1\nl2"}, focus="details", cursor=(1, 1)
            ),
            NOW,
        )
        await pilot.pause()
        assert pane.fields["title"] == "two"
        details = pane.field("details")
        assert isinstance(details, TextField)
        assert details.has_focus
        assert details.cursor_at == (1, 1)
        assert [edit.item_id for edit in edits(stage) if edit.fields["title"] == "two"] == []


async def test_escape_leaves_the_form_and_enter_goes_back_into_it() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(TicketPane)
        pane.show(ticket_view(), NOW)
        pane.go()
        await pilot.press("a", "escape")
        await pilot.pause()
        assert pane.focused_field == ""
        assert edits(stage)[-1].fields["title"] == "a"
        await pilot.press("enter")
        await pilot.pause()
        assert pane.focused_field == "title"


async def test_enter_and_tab_go_through_the_fields_in_order() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(TicketPane)
        pane.show(ticket_view(), NOW)
        pane.go()
        seen = [pane.focused_field]
        await pilot.press("enter")
        await pilot.pause()
        seen.append(pane.focused_field)
        for _ in range(8):
            await pilot.press("tab")
            await pilot.pause()
            seen.append(pane.focused_field)
        assert seen == [
            "title",
            "type",
            "priority",
            "assignee",
            "state",
            "person",
            "asset",
            "sla",
            "code",
            "details",
        ]


async def test_a_card_number_leaves_the_form_at_once() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(TicketPane)
        pane.show(ticket_view(), NOW)
        pane.field("details").focus()
        await pilot.press(*"pays 4111 1111 1111 1111")
        await pilot.pause()
        assert pane.fields["details"] == "pays card ••••1111"
        assert said(stage, TicketPane.Masked)
        assert edits(stage)[-1].fields["details"] == "pays card ••••1111"


@pytest.mark.parametrize(
    ("view", "figure"),
    [
        ({"number": "10001"}, "10001"),
        ({"number": ""}, "new"),
        ({"number": "10001", "unsaved": True}, "10001 · draft"),
        ({"number": "10001", "ticket": ticket("x")}, "10001 · open · saved"),
    ],
)
async def test_the_heading_says_number_and_state(view: dict[str, object], figure: str) -> None:
    async with on_stage(make) as (stage, pilot):
        stage.query_one(TicketPane).show(ticket_view(**view), NOW)
        await pilot.pause()
        assert f"F5 Ticket · {figure}" in text_of(stage.query_one(PaneHeading))


async def test_a_new_form_tells_of_its_number() -> None:
    async with on_stage(make) as (stage, pilot):
        pane = stage.query_one(TicketPane)
        pane.show(ticket_view(number=""), NOW)
        await pilot.pause()
        assert "gets its number at once" in text_of(stage.query_one("#ticket-history"))
        pane.show(ticket_view(number="10007"), NOW)
        await pilot.pause()
        assert "10007 · yours already" in text_of(stage.query_one("#ticket-history"))


async def test_history_newest_first_with_who_and_when() -> None:
    async with on_stage(make, size=(100, 40)) as (stage, pilot):
        view = ticket_view("x", history=events("some text"), names={"me": "Ana"}, ticket=ticket("x"))
        stage.query_one(TicketPane).show(view, NOW)
        await pilot.pause()
        lines = [one for one in text_of(stage.query_one("#ticket-history")).splitlines() if one.strip()]
        assert "note: some text · Ana" in lines[0]
        assert "title: some text → some text · Ana" in lines[1]
        assert len(lines) == 4


async def test_history_says_the_year_of_what_is_long_ago() -> None:
    async with on_stage(make, size=(100, 40)) as (stage, pilot):
        view = ticket_view("x", history=events("some text"), ticket=ticket("x"))
        stage.query_one(TicketPane).show(view, NOW)
        await pilot.pause()
        assert "1 Dec 2024 note: some text" in " ".join(text_of(stage.query_one("#ticket-history")).split())
