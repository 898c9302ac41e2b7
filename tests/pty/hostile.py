"""Names that a telephone exchange might pass on and texts that somebody might paste, made to break screens."""

from __future__ import annotations

import json
from pathlib import Path

NAMES = (
    "[bold red]Ann[/] [/] [/bold] [link=https://example.com]press[/link]",
    "[/]",
    "[@click=app.quit]quit[/]",
    "\x1b[31;1mred\x1b[0m \x1b]0;title\x07 \x1b[2J\x1b[H",
    "\x9b31m one byte \x9d0;title\x9c",
    "\x1bc reset \x1b(0 lines \x0e\x0f shifted",
    "two\r\nlines\tand a tab\x0b\x0c",
    "bell\x07 back\x08\x08\x08 nul\x00 delete\x7f",
    "\u202esdrawkcaB\u202c \u2067mid\u2069 \u200f\u061c",
    "שלום עולם عربي 王小明 ﷽",
    "👩‍🔧👨‍👩‍👧‍👦🏳️‍🌈 ḙ̷̢̛͓̮́ e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
    "line\u2028separator\u2029paragraph\x85next\ufeff",
    "'; DROP TABLE contact; -- \" OR 1=1 NEAR( * ^ : {a b}",
    '=HYPERLINK("https://example.com") ${jndi:ldap://example.com} %s %n {0} $x',
    "W" * 300,
    "\ufffd\ud7ff\ue000 private \U000e0041\U000e0042",
)

TAKEN = (
    "[@click=app.quit]Ann[/] \x1b[31;1mred\x1b[0m \x1b]0;title\x07 \x1b[2J",
    "\x9b31m \x9d0;title\x9c \u202esdrawkcaB\u202c two\r\nlines\t\x00 4111 1111 1111 1111",
    "👩‍🔧👨‍👩‍👧‍👦 e\u0301\u0301\u0301\u0301\u0301\u0301 \u2067mid\u2069 [/] $x %s",
)
"""Those whose call is taken, so that the name goes everywhere: three that have it all."""


def big_list(corpora: Path) -> list[str]:
    """The Big List of Naughty Strings."""
    strings: list[str] = json.loads((corpora / "naughty" / "blns.json").read_text(encoding="utf-8"))
    return strings
