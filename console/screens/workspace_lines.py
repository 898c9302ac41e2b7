"""What the workspace says in a line: which keys are of use now, what is not written, who wants something."""

from __future__ import annotations

from console import actions
from console.messages import Noticed
from console.services.session import Session
from data.models.agent import AgentState
from data.models.contact import ContactState, Direction, RequestAction
from data.notices.rules import wanted
from widgets.room import Part, Rank
from widgets.safe_text import Span, fit


def hints(session: Session, *, typing: bool) -> list[tuple[str, str, bool]]:
    """The keys that are of use now, first what is most likely wanted: how each is written, its word, and whether it
    works. `typing`: a field has the keys, and letters are text."""
    state = session.phone.status.state
    contact = session.phone.contact
    ids: list[str] = []
    if state is AgentState.RINGING:
        placed = contact is not None and contact.direction is Direction.OUTBOUND
        ids += [] if placed else ["answer", "reject"]
    elif state is AgentState.NOT_READY:
        ids += ["ready"]
    elif state is AgentState.READY:
        ids += ["take_next", "ready"]
    elif state in (AgentState.ON_CALL, AgentState.ON_HOLD):
        ids += ["hold", "transfer", "wrap_up", "verify"]
    elif state is AgentState.WRAP_UP:
        ids += ["wrap_up", "ready"]
    if typing:
        ids = [one for one in ids if one in ("answer",)]
    if session.desk.number:
        ids += ["save_ticket"] if typing else ["save_ticket", "note", "copy_number"]
    if session.shift.hint and not typing:
        ids += ["shift"]
    if session.leads and contact is None and not typing:
        ids += ["floor"]
    ids += ["help", "jump", "palette"] if typing else ["help", "search", "jump", "zoom", "palette"]
    labels = {"hold": "resume"} if contact is not None and contact.state is ContactState.HELD else {}
    if contact is not None and contact.consult:
        labels = {"hold": "back to caller", "transfer": "hand over"}
    labels["shift"] = session.shift.hint
    if state is AgentState.READY:
        labels["ready"] = "not ready"
    if state is AgentState.WRAP_UP:
        labels["ready"] = "not ready after"
    return [(session.seat.key(one), labels.get(one, actions.BY_ID[one].label), _works(session, one)) for one in ids]


def _works(session: Session, action: str) -> bool:
    """Whether the line of the present contact can do this now; a key that cannot is dimmed, and says why."""
    asked = {"hold": RequestAction.HOLD, "transfer": RequestAction.TRANSFER}.get(action)
    phone = session.phone
    return asked is None or not (phone.cannot(asked) or phone.waits(asked))


def not_written(why: str) -> Part:
    """`▲ disk is full: your text is not written yet`; that it is not written is told in the narrowest line too."""
    if not why:
        return Part(())
    reason = Span(f"   ▲ {why}: ", "bad")
    short, whole = (
        (reason, Span("text not written", "warn")),
        (reason, Span("your text is not written yet", "warn")),
    )
    least = (Span("   ▲ ", "bad"), Span("not written", "warn"))
    return Part(least, ((Rank.NOT_WRITTEN, short), (Rank.BESIDES, whole)))


def noticed(event: Noticed, key: str) -> str:
    """One sentence about notices that came, or that waited; `key` opens them."""
    newest, count = event.lines[0], len(event.lines)
    if event.waited:
        return f"▲ {count} notice{'s wait' if count > 1 else ' waits'} for you: {key} opens them."
    ticket = f", ticket {newest.ticket}" if newest.ticket else ""
    more = f", and {count - 1} more" if count > 1 else ""
    return f"▲ {newest.sender}: {fit(wanted(newest.notice), 80).rstrip()}{ticket}{more}. {key} opens {'them' if more else 'it'}."
