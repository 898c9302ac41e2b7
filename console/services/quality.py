"""Scoring contacts: what supervisors read, and what they write."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from console.services.drafts import Drafts, Slip
from console.services.seat import Seat
from data.desk.drafts import DraftKind, draft_id
from data.models.agent import Agent
from data.models.contact import Contact
from data.models.notice import Notice, NoticeSeen
from data.models.supervision import Scorecard, ScoredAnswer
from data.store.errors import StoreError
from data.supervision import reviews
from data.supervision.reviews import Review, ReviewList, Reviews
from data.supervision.scoresheet import ScoreSheet, load_scoresheet
from data.text.reviewed import ContentError

READ_FOR = frozenset(one.entity for one in (Agent, Contact, Notice, NoticeSeen, Scorecard))
"""When rows of these change, the list is read again."""
AGAIN_S = 2.0
"""Least time from one reading to the next."""


class Quality:
    """The contacts of the last days, and their score cards."""

    def __init__(self, seat: Seat, drafts: Drafts) -> None:
        self._seat = seat
        self._drafts = drafts
        self._list = ReviewList()
        self._sheet: ScoreSheet | None = None
        self.zone = ZoneInfo(seat.settings.time_zone)
        self._stale = True
        """What was read last may have changed."""
        self._read_at: float | None = None
        """None: it is read again at once."""

    def now(self) -> datetime:
        """The moment."""
        return self._seat.clock.now()

    def changed(self, entities: Collection[str]) -> None:
        """Rows of these entities changed; none named: any may have."""
        if not entities or not READ_FOR.isdisjoint(entities):
            self._stale = True

    def begin_reading(self) -> bool:
        """Whether the list is to be read again now, by whoever asks: it changed, and was not read just before, since on a
        busy floor contacts change all the time."""
        now = self._seat.clock.monotonic()
        if not self._stale or (self._read_at is not None and now - self._read_at < AGAIN_S):
            return False
        self._stale, self._read_at = False, now
        return True

    async def reviews(self) -> Reviews:
        """The contacts that are over, and the averages."""
        try:
            return await self._seat.read(self._list.read, self.now())
        except StoreError:
            self._stale = True
            raise

    async def review(self, contact_id: str) -> Review:
        """One of them, with everything for scoring it.

        Raises:
            ValueError: the file with the questions cannot be used.
            LookupError: the contact is not on this seat any more.
        """
        playbooks = self._seat.engine.library.playbooks
        if self._sheet is None:
            try:
                self._sheet = await asyncio.to_thread(load_scoresheet, self._seat.settings.scorecard, playbooks)
            except ContentError as error:
                raise ValueError(str(error)) from error
        found = await self._seat.read(reviews.read_review, contact_id, self._sheet, playbooks)
        if found is None:
            raise LookupError(
                "This contact is not on this seat any more: it was over before the days that are kept here."
            )
        return found

    def is_own(self, review: Review) -> bool:
        """Whether it was the supervisor's own contact: somebody else scores it."""
        return review.contact.agent == self._seat.me

    def begun(self, contact_id: str) -> bool:
        """Whether its score card was begun, and not saved."""
        return self._drafts.holds(DraftKind.SCORE, contact_id)

    def slip(self, kind: DraftKind, contact_id: str) -> Slip:
        """The draft of its score card, or of a note to its agent."""
        return Slip(self._drafts, draft_id(kind, contact_id))

    async def score(self, review: Review, answers: Sequence[ScoredAnswer], comment: str, slip: Slip) -> Scorecard:
        """Score it.

        Raises:
            ScoreFaultError: it cannot be.
        """
        seat = self._seat
        card = await self._drafts.finish(
            slip.id, reviews.score_contact, review, answers, comment, seat.me, seat.clock
        )
        self._stale, self._read_at = True, None
        return card

    async def note(self, review: Review, text: str, slip: Slip) -> None:
        """Tell its agent something about it.

        Raises:
            ScoreFaultError: nobody reads it.
        """
        seat = self._seat
        await self._drafts.finish(slip.id, reviews.write_note, review, text, seat.me, seat.clock, self.zone)
        seat.tell(f"Sent to {review.agent.name}: it stands in their notices until they have seen to it.")
