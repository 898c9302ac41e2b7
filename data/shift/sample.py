"""Which values of the duties are still the sample's, or empty. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from data.shift.policy import ShiftPolicy

_SAMPLE = re.compile(r"@example\.(com|org|net)$|\b555[- ]?01\d\d\b")


def still_sample(policy: ShiftPolicy) -> tuple[str, ...]:
    """Names of the values that nobody has set: addresses at example.com, numbers 555-01xx, and what is needed and empty."""
    report = policy.queue_report
    values = {
        "queue_report.mailbox": [report.mailbox],
        "queue_report.everybody": [report.everybody],
        "queue_report.managers": [text for one in report.managers for text in (one.number, one.mail)],
        "conduct.people": [one.number for one in policy.conduct.people],
    }
    return tuple(name for name, texts in values.items() if _unset(texts))


def _unset(texts: Iterable[str]) -> bool:
    told = list(texts)
    return not any(text.strip() for text in told) or any(_SAMPLE.search(text) for text in told)
