"""The ways to give a queue report when its form does not work, one after the other (QREP-4)."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from datetime import datetime

from console.screens.modal import ConfirmDialog, Dialog
from console.services.session import Session
from data.mail.addresses import MailFaultError
from data.models.queue_report import ReportRung, Rung, RungOutcome
from data.queue_report.ladder import next_rung
from data.queue_report.reports import Answers
from data.store.errors import StoreError
from widgets import report_words as words
from widgets.lines import Lines
from widgets.safe_text import Line, Span, line, wrap
from widgets.times import time_of_day


class LadderDialog(ConfirmDialog):
    """One rung after the other: yes does it or says that it was done, no says that it does not work. Returns whether
    the report was given, or the agent goes where it is given."""

    def __init__(self, session: Session, slot: datetime, answers: Answers, steps: Sequence[ReportRung]) -> None:
        super().__init__(f"Queue report {time_of_day(slot)} · other ways", (), "")
        self._session = session
        self._reporting = session.reporting
        self._slot = slot
        self._answers = answers
        self._steps = list(steps)
        self._said = ""
        self._by_hand = ""
        """Where the mail lies that somebody has to send; empty: there is no such file."""
        self._asks: Rung | None = None
        """The rung of which it is asked whether it does not work."""
        self._busy = False
        self._gone = False

    def close_ladder(self, *, given: bool) -> None:
        """Go; `given`: the form is not needed any more."""
        if not self._gone and self.app.screen is self:
            self._gone = True
            self.dismiss(given)

    def furnish(self) -> None:
        Dialog.furnish(self)
        self._draw()

    @property
    def rung(self) -> Rung:
        """The one in hand."""
        if self._by_hand:
            return Rung.MAIL
        failed = {step.rung for step in self._steps if step.outcome is RungOutcome.FAILED}
        return next_rung(failed - {Rung.EMERGENCY}) or Rung.EMERGENCY

    def _draw(self) -> None:
        told, yes, no = self._told()
        back = "back to the form"
        if self._asks is self.rung:
            told = [f"Note that this does not work: {words.WAYS[self.rung]}?", "Management is told of it at once."]
            yes, no, back = "note it, the next way", "", "not yet"
        cells = 64
        lines: list[Line] = [(), *words.rung_lines(self._steps, self.rung), ()]
        lines += [line(f" {part}") for text in told for part in (wrap(text, cells) or [""])]
        if self._said:
            lines += [(), *(line((f" {part}", "warn")) for part in wrap(self._said, cells))]
        keys: list[Span] = [Span(" ")]
        for key, word in (("confirm", yes), ("refuse", no)):
            if word:
                keys += [Span(self.key_of(key), "accent"), Span(f"  {word}     ")]
        keys += [Span("esc", "key"), Span(f" {back}", "dim")]
        lines += [(), tuple(keys)]
        text = self.query_one("#dialog-text", Lines)
        text.styles.height = len(lines) + 1
        text.set_lines(lines)

    def _told(self) -> tuple[list[str], str, str]:
        """What to do on the rung, and what yes and no mean there."""
        policy = self._reporting.policy
        match self.rung:
            case Rung.MODAL:
                return ["As far as the console knows the form works."], "", "it does not work"
            case Rung.COMMAND:
                told = ["In another terminal of this machine:", command_of(self._session, self._answers)]
                return [*told, "This closes by itself once it is there."], "copy the command", "it does not work"
            case Rung.OTHER_SEAT:
                return (
                    ["Sign on at another seat, or ask a colleague there: the report comes up."],
                    "I go there",
                    "none is free",
                )
            case Rung.MAIL if self._by_hand:
                return [self._by_hand], "I have sent it", "next way"
            case Rung.MAIL:
                to = policy.mailbox or "no mailbox is configured"
                return (
                    [f"The same fields to {to}, with your initials."],
                    "send it" if policy.mailbox else "",
                    "next way",
                )
            case Rung.MANAGER:
                who = [f"{one.name}, {one.number}" for one in policy.managers] or ["No manager is configured."]
                return ["Call and say the figures:", *who], "done", "nobody answered"
            case _:
                return ["Nothing else worked: follow the emergency procedure."], "open it", ""

    def action_accept(self) -> None:
        """Do what the rung says, or say that it was done."""
        if self._asks is self.rung:
            self._asks = None
            self._at_once(self._failed(""))
        else:
            self._at_once(self._do(self.rung))

    def action_refuse(self) -> None:
        """It does not work: asked once more, because management is told; then it is recorded, and the next rung comes."""
        if self._by_hand:  # it is recorded, and management knows
            self._at_once(self._failed(""))
        elif self.rung is not Rung.EMERGENCY and not self._busy:
            self._asks = None if self._asks is self.rung else self.rung
            self._draw()

    def _at_once(self, work: Coroutine[object, object, None]) -> None:
        """Do it, one after the other: a second key meanwhile is nothing."""
        if self._busy:
            work.close()
            return
        self._busy = True

        async def done() -> None:
            try:
                await self._session.seat.guard(work)
            finally:
                self._busy = False
            if self.is_attached:
                self._draw()

        self.run_worker(done(), group="rung")

    async def _do(self, rung: Rung) -> None:
        reporting = self._reporting
        match rung:
            case Rung.COMMAND:
                self.app.copy_to_clipboard(command_of(self._session, self._answers))
            case Rung.OTHER_SEAT:
                await reporting.set_aside()
                self.close_ladder(given=True)
            case Rung.MAIL:
                await self._mail()
            case Rung.MANAGER:
                await reporting.give_otherwise(self._slot, self._answers, rung)
                self.close_ladder(given=True)
            case Rung.EMERGENCY:
                await reporting.give_otherwise(self._slot, self._answers, rung)
                self.close_ladder(given=True)
                await self._session.seat.guard(self._open_emergency())
            case _:
                pass

    async def _mail(self) -> None:
        if self._by_hand:
            await self._reporting.give_otherwise(self._slot, self._answers, Rung.MAIL)
            self.close_ladder(given=True)
            return
        try:
            sent = await self._reporting.mail(self._slot, self._answers)
        except (MailFaultError, StoreError) as error:
            await self._failed(str(error))
            return
        if sent.goes_out:
            self._session.seat.tell(sent.says)
            self.close_ladder(given=True)
            return
        if sent.file is not None:
            self._by_hand = sent.says
        else:
            self._said = sent.says
        self._steps = await self._reporting.ladder.steps(self._slot)

    async def _open_emergency(self) -> None:
        playbook = self._reporting.policy.emergency
        if self._session.desk.item is None:
            who = ", ".join(f"{one.name} {one.number}" for one in self._reporting.policy.managers)
            how = self._session.seat.how("playbooks")
            self._session.seat.tell(
                f"Nothing is in hand to open the emergency procedure on: go on calling {who}; with a contact {how}.",
                "warning",
            )
        elif playbook:
            await self._session.script.open(playbook)

    async def _failed(self, why: str) -> None:
        if self._by_hand:
            self._by_hand = ""
            return
        rung = self.rung
        await self._reporting.ladder.failed(self._slot, rung, *([why] if why else []))
        self._said = why
        self._steps = await self._reporting.ladder.steps(self._slot)

    def action_safe(self) -> None:
        """Back to the form, with everything in it; or from the question to its rung."""
        if self._asks is self.rung:
            self._asks = None
            self._draw()
        else:
            self.close_ladder(given=False)


def command_of(session: Session, answers: Answers) -> str:
    """The command line that gives the same report."""
    import shlex

    parts = ["agent-console", "queue-report", "--data-dir", str(session.seat.store_folder)]
    if session.seat.settings.sign_in == "password":
        parts[1:1] = ["--as", session.seat.agent.name]
    parts += ["--for", session.seat.agent.name, "--calls", str(answers.calls), "--minutes", str(answers.wait_min)]
    for node in answers.nodes:
        parts += ["--node", node.node, "--city", node.city]
    if answers.comment.strip():
        parts += ["--comment", answers.comment.strip()]
    return shlex.join(parts)
