"""Conduct at a seat: the abuse card at a key, and the person to call when nothing written fits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from console.services.desk import Desk
from console.services.drafts import Drafts
from console.services.script import Script
from console.services.seat import Seat
from data.conduct import people
from data.conduct.policy import PersonToCall

PLAYBOOK, ABUSE = "conduct", "abuse"
ABUSE_CARDS = frozenset({ABUSE, "policy"})


class Conducts:
    """What an agent does about conduct."""

    def __init__(self, seat: Seat, desk: Desk, script: Script, drafts: Drafts) -> None:
        self._seat = seat
        self._desk = desk
        self._script = script
        self._drafts = drafts

    async def abuse(self) -> bool:
        """Open the conduct playbook at its abuse card; where it is open there already, only say so. False: there is no
        contact or ticket in hand."""
        item = self._desk.item
        if item is None:
            self._seat.tell("There is nothing in hand: answer a contact, or open its ticket first.", "warning")
            return False
        run = item.run
        if run is None or run.playbook != PLAYBOOK:
            await self._script.open(PLAYBOOK, ABUSE)
        elif run.step.card not in ABUSE_CARDS:
            await self._script.jump(ABUSE)
        else:
            self._seat.tell("Noted already, and the leader knows: go on with the card.")
        return True

    @property
    def people(self) -> Sequence[tuple[PersonToCall, bool]]:
        """Whom to call, who is there now first; each with whether they are."""
        seat = self._seat
        return people.in_turn(seat.duties.conduct.people, seat.clock.now(), seat.settings.terms.zone)

    @property
    def site_time(self) -> datetime:
        """The time at the site, by which those people come and go."""
        return self._seat.clock.now().astimezone(self._seat.settings.terms.zone)

    async def called(self, person: PersonToCall, said: str, draft: str = "") -> None:
        """The person was called: recorded, and noted on the ticket in hand."""
        await self._desk.keep()
        item, seat = self._desk.item, self._seat
        await self._drafts.finish(draft, people.called, person, item, seat.me, seat.clock, said)
        noted = " and noted on the ticket" if item is not None and item.ticket_id is not None else ""
        seat.tell(f"Recorded{noted}: {person.name} was called.")
