"""Contacts and their score cards as lines: the list, the averages, the steps and cards of a contact, its questions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from data.models.supervision import Scorecard, Verdict
from data.supervision.quality import Average, Score, score
from data.supervision.reviews import CardLine, NoteLine, Review, ReviewLine, Reviews
from data.supervision.scoresheet import Question
from widgets.floor.table import Table
from widgets.floor.words import NOTHING, percent, seconds
from widgets.lines import Row
from widgets.safe_text import Line, Span, fit, line

SIGNS: dict[Verdict | None, tuple[str, str, str]] = {
    Verdict.YES: ("✓", "yes", "good"),
    Verdict.NO: ("✗", "no", "bad"),
    Verdict.NOT_APPLICABLE: (NOTHING, "n/a", "dim"),
    None: ("?", "open", "warn"),
}
"""How an answer is shown: its sign, its word, its tone."""
_WIDE = 70
"""Cells from which on the reason of a finding, the section of a question and where its answer is from have room."""
_AGENT, _QUEUE, _LONG, _BY = 16, 12, 7, 14

# the list


def review_table(
    reviews: Reviews, now: datetime, zone: ZoneInfo, cells: int, begun: Collection[str], only: str = ""
) -> Table:
    """The contacts that are over, the newest first; those of one agent where `only` names one. `begun`: contacts
    whose score card was begun and not saved."""
    left = cells - 14 - _AGENT - _LONG - 19 - (_QUEUE if cells >= 90 else 0) - (_BY if cells >= 130 else 0)
    who = max(10, left * 2 // 5)
    ended = max(8, left - who)
    queue = fit("queue", _QUEUE) if cells >= 90 else ""
    by = fit("by", _BY) if cells >= 130 else ""
    head = (
        Span(
            f" {fit('when', 13)}{fit('agent', _AGENT)}{queue}{fit('who', who)}{fit('length', _LONG, 'right')}  "
            f"{fit('disposition', ended)}{fit('score', 16)}{by}",
            "dim",
        ),
    )
    rows = []
    for one in reviews.lines:
        if only and one.contact.agent != only:
            continue
        rows.append(
            Row(
                one.contact.id,
                (
                    Span(f" {fit(when(one.contact.offered_at, now, zone), 13)}", "dim"),
                    Span(fit(one.agent, _AGENT - 1) + " "),
                    *([Span(fit(one.queue, _QUEUE - 1) + " ", "dim")] if queue else []),
                    Span(fit(one.who, who - 1) + " "),
                    Span(f"{fit(seconds(one.length_s), _LONG, 'right')}  "),
                    Span(fit(one.contact.disposition or NOTHING, ended - 1) + " ", "dim"),
                    _score_span(one, one.contact.id in begun),
                    *([Span(fit(one.by, _BY - 1), "dim")] if by else []),
                ),
            )
        )
    return Table(head, tuple(rows))


def when(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`13:02`, of another day `20 Nov 13:02`."""
    here = at.astimezone(zone)
    return f"{here:%H:%M}" if here.date() == now.astimezone(zone).date() else f"{here:%d %b %H:%M}"


def _score_span(one: ReviewLine, begun: bool) -> Span:
    if begun:
        return Span(fit("… begun", 16), "warn")
    if one.score is None:
        return Span(fit("○ not scored", 16), "dim")
    if one.score.failed:
        return Span(fit("■ 0 % critical", 16), "bad")
    return Span(fit(f"● {percent(one.score.share)}", 16))


def average_table(averages: Iterable[Average], cells: int) -> Table:
    """What the agents' scores come to, an agent a line."""
    name = max(12, min(28, cells - 52))
    heads = f" {fit('agent', name)}{fit('scored', 9, 'right')}{fit('average', 11, 'right')}"
    head = (Span(f"{heads}{fit('lowest', 10, 'right')}{fit('critical', 11, 'right')}", "dim"),)
    rows = []
    for one in averages:
        rows.append(
            Row(
                one.agent,
                (
                    Span(f" {fit(one.name, name)}"),
                    Span(fit(str(len(one.shares) + one.empty), 9, "right")),
                    Span(fit(percent(one.share), 11, "right"), "bright"),
                    Span(fit(percent(min(one.shares, default=None)), 10, "right"), "dim"),
                    Span(
                        fit(f"■ {one.failed}" if one.failed else NOTHING, 11, "right"),
                        "bad" if one.failed else "dim",
                    ),
                ),
            )
        )
    return Table(head, tuple(rows))


# one contact


def trail_rows(review: Review, zone: ZoneInfo, cells: int) -> list[Row]:
    """The required steps with what was found, then the cards of the playbooks: passed ones first."""
    rows = []
    for question in review.sheet.questions:
        finding = review.findings.get(question.id)
        if finding is None:
            continue
        shape, _word, tone = SIGNS[finding.verdict]
        at = f"{finding.at.astimezone(zone):%H:%M:%S}" if finding.at is not None else ""
        words = max(10, (cells - 14) * 3 // 5) if cells >= _WIDE else max(10, cells - 13)
        rows.append(
            Row(
                f"step:{question.id}",
                (
                    Span(f" {shape} ", tone),
                    Span(f"{fit(at, 8)} ", "dim"),
                    Span(
                        fit(question.words, words), "" if finding.verdict is not Verdict.NOT_APPLICABLE else "dim"
                    ),
                    Span(f" {fit(finding.why, max(0, cells - 14 - words))}", tone if tone == "bad" else "dim"),
                ),
            )
        )
    rows += [Row(f"card:{place}", _card_row(one, zone, cells)) for place, one in enumerate(review.cards)]
    return rows


def _card_row(one: CardLine, zone: ZoneInfo, cells: int) -> Line:
    title = fit(f"{one.playbook} {one.card} {one.title}", max(12, min(34, cells // 2)))
    if one.step is None:
        return (Span(f"   {fit('', 8)} ", "faint"), Span(title, "faint"), Span(" not on its way", "faint"))
    did = " · ".join(part for part in (one.answer, *one.step.done) if part)
    return (
        Span(" ▸ ", "accent"),
        Span(f"{one.step.left_at.astimezone(zone):%H:%M:%S} ", "dim"),
        Span(title),
        Span(f" {fit(did, max(0, cells - 14 - len(title)))}", "dim"),
    )


def trail_words(review: Review, key: str) -> str:
    """A row of it in full."""
    kind, _, rest = key.partition(":")
    if kind == "step":
        words = next(one.words for one in review.sheet.questions if one.id == rest)
        found = review.findings[rest]
        return f"{words}: {SIGNS[found.verdict][1]}, as {found.why}."
    one = review.cards[int(rest)]
    title = f"{one.playbook} {one.card}, {one.title}"
    if one.step is None:
        return f"{title}: this contact was not on it."
    return f"{title}: {'; '.join(part for part in (one.answer, one.step.outcome, *one.step.done) if part) or 'passed'}."


def score_rows(review: Review, verdicts: Mapping[str, Verdict], cells: int) -> list[Row]:
    """The questions with their answers. `trail`: found there; `!`: critical."""
    section, trail = (10, 6) if cells >= _WIDE else (0, 0)
    words = max(10, cells - section - trail - 16)
    rows = []
    for part in review.sheet.sections:
        for place, question in enumerate(part.questions):
            shape, word, tone = SIGNS[verdicts.get(question.id)]
            name = f"{fit(part.name if place == 0 else '', section - 1)} " if section else ""
            rows.append(
                Row(
                    question.id,
                    (
                        Span(f" {name}", "accent"),
                        Span(f"{shape} {fit(word, 5)}", tone),
                        Span(fit(question.words, words), "dim" if word == "n/a" else ""),
                        Span(fit(" trail" if question.step is not None else "", trail), "dim"),
                        Span(fit(f"×{question.weight}", 4, "right"), "dim"),
                        Span(" !" if question.critical else "  ", "warn"),
                    ),
                )
            )
    return rows


def question_words(review: Review, question: Question) -> str:
    """A question in full, and how it is answered."""
    critical = " A no makes the whole score 0." if question.critical else ""
    finding = review.findings.get(question.id)
    how = f" Found in the trail: {finding.why}." if finding is not None else ""
    return f"{question.words} (weight {question.weight}).{critical}{how}"


def score_words(found: Score, open_ones: int) -> str:
    """`82 % · 18 of 22`, with what is still open."""
    share = percent(found.share) if found.possible else NOTHING
    critical = " · critical" if found.failed else ""
    more = f" · {open_ones} open" if open_ones else ""
    return f"{share} · {found.earned} of {found.possible}{critical}{more}"


def kept_lines(review: Review, now: datetime, zone: ZoneInfo, cells: int, most: int = 3) -> list[Line]:
    """Who scored it before, and what was written to the agent, the newest first."""
    found: list[tuple[datetime, Line]] = []
    for place, (card, by) in enumerate(zip(review.scored, review.by, strict=True), 1):
        found.append((card.at, _scored_line(card, by, place, len(review.scored), now, zone, cells)))
    found += [(one.notice.at, _note_line(one, now, zone, cells)) for one in review.notes]
    return [one for _at, one in sorted(found, key=lambda one: one[0], reverse=True)][:most]


def _scored_line(card: Scorecard, by: str, place: int, of: int, now: datetime, zone: ZoneInfo, cells: int) -> Line:
    share = percent(score(card.answers).share)
    version = f", version {place} of {of}" if of > 1 else ""
    text = f"{share} by {by}, {when(card.at, now, zone)}{version}"
    counts = "" if place == of else " (no longer counts)"
    said = f": {card.comment}" if card.comment else ""
    return line((" ● ", "good" if place == of else "dim"), fit(f"{text}{counts}{said}", max(8, cells - 3)))


def _note_line(one: NoteLine, now: datetime, zone: ZoneInfo, cells: int) -> Line:
    read = f"read {when(one.seen_at, now, zone)}" if one.seen_at is not None else "not read yet"
    text = f"note by {one.by}, {when(one.notice.at, now, zone)} · {read}: {one.notice.about}"
    return line((" » ", "info"), fit(text, max(8, cells - 3)))
