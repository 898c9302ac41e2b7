"""The screen of a terminal: what a program's bytes make of it, and what the terminal answers to questions."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, ClassVar
from unicodedata import combining

import pyte
from pyte.modes import IRM
from pyte.screens import Char
from wcwidth import wcwidth

_UNKNOWN_TO_PYTE = re.compile(
    rb"\x1b\[[<=>][0-9;:]*[ -/]*[@-~]"  # kitty keyboard, modifyOtherKeys
    rb"|\x1b\[[?0-9;:]*[ -/]+[@-~]"  # questions about modes, cursor shapes
    rb"|\x1b\[[0-9;:]*t|\x1b\[\?[0-9;:]*[umSsr]"
    rb"|\x1b[P_^X][^\x1b\x07]*(?:\x1b\\|\x07)"
    rb"|\x1b\][^\x1b\x07]*(?:\x1b\\|\x07)"
    rb"|\x1b[=>]"
)
_UNFINISHED = re.compile(rb"\x1b(?:\[[?<=>0-9;: -/]*|[P_^X\]][^\x07]{0,4000}|)$")
_QUESTION = re.compile(
    rb"\x1b\[(?P<device>0?c)|\x1b\[(?P<place>6n)|\x1b\[(?P<well>5n)|\x1b\[\?(?P<mode>\d+)\$p"
    rb"|\x1b\](?P<colour>1[0-2]);\?(?:\x07|\x1b\\)"
)
_COLOURS = re.compile(rb"\x1b\[([0-9;]*)m")
_BEGIN, _END = b"\x1b[?2026h", b"\x1b[?2026l"
_KNOWN_MODES = frozenset({b"2026", b"2004", b"1006", b"25"})


_width = lru_cache(None)(wcwidth)


@lru_cache(1 << 14)
def _cell(look: Char, char: str) -> Char:
    return look._replace(data=char)


@lru_cache(1 << 12)
def _codes(parameters: bytes) -> tuple[int, ...]:
    return tuple(int(one or 0) for one in parameters.split(b";"))


class _Screen(pyte.Screen):
    """pyte's screen with what real terminals have beside it: scrolling, repeated characters, a second screen."""

    _last = " "

    def draw(self, data: str) -> None:
        """Without what takes no cell (joiners, the unassigned): pyte would drop whatever stands behind it. Plain
        letters that fit on the line, nearly all there is, go into their cells without pyte's care for the rest."""
        cursor = self.cursor
        if (
            cursor.x + len(data) <= self.columns
            and IRM not in self.mode
            and not self.charset
            and all(_width(char) == 1 for char in data)
        ):
            line, look = self.buffer[cursor.y], cursor.attrs
            for char in data.translate(self.g0_charset):
                line[cursor.x] = _cell(look, char)
                cursor.x += 1
            self._last = data[-1:] or self._last
            self.dirty.add(cursor.y)
            return
        shown = "".join(char for char in data if wcwidth(char) > 0 or combining(char))
        self._last = shown[-1:] or self._last
        super().draw(shown)

    def repeat(self, count: int = 1, **_rest: Any) -> None:
        super().draw(self._last * max(1, count or 1))

    def scroll_up(self, count: int = 1, **_rest: Any) -> None:
        self._at_top(self.delete_lines, count)

    def scroll_down(self, count: int = 1, **_rest: Any) -> None:
        self._at_top(self.insert_lines, count)

    def _at_top(self, change: Any, count: int) -> None:
        row = self.cursor.y
        self.cursor.y = self.margins.top if self.margins else 0
        change(count or 1)
        self.cursor.y = row

    def set_mode(self, *modes: int, **how: Any) -> None:
        self._switch_screen(modes, how)
        super().set_mode(*modes, **how)

    def reset_mode(self, *modes: int, **how: Any) -> None:
        self._switch_screen(modes, how)
        super().reset_mode(*modes, **how)

    def _switch_screen(self, modes: tuple[int, ...], how: dict[str, Any]) -> None:
        if how.get("private") and {47, 1047, 1049} & set(modes):
            self.erase_in_display(2)

    def select_graphic_rendition(self, *codes: int, private: bool = False, **how: Any) -> None:
        if not private:
            super().select_graphic_rendition(*codes, **how)

    def report_device_attributes(self, *_codes: int, **_how: Any) -> None:
        """Answered from the raw bytes."""

    def report_device_status(self, *_codes: int, **_how: Any) -> None:
        """Answered from the raw bytes."""


class _Stream(pyte.ByteStream):
    csi: ClassVar[dict[str, str]] = {**pyte.ByteStream.csi, "b": "repeat", "S": "scroll_up", "T": "scroll_down"}
    events = frozenset({*pyte.ByteStream.events, "repeat", "scroll_up", "scroll_down"})


class Emulator:
    """An xterm of so many columns and rows."""

    def __init__(self, cols: int, rows: int) -> None:
        self._screen = _Screen(cols, rows)
        self._stream = _Stream(self._screen)
        self._rest = b""
        self._lines: list[str] = []
        self.drawing = False
        """A picture has begun and is not complete yet (synchronised output): nobody gets to see it."""

    def feed(self, data: bytes) -> bytes:
        """Draw what a program wrote. Returns what the terminal answers to it."""
        data = self._rest + data
        cut = _UNFINISHED.search(data)
        self._rest = data[cut.start() :] if cut else b""
        whole = data[: cut.start()] if cut else data
        began, ended = whole.rfind(_BEGIN), whole.rfind(_END)
        if began != ended:
            self.drawing = began > ended
        self._draw(_UNKNOWN_TO_PYTE.sub(b"", whole))
        return b"".join(self._answer(found) for found in _QUESTION.finditer(whole))

    def _draw(self, data: bytes) -> None:
        """Colours are most of what a program writes, and pyte reads sequences letter by letter: we read those."""
        for place, piece in enumerate(_COLOURS.split(data)):
            if place % 2:
                self._screen.select_graphic_rendition(*_codes(piece))
            elif piece:
                self._stream.feed(piece)

    def _answer(self, found: re.Match[bytes]) -> bytes:
        kind = found.lastgroup
        if kind == "device":
            return b"\x1b[?62;22c"
        if kind == "place":
            return b"\x1b[%d;%dR" % (self._screen.cursor.y + 1, self._screen.cursor.x + 1)
        if kind == "well":
            return b"\x1b[0n"
        if kind == "mode":
            return b"\x1b[?%s;%d$y" % (found["mode"], 2 if found["mode"] in _KNOWN_MODES else 0)
        colour = b"0000/0000/0000" if found["colour"] == b"11" else b"cccc/cccc/cccc"
        return b"\x1b]%s;rgb:%s\x1b\\" % (found["colour"], colour)

    def resize(self, cols: int, rows: int) -> None:
        """Another size, as when a person pulls at the window."""
        self._screen.resize(lines=rows, columns=cols)

    @property
    def lines(self) -> list[str]:
        """What stands on the screen, without the blanks at the ends of lines."""
        changed, rows = self._screen.dirty, self._screen.lines
        if len(self._lines) != rows:
            self._lines, changed = [""] * rows, set(range(rows))
        for row in changed:
            self._lines[row] = self._line(row)
        self._screen.dirty.clear()
        return list(self._lines)

    def _line(self, row: int) -> str:
        """A wide character takes two cells; the second one is empty."""
        cells = self._screen.buffer[row]
        return "".join(cells[column].data for column in range(self._screen.columns)).rstrip()

    @property
    def pictures(self) -> list[str]:
        """Each row with a mark for the look of every cell: two equal rows look the same, colours included."""
        return [self._picture(row) for row in range(self._screen.lines)]

    def _picture(self, row: int) -> str:
        cells = self._screen.buffer[row]
        return "".join(
            chr(0x100 + hash(cells[column]) % 0xD000) if column in cells else " "
            for column in range(self._screen.columns)
        )

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column of the terminal's own cursor, from 0."""
        return self._screen.cursor.y, self._screen.cursor.x
