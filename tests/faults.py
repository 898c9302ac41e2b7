"""What can be wrong with a disk or a file, done for real: to a store, its folder, or a whole process."""

from __future__ import annotations

import multiprocessing
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from data.store import driver
from data.store.database import Store


def full(store: Store, *, full: bool = True) -> None:
    """A quota of our own: the store's file may not grow any more (or may again)."""
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    pages = store.value("PRAGMA page_count") if full else 1_000_000
    store.execute(f"PRAGMA max_page_count = {pages}")


def damage(path: Path, *tables: str) -> bytes:
    """Overwrite the first page of each table, as a failing disk does; returns the bytes of the file."""
    with closing(driver.connect(path, create=False)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        sql = "SELECT rootpage FROM sqlite_schema WHERE name = ?"
        roots = [
            1 if table == "sqlite_schema" else connection.execute(sql, (table,)).fetchone()[0] for table in tables
        ]
    data = bytearray(path.read_bytes())
    for root in roots:
        first = 100 if root == 1 else (root - 1) * size  # the file's own head stays
        data[first : root * size] = b"\xee" * (root * size - first)
    path.write_bytes(data)
    return bytes(data)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder in which nothing can be written: by its rights, or, for root, whom rights do not stop, by a
    read-only mount of it over itself."""
    if os.geteuid() != 0:
        modes = {path: path.stat().st_mode for path in (folder, *folder.rglob("*"))}
        for path in modes:
            path.chmod(0o500 if path.is_dir() else 0o400)
        try:
            yield
        finally:
            for path, mode in modes.items():
                path.chmod(mode)
        return
    for options in (["--bind"], ["-o", "remount,ro,bind"]):
        done = subprocess.run(["mount", *options, folder, folder], capture_output=True, text=True, check=False)
        if done.returncode:
            subprocess.run(["umount", folder], capture_output=True, check=False)
            pytest.skip(f"root may write everywhere, and may not mount here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def with_files_up_to(size: int, work: Callable[[], str]) -> str:
    """Do something in a process whose files may not grow beyond `size` bytes; returns what it returns."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        there.send(work())

    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=limited)
    process.start()
    there.close()
    try:
        said: str = here.recv()
    finally:
        process.join()
    return said
