"""What the doctor says of the duties of a shift."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.content import CONTENT
from data.doctor.duties import named, reporting
from data.doctor.finding import State
from data.floor.pace import LeapClock
from data.models.base import AgentId
from data.models.queue_report import ReporterDuty, Rung, RungOutcome
from data.playbook.choices import load_choices
from data.playbook.library import library
from data.queue_report.ladder import step_of
from data.queue_report.pending import Pending
from data.shift.policy import ShiftPolicy, load_shift
from data.store.database import Store
from data.store.save import saving

ANA = AgentId("ana")


def test_what_is_shipped_fits_together() -> None:
    reasons = {one.label for one in load_choices(CONTENT / "dispositions.yaml").not_ready}
    playbooks = {one.id for one in library(CONTENT / "playbooks", "hardware").playbooks}
    [found] = named(load_shift(), "shift.yaml", reasons, playbooks)
    assert found.state is State.OK


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"breaks": ["siesta"]}, "breaks: no reason for not ready is called siesta"),
        ({"restart": {"reasons": ["lunch", "nap"]}}, "restart.reasons: no reason for not ready is called nap"),
        ({"queue_report": {"emergency": "", "managers": [{"name": "M", "number": "1"}]}}, "has no playbook"),
        ({"queue_report": {"emergency": "none", "managers": [{"name": "M", "number": "1"}]}}, "no playbook none"),
        ({"queue_report": {"emergency": "emergency"}}, "nobody to call when a queue report fails"),
        ({"conduct": {"people": []}}, "nobody to call when nothing written fits"),
        ({"maildir": "/nowhere/mail"}, "there is no folder /nowhere/mail"),
        ({"callbacks": {"from": "20:00", "to": "21:00"}}, "no window of 2 hours fits between 20:00 and 21:00"),
    ],
)
def test_what_the_file_names_and_is_not_there(changed: dict[str, object], says: str) -> None:
    shipped = load_shift().model_dump(mode="json", by_alias=True)
    duties = ShiftPolicy.model_validate({**shipped, **changed})
    [found] = named(duties, "shift.yaml", {"lunch", "break", "restart"}, {"emergency"})
    assert found.state is State.LOOK and says in found.says and ";" not in found.says


def test_a_schedule_that_ends_and_what_waits(store: Store, clock: LeapClock) -> None:
    def found() -> dict[str, tuple[State, str]]:
        return {one.check: (one.state, one.says) for one in reporting(store.path, clock.now(), ZoneInfo("UTC"))}

    assert found() == {"schedule": (State.OK, "there is none: whoever is clocked in gives the queue reports")}
    now = clock.now()
    with saving(store, ANA, clock) as change:
        change.add(
            ReporterDuty(id="d", agent=ANA, starts=now, ends=now + timedelta(days=3), made_by=ANA, made_at=now)
        )
    assert found()["schedule"] == (State.LOOK, "1 people in the schedule are not known here")
    clock.leap(timedelta(days=2).total_seconds())
    assert "it ends " in found()["schedule"][1]
    clock.leap(timedelta(days=2).total_seconds())
    assert "it ended " in found()["schedule"][1]
    waiting = Pending()
    waiting.add(step_of(now, ANA, Rung.MODAL, RungOutcome.FAILED, "x", ANA, now))
    waiting.keep(store)
    assert found()["ladder"] == (State.LOOK, "1 records of queue reports wait because the store took nothing")


def test_no_store_is_no_finding(tmp_path: Path, clock: LeapClock) -> None:
    assert list(reporting(tmp_path / "seat.db", clock.now(), ZoneInfo("UTC"))) == []
