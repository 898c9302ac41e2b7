"""What stands under the queue: words, shapes and keys, only while something waits."""

from __future__ import annotations

from datetime import timedelta

from data.models.base import AgentId
from data.models.callback import Callback
from data.views import Work
from tests.widgets.stage import on_stage, text_of
from tests.widgets.views import NOW, queue_view
from widgets.queue_pane import QueuePane
from widgets.safe_text import width
from widgets.work_lines import alarming, work_lines


def callback(minutes: int) -> Callback:
    due_at = NOW + timedelta(minutes=minutes)
    return Callback(id=str(minutes), number="1", due_at=due_at, made_by=AgentId("me"), made_at=NOW)


def texts(work: Work) -> list[str]:
    keys = {"notices": "u", "callbacks": "k", "outages": "O"}
    return ["".join(span.text for span in one).rstrip() for one in work_lines(work, NOW, keys.__getitem__)]


def test_counts_in_words_and_shapes() -> None:
    assert texts(Work()) == []
    assert texts(Work(1)) == [" u notices   ▲ 1 new notice"]
    assert texts(Work(2, (callback(-60), callback(0), callback(-1), callback(5)))) == [
        " u notices   ▲ 2 new notices",
        " k callbacks ■ 1 overdue  ▲ 2 due  ○ 1 later",
    ]


def test_nodes_that_are_down_are_told_calmly() -> None:
    assert texts(Work(outages=1)) == [" O outages   ▲ 1 node down"]
    assert texts(Work(outages=3)) == [" O outages   ▲ 3 nodes down"] and not alarming(Work(outages=3), NOW)


def test_what_is_later_alarms_nobody() -> None:
    assert not alarming(Work(callbacks=(callback(5),)), NOW)
    assert alarming(Work(callbacks=(callback(0),)), NOW) and alarming(Work(1), NOW)


def test_it_fits_the_narrowest_pane() -> None:
    work = Work(12, tuple(callback(minutes) for minutes in (*range(-60, -48), *range(-9, 0), *range(1, 9))))
    assert max(width(one) for one in work_lines(work, NOW, {"notices": "u", "callbacks": "k"}.__getitem__)) <= 46


async def test_the_queue_gives_up_two_lines_only_while_something_waits() -> None:
    async with on_stage(lambda: QueuePane(id="queue"), size=(46, 20)) as (stage, pilot):
        pane = stage.query_one(QueuePane)
        pane.show(queue_view(), NOW)
        await pilot.pause()
        whole = stage.query_one("#queue-list").size.height
        pane.show_work(Work(1, (callback(0),)), NOW)
        await pilot.pause()
        assert stage.query_one("#queue-list").size.height == whole - 2
        assert "1 new notice" in text_of(stage.query_one("#queue-work"))
        pane.show_work(Work(), NOW)
        await pilot.pause()
        assert stage.query_one("#queue-list").size.height == whole
