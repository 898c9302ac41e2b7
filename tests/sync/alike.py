"""The embedded hub and PostgreSQL's beside each other, on one seed: the same calls under one clock, the same answers.

Three seats push what nobody would, as well as what everybody does (`tests.sync.drawing`): whole rows and parts of them,
fields of the wrong kind or of a newer program, deletes, what was sent before, what has another op's number. They pull,
fetch anew, enrol with another scope, look customers up, claim, keep, finish, and take numbers; seats are revoked, and time
leaps by seconds or by weeks. Either nobody signed in, or an agent and a supervisor did, beside a feed.

Every answer is compared, down to numbers of the order, versions, conflicts and the rows of each page. Left out on purpose is:

- why an op was refused: each hub says it in words of its own, and of several reasons the one that it finds first;
- the epoch and the id of a hub, which are drawn when it is made;
- how a body is written: both are read as the model reads them, as seats do;
- a contact that a claim takes from a vanished seat and gives away at once: the embedded hub writes it twice, PostgreSQL
  once. So before each claim another one, which gets nothing, has given back what ran out;
- values that a model reads though they are of another kind (a number as text, a moment of another zone): the embedded hub
  takes them as the model reads them, PostgreSQL refuses them, and seats write none;
- ids of more than 900 bytes, which PostgreSQL's indexes cannot hold and which it refuses;
- a queue report whose reporter's id has a NUL in it, or half a character: PostgreSQL, which cannot hold that, works out
  another id for the report;
- a look-up of letters beyond ASCII in another case: PostgreSQL folds those that its locale knows, SQLite none;
- a replica that speaks for another person than before: a hub in a file cannot keep anybody from that;
- pulls that pass over thousands of rows: the hubs look through another number of them at a time;
- people whose role or access changes: each hub's administration has tests of its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from data.models import SYNCED
from data.models.agent import Agent, Role
from data.models.base import AgentId, ContactId, new_id
from data.sync.contract import (
    BY_ID,
    WHOLE,
    CopiedReplica,
    Enrolment,
    Hub,
    HubRow,
    MustRefetch,
    Op,
    OpResult,
    Page,
    Revoked,
    Scope,
)
from tests.postgres import Server
from tests.sync import grounds
from tests.sync.drawing import IDS, QUEUES, TEXTS, Drawing
from tests.sync.writers import Writer

STEPS = 150
PAGE = 4
"""Rows of a snapshot's page: few, so that there are many pages."""
DAY_S = 86_400.0
REFUSALS = (CopiedReplica, MustRefetch, Revoked)
"""What hubs answer instead of what was asked."""


class Differ(AssertionError):
    """The hubs did not answer alike."""


# what is compared


class Twins:
    """Two hubs that are asked the same, as if they were one. The answer is what both say.

    Raises:
        Differ: one says what the other does not.
    """

    def __init__(self, embedded: Hub, postgresql: Hub) -> None:
        self._hubs = {"embedded": embedded, "postgresql": postgresql}

    def __getattr__(self, call: str) -> Any:
        return partial(self._ask, call)

    def close(self) -> None:
        for hub in self._hubs.values():
            hub.close()

    def _ask(self, call: str, *given: object) -> Any:
        answers = [_answer(getattr(hub, call), given) for hub in self._hubs.values()]
        one, other = map(_said, answers)
        if one != other:
            told = zip(self._hubs, _where_apart(one, other), strict=True)
            lines = [f"{kind} says {said}" for kind, said in told]
            raise Differ("\n  ".join(["the hubs do not answer alike", *lines, f"asked {call}{given}"]))
        if isinstance(answers[0], Exception):
            raise answers[0]
        return answers[0]


def _answer(call: Callable[..., object], given: Sequence[object]) -> object:
    try:
        return call(*given)
    except Exception as error:
        return error


def _said(answer: Any) -> Any:
    """What counts of an answer."""
    match answer:
        case Exception():
            return type(answer).__name__
        case list() | tuple():
            return [_said(one) for one in answer]
        case Page():
            return [answer.start, answer.end, answer.more, answer.total, *_said(answer.rows)]
        case HubRow():
            read = answer.body if answer.deleted else _read(answer.entity, answer.body)
            return answer.model_dump(exclude={"body"}) | {"body": read}
        case Enrolment():
            return answer.model_dump(exclude={"epoch", "hub_id"})
        case OpResult():
            conflicts = {one.field: (one.mine, one.theirs) for one in answer.conflicts}
            return answer.model_dump(exclude={"why", "conflicts"}) | {"conflicts": conflicts}
        case _:
            return answer


def _read(entity: str, body: dict[str, Any]) -> dict[str, Any]:
    return SYNCED[entity].model_validate(body).model_dump(mode="json")


def _where_apart(one: Any, other: Any) -> tuple[Any, Any]:
    """Of two lists as long as each other only those parts that are not the same."""
    if not (isinstance(one, list) and isinstance(other, list) and len(one) == len(other)):
        return one, other
    apart = [(mine, theirs) for mine, theirs in zip(one, other, strict=True) if mine != theirs]
    return [mine for mine, _ in apart], [theirs for _, theirs in apart]


# what happens


class Both:
    """An empty hub of each kind, under one clock."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._postgresql = grounds.in_postgres(server, folder)
        self._embedded = grounds.embedded(folder / "hub.db", self._postgresql.clock)
        self.leap = self._postgresql.clock.leap

    def open(self) -> Twins:
        return Twins(self._embedded.open(), self._postgresql.open())

    def let_in(self, name: str, role: Role) -> Twins:
        """Somebody signs in at both."""
        grounds = (self._embedded, self._postgresql)
        return Twins(*(ground.let_in(name, role)() for ground in grounds))

    def revoke(self, replica_id: str) -> None:
        for ground in (self._embedded, self._postgresql):
            ground.revoke(replica_id)


@dataclass
class Seat:
    """One replica at both hubs."""

    writer: Writer
    scope: Scope = WHOLE
    cursor: int = 0
    sent: list[list[Op]] = field(default_factory=list)


class Run:
    """Three seats at two hubs."""

    def __init__(self, chance: random.Random, both: Both, at: Sequence[Twins], people: Sequence[AgentId]) -> None:
        """`at` has the hubs as each seat has opened them, `people` who signed in."""
        self._chance = chance
        self._drawing = Drawing(chance, people)
        self._both = both
        self._people = [*people, AgentId("x"), AgentId("y")]
        self._seats = [Seat(Writer(hub, replica_id=f"seat-{place}")) for place, hub in enumerate(at)]
        self._revoked: list[Seat] = []
        self._vers: dict[tuple[str, str], int] = {}
        self._claims: list[tuple[Seat, ContactId, int]] = []
        self._requests: list[str] = []

    def step(self) -> None:
        """Something happens at one of the seats."""
        seat = self._chance.choice(self._seats if self._chance.random() < 0.97 else self._revoked or self._seats)
        what = {
            self._push: 12.0,
            self._pull: 6.0,
            self._claim: 3.0,
            self._keep_or_finish: 2.0,
            self._look_up: 1.0,
            self._wait: 1.5,
            self._enrol: 1.0,
            self._fetch: 0.3,
            self._take_numbers: 0.3,
            self._revoke: 0.1,
        }
        [happens] = self._chance.choices(list(what), list(what.values()))
        with suppress(*REFUSALS):
            happens(seat)

    def _push(self, seat: Seat) -> None:
        ops = [self._drawing.op(seat.writer, self._vers) for _ in range(self._chance.choice([1, 1, 2, 3, 6]))]
        how = self._chance.random()
        if how < 0.1 and seat.sent:
            ops = self._chance.choice(seat.sent)
        elif how < 0.12:
            ops.append(self._chance.choice(ops))
        elif how < 0.13:
            ops[-1] = ops[-1].model_copy(update={"replica_seq": self._chance.randint(1, ops[-1].replica_seq)})
        results = seat.writer.push(*ops)
        seat.sent.append(ops)
        for op, result in zip(ops, results, strict=True):
            key = op.entity, op.entity_id
            self._vers[key] = max(result.ver, self._vers.get(key, 0))

    def _pull(self, seat: Seat) -> None:
        limit = self._chance.choice([2, 5, 100])
        try:
            more = True
            while more:
                page = seat.writer.hub.pull_v1(seat.writer.replica, seat.cursor, limit)
                seat.cursor, more = page.end, page.more
        except MustRefetch:
            self._fetch(seat)

    def _fetch(self, seat: Seat) -> None:
        page = seat.writer.hub.snapshot_v1(seat.writer.replica, None, PAGE)
        start = page.start
        while page.more:
            last = page.rows[-1]
            page = seat.writer.hub.snapshot_v1(seat.writer.replica, (last.entity, last.entity_id), PAGE)
        seat.cursor = start

    def _enrol(self, seat: Seat) -> None:
        if self._chance.random() < 0.5:
            seat.scope = Scope(directory=self._chance.random() < 0.5, days=self._chance.choice([1, 30, 90]))
        seat.writer.hub.enrol_v1(seat.writer.replica, "seat", seat.scope)

    def _claim(self, seat: Seat) -> None:
        seat.writer.claim(queues=("nowhere",))
        again = bool(self._requests) and self._chance.random() < 0.1
        request = self._chance.choice(self._requests) if again else new_id()
        self._requests.append(request)
        queues = tuple(self._chance.sample(QUEUES, self._chance.randint(0, 2)))
        wanted = self._chance.choice([None, None, *IDS["contact"][:2]])
        given = seat.writer.claim(wanted, agent=self._chance.choice(self._people), queues=queues, request=request)
        if given.contact_id is not None:
            self._claims.append((seat, given.contact_id, given.fence))

    def _keep_or_finish(self, _seat: Seat) -> None:
        if not self._claims:
            return
        seat, contact_id, fence = self._chance.choice(self._claims)
        hub = seat.writer.hub
        call = self._chance.choice([hub.heartbeat_v1, hub.finish_v1])
        call(seat.writer.replica, contact_id, fence)

    def _look_up(self, seat: Seat) -> None:
        asked = [*TEXTS[1:], "A", "name", f"{BY_ID}{IDS['customer'][0]}", f"{BY_ID}nobody"]
        seat.writer.hub.lookup_v1(seat.writer.replica, self._chance.choice(asked), self._chance.choice([1, 20]))

    def _take_numbers(self, seat: Seat) -> None:
        seat.writer.hub.lease_numbers_v1(seat.writer.replica, self._chance.randint(1, 50))

    def _wait(self, _seat: Seat) -> None:
        self._both.leap(self._chance.choice([1.0, 30.0, 60.0, 3600.0, DAY_S / 2, 20 * DAY_S]))

    def _revoke(self, seat: Seat) -> None:
        if seat in self._seats:
            self._both.revoke(seat.writer.replica)
            self._revoked.append(seat)
            writer = Writer(seat.writer.hub, replica_id=f"{seat.writer.replica}'")
            self._seats[self._seats.index(seat)] = Seat(writer)


def alike(server: Server, folder: Path, seed: int, *, signed_in: bool, steps: int = STEPS) -> None:
    """One run.

    Args:
        folder: an empty one, for the hub in a file.
        signed_in: an agent and a supervisor have, and the third seat is a feed.

    Raises:
        Differ: the hubs did not answer alike; it says the step, the call and both answers.
    """
    chance = random.Random(seed)
    both = Both(server, folder)
    with ExitStack() as stack:
        feed = stack.enter_context(closing(both.open()))
        at, people = [feed] * 3, []
        if signed_in:
            people = [_person(feed, role) for role in (Role.AGENT, Role.SUPERVISOR)]
            at[:2] = [stack.enter_context(closing(both.let_in(one.name, one.role))) for one in people]
        run = Run(chance, both, at, [AgentId(one.id) for one in people])
        for step in range(steps):
            try:
                run.step()
            except Differ as apart:
                who = "people signed in" if signed_in else "nobody signed in"
                raise Differ(f"seed {seed}, {who}, step {step}: {apart}") from None


def _person(feed: Twins, role: Role) -> Agent:
    """Somebody with a row of their own, so that both hubs know them by one id; logins are the server's, and each run has
    other ones."""
    person = Agent(id=(made := new_id()), name=f"{role.title()} {made[-12:]}", role=role)
    Writer(feed).add(person)
    return person
