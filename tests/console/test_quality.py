"""A supervisor scores a contact by keyboard, and writes to its agent; the agent's console shows what was written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

import themes
from console.app import AgentConsole
from console.launch import Launch
from console.screens.drafting import TextDialog
from console.screens.floor import FloorScreen
from console.screens.modal import ReadDialog
from console.screens.notices import NoticesDialog
from console.screens.review import ReviewScreen
from console.settings import Settings
from data.models.base import AgentId, ContactId
from data.models.notice import Notice, NoticeRole, NoticeSeen
from data.models.supervision import Scorecard
from data.supervision.scoresheet import SCORECARD_FILE
from tests.console.album import Album
from tests.console.stage import CLOCK, NOW, Feed, settled, sign_on, staged, until
from tests.console.test_floor import push, shown
from tests.console.test_floor import sign_on as lead_on
from tests.console.test_notices import text_of
from tests.console.test_stepping_in import dialog, rows, told
from tests.data.supervision.finished import CHARGED, HELPED, a_contact, finished
from tests.data.supervision.floors import a_floor

SIZES = [(160, 45), (100, 30)]
OWN = 11
"""Questions that the trail of `HELPED` leaves to the supervisor."""


def supervised(folder: Path) -> AgentConsole:
    """A console beside a floor on which contacts are over."""
    folder.mkdir(parents=True, exist_ok=True)
    push(folder, [*a_floor(NOW), *finished(NOW)])
    settings = Settings(time_zone="UTC", scorecard=folder / "own.yaml")
    return AgentConsole(Launch(folder, settings, role="supervisor"), CLOCK)


async def quality_tab(pilot: Pilot[str]) -> FloorScreen:
    await lead_on(pilot)
    await until(pilot, lambda: isinstance(pilot.app.screen, FloorScreen))
    screen = pilot.app.screen
    assert isinstance(screen, FloorScreen)
    await pilot.press("6")
    await until(pilot, lambda: len(screen.panel("reviews").body.lines) == 3)
    pilot.app.clear_notifications()  # of the alerts
    return screen


async def review_of(pilot: Pilot[str]) -> ReviewScreen:
    await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen))
    screen = pilot.app.screen
    assert isinstance(screen, ReviewScreen)
    await until(pilot, lambda: bool(screen.panel("card").body.lines))
    return screen


def question(screen: ReviewScreen) -> str | None:
    """The question under the cursor."""
    return screen.panel("card").body.key


@pytest.fixture
def album(snapshot: SnapshotAssertion) -> Iterator[Album]:
    made = Album(snapshot)
    yield made
    made.check()


async def test_a_supervisor_scores_a_contact_by_keyboard(album: Album, tmp_path: Path) -> None:
    folder = tmp_path / "seat"
    app = supervised(folder)
    async with app.run_test(size=SIZES[0]) as pilot:
        floor = await quality_tab(pilot)
        app.theme = themes.DEFAULT
        feed = Feed(folder / "hub.db")
        assert "not scored" in shown(floor, "reviews") and "Nothing was scored" in shown(floor, "averages")
        assert floor.panel("reviews").body.key == HELPED
        await pilot.press("question_mark")
        await dialog(pilot, ReadDialog)
        await pilot.press("escape")

        # a file that cannot be used is said, and the list stays; once it is mended it is read
        own = folder / "own.yaml"
        own.write_text("sections:\n  - name: Opening\n    questions: none\n")
        await pilot.press("enter")
        await until(pilot, lambda: told(pilot, "own.yaml, line 3"))
        assert app.screen is floor
        own.write_text(SCORECARD_FILE.read_text(encoding="utf-8"))
        await pilot.press("enter")
        screen = await review_of(pilot)

        # what the trail shows is there already; what it shows cannot be answered, only left out
        assert (len(screen.open_questions), question(screen)) == (OWN, "named")
        await pilot.press("f10")
        await until(pilot, lambda: told(pilot, f"{OWN} to go"))
        await pilot.press("up", "n")
        await until(pilot, lambda: told(pilot, "found in the trail"))
        await pilot.press("a")
        assert screen.verdicts["greeting"] == "not applicable" and question(screen) == "named"
        await pilot.press("up", "a")
        assert screen.verdicts["greeting"] == "yes"

        # what is begun is there again after esc
        await pilot.press("down", "y", "n", "c", *"look [b]closer[/b]", "escape")
        assert screen.panel("card").has_focus_within
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is floor and "begun" in shown(floor, "reviews"))
        await pilot.press("enter")
        screen = await review_of(pilot)
        assert screen.comment.value == "look [b]closer[/b]" and len(screen.open_questions) == OWN - 2
        app.clear_notifications()
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await settled(pilot)
            await album.take(pilot, f"review {size[0]}x{size[1]}")
        await pilot.resize_terminal(*SIZES[0])

        # a note to the agent; then the rest, and it is saved
        await pilot.press("m")
        await dialog(pilot, TextDialog)
        await pilot.press(*"well done", "f10")
        await until(
            pilot,
            lambda: [one["about"] for one in rows(feed, Notice)] == ["Maria Alvarez, 20 Nov 13:38: well done"],
        )
        await until(pilot, lambda: app.screen is screen and "not read yet" in text_of(screen, "review-kept"))
        await pilot.press(*"yyyyyyyya", "question_mark")
        await dialog(pilot, ReadDialog)
        await pilot.press("escape", "f10")
        await until(pilot, lambda: app.screen is floor and told(pilot, "Scored: 94 % for Dana Reyes"))
        await until(pilot, lambda: len(rows(feed, Scorecard)) == 1)
        (row,) = rows(feed, Scorecard)
        assert (row["contact_id"], row["agent"], row["comment"]) == (HELPED, "agent-0", "look [b]closer[/b]")
        verdicts = {one["question"]: (one["verdict"], one["by_itself"]) for one in row["answers"]}
        assert verdicts["greeting"] == ("yes", True) and verdicts["listened"] == ("no", False)
        await until(pilot, lambda: "● 94 %" in shown(floor, "reviews") and "Dana Reyes" in shown(floor, "averages"))

        # scored anew: another row that says which one it stands for
        await pilot.press("enter")
        screen = await review_of(pilot)
        assert "94 % by Robin" in text_of(screen, "review-kept") and not screen.open_questions
        await pilot.press("f10")
        await until(pilot, lambda: told(pilot, "scored so already"))
        while question(screen) != "courteous":
            await pilot.press("down")
        await pilot.press("n", "f10", "f10")
        await until(pilot, lambda: app.screen is floor and told(pilot, "Scored anew: 0 %"))
        await until(pilot, lambda: len(rows(feed, Scorecard)) == 2)
        assert rows(feed, Scorecard)[1]["instead_of"] == row["id"]
        await until(pilot, lambda: "■ 0 % critical" in shown(floor, "reviews"))
        await pilot.press("tab", "question_mark")
        await dialog(pilot, ReadDialog)
        assert "Quality of Dana Reyes" in text_of(app.screen, "dialog-read")
        await pilot.press("escape", "enter")
        await until(pilot, lambda: len(floor.panel("reviews").body.lines) == 2)
        await pilot.press("enter")
        await until(pilot, lambda: len(floor.panel("reviews").body.lines) == 3)
        app.clear_notifications()
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await settled(pilot)
            await album.take(pilot, f"tab {size[0]}x{size[1]}")

        # narrowed to what one types, and all of it again
        await pilot.press("slash", *"grace")
        await until(pilot, lambda: len(floor.panel("reviews").body.lines) == 1)
        await pilot.press("escape")
        await until(pilot, lambda: len(floor.panel("reviews").body.lines) == 3)

        # another supervisor's score is seen here
        feed.put(
            Scorecard(id="theirs", contact_id=ContactId(CHARGED), agent=AgentId("agent-1"), by=AgentId("agent-5"), at=NOW, answers=())
        )  # fmt: skip
        await until(pilot, lambda: "● –" in shown(floor, "reviews"))
        feed.close()


async def test_ones_own_contact_is_read_and_scored_by_somebody_else(tmp_path: Path) -> None:
    folder = tmp_path / "seat"
    app = supervised(folder)
    (folder / "own.yaml").write_text(SCORECARD_FILE.read_text(encoding="utf-8"))
    async with app.run_test(size=SIZES[0]) as pilot:
        floor = await quality_tab(pilot)
        assert floor.quality is not None
        feed = Feed(folder / "hub.db")
        me, at = floor.quality._seat.me, NOW - timedelta(minutes=9)
        for one in a_contact(ContactId("mine"), me, at, "Wrong number"):
            feed.put(one)
        await until(pilot, lambda: len(floor.panel("reviews").body.lines) == 4)
        await pilot.press("home", "enter")
        screen = await review_of(pilot)
        assert screen._review.contact.id == "mine"
        for key in ("y", "c", "f10"):
            app.clear_notifications()
            await pilot.press(key)
            await until(pilot, lambda: told(pilot, "another supervisor scores it"))
        assert screen.panel("card").has_focus_within and not screen.verdicts.keys() & {"named", "listened"}
        assert not rows(feed, Scorecard)
        feed.close()


async def test_the_agent_reads_the_note_and_sees_to_it(tmp_path: Path) -> None:
    app, feed = staged(tmp_path / "seat")
    async with app.run_test(size=(120, 40)) as pilot:
        await sign_on(pilot)
        feed.put(
            Notice(id="q-1", to_role=NoticeRole.AGENT, to_agent=AgentId("dana"), kind="quality note", about="Maria Alvarez, 20 Nov 13:38: well done", contact_id=ContactId(HELPED), by=AgentId("priya"), at=NOW)
        )  # fmt: skip
        await until(pilot, lambda: told(pilot, "quality note: Maria Alvarez"))
        await pilot.press("f2", "u")
        await dialog(pilot, NoticesDialog)
        assert "well done" in text_of(app.screen, "listed") + text_of(app.screen, "list-about")
        await pilot.press("a")
        await until(pilot, lambda: [one["notice_id"] for one in rows(feed, NoticeSeen)] == ["q-1"])
        assert rows(feed, NoticeSeen)[0]["by"] == "dana"
    feed.close()
