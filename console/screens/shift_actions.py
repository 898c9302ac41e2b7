"""What the workspace's keys do for the shift: becoming ready, the shift screen, signing off, the end of a session."""

from __future__ import annotations

from collections.abc import Sequence

from console.messages import SignedOff
from console.screens.modal import ChooseDialog, ConfirmDialog
from console.screens.shift import OpenStepsDialog, ShiftDialog, Wish
from console.screens.sign_off import Going, Open, SignOffDialog
from console.screens.workspace_actions import WorkspaceActions
from console.services.drafts import Slip
from console.services.shift import LIVE
from data.desk.drafts import DraftKind, draft_id
from data.models.agent import Agent, AgentState
from data.models.base import ContactId
from data.shift import hours
from data.shift.open_matters import MatterKind, OpenMatter
from data.shift.session_length import Ends
from widgets.safe_text import wrap

TEXT_CELLS = 66
MOST_STEPS = 4
"""So many open steps are named."""


class ShiftActions(WorkspaceActions):
    """The shift's part of the workspace."""

    _ending = False
    """The session is being ended."""

    # ready

    def action_ready(self) -> None:
        phone = self.session.phone
        state = phone.status.state
        if state is AgentState.NOT_READY:
            self._become_ready()
        elif state is not AgentState.READY and phone.status.after_call:
            self.do(phone.toggle_ready())
        else:

            def now() -> str:
                here = phone.status.state
                if here in (AgentState.NOT_READY, AgentState.SIGNED_OUT):
                    return ""
                return "Not ready: why?" if here is AgentState.READY else "Not ready after this contact: why?"

            def chosen(reason: str | None) -> None:
                if reason is not None:
                    self.do(self._not_ready(reason))

            dialog = ChooseDialog(now(), self.session.seat.choices.not_ready)
            self._ask(dialog, chosen, now, "Closed: you were made not ready meanwhile.")

    async def _not_ready(self, reason: str) -> None:
        await self.session.phone.toggle_ready(reason)
        shift = self.session.shift
        taken = self.session.phone.status.state is AgentState.NOT_READY
        if taken and shift.on and reason in shift.policy.restart.reasons:
            await self._open_shift()

    def _become_ready(self) -> None:
        """READY, when no step of a checklist is open; otherwise that is asked first."""
        shift, seat = self.session.shift, self.session.seat
        if shift.clock_in_first:
            seat.tell(f"Clock in first: {seat.key('shift')} opens your shift.", "warning")
            return
        steps = shift.open_before_ready
        if not steps:
            self.do(self.session.phone.toggle_ready())
            return
        more = f"… and {len(steps) - MOST_STEPS} more" if len(steps) > MOST_STEPS else ""
        lines = [f"▲ {step.label}" for step in steps[:MOST_STEPS]] + ([more] if more else [])
        lines += ["", f"{seat.key('shift')} goes on with them. READY all the same is noted."]

        async def go_on() -> None:
            await seat.guard(self._open_shift())

        async def ready() -> None:
            await shift.go_on_anyway()
            await self.session.phone.toggle_ready()

        question = OpenStepsDialog(lines, go_on)
        self.app.push_screen(question, lambda sure: self.do(ready()) if sure else None)

    # the shift screen

    async def action_shift(self) -> None:
        # awaited here: the keys behind this one are for the dialog
        await self.session.seat.guard(self._open_shift())

    async def _open_shift(self) -> None:
        session, seat = self.session, self.session.seat
        await session.shift.read()
        worked = await session.shift.worked()
        reports = await session.reporting.shift_lines()

        async def chosen(wish: Wish | None) -> None:
            if wish is Wish.READY:
                self.action_ready()
            elif wish is Wish.SIGN_OFF:
                await self.action_sign_off()

        def slip(step: str) -> Slip:
            return Slip(session.drafts, draft_id(DraftKind.WAIVER, step))

        zone = seat.settings.terms.zone
        dialog = ShiftDialog(session.shift, worked, reports, seat.clock, zone, self.do, slip)
        self.app.push_screen(dialog, chosen)

    def shift_changed(self) -> None:
        """The shift is another than it was: an open shift screen shows it."""
        for screen in self.app.screen_stack:
            if isinstance(screen, ShiftDialog):
                self.do(self._show_shift(screen))

    async def _show_shift(self, screen: ShiftDialog) -> None:
        screen.show(await self.session.shift.worked())

    # signing off

    async def action_sign_off(self) -> None:
        # awaited here: the keys behind this one are for the dialog
        await self.session.seat.guard(self._sign_off())
        self.session.refresh()

    async def _sign_off(self) -> None:
        session = self.session
        if session.phone.status.state in LIVE and not session.may_sign_off():
            return
        await session.written()
        await session.shift.read()
        matters = await session.shift.open_matters()
        if not matters and not session.shift.on and not session.may_sign_off():
            return
        if matters:
            await session.no_more_calls()
        waits = await session.leaves(signing_off=True)
        if matters or session.shift.on:
            await self._ask_at_the_gate(matters, waits)
        elif waits:
            question = ConfirmDialog("Sign off all the same?", wrap(waits, TEXT_CELLS), "sign off", "stay")
            self.app.push_screen(question, lambda sure: self.do(self._leave()) if sure else None)
        else:
            await self._leave()

    async def _ask_at_the_gate(self, matters: Sequence[OpenMatter], waits: str) -> None:
        session = self.session
        people = await session.shift.colleagues()

        async def hand_over(matter: OpenMatter, to: Agent) -> Sequence[OpenMatter]:
            await session.seat.guard(session.wrap_up.hand_over(matter, to))
            session.refresh()
            return await session.shift.open_matters()

        async def look() -> Sequence[OpenMatter] | None:
            return await session.seat.guard(session.shift.open_matters())

        async def chosen(wish: Open | Going | None) -> None:
            if isinstance(wish, Open):
                self.do(self._finish(wish.matter))
            elif wish is Going.OUT:
                await session.seat.guard(self._ask_to_clock_out())
            elif wish is Going.AWAY:
                self.do(self._leave())

        dialog = SignOffDialog(matters, people, waits, hand_over, look, on=session.shift.on)
        self.app.push_screen(dialog, chosen)

    async def _ask_to_clock_out(self) -> None:
        """Say what clocking out says, and do it."""
        session, seat = self.session, self.session.seat
        if not session.may_sign_off() or await self._is_kept():
            return
        worked = await session.shift.worked()
        zone, now = seat.settings.terms.zone, seat.clock.now()
        said = [step.label for step in session.shift.policy.sign_off if step.seen is None]
        lines = [
            f"Today {hours.hours(worked.today(now, zone))} h, this week {hours.hours(worked.this_week(now, zone))} h."
        ]
        if said:
            lines += ["", "With yes you say:", *(f"  ✓ {label}" for label in said)]
        question = ConfirmDialog("Clock out?", lines, "clock out and sign off", "stay")
        self.app.push_screen(question, lambda sure: self.do(self._leave(clock_out=True)) if sure else None)

    async def _is_kept(self) -> bool:
        """Whether something has come since the list was shown; then that is shown."""
        matters = await self.session.shift.open_matters()
        if matters:
            self.session.seat.tell("Something has come meanwhile: finish it, or hand it over.", "warning")
            await self._ask_at_the_gate(matters, await self.session.leaves(signing_off=True))
        return bool(matters)

    async def _leave(self, *, clock_out: bool = False, sentence: str = "") -> None:
        """Log out of the phones, then clock out, then the first screen."""
        if clock_out and (not self.session.may_sign_off() or await self._is_kept()):
            return
        if await self.session.sign_off():
            if clock_out:
                await self.session.shift.clock_out()
            self.app.post_message(SignedOff(sentence))

    async def _finish(self, matter: OpenMatter) -> None:
        """Go where an open matter is finished."""
        match matter.kind:
            case MatterKind.CONTACT:
                self._wrap_up_open(matter)
            case MatterKind.CALLBACK:
                self.action_callbacks()
            case MatterKind.REPORT:
                self.open_report()
            case MatterKind.DRAFT:
                await self._go_on_with(matter)
            case MatterKind.MAIL:
                pass

    async def _go_on_with(self, matter: OpenMatter) -> None:
        """Open a text that was begun: a dialog's, or a thing on the desk."""
        session, before = self.session, self.app.screen
        draft = session.drafts.get(matter.about)
        if draft is None:
            await session.switch(matter.about)
            self.go("ticket")
            item = session.desk.item
            if item is not None and not item.unsaved and session.drafts.holds(DraftKind.NOTE, item.id):
                self.action_note()
            return
        self.open_again(draft)
        if self.app.screen is before and draft.kind is DraftKind.CUSTOMER:
            session.seat.tell(
                "It was begun for a contact that is no longer in hand: hand it over, or begin it anew.", "warning"
            )

    def open_report(self) -> None:
        """Open the queue report that is due."""

    def _wrap_up_open(self, matter: OpenMatter) -> None:
        """Wrap up the contact in hand; or one that was left without a disposition, which has no telephone any more."""
        live = self.session.phone.contact
        if live is not None and live.id == matter.about:
            self.action_wrap_up()
            return

        def chosen(disposition: str | None) -> None:
            if disposition is not None:
                self.do(self.session.wrap_up.left_behind(ContactId(matter.about), disposition))

        title = f"Wrap up: {matter.title}"
        self.app.push_screen(ChooseDialog(title, self.session.seat.choices.dispositions), chosen)

    # the end of a session

    def look_at_session(self) -> None:
        """End a session that has lasted long enough, at a moment without a contact; what is typed is kept."""
        if self.session.shift.session_ends() is not Ends.NOW or self._ending:
            return
        if self.session.seat.settings.sign_in == "password":
            self.session.shift.begin_session()
            self.call_later(self.app.run_action, "lock")
        else:
            self._ending = True
            self.do(self._end_session())

    async def _end_session(self) -> None:
        hours_long = f"{self.session.shift.policy.session_hours:g} hours"
        try:
            await self._leave(
                sentence=f"Your session has ended after {hours_long}. What you typed is kept: sign on to go on."
            )
        finally:
            self._ending = False
