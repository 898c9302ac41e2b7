"""What an agent types and hears beside the main job: interruptions, several customers, handing over, the hub."""

from __future__ import annotations

from pathlib import Path

from console.settings import Settings
from data.models.agent import AgentState, AgentStatus
from data.models.contact import Contact, ContactState, Request, RequestAction, RequestState
from data.models.customer import Customer
from data.store.database import STORE_FILE, Store
from data.sync.wire import Progress, SyncStatus
from tests.console.plain.stage import Desk, at_desk
from tests.console.stage import NOW


def kept(folder: Path) -> list[str]:
    """The forms on the desk, as they stand in the store."""
    with Store(folder / STORE_FILE, create=False) as store:
        return [row["fields"] for row in store.rows("SELECT fields FROM desk ORDER BY place DESC")]


async def on_call(desk: Desk, contact_id: str = "c-1") -> None:
    """Dana talks to a caller."""
    await desk.sign_on()
    await desk.type("ready")
    await desk.ring(contact_id)
    await desk.type("answer")
    await desk.connect(contact_id)


async def test_a_text_is_kept_line_by_line_commands_go_on_beside_it_and_it_comes_back(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await on_call(desk)
        await desk.type("set title No sound", "details", "Since noon.")
        assert "Since noon." in kept(tmp_path)[0]
        assert desk.console.prompt == "text: "
        assert await desk.type(".spell") == ["Ticket number: 1 0 0 0 1."]
        assert desk.console.prompt == "text: "
        await desk.type(".NET was updated.", "...", "4111 1111 1111 1111")
        assert any("card number was masked" in line for line in desk.lines)
        assert "4111 1111" not in "".join(kept(tmp_path)) and "1111" in kept(tmp_path)[0]
        await desk.console.interrupt()
        assert desk.lines[-1] == "Details kept: 4 lines."
        assert desk.console.prompt == "> "
        assert (await desk.type("set details New"))[0].startswith("The details hold 4 lines: type details to add")
        assert (await desk.type("ticket"))[-4:-1] == ["Details: Since noon.", ".NET was updated.", "..."]
        await desk.type("details", "And then the line")  # and then the terminal is gone
    with Store(tmp_path / STORE_FILE, create=False) as store:
        assert store.value("SELECT count(*) FROM desk WHERE fields LIKE '%And then the line%'") == 1
    desk = Desk(tmp_path, desk.feed, Settings())
    try:
        await desk.console.start()
        said = await desk.type("dana")
        assert "On your desk: 1 thing left from before. Type desk." in said
        assert said[1].startswith("On call, for ") and "Maria Alvarez" in said[1]
        assert "Title: No sound" in await desk.type("ticket")
    finally:
        await desk.console.close()


async def test_several_share_the_number(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await on_call(desk, "c-4")
        assert "Customer: one of 2 with this number, Ben Lee, Ann Lee." in desk.lines
        assert any(line.startswith("Ringing: [b]Ann[/b] ?[31mLee, +1 202 555 0199, ") for line in desk.lines)
        assert "\x1b" not in desk.text
        assert (await desk.type("customer"))[:3] == [
            "2 customers share this number: type attach and a number.",
            "1: Ben Lee, 20732, same number.",
            "2: Ann Lee, 20731, same number.",
        ]
        assert await desk.type("attach 1") == ["Attached: Ben Lee, account 20732."]
        await desk.type("verify")
        said = await desk.type("lookup maria", "open 1")
        assert said[0].startswith("Only looked at: type attach to make this the contact's customer, type back")
        assert await desk.type("back") == ["Back: Ben Lee, account 20732."]
        said = await desk.type("open 1", "attach")
        assert said == [
            "The contact has another customer now: verify the caller again.",
            "Attached: Maria Alvarez, Alvarez Tile Co, account 20718.",
        ]
        assert await desk.type("attach 7") == ["No customer was read out as number 7: type lookup first."]
        await desk.until(lambda: desk.feed.contact("c-4").customer_id == "20718")


async def test_a_customer_is_created_by_questions_and_it_rings_in_their_midst(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.sign_on()
        await desk.type("ready", "new", "Robin")
        await desk.ring("c-2")
        assert desk.lines[-2].endswith("Type .answer or .reject.") and desk.lines[-1] == "Customer: not known."
        assert desk.console.prompt == "Company: "
        await desk.type(".answer")
        await desk.connect("c-2")
        assert desk.console.prompt == "Company: "
        await desk.type(".")
        assert desk.lines[-1] == "Left."
        await desk.type("new", "Robin Example", "Example Ltd", "", "", "", "robin@example.com", "", "")
        said = await desk.type("nonsense")
        assert said[0] == "0: One-time session." and desk.console.prompt.startswith("Plan")
        await desk.type("managed")
        assert await desk.type("Rings twice") == ["Created: Robin Example."]
        said = await desk.type("customer")
        assert said[0] == "Robin Example, Example Ltd." and "Plan: Managed services." in said
        rows = [row for row in desk.feed._rows() if row.entity == Customer.entity]
        await desk.until(lambda: desk.feed.contact("c-2").customer_id)
        assert len(rows) >= 4


async def test_hold_consult_and_transfer(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.feed.put(AgentStatus(id="priya", state=AgentState.READY, since=NOW))
        await on_call(desk)
        assert await desk.type("resume") == ["No caller is on hold."]
        await desk.type("hold")
        held = await desk.asked(RequestAction.HOLD)
        desk.feed.patch(Request, held.id, state=RequestState.REFUSED, why="the line is busy")
        await desk.hears("Not done (hold): the line is busy.")
        said = await desk.type("transfer")
        assert said == ["1: Priya Nair, ready.", "2: queue Billing, 1 waiting.", "3: queue Support, 2 waiting."]
        await desk.type(".")
        await desk.type("consult priya")
        asked = await desk.asked(RequestAction.CONSULT)
        assert asked.target == "agent:priya"
        desk.feed.patch(Request, asked.id, state=RequestState.DONE)
        desk.feed.patch(Contact, "c-1", state=ContactState.HELD, held_since=NOW.isoformat(), consult="agent:priya")
        await desk.hears("Talking to Priya Nair; the caller waits.")
        await desk.type("transfer")
        assert (await desk.asked(RequestAction.COMPLETE_TRANSFER)).target == "agent:priya"
        desk.feed.patch(Contact, "c-1", state=ContactState.ENDED, ended_at=NOW.isoformat(), end_reason="transfer")
        await desk.hears("Wrap-up: the call has ended. Type wrap.")
        said = await desk.type("wrap x y")
        assert said[0] == "None of these: x y." and "h: Handed over." in said
        await desk.type("handed")
        await desk.hears("Wrapped up: Handed over.")


async def test_rings_that_are_not_answered(tmp_path: Path) -> None:
    async with at_desk(tmp_path, Settings(bell=False)) as desk:
        await desk.sign_on()
        assert await desk.type("take") == ["You are not ready: type ready to get ready first."]
        assert await desk.type("answer") == ["Nothing rings here: type take for the next caller."]
        await desk.type("ready")
        await desk.ring()
        said = await desk.type("reject")
        assert said == [
            "Rejected: the caller keeps the place in the queue. You are not ready; type ready to be ready again."
        ]
        desk.feed.patch(Contact, "c-1", state=ContactState.WAITING, ringing_agent=None)
        await desk.until(lambda: desk.waits("c-1"))
        assert await desk.type("ready") == ["Ready."]
        await desk.ring()
        desk.feed.patch(Contact, "c-1", state=ContactState.WAITING, ringing_agent=None)
        await desk.hears("You missed a call")
        assert desk.bells == 0
        assert await desk.type("take 9") == ["The queue as it was read out has no number 9: type queue."]
        said = await desk.type("not ready l")
        assert said == ["Not ready: lunch."]


def hub_goes_and_comes_back(desk: Desk) -> None:
    """What the worker tells is told once."""
    said = len(desk.lines)
    desk.session.synced(SyncStatus(online=False, since=NOW, queued=2, problem="the hub does not answer"))
    desk.session.synced(SyncStatus(online=False, since=NOW, queued=3, problem="the hub does not answer"))
    desk.session.synced(SyncStatus(online=True, conflicts=1))
    assert [line.split(":")[0] for line in desk.lines[said:]] == ["Hub offline", "Hub online again.", "1 conflict"]
    desk.session.synced(SyncStatus(online=False, since=NOW, queued=1))


async def test_signing_on_the_hub_and_signing_off(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        assert await desk.type("") == ["Known here: Dana Reyes, Priya Nair."]
        await desk.type("Nobody Known")
        assert desk.console.prompt == "Nobody here is called Nobody Known. Add this name? yes or no: "
        await desk.type("no")
        assert desk.console.prompt == "Name: "
        assert await desk.type(".queue") == ["Sign on first: type your name."]
        await desk.sign_on()
        hub_goes_and_comes_back(desk)
        assert (await desk.type("hub"))[:2] == ["Hub offline since 14:18.", "Waiting to be sent: 1 change."]
        far = {"snapshot": Progress(done=1234, total=10_000), "load": Progress(done=400, total=1000), "stalls": 2}
        desk.session.synced(SyncStatus(online=True, **far))
        said = await desk.type("sync")
        assert not any("Nothing waits" in line for line in said)
        assert said[:4] == [
            "Hub online.",
            "Fetching: 12 percent; 1234 of about 10000 records.",
            "Sending import: 40 percent; 400 of 1000 customers.",
            "Connected anew because nothing moved: 2 times.",
        ]
        assert await desk.type("quue") == ["Unknown: quue. Did you mean queue? Type help for the commands."]
        assert await desk.type("ticket") == [
            "There is no ticket in hand: one opens with a contact, or with open and its number."
        ]
        assert await desk.type("7") == ["The script opens with the first word of a contact."]
        said = await desk.type("help tak")
        assert said[0].startswith("take [N], next, take next: Take the contact")
        assert await desk.type("again") == said
        desk.session.synced(SyncStatus(online=True))
        await desk.type("sign off")
        assert desk.console.prompt == "Name: "
        await desk.type("priya")
        assert "Signed on: Priya Nair." in desk.lines
        await desk.type("sign off", "quit")
        assert desk.console.done


async def test_a_macro_is_read_out_before_it_applies(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await on_call(desk)
        assert await desk.type("macro w") == ["Title: a few words that say what is wrong; nothing can be applied before.", "State: new to pending.", "Reminder: Mon 13:48."]  # fmt: skip
        said = await desk.type("set title No sound", "macro w")
        assert said == [
            "State: new to pending.",
            "Reminder: Mon 13:48.",
            "With it: what was typed before: title.",
            "Told to the customer: To go on with ticket 10001 we need your answer to our question. Please write or call"
            " when it suits you; we get in touch again if we do not hear from you.",
        ]
        assert await desk.type("no") == ["Nothing is changed."]
        assert await desk.type("f solved", "yes") == ["Applied: Solved, confirmed by phone. Ticket 10001 is saved."]
        assert await desk.type("due") == [
            "First response met 14:18 in the contact in which it was opened (due 16:18): 2 business hours after 14:18.",
            "Resolution met 14:18 by solving it (due Tue 18:48): 32 business hours after 14:18.",
        ]
        assert (await desk.type("macro no such"))[0] == "None of these: no such."
