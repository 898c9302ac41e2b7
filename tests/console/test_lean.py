"""What the console keeps out of its memory, seen in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from data.store.migrations import SCHEMA_VERSION, STORE_FILE

LEFT_OUT = (
    "ssl",
    "_hashlib",
    "email.message",
    "importlib.metadata",
    "sqlite_utils",
    "rapidfuzz",
    "argparse",
    "jinja2.ext",
)
"""What the front screens and the workspace have no need of."""
WORKSPACE = """
import sys
from console import lean
lean.leave_out()
import console.cli.opening, console.app
console.app._learn_the_workspace()
import data.playbook.library, data.shift.policy, data.macros.macros
print(*(name for name in sys.argv[1:] if name in sys.modules))
import ssl, hashlib, importlib.metadata, asyncio
assert ssl.create_default_context() and importlib.metadata.version("pydantic")
"""


def test_the_workspace_imports_nothing_that_it_can_do_without() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORKSPACE, *LEFT_OUT], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


POOR = """
import sys
for name in ("_md5", "_sha1", "_sha2", "_sha256", "_sha512", "_sha3"):
    sys.modules[name] = None
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name.startswith(("_md5", "_sha")) else real(name, package)
from console import lean
lean.leave_out()
import hashlib, random
print(hashlib.sha256(b"").hexdigest()[:8])
"""


def test_a_python_without_sums_of_its_own_keeps_those_of_openssl() -> None:
    done = subprocess.run([sys.executable, "-c", POOR], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "e3b0c442", "")


BEFOREHAND = """
import sys
from pathlib import Path
from data.store import beforehand
folder = Path(sys.argv[1])
beforehand.finish(beforehand.begin(folder))
assert not beforehand.begin(folder), "once"
assert "sqlite_utils" not in sys.modules and "data.store.database" not in sys.modules
from data.store.database import Store
with Store(folder / "seat.db", create=False) as store:
    print(store.value("PRAGMA user_version"), store.value("SELECT count(*) FROM ticket"))
assert "sqlite_utils" not in sys.modules
"""


def test_a_new_store_is_made_by_a_process_beside(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BEFOREHAND, str(tmp_path)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout.split()) == (0, [str(SCHEMA_VERSION), "0"]), done.stderr


def test_what_is_no_store_is_left_to_whoever_opens_it(tmp_path: Path) -> None:
    store = tmp_path / STORE_FILE
    store.write_bytes(b"not a database, but long enough for the head of one" * 4)
    before = store.read_bytes()
    program = "import sys; from pathlib import Path; from data.store import beforehand as b; b.finish(b.begin(Path(sys.argv[1])))"
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr, store.read_bytes()) == (0, b"", before)
