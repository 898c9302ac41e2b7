"""Watching the floor: what changed in the store is read, everything else is remembered from the last look.

Contact events are only ever added, so each look reads those behind the last row that it has seen. What is read again
as a whole (who waits, who does what) is small, and read only when something of that kind changed."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from data.models.agent import LEADERS, Agent, AgentState, AgentStatus
from data.models.base import instant_text
from data.models.contact import Contact, ContactEvent, ContactState, Queue
from data.models.customer import Customer
from data.models.ticket import Ticket
from data.queue.figures import FigureRow
from data.queue.live_figures import LiveFigures
from data.queue.offers import TELLING, Happening
from data.queue.stats import read_happenings
from data.queue_report.policy import ReportPolicy
from data.store.database import Store
from data.supervision.adherence import Adherence
from data.supervision.alerts import Matters, alerts
from data.supervision.matters import READ_FOR, MatterReader
from data.supervision.past import PastAlerts
from data.supervision.snapshot import AgentNow, FloorSnapshot, QueueNow, WaitingNow, crossings
from data.supervision.thresholds import FloorPolicy

MOST_WAITING: Final = 200
_WAITING = frozenset({Contact.entity, Customer.entity})
_AGENTS = frozenset({Agent.entity, AgentStatus.entity, Contact.entity, Ticket.entity, Customer.entity})
SHOWN: Final = frozenset({ContactEvent.entity}) | {Queue.entity} | _WAITING | _AGENTS | READ_FOR
"""What the dashboard shows: when anything else changes, it need not look."""
_IN_HAND = "state IN ('waiting', 'ringing', 'talking', 'held', 'ended')"
_EVENT = "contact_id, at, kind, queue, agent, wait_s, talk_s, hold_s"
_TELLING = frozenset(TELLING)


class FloorWatch:
    """Follows one store. `look` again and again."""

    def __init__(self, policy: FloorPolicy, zone: ZoneInfo, reports: ReportPolicy | None = None) -> None:
        """`reports`: how the queue is reported; None: nobody reports."""
        self._policy = policy
        self._recorded = MatterReader(zone, reports)
        self._matters = Matters()
        self._kept_to: dict[str, Adherence] = {}
        self._past: PastAlerts
        self._zone = zone
        self._day: date | None = None
        self._begins: datetime
        self._ends: datetime
        self._live: dict[float, LiveFigures] = {}
        """By the threshold of the service level: the floor's own, and those of queues that have another."""
        self._last: tuple[int, str] = (0, "")
        """Row and id of the contact event that was seen last."""
        self._forked: set[str] = set()
        self._queues: tuple[QueueNow, ...] = ()
        """With their figures, without who waits."""
        self._lines: dict[str, tuple[int, datetime | None]] = {}
        """How many wait in a queue, and since when whoever waits longest."""
        self._waiting: tuple[WaitingNow, ...] = ()
        self._agents: tuple[AgentNow, ...] = ()
        self._agent_rows: dict[str, tuple[tuple[Any, ...], AgentNow]] = {}
        """The agents beside what was read of each."""
        self._uncounted = False
        """Something was told since the figures were counted last."""
        self._slots: tuple[FigureRow, ...] = ()
        self._by_agent: dict[str, FigureRow] = {}
        self._total: FigureRow

    def look(
        self, store: Store, now: datetime, changed: Collection[str] | None = None, *, count: bool = True
    ) -> FloorSnapshot:
        """The floor as it is now.

        Args:
            changed: the entities that changed since the last look; None: any may have.
            count: False: the day's figures may stay what they were, to be counted at a later look.

        Raises:
            StoreError: the store could not be read.
        """
        with store.reading():
            if self._day is None or not self._begins <= now < self._ends or self._is_another(store):
                self._begin(store, now)
                changed, count = None, True
            changes = SHOWN if changed is None else SHOWN.intersection(changed)
            if Queue.entity in changes:
                self._read_queues(store)
                count = True
            if ContactEvent.entity in changes:
                self._follow(store)
            if changes & _WAITING:
                self._leave_out_forked(store)
                self._waiting, self._lines = _waiting(store)
            if counts := self._uncounted and count:
                self._count()
            if counts or changes & _AGENTS:
                self._read_agents(store)
            before, self._matters = self._matters, self._recorded.read(store, now, changes, self._begins)
            if before.adherence is not self._matters.adherence:
                self._kept_to = {one.agent: one for one in self._matters.adherence}
        return self._snapshot(now)

    def _snapshot(self, now: datetime) -> FloorSnapshot:
        assert self._day is not None
        nobody: tuple[int, datetime | None] = (0, None)
        queues = []
        for one in self._queues:
            waiting, oldest = self._lines.get(one.id, nobody)
            queues.append(replace(one, waiting=waiting, oldest=oldest))
        over = crossings(self._total, tuple(queues), self._agents, self._policy, now)
        found = alerts(over, self._matters, self._policy, now, self._zone)
        self._past.take(found, now)
        return FloorSnapshot(
            at=now,
            day=self._day,
            zone=self._zone,
            total=self._total,
            queues=tuple(queues),
            waiting=self._waiting,
            agents=self._agents,
            slots=self._slots,
            policy=self._policy,
            crossings=over,
            steps=tuple(self._matters.steps),
            alerts=found,
            past=self._past.listed,
            adherence=self._kept_to,
        )

    def _name_of(self, queue: str) -> str:
        return next((one.name for one in self._queues if one.id == queue), queue)

    def _count(self) -> None:
        """Take the figures over into what is shown."""
        self._uncounted = False
        main = self._main
        (self._total,) = main.rows()
        self._slots = tuple(main.rows("half-hour"))
        self._by_agent = {str(one.key): one for one in main.rows("agent")}
        by = {limit: {str(one.key): one for one in live.rows("queue")} for limit, live in self._live.items()}
        known = {one.id for one in self._queues}
        policy = self._policy
        others = [
            QueueNow(name, name, 0, None, None, policy.target, policy.threshold_s)
            for name in by[policy.threshold_s]
            if name not in known
        ]
        self._queues = tuple(
            replace(one, row=by[float(one.threshold_s)].get(one.id)) for one in (*self._queues, *others)
        )

    # the day

    @property
    def _main(self) -> LiveFigures:
        return self._live[self._policy.threshold_s]

    def _begin(self, store: Store, now: datetime) -> None:
        """Read the site's day from its beginning."""
        self._day = now.astimezone(self._zone).date()
        self._begins, self._ends = (
            datetime.combine(self._day + timedelta(days=days), time(), self._zone) for days in (0, 1)
        )
        self._recorded.forget()
        self._past = PastAlerts(self._policy, self._begins, self._name_of)
        last = store.row("SELECT rowid AS place, id FROM contact_event ORDER BY rowid DESC LIMIT 1")
        self._last = (last["place"], last["id"]) if last else (0, "")
        self._forked = set()
        self._live = {}
        self._uncounted = True
        self._figures(store, self._policy.threshold_s)

    def _figures(self, store: Store, threshold_s: float) -> LiveFigures:
        """The figures of the day by a threshold, begun where there are none yet."""
        live = self._live.get(threshold_s)
        if live is None:
            live = self._live[threshold_s] = LiveFigures(
                start=self._begins,
                end=self._ends,
                formula=self._policy.formula,
                threshold_s=threshold_s,
                short_s=self._policy.short_abandon_s,
                tz=self._zone.key,
            )
            happened = read_happenings(store, start=self._begins, end=self._ends)
            live.take(happened)
            if live is self._main:
                self._past.waited(happened)
        return live

    def _is_another(self, store: Store) -> bool:
        """Whether the store's events are not those that were read: it was filled anew from the hub."""
        place, event_id = self._last
        return bool(place) and store.value("SELECT id FROM contact_event WHERE rowid = ?", (place,)) != event_id

    # what happened

    def _follow(self, store: Store) -> None:
        """Read the events behind the last one."""
        found = store.rows(
            f"SELECT rowid AS place, id, {_EVENT} FROM contact_event WHERE rowid > ? ORDER BY rowid",  # noqa: S608
            (self._last[0],),
        )
        if not found:
            return
        self._last = (found[-1]["place"], found[-1]["id"])
        begins, ends = instant_text(self._begins), instant_text(self._ends)
        told: list[dict[str, Any]] = []
        unknown: set[str] = set()
        for row in found:
            contact_id = row["contact_id"]
            if row["kind"] not in _TELLING or contact_id in self._forked:
                continue
            inside = begins <= row["at"] < ends
            if self._main.knows(contact_id) or (inside and row["kind"] == "offered"):
                told.append(row)
            elif inside:
                unknown.add(contact_id)
        for contact_id in unknown:  # it began before the day, or is told of in another order than it happened
            told += store.rows(f"SELECT {_EVENT} FROM contact_event WHERE contact_id = ?", (contact_id,))  # noqa: S608
        happened = [_happening(row) for row in told if row["kind"] in _TELLING]
        for live in self._live.values():
            live.take(happened)
        self._past.waited(happened)
        self._uncounted |= bool(happened)
        self._leave_out_forked(store, {one.contact_id for one in happened})

    def _leave_out_forked(self, store: Store, contacts: Collection[str] = ()) -> None:
        """Replayed contacts that a person took are no part of the figures."""
        forked = {row["id"] for row in store.rows(f"SELECT id FROM contact WHERE {_IN_HAND} AND forked = 1")}  # noqa: S608
        if contacts:
            asked = "SELECT id FROM contact WHERE forked = 1 AND id IN (SELECT value FROM json_each(?))"
            forked.update(row["id"] for row in store.rows(asked, (json.dumps([*contacts]),)))
        new = forked - self._forked
        for contact_id in new:
            for live in self._live.values():
                live.forget(contact_id)
        self._forked |= forked
        self._uncounted |= bool(new)

    def _read_queues(self, store: Store) -> None:
        self._queues = tuple(
            QueueNow(row["id"], row["name"], 0, None, None, row["target"], row["threshold_s"], row["wrap_up_s"])
            for row in store.rows("SELECT id, name, target, threshold_s, wrap_up_s FROM queue ORDER BY name, id")
        )
        for one in self._queues:
            self._figures(store, one.threshold_s)
        self._uncounted = True

    def _read_agents(self, store: Store) -> None:
        """Who is signed on, by name. Who has not changed is the same object as before."""
        with store.in_words():
            cursor = store.connection.cursor()
            cursor.row_factory = None
            found = cursor.execute(_AGENTS_SQL).fetchall()
        known, rows = self._agent_rows, {}
        for one in found:
            figures = self._by_agent.get(one[0])
            there = known.get(one[0])
            if there is None or there[0] != one or there[1].row is not figures:
                agent = _agent(one, figures)
                there = (one, there[1] if there is not None and there[1] == agent else agent)
            rows[one[0]] = there
        self._agent_rows = rows
        self._agents = tuple(agent for _row, agent in rows.values())


def _happening(row: dict[str, Any]) -> Happening:
    return Happening(
        row["contact_id"],
        datetime.fromisoformat(row["at"]).timestamp(),
        row["kind"],
        row["queue"],
        row["agent"],
        row["wait_s"],
        row["talk_s"],
        row["hold_s"],
    )


def _waiting(store: Store) -> tuple[tuple[WaitingNow, ...], dict[str, tuple[int, datetime | None]]]:
    """Who waits, and how many since when by queue."""
    counted = store.rows(
        "SELECT queue, count(*) AS n, min(queued_at) AS oldest FROM contact"
        " WHERE state IN ('waiting', 'ringing') AND direction = 'in' GROUP BY queue"
    )
    listed = store.rows(
        "SELECT c.id, c.queue, c.caller_name, c.caller_number, c.queued_at, c.state, c.priority,"
        " k.name AS customer, a.name AS rings FROM contact c LEFT JOIN customer k ON k.id = c.customer_id"
        " LEFT JOIN agent a ON a.id = c.ringing_agent"
        " WHERE c.state IN ('waiting', 'ringing') AND c.direction = 'in'"
        " ORDER BY c.priority DESC, c.queued_at, c.id LIMIT ?",
        (MOST_WAITING,),
    )
    return (
        tuple(
            WaitingNow(
                contact_id=row["id"],
                queue=row["queue"],
                who=row["customer"] or row["caller_name"] or row["caller_number"] or "number withheld",
                since=datetime.fromisoformat(row["queued_at"]),
                state=ContactState(row["state"]),
                priority=row["priority"],
                rings_at=row["rings"] or "",
            )
            for row in listed
        ),
        {row["queue"]: (row["n"], datetime.fromisoformat(row["oldest"])) for row in counted},
    )


_AGENTS_SQL = (
    "SELECT a.id, a.name, s.state, s.since, s.reason, s.after_call, c.id, c.queue,"
    " coalesce(k.name, nullif(c.caller_name, ''), c.caller_number), c.answered_at, t.number, q.wrap_up_s, a.role"
    " FROM agent_status s JOIN agent a ON a.id = s.id LEFT JOIN contact c ON c.id = s.contact_id"
    " LEFT JOIN queue q ON q.id = c.queue LEFT JOIN customer k ON k.id = c.customer_id"
    " LEFT JOIN ticket t ON t.id = c.ticket_id WHERE s.state <> 'signed out' ORDER BY a.name, a.id"
)


def _agent(row: tuple[Any, ...], figures: FigureRow | None) -> AgentNow:
    (
        who,
        name,
        state_text,
        began,
        reason,
        after_call,
        contact_id,
        queue,
        caller,
        answered,
        ticket,
        wrap_up_s,
        role,
    ) = row
    state = AgentState(state_text)
    return AgentNow(
        id=who,
        name=name,
        state=state,
        since=datetime.fromisoformat(answered if state is AgentState.ON_CALL and answered else began),
        reason=reason or "",
        after_call=after_call or "",
        contact_id=contact_id,
        queue=queue or "",
        caller=caller or "",
        ticket=ticket or "",
        wrap_up_s=wrap_up_s or 0,
        row=figures,
        leads=role in LEADERS,
    )
