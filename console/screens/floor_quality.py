"""The floor's Quality tab: contacts that are over, to be scored, and what the agents' scores come to."""

from __future__ import annotations

from datetime import date

from console.screens.floor_filter import FloorFilter
from console.screens.modal import ReadDialog
from console.screens.review import ReviewScreen
from console.services.quality import Quality
from data.models.supervision import Scorecard
from data.supervision.quality import Average, Score, score
from data.supervision.reviews import MOST, PERIOD, Reviews
from data.supervision.snapshot import FloorSnapshot
from data.supervision.why import explain
from widgets.floor.panel import FloorPanel
from widgets.floor.words import percent
from widgets.quality_lines import average_table, review_table
from widgets.safe_text import Line, line, wrap

EMPTY = f"Nothing was wrapped up in {PERIOD.days} days: what agents finish stands here."
NO_SCORES = f"Nothing was scored in {PERIOD.days} days: enter on a contact begins its score card."


class FloorQuality(FloorFilter):
    """What the tab shows, and what its keys do."""

    quality: Quality | None
    _reviews: Reviews | None = None
    """None: not read yet."""
    _listed: tuple[frozenset[str], str, str, int, date] | None = None
    """How these were drawn: hundreds of rows are not made again four times a second."""
    _only = ""
    """The id of the agent whose contacts alone are listed."""

    def _draw_reviews(self, panel: FloorPanel, snap: FloorSnapshot, cells: int, _lines: int) -> None:
        quality = self.quality
        if quality is None:
            return
        if quality.begin_reading():
            self._do(self._read_reviews(quality))
        found = self._reviews
        if found is None:
            panel.show_lines([line((" Reading …", "dim"))])
            return
        begun = frozenset(one.contact.id for one in found.lines if quality.begun(one.contact.id))
        seen = (begun, self._only, panel.wanted, cells, snap.at.astimezone(snap.zone).date())
        if self._listed == seen:
            return
        self._listed = seen
        table = review_table(found, snap.at, snap.zone, cells, begun, self._only)
        name = next((one.name for one in found.averages if one.agent == self._only), "")
        left = sum(one.card is None for one in found.lines)
        latest = "the latest " if len(found.lines) == MOST else ""
        panel.show_table(table, f"only {name}" if name else f"{left} of {latest}{len(found.lines)} not scored")

    def _draw_averages(self, panel: FloorPanel, _snap: FloorSnapshot, cells: int, _lines: int) -> None:
        if self._reviews is not None:
            panel.show_table(average_table(self._reviews.averages, cells), f"{PERIOD.days} days")

    async def _read_reviews(self, quality: Quality) -> None:
        self._reviews, self._listed = await quality.reviews(), None
        self.draw()

    def _open_reviews(self, _snap: FloorSnapshot, key: str) -> None:
        if self.quality is not None:
            self._do(self._open_review(self.quality, key))

    async def _open_review(self, quality: Quality, contact_id: str) -> None:
        review = await quality.review(contact_id)
        if self.app.screen is self:
            screen = ReviewScreen(review, quality, self._do)
            self.app.push_screen(screen, lambda card: self._scored(review.agent.name, card))

    def _scored(self, agent: str, card: Scorecard | None) -> None:
        if card is not None:
            again = "Scored anew" if card.instead_of is not None else "Scored"
            self._hint(f"{again}: {percent(score(card.answers).share)} for {agent}.")

    def _open_averages(self, _snap: FloorSnapshot, key: str) -> None:
        """List this agent's contacts alone; once more, and all are listed."""
        self._only = "" if self._only == key else key
        self.draw()

    # why

    def action_why(self) -> None:
        """Explain the figure under the cursor, where it is one of this tab."""
        here = self._figure_here()
        if here is None:
            super().action_why()
            return
        field = "quality" if isinstance(here, Average) else "score"
        said = here if isinstance(here, str) else explain(here, field)

        def write(cells: int) -> list[Line]:
            return [line(f" {part}") for part in wrap(said, cells - 2)]

        self.app.push_screen(ReadDialog(f"Why · {field}", write))

    def _figure_here(self) -> Average | Score | str | None:
        """The figure of this tab under the cursor; a sentence where there is none; None elsewhere."""
        contact, agent = self.under("reviews"), self.under("averages")
        lines, averages = (self._reviews.lines, self._reviews.averages) if self._reviews is not None else ((), ())
        if contact is not None:
            found = next((one.score for one in lines if one.contact.id == contact), None)
            return found or "This contact is not scored yet: enter opens it with its score card."
        return next((one for one in averages if one.agent == agent), None)
