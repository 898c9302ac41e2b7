"""Passwords: what is accepted, how a hub keeps one, and the key that is derived from one (argon2id, RFC 9106).

The library is loaded with the first password: most seats and feeds never see one."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from data.models.base import Value
from data.store.key import KEY_BYTES, Key

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST_LETTERS, MOST_LETTERS = 8, 200
SALT_BYTES = 16


class Cost(Value):
    """What deriving a key takes: memory in KiB, passes, lanes. RFC 9106's second choice: 64 MiB and about 0.2 s."""

    memory_kib: int = 65536
    passes: int = 3
    lanes: int = 4


COST = Cost()
"""Of passwords that are kept, and of keys that are derived, from now on."""


def prepared(password: str) -> str:
    """A password as it is compared: letters that look the same are the same, whatever keyboard they were typed on."""
    return unicodedata.normalize("NFC", password)


def unfit(password: str) -> str:
    """Why a new password is not accepted, in a sentence; empty when it is."""
    letters = len(prepared(password))
    if letters < LEAST_LETTERS:
        return f"A password has at least {LEAST_LETTERS} letters: choose a longer one, a few words do well."
    if letters > MOST_LETTERS:
        return f"A password has at most {MOST_LETTERS} letters: choose a shorter one."
    if any(unicodedata.category(letter) == "Cc" for letter in password):
        return "A password is one line of letters and signs: leave out what cannot be seen."
    return ""


def kept(password: str) -> str:
    """A password as a hub keeps it: salted, and of no use to who reads it."""
    return _hasher().hash(prepared(password))


def fits(stored: str, password: str) -> bool:
    """Whether a password is the one that was kept."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(stored, prepared(password))
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Whether a kept password was derived at another cost than now."""
    return _hasher().check_needs_rehash(stored)


def derived(password: str, salt: bytes, cost: Cost) -> Key:
    """The key that a password and a salt make."""
    from argon2.low_level import Type, hash_secret_raw

    raw = hash_secret_raw(
        prepared(password).encode(), salt, cost.passes, cost.memory_kib, cost.lanes, KEY_BYTES, Type.ID
    )
    return Key(raw)


def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(COST.passes, COST.memory_kib, COST.lanes)
