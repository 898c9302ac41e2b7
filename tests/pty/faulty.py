"""The console with a fault in it: F11 does what nobody expected. `python -m tests.pty.faulty DATA_DIR`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType

from console.app import AgentConsole
from console.cli.shared import log_to
from console.launch import Launch
from console.settings import Settings


class Faulty(AgentConsole):
    """F11 raises in the midst of a handler."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f11", "fault", show=False, priority=True)]

    def action_fault(self) -> None:
        secret = self.screen.query_one("#draft-name").value  # type: ignore[attr-defined]  # what a traceback would show
        raise RuntimeError(f"planted: {len(secret)}")


def main() -> int:
    folder = Path(sys.argv[1])
    log_to(folder, "console.log")
    console = Faulty(Launch(folder, Settings()))
    console.run()
    return console.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
