"""Why a figure is what it is: its formula, and what it was counted from."""

from __future__ import annotations

from datetime import datetime

from data.queue.figures import FigureRow

FORMULAS = {
    "SL1": "(answered + abandoned, both within the threshold) / (answered + abandoned)",
    "SL2": "answered within the threshold / answered",
    "SL3": "answered within the threshold / (answered + abandoned)",
    "SL4": "answered within the threshold / (answered + abandoned after it)",
    "SL5": "(answered within the threshold + short abandons) / (answered + abandoned)",
    "SL6": "answered within the threshold / (answered + abandoned − short abandons)",
}


def explain(row: FigureRow, field: str) -> str:
    """One sentence about a figure of a row.

    Raises:
        KeyError: this figure has no formula.
    """
    counts = f"{row.answered} answered, {row.abandoned} abandoned of {row.offered} offered"
    told = {
        "service_level": f"{row.service_level_formula} within {row.threshold_s:g} s = "
        f"{FORMULAS[row.service_level_formula]} = {_percent(row.service_level)}; {counts}",
        "abandonment_rate": f"abandoned / (answered + abandoned) = {row.abandoned} / ({row.answered} + {row.abandoned})"
        f" = {_percent(row.abandonment_rate)}",
        "asa_s": f"ASA = total wait of answered / answered = {_seconds(row.asa_s, row.answered)} / {row.answered}"
        f" = {_one(row.asa_s)}",
        "aht_s": f"AHT = (talk + hold + wrap-up) / handled = {_one(row.aht_s)}, of the calls whose end was seen",
        "longest_wait_s": f"longest wait of {row.offered} offered = {_one(row.longest_wait_s)}",
        "max_queue": f"most who waited at once = {row.max_queue if row.max_queue is not None else '–'}{_at(row.max_queue_at)}",
    }
    return told[field]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f} %"


def _one(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.1f} s"


def _seconds(mean: float | None, count: int) -> str:
    return "–" if mean is None else f"{mean * count:,.0f} s"


def _at(moment: datetime | None) -> str:
    return f", first at {moment:%H:%M:%S}" if moment is not None else ""
