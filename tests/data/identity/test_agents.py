"""The agents' folders, and their end: whatever stops a wipe, the next start finishes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.identity import agents
from data.identity.agents import Agents, begin_wipe, wiped
from data.models.base import AgentId
from data.store.database import Store
from data.store.key import Key
from data.sync.contract import Member

pytestmark = pytest.mark.usefixtures("cheap_passwords")

PASSWORD = "correct horse 1"


def settle(seat: Path, person: str, name: str) -> Path:
    """An agent with a store, a backup and a log on a seat."""
    box, key = Agents(seat).of(AgentId(person)), Key.fresh()
    box.keep(Member(id=AgentId(person), name=name), PASSWORD, key)
    Store(box.folder / "seat.db", key=key).close()
    (box.folder / "backups" / "one").mkdir(parents=True)
    (box.folder / "backups" / "one" / "seat.db").write_bytes(b"copy")
    return box.folder


def test_agents_are_found_by_name_and_id(tmp_path: Path) -> None:
    settle(tmp_path, "dana", "Dana Reyes")
    settle(tmp_path, "../../etc/passwd", "Bo Lindgren")
    found = Agents(tmp_path)
    assert [card.name for card in found.known()] == ["Bo Lindgren", "Dana Reyes"]
    for typed in ("dana reyes", "  DANA   Reyes ", "dana"):
        box = found.find(typed)
        assert box is not None and box.folder == tmp_path / "agents" / "dana"
    assert found.find("dan") is None
    bo = found.find("Bo Lindgren")
    assert bo is not None and bo.folder.parent == tmp_path / "agents", "an id is never a path"


@pytest.mark.parametrize("steps", range(1, 8))
def test_a_wipe_that_was_interrupted_is_finished(
    tmp_path: Path, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = settle(tmp_path, "dana", "Dana Reyes")
    stays = settle(tmp_path, "bo", "Bo Lindgren")
    begin_wipe(folder)
    done = [0]

    def dies(step: object) -> object:
        def stepped(*args: object, **kwargs: object) -> object:
            done[0] += 1
            if done[0] > steps:
                raise OSError("the machine stops here")
            return step(*args, **kwargs)  # type: ignore[operator]

        return stepped

    with monkeypatch.context() as patch:
        patch.setattr(agents, "shred", dies(agents.shred))
        patch.setattr(Path, "unlink", dies(Path.unlink))
        patch.setattr(Path, "rmdir", dies(Path.rmdir))
        wiped(folder)
    assert Agents(tmp_path).find("Dana Reyes") is None, "from the mark on it is nobody's"
    assert Agents(tmp_path).finish_wipes() == []
    assert not folder.exists() and (stays / "seat.db").exists()


def test_a_store_in_use_keeps_its_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agents, "_PATIENCE_S", 0.1)
    folder = settle(tmp_path, "dana", "Dana Reyes")
    box = Agents(tmp_path).of(AgentId("dana"))
    begin_wipe(folder)
    with Store(folder / "seat.db", key=box.open(PASSWORD)):
        assert not wiped(folder)
        assert box.open(PASSWORD) and (folder / "seat.db").exists(), "whoever works in it is not locked out"
    assert wiped(folder) and not folder.exists()


def test_the_keys_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = settle(tmp_path, "dana", "Dana Reyes")
    begin_wipe(folder)

    def dies(*_args: object) -> None:
        raise OSError("the machine stops here")

    with monkeypatch.context() as patch:
        patch.setattr(agents.shutil, "rmtree", dies)
        assert not wiped(folder)
    assert not list(folder.glob("keys*")) and (folder / "backups").exists()
