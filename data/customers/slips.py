"""Typing mistakes: one letter too many, too few, another one, or two swapped.

Each known word is stored under what remains when one letter is left out. A mistyped word shares one of these keys
with the word that was meant, so a handful of B-tree probes finds it (symmetric deletes, W. Garbe 2012)."""

from __future__ import annotations

from data.store.driver import Connection

SHORTEST, LONGEST = 4, 24
"""Letters of words that are corrected: shorter ones are like too many others."""

_MOST_CANDIDATES = 24
_FORGIVING = 8
"""From this length on two mistakes may be corrected, where they share a key."""


def one_less(word: str) -> set[str]:
    """What remains of a word when one of its letters is left out; nothing for very short and very long words."""
    if not SHORTEST <= len(word) <= LONGEST or word.isdigit():
        return set()
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def within_one(typed: str, word: str) -> bool:
    """Whether one letter added, left out, replaced, or two neighbours swapped lead from one to the other."""
    if abs(len(typed) - len(word)) > 1:
        return False
    start = 0
    while start < min(len(typed), len(word)) and typed[start] == word[start]:
        start += 1
    left, right = typed[start:], word[start:]
    if len(left) == len(right):
        return left[1:] == right[1:] or (left[:2] == right[:2][::-1] and left[2:] == right[2:])
    return left[1:] == right if len(left) > len(right) else left == right[1:]


def close_words(connection: Connection, typed: str) -> list[str]:
    """The known words of names that a mistyped word may have meant, nearest first; never the word itself."""
    keys = sorted(one_less(typed))
    if not keys:
        return []
    marks = ", ".join("?" * len(keys))
    known = connection.execute(
        f"SELECT word FROM customer_word WHERE kind = 0 AND word IN ({marks})"  # noqa: S608
        f" UNION SELECT word FROM customer_slip WHERE key IN ({marks}, ?) LIMIT 500",
        [*keys, *keys, typed],
    ).fetchall()
    near = {row[0]: within_one(typed, row[0]) for row in known if row[0] != typed}
    kept = [word for word, one in near.items() if one or len(typed) >= _FORGIVING]
    return sorted(kept, key=lambda word: (not near[word], word[:1] != typed[:1], word))[:_MOST_CANDIDATES]
