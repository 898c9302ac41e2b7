"""The console's log: an unexpected error may quote what somebody typed."""

from __future__ import annotations

import logging

from data.text.cards import mask_cards


class MaskedLog(logging.Formatter):
    """Writes records, tracebacks included, with card numbers masked (TICK-4)."""

    def format(self, record: logging.LogRecord) -> str:
        return mask_cards(super().format(record))
