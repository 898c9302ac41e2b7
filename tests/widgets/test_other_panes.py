"""Desk, script, bars, times: what they show and ask for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.models import AgentState, AgentStatus, Customer
from data.models.customer import Phone
from data.playbook.view import AnswerView, CardView, TrailView
from data.playbook.world import Channel
from data.views import Today
from tests.widgets.stage import on_stage, said, text_of
from tests.widgets.views import NOW, TODAY, desk
from tests.widgets.whole_line import state_spans
from widgets.bars import HintBar, StatusBar
from widgets.desk_pane import DeskPane
from widgets.glance import checklist, phone_text
from widgets.pane import PaneHeading
from widgets.safe_text import Span, width
from widgets.script_pane import ScriptPane, card_lines
from widgets.times import day, duration, since


async def test_the_desk_lists_what_is_in_hand_and_the_day() -> None:
    async with on_stage(lambda: DeskPane(id="desk")) as (stage, pilot):
        pane = stage.query_one(DeskPane)
        pane.show((), Today(), NOW)
        await pilot.pause()
        assert "nothing in hand" in text_of(stage.query_one(PaneHeading))
        assert "What you work on stands here" in text_of(stage.query_one("#desk-today"))
        pane.show(desk("Maria"), TODAY, NOW + timedelta(seconds=65))
        await pilot.pause()
        first, second = [one for one in text_of(stage.query_one("#desk-list")).splitlines() if one.strip()]
        assert first.startswith("▶ call")
        assert first.endswith("talking 1:05")
        assert second.startswith("║ Maria")
        today = text_of(stage.query_one("#desk-today"))
        assert "handled 7" in today
        assert "AHT 1:35" in today
        assert "_▄█▂" in today
        pane.go()
        await pilot.press("down", "enter")
        await pilot.pause()
        assert [told.item_id for told in said(stage, DeskPane.Switch)] == ["b"]


HELLO = CardView(
    playbook="Call",
    version=2,
    card="hello",
    title="Greeting",
    say="Hello Maria.",
    ask="Who is it?",
    answers=(AnswerView("1", "go on", "Close"), AnswerView("2", "pay", "Paid", asks=True)),
    trail=(TrailView("hello", "Greeting"),),
)
END = CardView(
    playbook="Call",
    version=2,
    card="end",
    title="Close",
    channel=Channel.CHAT,
    say="Bye!",
    trail=(
        TrailView("hello", "Greeting", answer="go on"),
        TrailView("plan", "Plan", by_itself=True),
        TrailView("end", "Close", because="the plan is managed", done=("ticket 10001, type 4",)),
    ),
)


async def test_the_script_says_the_card_and_hears_the_answer() -> None:
    async with on_stage(lambda: ScriptPane(id="script")) as (stage, pilot):
        pane = stage.query_one(ScriptPane)
        assert pane.card is None
        pane.show(HELLO)
        pane.go()
        await pilot.pause()
        shown = text_of(stage.query_one("#script-lines"))
        assert "“Hello Maria.”" in shown
        assert "? Who is it?" in shown
        assert "1  go on" in shown
        assert "→ Close" in shown
        assert "→ Paid …" in shown, "something is asked first"
        await pilot.press("3", "b", "l", "1", "j")
        await pilot.pause()
        assert [(told.key, told.card) for told in said(stage, ScriptPane.Answered)] == [("1", "hello")]
        assert len(said(stage, ScriptPane.Jump)) == 1
        assert said(stage, ScriptPane.Back) == [], "there is nothing to go back to"
        assert said(stage, ScriptPane.Leave) == [], "no script waits"


LONG_ANSWERS = CardView(
    playbook="member",
    version=1,
    card="D2-5b",
    title="Which details",
    answers=(
        AnswerView("1", "yes", "Go on"),
        AnswerView(
            "2", "The details do not match the account, and nobody else can say", "tell the team lead", asks=True
        ),
    ),
)


@pytest.mark.parametrize("cells", [34, 56, 78, 100])
def test_an_answer_is_read_whole_and_so_is_where_it_leads(cells: int) -> None:
    lines = card_lines(LONG_ANSWERS, cells)
    assert all(width(one) <= cells for one in lines)
    told = " ".join(" ".join("".join(span.text for span in one) for one in lines).split())
    assert (
        "1 yes → Go on 2 The details do not match the account, and nobody else can say → tell the team lead …"
        in told
    )
    assert [one[-1].text for one in lines if one and "→" in one[-1].text] == [" → Go on", " → tell the team lead …"]


async def test_the_script_says_why_and_what_was_done() -> None:
    async with on_stage(lambda: ScriptPane(id="script")) as (stage, pilot):
        pane = stage.query_one(ScriptPane)
        pane.show(END)
        pane.go()
        await pilot.press("b")
        await pilot.pause()
        shown = text_of(stage.query_one("#script-lines"))
        assert "Greeting › Plan › Close" in shown
        assert "because the plan is managed" in shown
        assert "write:" in shown
        assert "Bye!" in shown
        assert "“" not in shown, "what is written stands as it is sent"
        assert "✓ ticket 10001, type 4" in shown
        assert "the script ends here" in shown
        assert len(said(stage, ScriptPane.Back)) == 1


async def test_the_status_line_drops_the_middle_first_when_room_is_short() -> None:
    async with on_stage(lambda: StatusBar(classes="bar"), size=(40, 3)) as (stage, pilot):
        bar = stage.query_one(StatusBar)
        left, right = [Span(" READY")], [Span("14:30 ")]
        bar.show(left=left, middle=[[Span("Ana")]], right=right)
        await pilot.pause()
        assert text_of(bar).split() == ["READY", "Ana", "14:30"]
        bar.show(left=left, middle=[[Span("Ana " * 10)]], right=right)
        await pilot.pause()
        assert text_of(bar).split() == ["READY", "14:30"]
        bar.show(left=[Span("x" * 38)], middle=[], right=right)
        await pilot.pause()
        assert text_of(bar) == "x" * 38


async def test_hints_show_as_many_as_fit() -> None:
    async with on_stage(lambda: HintBar(classes="bar"), size=(40, 3)) as (stage, pilot):
        bar = stage.query_one(HintBar)
        bar.show([(f"F{place}", "something", True) for place in range(9)], tail="ctrl+k")
        await pilot.pause()
        shown = text_of(bar)
        assert shown.startswith(" F0 something")
        assert shown.endswith("ctrl+k")
        assert len(shown) <= 40


@pytest.mark.parametrize("state", AgentState)
def test_every_state_has_a_shape_and_a_word(state: AgentState) -> None:
    told = "".join(span.text for span in state_spans(AgentStatus(id="me", state=state, since=NOW), NOW))
    assert state.upper() in told
    assert told.strip()[0] in "○●◆■▲"


def test_the_state_says_why_and_what_follows() -> None:
    status = AgentStatus(id="me", state=AgentState.WRAP_UP, since=NOW, after_call="lunch")
    told = "".join(span.text for span in state_spans(status, NOW + timedelta(seconds=100), wrap_up_s=90))
    assert "WRAP-UP 1:40" in told
    assert "0:10 over 1:30" in told
    assert "then not ready: lunch" in told


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00"), (59.9, "0:59"), (60, "1:00"), (3599, "59:59"), (3730, "1:02:10"), (-5, "0:00")],
)
def test_durations(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


def test_days_and_waits() -> None:
    assert since(None, NOW) == ""
    assert since(NOW - timedelta(seconds=5), NOW) == "0:05"
    assert day(NOW - timedelta(days=700), NOW).endswith("2024")
    assert ":" in day(NOW, NOW)
    assert day(NOW + timedelta(days=40), NOW) == "14 Feb"


def test_numbers_can_be_read_out() -> None:
    assert phone_text("+12155550101") == "+1 215 555 0101"
    assert phone_text("+442079460000") == "+442079460000"
    assert phone_text("") == ""


def test_only_what_is_on_record_can_be_confirmed() -> None:
    assert checklist(Customer(id="1", name="Ana")) == ("name",)
    full = Customer(id="1", name="Ana", website="example.com", phones=(Phone(raw="1"),), street="x", account="7")
    assert checklist(full) == ("name", "company", "phone", "address", "account")
