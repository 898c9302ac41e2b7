"""The workspace's part in queue reports: when the form opens by itself, and what the key does."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Sequence
from datetime import timedelta

from textual.screen import Screen

from console.messages import ReportChanged
from console.screens.article import ArticleDialog
from console.screens.lock import LockScreen
from console.screens.modal import ReadDialog
from console.screens.queue_report import QueueReportDialog
from console.screens.report_ladder import LadderDialog
from console.services.session import Session
from data.models.agent import AgentState
from data.queue_report.standing import SlotLine
from widgets.report_words import slot_lines
from widgets.safe_text import Line, line
from widgets.times import at_the_site, moment

QUIET_S, LONGEST_S = 1.0, 10.0
"""The form waits for a moment without a key, but not for ever."""
GREETING = timedelta(seconds=15)
"""A caller who was just answered is greeted first."""
BACK = timedelta(hours=12)


class ReportActions(Screen[None]):
    """Mixed into the workspace."""

    session: Session
    _held_since = 0.0
    """Since when the form waits for a moment without a key."""

    def do(self, work: Awaitable[object]) -> None:
        """Run an intent beside the event loop's other work."""
        raise NotImplementedError

    @property
    def _report_dialog(self) -> QueueReportDialog | None:
        return next((one for one in self.app.screen_stack if isinstance(one, QueueReportDialog)), None)

    def look_at_reports(self) -> None:
        """Once a second: what is due comes up."""
        reporting = self.session.reporting
        reporting.tick()
        if reporting.asks and self._report_dialog is None and self._is_good_moment():
            self._open_report(by_itself=True)

    def _is_good_moment(self) -> bool:
        """Not over a locked screen, not while it rings or the caller is greeted, and not in the middle of a word."""
        if any(isinstance(one, LockScreen) for one in self.app.screen_stack):
            return False
        status = self.session.phone.status
        if status.state is AgentState.RINGING:
            return False
        if status.state is AgentState.ON_CALL and self.session.reporting.now - status.since < GREETING:
            return False
        now, quiet = time.monotonic(), getattr(self.app, "quiet_s", QUIET_S)
        self._held_since = self._held_since or now
        if quiet < QUIET_S and now - self._held_since < LONGEST_S:
            return False
        self._held_since = 0.0
        return True

    def _open_report(self, *, by_itself: bool) -> None:
        slot = self.session.reporting.state.present
        if slot is not None:
            self.app.push_screen(QueueReportDialog(self.session, slot, by_itself=by_itself))

    def on_report_changed(self, event: ReportChanged) -> None:
        dialog = self._report_dialog
        if dialog is None:
            return
        if event.state.present is None:
            for one in list(self.app.screen_stack):
                if isinstance(one, LadderDialog):
                    one.close_ladder(given=False)
        dialog.show(event.state)

    def action_report(self) -> None:
        self.do(self._report())

    def open_report(self) -> None:
        """Open the queue report that is due."""
        self.action_report()

    async def _report(self) -> None:
        reporting = self.session.reporting
        await reporting.read()
        if reporting.state.present is not None and self._report_dialog is None:
            self._open_report(by_itself=False)
        elif reporting.article is not None:
            self.app.push_screen(ArticleDialog(reporting.article), self._article_read)
        else:
            lines, names = await reporting.lines(BACK), await reporting.reporters()
            self.app.push_screen(ReadDialog("Queue reports", lambda cells: self._told(lines, names, cells)))

    def _article_read(self, read: bool | None) -> None:
        if read:
            self.do(self.session.reporting.confirm())

    def _told(self, lines: Sequence[SlotLine], names: Sequence[str], cells: int) -> list[Line]:
        state, now = self.session.reporting.state, self.session.reporting.now
        due = (
            f"Your next report: {moment(state.next, now)}{at_the_site(state.next, self.session.reporting.zone)}."
            if state.next is not None
            else "You have none to give."
        )
        missed = f"  {len(state.missed)} missed in the last day." if state.missed else ""
        who = f"Reports now: {', '.join(names)}" if names else "The half-hour that goes on is nobody's to report"
        told: list[Line] = [line(f" {due}", (missed, "warn")), line((f" {who}.", "dim")), ()]
        return told + (slot_lines(lines, now, cells) or [line((" Nobody had to report in the last hours.", "dim"))])
