"""The script pane: the card in hand large and calm, the answers with a key each, the way so far (PLAY-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from data.models.contact import ContactKind
from data.playbook.script import Card, Script, say
from widgets.lines import Lines
from widgets.pane import KeyOf, Pane
from widgets.safe_text import Line, Span, fit, line, wrap

READING_WIDTH = 56
"""What is said aloud stands in short lines."""


class ScriptPane(Pane):
    """The current card. A digit answers."""

    go_action = "go_script"
    pane_name = "Script"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b,backspace", "card_back", "back", show=False, id="card_back", tooltip="Go back one card.")
    ]
    help_text = (
        "What to say now, in large letters, and where each answer leads. "
        "Press the key in front of an answer; {card_back} goes back one card. "
        "The line on top is the way that you came. The card is remembered when another contact interrupts."
    )

    @dataclass
    class Answered(Message):
        """An answer was given."""

        key: str

    class Back(Message):
        """One card back."""

    def __init__(self, *, id: str, key_of: KeyOf = str) -> None:
        super().__init__(id=id, key_of=key_of)
        self._script: Script | None = None
        self._trail: tuple[str, ...] = ()
        self._facts: Mapping[str, str] = {}
        self._kind = ContactKind.CALL

    def compose_body(self) -> ComposeResult:
        yield Lines(id="script-lines", focusable=True)

    def focus_target(self) -> Widget:
        return self.query_one("#script-lines")

    @property
    def card(self) -> Card | None:
        """The card in hand, None when no contact is."""
        return self._script.card(self._trail[-1]) if self._script is not None and self._trail else None

    def show(
        self, script: Script | None, trail: tuple[str, ...], facts: Mapping[str, str], kind: ContactKind
    ) -> None:
        """Show the last card of the trail; without a script, what this pane is for."""
        self._script, self._trail, self._facts, self._kind = script, trail, facts, kind
        self._draw()

    def _draw(self) -> None:
        card = self.card
        if card is None or self._script is None:
            self.query_one("#script-lines", Lines).set_lines(
                [(), line((" The script opens with the first word of a contact.", "dim"))]
            )
            self.set_heading()
            return
        titles = [self._script.card(one).title for one in self._trail]
        self.query_one("#script-lines", Lines).set_lines(
            card_lines(
                self._script, card, titles, self._facts, self._kind, self.size.width, self.key_of("card_back")
            )
        )
        self.set_heading(f"{self._script.id} v{self._script.version}")

    def on_resize(self) -> None:
        self._draw()

    def on_key(self, event: events.Key) -> None:
        card = self.card
        if card is None:
            return
        if any(answer.key == event.key for answer in card.answers):
            event.stop()
            self.post_message(self.Answered(event.key))

    def action_card_back(self) -> None:
        """One card back, if there is one."""
        if len(self._trail) > 1:
            self.post_message(self.Back())


def card_lines(
    script: Script,
    card: Card,
    titles: list[str],
    facts: Mapping[str, str],
    kind: ContactKind,
    cells: int,
    back_key: str = "card_back",
) -> list[Line]:
    """A card as lines: the trail, what to say, the answers, what to do."""
    lines: list[Line] = [_trail(titles, cells), ()]
    text = card.chat if kind is not ContactKind.CALL and card.chat else card.say
    if text:
        for part in wrap(f"“{say(text, facts)}”", min(READING_WIDTH, cells - 3)):
            lines.append(line((f" {part}", "bright")))
        lines.append(())
    for answer in card.answers:
        label = fit(answer.label, min(26, max(10, cells - 24)))
        lines.append(line(" ", (answer.key, "accent"), "  ", label, (f" → {script.card(answer.to).title}", "dim")))
    if not card.answers:
        lines.append(line((" the script ends here", "dim")))
    lines.append(())
    for part in wrap(card.do, cells - 3) if card.do else ():
        lines.append(line((f" {part}", "info")))
    if len(titles) > 1:
        lines += [(), line(" ", (back_key, "key"), (" back", "dim"))]
    return lines


def _trail(titles: list[str], cells: int) -> Line:
    shown = titles[-6:]
    while len(shown) > 1 and len(" › ".join(shown)) > cells - 4:
        shown = shown[1:]
    spans: list[Span] = [Span(" " if len(shown) == len(titles) else " … ", "dim")]
    for title in shown[:-1]:
        spans.append(Span(f"{title} › ", "dim"))
    spans.append(Span(shown[-1], "bright"))
    return tuple(spans)
