"""`shift`: hours by the time clock and duties, and putting the time clock right."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.cli.shared import (
    FAULTS,
    USAGE,
    DataDir,
    Json,
    fail,
    folder_of,
    open_store,
    say,
    settings_of,
    shown,
    whose,
)

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from data.models.agent import Agent
    from data.shift.policy import ShiftPolicy
    from data.store.database import Store

app = typer.Typer(help="Hours by the time clock, breaks and duties.", add_completion=False)


@app.callback(invoke_without_command=True)
def shift(
    context: typer.Context,
    of: Annotated[str | None, typer.Option("--of", metavar="NAME", help="Only this person.")] = None,
    week: Annotated[bool, typer.Option("--week", help="Each day of this week.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Who is clocked in, and hours today and this week.

    Of everybody who has clocked in lately; days and weeks are the site's. With --json the entries of the time clock too.
    """
    if context.invoked_subcommand is not None:
        return
    from data.clock import SYSTEM_CLOCK
    from data.models.agent import Agent

    zone, policy = _terms(data_dir)
    now = SYSTEM_CLOCK.now()
    with open_store(data_dir) as store:
        rows = store.rows("SELECT * FROM agent WHERE id IN (SELECT agent FROM time_entry) ORDER BY name")
        people = [Agent.from_row(row) for row in rows]
        if of is not None:
            people = [_person(people, of)]
        found = [_hours(store, one, now, zone, policy) for one in people]
    say(as_json, found, lambda: "\n".join(_told(one, week=week) for one in found) or "Nobody has clocked in.")


@app.command("correct")
def correct(
    name: Annotated[str, typer.Argument(help="Whose time it is.")],
    punch: Annotated[
        str, typer.Argument(metavar="in|out|void", help="A clock-in, a clock-out; void: it did not happen.")
    ],
    at: Annotated[str, typer.Argument(metavar="TIME", help="When, on the site's clock: 2026-01-31T08:00.")],
    why: Annotated[str, typer.Option("--why", help="The reason; it is kept.")],
    by: Annotated[
        str,
        typer.Option(
            "--by", metavar="NAME", help="The supervisor who puts it right; at a seat with passwords --as says it."
        ),
    ] = "",
    entry: Annotated[
        str | None,
        typer.Option(
            "--entry",
            metavar="ID",
            help="The entry that it stands for (`shift --json`); without it, one that is missing.",
        ),
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Put the time clock right, as a supervisor.

    What was entered before stays to be read.
    """
    from data.clock import SYSTEM_CLOCK
    from data.models.base import AgentId
    from data.models.shift import Punch
    from data.queue import people
    from data.shift import time_clock

    zone, _ = _terms(data_dir)
    who = whose.get() or by
    if not who:
        raise fail("Say who puts it right: --by and the name of a supervisor.", USAGE)
    if punch not in list(Punch):
        raise fail(f"'{punch}' is no punch of the time clock: write in, out or void.", USAGE)
    with open_store(data_dir) as store:
        known = people.everyone(store)
        agent, leader = _person(known, name), _person(known, who)
        try:
            made = time_clock.correct(
                store, AgentId(agent.id), Punch(punch), _moment(at, zone), why, leader, SYSTEM_CLOCK, entry
            )
        except time_clock.ClockFaultError as error:
            raise fail(str(error), FAULTS) from error
    local = made.at.astimezone(zone)
    say(
        as_json,
        made.model_dump(mode="json"),
        lambda: shown(f"Entered for {agent.name}: {made.punch} at {local:%Y-%m-%d %H:%M}, by {leader.name}."),
    )


def _terms(data_dir: Any) -> tuple[ZoneInfo, ShiftPolicy]:
    """The site's zone, and its duties."""
    from data.shift.policy import load_shift
    from data.text.reviewed import ContentError

    settings = settings_of(folder_of(data_dir))
    try:
        return settings.terms.zone, load_shift(settings.shift)
    except ContentError as error:
        raise fail(str(error), FAULTS) from error


def _person(people: list[Agent], name: str) -> Agent:
    from data.queue.people import meant

    found = meant(people, name)
    if found is None:
        raise fail(f"Nobody called {name} is known here: look at the name.", FAULTS)
    return found


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise fail(f"'{text}' is no time: write it like 2026-01-31T08:00.", USAGE) from error
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)


def _hours(store: Store, agent: Agent, now: datetime, zone: ZoneInfo, policy: ShiftPolicy) -> dict[str, Any]:
    """Everything about one person's time, as it is printed."""
    from data.models.base import AgentId
    from data.shift import duties, hours, looking, time_clock

    me = AgentId(agent.id)
    worked = looking.worked(store, me, now, zone, policy)
    running = time_clock.current_shift(store, me, now, looking.longest(policy))
    stamps = duties.stamps(store, running.id) if running is not None else []
    today = now.astimezone(zone).date()
    monday = hours.week_of(today)
    return {
        "agent": agent.id,
        "name": agent.name,
        "clocked_in": running.at.astimezone(zone).isoformat(timespec="minutes") if running is not None else None,
        "today": hours.hours(worked.today(now, zone)),
        "week": hours.hours(worked.this_week(now, zone)),
        "week_goal": f"{policy.week_hours:g}",
        "days": {f"{day}": hours.hours(span) for day, span in sorted(worked.days.items()) if day >= monday},
        "breaks": [
            {
                "reason": one.reason,
                "from": one.start.astimezone(zone).isoformat(timespec="minutes"),
                "to": one.end.astimezone(zone).isoformat(timespec="minutes") if one.end is not None else None,
            }
            for one in worked.breaks
        ],
        "no_clock_out": [one.start.astimezone(zone).isoformat(timespec="minutes") for one in worked.forgotten],
        "steps": [one.model_dump(mode="json") for one in stamps],
        "entries": [
            one.model_dump(mode="json") for one in time_clock.entries(store, me, now - time_clock.LOOKED_BACK)
        ],
    }


def _told(one: dict[str, Any], *, week: bool) -> str:
    since = f"in since {one['clocked_in'][11:16]}" if one["clocked_in"] else "not clocked in"
    lines = [
        f"{shown(one['name']):<24}  {since:<14}  today {one['today']:>5}  week {one['week']:>5} of {one['week_goal']} h"
    ]
    if week:
        lines += [f"  {day}  {span:>5}" for day, span in one["days"].items()]
    lines += [
        f"  ▲ no clock-out after {at.replace('T', ' ')[:16]}: it counts nothing until it is entered"
        for at in one["no_clock_out"]
    ]
    return "\n".join(lines)
