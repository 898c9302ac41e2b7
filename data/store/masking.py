"""Card numbers are masked at the door to every file, here for the bodies of entities (TICK-4)."""

from __future__ import annotations

from typing import Any

from data.models.base import Entity
from data.text.cards import mask_cards, mask_everything

_TELLING = 8
"""So many last digits in common, and one number was read from the other."""


def masked_body(model: type[Entity], body: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A body, whole or a patch, without card numbers, and the names of the fields that held one."""
    clean = dict(body)
    for name in model.free_text & body.keys():
        clean[name] = mask_everything(body[name])
    for name in model.phone_text & body.keys():
        clean[name] = _phones(body[name])
    return clean, [name for name, value in clean.items() if value != body[name]]


def _phones(value: Any) -> Any:
    """Where a telephone number belongs only what is none is masked: one may look like a card by chance."""
    match value:
        case str():
            return value if mask_cards(value) == value else _as_kept(value, "")
        case list():
            return [_phones(one) for one in value]
        case {"raw": str(raw)}:
            kept = raw if mask_cards(raw) == raw else _as_kept(raw, value.get("e164") or "")
            return {**value, "raw": kept, "note": mask_everything(value.get("note", ""))}
        case _:
            return value


def _as_kept(text: str, e164: str) -> str:
    """`agent:` and `queue:` stand before ids, to which a call goes. `e164`: what the text was read as, where that is
    known; the rules of its country are not."""
    from data.customers.phone import as_kept, normalise

    if text.startswith(("agent:", "queue:")):
        return text
    digits = "".join(char for char in text if char.isdigit())
    return as_kept(text, e164 if e164 and digits.endswith(e164[-_TELLING:]) else normalise(text))
