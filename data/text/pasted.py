"""What is pasted becomes text: a terminal's clipboard may hold colours, control bytes and every kind of line end."""

from __future__ import annotations

import re

from data.text.whole import whole

_SEQUENCES = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]"  # colours, cursor movements
    "|\x1b[\\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\\\)"  # titles, links and other strings, as far as they end
    "|\x1b[()*+][0-9A-Za-z]"  # character sets
)
_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = dict.fromkeys((*(code for code in range(0x20) if chr(code) not in "\t\n"), 0x7F))


def pasted(text: str) -> str:
    """The text without escape sequences and control bytes, its line ends `\\n`. No letter of it is lost."""
    if text.isascii() and text.isprintable():
        return text
    return whole(_ENDS.sub("\n", _SEQUENCES.sub("", text)).translate(_CONTROLS))
