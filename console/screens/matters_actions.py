"""What the workspace's keys do about floor matters: callbacks, the outage board, abuse, whom to call."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from console.screens.callbacks import CallbackDialog, CallbacksDialog
from console.screens.drafting import TextDialog
from console.screens.modal import ConfirmDialog
from console.screens.outages import BACK, UP, OutageDialog, OutagesDialog
from console.screens.whom import WhomDialog
from console.screens.workspace_actions import WorkspaceActions
from console.services.callbacks import CallbackWish
from console.services.outages import OutageWish
from data.callbacks.hours import hours_text
from data.callbacks.rules import CallbackLine
from data.conduct.policy import PersonToCall
from data.desk.drafts import Draft, DraftKind
from data.models.base import CustomerId
from data.models.callback import CallbackOutcome
from data.models.outage import Outage
from widgets.outage_words import place


class MattersActions(WorkspaceActions):
    """The actions of floor matters."""

    def open_again(self, draft: Draft) -> None:
        """Open the dialog that was on the screen when the console ended."""
        if draft.kind is DraftKind.CALLBACK:
            self._new_callback(draft.about)
        elif draft.kind is DraftKind.OUTAGE and not draft.about:
            self._outage_form(None)
        elif draft.kind is DraftKind.CALLED:
            person = next((one for one, _ in self.session.conduct.people if one.name == draft.about), None)
            if person is not None:
                self._called(person)
        else:
            super().open_again(draft)

    # callbacks

    def action_callbacks(self) -> None:
        session = self.session

        async def log(callback_id: str, outcome: CallbackOutcome) -> None:
            await session.seat.guard(session.callbacks.log(callback_id, outcome))
            session.refresh()

        def chosen(wish: CallbackLine | str | None) -> None:
            if isinstance(wish, CallbackLine):
                self._call_back(wish)
            elif wish is not None:
                self._new_callback()

        callbacks = session.callbacks
        dialog = CallbacksDialog(callbacks.lines or (), session.seat.clock, callbacks.most, log, callbacks.zone_of)
        self.app.push_screen(dialog, chosen)

    def _call_back(self, one: CallbackLine) -> None:
        """Open what it is about, and the number to call; outside the hours of their clock that is asked first."""

        def call() -> None:
            self._open_about(one.callback.ticket_id, one.callback.customer_id)
            self._call_out(one.callback.number, one.callback.id)

        if not (told := self.session.callbacks.too_early_or_late(one)):
            call()
            return
        hours = hours_text(self.session.seat.duties.callbacks)
        lines = [f"Customers are called from {hours} o'clock of their own clock."]
        if one.callback.flagged:
            lines.append(f"Allowed by {one.allowed_by or 'a leader'}: {one.callback.override_why}")
        question = ConfirmDialog(f"{told}: call all the same?", lines, "call", "not now")
        self.app.push_screen(question, lambda sure: call() if sure else None)

    def _new_callback(self, customer_id: str | None = None) -> None:
        """The form for a callback to the customer that is shown, or to the one that a form was begun for."""
        session, shown = self.session, self.glance.glance if self.glance is not None else None
        if customer_id is None:
            customer_id = shown.customer.id if shown is not None else ""
        known, name = "", ""
        if shown is not None and shown.customer.id == customer_id:
            name = f": {shown.customer.name}"
            numbers = [shown.calling_from, *(phone.e164 or phone.raw for phone in shown.customer.phones)]
            known = next((number for number in numbers if number), "")
        elif not customer_id and session.phone.contact is not None:
            known = session.phone.contact.caller_number
        item, contact, about = session.desk.item, session.phone.contact, ""
        of_contact = contact is not None and item is not None and item.contact_id == contact.id
        if item is not None and (item.customer_id == customer_id if customer_id else of_contact or contact is None):
            about = self.texts_to_copy()[1].strip()
            if not about and contact is not None and of_contact:
                about = contact.about
        slip = self._slip(DraftKind.CALLBACK, customer_id)

        def chosen(wish: CallbackWish | None) -> None:
            if wish is not None:
                whose = CustomerId(customer_id) if customer_id else None
                self.do(session.callbacks.promise(wish, whose, session.desk.item, slip.id))

        dialog = CallbackDialog(
            f"Callback{name}", slip, {"number": known, "about": about}, session.callbacks.ground
        )
        self.app.push_screen(dialog, chosen)

    # the outage board

    def action_outages(self) -> None:
        outages = self.session.outages

        def done(what: str, outage_id: str) -> None:
            if what == UP:
                self.do(outages.set_up(outage_id))
            elif what == BACK:
                self.do(outages.take_back(outage_id))

        def chosen(wish: Outage | str | None) -> None:
            if wish is not None:
                self._outage_form(wish if isinstance(wish, Outage) else None)

        dialog = OutagesDialog(outages.lines, self.session.seat.clock, may_write=outages.may_write, done=done)
        self.app.push_screen(dialog, chosen)

    def _outage_form(self, before: Outage | None) -> None:
        """The form for a new outage, or for a change of one."""
        outages, known = self.session.outages, {}
        slip = self._slip(DraftKind.OUTAGE, before.id if before is not None else "")
        if before is not None:
            ends = f"{before.expected.astimezone():%Y-%m-%d %H:%M}" if before.expected is not None else ""
            known = {"expected": ends, "text": before.text}

        def chosen(wish: OutageWish | None) -> None:
            if wish is None:
                return
            work = outages.set_down(wish, slip.id)
            if before is not None:
                work.close()
                work = outages.change(before.id, wish, slip.id)
            self.do(work)

        zone = ZoneInfo(self.session.seat.settings.time_zone)
        title = "A node is down" if before is None else f"Outage: {place(before)}"
        self.app.push_screen(OutageDialog(title, slip, known, self.session.seat.clock, before, zone), chosen)

    # conduct

    def action_abuse(self) -> None:
        async def open_it() -> None:
            if await self.session.conduct.abuse():
                self.go("script")

        self.do(open_it())

    def action_person_to_call(self) -> None:
        session = self.session

        def chosen(wish: PersonToCall | str | None) -> None:
            if isinstance(wish, PersonToCall):
                self._called(wish)
            elif wish is not None:
                self.do(session.script.open(session.seat.duties.queue_report.emergency))
                self.go("script")

        self.app.push_screen(WhomDialog(session.conduct.people, session.conduct.site_time), chosen)

    def _called(self, person: PersonToCall) -> None:
        """What they said, if anything; then it is recorded."""
        slip = self._slip(DraftKind.CALLED, person.name)

        def chosen(said: str | None) -> None:
            if said is not None:
                self.do(self.session.conduct.called(person, said, slip.id))

        title = f"Called: {person.name}, {person.number}"
        self.app.push_screen(TextDialog(title, "what they said (may stay empty)", slip), chosen)
