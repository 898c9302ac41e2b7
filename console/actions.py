"""Every key of every screen: the action's id, its key, what it does. Bindings, the hint bar, help, the command
palette and the key table in the docs are all made from these tables; settings remap keys by id (see `keymap`).

A `Place` is where keys are heard: a screen, or what has the focus in it. Its table is the whole of what works
there, together with the places that it stands in; a test holds them against the bindings and finds clashes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that an agent can do."""

    id: str
    """The key in the `keys` setting."""
    keys: str
    """Textual's names of the keys, parted by commas; the first one is shown."""
    label: str
    """One or two words for the hint bar."""
    help: str
    """One sentence for help, palette and docs."""
    group: str
    priority: bool = False
    """Works before the focused field sees the key."""
    run: str = ""
    """The action as Textual runs it, where it is not the id."""
    fixed: bool = False
    """Belongs to its place like the arrows to a list: settings cannot give it another key."""

    @property
    def call(self) -> str:
        """The action as Textual runs it."""
        return self.run or self.id

    def binding(self) -> Binding:
        """The Textual binding."""
        return Binding(
            self.keys, self.call, self.label, show=False, priority=self.priority, tooltip=self.help, id=self.id
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where keys are heard. `inside`: the place around it, whose keys work here too."""

    name: str
    actions: tuple[Action, ...]
    inside: str = ""
    typing: bool = False
    """Letters and digits are text here, so that the place around it does not hear them."""


PANES = "Panes"
PHONE = "Phone"
CONTACT = "Contact"
TICKET = "Ticket"
CONSOLE = "Console"
ELSEWHERE = "Elsewhere"

QUIT = Action(
    "quit", "ctrl+q", "quit", "Leave the console; what is typed is kept.", CONSOLE, priority=True, run="app.quit"
)
NEXT_THEME = Action(
    "next_theme",
    "f12",
    "theme",
    "Change to the next theme; it is remembered for you.",
    CONSOLE,
    run="app.next_theme",
)

LOCK = Action(
    "lock",
    "ctrl+o",
    "lock",
    "Lock the screen until your password is typed again; calls and the hub go on. For seats with passwords.",
    CONSOLE,
    priority=True,
    run="app.lock",
)
LEAVE_LOCKED = Action(
    "leave_locked",
    "f10",
    "sign off",
    "At the locked screen: sign its agent off, so that another can sign in.",
    "Elsewhere",
)
HELP = Action("help", "f1", "help", "Say what the focused pane is for and which keys work there.", CONSOLE)
OPEN_SYNC = Action(
    "sync",
    "f8",
    "sync",
    "What waits for the hub, was refused, or is in conflict: choose, copy, send again, let go.",
    CONSOLE,
)

OPEN_SHIFT = Action("shift", "f7", "shift", "Your shift: clock in and out, the checklist, hours, breaks.", CONSOLE)
OPEN_FLOOR = Action(
    "floor",
    "f11",
    "floor",
    "For supervisors: the live floor, its queues, its agents and the day's figures.",
    CONSOLE,
)
PALETTE = Action(
    "palette", "ctrl+k", "commands", "Every command, customer and ticket by name.", CONSOLE, priority=True
)
WHY = Action(
    "why",
    "question_mark",
    "why",
    "On the floor and in a review: how the figures under the cursor were reckoned.",
    ELSEWHERE,
)
FLOOR: tuple[Action, ...] = (
    Action("tab_floor", "1", "floor", "On the floor: how it stands now.", ELSEWHERE, run="tab('floor')"),
    Action("tab_queues", "2", "queues", "On the floor: the queues, and who waits in each.", ELSEWHERE, run="tab('queues')"),
    Action("tab_agents", "3", "agents", "On the floor: the agents.", ELSEWHERE, run="tab('agents')"),
    Action("tab_alerts", "4", "alerts", "On the floor: what needs a supervisor, and where one stepped in.", ELSEWHERE, run="tab('alerts')"),
    Action("tab_reports", "5", "reports", "On the floor: the day by half hours.", ELSEWHERE, run="tab('reports')"),
    Action("tab_quality", "6", "quality", "On the floor: contacts that are over, to be scored, and what agents' scores come to.", ELSEWHERE, run="tab('quality')"),
    Action("set_state", "s", "set state", "On the floor: set the state of the agent under the cursor, with a reason.", ELSEWHERE),
    Action("reassign", "r", "re-assign", "On the floor: give the waiting contact under the cursor to an agent, or a contact to the agent under it.", ELSEWHERE),
    Action("priority", "p", "priority", "On the floor: change the place of the waiting contact under the cursor.", ELSEWHERE),
    Action("message_agent", "m", "message", "On the floor: write to the agent under the cursor; they read it at once.", ELSEWHERE),
    Action("override", "o", "override", "On the floor: let a rule not hold this once for the agent under the cursor, with a reason.", ELSEWHERE),
    Action("see_alert", "a", "seen", "On the floor: you have seen the alert under the cursor; every supervisor sees that.", ELSEWHERE),
    WHY,
    Action("filter_floor", "slash", "filter", "On the floor: show only the rows that have what you type; esc shows all.", ELSEWHERE),
    Action("leave_floor", "escape", "workspace", "On the floor: go back to the workspace.", ELSEWHERE, fixed=True),
    HELP,
    PALETTE,
    NEXT_THEME,
    LOCK,
    QUIT,
)  # fmt: skip
"""Keys of the supervisors' floor."""

WORKSPACE: tuple[Action, ...] = (
    HELP,
    Action("go_queue", "f2", "queue", "Go to the call queue.", PANES, run="pane('queue')"),
    Action("go_customer", "f3", "customer", "Go to the customer.", PANES, run="pane('customer')"),
    Action("go_script", "f4", "script", "Go to the script.", PANES, run="pane('script')"),
    Action("go_ticket", "f5", "ticket", "Go to the ticket form.", PANES, run="pane('ticket')"),
    Action("go_desk", "f6", "desk", "Go to the things on your desk.", PANES, run="pane('desk')"),
    Action("jump", "ctrl+g,g", "go to", "Put a letter on every pane and field; the next key goes there.", PANES),
    Action("search", "slash", "search", "Search customers and tickets as you type.", PANES),
    Action("zoom", "z", "zoom", "Give the focused pane the whole screen, and back.", PANES),
    Action("leave", "escape", "leave field", "Leave the field or the search; letters are commands again.", PANES, fixed=True),
    Action("ready", "r", "ready", "Become ready for contacts, or not ready with a reason (during a contact: afterwards).", PHONE),
    Action("take_next", "space", "take next", "Take the contact that has waited longest.", PHONE),
    Action("answer", "f9,a", "answer", "Answer the ringing contact; the function key also while you type.", PHONE),
    Action("reject", "x", "reject", "Reject the ringing contact; it goes back to its place in the queue.", PHONE),
    Action("hold", "h", "hold", "Put the caller on hold, or take the call back.", PHONE),
    Action("transfer", "t", "transfer", "Hand the caller over, blind or after a word with the other side.", PHONE),
    Action("hang_up", "X", "hang up", "End the call and stay in wrap-up.", PHONE),
    Action("voice_mail", "M", "voice mail", "Note that a voice mail was left, and end the call.", PHONE),
    Action("call_out", "o", "call out", "Call a number: the customer's, or one that you type.", PHONE),
    Action("callbacks", "k", "callbacks", "The callbacks that were promised: call, log what came of it, promise another.", PHONE),
    Action("report", "R", "queue report", "Give the queue report that is due; else say when the next one is, and which were missed.", PHONE),
    Action("wrap_up", "w", "wrap up", "End the contact with a disposition.", CONTACT),
    Action("verify", "v", "verify", "Tick the next thing that the caller has confirmed.", CONTACT),
    Action("unverify", "V", "untick", "Take the last tick back.", CONTACT),
    Action("attach", "m", "attach", "Make the customer that you look at the contact's; or choose again among those with its number.", CONTACT),
    Action("create_customer", "c", "new customer", "Create a customer and attach it to the contact.", CONTACT),
    Action("edit_customer", "e", "change customer", "Change the customer that is shown: numbers, address, contacts and who may discuss money.", CONTACT),
    Action("playbooks", "p", "playbooks", "Open another playbook on what is in hand: a message, an emergency, conduct, hardware.", CONTACT),
    Action("abuse", "exclamation_mark", "abuse", "Abuse: open the conduct playbook at its calm words; it is noted, and the leader is told.", CONTACT),
    Action("person_to_call", "P", "whom to call", "Nothing written fits: whom to call now, and record that it was done.", CONTACT),
    Action("outages", "O", "outages", "The outage board: which nodes are down, since when and until when; supervisors write on it.", CONTACT),
    Action("save_ticket", "f10", "save", "Save the ticket.", TICKET),
    Action("note", "n", "note", "Add a note to the ticket.", TICKET),
    Action("macro", "f", "macro", "Stage several changes and a text for the ticket at once; all of it is shown before it applies.", TICKET),
    Action("due", "i", "due", "Say what is owed for the ticket when, and why.", TICKET),
    Action("notices", "u", "notices", "What others ask you to look at: open it, or say that you have seen to it.", TICKET),
    Action("copy_number", "y", "copy number", "Copy the ticket number.", TICKET),
    Action("copy", "Y", "copy", "Choose what to copy: of the ticket, of the customer, or what is selected.", TICKET),
    Action("drop", "d", "put away", "Take a thing off your desk; an unsaved text asks first.", TICKET),
    PALETTE,
    Action("keys", "question_mark", "keys", "The list of keys.", CONSOLE),
    NEXT_THEME,
    LOCK,
    OPEN_SYNC,
    OPEN_FLOOR,
    OPEN_SHIFT,
    Action("sign_off", "Q", "sign off", "Sign off: what is still open is listed first, to be finished or handed over.", CONSOLE),
    QUIT,
)  # fmt: skip

CARD_BACK = Action("card_back", "b,backspace", "back", "Go back one card of the script.", ELSEWHERE)
CARD_JUMP = Action("card_jump", "j", "any card", "Go to any card of the script.", ELSEWHERE)
SCRIPT_LEAVE = Action(
    "script_leave", "l", "leave", "Leave a playbook that interrupted the script: that one goes on.", ELSEWHERE
)
KEEP = Action("keep", "f10", "keep", "Accept what is typed in a dialog.", ELSEWHERE, run="accept")
WARM = Action(
    "warm", "f9", "warm", "In the transfer dialog: talk to the other side first.", ELSEWHERE, run="accept(True)"
)
CONFIRM = Action("confirm", "y", "yes", "Say yes to a question.", ELSEWHERE, run="accept")
REFUSE = Action("refuse", "n", "no", "Say no to a question, as esc does.", ELSEWHERE)
ACKNOWLEDGE = Action("acknowledge", "a", "seen to", "In the notices: say that you have seen to it.", ELSEWHERE)
NEW_CALLBACK = Action(
    "new_callback", "c", "new", "In the callbacks: promise one, to the customer that is shown.", ELSEWHERE
)
CALLBACKS: tuple[Action, ...] = (
    NEW_CALLBACK,
    Action("called_done", "d", "done", "In the callbacks: the customer was spoken to.", ELSEWHERE, run="log('answered')"),
    Action("called_no_answer", "n", "no answer", "In the callbacks: nobody answered.", ELSEWHERE, run="log('no answer')"),
    Action("called_voice_mail", "v", "voice mail", "In the callbacks: a voice mail was left.", ELSEWHERE, run="log('voice mail')"),
    Action("called_busy", "b", "busy", "In the callbacks: the line was busy.", ELSEWHERE, run="log('busy')"),
    Action("give_up", "g", "give up", "In the callbacks: nobody will call any more.", ELSEWHERE),
)  # fmt: skip
"""Keys of the list of callbacks."""
OUTAGES: tuple[Action, ...] = (
    Action("set_down", "d", "set down", "On the outage board: put a node on it (supervisors).", ELSEWHERE),
    Action("set_up", "u", "up again", "On the outage board: the node is up again (supervisors).", ELSEWHERE),
    Action("change_outage", "e", "change", "On the outage board: another expected end, or other words (supervisors).", ELSEWHERE),
    Action("outage_back", "t", "take back", "On the outage board: it is not up after all (supervisors).", ELSEWHERE),
)  # fmt: skip
"""Keys of the outage board."""
EMERGENCY = Action(
    "emergency", "e", "emergency", "Where whom to call is shown: open the emergency playbook.", ELSEWHERE
)
ALLOW = Action(
    "allow",
    "f9",
    "allow it",
    "In a callback's form, for supervisors: allow it outside the hours, with the reason given.",
    ELSEWHERE,
)
SHIFT: tuple[Action, ...] = (
    Action(
        "clock", "c", "clock in or out", "In the shift: clock in; once you are, sign off and clock out.", ELSEWHERE
    ),
    Action("waive", "w", "waive", "In the shift: leave a step out, with the name of whoever said so.", ELSEWHERE),
)
"""Keys of the shift."""
REVIEW: tuple[Action, ...] = (
    Action("score_yes", "y", "yes", "In a review: answer the question under the cursor with yes.", ELSEWHERE, run="say('yes')"),
    Action("score_no", "n", "no", "In a review: answer it with no.", ELSEWHERE, run="say('no')"),
    Action("score_not_applicable", "a", "n/a", "In a review: it does not apply to this contact; again, and it does.", ELSEWHERE, run="say('not applicable')"),
    Action("score_comment", "c", "comment", "In a review: write a comment on the score card.", ELSEWHERE),
    Action("quality_note", "m", "note", "In a review: write to the contact's agent; it stands in their notices until they have seen to it.", ELSEWHERE),
    WHY,
    HELP,
    NEXT_THEME,
    LOCK,
    QUIT,
)  # fmt: skip
"""Keys of a contact that is scored."""
GATE: tuple[Action, ...] = (
    Action("hand_over", "h", "hand over", "At sign-off: somebody else goes on with what is under the cursor.", ELSEWHERE),
    Action("leave_for_today", "c", "clock out", "At sign-off: log out of the phones, clock out, sign off.", ELSEWHERE, run="go('out')"),
    Action("come_back", "s", "sign off", "At sign-off: sign off without clocking out; what is open stays yours.", ELSEWHERE, run="go('away')"),
)  # fmt: skip
"""Keys of the list of what is open at sign-off."""
SYNC: tuple[Action, ...] = (
    Action("copy_typed", "y", "copy", "In the sync list: copy what was typed.", ELSEWHERE),
    Action("take_up", "r", "take up again", "In the sync list: put a refused change into its form again, or send it once more.", ELSEWHERE),
    Action("let_go", "g", "let go", "In the sync list: want a refused change no longer.", ELSEWHERE),
    Action("take_back", "u", "take back", "In the sync list: open the conflict again that was chosen last.", ELSEWHERE),
    Action("copy_diagnostics", "Y", "copy diagnostics", "In the sync list: copy counts and states for whoever helps; nothing that was typed is in it.", ELSEWHERE),
)  # fmt: skip
"""Keys of the list of what is not settled with the hub."""
CHOICES: tuple[Action, ...] = (
    Action("choose_mine", "m", "mine", "In a conflict: put your value in place.", ELSEWHERE, run="choose('mine')"),
    Action("choose_theirs", "t", "theirs", "In a conflict: leave the other value in place.", ELSEWHERE, run="choose('theirs')"),
    Action("choose_both", "b", "both", "In a conflict of texts: keep both, one after the other.", ELSEWHERE, run="choose('both')"),
)  # fmt: skip
"""Keys of a conflict."""
BACK = Action("back", "escape", "back", "Leave a dialog without doing anything.", ELSEWHERE, run="safe", fixed=True)


def _fixed(keys: str, label: str, sentence: str) -> Action:
    return Action(keys.split(",")[0], keys, label, sentence, ELSEWHERE, fixed=True)


UP_DOWN = _fixed("up,down", "move", "Move in the list or the text.")
LISTS = (
    UP_DOWN,
    _fixed("home,end,pageup,pagedown", "far", "Move far in the list or the text."),
    _fixed("enter", "take", "Take the line under the cursor."),
)
FIELDS = (
    _fixed("tab,shift+tab", "field", "Go to the next field, or the one before."),
    _fixed("left,right,home,end,backspace,delete", "edit", "Move and delete in the text."),
)
UNDO = Action(
    "undo",
    "ctrl+t,ctrl+underscore",
    "take back",
    "Take the last edit of a text back; again and again.",
    ELSEWHERE,
    fixed=True,
)
REDO = Action("redo", "ctrl+y", "bring again", "Bring again what was taken back.", ELSEWHERE, fixed=True)
TEXT = (UNDO, REDO)
"""Keys of the fields themselves (`widgets.fields`), the same in every text."""
PUT_OFF = Action(
    "put_off", "f9", "put off", "In the queue report, during a contact: put it off for some minutes.", ELSEWHERE
)
LADDER = Action(
    "ladder",
    "f8",
    "another way",
    "In the queue report: the ways that are left when the form does not work.",
    ELSEWHERE,
)
AFRESH = Action(
    "afresh",
    "ctrl+n",
    "start afresh",
    "In a dialog that opens with an earlier text: start afresh; the text can be taken back.",
    ELSEWHERE,
)
APPLY = _fixed("enter", "apply", "In a macro's preview, outside its text: apply all of it.")
ENTER = _fixed("enter", "go on", "Accept the line, or go to the next field.")

PLACES: tuple[Place, ...] = (
    Place("workspace", WORKSPACE),
    Place("list", LISTS, inside="workspace"),
    Place("script", (CARD_BACK, CARD_JUMP, SCRIPT_LEAVE, _fixed("1,2,3,4,5,6,7,8,9", "answer", "Give this answer.")), inside="list"),
    Place("field", FIELDS, inside="workspace", typing=True),
    Place("text field", (*FIELDS, UP_DOWN, *TEXT), inside="workspace", typing=True),
    Place("search box", (UP_DOWN, ENTER, *TEXT), inside="workspace", typing=True),
    Place("floor", FLOOR),
    Place("floor list", (*LISTS, FIELDS[0]), inside="floor"),
    Place("review", (*REVIEW, KEEP, BACK)),
    Place("review list", (*LISTS, FIELDS[0]), inside="review"),
    Place("review comment", (*FIELDS, UP_DOWN, *TEXT), inside="review", typing=True),
    Place("sign-in", (ENTER, UP_DOWN, NEXT_THEME, QUIT, *TEXT), typing=True),
    Place("lock", (ENTER, LEAVE_LOCKED, QUIT), typing=True),
    Place("dialog", (BACK, OPEN_SYNC, HELP)),
    Place("question", (CONFIRM, REFUSE), inside="dialog"),
    Place("open steps", (OPEN_SHIFT,), inside="question"),
    Place("choice", LISTS, inside="dialog"),
    Place("notices", (ACKNOWLEDGE, *LISTS), inside="dialog"),
    Place("callbacks", (*CALLBACKS, *LISTS), inside="dialog"),
    Place("outages", (*OUTAGES, *LISTS), inside="dialog"),
    Place("whom to call", (EMERGENCY, *LISTS), inside="dialog"),
    Place("shift", (*SHIFT, *LISTS), inside="dialog"),
    Place("sign-off", (*GATE, *LISTS), inside="dialog"),
    Place("colleague", (ENTER, UP_DOWN, *TEXT), inside="dialog", typing=True),
    Place("sync", (*SYNC, *LISTS), inside="dialog"),
    Place("conflict", (*CHOICES, *LISTS[:2]), inside="dialog"),
    Place("text to read", LISTS[:2], inside="dialog"),
    Place("text dialog", (KEEP, AFRESH, ENTER, *FIELDS, *TEXT), inside="dialog", typing=True),
    Place("macro", (APPLY, KEEP, AFRESH, *FIELDS, UP_DOWN, *TEXT), inside="dialog", typing=True),
    Place("customer form", (KEEP, AFRESH, ENTER, *FIELDS, UP_DOWN, *TEXT), inside="dialog", typing=True),
    Place("outage form", (KEEP, AFRESH, ENTER, *FIELDS, *TEXT), inside="dialog", typing=True),
    Place("new callback", (ALLOW, KEEP, AFRESH, ENTER, *FIELDS, *TEXT), inside="dialog", typing=True),
    Place("article", (KEEP, *LISTS[:2]), inside="dialog"),
    Place("queue report", (KEEP, PUT_OFF, LADDER, AFRESH, ENTER, *FIELDS, *TEXT, BACK), typing=True),
    Place("transfer", (WARM, ENTER, UP_DOWN, *TEXT), inside="dialog", typing=True),
)  # fmt: skip
"""One table of places and their keys: nothing clashes in it, by test, and nothing may that a setting remaps."""

EVERY: tuple[Action, ...] = tuple({one.id: one for place in PLACES for one in place.actions}.values())
REMAPPABLE: dict[str, Action] = {one.id: one for one in EVERY if not one.fixed}
"""What the `keys` setting may name."""
BY_ID: dict[str, Action] = {one.id: one for one in EVERY}


def bindings(actions: Iterable[Action]) -> list[Binding]:
    """The bindings of some actions."""
    return [action.binding() for action in actions]
