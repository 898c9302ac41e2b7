"""A supervisor steps in from the floor by keyboard; and an agent's console does what is wished, and says so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from textual.pilot import Pilot

from console.screens.asking import AnswerDialog
from console.screens.floor import FloorScreen
from console.screens.floor_steps import PickLine
from console.screens.sign_in import SignInScreen
from console.screens.workspace import WorkspaceScreen
from data.models.agent import AgentState
from data.models.base import AgentId, new_id
from data.models.contact import Request
from data.models.notice import Notice, NoticeRole
from data.models.outage import Outage
from data.models.supervision import AlertSeen, Intervention, InterventionOutcome, StepKind
from tests.console.stage import NOW, Feed, sign_on, staged, talk, until
from tests.console.test_floor import floor_of, shown, supervised
from tests.console.test_floor import sign_on as lead_on
from tests.console.test_notices import text_of
from widgets.lines import Lines


def rows(feed: Feed, model: type) -> list[dict]:  # type: ignore[type-arg]
    return [row.body for row in feed._rows() if row.entity == model.entity]


def told(pilot: Pilot[str], words: str) -> bool:
    return any(words in note.message for note in pilot.app._notifications)


async def dialog(pilot: Pilot[str], kind: type) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, kind) and pilot.app.screen.focused is not None)


async def go_to(pilot: Pilot[str], body: Lines, key: str) -> None:
    """Put the cursor on a row, once it is there."""
    await until(pilot, lambda: body.size.height > 0 and bool(body.lines))
    await pilot.press("home")
    for _ in body.lines:
        if body.key == key:
            return
        await pilot.press("down")
    raise AssertionError(f"{key} is not in the list")


async def test_alerts_are_told_listed_and_acknowledged_for_everybody(tmp_path: Path) -> None:
    folder = tmp_path / "seat"
    app = supervised(folder)
    async with app.run_test(size=(160, 45)) as pilot:
        await lead_on(pilot)
        screen = await floor_of(pilot)
        feed = Feed(folder / "hub.db")
        await until(pilot, lambda: told(pilot, "■") and told(pilot, "more"))  # the worst, with how many there are
        feed.put(Notice(id="n-1", to_role=NoticeRole.LEADER, about="asks for you", by=AgentId("agent-1"), at=NOW))
        await pilot.press("4")
        await until(pilot, lambda: "asks for you" in shown(screen, "alerts"))

        body = screen.panel("alerts").body
        await go_to(pilot, body, "longest wait:support")
        await pilot.press("a")
        await until(pilot, lambda: "seen by Robin" in shown(screen, "alerts"))
        await until(pilot, lambda: [one["key"] for one in rows(feed, AlertSeen)] == ["longest wait:support"])

        # what another supervisor saw is seen here
        feed.put(AlertSeen(id=new_id(), key="wrap-up:agent-2", level=2, by=AgentId("agent-0"), at=NOW))
        await until(pilot, lambda: "seen by Dana Reyes" in shown(screen, "alerts"))
        await go_to(pilot, body, "wrap-up:agent-2")
        await pilot.press("a")
        await until(pilot, lambda: told(pilot, "Dana Reyes has seen it already"))

        # on another screen they are told too, and counted where the state stands
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, WorkspaceScreen))
        await until(pilot, lambda: "alerts F11" in text_of(app.screen, "status"))
        assert "■" in text_of(app.screen, "status")
        feed.put(Outage(id="down", node="RP-14", since=NOW, made_by=AgentId("agent-0"), made_at=NOW))
        await until(pilot, lambda: told(pilot, "node RP-14 is down"))
        await pilot.press("f11", "4")
        await until(pilot, lambda: isinstance(app.screen, FloorScreen))
        await until(pilot, lambda: "node RP-14" in shown(app.screen, "alerts"))  # type: ignore[arg-type]

        # what is over stays in the list of the day
        feed.patch(Outage, "down", over=NOW.isoformat())
        await until(pilot, lambda: "✓ 14:18–14:18 node RP-14 is down" in shown(app.screen, "alerts"))  # type: ignore[arg-type]
        assert " over" in shown(app.screen, "alerts").rpartition("RP-14")[2]  # type: ignore[arg-type]
        feed.close()


async def test_a_supervisor_steps_in_by_keyboard_and_hears_what_came_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "seat"
    app = supervised(folder)
    async with app.run_test(size=(160, 45)) as pilot:
        await lead_on(pilot)
        screen = await floor_of(pilot)
        feed = Feed(folder / "hub.db")

        # a state, for which the reason is asked
        await pilot.press("3")
        body = screen.panel("agents").body
        await go_to(pilot, body, "agent-5")
        await pilot.press("s")
        await dialog(pilot, AnswerDialog)
        await pilot.press("f10")
        assert isinstance(app.screen, AnswerDialog), "the reason is still needed"
        await until(pilot, lambda: "✗" in text_of(app.screen, "dialog-foot"))
        await pilot.press(*"quiet")
        await until(pilot, lambda: "✗" not in text_of(app.screen, "dialog-foot"))
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is screen)
        await until(pilot, lambda: len(rows(feed, Intervention)) == 1)
        step = rows(feed, Intervention)[0]
        assert (step["kind"], step["agent"], step["state"], step["reason"]) == (
            "set state", "agent-5", "not ready", "quiet",
        )  # fmt: skip
        assert rows(feed, Notice)[0]["to_agent"] == "agent-5"
        feed.put(InterventionOutcome(id=step["id"], by=AgentId("agent-5"), at=NOW, done=False, why="on call now"))
        await until(pilot, lambda: told(pilot, "Not done (set state, Jonas Weiss): on call now."))

        # a message; what was begun is still there after esc
        await pilot.press("m")
        await dialog(pilot, AnswerDialog)
        await pilot.press(*"well", "escape")
        await go_to(pilot, body, "agent-3")
        await pilot.press("m")
        await dialog(pilot, AnswerDialog)
        assert app.screen.fields == {"text": ""}, "what was begun for one is never offered for another"  # type: ignore[attr-defined]
        await pilot.press("escape")
        await go_to(pilot, body, "agent-5")
        await pilot.press("m")
        await dialog(pilot, AnswerDialog)
        await pilot.press(*" done", "enter")
        await until(pilot, lambda: [one["text"] for one in rows(feed, Intervention)][1:] == ["well done"])

        # a waiting contact is given to whoever is ready, and another is served next
        await pilot.press("2", "tab")
        screen.panel("waiting").body.focus()
        waits = screen.panel("waiting").body.key
        await pilot.press("r")
        await dialog(pilot, PickLine)
        await pilot.press("enter")
        await dialog(pilot, AnswerDialog)
        await pilot.press("enter", *"long", "enter")
        await until(pilot, lambda: len(rows(feed, Request)) == 1)
        asked = rows(feed, Request)[0]
        assert (asked["action"], asked["contact_id"], asked["target"]) == ("re-assign", waits, "agent:agent-5")
        assert asked["id"] in {one["id"] for one in rows(feed, Intervention)}
        await pilot.press("p")
        await dialog(pilot, AnswerDialog)
        await pilot.press("enter", *"long", "enter")
        await until(pilot, lambda: [one["action"] for one in rows(feed, Request)][1:] == ["prioritise"])

        # all of it is written down where everybody who leads can read it
        await pilot.press("4")
        await until(pilot, lambda: len(screen.panel("steps").body.lines) == 4)
        assert "on call now" in shown(screen, "steps") and "well done" in shown(screen, "steps")
        feed.close()


async def test_without_anything_under_the_cursor_the_keys_say_what_to_do(tmp_path: Path) -> None:
    app = supervised(tmp_path / "seat")
    async with app.run_test(size=(160, 45)) as pilot:
        await lead_on(pilot)
        screen = await floor_of(pilot)
        for key, said in {
            "s": "agent first",
            "r": "waiting contact first",
            "p": "waiting contact",
            "a": "alert first",
        }.items():
            await pilot.press(key)
            await until(pilot, lambda said=said: told(pilot, said))
        assert app.screen is screen
        screen.stepping = None
        await pilot.press("m")
        await until(pilot, lambda: told(pilot, "only looks"))


def wished(state: AgentState, text: str = "", seconds_ago: float = 0) -> Intervention:
    at = NOW - timedelta(seconds=seconds_ago)
    return Intervention(
        id=new_id(), by=AgentId("priya"), at=at, kind=StepKind.STATE, agent=AgentId("dana"), state=state, reason="short of hands",
        text=text,
    )  # fmt: skip


async def test_an_agents_console_does_what_is_wished_and_says_so(tmp_path: Path) -> None:
    app, feed = staged(tmp_path / "seat")

    def outcome(step: Intervention) -> dict | None:  # type: ignore[type-arg]
        return next((one for one in rows(feed, InterventionOutcome) if one["id"] == step.id), None)

    async with app.run_test(size=(120, 40)) as pilot:
        screen = await sign_on(pilot)
        phone = screen.session.phone
        ready = wished(AgentState.READY)
        feed.put(ready)
        feed.put(
            Notice(id=ready.id, to_role=NoticeRole.AGENT, to_agent=AgentId("dana"), kind="your state is set", about="ready: short of hands", by=AgentId("priya"), at=NOW)
        )  # fmt: skip
        await until(pilot, lambda: phone.status.state is AgentState.READY and outcome(ready) is not None)
        assert outcome(ready)["done"] and outcome(ready)["by"] == "dana"  # type: ignore[index]
        await until(pilot, lambda: told(pilot, "short of hands"))

        late = wished(AgentState.NOT_READY, "training", 600)
        feed.put(late)
        await until(pilot, lambda: outcome(late) is not None)
        assert not outcome(late)["done"] and phone.status.state is AgentState.READY  # type: ignore[index]

        out = wished(AgentState.SIGNED_OUT)
        feed.put(out)
        await until(pilot, lambda: isinstance(app.screen, SignInScreen))
        await until(pilot, lambda: outcome(out) is not None)
        assert outcome(out)["done"]  # type: ignore[index]
    feed.close()


async def test_during_a_call_a_not_ready_waits_and_the_rest_is_refused(tmp_path: Path) -> None:
    app, feed = staged(tmp_path / "seat")
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await talk(pilot, feed)
        wait, out = wished(AgentState.NOT_READY, "training"), wished(AgentState.SIGNED_OUT)
        feed.put(wait)
        feed.put(out)
        await until(pilot, lambda: len(rows(feed, InterventionOutcome)) == 2)
        came = {one["id"]: (bool(one["done"]), one["why"]) for one in rows(feed, InterventionOutcome)}
        assert came == {wait.id: (True, "after the contact in hand"), out.id: (False, "on call now")}
        assert screen.session.phone.status.after_call == "training"
        assert not isinstance(app.screen, FloorScreen)
    feed.close()
