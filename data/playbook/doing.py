"""Doing what a card says: each action of `data.playbook.actions`, in the store, with its way back where there is one.

Everything happens inside the write transaction of the step that it belongs to: the step and what it did are kept
together, or neither is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from data.billing.amounts import MoneyError
from data.billing.receipt import Receipt
from data.callbacks.callbacks import CallbackFaultError
from data.desk import journal
from data.desk.journal import DeskItem
from data.models.base import CustomerId, TicketId
from data.models.contact import Request, RequestAction
from data.playbook.actions import Act
from data.playbook.facts import Facts
from data.playbook.model import Playbook
from data.playbook.run import Done, Run
from data.playbook.wording import WordingError, filled
from data.playbook.workplace import Workplace
from data.queue import handling
from data.store.database import Store
from data.tickets.tickets import TicketFaultError


class ScriptError(ValueError):
    """What the script asks for cannot be done now; the message says what to do first."""


@dataclass
class Hand:
    """One step being done: what it works on, and what it leaves to be told and asked of the feed."""

    store: Store
    workplace: Workplace
    playbook: Playbook
    item: DeskItem
    told: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    """What this step has done so far: it comes to the trail with the step."""

    @cached_property
    def facts(self) -> Facts:
        """The facts as they are now; `changed` forgets them."""
        return Facts(self.store, self.workplace, self.item)

    @property
    def run(self) -> Run:
        """The script in hand."""
        run = self.item.run
        if run is None:
            raise ScriptError("There is no script here.")
        return run

    def changed(self, item: DeskItem | None = None) -> None:
        """Something was written: what was read before holds no longer."""
        if item is not None:
            self.item = item
        self.__dict__.pop("facts", None)

    def did(self, action: str) -> Done | None:
        """The last time that an action was done, in this step or before it; None if it was not."""
        found = [one for one in self.done if one.action == action]
        return found[-1] if found else self.run.did(action)

    def set_run(self, **fields: Any) -> None:
        """Change the place in the script."""
        run = self.run.model_copy(update=fields)
        self.changed(self.item.model_copy(update={"runs": (*self.item.runs[:-1], run)}))

    def text(self, template: str) -> str:
        """A text with its facts filled in."""
        if "{" not in template:
            return template
        try:
            return filled(template, self.facts.words(self.playbook))
        except WordingError as error:
            raise ScriptError(
                f"A text of the script cannot be filled in ({error}): jump to another card, and tell who writes it."
            ) from error

    def ticket_id(self) -> TicketId:
        """The saved ticket."""
        if self.item.ticket_id is None:
            raise ScriptError("There is no ticket yet: write its title and save it first.")
        return self.item.ticket_id

    def customer_id(self) -> CustomerId:
        """The customer."""
        if self.item.customer_id is None:
            raise ScriptError("There is no customer yet: search and attach one, or make a new one.")
        return self.item.customer_id

    def write_form(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Write fields of the ticket form and save it. Returns what stood there before."""
        before = dict(self.facts.form)
        kept = {**before, **fields}
        item, _ = journal.save(self.store, self.item.model_copy(update={"fields": kept}), self.workplace.clock)
        self.changed(item)
        return {name: before.get(name, "") for name in fields}

    def ask(self, action: RequestAction, target: str = "", else_say: str = "") -> None:
        """Ask the feed; where it cannot be asked, the agent is told (`else_say`) to do it by hand."""
        contact, me = self.facts.contact, self.workplace.agent
        if contact is None or handling.cannot(contact, me, action):
            self.told += [else_say] if else_say else []
            return
        self.requests.append(handling.ask(self.store, contact, action, me, self.workplace.clock, target))


A = TypeVar("A", bound=Act)
Given = Mapping[str, str]
Doer = Callable[[Hand, Any, str, Given], Done | None]
DOERS: dict[type[Act], Doer] = {}
UNDOERS: dict[str, Callable[[Hand, Done], None]] = {}


def does(kind: type[A]) -> Callable[[Callable[[Hand, A, str, Given], Done | None]], Doer]:
    def register(doer: Callable[[Hand, A, str, Given], Done | None]) -> Doer:
        DOERS[kind] = doer
        return doer

    return register


def undoes(name: str) -> Callable[[Callable[[Hand, Done], None]], Callable[[Hand, Done], None]]:
    def register(undoer: Callable[[Hand, Done], None]) -> Callable[[Hand, Done], None]:
        UNDOERS[name] = undoer
        return undoer

    return register


def do(hand: Hand, action: Act, outcome: str, given: Given) -> Done | None:
    """Do an action.

    Raises:
        ScriptError, MoneyError, TicketFaultError, CallbackFaultError, WhenError: it cannot be done now; nothing of the
            step is kept.
        StoreError: nothing was written.
    """
    done = DOERS[type(action)](hand, action, outcome, given)
    if done is not None:
        hand.done.append(done)
    return done


def undo(hand: Hand, done: Done) -> bool:
    """Take back what was done; False when there is no way back, or what came after it stands in the way."""
    undoer = UNDOERS.get(done.action)
    if undoer is None or not done.undo:
        return False
    try:
        undoer(hand, done)
    except (MoneyError, CallbackFaultError, TicketFaultError):
        return False  # each is raised before anything is written
    return True
