"""`playbook check`: everything that is wrong with a playbook, before an agent meets it (PLAY-5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from data.playbook.checking.cards import card_findings
from data.playbook.checking.finding import Finding, Item, Written
from data.playbook.checking.words import word_findings
from data.playbook.checking.worlds import world_findings
from data.playbook.model import Playbook
from data.playbook.situations import situations
from data.text import reviewed
from data.text.reviewed import ContentError


def check_file(path: Path, items: Mapping[str, Item]) -> list[Finding]:
    """What is wrong with a playbook's file, by line. A file that is no playbook is told as such, and no further.

    Args:
        items: what can be charged, by code.
    """
    try:
        document = reviewed.read(path)
        playbook = reviewed.fitted(document, path, Playbook)
    except ContentError as error:
        return [
            Finding(file=str(path), line=one.line, kind=one.kind, text=one.text, fix=one.fix)
            for one in error.faults
        ]
    return check(Written(playbook, document, path, items))


def check(written: Written, *, fold: bool = True) -> list[Finding]:
    """What is wrong with a playbook, by line. `fold`: see `situations`."""
    found = [*card_findings(written), *word_findings(written)]
    found += world_findings(written, situations(written.playbook, fold=fold))
    return _once(found)


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Each thing once for each line, with the first example of it."""
    first: dict[tuple[int, str, str], Finding] = {}
    for one in findings:
        first.setdefault((one.line, one.kind, one.text), one)
    return sorted(first.values(), key=lambda one: (one.line, one.kind))
