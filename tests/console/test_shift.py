"""The shift on the screen: clock in, the checklist over a restart, the question before READY, the gate at sign-off."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from textual.pilot import Pilot

from console.app import AgentConsole
from console.launch import Launch
from console.screens.drafting import TextDialog
from console.screens.lock import LockScreen
from console.screens.modal import ChooseDialog, ConfirmDialog
from console.screens.shift import ShiftDialog
from console.screens.sign_in import SignInScreen
from console.screens.sign_off import ColleagueDialog, SignOffDialog
from console.screens.workspace import WorkspaceScreen
from console.settings import Settings
from data.models.agent import AgentState, Role
from data.models.base import AgentId, CustomerId
from data.models.callback import Callback
from data.models.contact import Contact, ContactState
from data.models.notice import Notice
from data.models.queue_report import ReporterDuty
from data.models.shift import DutyOutcome, DutyStep
from data.shift import time_clock
from data.store.database import STORE_FILE, Store
from data.sync.hub_people import People
from tests.console.stage import NOW, Feed, at_rest, caller, sign_on, talk, until
from tests.console.test_notices import SIZES, text_of, told
from widgets.lines import Lines

DANA = AgentId("dana")
ZONE = ZoneInfo("America/New_York")


class Stepped:
    """A clock that a test puts forward."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return NOW + self.ahead

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead.total_seconds()


def somebody_else_reports(feed: Feed) -> None:
    """The queue reports of the day are another's, so that none comes over what is tested here."""
    starts, ends = NOW - timedelta(days=1), NOW + timedelta(days=2)
    feed.put(
        ReporterDuty(id="duty", agent=AgentId("priya"), starts=starts, ends=ends, made_by=DANA, made_at=starts)
    )


def started(folder: Path, clock: Stepped, boot: datetime, settings: Settings | None = None) -> AgentConsole:
    """A console on a workstation that was started at `boot`."""
    stat = folder / "stat"
    stat.write_text(f"btime {int(boot.timestamp())}\n", encoding="ascii")
    return AgentConsole(Launch(folder, settings or Settings(), boot_file=stat), clock)


async def open_shift(pilot: Pilot[str]) -> ShiftDialog:
    await pilot.press("f7")
    await until(pilot, lambda: isinstance(pilot.app.screen, ShiftDialog) and bool(pilot.app.screen.listed.lines))
    assert isinstance(pilot.app.screen, ShiftDialog)
    return pilot.app.screen


async def open_gate(pilot: Pilot[str]) -> SignOffDialog:
    await pilot.press("Q")
    await until(pilot, lambda: isinstance(pilot.app.screen, SignOffDialog))
    gate = pilot.app.screen
    assert isinstance(gate, SignOffDialog)
    await until(pilot, lambda: gate.focused is not None and bool(text_of(gate, "list-about").strip()))
    return gate


def fits(dialog: ShiftDialog | SignOffDialog, size: tuple[int, int]) -> None:
    for lines in dialog.query(Lines):
        assert lines.region.bottom <= size[1] and lines.region.right <= size[0]


def hinted(screen: WorkspaceScreen) -> str:
    return text_of(screen, "hints")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_checklist_goes_on_after_the_restart(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = Stepped()
    feed = at_rest(tmp_path)
    app = started(tmp_path, clock, NOW - timedelta(days=2))
    async with app.run_test(size=size) as pilot:
        screen = await sign_on(pilot)
        assert "sign-on" not in hinted(screen)
        dialog = await open_shift(pilot)
        fits(dialog, size)
        assert "○ not clocked in" in text_of(dialog, "listed")
        await pilot.press("enter")
        await until(pilot, lambda: "● clocked in since" in text_of(dialog, "listed"))
        await until(pilot, lambda: "2 of 11" in text_of(dialog, "listed"))
        await until(pilot, lambda: dialog.listed.key == "sign-on/restart")
        await pilot.press("enter")
        await until(pilot, lambda: any("not restarted yet" in one for one in told(app)))
        await pilot.press("escape")
        await until(pilot, lambda: "F7 sign-on 2/11" in hinted(screen))
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        assert "▲ Restart the workstation" in text_of(app.screen, "dialog-text")
        await pilot.press("f7")
        await until(pilot, lambda: isinstance(app.screen, ShiftDialog))
        await pilot.press("escape", "r")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("n")
        await until(pilot, lambda: app.screen is screen)
        assert screen.session.phone.status.state is AgentState.NOT_READY
        await pilot.press("ctrl+q")
    clock.ahead = timedelta(minutes=10)
    again = started(tmp_path, clock, NOW + timedelta(minutes=5))
    async with again.run_test(size=size) as pilot:
        screen = await sign_on(pilot)
        await until(pilot, lambda: "F7 sign-on 3/11" in hinted(screen))
        dialog = await open_shift(pilot)
        await until(pilot, lambda: dialog.listed.key == "sign-on/messenger")
        for passed in range(4, 11):
            await pilot.press("enter")
            await until(pilot, lambda n=passed: f"{n} of 11" in text_of(dialog, "listed"))  # type: ignore[misc]
        assert "today 0:10" in text_of(dialog, "listed")
        await pilot.press("enter")  # the last step: READY, without a question
        await until(pilot, lambda: screen.session.phone.status.state is AgentState.READY)
        await until(pilot, lambda: "sign-on" not in hinted(screen))
        await pilot.press("r", "l")
        await until(pilot, lambda: isinstance(again.screen, ShiftDialog))
        await until(pilot, lambda: "Restart  0 of 3" in text_of(again.screen, "listed"))
        assert "lunch 14:28–now" in text_of(again.screen, "listed")
        await pilot.press("w")
        await until(pilot, lambda: isinstance(again.screen, TextDialog) and again.screen.focused is not None)
        await pilot.press(*"Mo", "enter")
        await until(
            pilot,
            lambda: isinstance(again.screen, ShiftDialog) and "waived by Mo" in text_of(again.screen, "listed"),
        )
        await pilot.press("escape", "r")
        await until(pilot, lambda: isinstance(again.screen, ConfirmDialog))
        await pilot.press("y")
        await until(pilot, lambda: screen.session.phone.status.state is AgentState.READY)
    feed.close()
    with Store(tmp_path / STORE_FILE) as store:
        [entry] = store.rows("SELECT * FROM time_entry")
        steps = [DutyStep.from_row(row) for row in store.rows("SELECT * FROM duty_step ORDER BY at, id")]
    assert {one.shift for one in steps} == {entry["id"]}
    seen = {one.step for one in steps if one.checklist == "sign-on" and one.outcome is DutyOutcome.SEEN}
    assert seen == {"clock-in", "phones", "restart", "ready"}
    restart = [(one.step, str(one.outcome)) for one in steps if one.checklist == "restart"]
    assert restart == [("restart", "waived"), ("ready", "done")]


def shown(app: AgentConsole, gate: SignOffDialog, many: int) -> Callable[[], bool]:
    """Whether the gate is in front again, with so many things in it."""
    return lambda: app.screen is gate and len(text_of(gate, "listed").split("\n")) - (not many) == many


def furnish(feed: Feed) -> None:
    """A call that Dana never wrapped up and then, so that who has this has both, a callback of hers that is overdue."""
    left = caller("left", "Ben Lee", "+12025550199", 900)
    feed.put(
        left.model_copy(update={"state": ContactState.ENDED, "agent": DANA, "ended_at": NOW - timedelta(minutes=9)})
    )
    feed.put(
        Callback(
            id="cb",
            number="+12025550142",
            customer_id=CustomerId("20718"),
            about="the printer",
            due_at=NOW - timedelta(minutes=5),
            for_agent=DANA,
            made_by=DANA,
            made_at=NOW - timedelta(hours=1),
        )
    )


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_gate(tmp_path: Path, size: tuple[int, int]) -> None:
    """One open draft, one callback due, one undisposed contact: each is listed, finished or handed over; then the clock-out."""
    clock = Stepped()
    feed = at_rest(tmp_path)
    furnish(feed)
    somebody_else_reports(feed)
    app = started(tmp_path, clock, NOW + timedelta(hours=1))
    async with app.run_test(size=size) as pilot:
        screen = await sign_on(pilot)
        await open_shift(pilot)
        await pilot.press("c")
        await until(pilot, lambda: screen.session.shift.on)
        await pilot.press("escape", "f3", "slash", *"Maria Alv")
        await until(pilot, lambda: screen.customer_pane.lines.key == "customer:20718")
        await pilot.press("enter", "c")
        await until(pilot, lambda: app.screen is not screen and app.screen.focused is not None)
        await pilot.press(*"Half a name", "escape")
        clock.ahead = timedelta(hours=8, minutes=2)
        gate = await open_gate(pilot)
        fits(gate, size)
        listed = text_of(gate, "listed")
        assert [row.split()[1] for row in listed.splitlines()] == ["contact", "callback", "draft"]
        assert "Ben Lee" in listed and "the printer" in listed and "Half a name" in listed
        await pilot.press("c")
        await until(pilot, lambda: any("3 things are still open" in one for one in told(app)))
        assert app.screen is gate
        await pilot.press("enter")  # the contact: finished
        await until(pilot, lambda: isinstance(app.screen, ChooseDialog) and app.screen.focused is not None)
        await pilot.press("q")
        await until(pilot, lambda: any("Wrapped up: Question answered" in one for one in told(app)))
        await until(pilot, lambda: feed.contact("left").state is ContactState.DONE)
        gate = await open_gate(pilot)
        for left in (1, 0):  # the callback and the draft: handed over
            await pilot.press("h")
            await until(pilot, lambda: isinstance(app.screen, ColleagueDialog) and app.screen.focused is not None)
            await pilot.press("enter")  # nobody is chosen yet, so nobody is given anything
            await until(pilot, lambda: any("choose with the arrows" in one for one in told(app)))
            assert isinstance(app.screen, ColleagueDialog)
            await pilot.press(*"pri", "enter")
            await until(pilot, shown(app, gate, left))
        await until(pilot, lambda: "Nothing is open" in text_of(gate, "list-about"))
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        asked = text_of(app.screen, "dialog-text")
        assert "Today 8:02 h" in asked and "✓ The area is clean" in asked
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, SignInScreen))
    bodies = {(row.entity, row.entity_id): row.body for row in feed._rows()}
    assert bodies["callback", "cb"]["for_agent"] == "priya"
    notices = [Notice.model_validate(body) for (entity, _), body in bodies.items() if entity == Notice.entity]
    assert sorted(one.about.partition(":")[0] for one in notices) == [
        "Maria Alvarez · the printer · overdue 14",
        "customer begun",
    ]
    assert {one.to_agent for one in notices} == {"priya"}
    feed.close()
    with Store(tmp_path / STORE_FILE) as store:
        worked = time_clock.worked(store, DANA, clock.now() + timedelta(hours=1), ZONE, ())
        handed = store.rows("SELECT * FROM duty_step WHERE outcome = 'handed over'")
        status = store.value("SELECT state FROM agent_status WHERE id = 'dana'")
    assert [one.length for one in worked.intervals] == [timedelta(hours=8, minutes=2)]
    assert {row["to_agent"] for row in handed} == {"priya"} and len(handed) == 2
    assert status == AgentState.SIGNED_OUT


async def test_the_ticket_of_a_contact_goes_with_it(tmp_path: Path) -> None:
    """It is saved only when the contact is wrapped up by the hand-over itself."""
    feed = at_rest(tmp_path)
    somebody_else_reports(feed)
    clock = Stepped()
    app = started(tmp_path, clock, NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await talk(pilot, feed)
        await pilot.press("f5", *"Half a title", "escape")
        feed.patch(Contact, "c-1", state=ContactState.ENDED, ended_at=clock.now().isoformat())
        await until(pilot, lambda: screen.session.phone.status.state is AgentState.WRAP_UP)
        await open_gate(pilot)
        gate = app.screen
        await pilot.press("h")
        await until(pilot, lambda: isinstance(app.screen, ColleagueDialog) and app.screen.focused is not None)
        await pilot.press(*"pri", "enter")
        await until(pilot, lambda: app.screen is gate and any("Handed over to" in one for one in told(app)))
        assert "Nothing is open" in text_of(gate, "list-about")
    feed.close()
    with Store(tmp_path / STORE_FILE) as store:
        [ticket] = store.rows("SELECT * FROM ticket")
        [notice] = store.rows("SELECT * FROM notice")
    assert (ticket["title"], ticket["assignee"]) == ("Half a title", "Priya Nair")
    assert (notice["to_agent"], notice["ticket_id"]) == ("priya", ticket["id"])


async def test_what_comes_while_the_gate_is_open_is_listed_before_the_clock_out(tmp_path: Path) -> None:
    feed = at_rest(tmp_path)
    somebody_else_reports(feed)
    clock = Stepped()
    app = started(tmp_path, clock, NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sign_on(pilot)
        await open_shift(pilot)
        await pilot.press("c")
        await until(pilot, lambda: screen.session.shift.on)
        await pilot.press("escape")
        gate = await open_gate(pilot)
        assert "Nothing is open" in text_of(gate, "list-about")
        furnish(feed)
        await until(pilot, lambda: screen.session.work.callbacks != ())
        await pilot.press("c")
        await until(pilot, lambda: "Ben Lee" in text_of(app.screen, "listed") if app.screen is not gate else False)
        assert "the printer" in text_of(app.screen, "listed")
        assert screen.session.shift.on
    feed.close()


async def test_what_comes_while_the_clock_out_is_asked_is_listed_first(tmp_path: Path) -> None:
    feed = at_rest(tmp_path)
    somebody_else_reports(feed)
    app = started(tmp_path, Stepped(), NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sign_on(pilot)
        await open_shift(pilot)
        await pilot.press("c")
        await until(pilot, lambda: screen.session.shift.on)
        await pilot.press("escape")
        await open_gate(pilot)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        furnish(feed)
        await until(pilot, lambda: screen.session.work.callbacks != ())
        await pilot.press("y")
        await until(pilot, lambda: isinstance(app.screen, SignOffDialog))
        await until(pilot, lambda: "Ben Lee" in text_of(app.screen, "listed"))
        assert screen.session.shift.on
    feed.close()


async def test_the_gate_shows_what_is_open_once_it_is_seen_again(tmp_path: Path) -> None:
    feed = at_rest(tmp_path)
    furnish(feed)
    somebody_else_reports(feed)
    app = started(tmp_path, Stepped(), NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sign_on(pilot)
        await until(pilot, lambda: screen.session.work.callbacks != ())
        gate = await open_gate(pilot)
        await until(pilot, shown(app, gate, 2))
        await pilot.press("h")
        await until(pilot, lambda: isinstance(app.screen, ColleagueDialog) and app.screen.focused is not None)
        feed.patch(Callback, "cb", state="done")
        await until(pilot, lambda: screen.session.work.callbacks == ())
        await pilot.press("escape")
        await until(pilot, shown(app, gate, 1))
        assert "the printer" not in text_of(gate, "listed")
    feed.close()


async def test_hours_go_on_while_they_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.screens.shift.AGAIN_S", 0.05)
    feed = at_rest(tmp_path)
    somebody_else_reports(feed)
    clock = Stepped()
    app = started(tmp_path, clock, NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await sign_on(pilot)
        dialog = await open_shift(pilot)
        await pilot.press("c")
        await until(pilot, lambda: "● clocked in since" in text_of(dialog, "listed"))
        clock.ahead = timedelta(minutes=90)
        await until(pilot, lambda: "today 1:30" in text_of(dialog, "listed"))
    feed.close()


async def test_a_break_in_the_middle_of_the_day_keeps_the_shift(tmp_path: Path) -> None:
    clock = Stepped()
    feed = at_rest(tmp_path)
    app = started(tmp_path, clock, NOW - timedelta(days=1))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sign_on(pilot)
        await open_shift(pilot)
        await pilot.press("c")
        await until(pilot, lambda: screen.session.shift.on)
        await pilot.press("escape")
        gate = await open_gate(pilot)
        assert "Nothing is open" in text_of(gate, "list-about")
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, SignInScreen))
        clock.ahead = timedelta(hours=2)
        screen = await sign_on(pilot)
        await until(pilot, lambda: screen.session.shift.on)
        dialog = await open_shift(pilot)
        assert "today 2:00" in text_of(dialog, "listed")
    feed.close()


async def test_what_is_open_is_told_to_whoever_is_not_clocked_in_too(tmp_path: Path) -> None:
    feed = at_rest(tmp_path)
    furnish(feed)
    clock = Stepped()
    app = started(tmp_path, clock, NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sign_on(pilot)
        await pilot.press("r")
        await until(pilot, lambda: screen.session.phone.status.state is AgentState.READY)
        gate = await open_gate(pilot)
        assert screen.session.phone.status.reason == "signing off", "no caller comes in between"
        await pilot.press("c")
        await until(pilot, lambda: any("You are not clocked in" in one for one in told(app)))
        assert app.screen is gate
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, SignInScreen))
    feed.close()
    with Store(tmp_path / STORE_FILE) as store:
        assert store.value("SELECT for_agent FROM callback") == "dana"


async def test_clocking_in_first_where_the_site_wants_it(tmp_path: Path) -> None:
    feed = at_rest(tmp_path)
    duties = tmp_path / "shift.yaml"
    duties.write_text("clock_in_first: yes\nsign_on:\n- {id: clock-in, label: Clock in, seen: clocked-in}\n")
    app = started(tmp_path, Stepped(), NOW, Settings(shift=duties))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sign_on(pilot)
        await pilot.press("r")
        await until(pilot, lambda: any("Clock in first: F7" in one for one in told(app)))
        assert screen.session.phone.status.state is AgentState.NOT_READY
        await open_shift(pilot)
        await pilot.press("enter", "escape")
        await until(pilot, lambda: screen.session.shift.on and app.screen is screen)
        await pilot.press("r")
        await until(pilot, lambda: screen.session.phone.status.state is AgentState.READY)
    feed.close()


async def test_a_session_ends_at_a_quiet_moment(tmp_path: Path) -> None:
    feed = at_rest(tmp_path)
    clock = Stepped()
    app = started(tmp_path, clock, NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await talk(pilot, feed)
        await pilot.press("f5", *"Half a title")
        clock.ahead = timedelta(hours=11, minutes=50)
        await until(pilot, lambda: any("ends in 15 minutes" in one for one in told(app)))
        clock.ahead = timedelta(hours=12, minutes=1)
        await until(pilot, lambda: any("ends after this contact" in one for one in told(app)))
        assert app.screen is screen
        feed.patch(Contact, "c-1", state=ContactState.ENDED, ended_at=clock.now().isoformat())
        await until(pilot, lambda: screen.session.phone.status.state is AgentState.WRAP_UP)
        screen.do(screen.session.wrap_up.dispose("Handed over"))
        await until(pilot, lambda: isinstance(app.screen, SignInScreen))
        await until(pilot, lambda: "ended after 12 hours" in " ".join(text_of(app.screen, "sign-in-foot").split()))
    feed.close()
    with Store(tmp_path / STORE_FILE) as store:
        assert store.value("SELECT title FROM ticket") == "Half a title"


async def test_with_passwords_the_screen_locks_and_shows_nothing_of_the_shift(tmp_path: Path) -> None:
    hub, clock = tmp_path / "site" / "hub.db", Stepped()
    with People(hub, clock) as known:
        known.add("Dana Reyes", Role.AGENT, "correct horse 1")
    feed = Feed(hub)
    somebody_else_reports(feed)
    feed.close()
    (tmp_path / "seat").mkdir()
    app = AgentConsole(Launch(tmp_path / "seat", Settings(sign_in="password", hub=str(hub), lock_minutes=0)), clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"Dana Reyes", "enter", *"correct horse 1", "enter")
        await until(pilot, lambda: isinstance(app.screen, WorkspaceScreen) and bool(app.screen.query("#hints")))
        dialog = await open_shift(pilot)
        await pilot.press("c")
        await until(pilot, lambda: "● clocked in since" in text_of(dialog, "listed"))
        clock.ahead = timedelta(hours=12, minutes=1)
        await until(pilot, lambda: isinstance(app.screen, LockScreen) and app.screen.focused is not None)
        shown = "\n".join("".join(one.text for one in strip) for strip in app.screen._compositor.render_strips())
        assert "Locked" in shown and "clocked in" not in shown and "Restart" not in shown
        await pilot.press(*"correct horse 1", "enter")
        await until(pilot, lambda: app.screen is dialog)
        await pilot.pause(1.2)
        assert app.screen is dialog, "the time of the session begins anew"
        assert "● clocked in since" in text_of(dialog, "listed")
