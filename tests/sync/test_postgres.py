"""The PostgreSQL hub as a server: who is let in and to what, races, leases of many, its notifier, its backups."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import SecretStr

from data.models import SYNCED, Customer
from data.models.agent import Role
from data.models.base import AgentId, ContactId, new_id
from data.models.contact import ContactKind
from data.models.ticket import TicketState
from data.sync.contract import CopiedReplica, HubUnreachable, Login, Op, OpOutcome, Revoked, Scope, WrongLogin
from data.sync.hub_people import PeopleError
from data.sync.postgres import admin, archive, notifier, schema
from data.sync.postgres.dialling import dial, told
from data.sync.postgres.hub import PostgresHub
from data.sync.postgres.plain import from_json, to_json
from tests.hostile import HOSTILE
from tests.postgres import Server, revoke
from tests.sync.speaking import (
    answers_its_own_steps_only,
    board,
    leaves_the_board_to_leaders,
    leaves_the_mail_to_the_gateway,
    moved,
    names_whoever_may_allow_it,
    punched,
    punches_for_itself_only,
    report,
    reports_slots_that_have_come,
    speaks_for_itself_only,
)
from tests.sync.writers import Writer, contact, note, ticket

PASSWORD = "a quiet harbour 7"


@pytest.fixture(scope="module")
def dsn(server: Server) -> str:
    """A hub of this module's own."""
    return server.hub()


@pytest.fixture
def connect(dsn: str) -> Iterator[Callable[..., PostgresHub]]:
    """Opens connections to it: an administrator's, or a person's."""
    opened: list[PostgresHub] = []

    def opening(person: str | None = None, password: str = PASSWORD) -> PostgresHub:
        login = Login(person=AgentId(person), password=SecretStr(password)) if person else None
        opened.append(PostgresHub(dsn, login=login))
        return opened[-1]

    yield opening
    for one in opened:
        one.close()


Connect = Callable[..., PostgresHub]


def named(name: str) -> str:
    """A name that no other test of this server has."""
    return f"{name} {new_id()[-12:]}"


# addresses


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://hub.example.com/desk",
        "postgresql://hub.example.com/desk?sslmode=require",
        "postgresql://127.0.0.1,hub.example.com/d",
    ],
)
def test_another_machine_must_show_its_certificate(address: str) -> None:
    with pytest.raises(HubUnreachable, match="sslmode=verify-full"):
        dial(address)


@pytest.mark.parametrize(
    "address",
    ["postgresql://ana:secret-word@hub.example.com/desk", "postgresql://hub.example.com/?password=secret-word"],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(HubUnreachable, match="leave it out") as told_so:
        dial(address)
    assert "secret-word" not in str(told_so.value)


def test_nobody_there_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(HubUnreachable, match="no answer"):
        dial(make_conninfo(host=str(tmp_path), port=5999, user="x", dbname="x"))


def test_a_database_that_is_no_hub_is_said_in_words(server: Server) -> None:
    with pytest.raises(HubUnreachable, match="no hub"):
        Writer(PostgresHub(server.database()))


def test_an_answer_is_not_waited_for_without_end(dsn: str) -> None:
    with (
        closing(dial(dsn, patience_s=0.2)) as line,
        pytest.raises(HubUnreachable, match="no answer"),
        told("the hub"),
    ):
        line.execute("SELECT pg_sleep(30)")


# people


def test_a_person_is_let_in_by_name_and_by_id_with_the_password_only(dsn: str, connect: Connect) -> None:
    name = named("Ana Silva")
    added = admin.add_person(dsn, name, Role.SUPERVISOR, PASSWORD)
    assert (added.name, added.role, added.revoked) == (name, Role.SUPERVISOR, False)
    for typed in (name, f"  {name.upper()} ", added.id):
        assert connect(typed).member == added
    for person, password in ((name, "another one 88"), (named("nobody"), PASSWORD)):
        with pytest.raises(WrongLogin):
            connect(person, password)
    admin.set_password(dsn, name, "a loud harbour 8")
    with pytest.raises(WrongLogin):
        connect(name)
    assert connect(added.id, "a loud harbour 8").member == added
    assert added in admin.people(dsn)
    with pytest.raises(PeopleError, match="already"):
        admin.add_person(dsn, name, Role.AGENT, PASSWORD)
    with pytest.raises(PeopleError, match="already"):
        admin.add_person(dsn, "postgres", Role.AGENT, PASSWORD)


def test_seats_hear_of_people_and_their_roles(dsn: str, connect: Connect) -> None:
    feed = Writer(connect())
    ana = admin.add_person(dsn, named("Ana"), Role.AGENT, PASSWORD)
    assert admin.set_role(dsn, ana.name, Role.SUPERVISOR).role is Role.SUPERVISOR
    [row] = [row for row in feed.rows() if row.entity_id == ana.id]
    assert (row.body["name"], row.body["role"]) == (ana.name, "supervisor")
    assert connect(ana.name).member == ana.model_copy(update={"role": Role.SUPERVISOR})


def test_the_actor_is_who_signed_in_and_a_feed_speaks_for_others(dsn: str, connect: Connect) -> None:
    ana = admin.add_person(dsn, named("Ana"), Role.AGENT, PASSWORD)
    gateway = named("gateway")
    admin.add_feed(dsn, gateway, PASSWORD)
    seat, feed = Writer(connect(ana.name)), Writer(connect(gateway))
    call = contact()
    ops = [seat.new(ticket(created_by=ana.id)), feed.new(ticket()), feed.new(call)]
    seat.push(ops[0])
    feed.push(*ops[1:])
    with psycopg.connect(dsn) as line:
        actors = dict(line.execute("SELECT op_id, actor FROM agent_console.ops").fetchall())
    assert [actors[op.op_id] for op in ops] == [ana.id, "agent-1", "agent-1"]
    won = seat.claim(call.id, agent="somebody else")
    assert won.contact_id == call.id
    assert seat.row(call).body["agent"] == ana.id


def test_nobody_speaks_for_others_or_of_their_role(dsn: str, connect: Connect) -> None:
    ana, bo = (admin.add_person(dsn, named(name), Role.AGENT, PASSWORD) for name in ("Ana", "Bo"))
    speaks_for_itself_only(Writer(connect(ana.name)), ana.id, bo.id)


def test_the_outage_board_is_written_by_leaders(dsn: str, connect: Connect) -> None:
    roles = (("Ana", Role.AGENT), ("Bo", Role.SUPERVISOR), ("Cem", Role.ADMINISTRATOR))
    ana, bo, cem = (admin.add_person(dsn, named(name), role, PASSWORD) for name, role in roles)
    gateway = named("gateway")
    admin.add_feed(dsn, gateway, PASSWORD)
    agent, leader, feed = (Writer(connect(name)) for name in (ana.name, bo.name, gateway))
    leaves_the_board_to_leaders(agent, leader, feed)
    leaves_the_mail_to_the_gateway(agent, leader, feed)
    assert {one.outcome for one in board(Writer(connect(cem.name)))} == {OpOutcome.APPLIED}


def test_people_write_their_own_hours(dsn: str, connect: Connect) -> None:
    ana, bo = (
        admin.add_person(dsn, named(name), role, PASSWORD)
        for name, role in (("Ana", Role.AGENT), ("Bo", Role.SUPERVISOR))
    )
    gateway = named("gateway")
    admin.add_feed(dsn, gateway, PASSWORD)
    punches_for_itself_only(Writer(connect(ana.name)), Writer(connect(bo.name)), ana.id, bo.id)
    cem = admin.add_person(dsn, named("Cem"), Role.AGENT, PASSWORD)
    names_whoever_may_allow_it(Writer(connect(ana.name)), ana.id, bo.id, cem.id)
    reports_slots_that_have_come(Writer(connect(ana.name)), ana.id, datetime.now(UTC))
    feed = Writer(connect(gateway))
    far = report(ana.id, datetime.now(UTC) + timedelta(days=1))
    assert feed.add(far)[0].outcome is OpOutcome.APPLIED, "a feed plays any time"
    assert [one.outcome for one in feed.add(punched(ana.id, bo.id), moved(ana.id))] == [OpOutcome.APPLIED] * 2


def test_a_supervisors_step_is_answered_by_whom_it_addresses(dsn: str, connect: Connect) -> None:
    people = [
        admin.add_person(dsn, named(name), role, PASSWORD)
        for name, role in zip("ABCD", (Role.AGENT, Role.AGENT, Role.SUPERVISOR, Role.SUPERVISOR), strict=True)
    ]
    answers_its_own_steps_only(*(Writer(connect(one.name)) for one in people))


def test_a_scope_that_nobody_can_have_stops_nobody_else(dsn: str, connect: Connect) -> None:
    ana, bo = (admin.add_person(dsn, named(name), Role.AGENT, PASSWORD) for name in ("Ana", "Bo"))
    seat = Writer(connect(ana.name))
    done = ticket(state=TicketState.SOLVED, created_by=ana.id)
    seat.add(done)
    other = connect(bo.name)
    for days in (-(2**31), 2**31 - 1):
        other._line.execute("SELECT agent_console.enrol_v1(%s, 'x', true, %s)", (new_id(), days))
        assert seat.edit(done, seat.row(done).ver, state="open").outcome is OpOutcome.APPLIED
        assert seat.edit(done, seat.row(done).ver, state="solved").outcome is OpOutcome.APPLIED


@pytest.mark.parametrize("count", [-1, 0, 10**6])
def test_a_block_has_some_numbers_and_not_too_many(connect: Connect, count: int) -> None:
    seat = Writer(connect())
    block = seat.hub.lease_numbers_v1(seat.replica, count)
    assert 1 <= block.last - block.first + 1 <= 10_000
    assert seat.hub.lease_numbers_v1(seat.replica, 1).first == block.last + 1


def test_an_id_that_no_index_holds_is_refused_and_stops_nothing(connect: Connect) -> None:
    seat = Writer(connect())
    name = "".join(chr(0x4E00 + (place * 7919) % 20000) for place in range(1000))
    for one in (name, name[:301]):
        poison = Customer(id=one, name="x"), ticket(customer_id=one)
        assert [answer.outcome for answer in seat.add(*poison)] == [OpOutcome.REFUSED, OpOutcome.APPLIED]
    assert seat.push(seat.op(name, name, {}))[0].outcome is OpOutcome.REFUSED
    assert seat.add(Customer(id=name[:300], name="x"))[0].outcome is OpOutcome.APPLIED


def test_what_cannot_be_kept_is_not_blamed_on_the_network(connect: Connect) -> None:
    seat = Writer(connect())
    op = seat.new(ticket()).model_copy(update={"replica_seq": 2**70})
    with pytest.raises(HubUnreachable, match="cannot be kept"):
        seat.push(op)


def test_a_seat_belongs_to_its_person(dsn: str, connect: Connect) -> None:
    ana, bo = (admin.add_person(dsn, named(name), Role.AGENT, PASSWORD) for name in ("Ana", "Bo"))
    seat = Writer(connect(ana.name))
    other = connect(bo.id)
    for call in (
        lambda: other.enrol_v1(seat.replica, "seat"),
        lambda: other.push_v1(seat.replica, [seat.new(ticket())]),
        lambda: other.pull_v1(seat.replica, 0),
    ):
        with pytest.raises(HubUnreachable, match="another person"):
            call()


def test_who_was_revoked_still_pushes_and_is_given_nothing(dsn: str, connect: Connect) -> None:
    ana = admin.add_person(dsn, named("Ana"), Role.AGENT, PASSWORD)
    seat = Writer(connect(ana.name))
    assert admin.revoke_person(dsn, ana.name).revoked
    assert seat.hub.enrol_v1(seat.replica, "seat").revoked
    assert seat.add(ticket(created_by=ana.id))[0].outcome is OpOutcome.APPLIED
    for call in (
        lambda: seat.hub.pull_v1(seat.replica, 0),
        lambda: seat.hub.snapshot_v1(new_id(), None),
        lambda: seat.hub.lookup_v1(seat.replica, "x"),
        lambda: seat.claim(),
        lambda: seat.hub.finish_v1(seat.replica, ContactId("x"), 1),
        lambda: seat.hub.lease_numbers_v1(seat.replica, 1),
    ):
        with pytest.raises(Revoked):
            call()
    assert not admin.revoke_person(dsn, ana.name, withdrawn=False).revoked
    assert seat.hub.pull_v1(seat.replica, 0).rows


def test_functions_are_the_only_door(dsn: str, connect: Connect) -> None:
    ana = admin.add_person(dsn, named("Ana"), Role.AGENT, PASSWORD)
    seat = Writer(hub := connect(ana.name))
    line = hub._line
    for forbidden in (
        "SELECT * FROM agent_console.entity_row",
        "SELECT * FROM agent_console.member",
        "INSERT INTO agent_console.hub_info VALUES ('x', 'y')",
        "UPDATE agent_console.hub_clock SET v = 0",
        "SELECT agent_console.tell_of_person('x', '{}', '{}')",
        "SELECT agent_console.forget_tombstones(now())",
        "CREATE TABLE agent_console.mine (x int)",
        "SET ROLE agent_console_owner",
        "SET ROLE agent_console_feed",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            line.execute(forbidden)
    line.execute("CREATE TEMP TABLE replica (replica_id text, person text, revoked_at timestamptz)")
    line.execute("CREATE TEMP TABLE member AS SELECT 'x' AS person, 'administrator' AS role")
    line.execute("SET search_path = pg_temp, public")
    assert seat.add(ticket(created_by=ana.id))[0].outcome is OpOutcome.APPLIED, (
        "the tables beside it are not looked at"
    )


def test_rows_let_nobody_in_but_members(dsn: str, connect: Connect) -> None:
    Writer(connect()).add(ticket())
    with psycopg.connect(dsn) as line:
        tables = line.execute(
            "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class"
            " WHERE relnamespace = 'agent_console'::regnamespace AND relkind = 'r'"
        ).fetchall()
        assert len(tables) > 10
        assert all(forced for _, forced in tables), tables
        kept = ("entity_row", "ops", "replica")
        for table in kept:
            assert line.execute(f"SELECT count(*) FROM agent_console.{table}").fetchone() > (0,)  # type: ignore[operator]
        line.execute("SET SESSION AUTHORIZATION agent_console_owner")
        for table in kept:
            assert line.execute(f"SELECT count(*) FROM agent_console.{table}").fetchone() == (0,)


@pytest.mark.parametrize("role", Role)
def test_a_member_of_another_hub_of_the_server_has_no_place_here(server: Server, dsn: str, role: Role) -> None:
    ana = admin.add_person(server.hub(), named("Ana"), role, PASSWORD)
    with closing(PostgresHub(dsn, login=Login(person=ana.id, password=SecretStr(PASSWORD)))) as hub:
        assert hub.member is None
        for call in (
            lambda: Writer(hub),
            lambda: hub.lookup_v1(new_id(), "x"),
            lambda: hub.snapshot_v1(new_id(), None),
        ):
            with pytest.raises(WrongLogin, match="no place"):
                call()


# promises


def test_a_hub_that_does_not_wait_for_its_disk_takes_nothing(dsn: str, connect: Connect) -> None:
    hub = connect()
    seat = Writer(hub)
    hub._line.execute("SET synchronous_commit = off")
    with pytest.raises(HubUnreachable, match="synchronous_commit"):
        seat.add(ticket())
    hub._line.execute("SET synchronous_commit = on")
    assert len(seat.add(ticket())) == 1


def at_once(count: int, do: Callable[[int], object]) -> list[object]:
    """What so many threads got that began together; an exception counts as an answer."""
    start = Barrier(count)

    def one(place: int) -> object:
        start.wait()
        try:
            return do(place)
        except (HubUnreachable, CopiedReplica) as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_the_same_push_from_many_at_once_is_applied_once(connect: Connect) -> None:
    seat = Writer(connect())
    hubs = [connect() for _ in range(4)]
    for _ in range(5):
        ops = [seat.new(ticket()), seat.new(note("t"))]
        answers = at_once(4, lambda place, ops=ops: hubs[place].push_v1(seat.replica, ops))  # type: ignore[misc]
        assert all(answer == answers[0] for answer in answers), answers


def test_many_who_make_and_change_the_same_rows_at_once_lose_nothing(connect: Connect) -> None:
    seats = [Writer(connect()) for _ in range(4)]
    for _ in range(5):
        shared = [ticket("first", number=str(place)) for place in range(6)]

        def make(place: int, shared: list[object] = shared) -> list[OpOutcome]:  # type: ignore[assignment]
            ops: list[Op] = [seats[place].new(one) for one in (shared if place % 2 else shared[::-1])]  # type: ignore[arg-type]
            return [result.outcome for result in seats[place].push(*ops)]

        answers = at_once(4, make)
        assert not [answer for answer in answers if isinstance(answer, Exception)], answers
        for one in shared:
            assert seats[0].row(one).ver == 4


def test_many_claimers_get_each_contact_once(connect: Connect) -> None:
    feed = Writer(connect())
    queue = new_id()
    waiting = [contact(queue=queue, priority=place % 3) for place in range(200)]
    feed.add(*waiting)
    claimers = [Writer(connect()) for _ in range(8)]

    def claim(place: int) -> list[str]:
        won = []
        while (got := claimers[place].claim(queues=(queue,))).contact_id is not None:
            won.append(got.contact_id)
        return won

    won = [one for ones in at_once(8, claim) for one in ones]  # type: ignore[attr-defined]
    assert sorted(won) == sorted(one.id for one in waiting)


def test_the_order_has_no_gap_and_what_is_pulled_is_whole(connect: Connect) -> None:
    """Pulling while others push never passes over a row."""
    reader = Writer(connect())
    start = reader.hub.version()
    seats = [Writer(connect()) for _ in range(3)]
    done = Event()

    def push(place: int) -> None:
        for _ in range(15):
            seats[place].add(*(ticket() for _ in range(3)))

    def read() -> list[int]:
        cursor, found = start, []
        while True:
            last = done.is_set()
            rows = reader.rows(cursor, limit=7)
            found += [row.hub_seq for row in rows]
            cursor = max([cursor, *found])
            if last:
                return found

    with ThreadPoolExecutor(4) as pool:
        reading = pool.submit(read)
        list(pool.map(push, range(3)))
        done.set()
        assert reading.result() == list(range(start + 1, start + 3 * 45 + 1))


# notices


def test_with_a_notifier_the_clock_is_not_asked_at_every_look(dsn: str, connect: Connect) -> None:
    hub, seat = connect(), Writer(connect())
    stop = Event()
    beside = Thread(target=notifier.run, args=(dsn, stop))
    beside.start()
    try:
        until = time.monotonic() + 10
        while hub._heard_at == float("-inf") and time.monotonic() < until:
            hub.version()
        before = hub.version()
        seat.add(ticket())
        asked = hub._asked_at
        while hub.version() == before and time.monotonic() < until:
            time.sleep(0.02)
        assert hub.version() > before
        assert hub._asked_at >= asked
    finally:
        stop.set()
        beside.join()


# shapes and text


def example(schema: dict[str, Any], kinds: dict[str, Any]) -> Any:
    """A value that fits a schema."""
    if "$ref" in schema:
        return example(kinds[schema["$ref"].rpartition("/")[2]], kinds)
    if "anyOf" in schema:
        return example(schema["anyOf"][0], kinds)
    if "enum" in schema:
        return schema["enum"][0]
    if "format" in schema:
        return {"date-time": "2026-01-05T12:00:00.000Z", "date": "2026-01-05"}[schema["format"]]
    match schema["type"]:
        case "object":
            return {name: example(one, kinds) for name, one in schema.get("properties", {}).items()}
        case "array":
            return [example(schema["items"], kinds)]
        case kind:
            return {"string": "x", "boolean": True, "null": None}.get(kind, schema.get("minimum", 0))


WRONG: tuple[Any, ...] = (
    *(None, True, -1, 0, 1, 1.5, 10**30, "", "x", "7", [], [[]], ["x"], [None], [{}], {}, {"a": 1}, {"name": None}),
    *(
        "2026-02-31T00:00:00.000Z",
        "2026-01-05T12:00:00Z",
        "2026-01-05T25:00:00.000Z",
        "2026-13-01",
        "2026-02-30",
        "0000-01-01",
    ),
)


@pytest.mark.parametrize("entity", sorted(SYNCED))
def test_what_the_hub_takes_every_seat_can_read(dsn: str, entity: str) -> None:
    """The shapes in the database let nothing through that the models refuse, and whole rows of the models pass."""
    model = SYNCED[entity]
    schema_of = model.model_json_schema()
    whole = example(schema_of, schema_of.get("$defs", {}))
    bodies = [whole, model.model_validate(whole).model_dump(mode="json")]
    for name, value in whole.items():
        bodies += [{key: part for key, part in whole.items() if key != name}]
        bodies += [{**whole, name: wrong} for wrong in (*WRONG, [value], {"name": value})]
        if isinstance(value, list) and isinstance(value[0], dict):
            for part in value[0]:
                bodies += [{**whole, name: [{**value[0], part: wrong}]} for wrong in WRONG]
    with psycopg.connect(dsn) as line:
        taken = line.execute(
            "SELECT coalesce(body @@ fits, false) FROM agent_console.shape,"
            " jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS one (body, place) WHERE entity = %s ORDER BY place",
            (to_json(bodies), entity),
        ).fetchall()
    assert [fits for (fits,) in taken[:2]] == [True, True]
    for body, (fits,) in zip(bodies, taken, strict=True):
        if fits:
            model.model_validate(body)
    refused = sum(not fits for (fits,) in taken)
    assert refused > len(whole) * 5


@pytest.mark.parametrize("text", HOSTILE[:30])
def test_json_comes_back_as_it_was(text: str) -> None:
    given = {"a": text, text or "b": [text, {"c": text + "\0\U000f0000" + text}]}
    assert from_json(to_json(given)) == given
    assert "\\u0000" not in to_json(given).replace("\\\\", "")


# looking after it


def test_making_a_hub_twice_changes_nothing(dsn: str, connect: Connect) -> None:
    seat = Writer(connect())
    one = ticket()
    seat.add(one)
    epoch = seat.hub.enrol_v1(seat.replica, "seat").epoch
    admin.upgrade(dsn)
    assert seat.row(one).ver == 1
    assert seat.hub.enrol_v1(seat.replica, "seat").epoch == epoch
    with psycopg.connect(dsn) as line:
        assert schema.shape_of(line) == schema.SHAPE


def test_the_status_of_a_hub(dsn: str, connect: Connect) -> None:
    seat = Writer(connect(), "front desk")
    seat.add(ticket())
    status = admin.status(dsn)
    assert status.kind == "postgresql"
    assert status.rows["ticket"] >= 1
    [mine] = [one for one in status.seats if one.replica_id == seat.replica]
    assert (mine.name, mine.last_seq, mine.revoked) == ("front desk", 1, False)
    assert mine.heard_at is not None


def test_a_backup_that_is_put_back_starts_a_new_epoch_and_keeps_the_hub(server: Server, tmp_path: Path) -> None:
    dsn = server.hub()
    seat = Writer(PostgresHub(dsn))
    kept, lost = Customer(id=new_id(), name="nul \0 Ana"), ticket("lost")
    seat.add(kept)
    before = seat.hub.enrol_v1(seat.replica, "seat")
    file = tmp_path / "hub.gz"
    assert archive.backup(dsn, file) > 3
    seat.add(lost)
    late = Writer(seat.hub)
    block = seat.hub.lease_numbers_v1(seat.replica, 5)
    epoch = archive.restore(dsn, file)
    with pytest.raises(HubUnreachable):
        seat.add(ticket())
    seat.hub = PostgresHub(dsn)
    after = seat.hub.enrol_v1(seat.replica, "seat")
    assert (after.epoch, after.hub_id, after.number) == (epoch, before.hub_id, before.number)
    assert after.epoch != before.epoch
    assert after.last_replica_seq == 1, "what came after the backup is sent again"
    assert [row.body["name"] for row in seat.rows()] == ["nul \0 Ana"]
    assert seat.hub.enrol_v1(late.replica, "seat").number == late.number
    assert seat.hub.lease_numbers_v1(seat.replica, 1).first > block.last
    seat.hub.close()


@pytest.fixture
def administered(server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """A hub that was made by a role that may create roles and is no superuser; that role's way to it."""
    role, groups = f"dba_{new_id()[-12:]}", [schema.OWNER, schema.MEMBERS, *schema.GROUPS.values()]
    server.hub()  # which makes the groups
    dsn = server.database()
    with psycopg.connect(dsn, autocommit=True) as line:
        named = [sql.Identifier(one) for one in (role, line.info.dbname)]
        line.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD {}").format(named[0], PASSWORD))
        line.execute(sql.SQL("GRANT CREATE ON DATABASE {1} TO {0}").format(*named))
        given = sql.SQL(", ").join(map(sql.Identifier, groups))
        line.execute(sql.SQL("GRANT {} TO {} WITH ADMIN OPTION").format(given, named[0]))
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    address = make_conninfo(dsn, user=role)
    admin.init(address)
    return address


def test_a_line_from_before_a_restore_takes_nothing(administered: str, tmp_path: Path) -> None:
    """An administrator who is no superuser does not see who is connected, and disconnects nobody."""
    dsn = make_conninfo(administered, user="postgres")
    seat = Writer(PostgresHub(dsn))
    seat.add(ticket("kept"))
    archive.backup(administered, tmp_path / "hub.gz")
    seat.add(ticket("lost"))
    epoch = archive.restore(administered, tmp_path / "hub.gz")
    calls: tuple[Callable[[], object], ...] = (
        lambda: seat.add(ticket("hides what was lost")),
        lambda: seat.hub.pull_v1(seat.replica, 0),
        lambda: seat.hub.snapshot_v1(seat.replica, None),
        lambda: seat.claim(),
        lambda: seat.hub.enrol_v1(new_id(), "an import"),
        seat.hub.version,
    )
    for call in calls:
        with pytest.raises(HubUnreachable, match="put back"):
            call()
    seat.hub.close()
    seat.hub = PostgresHub(dsn)
    again = seat.hub.enrol_v1(seat.replica, "seat")
    assert (again.epoch, again.last_replica_seq) == (epoch, 1), "what came after the backup is sent again"
    seat.hub.close()


@pytest.mark.parametrize("by", ["superuser", "role that may create roles"])
def test_claims_and_people_do_not_go_back_in_time(
    request: pytest.FixtureRequest, server: Server, tmp_path: Path, by: str
) -> None:
    dsn = server.hub() if by == "superuser" else request.getfixturevalue("administered")
    ana, bo, dee = (admin.add_person(dsn, named(name), Role.AGENT, PASSWORD) for name in ("Ana", "Bo", "Dee"))
    plain = make_conninfo(dsn, user="postgres")

    def seat(person: AgentId, replica: str | None = None) -> Writer:
        hub = PostgresHub(plain, login=Login(person=person, password=SecretStr(PASSWORD)))
        request.addfinalizer(hub.close)
        return Writer(hub, replica_id=replica)

    feed, mine, gone = Writer(PostgresHub(plain)), seat(ana.id), seat(dee.id)
    request.addfinalizer(feed.hub.close)
    chat, over = (contact(kind=ContactKind.CHAT) for _ in range(2))
    feed.add(chat, over)
    archive.backup(dsn, tmp_path / "hub.gz")
    held, closed = mine.claim(chat.id, request="r1" + dsn), mine.claim(over.id)
    assert mine.hub.finish_v1(mine.replica, ContactId(over.id), closed.fence)
    admin.revoke_person(dsn, bo.name)
    admin.set_role(dsn, dee.name, Role.SUPERVISOR)
    revoke(plain, gone.replica)
    cy = admin.add_person(dsn, named("Cy"), Role.AGENT, PASSWORD)
    archive.restore(dsn, tmp_path / "hub.gz")

    people = {one.id: one for one in admin.people(dsn)}
    assert people == {
        ana.id: ana,
        bo.id: bo.model_copy(update={"revoked": True}),
        cy.id: cy,
        dee.id: dee.model_copy(update={"role": Role.SUPERVISOR}),
    }
    mine, cys, dees = seat(ana.id, mine.replica), seat(cy.id), seat(dee.id, gone.replica)
    told_of = {row.entity_id: row.body["role"] for row in mine.rows() if row.entity == "agent"}
    assert (told_of[cy.id], told_of[dee.id]) == ("agent", "supervisor")
    assert dees.hub.enrol_v1(gone.replica, "gone").revoked
    assert seat(bo.id).hub.enrol_v1(new_id(), "seat").revoked
    assert mine.claim(chat.id, request="r1" + dsn) == held, "the same request gets the same answer"
    assert cys.claim(chat.id).contact_id is None, "it is in Ana's hands"
    assert mine.hub.heartbeat_v1(mine.replica, ContactId(chat.id), held.fence)
    assert not mine.hub.heartbeat_v1(mine.replica, ContactId(over.id), closed.fence)
    feed.hub.close()
    feed.hub = PostgresHub(plain)
    request.addfinalizer(feed.hub.close)
    feed.edit(chat, feed.row(chat).ver, state="waiting")
    assert cys.claim(chat.id).fence == held.fence + 1
    assert not mine.hub.finish_v1(mine.replica, ContactId(chat.id), held.fence)


def test_half_a_backup_is_not_put_back(server: Server, tmp_path: Path) -> None:
    dsn = server.hub()
    with closing(PostgresHub(dsn)) as hub:
        Writer(hub).add(*(ticket() for _ in range(20)))
    whole, half = tmp_path / "whole.gz", tmp_path / "half.gz"
    archive.backup(dsn, whole)
    lines = gzip.open(whole, "rt").readlines()  # noqa: SIM115
    for damaged in (lines[:-1], lines[:5] + lines[6:], ["{}\n"], [lines[0], "pg_authid {}\n"]):
        with gzip.open(half, "wt") as out:
            out.writelines(damaged)
        with pytest.raises(HubUnreachable, match="nothing was touched"):
            archive.restore(dsn, half)
    assert admin.status(dsn).rows == {"ticket": 20}


def test_a_narrow_scope_does_not_go_through_a_million_customers(connect: Connect) -> None:
    feed, seat = Writer(connect()), connect()
    seat.enrol_v1(replica := new_id(), "seat", Scope(directory=False))
    feed.add(*(Customer(id=new_id(), name="x") for _ in range(20)))
    assert not [row for row in seat.snapshot_v1(replica, None).rows if row.entity == "customer"]


def test_who_sees_the_others_but_may_not_disconnect_them_restores_all_the_same(
    administered: str, tmp_path: Path
) -> None:
    plain = make_conninfo(administered, user="postgres")
    role = sql.Identifier(str(conninfo_to_dict(administered)["user"]))
    with psycopg.connect(plain, autocommit=True) as line:
        line.execute(sql.SQL("GRANT pg_monitor TO {}").format(role))
    with closing(PostgresHub(plain)) as hub:
        seat = Writer(hub)
        seat.add(ticket("kept"))
        archive.backup(administered, tmp_path / "hub.gz")
        archive.restore(administered, tmp_path / "hub.gz")
        with pytest.raises(HubUnreachable, match="put back"):
            seat.add(ticket("over a line from before"))


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_cannot_hold_every_character_is_made_no_hub(server: Server, encoding: str) -> None:
    name = f"test_{new_id()[-12:]}"
    with psycopg.connect(server.dsn, autocommit=True) as line:
        make = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE 'C' LC_CTYPE 'C'")
        line.execute(make.format(sql.Identifier(name), sql.Literal(encoding)))
    with pytest.raises(HubUnreachable, match="ENCODING 'UTF8'"):
        admin.init(make_conninfo(server.dsn, dbname=name))


@pytest.mark.parametrize(
    "said",
    [
        'FATAL:  password authentication failed for user "ana"',
        "FATAL:  Passwort-Authentifizierung für Benutzer »ana« fehlgeschlagen",
        "FATAL:  authentification par mot de passe échouée pour l'utilisateur « ana »",
        "FATAL:  la autentificación password falló para el usuario «ana»",
        'ВАЖНО:  пользователь "ana" не прошёл проверку подлинности (по паролю)',
        "FATAL:  Rolle »ana« existiert nicht",
    ],
)
def test_who_is_not_let_in_is_told_so_in_whatever_language_the_server_speaks(server: Server, said: str) -> None:
    with pytest.raises(psycopg.OperationalError) as failed:
        psycopg.connect(make_conninfo(server.dsn, user="ana"))
    where, line = 'connection to server at "127.0.0.1", port 5432 failed', failed.value.pgconn
    with pytest.raises(WrongLogin), told("the hub"):
        raise psycopg.OperationalError(f"{where}: {said}", pgconn=line)
    with pytest.raises(HubUnreachable, match="no answer"), told("the hub"):
        raise psycopg.OperationalError(f"{where}: Verbindungsaufbau abgelehnt", pgconn=line)
