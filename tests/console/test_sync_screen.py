"""What an agent sees of the sync: the line on top, the list, the choice between two values, who else is there, and what
is asked before one leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from console.screens.modal import ConfirmDialog, ReadDialog
from console.screens.sign_in import SignInScreen
from console.screens.sync import ConflictDialog, SyncDialog
from console.screens.sync_lines import hub_lines
from console.screens.workspace import WorkspaceScreen
from console.settings import Settings
from data.models.agent import Agent, AgentState
from data.models.base import AgentId, TicketId, instant_text
from data.models.contact import Contact, ContactState, Request
from data.models.presence import Presence
from data.models.ticket import Ticket, TicketEvent, TicketEventKind
from data.presence.presence import LASTS
from data.store.database import STORE_FILE, Store
from data.sync.contract import OpOutcome, OpResult
from data.sync.replica import Replica
from data.sync.wire import Progress, SyncStatus
from data.unsettled.rules import ConflictLine
from tests.console.album import Album
from tests.console.stage import CLOCK, NOW, Feed, settled, sign_on, staged, talk, until
from tests.console.test_notices import SIZES, TICKET, text_of, told
from widgets.fields import ChoiceField
from widgets.pane import PaneHeading
from widgets.safe_text import width
from widgets.sync_words import short

PRIYA = AgentId("priya")


@asynccontextmanager
async def opened(folder: Path, size: tuple[int, int] = (160, 45)) -> AsyncIterator[tuple[Pilot[str], Feed]]:
    app, feed = staged(folder, settings=Settings())
    feed.put(TICKET)
    async with app.run_test(size=size) as pilot:
        yield pilot, feed


async def at_ticket(pilot: Pilot[str]) -> WorkspaceScreen:
    """Signed on, with the ticket open."""
    screen = await sign_on(pilot)
    screen.open_found("ticket:t-1")
    await until(pilot, lambda: screen.ticket_pane.fields["title"] == "Charged twice")
    await until(pilot, lambda: screen.ticket_pane.query_one("#ticket-history").has_focus)
    return screen


def theirs(feed: Feed, **fields: Any) -> None:
    """Priya changes the ticket at her seat."""
    before = next(row.body for row in feed._rows() if row.entity_id == "t-1")
    feed.patch(Ticket, "t-1", **fields)
    for number, (name, value) in enumerate(fields.items()):
        feed.put(
            TicketEvent(
                id=f"event-{number}-{name}",
                ticket_id="t-1",
                at=NOW,
                actor=PRIYA,
                kind=TicketEventKind.CHANGED,
                field=name,
                old=str(before[name]),
                new=str(value),
            )
        )


async def clash(pilot: Pilot[str], feed: Feed, folder: Path, **fields: tuple[str, str]) -> WorkspaceScreen:
    """The hub is away; Dana changes fields, and Priya the same ones; the hub comes back. `fields`: mine, theirs."""
    screen = await at_ticket(pilot)
    await until(pilot, lambda: not screen.session.sync.queued)
    away(folder)
    await until(pilot, lambda: not screen.session.sync.online)
    for name, (mine, _) in fields.items():
        field = screen.ticket_pane.field(name)
        field.value = mine
        if isinstance(field, ChoiceField):
            field.post_message(ChoiceField.Changed(field, field.value))
    await until(pilot, lambda: screen.session.desk.item is not None and screen.session.desk.item.unsaved)
    await pilot.press("f10")
    await until(pilot, lambda: screen.session.sync.queued > 0 and not screen.session.desk.item.unsaved)  # type: ignore[union-attr]
    theirs(feed, **{name: value for name, (_, value) in fields.items()})
    back(folder)
    await until(pilot, lambda: screen.session.sync.conflicts == len(fields))
    return screen


def away(folder: Path) -> None:
    """Whoever opens the hub anew finds none; the test's own feed keeps the file open."""
    _move(folder, "hub.db", "away.db")


def back(folder: Path) -> None:
    _move(folder, "away.db", "hub.db")


def _move(folder: Path, name: str, other: str) -> None:
    for end in ("-wal", "-shm", ""):
        if (folder / f"{name}{end}").exists():
            (folder / f"{name}{end}").rename(folder / f"{other}{end}")


def in_store(folder: Path, sql: str) -> list[Any]:
    with Store(folder / STORE_FILE) as store:
        return [tuple(row.values()) for row in store.rows(sql)]


async def dialog_of(pilot: Pilot[str], kind: type) -> Any:
    await until(pilot, lambda: isinstance(pilot.app.screen, kind) and pilot.app.screen.focused is not None)
    return pilot.app.screen


# the line on top


def line_of(sync: SyncStatus, cells: int) -> str:
    fitting = next(one for one in hub_lines(sync, NOW) if width(one) <= cells)
    return "".join(span.text for span in fitting)


AWAY = SyncStatus(online=False, since=NOW, queued=3, refused=1, conflicts=2, last_pull=NOW - timedelta(days=1))

FETCHING = SyncStatus(online=True, since=NOW, snapshot=Progress(done=1234, total=10_000))


@pytest.mark.parametrize(
    ("sync", "wide", "narrow", "least"),
    [
        (SyncStatus(online=True, since=NOW, last_pull=NOW), "hub ● online · 0 queued", "hub ● online", "● online"),
        (
            AWAY,
            "hub ○ offline since 14:18 · 3 queued · last pull Thu 14:18 · ▲ 2 conflicts · ■ 1 refused",
            "hub ○ offline since 14:18 · 3 queued · ▲ 2 conflicts · ■ 1 refused",
            "○ offline ▲ 2 ■ 1",
        ),
        (
            SyncStatus(silent=True, since=NOW, queued=1),
            "hub ✗ sync worker silent since 14:18 · 1 queued · nothing pulled yet",
            "hub ✗ sync worker silent since 14:18 · 1 queued",
            "✗ sync worker silent",
        ),
        (
            SyncStatus(online=True, conflicts=1, problem="the disk is full"),
            "hub ▲ online · 0 queued · ▲ 1 conflict",
            "hub ▲ online · ▲ 1 conflict",
            "▲ online ▲ 1",
        ),
        (FETCHING, "hub ● online · fetching 12 % · 0 queued", "hub ● online · fetching 12 %", "● online 12 %"),
        (
            SyncStatus(online=True, queued=1, load=Progress(done=400, total=1000)),
            "hub ● online · sending import 40 % · 1 queued",
            "hub ● online · sending import 40 % · 1 queued",
            "● online 40 %",
        ),
        (
            FETCHING.model_copy(update={"online": False, "last_pull": NOW}),
            "hub ○ offline since 14:18 · 0 queued · last pull 14:18",
            "hub ○ offline since 14:18",
            "○ offline",
        ),
        (
            SyncStatus(online=True, revoked=True, queued=2, problem="access was withdrawn"),
            "hub ■ access withdrawn · 2 queued",
            "hub ■ access withdrawn · 2 queued",
            "■ access withdrawn",
        ),
    ],
)
def test_the_line_says_as_much_as_there_is_room_for(sync: SyncStatus, wide: str, narrow: str, least: str) -> None:
    assert (line_of(sync, 120), line_of(sync, len(narrow)), line_of(sync, len(least))) == (wide, narrow, least)


async def test_what_is_amiss_is_seen_at_every_width(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, _feed):
        screen = await sign_on(pilot)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await until(pilot, lambda size=size: screen.size == size)
            screen.session.synced(AWAY)
            await until(pilot, lambda: "▲ 2" in text_of(screen, "status"))
            shown = text_of(screen, "status")
            assert "○ offline" in shown and "■ 1" in shown and "14:18" in shown


async def test_what_takes_long_is_told_with_how_far_it_is(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, _feed):
        screen = await sign_on(pilot)
        await settled(pilot)
        await screen.session.seat.link.close()  # its own worker says no more
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await until(pilot, lambda size=size: screen.size == size)
            await pilot.press("f8")
            dialog = await dialog_of(pilot, SyncDialog)
            far = {"load": Progress(done=400, total=1000), "stalls": 1, "problem": "The disk is full: make room."}
            dialog.show(screen.session.settling.lines, FETCHING.model_copy(update=far))
            await until(pilot, lambda dialog=dialog: "fetching 12 %" in text_of(dialog, "listed"))
            about = " ".join(text_of(dialog, "list-about").split())
            assert "The disk is full" in about and "fetched 1234 of about 10000 records" in about
            await pilot.press("end")
            rest = "Nothing waits but the rest of an import"
            await until(pilot, lambda dialog=dialog, rest=rest: rest in text_of(dialog, "list-about"))
            await pilot.press("escape")
            screen.session.synced(FETCHING)
            await until(pilot, lambda: "12 %" in text_of(screen, "status"))
            screen.session.synced(AWAY)
            await until(pilot, lambda: "12 %" not in text_of(screen, "status"))


# the list


async def test_nothing_unsettled_is_said_in_sentences(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, _feed):
        await sign_on(pilot)
        await settled(pilot)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await pilot.press("f8")
            dialog = await dialog_of(pilot, SyncDialog)
            said = set()
            for _ in range(4):
                await pilot.pause()
                said.add(text_of(dialog, "list-about").strip())
                await pilot.press("down")
            assert {"Nothing was refused."} < said and any("No conflict" in one for one in said)
            assert any("all that was saved here is at the hub" in one for one in said)
            assert text_of(dialog, "listed").count("✓") == 3
            for lines in dialog.query("Lines"):
                assert lines.region.bottom <= size[1] and lines.region.right <= size[0]
            await pilot.press("escape")
            assert pilot.app.screen is not dialog


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_conflict_is_chosen_and_taken_back(tmp_path: Path, size: tuple[int, int]) -> None:
    async with opened(tmp_path, size) as (pilot, feed):
        screen = await clash(pilot, feed, tmp_path, priority=("low", "urgent"))
        pane = screen.ticket_pane
        await until(pilot, lambda: "priority: theirs is in place" in text_of(screen, "ticket-conflicts"))
        assert "F8 choose" in text_of(screen, "ticket-conflicts") and pane.fields["priority"] == "urgent"
        assert "▲priority" in "".join(span.text for span in pane.query_one("#row-priority .label").lines[0])  # type: ignore[attr-defined]
        assert pilot.app.screen is screen, "nothing takes the keys"
        await until(pilot, lambda: any("press F8 to choose" in one for one in told(pilot.app)))  # type: ignore[arg-type]
        await pilot.press("f8")
        dialog = await dialog_of(pilot, SyncDialog)
        await until(pilot, lambda: "priority of ticket 10042 Charged twice" in text_of(dialog, "listed"))
        assert not any("press F8 to choose" in one for one in told(pilot.app)), "it is done"  # type: ignore[arg-type]
        about = text_of(dialog, "list-about")
        assert "low" in about and "urgent" in about and "Priya Nair" in about and "in place" in about
        await pilot.press("enter")
        choosing = await dialog_of(pilot, ConflictDialog)
        await until(pilot, lambda: "○ mine" in text_of(choosing, "dialog-read"))
        assert "● theirs · Priya Nair · 14:18 · in place" in text_of(choosing, "dialog-read")
        assert "both" not in text_of(choosing, "dialog-foot")
        assert "Noticed " in text_of(choosing, "dialog-read") and "choice back (u)" in text_of(
            choosing, "dialog-read"
        )
        for asking in (choosing, dialog):
            await pilot.press("f1")
            reading = await dialog_of(pilot, ReadDialog)
            await until(pilot, lambda shown=reading: "In " in text_of(shown, "dialog-read"))
            assert all(lines.region.right <= size[0] for lines in reading.query("Lines"))
            await pilot.press("escape", *(["escape"] if asking is choosing else []))
        await pilot.press("enter")
        choosing = await dialog_of(pilot, ConflictDialog)
        await pilot.press("b")  # not for a field that is no text
        assert pilot.app.screen is choosing
        await pilot.press("m")
        await until(pilot, lambda: "conflicts 0" in text_of(dialog, "listed"))
        await until(pilot, lambda: feed_ticket(feed).priority == "low")
        assert in_store(tmp_path, "SELECT state FROM conflict") == [("chosen",)]
        await until(pilot, lambda: pane.fields["priority"] == "low" and not text_of(screen, "ticket-conflicts"))
        assert "u takes back: mine, priority of ticket 10042" in text_of(dialog, "listed")
        await pilot.press("u")
        await until(pilot, lambda: "conflicts 1" in text_of(dialog, "listed"))
        await until(pilot, lambda: (dialog.listed.key or "").startswith("conflict:"))
        assert "u takes" not in text_of(dialog, "listed")
        await until(pilot, lambda: feed_ticket(feed).priority == "urgent")
        await until(pilot, lambda: screen.session.sync.conflicts == 1)
        assert not any("press F8 to choose" in one for one in told(pilot.app)), "it is listed here"  # type: ignore[arg-type]


def feed_ticket(feed: Feed) -> Ticket:
    return next(Ticket.model_validate(row.body) for row in feed._rows() if row.entity_id == "t-1")


async def test_both_texts_are_kept_under_each_other(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await clash(pilot, feed, tmp_path, details=("what Dana wrote [b]", "what Priya wrote"))
        await pilot.press("f8")
        await dialog_of(pilot, SyncDialog)
        await pilot.press("enter")
        choosing = await dialog_of(pilot, ConflictDialog)
        await until(pilot, lambda: "what Dana wrote [b]" in text_of(choosing, "dialog-read"))
        await pilot.press("b")
        await until(pilot, lambda: feed_ticket(feed).details == "what Priya wrote\nwhat Dana wrote [b]")
        await until(pilot, lambda: screen.session.sync.conflicts == 0)


async def test_a_conflict_that_comes_while_one_types_takes_no_key(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await clash(pilot, feed, tmp_path, priority=("low", "urgent"))
        await pilot.press("f5")
        await until(pilot, lambda: screen.ticket_pane.focused_field != "")
        await pilot.press(*"abc")
        theirs(feed, state="open")
        await pilot.press(*"def")
        await until(pilot, lambda: "abcdef" in screen.ticket_pane.field(screen.ticket_pane.focused_field).value)


async def test_the_customers_open_tickets_follow_others_and_ones_own_save(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await at_ticket(pilot)
        await until(pilot, lambda: "Charged twice" in text_of(screen, "customer-lines"))
        theirs(feed, title="Charged thrice")
        await until(pilot, lambda: "Charged thrice" in text_of(screen, "customer-lines"), 8)
        away(tmp_path)
        await until(pilot, lambda: not screen.session.sync.online)
        screen.ticket_pane.field("title").value = "Charged four times"
        await until(pilot, lambda: screen.session.desk.item.unsaved)  # type: ignore[union-attr]
        await pilot.press("f10")
        await until(pilot, lambda: "Charged four times" in text_of(screen, "customer-lines"), 8)
        back(tmp_path)


async def test_a_draft_shows_what_others_do_meanwhile(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await at_ticket(pilot)
        pane = screen.ticket_pane
        pane.field("details").focus()
        await pilot.press(*"mine", "left")
        await until(pilot, lambda: pane._view.unsaved)  # type: ignore[union-attr]
        theirs(feed, title="Charged thrice")
        await until(pilot, lambda: pane.fields["title"] == "Charged thrice", 8)
        await until(pilot, lambda: "Charged thrice" in text_of(screen, "ticket-history"), 8)
        assert pane.fields["details"] == "mine" and pane.focused_field == "details"
        assert pane.field("details").cursor_at == (0, 3)
        await until(pilot, lambda: "ready to save" in text_of(screen, "ticket-check"))
        theirs(feed, details="hers")
        await until(pilot, lambda: "▲ details changed elsewhere: “hers”" in text_of(screen, "ticket-check"), 8)
        assert pane.fields["details"] == "mine" and "ready" not in text_of(screen, "ticket-check")


# refused


async def refused(pilot: Pilot[str], folder: Path, entity: str = "ticket") -> WorkspaceScreen:
    """A change of Dana's ticket that the hub has refused."""
    screen = await at_ticket(pilot)
    await until(pilot, lambda: not screen.session.sync.queued)
    away(folder)
    await until(pilot, lambda: not screen.session.sync.online)
    screen.ticket_pane.field("details").value = "what Dana typed"
    await until(pilot, lambda: screen.session.desk.item is not None and screen.session.desk.item.unsaved)
    await pilot.press("f10")
    await until(pilot, lambda: screen.session.sync.queued > 0)
    with Store(folder / STORE_FILE) as store:
        replica = Replica(store, CLOCK)
        [op] = [one for one in replica.next_ops() if one.entity == entity]
        result = OpResult(op_id=op.op_id, outcome=OpOutcome.REFUSED, hub_seq=0, why="not allowed")
        replica.acknowledge([result])
    back(folder)
    await until(pilot, lambda: screen.session.sync.refused == 1 and screen.session.sync.online)
    return screen


async def on_refused(pilot: Pilot[str]) -> SyncDialog:
    await pilot.press("f8")
    dialog = await dialog_of(pilot, SyncDialog)
    await until(pilot, lambda: "refused 1" in text_of(dialog, "listed"))
    while not (dialog.listed.key or "").startswith("refused:"):
        await pilot.press("down")
        await pilot.pause()
    return dialog


async def test_what_was_refused_is_read_copied_and_taken_up_as_a_draft(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, _feed):
        screen = await refused(pilot, tmp_path)
        await until(pilot, lambda: any("press F8 to see why" in one for one in told(pilot.app)))  # type: ignore[arg-type]
        dialog = await on_refused(pilot)
        await until(pilot, lambda: "what Dana typed" in text_of(dialog, "list-about"))
        assert "refused: not allowed" in text_of(dialog, "list-about")
        copied: list[str] = []
        pilot.app.copy_to_clipboard = copied.append  # type: ignore[method-assign]
        await pilot.press("y")
        await until(pilot, lambda: copied == ["details: what Dana typed"])
        await pilot.press("r")
        await until(pilot, lambda: pilot.app.screen is screen)
        await until(pilot, lambda: screen.ticket_pane.fields["details"] == "what Dana typed")
        await until(pilot, lambda: screen.session.desk.item.unsaved)  # type: ignore[union-attr]
        await until(pilot, lambda: screen.session.sync.refused == 0)
        await pilot.press("f10")
        await until(pilot, lambda: not screen.session.desk.item.unsaved)  # type: ignore[union-attr]


async def test_what_is_no_form_is_sent_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await refused(pilot, tmp_path, "ticket_event")
        dialog = await on_refused(pilot)
        await until(pilot, lambda: "sends it once more" in text_of(dialog, "list-about"))
        await pilot.press("r")
        await until(pilot, lambda: screen.session.sync.refused == 0 and not screen.session.sync.queued)
        await until(
            pilot,
            lambda: any(row.entity == "ticket_event" and row.body["field"] == "details" for row in feed._rows()),
        )


async def test_letting_go_asks_first(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, _feed):
        screen = await refused(pilot, tmp_path)
        dialog = await on_refused(pilot)
        await pilot.press("g")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog))
        await pilot.press("escape")
        assert screen.session.settling.lines.refused
        await pilot.press("g")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog))
        await pilot.press("y")
        await until(pilot, lambda: "refused 0" in text_of(dialog, "listed"))


async def test_diagnostics_name_nobody(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, _feed):
        screen = await refused(pilot, tmp_path)
        screen.session.synced(SyncStatus(online=False, problem="no hub at /home/maria/hub.db"))
        copied: list[str] = []
        pilot.app.copy_to_clipboard = copied.append  # type: ignore[method-assign]
        await pilot.press("f8")
        await dialog_of(pilot, SyncDialog)
        await pilot.press("Y")
        await until(pilot, lambda: copied)
        [text] = copied
        assert "changes refused ticket 1" in text and "error 1x, 0 tries: not allowed" in text
        assert "replica_id" in text and "cursor" in text and "SQLite 3" in text
        for word in ("Dana", "Priya", "Maria", "maria", "Charged", "typed", "10042"):
            assert word not in text


def test_the_line_under_the_form_shows_where_two_texts_differ() -> None:
    one = ConflictLine(
        id="k",
        entity="ticket",
        entity_id="t-1",
        field="title",
        mine="Printer does not print since Monday",
        theirs="Printer does not print in colour",
        now="Printer does not print in colour",
        seen=1,
        at=NOW,
    )
    assert short(one, 200).endswith(
        "yours “Printer does not print since Monday”, theirs “Printer does not print in colour”"
    )
    assert short(one, 80) == "title: yours “… print since Monday”, theirs “… not print in colour” in place"
    assert short(replace(one, now=one.mine), 80).endswith(
        "print since Monday” in place, theirs “… not print in colour”"
    )
    assert short(replace(one, now="Paper"), 80).endswith("theirs “… print in colour”, neither in place")


def test_at_80_columns_a_change_at_the_end_of_details_is_seen() -> None:
    begins = "Both of the printers jam since the body de luxe was put in"
    one = ConflictLine(
        id="k", entity="ticket", entity_id="t-1", field="details", mine=f"{begins}\nBo de Vries called again",
        theirs=f"{begins}\nBo de Boer will call", now=f"{begins}\nBo de Boer will call", seen=1, at=NOW,
    )  # fmt: skip
    assert short(one, 62) == "details: yours “… Vries cal…”, theirs “… Boer will…” in place"


# who else is there


async def test_others_at_the_ticket_are_seen_until_they_go(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await at_ticket(pilot)

        def heading() -> str:
            return screen.ticket_pane.query_one(PaneHeading)._text

        await until(pilot, lambda: any(row.entity == "presence" for row in feed._rows()))
        [mine] = [Presence.model_validate(row.body) for row in feed._rows() if row.entity == "presence"]
        assert (mine.id, mine.ticket_id, mine.until) == ("dana", "t-1", NOW + LASTS)
        assert "also here" not in heading()
        here = Presence(id="priya", agent=PRIYA, ticket_id=TicketId("t-1"), until=NOW + timedelta(seconds=90))
        feed.put(here)
        await until(pilot, lambda: "10042 · new · saved · ◆ also here: Priya Nair" in heading())
        feed.put(Agent(id="jo", name="Joaquim Reis"))
        feed.put(here.model_copy(update={"id": "jo", "agent": "jo", "until": NOW + timedelta(seconds=30)}))
        await until(pilot, lambda: "◆ also here: Joaquim Reis, Priya Nair" in heading())
        screen.ticket_pane.tick(NOW + timedelta(seconds=31))
        assert heading().endswith("◆ also here: Priya Nair"), "what has expired says nothing"
        feed.patch(Presence, "priya", ticket_id=None)
        await until(pilot, lambda: "Priya" not in heading())
        await pilot.press("f6", "d")

        def said() -> Presence:
            rows = [row.body for row in feed._rows() if (row.entity, row.entity_id) == ("presence", "dana")]
            return Presence.model_validate(rows[0])

        await until(pilot, lambda: said().ticket_id is None)


async def test_presence_is_not_written_at_each_key_nor_without_a_hub(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await at_ticket(pilot)
        await until(pilot, lambda: any(row.entity == "presence" for row in feed._rows()))
        await until(pilot, lambda: in_store(tmp_path, "SELECT 1 FROM outbox WHERE entity = 'presence'") == [])
        first = next(row.ver for row in feed._rows() if row.entity == "presence")
        await pilot.press("f5", *"typing away")
        await until(pilot, lambda: screen.session.desk.item.unsaved)  # type: ignore[union-attr]
        await pilot.press("f10")
        await until(pilot, lambda: not screen.session.desk.item.unsaved)  # type: ignore[union-attr]
        await settled(pilot)
        assert next(row.ver for row in feed._rows() if row.entity == "presence") == first
        away(tmp_path)
        await until(pilot, lambda: not screen.session.sync.online)
        await pilot.press("escape")
        await pilot.pause(0.6)  # until the form that was left is kept
        await pilot.press("f6", "d")
        await until(pilot, lambda: screen.session.desk.item is None)
        await pilot.pause(0.3)
        assert in_store(tmp_path, "SELECT 1 FROM outbox WHERE entity = 'presence'") == []
        back(tmp_path)


# the telephone while the hub is away


async def test_what_is_asked_of_the_telephone_waits_for_the_hub_once_and_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, feed):
        screen = await talk(pilot, feed)
        await until(pilot, lambda: not screen.session.sync.queued)
        away(tmp_path)
        await until(pilot, lambda: not screen.session.sync.online)

        def asked() -> list[Any]:
            return in_store(tmp_path, "SELECT action FROM request ORDER BY at")

        await pilot.press("h")
        await until(pilot, lambda: "Waits for the hub: hold. Until then the call goes on as it is." in words(pilot))
        assert asked() == [("hold",)]
        await until(pilot, lambda: "(hold)" in text_of(screen, "hints"))
        pilot.app.clear_notifications()
        await pilot.press("h")
        await until(pilot, lambda: "Waits for the hub already: hold." in words(pilot))
        assert asked() == [("hold",)]
        await pilot.press("w", "s")
        ends = "Waits for the hub: the call is ended and wrapped up then (Solved in this contact)."
        await until(pilot, lambda: ends in words(pilot))
        assert asked() == [("hold",), ("hang up",)]
        await pilot.press("Q")
        await until(
            pilot, lambda: any("waits for the hub to end: sign off after that" in one for one in words(pilot))
        )
        back(tmp_path)
        await until(pilot, lambda: sum(row.entity == "request" for row in feed._rows()) == 2)
        [hold] = [row for row in feed._rows() if row.entity == "request" and row.body["action"] == "hold"]
        feed.patch(Request, hold.entity_id, state="refused", why="This call is held.")
        await until(pilot, lambda: "▲ Not done (hold): This call is held." in told(pilot.app))  # type: ignore[arg-type]
        feed.patch(Contact, "c-1", state=ContactState.ENDED, ended_at=NOW.isoformat(), end_reason="agent")
        await until(pilot, lambda: screen.session.phone.status.state is AgentState.READY)


def words(pilot: Pilot[str]) -> list[str]:
    """What was told, without the signs before it."""
    return [one.removeprefix("▲ ") for one in told(pilot.app)]  # type: ignore[arg-type]


# leaving


async def test_leaving_with_work_that_waits_asks_first(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, _feed):
        screen = await at_ticket(pilot)
        await until(pilot, lambda: not screen.session.sync.queued)
        away(tmp_path)
        await until(pilot, lambda: not screen.session.sync.online)
        screen.ticket_pane.field("details").value = "written offline"
        await until(pilot, lambda: screen.session.desk.item is not None and screen.session.desk.item.unsaved)
        await pilot.press("f10")
        await until(pilot, lambda: screen.session.sync.queued > 0)
        await pilot.press("Q")
        question = await question_of(pilot)
        assert "2 changes wait for the hub: all of it stays on this seat" in question
        assert "what waits goes out once the hub is there, while this console is open." in question
        assert "esc stay" in question
        await pilot.press("escape")
        assert pilot.app.screen is screen
        await pilot.press("ctrl+q")
        question = await question_of(pilot)
        assert "2 changes wait" in question and "goes out at the next start" in question
        await pilot.press("escape")
        assert pilot.app.screen is screen
        await pilot.press("Q")
        await question_of(pilot)
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, SignInScreen))
        back(tmp_path)


async def question_of(pilot: Pilot[str]) -> str:
    await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog))
    await until(pilot, lambda: text_of(pilot.app.screen, "dialog-text") != "")
    return " ".join(text_of(pilot.app.screen, "dialog-text").split())


async def test_leaving_with_nothing_open_asks_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as (pilot, _feed):
        screen = await at_ticket(pilot)
        screen.ticket_pane.field("details").value = "written online"
        await until(pilot, lambda: screen.session.desk.item is not None and screen.session.desk.item.unsaved)
        await pilot.press("f10", "Q")
        await until(pilot, lambda: isinstance(pilot.app.screen, SignInScreen))
    assert in_store(tmp_path, "SELECT count(*) FROM outbox WHERE state = 'queued' AND entity = 'ticket'") == [(0,)]


# pictures


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_pictures(snapshot: SnapshotAssertion, tmp_path: Path, size: tuple[int, int]) -> None:
    album = Album(snapshot)
    async with opened(tmp_path, size) as (pilot, feed):
        screen = await clash(
            pilot,
            feed,
            tmp_path,
            priority=("low", "urgent"),
            details=("It stopped on Monday.", "Since the update."),
        )
        feed.put(Presence(id="priya", agent=PRIYA, ticket_id=TicketId("t-1"), until=NOW + LASTS))
        await until(pilot, lambda: "also here" in screen.ticket_pane.query_one(PaneHeading)._text)
        with (
            Store(tmp_path / STORE_FILE) as store,
            store.write() as connection,
        ):  # the worker's clock does not stand still
            connection.execute("UPDATE conflict SET at = ?", (instant_text(NOW),))
        await settled(pilot)
        await pilot.press("f5", "escape")
        await until(pilot, lambda: screen.ticket_pane.query_one("#ticket-history").has_focus)
        pilot.app.clear_notifications()
        await album.take(pilot, "ticket")
        await pilot.press("f8")
        dialog = await dialog_of(pilot, SyncDialog)
        await until(pilot, lambda: "conflicts 2" in text_of(dialog, "listed"))
        pilot.app.clear_notifications()
        await album.take(pilot, "list")
        await pilot.press("enter")
        choosing = await dialog_of(pilot, ConflictDialog)
        await until(pilot, lambda: "theirs" in text_of(choosing, "dialog-read"))
        pilot.app.clear_notifications()
        await album.take(pilot, "choice")
    album.check()
