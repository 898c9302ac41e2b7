"""What is owed is told in words and by shape, and every clock says why it stands so (TICK-6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from data.service.clocks import EndedBy, Pause, PauseReason, ServiceClock
from data.service.policies import Promise
from tests.widgets.stage import on_stage, text_of
from tests.widgets.views import events, ticket, ticket_view
from widgets.clock_words import business, due, why
from widgets.ticket_pane import TicketPane

EIGHT_FORTY = datetime(2026, 11, 20, 8, 40, tzinfo=UTC)
DUE = EIGHT_FORTY + timedelta(hours=2)


def clock(**fields: object) -> ServiceClock:
    held: dict[str, object] = {
        "promise": Promise.FIRST_RESPONSE,
        "started": EIGHT_FORTY,
        "target": timedelta(hours=2),
        "pauses": (),
        "spent": timedelta(minutes=20),
        "due_at": DUE,
        **fields,
    }
    return ServiceClock(**held)  # type: ignore[arg-type]


def pause(minutes: int | None, reason: PauseReason = PauseReason.PENDING) -> Pause:
    start = EIGHT_FORTY + timedelta(minutes=20)
    length = timedelta(minutes=minutes or 0)
    return Pause(start, start + length if minutes is not None else None, reason, length)


def told(found: list[ServiceClock], now: datetime) -> str:
    return "".join(span.text for span in due(found, now))


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (20, "○ first response due 10:40"),
        (95, "▲ first response due 10:40, in 25 min"),
        (120, "▲ first response due 10:40, in 1 min"),
        (121, "✗ first response overdue since 10:40"),
        (26 * 60, "✗ first response overdue since Fri 10:40"),
    ],
)
def test_what_is_due_changes_its_sign_as_time_goes_by(minutes: int, said: str) -> None:
    assert told([clock()], EIGHT_FORTY + timedelta(minutes=minutes)) == said


def test_a_pause_says_why_and_until_when() -> None:
    now = EIGHT_FORTY + timedelta(minutes=30)
    held = clock(pauses=(pause(None, PauseReason.ON_HOLD),), due_at=None)
    assert told([held], now) == "‖ first response paused, on hold (waiting for a part or for others)"
    assert told([clock(pauses=(pause(60),))], now).startswith(
        "‖ first response paused until 10:00, pending (waiting"
    )
    assert told([], now) == told([clock(ended=now, ended_by=EndedBy.TOLD)], now) == "", "nothing is owed"


WHY = [
    (
        clock(pauses=(pause(25),), due_at=DUE + timedelta(minutes=25), spent=timedelta(minutes=45)),
        "first response due 11:05: 2 business hours after 08:40;"
        " 25 min paused from 09:00 to 09:25 while pending (waiting for the customer); 1 h 15 min left",
    ),
    (
        clock(pauses=(pause(None),), due_at=None),
        "first response paused: 2 business hours after 08:40;"
        " paused since 09:00 while pending (waiting for the customer); 1 h 40 min left",
    ),
    (
        clock(ended=DUE, ended_by=EndedBy.TOLD),
        "first response met 10:40 by telling the customer (due 10:40): 2 business hours after 08:40",
    ),
    (
        clock(ended=DUE + timedelta(minutes=1), ended_by=EndedBy.SOLVED),
        "first response missed 10:41 by solving it (due 10:40): 2 business hours after 08:40",
    ),
    (
        clock(due_at=EIGHT_FORTY + timedelta(minutes=5), spent=timedelta(minutes=130)),
        "first response overdue since 08:45: 2 business hours after 08:40; 10 min over",
    ),
]


@pytest.mark.parametrize(("one", "said"), WHY)
def test_every_clock_says_why(one: ServiceClock, said: str) -> None:
    assert why(one, EIGHT_FORTY + timedelta(minutes=70)) == said


def test_open_time_in_words() -> None:
    assert [business(timedelta(minutes=n)) for n in (0, 59, 60, 120, 150)] == [
        "0 min",
        "59 min",
        "1 business hour",
        "2 business hours",
        "2 h 30 min",
    ]


async def test_the_pane_has_one_line_and_it_follows_the_time() -> None:
    async with on_stage(lambda: TicketPane(id="ticket")) as (stage, _pilot):
        pane = stage.query_one(TicketPane)
        now = EIGHT_FORTY + timedelta(minutes=20)
        pane.show(ticket_view("x", history=events("some text"), ticket=ticket("x"), clocks=(clock(),)), now)
        lines = text_of(stage.query_one("#ticket-history")).splitlines()
        assert lines[0].split() == ["due", "○", "first", "response", "due", "10:40"]
        assert "history" in lines[1]
        pane.tick(DUE + timedelta(minutes=5))
        assert "✗ first response overdue since 10:40" in text_of(stage.query_one("#ticket-history"))
        pane.show(ticket_view("x", item="other", history=events("some text"), ticket=ticket("x")), now)
        pane.tick(DUE)
        assert "due" not in text_of(stage.query_one("#ticket-history"))
