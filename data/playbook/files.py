"""Reading the text files that an organisation reviews: the script, and the keys of dispositions and reasons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from data.models.base import Value
from data.playbook.script import Script


class ContentError(Exception):
    """A text file that cannot be used; the message names the file and what to mend."""


class KeyedChoice(Value):
    """A choice and the key that takes it."""

    key: str = Field(pattern="^[0-9a-z]$")
    label: str


class Choices(Value):
    """How contacts can end, and why an agent can be not ready."""

    dispositions: tuple[KeyedChoice, ...] = Field(min_length=1, max_length=15)
    not_ready: tuple[KeyedChoice, ...] = Field(min_length=1)


def _yaml(path: Path) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise ContentError(f"The file {path} cannot be read: {error}") from error


def load_script(path: Path) -> Script:
    """Read a script file.

    Raises:
        ContentError: unreadable, not a script, or an answer that leads nowhere.
    """
    try:
        script = Script.model_validate(_yaml(path))
    except ValidationError as error:
        raise ContentError(f"The script {path} is not complete: {error}") from error
    known = {card.id for card in script.cards}
    for card in script.cards:
        for answer in card.answers:
            if answer.to not in known:
                raise ContentError(
                    f"{path}: card '{card.id}', answer '{answer.key}' leads to no card ('{answer.to}')."
                )
    return script


def load_choices(path: Path) -> Choices:
    """Read the dispositions and not-ready reasons.

    Raises:
        ContentError: unreadable, empty, more than fifteen dispositions, or a key used twice.
    """
    try:
        choices = Choices.model_validate(_yaml(path))
    except ValidationError as error:
        raise ContentError(f"The file {path} is not complete: {error}") from error
    for name, listed in (("dispositions", choices.dispositions), ("not_ready", choices.not_ready)):
        keys = [choice.key for choice in listed]
        if len(set(keys)) != len(keys):
            raise ContentError(f"{path}: a key stands twice under {name}.")
    return choices
