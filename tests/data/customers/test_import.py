"""Importing a CSV file: what each column becomes, what is refused and why, and that again changes nothing."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.customers.draft import Drafter
from data.customers.importing import ImportReport, import_customers, imported_rows
from data.customers.index import entry_of
from data.customers.lookup import get, lookup
from data.customers.mapping import ColumnMapping, Field, ImportRefused, default_field, fields_of, read_mapping
from data.customers.rejects import Rejection, write_rejects
from data.customers.sources.csv_file import CsvSource
from data.customers.sources.rows import SourceRow
from data.customers.sources.text import encoding_of
from data.models.customer import Customer, Person, Phone, Plan
from data.store.database import Store
from data.text.formulas import formula_safe
from tests.data.customers.conftest import Save
from tests.data.customers.test_index import assert_indexes_right


def text_file(tmp_path: Path, content: str | bytes, name: str = "customers.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    return report.read, report.added, report.updated, report.unchanged, report.rejected


def everybody(store: Store) -> dict[str, Any]:
    return {row["id"]: row for row in store.rows("SELECT * FROM customer")}


def kept(store: Store, customer_id: str) -> Customer:
    """The customer that must be there."""
    found = get(store, customer_id)
    assert found is not None
    return found


FULL = """id,account,name,company,phone,phone2,mobile,email,street,city,state,zip,node,plan,website,notes,created,contact,flags,vip
7,20718,Maria Alvarez,Acme,202-555-0142,,+44 20 7946 0142,maria@example.com; m@example.com,12 Oak St,Springfield,IL,62701,N-12,Help desk,https://example.com,Likes tea,2007-09-06,Bo Lee,shouts,1
"""


def test_every_column_finds_its_field(store: Store, tmp_path: Path) -> None:
    report = import_customers(store, text_file(tmp_path, FULL))
    assert counts(report) == (1, 1, 0, 0, 0)
    assert get(store, "7") == Customer(
        id="7",
        account="20718",
        name="Maria Alvarez",
        company="Acme",
        plan=Plan.HELP_DESK,
        since="2007-09-06",
        phones=(
            Phone(raw="202-555-0142", e164="+12025550142"),
            Phone(raw="+44 20 7946 0142", e164="+442079460142", note="mobile"),
        ),
        emails=("maria@example.com", "m@example.com"),
        website="https://example.com",
        street="12 Oak St",
        city="Springfield, IL 62701",
        node="N-12",
        people=(Person(name="Bo Lee"),),
        flags=("shouts",),
        notes="Likes tea",
        extra={"vip": "1"},
    )
    assert_indexes_right(store)


@pytest.mark.parametrize(
    ("heading", "field"),
    [("Customer ID", Field.ID), ("Acct #", Field.ACCOUNT), ("E-mail Address", Field.EMAIL), ("Phone 2", Field.PHONE), ("TELEPHONE", Field.PHONE),
     ("Cell phone", Field.MOBILE), ("First Name", Field.FIRST_NAME), ("surname", Field.LAST_NAME), ("city_area", Field.CITY),
     ("Site", Field.COMPANY), ("address line 1", Field.STREET), ("shoe size", Field.EXTRA), ("created_at", Field.SINCE), ("", Field.EXTRA)],
)  # fmt: skip
def test_headings_say_what_they_are(heading: str, field: Field) -> None:
    assert default_field(heading) == field


@pytest.mark.parametrize(
    ("text", "plan"),
    [("0", Plan.ONE_TIME), ("4", Plan.MANAGED), ("Managed services", Plan.MANAGED), ("pay as you go", Plan.PAY_AS_YOU_GO), ("payg", Plan.PAY_AS_YOU_GO),
     ("Remote-Access", Plan.REMOTE_ACCESS), ("gold", None), ("5", None)],
)  # fmt: skip
def test_plans_are_numbers_or_labels(store: Store, tmp_path: Path, text: str, plan: Plan | None) -> None:
    report = import_customers(store, text_file(tmp_path, f"id,name,plan\n1,Ann,{text}\n"))
    found = kept(store, "1")
    assert found.plan == plan
    assert found.extra == ({} if plan is not None else {"plan": text})
    assert len(report.warnings) == (plan is None)


def test_names_are_joined_and_a_company_alone_is_a_name(store: Store, tmp_path: Path) -> None:
    import_customers(
        store, text_file(tmp_path, "id,first name,last name,company\n1,Ann,Lee,\n2,,,Acme\n3, ,Lee,Acme\n")
    )
    assert [one["name"] for one in everybody(store).values()] == ["Ann Lee", "Acme", "Lee"]


def test_importing_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    path = text_file(tmp_path, "name,phone\nAnn Lee,202-555-0142\nBo Lee,202-555-0143\n,202-555-0100\n")
    assert counts(import_customers(store, path)) == (3, 2, 0, 0, 1)
    before = everybody(store)
    again = import_customers(store, path)
    assert counts(again) == (3, 0, 0, 2, 1)
    assert everybody(store) == before
    assert list(imported_rows(store, again.import_id)) == []


def test_ids_that_the_file_does_not_give_are_the_same_every_time(tmp_path: Path) -> None:
    rows = "name,account,phone,email\nAnn,20718,,\nAnn,,202-555-0142,\nAnn,,,a@example.com\nAnn,,,b@example.com\n"
    seen = []
    for name in ("one.db", "two.db"):
        with Store(tmp_path / name) as store:
            assert import_customers(store, text_file(tmp_path, rows)).added == 4
            seen.append(sorted(everybody(store)))
    assert seen[0] == seen[1]
    assert len(set(seen[0])) == 4


def test_a_changed_row_updates_what_it_fills_and_keeps_the_rest(store: Store, tmp_path: Path) -> None:
    import_customers(store, text_file(tmp_path, "id,name,phone,notes,a\n1,Ann Lee,202-555-0142,tea,x\n2,Bo,,,\n"))
    report = import_customers(
        store, text_file(tmp_path, "id,name,phone,notes,b\n1,Ann Park,202-555-0143,,y\n2,Bo,,,\n")
    )
    assert counts(report) == (2, 0, 1, 1, 0)
    found = kept(store, "1")
    assert (found.name, found.notes, found.extra) == ("Ann Park", "tea", {"a": "x", "b": "y"})
    assert [phone.e164 for phone in found.phones] == ["+12025550143"]
    assert lookup(store, "0142") == lookup(store, "lee") == []
    assert [row["id"] for row in imported_rows(store, report.import_id)] == ["1"]
    assert_indexes_right(store)


def test_an_update_keeps_the_place_in_the_list(store: Store, tmp_path: Path) -> None:
    rows = [f"{number},Ann Lee" for number in range(1, 31)]
    import_customers(store, text_file(tmp_path, "id,name\n" + "\n".join(rows)))
    import_customers(store, text_file(tmp_path, "id,name\n1,Ann Lee Park\n"))
    assert lookup(store, "ann")[0].customer.name == "Ann Lee Park"
    assert store.value("SELECT max(rank) FROM customer_row") == 30


def test_what_a_desk_corrected_survives_the_same_file(store: Store, save: Save, tmp_path: Path) -> None:
    path = text_file(tmp_path, "id,name\n1,Ann Lee\n")
    import_customers(store, path)
    save("1", "Anne Leigh", "202-555-0142")
    assert counts(import_customers(store, path)) == (1, 0, 0, 1, 0)
    assert kept(store, "1").name == "Anne Leigh"


def test_a_corrected_mapping_counts_as_a_change(store: Store, tmp_path: Path) -> None:
    path = text_file(tmp_path, "id,name,who\n1,Acme,Ann Lee\n")
    import_customers(store, path)
    mapping = ColumnMapping(columns={"who": Field.PERSON})
    assert counts(import_customers(store, path, mapping)) == (1, 0, 1, 0, 0)
    assert kept(store, "1").people == (Person(name="Ann Lee"),)


def test_a_dry_run_says_what_would_happen_and_changes_nothing(store: Store, tmp_path: Path) -> None:
    import_customers(store, text_file(tmp_path, "id,name\n1,Ann\n2,Bo\n"))
    before, changes = everybody(store), store.connection.total_changes
    path = text_file(tmp_path, "id,name\n1,Ann\n2,Bob\n3,Cy\n4,\n3,Di\n")
    report = import_customers(store, path, dry_run=True, rejects=tmp_path / "rejects.csv")
    assert counts(report) == (5, 1, 1, 1, 2)
    assert (everybody(store), store.connection.total_changes) == (before, changes)
    assert (tmp_path / "rejects.csv").exists()
    assert counts(import_customers(store, path)) == counts(report)


def test_rows_are_refused_with_a_reason_and_the_others_are_taken(store: Store, tmp_path: Path) -> None:
    path = text_file(
        tmp_path,
        "id,name,phone\n"
        "1,Ann,202-555-0142\n"
        "2,,202-555-0143\n"
        "3,Bo\n"
        "4,Cy,202-555-0144,more\n"
        '5,"Di,202-555-0145\n'
        "6,Ed,202-555-0146\n"
        "7,Nul\0l,\n"
        "1,Again,\n"
        '8,"Fay"x,\n'
        '9,"Gus\nWho",\n'
        "\n"
        "10,Hal,,,\n",
    )
    rejects = tmp_path / "rejects.csv"
    report = import_customers(store, path, rejects=rejects)
    assert counts(report) == (11, 4, 0, 0, 7)
    assert {row["id"]: row["name"] for row in everybody(store).values()} == {
        "1": "Ann",
        "6": "Ed",
        "9": "Gus\nWho",
        "10": "Hal",
    }
    with rejects.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["reason", "line", "id", "name", "phone"]
    assert [(row[1], row[0]) for row in rows[1:]] == [
        ("3", "no name and no company"),
        ("4", "2 cells where the first line names 3"),
        ("5", "4 cells where the first line names 3"),
        ("6", "a quotation mark that is never closed"),
        ("8", "holds a NUL byte"),
        ("9", "the same customer stands in the file before"),
        ("10", "a quotation mark in the wrong place"),
    ]
    assert len(report.problems) == 7
    assert rejects.stat().st_mode & 0o077 == 0


def test_a_quote_that_is_never_closed_costs_one_row(store: Store, tmp_path: Path) -> None:
    rows = ['1,"Torn', *(f"{number},Name{number}" for number in range(2, 1000))]
    report = import_customers(store, text_file(tmp_path, "id,name\n" + "\n".join(rows)))
    assert counts(report) == (999, 998, 0, 0, 1)


def test_lines_that_a_torn_quote_would_swallow_are_rows_of_their_own(store: Store, tmp_path: Path) -> None:
    path = text_file(tmp_path, 'id,name\n1,"Torn\n2,Bo\n3,",y,z\n4,Cy\n')
    report = import_customers(store, path)
    assert [problem.partition(":")[0] for problem in report.problems] == ["line 2", "line 4"]
    assert list(everybody(store)) == ["2", "4"]


def test_an_unreadable_number_is_kept_and_told(store: Store, tmp_path: Path) -> None:
    report = import_customers(store, text_file(tmp_path, "id,name,phone\n1,Ann,ext 4711\n"))
    assert kept(store, "1").phones == (Phone(raw="ext 4711"),)
    assert report.warnings == ("line 2: a telephone number could not be understood: kept as it was written",)
    assert lookup(store, "4711")[0].customer.id == "1"


CARD = "4111 1111 1111 1111"


def test_no_card_number_reaches_the_store_or_the_rejects_file(store: Store, tmp_path: Path) -> None:
    path = text_file(
        tmp_path,
        "id,name,phone,notes,email,contact,street,whatever\n"
        f"1,Ann {CARD},{CARD},paid with {CARD},{CARD}@example.com,Bo {CARD},{CARD},{CARD}\n"
        f"2,,,{CARD},,,,\n"
        f"3,torn,{CARD}\n",
    )
    rejects = tmp_path / "rejects.csv"
    report = import_customers(store, path, rejects=rejects)
    assert counts(report) == (3, 1, 0, 0, 2)
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for file in (store.path, rejects):
        for written in (CARD, CARD.replace(" ", "")):
            assert written.encode() not in file.read_bytes()
    assert any("card number was masked in notes" in warning for warning in report.warnings)
    assert kept(store, "1").notes == "paid with card ••••1111"


def test_formulas_are_text_in_the_store_and_harmless_in_the_rejects(store: Store, tmp_path: Path) -> None:
    path = text_file(tmp_path, "id,name,note\n1,=SUM(A1:A9),+1\n2,,=cmd()\n=3,,@x\n")
    import_customers(store, path, rejects=tmp_path / "rejects.csv")
    assert kept(store, "1").name == "=SUM(A1:A9)"
    rejected = (tmp_path / "rejects.csv").read_text(encoding="utf-8")
    assert ",'=cmd()" in rejected
    assert ",'=3,,'@x" in rejected


def test_formula_safe_leaves_plain_text_alone() -> None:
    assert formula_safe("Ann = Bo") == "Ann = Bo"
    assert formula_safe("  =1+1") == "'  =1+1"


def test_a_rejects_file_can_be_written_at_once(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    assert write_rejects(path, ["name"], [Rejection(3, "no name", ("-1",))]) == 1
    assert path.read_text(encoding="utf-8").splitlines() == ["reason,line,name", "no name,3,'-1"]
    with pytest.raises(ImportRefused, match="cannot be written"):
        write_rejects(tmp_path / "missing" / "rejects.csv", ["name"], [])


@pytest.mark.parametrize(
    ("content", "remark"),
    [
        ("\ufeffid,name\n1,José\n".encode(), ""),
        ("id,name\n1,José\n".encode("cp1252"), "Windows-1252"),
        ("id,name,x\n1,José,\x81\n".encode("latin-1"), "Latin-1"),
        ("id,name\n1,José\n".encode("utf-16"), "UTF-16"),
        ("id;name\r\n1;José\r\n".encode(), ""),
        ("id\tname\r1\tJosé\r".encode(), ""),
        ('"id";"name, full"\n1;José\n'.encode(), ""),
        ("id|name\n1|José".encode(), ""),
    ],
)
def test_encodings_and_delimiters_are_found_out(store: Store, tmp_path: Path, content: bytes, remark: str) -> None:
    mapping = ColumnMapping(columns={"name, full": Field.NAME}) if b"full" in content else None
    report = import_customers(store, text_file(tmp_path, content), mapping)
    assert kept(store, "1").name == "José"
    assert (len(report.remarks), remark in "".join(report.remarks)) == (bool(remark), True)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("", "is empty"), ("\n\n", "is empty"), ("id,phone\n1,2\n", "No column of the file holds names"), (b"PK\x03\x04\0\0\0", "not a text file")],
)  # fmt: skip
def test_files_that_cannot_be_used_are_refused_in_a_sentence(
    store: Store, tmp_path: Path, content: str | bytes, sentence: str
) -> None:
    with pytest.raises(ImportRefused, match=sentence):
        import_customers(store, text_file(tmp_path, content))
    assert store.value("SELECT count(*) FROM customer_import") == 0


def test_a_missing_file_or_folder_is_refused_in_a_sentence(store: Store, tmp_path: Path) -> None:
    for path in (tmp_path / "missing.csv", tmp_path):
        with pytest.raises(ImportRefused, match="cannot be read"):
            import_customers(store, path)


def test_huge_lines_and_cells_are_refused_one_by_one(store: Store, tmp_path: Path) -> None:
    path = text_file(tmp_path, f'id,name\n1,{"x" * 3_000_000}\n2,{"y" * 200_000}\n3,Ann\n4,"{"z" * 200_000}"\n')
    report = import_customers(store, path)
    assert counts(report) == (4, 1, 0, 0, 3)
    assert list(everybody(store)) == ["3"]


def test_a_mapping_file_renames_columns(store: Store, tmp_path: Path) -> None:
    mapping = text_file(
        tmp_path, '[columns]\n"Kundennummer" = "account"\n"Vorname" = "first_name"\nNachname = "last_name"\nSecret = "ignore"\n', "m.toml"
    )  # fmt: skip
    path = text_file(tmp_path, "Kundennummer;Vorname;Nachname;Secret;Tel.\n20718;Ann;Lee;x;+49 30 5550142\n")
    import_customers(store, path, read_mapping(mapping))
    (match,) = lookup(store, "20718")
    assert (match.customer.name, match.customer.phones) == ("Ann Lee", ("+49305550142",))
    assert kept(store, match.customer.id).extra == {}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("[columns", "not TOML"), ("x = 1", r"no \[columns\] part"), ('[columns]\na = "shoe"', "the field “shoe”"), ("[columns]\na = 1", "the field “1”"),
     (b"\xff\xfe\xff", "not TOML")],
)  # fmt: skip
def test_mapping_files_that_cannot_be_used_are_refused(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    with pytest.raises(ImportRefused, match=sentence):
        read_mapping(text_file(tmp_path, content, "m.toml"))


def test_a_mapping_of_a_column_that_is_not_there_is_refused(store: Store, tmp_path: Path) -> None:
    path = text_file(tmp_path, "id,name\n1,Ann\n")
    with pytest.raises(ImportRefused, match="“Kunde”, which the file does not have: it has “id”, “name”"):
        import_customers(store, path, ColumnMapping(columns={"Kunde": Field.NAME}))
    with pytest.raises(ImportRefused, match="cannot be read"):
        read_mapping(tmp_path / "missing.toml")


def test_twice_the_same_heading_keeps_both(store: Store, tmp_path: Path) -> None:
    import_customers(
        store, text_file(tmp_path, "id,name,phone,phone,x,x,\n1,Ann,202-555-0142,202-555-0143,a,b,c\n")
    )
    found = kept(store, "1")
    assert [phone.e164 for phone in found.phones] == ["+12025550142", "+12025550143"]
    assert found.extra == {"x": "a", "x 2": "b", "column 7": "c"}


_CELL = st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.tuples(_CELL, _CELL, _CELL, _CELL, _CELL, _CELL), max_size=5))
def test_a_draft_is_the_row_and_entry_of_the_model(rows: list[tuple[str, ...]]) -> None:
    headings = ("name", "phone", "email", "contact", "flags", "shoe size")
    drafter = Drafter(fields_of(headings, None), "US")
    for cells in rows:
        texts = ("x" + cells[0], *cells[1:])
        draft = drafter.draft(SourceRow(1, headings, texts, repr(texts)))
        row = draft.new_row()
        assert Customer.from_row(row).to_row() == row
        assert draft.new_entry() == entry_of(row)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(_CELL, _CELL), min_size=1, max_size=8))
def test_what_a_csv_writer_writes_is_read(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    path = tmp_path / "written.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("name", "note"), *rows])
    read = [row for row in CsvSource(path, encoding_of(path)) if isinstance(row, SourceRow)]
    assert [tuple(row.texts) for row in read] == rows


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=400), st.text(alphabet='ab",;\n\r\0', max_size=80).map(str.encode)))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    path = text_file(tmp_path, b"name,note\n" + content)
    lines = [row.line for row in CsvSource(path, encoding_of(path))]
    assert lines == sorted(set(lines))
    try:
        path = text_file(tmp_path, content)
        list(CsvSource(path, encoding_of(path)))
    except ImportRefused as refused:
        assert str(refused).endswith(".")


def test_extra_is_json_as_the_model_writes_it(store: Store, tmp_path: Path) -> None:
    import_customers(
        store, text_file(tmp_path, 'id,name,we"ird\n1,Ann,"a ""b"" \\ \t"\n'.replace('we"ird', '"we""ird"'))
    )
    assert json.loads(everybody(store)["1"]["extra"]) == {'we"ird': 'a "b" \\ \t'}
