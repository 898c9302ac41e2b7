"""How the console was started."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from console.settings import Settings
from data.clock import SYSTEM_CLOCK, Clock, RehearsalClock
from data.shift.machine import BOOT_FILE
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
    rehearsal: RehearsalClock | None = None
    """The time of day on the practice floor, where it is not the real one."""
    boot_file: Path = BOOT_FILE
    """Where the machine tells when it was started."""

    @property
    def boot(self) -> Path | None:
        """The same; None in a rehearsal, whose time the machine knows nothing of."""
        return self.boot_file if self.rehearsal is None else None

    clocks_in: bool = False
    """Whoever signs on is clocked in with it: the duties of a shift begin, and queue reports are asked for."""

    @property
    def clock(self) -> Clock:
        """The time at this seat."""
        return self.rehearsal or SYSTEM_CLOCK

    @property
    def clock_option(self) -> list[str]:
        """The same, for the processes beside the console."""
        return ["--clock", str(self.rehearsal)] if self.rehearsal is not None else []

    @property
    def hub(self) -> str:
        """The hub's address."""
        return absolute(self.settings.hub, self.folder)

    @property
    def by_password(self) -> bool:
        """Agents sign in by password, and nothing readable stays on the seat."""
        return self.settings.sign_in == "password"

    @property
    def receipts(self) -> Path | None:
        """The folder that receipts are saved in; None: files that anybody could read are not to stay here, and no
        folder for them was named."""
        return self.settings.receipts or (None if self.by_password else self.folder / "receipts")
