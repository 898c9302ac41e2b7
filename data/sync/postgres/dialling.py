"""How a PostgreSQL hub is reached: what an address may say, how long is waited, and what a failure means in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import psycopg
from psycopg import errors, pq
from psycopg.abc import RV, PQGen
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from data.sync.contract import CopiedReplica, HubUnreachable, Login, MustRefetch, Revoked, WrongLogin

CONNECT_S = 5
STATEMENT_S = 10
LOCK_S = 2
ANSWER_S = STATEMENT_S + 2.0
"""So long an answer is waited for. The server gives up before; this is for one that is not heard any more."""
_SETTINGS: dict[str, Any] = {
    "client_encoding": "UTF8",
    "application_name": "agent-console",
    "keepalives_idle": "10",
    "keepalives_interval": "3",
    "keepalives_count": "3",
    "tcp_user_timeout": str(int(ANSWER_S * 1000)),
}
_SESSION = {
    "statement_timeout": f"{STATEMENT_S}s",
    "lock_timeout": f"{LOCK_S}s",
    # One plan for each statement, by index: planning them anew takes longer than running them, and a plan that was
    # made while the tables were empty must not read them whole when they are large.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "jit": "off",
}
_TURNED_AWAY = re.compile(
    r"password authentication failed|SASL authentication failed|no password supplied|role \".*\" does not exist"
    r"|is not permitted to log in|no pg_hba.conf entry"
)
_QUOTE = r"[\"'`«»‹›„“”‘’‚「」『』]"
RACES = (errors.UniqueViolation, errors.SerializationFailure, errors.DeadlockDetected)
"""Two did the same at once; nothing was changed by the one that is told so."""


class Line(psycopg.Connection[tuple[Any, ...]]):
    """A connection on which no answer is waited for without end."""

    patience_s = ANSWER_S

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        return super().wait(gen, interval, self.patience_s if timeout is None else timeout)


def dial(address: str, login: Login | None = None, *, patience_s: float = ANSWER_S) -> Line:
    """Connect.

    Raises:
        HubUnreachable: nobody answers there, or the address is one that is not spoken to.
        WrongLogin: this person is not let in.
    """
    params = _params(address)
    if login is not None:
        params |= {"user": login_of(login.person), "password": login.password.get_secret_value()}
    place = place_of(address)
    with told(place):
        given = make_conninfo("", **{**_SETTINGS, "connect_timeout": CONNECT_S, **params})
        line = Line.connect(given, autocommit=True)
        line.patience_s = patience_s
        line.execute("; ".join(f"SET {name} = '{value}'" for name, value in _SESSION.items()))
    return line


def login_of(person: str) -> str:
    """The database's login role of a person, by the name that is signed in with or by the id."""
    return " ".join(person.split()).casefold()


def place_of(address: str) -> str:
    """Where an address leads, for a sentence: never what else it says."""
    try:
        params = conninfo_to_dict(address)
    except psycopg.Error:
        return "the hub"
    where = params.get("host") or params.get("hostaddr") or "this machine"
    return f"the hub at {where}"


def _params(address: str) -> dict[str, Any]:
    try:
        params = conninfo_to_dict(address)
    except psycopg.Error as error:
        raise HubUnreachable(
            "The address of the hub cannot be read: it should look like postgresql://hub.example.com/agent_console."
        ) from error
    if params.get("password"):
        raise HubUnreachable(
            "The address of the hub holds a password: leave it out, it is asked for or read from ~/.pgpass."
        )
    if params.get("service"):
        raise HubUnreachable("Name the hub's host in its address: a service file is not read.")
    known = {one.keyword.decode(): one.val for one in pq.Conninfo.get_defaults() if one.val is not None}
    effective = {**{name: value.decode() for name, value in known.items()}, **params}
    if effective.get("sslmode") != "verify-full" and not _is_near(effective):
        raise HubUnreachable(
            "The hub is on another machine, so its certificate must be checked: add ?sslmode=verify-full to its "
            "address, and sslrootcert= with the file of the authority that signed it."
        )
    return params


def _is_near(params: dict[str, Any]) -> bool:
    """Whether every host of an address is this machine: a socket's folder, or a loopback address."""
    hosts = str(params.get("hostaddr") or params.get("host") or "").split(",")
    return all(_is_loopback(host) for host in hosts)


def _is_loopback(host: str) -> bool:
    if host in ("", "localhost") or host.startswith(("/", "@")):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def told(place: str) -> Iterator[None]:
    """What PostgreSQL says, as the contract's exceptions and in words."""
    try:
        yield
    except psycopg.Error as error:
        raise _as_contract(error, place) from error


def _turned_away(error: psycopg.Error) -> bool:
    """Whether a server let somebody not in. A connection that failed has no SQLSTATE, and the server says it in the
    language that it was set up in: in all of them the name stands in quotes."""
    said = str(error)
    name = error.pgconn.user.decode() if error.pgconn is not None else ""
    return bool(_TURNED_AWAY.search(said) or (name and re.search(rf"{_QUOTE} ?{re.escape(name)} ?{_QUOTE}", said)))


def _as_contract(error: psycopg.Error, place: str) -> Exception:
    said = error.diag.message_primary or ""
    match error.sqlstate:
        case "AC001":
            return HubUnreachable(said)
        case "AC002":
            return CopiedReplica(said)
        case "AC003":
            return MustRefetch(said)
        case "AC004":
            return Revoked()
        case "42501":
            return WrongLogin(f"This person has no place at {place}: ask who runs the hub to add you.")
        case "42883" | "3F000" | "42P01" | "3D000":
            return HubUnreachable(
                f"What answers for {place} is no hub, or an older one: whoever runs it makes one with "
                "'agent-console hub init', or brings it up to date with 'agent-console hub upgrade'."
            )
        case "53100":
            return HubUnreachable(
                f"The disk of {place} is full: nothing was lost, ask who runs the hub to make room."
            )
        case "53300":
            return HubUnreachable(f"Too many are connected to {place}: this seat tries again by itself.")
        case "23505" | "40001" | "40P01":
            return HubUnreachable(
                f"Others are changing the same things at {place}: this seat tries again by itself."
            )
        case "57014" | "55P03":
            return HubUnreachable(f"It took too long at {place}: this seat tries again by itself.")
    if error.sqlstate is None and _turned_away(error):
        return WrongLogin(
            f"You were not let in to {place}: check the name and the password, or ask who runs the hub."
        )
    if (error.sqlstate or "").startswith(("22", "54")):
        return HubUnreachable(
            f"A change of this seat cannot be kept at {place} ({error.sqlstate}: {said}): tell who runs the hub."
        )
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return HubUnreachable(
            f"There is no answer from {place}: look whether the network is there; this seat tries again."
        )
    return HubUnreachable(f"Something went wrong at {place} ({error.sqlstate}): this seat tries again by itself.")
