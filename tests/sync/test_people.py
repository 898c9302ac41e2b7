"""Who may sign in at an embedded hub, and what becomes of somebody whose access was withdrawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from data.floor.pace import LeapClock
from data.models.agent import Agent, Role
from data.models.base import AgentId
from data.sync.address import open_hub, seat_hub
from data.sync.contract import HubUnreachable, Login, OpOutcome, Revoked, WrongLogin
from data.sync.embedded import EmbeddedHub
from data.sync.hub_people import People, PeopleError
from tests.sync.speaking import (
    answers_its_own_steps_only,
    board,
    leaves_the_board_to_leaders,
    leaves_the_mail_to_the_gateway,
    moved,
    names_whoever_may_allow_it,
    punched,
    punches_for_itself_only,
    reports_slots_that_have_come,
    speaks_for_itself_only,
)
from tests.sync.writers import Writer, contact, note, ticket

pytestmark = pytest.mark.usefixtures("cheap_passwords")

PASSWORD, OTHER = "correct horse 1", "battery staple 2"


def login(name: str = "Dana Reyes", password: str = PASSWORD) -> Login:
    return Login(person=AgentId(name), password=SecretStr(password))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    EmbeddedHub(tmp_path / "hub.db").close()
    return tmp_path / "hub.db"


def test_a_hub_without_people_asks_nobody(path: Path) -> None:
    seat_hub(str(path), create=False, login=None).close()
    with pytest.raises(WrongLogin, match="user add"):
        seat_hub(str(path), create=False, login=login())


def test_the_password_lets_in_and_nothing_else_does(path: Path, clock: LeapClock) -> None:
    with People(path, clock) as people:
        dana = people.add("Dana  Reyes", Role.SUPERVISOR, PASSWORD)
    for typed in ("Dana Reyes", "dana reyes", dana.id):
        hub = EmbeddedHub(path, clock, login=login(typed))
        assert hub.member == dana and dana.name == "Dana Reyes"
        hub.close()
    for name, password in (("Dana Reyes", OTHER), ("Dana Reyes", ""), ("Nobody", PASSWORD), ("Dana", PASSWORD)):
        with pytest.raises(WrongLogin):
            EmbeddedHub(path, clock, login=login(name, password))
    with pytest.raises(WrongLogin, match="sign_in"):
        seat_hub(str(path), create=False, login=None)
    open_hub(str(path)).close()  # a feed beside it
    assert PASSWORD.encode() not in path.read_bytes()


def test_people_are_added_once_and_changed(path: Path, clock: LeapClock) -> None:
    with People(path, clock) as people:
        assert people.everyone() == []
        with pytest.raises(PeopleError):
            people.set_role("Dana Reyes", Role.AGENT)
        people.add("Dana Reyes", Role.AGENT, PASSWORD)
        for name, password in (("DANA REYES", PASSWORD), ("  ", PASSWORD), ("Bo", "short")):
            with pytest.raises(PeopleError):
                people.add(name, Role.AGENT, password)
        people.set_password("dana reyes", OTHER)
        people.set_role("dana reyes", Role.ADMINISTRATOR)
        [dana] = people.everyone()
        assert (dana.name, dana.role) == ("Dana Reyes", Role.ADMINISTRATOR)
    with pytest.raises(WrongLogin):
        EmbeddedHub(path, clock, login=login())
    EmbeddedHub(path, clock, login=login(password=OTHER)).close()


def test_seats_hear_of_people_and_their_roles(path: Path, clock: LeapClock) -> None:
    hub = EmbeddedHub(path, clock)
    seat = Writer(hub)
    seat.add(Agent(id="known", name="Dana Reyes", queues=()))
    with People(path, clock) as people:
        assert people.add("dana reyes", Role.SUPERVISOR, PASSWORD).id == "known", "who signed on by name before"
        people.add("Bo Lindgren", Role.AGENT, PASSWORD)
    agents = {
        row.body["name"]: row.body["role"] for row in hub.pull_v1(seat.replica, 0).rows if row.entity == "agent"
    }
    assert agents == {"dana reyes": "supervisor", "Bo Lindgren": "agent"}
    hub.close()


def test_who_speaks_is_who_signed_in(path: Path, clock: LeapClock) -> None:
    with People(path, clock) as people:
        dana = people.add("Dana Reyes", Role.AGENT, PASSWORD)
    hub = EmbeddedHub(path, clock, login=login())
    Writer(hub).add(ticket())  # whose ops name another actor
    assert [row[0] for row in hub._file.db.execute("SELECT actor FROM ops")] == [dana.id]
    hub.close()


def test_nobody_speaks_for_others_or_of_their_role(path: Path, clock: LeapClock) -> None:
    with People(path, clock) as people:
        dana, bo = (people.add(name, Role.AGENT, PASSWORD) for name in ("Dana Reyes", "Bo Lindgren"))
    hub = EmbeddedHub(path, clock, login=login())
    seat, feed = Writer(hub), Writer(EmbeddedHub(path, clock))
    speaks_for_itself_only(seat, dana.id, bo.id)
    assert [one.outcome for one in feed.add(note("t"), Agent(id="played", name="x"))] == [OpOutcome.APPLIED] * 2
    one = contact()
    feed.add(one)
    assert seat.claim(one.id, agent=bo.id).contact_id == one.id
    assert seat.row(one).body["agent"] == dana.id
    hub.close()
    feed.hub.close()


def test_the_outage_board_is_written_by_leaders(path: Path, clock: LeapClock) -> None:
    with People(path, clock) as people:
        for name, role in (
            ("Dana Reyes", Role.AGENT),
            ("Bo Lindgren", Role.SUPERVISOR),
            ("Ana Lima", Role.ADMINISTRATOR),
        ):
            people.add(name, role, PASSWORD)
        agent, leader, admin = (
            Writer(EmbeddedHub(path, clock, login=login(name)))
            for name in ("Dana Reyes", "Bo Lindgren", "Ana Lima")
        )
        feed = Writer(EmbeddedHub(path, clock))
        leaves_the_board_to_leaders(agent, leader, feed)
        leaves_the_mail_to_the_gateway(agent, leader, feed)
        assert {one.outcome for one in board(admin)} == {OpOutcome.APPLIED}
        people.set_role("Bo Lindgren", Role.AGENT)
        assert {one.outcome for one in board(leader)} == {OpOutcome.REFUSED}, "the role of now counts"
    for one in (agent, leader, admin, feed):
        one.hub.close()


def test_people_write_their_own_hours(path: Path, clock: LeapClock) -> None:
    with People(path, clock) as people:
        dana = people.add("Dana Reyes", Role.AGENT, PASSWORD)
        bo = people.add("Bo Lindgren", Role.SUPERVISOR, PASSWORD)
        cem = people.add("Cem Aydin", Role.AGENT, PASSWORD)
    agent, leader = (Writer(EmbeddedHub(path, clock, login=login(name))) for name in ("Dana Reyes", "Bo Lindgren"))
    feed = Writer(EmbeddedHub(path, clock))
    punches_for_itself_only(agent, leader, dana.id, bo.id)
    names_whoever_may_allow_it(agent, dana.id, bo.id, cem.id)
    reports_slots_that_have_come(agent, dana.id, clock.now())
    assert [one.outcome for one in feed.add(punched(dana.id, bo.id), moved(dana.id))] == [OpOutcome.APPLIED] * 2
    for one in (agent, leader, feed):
        one.hub.close()


def test_a_supervisors_step_is_answered_by_whom_it_addresses(path: Path, clock: LeapClock) -> None:
    roles = {
        "Dana Reyes": Role.AGENT,
        "Ana Lima": Role.AGENT,
        "Bo Lindgren": Role.SUPERVISOR,
        "Cem": Role.SUPERVISOR,
    }
    with People(path, clock) as people:
        for name, role in roles.items():
            people.add(name, role, PASSWORD)
    seats = [Writer(EmbeddedHub(path, clock, login=login(name))) for name in roles]
    answers_its_own_steps_only(*seats)
    for one in seats:
        one.hub.close()


def test_who_was_revoked_may_give_and_is_given_nothing(path: Path, clock: LeapClock) -> None:
    with People(path, clock) as people:
        dana = people.add("Dana Reyes", Role.AGENT, PASSWORD)
        hub = EmbeddedHub(path, clock, login=login())
        seat = Writer(hub)
        seat.add(ticket("before", created_by=dana.id))
        people.revoke("Dana Reyes")
        for ask in (
            lambda: hub.pull_v1(seat.replica, 0),
            lambda: hub.snapshot_v1(seat.replica, None),
            lambda: hub.lookup_v1(seat.replica, "a"),
            lambda: hub.claim_v1(seat.replica, "r", AgentId("dana"), (), None),
            lambda: hub.lease_numbers_v1(seat.replica, 1),
        ):
            with pytest.raises(Revoked):
                ask()
        assert seat.add(ticket("what waited", created_by=dana.id))[0].outcome is OpOutcome.APPLIED
        assert hub.enrol_v1(seat.replica, "seat").revoked
        again = EmbeddedHub(path, clock, login=login())
        assert again.member is not None and again.member.revoked, "the password is right all the same"
        again.close()
        people.revoke("Dana Reyes", withdrawn=False)
        assert not hub.enrol_v1(seat.replica, "seat").revoked and hub.pull_v1(seat.replica, 0).rows
        hub.close()


def test_a_missing_hub_is_not_made_for_a_question(tmp_path: Path, clock: LeapClock) -> None:
    with pytest.raises(HubUnreachable):
        People(tmp_path / "none.db", clock, create=False)
    with pytest.raises(HubUnreachable):
        seat_hub(str(tmp_path / "none.db"), create=False, login=login())
    assert not (tmp_path / "none.db").exists()
