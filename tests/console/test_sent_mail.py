"""A mail that the gateway could not send: its agent is told once, with the file that it lies in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from data.mail.outgoing import draft
from data.models.base import AgentId
from data.models.mail import Mail, MailState
from tests.console.stage import CLOCK, settled, sign_on, staged, until


async def test_an_agent_is_told_once_of_each_mail_that_did_not_go_out(tmp_path: Path) -> None:
    app, feed = staged(tmp_path)
    heard: list[str] = []
    shown = app.notify

    def notify(message: str, **more: Any) -> None:
        heard.append(message)
        shown(message, **more)

    app.notify = notify  # type: ignore[method-assign]

    def told() -> list[str]:
        return [message for message in heard if "mail server" in message]

    async with app.run_test(size=(160, 45)) as pilot:
        await sign_on(pilot)
        mail = draft(["reports@example.com"], "queue report", "Queue report", "text", AgentId("dana"), CLOCK)
        feed.put(mail)
        feed.put(mail.model_copy(update={"id": "another", "made_by": "priya", "tries": 1, "why": "451 Later"}))
        feed.patch(Mail, mail.id, tries=1, why="451 [/]Try later")
        await until(pilot, lambda: len(told()) == 1)
        [file] = (tmp_path / "mail").glob("*.eml")
        assert "451 [/]Try later" in told()[0] and "goes on trying" in told()[0] and file.name in told()[0]
        feed.patch(Mail, mail.id, tries=2, why="451 [/]Try later")
        await settled(pilot)
        assert len(told()) == 1
        feed.patch(Mail, mail.id, tries=3, state=MailState.FAILED, why="550 No such mailbox")
        await until(pilot, lambda: len(told()) == 2)
        assert "refused" in told()[1] and file.name in told()[1]
