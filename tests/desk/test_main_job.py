"""The main job once more, under a real tmux (`make desk`)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.desk.tmux import Tmux
from tests.pty import steps
from tests.pty.job import check_the_books, do_the_job, find_it_again
from tests.pty.terminal import console

pytestmark = [
    pytest.mark.desk,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed here"),
]


@contextmanager
def opened(folder: Path, size: tuple[int, int]) -> Iterator[Tmux]:
    """The practice floor in a tmux window, which leaves no process behind."""
    window = Tmux(console("demo", "--seed", 7, "--data-dir", folder), folder, *size)
    try:
        yield window
    finally:
        left = window.close()
    assert not left, f"these processes did not end with their window: {left}"


@pytest.mark.parametrize("size", [(160, 45), (80, 24)], ids=["160x45", "80x24"])
@pytest.mark.parametrize("come_by", [steps.take_next, steps.be_rung], ids=["taken", "rung"])
def test_the_main_job_under_tmux(tmp_path: Path, size: tuple[int, int], come_by: object) -> None:
    assert callable(come_by)
    with opened(tmp_path, size) as window:
        assert steps.sign_on(window) == "NOT READY"
        window.wait_for("Maria Alvarez")
        come_by(window)
        number, contact = do_the_job(window, tmp_path)
        check_the_books(window, tmp_path, number, contact)
        find_it_again(window, number, contact)
        window.keys("<c-q>")
        assert window.wait_end(2) == []
