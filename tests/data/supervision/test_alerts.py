"""Alerts: what is told, in which order, until somebody has seen it; and told again as long as nobody has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.models.agent import Agent, AgentState, Role
from data.models.base import AgentId, ContactId, TicketId
from data.models.callback import Callback
from data.models.conduct import Conduct, ConductKind
from data.models.notice import Notice, NoticeRole
from data.models.outage import Outage
from data.models.queue_report import Activity, ReporterDuty
from data.models.shift import AgentMove
from data.models.supervision import AlertSeen
from data.queue_report.policy import ReportPolicy
from data.store.database import Store
from data.supervision import seeing
from data.supervision.alerts import Bell, Matters, alerts
from data.supervision.snapshot import Alert, Crossing, FloorSnapshot
from data.supervision.thresholds import Level, load_floor
from data.supervision.watch import FloorWatch
from tests.data.supervision.floors import a_floor
from tests.data.supervision.test_watch import save
from tests.stores import new_store

NOW = datetime(2026, 11, 20, 14, 18, 2, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
POLICY = load_floor()
ROBIN, SAM = AgentId("robin"), AgentId("sam")
NAMES = {ROBIN: "Robin", SAM: "Sam"}
MINUTE = timedelta(minutes=1)


class Still:
    """A clock that stands."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


def wait(seconds: float, level: Level = Level.WARN) -> Crossing:
    limit = {Level.WARN: 60.0, Level.ALARM: 180.0}[level]
    return Crossing("longest wait", level, "support", "Support", seconds, limit)


def few(level: Level = Level.WARN) -> Crossing:
    return Crossing("service level", level, "support", "Support", 0.71, 0.8)


def seen(key: str, at: datetime, level: int = 2, by: AgentId = ROBIN, mark: str = "s") -> AlertSeen:
    return AlertSeen(id=f"{mark}/{at.timestamp()}", key=key, level=level, by=by, at=at)


def listed(crossings: Sequence[Crossing], now: datetime = NOW, rows: Sequence[AlertSeen] = ()) -> tuple[Alert, ...]:
    return alerts(crossings, Matters(names=NAMES, seen=rows), POLICY, now, ZONE)


def test_the_worst_and_oldest_comes_first_and_what_was_seen_last() -> None:
    found = listed([wait(70), few(Level.ALARM), wait(200, Level.ALARM)], rows=[seen("service level:support", NOW)])
    assert [(one.text, one.open) for one in found] == [
        ("longest wait over 3:00", True),
        ("longest wait over 1:00", True),
        ("service level 71 %, target 80 %", False),
    ]
    assert found[0].since == NOW - timedelta(seconds=20), "since it reached the limit"
    assert found[2].seen_by == "Robin" and all(one.todo for one in found)


def test_a_figure_that_was_seen_is_told_anew_when_it_is_worse_or_comes_again_or_stays() -> None:
    row = seen("longest wait:support", NOW - MINUTE, Level.WARN)
    assert not listed([wait(200)], rows=[row])[0].open, "it had been reached before"
    assert listed([wait(65)], rows=[row])[0].open, "somebody else waits too long since"
    assert listed([wait(300, Level.ALARM)], rows=[row])[0].open, "it has grown worse"
    row = seen("service level:support", NOW - MINUTE)
    assert not listed([few()], rows=[row])[0].open
    assert listed([few()], NOW + 40 * MINUTE, [row])[0].open, "it has been quiet for long enough"


def test_of_two_who_see_it_the_first_counts_everywhere() -> None:
    rows = [seen("service level:support", NOW - MINUTE, by=SAM), seen("service level:support", NOW, mark="r")]
    assert {one.seen_by for rows_ in (rows, rows[::-1]) for one in listed([few()], rows=rows_)} == {"Sam"}


def test_what_nobody_has_seen_is_told_again_and_again() -> None:
    bell = Bell(POLICY)
    told = {at: bell.due(listed([few(Level.ALARM)]), NOW + at * MINUTE) for at in (0, 1, 2, 3, 5, 6)}
    assert [at for at, due in told.items() if due] == [0, 3, 6]
    assert not bell.due(listed([few()]), NOW + 7 * MINUTE), "better, and told already"
    assert bell.due(listed([few(Level.ALARM)]), NOW + 8 * MINUTE), "worse again"
    assert not bell.due(listed([few(Level.ALARM)], rows=[seen("service level:support", NOW)]), NOW + 30 * MINUTE)
    assert not bell.due((), NOW + 31 * MINUTE)
    assert bell.due(listed([few()]), NOW + 32 * MINUTE), "it was over, and begins anew"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path / "seat.db")


def look(store: Store, now: datetime = NOW) -> FloorSnapshot:
    return FloorWatch(POLICY, ZONE, ReportPolicy()).look(store, now)


def row(found: Sequence[Alert], key: str) -> Alert:
    return next(one for one in found if one.key == key)


def notice(name: str, at: datetime, **more: object) -> Notice:
    return Notice.model_validate({"id": name, "to_role": NoticeRole.LEADER, "by": "agent-1", "at": at, **more})


def test_everything_that_was_recorded_is_in_the_list(store: Store) -> None:
    ago = lambda minutes: NOW - minutes * MINUTE  # noqa: E731
    ticket = TicketId("t-1")
    save(
        store,
        [
            *a_floor(NOW),
            Agent(id=ROBIN, name="Robin", role=Role.SUPERVISOR),
            notice("missed", ago(18), kind="queue report missed", about="14:00, Grace Kim"),
            notice("wants", ago(5), about="asks for you", ticket_id=ticket),
            notice("to-one", ago(5), about="for Sam alone", to_agent=SAM),
            notice("old", ago(60 * 30), about="history"),
            Conduct(id="same", kind=ConductKind.MANAGER, at=ago(6), by=AgentId("agent-1"), ticket_id=ticket),
            Conduct(id="abuse", kind=ConductKind.ABUSE, at=ago(7), by=AgentId("agent-2"), contact_id=ContactId("hand-2")),
            Conduct(id="no", kind=ConductKind.ESCALATED, at=ago(9), by=AgentId("agent-2")),
            Conduct(id="back", kind=ConductKind.ESCALATED, at=ago(8), by=AgentId("agent-2"), takes_back="no"),
            Conduct(id="cost", kind=ConductKind.COST_SAID, at=ago(8), by=AgentId("agent-2")),
            Callback(id="late", number="+12025550142", due_at=ago(40), made_by=SAM, made_at=ago(90)),
            Callback(id="hours", number="+12025550142", due_at=ago(400), made_by=SAM, made_at=ago(900)),
            Callback(id="soon", number="+12025550142", due_at=ago(-40), made_by=SAM, made_at=ago(90)),
            Outage(id="down", node="RP-09", city="Ridgeport", since=ago(26), made_by=SAM, made_at=ago(26)),
            Outage(id="up", node="RP-10", since=ago(26), over=ago(2), made_by=SAM, made_at=ago(26)),
            ReporterDuty(id="d", agent=AgentId("agent-0"), starts=ago(60), ends=ago(-60), made_by=SAM, made_at=ago(900)),
            ReporterDuty(
                id="w", agent=AgentId("agent-4"), starts=ago(78), ends=ago(-60), activity=Activity.WORK, made_by=SAM,
                made_at=ago(900),
            ),
            AgentMove(id="m1", agent=AgentId("agent-4"), at=ago(90), state=AgentState.READY),
            AgentMove(id="m2", agent=AgentId("agent-4"), at=ago(12), state=AgentState.NOT_READY, reason="lunch"),
        ],
    )  # fmt: skip
    found = look(store).alerts
    recorded = {one.key: (one.level, one.text, one.about) for one in found if one.from_row}
    assert recorded == {
        "notice:missed": (Level.ALARM, "queue report missed: 14:00, Grace Kim", ""),
        "notice:wants": (Level.WARN, "asks for you", "Grace Kim"),
        "conduct:abuse": (Level.WARN, "conduct: abusive caller", "Kofi Osei"),
        "callback:late": (Level.WARN, "callback overdue", "+12025550142"),
        "callback:hours": (Level.ALARM, "callback overdue", "+12025550142"),
        "outage:down": (Level.WARN, "node RP-09, Ridgeport is down", ""),
        "report:2026-11-20T14:00:00+00:00/agent-0": (Level.WARN, "queue report of 14:00 is late", "Dana Reyes"),
    }
    lunch = row(found, "adherence:agent-4")
    assert (lunch.text, lunch.about) == ("not ready (lunch), scheduled: work", "Tomás Novák · 12:00 lost today")
    assert {"longest wait:support", "not ready:agent-4", "wrap-up:agent-2"} <= {one.key for one in found}


def test_seeing_is_a_row_that_others_get_and_a_notice_is_seen_to(store: Store) -> None:
    save(store, [Agent(id=ROBIN, name="Robin", role=Role.SUPERVISOR), notice("wants", NOW, about="asks for you")])
    save(store, [Outage(id="down", node="RP-09", since=NOW, made_by=SAM, made_at=NOW)])
    clock = Still()
    for one in look(store).alerts:
        seeing.acknowledge(store, one, ROBIN, clock)
    queued = [entry["entity"] for entry in store.rows("SELECT entity FROM outbox ORDER BY entity")]
    assert queued == ["alert_seen", "notice_seen"]
    after = look(store, NOW + MINUTE).alerts
    assert [(one.open, one.seen_by) for one in after] == [(False, "Robin")] * 2
    for one in after:
        seeing.acknowledge(store, one, SAM, clock)
    assert len(store.rows("SELECT 1 FROM outbox")) == len(queued), "once it is seen, nothing is written"
    keys = [one.key for one in look(store, NOW + 90 * MINUTE).alerts]
    assert keys == [], "what was seen is not shown for ever"


def test_a_look_after_something_was_seen_elsewhere_shows_it(store: Store) -> None:
    watch = FloorWatch(POLICY, ZONE)
    save(store, a_floor(NOW))
    assert all(one.open for one in watch.look(store, NOW).alerts)
    changed = save(store, [seen("longest wait:support", NOW), seen("wrap-up:agent-2", NOW, mark="w")])
    closed = {one.key for one in watch.look(store, NOW, changed).alerts if not one.open}
    assert closed == {"longest wait:support", "wrap-up:agent-2"}
