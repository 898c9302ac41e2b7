"""`stats`: the figures of the queue and of the people, as table, CSV, JSON, bars, picture or sentences."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from console.cli.shared import USAGE, DataDir, Json, fail, open_store, say, settings_of, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.cli.reports import Report, Wanted
    from data.store.database import Store

LOCAL_TIME = Path("/etc/localtime")
NOTHING = "No contacts in this time."
NOBODY = "Nobody was at work, or scheduled, in this time."


def stats(
    by: Annotated[
        str | None,
        typer.Option(
            help="quarter, half-hour, day or week; queue, agent, disposition or playbook; one of each with a comma"
            " (half-hour,queue). Without it one row."
        ),
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="From this day or time on (ISO 8601).")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Up to this day or time, not included.")] = None,
    sl: Annotated[str, typer.Option(help="Service-level formula, SL1 to SL6.")] = "SL4",
    threshold: Annotated[
        float, typer.Option(min=0, max=1_000_000, help="Seconds within which a call should be answered.")
    ] = 20,
    tz: Annotated[
        str, typer.Option(help="Zone of days and half-hours; else the setting time_zone, else this machine's.")
    ] = "",
    staffing: Annotated[
        bool, typer.Option("--staffing", help="Agents there and agents needed, by half-hour and queue (Erlang C).")
    ] = False,
    occupancy: Annotated[
        bool, typer.Option("--occupancy", help="Each agent's occupancy; without --from that of today.")
    ] = False,
    adherence: Annotated[
        bool, typer.Option("--adherence", help="Each agent's adherence to the schedule; without --from today's.")
    ] = False,
    figure: Annotated[
        str | None, typer.Option(help="The figure to plot, draw or explain, as it is called in --json.")
    ] = None,
    why: Annotated[bool, typer.Option("--why", help="Explain each figure with its formula and numbers.")] = False,
    plot: Annotated[bool, typer.Option("--plot", help="Draw bars in the terminal.")] = False,
    svg: Annotated[Path | None, typer.Option("--svg", help="Write a picture (SVG) to this file.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Figures of the queue, and of the people.

    Offered, answered, abandoned, service level, ASA, AHT, longest wait and longest queue, computed from what
    happened to each call.
    """
    from console.cli import reports
    from data.identity.names import agent_names

    zone = tz or _site_zone(data_dir)
    people = {"staffing": staffing, "occupancy": occupancy, "adherence": adherence}
    kind = next((name for name, asked in people.items() if asked), "figures")
    try:
        _one_of("--json", "--csv", "--plot", "--svg", "--why", given=(as_json, as_csv, plot, svg is not None, why))
        _one_of("--by", "--staffing", "--occupancy", "--adherence", given=(by is not None, *people.values()))
        if kind != "figures" and (plot or svg is not None):
            raise ValueError(f"--{kind} has no plot: take --csv or --json for a picture of your own.")
        _known(figure, kind, why)
        begin, until = _moment(start, zone), _moment(end, zone)
        if begin is not None and until is not None and begin >= until:
            raise ValueError(f"--from {start} is not before --to {end}: change one of them.")
        wanted = reports.Wanted(by, begin, until, sl, threshold, zone)
        with open_store(data_dir) as store, _without_collecting():
            report = _report(store, kind, wanted)
            names = agent_names(store)
        if as_json:
            say(True, report.body, str)
        elif as_csv:
            _csv(report)
        elif not report.rows:
            print(NOTHING if kind in ("figures", "staffing") else NOBODY)
        elif why:
            print("\n".join(shown(sentence) for sentence in report.why(figure)))
        elif svg is not None:
            _draw(report, figure, names, zone, svg)
        else:
            print(_text(report, plot, figure, names))
    except ValueError as error:
        raise fail(str(error), USAGE) from error


@contextmanager
def _without_collecting() -> Iterator[None]:
    """All that is read stays until the report is made: looking for garbage in it takes a quarter of the time."""
    there = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if there:
            gc.enable()


def _one_of(*names: str, given: tuple[bool, ...]) -> None:
    both = [name for name, asked in zip(names, given, strict=True) if asked]
    if len(both) > 1:
        raise ValueError(f"{' and '.join(both)} do not go together: choose one of them.")


def _known(figure: str | None, kind: str, why: bool) -> None:
    """Refuse a figure that cannot be drawn or explained."""
    if figure is None:
        return
    from console.cli.charts import DRAWN
    from console.cli.reports import FIGURES_OF
    from data.supervision.why import EXPLAINED

    known = FIGURES_OF.get(kind) or (EXPLAINED if why else DRAWN)
    if figure not in known:
        raise ValueError(f"--figure is one of {', '.join(known)}, not '{figure}'.")


def _report(store: Store, kind: str, wanted: Wanted) -> Report:
    from console.cli import reports
    from data.clock import SYSTEM_CLOCK

    now = SYSTEM_CLOCK.now()
    if kind == "figures":
        return reports.figures_report(store, wanted)
    if kind == "staffing":
        return reports.staffing_report(store, wanted, now)
    place = _zone(wanted.zone)
    today = datetime.combine(now.astimezone(place).date(), time(), place)
    start, end = (at.astimezone(place) for at in (wanted.start or today, min(wanted.end or now, now)))
    if start >= end:
        raise ValueError("That time is still to come: nobody has worked in it.")
    of_people = reports.occupancy_report if kind == "occupancy" else reports.adherence_report
    return of_people(store, start, end)


def _csv(report: Report) -> None:
    from console.cli.tables import csv_text

    print(csv_text(report.rows), end="")
    if report.note:
        print(report.note, file=sys.stderr)


def _text(report: Report, plot: bool, figure: str | None, names: Mapping[str, str]) -> str:
    import shutil

    from console.cli.charts import plotted
    from console.cli.tables import table

    if plot:
        return plotted(report.figures, figure, names, shutil.get_terminal_size((100, 24)).columns)
    return "\n".join([table(report.rows), *([report.note] if report.note else [])])


def _draw(report: Report, figure: str | None, names: Mapping[str, str], zone: str, path: Path) -> None:
    import themes
    from console.cli.charts import pictured
    from data.supervision.picture import svg

    picture = pictured(report.figures, figure, names, zone)
    try:
        path.write_text(svg(picture, themes.roles_of(themes.BY_NAME["day"])), encoding="utf-8")
    except OSError as error:
        raise ValueError(
            f"{path} cannot be written ({error.strerror}): check the folder and its rights."
        ) from error
    print(f"{shown(str(path))} shows the figures.")


def _moment(text: str | None, zone: str) -> datetime | None:
    """A day or time as typed, in the zone of the figures when it names none."""
    if text is None:
        return None
    place = _zone(zone)
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=place)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"'{text}' is no day or time: write it like 2026-01-31 or 2026-01-31T13:00.") from error


def _site_zone(data_dir: Path | None) -> str:
    """The zone that the settings name, else this machine's."""
    from console.settings import data_folder

    settings = settings_of(data_folder(data_dir))
    if "time_zone" in settings.model_fields_set:
        return settings.time_zone
    named = os.environ.get("TZ", "").removeprefix(":") or str(LOCAL_TIME.resolve()).rpartition("zoneinfo/")[2]
    try:
        return _zone(named).key
    except ValueError:
        return "UTC"  # what it has is no name of a zone


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"There is no time zone '{name}': write it like Europe/Berlin.") from error
