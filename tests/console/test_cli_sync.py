"""`sync now`: one round with the hub in the foreground; `sync status` counts what people are told of."""

from __future__ import annotations

from data.clock import SYSTEM_CLOCK
from data.models.agent import Agent
from data.models.base import AgentId, TicketId
from data.models.customer import Customer
from data.presence.presence import be_at
from data.store.database import STORE_FILE, Store
from data.store.save import saving
from data.sync.contract import Op
from data.sync.embedded import EmbeddedHub
from tests.console.command import Command, one_sentence

ME = AgentId("ana")
CONTRACT = {"hub", "state", "queued", "refused", "conflicts", "cursor", "last_push", "last_pull"}


def save(cli: Command, many: int) -> None:
    with Store(cli.home / STORE_FILE) as store:
        for place in range(many):
            with saving(store, ME, SYSTEM_CLOCK) as change:
                change.add(Agent(id=f"agent-{place}", name=f"Agent {place}"))


def test_one_round_pushes_and_pulls(cli: Command) -> None:
    save(cli, 3)
    hub = EmbeddedHub(cli.home / "hub.db")
    hub.enrol_v1("other", "other")
    body = Agent(id="bo", name="Bo").model_dump(mode="json")
    op = Op(
        op_id="o-1", replica_seq=1, txn_id="t", entity="agent", entity_id="bo", kind="put", base_ver=0, patch=body,
        actor=ME, schema_v=1,
    )  # fmt: skip
    hub.push_v1("other", [op])
    hub.close()
    done = cli("sync", "now")
    assert (done.code, done.out) == (0, "Pushed 3, pulled 4; 0 queued, 0 refused, 0 in conflict.\n")
    again = cli("sync", "now", "--json")
    assert again.code == 0 and (again.body["pushed"], again.body["pulled"]) == (0, 0)
    with Store(cli.home / STORE_FILE) as store:
        assert store.value("SELECT name FROM agent WHERE id = 'bo'") == "Bo"


def test_more_than_one_page(cli: Command) -> None:
    save(cli, 450)
    EmbeddedHub(cli.home / "hub.db").close()
    done = cli("sync", "now", "--json")
    assert (done.code, done.body["pushed"], done.body["queued"]) == (0, 450, 0)


def test_a_seat_without_the_directory_takes_no_more_than_it_should(cli: Command) -> None:
    hub = EmbeddedHub(cli.home / "hub.db")
    hub.enrol_v1("other", "other")
    body = Customer(id="c-1", name="Kim Example").model_dump(mode="json")
    op = Op(
        op_id="o-1", replica_seq=1, txn_id="t", entity="customer", entity_id="c-1", kind="put", base_ver=0,
        patch=body, actor=ME, schema_v=1,
    )  # fmt: skip
    hub.push_v1("other", [op])
    hub.close()
    (cli.home / "settings.toml").write_text("directory = false\nsync_days = 7\n", encoding="utf-8")
    assert cli("sync", "now").code == 0
    with Store(cli.home / STORE_FILE) as store:
        assert store.value("SELECT count(*) FROM customer") == 0
    (cli.home / "settings.toml").write_text("directory = true\n", encoding="utf-8")
    assert cli("sync", "now").code == 0
    with Store(cli.home / STORE_FILE) as store:
        assert store.value("SELECT count(*) FROM customer") == 1


def test_a_hub_that_is_not_there(cli: Command) -> None:
    save(cli, 1)
    done = cli("sync", "now")
    assert done.code == 3 and "There is no hub at" in one_sentence(done)
    assert not (cli.home / "hub.db").exists(), "asking makes no hub"
    (cli.home / "hub.db").write_bytes(bytes(range(256)) * 64)
    assert cli("sync", "now").code == 3


def test_what_was_refused_is_exit_code_1(cli: Command) -> None:
    save(cli, 1)
    with Store(cli.home / STORE_FILE) as store, store.write() as connection:
        connection.execute("UPDATE outbox SET state = 'refused', last_error = 'no'")
    EmbeddedHub(cli.home / "hub.db").close()
    done = cli("sync", "now")
    assert done.code == 1 and "1 refused" in done.out


def test_the_contract_of_status_and_what_it_counts(cli: Command) -> None:
    save(cli, 2)
    with Store(cli.home / STORE_FILE) as store:
        assert be_at(store, ME, TicketId("t-1"), SYSTEM_CLOCK)
    body = cli("sync", "status", "--json").body
    assert set(body) == CONTRACT and body["queued"] == 2, "where somebody is, is no work"
