"""The weekly schedule: which week when, once, by the site's clock, and what it says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from data.mail.schedule import mail_id, schedule_mail, week_to_send
from data.models.base import AgentId
from data.models.queue_report import ReporterDuty

NEW_YORK, BERLIN, LORD_HOWE = (
    ZoneInfo(name) for name in ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe")
)
SUNDAY = "sun 18:00"
NAMES = {"ana": "Ana Silva", "bo": "Bo\r\nLindgren"}


def duty(starts: datetime, hours: float, agent: str = "ana", **fields: object) -> ReporterDuty:
    body = {
        "id": f"{starts.isoformat()} {agent}",
        "agent": agent,
        "starts": starts,
        "ends": starts.astimezone(UTC) + timedelta(hours=hours),
        "made_by": "bo",
        "made_at": starts,
        **fields,
    }
    return ReporterDuty.model_validate(body)


def name_of(agent: AgentId) -> str:
    return NAMES.get(agent, agent)


@pytest.mark.parametrize(
    ("now", "week"),
    [
        ("2026-11-22T17:59:59", None),
        ("2026-11-22T18:00:00", "2026-11-23"),
        ("2026-11-23T00:00:00", "2026-11-23"),
        ("2026-11-23T23:59:59", "2026-11-23"),
        ("2026-11-24T00:00:00", None),  # a day after its week began nobody needs it
        ("2026-11-28T12:00:00", None),
    ],
)
def test_it_is_due_from_its_moment_until_a_day_into_its_week(now: str, week: str | None) -> None:
    found = week_to_send(SUNDAY, NEW_YORK, datetime.fromisoformat(now).replace(tzinfo=NEW_YORK))
    assert (found.isoformat() if found else None) == week


@pytest.mark.parametrize("when", ["mon 06:00", "fri 18:00", "sun 00:00", "sun 23:59"])
def test_the_week_is_the_next_that_begins(when: str) -> None:
    wanted = date(2026, 11, 23)
    weekday = ("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(when[:3])
    at = datetime.combine(wanted - timedelta(days=7 - weekday), datetime.min.time(), NEW_YORK)
    at = at.replace(hour=int(when[4:6]), minute=int(when[7:]))
    assert week_to_send(when, NEW_YORK, at) == wanted
    assert week_to_send(when, NEW_YORK, at.astimezone(UTC) - timedelta(seconds=1)) != wanted


@pytest.mark.parametrize("zone", [NEW_YORK, BERLIN, LORD_HOWE], ids=lambda zone: zone.key)
@pytest.mark.parametrize("when", [SUNDAY, "sun 02:15", "sun 01:45"])
def test_every_week_of_a_year_is_sent_once_though_clocks_change(zone: ZoneInfo, when: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    sent: list[str] = []
    while now < datetime(2027, 1, 1, tzinfo=UTC):
        monday = week_to_send(when, zone, now)
        if monday is not None and mail_id(monday) not in sent:
            sent.append(mail_id(monday))
        now += timedelta(minutes=45)
    assert sent == [mail_id(date(2026, 1, 5) + timedelta(weeks=week)) for week in range(len(sent))]
    assert len(sent) == 52


def test_it_lists_each_day_of_the_week_in_the_sites_time() -> None:
    duties = [
        duty(datetime(2026, 11, 23, 13, tzinfo=NEW_YORK), 4, "bo"),
        duty(datetime(2026, 11, 23, 9, tzinfo=NEW_YORK), 4),
        duty(datetime(2026, 11, 22, 22, tzinfo=NEW_YORK), 4, "night"),  # over midnight into the week
        duty(datetime(2026, 11, 29, 22, tzinfo=NEW_YORK), 4),  # and out of it
        duty(datetime(2026, 11, 24, 9, tzinfo=NEW_YORK), 4, withdrawn=True),
        duty(datetime(2026, 11, 30, 9, tzinfo=NEW_YORK), 4),
    ]
    letter = schedule_mail(duties, date(2026, 11, 23), NEW_YORK, name_of)
    assert letter.subject == "Queue reporters, week of 2026-11-23"
    nobody = "  nobody is named: whoever is signed on reports\n"
    assert letter.text == (
        "Who reports the queue in the week from Mon 2026-11-23 to Sun 2026-11-29\n"
        "All times are of America/New_York.\n\n"
        "Mon 2026-11-23\n"
        "  00:00 – 02:00  night\n"
        "  09:00 – 13:00  Ana Silva\n"
        "  13:00 – 17:00  Bo Lindgren\n\n"
        + "".join(f"{day}\n{nobody}\n" for day in ("Tue 2026-11-24", "Wed 2026-11-25", "Thu 2026-11-26"))
        + "".join(f"{day}\n{nobody}\n" for day in ("Fri 2026-11-27", "Sat 2026-11-28"))
        + "Sun 2026-11-29\n  22:00 – 24:00  Ana Silva\n"
    )


def test_in_a_week_with_a_change_of_clocks_each_time_says_which_it_is() -> None:
    night = duty(datetime(2026, 11, 1, 0, 30, tzinfo=NEW_YORK), 2)  # 00:30 EDT to 01:30 EST
    letter = schedule_mail([night], date(2026, 10, 26), NEW_YORK, name_of)
    assert "whose clocks change this week" in letter.text
    assert "  00:30 EDT – 01:30 EST  Ana Silva" in letter.text
