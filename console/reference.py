"""The reference pages of `docs/`, written from the tables that the program itself uses (STYLE rule 20).

`python -m console.reference` writes them; `--check` only says whether one of them is out of date."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args, get_origin

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo
    from typer.core import TyperCommand, TyperGroup

    from console.actions import Action

DOCS = Path(__file__).parent.parent / "docs"
WIDTH = 88
"""Columns of the help texts, whatever the terminal of whoever writes them."""
MENDS = "python -m console.reference"

_WRITTEN = f"<!-- Written by `{MENDS}` from {{source}}. Do not edit: `make docs` writes it anew. -->"


def _head(title: str, source: str) -> list[str]:
    return [f"# {title}", "", _WRITTEN.format(source=source), ""]


def _cell(text: str) -> str:
    """Text for a cell of a Markdown table."""
    return text.replace("|", "\\|")


def _table(heads: Sequence[str], rows: Iterator[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return [*lines, *(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows), ""]


# keys


def _keys_of(action: Action) -> str:
    """Every key of an action, the one that the console shows first."""
    from console.keymap import key_text

    return ", ".join(f"`{key_text(key)}`" for key in action.keys.split(","))


def keys_page() -> str:
    """The keys of the workspace, by group, and what each pane is for."""
    from console import actions
    from console.actions import ELSEWHERE
    from console.keymap import Keys
    from widgets.customer_pane import CustomerPane
    from widgets.desk_pane import DeskPane
    from widgets.pane import with_keys
    from widgets.queue_pane import QueuePane
    from widgets.script_pane import ScriptPane
    from widgets.ticket_pane import TicketPane

    key = Keys()
    lines = _head("Keys", "`console/actions.py` and the panes' own help")
    lines += [
        "`^k` means ctrl and k together. A capital letter means shift. Letters are commands while no text field has",
        "the focus; `esc` leaves a field. `F1` says in the console what the focused pane is for, `?` lists the keys,",
        "and `^k` finds every command by name.",
        "",
        "The last column is the name of the action: its key can be changed in the settings, for example",
        '`keys = { take_next = "space,n" }` (see [settings.md](settings.md)). The screen then names the new key',
        "everywhere. The console does not start, and says why, when an action or a key does not exist, when a terminal",
        "or tmux keeps the key for itself, or when it would do two things in one place. What has no name here stays.",
        "",
    ]
    for group in dict.fromkeys(action.group for action in actions.WORKSPACE):
        here = [action for action in actions.WORKSPACE if action.group == group]
        lines += [f"## {group}", ""]
        lines += _table(
            ("key", "", "what it does", "action"),
            ((_keys_of(action), action.label, action.help, f"`{action.id}`") for action in here),
        )
    lines += ["## Everywhere else", ""]
    others: dict[Action, list[str]] = {}
    for place in actions.PLACES[1:]:
        for one in place.actions:
            if one.group == ELSEWHERE:
                others.setdefault(one, []).append(place.name)
    lines += _table(
        ("key", "where", "what it does", "action"),
        (
            (_keys_of(one), ", ".join(names), one.help, "" if one.fixed else f"`{one.id}`")
            for one, names in others.items()
        ),
    )
    lines += ["## What the panes are for", ""]
    for pane in (QueuePane, CustomerPane, ScriptPane, TicketPane, DeskPane):
        lines += [f"**{key(pane.go_action)} {pane.pane_name}.** {with_keys(pane.help_text, key)}", ""]
    return "\n".join(lines)


# plain mode


def plain_page() -> str:
    """The commands of the plain mode, by group."""
    from console.plain import commands
    from console.plain.contact_words import HINT

    lines = _head("Commands of the plain mode", "`console/plain/commands.py`")
    lines += [
        "What is typed in `agent-console --plain` ([guide-agent.md](guide-agent.md#plain-mode)). A short form of one",
        "letter is the key of the full console ([keys.md](keys.md)). Words may be typed in capitals or not; single",
        "letters as they stand. A digit alone answers the script's card. A mistyped word gets a suggestion, and the tab",
        "key completes words.",
        "",
        HINT,
        "",
    ]
    for group in commands.GROUPS:
        here = [command for command in commands.COMMANDS if command.group == group]
        lines += [f"## {group}", ""]
        lines += _table(
            ("command", "short", "what it does"),
            (
                (
                    f"`{f'{command.word} {command.takes}'.strip()}`",
                    ", ".join(f"`{name}`" for name in command.names[1:]),
                    command.help,
                )
                for command in here
            ),
        )
    return "\n".join(lines)


# settings


def _kind(field: FieldInfo) -> str:
    kind = field.annotation
    if get_origin(kind) is dict:
        return "table of texts"
    for known in (kind, *get_args(kind)):
        if known is bool:
            return "true or false"
        if isinstance(known, type) and issubclass(known, Path):
            return "file"
        if known in (int, float):
            return "number"
    return "text"


def _default(value: object) -> str:
    """A default as it can be told on any machine."""
    from data.content import CONTENT

    if value is None:
        return "–"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, Path):
        shipped = value.is_relative_to(CONTENT)
        return f"`{value.relative_to(CONTENT).as_posix()}`, shipped" if shipped else f"`{value.as_posix()}`"
    if isinstance(value, dict):
        return "empty" if not value else f"`{value}`"
    return f"`{value}`"


def settings_page() -> str:
    """Every setting: name, kind, default, what it is, its variable."""
    from console.settings import PREFIX, SETTINGS_FILE, Settings

    lines = _head("Settings", "`console/settings.py`")
    lines += [
        f"A seat reads its settings once, when it starts: from the file `{SETTINGS_FILE}` in its data folder (TOML), and",
        "from environment variables, which win over the file. An unknown setting is refused, so that a slip of the",
        "pen is seen at once. [guide-administrator.md](guide-administrator.md) has a whole sample file.",
        "",
    ]
    lines += _table(
        ("setting", "kind", "default", "what it is", "variable"),
        (
            (
                f"`{name}`",
                _kind(field),
                _default(field.get_default(call_default_factory=True)),
                field.description or "",
                f"`{PREFIX}{name.upper()}`",
            )
            for name, field in Settings.model_fields.items()
        ),
    )
    lines += [
        "A `file` is written from the root, or relative to where the console is started.",
        f'A table is written as JSON in a variable: `{PREFIX}KEYS=\'{{"zoom": "Z"}}\'`.',
        "",
        "Two variables are no settings: `AGENT_CONSOLE_HOME` names the data folder (`--data-dir` wins over it), and",
        "`AGENT_CONSOLE_TRACEBACK`, when it is set, lets a command that fails unexpectedly show where.",
        "",
    ]
    return "\n".join(lines)


# commands


def _helps(command: TyperCommand | TyperGroup, path: str) -> Iterator[tuple[str, str]]:
    """(command line, help) of a command and all below it."""
    from typer.core import TyperCommand, TyperGroup

    context = command.make_context(path, [], resilient_parsing=True, terminal_width=WIDTH, max_content_width=WIDTH)
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    yield path, text
    if isinstance(command, TyperGroup):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if isinstance(below, TyperCommand | TyperGroup):
                yield from _helps(below, f"{path} {name}")


def commands_page() -> str:
    """The help of every command."""
    from typer.core import TyperGroup
    from typer.main import get_command

    from console.cli import PROGRAM, app

    program = get_command(app)
    if not isinstance(program, TyperGroup):
        raise TypeError("the command line has no commands")

    lines = _head("Commands", "the help of the commands themselves (`console/cli/`)")
    lines += [
        "Exit codes: 0 done · 1 some rows were refused, or a check found faults · 2 wrong usage · 3 the hub cannot be",
        "reached. An error is one sentence on standard error that says what to do next. With `--json`, durations are",
        "seconds, rates are fractions from 0 to 1, times are ISO 8601 with their zone, and 0/0 is `null`.",
        "",
    ]
    for path, text in _helps(program, PROGRAM):
        lines += [f"## {path}", "", "```text", text, "```", ""]
    return "\n".join(lines)


# playbooks


def playbooks_page() -> str:
    """Everything that a playbook can hold: fields, actions, facts, what texts may name, and what a check finds."""
    from data.playbook import editors
    from data.playbook.actions import NAMES as ACTIONS
    from data.playbook.checking.finding import KINDS
    from data.playbook.wording import NAMES
    from data.playbook.world import FACTS

    def fields(model: type[BaseModel]) -> list[str]:
        rows = (
            (f"`{one.name}`", "yes" if one.needed else "", _sentence(one.says), _codes(one.choices))
            for one in editors.told(model)
        )
        return _table(("field", "needed", "what it is", "values"), rows)

    lines = _head("What a playbook can hold", "`data/playbook/`")
    lines += [
        "A playbook is a text file (YAML) of cards. `agent-console playbook check FILE` says what is wrong in one and how",
        "to mend it, `playbook graph` draws it, `playbook simulate` walks every path, and `playbook coverage` shows how",
        "real contacts went through it. Editors that know JSON Schema complete and check as one writes: point them to",
        "[playbook.schema.json](playbook.schema.json), or to what `agent-console playbook schema` prints.",
        "",
    ]
    for part in editors.PARTS:
        lines += [f"## {part.__name__}", "", _sentence((part.__doc__ or "").split("\n\n")[0]), "", *fields(part)]
    lines += [
        "## Actions",
        "",
        "Written as `- name`, or as `- name: {field: value}`. Every action may have a `when`: it is done only where that",
        "holds. What asks the agent for something stands on an answer or is what a card waits for (`expect`); what can",
        "come out in more than one way is what a card waits for, with an answer for each outcome.",
        "",
    ]
    for name, act in ACTIONS.items():
        lines += [f"### {name}", "", _sentence(act.__doc__ or ""), ""]
        if asks := editors.asks(act):
            lines += [f"Asks: {' '.join(asks)}", ""]
        if act.outcomes:
            lines += [f"Outcomes: {_codes(act.outcomes)}.", ""]
        if editors.told(act):
            lines += fields(act)
    lines += ["## Facts", "", "What `when` may ask for.", ""]
    lines += _table(
        ("fact", "what it says", "values"),
        ((f"`{one.name}`", one.means, _codes(one.values)) for one in FACTS.values()),
    )
    lines += ["## Names", "", "What a text may hold, as `{{ name }}`. What is not known yet is shown as a gap.", ""]
    lines += _table(("name", "what it is"), ((f"`{name}`", says) for name, says in NAMES.items()))
    lines += ["## Findings", "", "What `playbook check` finds.", ""]
    lines += _table(("kind", "what is wrong"), ((f"`{kind}`", says) for kind, says in KINDS.items()))
    return "\n".join(lines)


def _codes(values: Sequence[str]) -> str:
    return ", ".join(f"`{one}`" for one in values)


def _sentence(text: str) -> str:
    """A text as one line that begins with a capital and ends with a full stop."""
    line = " ".join(text.split()).rstrip(".")
    return f"{line[:1].upper()}{line[1:]}." if line else ""


def playbook_schema() -> str:
    """The JSON Schema of playbooks, for editors."""
    from data.playbook.editors import schema

    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "keys.md": keys_page,
    "plain.md": plain_page,
    "settings.md": settings_page,
    "commands.md": commands_page,
    "playbooks.md": playbooks_page,
    "playbook.schema.json": playbook_schema,
}
"""File in the docs folder, and what writes it."""


def out_of_date(docs: Path) -> list[Path]:
    """The reference pages that are missing or not what the program would write now."""
    stale = []
    for name, page in PAGES.items():
        file = docs / name
        if not file.is_file() or file.read_text(encoding="utf-8") != page():
            stale.append(file)
    return stale


def write(docs: Path) -> list[Path]:
    """Write the pages that are out of date; returns them."""
    stale = out_of_date(docs)
    for file in stale:
        file.write_text(PAGES[file.name](), encoding="utf-8")
    return stale


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check. Exit 0: all is up to date; 1: a page is not (`--check`), or there is no such folder."""
    parser = argparse.ArgumentParser(prog=MENDS, description="Write the reference pages of the docs.")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if a page is out of date")
    parser.add_argument("--docs", type=Path, default=DOCS, help="the folder of the docs")
    given = parser.parse_args(arguments)
    if not given.docs.is_dir():
        print(f"There is no folder {given.docs}: name the docs of the project with --docs.", file=sys.stderr)
        return 1
    if not given.check:
        for file in write(given.docs):
            print(f"{file} is written anew.")
        return 0
    stale = out_of_date(given.docs)
    for file in stale:
        print(f"{file} is out of date: `{MENDS}` (or `make docs`) writes it anew.", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
