"""Which theme an agent chose last, so that it is there again after signing on. `looks.json` in the data folder.

The settings are the administrator's text and are never written; this is the agents' own. It holds nothing that
could be missed: unreadable or gone, everybody sees the theme of the settings again."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

FILE = "looks.json"
SIGN_IN = ""
"""Whoever has not signed on yet."""


class Choices(BaseModel):
    """Theme by agent id. What was chosen on a terminal of sixteen colours is kept apart."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    themes: dict[str, str] = {}
    themes_of_16: dict[str, str] = {}


class Chosen:
    """The choices of a seat."""

    def __init__(self, folder: Path, *, sixteen: bool = False) -> None:
        self._file = folder / FILE
        self._kind = "themes_of_16" if sixteen else "themes"
        try:
            self._all = Choices.model_validate_json(self._file.read_bytes())
        except (OSError, ValidationError):
            self._all = Choices()

    def of(self, agent: str) -> str | None:
        """What an agent chose here, else what was chosen before anybody signed on, else None."""
        mine: dict[str, str] = getattr(self._all, self._kind)
        return mine.get(agent) or mine.get(SIGN_IN)

    def choose(self, agent: str, theme: str) -> None:
        """Remember a choice; `write` puts it into the file."""
        mine: dict[str, str] = getattr(self._all, self._kind)
        self._all = self._all.model_copy(update={self._kind: {**mine, agent: theme}})

    def write(self) -> None:
        """Write the file: all of it or nothing. A folder that cannot be written keeps nothing, and nobody is told:
        the theme is seen, and the next start shows the one of the settings."""
        fresh = self._file.with_suffix(".new")
        try:
            fresh.write_text(self._all.model_dump_json(), encoding="utf-8")
            fresh.replace(self._file)
        except OSError:
            return
