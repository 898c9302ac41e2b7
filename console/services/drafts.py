"""What an agent has begun to type outside the ticket form, and where the hands were: kept like the form itself.

A dialog gets a `Slip`: what it was left with, and whom to tell of each change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from console.services.keeper import Keeper
from console.services.seat import Seat
from data.desk import drafts
from data.desk.drafts import Draft, DraftKind, draft_id
from data.store.database import Store

P = ParamSpec("P")
T = TypeVar("T")
PLACE, SEARCH = draft_id(DraftKind.PLACE), draft_id(DraftKind.SEARCH)


class Drafts:
    """The drafts of one agent."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._drafts: dict[str, Draft] = {}
        self._typed: set[str] = set()
        """Ids of what has changed since it was written."""
        self._keeper = Keeper(seat, self.keep)

    async def start(self) -> None:
        """Take up what the last session left."""
        self._drafts = {draft.id: draft for draft in await self._seat.read(drafts.of_agent, self._seat.me)}

    async def close(self) -> None:
        """Write what is being typed."""
        await self._keeper.close()

    async def written(self) -> bool:
        """Whether every draft is in the store; what is not, is written first if it can be."""
        return await self._keeper.now()

    def get(self, draft: str) -> Draft | None:
        """A draft by its id, when there is one."""
        return self._drafts.get(draft)

    def holds(self, kind: DraftKind, about: str) -> bool:
        """Whether text was begun of this kind about something."""
        found = self._drafts.get(draft_id(kind, about))
        return found is not None and any(text.strip() for text in found.fields.values())

    def begun(self, beginning: str) -> bool:
        """Whether there is a draft whose id begins so."""
        return any(draft.startswith(beginning) for draft in self._drafts)

    @property
    def shown(self) -> list[Draft]:
        """The drafts that were on the screen."""
        return [draft for draft in self._drafts.values() if draft.open]

    # typing

    def typed(
        self, draft: str, fields: Mapping[str, str], focus: str, cursor: tuple[int, int], *, shown: bool
    ) -> None:
        """Something was typed or moved: remembered now, written soon."""
        self._drafts[draft] = Draft(
            id=draft,
            agent=self._seat.me,
            fields=dict(fields),
            focus=focus,
            cursor=cursor,
            open=shown,
            updated_at=self._seat.clock.now(),
        )
        self._changed(draft)

    def place(self, widget_id: str) -> None:
        """The keys go to this widget now."""
        known = self._drafts.get(PLACE)
        if known is None or known.focus != widget_id:
            self.typed(PLACE, {}, widget_id, (0, 0), shown=False)

    def sought(self, query: str | None, cursor: int) -> None:
        """What stands in the search box; None when it is closed."""
        if query is None:
            self.discard(SEARCH)
        else:
            self.typed(SEARCH, {"text": query}, "text", (0, cursor), shown=True)

    def discard(self, draft: str) -> None:
        """It is worth nothing any more."""
        if self._drafts.pop(draft, None) is not None:
            self._changed(draft)

    def discard_all(self, beginning: str) -> None:
        """The same for every draft whose id begins so."""
        for draft in [one for one in self._drafts if one.startswith(beginning)]:
            self.discard(draft)

    def _changed(self, draft: str) -> None:
        self._typed.add(draft)
        self._keeper.soon()

    async def keep(self) -> None:
        """Write everything that has changed."""
        while self._typed:
            names, self._typed = self._typed, set()
            changed = {name: self._drafts.get(name) for name in sorted(names)}
            try:
                await self._seat.read(drafts.keep_all, self._seat.me, changed, self._seat.clock)
            except BaseException:
                self._typed |= names
                raise

    async def finish(
        self, draft: str, work: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do what a draft was for, and take it away with it. It stays when that goes wrong.

        Raises:
            Exception: whatever `work` raises.
        """
        known = self._drafts.pop(draft, None)
        self._typed.discard(draft)
        try:
            return await self._seat.write(
                lambda store: drafts.finish(store, draft, self._seat.me, work, *args, **kwargs)
            )
        except BaseException:
            if known is not None and draft not in self._drafts:
                self._drafts[draft] = known
                self._changed(draft)
            raise


class Slip:
    """One draft as its dialog sees it."""

    def __init__(self, drafts: Drafts, draft: str) -> None:
        self._drafts = drafts
        self.id = draft
        left = drafts.get(draft)
        self.fields: Mapping[str, str] = left.fields if left is not None else {}
        """What it was left with; empty: it is begun now."""
        self.focus = left.focus if left is not None else ""
        self.cursor = left.cursor if left is not None else (0, 0)
        self.kept_at: datetime | None = left.updated_at if left is not None and left.fields else None

    def typed(self, fields: Mapping[str, str], focus: str, cursor: tuple[int, int]) -> None:
        """The dialog stands so now."""
        self._drafts.typed(self.id, fields, focus, cursor, shown=True)

    def close(self, fields: Mapping[str, str], focus: str, cursor: tuple[int, int]) -> None:
        """The dialog goes; the texts stay for the next time."""
        self._drafts.typed(self.id, fields, focus, cursor, shown=False)

    def discard(self) -> None:
        """Nothing in it is worth keeping."""
        self._drafts.discard(self.id)
