"""Scoring: the score of answers, what a trail shows, averages, the file with the questions, and what is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.content import CONTENT
from data.floor.pace import LeapClock
from data.models.agent import Agent
from data.models.base import AgentId, ContactId, QueueId
from data.models.card_step import CardStep
from data.models.conduct import Conduct, ConductKind
from data.models.contact import Contact, ContactState
from data.models.notice import Notice
from data.models.supervision import Scorecard, ScoredAnswer, Verdict
from data.notices import notices
from data.playbook.library import library
from data.store.database import Store
from data.supervision.quality import answered, averages, findings, score
from data.supervision.reviews import Review, ReviewList, ScoreFaultError, read_review, score_contact, write_note
from data.supervision.scoresheet import SCORECARD_FILE, ScoreSheet, Step, load_scoresheet
from data.supervision.story import Trail
from data.supervision.why import explain
from data.text.reviewed import ContentError
from tests.data.supervision.finished import CHARGED, DANA, GRACE, HELPED, OLDER, finished
from tests.data.supervision.test_watch import save

YES, NO, NONE = Verdict.YES, Verdict.NO, Verdict.NOT_APPLICABLE
NOW = datetime(2026, 11, 20, 14, tzinfo=UTC)
ROBIN, SAM = AgentId("robin"), AgentId("sam")
PLAYBOOKS = library(CONTENT / "playbooks", "plain").playbooks
SHEET = load_scoresheet(playbooks=PLAYBOOKS)


def answer(verdict: Verdict, weight: int = 1, critical: bool = False, words: str = "calm") -> ScoredAnswer:
    return ScoredAnswer(question="q", words=words, weight=weight, critical=critical, verdict=verdict)


# the score


@pytest.mark.parametrize(
    ("answers", "share", "failed"),
    [
        ([], None, ()),
        ([answer(NONE, 3), answer(NONE, critical=True)], None, ()),
        ([answer(YES, 3), answer(NO)], 0.75, ()),
        ([answer(YES, 3), answer(NONE, 5), answer(NO)], 0.75, ()),
        ([answer(NO), answer(NO)], 0.0, ()),
        ([answer(YES, 9), answer(NO, critical=True)], 0.0, ("calm",)),
        ([answer(YES, 9), answer(YES, critical=True)], 1.0, ()),
        ([answer(YES), answer(NONE, critical=True)], 1.0, ()),
    ],
)
def test_a_score(answers: list[ScoredAnswer], share: float | None, failed: tuple[str, ...]) -> None:
    found = score(answers)
    assert (found.share, found.failed) == (share, failed)


ANSWERS = st.lists(st.builds(answer, st.sampled_from(Verdict), st.integers(1, 100), st.booleans()), max_size=12)


@given(ANSWERS, st.integers(1, 100), st.booleans(), st.randoms())
def test_what_holds_of_every_score(
    answers: list[ScoredAnswer], weight: int, critical: bool, random: object
) -> None:
    before = score(answers).share
    shuffled = list(answers)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert score(shuffled).share == before == score([*answers, answer(NONE, weight, critical)]).share
    counted = [one for one in answers if one.verdict is not NONE]
    if not counted:
        assert before is None
    elif any(one.critical and one.verdict is NO for one in counted):
        assert before == 0
    else:
        earned = sum(one.weight for one in counted if one.verdict is YES)
        assert before == float(Fraction(earned, sum(one.weight for one in counted)))
    better = score([*answers, answer(YES, weight, critical)]).share
    worse = score([*answers, answer(NO, weight, critical)]).share
    assert (
        better is not None and worse is not None and 0 <= worse <= (before or 0) <= better <= 1
    ) or before is None


# what a trail shows


def trail(
    passed: Sequence[tuple[str, str, str]] = (), conduct: Sequence[Conduct] = (), verified: tuple[str, ...] = ()
) -> Trail:
    contact = Contact(
        id="c", feed="x", queue=QueueId("support"), offered_at=NOW, queued_at=NOW, verified=verified, agent=DANA
    )
    steps = [
        CardStep(
            id=f"s{place}",
            run_id="r",
            playbook=playbook,
            version=1,
            card=card,
            at=NOW,
            left_at=NOW,
            answer=key,
            to="x" if key else "",
        )
        for place, (playbook, card, key) in enumerate(passed)
    ]
    return Trail(contact, steps=steps, conduct=conduct)


def on_record(kind: ConductKind, reason: str = "", mark: str = "x", takes_back: str | None = None) -> Conduct:
    return Conduct(id=mark, kind=kind, at=NOW, by=DANA, reason=reason, takes_back=takes_back)


PASSED = Step(passed=("plain verify", "leads D2-5b=1"))
CHARGE = Step.model_validate({"conduct": ["cost said"], "where": {"passed": ["leads D2-8"]}})
REASONED = Step(reasoned=(ConductKind.REFUSED,))
REFUSED = ConductKind.REFUSED


@pytest.mark.parametrize(
    ("step", "of", "verdict", "why"),
    [
        (PASSED, trail([("plain", "verify", "1")]), YES, "card plain verify was passed"),
        (PASSED, trail([("leads", "D2-5b", "1")]), YES, "card leads D2-5b was passed"),
        (PASSED, trail([("leads", "D2-5b", "2")]), NO, "the card leads D2-5b=1 was not passed"),
        (PASSED, trail([("plain", "verify", "back"), ("plain", "greeting", "1")]), NO, "plain verify was not passed"),
        (PASSED, trail([("plain", "verify", "")]), NO, "plain verify was not passed"),
        (PASSED, trail([("conduct", "abuse", "1")]), NONE, "no playbook"),
        (PASSED, trail(), NONE, "no playbook"),
        (CHARGE, trail([("leads", "D2-8", "1")]), NO, "nothing is on record: cost said"),
        (CHARGE, trail([("leads", "D2-8", "1")], [on_record(ConductKind.COST_SAID)]), YES, "on record: cost said"),
        (CHARGE, trail([("leads", "D2-7", "2")]), NONE, "not called for"),
        (REASONED, trail(conduct=[on_record(REFUSED, "the law")]), YES, "refused: the law"),
        (REASONED, trail(conduct=[on_record(REFUSED, "the law"), on_record(REFUSED, " ", "y")]), NO, "without a reason"),
        (REASONED, trail(conduct=[on_record(REFUSED), on_record(REFUSED, mark="y", takes_back="x")]), NONE, "nothing"),
        (Step(verified=2), trail(verified=("name",)), NO, "1 of at least 2 ticked: name"),
        (Step(verified=2), trail(verified=("name", "phone")), YES, "2 of at least 2 ticked"),
        (Step(noted=True), trail(), NONE, "no ticket"),
    ],
)  # fmt: skip
def test_a_step_is_looked_for(step: Step, of: Trail, verdict: Verdict, why: str) -> None:
    sheet = ScoreSheet.model_validate(
        {
            "sections": [
                {"name": "s", "questions": [{"id": "q", "words": "w", "step": step}, {"id": "r", "words": "w"}]}
            ]
        }
    )
    found = findings(sheet, of)
    assert list(found) == ["q"], "the other one is the supervisor's"
    assert found["q"].verdict is verdict and why in found["q"].why


# the file


@pytest.mark.parametrize(
    ("text", "put", "says"),
    [
        ("leads D2-5b=1", "leads D2-5bb=1", "no card 'D2-5bb': write 'D2-5b'"),
        ("leads D2-5b=1", "leads D2-5b=7", "no answer '7': take one of 1, 2"),
        ("leads D2-1,", "D2-1,", "like leads D2-1"),
        ("id: named", "id: greeting", "two questions are called 'greeting'"),
        ("step: {noted: yes}", "step: {noted: yes, verified: 2}", "seen in one way"),
        ("critical: true", "critcal: true", "write 'critical'"),
        ("weight: 3", "weight: none", "weight"),
        ("conduct: [offer]", "conduct: [offers]", "should be 'abuse'"),
        ("where: {passed: [leads D2-90, appointment work]}", "where: {}", "it names nothing"),
    ],
)
def test_a_file_that_cannot_be_used_says_where_and_what_to_do(
    tmp_path: Path, text: str, put: str, says: str
) -> None:
    head, mark, questions = SCORECARD_FILE.read_text(encoding="utf-8").partition("sections:")
    assert text in questions
    own = tmp_path / "scorecard.yaml"
    own.write_text(head + mark + questions.replace(text, put, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=says) as raised:
        load_scoresheet(own, PLAYBOOKS)
    assert str(raised.value).startswith(f"{own}, line {raised.value.faults[0].line}: ")
    assert put.split(":")[0] in own.read_text(encoding="utf-8").splitlines()[raised.value.faults[0].line - 1]


def test_a_playbook_that_a_site_does_not_have_is_passed_over() -> None:
    assert load_scoresheet(playbooks=[one for one in PLAYBOOKS if one.id == "plain"]) == SHEET


# what is read and written


@pytest.fixture
def clock() -> LeapClock:
    return LeapClock(NOW)


@pytest.fixture
def filled(store: Store) -> Store:
    people = [
        Agent(id=ROBIN, name="Robin"), Agent(id=SAM, name="Sam Ito"), Agent(id=DANA, name="Dana Reyes"),
        Agent(id=GRACE, name="Grace Kim", played=True),
    ]  # fmt: skip
    talking = Contact(
        id="talks", feed="x", queue=QueueId("support"), offered_at=NOW, queued_at=NOW, agent=DANA,
        state=ContactState.TALKING,
    )  # fmt: skip
    save(store, [*people, talking, *finished(NOW)])
    return store


def review_of(store: Store, contact_id: ContactId) -> Review:
    found = read_review(store, contact_id, SHEET, PLAYBOOKS)
    assert found is not None
    return found


def by_the_trail(review: Review, other: Verdict = YES) -> list[ScoredAnswer]:
    found = review.findings
    return [
        answered(one, found[one.id].verdict if one.id in found else other, found.get(one.id))
        for one in SHEET.questions
    ]


def test_contacts_that_are_over_with_what_their_trails_show(filled: Store) -> None:
    lines = ReviewList().read(filled, NOW).lines
    assert [(one.contact.id, one.agent, one.who, one.length_s) for one in lines] == [
        (HELPED, "Dana Reyes", "Maria Alvarez", 300),
        (CHARGED, "Grace Kim", "[b]Lee[/b] & Sons", 300),
        (OLDER, "Dana Reyes", "number withheld", 300),
    ]
    helped, charged, older = (review_of(filled, one) for one in (HELPED, CHARGED, OLDER))
    verdicts = {key: one.verdict for key, one in helped.findings.items()}
    assert verdicts == {
        "greeting": YES, "verified": YES, "computer": NONE, "reasons": YES, "cost": NONE, "number": YES, "offer": YES,
        "noted": YES,
    }  # fmt: skip
    assert charged.findings["cost"].verdict is NO and charged.findings["greeting"].verdict is NO
    assert {one.verdict for key, one in older.findings.items() if key != "offer"} == {NONE}
    passed = [(one.card, one.answer) for one in helped.cards if one.step is not None]
    assert passed[:2] == [("greeting", "Has been a customer before"), ("verify", "Confirmed")]
    assert [one.card for one in helped.cards if one.step is None] == [
        "new-customer",
        "later",
        "wrap-up",
        "wrong-number",
    ]
    assert read_review(filled, "nobody", SHEET, PLAYBOOKS) is None


def test_a_score_is_kept_counts_and_is_given_anew(filled: Store, clock: LeapClock) -> None:
    review = review_of(filled, CHARGED)
    listed = ReviewList()
    assert not listed.read(filled, NOW).averages
    first = score_contact(filled, review, by_the_trail(review), " look again ", ROBIN, clock)
    assert (
        score(first.answers).failed == ("Extra cost was said before the charge",) and first.comment == "look again"
    )
    again = review_of(filled, CHARGED)
    with pytest.raises(ScoreFaultError, match="scored so already"):
        score_contact(filled, again, first.answers, "look again", SAM, clock)
    with pytest.raises(ScoreFaultError, match="Answer this first: The greeting of the script was given"):
        score_contact(filled, again, first.answers[1:], "", SAM, clock)
    with pytest.raises(ScoreFaultError, match="another supervisor scores it"):
        score_contact(filled, again, first.answers, "mine was good", again.contact.agent or ROBIN, clock)
    clock.leap(60)
    mended = [
        one.model_copy(update={"verdict": NONE, "by_itself": False}) if one.question == "cost" else one
        for one in first.answers
    ]
    second = score_contact(filled, again, mended, "it was free", SAM, clock)
    assert second.instead_of == first.id
    shown = review_of(filled, CHARGED)
    assert (shown.scored, shown.by, shown.card) == ((first, second), ("Robin", "Sam Ito"), second)
    read = listed.read(filled, clock.now())
    assert read == ReviewList().read(filled, clock.now()), "what is read bit by bit is the same"
    line = next(one for one in read.lines if one.contact.id == CHARGED)
    assert line.by == "Sam Ito" and line.score is not None and not line.score.failed
    (average,) = read.averages
    assert (average.name, average.shares, average.failed) == ("Grace Kim", (line.score.share,), 0), (
        "once, by the latest"
    )
    with filled.write() as connection:  # the hub refused it
        connection.execute("DELETE FROM scorecard WHERE id = ?", (second.id,))
    assert listed.read(filled, clock.now()).averages[0].failed == 1
    queued = [row["entity"] for row in filled.rows("SELECT entity FROM outbox")]
    assert queued == ["scorecard"] * 2
    talks = review_of(filled, ContactId("talks"))
    with pytest.raises(ScoreFaultError, match="not over yet"):
        score_contact(filled, talks, by_the_trail(talks), "", ROBIN, clock)


def test_a_card_that_the_hub_refused_gives_its_place_to_the_next(filled: Store, clock: LeapClock) -> None:
    """The number of cards is the same again, and so is the place of the last one: it is another all the same."""
    listed = ReviewList()
    first, other = (ContactId(one.contact.id) for one in listed.read(filled, NOW).lines[:2])
    refused = score_contact(
        filled, review_of(filled, first), by_the_trail(review_of(filled, first)), "", ROBIN, clock
    )
    assert [one.card for one in listed.read(filled, clock.now()).lines if one.card is not None] == [refused]
    with filled.write() as connection:
        connection.execute("DELETE FROM scorecard WHERE id = ?", (refused.id,))
    kept = score_contact(filled, review_of(filled, other), by_the_trail(review_of(filled, other)), "", ROBIN, clock)
    assert [one.card for one in listed.read(filled, clock.now()).lines if one.card is not None] == [kept]


def test_a_note_reaches_the_agent_and_tells_when_it_was_read(filled: Store, clock: LeapClock) -> None:
    review, zone = review_of(filled, HELPED), ZoneInfo("UTC")
    for text, of, says in ((" ", review, "Type the note"), ("x", review_of(filled, CHARGED), "played")):
        with pytest.raises(ScoreFaultError, match=says):
            write_note(filled, of, text, ROBIN, clock, zone)
    made = write_note(filled, review, "Well explained.", ROBIN, clock, zone)
    assert isinstance(made, Notice)
    (mine,) = notices.of(filled, Agent(id=DANA, name="Dana Reyes"))
    assert (mine.notice.kind, mine.sender) == ("quality note", "Robin")
    assert mine.notice.about == "Maria Alvarez, 20 Nov 13:20: Well explained."
    assert [one.seen_at for one in review_of(filled, HELPED).notes] == [None]
    notices.acknowledge(filled, made.id, DANA, clock)
    assert [one.seen_at for one in review_of(filled, HELPED).notes] == [NOW]


def test_averages_and_why() -> None:
    def card(mark: str, answers: Sequence[ScoredAnswer], days: float, agent: AgentId = DANA) -> Scorecard:
        at = NOW - timedelta(days=days)
        return Scorecard(
            id=f"{mark}/{days}", contact_id=ContactId(mark), agent=agent, by=ROBIN, at=at, answers=tuple(answers)
        )

    cards = [
        card("a", [answer(YES)], 40),
        card("b", [answer(YES, 3), answer(NO)], 3),
        card("b", [answer(YES)], 2),
        card("c", [answer(YES), answer(NO, critical=True)], 1),
        card("d", [answer(NONE)], 1),
        card("e", [answer(NONE)], 1, GRACE),
    ]
    dana, grace = averages(cards, {DANA: "Dana Reyes", GRACE: "Grace Kim"}, NOW - timedelta(days=30), NOW)
    assert (dana.shares, dana.share, dana.failed, dana.empty) == ((1.0, 0.0), 0.5, 1, 1)
    said = explain(dana, "quality")
    assert (
        "(100.0 + 0.0) / 2 = 50.0 %" in said
        and "2026-10-21" in said
        and "1 of them 0 %" in said
        and "1 more" in said
    )
    assert grace.share is None and "scored contacts = –" in explain(grace, "quality")
    assert "3 / 4 = 75.0 %" in explain(score([answer(YES, 3), answer(NO)]), "score")
    assert "critical" in explain(score([answer(YES), answer(NO, critical=True)]), "score")
    assert explain(score([]), "score") == "Score = –, as no question applies."
    with pytest.raises(ValueError, match="no figure 'aht'"):
        explain(dana, "aht")
