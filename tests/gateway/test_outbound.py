"""Mail from a seat reaches a real server, once, whatever goes wrong on the way."""

from __future__ import annotations

import email
from datetime import timedelta
from email import policy
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.floor.pace import LeapClock
from data.mail.outgoing import draft, gateway_is_there, gateway_of, post
from data.mail.queue_report import REPORT, SeatMail, failed_mails, report_mail, seat_mail
from data.mail.sending import LEASE, TOO_OLD
from data.models.base import AgentId
from data.models.gateway import Gateway
from data.models.mail import Mail, MailState
from data.models.queue_report import NodeDown, QueueReport
from data.store.save import saving
from data.sync.embedded import EmbeddedHub
from tests.gateway.conftest import Site, until
from tests.gateway.mail_server import CERTIFICATE, PASSWORD, USER, mail_server
from tests.sync.writers import Writer

ANA = AgentId("ana")
MAILBOX = "queue-reports@example.com"
NEW_YORK = ZoneInfo("America/New_York")


def report(clock: LeapClock, **fields: object) -> QueueReport:
    body = {
        "id": "r-1",
        "slot": clock.now(),
        "reporter": ANA,
        "by": ANA,
        "at": clock.now(),
        "calls": 7,
        "wait_min": 12,
        "nodes": (NodeDown(node="N-17", city="Springfield"),),
        "comment": "Two callers gave up.",
        "initials": "AS",
        **fields,
    }
    return QueueReport.model_validate(body)


def told(site: Site, text: str = "Seven calls wait.", **fields: object) -> Mail:
    """A mail that the seat has posted, and that is at the hub."""
    mail = post(site.store, [MAILBOX], REPORT, "Queue report", text, ANA, site.clock)
    site.sync()
    return mail


async def until_state(site: Site, mail: Mail, state: MailState) -> Mail:
    await until(lambda: site.mail(mail.id).state is state)
    return site.mail(mail.id)


async def test_the_fallback_mail_has_every_field_and_the_initials(site: Site) -> None:
    site.start()
    await until(lambda: site.sync() or gateway_is_there(site.store, site.clock.now()))
    letter = report_mail(report(site.clock), "AS", NEW_YORK, reporter="Ana Silva", by="Ana Silva")
    given = seat_mail(site.store, site.folder / "mail", [MAILBOX], REPORT, *letter, ANA, site.clock)
    assert given.goes_out and given.file is None and "gateway" in given.says
    sent = await until_state(site, given.mail, MailState.SENT)
    assert (sent.tries, sent.why, sent.done_at) == (1, "", site.clock.now())
    [message] = site.post.taken
    assert site.post.recipients == [[MAILBOX]]
    assert message["From"] == "console@example.net" and message["To"] == MAILBOX
    assert message["Subject"] == "Queue report 2026-01-07 04:00 EST"
    assert message["Message-ID"] == f"<{sent.id}@example.com>" and message["Auto-Submitted"] == "auto-generated"
    assert site.post.text() == (
        "Queue report for Wednesday 2026-01-07 04:00 EST\n\n"
        "Calls in queue: 7\n"
        "Longest wait: 12 min\n"
        "Node down: N-17 (Springfield)\n"
        "Comment: Two callers gave up.\n\n"
        "Reporter: Ana Silva\n"
        "Given by: Ana Silva, 2026-01-07 04:00 EST\n\n"
        "AS\n"
    )


async def test_no_head_comes_from_a_comment_a_node_or_a_city(site: Site) -> None:
    evil = "x\r\nBcc: thief@example.com\r\n\r\n=?utf-8?q?y?=\u2028z\n.\nQUIT"
    nodes = (NodeDown(node=evil, city=evil),)
    letter = report_mail(report(site.clock, comment=evil, nodes=nodes), evil, NEW_YORK, reporter=evil, by=evil)
    seat_mail(site.store, None, [MAILBOX], REPORT, *letter, ANA, site.clock)
    site.sync()
    site.start()
    await until(lambda: site.post.taken)
    [message] = site.post.taken
    assert message["Bcc"] is None and message["Subject"] == "Queue report 2026-01-07 04:00 EST"
    assert site.post.recipients == [[MAILBOX]] and not message.is_multipart()
    assert "Node down: x Bcc: thief@example.com" in site.post.text()
    assert site.post.text().rstrip().splitlines()[-1].startswith("x Bcc:")  # the initials, cut


async def test_a_row_that_another_program_wrote_is_not_sent_with_a_head_of_its_own(site: Site) -> None:
    hub = EmbeddedHub(site.folder / "hub.db", site.clock)
    other = Writer(hub)
    fit = draft([MAILBOX], REPORT, "Queue report", "text", ANA, site.clock)
    bad = [
        fit.model_copy(update={"id": "bad-1", "subject": "a\r\nBcc: b@example.com"}),
        fit.model_copy(update={"id": "bad-2", "to": ("a@example.com\r\nBcc: b@example.com",)}),
        fit.model_copy(update={"id": "bad-3", "to": ()}),
    ]
    other.push(*map(other.new, bad))
    hub.close()
    site.start()
    for one in bad:
        await until_state(site, one, MailState.FAILED)
    assert not site.post.taken


async def test_a_password_goes_out_under_tls_only(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    file.chmod(0o600)
    mail = told(site)
    async with mail_server(secured=True) as server:
        secured = {"port": server.port, "security": "starttls", "user": USER, "password_file": file}
        site.start(**secured, server="localhost", ca_file=CERTIFICATE)
        await until_state(site, mail, MailState.SENT)
        assert server.post.secure == [True] and server.post.users == [USER.encode()]


async def test_a_server_whose_certificate_is_not_known_gets_no_mail(site: Site, tmp_path: Path) -> None:
    mail = told(site)
    async with mail_server(secured=True) as server:
        site.start(port=server.port, security="starttls", server="localhost")
        await until(lambda: site.mail(mail.id).tries)
        assert site.mail(mail.id).state is MailState.WAITING and "certificate" in site.mail(mail.id).why
        assert not server.post.taken


async def test_a_wrong_password_is_the_sites_trouble_and_the_mail_waits(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("another one")
    file.chmod(0o600)
    mail = told(site)
    async with mail_server(secured=True) as server:
        site.start(
            port=server.port,
            security="starttls",
            server="localhost",
            ca_file=CERTIFICATE,
            user=USER,
            password_file=file,
        )
        await until(lambda: site.mail(mail.id).tries)
        assert site.mail(mail.id).state is MailState.WAITING
        await until(lambda: site.sync() or trouble(site))
        assert "535" in trouble(site) and "another one" not in trouble(site) + "".join(site.said)


def told_of(site: Site, mail: Mail) -> SeatMail | None:
    """What the seat is told of a mail that did not go out."""
    found = failed_mails(site.store, ANA, site.clock.now(), site.folder / "mail")
    return next((one for one in found if one.mail.id == mail.id), None)


def trouble(site: Site) -> str:
    gateway = gateway_of(site.store, site.clock.now())
    return gateway.trouble if gateway is not None else ""


async def test_a_passing_fault_is_tried_again_later(site: Site) -> None:
    site.post.answers = ["451 Try later", "452 No room"]
    mail = told(site)
    site.start()
    await until(lambda: site.mail(mail.id).tries == 1)
    waiting = site.mail(mail.id)
    assert waiting.state is MailState.WAITING and "451 Try later" in waiting.why
    assert waiting.next_try == site.clock.now() + timedelta(minutes=1)
    assert not trouble(site)  # it is this mail's fault alone
    await site.leap(61)
    await until(lambda: site.mail(mail.id).tries == 2)
    assert site.mail(mail.id).next_try == site.clock.now() + timedelta(minutes=2)
    await site.leap(121)
    assert (await until_state(site, mail, MailState.SENT)).tries == 3
    assert len(site.post.taken) == 1


async def test_what_the_server_refuses_for_good_fails_and_the_seat_is_told(site: Site) -> None:
    site.post.to_recipient[MAILBOX] = "550 No such mailbox"
    mail = told(site)
    site.start()
    failed = await until_state(site, mail, MailState.FAILED)
    assert "550 No such mailbox" in failed.why and failed.done_at == site.clock.now()
    seen = told_of(site, mail)
    assert seen is not None and seen.file is not None and not seen.goes_out
    assert "refused" in seen.says and str(seen.file) in seen.says
    known = {(mail.id, MailState.FAILED)}
    assert not failed_mails(site.store, ANA, site.clock.now(), None, known)
    assert not failed_mails(site.store, AgentId("bo"), site.clock.now(), None)
    await site.leap(7200)
    assert site.mail(mail.id).tries == 1 and not site.post.taken


async def test_one_bad_address_of_two_does_not_stop_the_other(site: Site) -> None:
    site.post.to_recipient["manager@example.com"] = "550 No such mailbox"
    mail = post(site.store, [MAILBOX, "manager@example.com"], "alarm", "A report failed", "", ANA, site.clock)
    site.sync()
    site.start()
    sent = await until_state(site, mail, MailState.SENT)
    assert site.post.recipients == [[MAILBOX]] and "manager@example.com" in sent.why


async def test_with_the_server_down_there_is_a_file_and_the_mail_goes_out_later(site: Site) -> None:
    await site.server.down()
    mail = told(site, "Seven calls wait.")
    site.start()
    await until(lambda: site.mail(mail.id).tries)
    first = told_of(site, mail)
    assert first is not None and first.goes_out and first.file is not None and "goes on trying" in first.says
    # The next report hears of it at once.
    await until(lambda: site.sync() or trouble(site))
    second = seat_mail(site.store, site.folder / "mail", [MAILBOX], REPORT, "Second", "text", ANA, site.clock)
    assert second.file is not None and not second.goes_out and second.mail.state is MailState.SAVED
    assert str(second.file) in second.says and MAILBOX in second.says
    await site.server.up()
    site.sync()
    await site.leap(301)
    for one in (mail, second.mail):
        await until_state(site, one, MailState.SENT)
    files = [email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in (first.file, second.file)]
    assert site.post.ids == [one["Message-ID"] for one in files]  # whoever sent a file by hand is recognised
    await until(lambda: site.sync() or not trouble(site))
    assert told_of(site, mail) is None


def test_without_a_gateway_or_a_store_there_is_a_file(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    alone = seat_mail(site.store, folder, [MAILBOX], REPORT, "First", "text", ANA, site.clock)
    assert alone.file is not None and alone.file.exists() and not alone.goes_out
    assert "No gateway" in alone.says and str(alone.file) in alone.says and MAILBOX in alone.says
    kept = site.mail(alone.mail.id)
    assert kept.state is MailState.SAVED and kept.why == str(alone.file)
    nowhere = seat_mail(site.store, None, [MAILBOX], REPORT, "No file may lie here", "text", ANA, site.clock)
    assert nowhere.file is None and not nowhere.goes_out and "Call a manager" in nowhere.says
    assert site.mail(nowhere.mail.id).state is MailState.WAITING
    site.store.close()
    broken = seat_mail(site.store, folder, [MAILBOX], REPORT, "Second", "text", ANA, site.clock)
    assert broken.file is not None and "cannot be written" in broken.says
    with pytest.raises(ValueError, match="call a manager"):
        seat_mail(None, None, [MAILBOX], REPORT, "Third", "text", ANA, site.clock)


async def test_a_gateway_that_comes_soon_sends_what_was_saved_but_nothing_old(site: Site) -> None:
    old = seat_mail(site.store, site.folder / "mail", [MAILBOX], REPORT, "Old", "text", ANA, site.clock).mail
    site.clock.leap(TOO_OLD.total_seconds() + 1)
    fresh = seat_mail(site.store, site.folder / "mail", [MAILBOX], REPORT, "Fresh", "text", ANA, site.clock).mail
    site.sync()
    site.start()
    await until_state(site, fresh, MailState.SENT)
    assert (await until_state(site, old, MailState.FAILED)).why.startswith("it was not sent within two days")
    assert [one["Subject"] for one in site.post.taken] == ["Fresh"]


async def test_two_gateways_send_each_mail_once(site: Site) -> None:
    site.start("one")
    site.start("two")
    mails = [told(site, f"Mail {place}") for place in range(12)]
    for mail in mails:
        await until_state(site, mail, MailState.SENT)
    assert sorted(site.post.ids) == sorted(f"<{mail.id}@example.com>" for mail in mails)
    site.sync()
    assert len(site.store.rows("SELECT * FROM gateway")) == 2


async def test_what_a_dead_gateway_had_taken_is_sent_by_another_after_its_lease(site: Site) -> None:
    mail = told(site)
    dead = {"state": "sending", "gateway": "dead", "next_try": site.clock.now() + LEASE}
    with saving(site.store, ANA, site.clock) as change:
        change.update(Mail, mail.id, **dead)
    other = told(site)
    site.start()
    await until_state(site, other, MailState.SENT)
    assert site.mail(mail.id).state is MailState.SENDING
    await site.leap(LEASE.total_seconds() + 1)
    await until_state(site, mail, MailState.SENT)
    assert len(site.post.taken) == 2


async def test_seats_know_when_the_gateway_has_ended(site: Site) -> None:
    site.start()
    await until(lambda: site.sync() or gateway_is_there(site.store, site.clock.now()))
    await site.stop()
    site.sync()
    assert not gateway_is_there(site.store, site.clock.now())
    [row] = site.store.rows("SELECT * FROM gateway")
    assert Gateway.from_row(row).services == ("mail", "schedule")


async def test_who_is_to_be_tried_again_gets_a_mail_of_their_own(site: Site) -> None:
    site.post.to_recipient["manager@example.com"] = "451 Greylisted"
    mail = post(site.store, [MAILBOX, "manager@example.com"], "alarm", "A report failed", "x", ANA, site.clock)
    site.sync()
    site.start()
    await until_state(site, mail, MailState.SENT)
    site.post.to_recipient.clear()
    await site.leap(61)
    await until(lambda: len(site.post.taken) == 2)
    assert site.post.recipients == [[MAILBOX], ["manager@example.com"]] and len(set(site.post.ids)) == 2


async def test_mail_goes_to_the_sites_own_addresses_and_nowhere_else(site: Site) -> None:
    """Whoever sits at a seat can write any row: the site's server is nobody's to write to strangers with."""
    strange = post(site.store, ["stranger@example.org"], REPORT, "You have won", "Click here", ANA, site.clock)
    both = post(site.store, ["stranger@example.org", MAILBOX.upper()], "alarm", "Failed", "x", ANA, site.clock)
    site.sync()
    site.start()
    failed = await until_state(site, strange, MailState.FAILED)
    assert failed.why == "not to stranger@example.org: the gateway's shift.yaml does not name this address"
    sent = await until_state(site, both, MailState.SENT)
    assert site.post.recipients == [[MAILBOX.upper()]] and "not to stranger@example.org" in sent.why
