"""Two hundred mounts and unmounts of everything that does not stay: `python -m tests.bench.mounts [TIMES]`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.console.mounts import OPENERS, left_alive


def main() -> int:
    """Exit 1 when anything is left alive."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory(prefix="mounts-") as folder:
        left = asyncio.run(left_alive(Path(folder), times))
    print(f"{len(OPENERS)} things opened and closed {times} times each: {left or 'nothing is left alive'}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
