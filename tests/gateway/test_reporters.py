"""The schedule of queue reporters goes out each week, once, whoever was down when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from data.mail.outgoing import gateway_is_there
from data.models.agent import Agent
from data.models.base import AgentId
from data.models.mail import Mail
from data.models.queue_report import ReporterDuty
from data.store.save import saving
from tests.gateway.conftest import Site, until

ANA = AgentId("ana")
NEXT_WEEK = datetime(2026, 1, 12, 14, tzinfo=UTC)
SUNDAY_S = (datetime(2026, 1, 11, 23, tzinfo=UTC) - datetime(2026, 1, 7, 9, tzinfo=UTC)).total_seconds()
"""From the clock's start to the Sunday at 18:00 in New York."""


def planned(site: Site) -> None:
    """Ana reports on Monday."""
    with saving(site.store, ANA, site.clock) as change:
        change.add(Agent(id=ANA, name="Ana Silva"))
        change.add(
            ReporterDuty(
                id="d",
                agent=ANA,
                starts=NEXT_WEEK,
                ends=NEXT_WEEK + timedelta(hours=4),
                made_by=ANA,
                made_at=NEXT_WEEK,
            )
        )
    site.sync()


async def looked(site: Site) -> None:
    """Every gateway has looked once more."""
    site.sync()
    await until(lambda: site.sync() or gateway_is_there(site.store, site.clock.now()))
    for gateway in site.gateways:
        await gateway.context.ask(lambda line: line.pull())  # asked after what the services have asked
    site.sync()


def kinds(site: Site) -> list[str]:
    """Of the mails that there are."""
    return [Mail.from_row(row).kind for row in site.store.rows("SELECT * FROM mail")]


async def test_two_gateways_send_it_once_at_its_time(site: Site) -> None:
    planned(site)
    site.clock.leap(SUNDAY_S - 60)
    site.start("one")
    site.start("two")
    await looked(site)
    assert kinds(site) == []
    await site.leap(61)
    await site.stop()  # looked again when they start, not half a minute later
    for name in ("one", "two"):
        site.start(name)
    await until(lambda: site.post.taken)
    [message] = site.post.taken
    assert message["To"] == "everybody@example.com" and message["Subject"] == "Queue reporters, week of 2026-01-12"
    assert "Mon 2026-01-12\n  09:00 – 13:00  Ana Silva\n" in site.post.text()
    await site.stop()
    for _ in range(3):  # and not again, however often they are started in that week
        site.clock.leap(3600)
        site.start("one")
        await looked(site)
        await site.stop()
    assert len(site.post.taken) == 1
    assert kinds(site) == ["reporter schedule"]


async def test_a_gateway_that_was_down_sends_it_late_but_not_after_its_week_is_a_day_old(site: Site) -> None:
    planned(site)
    site.clock.leap(SUNDAY_S + 20 * 3600)  # Monday, 14:00
    site.start()
    await until(lambda: site.post.taken)
    await site.stop()
    site.clock.leap(7 * 86400 + 10 * 3600)  # the Tuesday after the next
    site.start()
    await looked(site)
    assert len(site.post.taken) == 1 and kinds(site) == ["reporter schedule"]
