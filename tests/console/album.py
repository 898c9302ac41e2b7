"""Several pictures of one console that is running, each kept under a name of its own."""

from __future__ import annotations

from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot


class Album:
    """The pictures of one test. All that changed are told at the end, not only the first."""

    def __init__(self, snapshot: SnapshotAssertion) -> None:
        self._kept = snapshot.use_extension(SVGImageExtension)
        self._changed: list[str] = []

    async def take(self, pilot: Pilot[str], name: str) -> None:
        """Compare what is on the screen, once nothing moves any more."""
        await pilot.pause()
        await pilot.wait_for_scheduled_animations()
        if self._kept(name=name) != pilot.app.export_screenshot(simplify=True):
            self._changed.append(name)

    def check(self) -> None:
        assert not self._changed, f"these pictures changed: {', '.join(self._changed)}"
