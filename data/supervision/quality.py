"""Scoring a contact: what its trail shows of the required steps, the score of a score card, and averages. Pure.

    score = weight of the questions answered with yes / weight of those answered with yes or no

Over nothing it is "–"; a critical question that is answered with no makes it 0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from data.conduct.conduct import standing
from data.models.card_step import CardStep
from data.models.conduct import Conduct, ConductKind
from data.models.supervision import Scorecard, ScoredAnswer, Verdict
from data.models.ticket import TicketEventKind
from data.playbook.coverage import STEPPED_BACK
from data.supervision.scoresheet import Question, ScoreSheet, Step, card_of
from data.supervision.story import Trail

# the score


@dataclass(frozen=True, slots=True)
class Score:
    """What a score card comes to."""

    earned: int
    possible: int
    failed: tuple[str, ...] = ()
    """The words of the critical questions that were answered with no."""

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where no question applied."""
        if not self.possible:
            return None
        return 0.0 if self.failed else self.earned / self.possible


def score(answers: Iterable[ScoredAnswer]) -> Score:
    """What some answers come to, in any order."""
    counted = [one for one in answers if one.verdict is not Verdict.NOT_APPLICABLE]
    return Score(
        earned=sum(one.weight for one in counted if one.verdict is Verdict.YES),
        possible=sum(one.weight for one in counted),
        failed=tuple(one.words for one in counted if one.critical and one.verdict is Verdict.NO),
    )


@dataclass(frozen=True, slots=True)
class Average:
    """The scores of an agent's contacts in a period."""

    agent: str
    name: str
    shares: tuple[float, ...]
    """Of each contact that was scored, by its latest score card; oldest first."""
    failed: int
    """Of them, those in which a critical question was answered with no."""
    empty: int
    """Contacts to which no question applied: they are in no average."""
    starts: datetime
    ends: datetime

    @property
    def share(self) -> float | None:
        """None where nothing was scored."""
        return sum(self.shares) / len(self.shares) if self.shares else None


def latest(cards: Iterable[Scorecard]) -> dict[str, Scorecard]:
    """The score card that counts, by contact."""
    return {one.contact_id: one for one in in_order(cards)}


def in_order(cards: Iterable[Scorecard]) -> list[Scorecard]:
    """Score cards, oldest first, the same at every seat."""
    return sorted(cards, key=lambda one: (one.at, one.id))


def averages(
    cards: Iterable[Scorecard], names: Mapping[str, str], starts: datetime, ends: datetime
) -> tuple[Average, ...]:
    """The averages of the contacts that were scored in a period, by the agent's name."""
    by_agent: dict[str, list[Score]] = {}
    for card in in_order(latest(cards).values()):
        if starts <= card.at <= ends:
            by_agent.setdefault(card.agent, []).append(score(card.answers))
    found = [
        Average(
            agent=agent,
            name=names.get(agent, agent),
            shares=tuple(one.share for one in scores if one.share is not None),
            failed=sum(bool(one.failed) for one in scores),
            empty=sum(one.share is None for one in scores),
            starts=starts,
            ends=ends,
        )
        for agent, scores in by_agent.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.name, one.agent)))


# required steps


@dataclass(frozen=True, slots=True)
class Finding:
    """What the trail shows of a question."""

    question: str
    verdict: Verdict
    why: str
    at: datetime | None = None
    """When it was done."""


def findings(sheet: ScoreSheet, trail: Trail) -> dict[str, Finding]:
    """What the trail shows, by question; those without a step are not in it."""
    looked = _Looked(trail)
    return {one.id: looked.find(one.id, one.step) for one in sheet.questions if one.step is not None}


class _Looked:
    """A trail, made ready to be asked of."""

    def __init__(self, trail: Trail) -> None:
        self._contact = trail.contact
        left = (one for one in trail.steps if one.to and one.answer not in STEPPED_BACK)
        self._passed = sorted(left, key=lambda one: (one.left_at, one.id))
        """Cards that were left for another one; the one on which the contact ended was not passed."""
        self._gone_through = {one.playbook for one in trail.steps}
        self._conduct = standing(trail.conduct)
        self._notes = trail.notes

    def find(self, question: str, step: Step) -> Finding:
        verdict, why, at = self._not_asked(step) or self._looked_up(step)
        return Finding(question, verdict, why, at)

    def _not_asked(self, step: Step) -> tuple[Verdict, str, None] | None:
        where = step.where
        if where is None or self._card(where.passed) is not None or self._records(where.conduct):
            return None
        return Verdict.NOT_APPLICABLE, "it was not called for in this contact", None

    def _looked_up(self, step: Step) -> tuple[Verdict, str, datetime | None]:
        if step.passed:
            return self._of_cards(step.passed)
        if step.conduct:
            return self._of_records(step.conduct)
        if step.reasoned:
            return self._of_reasons(step.reasoned)
        if step.verified:
            return self._of_verified(step.verified)
        return self._of_notes()

    def _of_cards(self, names: Sequence[str]) -> tuple[Verdict, str, datetime | None]:
        passed = self._card(names)
        if passed is not None:
            return Verdict.YES, f"card {passed.playbook} {passed.card} was passed", passed.left_at
        named = [name for name in names if card_of(name).playbook in self._gone_through]
        if not named:
            return Verdict.NOT_APPLICABLE, "no playbook that has this step was gone through", None
        if len(named) == 1:
            return Verdict.NO, f"the card {named[0]} was not passed", None
        return Verdict.NO, f"none of the cards {', '.join(named)} was passed", None

    def _of_records(self, kinds: Sequence[ConductKind]) -> tuple[Verdict, str, datetime | None]:
        records = self._records(kinds)
        if records:
            one = records[0]
            return Verdict.YES, " · ".join(part for part in (f"on record: {one.kind}", one.reason) if part), one.at
        return Verdict.NO, f"nothing is on record: {', '.join(kinds)}", None

    def _of_reasons(self, kinds: Sequence[ConductKind]) -> tuple[Verdict, str, datetime | None]:
        records = self._records(kinds)
        if not records:
            return Verdict.NOT_APPLICABLE, f"nothing is on record: {', '.join(kinds)}", None
        bare = [one for one in records if not one.reason.strip()]
        if bare:
            return Verdict.NO, f"{bare[0].kind}: without a reason", bare[0].at
        told = ", ".join(f"{one.kind}: {one.reason}" for one in records)
        return Verdict.YES, told, records[0].at

    def _of_verified(self, least: int) -> tuple[Verdict, str, datetime | None]:
        ticked = self._contact.verified
        why = f"{len(ticked)} of at least {least} ticked" + (f": {', '.join(ticked)}" if ticked else "")
        return (Verdict.YES if len(ticked) >= least else Verdict.NO), why, None

    def _of_notes(self) -> tuple[Verdict, str, datetime | None]:
        if self._contact.ticket_id is None:
            return Verdict.NOT_APPLICABLE, "there is no ticket", None
        written = (TicketEventKind.NOTE, TicketEventKind.REPLY)
        for one in sorted(self._notes, key=lambda one: one.at):
            if one.kind in written and one.actor == self._contact.agent:
                return Verdict.YES, f"{one.kind}: {one.text}", one.at
        return Verdict.NO, "the agent wrote no note and no answer on the ticket", None

    def _card(self, names: Iterable[str]) -> CardStep | None:
        """The first time that one of some cards was passed."""
        wanted = [card_of(name) for name in names]
        for one in self._passed:
            for playbook, card, answer in wanted:
                if (one.playbook, one.card) == (playbook, card) and answer in ("", one.answer):
                    return one
        return None

    def _records(self, kinds: Sequence[ConductKind]) -> list[Conduct]:
        return [one for one in self._conduct if one.kind in kinds]


def answered(question: Question, verdict: Verdict, finding: Finding | None) -> ScoredAnswer:
    """An answer as it is kept."""
    return ScoredAnswer(
        question=question.id,
        words=question.words,
        weight=question.weight,
        critical=question.critical,
        verdict=verdict,
        by_itself=finding is not None and finding.verdict is verdict,
    )
