"""The ticket form and its history (TICK-1). It validates as one types and tells of every change at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from textual import events
from textual.app import ComposeResult
from textual.containers import Grid, Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, TextArea

from data.models.customer import Plan
from data.models.ticket import Begun, TicketEventKind
from data.presence.rules import present
from data.tickets.rules import DEFAULTS, FIELDS, faults, hints
from data.views import TicketAside, TicketView
from widgets.clock_words import due
from widgets.differing import differing
from widgets.fields import TYPED, ChoiceField, CursorMoved, Field, LineField, TextField, end_of, mask
from widgets.lines import Lines, label
from widgets.money_words import of_ticket
from widgets.pane import KeyOf, Pane
from widgets.safe_text import Line, Span, fit, line, width, wrap
from widgets.sync_words import short
from widgets.ticket_words import CHOICES, LABELS, happened
from widgets.times import day, seconds_of_day

MOST_CONFLICTS, MOST_NAMES = 3, 2
"""So many fields in conflict, and so many other people, are told of one by one."""
BESIDE_CELLS = 50
"""What the line of a field that was changed elsewhere takes beside the two texts."""
PLACEHOLDERS = {"title": "what is wrong, in a few words", "code": "– – – – – –"}


class FormField(Horizontal):
    """A label and its field."""

    DEFAULT_CSS = "FormField { height: 1; }"

    def __init__(self, name: str) -> None:
        super().__init__(id=f"row-{name}", classes=f"field-{name}")
        self.field_name = name
        self._label = label(LABELS[name])

    def mark(self, conflict: bool) -> None:
        """Say beside the name that another value was typed as well."""
        sign, tone = ("▲", "warn") if conflict else (" ", "dim")
        self._label.set_lines([(Span(f"{sign}{LABELS[self.field_name]}", tone),)])

    def compose(self) -> ComposeResult:
        yield self._label
        if self.field_name in CHOICES:
            yield ChoiceField(CHOICES[self.field_name], id=f"field-{self.field_name}")
        elif self.field_name == "details":
            yield TextField("what happened, since when, what was tried, what is wanted", id="field-details")
        else:
            field = LineField(PLACEHOLDERS.get(self.field_name, "–"), id=f"field-{self.field_name}")
            field.set_class(self.field_name != "title", "-quiet")
            yield field


class TicketPane(Pane):
    """The ticket of the thing in hand. Enter edits, esc leaves the field."""

    go_action = "go_ticket"
    pane_name = "Ticket"
    help_text = (
        "The ticket of the contact in hand. Enter goes into the form, tab to the next field, esc leaves it; {save_ticket} saves. "
        "What you type is kept within a second as a draft, whatever happens to the terminal; {undo} takes an edit back, "
        "{redo} brings it again. "
        "The number is yours as soon as you type, also without the hub: read it out. "
        "{note} adds a note, {macro} stages several changes and a text at once, {copy_number} copies the number. "
        "The line 'due' says what is owed next, {due} says why. Who else has the ticket open stands above (◆); a field that "
        "was changed here and elsewhere has a ▲, and {sync} chooses. Card numbers are masked before they are kept."
    )

    @dataclass
    class Edited(Message):
        """The form differs from what was shown: all its texts, and where the cursor is."""

        item_id: str
        fields: dict[str, str]
        focus: str
        cursor: tuple[int, int]
        begun: Begun | None
        """The saved ticket that the form was filled from."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, TicketPane.Edited) and message.item_id == self.item_id

    class NoTicket(Message):
        """Somebody types where the form would be."""

    class Masked(Message):
        """A card number was masked in the form."""

    def __init__(self, *, id: str, key_of: KeyOf = str) -> None:
        super().__init__(id=id, key_of=key_of)
        self._view: TicketView | None = None
        self._begun: Begun | None = None
        self._filled: dict[str, str] = {}
        """The texts that the form was filled with."""
        self._last_field = ""
        """The field that had the keys last, here or when the draft was left."""
        self._now: datetime | None = None
        self._past: list[Line] = []
        """The lines of the history."""
        self._aside: TicketAside | None = None
        self._asked_for = False
        """The agent went here to type, and there is no ticket: letters are no commands until the keys go elsewhere."""
        self._visitors: list[str] = []
        """Who else is here now."""

    def compose_body(self) -> ComposeResult:
        with Grid(id="ticket-form"):
            for name in FIELDS:
                yield FormField(name)
        yield Lines(id="ticket-check", classes="one")
        yield Lines(id="ticket-conflicts")
        yield Lines(id="ticket-money", classes="one")
        yield Lines(id="ticket-history", focusable=True)

    def on_mount(self) -> None:
        self.show(None, None)

    @property
    def mark(self) -> str:
        """A star while something is not saved."""
        return "*" if self._view is not None and self._view.unsaved else ""

    def focus_target(self) -> Widget:
        """The form's first field while the ticket is new, its history otherwise."""
        if self._view is None:
            return self.query_one("#ticket-history")
        return self.field(self._last_field or "title")

    def field(self, name: str) -> Field:
        """The field of this name."""
        found = self.query_one(f"#field-{name}")
        assert isinstance(found, LineField | TextField | ChoiceField)
        return found

    def ask_for(self) -> None:
        """The agent wants to type in a ticket: without one, what is typed does nothing, and that is said."""
        if self._view is None:
            self._asked_for = True
            self.post_message(self.NoTicket())

    def on_descendant_blur(self) -> None:
        self._asked_for = False  # Textual calls the base class's as well

    @property
    def form_shown(self) -> bool:
        """Whether there is a form to go into."""
        return self._view is not None

    @property
    def fields(self) -> dict[str, str]:
        """The form's texts as they stand."""
        return {name: self.field(name).value for name in FIELDS}

    @property
    def item_id(self) -> str | None:
        """The thing on the desk that this form belongs to."""
        return self._view.item_id if self._view else None

    @property
    def focused_field(self) -> str:
        """The name of the field with the focus, or nothing."""
        focused = self.screen.focused
        return focused.id.removeprefix("field-") if focused is not None and focused.id in _FIELD_IDS else ""

    def show(self, view: TicketView | None, now: datetime | None) -> None:
        """Show a ticket or draft; None shows what the pane is for. The text under the cursor is never
        replaced while it is being typed: the same form comes back only with what others changed."""
        before, self._view, self._now = self._view, view, now
        self.query_one("#ticket-form").display = view is not None
        self.query_one("#ticket-check").display = view is not None
        self.query_one("#ticket-money").display = view is not None and _has_money(view)
        if view is None:
            self.query_one("#ticket-history", Lines).set_lines(
                [
                    (),
                    line(
                        (
                            f" A ticket opens with a contact, or when you look one up ({self.key_of('search')} and its number).",
                            "dim",
                        )
                    ),
                ]
            )
            self._aside = None
            self._show_conflicts()
            self.set_heading()
            return
        fresh = before is None or before.item_id != view.item_id
        if fresh:
            self._last_field = view.focus if view.focus in FIELDS else ""
            self._aside, self._visitors = None, []
            self._show_conflicts()
        if fresh or not self.focused_field or self._only_others_changed(view):
            if fresh or _stripped(self.fields) != _stripped(_shown(view)):
                self._fill(view)
            self._begun, self._filled = view.begun, _stripped(_shown(view))
        if fresh and view.focus and self.focused_field:
            self.field(view.focus).focus()
        self._check()
        self._tell(view)

    def _only_others_changed(self, view: TicketView) -> bool:
        """Whether what is typed here is in the view as it stands: then the rest may follow what others did."""
        typed = {name: text for name, text in _stripped(self.fields).items() if text != self._filled.get(name)}
        shown = _stripped(_shown(view))
        return all(shown[name] == text for name, text in typed.items())

    def _fill(self, view: TicketView) -> None:
        """Put the view's texts into the fields; a cursor in a text that stays is left where it is."""
        shown, here = _shown(view), self.focused_field
        stays = here if here and self.field(here).value == shown[here] else ""
        with self.prevent(*TYPED):
            for name in FIELDS:
                if name == stays:
                    continue
                self.field(name).value = shown[name]
                self.field(name).put_cursor(end_of(self.field(name).value))
            if view.focus in FIELDS and view.focus != stays:
                self.field(view.focus).put_cursor(view.cursor)

    def on_resize(self) -> None:
        """The history is broken into lines anew: a pane that could not be seen had no width."""
        if self._view is not None:
            self._tell(self._view)

    def show_aside(self, aside: TicketAside | None, now: datetime) -> None:
        """Show who else is at the ticket, and the fields in conflict: no field loses the keys."""
        self._aside = aside if self._view is not None else None
        self._visitors = present(self._aside.visitors, now) if self._aside is not None else []
        self._show_conflicts()
        self._set_figure()

    def _show_conflicts(self) -> None:
        conflicts = self._aside.conflicts if self._aside is not None else ()
        shown = self.query_one("#ticket-conflicts", Lines)
        cells = max(30, self.size.width)
        more = f" all {len(conflicts)}" if len(conflicts) > MOST_CONFLICTS else ""
        choose = (Span(f"   {self.key_of('sync')} ", "key"), Span(f"choose{more}", "dim"))
        room = cells - width(choose) - 4
        lines: list[Line] = [
            (Span(" ▲ ", "warn"), Span(fit(short(one, room), room).rstrip(), "bright"))
            for one in conflicts[:MOST_CONFLICTS]
        ]
        if lines:
            lines[-1] += choose
        shown.set_lines(lines)
        shown.display = bool(lines)
        marked = {one.field for one in conflicts}
        for row in self.query(FormField):
            row.mark(row.field_name in marked)

    def _set_figure(self) -> None:
        view = self._view
        if view is None:
            return
        figure = view.number or "new"
        if view.unsaved:
            figure += f" · draft kept {seconds_of_day(view.draft_at)}" if view.draft_at else " · draft"
        elif view.ticket is not None:
            figure += f" · {view.ticket.state} · saved"
        if self._visitors:
            shown, more = self._visitors[:MOST_NAMES], len(self._visitors) - MOST_NAMES
            figure += f" · ◆ also here: {', '.join(shown)}{f' and {more} more' if more > 0 else ''}"
        self.set_heading(figure)

    def _tell(self, view: TicketView) -> None:
        self._set_figure()
        self.query_one("#ticket-money", Lines).set_lines([_money(view)])
        cells = max(30, self.size.width)
        self._past = _history(view, self._now, cells) if view.history else _first_steps(view)
        self._draw_history()

    def _draw_history(self) -> None:
        owed = due(self._view.clocks, self._now) if self._view is not None and self._now is not None else []
        first: list[Line] = [(Span(f" {fit('due', 9)}", "dim"), *owed)] if owed else []
        self.query_one("#ticket-history", Lines).set_lines([*first, *self._past])

    def tick(self, now: datetime) -> None:
        """Time has passed: what is owed may be due by now, and who was here may have gone."""
        if self._aside is not None and (here := present(self._aside.visitors, now)) != self._visitors:
            self._visitors = here
            self._set_figure()
        if self._view is not None and self._view.clocks:
            self._now = now
            self._draw_history()

    def leave_form(self) -> None:
        """Give the keys to the history, so that the form can be filled anew."""
        if self.focused_field:
            self.query_one("#ticket-history").focus()

    def _also_elsewhere(self, fields: dict[str, str]) -> tuple[str, str, str] | None:
        """The first field that holds text of ours while others have saved another text in it; theirs, and what
        stood there before: what they changed is to be seen."""
        begun = self._begun.fields if self._begun is not None else {}
        for name, theirs in (self._view.elsewhere if self._view is not None else {}).items():
            if fields.get(name, "").strip() not in (theirs, begun.get(name, "")):
                return name, theirs, begun.get(name, "")
        return None

    def _check(self) -> None:
        fields = self.fields
        managed = fields["type"] == str(Plan.MANAGED.value)
        self.query_one("#row-worksheet").display = managed
        found = faults(fields, self._view.ticket if self._view else None)
        untouched = not any(fields[name].strip() for name in ("title", "details"))
        spans: list[Span] = []
        for name, why in found.items():
            if not (untouched and name == "title"):
                spans += [Span(" ✗ ", "bad"), Span(f"{LABELS[name]}: {why}", "bad")]
        self.field("title").set_class("title" in found and not untouched, "-fault")
        self.field("code").set_class("code" in found, "-fault")
        if not spans and (also := self._also_elsewhere(fields)) is not None:
            name, theirs, before = also
            room = max(8, self.size.width - len(LABELS[name]) - BESIDE_CELLS)
            _before, shown = differing(before, theirs, room)
            spans = [
                Span(f" ▲ {LABELS[name]} changed elsewhere: “{shown}”", "warn"),
                Span(f"   {self.key_of('save_ticket')} ", "key"),
                Span("save, then choose", "dim"),
            ]
        elif not spans and (missing := hints(fields)) and not untouched:
            names = ", ".join(LABELS[name] for name in missing)
            spans = [Span(f" ○ this type also wants {names}", "dim")]
        elif not spans and not untouched and self._view is not None and self._view.unsaved:
            spans = [
                Span(" ✓ ready to save", "good"),
                Span(f"   {self.key_of('save_ticket')} ", "key"),
                Span("save", "dim"),
            ]
        self.query_one("#ticket-check", Lines).set_lines([tuple(spans)])

    # telling

    def _edited(self) -> None:
        if self._view is None:
            return
        self._mask()
        self._check()
        name = self.focused_field
        cursor = self.field(name).cursor_at if name else (0, 0)
        self.post_message(self.Edited(self._view.item_id, self.fields, name, cursor, self._begun))

    def _mask(self) -> None:
        """A card number is gone from the form as soon as its last digit is typed or pasted (TICK-4)."""
        if any([mask(self.field(name)) for name in FIELDS]):
            self.post_message(self.Masked())

    def on_cursor_moved(self, event: CursorMoved) -> None:
        event.stop()
        self._edited()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._edited()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._edited()

    def on_choice_field_changed(self, event: ChoiceField.Changed) -> None:
        event.stop()
        self._edited()

    def on_descendant_focus(self) -> None:
        """In a draft, another field is the place to come back to, also before anything is typed in it."""
        self._last_field = self.focused_field or self._last_field
        if self.focused_field and self._view is not None and self._view.unsaved:
            self._edited()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next field, as tab does."""
        event.stop()
        self.screen.focus_next()

    def on_key(self, event: events.Key) -> None:
        if self._view is None:
            if self._asked_for and (event.key == "space" or (event.character or "").isalnum()):
                event.stop()
                self.post_message(self.NoTicket())
            return
        if event.key == "escape" and self.focused_field:
            event.stop()
            self._edited()
            self.query_one("#ticket-history").focus()
        elif event.key == "enter" and self.query_one("#ticket-history").has_focus:
            event.stop()
            self.focus_target().focus()


def _shown(view: TicketView) -> dict[str, str]:
    """The texts that the form shows for a view."""
    return {name: view.fields.get(name) or DEFAULTS.get(name, "") for name in FIELDS}


def _stripped(fields: dict[str, str]) -> dict[str, str]:
    """The texts as they are saved."""
    return {name: text.strip() for name, text in fields.items()}


_FIELD_IDS = {f"field-{name}" for name in FIELDS}


def _first_steps(view: TicketView) -> list[Line]:
    if view.number:
        return [
            (),
            line((" Ticket number ", "dim"), (view.number, "accent"), (" · yours already: read it out.", "dim")),
        ]
    return [(), line((" Type a title: the ticket gets its number at once.", "dim"))]


def _has_money(view: TicketView) -> bool:
    """Whether there is money on a ticket, or it is of a type that is paid for each time."""
    paid_each_time = view.ticket is not None and view.ticket.type in (Plan.ONE_TIME, Plan.PAY_AS_YOU_GO)
    return paid_each_time or bool(view.money.charges or view.money.invoices)


def _money(view: TicketView) -> Line:
    spans = [Span(" ")]
    for place, (text, tone) in enumerate(of_ticket(view.money)):
        spans += [Span(" · " if place else "", "dim"), Span(text, tone)]
    return tuple(spans)


def _history(view: TicketView, now: datetime | None, cells: int) -> list[Line]:
    days = [day(event.at, now) if now else "" for event in view.history]
    column = max(len(shown) for shown in days) + 2
    lines: list[Line] = []
    for event, when in zip(reversed(view.history), reversed(days), strict=True):
        who = view.names.get(event.actor, "")
        parts = wrap(happened(event), max(10, cells - 10 - column - len(who) - 4))
        for count, part in enumerate(parts):
            tail = Span(f" · {who}", "dim") if who and count == len(parts) - 1 else Span("")
            tone = "" if event.kind in (TicketEventKind.NOTE, TicketEventKind.REPLY) else "dim"
            named = Span(" " + fit("" if lines else "history", 9), "dim")
            lines.append((named, Span(fit("" if count else when, column), "dim"), Span(part, tone), tail))
    return lines
