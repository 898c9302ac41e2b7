"""Every action of the workspace: its id, its key, what it does. Bindings, the hint bar, help, the command
palette and the key table in the docs are all made from this one table; settings remap keys by id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that an agent can do."""

    id: str
    """Name of the method `action_<id>` and the key in the `keys` setting."""
    keys: str
    label: str
    """One or two words for the hint bar."""
    help: str
    """One sentence for help, palette and docs."""
    group: str
    priority: bool = False
    """Works before the focused field sees the key."""
    shown: str = ""
    """How the key is written, where its name is not what stands on it."""

    @property
    def key_text(self) -> str:
        """The key as it is shown."""
        first = self.keys.split(",")[0]
        if first[0] == "f" and first[1:].isdigit():
            first = first.upper()
        return self.shown or first.replace("ctrl+", "^")

    @property
    def call(self) -> str:
        """The action as Textual runs it: the console's own belong to the app, the others to the workspace."""
        return f"app.{self.id}" if self.id in ("next_theme", "quit") else self.id

    def binding(self) -> Binding:
        """The Textual binding."""
        return Binding(
            self.keys, self.call, self.label, show=False, priority=self.priority, tooltip=self.help, id=self.id
        )


PANES = "Panes"
PHONE = "Phone"
CONTACT = "Contact"
TICKET = "Ticket"
CONSOLE = "Console"

WORKSPACE: tuple[Action, ...] = (
    Action("help", "f1", "help", "Say what the focused pane is for and which keys work there.", CONSOLE),
    Action("pane('queue')", "f2", "queue", "Go to the call queue.", PANES),
    Action("pane('customer')", "f3", "customer", "Go to the customer.", PANES),
    Action("pane('script')", "f4", "script", "Go to the script.", PANES),
    Action("pane('ticket')", "f5", "ticket", "Go to the ticket form.", PANES),
    Action("pane('desk')", "f6", "desk", "Go to the things on your desk.", PANES),
    Action("search", "slash", "search", "Search customers and tickets as you type.", PANES, shown="/"),
    Action("zoom", "z", "zoom", "Give the focused pane the whole screen, and back.", PANES),
    Action("leave", "escape", "leave field", "Leave the field or the search; letters are commands again.", PANES, shown="esc"),
    Action("ready", "r", "ready", "Become ready for contacts, or not ready with a reason (during a contact: afterwards).", PHONE),
    Action("take_next", "space", "take next", "Take the contact that has waited longest.", PHONE),
    Action("answer", "f9,a", "answer", "Answer the ringing contact; F9 from anywhere, a when no field has the keys.", PHONE, shown="F9"),
    Action("reject", "x", "reject", "Reject the ringing contact; it goes back to its place in the queue.", PHONE),
    Action("hold", "h", "hold", "Put the caller on hold, or take the call back.", PHONE),
    Action("transfer", "t", "transfer", "Hand the caller over, blind or after a word with the other side.", PHONE),
    Action("hang_up", "X", "hang up", "End the call and stay in wrap-up.", PHONE),
    Action("voice_mail", "M", "voice mail", "Note that a voice mail was left, and end the call.", PHONE),
    Action("call_out", "o", "call out", "Call a number: the customer's, or one that you type.", PHONE),
    Action("wrap_up", "w", "wrap up", "End the contact with a disposition.", CONTACT),
    Action("verify", "v", "verify", "Tick the next thing that the caller has confirmed.", CONTACT),
    Action("unverify", "V", "untick", "Take the last tick back.", CONTACT),
    Action("attach", "m", "attach", "Make the customer that you look at the contact's; or choose again among those with its number.", CONTACT),
    Action("create_customer", "c", "new customer", "Create a customer and attach it to the contact.", CONTACT),
    Action("edit_customer", "e", "change customer", "Change the customer that is shown: numbers, address, contacts and who may discuss money.", CONTACT),
    Action("save_ticket", "f10", "save", "Save the ticket.", TICKET),
    Action("note", "n", "note", "Add a note to the ticket.", TICKET),
    Action("copy_number", "y", "copy number", "Copy the ticket number.", TICKET),
    Action("drop", "d", "put away", "Take a thing off your desk; an unsaved text asks first.", TICKET),
    Action("palette", "ctrl+k", "commands", "Every command, customer and ticket by name.", CONSOLE, priority=True),
    Action("keys", "question_mark", "keys", "The list of keys.", CONSOLE, shown="?"),
    Action("next_theme", "f12", "theme", "Change the theme.", CONSOLE),
    Action("sign_off", "Q", "sign off", "Sign off and go back to the sign-in screen.", CONSOLE),
    Action("quit", "ctrl+q", "quit", "Leave the console; what is typed is kept.", CONSOLE, priority=True),
)  # fmt: skip
BY_ID = {action.id: action for action in WORKSPACE}


def bindings(actions: Iterable[Action]) -> list[Binding]:
    """The bindings of some actions."""
    return [action.binding() for action in actions]
