"""How alike two names are, whatever the order of their words: the measures of rapidfuzz's `token_sort_ratio` and
`token_set_ratio`, which a test compares them with. The console compares some forty names a form, and the library would
take 4 MB of it for the shift."""

from __future__ import annotations

from collections.abc import Sequence


def sorted_likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """How alike the words are in the order of the alphabet; 100 is the same, 0 has not a letter in common."""
    first, second = " ".join(sorted(one)), " ".join(sorted(other))
    return _share(_apart(first, second), len(first) + len(second))


def shared_likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """The same, where words that both have count once and what one has beside them counts for little. At least one word
    is in both."""
    shared = " ".join(sorted(set(one) & set(other)))
    mine, theirs = " ".join(sorted(set(one) - set(other))), " ".join(sorted(set(other) - set(one)))
    if not mine or not theirs:
        return 100.0
    common = len(shared)
    whole_mine, whole_theirs = common + 1 + len(mine), common + 1 + len(theirs)
    return max(
        _share(_apart(mine, theirs), whole_mine + whole_theirs),
        _share(1 + len(mine), common + whole_mine),
        _share(1 + len(theirs), common + whole_theirs),
    )


def _share(apart: int, letters: int) -> float:
    return 100.0 * (1 - apart / letters) if letters else 100.0


def _apart(one: str, other: str) -> int:
    """How many letters are to be taken out and put in to make one of the other: what is in no longest common
    subsequence, found a whole row at a time (Hyyrö 2004)."""
    places: dict[str, int] = {}
    for place, letter in enumerate(one):
        places[letter] = places.get(letter, 0) | 1 << place
    row = every = (1 << len(one)) - 1
    for letter in other:
        met = row & places.get(letter, 0)
        row = (row + met) | (row - met)
    common = (~row & every).bit_count()
    return len(one) + len(other) - 2 * common
