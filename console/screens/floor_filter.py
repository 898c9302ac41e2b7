"""Narrowing the dashboard to the rows that have what one types, as one types it."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from console.screens.floor_drill import FloorDrill
from widgets.fields import LineField
from widgets.floor.panel import FloorPanel

FIELD = "floor-filter"


def filter_field() -> LineField:
    """Where one types; hidden until it is wanted."""
    field = LineField("a queue, an agent, words of an alert", id=FIELD, max_length=60)
    field.display = False
    return field


class FloorFilter(FloorDrill):
    """The filter's keys. It holds on every tab until esc."""

    _began_at: FloorPanel | None = None
    """The panel that had the keys before."""

    @property
    def _field(self) -> LineField:
        return self.query_one(f"#{FIELD}", LineField)

    @property
    def filtering(self) -> bool:
        """The keys are in the field."""
        return self._field.has_focus

    @property
    def wanted(self) -> str:
        """What the rows shown must have; empty: all are shown."""
        return self._field.value.strip()

    def action_filter_floor(self) -> None:
        """Type what the rows must have."""
        self._began_at = next((one for one in self.query(FloorPanel) if one.has_focus_within), self._began_at)
        self._field.display = True
        self.set_focus(self._field)
        self.call_after_refresh(self.draw)

    def stop_filtering(self) -> bool:
        """Show all again; False when all were shown already."""
        if not self._field.display:
            return False
        self._field.value = ""
        self._to_the_rows()
        return True

    def _to_the_rows(self) -> None:
        self._field.display = bool(self.wanted)
        panel = self._began_at
        (panel if panel is not None and panel.display else self.first_panel).go()
        self.call_after_refresh(self.draw)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.draw()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._to_the_rows()

    def key_down(self, event: events.Key) -> None:
        """From the field into the rows."""
        if self.filtering:
            event.stop()
            self._to_the_rows()
