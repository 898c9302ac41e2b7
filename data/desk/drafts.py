"""Unfinished texts outside the ticket form: a note, a new customer, a number to call, a search, and where the hands were.

One row each, local to the seat and the agent's own. The form of a ticket has its place in `journal`; both come
back after whatever ended the console (TICK-5, CALL-7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import ClassVar, Concatenate, ParamSpec, TypeVar

from pydantic import Field

from data.clock import Clock
from data.models.base import AgentId, Entity, Instant
from data.store.database import Store
from data.text.cards import mask_cards
from data.text.whole import whole

P = ParamSpec("P")
T = TypeVar("T")


class DraftKind(StrEnum):
    """What a draft becomes when it is finished."""

    NOTE = "note"
    CUSTOMER = "customer"
    CHANGE = "change"
    """Of a customer who is known."""
    CALL_OUT = "call out"
    MACRO = "macro"
    """The text of a macro, about a thing on the desk."""
    CALLBACK = "callback"
    OUTAGE = "outage"
    """For the board: a new one, or a change of the one that it is about."""
    CALLED = "called"
    """What the person to call said; about their name."""
    ANSWER = "answer"
    """To a card of the script, about a thing on the desk."""
    REPORT = "queue report"
    WAIVER = "waiver"
    """Who said that a step of a checklist may be left out."""
    STEP_IN = "step in"
    """A supervisor's, about how one steps in."""
    SCORE = "score"
    """Answers to a score card, about a contact."""
    QUALITY_NOTE = "quality note"
    """To an agent, about a contact."""
    SEARCH = "search"
    PLACE = "place"
    """No text: the widget that has the keys."""


class Draft(Entity):
    """One unfinished text, or a form of them."""

    entity: ClassVar[str] = "draft"

    id: str
    """`draft_id`: what it becomes, and what it is about."""
    agent: AgentId
    fields: dict[str, str] = Field(default_factory=dict)
    focus: str = ""
    """The field with the keys; of a place, the id of the widget."""
    cursor: tuple[int, int] = (0, 0)
    """Row and column in that field."""
    open: bool = False
    """It was on the screen: it is opened again."""
    updated_at: Instant

    @property
    def kind(self) -> DraftKind:
        """What it becomes when it is finished."""
        return DraftKind(self.id.partition(":")[0])

    @property
    def about(self) -> str:
        """The thing on the desk or the customer that it is about; empty when it is about none."""
        return self.id.partition(":")[2]


def draft_id(kind: DraftKind, about: str = "") -> str:
    """The id of the draft of a kind about something: there is at most one."""
    return f"{kind}:{about}"


def of_agent(store: Store, agent: AgentId) -> list[Draft]:
    """Everything that this agent has begun; nobody else's."""
    return [Draft.from_row(row) for row in store.rows("SELECT * FROM draft WHERE agent = ? ORDER BY id", (agent,))]


def keep(store: Store, draft: Draft, clock: Clock) -> Draft:
    """Write a draft as it stands, card numbers masked first."""
    fields = {name: mask_cards(whole(text)) for name, text in draft.fields.items()}
    kept = draft.model_copy(update={"fields": fields, "updated_at": clock.now()})
    row = kept.to_row()
    names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
    with store.write() as connection:
        connection.execute(f"INSERT OR REPLACE INTO draft ({names}) VALUES ({marks})", row)  # noqa: S608
    return kept


def keep_all(store: Store, agent: AgentId, drafts: Mapping[str, Draft | None], clock: Clock) -> None:
    """Write what has changed since the last time, None for what is gone: all or nothing, so that what comes back
    was on the screen together (one dialog is closed before the next is opened)."""
    with store.write():
        for name, draft in drafts.items():
            if draft is None:
                discard(store, name, agent)
            else:
                keep(store, draft, clock)


def discard(store: Store, draft: str, agent: AgentId) -> None:
    """Away with a draft, by its id."""
    with store.write() as connection:
        connection.execute("DELETE FROM draft WHERE agent = ? AND id = ?", (agent, draft))


def finish(
    store: Store,
    draft: str,
    agent: AgentId,
    work: Callable[Concatenate[Store, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Do what the draft was for and take it away, both or neither: what was saved is never offered once more.

    Raises:
        StoreError: nothing was done, and whatever `work` raises.
    """
    with store.write():
        done = work(store, *args, **kwargs)
        discard(store, draft, agent)
    return done
