"""The line to a PostgreSQL hub breaks at any byte, in any way, and nothing is lost or doubled (SYNC, level 4).
`python -m tests.proof cuts` cuts at every byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.sync.postgres import dialling
from tests.postgres import Server
from tests.sync.cutting import Talker, cut_everywhere
from tests.sync.proxy import Fault, How, Way


@pytest.mark.parametrize(("how", "cuts"), [(How.CLOSE, 12), (How.RESET, 12)])
def test_a_conversation_is_cut_anywhere(tmp_path: Path, server: Server, how: How, cuts: int) -> None:
    def places(size: int) -> range:
        return range(7, size, size // cuts)

    told: list[str] = []
    with Talker(tmp_path, server.hub()) as talker:
        assert cut_everywhere(talker, places, how, told.append) == []
    assert all(int(line.split()[0]) >= cuts - 1 for line in told), told


def test_silence_is_given_up_and_delays_are_waited_for(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert dialling.dial.__kwdefaults__ is not None
    monkeypatch.setitem(dialling.dial.__kwdefaults__, "patience_s", 0.3)
    # psycopg waits at least 2 s for a connection, whatever it is told.
    monkeypatch.setattr("psycopg.connection.timeout_from_conninfo", lambda _params: 0.3)
    with Talker(tmp_path, server.hub()) as talker:
        talker.talk()
        talker.talk()
        half = {way: size // 2 for way, size in talker.length.items()}
        for way in Way:
            for fault in (Fault(way, half[way], How.SILENCE), Fault(way, half[way], How.DELAY, 0.1)):
                assert talker.talk(fault) == [], fault
                assert fault.fired.is_set()
        assert talker.books() == []
