"""What is asked and what is told is so now: it goes with what it is about."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets._toast import Toast

from console.screens.modal import Dialog, ReadDialog
from console.screens.transfer import TransferDialog
from data.models.agent import AgentState
from data.models.contact import Contact, ContactState
from tests.console.stage import NOW, sign_on, staged, talk, until
from tests.console.test_workspace import PRINTER, opened, ready, ring, state_is, text_of, told
from widgets.pane import PaneHeading


def asked(screen: object) -> str:
    """The heading of a dialog; nothing where none is."""
    return screen.query_one(PaneHeading)._text if isinstance(screen, Dialog) and screen.is_mounted else ""


async def test_a_question_about_a_call_goes_with_the_call(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        app = pilot.app
        screen = await ready(pilot)
        await ring(pilot, feed, screen)
        await pilot.press("r")
        await until(pilot, lambda: asked(app.screen) == "Not ready after this contact: why?")

        # the caller gave up: the agent who wanted a break may have it at once, and is asked so
        feed.patch(Contact, "c-1", state=ContactState.ABANDONED)
        await until(pilot, lambda: asked(app.screen) == "Not ready: why?")
        await ring(pilot, feed, screen, "c-2")
        await until(pilot, lambda: asked(app.screen) == "Not ready after this contact: why?")

        # missed: the agent is not ready, whatever is chosen; under another dialog it goes once that is closed
        app.push_screen(ReadDialog("Over it", lambda _cells: []))
        await until(pilot, lambda: asked(app.screen) == "Over it")
        feed.patch(Contact, "c-2", state=ContactState.WAITING, ringing_agent=None)
        await until(pilot, state_is(screen, AgentState.NOT_READY))
        assert asked(app.screen) == "Over it"
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        await until(pilot, lambda: "Closed: you were made not ready meanwhile." in told(pilot))
        assert screen.session.phone.status.reason == "missed a call"


@pytest.mark.parametrize("size", [(160, 45), (80, 24)])
async def test_what_is_asked_about_a_call_follows_it_to_its_end(tmp_path: Path, size: tuple[int, int]) -> None:
    app, feed = staged(tmp_path)
    async with app.run_test(size=size) as pilot:
        screen = await talk(pilot, feed)
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, TransferDialog))
        feed.patch(Contact, "c-1", state=ContactState.ENDED, ended_at=NOW.isoformat(), end_reason="caller")
        await until(pilot, lambda: app.screen is screen and "cannot be transferred any more" in told(pilot))


async def test_the_dispositions_stay_when_the_caller_hangs_up(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        await pilot.press("w")
        await until(pilot, lambda: asked(pilot.app.screen) == "End the call and wrap up")
        feed.patch(Contact, "c-1", state=ContactState.ENDED, ended_at=NOW.isoformat(), end_reason="caller")
        await until(pilot, lambda: asked(pilot.app.screen) == "Wrap up")
        await pilot.press("s")
        await until(pilot, state_is(screen, AgentState.READY))


async def test_a_playbook_is_opened_on_what_it_was_asked_about(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        feed.put(PRINTER)
        screen = await ready(pilot)
        screen.do(screen.session.customers.pick("ticket:t-1"))
        await until(pilot, lambda: screen.session.desk.item is not None)
        await ring(pilot, feed, screen, "c-2")
        await pilot.press("p")
        await until(pilot, lambda: asked(pilot.app.screen) == "Open a playbook")
        # answered at the telephone itself
        feed.patch(Contact, "c-2", agent="dana", ringing_agent=None)
        feed.connect("c-2")
        await until(pilot, lambda: pilot.app.screen is screen and "not in hand any more" in told(pilot))


async def test_what_was_told_is_taken_back_when_it_is_so_no_longer(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await sign_on(pilot)
        await pilot.press("space")
        await until(pilot, lambda: "You are not ready: press r" in told(pilot))
        pilot.app.notify("The printer is out of paper.", timeout=60)
        await pilot.press("r")
        await until(pilot, state_is(screen, AgentState.READY))
        await until(pilot, lambda: "You are not ready" not in told(pilot))
        assert not [one for one in screen.query(Toast) if "not ready" in one._notification.message]

        await ring(pilot, feed, screen)
        await pilot.press("r", "b")
        await until(pilot, lambda: "After this contact you will be not ready: break." in told(pilot))
        feed.patch(Contact, "c-1", state=ContactState.WAITING, ringing_agent=None)
        await until(pilot, lambda: "you are not ready; press r" in told(pilot))
        await until(pilot, lambda: "After this contact" not in told(pilot))
        await pilot.press("r")
        await until(pilot, lambda: "you are not ready" not in told(pilot))
        assert "The printer is out of paper." in told(pilot)


async def test_a_customer_begun_for_one_contact_is_not_made_that_of_another(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await ready(pilot)
        await pilot.press("c")
        await until(pilot, lambda: asked(pilot.app.screen) == "New customer")
        feed.patch(
            Contact,
            "c-2",
            state=ContactState.TALKING,
            agent="dana",
            ringing_agent="dana",
            answered_at=NOW.isoformat(),
        )
        await until(pilot, state_is(screen, AgentState.ON_CALL))
        await until(pilot, lambda: screen.session.at_hand == "c-2")
        await pilot.press(*"Nora", "f10")
        await until(pilot, lambda: "It was not made this contact's customer" in told(pilot))
        assert feed.contact("c-2").customer_id is None
        await pilot.press("f3", "slash", *"Nora")
        await until(pilot, lambda: "Nora" in text_of(screen, "customer-lines"))
