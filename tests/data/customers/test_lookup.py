"""One search box: what is found, in which order, and why."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.customers.lookup import LookupRow, Match, get, lookup, pop
from data.customers.slips import close_words, within_one
from data.models.customer import Plan
from data.store.database import Store
from tests.data.customers.conftest import Save


def ids(found: list[Match]) -> list[str]:
    return [match.customer.id for match in found]


def only(store: Store, query: str) -> tuple[str, str]:
    """The id and the reason of the one customer that a query finds."""
    (match,) = lookup(store, query)
    return match.customer.id, match.why


@pytest.fixture
def desk(store: Store, save: Save) -> Store:
    """A handful of customers, the first saved ranks last."""
    save("c1", "Maria Alvarez", "202-555-0142", account="20718", emails=("maria@example.com",), plan=Plan.HELP_DESK)
    save("c2", "Ann Lee", "(303) 555-0142", "+44 20 7946 0142", street="12 Oak St", city="Springfield", node="N-12")
    save("c3", "John Smith", "404-555-0199", company="Acme Widgets", website="https://www.acme.example.com/x")
    save("c4", "Smithson & Sons", "4711", people=("Zoë O’Brien", "Bo Smith"), account="ACC-777")
    save("c5", "Leeds Tools", "505-555-0100", emails=("Sales@Leeds.example.com",))
    for number, customer_id in (("10432", "c1"), ("10433", "c2"), ("7-2001", "c3")):
        with store.write() as connection:
            connection.execute(
                "INSERT INTO ticket (id, number, title, customer_id) VALUES (?, ?, 'Printer', ?)",
                (f"t{number}", number, customer_id),
            )
    return store


@pytest.mark.parametrize(
    ("query", "found", "why"),
    [
        ("alvarez", "c1", "name"), ("ALV", "c1", "name"), ("alvarez mar", "c1", "name"), ("acme", "c3", "company"),
        ("john acme", "c3", "name and company"), ("o'brien", "c4", "contact"), ("brien", "c4", "contact"), ("zoe", "c4", "contact"),
        ("20718", "c1", "account 20718"), ("acc777", "c4", "account ACC-777"), ("ACC-777", "c4", "account ACC-777"),
        ("acc-7", "c4", "account ACC-777"), ("777", "c4", "account ACC-777"), ("c5", "c5", "customer c5"),
        ("10432", "c1", "ticket 10432"), ("#10432", "c1", "ticket 10432"), ("ticket 10432", "c1", "ticket 10432"),
        ("7-2001", "c3", "ticket 7-2001"),
        ("202-555-0142", "c1", "phone +1 202 555 0142"), ("+1 202 555 0142", "c1", "phone +1 202 555 0142"),
        ("2025550142 x 12", "c1", "phone +1 202 555 0142"), ("020 7946 0142", "c2", "phone +44 20 7946 0142"),
        ("0044 20 7946 0142", "c2", "phone +44 20 7946 0142"), ("+44 20", "c2", "phone starts 4420"),
        ("505 555", "c5", "phone starts 505555"), ("4711", "c4", "phone ends 4711"), ("0199", "c3", "phone ends 0199"),
        ("maria@", "c1", "e-mail"), ("MARIA@EXAMPLE.COM", "c1", "e-mail"), ("sales@le", "c5", "e-mail"),
        ("12 oak", "c2", "address"), ("springf", "c2", "address"), ("lee oak", "c2", "name and address"),
        ("acme.example", "c3", "name and website"), ("N-12", "c2", "node"),
        ("smith 0199", "c3", "name and phone ends 0199"),
    ],
)  # fmt: skip
def test_each_way_to_find_somebody(desk: Store, query: str, found: str, why: str) -> None:
    assert only(desk, query) == (found, why)


@pytest.mark.parametrize(
    ("query", "found", "why"),
    [
        ("alvrez", "c1", "close to ‘Alvarez’"), ("alvarezz", "c1", "close to ‘Alvarez’"), ("alvaerz", "c1", "close to ‘Alvarez’"),
        ("alverez", "c1", "close to ‘Alvarez’"), ("maria alvrez", "c1", "close to ‘Alvarez’"), ("obriem", "c4", "close to ‘obrien’"),
        ("jhon smith", "c3", "close to ‘John’"), ("widgts", "c3", "close to ‘Widgets’"),
    ],
)  # fmt: skip
def test_typing_mistakes_find_the_person(desk: Store, query: str, found: str, why: str) -> None:
    assert only(desk, query) == (found, why)


def test_typing_mistakes_are_forgiven_only_when_nothing_else_is_found(desk: Store, save: Save) -> None:
    save("c9", "Alvrez")
    assert ids(lookup(desk, "alvrez")) == ["c9"]


def test_whole_words_come_before_beginnings_and_names_before_companies(desk: Store, save: Save) -> None:
    assert ids(lookup(desk, "smith")) == ["c3", "c4"]
    assert ids(lookup(desk, "lee")) == ["c2", "c5"]
    save("c6", "Pat Doe", company="John Smith Ltd")
    assert ids(lookup(desk, "john smith")) == ["c3", "c6"]


def test_exact_numbers_come_before_endings(store: Store, save: Save) -> None:
    save("old", "Old", account="555")
    for number in range(30):
        save(f"p{number}", "Many", f"202-{200 + number}-0555")
    found = lookup(store, "555")
    assert len(found) == 20
    assert (found[0].customer.id, found[0].why) == ("old", "account 555")
    assert {match.why for match in found[1:]} == {"phone ends 555"}


def test_tickets_and_accounts_keep_a_place_beside_many_phones(store: Store, save: Save) -> None:
    for number in range(30):
        save(f"p{number}", "Many", f"202-{200 + number}-0104")
    save("t", "With ticket")
    save("a", "With account", account="01049")
    with store.write() as connection:
        connection.execute(
            "INSERT INTO ticket (id, number, title, customer_id) VALUES ('x', '010477', 'Printer', 't')"
        )
    reasons = {match.customer.id: match.why for match in lookup(store, "0104")}
    assert reasons["t"] == "ticket 010477"
    assert reasons["a"] == "account 01049"
    assert len(reasons) == 20


def test_new_customers_come_first_and_limits_hold(store: Store, save: Save) -> None:
    for number in range(80):
        save(str(number), "Ann Lee")
    assert ids(lookup(store, "ann", limit=3)) == ["79", "78", "77"]
    assert len(lookup(store, "ann")) == 20
    assert len(lookup(store, "lee", limit=70)) == 70
    assert lookup(store, "ann", limit=0) == []


def test_one_letter_narrows_beside_a_name(store: Store, save: Save) -> None:
    for number in range(70):
        save(f"s{number}", f"Carl Smith{number}")
    save("wanted", "Joan Smith")
    for number in range(70):
        save(f"t{number}", "Carl Smith")
    assert ids(lookup(store, "smith j")) == ["wanted"]
    assert ids(lookup(store, "j smith")) == ["wanted"]


def test_words_longer_than_the_prefix_index_are_found_as_they_grow(store: Store, save: Save) -> None:
    save("1", "Konstantinopoulos")
    save("2", "Konstantinidis")
    for length in range(1, len("Konstantinopoulos") + 1):
        assert "1" in ids(lookup(store, "konstantinopoulos"[:length])), length
    assert ids(lookup(store, "konstantino")) == ["1"]


def test_hard_names_are_found_by_their_own_text(store: Store, save: Save) -> None:
    names = [
        "José Núñez", "Nguyễn Thị Minh Khai", "王小明", "李 雷", "Παναγιώτης Παπαδόπουλος", "محمد عبد الله", "שרה כהן", "İpek Iğdır",
        "N/A", "Null", "True", "O'Connor; DROP TABLE customers", '"Ann" Lee', "  Lee  ", "👩‍👩‍👧‍👦 Family", "e\u0301lodie", "=SUM(A1:A9)",
        "\u202eevil", "Tab\tName", "AND", "a* OR b*", "NEAR(x y)", "ไทย", "田中さくら",
    ]  # fmt: skip
    for number, name in enumerate(names):
        save(str(number), name)
    for number, name in enumerate(names):
        assert ids(lookup(store, name))[:1] == [str(number)], name
    assert ids(lookup(store, "小明")) == ["2"]
    assert ids(lookup(store, "さくら")) == ["23"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.one_of(st.text(max_size=60), st.text(alphabet="0123456789+-()# x.@'\"*^:{}ANDORT\0", max_size=30)))
def test_no_query_is_syntax(desk: Store, query: str) -> None:
    for match in lookup(desk, query):
        assert match.why


def test_a_query_without_letters_or_digits_finds_nobody(desk: Store) -> None:
    for query in ("", "   ", "…", '"', "*", "()", "--"):
        assert lookup(desk, query) == []


def test_rows_hold_what_a_list_shows(desk: Store) -> None:
    assert lookup(desk, "alvarez")[0].customer == LookupRow(
        id="c1", account="20718", name="Maria Alvarez", company="", phones=("+12025550142",), plan=Plan.HELP_DESK
    )
    assert lookup(desk, "smithson")[0].customer.phones == ()


def test_a_plan_of_a_newer_version_does_not_break_the_list(desk: Store) -> None:
    desk.execute("UPDATE customer_row SET plan = 99")
    assert lookup(desk, "alvarez")[0].customer.plan is None


def test_the_screen_pop_gives_all_sharers_and_nobody_for_a_withheld_number(desk: Store, save: Save) -> None:
    save("c6", "Bo Lee", "+1 (303) 555-0142")
    assert [one.id for one in pop(desk, "+13035550142")] == ["c6", "c2"]
    assert [one.id for one in pop(desk, "+13035550142", limit=1)] == ["c6"]
    assert pop(desk, "+442079460142") == [get(desk, "c2")]
    for nobody in ("", "+", "anonymous", "4711", "+4711", "3035550142", "+1303555014", "+130355501422"):
        assert pop(desk, nobody) == [], nobody


@given(st.text(alphabet="abc", min_size=1, max_size=8), st.data())
def test_one_slip_is_within_one(word: str, data: Any) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    assert within_one(word[:at] + word[at + 1 :], word)
    assert within_one(word[:at] + "x" + word[at:], word)
    assert within_one(word[:at] + "x" + word[at + 1 :], word)
    if at + 1 < len(word):
        assert within_one(word[:at] + word[at + 1] + word[at] + word[at + 2 :], word)


def test_two_slips_are_not_within_one() -> None:
    assert not within_one("alvarez", "alvrz")
    assert not within_one("alvarez", "xlvarex")
    assert not within_one("ab", "cd")


def test_close_words_come_nearest_first_and_never_the_word_itself(store: Store, save: Save) -> None:
    save("1", "Alvarez Elvarez Alvares")
    assert close_words(store.connection, "alvarez") == ["alvares", "elvarez"]
    assert close_words(store.connection, "al") == []
