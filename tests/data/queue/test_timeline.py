"""The calls of a log as stories, for the replay."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from data.queue.log_file import QueueLogError
from data.queue.timeline import CallStory, read_timeline
from tests.data.queue.samples import EVERY_EVENT, write_pieces


def stories(folder: Path, log: bytes, **asked: date) -> list[CallStory]:
    (path,) = write_pieces(folder, [log])
    return read_timeline(path, **asked)


def test_every_call_has_its_story(tmp_path: Path) -> None:
    found = stories(tmp_path, EVERY_EVENT)
    assert {story.started_at for story in found} == {datetime(2026, 11, 21, 20, 51, 1, tzinfo=UTC)}
    first, second, third, left, passed_on, warm = found[:6]
    assert first == CallStory(
        call_id="1795294300.0",
        queue="support",
        caller_number="5550101",
        caller_name="",
        entered_s=39.0,
        outcome="answered",
        wait_s=2.0,
        agent="Ana Silva",
        talk_s=4.0,
        transferred=False,
        missed_by=(),
        started_at=first.started_at,
    )
    assert (second.caller_number, second.caller_name) == ("", "Renée, Zoë")
    assert (second.agent, second.missed_by) == ("Bo Lind", ((142.0, "Ana Silva"),))
    assert (third.outcome, third.wait_s, third.agent, third.talk_s) == ("abandoned", 95.0, None, None)
    assert (left.call_id, left.queue, left.outcome, left.wait_s) == (passed_on.call_id, "support", "left", 30.0)
    assert (passed_on.queue, passed_on.transferred, passed_on.talk_s) == ("sales", True, 20.0)
    assert (warm.outcome, warm.transferred, warm.talk_s) == ("answered", True, 48.0)


def test_a_call_whose_end_is_not_in_the_log(tmp_path: Path) -> None:
    log = b"1795294300|7.1|s|NONE|ENTERQUEUE|||1\n1795294310|8.1|s|NONE|ENTERQUEUE|||1\n1795294311|8.1|s|Ana|CONNECT|1|8.2|1"
    waiting, talking = stories(tmp_path, log)
    assert (waiting.outcome, waiting.wait_s, waiting.agent) == ("open", None, None)
    assert (talking.outcome, talking.wait_s, talking.talk_s) == ("answered", 1.0, None)


def test_one_day_of_a_log(tmp_path: Path) -> None:
    """Only calls that entered on the day, with their ends after midnight, from the day's first call on."""
    log = b"""\
1772409500|1.1|s|NONE|ENTERQUEUE|||1
1772409600|1.1|s|NONE|ABANDON|1|1|100
1772409700|2.1|s|NONE|ENTERQUEUE||5550102|1
1772495900|3.1|s|NONE|ENTERQUEUE|||1
1772496100|3.1|s|Ana|CONNECT|200|3.2|1
1772496200|4.1|s|NONE|ENTERQUEUE|||1
1772496300|3.1|s|Ana|COMPLETECALLER|200|200|1
"""
    found = stories(tmp_path, log, day=date(2026, 3, 2))
    assert [(story.call_id, story.entered_s, story.outcome, story.talk_s) for story in found] == [
        ("2.1", 0.0, "open", None),
        ("3.1", 86200.0, "answered", 200.0),
    ]
    assert stories(tmp_path, log, day=date(2025, 1, 1)) == []


def test_packed_hostile_and_missing(tmp_path: Path) -> None:
    hostile = (
        b"\0\0\n\xff\xfe|||\n"
        + b"x" * 2_000_000
        + b"\n"
        + "1795294300|[/]\x1b[2J|s|NONE|ENTERQUEUE||=1+1|1|‮".encode()
    )
    (story,) = stories(tmp_path, gzip.compress(hostile))
    assert (story.call_id, story.caller_number, story.caller_name) == ("[/]\x1b[2J", "=1+1", "‮")
    assert stories(tmp_path, b"") == []
    with pytest.raises(QueueLogError, match="There is no file"):
        read_timeline(tmp_path / "missing")
    with pytest.raises(QueueLogError, match="is a folder"):
        read_timeline(tmp_path)
