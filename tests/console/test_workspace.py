"""What an agent does in the workspace, on a real store, hub and worker; the test plays the PBX."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.messages import StateChanged
from console.screens.modal import ReadDialog
from console.screens.workspace import WorkspaceScreen
from console.services import desk as desks
from console.services import session as sessions
from console.settings import Settings
from data.models.agent import AgentState, AgentStatus
from data.models.base import AgentId, CustomerId, TicketId
from data.models.contact import (
    Capability,
    Contact,
    ContactEvent,
    ContactState,
    EventKind,
    Request,
    RequestAction,
    RequestState,
)
from data.models.money import Invoice, InvoiceLine
from data.models.ticket import Ticket
from data.store.database import STORE_FILE, Store
from data.tickets import tickets
from tests.console.stage import CALLERS, NOW, Feed, caller, sign_on, staged, talk, until
from widgets.customer_pane import CustomerPane
from widgets.lines import Lines
from widgets.script_pane import ScriptPane


@asynccontextmanager
async def opened(folder: Path, size: tuple[int, int] = (160, 45)) -> AsyncIterator[tuple[Pilot[str], Feed]]:
    app, feed = staged(folder, settings=Settings())
    async with app.run_test(size=size) as pilot:
        yield pilot, feed


def told(pilot: Pilot[str]) -> str:
    """Everything that the agent was told."""
    return " | ".join(note.message for note in pilot.app._notifications)


PRINTER = Ticket(
    id=TicketId("t-1"),
    number="10042",
    title="Printer skips",
    customer_id=CustomerId("20718"),
    created_at=NOW,
    created_by=AgentId("priya"),
    updated_at=NOW,
)


def kept(folder: Path, ticket_id: TicketId) -> Ticket | None:
    """A ticket as the seat's store has it."""
    with Store(folder / STORE_FILE) as store:
        return tickets.get(store, ticket_id)


def found_in(folder: Path, text: bytes) -> list[str]:
    """The files of a folder that hold these bytes."""
    return [file.name for file in folder.iterdir() if text in file.read_bytes()]


def text_of(screen: WorkspaceScreen, lines_id: str) -> str:
    lines = screen.query_one(f"#{lines_id}", Lines)
    return "\n".join("".join(span.text for span in one) for one in lines.lines)


async def ready(pilot: Pilot[str]) -> WorkspaceScreen:
    screen = await sign_on(pilot)
    await pilot.press("r")
    await until(pilot, lambda: screen.session.phone.status.state is AgentState.READY)
    return screen


async def ring(pilot: Pilot[str], feed: Feed, screen: WorkspaceScreen, contact_id: str = "c-1") -> None:
    await until(pilot, lambda: screen.session.sync.queued == 0)
    feed.patch(Contact, contact_id, state=ContactState.RINGING, ringing_agent="dana", ringing_since=NOW.isoformat())
    await until(pilot, lambda: screen.session.phone.status.state is AgentState.RINGING)


def state_is(screen: WorkspaceScreen, state: AgentState):  # type: ignore[no-untyped-def]
    return lambda: screen.session.phone.status.state is state


async def hub_request(pilot: Pilot[str], feed: Feed, action: RequestAction) -> Request:
    def found() -> Request | None:
        rows = [Request.model_validate(row.body) for row in feed._rows() if row.entity == "request"]
        return next((one for one in rows if one.action is action and one.state is RequestState.ASKED), None)

    await until(pilot, lambda: found() is not None)
    request = found()
    assert request is not None
    return request


async def test_sign_on_is_not_ready_first(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, _feed):
        screen = await sign_on(pilot)
        assert screen.session.phone.status.state is AgentState.NOT_READY
        await pilot.press("space")
        await until(pilot, lambda: "press r" in told(pilot))


async def test_what_is_typed_where_no_ticket_is_runs_no_commands(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await sign_on(pilot)
        await pilot.press("f5")
        await until(pilot, lambda: "No ticket is open: a contact brings one, or / and its number." in told(pilot))
        await pilot.press(*"Printer o", "space")
        await pilot.pause()
        assert pilot.app.screen is screen and screen.session.phone.status.state is AgentState.NOT_READY
        assert not screen.zoomed and len(pilot.app._notifications) == 1, "it is said once"
        await pilot.press("escape", "r")
        await until(pilot, lambda: screen.session.phone.status.state is AgentState.READY)
        await pilot.press("f5", "slash", *"Maria")
        await until(pilot, lambda: screen.customer_pane.searching)
        await pilot.press("escape")
        assert feed.contact("c-1").agent is None


async def test_missed_rejected_and_abandoned_are_different(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await ready(pilot)
        await ring(pilot, feed, screen)
        feed.patch(Contact, "c-1", state=ContactState.WAITING, ringing_agent=None)
        await until(pilot, state_is(screen, AgentState.NOT_READY))
        assert screen.session.phone.status.reason == "missed a call"
        await until(pilot, lambda: "missed a call" in told(pilot))

        await pilot.press("r")
        await until(pilot, state_is(screen, AgentState.READY))
        await ring(pilot, feed, screen)
        await pilot.press("x")
        await until(pilot, state_is(screen, AgentState.NOT_READY))
        assert screen.session.phone.status.reason == "rejected a call"
        assert (await hub_request(pilot, feed, RequestAction.REJECT)).contact_id == "c-1"

        feed.patch(Contact, "c-1", state=ContactState.WAITING, ringing_agent=None)
        await pilot.press("r")
        await until(pilot, state_is(screen, AgentState.READY))
        await ring(pilot, feed, screen)
        feed.patch(Contact, "c-1", state=ContactState.ABANDONED)
        await until(pilot, state_is(screen, AgentState.READY))
        await until(pilot, lambda: "hung up before you answered" in told(pilot))


@pytest.mark.parametrize(("keys", "pane"), [("f5 f9", "script"), ("f9 f5", "ticket")])
async def test_the_script_gets_the_keys_unless_the_agent_has_just_gone_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: str, pane: str
) -> None:
    monkeypatch.setattr("console.screens.workspace.OWN_WAY_S", 60.0)
    async with opened(tmp_path) as (pilot, feed):
        screen = await ready(pilot)
        await ring(pilot, feed, screen)
        for key in keys.split():
            await pilot.press(key)
        await until(pilot, lambda: feed.contact("c-1").agent == "dana")
        feed.connect("c-1")
        await until(pilot, state_is(screen, AgentState.ON_CALL))
        await until(pilot, lambda: screen._current == pane)
        await pilot.pause()
        assert screen._current == pane


async def test_the_customer_pops_while_it_rings(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await ready(pilot)
        await ring(pilot, feed, screen)
        await until(pilot, lambda: "Maria Alvarez" in text_of(screen, "customer-lines"))
        await until(pilot, lambda: "this number is calling" in text_of(screen, "customer-lines"))
        await until(pilot, lambda: feed.contact("c-1").customer_id == "20718")
        await pilot.press("f9")
        await until(pilot, lambda: feed.contact("c-1").fence == 1)
        feed.connect("c-1")
        await until(pilot, state_is(screen, AgentState.ON_CALL))


async def test_hold_transfer_and_consult_are_asked_of_the_feed(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        feed.put(AgentStatus(id="priya", state=AgentState.READY, since=NOW))
        screen = await talk(pilot, feed)
        await pilot.press("h")
        request = await hub_request(pilot, feed, RequestAction.HOLD)
        assert request.fence == 1
        feed.patch(Request, request.id, state=RequestState.DONE)
        feed.patch(Contact, "c-1", state=ContactState.HELD, held_since=NOW.isoformat())
        await until(pilot, state_is(screen, AgentState.ON_HOLD))
        await pilot.press("h")
        resume = await hub_request(pilot, feed, RequestAction.RESUME)
        feed.patch(Request, resume.id, state=RequestState.DONE)
        feed.patch(Contact, "c-1", state=ContactState.TALKING, held_since=None)
        await until(pilot, state_is(screen, AgentState.ON_CALL))

        await pilot.press("t", *"priya", "f9")
        consult = await hub_request(pilot, feed, RequestAction.CONSULT)
        assert consult.target == "agent:priya"
        feed.patch(Request, consult.id, state=RequestState.DONE)
        feed.patch(Contact, "c-1", state=ContactState.HELD, consult="Priya Nair", held_since=NOW.isoformat())
        await until(pilot, state_is(screen, AgentState.ON_HOLD))
        await pilot.press("t")
        assert (await hub_request(pilot, feed, RequestAction.COMPLETE_TRANSFER)).contact_id == "c-1"


async def test_what_the_feed_refuses_is_told(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        await pilot.press("w", "s")
        request = await hub_request(pilot, feed, RequestAction.HANG_UP)
        feed.patch(Request, request.id, state=RequestState.REFUSED, why="the line does not answer")
        await until(pilot, lambda: "the line does not answer" in told(pilot))
        assert screen.session.phone.status.state is AgentState.ON_CALL
        assert screen.session.phone.disposition is None


async def test_a_key_that_the_line_cannot_do_is_dimmed_and_says_why(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        feed.patch(Contact, "c-1", can=[Capability.TAKE, Capability.HANG_UP])
        screen = await talk(pilot, feed)

        def hints() -> dict[str, str]:
            return {span.text.strip(): span.tone for span in screen.query_one("#hints", Lines).lines[0]}

        await until(pilot, lambda: "h" in hints())
        assert hints()["h"] == hints()["t"] == "faint"
        assert hints()["w"] == "key"
        await pilot.press("h")
        await until(pilot, lambda: "use the phone itself" in told(pilot))


async def test_wrap_up_saves_the_ticket_and_clears_the_desk(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        await pilot.press("f5", *"Slow", "escape", "r", "b")
        await until(pilot, lambda: screen.session.phone.status.after_call == "break")
        await pilot.press("w", "s")
        request = await hub_request(pilot, feed, RequestAction.HANG_UP)
        feed.patch(Request, request.id, state=RequestState.DONE)
        feed.patch(Contact, "c-1", state=ContactState.ENDED, ended_at=NOW.isoformat(), end_reason="agent")
        await until(pilot, state_is(screen, AgentState.NOT_READY))
        assert screen.session.phone.status.reason == "break"
        await until(pilot, lambda: feed.contact("c-1").state is ContactState.DONE)
        done = feed.contact("c-1")
        assert (done.disposition, done.customer_id) == ("Solved in this contact", "20718")
        assert done.ticket_id is not None
        assert screen.session.desk.item is None


async def test_who_has_wrapped_up_already_is_not_asked_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker tells something in the very moment in which the call has ended and is wrapped up."""
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        session, keep, posted = screen.session, screen.session.desk.keep, []

        async def told_meanwhile() -> None:
            session.synced(session.sync)
            await keep()

        await pilot.press("w", "s")
        request = await hub_request(pilot, feed, RequestAction.HANG_UP)
        monkeypatch.setattr(session.desk, "keep", told_meanwhile)
        post = session.seat.post
        monkeypatch.setattr(session.seat, "post", lambda message: (posted.append(message), post(message)))
        feed.patch(Request, request.id, state=RequestState.DONE)
        feed.patch(Contact, "c-1", state=ContactState.ENDED, ended_at=NOW.isoformat(), end_reason="agent")

        def states() -> list[AgentState]:
            return [one.status.state for one in posted if isinstance(one, StateChanged)]

        await until(pilot, lambda: AgentState.READY in states())
        assert AgentState.WRAP_UP not in states()


async def test_a_ticket_that_cannot_be_saved_stays_on_the_desk(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        screen.ticket_pane.field("details").value = "only details, no title"
        await until(pilot, lambda: bool(screen.session.desk.number))
        feed.patch(Contact, "c-1", state=ContactState.ENDED, ended_at=NOW.isoformat(), end_reason="caller")
        await until(pilot, state_is(screen, AgentState.WRAP_UP))
        await pilot.press("escape", "w", "s")
        await until(pilot, state_is(screen, AgentState.READY))
        await until(pilot, lambda: "stays on your desk" in told(pilot))
        item = screen.session.desk.item
        assert item is not None
        assert item.fields["details"] == "only details, no title"


async def test_an_interrupted_ticket_comes_back_as_it_was(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        await pilot.press("f5", *"First")
        await until(pilot, lambda: bool(screen.session.desk.number))
        feed.patch(Contact, "c-1", state=ContactState.ENDED, ended_at=NOW.isoformat(), end_reason="caller")
        await until(pilot, state_is(screen, AgentState.WRAP_UP))
        await pilot.press("escape", "w", "s")
        await until(pilot, state_is(screen, AgentState.READY))

        await pilot.press("slash", *"10001")
        await until(pilot, lambda: "First" in text_of(screen, "customer-lines"))
        await pilot.press("enter")
        await until(pilot, lambda: screen.ticket_pane.fields["title"] == "First")
        await pilot.press("f5", "end", *" and more", "left", "left")
        await until(pilot, lambda: screen.session.desk.item is not None and screen.session.desk.item.unsaved)
        before = screen.ticket_pane.field("title").cursor_at

        await ring(pilot, feed, screen, "c-2")
        await pilot.press("f9")
        await until(pilot, lambda: feed.contact("c-2").agent == "dana")
        feed.connect("c-2")
        await until(pilot, state_is(screen, AgentState.ON_CALL))
        await until(pilot, lambda: screen.ticket_pane.fields["title"] == "")
        await pilot.press("f4", "1")
        await until(pilot, lambda: len(screen.session.desk.item.run.trail) == 2)  # type: ignore[union-attr]

        await pilot.press("f6", "down", "enter")
        await until(pilot, lambda: screen.ticket_pane.fields["title"] == "First and more")
        await until(pilot, lambda: screen.focused is screen.ticket_pane.field("title"))
        assert screen.ticket_pane.field("title").cursor_at == before
        await pilot.press("escape", "f6", "down", "enter")
        await until(pilot, lambda: len(screen.session.desk.item.run.trail) == 2)  # type: ignore[union-attr]
        assert screen.query_one(ScriptPane).card.card == "D2-5"  # type: ignore[union-attr]


async def test_unknown_caller_becomes_a_customer(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed, "c-2")
        await until(pilot, lambda: "No customer has the number" in text_of(screen, "customer-lines"))
        await pilot.press("c")
        await pilot.pause()
        await pilot.press("ctrl+a", "backspace", *"Nora", "space", *"Quinn", "f10")
        await until(pilot, lambda: "Nora Quinn" in text_of(screen, "customer-lines"))
        await until(pilot, lambda: feed.contact("c-2").customer_id is not None)
        await pilot.press("escape", "slash", *"0188")
        await until(pilot, lambda: "Nora Quinn" in text_of(screen, "customer-lines"))


async def test_a_shared_number_offers_everybody(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed, "c-4")
        for name in ("Ann Lee", "Ben Lee"):
            await until(pilot, lambda name=name: name in text_of(screen, "customer-lines"))
        await pilot.press("f3", "down", "enter")
        await until(pilot, lambda: feed.contact("c-4").customer_id in ("20731", "20732"))
        await until(pilot, lambda: "account" in text_of(screen, "customer-lines"))

        await pilot.press("m")  # on second thoughts: a list that stays, whatever the telephone tells meanwhile
        await until(pilot, lambda: "Ben Lee" in text_of(screen, "customer-lines"))
        feed.patch(Contact, "c-4", priority=3)
        await until(pilot, lambda: screen.session.phone.contact.priority == 3)
        await pilot.pause(0.1)
        assert all(name in text_of(screen, "customer-lines") for name in ("Ann Lee", "Ben Lee"))
        await pilot.press("escape")
        await until(pilot, lambda: "account" in text_of(screen, "customer-lines"))


async def test_a_list_to_choose_from_comes_though_something_changes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed, "c-4")
        await until(pilot, lambda: "Ben Lee" in text_of(screen, "customer-lines"))
        await pilot.press("f3", "down", "enter")
        await until(pilot, lambda: "account" in text_of(screen, "customer-lines"))
        await until(pilot, lambda: screen.session.sync.queued == 0)
        session, asked = screen.session, []

        async def asked_meanwhile() -> None:
            asked.append(asyncio.create_task(session.customers.attach_shown()))
            await asyncio.sleep(0)

        monkeypatch.setattr(session.desk, "refresh", asked_meanwhile)
        session._tickets_changed = session._account_changed = True
        await session.look()
        await asked[0]
        await until(pilot, lambda: "Ben Lee" in text_of(screen, "customer-lines"), seconds=5)


async def test_figures_follow_the_last_change_also_when_nothing_happens_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "FIGURES_S", 3.0)
    async with opened(tmp_path) as (pilot, feed):
        screen = await sign_on(pilot)
        assert "abandoned" not in text_of(screen, "queue-figures")
        for kind in (EventKind.OFFERED, EventKind.ABANDONED):
            one = {"contact_id": "c-1", "at": NOW, "kind": kind, "queue": "support", "source": "floor", "wait_s": 9}
            feed.put(ContactEvent(id=f"e-{kind}", **one))
        await until(pilot, lambda: "abandoned 100 %" in text_of(screen, "queue-figures"), seconds=9)


async def test_a_search_that_is_overtaken_is_not_begun(tmp_path: Path) -> None:
    """Python would warn of a coroutine that nobody awaits, and read source files for it while the agent types."""
    async with opened(tmp_path) as (pilot, _feed):
        screen = await ready(pilot)
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            for query in ("m", "ma", "mar"):
                screen.on_customer_pane_search(CustomerPane.Search(query))
            await until(pilot, lambda: not any(worker.group == "search" for worker in screen.workers))
            gc.collect()
        assert [str(one.message) for one in warned if issubclass(one.category, RuntimeWarning)] == []


async def test_what_was_verified_is_on_the_contact(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        for ticks in (1, 2):
            await pilot.press("v")
            await until(pilot, lambda ticks=ticks: len(screen.glance.glance.verified) == ticks)
        await pilot.press("V")
        await until(pilot, lambda: feed.contact("c-1").verified == ("name",))


async def test_looking_somebody_up_does_not_move_the_contact(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        await pilot.press("v")
        await until(pilot, lambda: feed.contact("c-1").verified == ("name",))
        await pilot.press("slash", *"sons")
        await until(pilot, lambda: "Lee & Sons" in text_of(screen, "customer-lines"))
        await pilot.press("enter")
        await until(pilot, lambda: "looked up" in text_of(screen, "customer-lines"))
        assert feed.contact("c-1").customer_id == "20718"
        await pilot.press("escape")
        await until(pilot, lambda: "Maria Alvarez" in text_of(screen, "customer-lines"))
        await pilot.press("slash", *"sons")
        await until(pilot, lambda: "Lee & Sons" in text_of(screen, "customer-lines"))
        await pilot.press("enter")
        await until(pilot, lambda: "looked up" in text_of(screen, "customer-lines"))
        await pilot.press("m")
        await until(pilot, lambda: feed.contact("c-1").customer_id == "20722")
        await until(pilot, lambda: feed.contact("c-1").verified == ())


async def test_quitting_signs_out_and_signing_on_again_is_not_ready(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        await ready(pilot)
        await pilot.press("ctrl+q")
    status = [row.body["state"] for row in feed._rows() if row.entity == "agent_status"]
    assert status == ["signed out"]


async def test_an_unknown_name_is_asked_about_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, _feed):
        await until(pilot, lambda: bool(getattr(pilot.app.screen, "people", ())))
        await pilot.press(*"Nora", "enter")
        await pilot.pause(0.2)
        assert not isinstance(pilot.app.screen, WorkspaceScreen)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkspaceScreen))


async def test_a_cursor_that_moved_is_no_text_that_would_be_thrown_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        desk = screen.session.desk
        await pilot.press("f5", *"Slow", "f10")
        await until(pilot, lambda: bool(desk.item.ticket_id) and not desk.item.unsaved)
        monkeypatch.setattr(desks, "KEEP_S", 60.0)  # it is put away before that is written
        screen.ticket_pane._edited()  # as the esc that leaves a field says it
        await until(pilot, lambda: desk.item.unsaved)
        assert await desk.drop(sure=False)


@pytest.mark.parametrize("first", ["drop", "keep"])
async def test_a_ticket_that_is_put_away_does_not_come_back(tmp_path: Path, first: str) -> None:
    """What is shown or written of it at the same moment is not shown or written behind that."""
    async with opened(tmp_path) as (pilot, feed):
        screen = await sign_on(pilot)
        feed.put(PRINTER)
        await until(pilot, lambda: kept(tmp_path, PRINTER.id) is not None)
        desk = screen.session.desk
        await desk.open_ticket(PRINTER.id)
        await desk.show()
        await until(pilot, lambda: screen.ticket_pane.form_shown)
        desk.edited(desk.item.id, {}, "title", (0, 3), None)  # as the esc that leaves a field says it
        doing = {"drop": screen.session.drop(sure=False), "keep": desk.keep(), "refresh": desk.refresh()}
        await asyncio.gather(doing.pop(first), *doing.values())
        await pilot.pause()
        assert not screen.ticket_pane.form_shown
        with Store(tmp_path / STORE_FILE) as store:
            assert store.value("SELECT count(*) FROM desk") == 0


async def test_saving_leaves_what_another_seat_changed_meanwhile(tmp_path: Path) -> None:
    """TICK-5: the form was begun before somebody else's edit; only what was typed here is written."""
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        await pilot.press("f5", *"Slow", "f10")
        await until(
            pilot, lambda: bool(screen.session.desk.item.ticket_id) and not screen.session.desk.item.unsaved
        )
        await until(pilot, lambda: screen.session.sync.queued == 0)
        ticket_id = screen.session.desk.item.ticket_id
        assert ticket_id is not None
        screen.ticket_pane.field("details").value = "typed here"
        await until(pilot, lambda: screen.session.desk.item.fields.get("details") == "typed here")
        feed.patch(Ticket, ticket_id, assignee="Priya, set elsewhere")

        def here() -> Ticket:
            found = kept(tmp_path, ticket_id)
            assert found is not None
            return found

        await until(pilot, lambda: here().assignee == "Priya, set elsewhere")
        await pilot.press("f10")
        await until(pilot, lambda: here().details == "typed here")
        assert here().assignee == "Priya, set elsewhere"


async def test_sign_off_waits_for_the_contact(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        await pilot.press("Q")
        await until(pilot, lambda: "end the contact first" in told(pilot))
        assert pilot.app.screen is screen


async def test_a_ring_that_crosses_a_claim_does_not_stay(tmp_path: Path) -> None:
    """The caller who was taken is on the line, whoever else began to ring here meanwhile."""
    async with opened(tmp_path) as (pilot, feed):
        screen = await ready(pilot)
        await ring(pilot, feed, screen, "c-3")
        feed._hub.claim_v1("feed", "crossed", "dana", [], "c-1")
        feed.connect("c-1")
        await until(pilot, state_is(screen, AgentState.ON_CALL))
        assert screen.session.phone.contact is not None
        assert screen.session.phone.contact.id == "c-1"
        await until(pilot, lambda: "Maria Alvarez" in text_of(screen, "customer-lines"))


async def test_a_claim_that_lost_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await ready(pilot)
        feed._hub.claim_v1("feed", "theirs", "priya", [], "c-1")
        screen.do(screen.session.phone.take("c-1"))
        await until(pilot, lambda: "another agent took it first" in told(pilot))
        assert screen.session.phone.status.state is AgentState.READY


async def test_a_card_number_is_masked_and_told(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        await pilot.press("f5", *"Card 4111 1111 1111 1111", "f10")
        await until(pilot, lambda: "card number was masked" in told(pilot))
        await until(pilot, lambda: screen.ticket_pane.fields["title"] == "Card ••••1111")
    assert found_in(tmp_path, b"4111 1111 1111 1111") == []


async def test_invoices_from_another_seat_show_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        await until(pilot, lambda: "invoices" in text_of(screen, "customer-lines"))
        feed.put(
            Invoice(
                id="i1",
                number="10005-1",
                customer_id=CustomerId("20718"),
                ticket_id=TicketId("t5"),
                issued_on=NOW.date() - timedelta(days=41),
                lines=(InvoiceLine(charge_id="c", item="320", text="Session", unit_price=Decimal(120)),),
                at=NOW,
                by=AgentId("x"),
            )
        )
        await until(pilot, lambda: "▲ past due $120.00, 41 days" in text_of(screen, "customer-lines"))
        await pilot.press("f3", "slash", *"10005-1")
        await until(pilot, lambda: screen.customer_pane.lines.key == "customer:20718")


async def test_the_desk_survives_the_end_of_the_console(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        await pilot.press("f5", *"Half a tit")
        await until(pilot, lambda: bool(screen.session.desk.number))
        await pilot.press("ctrl+q")
    with Store(tmp_path / STORE_FILE) as store:
        row = store.row("SELECT fields, focus, cursor FROM desk")
    assert row is not None
    assert '"title":"Half a tit"' in row["fields"]
    assert (row["focus"], row["cursor"]) == ("title", "[0,10]")


async def test_the_queue_behind_several_dialogs_goes_on(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        await sign_on(pilot)
        await pilot.press("question_mark")
        pilot.app.push_screen(ReadDialog("Over it", lambda _cells: []))
        await until(pilot, lambda: len(pilot.app.screen_stack) == 4 and pilot.app.screen.is_mounted)
        assert "Zoe" not in pilot.app.export_screenshot()
        feed.put(caller("c-9", "Zoe", "+12025550111", 3))
        await until(pilot, lambda: "Zoe" in pilot.app.export_screenshot())


async def test_every_size_shows_the_state_and_the_current_pane(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, _feed):
        screen = await sign_on(pilot)
        for size in [(80, 24), (100, 30), (120, 40), (160, 45), (240, 60)]:
            await pilot.resize_terminal(*size)
            await until(pilot, lambda size=size: screen.size == size)
            for key, pane in (
                ("f3", "customer"),
                ("f4", "script"),
                ("f5", "ticket"),
                ("f6", "desk"),
                ("f2", "queue"),
            ):
                await pilot.press(key)
                await pilot.pause()
                region = screen.query_one(f"#{pane}").region
                assert region.width >= 30, (size, pane)
                assert region.height >= 5, (size, pane)
        assert len(screen.queue_pane.waiting) == len(CALLERS)
