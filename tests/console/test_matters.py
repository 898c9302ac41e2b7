"""Floor matters on the screen: the outage board and its band, the abuse key, whom to call."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.screens.drafting import TextDialog
from console.screens.modal import ConfirmDialog
from console.screens.outages import OutageDialog, OutagesDialog
from console.screens.whom import WhomDialog
from console.screens.workspace import WorkspaceScreen
from data.models.agent import Agent, Role
from data.models.base import AgentId
from data.models.conduct import Conduct
from data.models.outage import Outage
from data.store.database import STORE_FILE, Store
from tests.console.stage import NOW, sign_on, staged, talk, until
from tests.console.test_notices import SIZES, counted, text_of, told
from widgets.lines import Lines
from widgets.outage_words import SAYABLE


def outage(outage_id: str, node: str = "RP-14", **fields: object) -> Outage:
    """A node that is down for an hour."""
    body = {
        "id": outage_id,
        "node": node,
        "city": "Ridgeport",
        "since": NOW - timedelta(hours=1),
        "made_by": AgentId("lena"),
        "made_at": NOW,
        **fields,
    }
    return Outage.model_validate(body)


def board(folder: Path) -> list[Outage]:
    with Store(folder / STORE_FILE) as store:
        return [Outage.from_row(row) for row in store.rows("SELECT * FROM outage ORDER BY made_at, id")]


def conduct(folder: Path) -> list[Conduct]:
    with Store(folder / STORE_FILE) as store:
        return [Conduct.from_row(row) for row in store.rows("SELECT * FROM conduct ORDER BY at, id")]


async def open_board(pilot: Pilot[str]) -> OutagesDialog:
    await pilot.press("O")
    await until(pilot, lambda: isinstance(pilot.app.screen, OutagesDialog) and pilot.app.screen.focused is not None)
    assert isinstance(pilot.app.screen, OutagesDialog)
    return pilot.app.screen


def script(screen: WorkspaceScreen) -> str:
    return text_of(screen, "script-lines")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_band_comes_and_goes_with_the_outage(tmp_path: Path, size: tuple[int, int]) -> None:
    app, feed = staged(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await talk(pilot, feed)
        assert "OUTAGE" not in script(screen)
        feed.put(outage("o", text="[/] A line was cut \x1b[31m.", expected=NOW + timedelta(hours=2)))
        feed.put(outage("other", "EM-01"))
        await until(pilot, lambda: "▲ OUTAGE" in script(screen))
        text = script(screen)
        assert text.index("OUTAGE") < text.index("Thank you for calling"), "before the greeting"
        assert "RP-14, Ridgeport" in text and "13:18" in text and "expected by 16:18" in text
        assert "[/] A line was cut" in text and "\x1b" not in text
        await until(pilot, lambda: "▲ OUTAGE" in text_of(screen, "customer-lines"))
        await until(pilot, lambda: "▲ 2 nodes down" in counted(screen))
        assert "▲" not in screen.queue_pane.mark, "it is told calmly"
        feed.patch(Outage, "o", over=NOW.isoformat())
        await until(pilot, lambda: "OUTAGE" not in script(screen) + text_of(screen, "customer-lines"))
        await until(pilot, lambda: "▲ 1 node down" in counted(screen))
        feed.put(outage("city", "RP-99", text=""))
        await until(pilot, lambda: "2 nodes down" in counted(screen))
        assert "OUTAGE" not in script(screen), "their own node is up, whatever their city has"
        assert SAYABLE not in script(screen)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_agents_read_the_board(tmp_path: Path, size: tuple[int, int]) -> None:
    app, feed = staged(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await sign_on(pilot)
        dialog = await open_board(pilot)
        assert "Every node is up." in text_of(dialog, "list-about")
        feed.put(outage("o", "RP-[b]14", text="[/]"))
        feed.put(outage("up", "EM-01", over=NOW - timedelta(minutes=5)))
        await until(pilot, lambda: len(text_of(dialog, "listed").splitlines()) == 2)
        first, second = text_of(dialog, "listed").splitlines()
        assert first.split()[:4] == ["▲", "down", "RP-[b]14", "Ridgeport"] and "1:00:00" in first
        assert second.split()[:3] == ["✓", "up", "EM-01"]
        assert "say: [/]" in text_of(dialog, "list-about")
        for lines in dialog.query(Lines):
            assert lines.region.bottom <= size[1] and lines.region.right <= size[0]
        for key in ("d", "u", "e", "t"):
            await pilot.press(key)
        await until(pilot, lambda: any("Only supervisors and administrators" in one for one in told(app)))
        assert app.screen is dialog and [one.over for one in board(tmp_path)].count(None) == 1
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_supervisor_sets_down_changes_sets_up_and_takes_back(tmp_path: Path, size: tuple[int, int]) -> None:
    app, feed = staged(tmp_path)
    feed.put(Agent(id="dana", name="Dana Reyes", role=Role.SUPERVISOR))
    async with app.run_test(size=size) as pilot:
        screen = await sign_on(pilot)
        await open_board(pilot)
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, OutageDialog) and app.screen.focused is not None)
        form = app.screen
        assert isinstance(form, OutageDialog)
        for lines in form.query(Lines):
            assert lines.region.bottom <= size[1] and lines.region.right <= size[0]
        await pilot.press("f10")
        await until(pilot, lambda: "still needed: the node" in text_of(form, "dialog-foot"))
        await pilot.press(*"RP-14", "enter")
        await pilot.press(*"Ridgeport", "enter")
        await pilot.press(*"later", "f10")
        await until(pilot, lambda: "✗ that is no time" in text_of(form, "dialog-foot"))
        form.field("since").value = "14:00"
        form.field("expected").value = "2h"
        form.field("text").value = "a line was cut"
        await until(
            pilot,
            lambda: (
                "● down since 14:00 (09:00 EST at the site), expected until 16:18" in text_of(form, "dialog-foot")
            ),
        )
        await pilot.press("f10")
        await until(pilot, lambda: any("On the board: RP-14, Ridgeport is down." in one for one in told(app)))
        [made] = board(tmp_path)
        assert (made.since, made.expected) == (NOW.replace(minute=0, second=0), NOW + timedelta(hours=2))
        assert (made.made_by, made.text) == ("dana", "a line was cut")
        await until(pilot, lambda: "▲ 1 node down" in counted(screen))
        await open_board(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, OutageDialog) and app.screen.focused is not None)
        form = app.screen
        assert isinstance(form, OutageDialog)
        assert form.fields == {"expected": "2026-11-20 16:18", "text": "a line was cut"}
        form.field("text").value = "mended at five"
        await pilot.press("f10")
        await until(pilot, lambda: board(tmp_path)[0].text == "mended at five")
        assert board(tmp_path)[0].expected == NOW + timedelta(hours=2), "what was not touched stays to the second"
        dialog = await open_board(pilot)
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("y")
        await until(pilot, lambda: text_of(dialog, "listed").split()[:2] == ["✓", "up"])
        assert counted(screen) == ""
        await pilot.press("t")
        await until(pilot, lambda: text_of(dialog, "listed").split()[:2] == ["▲", "down"])
        await until(pilot, lambda: screen.session.sync.queued == 0)


async def test_abuse_is_one_key_away(tmp_path: Path) -> None:
    app, feed = staged(tmp_path)
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await sign_on(pilot)
        await pilot.press("!")
        await until(pilot, lambda: any("There is nothing in hand" in one for one in told(app)))
        await pilot.press("r")
        await until(pilot, lambda: screen.session.phone.status.state == "ready")
        screen.do(screen.session.phone.take("c-1"))  # type: ignore[arg-type]
        await until(pilot, lambda: feed.contact("c-1").agent == "dana")
        feed.connect("c-1")
        await until(pilot, lambda: "Thank you for calling" in script(screen))
        await pilot.press("f2", "!")
        await until(pilot, lambda: "I can hear that this is upsetting" in script(screen))
        await until(pilot, lambda: screen.query_one("#script-lines").has_focus)
        [one] = conduct(tmp_path)
        assert (one.kind, one.contact_id, one.customer_id) == ("abuse", "c-1", "20718") and one.ticket_id
        await until(pilot, lambda: "Abuse: the calm words were said" in text_of(screen, "ticket-history"))
        await pilot.press("!")
        await until(pilot, lambda: any("Noted already" in one for one in told(app)))
        assert len(conduct(tmp_path)) == 1
        await pilot.press("1")  # calm again: the script that was interrupted goes on
        await until(pilot, lambda: "Thank you for calling" in script(screen))


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_whom_to_call_is_recorded_with_the_ticket(tmp_path: Path, size: tuple[int, int]) -> None:
    app, feed = staged(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await talk(pilot, feed)
        await pilot.press("P")
        await until(pilot, lambda: isinstance(app.screen, WhomDialog) and app.screen.focused is not None)
        dialog = app.screen
        names = [row.strip()[2:14].strip() for row in text_of(dialog, "listed").splitlines()]
        assert names == ["Level 2 desk", "Billing lead", "The duty man"], "9:18 of the site's clock"
        for lines in dialog.query(Lines):
            assert lines.region.bottom <= size[1] and lines.region.right <= size[0]
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, TextDialog) and app.screen.focused is not None)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        assert conduct(tmp_path) == []
        await pilot.press("P")
        await until(pilot, lambda: isinstance(app.screen, WhomDialog) and app.screen.focused is not None)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, TextDialog) and app.screen.focused is not None)
        await pilot.press(*"refund [/] it", "enter")
        await until(pilot, lambda: any("Billing leader was called." in one for one in told(app)))
        [one] = conduct(tmp_path)
        assert (one.kind, one.reason, one.text) == ("person called", "Billing leader", "refund [/] it")
        assert one.contact_id == "c-1"
        await pilot.press("P")
        await until(pilot, lambda: isinstance(app.screen, WhomDialog) and app.screen.focused is not None)
        await pilot.press("e")
        await until(pilot, lambda: "Danger to people" in script(screen))
