"""vCards and JSON Lines come in as CSV does: the same fields, the same refusals, the same second time."""

from __future__ import annotations

import codecs
import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.customers.importing import ImportReport, import_customers
from data.customers.lookup import get
from data.customers.mapping import ColumnMapping, Field, ImportRefused
from data.customers.sources.opening import open_source
from data.customers.sources.rows import SourceRow, TornRow
from data.models.customer import Customer, Person, Phone
from data.store.database import Store
from data.text.cards import mask_cards
from tests.data.customers.test_import import CARD, counts, everybody, kept, text_file
from tests.data.customers.test_index import assert_indexes_right
from tests.data.customers.test_naughty import OURS
from tests.hostile import HOSTILE


def card(*lines: str, version: str = "3.0", end: str = "\r\n") -> str:
    return end.join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""))


def rows(tmp_path: Path, content: str | bytes, name: str = "customers.vcf") -> list[SourceRow | TornRow]:
    return list(open_source(text_file(tmp_path, content, name)))


def texts(tmp_path: Path, content: str | bytes) -> dict[str, list[str]]:
    """What a single card says, by heading."""
    (row,) = rows(tmp_path, content)
    assert isinstance(row, SourceRow), row
    found: dict[str, list[str]] = {}
    for heading, text in row.cells:
        found.setdefault(heading, []).append(text)
    return found


def reasons(found: list[SourceRow | TornRow]) -> list[str]:
    return [row.reason for row in found if isinstance(row, TornRow)]


# vCards

FULL = card(
    "UID:urn:uuid:7",
    "N:Alvarez;Maria;;Dr;",
    "FN:Maria Alvarez",
    "ORG:Alvarez Tile Co;Sales;North",
    "ORG:Second Co",
    "TEL;TYPE=HOME,VOICE:202-555-0142",
    "TEL;TYPE=CELL;TYPE=PREF:+1 202 555 0143",
    "item1.TEL:202-555-0144",
    "item1.X-ABLabel:_$!<HomeFax>!$_",
    "TEL;TYPE=WORK;PREF=1:202-555-0145",
    "EMAIL:second@example.com",
    "EMAIL;TYPE=PREF:first@example.com",
    "ADR;TYPE=HOME:;Suite 3;12 Mill St\\, rear;Ridgeport;IL;62701;USA",
    "ADR;TYPE=WORK:;;1 Side St;Eastmere;;;",
    "URL:https://example.com",
    "NOTE:Likes tea\\nand quiet\\; always",
    "TITLE:Owner",
    "CATEGORIES:gold,early",
    "X-ACCOUNT:20718",
    "PHOTO;ENCODING=b;TYPE=JPEG:AAAA",
    " BBBB",
)


def test_a_full_card_becomes_a_customer(store: Store, tmp_path: Path) -> None:
    mapping = ColumnMapping(columns={"X-ACCOUNT": Field.ACCOUNT, "categories": Field.FLAGS})
    report = import_customers(store, text_file(tmp_path, FULL, "a.vcf"), mapping)
    assert counts(report) == (1, 1, 0, 0, 0)
    assert get(store, "urn:uuid:7") == Customer(
        id="urn:uuid:7",
        account="20718",
        name="Maria Alvarez",
        company="Alvarez Tile Co",
        phones=(
            Phone(raw="202-555-0145", e164="+12025550145"),
            Phone(raw="202-555-0142", e164="+12025550142"),
            Phone(raw="+1 202 555 0143", e164="+12025550143", note="mobile"),
            Phone(raw="202-555-0144", e164="+12025550144", note="fax"),
        ),
        emails=("first@example.com", "second@example.com"),
        street="Suite 3, 12 Mill St, rear",
        city="Ridgeport, IL 62701",
        website="https://example.com",
        notes="Likes tea\nand quiet; always",
        flags=("gold", "early"),
        extra={
            "department": "Sales, North",
            "other company": "Second Co",
            "country": "USA",
            "other address": "1 Side St, Eastmere",
            "title": "Owner",
        },
    )
    assert_indexes_right(store)


@pytest.mark.parametrize(
    ("content", "name", "note"),
    [
        # 2.1: quoted-printable with soft line ends and a charset, types that stand alone
        ("BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=UTF-8;QUOTED-PRINTABLE:Jos=C3=A9 =\r\nN=C3=BA=C3=B1ez\r\nNOTE:a\\nb\r\nEND:VCARD\r\n", "José Núñez", "a\\nb"),
        ("BEGIN:VCARD\r\nVERSION:2.1\r\nFN;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Jos=E9\r\nNOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0Atwo\r\nEND:VCARD", "José", "one\ntwo"),
        ("BEGIN:VCARD\r\nVERSION:2.1\r\nFN:José\r\nNOTE:long\r\n  text\r\nEND:VCARD\r\n".encode("cp1252"), "José", "long  text"),
        ("BEGIN:VCARD\r\nVERSION:2.1\r\nFN:Jos\xe9\r\nNOTE;ENCODING=BASE64:\r\n Y2Fm\r\n w6k=\r\n\r\nEND:VCARD\r\n".encode(), "José", "café"),
        # 3.0 and 4.0: a fold in the middle of a character
        (b"BEGIN:VCARD\nVERSION:3.0\nFN:Jos\xc3\n \xa9\nNOTE:a\\\n ,b\nEND:VCARD", "José", "a,b"),
        (card("FN:José", "NOTE:x", version="4.0").encode("utf-16"), "José", "x"),
        (codecs.BOM_UTF8 + card("FN:José", "NOTE:\\\\n", end="\n").encode(), "José", "\\n"),
        (card("N:Núñez;José;;;", "NOTE:x", end="\r"), "José Núñez", "x"),
        (card("fn:José", "note;language=\"es;x:y\":x", end="\n"), "José", "x"),
    ],
)  # fmt: skip
def test_each_version_is_read(tmp_path: Path, content: str | bytes, name: str, note: str) -> None:
    found = texts(tmp_path, content)
    assert (found["name"], found["notes"]) == ([name], [note])


@pytest.mark.parametrize(
    ("line", "heading", "text"),
    [("TEL;VALUE=uri:tel:+1-202-555-0142;ext=7", "phone", "+1-202-555-0142 ext. 7"), ("TEL;CELL;VOICE:1", "mobile", "1"),
     ("TEL;TYPE=\"work,fax\":1", "fax", "1"), ("EMAIL:mailto:a@example.com", "email", "a@example.com"), ("ORG:;Sales", "department", "Sales"),
     ("ORG:A\\;B", "company", "A;B"), ("X-PLAN:2", "X-PLAN", "2"), ("BDAY:1970-01-02", "birthday", "1970-01-02")],
)  # fmt: skip
def test_what_a_property_becomes(tmp_path: Path, line: str, heading: str, text: str) -> None:
    assert texts(tmp_path, card("FN:Ann", line, version="4.0"))[heading] == [text]


@pytest.mark.parametrize(
    ("content", "wanted", "taken"),
    [
        (card("FN:A") + "BEGIN:VCARD\r\nFN:B\r\nTEL:2", ["cut short"], 1),
        ("BEGIN:VCARD\r\nFN:A\r\n" + card("FN:B"), ["END:VCARD is missing"], 1),
        (card("FN:A", "no colon here") + card("FN:B"), ["a line that is no property: 'no colon here'"], 1),
        (card("FN;CHARSET=x-none:A") + card("FN:B"), ["FN is not in its charset 'X-NONE'"], 1),
        (card("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=FF") + card("FN:B"), ["FN is not in its charset"], 1),
        (card("FN;CHARSET=zlib:A"), ["FN is not in its charset 'ZLIB'"], 0),
        (card("NOTE;ENCODING=b:A"), ["NOTE is not base64"], 0),
        (card("FN;ENCODING=QUOTED-PRINTABLE:a=00b"), ["FN holds a NUL character"], 0),
        (card("FN:A") + "stray\r\nmore\r\n" + card("FN:B"), ["text that belongs to no card"], 2),
        (card("KIND:group", "FN:Friends", "MEMBER:urn:uuid:1"), ["a list of other cards"], 0),
        (card("FN:A", "NOTE:" + "x" * 200_000) + card("FN:B"), ["longer than 100,000 characters"], 1),
        (card("FN:A", *["NOTE:x"] * 20_000) + card("FN:B"), ["longer than 1,000,000 characters or 10,000 lines"], 1),
        (card("FN:A", "NOTE:" + "x" * 3_000_000) + card("FN:B"), ["a card longer than"], 1),
        (card("FN:A", "PHOTO;ENCODING=b:" + "x" * 3_000_000, *[" " + "y" * 70] * 20_000), [], 1),
        (card("FN:A", "AGENT:", "BEGIN:VCARD", "FN:Inner", "END:VCARD", "NOTE:x"), [], 1),
    ],
)  # fmt: skip
def test_a_card_that_cannot_be_read_is_told_and_the_next_one_is_read(
    tmp_path: Path, content: str, wanted: list[str], taken: int
) -> None:
    found = rows(tmp_path, content)
    told = reasons(found)
    assert len(told) == len(wanted)
    assert all(one in reason for one, reason in zip(wanted, told, strict=True)), told
    assert len(found) - len(told) == taken


_TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=40)


def folded(line: str, at: int) -> bytes:
    """RFC 6350: a line end and a blank after so many octets, wherever they fall."""
    octets = line.encode()
    return b"\r\n ".join(octets[place : place + at] for place in range(0, len(octets), at))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=_TEXT, notes=st.lists(_TEXT, max_size=3), at=st.integers(5, 80))
def test_what_a_vcard_writer_writes_is_read(tmp_path: Path, name: str, notes: list[str], at: int) -> None:
    def escaped(text: str) -> str:
        return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")

    lines = [f"FN:x{escaped(name)}x", *(f"NOTE:x{escaped(note)}x" for note in notes)]
    content = (
        b"BEGIN:VCARD\r\nVERSION:4.0\r\n" + b"".join(folded(one, at) + b"\r\n" for one in lines) + b"END:VCARD"
    )
    found = texts(tmp_path, content)
    assert found["name"] == [f"x{name}x"]
    assert found.get("notes", []) == [f"x{note}x" for note in notes]


_PIECES = st.sampled_from(
    ["BEGIN:VCARD", "END:VCARD", "VERSION:2.1", "FN:A", "AGENT:", "NOTE;QUOTED-PRINTABLE:a=", "TEL;;=:", "\n", "\r\n ", "PHOTO:x", ";", ":", '"', "=", "\\", "\0", "é", "CHARSET=utf-7", "N:;;"]
)  # fmt: skip


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(st.binary(max_size=200), st.lists(_PIECES, max_size=40).map(lambda parts: "".join(parts).encode())),
    name=st.sampled_from(["a.vcf", "a.jsonl", "a.csv", "a"]),
    begun=st.booleans(),
)  # fmt: skip
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes, name: str, begun: bool) -> None:
    try:
        found = rows(tmp_path, (b"BEGIN:VCARD\n" if begun else b"") + content, name)
    except ImportRefused as refused:
        assert str(refused).endswith((".", "?", "}"))
        return
    assert [row.line for row in found] == sorted({row.line for row in found})


# JSON Lines


def jsonl(*objects: Any) -> str:
    return "".join(json.dumps(one) + "\n" for one in objects)


def test_objects_become_customers(store: Store, tmp_path: Path) -> None:
    path = text_file(
        tmp_path,
        jsonl(
            {
                "id": 7,
                "name": "Maria Alvarez",
                "phones": ["202-555-0142", {"number": "202-555-0143"}],
                "emails": ["m@example.com"],
                "address": {"street": "12 Mill St", "city": "Ridgeport", "zip": "62701"},
                "people": [{"money": True, "name": "Ann"}, {"name": "Bo", "role": "owner"}, {"name": "Cy", "money": False}],
                "plan": 2,
                "vip": True,
                "score": 1.50,
                "nothing": None,
            },
            {"id": "8", "name": "Bo\ud83d", "phone": "+12025550144"},
        ),
        "a.jsonl",
    )  # fmt: skip
    assert counts(import_customers(store, path)) == (2, 2, 0, 0, 0)
    found = kept(store, "7")
    assert [phone.e164 for phone in found.phones] == ["+12025550142", "+12025550143"]
    assert (found.street, found.city, found.plan) == ("12 Mill St", "Ridgeport, 62701", 2)
    assert found.people == (
        Person(name="Ann", money=True),
        Person(name="Bo", role="owner"),
        Person(name="Cy", money=False),
    )
    assert found.extra == {"vip": "true", "score": "1.5"}
    assert kept(store, "8").name == "Bo\N{REPLACEMENT CHARACTER}"
    assert counts(import_customers(store, path)) == (2, 0, 0, 2, 0)
    assert_indexes_right(store)


def test_lines_that_are_no_objects_are_refused_one_by_one(store: Store, tmp_path: Path) -> None:
    lines = [
        '{"id": "1", "name": "Ann"}',
        "",
        '{"id": "2", "name": "Torn',
        "[1, 2]",
        '"text"',
        '{"name": NaN}',
        "[" * 100_000,
        '{"name": ' + '{"a":' * 9 + "1" + "}" * 10,
        '{"name": "a\\u0000b"}',
        json.dumps({"name": "x" * 200_000}),
        json.dumps({"name": "x" * 2_000_000}),
        json.dumps({"name": "Ann", "n": list(range(5000))}),
        json.dumps({"name": "Ann", "x" * 300: 1}),
        '{"id": "1", "name": "Again"}',
        '{"id": "9", "name": ' + "9" * 5000 + "}",
        '{"id": "3", "name": "Bo"}',
        '{"id": "4", "na',
    ]
    rejects = tmp_path / "rejects.csv"
    report = import_customers(store, text_file(tmp_path, "\n".join(lines), "a.jsonl"), rejects=rejects)
    assert counts(report) == (16, 3, 0, 0, 13)
    assert list(everybody(store)) == ["1", "9", "3"]
    with rejects.open(encoding="utf-8", newline="") as file:
        told = {int(row[1]): row[0] for row in list(csv.reader(file))[1:]}
    assert told == {
        3: "not JSON, at character 21: one object a line is expected",
        4: 'not an object: each line should look like {"name": …}',
        5: 'not an object: each line should look like {"name": …}',
        6: "not JSON: one object a line is expected",
        7: "too many objects inside each other",
        8: "too many objects inside each other",
        9: "holds a NUL character",
        10: "a text longer than 100,000 characters",
        11: "longer than 1,000,000 characters",
        12: "more than 1,000 texts",
        13: "a name longer than 100 characters, or with a NUL character",
        14: "the same customer stands in the file before",
        17: "not JSON, at character 13: one object a line is expected",
    }


# all of them


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        ("", "a.vcf", "holds no vCard"),
        ("FN:Ann\n", "a.vcf", "holds no vCard"),
        ("", "a.jsonl", "holds no customer"),
        ('[{"name": "Ann"}]', "a.ndjson", "holds no customer"),
        ('{"phone": 1}', "a.jsonl", "No column of the file holds names"),
        ("".join(f'{{"k{number}": 1}}\n' for number in range(1200)), "a.jsonl", "more than 1,000 different names"),
        (card("FN:A", *(f"X-{number}:1" for number in range(1200))), "a.vcf", "more than 1,000 different properties"),
        ("," * 500_000, "a.csv", "names 500,001 columns"),
        ("id,name\n1,José\n".encode("utf-16")[:-1], "a.csv", "changed or cut short"),
        (card("FN:A").encode("utf-16")[:-1], "a.vcf", "changed or cut short"),
        ("", "a", "is empty"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_used_are_refused_in_a_sentence(
    store: Store, tmp_path: Path, content: str | bytes, name: str, sentence: str
) -> None:
    path = text_file(tmp_path, content, name)
    with pytest.raises(ImportRefused, match=sentence):
        import_customers(store, path)
    assert store.value("SELECT count(*) FROM customer_row") == 0


def test_a_pipe_is_refused_in_a_sentence(store: Store, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ImportRefused, match="no plain file"):
        import_customers(store, tmp_path / "pipe")


@pytest.mark.parametrize("name", ["customers", "customers.txt", "contacts.csv"])
def test_a_file_is_known_by_how_it_begins(store: Store, tmp_path: Path, name: str) -> None:
    assert import_customers(store, text_file(tmp_path, "\n" + card("UID:1", "FN:Ann"), name)).added == 1
    if not name.endswith(".csv"):
        assert import_customers(store, text_file(tmp_path, ' {"id": 2, "name": "Bo"}', name)).added == 1
    assert import_customers(store, text_file(tmp_path, "id,name\n3,Cy\n", name)).added == 1


FORMATS = {
    "a.csv": "id,name,phone,note\n1,Ann,202-555-0142,x\n2,Bo,202-555-0143,\n",
    "a.vcf": card("UID:1", "FN:Ann", "TEL:202-555-0142", "NOTE:x")
    + card("UID:2", "FN:Bo", "TEL:202-555-0143", version="4.0"),
    "a.jsonl": jsonl(
        {"id": 1, "name": "Ann", "phone": "202-555-0142", "note": "x"},
        {"id": 2, "name": "Bo", "phone": "202-555-0143"},
    ),
}


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_gives_the_same_customers_and_nothing_the_second_time(
    store: Store, tmp_path: Path, name: str
) -> None:
    path = text_file(tmp_path, FORMATS[name], name)
    seen: list[tuple[int, int]] = []
    assert counts(import_customers(store, path, dry_run=True)) == (2, 2, 0, 0, 0)
    assert everybody(store) == {}
    report = import_customers(store, path, progress=lambda read, expected: seen.append((read, expected)))
    assert counts(report) == (2, 2, 0, 0, 0)
    assert seen == [(2, 2)]
    assert [kept(store, one) for one in ("1", "2")] == [
        Customer(id="1", name="Ann", phones=(Phone(raw="202-555-0142", e164="+12025550142"),), notes="x"),
        Customer(id="2", name="Bo", phones=(Phone(raw="202-555-0143", e164="+12025550143"),)),
    ]
    assert counts(import_customers(store, path)) == (2, 0, 0, 2, 0)
    changed = text_file(tmp_path, FORMATS[name].replace("Bo", "Bob"), name)
    assert counts(import_customers(store, changed)) == (2, 0, 1, 1, 0)


@pytest.mark.parametrize("name", FORMATS)
def test_no_card_number_reaches_the_store(store: Store, tmp_path: Path, name: str) -> None:
    path = text_file(tmp_path, FORMATS[name].replace("202-555-0142", CARD).replace("x", CARD), name)
    import_customers(store, path, rejects=tmp_path / "rejects.csv")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert CARD.encode() not in store.path.read_bytes()


def test_a_card_number_as_a_name_in_an_object_is_masked_too(store: Store, tmp_path: Path) -> None:
    report = import_customers(store, text_file(tmp_path, jsonl({"id": 1, "name": "Ann", CARD: "x"}), "a.jsonl"))
    assert report.added == 1
    assert kept(store, "1").extra == {"card ••••1111": "x"}


def naughty(store: Store, strings: list[str], folder: Path) -> None:
    """Every string as the name and note of a card and of an object: stored as it is, or refused with a reason."""
    for name in ("a.vcf", "a.jsonl"):
        wanted = [
            text for text in dict.fromkeys(strings) if text.strip() and "\0" not in text and len(text) < 50_000
        ]
        if name == "a.vcf":
            wanted = [text for text in wanted if text == text.strip() and "\r" not in text]
            escaped = [
                text.replace("\\", "\\\\").replace("\n", "\\n").replace(";", "\\;").replace(",", "\\,")
                for text in wanted
            ]
            content = "".join(card(f"UID:v{at}", f"FN:{text}", f"NOTE:{text}") for at, text in enumerate(escaped))
        else:
            content = jsonl(*({"id": f"j{at}", "name": text, "note": text} for at, text in enumerate(wanted)))
        report: ImportReport = import_customers(store, text_file(folder, content, name))
        assert (report.added, report.rejected) == (len(wanted), 0), report.problems
        for at, text in enumerate(wanted):
            masked = mask_cards(text)
            found = kept(store, f"{name[2]}{at}")
            assert (found.name, found.notes) == (masked, masked)
    assert_indexes_right(store)


def test_hostile_text_comes_through_every_format(store: Store, tmp_path: Path) -> None:
    naughty(store, [*OURS, *HOSTILE], tmp_path)


@pytest.mark.corpora
def test_the_big_list_of_naughty_strings_comes_through_every_format(
    store: Store, corpora: Path, tmp_path: Path
) -> None:
    strings = json.loads((corpora / "naughty" / "blns.json").read_text(encoding="utf-8"))
    naughty(store, strings, tmp_path)


# people and duplicates


@pytest.mark.parametrize(
    ("content", "people", "warnings"),
    [
        ("contact,may discuss money\nAnn,yes\n", [("Ann", True)], 0),
        ("contact,may discuss money\nAnn,No\n", [("Ann", False)], 0),
        ("contact,may discuss money\nAnn,\n", [("Ann", None)], 0),
        ("contact,may discuss money\nAnn,perhaps\n", [("Ann", None)], 1),
        ("contact,money,contact 2,money 2\nAnn,no,Bo,yes\n", [("Ann", False), ("Bo", True)], 0),
        ("contact,contact 2,money 2,money\nAnn,Bo,yes,no\n", [("Ann", False), ("Bo", True)], 0),
        ("contact,money,contact 2,money 2\n,yes,Bo,\n", [("Bo", None)], 1),
    ],
)
def test_marks_belong_to_the_person_named_before_them(
    store: Store, tmp_path: Path, content: str, people: list[tuple[str, bool | None]], warnings: int
) -> None:
    head, line = content.splitlines()
    report = import_customers(store, text_file(tmp_path, f"id,name,{head}\n1,Acme,{line}\n"))
    assert [(one.name, one.money) for one in kept(store, "1").people] == people
    assert len(report.warnings) == warnings


def test_a_file_that_says_nothing_of_money_leaves_the_marks(store: Store, tmp_path: Path) -> None:
    import_customers(store, text_file(tmp_path, "id,name,contact,money,contact 2\n1,Acme,Ann,no,Bo\n"))
    import_customers(store, text_file(tmp_path, "id,name,contact,contact 2\n1,Acme Co,ANN,Cy\n"))
    assert kept(store, "1").people == (Person(name="ANN", money=False), Person(name="Cy"))


def test_likely_duplicates_in_a_file_are_taken_and_told(store: Store, tmp_path: Path) -> None:
    path = text_file(
        tmp_path,
        "id,name,phone\n1,Ann Lee,202-555-0142\n2,Bo Lee,202-555-0142\n3,ann  LEE,+1 202 555 0142\n4,Ann Lee,\n5,Ann Lee,\n",
    )
    for dry_run in (True, False):
        report = import_customers(store, path, dry_run=dry_run)
        assert counts(report) == (5, 5, 0, 0, 0)
        assert report.duplicates == 1
        assert report.warnings == (
            "line 4: probably a customer that stands in the file before: the same number and name",
        )
        assert report.remarks[0].startswith("1 of the customers probably stand")
