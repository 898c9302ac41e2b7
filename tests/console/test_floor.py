"""The supervisors' floor on a whole console, by keyboard; and its pictures at three sizes in three themes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot
from textual.widgets import DataTable

import themes
from console.app import AgentConsole
from console.launch import Launch
from console.screens.floor import FloorScreen
from console.screens.modal import ReadDialog
from console.screens.story import StoryDialog
from console.screens.workspace import WorkspaceScreen
from console.settings import Settings
from data.models.agent import Agent, AgentState, AgentStatus, Role
from data.models.base import AgentId, ContactId, Entity
from data.models.contact import ContactEvent
from data.sync.contract import Op, OpOutcome
from data.sync.embedded import EmbeddedHub
from tests.console.album import Album
from tests.console.stage import CLOCK, NOW, Feed, settled, until
from tests.console.test_notices import text_of
from tests.data.supervision.finished import a_contact
from tests.data.supervision.floors import a_floor
from widgets.pane import PaneHeading

OFFERED = len({one.contact_id for one in a_floor(NOW) if isinstance(one, ContactEvent)})
SIZES = [(160, 45), (240, 60), (100, 30)]
THEMES = ("night", "day", "contrast")


def push(folder: Path, rows: list[Entity]) -> None:
    """Put rows into the hub, all at once."""
    hub = EmbeddedHub(folder / "hub.db")
    hub.enrol_v1("pbx", "pbx")
    ops = [
        Op(
            op_id=f"pbx-{place}", replica_seq=place, txn_id="pbx", entity=one.entity, entity_id=one.id,
            kind="append" if one.append_only else "put", base_ver=0, patch=one.model_dump(mode="json"), actor="pbx",
            schema_v=1,
        )
        for place, one in enumerate(rows, 1)
    ]  # fmt: skip
    assert {one.outcome for one in hub.push_v1("pbx", ops)} == {OpOutcome.APPLIED}
    hub.close()


def supervised(folder: Path, role: str = "supervisor") -> AgentConsole:
    """A console beside a floor in the middle of its day."""
    folder.mkdir(parents=True, exist_ok=True)
    push(folder, list(a_floor(NOW)))
    return AgentConsole(Launch(folder, Settings(time_zone="UTC"), role=role), CLOCK)


async def sign_on(pilot: Pilot[str], name: str = "Robin") -> None:
    await until(pilot, lambda: bool(getattr(pilot.app.screen, "people", ())))
    await pilot.press(*name, "enter", "enter")


async def floor_of(pilot: Pilot[str]) -> FloorScreen:
    """The floor, once it shows everything."""
    await until(pilot, lambda: isinstance(pilot.app.screen, FloorScreen))
    screen = pilot.app.screen
    assert isinstance(screen, FloorScreen)
    await until(pilot, lambda: len(screen.panel("agents").body.lines) == 8)
    await until(
        pilot,
        lambda: (
            screen._snap is not None and screen._snap.total.offered == OFFERED and len(screen._snap.crossings) == 10
        ),
    )
    return screen


def heading(screen: FloorScreen, panel: str) -> str:
    return screen.panel(panel).query_one(PaneHeading)._text


def shown(screen: FloorScreen, panel: str) -> str:
    return "\n".join("".join(span.text for span in line) for line in screen.panel(panel).body.lines)


@pytest.mark.parametrize(("role", "first"), [("supervisor", "Priya Nair"), ("agent", "Dana Reyes")])
async def test_who_came_as_a_supervisor_finds_the_supervisors_first(tmp_path: Path, role: str, first: str) -> None:
    priya = Agent(id="priya", name="Priya Nair", role=Role.SUPERVISOR)
    push(tmp_path, [Agent(id="dana", name="Dana Reyes"), priya])
    app = AgentConsole(Launch(tmp_path, Settings(), role=role), CLOCK)
    async with app.run_test() as pilot:
        await until(pilot, lambda: bool(getattr(app.screen, "people", ())))
        assert app.screen.people[0].name == first


async def test_a_supervisor_works_on_the_floor_by_keyboard(tmp_path: Path) -> None:
    app = supervised(tmp_path / "seat")
    async with app.run_test(size=(160, 45)) as pilot:
        await sign_on(pilot)
        screen = await floor_of(pilot)
        assert not screen.query(DataTable)
        assert "longest wait over 3:00" in shown(screen, "alerts") and "Erlang C" in shown(screen, "now")

        # the contact that an agent has, its log, and back to where one was
        await pilot.press("3", "down", "down")
        assert screen.panel("agents").body.key == "agent-1"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, StoryDialog))
        assert "offered" in "".join(span.text for span in app.screen.listed.lines[0])  # type: ignore[attr-defined]
        await pilot.press("down", "escape")
        await until(pilot, lambda: app.screen is screen)
        assert screen.panel("agents").body.key == "agent-1" and screen.panel("agents").has_focus_within

        # how they kept to the schedule, of which there is none
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, ReadDialog))
        await until(pilot, lambda: "Adherence = –: nothing was scheduled" in text_of(app.screen, "dialog-read"))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)

        # somebody with nothing in hand is said so
        await pilot.press("home", "enter")
        await until(pilot, lambda: any("no contact in hand" in note.message for note in app._notifications))

        # a queue, who waits in it, the log of the first
        await pilot.press("2", "down")
        assert "Maria Alvarez" in shown(screen, "waiting") and "number withheld" not in shown(screen, "waiting")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, StoryDialog))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen and "esc back" in text_of(screen, "hints"))
        await pilot.press("escape")
        await until(pilot, lambda: screen.panel("queues").has_focus_within and screen._tab == "queues")
        assert "esc workspace" in text_of(screen, "hints")

        # a half hour by queue, and closed again
        await pilot.press("5", "down", "enter")
        await until(pilot, lambda: "Support" in shown(screen, "reports"))
        slot = screen.panel("reports").body.key
        await pilot.press("down", "question_mark")
        await until(pilot, lambda: isinstance(app.screen, ReadDialog))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("enter")
        await until(pilot, lambda: "Support" not in shown(screen, "reports"))
        assert slot is not None and slot.startswith("slot:")

        # only what has some words, on every tab, until esc
        await pilot.press("3", "slash", *"WEISS jo")
        await until(pilot, lambda: len(screen.panel("agents").body.lines) == 1)
        assert "Jonas Weiss" in shown(screen, "agents") and "“WEISS jo”: 1 of 8" in heading(screen, "agents")
        await pilot.press("enter", "4")
        await until(pilot, lambda: "“WEISS jo”: " in heading(screen, "alerts"))
        await pilot.press("slash", "x", "down")
        await until(pilot, lambda: "Nothing here has “WEISS jox”: esc shows all." in shown(screen, "alerts"))
        await pilot.press("escape", "3")
        await until(pilot, lambda: len(screen.panel("agents").body.lines) == 8)
        assert screen.panel("agents").has_focus_within and "signed on" in heading(screen, "agents")

        # an alert leads to the contact that it is about
        await pilot.press("1", "tab")
        body = screen.panel("alerts").body
        body.focus()
        while body.key != "longest wait:support":
            await pilot.press("down")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, StoryDialog))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)

        # or to the day's figures, and esc comes back before it leaves
        while body.key != "service level:support":
            await pilot.press("down")
        await pilot.press("enter")
        await until(pilot, lambda: screen._tab == "reports")
        await pilot.press("escape")
        await until(pilot, lambda: screen._tab == "floor" and screen.panel("alerts").has_focus_within)
        assert body.key == "service level:support"
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, WorkspaceScreen))
        await until(pilot, lambda: "F11 floor" in text_of(app.screen, "hints"))
        await pilot.press("f11")
        await until(pilot, lambda: isinstance(app.screen, FloorScreen))


async def test_what_changes_at_the_hub_is_shown_and_nothing_is_made_behind_another_screen(tmp_path: Path) -> None:
    folder = tmp_path / "seat"
    app = supervised(folder)
    async with app.run_test(size=(160, 45)) as pilot:
        await sign_on(pilot)
        screen = await floor_of(pilot)
        feed = Feed(folder / "hub.db")
        feed.patch(AgentStatus, "agent-5", state=AgentState.NOT_READY, since=NOW.isoformat(), reason="break")
        await until(pilot, lambda: "break" in shown(screen, "agents"))
        watching = app._station.session.floor  # type: ignore[union-attr]
        assert watching is not None
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, ReadDialog))
        at_rest = screen._snap
        feed.patch(AgentStatus, "agent-5", state=AgentState.READY, since=NOW.isoformat(), reason="")
        await asyncio.sleep(1.5)
        assert screen._snap is at_rest, "nobody sees it"
        await pilot.press("escape")
        await until(pilot, lambda: "break" not in shown(screen, "agents"))

        # a half hour that is shown by queue goes on with them
        def offered(begins: str) -> int:
            return next(
                int(one.split()[1]) for one in shown(screen, "reports").splitlines() if one.startswith(begins)
            )

        await pilot.press("5", "end", "enter")
        await until(pilot, lambda: "Support" in shown(screen, "reports"))
        before = offered(" 14:00–14:30"), offered("    Support")

        def come(contact: str) -> None:
            at = NOW - timedelta(minutes=10)
            for one in a_contact(ContactId(contact), AgentId("agent-5"), at, "Wrong number"):
                feed.put(one)

        def more() -> tuple[int, int]:
            return offered(" 14:00–14:30") - before[0], offered("    Support") - before[1]

        come("late")
        await until(pilot, lambda: more() == (1, 1))

        # also when it was counted while another tab was open; once it is closed it stays so
        await pilot.press("1")
        come("later")
        await until(pilot, lambda: screen._snap is not None and screen._snap.total.offered == OFFERED + 2)
        await pilot.press("5")
        await until(pilot, lambda: more() == (2, 2))
        await pilot.press("enter")
        await until(pilot, lambda: "Support" not in shown(screen, "reports"))
        feed.close()


async def test_a_window_that_changes_under_a_dialog_draws_the_floor_for_it(tmp_path: Path) -> None:
    def drawn() -> list[str]:
        return [shown(screen, panel) for panel in screen.shown]

    app = supervised(tmp_path / "seat")
    async with app.run_test(size=(160, 45)) as pilot:
        await sign_on(pilot)
        screen = await floor_of(pilot)
        await until(pilot, lambda: "waiting" in shown(screen, "now"))
        wide = drawn()
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: screen.size.width == 80 and drawn() != wide)
        await pilot.press("f1")
        await until(pilot, lambda: app.screen is not screen)
        await pilot.resize_terminal(160, 45)
        await until(pilot, lambda: drawn() == wide and app.screen is not screen)


async def test_the_floor_is_for_supervisors(tmp_path: Path) -> None:
    app = supervised(tmp_path / "seat", role="agent")
    async with app.run_test(size=(100, 30)) as pilot:
        await sign_on(pilot)
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkspaceScreen))
        await pilot.press("f11")
        await until(pilot, lambda: any("for supervisors" in note.message for note in app._notifications))
        assert isinstance(app.screen, WorkspaceScreen) and "F11" not in text_of(app.screen, "hints")
        assert app._station.session.floor is None, "no alarm costs an agent anything"  # type: ignore[union-attr]


@pytest.fixture
def album(snapshot: SnapshotAssertion) -> Iterator[Album]:
    made = Album(snapshot)
    yield made
    made.check()


async def test_pictures(album: Album, tmp_path: Path) -> None:
    app = supervised(tmp_path / "seat")
    async with app.run_test(size=SIZES[0]) as pilot:
        await sign_on(pilot)
        screen = await floor_of(pilot)
        await until(pilot, lambda: bool(app._notifications))
        app.clear_notifications()  # of the alerts, which go by themselves
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await settled(pilot)
            for theme in THEMES:
                app.theme = theme
                await until(pilot, lambda size=size: screen.size == size)
                await album.take(pilot, f"{size[0]}x{size[1]} {theme}")
        app.theme = themes.DEFAULT
        await pilot.resize_terminal(*SIZES[0])
        for tab in ("2", "3", "5"):
            await pilot.press(tab)
            await settled(pilot)
            await album.take(pilot, f"tab {tab}")
