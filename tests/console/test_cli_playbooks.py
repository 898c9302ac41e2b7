"""`agent-console playbook`: what is found, drawn, walked and counted, from the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from data.clock import SYSTEM_CLOCK
from data.content import CONTENT
from data.models.base import AgentId, new_id
from data.models.card_step import CardStep
from data.store.database import STORE_FILE, Store
from data.store.save import saving
from tests.console.command import Command, one_sentence

PLAYBOOKS = Path(__file__).parents[1] / "data" / "playbook"
SMALL = PLAYBOOKS / "small.yaml"
BROKEN = PLAYBOOKS / "broken"


def test_a_sound_playbook(cli: Command) -> None:
    done = cli("playbook", "check", SMALL)
    assert (done.code, done.out, done.err) == (0, "1 playbook: nothing found.\n", "")


def test_without_a_file_those_of_the_seat_are_checked(cli: Command) -> None:
    done = cli("playbook", "check", "--json")
    assert done.code == 0
    assert done.body == {
        "files": [str(path) for path in sorted((CONTENT / "playbooks").glob("*.yaml"))],
        "findings": [],
    }


def test_findings_have_file_line_and_fix(cli: Command) -> None:
    path = BROKEN / "unknown-card.yaml"
    done = cli("playbook", "check", path, SMALL)
    assert done.code == 1
    assert done.out.splitlines() == [
        f"{path}:9: greeting: there is no card 'edn'",
        "    write 'end'  [unknown-card]",
        "",
        "1 found.",
    ]


def test_findings_as_json(cli: Command) -> None:
    done = cli("playbook", "check", BROKEN / "price-written-out.yaml", "--json")
    assert done.code == 1
    [finding] = done.body["findings"]
    assert list(finding) == ["file", "line", "card", "kind", "text", "fix", "grave", "example"]
    assert (finding["line"], finding["kind"], finding["grave"]) == (6, "price-in-text", "advice")


def test_what_a_terminal_would_obey_is_not_printed(cli: Command) -> None:
    file = cli.file("evil.yaml", 'id: x\nversion: 1\ncards:\n  - {id: "\\e[31m", title: "a\\u202Eb", end: done}\n')
    for command in ("check", "graph", "simulate"):
        done = cli("playbook", command, file)
        assert "\x1b" not in done.out and "\u202e" not in done.out


@pytest.mark.parametrize("command", ["graph", "simulate", "coverage"])
def test_a_file_that_is_no_playbook(cli: Command, command: str) -> None:
    done = cli("playbook", command, BROKEN / "unknown-field.yaml")
    assert done.code == 1
    assert "line 6: 'sya' is not a field here: write 'say'." in one_sentence(done)


def test_a_graph_and_a_picture(cli: Command, tmp_path: Path) -> None:
    assert "├─ 1 Member ─ find  Find the customer" in cli("playbook", "graph", SMALL).out
    picture = tmp_path / "small.svg"
    done = cli("playbook", "graph", SMALL, "--svg", picture)
    assert done.code == 0 and picture.read_text(encoding="utf-8").startswith("<svg ")
    assert "cannot be written" in one_sentence(cli("playbook", "graph", SMALL, "--svg", tmp_path / "no" / "x.svg"))


def test_every_path_or_those_through_a_card(cli: Command) -> None:
    done = cli("playbook", "simulate", SMALL)
    assert done.code == 0
    assert done.out.count("\n## ") + 1 == 17
    assert "It is" not in done.out and "$20.00" in done.out
    assert done.out.splitlines()[-1] == "17 paths · cards 7 of 7 (100%) · ways 11 of 11 (100%)"
    through = cli("playbook", "simulate", SMALL, "--card", "emergency", "--json").body
    assert [path["name"] for path in through["paths"]] == ["any emergency"]
    assert cli("playbook", "simulate", SMALL, "--card", "none").code == 2


def test_golden_transcripts(cli: Command, tmp_path: Path) -> None:
    done = cli("playbook", "simulate", SMALL, "--golden", tmp_path / "golden", "--brief")
    assert done.code == 0
    written = (tmp_path / "golden" / "small.txt").read_text(encoding="utf-8")
    assert written == (PLAYBOOKS / "golden" / "small-cover.txt").read_text(encoding="utf-8")


def test_coverage(cli: Command) -> None:
    assert "No contact has run the playbook small yet" in cli("playbook", "coverage", SMALL).out
    at = datetime(2026, 1, 5, 9, tzinfo=UTC)
    with Store(cli.home / STORE_FILE) as store, saving(store, AgentId("ana"), SYSTEM_CLOCK) as change:
        change.add(
            CardStep(
                id=new_id(),
                run_id="r",
                playbook="small",
                version=4,
                card="greeting",
                at=at,
                left_at=at + timedelta(0, 9),
            )
        )
    done = cli("playbook", "coverage", SMALL, "--json")
    assert (done.body["contacts"], done.body["versions"]) == (1, [4])
    assert done.body["cards"][0]["ended_rate"] == 1.0
    assert done.body["unused"][:2] == ["find", "by-plan"]
    text = cli("playbook", "coverage", SMALL).out
    assert "greeting" in text and "9 s" in text and "Never used: find, by-plan" in text
    assert "not in that version" in cli("playbook", "coverage", SMALL, "--version", 3).out


# the schema for editors


def fits(value: Any, shape: dict[str, Any], whole: dict[str, Any]) -> bool:
    """Whether a value fits a schema, as far as ours go."""
    if "$ref" in shape:
        return fits(value, whole["$defs"][shape["$ref"].rsplit("/", 1)[-1]], whole)
    if "anyOf" in shape:
        return any(fits(value, one, whole) for one in shape["anyOf"])
    if "enum" in shape:
        return value in shape["enum"]
    kinds = shape["type"] if isinstance(shape["type"], list) else [shape["type"]]
    known = {
        "string": str,
        "number": (int, float),
        "integer": int,
        "boolean": bool,
        "array": list,
        "object": dict,
        "null": type(None),
    }
    if not any(isinstance(value, known[kind]) for kind in kinds):
        return False
    if isinstance(value, list):
        return len(value) >= shape.get("minItems", 0) and all(fits(one, shape["items"], whole) for one in value)
    if isinstance(value, dict):
        more = shape.get("additionalProperties", True)
        return set(shape.get("required", ())) <= value.keys() and all(
            fits(one, shape["properties"][name], whole)
            if name in shape.get("properties", {})
            else isinstance(more, dict) and fits(one, more, whole)
            for name, one in value.items()
        )
    return True


def as_an_editor_reads(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@pytest.fixture
def schema(cli: Command) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cli("playbook", "schema").out)
    return found


def test_every_shipped_playbook_fits_the_schema(schema: dict[str, Any]) -> None:
    for path in [*sorted((CONTENT / "playbooks").glob("*.yaml")), SMALL]:
        assert fits(as_an_editor_reads(path), schema, schema), path.name


@pytest.mark.parametrize(
    "name",
    [
        "unknown-field",
        "unknown-field-of-an-action",
        "unknown-action",
        "unknown-fact",
        "unknown-value",
        "unknown-ticket-type",
        "missing-field",
        "empty-list-and-its-cause",
    ],
)
def test_what_the_models_refuse_does_not_fit_the_schema(schema: dict[str, Any], name: str) -> None:
    assert not fits(as_an_editor_reads(BROKEN / f"{name}.yaml"), schema, schema)


def test_the_schema_says_what_everything_is(schema: dict[str, Any]) -> None:
    for name, shape in schema["$defs"].items():
        assert shape.get("description") or name == "Channel", name
        for field, part in shape.get("properties", {}).items():
            assert part.get("description") or part.get("$ref"), f"{name}.{field}"
