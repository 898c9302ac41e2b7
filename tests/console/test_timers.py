"""A timer that rings once rings, also when its time is over before it begins."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual import _time
from textual.app import App
from textual.notifications import Notification
from textual.timer import Timer

from console import timers

TURNS = 1000
"""A timer that asks for the time so often without ringing never ends."""


class Endless(Exception):
    """Stands for a loop that would not end."""


def _rings(delay: float, monkeypatch: pytest.MonkeyPatch, began_late_s: float = 0.0) -> bool:
    """Whether a timer with this delay rings."""
    asked = 0
    clock = _time.get_time

    def get_time() -> float:
        nonlocal asked
        asked += 1
        if asked > TURNS:
            raise Endless
        return clock() + (began_late_s if asked > 1 else 0)

    async def run() -> bool:
        app: App[None] = App()
        rang: list[bool] = []
        async with app.run_test():
            timer = Timer(app, delay, callback=lambda: rang.append(True), repeat=0)
            monkeypatch.setattr(_time, "get_time", get_time)
            await timer._run_timer()
            monkeypatch.setattr(_time, "get_time", clock)
        return bool(rang)

    return asyncio.run(run())


@pytest.mark.parametrize("delay", [-0.5, 0.0, 0.01])
def test_a_timer_rings_once(delay: float, monkeypatch: pytest.MonkeyPatch) -> None:
    timers.never_skip_once()
    assert _rings(delay, monkeypatch)
    assert _rings(delay, monkeypatch, began_late_s=0.2)


def test_textual_still_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Timer, "__init__", timers.textual_init)
    assert not _rings(0.01, monkeypatch, began_late_s=0.2)
    with pytest.raises(Endless):
        _rings(-0.5, monkeypatch)


async def test_a_toast_whose_time_ran_out_while_it_was_taken_along_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    from textual.widgets._toast import Toast

    timers.never_skip_once()
    app: App[Any] = App()
    async with app.run_test() as pilot:
        late = Notification("late", timeout=-1)
        toast = Toast(late)
        await app.screen.mount(toast)
        await pilot.pause(0.1)
        assert not app.screen.query(Toast)
