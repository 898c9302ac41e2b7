"""The keys as this seat has them: the tables of `actions` with what the `keys` setting changes.

Whatever names a key on the screen asks here, so that help, hints and notices say the key that works."""

from __future__ import annotations

import difflib
import string
from collections.abc import Iterator, Mapping

from textual.app import App
from textual.keys import REPLACED_KEYS, key_to_character

from console import actions
from console.actions import Action, Place
from console.settings import SettingsError

WRITTEN = {"escape": "esc", "pageup": "page up", "pagedown": "page down"}
STAYING = frozenset(
    [
        "escape",
        "enter",
        "tab",
        "shift+tab",
        "up",
        "down",
        "left",
        "right",
        "home",
        "end",
        "pageup",
        "pagedown",
        "backspace",
        "delete",
    ]
)
"""What lists, fields and dialogs need."""
CTRL = {
    **dict.fromkeys("ab", "screen and tmux wait for it"),
    **dict.fromkeys("cz", "it ends or stops programs"),
    "h": "a terminal sends it for backspace",
    "i": "a terminal sends it for tab",
    **dict.fromkeys("jm", "a terminal sends it for enter"),
    "s": "it stops the terminal's output",
    "v": "terminals paste with it",
    **dict.fromkeys("defkuwxy", "it edits the text in a field"),
}
"""Letters that cannot be had with ctrl, and why."""


class KeysError(SettingsError):
    """Keys that cannot be used; the message says which, why, and what could be done."""


class Keys:
    """Which key does what at this seat. Called with an action's id, it says how its key is written."""

    def __init__(self, changed: Mapping[str, str] | None = None) -> None:
        """`changed`: keys by action id, parted by commas, as in the settings.

        Raises:
            KeysError: an action or a key does not exist, cannot be used, or would clash.
        """
        self.changed: dict[str, str] = {}
        """What differs from the tables, for Textual's keymap."""
        for name, text in (changed or {}).items():
            self.changed[name] = ",".join(_keys(_action(name), text))
        for place in actions.PLACES:
            if clash := _clash(self._heard(place)):
                key, one, other = clash
                raise KeysError(
                    f"Setting 'keys': {key_text(key)} would be both {one} and {other}; give one of them another key."
                )

    def __call__(self, action: str) -> str:
        return key_text(self.of(action)[0])

    def of(self, action: str) -> list[str]:
        """All keys of an action, as Textual names them."""
        return self.changed.get(action, actions.BY_ID[action].keys).split(",")

    def written(self, action: str) -> list[str]:
        """All keys of an action, as they are written."""
        return [key_text(key) for key in self.of(action)]

    def _heard(self, place: Place) -> Iterator[tuple[str, Action]]:
        """Every key that is heard in a place, innermost first."""
        inner: Place | None = place
        typing = False
        while inner is not None:
            for action in inner.actions:
                for key in self.of(action.id) if not action.fixed else action.keys.split(","):
                    if not (typing and _is_text(key)):
                        yield key, action
            typing = typing or inner.typing
            inner = (
                next((one for one in actions.PLACES if one.name == inner.inside), None) if inner.inside else None
            )


def of(app: App[object]) -> Keys:
    """The keys of the running console."""
    found = getattr(app, "keys", None)
    return found if isinstance(found, Keys) else Keys()


def key_text(key: str) -> str:
    """A key as it stands on the screen: `F10`, `^k`, `/`, `esc`."""
    if key in WRITTEN:
        return WRITTEN[key]
    if key[0] == "f" and key[1:].isdigit():
        return key.upper()
    if key.startswith("ctrl+"):
        return f"^{key[5:]}"
    return key if key == "space" else _sign(key) or key


def _sign(key: str) -> str | None:
    """What a key types: `/` for slash; None for a key that types nothing."""
    sign = key if len(key) == 1 else key_to_character(REPLACED_KEYS.get(key, key))
    return sign if sign is not None and sign.isprintable() else None


def _is_text(key: str) -> bool:
    """Whether a key types something in a field."""
    return key == "space" or _sign(key) is not None


def _action(name: str) -> Action:
    if name in actions.REMAPPABLE:
        return actions.REMAPPABLE[name]
    if name in actions.BY_ID:
        raise KeysError(f"Setting 'keys': {key_text(name)} always stays what it is; leave it out.")
    near = difflib.get_close_matches(name, actions.REMAPPABLE, 1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    raise KeysError(f"Setting 'keys': no action is called '{name}'; {hint}docs/keys.md lists them all.")


def _keys(action: Action, text: str) -> list[str]:
    keys = [key.strip() for key in text.split(",")] if text != "," else [","]
    for key in keys:
        if key not in action.keys.split(",") and (why := _unusable(key) or _unfit(action, key)):
            raise KeysError(f"Setting 'keys', {action.id} = '{text}': {why}.")
    return keys


def _unusable(key: str) -> str:
    """Why no terminal, or not every one, brings this key to us; nothing when it can be had."""
    if key in STAYING:
        return f"{key_text(key)} belongs to lists, fields and dialogs and stays there"
    if key.startswith("f") and key[1:].isdigit():
        return "" if 1 <= int(key[1:]) <= 12 else "only F1 to F12 reach every terminal"
    if key.startswith("ctrl+"):
        letter = key[5:]
        if len(letter) != 1 or letter not in string.ascii_lowercase:
            return f"a terminal cannot send {key}; with ctrl it sends letters only"
        return f"{key} cannot be had ({CTRL[letter]}); take another letter" if letter in CTRL else ""
    if "+" in key and len(key) > 1:
        return f"not every terminal can send {key}; take a letter, a function key, or ctrl and a letter"
    if key == "insert" or (_is_text(key) and key.isprintable()):
        return ""
    return f"no key is called '{key}'; write a letter, f1 to f12, ctrl+letter, space, or a sign such as ?"


def _unfit(action: Action, key: str) -> str:
    """Why this key is not for this action."""
    if _is_text(key) and (action.priority or action in (actions.KEEP, actions.WARM)):
        return f"{action.id} works while text is typed, so it needs a function key or ctrl and a letter"
    return ""


def _clash(heard: Iterator[tuple[str, Action]]) -> tuple[str, str, str] | None:
    known: dict[str, Action] = {}
    for key, action in heard:
        other = known.setdefault(_sign(key) or key, action)
        if other is not action:
            return key, action.label, other.label
    return None
