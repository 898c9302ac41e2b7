"""The script pane: the card in hand large and calm, the answers with a key each, the way so far and why (PLAY-1, 3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from data.models.outage import Outage
from data.playbook.view import CardView
from data.playbook.world import Channel
from widgets.lines import Lines
from widgets.outage_words import banner
from widgets.pane import KeyOf, Pane
from widgets.safe_text import Line, Span, fit, line, size_of, wrap

LABEL_WIDTH = 30
ANSWER_CELLS = 4
"""What stands before an answer: its key."""
READING_WIDTH = 60
"""What is said aloud stands in short lines."""
SAYS = {Channel.VOICE: "say", Channel.CHAT: "write", Channel.EMAIL: "write"}


class ScriptPane(Pane):
    """The current card. A digit answers."""

    go_action = "go_script"
    pane_name = "Script"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b,backspace", "card_back", "back", show=False, id="card_back", tooltip="Go back one card."),
        Binding("j", "card_jump", "any card", show=False, id="card_jump", tooltip="Go to any card."),
        Binding("l", "script_leave", "leave", show=False, id="script_leave", tooltip="Leave this playbook."),
    ]
    help_text = (
        "What to say now, in large letters, and where each answer leads. "
        "Press the key in front of an answer; {card_back} goes back one card and undoes what can be undone, "
        "{card_jump} goes to any card, {playbooks} opens another playbook. "
        "The line on top is the way that you came; where data decided, it says why. "
        "A customer whose node is down has a band above the greeting: what is down, until when, what you may say. "
        "What the card did by itself stands under it with a tick. The card is remembered when another contact interrupts."
    )

    @dataclass
    class Answered(Message):
        """An answer was given, on this card."""

        key: str
        card: str

    class Back(Message):
        """One card back."""

    class Jump(Message):
        """To any card."""

    class Leave(Message):
        """Back to the script that was interrupted."""

    def __init__(self, *, id: str, key_of: KeyOf = str) -> None:
        super().__init__(id=id, key_of=key_of)
        self.card: CardView | None = None
        """The card in hand, None when no contact is."""
        self._outage: Outage | None = None
        self._now: datetime | None = None

    def compose_body(self) -> ComposeResult:
        yield Lines(id="script-lines", focusable=True)

    def focus_target(self) -> Widget:
        return self.query_one("#script-lines")

    def show(self, card: CardView | None) -> None:
        """Show a card; without one, what this pane is for."""
        self.card = card
        self._draw()

    def show_outage(self, outage: Outage | None, now: datetime) -> None:
        """The customer in hand is on this outage: it stands before the greeting."""
        self._outage, self._now = outage, now
        self._draw()

    def _draw(self) -> None:
        lines = self.query_one("#script-lines", Lines)
        card = self.card
        above = banner(self._outage, self._now, self.size.width) if self._now is not None else []
        if card is None:
            lines.set_lines([*above, (), line((" The script opens with the first word of a contact.", "dim"))])
            self.set_heading()
            return
        keys = {name: self.key_of(name) for name in ("card_back", "card_jump", "script_leave")}
        lines.set_lines([*above, *card_lines(card, self.size.width, keys)])
        self.set_heading(f"{card.playbook} v{card.version} · {card.card}")

    def on_resize(self) -> None:
        self._draw()

    def on_key(self, event: events.Key) -> None:
        card = self.card
        if card is not None and any(answer.key == event.key for answer in card.answers):
            event.stop()
            self.post_message(self.Answered(event.key, card.card))

    def action_card_back(self) -> None:
        """One card back, if there is one."""
        if self.card is not None and len(self.card.trail) > 1:
            self.post_message(self.Back())

    def action_card_jump(self) -> None:
        """To any card."""
        if self.card is not None:
            self.post_message(self.Jump())

    def action_script_leave(self) -> None:
        """Back to the script that waits, if one does."""
        if self.card is not None and self.card.interrupts:
            self.post_message(self.Leave())


def card_lines(card: CardView, cells: int, keys: dict[str, str] | None = None) -> list[Line]:
    """A card as lines: the way here and why, what to say, the answers, what was done. `keys`: of the pane's actions."""
    keys = keys or {}
    lines: list[Line] = [_trail(card, cells), *_why(card, cells), ()]
    if card.say:
        said = f"“{card.say}”" if card.channel is Channel.VOICE else card.say
        if card.channel is not Channel.VOICE:
            lines.append(line((f" {SAYS[card.channel]}:", "dim")))
        for part in wrap(said, min(READING_WIDTH, cells - 3)):
            lines.append(line((f" {part}", "bright")))
        lines.append(())
    if card.ask:
        for place, part in enumerate(wrap(card.ask, cells - 5)):
            lines.append(line((" ? " if place == 0 else "   ", "accent"), part))
        lines.append(())
    if card.due:
        lines += [line((" to pay ", "dim"), (card.due, "bright")), ()]
    lines += _answers(card, cells)
    for part in wrap(card.do, cells - 3) if card.do else ():
        lines.append(line((f" {part}", "info")))
    done = card.trail[-1].done if card.trail else ()
    for one in done:
        for place, part in enumerate(wrap(one, cells - 5)):
            lines.append(line((" ✓ " if place == 0 else "   ", "good"), (part, "dim")))
    lines += [(), *_keys(card, keys)]
    return lines


def _answers(card: CardView, cells: int) -> Iterator[Line]:
    """The answers, each read whole: over as many lines as it takes. Where it leads stands beside it where there is room, and below
    it where there is none."""
    room = max(10, cells - ANSWER_CELLS - 1)
    column = LABEL_WIDTH
    if cells < READING_WIDTH - 4:
        column = min(max((size_of(one.label) for one in card.answers), default=0), room)
    for answer in card.answers:
        to = f" → {answer.to}{' …' if answer.asks else ''}"
        *above, last = wrap(answer.label, room)
        heads = [line(" ", (answer.key, "accent"), "  "), *([line(" " * ANSWER_CELLS)] * len(above))]
        yield from ((*head, Span(part)) for head, part in zip(heads, above, strict=False))
        beside = next((one for one in (column, size_of(last)) if size_of(last) <= one <= room - size_of(to)), None)
        if beside is None:
            yield (*heads[-1], Span(last))
            yield line(" " * ANSWER_CELLS, (fit(to, room).rstrip(), "dim"))
        else:
            yield (*heads[-1], Span(fit(last, beside)), Span(to, "dim"))
    if not card.answers:
        ends = "the script that waits goes on" if card.interrupts else "the script ends here"
        yield line((f" {ends}", "dim"))
    yield ()


def _keys(card: CardView, keys: dict[str, str]) -> Iterator[Line]:
    shown = [("card_back", "back")] if len(card.trail) > 1 else []
    shown += [("card_jump", "any card")]
    shown += [("script_leave", "back to the script that waits")] if card.interrupts else []
    spans: list[Span] = [Span(" ")]
    for name, word in shown:
        spans += [Span(keys.get(name, name), "key"), Span(f" {word}   ", "dim")]
    yield tuple(spans)


def _why(card: CardView, cells: int) -> Iterator[Line]:
    """Why data led here: the reasons since the agent's last answer."""
    reasons: list[str] = []
    for step in reversed(card.trail):
        if step.because:
            reasons.append(step.because)
        if not step.because or (not step.by_itself and step is not card.trail[-1]):
            break
    for reason in reversed(reasons):
        yield line((fit(f" because {reason}", cells - 1).rstrip(), "info"))


def _trail(card: CardView, cells: int) -> Line:
    titles = [step.title for step in card.trail]
    shown = titles[-6:]
    while len(shown) > 1 and len(" › ".join(shown)) > cells - 4:
        shown = shown[1:]
    spans: list[Span] = [Span(" " if len(shown) == len(titles) else " … ", "dim")]
    for title in shown[:-1]:
        spans.append(Span(f"{title} › ", "dim"))
    spans.append(Span(shown[-1] if shown else "", "bright"))
    return tuple(spans)
