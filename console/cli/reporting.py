"""`queue-report`: the report of the present slot from the command line, and the slots of the last day."""

from __future__ import annotations

import sys
from contextlib import suppress
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
    from console.settings import Settings
    from data.models.agent import Agent
    from data.models.queue_report import NodeDown, QueueReport
    from data.queue_report.policy import ReportPolicy
    from data.queue_report.standing import SlotLine
    from data.store.database import Store

MOST = 9_999
"""More calls or minutes than anybody can have meant."""


def queue_report(
    calls: Annotated[int | None, typer.Option(min=0, max=MOST, help="Calls in queue.")] = None,
    minutes: Annotated[int | None, typer.Option(min=0, max=MOST, help="The longest wait, whole minutes.")] = None,
    node: Annotated[list[str] | None, typer.Option(help="A node that is down; may come several times.")] = None,
    city: Annotated[list[str] | None, typer.Option(help="The city of each node, in the same order.")] = None,
    comment: Annotated[str | None, typer.Option(help="What else there is to say.")] = None,
    reporter: Annotated[
        str | None, typer.Option("--for", metavar="NAME", help="Who has to report; else whoever reports now.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="The slots of the last day instead.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Give the queue report of the present slot.

    What is left out is asked for on a terminal. One report a slot and reporter: a second one is refused.
    """
    from data.shift.policy import load_shift
    from data.text.reviewed import ContentError

    settings = settings_of(folder_of(data_dir))
    try:
        policy = load_shift(settings.shift).queue_report
    except ContentError as error:
        raise fail(str(error), USAGE) from error
    if len(city or ()) > len(node or ()):
        raise fail("There are more cities than nodes: give a --node before each --city.", USAGE)
    with open_store(data_dir) as store:
        if listed:
            _list(store, settings, policy, as_json=as_json)
        else:
            _give(store, settings, policy, (calls, minutes, comment), _nodes(node, city), reporter, as_json=as_json)


def _nodes(node: list[str] | None, city: list[str] | None) -> tuple[NodeDown, ...]:
    from data.models.queue_report import NodeDown

    cities = [*(city or ()), *[""] * len(node or ())]
    return tuple(
        NodeDown(node=" ".join(name.split()), city=" ".join(where.split()))
        for name, where in zip(node or (), cities, strict=False)
        if name.strip()
    )


def _give(
    store: Store,
    settings: Settings,
    policy: ReportPolicy,
    said: tuple[int | None, int | None, str | None],
    nodes: tuple[NodeDown, ...],
    reporter: str | None,
    *,
    as_json: bool,
) -> None:
    from data.clock import SYSTEM_CLOCK
    from data.identity.names import agent_names
    from data.models.base import AgentId
    from data.models.queue_report import Rung, RungOutcome
    from data.queue_report import figures, ladder, reports
    from data.queue_report.pending import Pending
    from data.queue_report.reports import AlreadyReported, Answers
    from data.queue_report.slots import slot_before
    from data.store.errors import StoreError

    clock, zone = SYSTEM_CLOCK, settings.terms.zone
    now = clock.now()
    slot = slot_before(now, zone, policy.every)
    who = _reporter(store, now, settings, policy, reporter)
    if (known := reports.given(store, slot, AgentId(who.id))) is not None:
        raise fail(str(AlreadyReported(known, agent_names(store).get(known.by, known.by))), FAULTS)
    live = figures.live_queue(store, now)
    calls, minutes = (
        _number("Calls in queue", said[0], live.calls),
        _number("Longest wait, minutes", said[1], live.wait_min),
    )
    comment = said[2]
    if comment is None:
        comment = _asked("Comment", "") if _by_hand(said) else ""
    answers = Answers(calls, minutes, nodes, comment, live.calls, live.wait_min)
    initials = "".join(word[:1] for word in who.name.split()).upper()
    by = AgentId(_speaker(store, who).id)
    report = reports.report_of(slot, AgentId(who.id), answers, by, clock.now(), Rung.COMMAND, initials)
    waiting = Pending()
    try:
        with store.write():
            report = reports.file(store, report, clock)
            ladder.stepped(store, slot, AgentId(who.id), Rung.COMMAND, RungOutcome.WORKED, "", by, clock)
    except AlreadyReported as error:
        raise fail(str(error), FAULTS) from error
    except StoreError as error:
        step = ladder.step_of(slot, AgentId(who.id), Rung.COMMAND, RungOutcome.FAILED, str(error), by, clock.now())
        waiting.add(step, *ladder.alarms(step, who.name, policy, zone))
        try:
            waiting.flush(store, by, clock)
        except StoreError:
            waiting.keep(store)
        raise fail(f"{error} The report is not given: give it from another seat, or by e-mail.", FAULTS) from error
    with suppress(StoreError):  # what waited before is written after it, or waits on
        waiting.flush(store, by, clock)
    body = _body(report)
    say(
        as_json,
        body,
        lambda: f"The {_local(slot)} report of {shown(who.name)} is given: {calls} calls, {minutes} min.",
    )


def _by_hand(said: tuple[int | None, int | None, str | None]) -> bool:
    """Whether something was left out that is asked for, so that the rest is asked for too."""
    return said[0] is None or said[1] is None


def _number(what: str, given: int | None, live: int) -> int:
    """A figure that was given, else asked for; what the console reads is offered."""
    if given is not None:
        return given
    while True:
        typed = _asked(what, str(live))
        if typed.isdecimal() and int(typed) <= MOST:
            return int(typed)
        print("Please type a number.", file=sys.stderr)


def _asked(what: str, offered: str) -> str:
    if not sys.stdin.isatty():
        raise fail("Give --calls and --minutes: there is no terminal to ask on.", USAGE)
    print(f"{what}{f' [{offered}]' if offered else ''}: ", end="", file=sys.stderr, flush=True)
    try:
        typed = input().strip()
    except (EOFError, KeyboardInterrupt) as error:
        raise typer.Abort from error
    return typed or offered


def _reporter(store: Store, now: datetime, settings: Settings, policy: ReportPolicy, named: str | None) -> Agent:
    """Who has to report.

    Raises:
        typer.Exit: nobody, or several of whom none was named.
    """
    from data.queue import people
    from data.queue_report import reports

    everyone = people.everyone(store)
    named = named or whose.get()
    if named is not None:
        found = people.meant(everyone, named)
        if found is None:
            raise fail(f"Nobody here is called {named}: look at the name.", FAULTS)
        return found
    now_due = reports.reporters_now(store, now, policy, settings.terms.zone)
    if not now_due:
        raise fail(
            "Nobody has to report now: --for NAME gives a report all the same, --list shows the slots.", FAULTS
        )
    due = [one for one in everyone if one.id in now_due]
    if len(due) != 1:
        raise fail(
            f"Several people report now: say for whom with --for ({', '.join(one.name for one in due)}).", FAULTS
        )
    return due[0]


def _speaker(store: Store, reporter: Agent) -> Agent:
    """Who gives the report: whose store this is, else the reporter."""
    from data.queue import people

    name = whose.get()
    return (people.meant(people.everyone(store), name) if name is not None else None) or reporter


def _local(at: datetime) -> str:
    return f"{at.astimezone():%H:%M}"


def _body(report: QueueReport) -> dict[str, Any]:
    return report.model_dump(mode="json", exclude={"seen_calls", "seen_wait_min"})


def _list(store: Store, settings: Settings, policy: ReportPolicy, *, as_json: bool) -> None:
    from data.clock import SYSTEM_CLOCK
    from data.identity.names import agent_names
    from data.models.base import instant_text
    from data.queue_report import reports

    now, zone = SYSTEM_CLOCK.now(), settings.terms.zone
    found = reports.lines(store, now - reports.LOOK_BACK, now, policy, zone)

    def shape(line: SlotLine) -> dict[str, Any]:
        return {
            "slot": instant_text(line.slot),
            "reporter": line.reporter,
            "name": line.name,
            "standing": str(line.standing),
            "report": _body(line.report) if line.report is not None else None,
        }

    def told(line: SlotLine) -> str:
        report = line.report
        cells = [f"{line.slot.astimezone():%Y-%m-%d %H:%M}", f"{line.standing:<14}", f"{shown(line.name):<24}"]
        if report is not None:
            nodes = ", ".join(shown(" ".join((one.node, one.city)).strip()) for one in report.nodes)
            cells += [f"{report.calls:>3} calls", f"{report.wait_min:>3} min", nodes, shown(report.comment)]
        return "  ".join(cells).rstrip()

    def text() -> str:
        names = agent_names(store)
        who = [shown(names.get(one, one)) for one in reports.reporters_now(store, now, policy, zone)]
        rows = [told(line) for line in found] or ["Nobody had to report in the last day."]
        return "\n".join([f"Reports now: {', '.join(who) or 'nobody'}.", *rows])

    say(as_json, [shape(line) for line in found], text)
