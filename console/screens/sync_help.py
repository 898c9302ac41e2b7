"""What the list of what is not settled is for, and the choice between two values: read with the help key there."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from console import actions
from console.actions import Action
from console.screens.modal import ReadDialog, key_lines
from widgets.safe_text import Line, line, wrap

CELLS = 66
LIST = (
    "What was saved here and is not settled with the hub. Nothing of it is lost, and nothing of it must be done during a call.",
    "▲ conflict: somebody else changed the same field before either had seen the other. One value is in place, the other is kept: enter shows both and lets you choose.",
    "■ refused: the hub did not take it. The reason stands there; take it up again, or let it go.",
    "○ queued: it waits for the hub and goes out by itself.",
)
CHOICE = (
    "The same field was changed here and elsewhere. ● is the value in place; what you choose is put in place for everybody.",
    "Not sure? Go back: the conflict stays in the list, and both values with it. A choice can be taken back there.",
)


def list_help(key_of: Callable[[str], str]) -> ReadDialog:
    """The help of the list."""
    return _help("Help · Sync", LIST, actions.SYNC, key_of)


def choice_help(key_of: Callable[[str], str]) -> ReadDialog:
    """The help of the choice between two values."""
    return _help("Help · Choose", CHOICE, actions.CHOICES, key_of)


def _help(title: str, sentences: Iterable[str], keys: Iterable[Action], key_of: Callable[[str], str]) -> ReadDialog:
    lines: list[Line] = [()]
    for sentence in sentences:
        lines += [line(f" {part}") for part in wrap(sentence, CELLS)] + [()]
    return ReadDialog(title, [*lines, *key_lines([("Keys", [(key_of(one.id), one.help) for one in keys])])])
