"""Texts from outside and texts that reach too far: a sentence or a gap, never a crash and never code."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from data.floor.pace import LeapClock
from data.models import Customer
from data.playbook.doing import ScriptError
from data.playbook.wording import GAP, WordingError, filled, reading
from data.store.database import Store
from data.store.save import saving
from tests.data.playbook.desk import ANA, Desk, engine
from tests.data.playbook.small import small
from tests.hostile import HOSTILE

CODE = (
    "{{ 7 * 7 }}",
    "{% for one in organisation %}x{% endfor %}",
    "{{ ''.__class__.__mro__ }}",
    "{# gone #}",
    "{{",
    "%}",
    "{% raw %}",
)
FORBIDDEN = (
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ price.__globals__['os'] }}",
    "{{ price('320').__class__() }}",
    "{{ 'a' * 10 ** 10 }}",
    "{{ 9 ** 9 ** 9 ** 9 }}",
    "{{ 'a'.ljust(10 ** 10) }}",
    "{{ '{0.__class__}'.format(person) }}",
    "{{ '%09999999999d' % 1 }}",
    "{% for a in 'aaaaaaaaaa' * 9999999 %}{{ a }}{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% set person = 'other' %}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{{ person | center(10000000000) }}",
    "{{ cycler('a') }}",
    "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}",
    "{% if person %}" * 500 + "{% endif %}" * 500,
    "{{ ",
)
FACTS = {"person": "Maria", "price": lambda code: "$20.00"}


@pytest.mark.parametrize("text", FORBIDDEN, ids=range(len(FORBIDDEN)))
def test_a_text_cannot_reach_further_than_its_facts(text: str) -> None:
    since = time.monotonic()
    with pytest.raises(WordingError):
        filled(text, FACTS)
    assert time.monotonic() - since < 1


@pytest.mark.parametrize(
    "text", ["{{ ''.__class__ }}", "{{ person.__class__ }}", "{{ nothing.at.all }}", "{{ terms.x }}"]
)
def test_what_is_not_there_or_not_allowed_is_a_gap(text: str) -> None:
    assert filled(text, FACTS) == GAP


def test_words_may_be_chosen_and_put_in_capitals() -> None:
    text = "{% if company %}{{ company }}{% else %}{{ person | upper }}{% endif %}, {{ price('320') }}"
    assert filled(text, FACTS) == "MARIA, $20.00"
    assert reading(text).names == {"company", "person", "price"}


@pytest.mark.parametrize("name", [*HOSTILE, *CODE], ids=range(len(HOSTILE) + len(CODE)))
def test_a_hostile_name_is_text_wherever_it_is_said(store: Store, clock: LeapClock, name: str) -> None:
    desk = Desk(store, clock, engine(clock), {"plan": "pay_as_you_go", "past_due": "yes"})
    desk.begin()
    desk.answer("1")
    customer = desk.customer()
    with saving(store, ANA, clock) as change:
        change.update(Customer, customer, name=name, people=())
    desk.answer("1")
    desk.verified()
    for key in ("1", "1", "1", "2"):  # verified, at the computer, both, the payment failed: the leader is told
        if key == "1" and desk.card == "D2-5b":
            desk.answer(key, person=name if name.strip() else "x")
        else:
            desk.answer(key)
        view = desk.scripts.view(store, desk.item)
        assert view is not None
    assert desk.card == "D2-17"
    if name in CODE:
        desk.jump("D2-7")
        view = desk.scripts.view(store, desk.item)
        assert view is not None and view.say.startswith(f"{name}, I have your request here")


@pytest.mark.parametrize("field", ["title", "details"])
def test_a_long_text_from_outside_still_makes_a_ticket(
    store: Store, clock: LeapClock, tmp_path: Path, field: str
) -> None:
    scripts = small(
        tmp_path,
        clock,
        f"""
  - {{id: A, title: On, answers: [{{key: 1, label: On, to: B}}]}}
  - {{id: B, title: Ticket, actions: [{{ticket: {{{field}: "For {{{{ customer }}}}"}}}}], end: done}}
""",
    )
    desk = Desk(store, clock, scripts)
    customer = desk.customer()
    with saving(store, ANA, clock) as change:
        change.update(Customer, customer, name="long " * 9_000)
    desk.begin()
    desk.answer("1")
    assert desk.card == "B" and desk.item.ticket_id is not None


@pytest.mark.parametrize("where", ["say", "label", "because", "about"])
def test_a_faulty_text_in_a_playbook_is_shown_or_told(
    store: Store, clock: LeapClock, tmp_path: Path, where: str
) -> None:
    texts = {"say": "Hello.", "label": "On", "because": "so", "about": "Look."} | {where: "{{ 9 ** 9 }}"}
    scripts = small(
        tmp_path,
        clock,
        f"""
  - id: A
    title: Greeting
    say: "{texts["say"]}"
    answers: [{{key: 1, label: "{texts["label"]}", to: B, actions: [{{notify: {{who: leader, about: "{texts["about"]}"}}}}]}}]
  - {{id: B, title: On, branches: [{{because: "{texts["because"]}", to: C}}]}}
  - {{id: C, title: End, end: done}}
""",
    )
    desk = Desk(store, clock, scripts)
    desk.begin()
    view = desk.scripts.view(store, desk.item)
    assert view is not None and (where != "say" or view.say == "{{ 9 ** 9 }}")
    if where == "say":
        desk.answer("1")
    else:
        with pytest.raises(ScriptError, match="cannot be filled in"):
            desk.answer("1")
    desk.jump("C")
    assert desk.card == "C"
