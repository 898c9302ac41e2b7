"""The console's log: an unexpected error may quote what somebody typed."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

from data.text.cards import mask_cards

ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class MaskedLog(logging.Formatter):
    """Writes records, tracebacks included, with card numbers masked (TICK-4)."""

    def format(self, record: logging.LogRecord) -> str:
        return mask_cards(super().format(record))


class QuietLog(MaskedLog):
    """The same for a seat that agents share: of an error only what kind it is and where, never what it quotes."""

    def formatException(self, ei: ErrorInfo) -> str:  # noqa: N802 - logging's name
        """The kind of the error and the lines of ours that it went through."""
        kind, _, place = ei
        return "".join(traceback.format_tb(place)) + (kind.__name__ if kind is not None else "no error")
