"""What is not settled between this seat and the hub: a list of it, and the choice between two values."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, ClassVar

from textual.binding import BindingType

from console import actions
from console.screens.listing import ListDialog
from console.screens.modal import ConfirmDialog, Reading
from console.screens.sync_help import choice_help, list_help
from console.screens.sync_lines import state_of
from console.services.settling import Settling
from console.under_way import how_far, under_way
from data.clock import Clock
from data.sync.wire import SyncStatus
from data.unsettled.rules import ChangeLine, Choice, ConflictLine, Unsettled
from widgets.lines import Row
from widgets.safe_text import Line, Span, fit, line, wrap
from widgets.sync_words import (
    both_values,
    change_words,
    conflict_words,
    in_place,
    label,
    to_copy,
    typed,
)
from widgets.times import moment

EMPTY = {
    "conflicts": "No conflict: nobody else has changed what you changed.",
    "refused": "Nothing was refused.",
    "queued": "Nothing waits: all that was saved here is at the hub.",
}
IMPORT_ONLY = "Nothing waits but the rest of an import, which goes out by itself."
HUB = "hub"
ABOUT_LINES = 4
INDENT = 5
Do = Callable[[Coroutine[Any, Any, None]], None]
"""Does something beside the event loop's other work; what goes wrong becomes a sentence."""


class ConflictDialog(Reading[Choice]):
    """Mine, theirs or both; returns the choice."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings(actions.CHOICES))

    def __init__(self, conflict: ConflictLine, clock: Clock) -> None:
        super().__init__(f"Choose · {conflict_words(conflict)}")
        self._conflict = conflict
        self._clock = clock

    def foot(self) -> Line:
        keys = [(self.key_of(f"choose_{one}"), str(one)) for one in self._conflict.choices]
        return (
            Span(" "),
            *(
                span
                for key, word in (*keys, ("esc", "later"), (self.key_of("help"), "help"))
                for span in (Span(key, "key"), Span(f" {word}    ", "dim"))
            ),
        )

    def write(self, cells: int) -> list[Line]:
        one, now, room = self._conflict, self._clock.now(), cells - 4
        mine, theirs = both_values(one)
        place = in_place(one)
        who = " · ".join(part for part in (one.by, moment(one.by_at, now) if one.by_at is not None else "") if part)
        named = [("mine", mine, ""), ("theirs", theirs, f" · {who}" if who else "")]
        if place not in (Choice.MINE, Choice.THEIRS):
            named.append(("since then", place, ""))
        lines: list[Line] = []
        for name, value, more in named:
            here = place in (name, value)
            mark = Span(" ● ", "good") if here else Span(" ○ ", "dim")
            lines += [(mark, Span(name, "accent"), Span(f"{more}{' · in place' if here else ''}", "dim"))]
            lines += [line(f"   {part}") for row in value.splitlines() for part in wrap(row, room)] + [()]
        told = f"Noticed {moment(one.at, now)}. You can take your choice back ({self.key_of('take_back')})."
        return [*lines, *(line((f" {part}", "dim")) for part in wrap(told, room))]

    def action_help(self) -> None:
        """Say what is to be chosen here."""
        self.app.push_screen(choice_help(self.key_of))

    def action_choose(self, choice: str) -> None:
        """Take one value, or both."""
        if Choice(choice) in self._conflict.choices:
            self.dismiss(Choice(choice))


class SyncDialog(ListDialog[ChangeLine]):
    """Conflicts, refused and queued changes. Returns the change that is to be taken up in its form."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings(actions.SYNC))

    def __init__(
        self, settling: Settling, sync: SyncStatus, clock: Clock, do: Do, version: str, ticket_id: str | None
    ) -> None:
        """`ticket_id`: the cursor begins at its conflicts."""
        super().__init__("Sync")
        self._settling = settling
        self._lines = settling.lines
        self._sync = sync
        self._clock = clock
        self._do = do
        self._version = version
        conflicts = self._lines.conflicts
        first = next((one for one in conflicts if one.ticket_id == ticket_id), next(iter(conflicts), None))
        self._first = f"conflict:{first.id}" if first is not None else ""

    def furnish(self) -> None:
        super().furnish()
        self.query_one("#dialog").add_class("-tall")

    def foot(self) -> Sequence[Sequence[tuple[str, str]]]:
        keys = {one.id: (self.key_of(one.id), one.label) for one in actions.SYNC}
        return [
            [("enter", "choose"), keys["take_back"], keys["take_up"], keys["let_go"]],
            [keys["copy_typed"], keys["copy_diagnostics"], ("esc", "back"), (self.key_of("help"), "help")],
        ]

    def works(self, key: str) -> bool:
        needs = {
            "enter": self._conflict,
            self.key_of("take_back"): self._settling.chosen,
            self.key_of("take_up"): self._change("refused"),
            self.key_of("let_go"): self._change("refused"),
            self.key_of("copy_typed"): self._conflict or self._change("refused", "queued"),
        }
        return bool(needs.get(key, True))

    def show(self, lines: Unsettled, sync: SyncStatus) -> None:
        """Show how it stands now."""
        self._lines, self._sync = lines, sync
        self.draw()

    def draw(self) -> None:
        super().draw()
        if self._first and self.query("#listed"):
            keys = [row.key for row in self.rows(0)]
            if self._first in keys:
                self.listed.move_cursor(keys.index(self._first))
                self._first = ""

    @property
    def _conflict(self) -> ConflictLine | None:
        """The conflict under the cursor."""
        return next((one for one in self._lines.conflicts if f"conflict:{one.id}" == self.listed.key), None)

    def _change(self, *kinds: str) -> ChangeLine | None:
        """The change under the cursor, if it is of one of these kinds."""
        kind, _, op_id = (self.listed.key or "").partition(":")
        listed = {"refused": self._lines.refused, "queued": self._lines.queued}.get(kind, ())
        return next((one for one in listed if one.op_id == op_id), None) if kind in kinds else None

    # what is listed

    def rows(self, cells: int) -> list[Row]:
        lines, now = self._lines, self._clock.now()
        word, shape, tone = state_of(self._sync)
        since = (
            f" since {moment(self._sync.since, now)}"
            if self._sync.since is not None and not self._sync.online
            else ""
        )
        doing, far = under_way(self._sync)
        works = f" · {doing} {far}" if doing else ""
        rows = [Row(HUB, line((f" {shape} ", tone), ("hub ", "bright"), f"{word}{since}{works}"))]
        shown = [
            ("conflicts", "▲", "warn", len(lines.conflicts), [self._row(f"conflict:{one.id}", one.at, conflict_words(one), cells) for one in lines.conflicts]),
            ("refused", "■", "bad", len(lines.refused), [self._row(f"refused:{one.op_id}", one.at, change_words(one), cells) for one in lines.refused]),
            ("queued", "○", "dim", lines.waiting, [self._row(f"queued:{one.op_id}", one.at, change_words(one), cells) for one in lines.queued]),
        ]  # fmt: skip
        for name, sign, tone, many, listed in shown:
            head = [(f" {sign if many else '✓'} ", tone if many else "dim"), (name, "bright"), (f" {many}", "dim")]
            rows.append(Row(f"head:{name}", line(*head)))
            rows += listed
            if name == "conflicts" and self._settling.chosen:
                rows.append(self._last_choice(cells))
            if many > len(listed):
                rows.append(Row(f"more:{name}", line((f"     and {many - len(listed)} more", "dim"))))
        return rows

    def _row(self, key: str, at: datetime | None, words: str, cells: int) -> Row:
        when = f"{moment(at, self._clock.now())}  " if at is not None else ""
        return Row(key, line((f"{'':{INDENT}}{when}", "dim"), fit(words, max(8, cells - INDENT - len(when)))))

    def _last_choice(self, cells: int) -> Row:
        """What would be taken back."""
        last = self._settling.chosen[-1]
        words = (
            f"{'':{INDENT}}{self.key_of('take_back')} takes back: {last.choice}, {conflict_words(last.conflict)}"
        )
        return Row("chosen", line((fit(words, max(8, cells)), "dim")))

    def about(self, key: str, cells: int) -> list[Line]:
        kind, _, name = key.partition(":")
        if key == HUB:
            return self._about_hub(cells)
        if kind in ("head", "more"):
            return self._about_section(name, cells)
        if (conflict := self._conflict) is not None:
            return self._about_conflict(conflict, cells)
        change = self._change("refused", "queued")
        return self._about_change(change, kind, cells) if change is not None else []

    def _about_hub(self, cells: int) -> list[Line]:
        sync, now = self._sync, self._clock.now()
        pulled, pushed = (moment(at, now) if at is not None else "never" for at in (sync.last_pull, sync.last_push))
        told = [(part, "warn" if sync.problem else "dim") for part in wrap(sync.problem or "No error.", cells)]
        told += [(part, "dim") for part in wrap(" · ".join(how_far(sync)), cells)]
        return [
            line((f" last pull {pulled} · last push {pushed} · at change {sync.cursor}", "dim")),
            *(line((f" {part}", tone)) for part, tone in told[: ABOUT_LINES - 1]),
        ]

    def _about_section(self, name: str, cells: int) -> list[Line]:
        many = {
            "conflicts": len(self._lines.conflicts),
            "refused": len(self._lines.refused),
            "queued": self._lines.waiting,
        }[name]
        told = {
            "conflicts": "The same field was changed here and elsewhere: enter on one of them chooses.",
            "refused": "The hub did not take these: they are kept here until you take them up again or let them go.",
            "queued": "These are saved here and go out by themselves while the hub is there.",
        }[name]
        empty = IMPORT_ONLY if name == "queued" and self._sync.load.total else EMPTY[name]
        return [line((f" {part}", "dim")) for part in wrap(told if many else empty, cells)]

    def _about_conflict(self, one: ConflictLine, cells: int) -> list[Line]:
        now = self._clock.now()
        who = " · ".join(part for part in (one.by, moment(one.by_at, now) if one.by_at is not None else "") if part)
        mine, theirs = (" ".join(value.split()) for value in both_values(one))
        place = in_place(one)
        since = f", {fit(place, 30).rstrip()} is in place" if place not in (Choice.MINE, Choice.THEIRS) else ""
        return [
            line((f" {label(one.entity, one.field)}{since}", "bright")),
            self._value("mine", mine, "", place, cells),
            self._value("theirs", theirs, who, place, cells),
        ]

    def _value(self, name: str, value: str, who: str, place: str, cells: int) -> Line:
        tail = " · ".join(part for part in (who, "in place" if place == name else "") if part)
        room = max(8, cells - 12 - len(tail))
        mark = Span(" ● ", "good") if place == name else Span(" ○ ", "dim")
        return (
            mark,
            Span(fit(name, 8), "dim"),
            Span(fit(value, room).rstrip()),
            Span(f"  {tail}" if tail else "", "dim"),
        )

    def _about_change(self, one: ChangeLine, kind: str, cells: int) -> list[Line]:
        text = " · ".join(f"{name}: {' '.join(value.split())}" for name, value in typed(one))
        parts = wrap(text, cells)
        lines = [line(f" {part}") for part in parts[:2]]
        if len(parts) > len(lines):
            lines[-1] = line(f" {fit(parts[1], cells - 2).rstrip()} …")
        if kind == "refused":
            key = self.key_of("take_up")
            way = "opens it as a draft" if one.texts else "sends it once more"
            lines.append(line((f" ■ refused: {one.why or 'no reason was given'}", "bad")))
            lines.append(line((f" {key} {way}", "dim")))
        elif one.why:
            lines.append(line((f" last try: {one.why}", "dim")))
        return lines

    # what is done

    def take(self, key: str) -> None:
        conflict = self._conflict
        if conflict is None:
            return

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                self._do(self._settling.choose(conflict, choice))

        self.app.push_screen(ConflictDialog(conflict, self._clock), chosen)

    def action_sync(self) -> None:
        """It is open."""

    def action_help(self) -> None:
        """Say what is listed here."""
        self.app.push_screen(list_help(self.key_of))

    def action_take_back(self) -> None:
        """Open the conflict again that was chosen last, and go there."""
        if self._settling.chosen:
            self._first = f"conflict:{self._settling.chosen[-1].conflict.id}"
        self._do(self._settling.take_back())

    def action_take_up(self) -> None:
        """Take a refused change up again: in its form, or by sending it once more."""
        change = self._change("refused")
        if change is None:
            return
        if change.texts:
            self.dismiss(change)
        else:
            self._do(self._settling.take_up(change))

    def action_let_go(self) -> None:
        """Ask, and list a refused change no longer."""
        change = self._change("refused")
        if change is None:
            return
        told = [fit(change_words(change), 64).rstrip(), f"{self.key_of('copy_typed')} copies what was typed."]
        question = ConfirmDialog("Let it go?", told, "let it go", "keep it")

        def answered(sure: bool | None) -> None:
            if sure:
                self._do(self._settling.let_go(change))

        self.app.push_screen(question, answered)

    def action_copy_typed(self) -> None:
        """Copy what was typed in the line under the cursor."""
        change, conflict = self._change("refused", "queued"), self._conflict
        if change is not None:
            self.app.copy_to_clipboard(to_copy(change))
        elif conflict is not None:
            mine, theirs = both_values(conflict)
            self.app.copy_to_clipboard(f"mine: {mine}\ntheirs: {theirs}")

    def action_copy_diagnostics(self) -> None:
        """Copy counts and states."""

        async def copy() -> None:
            self.app.copy_to_clipboard(await self._settling.diagnostics(self._version, self._sync))

        self._do(copy())
