"""The customer pane: one search box, and the customer at a glance before the greeting (CUST-1 to 3, 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from textual import events
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from data.views import Found, Glance
from widgets.fields import CursorMoved, LineField, end_of, mask
from widgets.glance import card
from widgets.lines import Lines, Row
from widgets.pane import KeyOf, Pane
from widgets.safe_text import Line, Span, fit, line


class CustomerPane(Pane):
    """Shows the customer of the contact in hand, or the results of a search."""

    go_action = "go_customer"
    pane_name = "Customer"
    help_text = (
        "The customer of the contact in hand, found by the number that calls. "
        "{search} searches by name, company, phone or its last digits, e-mail, address, account or ticket number; "
        "the best hit is on top, enter takes it, esc goes back. "
        "When several customers share the number, choose one; when nobody has it, search and attach, or press {create_customer} to create one. "
        "{edit_customer} changes the customer that is shown: numbers, address, and which contacts may discuss money. "
        "{verify} ticks the next thing that the caller has confirmed, {unverify} takes the last tick back."
    )

    @dataclass
    class Search(Message):
        """The search box holds another text."""

        query: str

    @dataclass
    class Picked(Message):
        """A hit was chosen; `key` as in `Found`. `choosing`: among those who share the caller's number."""

        key: str
        choosing: bool

    class Left(Message):
        """The search was left without choosing."""

    @dataclass
    class Sought(Message):
        """The search box as it stands; no `query`: it is closed."""

        query: str | None
        cursor: int = 0

    def __init__(self, *, id: str, key_of: KeyOf = str) -> None:
        super().__init__(id=id, key_of=key_of)
        self._glance: Glance | None = None
        self._empty: list[Line] = []
        self._now: datetime | None = None
        self._choice: tuple[Sequence[Found], str] | None = None
        """Who shares the caller's number, and what to say of it."""
        self._shown_for = ""
        """The text whose hits are listed: they come a moment after it was typed."""
        self._entered = False
        """Enter was pressed before the hits were there."""
        self.searching = False

    def compose_body(self) -> ComposeResult:
        yield LineField("name, phone, last digits, account, ticket…", id="customer-search")
        yield Lines(id="customer-lines", focusable=True)

    def on_mount(self) -> None:
        self.query_one("#customer-search").display = False
        self.show_nobody("")

    @property
    def lines(self) -> Lines:
        """The list or card."""
        return self.query_one("#customer-lines", Lines)

    def focus_target(self) -> Widget:
        return self.query_one("#customer-search") if self.searching else self.lines

    # what is shown

    def show_glance(self, glance: Glance, now: datetime) -> None:
        """Show a customer; a running search stays in front."""
        self._glance, self._now, self._choice = glance, now, None
        if not self.searching:
            self._draw()

    def show_nobody(self, number: str, hint: str = "") -> None:
        """No customer: say what can be done."""
        self._glance = self._choice = None
        what = f"No customer has the number {number}." if number else "No customer is open."
        self._empty = [
            (),
            line((f" {what}", "")),
            *([line((f" {hint}", "dim"))] if hint else []),
            (),
            line("  ", (self.key_of("search"), "key"), (" search, and attach whom you find", "dim")),
            line("  ", (self.key_of("create_customer"), "key"), (" create a customer", "dim")),
        ]
        if not self.searching:
            self._draw()

    def show_choice(self, found: Sequence[Found], title: str) -> None:
        """Several customers share the number: offer them all; a running search stays in front."""
        self._glance, self._choice = None, (found, title)
        if not self.searching:
            self._draw()

    def show_results(self, found: Sequence[Found], query: str) -> None:
        """The hits of a search, best first. Enter that was pressed before they came takes the first."""
        if not self.searching:
            return
        self._shown_for = query
        if found:
            self._offer(found)
        elif query.strip():
            self.lines.set_lines([(), line((" Nothing found for ", "dim"), (query, "bright"))])
        else:
            self.lines.set_lines([(), line((" Results come as you type.", "dim"))])
        self.set_heading(f"search · {len(found)}" if found else "search")
        if self._entered and query == self.query_one("#customer-search", LineField).value:
            self._entered = False
            if found:
                self._pick(found[0].key)

    def _offer(self, found: Sequence[Found]) -> None:
        cells = self.size.width
        head = max(16, cells * 3 // 10)
        rows = []
        for hit in found:
            why = min(24, max(10, (cells - head) * 2 // 5))
            rows.append(
                Row(
                    hit.key,
                    (
                        Span(" " + fit(hit.head, head - 2) + " ", "bright"),
                        Span(fit(hit.detail, max(8, cells - head - why - 1)) + " "),
                        Span(fit(hit.why, why), "dim"),
                    ),
                )
            )
        self.lines.set_rows(rows)
        self.lines.move_cursor(0)

    def _draw(self) -> None:
        if self._choice is not None:
            found, title = self._choice
            self._offer(found)
            self.set_heading(title)
        elif self._glance is None or self._now is None:
            self.lines.set_lines(self._empty)
            self.set_heading(f"{self.key_of('search')} search")
        else:
            lines = card(self._glance, self._now, self.size.width, self.key_of("verify"))
            if len(lines) > self.lines.size.height > 0:
                lines = [one for one in lines if one]  # the air between the groups goes first
            self.lines.set_lines(lines)
            self.set_heading(f"{self.key_of('search')} search")

    def on_resize(self) -> None:
        if self._glance is not None and not self.searching:
            self._draw()

    # searching

    def search(self, query: str = "", cursor: tuple[int, int] | None = None) -> None:
        """Open the search box, with the cursor at the end unless a place for it is given."""
        box = self.query_one("#customer-search", LineField)
        self.searching, self._entered = True, False
        self.lines.led = True
        box.display = True
        box.value = query
        box.put_cursor(cursor or end_of(query))
        box.focus()
        self.show_results([], query)
        self._tell(box)

    def search_again(self) -> None:
        """Customers came in: look again for what was not found. Hits that are shown stay as they are, so that
        nothing moves under the cursor."""
        query = self.query_one("#customer-search", LineField).value
        if self.searching and query.strip() and self.lines.key is None:
            self.post_message(self.Search(query))

    def close_search(self) -> None:
        """Back to the customer."""
        self.searching = self.lines.led = False
        self.query_one("#customer-search").display = False
        self._draw()
        self.lines.focus()
        self.post_message(self.Sought(None))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._entered = False
        box = self.query_one("#customer-search", LineField)
        mask(box)
        if self.searching:
            self.post_message(self.Search(box.value))
            self._tell(box)

    def on_cursor_moved(self, event: CursorMoved) -> None:
        event.stop()
        if self.searching:
            self._tell(self.query_one("#customer-search", LineField))

    def _tell(self, box: LineField) -> None:
        self.post_message(self.Sought(box.value, box.cursor_position))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._entered = event.value != self._shown_for
        if not self._entered and self.lines.key is not None:
            self._pick(self.lines.key)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        self._pick(event.key)

    def _pick(self, key: str) -> None:
        choosing = not self.searching
        if self.searching:
            self.close_search()
        self.post_message(self.Picked(key, choosing))

    def on_key(self, event: events.Key) -> None:
        """In the box, up and down move in the list; esc leaves the search."""
        if not self.searching:
            return
        if event.key == "escape":
            event.stop()
            self.close_search()
            self.post_message(self.Left())
        elif event.key in ("up", "down") and self.query_one("#customer-search").has_focus:
            event.stop()
            self.lines.move_cursor(self.lines.cursor_row + (1 if event.key == "down" else -1))
