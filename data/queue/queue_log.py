"""Reading lines of an Asterisk queue_log: bytes in, facts out. Nothing here touches a file or the store.

The format is `epoch|callid|queue|agent|EVENT|p1|p2|…` (GLOSSARY, Asterisk queue_log). What lines say is
hostile text: any byte may stand anywhere, and a line may have been cut at any byte."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from data.models.contact import EventKind

FIRST_EPOCH: Final = 900_000_000
"""July 1998, before there was an Asterisk. An epoch below it is a longer one that lost its first digits."""
LAST_EPOCH: Final = 4_102_444_800
"""The year 2100. An epoch above it is two numbers that ran together."""
TEXT_LENGTH: Final = 2_000
"""Characters of a free text that are kept."""
NAME_LENGTH: Final = 200
"""Characters of a call id, queue, agent or event name that a line may have."""


class Form(NamedTuple):
    """What an event's parameters are. `wait` and `talk` are places of seconds; `full` is how many parameters
    today's Asterisk writes, `least` how many the oldest one wrote."""

    kind: EventKind
    least: int = 0
    full: int = 0
    wait: int | None = None
    talk: int | None = None


_TRANSFER = Form(EventKind.TRANSFERRED, 2, 5, 2, 3)
FORMS: Final[dict[str, Form]] = {
    "ENTERQUEUE": Form(EventKind.OFFERED, 1, 3),
    "CONNECT": Form(EventKind.ANSWERED, 1, 3, 0),
    "COMPLETEAGENT": Form(EventKind.ENDED, 2, 3, 0, 1),
    "COMPLETECALLER": Form(EventKind.ENDED, 2, 3, 0, 1),
    "ABANDON": Form(EventKind.ABANDONED, 3, 3, 2),
    "EXITWITHTIMEOUT": Form(EventKind.LEFT, 1, 3, 2),
    "EXITEMPTY": Form(EventKind.LEFT, 1, 3, 2),
    "EXITWITHKEY": Form(EventKind.LEFT, 1, 4, 3),
    "WITHDRAW": Form(EventKind.LEFT, 3, 4, 2),
    "RINGNOANSWER": Form(EventKind.MISSED, 0, 1),
    "BLINDTRANSFER": _TRANSFER,
    "TRANSFER": _TRANSFER,
    "ATTENDEDTRANSFER": Form(EventKind.TRANSFERRED, 4, 5),
}
"""Events about a call in a queue. One call, queue, agent and second has each of them once."""

_OTHER: Final = Form(EventKind.OTHER)
KNOWN: Final = frozenset(
    {*FORMS, "RINGCANCELED", "PAUSE", "UNPAUSE", "PAUSEALL", "UNPAUSEALL", "ADDMEMBER", "REMOVEMEMBER", "PENALTY"}
    | {"RINGINUSE", "AGENTLOGIN", "AGENTLOGOFF", "AGENTCALLBACKLOGIN", "AGENTCALLBACKLOGOFF", "AGENTDUMP"}
    | {"CONFIGRELOAD", "QUEUESTART", "SYSCOMPAT", "DID", "INFO"}
)
"""Event names that Asterisk itself writes."""

_EVENT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_ .-]*")
_SECONDS = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]*)?")
_ENDS_IN_EPOCH = re.compile(r"[0-9]{9,10}(?:\.[0-9]+)?$")
_METHOD_PARAMETERS: Final = {"BRIDGE": 5, "APP": 5, "LINK": 6}


class Fact(NamedTuple):
    """What one line says. Seconds may be None where the line does not tell."""

    at_ms: int
    """Milliseconds since 1970, UTC."""
    call_id: str
    queue: str
    """Empty for NONE."""
    agent: str
    """The log's name for the agent; empty for NONE."""
    event: str
    kind: EventKind
    wait_s: float | None
    talk_s: float | None
    text: str
    """In words: why a caller left, where a call went; for events that are not ours, name and parameters."""
    caller_number: str
    caller_name: str


class Refusal(NamedTuple):
    """A line that says nothing we can use, and why."""

    reason: str


def _text(raw: bytes) -> str:
    """The line as text. UTF-8, else what Windows and old PBXs write; NULs come from crashed disks and UTF-16."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        try:
            text = raw.decode("cp1252")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
    return text.replace("\0", "") if "\0" in text else text


def epoch_ms(field: str) -> int | None:
    """A line's first field as milliseconds since 1970; None when it is no time between 1998 and 2100."""
    whole, _, fraction = field.partition(".")
    if not (9 <= len(whole) <= 10 and whole.isascii() and whole.isdigit()):
        return None
    seconds = int(whole)
    if not FIRST_EPOCH <= seconds < LAST_EPOCH:
        return None
    if not fraction:
        return seconds * 1000
    if not (len(fraction) <= 9 and fraction.isascii() and fraction.isdigit()):
        return None
    return seconds * 1000 + int(fraction[:3].ljust(3, "0"))


@lru_cache(maxsize=64)
def _day_text(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()


def at_text(at_ms: int) -> str:
    """Milliseconds since 1970 as the store writes an instant."""
    second, ms = divmod(at_ms, 1000)
    day, second = divmod(second, 86_400)
    minute, second = divmod(second, 60)
    return f"{_day_text(day)}T{minute // 60:02d}:{minute % 60:02d}:{second:02d}.{ms:03d}Z"


def _seconds(field: str) -> float | None:
    """A duration; None where there is none, or a negative one, which a PBX whose clock was set back writes.

    Raises:
        ValueError: not a number of seconds.
    """
    if not field:
        return None
    if not _SECONDS.fullmatch(field):
        raise ValueError(field)
    value = float(field)
    return None if value < 0 else value


def _run_together(parameters: list[str]) -> bool:
    """Whether another line begins among the parameters: a disk was full, or a cut line was written over."""
    return any(
        name in KNOWN and _ENDS_IN_EPOCH.search(parameters[place - 4])
        for place, name in enumerate(parameters)
        if place >= 4
    )


def _may_go_on(event: str, torn: bool) -> bool:
    """Whether the last thing in a line is only the start of an event's name. With a line end after it, `PAUSE` is
    itself; without one it may have been `PAUSEALL`, and a name that we do not know may have been anything."""
    if event in KNOWN:
        return torn and any(name != event and name.startswith(event) for name in KNOWN)
    return torn or any(name.startswith(event) for name in KNOWN)


def _words(event: str, parameters: list[str]) -> str:
    """What a call event's parameters say to a person."""
    first = parameters[0] if parameters else ""
    match event:
        case "COMPLETEAGENT":
            return "agent"
        case "COMPLETECALLER":
            return "caller"
        case "EXITWITHTIMEOUT":
            return "time-out"
        case "EXITEMPTY":
            return "queue empty"
        case "EXITWITHKEY":
            return f"key {first}"
        case "WITHDRAW":
            info = "|".join(parameters[3:])
            return f"withdrawn: {info}" if info else "withdrawn"
        case "RINGNOANSWER":
            return f"{first} ms" if first else ""
        case "BLINDTRANSFER" | "TRANSFER":
            return "blind to " + "@".join(part for part in parameters[:2] if part)
        case "ATTENDEDTRANSFER":
            return "warm, " + " ".join(part for part in parameters[:-3] if part)
        case "ENTERQUEUE":
            return parameters[1] if len(parameters) > 1 else ""
    return ""


def _call_fact(
    at_ms: int, call_id: str, queue: str, agent: str, event: str, form: Form, parameters: list[str], torn: bool
) -> Fact | Refusal:
    if not call_id or call_id == "NONE":
        return Refusal(f"{event} without a call id")
    full, wait_at, talk_at = form.full, form.wait, form.talk
    if event == "ATTENDEDTRANSFER" and parameters:
        full = _METHOD_PARAMETERS.get(parameters[0], full)
    given = len(parameters)
    while given > full and not parameters[given - 1]:
        given -= 1
    if not torn and given < form.least:
        return Refusal(f"breaks off: {event} has {form.least} parameters, here are {given}")
    if given > 4 and _run_together(parameters):
        return Refusal("two lines ran into one another")
    if event == "ATTENDEDTRANSFER":  # its last three are hold, talk and position, whatever stands before them
        last = full if torn and given < full else given
        wait_at, talk_at = last - 3, last - 2
    # The last parameter of a line that may go on may be half a number.
    whole = given - 1 if torn and given < full else given
    try:
        wait = _seconds(parameters[wait_at]) if wait_at is not None and wait_at < whole else None
        talk = _seconds(parameters[talk_at]) if talk_at is not None and talk_at < whole else None
    except ValueError as error:
        return Refusal(f"{event} gives {str(error)[:40]!r} where seconds belong")
    number = name = ""
    if event == "ENTERQUEUE":
        number = parameters[1][:NAME_LENGTH] if given > 1 else ""
        name = "|".join(parameters[3:])[:NAME_LENGTH] if given > 3 else ""
    text = _words(event, parameters[:given])[:TEXT_LENGTH]
    return Fact(at_ms, call_id, queue, agent, event, form.kind, wait, talk, text, number, name)


def read_line(raw: bytes, *, torn: bool = False) -> Fact | Refusal | None:
    """What one line says.

    Args:
        raw: the line, with or without its line end.
        torn: no line end was seen, so the line may go on: its event name must be complete, parameters may be
            missing, and a number that may be half is not used.

    Returns:
        the fact, a refusal with its reason in words, or None for an empty line.
    """
    line = _text(raw).strip("\r\n\ufeff")
    head = line.split("|", 5)
    if len(head) < 5:
        if not line.strip():
            return Refusal("nothing but NUL bytes") if b"\0" in raw.strip(b"\r\n") else None
        return Refusal(f"{len(head)} of the 5 fields that every line has")
    epoch, call_id, queue, agent, event = head[:5]
    at_ms = epoch_ms(epoch)
    if at_ms is None:
        return Refusal(f"{epoch[:40]!r} is no time between 1998 and 2100")
    if max(len(call_id), len(queue), len(agent), len(event)) > NAME_LENGTH:
        return Refusal(f"a call id, queue, agent or event of more than {NAME_LENGTH} characters")
    rest = head[5] if len(head) == 6 else None
    if rest is None and _may_go_on(event, torn):
        return Refusal("breaks off in the name of the event")
    if not _EVENT_NAME.fullmatch(event) or event == "NONE":
        return Refusal(f"{event[:40]!r} is no name of an event")
    queue = "" if queue == "NONE" else queue
    agent = "" if agent == "NONE" else agent
    form = FORMS.get(event)
    if form is not None:
        parameters = rest.split("|", 40) if rest is not None else []
        return _call_fact(at_ms, call_id, queue, agent, event, form, parameters, torn)
    rest = (rest or "")[: TEXT_LENGTH * 2].removesuffix("|")
    if rest.count("|") >= 4 and _run_together(rest.split("|", 40)):
        return Refusal("two lines ran into one another")
    text = f"{event} {rest}".rstrip()[:TEXT_LENGTH]
    call_id = "" if call_id == "NONE" else call_id
    return Fact(at_ms, call_id, queue, agent, event, EventKind.OTHER, None, None, text, "", "")
