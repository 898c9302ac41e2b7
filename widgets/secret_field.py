"""A field for a password: what is typed is neither shown, copied, nor kept for taking back."""

from __future__ import annotations

from rich.text import Text

from widgets.fields import LineField

SHOWN = "•"


class SecretField(LineField):
    """One line that nobody reads."""

    def replace(self, text: str, start: int, end: int) -> None:
        """Put a text in the place of another; no step of it is remembered."""
        super().replace(text, start, end)
        self._past.clear()
        self._future.clear()

    @property
    def _value(self) -> Text:
        return Text(SHOWN * len(self.value), no_wrap=True, overflow="ignore", end="")

    def action_copy(self) -> None:
        """Nothing is copied."""

    def action_cut(self) -> None:
        """What is selected goes, and is copied nowhere."""
        self.delete_selection()

    def taken(self) -> str:
        """What was typed; the field is empty afterwards."""
        typed, self.value = self.value, ""
        return typed
