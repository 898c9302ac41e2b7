"""Backups of an embedded hub and putting one back: while seats write, of damaged files, and into a new epoch."""

from __future__ import annotations

import json
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from data.backup import shelf
from data.backup.hubs import back_up_hub, check_hub, hub_manifest_of, restore_hub
from data.backup.making import check
from data.backup.shelf import BackupError, Reason
from data.clock import SYSTEM_CLOCK
from data.models.agent import Role
from data.models.base import AgentId, ContactId
from data.models.contact import ContactKind
from data.sync.contract import NUMBERS_LOST, HubUnreachable, Login, Member, WrongLogin
from data.sync.embedded import EmbeddedHub
from data.sync.hub_file import HUB_SHAPE
from data.sync.hub_people import People
from tests.faults import damage, read_only
from tests.sync.writers import Writer, contact, ticket

pytestmark = pytest.mark.usefixtures("cheap_passwords")

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A hub with one seat and one ticket."""
    with closing(EmbeddedHub(tmp_path / "hub.db")) as hub:
        Writer(hub, "first").add(ticket("before"))
    return tmp_path / "hub.db"


def titles(path: Path) -> list[str]:
    with closing(EmbeddedHub(path, create=False)) as hub:
        return sorted(row.body["title"] for row in Writer(hub).rows() if row.entity == "ticket")


def test_a_backup_is_one_moment_while_seats_write(path: Path) -> None:
    ended = threading.Event()
    batches = 0

    def write() -> None:
        nonlocal batches
        with closing(EmbeddedHub(path)) as hub:
            writer = Writer(hub, "busy")
            while not ended.is_set():
                writer.add(*(ticket(f"batch {batches}") for _ in range(20)))
                batches += 1

    seat = threading.Thread(target=write)
    seat.start()
    try:
        made = [back_up_hub(path, Reason.BY_HAND, NOW) for _ in range(5)]
    finally:
        ended.set()
        seat.join()
    assert batches > 0
    for one in made:
        manifest = check_hub(one)
        assert manifest.rows["ticket"] % 20 == 1, "no push is in it by half"
        assert manifest.clock == manifest.rows["ticket"] == manifest.ops
    assert len({one.name for one in made}) == 5
    assert len(titles(path)) == 1 + 20 * batches


def test_only_its_owner_can_read_a_backup(path: Path, tmp_path: Path) -> None:
    made = back_up_hub(path, Reason.BY_HAND, NOW, tmp_path / "there")
    assert {file.name: file.stat().st_mode & 0o777 for file in (made, *made.iterdir())} == {
        "there": 0o700,
        "hub.db": 0o600,
        "manifest.json": 0o600,
    }


def test_what_is_there_is_not_overwritten(path: Path, tmp_path: Path) -> None:
    place = tmp_path / "there"
    back_up_hub(path, Reason.BY_HAND, NOW, place)
    with pytest.raises(BackupError, match="--force"):
        back_up_hub(path, Reason.BY_HAND, NOW, place)
    with closing(EmbeddedHub(path)) as hub:
        Writer(hub).add(ticket("later"))
    back_up_hub(path, Reason.BY_HAND, NOW, place, force=True)
    assert hub_manifest_of(place).rows == {"ticket": 2}
    (tmp_path / "mine").mkdir()
    with pytest.raises(BackupError, match="is no backup"):
        back_up_hub(path, Reason.BY_HAND, NOW, tmp_path / "mine", force=True)


def test_no_hub_no_backup(tmp_path: Path) -> None:
    with pytest.raises(HubUnreachable, match="not there"):
        back_up_hub(tmp_path / "hub.db", Reason.BY_HAND, NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written(path: Path, tmp_path: Path) -> None:
    (tmp_path / "usb").mkdir()
    with read_only(tmp_path / "usb"), pytest.raises(BackupError, match="cannot be written"):
        back_up_hub(path, Reason.BY_HAND, NOW, tmp_path / "usb" / "there")


@pytest.mark.parametrize("what", ["copy", "manifest", "rows", "missing", "newer", "seat", "empty"])
def test_a_backup_that_cannot_be_trusted_is_not_put_back(path: Path, tmp_path: Path, what: str) -> None:
    made = back_up_hub(path, Reason.BY_HAND, NOW, tmp_path / "there")
    manifest = made / shelf.MANIFEST
    told = json.loads(manifest.read_text())
    match what:
        case "copy":
            (made / "hub.db").write_bytes((made / "hub.db").read_bytes()[:-1] + b"x")
        case "manifest":
            manifest.write_text("{")
        case "rows":
            manifest.write_text(json.dumps({**told, "seats": 7}))
        case "missing":
            (made / "hub.db").unlink()
        case "newer":
            manifest.write_text(json.dumps({**told, "shape": HUB_SHAPE + 1}))
        case "seat":
            (made / "hub.db").rename(made / shelf.COPY)
            manifest.write_text("{}")
        case "empty":
            manifest.unlink()
    before = path.read_bytes()
    with pytest.raises(BackupError) as error:
        restore_hub(path, made, NOW)
    assert "\n" not in str(error.value) and len(str(error.value).split()) > 5
    assert path.read_bytes() == before
    assert sorted(one.name for one in tmp_path.glob("hub.db*")) == ["hub.db"]


def test_the_backup_of_a_hub_is_none_of_a_seat(path: Path) -> None:
    with pytest.raises(BackupError, match="hub restore"):
        check(back_up_hub(path, Reason.BY_HAND, NOW))


def test_a_restore_begins_a_new_epoch_and_can_be_undone(path: Path) -> None:
    made = back_up_hub(path, Reason.BY_HAND, NOW)
    with closing(EmbeddedHub(path)) as hub:
        Writer(hub).add(ticket("after"))
        before = hub.enrol_v1("seat", "seat")
    done = restore_hub(path, made, NOW)
    assert titles(path) == ["before"]
    with closing(EmbeddedHub(path)) as hub:
        now = hub.enrol_v1("seat", "seat")
    assert (now.hub_id, now.epoch) == (before.hub_id, done.epoch)
    assert now.epoch != before.epoch
    assert done.kept is not None and done.undo
    restore_hub(path, done.kept, NOW)
    assert titles(path) == ["after", "before"]


def test_neither_number_nor_fence_nor_seat_goes_back_in_time(path: Path) -> None:
    one = contact()
    with closing(EmbeddedHub(path)) as hub:
        feed = Writer(hub, "feed")
        feed.add(one)
    made = back_up_hub(path, Reason.BY_HAND, NOW)
    with closing(EmbeddedHub(path)) as hub:
        late, gone = Writer(hub, "late"), Writer(hub, "gone")
        hub.revoke(gone.replica)
        hub.revoke(feed.replica)
        numbers = hub.lease_numbers_v1(late.replica, 20)
        claim = late.claim(one.id, request="r1")
        late.add(ticket("after"))
    assert restore_hub(path, made, NOW).seats_carried == 2
    with closing(EmbeddedHub(path)) as hub:
        late.hub = hub
        again = hub.enrol_v1(late.replica, "late")
        assert (again.number, again.last_replica_seq) == (late.number, 0)
        assert hub.enrol_v1(gone.replica, "gone").revoked and hub.enrol_v1(feed.replica, "feed").revoked
        assert hub.lease_numbers_v1(late.replica, 20).first > numbers.last
        assert Writer(hub).number not in (late.number, gone.number)
        assert late.claim(one.id, request="r1") == claim, "the same request gets the same answer"
        mine = late.claim(one.id, request="r2")
        assert mine.contact_id is None or mine.fence > claim.fence


def test_people_do_not_go_back_in_time(path: Path) -> None:
    def let_in(person: str, password: str) -> Member | None:
        login = Login(person=AgentId(person), password=SecretStr(password))
        with closing(EmbeddedHub(path, login=login)) as hub:
            return hub.member

    old, new = "a quiet harbour 7", "a loud harbour 8"
    with People(path, SYSTEM_CLOCK) as people:
        ana, dee = (people.add(name, Role.AGENT, old) for name in ("Ana", "Dee"))
    made = back_up_hub(path, Reason.BY_HAND, NOW)
    with People(path, SYSTEM_CLOCK) as people:
        people.set_password("Ana", new)
        ana, dee = people.revoke("Ana"), people.set_role("Dee", Role.SUPERVISOR)
        bo = people.add("Bo", Role.AGENT, old)
    restore_hub(path, made, NOW)
    assert [let_in("Ana", new), let_in("Bo", old), let_in("Dee", old)] == [ana, bo, dee]
    with pytest.raises(WrongLogin):
        let_in("Ana", old)
    with closing(EmbeddedHub(path)) as hub:
        rows = {row.entity_id: row.body["role"] for row in Writer(hub).rows() if row.entity == "agent"}
    assert rows == {ana.id: "agent", bo.id: "agent", dee.id: "supervisor"}


def test_people_from_after_a_backup_without_any_are_kept(path: Path) -> None:
    made = back_up_hub(path, Reason.BY_HAND, NOW)
    with People(path, SYSTEM_CLOCK) as people:
        bo = people.add("Bo", Role.AGENT, "a quiet harbour 7")
    restore_hub(path, made, NOW)
    with People(path, SYSTEM_CLOCK) as people:
        assert people.everyone() == [bo]


def test_what_somebody_holds_is_given_to_nobody_else(path: Path) -> None:
    chat, over = (contact(kind=ContactKind.CHAT) for _ in range(2))
    with closing(EmbeddedHub(path)) as hub:
        seat = Writer(hub)
        seat.add(chat, over)
        done = seat.claim(over.id)
        made = back_up_hub(path, Reason.BY_HAND, NOW)
        held = seat.claim(chat.id)
        assert hub.finish_v1(seat.replica, ContactId(over.id), done.fence)
    restore_hub(path, made, NOW)
    with closing(EmbeddedHub(path)) as hub:
        seat.hub = hub
        assert Writer(hub).claim(chat.id, agent="somebody else").contact_id is None
        assert hub.heartbeat_v1(seat.replica, ContactId(chat.id), held.fence)
        assert not hub.heartbeat_v1(seat.replica, ContactId(over.id), done.fence), "what was given back stays so"


def test_who_has_the_hub_open_is_told(path: Path) -> None:
    made = back_up_hub(path, Reason.BY_HAND, NOW)
    with closing(EmbeddedHub(path)) as open_one:
        seat = Writer(open_one)
        seat.add(ticket("after"))
        open_one.version()
        restore_hub(path, made, NOW)
        for _ in range(2):
            with pytest.raises(HubUnreachable, match="put back"):
                open_one.version()
    assert titles(path) == ["before"]


@pytest.mark.parametrize("what", ["missing", "text", "pages", "head"])
def test_a_hub_that_cannot_be_read_is_kept_in_its_files(path: Path, what: str) -> None:
    made = back_up_hub(path, Reason.BY_HAND, NOW)
    match what:
        case "missing":
            path.unlink()
        case "text":
            path.write_text("not a database " * 1000)
        case "pages":
            damage(path, "row")
        case "head":
            damage(path, "sqlite_schema")
    lost = path.read_bytes() if path.exists() else b""
    done = restore_hub(path, made, NOW)
    assert titles(path) == ["before"]
    assert not done.undo
    if what == "missing":
        assert done.kept is None
    else:
        assert done.kept is not None and (done.kept / "hub.db").read_bytes() == lost
    with closing(EmbeddedHub(path)) as hub:
        first = hub.lease_numbers_v1(Writer(hub).replica, 1).first
    assert first > (0 if what == "pages" else NUMBERS_LOST)
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in path.parent.glob("*restoring*")) == []


def test_seats_that_write_all_the_time_see_the_one_or_the_other(path: Path) -> None:
    made = back_up_hub(path, Reason.BY_HAND, NOW)
    ended = threading.Event()
    said: list[str] = []

    def work() -> None:
        while not ended.is_set():
            try:
                with closing(EmbeddedHub(path, create=False)) as hub:
                    writer = Writer(hub, "busy")
                    while not ended.is_set():
                        writer.add(ticket("busy"))
                        hub.version()
                        writer.rows(max(0, hub.snapshot_v1(writer.replica, None, 1).start - 5))
            except HubUnreachable as error:
                said.append(str(error))

    seats = [threading.Thread(target=work) for _ in range(3)]
    for seat in seats:
        seat.start()
    try:
        epochs = {restore_hub(path, made, NOW).epoch for _ in range(10)}
    finally:
        ended.set()
        for seat in seats:
            seat.join()
    assert len(epochs) == 10
    assert all("put back" in one or "enrol" in one for one in said), said
    check_hub(back_up_hub(path, Reason.BY_HAND, NOW))
