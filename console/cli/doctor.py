"""`doctor`: everything about a seat that can be looked at, in one go."""

from __future__ import annotations

import locale
import os
import shutil
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.shared import FAULTS, DataDir, Hub, Json, folder_of, refuse_password, say, shown, without_secret

if TYPE_CHECKING:
    from console.settings import Settings
    from data.doctor.finding import Finding

SMALLEST = (80, 24)
HUB = "hub.db"
"""The hub where the settings cannot be read."""
SIGNS = {"ok": "✓", "look": "▲", "fault": "✗"}


def doctor(
    deep: Annotated[
        bool, typer.Option("--deep", help="Read everything, also the newest backup: slower, and sure.")
    ] = False,
    mend: Annotated[
        bool,
        typer.Option("--repair", help="Mend what is safe: rights, the log, indexes made again from their rows."),
    ] = False,
    data_dir: DataDir = None,
    hub: Hub = None,
    as_json: Json = False,
) -> None:
    """Look this seat over.

    Folder, disk, store, search, what waits, hub, clock, settings, terminal, backups and logs: for each whether it is
    well, and what to do if not. Exit code 1: something is broken.
    """
    from data.doctor.finding import State
    from data.doctor.repair import repair
    from data.store.database import STORE_FILE

    if hub is not None:
        refuse_password(hub)
    folder = folder_of(data_dir)
    found = list(_look(folder, hub, deep=deep))
    done: list[str] = []
    if mend and any(one.repair for one in found):
        done = repair(folder / STORE_FILE, found)
        found = list(_look(folder, hub, deep=deep))
    sound = all(one.state is not State.FAULT for one in found)
    body = {
        "ok": sound,
        "repaired": done,
        "checks": [one.model_dump(mode="json", exclude={"repair"}) for one in found],
    }
    say(as_json, body, lambda: "\n".join([*(f"  {shown(one)}" for one in done), *(_line(one) for one in found)]))
    if not sound:
        raise typer.Exit(FAULTS)


def _line(one: Finding) -> str:
    """`✓ ok     disk       12 GB free`, and below it what to do."""
    text = f"{SIGNS[one.state]} {one.state:<6} {one.check:<13} {shown(one.says)}"
    return f"{text}\n{'':<23}{shown(one.do)}" if one.do else text


def _look(folder: Path, chosen_hub: str | None, *, deep: bool) -> Iterator[Finding]:
    from zoneinfo import ZoneInfo

    from data.clock import SYSTEM_CLOCK
    from data.doctor import books, duties, mail, place
    from data.doctor.hub import hub
    from data.store.database import STORE_FILE
    from data.sync.address import absolute

    now, store = SYSTEM_CLOCK.now(), folder / STORE_FILE
    settings, findings = _settings(folder)
    yield from place.folder(folder)
    if folder.is_dir():
        yield from place.disk(folder)
    yield from place.engine()
    if chosen_hub is not None:
        address = absolute(chosen_hub, Path.cwd())
    else:
        address = absolute(without_secret(settings.hub) if settings is not None else HUB, folder)
    if settings is not None and settings.sign_in == "password":
        yield from place.agents(folder, address)
    else:
        yield from books.store(store, now, deep=deep)
        if store.exists():
            yield from mail.outgoing(store, now)
            yield from duties.reporting(
                store, now, settings.terms.zone if settings is not None else ZoneInfo("UTC")
            )
    yield from hub(store, address)
    yield from findings
    yield from _terminal()
    if store.exists():
        yield from place.backups(store, now, settings.backup_hours if settings is not None else 1, deep=deep)
    yield from place.logs(folder, now)


def _settings(folder: Path) -> tuple[Settings | None, list[Finding]]:
    """The settings when they can be used, and what is to be said about them and what they name."""
    import themes
    from console import actions
    from console.looks.wardrobe import AUTO
    from console.settings import SETTINGS_FILE, SettingsError, load
    from data.billing.catalogue import catalogue
    from data.doctor.finding import fault, look, ok
    from data.macros.macros import load_macros
    from data.playbook.choices import load_choices
    from data.playbook.library import library
    from data.service.policies import load_service
    from data.supervision.scoresheet import load_scoresheet
    from data.supervision.thresholds import load_floor
    from data.text.reviewed import ContentError

    try:
        settings = load(folder)
    except (SettingsError, OSError) as error:
        do = f"mend {folder / SETTINGS_FILE}, or put it aside"
        return None, [fault("settings", str(error).rstrip("."), do)]
    there = (folder / SETTINGS_FILE).exists()
    found = [ok("settings", str(folder / SETTINGS_FILE) if there else f"as shipped, there is no {SETTINGS_FILE}")]
    known = [AUTO, *(theme.name for theme in themes.THEMES)]
    if settings.theme not in known and not (folder / "themes" / f"{settings.theme}.toml").exists():
        found.append(look("theme", f"there is no theme '{settings.theme}'", f"choose {', '.join(known)}"))
    unknown = sorted(settings.keys.keys() - actions.BY_ID.keys())
    doubles = _doubles({**{one.id: one.keys for one in actions.WORKSPACE}, **settings.keys})
    if unknown:
        found.append(fault("keys", f"no action is called {', '.join(unknown)}", "docs/keys.md names them all"))
    elif doubles:
        found.append(look("keys", f"two actions have the key {', '.join(doubles)}", "give one of them another key"))
    else:
        found.append(ok("keys", f"{len(settings.keys)} changed" if settings.keys else "as shipped"))
    try:
        playbooks = library(settings.playbooks, settings.script).playbooks
        reasons = load_choices(settings.choices).not_ready
        load_service(settings.service)
        load_macros(settings.macros)
        catalogue(settings.items)
        load_floor(settings.floor)
        load_scoresheet(settings.scorecard, playbooks)
    except ContentError as error:
        found.append(
            fault("script", str(error).splitlines()[0].rstrip("."), "mend the file, or leave the setting out")
        )
        playbooks, reasons = (), ()
    else:
        files = (
            settings.choices,
            settings.items,
            settings.service,
            settings.macros,
            settings.floor,
            settings.scorecard,
        )
        named = ", ".join(one.name for one in files[:-1])
        found.append(ok("script", f"{settings.script}, {named} and {files[-1].name} can be used"))
    ids, labels = {one.id for one in playbooks}, {one.label for one in reasons}
    return settings, [*found, *_duties(settings, labels, ids)]


def _duties(settings: Settings, reasons: Collection[str], playbooks: Collection[str]) -> list[Finding]:
    """The duties of a shift: whether their file can be used, what it names, and what in it is still a sample. Without
    reasons and playbooks, which are told of elsewhere then, nobody looks for them."""
    from data.doctor.duties import named
    from data.doctor.finding import fault, look, ok
    from data.doctor.mail import mailboxes
    from data.shift.policy import load_shift
    from data.shift.sample import still_sample
    from data.text.reviewed import ContentError

    try:
        duties = load_shift(settings.shift)
    except ContentError as error:
        why = str(error).splitlines()[0].rstrip(".")
        return [fault("shift", why, "mend the file, or leave the setting out")]
    found = list(mailboxes(duties.queue_report))
    if playbooks:
        found += named(duties, settings.shift.name, reasons, playbooks)
    if sample := still_sample(duties):
        do = f"set them in a {settings.shift.name} of your own (setting shift)"
        return [*found, look("shift", f"sample values or none: {', '.join(sample)}", do)]
    return [*found, ok("shift", f"{settings.shift.name}: every address and number is set")]


def _doubles(keys: dict[str, str]) -> list[str]:
    """Keys that more than one action has."""
    all_keys = [key.strip() for several in keys.values() for key in several.split(",") if key.strip()]
    return sorted({key for key in all_keys if all_keys.count(key) > 1})


def _terminal() -> Iterator[Finding]:
    """What a console opened here would draw on."""
    from data.doctor.finding import fault, look, ok

    name = os.environ.get("TERM", "")
    encoding = locale.getpreferredencoding(False)
    if encoding.lower().replace("-", "") != "utf8":
        yield fault("locale", f"it is {encoding}: names and signs cannot be shown", "export LC_ALL=C.UTF-8")
    else:
        yield ok("locale", encoding)
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        yield ok("terminal", "none here, so not looked at")
        return
    size = shutil.get_terminal_size()
    colours = (
        "16.7 million"
        if os.environ.get("COLORTERM") in ("truecolor", "24bit")
        else "256"
        if "256" in name
        else "16"
    )
    says = f"{name or 'TERM is not set'}, {colours} colours, {size.columns}×{size.lines}"
    if name in ("", "dumb", "unknown"):
        yield fault("terminal", says, "export TERM=xterm-256color, or what your terminal is")
    elif size.columns < SMALLEST[0] or size.lines < SMALLEST[1]:
        yield look("terminal", says, f"make it {SMALLEST[0]}×{SMALLEST[1]} or larger")
    else:
        yield ok("terminal", says)
