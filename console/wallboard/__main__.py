"""One viewer: `python -m console.wallboard --data-dir DIR --store FILE`, started by the server for each browser.

The key of an encrypted store comes through an inherited pipe: a command line and an environment can be read by others."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from console.cli.shared import log_to
from console.settings import SettingsError, load
from data.store.key import Key

LOG = "wallboard.log"


def main() -> int:
    """Run until the server says so, or is gone."""
    parser = argparse.ArgumentParser(prog="python -m console.wallboard", description="One viewer of the wallboard.")
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--key-fd", type=int)
    options = parser.parse_args()
    key = _key(options.key_fd) if options.key_fd is not None else None
    log_to(options.store.parent, LOG, quiet=key is not None)
    from console.wallboard.app import WallApp

    try:
        settings = load(options.data_dir)
    except (SettingsError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    app = WallApp(options.data_dir, settings, options.store, key)
    app.run()
    return app.return_code or 0


def _key(handle: int) -> Key:
    with os.fdopen(handle, encoding="ascii") as pipe:
        return Key.from_hex(pipe.read())


if __name__ == "__main__":
    sys.exit(main())
