"""The queue report: the form that comes by itself at its slot (QREP-1, 2)."""

from __future__ import annotations

import time
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.geometry import Offset
from textual.widgets import Input
from textual.widgets.input import Selection

from console import actions
from console.screens import modal
from console.screens.drafting import DraftDialog
from console.screens.modal import Dialog
from console.screens.report_ladder import LadderDialog
from console.services.drafts import Slip
from console.services.reporting import DRAFT, Seen
from console.services.session import Session
from data.models.agent import AgentState
from data.models.base import instant_text
from data.queue_report.nodes import nodes_of
from data.queue_report.reports import AlreadyReported, Answers, PutOffError
from data.queue_report.standing import DueSlot, LiveQueue, ReportState
from data.store.errors import StoreError
from widgets import report_words as words
from widgets.fields import TYPED, ChoiceField, LineField, TextField, end_of
from widgets.lines import Lines, label
from widgets.pane import PaneHeading
from widgets.safe_text import Span, line
from widgets.times import at_the_site, time_of_day

LABELS = {
    "calls": "calls in queue",
    "minutes": "longest wait, min",
    "down": "node down?",
    "nodes": "node and city",
    "comment": "comment",
}
FIGURES = ("calls", "minutes")
SLOT = "slot"
"""What a draft remembers beside its fields: figures that were typed for another slot are not taken over."""
NOBODY = Seen(LiveQueue(), ())


class QueueReportDialog(DraftDialog[None]):
    """The report of the present slot. What was not touched goes on being read from the queue and the outage board."""

    BINDINGS: ClassVar[list[BindingType]] = list(
        actions.bindings([actions.KEEP, actions.PUT_OFF, actions.LADDER, actions.AFRESH])
    )
    AUTO_FOCUS = ""
    arrived = True

    def __init__(self, session: Session, slot: DueSlot, *, by_itself: bool) -> None:
        """`by_itself`: nobody asked for it, so the keys of the next moment are meant for what lies under it."""
        super().__init__("Queue report", Slip(session.drafts, DRAFT), {})
        self._session = session
        self._reporting = session.reporting
        self._slot = slot
        self._by_itself = by_itself
        self._came = session.seat.clock.now()
        self._touched: dict[str, int] = {}
        """Fields that the agent has changed; of a figure with what was live then."""
        self._filled: dict[str, str] = {}
        """What stands in the fields by itself; another text there is being typed."""
        self._seen = NOBODY
        self._remark = ""
        self._busy = False
        self._over = self._gone = False
        self._cursor_under = Offset()
        """Where the terminal's own cursor stood: screen readers and input methods follow it."""

    def compose_body(self) -> ComposeResult:
        self._cursor_under = self.app.cursor_position
        yield Lines(id="report-head", classes="one")
        for name, called in LABELS.items():
            with Horizontal(classes=f"form-row{' figure' if name in FIGURES else ''}"):
                yield label(called)
                if name == "down":
                    yield ChoiceField([("no", "no"), ("yes", "yes")], id="draft-down")
                else:
                    field = LineField(id=f"draft-{name}", max_length=4 if name in FIGURES else 500)
                    field.restrict = r"[0-9]*" if name in FIGURES else None
                    yield field
                if name in FIGURES:
                    yield Lines(id=f"beside-{name}", classes="beside one")
            if name == "nodes":
                yield Lines(id="report-board", classes="one")
        yield Lines(id="dialog-foot", classes="foot")

    def furnish(self) -> None:
        Dialog.furnish(self)  # not the base's: that one gives a field the keys at once
        self.query_one("#dialog").add_class("-form", "-report")
        self.query_one("#dialog-foot", Lines).styles.height = 5
        kept = {name: text for name, text in self._slip.fields.items() if name in LABELS and text}
        if self._slip.fields.get(SLOT) != instant_text(self._slot.at):
            kept = {name: text for name, text in kept.items() if name not in FIGURES}
        self._touched = dict.fromkeys(kept, -1)
        self._fill({"down": "no", **kept})
        self._filled = self.fields
        self._draw()
        self.run_worker(self._look(), group="look", exit_on_error=False)
        self.set_interval(1, self._tick)
        self._opened = time.monotonic()  # it is seen from now on
        if self.guarded:
            self.set_timer(modal.GUARD_S, self._take_the_keys)
        else:
            self._take_the_keys()

    def _take_the_keys(self) -> None:
        self.query_one(PaneHeading).refresh()  # it is drawn thick from now on
        if self.focused is None:
            name = self._slip.focus if self._slip.focus in LABELS else "calls"
            self.field(name).focus()
            if self._touched:
                self.field(name).put_cursor(self._slip.cursor)

    # the first moment

    @property
    def guarded(self) -> bool:
        return self._by_itself and super().guarded

    def on_key(self, event: events.Key) -> None:
        """What is typed in one breath with the text under the report goes where it was meant."""
        if not self.guarded:
            return
        event.stop()
        event.prevent_default()
        under = self.app.screen_stack[-2].focused if self.app.screen is self else None
        if isinstance(under, LineField | TextField):
            if event.is_printable:
                under.post_message(events.Key(event.key, event.character))
            elif event.key == "backspace":
                under.action_delete_left()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The key of Sync is the ladder's here; and nothing is done by the keys of the first moment."""
        if action == "sync" or (self.guarded and action in ("safe", "accept", "put_off", "ladder", "afresh")):
            return False
        return super().check_action(action, parameters)

    # what is seen

    def _tick(self) -> None:
        if self.app.screen is self:
            self.run_worker(self._look(), group="look", exclusive=True, exit_on_error=False)

    async def _look(self) -> None:
        try:
            self._seen = await self._reporting.see()
        except StoreError:
            return
        if self.is_attached:
            self._fill_live()

    def _live(self) -> dict[str, str]:
        seen = self._seen
        return {
            "calls": str(seen.queue.calls),
            "minutes": str(seen.queue.wait_min),
            "down": "yes" if seen.outages else "no",
            "nodes": words.board_nodes(seen.outages),
            "comment": "",
        }

    def _fill_live(self) -> None:
        """Show what is seen where the agent has not written anything else."""
        known = self._live()
        for name, text in self.fields.items():
            if name not in self._touched and text == self._filled[name] != known[name]:
                self._put(name, known[name])
        self._draw()

    def _put(self, name: str, text: str) -> None:
        with self.prevent(*TYPED):
            self.field(name).value = text
            self.field(name).put_cursor(end_of(text))
            self._mark(name)
        self._filled[name] = text

    def _mark(self, name: str) -> None:
        """A figure that nobody has typed is selected: the first digit stands in its place and not behind it."""
        field = self.field(name)
        if name in FIGURES and name not in self._touched and isinstance(field, LineField):
            field.selection = Selection(0, len(field.value))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Whoever comes to a figure types another one."""
        self._mark(str(event.widget.id).removeprefix("draft-"))

    @property
    def _fresh(self) -> dict[str, str]:
        return self._live()

    def show(self, state: ReportState) -> None:
        """Another slot is due now, or none any more: it was given elsewhere."""
        if self._busy:
            return
        if state.present is None:
            if not self._touched:
                self._slip.discard()
            self.close_form()
        elif state.present.at != self._slot.at:
            self._remark = f"{time_of_day(self._slot.at)} was missed; this is {time_of_day(state.present.at)}."
            self._slot = state.present
            live = self._live()
            for name in FIGURES:  # what was typed of another time is not taken over
                if self._touched.pop(name, None) is not None:
                    self._put(name, live[name])
            self._typed()
            self._draw()

    # drawing

    def _draw(self) -> None:
        now, seen = self._session.seat.clock.now(), self._seen
        head = [Span("   slot ", "dim"), Span(f"{time_of_day(self._slot.at)}", "bright")]
        head += [Span(at_the_site(self._slot.at, self._reporting.zone), "dim")]
        head += [Span("   "), *words.due_spans(self._slot, now, self._reporting.policy)]
        head += [Span("   reporter ", "dim"), Span(self._session.seat.agent.name)]
        self.query_one("#report-head", Lines).set_lines([tuple(head)])
        self.query_one("#beside-calls", Lines).set_lines([line((words.calls_beside(seen.queue), "dim"))])
        self.query_one("#beside-minutes", Lines).set_lines([line((words.wait_beside(seen.queue), "dim"))])
        board = words.board_beside(seen.outages, now)
        self.query_one("#report-board", Lines).set_lines([line((f"{'':>22}{board}", "dim"))])
        self._foot()

    def _foot(self) -> None:
        spans = [Span("  "), Span(self.key_of("keep"), "key"), Span(" send     ", "dim")]
        off = self._put_off_words()
        works = self._in_hand and bool(off)
        if off:
            spans += [Span(self.key_of("put_off"), "key" if works else "faint")]
            spans += [
                Span(f" {off}     " if works else " (put off during a contact)     ", "dim" if works else "faint")
            ]
        spans += [Span("esc", "key"), Span(" later" if works else " again in a minute", "dim")]
        fault = line((f"  ✗ {self._fault}", "bad")) if self._fault else line((f"  {self._remark}", "warn"))
        under = f"  What lies under this is as you left it at {self._came.astimezone():%H:%M:%S}."
        if self._ringing:
            under = f"  A call rings: {self.key_of('put_off')} answers it, the report comes back."
        other = line("  Not working? ", (self.key_of("ladder"), "key"), " shows the next way.")
        other = tuple(Span(span.text, span.tone or "dim") for span in other)
        foot = [fault, tuple(spans), (), line((under, "accent" if self._ringing else "dim")), other]
        self.query_one("#dialog-foot", Lines).set_lines(foot)

    @property
    def _in_hand(self) -> bool:
        """A contact is in hand: only then a report is put off."""
        return self._session.phone.contact is not None

    @property
    def _ringing(self) -> bool:
        return self._session.phone.status.state is AgentState.RINGING

    def _put_off_words(self) -> str:
        """`put off 5 min (1 of 2, on a call)`; nothing once it was put off as often as it may be."""
        rule, times = self._reporting.policy.put_off, self._reporting.state.waiting.times
        if self._ringing:
            return "answer"
        return f"put off {rule.minutes} min ({times + 1} of {rule.most}, in a contact)" if times < rule.most else ""

    # typing

    def _note(self, name: str) -> None:
        live = self._live()
        self._touched.setdefault(name, int(live[name]) if name in FIGURES else -1)
        if name == "nodes" and self.field("nodes").value.strip() and self.field("down").value == "no":
            self._touched["down"] = -1
            with self.prevent(ChoiceField.Changed):
                self.field("down").value = "yes"
        self._fault = ""
        self._typed()
        self._foot()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._note(str(event.input.id).removeprefix("draft-"))

    def on_choice_field_changed(self, event: ChoiceField.Changed) -> None:
        event.stop()
        self._note("down")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    def _stand(self) -> tuple[dict[str, str], str, tuple[int, int]]:
        texts, focused, cursor = super()._stand()
        mine = {name: text if name in self._touched else "" for name, text in texts.items()}
        return {**mine, SLOT: instant_text(self._slot.at)}, focused, cursor

    def _tell(self) -> None:
        if self._touched:
            super()._tell()

    def action_afresh(self) -> None:
        """What is seen, instead of what was typed."""
        self._touched.clear()
        super().action_afresh()
        self._filled = self.fields
        self._slip.discard()
        self._draw()

    # leaving

    def close_form(self) -> None:
        """It is over: go, or as soon as what is open over it is closed."""
        self._over = True
        if not self._gone and self.app.screen is self:
            self._gone = True
            self.app.cursor_position = self._cursor_under
            self.dismiss(None)

    def on_screen_resume(self) -> None:
        if self._over:
            self.call_later(self.close_form)

    def _leave(self) -> None:
        if self._touched:
            self._slip.close(*self._stand())
        else:
            self._slip.discard()

    def action_safe(self) -> None:
        """Later: put off during a contact, else asked again in a minute."""
        if self.too_early(self.action_safe):
            return
        self.run_worker(self._session.seat.guard(self._later()), group="later", exclusive=True)

    async def _later(self) -> None:
        rule = self._reporting.policy.put_off
        if self._in_hand and self._reporting.state.waiting.times < rule.most:
            await self.action_put_off()
        else:
            self._leave()
            await self._reporting.set_aside()
            self.close_form()

    async def action_put_off(self) -> None:
        """During a contact: ask again in some minutes; while it rings the call is answered with it."""
        if not self._in_hand:
            self._fault = "It can be put off during a contact only; esc closes it for a minute."
            self._foot()
            return
        ringing = self._ringing
        self._leave()
        try:
            await self._reporting.put_off()
        except PutOffError as error:
            if not ringing:
                self._fault = str(error)
                self._foot()
                return
            await self._reporting.set_aside()
        except StoreError as error:
            self._session.seat.tell(str(error), "warning")
        self.close_form()
        if ringing:
            await self._session.seat.guard(self._session.phone.answer())

    def answers(self) -> Answers | None:
        """What stands in the form; None (and told) when something is missing."""
        texts = self.fields
        for name in FIGURES:
            if not texts[name].isdecimal():
                self.show_fault(f"{LABELS[name]}: type a number", name)
                return None
        nodes = nodes_of(texts["nodes"])
        if texts["down"] == "yes" and not nodes:
            self.show_fault("say which node is down, and its city", "nodes")
            return None
        if texts["down"] == "no" and nodes and "nodes" in self._touched:
            self.show_fault("a node is named: say yes, or clear it", "down")
            return None
        seen = {
            name: at if (at := self._touched.get(name, -1)) >= 0 else int(self._live()[name]) for name in FIGURES
        }
        return Answers(
            int(texts["calls"]),
            int(texts["minutes"]),
            nodes if texts["down"] == "yes" else (),
            texts["comment"],
            seen["calls"],
            seen["minutes"],
        )

    async def action_accept(self) -> None:
        """Send it. What cannot be written stays in the form, and the next way is one key away."""
        if self._busy or (given := self.answers()) is None:
            return
        self._busy = True
        try:
            await self._reporting.give(self._slot.at, given)
        except AlreadyReported as error:
            self._slip.discard()
            self._session.seat.tell(str(error))
            self.close_form()
        except StoreError as error:
            self._fault = f"{error.brief}: nothing is lost. {self.key_of('ladder')}: the next way."
            self._tell()
            self._foot()
        else:
            self.close_form()
        finally:
            self._busy = False

    async def action_ladder(self) -> None:
        """The other ways to give it."""
        if (given := self.answers()) is None:
            return
        steps = await self._reporting.ladder.steps(self._slot.at)

        def closed(done: bool | None) -> None:
            if done:
                self.close_form()

        self.app.push_screen(LadderDialog(self._session, self._slot.at, given, steps), closed)
