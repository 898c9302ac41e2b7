"""No state by colour alone: what is drawn for two states differs in its letters and signs, without any style."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import combinations, product
from typing import TypeVar

import pytest

from console.screens.sync_lines import hub_lines
from console.screens.workspace import SIGNS
from data.desk.reading import STATE_WORDS
from data.models.agent import AgentState, AgentStatus
from data.models.base import AgentId
from data.models.contact import ContactState
from data.models.customer import Asset, Customer, Person, Phone, Plan
from data.models.ticket import Begun, Priority, Ticket, TicketState
from data.sync.wire import SyncStatus
from data.views import DeskLine, Glance, QueueFigures, TicketView, Today, Waiting
from tests.widgets.stage import on_stage, parts, text_of
from tests.widgets.views import NOW, caller, hits, queue_view
from tests.widgets.whole_line import state_spans
from widgets.bars import SHAPES, HintBar
from widgets.customer_pane import CustomerPane
from widgets.desk_pane import DeskPane
from widgets.glance import card
from widgets.pane import Pane, PaneHeading
from widgets.queue_pane import QueuePane
from widgets.safe_text import Line
from widgets.tabs import Tab, TabBar
from widgets.ticket_pane import TicketPane

SINCE = NOW - timedelta(seconds=30)
TICKET = Ticket(id="t", number="10001", title="x", created_at=NOW, created_by=AgentId("me"), updated_at=NOW)


def letters(lines: list[Line] | Line) -> str:
    """What is left of lines on a terminal that shows no styles."""
    rows = lines if isinstance(lines, list) else [lines]
    return "\n".join("".join(span.text for span in row).rstrip() for row in rows)


def all_differ(shown: Mapping[object, str]) -> None:
    for one, other in combinations(shown, 2):
        assert shown[one] != shown[other], f"{one} and {other} look alike: {shown[one]!r}"


P = TypeVar("P", bound=Pane)


async def drawn(
    make: Callable[[], P], shows: Mapping[object, Callable[[P], None]], size: tuple[int, int] = (80, 24)
) -> dict[object, str]:
    """Everything that a pane draws for each, and its mark on a tab."""
    found: dict[object, str] = {}
    async with on_stage(make, size) as (stage, pilot):
        pane = stage.query_one(Pane)
        for name, show in shows.items():
            show(pane)  # type: ignore[arg-type]
            await pilot.pause()
            found[name] = "\n".join(text_of(part) for part in parts(pane)) + pane.mark
    return found


def queue() -> QueuePane:
    return QueuePane(id="queue")


# agents and the hub


@pytest.mark.parametrize("over", [False, True])
def test_agents(over: bool) -> None:
    since = NOW - timedelta(seconds=120 if over else 30)
    assert set(SHAPES) == set(AgentState)
    all_differ(
        {
            state: letters(tuple(state_spans(AgentStatus(id="me", state=state, since=since), NOW, 90)))
            for state in AgentState
        }
    )


def test_what_an_agent_does_besides() -> None:
    def status(state: AgentState, **fields: str) -> AgentStatus:
        return AgentStatus(id="me", state=state, since=SINCE, **fields)

    late = AgentStatus(id="me", state=AgentState.WRAP_UP, since=NOW - timedelta(seconds=200))
    begun = NOW - timedelta(seconds=300)
    all_differ(
        {
            "call": letters(tuple(state_spans(status(AgentState.ON_CALL), NOW, answered=begun))),
            "hold": letters(tuple(state_spans(status(AgentState.ON_HOLD), NOW, answered=begun))),
            "consult": letters(tuple(state_spans(status(AgentState.ON_HOLD), NOW, 0, "Priya", answered=begun))),
            "then break": letters(tuple(state_spans(status(AgentState.ON_CALL, after_call="break"), NOW))),
            "break": letters(tuple(state_spans(status(AgentState.NOT_READY, reason="break"), NOW))),
            "lunch": letters(tuple(state_spans(status(AgentState.NOT_READY, reason="lunch"), NOW))),
            "wrap-up": letters(tuple(state_spans(status(AgentState.WRAP_UP), NOW, 90))),
            "too long": letters(tuple(state_spans(late, NOW, 90))),
        }
    )


def test_a_hold_has_a_time_of_its_own() -> None:
    held = AgentStatus(id="me", state=AgentState.ON_HOLD, since=NOW - timedelta(seconds=12))
    begun = NOW - timedelta(seconds=302)
    assert letters(tuple(state_spans(held, NOW, answered=begun))) == " ■ ON HOLD 0:12 · call 5:02"
    back = AgentStatus(id="me", state=AgentState.ON_CALL, since=NOW - timedelta(seconds=3))
    assert letters(tuple(state_spans(back, NOW, answered=begun))) == " ● ON CALL 5:02"


@pytest.mark.parametrize("length", [0, 1, 2])
def test_the_hub(length: int) -> None:
    """The shortest form leaves out what waits: that is no state of alarm."""
    all_differ(
        {
            (online, queued, conflicts, refused): letters(
                tuple(
                    hub_lines(SyncStatus(online=online, queued=queued, conflicts=conflicts, refused=refused), NOW)[
                        length
                    ]
                )
            )
            for online, queued, conflicts, refused in product(
                (True, False), (0, 2) if length < 2 else (0,), (0, 1), (0, 1)
            )
        }
    )


def test_notices_and_keys() -> None:
    all_differ(SIGNS)


async def test_a_key_that_does_not_work_looks_otherwise() -> None:
    async with on_stage(lambda: HintBar(id="hints", classes="bar")) as (stage, pilot):
        bar = stage.query_one(HintBar)
        shown = {}
        for works in (True, False):
            bar.show([("h", "hold", works)])
            await pilot.pause()
            shown[works] = text_of(bar)
        all_differ(shown)


async def test_tabs() -> None:
    async with on_stage(lambda: TabBar(id="line")) as (stage, pilot):
        bar = stage.query_one(TabBar)
        shown = {}
        for here, mark in product((True, False), ("", "4", "4◆", "*")):
            bar.show([Tab("F2", "Queue", mark, here)], "Maria Alvarez")
            await pilot.pause()
            shown[here, mark] = text_of(bar)
        all_differ(shown)


# contacts


async def test_contacts_in_the_queue() -> None:
    shows = {}
    for ringing, priority, waited in product((None, "me", "priya"), (0, 1), (30, 300)):
        if ringing and priority:
            continue  # who rings already is served before nobody
        fields = {"state": ContactState.RINGING, "ringing_agent": ringing} if ringing else {"priority": priority}
        view = queue_view(Waiting(caller("a", waited, caller_name="Ann", **fields)))
        shows[ringing, priority, waited] = lambda pane, view=view: pane.show(view, NOW)
    all_differ(await drawn(queue, shows))


async def test_who_is_it_in_the_queue() -> None:
    shows = {}
    for matches, name in ((0, ""), (1, "Ann Lee"), (2, "Ann Lee")):
        view = queue_view(Waiting(caller("a", caller_name="Wireless"), matches=matches, customer=name))
        shows[matches] = lambda pane, view=view: pane.show(view, NOW)
    all_differ(await drawn(queue, shows))


async def test_figures_of_a_queue() -> None:
    shows = {}
    for level in (None, 0.79, 0.81):
        view = queue_view(figures=(QueueFigures(name="Support", waiting=1, service_level=level, target=0.8),))
        shows[level] = lambda pane, view=view: pane.show(view, NOW)
    shown = await drawn(queue, shows)
    all_differ({level: re.sub(r"\d+ %", "", text) for level, text in shown.items()})


async def test_the_queue_says_whether_one_can_take() -> None:
    shows = {}
    for state in (AgentState.READY, AgentState.NOT_READY, AgentState.ON_CALL):
        view = queue_view(Waiting(caller("a")), state=state)
        shows[state] = lambda pane, view=view: pane.show(view, NOW)
    all_differ(await drawn(queue, shows))


async def test_things_on_the_desk() -> None:
    shows = {}
    for state, current in product((*STATE_WORDS.values(), "draft", "open"), (True, False)):
        one = DeskLine("a", "call", "Ann", state, SINCE, current=current)
        shows[state, current] = lambda pane, one=one: pane.show((one,), Today(), NOW)
    all_differ(await drawn(lambda: DeskPane(id="desk"), shows))


# the customer


def of_customer(customer: Customer, **fields: object) -> str:
    return letters(card(Glance(customer=customer, **fields), NOW, 60))  # type: ignore[arg-type]


def test_the_customer() -> None:
    plain = Customer(
        id="c",
        name="Ann",
        phones=(Phone(raw="", e164="+12025550142"),),
        people=(Person(name="Ann", money=False),),
        assets=(Asset(name="PC"),),
    )
    all_differ(
        {
            "plain": of_customer(plain),
            "calling": of_customer(plain, calling_from="+12025550142"),
            "verified": of_customer(plain, verified=("name",)),
            "all verified": of_customer(plain, verified=("name", "phone")),
            "money": of_customer(plain.model_copy(update={"people": (Person(name="Ann", money=True),)})),
            "tool": of_customer(plain.model_copy(update={"assets": (Asset(name="PC", remote_tool=True),)})),
            "flag": of_customer(plain.model_copy(update={"flags": ("shouts",)})),
            **{plan.name: of_customer(plain.model_copy(update={"plan": plan})) for plan in Plan},
            **{
                f"ticket {state}": of_customer(plain, open_tickets=(TICKET.model_copy(update={"state": state}),))
                for state in TicketState
            },
        }
    )


async def test_nobody_several_and_one() -> None:
    one = Glance(customer=Customer(id="c", name="Ann"))
    shown = await drawn(
        lambda: CustomerPane(id="customer"),
        {
            "none": lambda pane: pane.show_nobody(""),
            "unknown": lambda pane: pane.show_nobody("+12025550142"),
            "several": lambda pane: pane.show_choice(hits("Ann"), "2 share this number"),
            "one": lambda pane: pane.show_glance(one, NOW),
            "search": lambda pane: pane.search(),
        },
    )
    all_differ(shown)


# the ticket


async def test_the_ticket() -> None:
    fields = {"title": "Slow", "details": "since Monday"}

    def view(item: str, **more: object) -> TicketView:
        return TicketView(**{"item_id": item, "number": "10001", "fields": fields, **more})  # type: ignore[arg-type]

    def saved(state: TicketState) -> TicketView:
        ticket = TICKET.model_copy(update={"state": state})
        return view(state, ticket=ticket, begun=Begun(fields=fields, ver=1), fields={**fields, "state": str(state)})

    views: dict[object, TicketView | None] = {
        "none": None,
        "empty": view("empty", number="", fields={}),
        "draft": view("draft", unsaved=True),
        "kept": view("kept", unsaved=True, draft_at=NOW),
        "fault": view("fault", unsaved=True, draft_at=NOW, fields={**fields, "title": ""}),
        "code": view("code", unsaved=True, draft_at=NOW, fields={**fields, "code": "12"}),
        **{state: saved(state) for state in TicketState},
        **{
            one: view(one, unsaved=True, fields={**fields, "priority": str(one)})
            for one in Priority
            if one is not Priority.NORMAL
        },
    }
    shows = {name: lambda pane, view=view: pane.show(view, NOW) for name, view in views.items()}
    all_differ(await drawn(lambda: TicketPane(id="ticket"), shows, (120, 24)))


async def test_the_pane_in_hand() -> None:
    async with on_stage(lambda: DeskPane(id="desk")) as (stage, pilot):
        stage.query_one(DeskPane).go()
        await pilot.pause()
        focused = text_of(stage.query_one(PaneHeading))
        stage.set_focus(None)
        await pilot.pause()
        assert text_of(stage.query_one(PaneHeading)) != focused
