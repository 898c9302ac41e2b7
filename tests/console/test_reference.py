"""The reference pages: up to date, the same on any machine, and checked by the command that writes them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from console import actions, reference
from console.plain import commands as plain_commands
from console.settings import Settings

ROOT = Path(__file__).parents[2]
SEAT = ("backup", "restore", "doctor")


def test_the_pages_of_the_docs_are_up_to_date() -> None:
    stale = [file.name for file in reference.out_of_date(ROOT / "docs")]
    assert not stale, f"`make docs` writes them anew: {stale}"


def test_every_action_setting_and_command_is_told() -> None:
    keys, settings, commands = (reference.PAGES[name]() for name in ("keys.md", "settings.md", "commands.md"))
    for action in actions.WORKSPACE:
        assert f"`{action.id}`" in keys and action.help in keys
    for name, field in Settings.model_fields.items():
        assert field.description, f"the setting {name} does not say what it is"
        assert f"| `{name}` |" in settings and field.description in settings
        assert f"`AGENT_CONSOLE_{name.upper()}`" in settings
    plain = reference.PAGES["plain.md"]()
    for word in plain_commands.COMMANDS:
        assert f"| `{word.word}" in plain and word.help in plain
    for command in ("demo", "import customers", "import queue-log", "lookup", "stats", "sync status", *SEAT):
        assert f"## agent-console {command}\n" in commands
    assert max(len(line) for line in commands.splitlines() if not line.startswith("<!--")) <= 120


def test_no_page_names_a_path_of_this_machine() -> None:
    for page in reference.PAGES.values():
        text = page()
        assert str(ROOT) not in text and str(Path.home()) + os.sep not in text
        assert not re.search(r"(^|[\s`\"'(])/(home|root|tmp|usr|work)/", text)


@pytest.mark.parametrize(
    "env", [{"COLUMNS": "40", "FORCE_COLOR": "1", "LANG": "C"}, {"COLUMNS": "300", "LINES": "10"}]
)
def test_the_terminal_of_the_writer_does_not_matter(env: dict[str, str], tmp_path: Path) -> None:
    reference.write(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "console.reference", "--check", "--docs", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_it_writes_what_is_missing_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reference.main(["--docs", str(tmp_path)]) == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(reference.PAGES)
    capsys.readouterr()
    assert reference.main(["--docs", str(tmp_path)]) == 0
    assert capsys.readouterr().out == ""
    assert reference.main(["--check", "--docs", str(tmp_path)]) == 0


def test_the_check_names_the_page_and_the_command_that_mends_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference.write(tmp_path)
    page = tmp_path / "settings.md"
    page.write_text(page.read_text(encoding="utf-8").replace("organisation", "organization"), encoding="utf-8")
    (tmp_path / "keys.md").unlink()
    capsys.readouterr()
    assert reference.main(["--check", "--docs", str(tmp_path)]) == 1
    said = capsys.readouterr().err.splitlines()
    assert [line.split(" is out of date")[0] for line in said] == [str(tmp_path / "keys.md"), str(page)]
    assert all("python -m console.reference" in line for line in said)
    assert not (tmp_path / "keys.md").exists()


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reference.main(["--check", "--docs", str(tmp_path / "none")]) == 1
    assert str(tmp_path / "none") in capsys.readouterr().err
