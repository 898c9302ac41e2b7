"""Saving a receipt: a text file and a PDF beside it, whole or not at all."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NamedTuple

from data.billing.amounts import MoneyError
from data.billing.receipt import Receipt, receipt_text
from data.billing.receipt_pdf import receipt_pdf

_FULL = (errno.ENOSPC, errno.EDQUOT)
_CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)


class ReceiptFiles(NamedTuple):
    """Where a receipt lies."""

    text: Path
    pdf: Path


def save_receipt(folder: Path, receipt: Receipt, font: Path | None = None) -> ReceiptFiles:
    """Write a receipt into a folder, which is made when it is missing. A file that is there with the same contents is
    left alone; one with others (what remains has changed since) is replaced as a whole.

    Raises:
        MoneyError: it could not be written, in a sentence; nothing half-written is left under its name.
    """
    files = ReceiptFiles(folder / f"{receipt.name}.txt", folder / f"{receipt.name}.pdf")
    contents = (receipt_text(receipt).encode(), receipt_pdf(receipt, font))
    parts: list[tuple[Path, Path]] = []
    try:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for file, content in zip(files, contents, strict=True):
                if not _holds(file, content):
                    parts.append((_written(folder, content), file))
            for part, file in parts:
                part.replace(file)
        finally:
            for part, _ in parts:
                with suppress(OSError):
                    part.unlink(missing_ok=True)
    except OSError as error:
        raise MoneyError(_sentence(folder, error)) from error
    return files


def _holds(file: Path, content: bytes) -> bool:
    return file.is_file() and file.stat().st_size == len(content) and file.read_bytes() == content


def _written(folder: Path, content: bytes) -> Path:
    """A file of this content under a name for the moment, on the disk when this returns."""
    with NamedTemporaryFile(dir=folder, prefix=".receipt-", delete=False) as part:
        try:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
    return Path(part.name)


def _sentence(folder: Path, error: OSError) -> str:
    kept = "what is in the books is kept"
    if error.errno in _FULL:
        return (
            f"The receipt was not saved, the disk of {folder} is full: free some space and save it again; {kept}."
        )
    if error.errno in _CLOSED:
        return (
            f"The receipt was not saved, this user cannot write in {folder}: choose another folder in the setting"
            f" receipts, and save it again; {kept}."
        )
    return (
        f"The receipt was not saved in {folder} ({error.strerror or error}): choose another folder in the setting"
        f" receipts, and save it again; {kept}."
    )
