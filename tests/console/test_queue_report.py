"""The queue report's form: it comes by itself and loses nothing, is filled in from queue and board, is put off, given
elsewhere, and fails on purpose."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from console.app import AgentConsole
from console.launch import Launch
from console.screens import modal
from console.screens.article import ArticleDialog
from console.screens.callbacks import CallbackDialog
from console.screens.modal import ChooseDialog, ReadDialog
from console.screens.queue_report import QueueReportDialog
from console.screens.report_ladder import LadderDialog
from console.screens.sign_off import SignOffDialog
from console.screens.workspace import WorkspaceScreen
from console.settings import Settings
from data.models.agent import AgentState
from data.models.base import AgentId
from data.models.conduct import ArticleRead
from data.models.gateway import Gateway
from data.models.mail import Mail, MailState
from data.models.notice import Notice
from data.models.outage import Outage
from data.models.queue_report import NodeDown, QueueReport, ReporterDuty, ReportRung, Rung, RungOutcome
from data.models.shift import Punch, TimeEntry
from data.queue_report import reports
from data.queue_report.pending import LADDER_FILE, Pending
from data.queue_report.reports import Answers
from data.store.database import STORE_FILE, Store
from tests.console.stage import NOW, Feed, at_rest, sign_on, talk, until
from tests.console.test_notices import text_of, told
from widgets.bars import StatusBar
from widgets.lines import Lines

SIZES = [(160, 45), (80, 24)]
SLOT = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
NEXT = SLOT + timedelta(minutes=30)
DANA = AgentId("dana")


class SetClock:
    """The time of day is set by the test; waits are real."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return time.monotonic()


def opened(folder: Path, clock: SetClock, *, scheduled: bool = True) -> tuple[AgentConsole, Feed]:
    """A console at whose hub the schedule names Dana from 14:10 on."""
    feed = at_rest(folder)
    if scheduled:
        came, until = NOW - timedelta(minutes=8), NOW + timedelta(hours=8)
        feed.put(ReporterDuty(id="duty", agent=DANA, starts=came, ends=until, made_by=DANA, made_at=came))
    return AgentConsole(Launch(folder, Settings()), clock), feed


def stored(folder: Path, model: type[Any]) -> list[Any]:
    with Store(folder / STORE_FILE) as store:
        return [model.from_row(row) for row in store.rows(f'SELECT * FROM "{model.entity}" ORDER BY id')]


def form(pilot: Pilot[str]) -> QueueReportDialog:
    assert isinstance(pilot.app.screen, QueueReportDialog)
    return pilot.app.screen


async def comes(pilot: Pilot[str]) -> QueueReportDialog:
    """Wait for the form, filled in and with the keys."""
    await until(pilot, lambda: isinstance(pilot.app.screen, QueueReportDialog))
    await until(pilot, lambda: form(pilot).focused is not None and form(pilot).fields["calls"] != "")
    return form(pilot)


def status(screen: WorkspaceScreen) -> str:
    return "".join(span.text for span in screen.query_one(StatusBar).lines[0])


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_it_comes_at_its_slot_and_is_given(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = SetClock()
    app, feed = opened(tmp_path, clock)
    feed.put(Outage(id="o", node="RP-09", city="Ridgeport", since=NOW, made_by=DANA, made_at=NOW))
    async with app.run_test(size=size) as pilot:
        screen = await sign_on(pilot)
        await until(pilot, lambda: screen.session.reporting.state.next == NEXT)
        if size[0] > 100:
            await until(pilot, lambda: "next report 14:30" in status(screen))
        clock.at = NEXT - timedelta(minutes=2)
        await until(pilot, lambda: any("Queue report at 14:30" in one for one in told(app)))
        clock.at = NEXT + timedelta(seconds=1)
        dialog = await comes(pilot)
        for lines in dialog.query(Lines):
            assert lines.region.bottom <= size[1] and lines.region.right <= size[0]
        assert dialog.focused is dialog.field("calls")
        assert dialog.fields == {
            "calls": "4", "minutes": "14", "down": "yes", "nodes": "RP-09 · Ridgeport", "comment": "",
        }  # fmt: skip
        assert "live: Billing 1, Support 3" in text_of(dialog, "beside-calls")
        assert "live: Maria Alvarez" in text_of(dialog, "beside-minutes")
        await until(pilot, lambda: "◆ report due" in status(screen))
        clock.at = NEXT + timedelta(minutes=6, seconds=5)
        await until(pilot, lambda: "▲ late 6 min" in text_of(dialog, "report-head"))
        await until(pilot, lambda: "▲ report late 6 min" in status(screen))
        await until(pilot, lambda: dialog.fields["minutes"] == "20")  # goes on being read
        await pilot.press("6")  # in the place of what was filled in
        await until(pilot, lambda: dialog.fields["calls"] == "6")
        await pilot.press("tab", "tab", "tab", "tab", *"crew on site", "f10")
        await until(pilot, lambda: app.screen is screen)
        [report] = stored(tmp_path, QueueReport)
        assert (report.slot, report.reporter, report.rung, report.initials) == (NEXT, DANA, Rung.MODAL, "DR")
        assert (report.calls, report.seen_calls, report.wait_min, report.seen_wait_min) == (6, 4, 20, 20)
        assert (report.nodes, report.comment) == ((NodeDown(node="RP-09", city="Ridgeport"),), "crew on site")
        await until(pilot, lambda: "due" not in status(screen) and "late" not in status(screen))
        assert stored(tmp_path, ReportRung) == [] and stored(tmp_path, Notice) == []


async def test_it_loses_nothing_that_lies_under_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ticket is half typed, a text selected; then a dialog is half typed over it. Letters typed as it comes go on
    where they were meant, and its own keys do nothing in that moment."""
    monkeypatch.setattr(modal, "GUARD_S", 2.0)  # a pilot's hands are slow
    clock = SetClock()
    app, feed = opened(tmp_path, clock)
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await talk(pilot, feed)
        await pilot.press("f5", *"No dial tone", "left", "left", "left", "shift+left")
        title = screen.ticket_pane.field("title")
        before = (app.cursor_position, screen.focused, title.selection, screen.ticket_pane.fields)  # type: ignore[union-attr]
        clock.at = NEXT
        await until(pilot, lambda: isinstance(app.screen, QueueReportDialog))
        await pilot.press("f10", "f9", "escape")
        assert isinstance(app.screen, QueueReportDialog) and stored(tmp_path, QueueReport) == []
        await comes(pilot)
        await pilot.press("f10")
        await until(pilot, lambda: app.screen is screen)
        after = (app.cursor_position, screen.focused, title.selection, screen.ticket_pane.fields)  # type: ignore[union-attr]
        assert after == before
        await pilot.press("end")
        clock.at = NEXT + timedelta(minutes=30)
        await until(pilot, lambda: isinstance(app.screen, QueueReportDialog))
        await pilot.press("s", "!", "backspace")
        await until(pilot, lambda: screen.ticket_pane.fields["title"] == "No dial tones")
        dialog = await comes(pilot)
        assert dialog.fields["comment"] == "" and dialog.fields["calls"] == "3"
        await pilot.press("f10")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("escape", "k", "c")
        await until(pilot, lambda: isinstance(app.screen, CallbackDialog) and app.screen.focused is not None)
        await pilot.press(*"tomorrow 9", "left")
        under = app.screen
        clock.at = NEXT + timedelta(minutes=60)
        await comes(pilot)
        await pilot.press("f10")
        await until(pilot, lambda: app.screen is under)
        assert isinstance(under, CallbackDialog)
        assert under.fields["when"] == "tomorrow 9" and under.focused is under.field("when")
        assert under.field("when").cursor_at == (0, 9)
        await pilot.press("escape", "w")
        await until(pilot, lambda: isinstance(app.screen, ChooseDialog))
        clock.at = NEXT + timedelta(minutes=90)
        await until(pilot, lambda: isinstance(app.screen, QueueReportDialog))
        await pilot.press("1", "2", "s")  # would choose a disposition
        await comes(pilot)
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(app.screen, ChooseDialog))
        assert screen.session.phone.status.state is AgentState.ON_CALL


async def test_putting_off_is_for_contacts_and_twice_at_most(tmp_path: Path) -> None:
    clock = SetClock()
    app, feed = opened(tmp_path, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sign_on(pilot)
        clock.at = NEXT
        dialog = await comes(pilot)
        await pilot.press("f9")
        await until(pilot, lambda: "during a contact only" in text_of(dialog, "dialog-foot"))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        await until(pilot, lambda: "◆ report due" in status(screen))
        clock.at += timedelta(seconds=61)
        await comes(pilot)
        await pilot.press("escape", "r")
        await until(pilot, lambda: screen.session.phone.status.state is AgentState.READY)
        screen.do(screen.session.phone.take("c-1"))
        await until(pilot, lambda: feed.contact("c-1").agent == "dana")
        feed.connect("c-1")
        await until(pilot, lambda: screen.session.phone.status.state is AgentState.ON_CALL)
        for times in (1, 2):
            clock.at += timedelta(minutes=5, seconds=1)
            dialog = await comes(pilot)
            assert f"({times} of 2, in a contact)" in text_of(dialog, "dialog-foot")
            await pilot.press("tab", "5", "escape" if times == 1 else "f9")
            await until(pilot, lambda: app.screen is screen)
        clock.at += timedelta(minutes=5, seconds=1)
        dialog = await comes(pilot)
        assert "in a contact" not in text_of(dialog, "dialog-foot")
        assert dialog.fields["minutes"] == "5", "what was typed stays"
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        with Store(tmp_path / STORE_FILE) as store:
            assert reports.waiting(store, NEXT, DANA).times == 2


async def test_a_form_that_was_begun_survives_the_console(tmp_path: Path) -> None:
    clock = SetClock()
    app, _feed = opened(tmp_path, clock)
    async with app.run_test(size=(160, 45)) as pilot:
        await sign_on(pilot)
        clock.at = NEXT
        await comes(pilot)
        await pilot.press("9", "tab", "tab", "tab", "tab", *"crew on", "left")
        await pilot.pause(0.6)
    clock.at += timedelta(minutes=2)
    again = AgentConsole(Launch(tmp_path, Settings()), clock)
    async with again.run_test(size=(160, 45)) as pilot:
        await until(pilot, lambda: bool(getattr(again.screen, "people", ())))
        await pilot.press(*"Dana", "enter")
        await until(pilot, lambda: isinstance(again.screen, QueueReportDialog) and again.screen.focused is not None)
        dialog = form(pilot)
        assert (dialog.fields["calls"], dialog.fields["comment"]) == ("9", "crew on")
        assert dialog.focused is dialog.field("comment") and dialog.field("comment").cursor_at == (0, 6)
        await pilot.press("end", *" site", "f10")
        await until(pilot, lambda: isinstance(again.screen, WorkspaceScreen))
    [report] = stored(tmp_path, QueueReport)
    assert (report.calls, report.comment) == (9, "crew on site")


async def test_a_console_that_slept_asks_for_the_present_slot(tmp_path: Path) -> None:
    """The form stood open while the machine slept: it is for the present slot now, and the others are missed."""
    clock = SetClock()
    app, _feed = opened(tmp_path, clock)
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await sign_on(pilot)
        clock.at = NEXT
        dialog = await comes(pilot)
        await pilot.press("tab", "tab", "tab", "tab", *"crew")
        clock.at = NEXT + timedelta(minutes=95)
        await until(pilot, lambda: "slot 16:00" in text_of(dialog, "report-head"))
        assert dialog.fields["comment"] == "crew"
        await until(pilot, lambda: len(screen.session.reporting.state.missed) == 3)
        await pilot.press("f10")
        await until(pilot, lambda: app.screen is screen)
        for _ in range(7):  # the hub is listened to for a minute
            clock.at += timedelta(seconds=10)
            await until(pilot, lambda: screen.session.reporting._ticked == clock.at)
        await until(pilot, lambda: len(stored(tmp_path, Notice)) == 3)
        await pilot.press("R")
        await until(pilot, lambda: isinstance(app.screen, ArticleDialog))
        await pilot.press("f10")
        await until(pilot, lambda: len(stored(tmp_path, ArticleRead)) == 1)
        await pilot.press("R")
        await until(pilot, lambda: isinstance(app.screen, ReadDialog))
        shown = text_of(app.screen, "dialog-read")
        assert "Your next report: 16:30 (11:30 EST at the site)." in shown and "3 missed in the last day" in shown
        assert shown.count("■ missed") == 3 and "● reported" in shown and "Reports now: Dana Reyes" in shown


async def test_given_elsewhere_the_form_goes(tmp_path: Path) -> None:
    """By the command, into the same store; then at another seat, after the form failed here."""
    clock = SetClock()
    app, feed = opened(tmp_path, clock)
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await sign_on(pilot)
        clock.at = NEXT
        await comes(pilot)
        report = reports.report_of(NEXT, DANA, Answers(1, 1), DANA, clock.now(), Rung.COMMAND)
        with Store(tmp_path / STORE_FILE) as store:
            reports.file(store, report, clock)
        clock.at += timedelta(seconds=3)
        await until(pilot, lambda: app.screen is screen)
        clock.at = NEXT + timedelta(minutes=30)
        await comes(pilot)
        await pilot.press("f8")
        await until(pilot, lambda: isinstance(app.screen, LadderDialog))
        for rung in ("same form by command", "Sign on at another seat"):
            await pilot.press("n", "y")
            await until(pilot, lambda rung=rung: rung in text_of(app.screen, "dialog-text"))  # type: ignore[misc]
        feed.put(reports.report_of(clock.at, DANA, Answers(2, 2), DANA, clock.now(), Rung.MODAL))
        await until(pilot, lambda: app.screen is screen)
        await until(pilot, lambda: len(stored(tmp_path, ReportRung)) == 3)
        steps = [(one.rung, one.outcome) for one in stored(tmp_path, ReportRung)]
        assert (Rung.OTHER_SEAT, RungOutcome.WORKED) in steps
        assert {one.kind for one in stored(tmp_path, Notice)} == {"queue report failed"}


async def test_given_over_the_gate_it_keeps_nobody(tmp_path: Path) -> None:
    """Its form comes over the list of what is open at sign-off; once it is given, the list no longer has it."""
    clock = SetClock()
    app, _ = opened(tmp_path, clock)
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await sign_on(pilot)
        await until(pilot, lambda: screen.session.reporting.state.next == NEXT)
        clock.at = NEXT + timedelta(seconds=1)
        await comes(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("Q")
        await until(pilot, lambda: isinstance(app.screen, SignOffDialog))
        gate = app.screen
        await until(pilot, lambda: "Queue report" in text_of(gate, "listed"))
        clock.at += timedelta(minutes=2)
        await comes(pilot)
        await pilot.press("f10")
        await until(pilot, lambda: app.screen is gate and "Nothing is open" in text_of(gate, "list-about"))


async def test_the_ladder_goes_down_while_the_store_takes_nothing(tmp_path: Path) -> None:
    """The store is read-only: the form keeps all of it, each rung is recorded as soon as the store can be written, over
    a restart, and the report is not lost."""
    clock = SetClock()
    app, _feed = opened(tmp_path, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sign_on(pilot)
        clock.at = NEXT
        dialog = await comes(pilot)
        await pilot.press("tab", "tab", "tab", "tab", *"two [b]crews[/b]")
        await pilot.pause(0.6)
        await screen.session.seat.read(lambda store: store.execute("PRAGMA query_only = 1"))
        await pilot.press("f10")
        await until(pilot, lambda: "nothing is lost" in text_of(dialog, "dialog-foot"))
        assert dialog.fields["comment"] == "two [b]crews[/b]"
        await pilot.press("f8")
        await until(pilot, lambda: isinstance(app.screen, LadderDialog))
        ladder = app.screen
        await pilot.press("n")
        await until(pilot, lambda: "Management is told of it at once" in text_of(ladder, "dialog-text"))
        await pilot.press("escape")
        await until(pilot, lambda: "Management" not in text_of(ladder, "dialog-text"))
        assert app.screen is ladder
        for said in ("agent-console queue-report", "Sign on at another seat", "queue-reports@", "555-0142"):
            await until(pilot, lambda said=said: said in text_of(app.screen, "dialog-text"))  # type: ignore[misc]
            for lines in app.screen.query(Lines):
                assert lines.region.bottom <= 24
            await pilot.press(*("ny" if "555" not in said else "y"))
        await until(pilot, lambda: app.screen is screen)
        await until(pilot, lambda: (tmp_path / LADDER_FILE).exists())
        assert stored(tmp_path, QueueReport) == []
        assert "due" not in status(screen)
    again = AgentConsole(Launch(tmp_path, Settings()), clock)
    async with again.run_test(size=(80, 24)) as pilot:
        await sign_on(pilot)
        await until(pilot, lambda: len(stored(tmp_path, QueueReport)) == 1)
        [report] = stored(tmp_path, QueueReport)
        assert (report.rung, report.comment) == (Rung.MANAGER, "two [b]crews[/b]")
        steps = sorted(stored(tmp_path, ReportRung), key=lambda one: one.id)
        assert [(one.rung, one.outcome) for one in steps] == [
            (Rung.MODAL, RungOutcome.FAILED),
            (Rung.COMMAND, RungOutcome.FAILED),
            (Rung.OTHER_SEAT, RungOutcome.FAILED),
            (Rung.MAIL, RungOutcome.FAILED),
            (Rung.MANAGER, RungOutcome.WORKED),
        ]
        assert len([one for one in stored(tmp_path, Notice) if one.kind == "queue report failed"]) == 4
        assert {one.to for one in stored(tmp_path, Mail) if one.kind == "alarm"} == {("manager@example.com",)}
        with Store(tmp_path / STORE_FILE) as store:
            assert Pending().flush(store, DANA, clock) == 0
        await asyncio.sleep(1.2)
        assert isinstance(again.screen, WorkspaceScreen), "it is given, so nothing asks for it"


async def test_a_mail_that_the_server_refuses_is_a_rung_that_failed(tmp_path: Path) -> None:
    """A gateway is there, so the report goes by mail; then the server does not take it: recorded, told, next rung."""
    clock = SetClock()
    app, feed = opened(tmp_path, clock)
    until_then = NOW + timedelta(hours=2)
    feed.put(Gateway(id="g", name="g", services=("mail",), at=NOW, until=until_then))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sign_on(pilot)
        clock.at = NEXT
        await comes(pilot)
        await pilot.press("f8")
        await until(pilot, lambda: isinstance(app.screen, LadderDialog))
        for said in ("the form works", "agent-console queue-report", "Sign on at another seat"):
            await until(pilot, lambda said=said: said in text_of(app.screen, "dialog-text"))  # type: ignore[misc]
            await pilot.press("n", "y")
        await until(pilot, lambda: "queue-reports@" in text_of(app.screen, "dialog-text"))
        await pilot.press("y")
        await until(pilot, lambda: app.screen is screen)
        await until(pilot, lambda: screen.session.sync.queued == 0)
        [mail] = [one for one in stored(tmp_path, Mail) if one.kind == "queue report"]
        assert mail.text.rstrip().endswith("DR") and "Calls in queue: 4" in mail.text
        feed.patch(Mail, mail.id, state=MailState.FAILED, tries=1, why="550 no such mailbox")
        clock.at += timedelta(seconds=11)
        await until(pilot, lambda: any("call The duty manager 555-0142" in one for one in told(app)))
        steps = [(one.rung, one.outcome) for one in stored(tmp_path, ReportRung)]
        assert steps == [
            (rung, RungOutcome.FAILED) for rung in (Rung.MODAL, Rung.COMMAND, Rung.OTHER_SEAT, Rung.MAIL)
        ]
        assert [one.rung for one in stored(tmp_path, QueueReport)] == [Rung.MAIL]


async def test_nobody_is_asked_who_is_not_on_shift(tmp_path: Path) -> None:
    clock = SetClock()
    app, _feed = opened(tmp_path, clock, scheduled=False)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sign_on(pilot)
        clock.at = NEXT
        await asyncio.sleep(1.2)
        assert app.screen is screen and "report" not in status(screen)
        await pilot.press("R")
        await until(pilot, lambda: isinstance(app.screen, ReadDialog))
        assert "You have none to give." in text_of(app.screen, "dialog-read")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_gate_lists_a_report_that_is_due(tmp_path: Path, size: tuple[int, int]) -> None:
    """Enter opens the form from there; answered, the gate has it no longer."""
    clock = SetClock()
    app, feed = opened(tmp_path, clock)
    came = NOW - timedelta(minutes=5)
    feed.put(TimeEntry(id="in", agent=DANA, punch=Punch.IN, at=came, by=DANA, made_at=came))
    async with app.run_test(size=size) as pilot:
        screen = await sign_on(pilot)
        clock.at = NEXT
        await comes(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("Q")
        gate = await at_gate(pilot)
        listed = text_of(gate, "listed")
        assert [row.split()[1] for row in listed.splitlines()] == ["report"], listed
        assert f"due since {NEXT.astimezone():%H:%M}" in listed
        await pilot.press("h")
        await until(pilot, lambda: any("enter opens it" in one for one in told(app)))
        await pilot.press("enter")
        await comes(pilot)
        await pilot.press("f10")
        await until(pilot, lambda: len(stored(tmp_path, QueueReport)) == 1)
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("Q")
        gate = await at_gate(pilot)
        await until(pilot, lambda: "Nothing is open" in text_of(gate, "list-about"))


async def at_gate(pilot: Pilot[str]) -> SignOffDialog:
    """Wait for the gate to be filled in."""
    await until(pilot, lambda: isinstance(pilot.app.screen, SignOffDialog) and pilot.app.screen.focused is not None)
    gate = pilot.app.screen
    assert isinstance(gate, SignOffDialog)
    await until(pilot, lambda: bool(text_of(gate, "list-about").strip()))
    return gate
