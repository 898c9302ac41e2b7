"""Bugs that are put into the real code while a block runs, to show that the tests see what they do.

Each is a change of the source of one function: when that function no longer reads so, planting fails, and the bug is
written anew for what it has become."""

from __future__ import annotations

import importlib
import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any, NamedTuple

import psycopg


class Change(NamedTuple):
    """In this function, the second text stands instead of the first."""

    function: str
    """`module:Class.method` or `module:function`."""
    now: str
    then: str


class Bug(NamedTuple):
    says: str
    """What is wrong then."""
    found_as: frozenset[str]
    """The invariants of which at least one must break."""
    changes: tuple[Change, ...]


class NotThere(Exception):
    """The code does not read so any more."""


def _bug(says: str, found_as: str, *changes: tuple[str, str, str]) -> Bug:
    return Bug(says, frozenset(found_as.split()), tuple(Change(*change) for change in changes))


_HUB = "data.sync.embedded:EmbeddedHub"
_CLAIMS = "data.sync.hub_claims:Claims"
_REPLICA = "data.sync.replica:Replica"

BUGS: dict[str, Bug] = {
    "no dedupe": _bug(
        "the hub applies an op again that it has",
        "I1 I6",
        (f"{_HUB}.push_v1", "if known is not None:", "if False:"),
        (f"{_HUB}._record", "INSERT INTO ops", "INSERT OR REPLACE INTO ops"),
    ),
    "mark before push": _bug(
        "the worker takes an op from the outbox before the hub has it",
        "I1 I3",
        (
            "data.sync.worker:Worker._push",
            "    try:\n        results",
            "    with self._replica._store.write() as connection:\n"
            "        connection.executemany('DELETE FROM outbox WHERE op_id = ?', [(op.op_id,) for op in ops])\n"
            "    try:\n        results",
        ),
    ),
    "outbox in a second transaction": _bug(
        "a row is saved, and its op after it",
        "I3",
        (
            "data.store.save:saving",
            "    with store.write():\n        yield Change(store, actor, clock)",
            "    change, later = Change(store, actor, clock), []\n"
            "    change._queue, queue = (lambda *op, **rest: later.append((op, rest))), change._queue\n"
            "    with store.write():\n        yield change\n"
            "    with store.write():\n        [queue(*op, **rest) for op, rest in later]",
        ),
    ),
    "cursor before rows": _bug(
        "the cursor is on disk before the rows that it promises",
        "I3",
        (
            f"{_REPLICA}.apply",
            "    with self._store.write() as connection:",
            "    if page.start == self.cursor:\n        self.remember(cursor=str(page.end))\n"
            "        page = page.model_copy(update={'start': page.end})\n"
            "    with self._store.write() as connection:",
        ),
    ),
    "no fencing": _bug(
        "the next claim of a contact has the fence of the one before",
        "I4",
        (
            f"{_CLAIMS}._give",
            "SELECT coalesce(max(fence), 0) FROM claim WHERE contact_id = ?",
            "SELECT 0 FROM hub_info WHERE ? <> '' LIMIT 1",
        ),
        (f"{_CLAIMS}._give", "INSERT INTO claim", "INSERT OR REPLACE INTO claim"),
    ),
    "claims left open": _bug(
        "a contact whose lease ran out is given away while its claim stays open",
        "I4",
        (f"{_CLAIMS}._requeue_expired", "SET finished = 1", "SET finished = 0"),
    ),
    "wall-clock last write wins": _bug(
        "the hub takes the value that was written last, whatever its writer had seen",
        "I5",
        (f"{_HUB}._apply", "if field_ver <= op.base_ver or field_writer == writer:", "if True:"),
    ),
    "dropped conflict": _bug(
        "the hub keeps its own value and does not say so",
        "I5",
        (f"{_HUB}._apply", "conflicts=tuple(conflicts)", "conflicts=()"),
    ),
    "false self-conflict": _bug(
        "a seat's two edits in a row are in conflict",
        "I5",
        (f"{_HUB}._apply", " or field_writer == writer:", ":"),
    ),
    "stale page": _bug(
        "a page is taken in that does not follow on what is here",
        "I8 I3",
        (f"{_REPLICA}.apply", "if page.start != self.pulled:", "if False:"),
    ),
    "no replay": _bug(
        "what comes in is shown without what waits here",
        "I7",
        ("data.sync.applying:show", "visible.update(json.loads(patch))", "pass"),
    ),
    "refused is forgotten": _bug(
        "an op that the hub refused is thrown away",
        "I11 I3",
        (
            f"{_REPLICA}.acknowledge",
            '"UPDATE outbox SET state = ?, last_error = ? WHERE op_id = ?"',
            "\"DELETE FROM outbox WHERE ? <> '' AND ? <> '' AND op_id = ?\"",
        ),
    ),
    "a stall": _bug(
        "after a lost line the worker never tries again",
        "I9",
        ("data.sync.worker:Worker._lost", "self._rng.uniform(0, wait)", "1e9"),
        ("data.sync.worker:Worker.hear", "min(self._retry_at, self._clock.monotonic() + BACKOFF_FIRST_S)", "self._retry_at"),
    ),
    "money in halves": _bug(
        "the hub writes half of a charge",
        "I2",
        (
            f"{_HUB}._apply",
            "    try:\n        entity = model",
            "    if op.entity == 'charge':\n        fresh['quantity'] = 1\n    try:\n        entity = model",
        ),
    ),
}  # fmt: skip

IN_POSTGRES: dict[str, Bug] = {
    "identity cursor": _bug(
        "a change has its number from a sequence, so that a later one may be there first",
        "I3",
        (
            "push_v1",
            "UPDATE hub_clock SET v = v + taken WHERE one RETURNING v - taken AS base",
            "SELECT nextval('agent_console.planted') - 1 AS base",
        ),
        (
            "pull_v1",
            "SELECT v INTO top FROM hub_clock WHERE one",
            "SELECT last_value INTO top FROM agent_console.planted",
        ),
    ),
    "synchronous_commit=off": _bug(
        "the hub takes changes that a crash of its machine takes away",
        "I1",
        ("push_v1", "current_setting('synchronous_commit') = 'off'", "false"),
    ),
    "wall-clock last write wins": _bug(
        "the hub takes the value that was written last, whatever its writer had seen",
        "I5",
        (
            "play",
            "(mark->>0)::bigint > op.base_ver AND (mark->>1)::integer <> writer AS stale",
            "false AS stale",
        ),
    ),
    "dropped conflict": _bug(
        "the hub keeps its own value and does not say so",
        "I5",
        ("play", "coalesce(lost, '[]')", "'[]'::jsonb"),
    ),
    "false self-conflict": _bug(
        "a seat's two edits in a row are in conflict",
        "I5",
        ("play", " AND (mark->>1)::integer <> writer AS stale", " AS stale"),
    ),
    "given twice": _bug(
        "a contact waits still when it was given to somebody",
        "I4",
        ("claim_v1", "UPDATE claimable SET state = 'ringing'", "UPDATE claimable SET state = 'waiting'"),
    ),
}
BY_COMMIT_ORDER = ("identity cursor", "synchronous_commit=off")
"""Of these, what test_commit_order finds; the rest is found by the simulation."""


@contextmanager
def planted_in_postgres(dsn: str, bug: Bug) -> Iterator[None]:
    """The bug is in the functions of a hub while the block runs.

    Raises:
        NotThere: a function does not read as the bug expects.
    """
    with psycopg.connect(dsn, autocommit=True) as hub:
        hub.execute("SET search_path = agent_console, public")
        hub.execute("CREATE SEQUENCE IF NOT EXISTS agent_console.planted")
        hub.execute("GRANT ALL ON SEQUENCE agent_console.planted TO agent_console_owner")
        sound = {}
        try:
            for change in bug.changes:
                sound[change.function] = source = _definition(hub, change.function)
                if change.now not in source:
                    raise NotThere(f"{change.function} does not hold {change.now!r}: write this bug anew")
                hub.execute(source.replace(change.now, change.then).encode())
            yield
        finally:
            for source in sound.values():
                hub.execute(source.encode())


def _definition(hub: psycopg.Connection[tuple[Any, ...]], name: str) -> str:
    found = hub.execute(
        "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s AND pronamespace = 'agent_console'::regnamespace",
        (name,),
    ).fetchone()
    if found is None:
        raise NotThere(f"the hub has no {name}: write this bug anew")
    return str(found[0])


@contextmanager
def planted(bug: Bug) -> Iterator[None]:
    """The bug is in the code while the block runs.

    Raises:
        NotThere: a function does not read as the bug expects.
    """
    sources: dict[Any, str] = {}
    for change in bug.changes:
        function = _function(change.function)
        source = sources.get(function) or textwrap.dedent(inspect.getsource(function))
        if change.now not in source:
            raise NotThere(f"{change.function} does not hold {change.now!r}: write this bug anew")
        sources[function] = source.replace(change.now, change.then)
    sound = {function: function.__code__ for function in sources}
    try:
        for function, source in sources.items():
            function.__code__ = _code(source, function)  # in place: whoever has imported it has the bug
        yield
    finally:
        for function, code in sound.items():
            function.__code__ = code


def _function(name: str) -> Any:
    module, _, path = name.partition(":")
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return inspect.unwrap(found)


def _code(source: str, function: Any) -> CodeType:
    names: dict[str, Any] = {}
    code = compile(f"from __future__ import annotations\n{source}", f"<planted {function.__qualname__}>", "exec")
    exec(code, dict(function.__globals__), names)
    made: CodeType = inspect.unwrap(names[function.__name__]).__code__
    return made
