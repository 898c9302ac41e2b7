"""The outage board: what is down, and the form in which supervisors write on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from console import actions
from console.screens.drafting import DraftDialog
from console.screens.listing import ListDialog
from console.screens.modal import ConfirmDialog
from console.services.drafts import Slip
from console.services.outages import OutageWish
from data.callbacks.when import WhenError, when
from data.clock import Clock
from data.models.outage import Outage
from data.outages.rules import ONLY_LEADERS
from data.outages.since import since_when
from widgets.fields import LineField
from widgets.lines import Lines, Row, label
from widgets.outage_words import SAYABLE, place, row, until
from widgets.safe_text import Line, line, wrap
from widgets.times import at_the_site, moment

NEW = "new"
UP, BACK, CHANGE = "up", "back", "change"
FIELDS = (
    ("node", "node", "RP-14"),
    ("city", "city", "whose customers have no node on record"),
    ("since", "since", "now; 14:30; 2026-11-22 14:30"),
    ("expected", "expected", "not known; 2h, 17:00, tomorrow 9"),
    ("text", "say", SAYABLE),
)
FIXED = frozenset({"node", "city", "since"})
"""What a change leaves as it is."""
Done = Callable[[str, str], None]
"""What is wished of an outage, by its id: `UP` or `BACK`."""


class OutagesDialog(ListDialog[Outage | str]):
    """The board. Returns the outage that is to be changed, or `NEW`; the other keys act on the row."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings(actions.OUTAGES))
    empty = "Every node is up."

    def __init__(self, outages: Sequence[Outage], clock: Clock, *, may_write: bool, done: Done) -> None:
        super().__init__("Outages")
        self._outages = list(outages)
        self._clock = clock
        self._may_write = may_write
        self._done = done

    def foot(self) -> Sequence[Sequence[tuple[str, str]]]:
        if not self._may_write:
            return [[("esc", "back")]]
        return [[*((self.key_of(one.id), one.label) for one in actions.OUTAGES), ("esc", "back")]]

    def works(self, key: str) -> bool:
        chosen = self.chosen
        if key in (self.key_of("set_up"), self.key_of("change_outage")):
            return chosen is not None and chosen.over is None
        return key != self.key_of("outage_back") or (chosen is not None and chosen.over is not None)

    @property
    def chosen(self) -> Outage | None:
        """The outage under the cursor."""
        return self._one(self.listed.key) if self.query("#listed") else None

    def _one(self, key: str | None) -> Outage | None:
        return next((one for one in self._outages if one.id == key), None)

    def show(self, outages: Sequence[Outage]) -> None:
        """Show the board as it is."""
        self._outages = list(outages)
        self.draw()

    def rows(self, cells: int) -> list[Row]:
        now = self._clock.now()
        return [Row(one.id, row(one, now, cells)) for one in self._outages]

    def about(self, key: str, cells: int) -> list[Line]:
        one, now = self._one(key), self._clock.now()
        if one is None:
            return []
        said = wrap(f"say: {one.text or SAYABLE}", cells)[:2]
        return [
            line((f" {place(one)}", "bright")),
            line((f" down since {moment(one.since, now)} · {until(one, now)}", "dim")),
            *(line(f" {part}") for part in said),
        ]

    def take(self, key: str) -> None:
        """Enter changes what may be changed; for agents there is nothing more to see."""
        if self._may_write:
            self.action_change_outage()

    def action_set_down(self) -> None:
        """Put a node on the board."""
        if self._allowed():
            self.dismiss(NEW)

    def action_change_outage(self) -> None:
        """Change the row under the cursor."""
        if self._allowed() and (one := self.chosen) is not None and one.over is None:
            self.dismiss(one)

    def action_set_up(self) -> None:
        """Ask, and say that it is up again."""
        one = self.chosen
        if not self._allowed() or one is None or one.over is not None:
            return
        question = ConfirmDialog(
            f"{place(one)} is up again?", ["The band above the greeting goes at every seat."], "it is up", "not yet"
        )

        def answered(sure: bool | None) -> None:
            if sure:
                self._done(UP, one.id)

        self.app.push_screen(question, answered)

    def action_outage_back(self) -> None:
        """It is not up after all."""
        one = self.chosen
        if self._allowed() and one is not None and one.over is not None:
            self._done(BACK, one.id)

    def _allowed(self) -> bool:
        if not self._may_write:
            self.app.notify(ONLY_LEADERS, severity="warning", markup=False, timeout=6)
        return self._may_write


class OutageDialog(DraftDialog[OutageWish]):
    """The form of an outage. A change leaves node, city and beginning as they are."""

    ids: ClassVar[frozenset[str]] = frozenset({"node"})

    def __init__(
        self,
        title: str,
        slip: Slip,
        known: Mapping[str, str],
        clock: Clock,
        before: Outage | None,
        zone: tzinfo = UTC,
    ) -> None:
        """`before`: the outage that is changed; None: a new one. `zone`: the site's; times are typed by the seat's clock."""
        super().__init__(title, slip, known)
        self._zone = zone
        self._clock = clock
        self._before = before

    def furnish(self) -> None:
        self.query_one("#dialog").add_class("-form")
        super().furnish()

    def compose_body(self) -> ComposeResult:
        for name, called, hint in FIELDS:
            if self._before is None or name not in FIXED:
                with Horizontal(classes="form-row"):
                    yield label(called)
                    yield LineField(hint, id=f"draft-{name}")
        yield Lines(id="dialog-foot", classes="foot")

    @property
    def draft_keys(self) -> tuple[tuple[str, str], ...]:
        return (("enter", "next"), (self.key_of("keep"), "put on the board"))

    @property
    def remark(self) -> Line:
        try:
            since, expected = self._times()
        except ValueError as error:
            return line((f" {error}", "dim"))
        now = self._clock.now()
        ends = f", expected until {moment(expected, now)}" if expected is not None else ", its end is not known"
        return line(" ", ("●", "good"), f" down since {moment(since, now)}{at_the_site(since, self._zone)}{ends}")

    def _times(self) -> tuple[datetime, datetime | None]:
        """Beginning and expected end as they are typed.

        Raises:
            ValueError: one of them is no time.
        """
        now, typed = self._clock.now(), self.fields
        since = self._before.since if self._before is not None else since_when(typed["since"], now)
        text = typed["expected"].strip()
        known = self._known.get("expected", "")
        if self._before is not None and text == known:
            return since, self._before.expected
        return since, when(text, now) if text else None

    def _typed(self) -> None:
        super()._typed()
        if not self._fault:
            self._foot()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.focused is not None and self.focused.id == "draft-text":
            self.action_accept()
        else:
            self.focus_next()

    def action_accept(self) -> None:
        """Put it on the board, when it can be."""
        texts = self.fields
        if self._before is None and not texts["node"].strip():
            self.show_fault("still needed: the node", "node")
            return
        try:
            since, expected = self._times()
        except WhenError as error:
            self.show_fault(str(error), "expected")
            return
        except ValueError as error:
            self.show_fault(str(error), "since")
            return
        if expected is not None and expected <= since:
            self.show_fault("the expected end is before the beginning", "expected")
            return
        self.accept(OutageWish(texts.get("node", ""), texts.get("city", ""), since, expected, texts["text"]))
