"""The parser: one line at a time, whatever its bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.models.contact import EventKind
from data.queue.queue_log import FIRST_EPOCH, KNOWN, LAST_EPOCH, Fact, Refusal, at_text, read_line
from tests.data.queue.samples import EVERY_EVENT


def fact(line: str | bytes, *, torn: bool = False) -> Fact:
    said = read_line(line.encode() if isinstance(line, str) else line, torn=torn)
    assert isinstance(said, Fact), said
    return said


def refusal(line: str | bytes, *, torn: bool = False) -> str:
    said = read_line(line.encode() if isinstance(line, str) else line, torn=torn)
    assert isinstance(said, Refusal), said
    return said.reason


@pytest.mark.parametrize(
    ("line", "kind", "wait_s", "talk_s", "text"),
    [
        ("1795294300|7.1|support|NONE|ENTERQUEUE||5550101|1", EventKind.OFFERED, None, None, "5550101"),
        ("1795294300|7.1|support|NONE|ENTERQUEUE||5550101", EventKind.OFFERED, None, None, "5550101"),
        ("1795294300|7.1|support|Ana|CONNECT|2|7.2|3", EventKind.ANSWERED, 2, None, ""),
        ("1795294300|7.1|support|Ana|CONNECT|2", EventKind.ANSWERED, 2, None, ""),
        ("1795294300|7.1|support|Ana|COMPLETEAGENT|2|40|1", EventKind.ENDED, 2, 40, "agent"),
        ("1795294300|7.1|support|Ana|COMPLETECALLER|2|40|1", EventKind.ENDED, 2, 40, "caller"),
        ("1795294300|7.1|support|NONE|ABANDON|1|2|33", EventKind.ABANDONED, 33, None, ""),
        ("1795294300|7.1|support|NONE|EXITWITHTIMEOUT|1|2|33", EventKind.LEFT, 33, None, "time-out"),
        ("1795294300|7.1|support|NONE|EXITWITHTIMEOUT|1", EventKind.LEFT, None, None, "time-out"),
        ("1795294300|7.1|support|NONE|EXITEMPTY|1|2|0", EventKind.LEFT, 0, None, "queue empty"),
        ("1795294300|7.1|support|NONE|EXITWITHKEY|5|1|2|33", EventKind.LEFT, 33, None, "key 5"),
        ("1795294300|7.1|support|NONE|WITHDRAW|1|2|33|why|not", EventKind.LEFT, 33, None, "withdrawn: why|not"),
        ("1795294300|7.1|support|Ana|RINGNOANSWER|8000", EventKind.MISSED, None, None, "8000 ms"),
        ("1795294300|7.1|support|Ana|BLINDTRANSFER|90|in|2|40|1", EventKind.TRANSFERRED, 2, 40, "blind to 90@in"),
        ("1795294300|7.1|support|Ana|TRANSFER|90|in|2|40", EventKind.TRANSFERRED, 2, 40, "blind to 90@in"),
        (
            "1795294300|7.1|support|Ana|ATTENDEDTRANSFER|BRIDGE|b-1|2|40|1",
            EventKind.TRANSFERRED,
            2,
            40,
            "warm, BRIDGE b-1",
        ),
        (
            "1795294300|7.1|support|Ana|ATTENDEDTRANSFER|LINK|c1|c2|2|40|1",
            EventKind.TRANSFERRED,
            2,
            40,
            "warm, LINK c1 c2",
        ),
        (
            "1795294300|7.1|support|Ana|ATTENDEDTRANSFER|APP|Voice Mail|2|40|1",
            EventKind.TRANSFERRED,
            2,
            40,
            "warm, APP Voice Mail",
        ),
        ("1795294300|NONE|support|Ana|PAUSE|Lunch", EventKind.OTHER, None, None, "PAUSE Lunch"),
        ("1795294300|NONE|NONE|NONE|QUEUESTART|", EventKind.OTHER, None, None, "QUEUESTART"),
        ("1795294300|NONE|NONE|NONE|QUEUESTART", EventKind.OTHER, None, None, "QUEUESTART"),
        ("1795294300|7.1|support|Ana|RINGCANCELED|40", EventKind.OTHER, None, None, "RINGCANCELED 40"),
        ("1795294300|NONE|sales|Dee|CRMNOTE|hello|there", EventKind.OTHER, None, None, "CRMNOTE hello|there"),
    ],
)
def test_every_event_says_what_it_means(
    line: str, kind: EventKind, wait_s: float | None, talk_s: float | None, text: str
) -> None:
    said = fact(line)
    assert (said.kind, said.wait_s, said.talk_s, said.text) == (kind, wait_s, talk_s, text)


def test_nobody_is_an_empty_name_and_callers_keep_theirs() -> None:
    said = fact("1795294300|7.1|support|NONE|ENTERQUEUE|http://example.com|5550101|1|Zoë | Co")
    assert (said.agent, said.caller_number, said.caller_name) == ("", "5550101", "Zoë | Co")
    assert fact("1795294300|NONE|NONE|Ana|PAUSEALL|").queue == ""


@pytest.mark.parametrize(
    ("field", "at"),
    [
        ("1795294300", "2026-11-21T20:51:40.000Z"),
        ("1795294300.", "2026-11-21T20:51:40.000Z"),
        ("1795294300.5", "2026-11-21T20:51:40.500Z"),
        ("1795294300.123456", "2026-11-21T20:51:40.123Z"),
        (str(FIRST_EPOCH), "1998-07-09T16:00:00.000Z"),
    ],
)
def test_times_to_the_millisecond(field: str, at: str) -> None:
    assert at_text(fact(f"{field}|NONE|NONE|NONE|QUEUESTART|").at_ms) == at


@pytest.mark.parametrize(
    "field",
    [
        "",
        "0",
        "-1795294300",
        "1e9",
        "9" * 20,
        "4102444800",
        "²795294300",
        "nan",
        "179529430",
        " 1795294300",
        "1795294300.x",
    ],
)
def test_an_absurd_time_is_refused(field: str) -> None:
    assert "is no time between" in refusal(f"{field}|NONE|NONE|NONE|QUEUESTART|")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("1795294300|7.1|support", "3 of the 5 fields"),
        ("1795294300|7.1|support|NONE|ABAN", "breaks off in the name"),
        ("1795294300|7.1|support|NONE|ABANDON|1|1", "breaks off: ABANDON has 3 parameters"),
        ("1795294300|7.1|support|NONE|ABANDON|1|1|soon", "where seconds belong"),
        ("1795294300|NONE|support|NONE|ABANDON|1|1|9", "without a call id"),
        ("1795294300|7.1|support|NONE||x", "no name of an event"),
        ("1795294300|7.1|support|NONE|7|x", "no name of an event"),
        ("1795294300|7.1|support|Ana|PAUSE|Lu1795294301|8.1|sales|NONE|ENTERQUEUE|||1", "ran into one another"),
        (
            "1795294300|7.1|support|NONE|ABANDON|1|1|1795294301|8.1|sales|NONE|ENTERQUEUE|||1",
            "ran into one another",
        ),
        ("1795294300|" + "7" * 500 + "|support|NONE|ABANDON|1|1|9", "more than 200 characters"),
        (b"\0\0\0", "nothing but NUL bytes"),
    ],
)
def test_a_refusal_says_why(line: str | bytes, words: str) -> None:
    assert words in refusal(line)


@pytest.mark.parametrize("line", ["", " ", "\r", "\t"])
def test_empty_lines_are_nothing(line: str) -> None:
    assert read_line(line.encode()) is None


def test_line_ends_nuls_and_encodings() -> None:
    plain = fact("1795294300|7.1|support|Renée|RINGNOANSWER|1")
    assert fact("1795294300|7.1|support|Renée|RINGNOANSWER|1\r\n") == plain
    assert fact("1795294300|7.1|support|Renée|RINGNOANSWER|1".encode("cp1252")) == plain
    assert fact("\0\0001795294300|7.1|support|Re\0née|RINGNOANSWER|1") == plain
    assert (
        fact("1795294300|7.1|support|Renée|RINGNOANSWER|1".encode("utf-16-le").replace(b"\xe9\0", b"\xc3\xa9"))
        == plain
    )
    assert fact(b"1795294300|7.1|support|\x81\x8d|RINGNOANSWER|1").agent == "\x81\x8d"


def test_a_negative_wait_is_unknown() -> None:
    assert fact("1795294300|7.1|support|Ana|COMPLETEAGENT|-3600|40|1").wait_s is None


def test_a_torn_line_keeps_only_numbers_that_are_whole() -> None:
    torn = fact("1795294300|7.1|support|Ana|COMPLETECALLER|7|1", torn=True)
    assert (torn.wait_s, torn.talk_s) == (7, None)
    assert fact("1795294300|7.1|support|Ana|COMPLETECALLER|7|1|", torn=True).talk_s == 1
    assert fact("1795294300|7.1|support|NONE|ABANDON|1|1|9", torn=True).wait_s == 9
    assert fact("1795294300|7.1|support|Ana|ATTENDEDTRANSFER|LINK|c1|c2|2|4", torn=True).talk_s is None


def test_a_torn_name_may_be_the_start_of_a_longer_one() -> None:
    assert "breaks off in the name" in refusal("1795294300|NONE|support|Ana|PAUSE", torn=True)
    assert "breaks off in the name" in refusal("1795294300|NONE|support|Ana|CRMNO", torn=True)
    assert fact("1795294300|NONE|support|Ana|PAUSE").event == "PAUSE"
    assert fact("1795294300|NONE|support|Ana|PAUSEALL", torn=True).event == "PAUSEALL"


def test_a_huge_line_is_read_and_its_text_cut() -> None:
    said = fact("1795294300|NONE|support|Ana|PAUSE|" + "x" * 10_000_000)
    assert said.text.startswith("PAUSE xxx") and len(said.text) == 2_000
    assert refusal("1795294300" + "|" * 10_000_000).endswith("no name of an event")
    assert (
        fact("1795294300|7.1|support|NONE|ENTERQUEUE|" + "u" * 3_000_000 + "|5550101|1").caller_number == "5550101"
    )


def test_the_sample_has_no_line_that_is_refused() -> None:
    said = [read_line(line) for line in EVERY_EVENT.splitlines()]
    assert all(isinstance(one, Fact) for one in said)
    assert {one.event for one in said if isinstance(one, Fact)} - KNOWN == {"CRMNOTE"}


_PIECES = st.one_of(
    st.sampled_from(
        ["1795294300", "7.1", "support", "NONE", "|", "||", "5", "", "\r", "\0", "\x1b[2J", "[/]", *sorted(KNOWN)]
    ),
    st.text(max_size=8),
)


@given(
    st.one_of(st.binary(max_size=200), st.lists(_PIECES, max_size=14).map(lambda parts: "|".join(parts).encode()))
)
def test_no_bytes_crash_it_and_a_fact_is_always_sane(raw: bytes) -> None:
    for torn in (False, True):
        said = read_line(raw, torn=torn)
        if isinstance(said, Fact):
            assert FIRST_EPOCH * 1000 <= said.at_ms < LAST_EPOCH * 1000
            assert said.event and "\0" not in "".join((said.call_id, said.queue, said.agent, said.text))
            assert all(one is None or one >= 0 for one in (said.wait_s, said.talk_s))
        elif isinstance(said, Refusal):
            assert said.reason
