"""The key of an encrypted store: 32 random bytes, never derived from anything that a person remembers."""

from __future__ import annotations

import secrets

KEY_BYTES = 32


class Key:
    """A raw key. It shows itself nowhere: not in a log, not in a traceback."""

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes) -> None:
        """Raises ValueError when it has another length than KEY_BYTES."""
        if len(raw) != KEY_BYTES:
            raise ValueError("a key has 32 bytes")
        self._raw = raw

    @classmethod
    def fresh(cls) -> Key:
        """A new random key."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def from_hex(cls, text: str) -> Key:
        """The key that `hex` wrote.

        Raises:
            ValueError: it is none.
        """
        return cls(bytes.fromhex(text))

    @property
    def hex(self) -> str:
        """The key as hexadecimal digits."""
        return self._raw.hex()

    def __repr__(self) -> str:
        return "Key(…)"
