"""The keys of an organisation's lists: how contacts can end, and why an agent can be not ready."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator

from data.models.base import Strict
from data.text import reviewed


class KeyedChoice(Strict):
    """A choice and the key that takes it."""

    key: str = Field(pattern="^[0-9a-z]$")
    label: str


class Choices(Strict):
    """How contacts can end, and why an agent can be not ready."""

    dispositions: tuple[KeyedChoice, ...] = Field(min_length=1, max_length=15)
    not_ready: tuple[KeyedChoice, ...] = Field(min_length=1)

    @field_validator("dispositions", "not_ready")
    @classmethod
    def _each_key_once(cls, choices: tuple[KeyedChoice, ...]) -> tuple[KeyedChoice, ...]:
        keys = [choice.key for choice in choices]
        if twice := next((key for key in keys if keys.count(key) > 1), None):
            raise ValueError(f"the key {twice} stands twice")
        return choices


def load_choices(path: Path) -> Choices:
    """Read the dispositions and not-ready reasons.

    Raises:
        ContentError: unreadable, empty, more than fifteen dispositions, or a key used twice.
    """
    return reviewed.load(path, Choices)
