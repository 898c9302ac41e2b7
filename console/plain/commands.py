"""Every command of the plain mode: its word, short forms, what it takes, what it does. Parsing, help, completion and
the page in the docs are all made from this one table; a short form of one letter is the key of the full console."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from console import actions
from console.actions import CONSOLE, CONTACT, PHONE, TICKET

PEOPLE = "Queue and customer"
DESK = "Desk"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be typed."""

    word: str
    """One or two words; the name of the method `do_<word>`."""
    help: str
    """One sentence."""
    group: str
    action: str = ""
    """The action of the full console that it is, by id: its key is a short form."""
    others: tuple[str, ...] = ()
    """More words for the same."""
    takes: str = ""
    """What may follow, as it is told: `[N]`, `FIELD VALUE`."""

    @property
    def method(self) -> str:
        """Name of the method that does it."""
        return "do_" + self.word.replace(" ", "_")

    @property
    def short(self) -> str:
        """The key of the full console, where it is one sign that can be typed."""
        keys = actions.BY_ID[self.action].keys.split(",") if self.action else []
        known = {"slash": "/", "question_mark": "?"}
        return next((known.get(key, key) for key in reversed(keys) if len(known.get(key, key)) == 1), "")

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that it may be called."""
        return (self.word, *((self.short,) if self.short else ()), *self.others)


def _same(word: str, action: str, group: str, takes: str = "", others: tuple[str, ...] = ()) -> Command:
    """A command that does just what an action of the full console does, and says it in its words."""
    return Command(word, actions.BY_ID[action].help, group, action, others, takes)


COMMANDS: tuple[Command, ...] = (
    Command("ready", "Become ready for contacts; during a contact, take a wish to be not ready back.", PHONE, "ready"),
    Command("not ready", "Become not ready, with a reason; during a contact, once it is wrapped up.", PHONE, others=("nr", "unready"), takes="[REASON]"),
    Command("take", "Take the contact that has waited longest, or number N of the queue as it was read out.", PHONE, others=("next", "take next"), takes="[N]"),
    Command("answer", "Answer the ringing contact.", PHONE, "answer"),
    _same("reject", "reject", PHONE),
    Command("hold", "Put the caller on hold.", PHONE, "hold"),
    Command("resume", "Take the caller back from hold, or from a word with the other side.", PHONE),
    Command("transfer", "Hand the caller over at once, to a colleague, a queue or a number; alone, it reads out who is there. After a word with the other side it hands over.", PHONE, "transfer", takes="[WHO]"),
    Command("consult", "Talk to the other side first: the caller waits on hold; then transfer hands over and resume comes back.", PHONE, takes="[WHO]"),
    _same("hang up", "hang_up", PHONE, others=("hangup",)),
    _same("voice mail", "voice_mail", PHONE, others=("voicemail",)),
    Command("call", "Call a number; alone, the customer's.", PHONE, "call_out", others=("call out", "dial"), takes="[NUMBER]"),
    Command("callbacks", "Who is to be called back, the overdue first; open N opens the ticket.", PHONE, "callbacks", others=("cb",)),
    Command("report", "The queue report that is due: give it by questions, or at once with calls, minutes and a comment; else when the next one is.", PHONE, "report", takes="[CALLS MINUTES [COMMENT]]"),
    Command("queue", "Who waits, the next to be served first; at most ten, or all.", PEOPLE, others=("q",), takes="[all]"),
    Command("lookup", "Search customers and tickets: name, company, phone or its last digits, e-mail, address, account or ticket number.", PEOPLE, "search", others=("find", "search", "l"), takes="TEXT"),
    Command("open", "Open number N of what was read out, or the ticket of that number.", PEOPLE, takes="N"),
    Command("customer", "The customer at a glance, or who shares the caller's number.", PEOPLE, others=("cu",)),
    Command("more", "Everything else that is known of the customer.", PEOPLE),
    Command("attach", "Make the customer that you look at, or number N of what was read out, the contact's.", PEOPLE, "attach", takes="[N]"),
    Command("back", "Back from a customer that was only looked at.", PEOPLE, "leave"),
    Command("new", "Create a customer by questions and attach it to the contact.", PEOPLE, "create_customer", others=("new customer", "create")),
    Command("verify", "Tick what the caller has confirmed: the next thing, or the one that you name.", CONTACT, "verify", takes="[WHAT]"),
    _same("unverify", "unverify", CONTACT, others=("untick",)),
    Command("script", "What to say now and the answers; an answer's digit alone goes on, back goes one card back.", CONTACT, others=("sc",), takes="[ANSWER or back]"),
    Command("abuse", "Abuse: the calm words; it is noted, and the leader is told.", CONTACT, "abuse"),
    Command("whom", "Whom to call when nothing written fits, who is there now first.", CONTACT, "person_to_call", others=("whom to call",)),
    Command("called", "Record that you called number N of whom to call, and what they said.", CONTACT, takes="N [TEXT]"),
    Command("outages", "Which nodes are down, since when and until when.", CONTACT, "outages", others=("board",)),
    Command("wrap", "End the contact with a disposition; a live call is ended first.", CONTACT, "wrap_up", others=("wrap up",), takes="[HOW]"),
    Command("ticket", "The ticket in hand: what is filled in, and what is still wanted.", TICKET, others=("ti",)),
    Command("set", "Fill in a field of the ticket; without a value, say what it holds and what it may hold.", TICKET, takes="FIELD [VALUE]"),
    Command("clear", "Empty a field of the ticket.", TICKET, takes="FIELD"),
    Command("details", "Write the details, line by line, after those that are there; a single dot ends.", TICKET, others=("de",), takes="[TEXT]"),
    Command("save", "Save the ticket.", TICKET, "save_ticket", others=("s",)),
    Command("note", "Add a note to the ticket: in the same line, or line by line up to a single dot.", TICKET, "note", takes="[TEXT]"),
    Command("macro", "Stage several changes and a text for the ticket; all of it is read out before it applies.", TICKET, "macro", takes="[WHICH]"),
    Command("due", "Say what is owed for the ticket when, and why.", TICKET, "due"),
    Command("number", "Say the ticket number, and copy it where there is a clipboard.", TICKET, "copy_number", others=("copy", "copy number")),
    Command("spell", "Spell the ticket number, or the customer's name, account, phone or e-mail, or any text.", TICKET, takes="[WHAT]"),
    Command("notices", "What others ask you to look at, the unseen first; open N opens the ticket.", TICKET, "notices"),
    Command("acknowledge", "Say that you have seen to number N of the notices that were read out.", TICKET, others=("seen",), takes="N"),
    Command("history", "What happened to the ticket, the newest first.", TICKET),
    Command("desk", "Everything in hand; with a number, go on with that, as it was left.", DESK, takes="[N]"),
    Command("drop", "Take the thing in hand off your desk; an unsaved text asks first.", DESK, "drop", others=("put away",)),
    Command("figures", "Your day, and each queue's.", DESK),
    Command("status", "What you are doing and for how long, the contact, the desk, the hub.", CONSOLE, others=("st",)),
    Command("hub", "Whether the hub is there, and what waits to be sent to it.", CONSOLE),
    _same("sync", "sync", CONSOLE),
    Command("conflicts", "The fields that were changed here and elsewhere; with a number and mine, theirs or both, choose.", CONSOLE, takes="[N mine, theirs or both]"),
    Command("take back", "Open the conflict again that was chosen last.", CONSOLE),
    Command("shift", "Your shift: the time clock, hours, and the step of the checklist whose turn it is.", CONSOLE, "shift"),
    Command("clock in", "Clock in; your shift goes on until you clock out at sign off.", CONSOLE),
    Command("step", "Say that the step whose turn it is is done; waive and a name leaves it out.", CONSOLE, takes="[waive WHO]"),
    Command("again", "Say once more what the last command said.", CONSOLE),
    Command("help", "The commands; all of them with a sentence each, or one of them.", CONSOLE, "keys", takes="[COMMAND or all]"),
    _same("lock", "lock", CONSOLE),
    _same("sign off", "sign_off", CONSOLE, others=("signoff",)),
    Command("quit", "Leave the console; what is typed is kept. The end of input does the same.", CONSOLE, others=("exit", "bye")),
)  # fmt: skip
GROUPS = tuple(dict.fromkeys(command.group for command in COMMANDS))
_NAMED = {name: command for command in COMMANDS for name in command.names}
_BY_ACTION = {command.action: command for command in COMMANDS if command.action}
LONGEST = 40
"""Letters of a mistyped word that are looked at."""
ALIKE = 60
"""Likeness of a mistyped word from which a command is suggested, of 100."""


def names() -> tuple[str, ...]:
    """Every word that can be typed, for completion."""
    return tuple(name for name in _NAMED if len(name) > 2)


def typing(action_id: str) -> str:
    """How to ask for an action of the full console here, for sentences: `type ready`."""
    return f"type {_BY_ACTION[action_id].word}"


def find(name: str) -> Command | None:
    """The command of that name. Case matters for single letters only."""
    return _NAMED.get(name if len(name) == 1 else name.casefold())


def parse(line: str) -> tuple[Command | None, str]:
    """The command of a line and what follows it; None when there is no such command."""
    stripped = line.strip()
    if stripped[:1] == "/":
        return find("/"), stripped[1:].strip()
    words = stripped.split(maxsplit=2)
    if len(words) > 1 and (two := find(f"{words[0]} {words[1]}")) is not None:
        return two, words[2] if len(words) > 2 else ""
    first, _, rest = stripped.partition(" ")
    return find(first), rest.strip()


def nearest(line: str) -> Command | None:
    """The command that was perhaps meant by a mistyped line."""
    words = line.split()[:2]
    near = alike((" ".join(words), *words[:1]), names())
    return _NAMED[near] if near else None


def alike(typed: Iterable[str], known: Iterable[str]) -> str | None:
    """Of what is known the most alike to one of these spellings, if any is."""
    from rapidfuzz import fuzz, process

    hits = [process.extractOne(one[:LONGEST].casefold(), list(known), scorer=fuzz.ratio) for one in typed]
    near = max((hit for hit in hits if hit is not None), key=lambda hit: hit[1], default=None)
    return near[0] if near is not None and near[1] >= ALIKE else None


def told(command: Command) -> str:
    """One line of help: `take [N], next: Take the contact that …`."""
    called = ", ".join((f"{command.word} {command.takes}".strip(), *command.names[1:]))
    return f"{called}: {command.help}"


def overview() -> Sequence[str]:
    """The groups with their words, one line each."""
    return [f"{group}: {', '.join(one.word for one in COMMANDS if one.group == group)}." for group in GROUPS]
