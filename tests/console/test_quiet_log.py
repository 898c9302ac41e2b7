"""The log of a seat that agents share says what kind of error it was and where, and quotes nothing."""

from __future__ import annotations

import logging
import sys

from console.masked_log import QuietLog


def test_an_error_is_told_without_what_it_quotes() -> None:
    try:
        raise ValueError("Quintessa Zylberberg, 12 Mill St")
    except ValueError:
        record = logging.LogRecord("here", logging.ERROR, __file__, 1, "unexpected error 7", None, sys.exc_info())
    told = QuietLog("%(message)s").format(record)
    assert "Zylberberg" not in told.replace('raise ValueError("Quintessa Zylberberg, 12 Mill St")', "")
    assert told.startswith("unexpected error 7\n") and told.endswith("ValueError") and "test_quiet_log.py" in told
