"""QREP-1 over a half-typed payment: its fields, the cursor and what is masked are as they were; no file holds a card number."""

from __future__ import annotations

from pathlib import Path

from console.messages import ScriptAsks
from console.screens.asking import AnswerDialog
from data.models.queue_report import QueueReport
from data.playbook.actions import Payment
from tests.console.stage import talk, until
from tests.console.test_notices import text_of
from tests.console.test_queue_report import NEXT, SetClock, comes, opened, stored

CARD = "4111 1111 1111 1111"
MASKED = "card ••••1111"


def files_with(folder: Path, *texts: str) -> list[str]:
    """Every file under a folder, journals and logs too, that holds one of these texts."""
    return [
        str(file)
        for file in folder.rglob("*")
        if file.is_file() and any(one.encode() in file.read_bytes() for one in texts)
    ]


async def test_a_half_typed_payment_is_as_it_was(tmp_path: Path) -> None:
    clock = SetClock()
    app, feed = opened(tmp_path, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await talk(pilot, feed)
        item = screen.session.desk.item
        assert item is not None
        asked = Payment(pays=("invoice",)).asks()
        screen.post_message(ScriptAsks(item.id, "D2-9", "1", "The customer pays", asked, "due: $140.00"))
        await until(pilot, lambda: isinstance(app.screen, AnswerDialog) and app.screen.focused is not None)
        await pilot.press("right", "enter", *f"{CARD} PAY-47", "left", "left", "left")
        under = app.screen
        assert isinstance(under, AnswerDialog)

        def stand() -> tuple[object, ...]:
            reference = under.field("reference")
            return (
                under.fields,
                under.focused,
                reference.cursor_at,
                app.cursor_position,
                text_of(under, "dialog-foot"),
            )

        before = stand()
        assert under.fields == {"method": "link", "reference": f"{MASKED} PAY-47"}
        clock.at = NEXT
        await comes(pilot)
        await pilot.press("7", "f10")
        await until(pilot, lambda: app.screen is under)
        assert [report.calls for report in stored(tmp_path, QueueReport)] == [7]
        assert stand() == before
        await pilot.press("1")
        assert under.fields["reference"] == f"{MASKED} PAY1-47"
        await screen.session.written()
        assert files_with(tmp_path, CARD, CARD.replace(" ", "")) == []
        assert files_with(tmp_path, "PAY1-47") != [], "what is typed is kept, without the number"
    assert files_with(tmp_path, CARD, CARD.replace(" ", "")) == []
