"""The key of a store under a password: nothing but that password opens it, and another one rewrites nothing."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from data.identity.keybox import KeyBox, KeyBoxError, WrongPassword
from data.identity.passwords import fits, kept, prepared, unfit
from data.models.base import AgentId
from data.store.database import Store
from data.store.key import Key
from data.sync.contract import Member

pytestmark = pytest.mark.usefixtures("cheap_passwords")

DANA = Member(id=AgentId("dana"), name="Dana Reyes")
PASSWORD, OTHER = "correct horse 1", "battery staple 2"


def test_only_the_password_opens_the_box(tmp_path: Path) -> None:
    box, key = KeyBox(tmp_path / "dana"), Key.fresh()
    with pytest.raises(KeyBoxError):
        box.open(PASSWORD)
    box.keep(DANA, PASSWORD, key)
    assert box.open(PASSWORD).hex == key.hex
    card = box.card()
    assert card is not None and (card.person, card.name) == ("dana", "Dana Reyes")
    for wrong in (OTHER, PASSWORD + " ", PASSWORD.upper(), ""):
        with pytest.raises(WrongPassword):
            box.open(wrong)


def test_a_changed_bit_is_noticed(tmp_path: Path) -> None:
    box = KeyBox(tmp_path / "dana")
    box.keep(DANA, PASSWORD, Key.fresh())
    card = box.card()
    assert card is not None
    file = tmp_path / "dana" / card.box
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2 + 40] ^= 1
    file.write_bytes(whole)
    with pytest.raises(WrongPassword):
        box.open(PASSWORD)


def test_another_password_rewrites_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "dana"
    box, key = KeyBox(folder), Key.fresh()
    box.keep(DANA, PASSWORD, key)
    Store(folder / "seat.db", key=key).close()
    before = hashlib.sha256((folder / "seat.db").read_bytes()).hexdigest()
    box.keep(DANA, OTHER, box.open(PASSWORD))
    assert box.open(OTHER).hex == key.hex
    with pytest.raises(WrongPassword):
        box.open(PASSWORD)
    assert hashlib.sha256((folder / "seat.db").read_bytes()).hexdigest() == before
    assert len(list(folder.glob("keys-*.db"))) == 1, "the former box is gone"


def test_the_files_are_for_their_owner_alone_and_tell_nothing(tmp_path: Path) -> None:
    folder, key = tmp_path / "dana", Key.fresh()
    KeyBox(folder).keep(DANA, PASSWORD, key)
    assert folder.stat().st_mode & 0o777 == 0o700
    for file in folder.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600, file
        told = file.read_bytes()
        assert PASSWORD.encode() not in told and key.hex.encode() not in told and bytes.fromhex(key.hex) not in told


def test_a_box_that_was_half_changed_still_opens(tmp_path: Path) -> None:
    """A crash between the new box and the card that names it leaves the old one in force."""
    box, key = KeyBox(tmp_path / "dana"), Key.fresh()
    box.keep(DANA, PASSWORD, key)
    (tmp_path / "dana" / "keys-00000000.db").write_bytes(b"half of a box")
    assert box.open(PASSWORD).hex == key.hex
    box.keep(DANA, PASSWORD, key)
    assert len(list((tmp_path / "dana").glob("keys-*.db"))) == 1


def test_of_two_first_sign_ins_at_once_one_is_told_and_the_other_works(tmp_path: Path) -> None:
    folder, keys = tmp_path / "dana", [Key.fresh(), Key.fresh()]
    starts = Barrier(2)

    def sign_in(key: Key) -> Key | None:
        starts.wait()
        try:
            KeyBox(folder).keep(DANA, PASSWORD, key, first=True)
        except KeyBoxError:
            return None
        return key

    with ThreadPoolExecutor(2) as both:
        [kept_one] = [key for key in both.map(sign_in, keys) if key is not None]
    assert KeyBox(folder).open(PASSWORD).hex == kept_one.hex


def test_two_new_passwords_at_once_leave_a_box_that_opens(tmp_path: Path) -> None:
    box, key = KeyBox(tmp_path / "dana"), Key.fresh()
    box.keep(DANA, PASSWORD, key)
    with ThreadPoolExecutor(4) as several:
        list(several.map(lambda _: KeyBox(tmp_path / "dana").keep(DANA, OTHER, key), range(4)))
    assert box.open(OTHER).hex == key.hex and len(list((tmp_path / "dana").glob("keys-*.db"))) == 1


def test_a_key_shows_itself_nowhere() -> None:
    key = Key.fresh()
    assert key.hex not in f"{key} {key!r} {[key]}"


def test_what_a_hub_keeps_of_a_password() -> None:
    stored = kept("Grüße aus Wien")
    assert stored.startswith("$argon2id$") and "Wien" not in stored
    assert fits(stored, "Gru\u0308\u00dfe aus Wien"), "the same letters from another keyboard"
    assert not fits(stored, "grüße aus wien") and not fits("no hash at all", "x")
    assert prepared("e\u0301") == "é"
    assert unfit("short") and unfit("x" * 201) and unfit("a tab\there, long") and not unfit("a few words")
