"""The gateway as the process that it is: started, ended, killed, wrongly configured, and at a hub in PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
from psycopg.conninfo import conninfo_to_dict

from data.clock import SYSTEM_CLOCK
from data.mail.outgoing import draft
from data.mail.queue_report import REPORT
from data.models.base import AgentId
from data.models.mail import Mail, MailState
from data.sync.contract import Hub
from data.sync.embedded import EmbeddedHub
from data.sync.postgres import admin
from data.sync.postgres.hub import PostgresHub
from tests import postgres
from tests.console.command import Command, one_sentence, program
from tests.gateway.conftest import until
from tests.gateway.mail_server import mail_server
from tests.sync.owner import Owner, serving
from tests.sync.writers import Writer

ANA = AgentId("ana")
ROOT = Path(__file__).parents[2]


class Desk:
    """A seat that has one mail to send."""

    def __init__(self, hub: Hub) -> None:
        self.writer = Writer(hub)

    def post(self) -> Mail:
        mail = draft(["reports@example.com"], REPORT, "Queue report", "Seven calls wait.", ANA, SYSTEM_CLOCK)
        self.writer.push(self.writer.new(mail))
        return mail

    def row(self, mail: Mail) -> Mail:
        return Mail.model_validate(self.writer.row(mail).body)

    def sent(self, mail: Mail) -> bool:
        return self.row(mail).state is MailState.SENT


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(EmbeddedHub(tmp_path / "hub.db")) as hub:
        yield Desk(hub)


def written(folder: Path, port: int, hub: str = "hub.db", more: str = "") -> Path:
    """A gateway's file that sends no schedule."""
    shift = folder / "shift.yaml"
    shift.write_text("sign_on: []\nqueue_report: {mailbox: reports@example.com}\n")
    file = folder / "gateway.toml"
    file.write_text(
        f'hub = "{hub}"\ndata_dir = "gateway"\nshift = "shift.yaml"\n{more}\n'
        f'[mail]\nserver = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "console@example.com"\n'
    )
    return file


async def started(file: Path) -> asyncio.subprocess.Process:
    here = {name: value for name, value in os.environ.items() if not name.startswith("AGENT_CONSOLE_")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "console", "gateway", "--config", str(file), cwd=ROOT, env=here,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def ended(process: asyncio.subprocess.Process, number: signal.Signals) -> tuple[float, str, str]:
    """How long it took to end, and what it said."""
    begun = time.monotonic()
    with suppress(ProcessLookupError):
        process.send_signal(number)
    out, err = await asyncio.wait_for(process.communicate(), 10)
    return time.monotonic() - begun, out.decode(), err.decode()


async def test_the_command_sends_what_waits_and_ends_within_two_seconds(desk: Desk, tmp_path: Path) -> None:
    mail = desk.post()
    async with mail_server() as server:
        gateway = await started(written(tmp_path, server.port))
        try:
            await until(lambda: desk.sent(mail))
            second = program("gateway", "--config", tmp_path / "gateway.toml")
            assert second.code == 1 and "runs in" in one_sentence(second)
        finally:
            took, out, err = await ended(gateway, signal.SIGTERM)
        assert took < 2 and gateway.returncode == 0 and err == "" and "Ended." in out, err
        assert server.post.text() == "Seven calls wait.\n"
        checked = await asyncio.to_thread(program, "gateway", "--config", tmp_path / "gateway.toml", "--check")
        assert checked.code == 0 and checked.out.count("✓") == 3, checked
    files = [one for one in (tmp_path / "gateway").iterdir()]
    assert files and all(one.stat().st_mode & 0o077 == 0 for one in files)


async def test_killed_between_sending_and_marking_it_sends_the_same_message_id_again(
    desk: Desk, tmp_path: Path
) -> None:
    mail = desk.post()
    async with mail_server() as server:
        file = written(tmp_path, server.port)
        first = await started(file)
        server.post.on_taken = first.kill  # before the server's word reaches it
        await until(lambda: server.post.taken)
        await first.wait()
        server.post.on_taken = lambda: None
        assert desk.row(mail).state is MailState.SENDING
        again = await started(file)
        try:
            await until(lambda: desk.sent(mail))
        finally:
            await ended(again, signal.SIGTERM)
        assert server.post.ids == [f"<{mail.id}@example.com>"] * 2


async def test_it_ends_within_two_seconds_though_the_mail_server_says_nothing(desk: Desk, tmp_path: Path) -> None:
    mail = desk.post()
    called = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        file = written(tmp_path, server.sockets[0].getsockname()[1])
        gateway = await started(file)
        await asyncio.wait_for(called.wait(), 8)
        took, _, err = await ended(gateway, signal.SIGTERM)
        assert took < 2 and gateway.returncode == 0 and err == "", err
    assert desk.row(mail).state is MailState.SENDING
    async with mail_server() as working:
        again = await started(written(tmp_path, working.port))
        try:
            await until(lambda: desk.sent(mail))  # its own, so at once
        finally:
            await ended(again, signal.SIGTERM)


async def test_what_was_sent_while_the_hub_went_away_is_marked_when_it_is_back(tmp_path: Path) -> None:
    file = tmp_path / "hub.db"
    with closing(EmbeddedHub(file)) as hub:
        desk = Desk(hub)
        mail = desk.post()
        async with mail_server() as server:
            gone = False
            with serving(file) as owner:
                socket = owner.socket

                def leave() -> None:
                    nonlocal gone
                    owner.close()
                    gone = True

                server.post.on_taken = leave
                gateway = await started(written(tmp_path, server.port, f"unix:{socket}"))
                await until(lambda: gone)
                assert gateway.stderr is not None
                said = await asyncio.wait_for(gateway.stderr.readline(), 8)
                assert b"tries again" in said and desk.row(mail).state is MailState.SENDING
                back = Owner(file, socket, SYSTEM_CLOCK)
                try:
                    await until(lambda: desk.sent(mail))
                finally:
                    await ended(gateway, signal.SIGTERM)
                    back.close()
            assert len(server.post.taken) == 1


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with postgres.running() as server:
        yield server.hub()


async def test_it_works_as_a_feed_of_a_hub_in_postgresql(database: str, tmp_path: Path) -> None:
    admin.add_feed(database, "gateway", "a quiet harbour 7")
    at = conninfo_to_dict(database)
    where = urlencode({"host": at["host"], "port": at["port"]})
    password = tmp_path / "hub-password"
    password.write_text("a quiet harbour 7\n")
    password.chmod(0o600)
    with closing(PostgresHub(database)) as hub:
        desk = Desk(hub)
        async with mail_server() as server:
            more = f'hub_password_file = "{password}"'
            file = written(tmp_path, server.port, f"postgresql://gateway@/{at['dbname']}?{where}", more)
            one = await started(file)
            other_file = tmp_path / "other.toml"
            other_file.write_text(file.read_text().replace('data_dir = "gateway"', 'data_dir = "other"'))
            other = await started(other_file)
            try:
                mails = [desk.post() for _ in range(4)]
                await until(lambda: all(desk.sent(mail) for mail in mails))
            finally:
                ends = [await ended(process, signal.SIGTERM) for process in (one, other)]
            assert all(err == "" and took < 2 for took, _, err in ends), ends
            assert sorted(server.post.ids) == sorted(f"<{mail.id}@example.com>" for mail in mails)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("hub.db", "postgresql://a:secret@db.example.com/desk"), "hub_password_file"),
        (('server = "127.0.0.1"\n', ""), "mail.server"),
        (("port = 25", "port = 0"), "mail.port"),
        (("port = 25", "prot = 25"), "mail.prot"),
        (("console@example.com", "console@example.com\\r\\nBcc: a@example.com"), "mail.sender"),
        (('security = "none"', 'user = "a"'), "belong together"),
        (('server = "127.0.0.1"', 'server = "mail.example.com"\nuser = "a"\npassword_file = "p"'), "in the clear"),
        (("[mail]", "[mail"), "TOML"),
        (('shift = "shift.yaml"', 'shift = "none.yaml"'), "none.yaml"),
        (('data_dir = "gateway"', 'data_dir = "gateway"\ntime_zone = "Mars"'), "time_zone"),
        (('security = "none"', 'security = "tls"\nuser = "a"\npassword_file = "open"'), "chmod 600"),
        (('security = "none"', 'security = "tls"\nca_file = "gone.pem"'), "gone.pem"),
    ],
)
def test_a_file_that_does_not_fit_is_told_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str], said: str
) -> None:
    file = written(tmp_path, 25)
    (tmp_path / "open").write_text("secret")
    (tmp_path / "open").chmod(0o644)
    assert change[0] in file.read_text()
    file.write_text(file.read_text().replace(*change))
    outcome = Command(tmp_path, capsys)("gateway", "--config", file)
    assert outcome.code == 2
    assert said in one_sentence(outcome) and "secret" not in outcome.err


def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "aiosmtplib", None)
    outcome = Command(tmp_path, capsys)("gateway", "--config", written(tmp_path, 25))
    assert outcome.code == 2 and "agent-console[gateway]" in one_sentence(outcome)


def test_a_check_says_what_cannot_be_reached(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli = Command(tmp_path, capsys)
    file = written(tmp_path, 1)
    assert cli("gateway", "--config", file, "--check").code == 3  # there is no hub
    EmbeddedHub(tmp_path / "hub.db").close()
    outcome = cli("gateway", "--config", file, "--check")
    assert outcome.code == 1 and "mail server cannot be used: 127.0.0.1:1: Connection refused" in outcome.err
