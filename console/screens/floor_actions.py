"""What a supervisor's workspace knows of the floor: how it is opened, and alarms, which are told over every screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.messages import AlertsChanged
from console.screens.lock import LockScreen
from console.screens.workspace_actions import WorkspaceActions
from widgets.room import Part, Rank
from widgets.safe_text import Span, clean

if TYPE_CHECKING:
    from data.supervision.snapshot import Alert


class FloorActions(WorkspaceActions):
    """The floor's part of the workspace."""

    _alerts: AlertsChanged | None = None

    def action_floor(self) -> None:
        """Open the supervisors' floor."""
        if not self.session.leads:
            self.session.seat.tell(
                "The floor is for supervisors: sign on as one (--role supervisor), or ask one.", "warning"
            )
            return
        self.do(self.open_floor())

    async def open_floor(self) -> None:
        """The same, once what it is warned by is read."""
        from console.screens.floor import FloorScreen

        watching = await self.session.open_floor()
        if self.app.screen is self:
            await self.app.push_screen(
                FloorScreen(
                    watching,
                    self.do,
                    lambda: self.session.sync,
                    lambda: self.session.phone.status,
                    self.session.step_in,
                    self.session.quality,
                )
            )

    def on_alerts_changed(self, event: AlertsChanged) -> None:
        """Told in one short notice, with the bell where it is an alarm; the keys stay where they are."""
        self._alerts = event
        self.draw_bars()
        if not event.due:
            return
        from data.supervision.thresholds import Level
        from widgets.floor.words import SIGNS

        settings, worst = self.session.seat.settings, event.due[0]
        alarm = worst.level is Level.ALARM
        if alarm and settings.bell:
            self.app.bell()
        if alarm or settings.notifications:
            locked = any(isinstance(screen, LockScreen) for screen in self.app.screen_stack)
            said = f"{_alerts(event.unseen)}: unlock to see" if locked else _told(worst, len(event.due) - 1)
            said = f"{SIGNS[worst.level][0]} {said}"
            if any(note.message == said for note in self.app._notifications):
                return  # it is still on the screen
            self.notify(said, severity="error" if alarm else "warning", timeout=6, markup=False)

    def alert_part(self) -> Part:
        """`   ■ 3 alerts F11` while nobody has seen them; the sign and the number where there is no room for more."""
        event = self._alerts
        if event is None or not event.unseen:
            return Part(())
        sign, tone = _sign(event)
        told = f"   {sign} {_alerts(event.unseen)} {self.session.seat.key('floor')}"
        return Part((Span(f"   {sign} {event.unseen}", tone),), ((Rank.BESIDES, (Span(told, tone),)),))


def _sign(event: AlertsChanged) -> tuple[str, str]:
    from widgets.floor.words import SIGNS

    return SIGNS[event.worst]


def _alerts(count: int) -> str:
    return f"{count} alert{'s' if count > 1 else ''}"


def _told(worst: Alert, others: int) -> str:
    about = f" · {worst.about}" if worst.about else ""
    return clean(f"{worst.text}{about}{f', and {others} more' if others else ''}")
