"""One contact that is over, side by side: its log on the left; on the right what was required and what was done, and the
score card to fill in. Whatever is answered is a draft until it is saved."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import TextArea

from console import actions, keymap
from console.screens.drafting import TextDialog
from console.screens.modal import ReadDialog, key_lines
from console.services.drafts import Slip
from console.services.quality import Quality
from data.desk.drafts import DraftKind
from data.models.supervision import Scorecard, ScoredAnswer, Verdict
from data.supervision.quality import Score, answered, score
from data.supervision.reviews import YOURS, Review
from data.supervision.scoresheet import Question
from data.supervision.why import explain
from widgets.bars import HintBar, StatusBar
from widgets.fields import TextField, mask
from widgets.floor.panel import FloorPanel
from widgets.floor.words import percent, seconds
from widgets.lines import Lines
from widgets.quality_lines import kept_lines, question_words, score_rows, score_words, trail_rows, trail_words, when
from widgets.safe_text import Line, Span, fit, line, width, wrap
from widgets.story_lines import place_in, story_rows

COMMENT = "#comment"
"""The field of the draft in which the comment is; the others are the ids of questions."""
HELP_TEXT = (
    "A contact as it was, and its score card. Questions marked trail are found in the contact's trail; the others are"
    " yours. The score is the weight of what is answered with yes, of what applies; a question marked ! that is answered"
    " with no makes it 0. What you answer is kept until you save it."
)
Do = Callable[[Coroutine[Any, Any, None]], None]


class ReviewScreen(Screen[Scorecard | None]):
    """Returns the score card that was given; None: none was."""

    BINDINGS: ClassVar[list[BindingType]] = list(actions.bindings([*actions.REVIEW, actions.KEEP, actions.BACK]))

    def __init__(self, review: Review, quality: Quality, do: Do) -> None:
        super().__init__()
        self._review = review
        self._quality = quality
        self._do = do
        self._slip = quality.slip(DraftKind.SCORE, review.contact.id)
        self._begun = dict(self._slip.fields) or self._given
        """The supervisor's answers by question, and the comment."""
        self._ready = False
        """The panels are there."""
        self._saving = False

    def compose(self) -> ComposeResult:
        yield StatusBar(id="status", classes="bar")
        with Horizontal(id="review-body"):
            yield FloorPanel("What happened", id="review-story", table=False)
            with Vertical(id="review-right"):
                yield FloorPanel("Required steps and cards", id="review-trail", table=False)
                yield FloorPanel("Score card", id="review-card", table=False)
                yield Lines(id="review-kept")
                yield TextField("comment on the score card", id="review-comment")
        yield Lines(id="review-told")
        yield HintBar(id="hints", classes="bar")

    def on_mount(self) -> None:
        self._key = keymap.of(self.app)
        self.comment.value = self._begun.get(COMMENT, "")
        self._ready = True
        self.panel("card").go()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._draw()
        self._go_to_open()

    def on_floor_panel_resized(self) -> None:
        self._draw()

    def panel(self, name: str) -> FloorPanel:
        """A panel by name."""
        return self.query_one(f"#review-{name}", FloorPanel)

    @property
    def comment(self) -> TextField:
        """The comment on the score card."""
        return self.query_one("#review-comment", TextField)

    @property
    def _is_own(self) -> bool:
        return self._quality.is_own(self._review)

    # what is answered

    @property
    def _given(self) -> dict[str, str]:
        """What the supervisor said by the score card that counts."""
        card = self._review.card
        if card is None:
            return {}
        own = {one.question: str(one.verdict) for one in card.answers if not one.by_itself}
        return {**own, COMMENT: card.comment} if card.comment else own

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The answers so far: what the trail shows, and what the supervisor says."""
        found = {key: one.verdict for key, one in self._review.findings.items()}
        known = {one.id for one in self._review.sheet.questions}
        said = {key: Verdict(text) for key, text in self._begun.items() if key in known}
        return {**found, **{key: one for key, one in said.items() if self._may_say(key, one)}}

    def _may_say(self, question: str, verdict: Verdict) -> bool:
        """What is found in the trail can only be left out."""
        return question not in self._review.findings or verdict is Verdict.NOT_APPLICABLE

    @property
    def answers(self) -> list[ScoredAnswer]:
        """The answers so far, as they are kept."""
        verdicts, findings = self.verdicts, self._review.findings
        return [
            answered(one, verdicts[one.id], findings.get(one.id))
            for one in self._review.sheet.questions
            if one.id in verdicts
        ]

    @property
    def score(self) -> Score:
        """What they come to."""
        return score(self.answers)

    @property
    def open_questions(self) -> list[str]:
        """The ids of what is not answered yet."""
        verdicts = self.verdicts
        return [one.id for one in self._review.sheet.questions if one.id not in verdicts]

    # drawing

    def _draw(self) -> None:
        if not self._ready or not self.is_attached:
            return
        review, now, zone = self._review, self._quality.now(), self._quality.zone
        story, trail, card = (self.panel(one).body for one in ("story", "trail", "card"))
        story.set_rows(story_rows(review.story, zone, story.size.width))
        trail.set_rows(trail_rows(review, zone, trail.size.width))
        missing = sum(one.verdict is Verdict.NO for one in review.findings.values())
        applied = any(one.verdict is not Verdict.NOT_APPLICABLE for one in review.findings.values())
        self.panel("trail").set_heading(
            f"{missing} not done" if missing else "all done" if applied else "none applied"
        )
        card.set_rows(score_rows(review, self.verdicts, card.size.width))
        scored = score_words(self.score, len(self.open_questions))
        self.panel("card").set_heading("yours: somebody else scores it" if self._is_own else scored)
        kept = self.query_one("#review-kept", Lines)
        lines = kept_lines(review, now, zone, card.size.width)
        kept.display = bool(lines)
        kept.styles.height = len(lines)
        kept.set_lines(lines)
        self._draw_bars()
        self._tell()

    def _draw_bars(self) -> None:
        contact, story, found = self._review.contact, self._review.story, self.score
        answered_at, ended = contact.answered_at, contact.ended_at
        length = (ended - answered_at).total_seconds() if answered_at is not None and ended is not None else None
        ticket = f"ticket {story.ticket}" if story.ticket else ""
        came = when(contact.offered_at, self._quality.now(), self._quality.zone)
        parts = (self._review.agent.name, came, seconds(length), story.queue, ticket, contact.disposition or "")
        share, tone = percent(found.share), "bad" if found.failed else "bright"
        right = [Span(f" {share} so far " if self.open_questions else f" {share} ", tone)]
        left = [Span(" REVIEW  ", "accent"), Span(story.caller, "bright")]
        room = self.app.size.width - width(left) - width(right) - 2
        left.append(Span(fit(" · " + " · ".join(part for part in parts if part), max(0, room)), "dim"))
        self.query_one(StatusBar).show(left=left, middle=[], right=right)
        again = "score anew" if self._review.card is not None else "save"
        save = (self._key("keep"), again, not self.open_questions)
        if self.comment.has_focus:
            self.query_one(HintBar).show([save, ("tab", "next panel", True), ("esc", "questions", True)])
            return
        hints = [(self._key(one.id), one.label, True) for one in actions.REVIEW[:5]]
        hints += [save, ("tab", "next panel", True), (self._key("why"), "why", True)]
        self.query_one(HintBar).show([*hints, (self._key("help"), "help", True), ("esc", "back", True)])

    def _tell(self) -> None:
        """Say in full what is under the cursor."""
        below = self.query_one("#review-told", Lines)
        cells = below.size.width - 2
        said = wrap(self._words_here(), cells)[:2]
        below.set_lines([line((f" {part}", "dim")) for part in said])

    def _words_here(self) -> str:
        story, trail, card = (self.panel(one) for one in ("story", "trail", "card"))
        if story.has_focus_within and story.body.key is not None:
            one = next(one for one in self._review.story.lines if one.key == story.body.key)
            return f"{place_in(self._review.story, one)}: {one.text}"
        if trail.has_focus_within and trail.body.key is not None:
            return trail_words(self._review, trail.body.key)
        if card.body.key is not None:
            return question_words(self._review, self._question(card.body.key))
        return ""

    def _question(self, question_id: str) -> Question:
        return next(one for one in self._review.sheet.questions if one.id == question_id)

    def on_lines_highlighted(self, event: Lines.Highlighted) -> None:
        event.stop()
        self._tell()

    def on_descendant_focus(self) -> None:
        if self._ready:
            self._draw_bars()
            self._tell()

    # what the keys do

    def action_say(self, said: str) -> None:
        """Answer the question under the cursor, and go to the next."""
        card = self.panel("card")
        if self._is_own:
            self._hint(YOURS)
            return
        if not card.has_focus_within:
            card.go()
            return
        question, verdict = card.body.key, Verdict(said)
        if question is None:
            return
        finding = self._review.findings.get(question)
        if finding is not None and finding.verdict is verdict:
            self._answer(question, None)
        elif self._may_say(question, verdict):
            self._answer(question, verdict)
        else:
            self._hint(f"This is found in the trail; {self._key('score_not_applicable')} leaves it out.")

    def _answer(self, question: str, verdict: Verdict | None) -> None:
        """Keep an answer; None: as the trail shows it. Not applicable a second time is no answer."""
        if verdict is Verdict.NOT_APPLICABLE and self._begun.get(question) == verdict:
            del self._begun[question]
        elif verdict is None:
            self._begun.pop(question, None)
            self._go_to_open(question)
        else:
            self._begun[question] = str(verdict)
            self._go_to_open(question)
        self._keep()
        self._draw()

    def _go_to_open(self, after: str = "") -> None:
        """Put the cursor on the next question that is open: behind another one, else the first; with none, it stays."""
        ids = [one.id for one in self._review.sheet.questions]
        left = [ids.index(one) for one in self.open_questions]
        here = ids.index(after) if after else -1
        place = next((one for one in left if one > here), left[0] if left else None)
        if place is not None:
            self.panel("card").body.move_cursor(place)

    def action_score_comment(self) -> None:
        """Write a comment."""
        if self._is_own:
            self._hint(YOURS)
        else:
            self.comment.focus()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if not self._ready:
            return
        if mask(self.comment):
            self._hint("A card number was masked: it is kept nowhere.")
        if self.comment.value.strip():
            self._begun[COMMENT] = self.comment.value
        else:
            self._begun.pop(COMMENT, None)
        self._keep()

    def _keep(self) -> None:
        if self._begun == self._given:
            self._slip.discard()
        else:
            self._slip.close(self._begun, "", (0, 0))

    def action_accept(self) -> None:
        """Save the score card, when every question is answered."""
        left = self.open_questions
        if self._is_own:
            self._hint(YOURS)
        elif left:
            self.panel("card").go()
            self._go_to_open()
            keys = [self._key(one) for one in ("score_yes", "score_no", "score_not_applicable")]
            self._hint(f"{len(left)} to go: answer with {keys[0]}, {keys[1]} or {keys[2]}, then save.")
        elif not self._saving:
            self._saving = True
            self._do(self._save())

    async def _save(self) -> None:
        try:
            card = await self._quality.score(self._review, self.answers, self.comment.value, self._slip)
            if self.is_current:
                self.dismiss(card)
            else:  # something was opened over it meanwhile
                self._review = await self._quality.review(self._review.contact.id)
                self._draw()
        finally:
            self._saving = False

    def action_quality_note(self) -> None:
        """Write to the agent."""
        name = self._review.agent.name
        if self._review.agent.played:
            self._hint(f"{name} is played by the practice floor, and reads no notes.")
            return
        slip = self._quality.slip(DraftKind.QUALITY_NOTE, self._review.contact.id)

        def given(text: str | None) -> None:
            if text is not None and text.strip():
                self._do(self._send(text, slip))

        self.app.push_screen(
            TextDialog(f"Note to {name}", "what they read of this contact", slip, several_lines=True), given
        )

    async def _send(self, text: str, slip: Slip) -> None:
        await self._quality.note(self._review, text, slip)
        self._review = await self._quality.review(self._review.contact.id)
        self._draw()

    def action_why(self) -> None:
        """Explain the score."""
        found = self.score

        def write(cells: int) -> list[Line]:
            open_ones = len(self.open_questions)
            more = [f"{open_ones} questions are open and count in neither."] if open_ones else []
            return [line(f" {part}") for said in (explain(found, "score"), *more) for part in wrap(said, cells - 2)]

        self.app.push_screen(ReadDialog("Why · the score", write))

    def action_help(self) -> None:
        """Say what this is for, and its keys."""
        keys = [(self._key(one.id), one.help) for one in (*actions.REVIEW, actions.KEEP)]

        def write(cells: int) -> list[Line]:
            said = (line(f" {part}") for part in wrap(HELP_TEXT, cells - 1))
            return [(), *said, (), *key_lines([("Keys", keys)], cells)]

        self.app.push_screen(ReadDialog("Help · Review", write))

    def action_safe(self) -> None:
        """Leave the comment; else leave. What was answered is kept."""
        if self.comment.has_focus:
            self.panel("card").go()
        else:
            self.dismiss(None)

    def _hint(self, sentence: str) -> None:
        self.app.notify(sentence, markup=False, timeout=4)
