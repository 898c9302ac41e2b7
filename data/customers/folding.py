"""Words as people type them: small letters without accents, whatever the script.

The same folding makes the words of the index and the words of a query, so that José, JOSE and Jose\u0301 meet.
Every word consists of letters and digits alone: nothing that was typed can be search syntax."""

from __future__ import annotations

import re
import unicodedata

LONGEST_WORD = 40
"""Letters of a word that count; what follows is not indexed and not compared."""
MOST_WORDS = 64
"""Words of one text that are indexed."""

_APOSTROPHES = "'\u2019\u2018\u02bc\u02b9`\u00b4"
_INNER_APOSTROPHE = re.compile(rf"(?<=[^\W_])[{_APOSTROPHES}](?=[^\W_])")
_ANY_APOSTROPHE = re.compile(rf"[{_APOSTROPHES}]")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(
    # Scripts written without spaces: Thai to Myanmar, Khmer, Japanese, Chinese, Korean names.
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    r"\U00020000-\U0003ffff]"
)
_STROKES = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ı": "i",
        "ŧ": "t",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ĸ": "k",
    }
)
_MOST_ENDINGS = 24


def words_of(text: str) -> list[str]:
    """The words of a text in order, folded. An apostrophe inside a word joins (O'Brien is `obrien`)."""
    if text.isascii():
        plain = text.lower()
        if "'" in plain or "`" in plain:
            plain = _INNER_APOSTROPHE.sub("", plain)
        words = _ASCII_WORD.findall(plain)
    else:
        words = _WORD.findall(_INNER_APOSTROPHE.sub("", _plain(text)))
    return words if len(text) <= LONGEST_WORD else [word[:LONGEST_WORD] for word in words]


def _plain(text: str) -> str:
    """Without case, accents, strokes and invisible characters."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(char for char in folded if char.isascii() or unicodedata.category(char) not in _DROPPED)
    return unicodedata.normalize("NFC", kept.translate(_STROKES))


_DROPPED = frozenset({"Mn", "Mc", "Me", "Cf"})


def indexed_words(text: str) -> list[str]:
    """The words under which a text is found: its own, what follows an apostrophe (`brien`), and in scripts
    without spaces what follows each character, so that a given name is found without the family name."""
    if not text:
        return []
    words = words_of(text)[:MOST_WORDS]
    if text.isascii() and "'" not in text and "`" not in text:
        return words
    more: list[str] = []
    if _ANY_APOSTROPHE.search(text):
        for part in _ANY_APOSTROPHE.split(text)[1:]:
            more += [word for word in words_of(part)[:1] if len(word) >= 3]
    for word in words:
        if _UNSPACED.search(word):
            more += [word[at:] for at in range(1, min(len(word), _MOST_ENDINGS)) if _UNSPACED.match(word, at)]
    return list(dict.fromkeys(words + more))[: 2 * MOST_WORDS]


def account_key(text: str) -> str:
    """An account as it is compared: letters and digits only, so that `A-207 18` and `a20718` are one."""
    return "".join(words_of(text))[:LONGEST_WORD]
