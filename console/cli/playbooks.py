"""`playbook check`, `simulate`, `graph`, `coverage` and `schema`: the scripts, looked at before agents meet them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.shared import FAULTS, USAGE, Json, fail, say, shown

if TYPE_CHECKING:
    from data.billing.catalogue import Item
    from data.playbook.checking.finding import Finding
    from data.playbook.library import Loaded

app = typer.Typer(no_args_is_help=True, help="Look playbooks over.", rich_markup_mode=None)

File = Annotated[Path, typer.Argument(metavar="FILE", help="The playbook.")]

Items = Annotated[
    Path | None, typer.Option("--items", help="The file of what can be charged; else the shipped one.")
]


@app.command("check")
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]…", help="The playbooks; else those of this seat.")
    ] = None,
    items: Items = None,
    as_json: Json = False,
) -> None:
    """Find what is wrong in playbooks.

    Unknown names, cards that nothing leads to, questions without an answer, dead ends and loops, wording for the
    wrong channel, steps that are promised and never come, prices that differ. Each with its line and what to do.
    Exit code 1: something was found.
    """
    from data.playbook.checking.check import check_file

    paths = files or _shipped()
    known = _items(items)
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
        lines += [f"{shown(one.file)}:{one.line}:{card} {shown(one.text)}", f"    {shown(one.fix)}  [{one.kind}]"]
    return "\n".join([*lines, "", f"{len(found)} found."])


@app.command("simulate")
def simulate(
    file: File,
    golden: Annotated[
        Path | None, typer.Option("--golden", help="Write the transcripts to a file of the playbook's name here.")
    ] = None,
    card: Annotated[str, typer.Option("--card", help="Only paths that go through this card.")] = "",
    brief: Annotated[bool, typer.Option("--brief", help="Leave out what is said.")] = False,
    items: Items = None,
    as_json: Json = False,
) -> None:
    """Walk every path of a playbook.

    Each with the facts that were taken, what is said on each card, what is done, and how it ends. Facts that make
    no difference on a path are told with all of their values.
    """
    from data.playbook.simulate import simulate as walked
    from data.playbook.transcript import sample_words, totals, transcript

    loaded = _playbook(file)
    simulation = walked(loaded.playbook)
    words = sample_words(loaded.playbook, _items(items))
    paths = [path for path in simulation.paths if not card or any(one.card.id == card for one in path.passages)]
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


def shown_lines(texts: list[str]) -> str:
    """Texts of several lines, each line safe to print."""
    return "\n".join(shown(line) for text in texts for line in text.split("\n"))


def _shipped() -> list[Path]:
    from data.content import CONTENT

    return sorted((CONTENT / "playbooks").glob("*.yaml"))


def _playbook(file: Path) -> Loaded:
    from data.playbook.library import load
    from data.text.reviewed import ContentError

    try:
        return load(file)
    except ContentError as error:
        raise fail(str(error), FAULTS) from error


def _items(file: Path | None) -> dict[str, Item]:
    """What can be charged, by the code."""
    from data.billing.catalogue import catalogue
    from data.content import CONTENT
    from data.text.reviewed import ContentError

    try:
        return {one.code: one for one in catalogue(file or CONTENT / "items.yaml").items}
    except ContentError as error:
        raise fail(str(error), FAULTS) from error
