"""What `playbook check` finds: each fault of a broken playbook on its line, and nothing else."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from data.billing.catalogue import catalogue
from data.content import CONTENT
from data.models.customer import Plan
from data.playbook import actions
from data.playbook.checking.check import check_file
from data.playbook.checking.finding import KINDS, Grave, Item
from data.playbook.library import load
from data.playbook.situations import situations
from tests.data.playbook.generated import large_playbook

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.yaml"))


@pytest.fixture(scope="module")
def items() -> Mapping[str, Item]:
    return {one.code: one for one in catalogue(CONTENT / "items.yaml").items}


def marked(path: Path) -> list[tuple[int, str]]:
    """(line, kind) of every `# <- kind` in a file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    marks = [(number, re.search(r"# <- ([a-z-]+)", line)) for number, line in enumerate(lines, 1)]
    return [(number, mark[1]) for number, mark in marks if mark]


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_playbook(path: Path, items: Mapping[str, Item]) -> None:
    found = check_file(path, items)
    assert [(one.line, one.kind) for one in found] == marked(path), "\n".join(
        f"{one.line} {one.text}" for one in found
    )
    for one in found:
        assert one.fix and "\n" not in one.text + one.fix
        assert not one.text.endswith(".") and not one.fix.endswith(".")


def test_every_kind_of_fault_has_a_broken_playbook() -> None:
    kinds = {kind for path in BROKEN for _, kind in marked(path)}
    assert kinds == KINDS.keys() - {"too-many"}, "too many situations: the test of a playbook that is too large"


def test_the_faults_that_actions_know_are_told_in_the_list_of_kinds() -> None:
    source = "".join(one.read_text(encoding="utf-8") for one in Path(actions.__file__).parent.glob("*.py"))
    named = set(re.findall(r'Wrong\(\s*"([a-z-]+)"', source))
    assert named and named <= KINDS.keys()


def test_a_slip_of_the_pen_is_mended_by_the_closest_name(items: Mapping[str, Item]) -> None:
    fixes = {path.stem: [one.fix for one in check_file(path, items)] for path in BROKEN if "unknown" in path.stem}
    assert fixes["unknown-field"] == ["write 'say'"]
    assert fixes["unknown-field-of-an-action"] == ["write 'item'"]
    assert fixes["unknown-action"] == ["write 'ticket'"]
    assert fixes["unknown-fact"] == ["write 'plan'"]
    assert fixes["unknown-card"] == ["write 'end'"]
    assert fixes["unknown-name"] == ["write 'price'"]
    assert fixes["unknown-term"] == ["write 'support_number'"]
    assert fixes["unknown-value"][0].startswith("take one of none, one_time")


def test_what_is_shipped_is_sound(items: Mapping[str, Item]) -> None:
    for path in sorted((CONTENT / "playbooks").glob("*.yaml")):
        assert check_file(path, items) == []


def test_a_file_that_is_not_there(tmp_path: Path, items: Mapping[str, Item]) -> None:
    [found] = check_file(tmp_path / "none.yaml", items)
    assert (found.line, found.kind) == (1, "shape")
    assert "cannot be read" in found.text


def test_prices_of_items_come_from_outside() -> None:
    @dataclass
    class Free:
        price: Decimal = Decimal("25.00")
        types: tuple[Plan, ...] = (Plan.PAY_AS_YOU_GO,)

    path = next(path for path in BROKEN if path.stem == "another-price-than-the-item")
    [found] = check_file(path, {"320": Free()})
    assert (found.kind, found.grave) == ("price-in-text", Grave.ADVICE)


def test_five_hundred_cards_within_a_second(tmp_path: Path, items: Mapping[str, Item]) -> None:
    path = tmp_path / "large.yaml"
    path.write_text(large_playbook(500), encoding="utf-8")
    begun = time.process_time()
    found = check_file(path, items)
    took = time.process_time() - begun
    print(f"check of {len(load(path).playbook.cards)} cards: {took:.2f} s")
    assert found == []
    assert took < 3, "1 s on a quiet machine"


def test_a_playbook_with_too_many_situations_says_so(
    tmp_path: Path, items: Mapping[str, Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.yaml"
    path.write_text(large_playbook(30), encoding="utf-8")
    monkeypatch.setattr("data.playbook.situations.MOST", 20)
    assert not situations(load(path).playbook).complete
    assert [one.kind for one in check_file(path, items)] == ["too-many"]


def test_a_finding_names_the_first_case_in_which_it_is_so(items: Mapping[str, Item]) -> None:
    examples = {path.stem: one.example for path in BROKEN for one in check_file(path, items)}
    assert examples["branches-with-a-gap"] == "plan is none and past_due is no"
    assert examples["answer-only-where-money-may-be-discussed"] == "may_discuss_money is no"
    assert examples["please-hold-again"] == "came by voice"
    assert examples["cycle-without-an-exit-for-some"].endswith("plan managed")
    assert examples["card-without-an-exit"] == ""
