"""Nothing that somebody typed gets into the head of a mail, and its text arrives as it was typed."""

from __future__ import annotations

import email
import stat
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.floor.pace import LeapClock
from data.mail.addresses import MailFaultError, one_line, plain_text, subject
from data.mail.outgoing import as_message, draft, gateway_is_there, post, save_eml
from data.models.base import AgentId
from data.models.gateway import Gateway
from data.models.mail import Mail, MailState
from data.store.database import Store
from data.store.save import saving

ANA = AgentId("ana")
SENDER = "console@example.com"
HEAD = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"]
HOSTILE = st.sampled_from(
    [
        *"\r\n\0\t\x0b\x0c\x1b\x85\u2028\u2029\ud800\udfff\u202e\ufeff",
        "\r\nBcc: thief@example.com\r\n",
        "=?utf-8?q?=0D=0ABcc:_thief=40example.com?=",
        "=?utf-8?b?DQpCY2M6IHRoaWVmQGV4YW1wbGUuY29t?=",
        "\r\n\r\n<html>",
        "\n.\n",
        "From ",
        "x" * 1200,
        "é" * 1200,
    ]
)
TEXT = st.lists(st.one_of(st.text(max_size=30), HOSTILE), max_size=8).map("".join)


def mail(text: str = "", title: str = "Queue report", to: tuple[str, ...] = ("reports@example.com",)) -> Mail:
    return draft(to, "queue report", title, text, ANA, LeapClock())


def as_received(message: EmailMessage) -> EmailMessage:
    """Over the wire and back."""
    return email.message_from_bytes(message.as_bytes(), policy=policy.default)


@given(TEXT)
def test_any_text_stays_in_the_text_of_the_mail(text: str) -> None:
    sent = as_message(mail(text), SENDER)
    raw = sent.as_bytes()
    received = as_received(sent)
    assert [name for name in received.keys() if not name.startswith(("Content-", "MIME-"))] == HEAD  # noqa: SIM118
    assert received["To"] == "reports@example.com" and received["From"] == SENDER
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert raw.replace(b"\r\n", b"").count(b"\n") == raw.replace(b"\r\n", b"").count(b"\r") == 0
    assert raw.isascii() and b"\0" not in raw
    body = received.get_content().replace("\r\n", "\n")
    assert body.rstrip("\n") == plain_text(text).rstrip("\n")


@given(TEXT)
def test_a_subject_is_refused_or_arrives_as_it_is(text: str) -> None:
    try:
        wanted = subject(text)
    except MailFaultError:
        with pytest.raises(MailFaultError):
            mail(title=text)
        with pytest.raises(MailFaultError):  # a row that another program wrote
            as_message(mail().model_copy(update={"subject": text}), SENDER)
        return
    received = as_received(as_message(mail(title=wanted), SENDER))
    assert [name for name in received.keys() if not name.startswith(("Content-", "MIME-"))] == HEAD  # noqa: SIM118
    assert received["Subject"].split() == wanted.split()


@given(TEXT)
def test_an_address_is_refused_or_is_the_only_one(text: str) -> None:
    row = mail().model_copy(update={"to": (text,)})
    try:
        received = as_received(as_message(row, SENDER))
    except MailFaultError:
        return
    assert received["To"] == text and "Bcc" not in received


@given(TEXT)
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text, 50)
    assert len(line) <= 50 and len(line.splitlines()) <= 1 and line.isprintable()


@pytest.mark.parametrize(
    "to",
    [
        [],
        [""],
        ["nobody"],
        ["a@b@c"],
        ["a@example.com,b@example.com"],
        ["a@example.com b@example.com"],
        ["a@example.com\r\nBcc: b@example.com"],
        ["a@example.com\n"],
        ["a@example.com\0"],
        ["Ana <a@example.com>"],
        ["=?utf-8?q?a?=@example.com"],
        ["a@münchen.example"],
        ["a@example..com"],
        ["a" * 300 + "@example.com"],
        ["a@example.com"] * 51,
        "a@example.com",
    ],
)
def test_addresses_that_are_none_are_refused_with_a_sentence(store: Store, clock: LeapClock, to: list[str]) -> None:
    with pytest.raises(MailFaultError) as refused:
        post(store, to, "alarm", "A subject", "text", ANA, clock)
    assert len(str(refused.value).splitlines()) == 1
    assert store.value("SELECT count(*) FROM mail") == 0


@pytest.mark.parametrize(
    "title", ["", " ", "a\r\nBcc: b@example.com", "a\nb", "a\0b", "a\u2028b", "=?utf-8?q?a?=", "x" * 201]
)
def test_subjects_that_would_not_stay_one_are_refused(store: Store, clock: LeapClock, title: str) -> None:
    with pytest.raises(MailFaultError):
        post(store, ["a@example.com"], "alarm", title, "text", ANA, clock)


def test_a_mail_is_posted_with_its_outbox_entry_and_a_card_number_is_masked(store: Store, clock: LeapClock) -> None:
    posted = post(store, ["reports@example.com"], "queue report", "Queue report", "4111 1111 1111 1111", ANA, clock)
    assert posted.state is MailState.WAITING and "4111 1111 1111" not in posted.text
    assert store.value("SELECT count(*) FROM outbox WHERE entity = 'mail'") == 1


def test_no_card_number_is_mailed_or_lies_in_a_file(tmp_path: Path) -> None:
    body = save_eml(mail("Paid by 4111 1111 1111 1111", "4111111111111111"), tmp_path).read_bytes()
    assert b"4111" not in body
    assert as_received(as_message(mail(title="4111111111111111"), SENDER))["Subject"] == "card ••••1111"


def test_every_try_has_the_same_message_id_and_a_strange_id_stays_out_of_it() -> None:
    one = mail()
    assert as_message(one, SENDER)["Message-ID"] == f"<{one.id}@example.com>"
    strange = one.model_copy(update={"id": "a>\r\nBcc: b@example.com"})
    assert "Bcc" not in as_received(as_message(strange, SENDER))


def test_a_file_has_its_name_from_the_id_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    odd = mail("Springfield").model_copy(update={"id": "../../etc/passwd"})
    place = save_eml(odd, folder)
    assert place.parent == folder and place.suffix == ".eml" and [place] == list(folder.iterdir())
    assert stat.S_IMODE(place.stat().st_mode) == 0o600 and stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert save_eml(odd, folder) == place  # again: the same file
    kept = email.message_from_bytes(place.read_bytes(), policy=policy.default)
    assert kept["X-Unsent"] == "1" and kept["From"] is None and "Springfield" in kept.get_content()


def test_a_gateway_is_there_until_its_row_expires(store: Store, clock: LeapClock) -> None:
    assert not gateway_is_there(store, clock.now())
    row = Gateway(id="g", name="gateway", services=("mail",), at=clock.now(), until=clock.now())
    with saving(store, ANA, clock) as change:
        change.add(row.model_copy(update={"until": clock.now() + timedelta(seconds=60)}))
        change.add(
            row.model_copy(
                update={"id": "other", "services": ("calendar",), "until": clock.now() + timedelta(seconds=600)}
            )
        )
    assert gateway_is_there(store, clock.now())
    clock.leap(61)
    assert not gateway_is_there(store, clock.now())
