"""The wheel as a stranger has it: built, installed in an environment of its own, away from these sources, opened."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import psutil
import pytest

from tests.pty.terminal import Terminal

ROOT = Path(__file__).parents[2]
PACKAGES = ("console", "widgets", "data", "themes")
LOCKS = ("constraints.txt", "constraints-test.txt", "constraints-dev.txt")

pytestmark = pytest.mark.xdist_group("packaging")


def _environ() -> dict[str, str]:
    """This environment without what would lead back to the sources."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "AGENT_CONSOLE_"))}


def _run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, env=_environ(), capture_output=True, text=True, timeout=120
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with what is installed here: no isolation, no network."""
    out = tmp_path_factory.mktemp("wheel")
    built = _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out, cwd=ROOT)
    assert built.returncode == 0, built.stderr
    [file] = out.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an empty environment with the wheel in it; the dependencies are borrowed from here."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=True)
    python = home / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--no-index", "--no-deps", "--quiet")
    done = _run(*pip, "--disable-pip-version-check", wheel, cwd=home)
    assert done.returncode == 0, done.stderr
    [site] = home.glob("lib/python*/site-packages")
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "borrowed.pth").write_text("\n".join(sorted(borrowed)) + "\n", encoding="utf-8")
    return python.parent


def test_the_wheel_carries_every_file_of_the_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
        metadata = opened.read(next(name for name in names if name.endswith(".dist-info/METADATA"))).decode()
    tracked = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=False)
    ours = tracked.stdout.split() if tracked.returncode == 0 else []
    there = [name for name in ours if (ROOT / name).exists()]
    assert set(there) <= names, sorted(set(there) - names)
    for suffix in (".tcss", ".yaml", ".toml", ".html", ".css", ".js"):
        on_disk = {
            file.relative_to(ROOT).as_posix() for one in PACKAGES for file in (ROOT / one).rglob(f"*{suffix}")
        }
        assert on_disk and on_disk <= names, sorted(on_disk - names)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    assert not [name for name in names if name.split("/")[0].split("-")[0] not in (*PACKAGES, "agent_console")]
    assert "License-Expression: MIT" in metadata and "Requires-Python: >=3.11" in metadata
    assert "# agent-console" in metadata, "the description is the README"


def test_it_is_the_wheel_that_runs(installed: Path, tmp_path: Path) -> None:
    program = (
        "import console, data, themes, widgets; print(*[m.__file__ for m in (console, data, themes, widgets)])"
    )
    done = _run(installed / "python", "-c", program, cwd=tmp_path)
    files = done.stdout.split()
    assert len(files) == len(PACKAGES), done.stderr
    assert all(Path(file).is_relative_to(installed.parent) for file in files), files
    version = _run(installed / "agent-console", "--version", cwd=tmp_path)
    assert re.fullmatch(r"agent-console \d+\.\d+\.\d+\n", version.stdout)
    assert _run(installed / "python", "-m", "console", "--version", cwd=tmp_path).stdout == version.stdout


def test_the_practice_floor_plays_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    command = ("demo", "--headless", "--seconds", "2", "--speed", "20", "--json", "--data-dir", tmp_path / "home")
    done = _run(installed / "agent-console", *command, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    summary = json.loads(done.stdout)
    assert summary["offered"] >= 1 and summary["doubles"] == 0


def test_the_console_opens_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    """In a folder with packages of the same names: whose modules are started must not depend on where one stands."""
    for name in PACKAGES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(
            "raise SystemExit('a stranger was imported')\n", encoding="utf-8"
        )
    command = [str(installed / "agent-console"), "demo", "--data-dir", str(tmp_path / "home"), "--seed", "7"]
    with Terminal(command, 100, 30, env={"PYTHONPATH": "", "PYTHONSAFEPATH": ""}, cwd=tmp_path) as terminal:
        terminal.wait_for("Sign on")
        terminal.wait_for("Dana Reyes")  # the floor and the worker run: the people came through the hub
        started = [" ".join(process.cmdline()) for process in psutil.Process(terminal.pid).children()]
        assert sorted(line.split(" -m ")[1].split()[0] for line in started) == ["data.floor", "data.sync"]
        assert all(line.startswith(str(installed)) for line in started)
        terminal.keys("Dana<enter>")
        terminal.wait_for("F2 Queue")
        terminal.keys("<c-q>")
        assert terminal.wait_exit() == 0


# the locks


def _pins(name: str) -> dict[str, str]:
    """Package and version of each line of a lock."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return {found[1]: found[2] for found in re.finditer(r"^([a-z0-9][a-z0-9._-]*)==([^\s;]+)", text, re.M)}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_exact_versions_and_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[a-z0-9][a-z0-9._-]*==\S+", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]
    assert not re.search(r"https?:|file:/|--(extra-)?index-url|--find-links|--trusted-host", text)


def test_the_locks_agree_and_hold_what_the_project_asks_for() -> None:
    base, test, dev = (_pins(name) for name in LOCKS)
    assert base.items() <= test.items() <= dev.items()
    described = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [(one, base) for one in (*described["build-system"]["requires"], *described["project"]["dependencies"])]
    extras = described["project"]["optional-dependencies"]
    asked += [(one, {"test": test, "dev": dev}[extra]) for extra in ("test", "dev") for one in extras[extra]]
    for wanted, lock in asked:
        name = re.match(r"[A-Za-z0-9._-]+", wanted)
        assert name is not None
        assert re.sub(r"[-_.]+", "-", name[0]).lower() in lock, wanted
    assert "editables" in base, "an editable install without isolation needs it"
    assert not {name for name in base if name.startswith("pytest")}, "a seat installs no test package"
    assert int(test["pytest"].split(".")[0]) < 9, "pytest-textual-snapshot needs syrupy 4, which needs pytest 8"
