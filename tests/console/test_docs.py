"""What the docs show works: samples load, commands and options exist, links lead somewhere."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from console import reference
from console.gateway.config import load as load_gateway
from console.keymap import Keys
from console.looks.theme_files import read_folder
from console.settings import SETTINGS_FILE, Settings, load
from data.customers.mapping import Field, read_mapping
from data.macros.macros import load_macros
from data.playbook.checking.check import check_file
from data.playbook.choices import load_choices
from data.playbook.library import load as load_playbook
from data.service.policies import load_service

ROOT = Path(__file__).parents[2]
WRITTEN = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
GUIDE = ROOT / "docs" / "guide-administrator.md"


def blocks(kind: str) -> list[str]:
    """The samples of a kind in the administrator's guide."""
    return re.findall(rf"```{kind}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


def indented(page: Path) -> list[str]:
    """The lines of indented code in a page, without what stands after a `#`."""
    lines = re.findall(r"^ {4}(\S.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [line.split("  #")[0].strip() for line in lines]


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith(("https://", "http://")):
            continue
        file, _, part = target.partition("#")
        there = (page.parent / file) if file else page
        assert there.exists(), f"{page.name} links to {target}"
        if part:
            headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            known = {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}
            assert part in known, f"{page.name} links to {target}"


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_no_page_names_a_real_number_or_mailbox(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"[\w.+-]+@([\w.-]+\w)", text)) <= {"example.com"}
    assert not [found for found in re.findall(r"\b\d{3}[ .-]\d{3}[ .-]\d{4}\b", text) if "555" not in found]


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_commands_and_options_exist(page: Path) -> None:
    helps = dict(
        re.findall(r"^## (agent-console[^\n]*)\n\n```text\n(.*?)```", reference.commands_page(), re.S | re.M)
    )
    for line in indented(page):
        words = shlex.split(line)
        if Path(words[0]).name != "agent-console":
            continue
        name = "agent-console"
        for word in words[1:]:
            if f"{name} {word}" not in helps:
                break
            name += f" {word}"
        assert len(words) == 1 or words[1].startswith("-") or name != "agent-console", line
        for option in (word.split("=")[0] for word in words if word.startswith("--")):
            assert re.search(rf"{option}\b", helps[name]), f"{page.name}: {line}"


def test_every_test_that_is_named_is_there() -> None:
    text = (ROOT / "docs" / "correctness.md").read_text(encoding="utf-8")
    files = {file.relative_to(ROOT).as_posix() for file in (ROOT / "tests").rglob("*.py")}
    named = set(re.findall(r"`((?:[\w/]+/)?\w+\.py)`", text))
    assert len(named) > 30
    assert not [one for one in named if not any(file == one or file.endswith(f"/{one}") for file in files)]


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in WRITTEN:
        text = page.read_text(encoding="utf-8")
        named = re.findall(r"`make ([a-z]+)[`\s]", text)
        named += [line.split()[1] for line in indented(page) if re.match(r"make [a-z]", line)]
        assert set(named) <= targets, page.name


def test_the_sample_of_the_settings_is_complete(tmp_path: Path) -> None:
    sample, theme, gateway, mapping = blocks("toml")
    (tmp_path / SETTINGS_FILE).write_text(sample, encoding="utf-8")
    assert set(tomllib.loads(sample)) == set(Settings.model_fields)
    assert load(tmp_path).organisation == "Example Support"
    assert Keys(load(tmp_path).keys)("zoom") == "z"
    (tmp_path / "themes").mkdir()
    (tmp_path / "themes" / "sample.toml").write_text(theme, encoding="utf-8")
    assert [one.name for one in read_folder(tmp_path).themes] == ["sample"]
    assert read_folder(tmp_path).faults == ()
    (tmp_path / "gateway.toml").write_text(gateway, encoding="utf-8")
    told = load_gateway(tmp_path / "gateway.toml")
    assert told.mail.security == "starttls" and told.data_dir.is_absolute()
    (tmp_path / "mapping.toml").write_text(mapping, encoding="utf-8")
    assert read_mapping(tmp_path / "mapping.toml").columns["Vorname"] is Field.FIRST_NAME


def test_the_samples_of_script_and_dispositions_load(tmp_path: Path) -> None:
    script, choices, service, macros = blocks("yaml")
    (tmp_path / "script.yaml").write_text(script, encoding="utf-8")
    (tmp_path / "choices.yaml").write_text(choices, encoding="utf-8")
    assert load_playbook(tmp_path / "script.yaml").playbook.first.id == "greeting"
    assert check_file(tmp_path / "script.yaml", {}) == []
    assert load_choices(tmp_path / "choices.yaml").not_ready
    (tmp_path / "service.yaml").write_text(service, encoding="utf-8")
    (tmp_path / "macros.yaml").write_text(macros, encoding="utf-8")
    assert load_service(tmp_path / "service.yaml").policies[-1].resolution == 1920
    assert load_macros(tmp_path / "macros.yaml").macros[0].key == "w"


def test_every_field_of_an_import_is_in_the_guide() -> None:
    told = set(re.findall(r"`([a-z_]+)`", GUIDE.read_text(encoding="utf-8")))
    assert {str(field) for field in Field} <= told
