"""The script of the thing in hand: answers, the way back, other playbooks; what it asks of the phone and of the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Concatenate, ParamSpec

from console.messages import ScriptAsks
from console.services.desk import Desk
from console.services.drafts import Drafts
from console.services.phone import Phone
from console.services.seat import Seat
from data.billing.receipt import Receipt
from data.billing.receipt_files import save_receipt
from data.desk.drafts import DraftKind, draft_id
from data.desk.journal import DeskItem
from data.playbook.engine import Needs, Turn
from data.store.database import Store

P = ParamSpec("P")


def answer_draft(item_id: str, card: str, key: str) -> str:
    """The draft of what an answer needs."""
    return draft_id(DraftKind.ANSWER, f"{item_id}/{card}/{key}")


class Script:
    """What an agent does with the script. One step after the other: two keys are two answers, in their order."""

    def __init__(
        self, seat: Seat, desk: Desk, phone: Phone, drafts: Drafts, show_customer: Callable[[], Awaitable[None]]
    ) -> None:
        self._seat = seat
        self._desk = desk
        self._phone = phone
        self._drafts = drafts
        self._show_customer = show_customer
        self._turn = asyncio.Lock()

    async def needs(self, key: str) -> Needs:
        """What an answer needs before it is taken.

        Raises:
            ScriptError: there is no such answer here.
        """
        item = self._at("")
        return await self._seat.read(self._seat.engine.needs, item, key) if item is not None else Needs("")

    async def answered(self, key: str, card: str = "") -> None:
        """An answer was given: what it needs is asked first. `card`: the one that the agent saw it on."""
        async with self._turn:
            item = self._at(card)
            if item is None:
                return
            needs = await self._seat.read(self._seat.engine.needs, item, key)
            if needs.asked and item.run is not None:
                self._seat.post(ScriptAsks(item.id, item.run.step.card, key, needs.label, needs.asked, needs.due))
                return
            await self._step(self._seat.engine.answer, item, "", key, {})

    async def given(self, card: str, key: str, values: Mapping[str, str], item_id: str = "") -> None:
        """What an answer needed was given. `item_id`: the thing that was in hand when it was asked."""
        async with self._turn:
            item = self._at(card)
            if item is None or item_id not in ("", item.id):
                self._seat.tell("The script has gone on meanwhile: answer once more.", "warning")
                return
            draft = answer_draft(item.id, card, key)
            await self._step(self._seat.engine.answer, item, draft, key, values)

    async def back(self) -> None:
        """One card back."""
        async with self._turn:
            item = self._desk.item
            if item is not None and item.run is not None:
                await self._step(self._seat.engine.back, item, "")

    async def jump(self, card: str) -> None:
        """To any card of the script."""
        async with self._turn:
            item = self._desk.item
            if item is not None and item.run is not None:
                await self._step(self._seat.engine.jump, item, "", card)

    async def open(self, playbook: str, card: str = "") -> None:
        """Open another playbook on the thing in hand, at its first card or at another; the one that runs is
        interrupted."""
        async with self._turn:
            item = self._desk.item
            if item is None:
                self._seat.tell("There is nothing in hand: open a contact or a ticket first.", "warning")
                return
            await self._step(self._seat.engine.begin, item, "", playbook, card)

    async def leave(self) -> None:
        """Back to the script that was interrupted."""
        async with self._turn:
            item = self._desk.item
            if item is not None and item.run is not None:
                await self._step(self._seat.engine.leave, item, "")

    def _at(self, card: str) -> DeskItem | None:
        """The thing in hand, if it stands on this card."""
        item = self._desk.item
        if item is None or item.run is None or (card and item.run.step.card != card):
            return None
        return item

    async def _step(
        self,
        work: Callable[Concatenate[Store, DeskItem, P], Turn],
        item: DeskItem,
        draft: str,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        await self._desk.keep()
        item = self._desk.item or item
        if draft:
            turn = await self._drafts.finish(draft, work, item, *args, **kwargs)
        else:
            turn = await self._seat.write(work, item, *args, **kwargs)
        self._desk.take_over(turn.item)
        self._phone.heed(turn.requests)
        for sentence in turn.told:
            self._seat.tell(sentence, "warning")
        await self._desk.show()
        await self._show_customer()
        for receipt in turn.receipts:
            await self._save(receipt)

    async def _save(self, receipt: Receipt) -> None:
        """Save a receipt, on a thread of its own: letters are measured and the disk is waited for."""
        folder = self._seat.receipts
        if folder is None:
            self._seat.tell("The receipt is in the books; as a file it needs a folder in the setting receipts.")
            return
        files = await asyncio.to_thread(save_receipt, folder, receipt, self._seat.settings.receipt_font)
        self._seat.tell(f"Saved: {files.pdf}")
