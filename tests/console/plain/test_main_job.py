"""The main job in lines: what an agent types and hears, from signing on to wrapping up, word for word.

`pytest --snapshot-update` writes the transcript anew; read it aloud before you commit it."""

from __future__ import annotations

from pathlib import Path

from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from data.models.contact import Contact, ContactState, RequestAction
from data.models.ticket import Ticket
from data.store.database import STORE_FILE, Store
from tests.console.plain.stage import at_desk
from tests.console.stage import NOW


class Transcript(SingleFileSnapshotExtension):
    """A text file."""

    _file_extension = "txt"
    _write_mode = WriteMode.TEXT


async def test_a_call_from_ringing_to_wrapped_up(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.sign_on()
        await desk.type("queue", "ready")
        await desk.ring()
        await desk.type("answer")
        await desk.connect()
        await desk.type("1", "customer", "more", "1", "verify", "verify phone", "1", "")
        await desk.type("set title Label printer skips labels", "spell")
        await desk.type("details", "Since Monday after the driver update.", "Reseated the roll: the same.", ".")
        await desk.type("set priority high", "ticket", "save", "note Asked to restart the printer")
        await desk.type("wrap s")
        await desk.asked(RequestAction.HANG_UP)
        desk.feed.patch(Contact, "c-1", state=ContactState.ENDED, ended_at=NOW.isoformat(), end_reason="agent")
        await desk.hears("Wrapped up")
        await desk.hears("Ready.")
        await desk.until(lambda: not desk.session.sync.queued)
        await desk.type("status", "quit")
        assert desk.console.done
        assert desk.bells == 1
        assert desk.text == snapshot(extension_class=Transcript)
        await desk.until(lambda: desk.feed.contact("c-1").disposition == "Solved in this contact")
    with Store(tmp_path / STORE_FILE) as store:
        [ticket] = [Ticket.from_row(row) for row in store.rows("SELECT * FROM ticket")]
    assert (ticket.title, ticket.priority) == ("Label printer skips labels", "high")
    assert ticket.details == "Since Monday after the driver update.\nReseated the roll: the same."
    assert (ticket.customer_id, ticket.contact_id) == ("20718", "c-1")
    assert f"Ticket number {ticket.number}" in desk.text
