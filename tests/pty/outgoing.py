"""What may go to a terminal: the sequences that the console itself draws with, and text without a control
character. Whatever else is found came from outside and got through (CORE-4)."""

from __future__ import annotations

import re
import unicodedata

_SEQUENCE = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]"  # CSI
    "|\x1b[\\]P_^X][^\x1b\x07]*(?:\x1b\\\\|\x07)"  # OSC, DCS, APC, PM, SOS
    "|\x1b[ -/]*[0-~]?",
    re.DOTALL,
)
_COLOUR = r"(?:38|48);2;\d{1,3};\d{1,3};\d{1,3}"
_OURS = re.compile(
    rf"\x1b\[(?:0|(?:[1-4]|[79]|{_COLOUR})(?:;(?:[1-4]|[79]|{_COLOUR}))*)m"  # truecolor; none of the 8 old colours
    r"|\x1b\[\d+;\d+H"
    r"|\x1b\[\?(?:7|25|1000|1003|1004|1006|1015|1049|2004|2026|2048)[hl]"
    r"|\x1b\[\?\d+\$p"
    r"|\x1b\[[<>]\d*u"
    r"|\x1b\]22;default\x07"  # the shape of the mouse pointer
    r"|\x1b\]52;c;[A-Za-z0-9+/=]*\x07"  # the clipboard
)
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029\ufeff")
"""What turns the writing direction, and what some terminals take for a new line."""


def leaks(raw: bytes, *, bells: bool = False) -> list[str]:
    """What a stream to a terminal holds that the console does not draw with, each with what stands around it.

    Args:
        bells: whether the console had a reason to ring, which it does on its own, never amid a text.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return [f"not UTF-8: {error}"]
    found = [_around(text, one) for one in _SEQUENCE.finditer(text) if not _OURS.fullmatch(one.group())]
    plain = _SEQUENCE.sub("\x00\x00", text).replace("\r\n", "")  # a sequence leaves a gap: nothing joins up
    for one in re.finditer("[^\x00]+", plain):
        if bells and not one.group().strip("\x07"):
            continue
        for place, char in enumerate(one.group()):
            if unicodedata.category(char) == "Cc" or char in _TURNING:
                start = one.start() + place
                found.append(f"{char!r} in {plain[max(0, start - 40) : start + 40]!r}")
    if "\x00" in text:
        found.append("a NUL")
    return found


def _around(text: str, found: re.Match[str]) -> str:
    return f"{found.group()!r} in {text[max(0, found.start() - 40) : found.end() + 40]!r}"
