"""What is asked of hubs that are to answer alike: ops whose bodies are drawn from the models' own schemas, sound and
unsound, by chance."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from data.models import SYNCED
from data.models.base import AgentId
from data.models.contact import Contact, ContactState
from data.models.queue_report import QueueReport, report_id
from data.sync.contract import DELETABLE, SIGNED, Op
from tests.sync.writers import Writer

ENTITIES = sorted(SYNCED)
OFTEN = ("ticket", "contact", "customer", "callback", "presence")
"""What seats write most, and where there are rules beyond a shape: four of five ops are about these."""
IDS = {name: [f"{name}-{place}" for place in range(3)] for name in ENTITIES}
"""Few, so that seats meet at the same rows."""
IDS |= {name: IDS["intervention"] for name in ("intervention_outcome", "agent_move")}
QUEUES = ["x", "y"]
NAMES_A_PERSON = frozenset({*SIGNED, "agent", "override_by", "reporter"})
TEXTS = ["", "x", "y", "Ana", "NUL \0", "\U000f0000" + "0", "%_\\", 'q"q', "é", "half \ud83d"]
"""Plain ones, and those that one of the hubs has to write in another way."""
MOMENTS = ["2025-01-05T12:00:00.000Z", "2026-01-05T08:00:00.000Z", "2026-02-05T12:00:00.123Z"]
DAYS = ["2025-02-28", "2026-01-05"]
MISFITS: list[Any] = [None, "neither", [[]], {"not": [["so"]]}]
"""Most fields take none of these."""


@cache
def _schema(entity: str) -> dict[str, Any]:
    return SYNCED[entity].model_json_schema()


def _drawn(chance: random.Random, schema: dict[str, Any], kinds: dict[str, Any]) -> Any:
    """Some value that fits a JSON schema."""
    if "$ref" in schema:
        return _drawn(chance, kinds[schema["$ref"].rpartition("/")[2]], kinds)
    if "anyOf" in schema:
        return _drawn(chance, chance.choice(schema["anyOf"]), kinds)
    if "enum" in schema:
        return chance.choice(schema["enum"])
    if "format" in schema:
        return chance.choice({"date-time": MOMENTS, "date": DAYS}[schema["format"]])
    match schema["type"]:
        case "object":
            named = dict(schema.get("properties", {}))
            if isinstance(others := schema.get("additionalProperties"), dict):
                named |= dict.fromkeys(chance.sample(TEXTS, chance.randint(0, 2)), others)
            return {name: _drawn(chance, one, kinds) for name, one in named.items()}
        case "array":
            least = schema.get("minItems", 0)
            return [_drawn(chance, schema["items"], kinds) for _ in range(chance.randint(least, least + 2))]
        case "string":
            return chance.choice(TEXTS)
        case "boolean":
            return chance.random() < 0.5
        case "null":
            return None
        case _:
            least = schema.get("minimum", 0)
            return chance.randint(least, min(least + 3, schema.get("maximum", least + 3)))


class Drawing:
    """Bodies and parts of them, sound and unsound."""

    def __init__(self, chance: random.Random, people: Sequence[AgentId]) -> None:
        self._chance = chance
        self._people = people
        self._ids = IDS | {"agent": [*IDS["agent"], *people]}

    def _happens(self, probability: float) -> bool:
        return self._chance.random() < probability

    def op(self, writer: Writer, vers: dict[tuple[str, str], int]) -> Op:
        """The next op of a seat; `vers` has the newest version of each row."""
        chance = self._chance
        entity = chance.choice(ENTITIES if self._happens(0.2) else OFTEN)
        entity_id = chance.choice(self._ids[entity])
        patch = self._body(entity, entity_id)
        if entity == QueueReport.entity and patch["reporter"].isprintable() and self._happens(0.7):
            entity_id = patch["id"] = report_id(datetime.fromisoformat(patch["slot"]), patch["reporter"])
        append_only = SYNCED[entity].append_only
        kind = "append" if append_only else "put"
        if not append_only and self._happens(0.6):
            patch = {name: patch[name] for name in chance.sample(sorted(patch), chance.randint(1, 3))}
        if self._happens(0.1):
            patch.pop("id", None)
        if patch and self._happens(0.05):
            patch[chance.choice(sorted(patch))] = chance.choice(MISFITS)
        if self._happens(0.03):
            patch["of_a_newer_program"] = chance.choice([1, "a"])
        if entity in DELETABLE and self._happens(0.1):
            kind, patch = "delete", {}
        elif self._happens(0.02):
            kind = chance.choice(["append", "put", "delete"])
        newest = vers.get((entity, entity_id), 0)
        seen = chance.choice([newest, newest, max(newest - 1, 0), min(newest, 1)])
        unknown = self._happens(0.02)
        return writer.op("unknown" if unknown else entity, entity_id, patch, base=seen, kind=kind)

    def _body(self, entity: str, entity_id: str) -> dict[str, Any]:
        schema = _schema(entity)
        body = {
            name: self._named(name, _drawn(self._chance, one, schema.get("$defs", {})))
            for name, one in schema["properties"].items()
        }
        if entity == Contact.entity and self._happens(0.5):
            body |= {"state": ContactState.WAITING, "queue": self._chance.choice(QUEUES), "agent": None}
        return body | {"id": entity_id}

    def _named(self, name: str, value: Any) -> Any:
        """A row names others that are there, and people who signed in."""
        if value is None:
            return None
        if name.removesuffix("_id") in IDS and name.endswith("_id"):
            return self._chance.choice([*self._ids[name.removesuffix("_id")], value])
        if self._people and name in NAMES_A_PERSON and self._happens(0.9):
            return self._chance.choice(self._people)
        return value
