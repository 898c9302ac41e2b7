"""Who may sign in at an embedded hub: a table of its own in the hub's file, made when the first person is added.

A hub without that table asks nobody for a password. Whoever may write the file may add people, so these are a seat's
manners and no wall: where people must not trust each other's machines, the hub is PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from data.clock import Clock
from data.identity.passwords import fits, kept, outdated, unfit
from data.models.agent import LEADERS, Agent, Role
from data.models.base import AgentId, instant_text, new_id
from data.store import driver
from data.sync.contract import Login, Member, WrongLogin
from data.sync.hub_file import NOTHING, HubFile

_SHAPE = """
CREATE TABLE IF NOT EXISTS person_login (
    person TEXT PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE, role TEXT NOT NULL,
    kept TEXT NOT NULL, revoked INTEGER NOT NULL DEFAULT 0, changed_at TEXT NOT NULL) WITHOUT ROWID
"""
WRONG = "The hub does not know this name with this password: look at the name, and whether caps lock is on, then try again."
ASKS = 'This hub asks for passwords: set sign_in = "password" on this seat.'
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$FS3wHP1dJ8F9tjbsCqmakg$YGriYzRoyVVqwWtPbYvyinVrrY1Z5TcXMu9h2BX+j5M"
"""Compared with when a name is unknown, so that the answer takes as long."""
_NO_REPLICA = 0
"""As the writer of a field: the hub itself."""


class PeopleError(Exception):
    """A person who cannot be added or changed; the message is one sentence."""


def has_people(file: HubFile) -> bool:
    """Whether this hub asks for passwords."""
    with file.reading() as db:
        return db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'person_login'").fetchone() is not None


def let_in(file: HubFile, login: Login, clock: Clock) -> Member:
    """Who signs in. A revoked one too, who may still push.

    Raises:
        WrongLogin: nobody whom the hub knows, or another password.
    """
    if not has_people(file):
        raise WrongLogin(
            "Nobody has a password at this hub yet: an administrator adds people with `agent-console user add NAME`."
        )
    password = login.password.get_secret_value()
    with file.reading() as db:
        row = _find(db, login.person)
    if not fits(row["kept"] if row is not None else _NOBODY, password) or row is None:
        raise WrongLogin(WRONG)
    if outdated(row["kept"]):
        _change(file, clock, AgentId(row["person"]), kept=kept(password))
    return _member(row)


def revoked(file: HubFile, person: AgentId) -> bool:
    """Whether somebody's access was withdrawn."""
    row = file.db.execute("SELECT revoked FROM person_login WHERE person = ?", (person,)).fetchone()
    return row is None or bool(row["revoked"])


def leads(file: HubFile, person: AgentId) -> bool:
    """Whether somebody is a supervisor or an administrator now."""
    row = file.db.execute("SELECT role FROM person_login WHERE person = ?", (person,)).fetchone()
    return row is not None and row["role"] in LEADERS


class People:
    """The people of an embedded hub, for an administrator. Use it as a context manager."""

    def __init__(self, path: Path, clock: Clock, *, create: bool = True) -> None:
        """Raises HubUnreachable: the file cannot be opened or is no hub."""
        self._file = HubFile(path, clock, create=create)
        self._clock = clock

    def __enter__(self) -> People:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._file.close()

    def everyone(self) -> list[Member]:
        """Everybody who was added, by name."""
        if not has_people(self._file):
            return []
        with self._file.reading() as db:
            return [_member(row) for row in db.execute("SELECT * FROM person_login ORDER BY folded")]

    def add(self, name: str, role: Role, password: str) -> Member:
        """Let somebody in. Who signed on by that name before keeps their id and all that is theirs.

        Raises:
            PeopleError: there is somebody of that name, or the name or password cannot be.
        """
        name = as_name(name)
        be_fit(password)
        secret = kept(password)
        with self._file.writing() as db:
            db.execute(_SHAPE)
            if _find(db, name) is not None:
                raise PeopleError(f"There is a {name} already: choose another name, or change that one.")
            member = Member(id=self._signed_on_before(name) or AgentId(new_id()), name=name, role=role)
            db.execute(
                "INSERT INTO person_login VALUES (?, ?, ?, ?, ?, 0, ?)",
                (member.id, name, name.casefold(), role, secret, instant_text(self._clock.now())),
            )
            tell_seats(self._file, member)
        return member

    def add_feed(self, name: str, password: str) -> None:
        """Raises PeopleError: whoever may write the file needs no password."""
        raise PeopleError(f"A hub in a file lets feeds in without a password: start {name} with its address.")

    def set_role(self, name: str, role: Role) -> Member:
        """Give somebody another role. Raises PeopleError: nobody is called so; here as below."""
        member = self._named(name).model_copy(update={"role": role})
        _change(self._file, self._clock, member.id, role=role)
        with self._file.writing():
            tell_seats(self._file, member)
        return member

    def set_password(self, name: str, password: str) -> Member:
        """Give somebody another password; the former one holds no longer."""
        member = self._named(name)
        be_fit(password)
        _change(self._file, self._clock, member.id, kept=kept(password))
        return member

    def revoke(self, name: str, *, withdrawn: bool = True) -> Member:
        """Withdraw somebody's access, or give it back."""
        member = self._named(name)
        _change(self._file, self._clock, member.id, revoked=int(withdrawn))
        return member.model_copy(update={"revoked": withdrawn})

    def _named(self, name: str) -> Member:
        with self._file.reading() as db:
            row = _find(db, name) if has_people(self._file) else None
        if row is None:
            raise PeopleError(f"Nobody at this hub is called {name}: `agent-console user list` says who is there.")
        return _member(row)

    def _signed_on_before(self, name: str) -> AgentId | None:
        for row in self._file.rows("entity = 'agent' AND NOT deleted", ()):
            if str(row.body.get("name", "")).casefold() == name.casefold() and not row.body.get("played"):
                return AgentId(row.entity_id)
        return None


def tell_seats(file: HubFile, member: Member) -> None:
    """The person as a row that every seat pulls, unless it says so already; in the caller's transaction."""
    before = file.find(Agent.entity, member.id) or NOTHING
    changed = {"name": member.name, "role": str(member.role)}
    if changed.items() <= before.body.items():
        return
    body = Agent.model_validate({**before.body, **changed, "id": member.id}).model_dump(mode="json")
    file.put(Agent.entity, member.id, before, body, body if before is NOTHING else changed, _NO_REPLICA)


def take_over(file: HubFile, people: Sequence[Mapping[str, object]]) -> None:
    """The people of the hub that this one takes the place of, as they were there; in the caller's transaction."""
    file.db.execute(_SHAPE)
    for row in people:
        marks = ", ".join("?" * len(row))
        file.db.execute(
            f"INSERT OR REPLACE INTO person_login ({', '.join(row)}) VALUES ({marks})",  # noqa: S608
            list(row.values()),
        )
    for row in file.db.execute("SELECT * FROM person_login").fetchall():
        tell_seats(file, _member(row))


def _find(db: driver.Connection, typed: str) -> driver.SqlRow | None:
    folded = " ".join(typed.split()).casefold()
    return db.execute("SELECT * FROM person_login WHERE person = ? OR folded = ?", (typed, folded)).fetchone()


def _member(row: driver.SqlRow) -> Member:
    return Member(id=AgentId(row["person"]), name=row["name"], role=Role(row["role"]), revoked=bool(row["revoked"]))


def as_name(typed: str) -> str:
    """A person's name as it is kept.

    Raises:
        PeopleError: there is none.
    """
    name = " ".join(typed.split())
    if not name:
        raise PeopleError("A person has a name: type it as it is to be read on the floor.")
    return name


def be_fit(password: str) -> None:
    """Make sure that a password will do.

    Raises:
        PeopleError: why not.
    """
    if why := unfit(password):
        raise PeopleError(why)


def _change(file: HubFile, clock: Clock, person: AgentId, **values: object) -> None:
    names = ", ".join(f"{name} = ?" for name in values)
    with file.writing() as db:
        db.execute(
            f"UPDATE person_login SET {names}, changed_at = ? WHERE person = ?",  # noqa: S608
            (*values.values(), instant_text(clock.now()), person),
        )
