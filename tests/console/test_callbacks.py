"""Callbacks on the screen: promised in a form that is a draft, counted, called, and what came of it logged."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from console.app import AgentConsole
from console.launch import Launch
from console.screens.callbacks import CallbackDialog, CallbacksDialog
from console.screens.drafting import TextDialog
from console.screens.modal import ConfirmDialog
from console.screens.workspace import WorkspaceScreen
from console.settings import Settings
from data.callbacks import callbacks
from data.models.agent import Agent, Role
from data.models.base import AgentId, CustomerId
from data.models.callback import Callback, CallbackAttempt, CallbackOutcome, CallbackState
from data.store.database import STORE_FILE, Store
from tests.console.stage import CLOCK, NOW, Feed, sign_on, staged, talk, until
from tests.console.test_notices import SIZES, TICKET, counted, text_of, told
from widgets.lines import Lines


def callback(callback_id: str, minutes: int, **more: Any) -> Callback:
    """Priya has promised Maria a call, so many minutes from now."""
    return Callback(
        id=callback_id,
        due_at=NOW + timedelta(minutes=minutes),
        made_by=AgentId("priya"),
        made_at=NOW - timedelta(hours=3),
        **{"number": "+12025550142", "customer_id": CustomerId("20718"), **more},
    )


def in_store(folder: Path) -> list[Callback]:
    with Store(folder / STORE_FILE) as store:
        return [Callback.from_row(row) for row in store.rows("SELECT * FROM callback ORDER BY made_at, id")]


def attempts(feed: Feed) -> list[tuple[str, CallbackOutcome]]:
    rows = [CallbackAttempt.model_validate(row.body) for row in feed._rows() if row.entity == "callback_attempt"]
    return [(one.callback_id, one.outcome) for one in rows]


async def open_list(pilot: Pilot[str]) -> CallbacksDialog:
    await pilot.press("k")
    await until(
        pilot, lambda: isinstance(pilot.app.screen, CallbacksDialog) and pilot.app.screen.focused is not None
    )
    assert isinstance(pilot.app.screen, CallbacksDialog)
    return pilot.app.screen


async def open_form(pilot: Pilot[str]) -> CallbackDialog:
    await open_list(pilot)
    await pilot.press("c")
    await until(
        pilot, lambda: isinstance(pilot.app.screen, CallbackDialog) and pilot.app.screen.focused is not None
    )
    assert isinstance(pilot.app.screen, CallbackDialog)
    return pilot.app.screen


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_list_calls_and_logs(tmp_path: Path, size: tuple[int, int]) -> None:
    app, feed = staged(tmp_path)
    feed.put(TICKET)
    for one in (
        callback("later", 90),
        callback("overdue", -60, about="[/] the printer", ticket_id=TICKET.id),
        callback("due", -5, for_agent=AgentId("dana")),
        callback("theirs", -5, for_agent=AgentId("priya")),
    ):
        feed.put(one)
    async with app.run_test(size=size) as pilot:
        screen = await sign_on(pilot)
        await until(pilot, lambda: "■ 1 overdue  ▲ 1 due  ○ 1 later" in counted(screen))
        dialog = await open_list(pilot)
        await until(pilot, lambda: len(text_of(dialog, "listed").splitlines()) == 3)
        first, second, third = text_of(dialog, "listed").splitlines()
        assert first.split()[:5] == ["■", "overdue", "13:18", "Maria", "Alvarez"]
        assert second.split()[:2] == ["▲", "due"] and second.split()[-1] == "mine"
        assert third.split()[:3] == ["○", "later", "15:48"]
        assert "[/] the printer" in text_of(dialog, "list-about")
        for lines in dialog.query(Lines):
            assert lines.region.bottom <= size[1] and lines.region.right <= size[0]
        await pilot.press("n")
        await until(pilot, lambda: "1 of 3" in text_of(dialog, "listed"))
        await pilot.press("v")
        await until(pilot, lambda: "2 of 3" in text_of(dialog, "listed"))
        await pilot.press("b")
        await until(pilot, lambda: any("All 3 tries are used" in one for one in told(app)))
        await pilot.press("down", "d")
        await until(pilot, lambda: "■ 1 overdue  ○ 1 later" in counted(screen))
        await pilot.press("up", "enter")  # open and call
        await until(pilot, lambda: isinstance(app.screen, TextDialog) and app.screen.focused is not None)
        assert app.screen.fields == {"text": "+12025550142"}  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, lambda: any("Calling +12025550142" in one for one in told(app)))
        await until(pilot, lambda: screen.ticket_pane.fields["title"] == "Charged twice")
        await until(pilot, lambda: "callback voice mail" in text_of(screen, "ticket-history"))
        dialog = await open_list(pilot)
        await pilot.press("home", "g")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("n")
        await until(pilot, lambda: app.screen is dialog)
        await pilot.press("g")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("y")
        await until(pilot, lambda: counted(screen).split() == ["k", "callbacks", "○", "1", "later"])
        await until(pilot, lambda: screen.session.sync.queued == 0)
        assert attempts(feed) == [
            ("overdue", CallbackOutcome.NO_ANSWER),
            ("overdue", CallbackOutcome.VOICE_MAIL),
            ("overdue", CallbackOutcome.BUSY),
            ("due", CallbackOutcome.ANSWERED),
            ("overdue", CallbackOutcome.GIVEN_UP),
        ]


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_one_is_promised_by_hand_during_a_call(tmp_path: Path, size: tuple[int, int]) -> None:
    app, feed = staged(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await talk(pilot, feed)
        await pilot.press("f5", *"Printer", "escape")
        form = await open_form(pilot)
        begun = {name: text for name, text in form.fields.items() if text}
        assert begun == {"number": "+12025550142", "zone": "America/New_York", "about": "Printer"}
        assert not text_of(screen, "hints").strip(), "the keys of the workspace do nothing here"
        assert "09:18 EST there" in text_of(form, "callback-zone")
        for lines in form.query(Lines):
            assert lines.region.bottom <= size[1] and lines.region.right <= size[0]
        await pilot.press("f10")
        await until(pilot, lambda: "write 30 (minutes)" in text_of(form, "dialog-foot"))
        await pilot.press(*"09:00")
        await until(pilot, lambda: "over already" in text_of(form, "dialog-foot"))
        await pilot.press("f10", *["backspace"] * 5, *"mon 10")
        await until(pilot, lambda: "● Mon 23 Nov, 10:00 (15:00 here)" in text_of(form, "dialog-foot"))
        await pilot.press("enter", "enter", "enter", *": wants [b]help[/b]", "enter", "m", "f10")
        promised = "Callback promised for Mon 23 Nov 15:00, 10:00 EST for them."
        await until(pilot, lambda: any(promised in one for one in told(app)))
        [made] = in_store(tmp_path)
        assert (made.number, made.about, made.customer_id) == (
            "+12025550142",
            "Printer: wants [b]help[/b]",
            "20718",
        )
        assert (made.contact_id, made.for_agent, made.state) == ("c-1", "dana", CallbackState.DUE)
        assert made.due_at == NOW.replace(day=23, hour=15, minute=0, second=0)
        await until(pilot, lambda: "○ 1 later" in counted(screen))
        await open_form(pilot)
        assert app.screen.fields["when"] == "", "what was promised is no draft any more"  # type: ignore[attr-defined]


async def test_a_form_that_was_begun_survives_the_console(tmp_path: Path) -> None:
    app, feed = staged(tmp_path)
    async with app.run_test(size=(160, 45)) as pilot:
        await talk(pilot, feed)
        await open_form(pilot)
        await pilot.press(*"tomorrow 9", "enter", "enter", "enter", *"the prin", "left")
        await pilot.pause(0.6)
        await pilot.press("ctrl+q")
    again = AgentConsole(Launch(tmp_path, Settings()), CLOCK)
    async with again.run_test(size=(160, 45)) as pilot:
        await until(pilot, lambda: bool(getattr(again.screen, "people", ())))
        await pilot.press(*"Dana", "enter")
        await until(pilot, lambda: isinstance(again.screen, CallbackDialog) and again.screen.focused is not None)
        form = again.screen
        assert isinstance(form, CallbackDialog)
        assert (form.fields["when"], form.fields["about"]) == ("tomorrow 9", "the prin")
        assert form.fields["number"] == "+12025550142" and form.field("about").cursor_at == (0, 7)
        await pilot.press("f10")
        await until(pilot, lambda: len(in_store(tmp_path)) == 1)
        assert in_store(tmp_path)[0].customer_id == "20718"


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_outside_their_hours_it_takes_a_leader_and_a_reason(tmp_path: Path, size: tuple[int, int]) -> None:
    app, feed = staged(tmp_path)
    feed.put(Agent(id="lena", name="Lena Ortiz", role=Role.SUPERVISOR))
    async with app.run_test(size=size) as pilot:
        await talk(pilot, feed)
        form = await open_form(pilot)
        await pilot.press(*"mon 22:00")
        await until(pilot, lambda: "outside 8–21 of their clock" in text_of(form, "dialog-foot"))
        await pilot.press("f9")
        await until(pilot, lambda: "only supervisors allow it" in text_of(form, "dialog-foot"))
        await pilot.press("f10")
        await until(pilot, lambda: "✗ outside 8–21 of their clock" in text_of(form, "dialog-foot"))
        assert form.focused is form.field("leader") and in_store(tmp_path) == []
        await pilot.press("right", "f10")
        await until(pilot, lambda: "why it is allowed" in text_of(form, "dialog-foot"))
        await pilot.press(*"works [/] nights")
        form.field("window").value = "yes"
        form.field("number2").value, form.field("works2").value = "202-555-0177", "after 18:00"
        form.field("phones").value = "yes"
        await pilot.press("f10")
        await until(pilot, lambda: len(in_store(tmp_path)) == 1)
        [made] = in_store(tmp_path)
        assert (made.flagged, made.override_by, made.override_why) == (True, "lena", "works [/] nights")
        assert made.until == made.due_at + timedelta(hours=2) and made.zone == "America/New_York"
        assert [(one.e164, one.note) for one in made.numbers][1] == ("+12025550177", "after 18:00")
        assert made.verified == ("phones",)
        dialog = await open_list(pilot)
        await until(pilot, lambda: "09:18 EST" in text_of(dialog, "listed"))
        assert "allowed by Lena Ortiz: works [/] nights" in text_of(dialog, "list-about")


async def test_the_zone_follows_the_number_until_it_is_typed(tmp_path: Path) -> None:
    app, feed = staged(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await talk(pilot, feed)
        form = await open_form(pilot)
        await pilot.press(*"mon 10")
        form.field("number").value = "+13125550142"
        await until(pilot, lambda: form.fields["zone"] == "America/Chicago")
        await until(pilot, lambda: "10:00 (16:00 here)" in text_of(form, "dialog-foot"))
        form.field("number").value = "+18005550142"
        await until(pilot, lambda: "ask where they are" in text_of(form, "callback-zone"))
        form.field("zone").value = "denver"
        await until(pilot, lambda: "07:18 MST there" in text_of(form, "callback-zone"))
        form.field("number").value = "+13125550142"
        await until(pilot, lambda: "10:00 (17:00 here)" in text_of(form, "dialog-foot"))
        assert form.fields["zone"] == "denver", "what the agent typed stays"
        form.field("zone").value = "nowhere"
        await pilot.press("f10")
        await until(pilot, lambda: "✗ There is no such zone" in text_of(form, "dialog-foot"))


async def test_a_call_at_night_is_asked_about_first(tmp_path: Path) -> None:
    app, feed = staged(tmp_path)
    far = callback("far", -5, number="+61291234567", zone="Australia/Sydney", customer_id=None)
    feed.put(far)
    async with app.run_test(size=(80, 24)) as pilot:
        await sign_on(pilot)
        dialog = await open_list(pilot)
        await until(pilot, lambda: "01:18 AEDT" in text_of(dialog, "listed"))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        assert "It is 01:18 AEDT for them" in app.screen._title
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, WorkspaceScreen))
        await open_list(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, TextDialog) and app.screen.focused is not None)
        assert app.screen.fields == {"text": "+61291234567"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("zone", ["Nowhere/Else", "../../etc/passwd", "America", "a\x00b"])
async def test_a_zone_that_is_none_here_is_read_from_the_number(tmp_path: Path, zone: str) -> None:
    """Zones come from other seats, of other systems and versions."""
    app, feed = staged(tmp_path)
    feed.put(callback("far", -5, number="+61291234567", zone=zone, customer_id=None))
    async with app.run_test(size=(80, 24)) as pilot:
        await sign_on(pilot)
        dialog = await open_list(pilot)
        await until(pilot, lambda: "01:18 AEDT" in text_of(dialog, "listed"))


async def test_what_another_seat_did_first_is_said(tmp_path: Path) -> None:
    app, feed = staged(tmp_path)
    feed.put(callback("c", -60))
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await sign_on(pilot)
        await until(pilot, lambda: "1 overdue" in counted(screen))
        await open_list(pilot)
        with Store(tmp_path / STORE_FILE) as store:  # as the worker would, before the console has read again
            callbacks.done(store, "c", AgentId("priya"), CLOCK)
        await pilot.press("n")
        await until(pilot, lambda: any("This callback is done already." in one for one in told(app)))
        await until(pilot, lambda: counted(screen) == "")
        assert isinstance(app.screen, CallbacksDialog)
        await until(pilot, lambda: "No callback is promised" in text_of(app.screen, "list-about"))


async def test_time_passes_under_the_queue(tmp_path: Path) -> None:
    """A callback becomes due and overdue without anything being read again."""
    app, feed = staged(tmp_path)
    feed.put(callback("c", 10))
    async with app.run_test(size=(80, 24)) as pilot:
        screen: WorkspaceScreen = await sign_on(pilot)
        await until(pilot, lambda: "○ 1 later" in counted(screen))
        assert screen.queue_pane.mark == "4"
        for minutes, shown in ((10, "▲ 1 due"), (25, "■ 1 overdue")):
            screen.queue_pane.tick(NOW + timedelta(minutes=minutes))
            assert shown in counted(screen) and screen.queue_pane.mark == "4▲"
