"""How the console was started."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from console.settings import Settings
from data.sync.address import absolute


@dataclass(frozen=True)
class Launch:
    """What the command line and the settings ask for."""

    folder: Path
    settings: Settings
    role: str = "agent"
    """What people sign on as: a `data.models.agent.Role`."""
    floor: Sequence[str] | None = None
    """Options of the practice floor, None without one."""

    @property
    def hub(self) -> str:
        """The hub's address."""
        return absolute(self.settings.hub, self.folder)

    @property
    def receipts(self) -> Path:
        """The folder that receipts are saved in."""
        return self.settings.receipts or self.folder / "receipts"
