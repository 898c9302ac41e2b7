"""Where a call goes: a queue, an agent or a number, blind or after a word with the other side (CALL-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType

from console import actions
from console.screens.picking import PickDialog
from widgets.lines import Lines, Row
from widgets.safe_text import Span, fit


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody or something that can be called: `value` is what the feed is asked for."""

    value: str
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class TransferWish:
    target: str
    warm: bool


class TransferDialog(PickDialog[TransferWish]):
    """Type to narrow the list, enter for blind, a key for warm. A number can be typed as it is."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings([actions.WARM]))

    def __init__(self, targets: Sequence[Target]) -> None:
        super().__init__("Transfer to", "queue, agent or number")
        self._targets = targets

    @property
    def foot(self) -> Sequence[tuple[str, str]]:
        return (
            ("enter", "blind: hand over at once"),
            (self.key_of("warm"), "warm: talk first"),
            ("esc", "back"),
        )

    def rows(self, typed: str) -> list[Row]:
        wanted = typed.casefold()
        fitting = [one for one in self._targets if wanted in one.name.casefold()]
        rows = [Row(one.value, (Span("  " + fit(one.name, 34)), Span(one.state, "dim"))) for one in fitting]
        if any(char.isdigit() for char in wanted):
            rows.append(Row(typed, (Span("  call "), Span(typed, "bright"))))
        return rows

    def result(self, key: str) -> TransferWish:
        return TransferWish(key, warm=False)

    def action_accept(self, warm: bool) -> None:
        """Take the row under the cursor, after a word with the other side."""
        key = self.query_one("#pick-list", Lines).key
        if key is not None:
            self.dismiss(TransferWish(key, warm=warm))
