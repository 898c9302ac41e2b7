"""The command line, called in this process or as a program, and small files to call it with."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from console import cli

QUEUE_LOG = """\
1700000000|NONE|NONE|NONE|QUEUESTART|
1700000010|c-1|support|NONE|ENTERQUEUE||+12025550142|1
1700000018|c-1|support|Agent/anna|CONNECT|8|b-1|5
1700000118|c-1|support|Agent/anna|COMPLETECALLER|8|100|1
1700000030|c-2|support|NONE|ENTERQUEUE||+12025550143|2
1700000090|c-2|support|NONE|ABANDON|1|2|60
1700002000|c-3|billing|NONE|ENTERQUEUE||+12025550144|1
1700002030|c-3|billing|Agent/ben|CONNECT|30|b-2|4
1700002080|c-3|billing|Agent/ben|COMPLETEAGENT|30|50|1
"""
"""Three calls of 2023-11-14 from 22:13 UTC: two answered after 8 and 30 s, one given up after 60 s."""

CUSTOMERS = """\
id,Account,Name,Company,Phone,E-mail,City,Plan
k-1,A-100,Ann Example,Example Tiles,(202) 555-0142,ann@example.com,Ridgeport,help desk
k-2,A-101,José Muñoz,,+1 202 555 0143,jose@example.com,Millbrook,0
k-3,A-102,O'Neil & Sons [bold],O'Neil & Sons,202.555.0144,,Eastmere,managed
"""


class Outcome(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def body(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


class Command:
    """`agent-console` on a data folder of its own, in this process."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Outcome:
        self._capsys.readouterr()
        code = cli.run([str(one) for one in arguments])
        out, err = self._capsys.readouterr()
        return Outcome(code, out, err)

    def printed(self, said: Outcome) -> Outcome:
        """Type the command with which an output ends, somewhere else."""
        name, *arguments = shlex.split(said.out.rpartition(": ")[2])
        assert name == "agent-console"
        with pytest.MonkeyPatch.context() as elsewhere:
            elsewhere.setenv("AGENT_CONSOLE_HOME", str(self.home.parent / "elsewhere"))
            return self(*arguments)

    def file(self, name: str, text: str | bytes) -> Path:
        """A file beside the data folder."""
        path = self.home.parent / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path


def program(
    *arguments: object, env: Mapping[str, str] | None = None, cwd: Path | None = None, stdin: str = ""
) -> Outcome:
    """The same as a program of its own, without a terminal."""
    here = {name: value for name, value in os.environ.items() if not name.startswith("AGENT_CONSOLE_")}
    done = subprocess.run(
        [str(Path(sys.executable).with_name("agent-console")), *map(os.fsencode, map(str, arguments))],
        env={**here, **(env or {})},
        cwd=cwd,
        input=stdin.encode("utf-8", "surrogateescape"),
        capture_output=True,
        timeout=60,
        check=False,
    )
    return Outcome(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


def one_sentence(outcome: Outcome) -> str:
    """What was said on standard error: one line, without a traceback, and nothing on standard output."""
    assert outcome.out == ""
    assert outcome.err.endswith("\n") and outcome.err.count("\n") == 1, outcome.err
    assert "Traceback" not in outcome.err and "should not have" not in outcome.err, outcome.err
    assert all(char.isprintable() for char in outcome.err.rstrip("\n")), repr(outcome.err)
    return outcome.err.rstrip("\n")
