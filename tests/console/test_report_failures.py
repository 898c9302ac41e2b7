"""Queue reports while something fails: the store takes nothing, the mail server refuses, the hub is away, the clock runs
on under the form."""

from __future__ import annotations

import asyncio
import email
import threading
from datetime import timedelta
from email import policy
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from console.app import AgentConsole
from console.gateway.config import GatewayConfig, MailConfig
from console.gateway.process import GatewayProcess, services
from console.launch import Launch
from console.screens.report_ladder import LadderDialog
from console.services.session import Session
from console.settings import Settings
from data.models.agent import Agent, Role
from data.models.base import AgentId
from data.models.gateway import Gateway
from data.models.mail import Mail, MailState
from data.models.notice import Notice
from data.models.queue_report import QueueReport, ReporterDuty, ReportRung, Rung, RungOutcome
from data.queue_report.pending import LADDER_FILE
from data.queue_report.reports import Answers, report_of
from data.store import driver
from data.sync.contract import NOT_YET
from tests.console.stage import sign_on, until
from tests.console.test_notices import text_of
from tests.console.test_queue_report import DANA, NEXT, SetClock, comes, opened, stored, told
from tests.gateway.mail_server import mail_server

HALF_HOUR = timedelta(minutes=30)


async def takes_nothing(session: Session, *, on: bool = True) -> None:
    await session.seat.read(lambda store: store.execute(f"PRAGMA query_only = {int(on)}"))


async def test_a_store_that_takes_nothing_is_still_asked_what_is_due(tmp_path: Path) -> None:
    """One slot is missed while the store is read-only, another is given to a manager: the next ones come up as ever."""
    clock = SetClock()
    app, _feed = opened(tmp_path, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sign_on(pilot)
        reporting = screen.session.reporting
        await until(pilot, lambda: reporting.state.next == NEXT)
        await takes_nothing(screen.session)
        clock.at = NEXT + HALF_HOUR + timedelta(minutes=2)
        dialog = await comes(pilot)
        assert "slot 15:00" in text_of(dialog, "report-head")
        await pilot.press("f10")
        await until(pilot, lambda: "nothing is lost" in text_of(dialog, "dialog-foot"))
        await reporting.give_otherwise(NEXT + HALF_HOUR, Answers(1, 1), Rung.MANAGER)
        await until(pilot, lambda: app.screen is screen)
        clock.at += HALF_HOUR
        dialog = await comes(pilot)
        assert "slot 15:30" in text_of(dialog, "report-head")
        await takes_nothing(screen.session, on=False)
        await pilot.press("f10")
        await until(pilot, lambda: app.screen is screen)
        await until(pilot, lambda: len(stored(tmp_path, QueueReport)) == 2)


async def test_figures_typed_for_a_slot_that_is_over_are_not_given_for_the_next(tmp_path: Path) -> None:
    """The form stands open, half typed, while its slot ends: as with a draft the figures are those of now again, and
    the comment stays."""
    clock = SetClock()
    app, _feed = opened(tmp_path, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sign_on(pilot)
        clock.at = NEXT
        dialog = await comes(pilot)
        await pilot.press("backspace", "9", "tab", "tab", "tab", "tab", *"crew")
        assert dialog.fields["calls"] == "9"
        clock.at = NEXT + HALF_HOUR + timedelta(seconds=1)
        await until(pilot, lambda: "slot 15:00" in text_of(dialog, "report-head"))
        await until(pilot, lambda: dialog.fields["calls"] == "4")
        assert dialog.fields["comment"] == "crew" and "14:30 was missed" in text_of(dialog, "dialog-foot")
        await pilot.press("f10")
        await until(pilot, lambda: app.screen is screen)
        [report] = stored(tmp_path, QueueReport)
        assert (report.slot, report.calls, report.seen_calls) == (NEXT + HALF_HOUR, 4, 4)


async def to_the_mail(pilot: Pilot[str]) -> LadderDialog:
    """Down the ladder as far as the mail."""
    await pilot.press("f8")
    await until(pilot, lambda: isinstance(pilot.app.screen, LadderDialog))
    ladder = pilot.app.screen
    assert isinstance(ladder, LadderDialog)
    while ladder.rung is not Rung.MAIL:
        before = ladder.rung
        await pilot.press("n", "y")
        await until(pilot, lambda before=before: ladder.rung is not before)  # type: ignore[misc]
    return ladder


def files(folder: Path) -> list[Path]:
    return sorted((folder / "mail").glob("*.eml"))


async def test_a_mail_that_nobody_sends_is_a_rung_that_failed(tmp_path: Path) -> None:
    """No gateway is there: the mail lies in a file, the ladder says where, and what counts is what the agent says of it.
    Management hears of the failure at once."""
    clock = SetClock()
    app, _feed = opened(tmp_path, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sign_on(pilot)
        clock.at = NEXT
        await comes(pilot)
        ladder = await to_the_mail(pilot)
        await pilot.press("y")
        await until(pilot, lambda: "No gateway sends mail now" in text_of(app.screen, "dialog-text"))
        [file] = files(tmp_path)
        assert file.name in "".join(text_of(ladder, "dialog-text").split())
        assert app.screen is ladder and stored(tmp_path, QueueReport) == []
        await until(pilot, lambda: len([one for one in stored(tmp_path, Mail) if one.kind == "alarm"]) == 4)
        await pilot.press("y")
        await until(pilot, lambda: app.screen is screen)
        [report] = stored(tmp_path, QueueReport)
        assert report.rung is Rung.MAIL and files(tmp_path) == [file]
        mail = [(one.outcome) for one in stored(tmp_path, ReportRung) if one.rung is Rung.MAIL]
        assert sorted(mail) == [RungOutcome.FAILED, RungOutcome.WORKED]


async def test_rung_by_rung_with_a_store_that_takes_nothing_and_a_mail_server_that_refuses(tmp_path: Path) -> None:
    """The store is read-only, a real gateway runs, its mail server's port refuses: each rung fails in its turn down to
    the emergency procedure. Nothing of it is lost: after a restart the report, every rung and every alarm are there, and
    the alarms go out once the server is back."""
    clock = SetClock()
    app, feed = opened(tmp_path, clock)
    async with mail_server() as server:
        await server.down()
        said: list[str] = []
        mail = MailConfig(
            server="127.0.0.1", port=server.port, security="none", sender="console@example.net", timeout=2
        )
        config = GatewayConfig(hub=str(tmp_path / "hub.db"), data_dir=tmp_path / "gateway", mail=mail)
        config.data_dir.mkdir()
        gateway = GatewayProcess(config, services(config), said.append, clock)
        working = asyncio.create_task(gateway.run())
        async with app.run_test(size=(80, 24)) as pilot:
            screen = await sign_on(pilot)
            seat = screen.session.seat
            feed.put(
                Mail(
                    id="before", kind="alarm", to=("manager@example.com",), subject="An earlier alarm", text="x",
                    made_by=AgentId("priya"), made_at=clock.at,
                )
            )  # fmt: skip
            await until(pilot, lambda: any(one.trouble for one in stored(tmp_path, Gateway)))
            clock.at = NEXT
            gateway.context.told.set()
            await until(pilot, lambda: all(one.until > NEXT for one in stored(tmp_path, Gateway)))
            dialog = await comes(pilot)
            await pilot.press("tab", "tab", "tab", "tab", *"two crews")
            await takes_nothing(screen.session)
            await pilot.press("f10")
            await until(pilot, lambda: "nothing is lost" in text_of(dialog, "dialog-foot"))
            ladder = await to_the_mail(pilot)
            await pilot.press("y")
            await until(pilot, lambda: "takes nothing now" in text_of(ladder, "dialog-text"))
            shown = text_of(ladder, "dialog-text")
            assert "refused" in shown and "the store cannot be written" in " ".join(shown.split())
            assert all(lines.region.bottom <= 24 for lines in ladder.query("Lines"))
            [file] = files(tmp_path)
            letter = email.message_from_bytes(file.read_bytes(), policy=policy.default)
            text = str(letter.get_content()).replace("\r\n", "\n")
            assert letter["To"] == "queue-reports@example.com" and text.endswith("\nDR\n")
            assert "Calls in queue: 4\nLongest wait: 14 min\nNode down: none\nComment: two crews\n" in text
            for rung, keys in ((Rung.MANAGER, "n"), (Rung.EMERGENCY, "ny")):  # that the mail failed is noted
                await pilot.press(*keys)
                await until(pilot, lambda rung=rung: ladder.rung is rung)  # type: ignore[misc]
            await pilot.press("y")
            await until(pilot, lambda: app.screen is screen)
            assert stored(tmp_path, QueueReport) == [] == stored(tmp_path, ReportRung)
            assert await seat.read(lambda store: store.value("PRAGMA query_only")) == 1
        again = AgentConsole(Launch(tmp_path, Settings()), clock)
        async with again.run_test(size=(80, 24)) as pilot:
            await sign_on(pilot)
            await until(pilot, lambda: len(stored(tmp_path, QueueReport)) == 1)
            [report] = stored(tmp_path, QueueReport)
            assert (report.slot, report.rung, report.comment) == (NEXT, Rung.EMERGENCY, "two crews")
            steps = [
                (one.rung, one.outcome) for one in sorted(stored(tmp_path, ReportRung), key=lambda one: one.id)
            ]
            failed = [(rung, RungOutcome.FAILED) for rung in Rung if rung is not Rung.EMERGENCY]
            assert steps == [*failed, (Rung.EMERGENCY, RungOutcome.WORKED)]
            notices = [one for one in stored(tmp_path, Notice) if one.kind == "queue report failed"]
            assert len(notices) == len(failed)
            await server.up()
            clock.at += timedelta(minutes=6)
            gateway.context.news.set()
            await until(pilot, lambda: len(server.post.taken) == 1 + len(failed))
            assert {str(one["To"]) for one in server.post.taken} == {"manager@example.com"}
            await until(pilot, lambda: {one.state for one in stored(tmp_path, Mail)} == {MailState.SENT})
        gateway.stop()
        await working


async def test_the_disc_is_waited_for_off_the_event_loop_and_a_refusal_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for the store is kept and written by its own thread. A report that the hub refuses is a rung that
    failed, and the agent hears of it once."""
    opened_by: list[threading.Thread] = []
    real = driver.connect

    def connect(path: Path, **more: Any) -> Any:
        if path.name == LADDER_FILE:
            opened_by.append(threading.current_thread())
        return real(path, **more)

    monkeypatch.setattr(driver, "connect", connect)
    clock = SetClock()
    app, _feed = opened(tmp_path, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sign_on(pilot)
        reporting, seat = screen.session.reporting, screen.session.seat
        await takes_nothing(screen.session)
        await reporting.ladder.failed(NEXT, Rung.COMMAND)
        assert opened_by and threading.main_thread() not in opened_by
        await takes_nothing(screen.session, on=False)
        report = report_of(NEXT, DANA, Answers(1, 1), DANA, NEXT, Rung.MODAL)
        op = ("op", "txn", report.entity, report.id, "append", 0, report.model_dump_json(), DANA, 1, NOT_YET)
        await seat.read(
            lambda store: store.execute(
                "INSERT INTO outbox (op_id, txn_id, entity, entity_id, kind, base_ver, patch, actor, schema_v, state,"
                " last_error, tries) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'refused', ?, 0)",
                op,
            )
        )
        clock.at += timedelta(seconds=11)
        await until(pilot, lambda: any("The hub did not take the 14:30 queue report" in one for one in told(app)))
        clock.at += timedelta(seconds=11)
        await until(pilot, lambda: len(stored(tmp_path, ReportRung)) == 2)
        assert {(one.rung, one.why) for one in stored(tmp_path, ReportRung)} >= {(Rung.MODAL, NOT_YET)}


async def test_nobody_is_said_to_have_missed_a_report_that_is_on_its_way(tmp_path: Path) -> None:
    """A leader's machine slept while Priya's slot passed. Her report is at the hub and comes in after the console has
    looked at the clock: nothing is told of a slot before the hub has been listened to for a minute."""
    clock = SetClock()
    app, feed = opened(tmp_path, clock, scheduled=False)
    feed.put(Agent(id="dana", name="Dana Reyes", role=Role.SUPERVISOR))
    came, until_then = clock.at - timedelta(minutes=8), clock.at + timedelta(hours=8)
    priya = AgentId("priya")
    feed.put(ReporterDuty(id="duty", agent=priya, starts=came, ends=until_then, made_by=DANA, made_at=came))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sign_on(pilot)
        reporting = screen.session.reporting
        await until(pilot, lambda: len(stored(tmp_path, ReporterDuty)) == 1)
        clock.at = NEXT + HALF_HOUR * 2 + timedelta(minutes=2)

        async def looked() -> None:
            reporting.stale()
            await until(pilot, lambda: reporting._look_at is not None and reporting._reading is None)

        await looked()
        feed.put(report_of(NEXT, priya, Answers(2, 2), priya, NEXT, Rung.MODAL))
        await until(pilot, lambda: len(stored(tmp_path, QueueReport)) == 1)
        for _ in range(7):
            clock.at += timedelta(seconds=10)
            await looked()
        await until(pilot, lambda: bool(stored(tmp_path, Notice)))
        assert [one.about for one in stored(tmp_path, Notice)] == ["10:00 EST, Priya Nair"]
