"""`playbook check`, `simulate`, `graph`, `coverage` and `schema`: the scripts, looked at before agents meet them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.shared import FAULTS, USAGE, DataDir, Json, fail, folder_of, open_store, say, settings_of, shown

if TYPE_CHECKING:
    from data.billing.catalogue import Item
    from data.playbook.checking.finding import Finding
    from data.playbook.coverage import Coverage
    from data.playbook.library import Loaded

app = typer.Typer(no_args_is_help=True, help="Look playbooks over.", rich_markup_mode=None)

File = Annotated[Path, typer.Argument(metavar="FILE", help="The playbook.")]


@app.command("check")
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]…", help="The playbooks; else those of this seat.")
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Find what is wrong in playbooks.

    Unknown names, cards that nothing leads to, questions without an answer, dead ends and loops, wording for the
    wrong channel, steps that are promised and never come, prices that differ. Each with its line and what to do.
    Exit code 1: something was found.
    """
    from data.playbook.checking.check import check_file

    paths = files or sorted(settings_of(folder_of(data_dir)).playbooks.glob("*.yaml"))
    known = _items(data_dir)
    found = [one for path in paths for one in check_file(path, known)]
    body = {"files": [str(path) for path in paths], "findings": [one.model_dump(mode="json") for one in found]}
    say(as_json, body, lambda: _findings(paths, found))
    if found:
        raise typer.Exit(FAULTS)


def _findings(paths: list[Path], found: list[Finding]) -> str:
    if not found:
        return f"{len(paths)} {'playbook' if len(paths) == 1 else 'playbooks'}: nothing found."
    lines = []
    for one in found:
        card = f" {shown(one.card)}:" if one.card else ""
        case = f" ({shown(one.example)})" if one.example else ""
        lines += [
            f"{shown(one.file)}:{one.line}:{card} {shown(one.text)}{case}",
            f"    {shown(one.fix)}  [{one.kind}]",
        ]
    return "\n".join([*lines, "", f"{len(found)} found."])


@app.command("simulate")
def simulate(
    file: File,
    golden: Annotated[
        Path | None, typer.Option("--golden", help="Write those of --cover to a file of the playbook's name here.")
    ] = None,
    card: Annotated[str, typer.Option("--card", help="Only paths that go through this card.")] = "",
    cover: Annotated[
        bool, typer.Option("--cover", help="Only as many paths as it takes to go through everything once.")
    ] = False,
    brief: Annotated[bool, typer.Option("--brief", help="Leave out what is said.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Walk every path of a playbook.

    Each with the facts that were taken, what is said on each card, what is done, and how it ends. Facts that make
    no difference on a path are told with all of their values.
    """
    from data.playbook.simulate import simulate as walk
    from data.playbook.transcript import sample_words, totals, transcript

    loaded = _playbook(file)
    simulation = walk(loaded.playbook)
    words = sample_words(loaded.playbook, _items(data_dir))
    walked = simulation.covering() if cover or golden is not None else simulation.paths
    paths = [path for path in walked if not card or any(one.card.id == card for one in path.passages)]
    if card and not paths:
        raise fail(f"No path goes through a card {card}: `playbook graph {file}` shows the cards.", USAGE)
    if golden is not None:
        golden.mkdir(parents=True, exist_ok=True)
        text = "\n".join(transcript(path, words, brief=brief) for path in paths)
        (golden / f"{loaded.playbook.id}.txt").write_text(f"{text}\n{totals(simulation)}\n", encoding="utf-8")
        print(totals(simulation))
        return
    body = {
        "paths": [
            {"name": path.name, "facts": path.facts, "ends_well": path.ends_well, "cards": len(path.passages)}
            for path in paths
        ],
        "cards": simulation.cards,
        "ways": simulation.ways,
        "complete": simulation.complete,
    }
    say(
        as_json,
        body,
        lambda: shown_lines([*(transcript(path, words, brief=brief) for path in paths), totals(simulation)]),
    )


@app.command("graph")
def graph(
    file: File,
    svg: Annotated[Path | None, typer.Option("--svg", help="Write a picture (SVG) to this file instead.")] = None,
) -> None:
    """Draw a playbook.

    Each card once, with its ways on: the key and label of an answer, or what data decides; ends and ways back are
    marked.
    """
    from data.playbook.drawing.terminal import drawn

    loaded = _playbook(file)
    if svg is None:
        print(shown_lines([drawn(loaded.playbook)]))
        return
    import themes
    from data.playbook.drawing.svg import svg as pictured

    try:
        svg.write_text(pictured(loaded.playbook, themes.roles_of(themes.BY_NAME["day"])), encoding="utf-8")
    except OSError as error:
        raise fail(
            f"{svg} cannot be written ({error.strerror}): check the folder and its rights.", USAGE
        ) from error
    print(f"{svg} shows the playbook {loaded.playbook.id}.")


@app.command("coverage")
def coverage(
    file: File,
    version: Annotated[int | None, typer.Option("--version", help="Only contacts that ran this version.")] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show how real contacts went through a playbook.

    For each card how often, how long, and how many contacts ended there; and the cards that nobody has been on.
    """
    from data.playbook.coverage import coverage as counted

    loaded = _playbook(file)
    with open_store(data_dir) as store:
        found = counted(store, loaded.playbook, version)
    body = {
        "playbook": loaded.playbook.id,
        "versions": found.versions,
        "contacts": found.contacts,
        "unused": found.unused,
        "cards": [
            {**asdict(one), "ended_rate": one.ended / found.contacts if found.contacts else None}
            for one in found.cards
        ],
    }
    say(as_json, body, lambda: _coverage(loaded.playbook.id, found))


def _coverage(playbook: str, found: Coverage) -> str:
    if not found.contacts:
        return f"No contact has run the playbook {playbook} yet, or not in that version."
    lines = [f"{'card':<10} {'':<30} {'times':>7} {'median':>8} {'p90':>8} {'ended':>7} {'back':>6}"]
    for one in found.cards:
        if one.median_s is None or one.p90_s is None:
            continue
        title = one.title or "(no longer there)"
        lines.append(
            f"{shown(one.card):<10} {shown(title)[:30]:<30} {one.times:>7,} {one.median_s:>6.0f} s {one.p90_s:>6.0f} s"
            f" {one.ended / found.contacts:>7.0%} {one.back:>6,}"
        )
    versions = ", ".join(str(one) for one in found.versions)
    lines += ["", f"{found.contacts:,} contacts, version {versions}."]
    if found.unused:
        lines.append(f"Never used: {shown(', '.join(found.unused))}.")
    return "\n".join(lines)


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of playbooks, for editors."""
    from data.playbook.editors import schema as written

    print(json.dumps(written(), indent=2, ensure_ascii=False))


def shown_lines(texts: list[str]) -> str:
    """Texts of several lines, each line safe to print."""
    return "\n".join(shown(line) for text in texts for line in text.split("\n"))


def _playbook(file: Path) -> Loaded:
    from data.playbook.library import load
    from data.text.reviewed import ContentError

    try:
        return load(file)
    except ContentError as error:
        raise fail(str(error), FAULTS) from error


def _items(data_dir: Path | None) -> dict[str, Item]:
    """What can be charged, by the code."""
    from data.billing.catalogue import catalogue
    from data.text.reviewed import ContentError

    try:
        return {one.code: one for one in catalogue(settings_of(folder_of(data_dir)).items).items}
    except ContentError as error:
        raise fail(str(error), FAULTS) from error
