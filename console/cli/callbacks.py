"""`callbacks`: who is still to be called back, as a table or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.cli.shared import DataDir, Json, folder_of, open_store, say, settings_of, shown

if TYPE_CHECKING:
    from data.callbacks.rules import CallbackLine


def callbacks(data_dir: DataDir = None, as_json: Json = False) -> None:
    """The callbacks that are still to be made.

    Everybody's, overdue ones first.
    """
    from data.callbacks.callbacks import due
    from data.callbacks.rules import attempts_left, standing, tries
    from data.clock import SYSTEM_CLOCK
    from data.customers.phone import display
    from data.models.base import instant_text

    most = settings_of(folder_of(data_dir)).callback_attempts
    now = SYSTEM_CLOCK.now()

    def shape(line: CallbackLine) -> dict[str, Any]:
        callback = line.callback
        return {
            "id": callback.id,
            "standing": str(standing(callback, now)),
            "due_at": instant_text(callback.due_at),
            "until": instant_text(callback.until) if callback.until is not None else None,
            "number": callback.number,
            "zone": callback.zone,
            "flagged": callback.flagged,
            "customer_id": callback.customer_id,
            "customer": line.customer,
            "ticket": line.ticket,
            "about": callback.about,
            "for": callback.for_agent,
            "attempts": tries(line.attempts),
            "attempts_left": attempts_left(line.attempts, most),
        }

    def told(line: CallbackLine) -> str:
        callback = line.callback
        cells = (
            f"{standing(callback, now):<8}",
            f"{callback.due_at.astimezone():%Y-%m-%d %H:%M}",
            f"{shown(display(callback.number)):<18}",
            f"{tries(line.attempts)} of {most}",
            f"{shown(line.customer or '–'):<24}",
            shown(callback.about),
        )
        return "  ".join(cells).rstrip()

    with open_store(data_dir) as store:
        found = due(store, None, now)
    say(
        as_json,
        [shape(line) for line in found],
        lambda: "\n".join(map(told, found)) or "No callback is promised.",
    )
