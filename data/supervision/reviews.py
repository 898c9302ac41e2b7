"""Contacts that are over, for whoever scores them: the list, one of them side by side, its score card, a note to its
agent. Who may is asked by the caller, and of score cards by hubs (`contract.BY_LEADERS`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from data.clock import Clock
from data.identity.names import agent_names
from data.models.agent import Agent
from data.models.base import AgentId, ContactId, instant_text, new_id
from data.models.card_step import CardStep
from data.models.contact import Contact, ContactState
from data.models.notice import Notice, NoticeRole
from data.models.supervision import Scorecard, ScoredAnswer
from data.notices import notices
from data.playbook.coverage import STEPPED_BACK
from data.playbook.model import Playbook
from data.store.database import Store
from data.store.save import saving
from data.supervision.quality import Average, Finding, Score, averages, findings, in_order, latest, score
from data.supervision.scoresheet import ScoreSheet
from data.supervision.story import Story, read_trail, story_of

PERIOD: Final = timedelta(days=30)
"""Contacts that came, and scores that were given, in so many days."""
MOST: Final = 500
NOTE: Final = "quality note"
"""What a note to an agent is called among the notices."""

ENDED: Final = "the contact ended here"
YOURS: Final = "This contact was yours: you may read it, and another supervisor scores it."


class ScoreFaultError(ValueError):
    """It cannot be scored, or told; the message says what to do."""


# the list


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A contact that is over, as one reads it in a list."""

    contact: Contact
    who: str
    agent: str
    """The name of whoever had it."""
    queue: str
    card: Scorecard | None
    """The score card that counts."""
    score: Score | None
    by: str = ""
    """The name of whoever scored it."""

    @property
    def length_s(self) -> float | None:
        """From answer to end."""
        answered, ended = self.contact.answered_at, self.contact.ended_at
        return (ended - answered).total_seconds() if answered is not None and ended is not None else None


@dataclass(frozen=True, slots=True)
class Reviews:
    """The contacts of the last days that an agent finished, the newest first, and what the scores come to."""

    lines: tuple[ReviewLine, ...]
    averages: tuple[Average, ...]


class ReviewList:
    """Reads the list. Score cards are only ever added, so only new ones are read: there are thousands in a month."""

    def __init__(self) -> None:
        self._cards: dict[str, Scorecard] = {}
        self._last_row, self._last_id = 0, ""

    def read(self, store: Store, now: datetime) -> Reviews:
        """What there is to score, and what was.

        Raises:
            StoreError: the store could not be read.
        """
        since = now - PERIOD
        with store.reading():
            rows = store.rows(
                "SELECT c.*, k.name AS customer, q.name AS queue_name FROM contact c"
                " LEFT JOIN customer k ON k.id = c.customer_id LEFT JOIN queue q ON q.id = c.queue"
                " WHERE c.state = ? AND c.queued_at >= ? AND c.agent IS NOT NULL"
                " ORDER BY c.queued_at DESC, c.id DESC LIMIT ?",
                (ContactState.DONE, instant_text(since), MOST),
            )
            self._read_cards(store, since)
            there = store.value("SELECT count(*) FROM scorecard WHERE at >= ?", (instant_text(since),))
            last = store.value("SELECT id FROM scorecard WHERE rowid = ?", (self._last_row,))
            if there != len(self._cards) or (last or "") != self._last_id:  # the hub refused one, or all are others
                self._cards, self._last_row, self._last_id = {}, 0, ""
                self._read_cards(store, since)
            names = agent_names(store)
        counts = latest(self._cards.values())
        return Reviews(
            tuple(_line(row, counts.get(row["id"]), names) for row in rows),
            averages(self._cards.values(), names, since, now),
        )

    def _read_cards(self, store: Store, since: datetime) -> None:
        rows = store.rows(
            "SELECT rowid AS place, * FROM scorecard WHERE rowid > ? AND at >= ? ORDER BY rowid",
            (self._last_row, instant_text(since)),
        )
        self._cards = {key: one for key, one in self._cards.items() if one.at >= since}
        self._cards.update((row["id"], Scorecard.from_row(row)) for row in rows)
        if rows:
            self._last_row, self._last_id = rows[-1]["place"], rows[-1]["id"]


def _line(row: Mapping[str, str], card: Scorecard | None, names: Mapping[str, str]) -> ReviewLine:
    contact = Contact.from_row(row)
    return ReviewLine(
        contact=contact,
        who=row["customer"] or contact.caller_name or contact.caller_number or "number withheld",
        agent=names.get(contact.agent or "", contact.agent or ""),
        queue=row["queue_name"] or contact.queue,
        card=card,
        score=score(card.answers) if card is not None else None,
        by=names.get(card.by, card.by) if card is not None else "",
    )


# one contact


@dataclass(frozen=True, slots=True)
class CardLine:
    """A card of a playbook that was gone through."""

    playbook: str
    card: str
    title: str
    step: CardStep | None
    """How it was left; None: the contact was not on it."""
    answer: str = ""
    """What the answer said, or data; of the last card, that the contact ended there."""


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note to the agent about the contact."""

    notice: Notice
    by: str
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Review:
    """A contact with everything that its score card needs."""

    story: Story
    agent: Agent
    sheet: ScoreSheet
    findings: Mapping[str, Finding]
    """What its trail shows, by question."""
    cards: tuple[CardLine, ...]
    """Of each playbook those that were passed in order of time, then the others."""
    scored: tuple[Scorecard, ...]
    """Its score cards, oldest first: the last one counts."""
    by: tuple[str, ...]
    """The names of whoever gave them."""
    notes: tuple[NoteLine, ...]

    @property
    def contact(self) -> Contact:
        return self.story.contact

    @property
    def card(self) -> Scorecard | None:
        """The score card that counts."""
        return self.scored[-1] if self.scored else None


def read_review(store: Store, contact_id: str, sheet: ScoreSheet, playbooks: Sequence[Playbook]) -> Review | None:
    """A contact for scoring; None when it is not here.

    Raises:
        StoreError: the store could not be read.
    """
    with store.reading():
        trail = read_trail(store, contact_id)
        if trail is None:
            return None
        rows = store.rows("SELECT * FROM scorecard WHERE contact_id = ?", (contact_id,))
        names = agent_names(store)
        scored = tuple(in_order(Scorecard.from_row(row) for row in rows))
        return Review(
            story=story_of(store, trail),
            agent=_agent_of(store, trail.contact),
            sheet=sheet,
            findings=findings(sheet, trail),
            cards=tuple(_cards(trail.steps, {one.id: one for one in playbooks})),
            scored=scored,
            by=tuple(names.get(one.by, one.by) for one in scored),
            notes=tuple(_notes(store, contact_id, names)),
        )


def _cards(steps: Iterable[CardStep], playbooks: Mapping[str, Playbook]) -> Iterable[CardLine]:
    passed = sorted((one for one in steps if one.answer not in STEPPED_BACK), key=lambda one: (one.left_at, one.id))
    for playbook_id in dict.fromkeys(one.playbook for one in passed):
        playbook = playbooks.get(playbook_id)
        seen = set()
        for step in (one for one in passed if one.playbook == playbook_id):
            card = playbook.find(step.card) if playbook is not None else None
            said = (
                next((one.label for one in card.answers if one.key == step.answer), "") if card is not None else ""
            )
            seen.add(step.card)
            yield CardLine(
                playbook_id, step.card, card.title if card is not None else "", step, said or step.because
            )
        for card in playbook.cards if playbook is not None else ():
            if card.id not in seen:
                yield CardLine(playbook_id, card.id, card.title, None)


def _notes(store: Store, contact_id: str, names: Mapping[str, str]) -> Iterable[NoteLine]:
    rows = store.rows(
        "SELECT n.*, (SELECT min(at) FROM notice_seen WHERE notice_id = n.id) AS seen_at FROM notice n"
        " WHERE n.contact_id = ? AND n.kind = ? ORDER BY n.at, n.id",
        (contact_id, NOTE),
    )
    for row in rows:
        notice = Notice.from_row(row)
        seen_at = datetime.fromisoformat(row["seen_at"]) if row["seen_at"] else None
        yield NoteLine(notice, names.get(notice.by, notice.by), seen_at)


def _agent_of(store: Store, contact: Contact) -> Agent:
    row = store.row("SELECT * FROM agent WHERE id = ?", (contact.agent,))
    return Agent.from_row(row) if row is not None else Agent(id=contact.agent or "", name=contact.agent or "")


# scoring it


def score_contact(
    store: Store, review: Review, answers: Sequence[ScoredAnswer], comment: str, by: AgentId, clock: Clock
) -> Scorecard:
    """Score a contact, or score it anew.

    Raises:
        ScoreFaultError: it was one's own, it is not over, a question is open, or nothing is other than it was.
        StoreError: nothing was written.
    """
    contact, before, comment = review.contact, review.card, comment.strip()
    if contact.state is not ContactState.DONE or contact.agent is None:
        raise ScoreFaultError("This contact is not over yet: it is scored once it is wrapped up.")
    if contact.agent == by:
        raise ScoreFaultError(YOURS)
    said = {one.question for one in answers}
    open_ones = [one.words for one in review.sheet.questions if one.id not in said]
    if open_ones:
        more = f" ({len(open_ones) - 1} more)" if len(open_ones) > 1 else ""
        raise ScoreFaultError(f"Answer this first: {open_ones[0]}{more}.")
    if before is not None and before.answers == tuple(answers) and before.comment == comment:
        raise ScoreFaultError("It is scored so already: change an answer or the comment to score it anew.")
    with saving(store, by, clock) as change:
        return change.add(
            Scorecard(
                id=new_id(),
                contact_id=ContactId(contact.id),
                agent=contact.agent,
                by=by,
                at=clock.now(),
                answers=tuple(answers),
                comment=comment,
                instead_of=before.id if before is not None else None,
            )
        )


def write_note(store: Store, review: Review, text: str, by: AgentId, clock: Clock, zone: ZoneInfo) -> Notice:
    """Tell the agent something about the contact: a notice, which they acknowledge.

    Raises:
        ScoreFaultError: there is nothing to tell, or nobody who reads it.
        StoreError: nothing was written.
    """
    contact, agent, text = review.contact, review.agent, text.strip()
    if not text:
        raise ScoreFaultError("Type the note first.")
    if agent.played:
        raise ScoreFaultError(f"{agent.name} is played by the practice floor, and reads no notes.")
    when = contact.offered_at.astimezone(zone)
    return notices.notify(
        store,
        NoticeRole.AGENT,
        f"{review.story.caller}, {when:%d %b %H:%M}: {text}",
        by,
        clock,
        kind=NOTE,
        to_agent=AgentId(agent.id),
        contact_id=ContactId(contact.id),
        customer_id=contact.customer_id,
    )
