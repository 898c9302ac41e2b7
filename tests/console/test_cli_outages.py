"""`import outages`: the report, its exit codes, and what it leaves on the board."""

from __future__ import annotations

from data.outages.outages import open_outages
from data.store.database import STORE_FILE, Store
from tests.console.command import Command

FILE = "node,city,since,expected,text\nRP-14,Ridgeport,2026-01-05 06:30,,cut \x1b[31mline\nEM-01,,soon,,\n"


def test_import_again_and_rejects(cli: Command) -> None:
    cli.home.mkdir(exist_ok=True)
    file, rejects = cli.home / "board.csv", cli.home / "refused.csv"
    file.write_text(FILE)
    told = cli("import", "outages", str(file), "--rejects", str(rejects), "--json")
    assert told.code == 1
    assert {name: number for name, number in told.body.items() if name != "seconds"} == {
        "read": 2, "added": 1, "updated": 0, "unchanged": 0, "rejected": 1,
    }  # fmt: skip
    assert "line 3" in told.err and "is no time" in rejects.read_text()
    with Store(cli.home / STORE_FILE) as store:
        [one] = open_outages(store)
    assert (one.node, one.city, one.made_by) == ("RP-14", "Ridgeport", "import")
    assert one.since.isoformat() == "2026-01-05T11:30:00+00:00"
    assert cli("import", "outages", str(file), "--json").body["unchanged"] == 1
    file.write_text("a,b\n1,2\n")
    refused = cli("import", "outages", str(file))
    assert refused.code == 2 and "names no column node" in refused.err
