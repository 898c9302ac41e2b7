"""The queue report in plain mode: said when it is due, given in one line or by questions."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from data.models.base import AgentId
from data.models.queue_report import QueueReport
from data.models.shift import Punch, TimeEntry
from data.store.database import STORE_FILE, Store
from tests.console.plain.stage import at_desk
from tests.console.stage import NOW


async def test_a_report_is_said_to_be_due_and_given(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        came = NOW - timedelta(minutes=30)
        dana = AgentId("dana")
        desk.feed.put(TimeEntry(id="in", agent=dana, punch=Punch.IN, at=came, by=dana, made_at=came))
        await desk.sign_on()
        await desk.hears("Queue report of 14:00 (09:00 EST at the site) is due. Type report.")
        said = await desk.type("report 4")
        assert "two numbers" in said[0]
        assert "two numbers" in (await desk.type("report 99999999999999999999 1"))[0]
        assert await desk.type("report 4 12 crew on site") == ["The 14:00 queue report is given."]
        assert await desk.type("report") == ["No queue report is due; the next one is at 14:30."]
        with Store(tmp_path / STORE_FILE) as store:
            [report] = [QueueReport.from_row(row) for row in store.rows("SELECT * FROM queue_report")]
        assert (report.calls, report.wait_min, report.comment, report.seen_calls) == (4, 12, "crew on site", 4)
