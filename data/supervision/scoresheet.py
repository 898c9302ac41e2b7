"""By which questions contacts are scored, as an organisation writes them: the reviewed file `scorecard.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Final, NamedTuple, Self

from pydantic import AfterValidator, Field, model_validator

from data.content import CONTENT
from data.models.base import Strict
from data.models.conduct import ConductKind
from data.playbook.model import Playbook
from data.text import reviewed
from data.text.nearest import instead
from data.text.reviewed import ContentError, Document, Fault, Place

SCORECARD_FILE = CONTENT / "scorecard.yaml"
WAYS: Final = ("passed", "verified", "conduct", "reasoned", "noted")
_NAME: Final = re.compile(r"[a-z][a-z0-9-]* [^\s=]+(=[0-9a-z])?")


def _named(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError(
            "write a playbook's id and a card's, like leads D2-1, or with an answer's key, leads D2-5b=1"
        )
    return text


CardName = Annotated[str, AfterValidator(_named)]
"""A playbook's id and a card's, and the key of an answer if it matters: `leads D2-1`, `leads D2-5b=1`."""


class NamedCard(NamedTuple):
    """A card name in its parts."""

    playbook: str
    card: str
    answer: str
    """Empty: any."""


def card_of(name: str) -> NamedCard:
    """The parts of a card name."""
    playbook, _, rest = name.partition(" ")
    card, _, answer = rest.partition("=")
    return NamedCard(playbook, card, answer)


class Where(Strict):
    """Contacts in which a question applies: those that passed one of the cards, or have one of the records."""

    passed: tuple[CardName, ...] = ()
    conduct: tuple[ConductKind, ...] = ()

    @model_validator(mode="after")
    def _said(self) -> Self:
        if not self.passed and not self.conduct:
            raise ValueError("it names nothing: write passed or conduct, or leave it out")
        return self


class Step(Strict):
    """What is looked for in a contact's trail; one of WAYS."""

    passed: tuple[CardName, ...] = ()
    verified: int = Field(0, ge=0, le=20)
    conduct: tuple[ConductKind, ...] = ()
    reasoned: tuple[ConductKind, ...] = ()
    noted: bool = False
    where: Where | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(bool(getattr(self, way)) for way in WAYS) != 1:
            raise ValueError(f"a step is seen in one way: write one of {', '.join(WAYS)}")
        return self


class Question(Strict):
    """A question of the score card."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=32)
    words: str = Field(min_length=1, max_length=160)
    weight: int = Field(1, ge=1, le=100)
    critical: bool = False
    """A no makes the whole score 0."""
    step: Step | None = None
    """It is found in the trail; None: the supervisor answers it."""


class Section(Strict):
    """Questions under one name."""

    name: str = Field(min_length=1, max_length=24)
    questions: tuple[Question, ...] = Field(min_length=1)


class ScoreSheet(Strict):
    """Everything that is asked about a contact."""

    sections: tuple[Section, ...] = Field(min_length=1)

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions in their order."""
        return tuple(one for section in self.sections for one in section.questions)


def load_scoresheet(path: Path = SCORECARD_FILE, playbooks: Iterable[Playbook] = ()) -> ScoreSheet:
    """Read the questions. A playbook that is not there is none that is gone through; of one that is, the cards must be.

    Raises:
        ContentError: unreadable, something unknown or unfit in it, two questions of one id, or a card that its playbook
            does not have.
    """
    document = reviewed.read(path)
    sheet = reviewed.fitted(document, path, ScoreSheet)
    by_id = {one.id: one for one in playbooks}
    if faults := [*_doubles(sheet, document), *_unknown_cards(sheet, document, by_id)]:
        raise ContentError(path, faults)
    return sheet


def _doubles(sheet: ScoreSheet, document: Document) -> Iterator[Fault]:
    seen = set()
    for at, section in enumerate(sheet.sections):
        for number, one in enumerate(section.questions):
            if one.id in seen:
                line = document.line(("sections", at, "questions", number, "id"))
                yield Fault(line, f"two questions are called '{one.id}'", "give this one another id", "double")
            seen.add(one.id)


def _unknown_cards(sheet: ScoreSheet, document: Document, playbooks: dict[str, Playbook]) -> Iterator[Fault]:
    for place, name in _card_names(sheet):
        of, card_id, answer = card_of(name)
        playbook = playbooks.get(of)
        if playbook is None:
            continue
        card = playbook.find(card_id)
        if card is None:
            fix = instead(card_id, [one.id for one in playbook.cards])
            yield Fault(document.line(place), f"the playbook {of} has no card '{card_id}'", fix, "unknown-card")
        elif answer and answer not in (keys := [one.key for one in card.answers]):
            fix = f"take one of {', '.join(keys)}" if keys else "leave the answer out"
            yield Fault(document.line(place), f"the card {card_id} has no answer '{answer}'", fix, "unknown-answer")


def _card_names(sheet: ScoreSheet) -> Iterator[tuple[Place, str]]:
    for at, section in enumerate(sheet.sections):
        for number, question in enumerate(section.questions):
            step, place = question.step, ("sections", at, "questions", number, "step")
            if step is None:
                continue
            for nth, name in enumerate(step.passed):
                yield (*place, "passed", nth), name
            for nth, name in enumerate(step.where.passed if step.where is not None else ()):
                yield (*place, "where", "passed", nth), name
