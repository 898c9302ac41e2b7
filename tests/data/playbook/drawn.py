"""Small playbooks, drawn at random: sound ones and broken ones."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from data.playbook import actions
from data.playbook.actions import Act
from data.playbook.leading import reached
from data.playbook.world import FACTS

CARDS = [f"C{number}" for number in range(7)]
SIMPLE: dict[str, list[Any]] = {
    "ticket": [{"type": "0"}, {"type": "1"}, {}],
    "charge": [{"item": "310"}, {"item": "320"}],
    "conduct": [{"kind": "cost said", "item": "320"}, {"kind": "abuse"}, {"kind": "refused"}],
    "payment": [{"pays": ["invoice"]}, {"pays": ["past_due"]}],
    "notify": [{"who": "remote agent", "about": "{{ person }}"}],
    "remote_session": [{}, {"skip": "it is there"}],
    "upsell": [{}, {"offer": "a plan"}],
    "chat": [{}, {"do": "end"}],
    "tell_number": [{"by": "voice"}],
    "callback": [{"due": "2h"}, {}],
    "hand_over": [{}, {"session": "no"}],
}
"""Actions with what they are given; every other one that needs nothing is drawn without."""

TEXTS = st.sampled_from(
    [
        "",
        "Hello {{ person }}.",
        "Please hold.",
        "Please hold once more.",
        "{{ price('320') }}",
        "$20",
        "{{ nonsense }}",
        "{{ ",
    ]
)


def _bare() -> list[str]:
    needs = {name for name, act in actions.NAMES.items() if any(f.is_required() for f in act.model_fields.values())}
    return [name for name in actions.NAMES if name not in needs]


acts = st.one_of(
    st.sampled_from(_bare()),
    *(st.sampled_from([{name: given} for given in ways]) for name, ways in SIMPLE.items()),
)
whens = st.one_of(
    st.just({}),
    *(
        st.fixed_dictionaries({name: st.lists(st.sampled_from(fact.values), min_size=1, max_size=2)})
        for name, fact in FACTS.items()
    ),
)


@st.composite
def cards(draw: st.DrawFn, card: str) -> dict[str, Any]:
    """A card with answers, branches or an end."""
    to = st.sampled_from(CARDS)
    body: dict[str, Any] = {"id": card, "title": card, "actions": draw(st.lists(acts, max_size=2))}
    body["say"] = draw(TEXTS | st.fixed_dictionaries({"voice": TEXTS, "chat": TEXTS, "email": TEXTS}))
    kind = draw(st.sampled_from(["answers", "expect", "branches", "end", "end", "nothing"]))
    if kind == "end":
        body["end"] = "done"
    elif kind == "branches":
        body["branches"] = [
            {"when": when, "because": "so", "to": draw(to)}
            for when in draw(st.lists(whens, min_size=1, max_size=3))
        ]
    elif kind == "expect":
        body["expect"] = draw(acts)
        name = body["expect"] if isinstance(body["expect"], str) else next(iter(body["expect"]))
        outcomes = actions.NAMES[name].outcomes or ("",)
        body["answers"] = [
            {"key": str(at), "label": "so", "outcome": one, "to": draw(to)} for at, one in enumerate(outcomes)
        ]
    elif kind == "answers":
        count = draw(st.integers(1, 3))
        body["answers"] = [
            {
                "key": str(at),
                "label": "so",
                "to": draw(to),
                "when": draw(whens) if at else {},
                "actions": draw(st.lists(acts, max_size=1)),
            }
            for at in range(count)
        ]
    return body


@st.composite
def playbooks(draw: st.DrawFn) -> dict[str, Any]:
    """A playbook as YAML would give it."""
    return {
        "id": "drawn",
        "version": 1,
        "starts": draw(st.lists(st.sampled_from(["voice", "chat", "email"]), min_size=1, unique=True)),
        "cards": [draw(cards(card)) for card in CARDS[: draw(st.integers(2, len(CARDS)))]],
    }


QUIET = st.sampled_from(
    [
        {"ticket": {"type": "1"}},
        {"ticket": {}},
        {"notify": {"who": "leader", "about": "{{ person }}"}},
        {"note": {"text": "so"}},
        {"tell_number": {"by": "voice"}},
        "void_invoice",
        "receipt",
        "hold",
        "end_contact",
    ]
)
WAITED_FOR = st.sampled_from(
    ["customer", "verify", "consent", "upsell", "call", "chat", {"payment": {"pays": ["past_due"]}}]
)


@st.composite
def _tame_card(draw: st.DrawFn, at: int, last: int) -> dict[str, Any]:
    body: dict[str, Any] = {"id": f"C{at}", "title": f"C{at}", "actions": draw(st.lists(QUIET, max_size=2))}
    onward = st.integers(at + 1, last)
    to = (onward | onward | onward | st.integers(0, last)).map(lambda one: f"C{one}")
    match draw(st.sampled_from(["answers", "branches", "expect"])):
        case "answers":
            ways = draw(st.lists(st.tuples(to, whens), min_size=1, max_size=3))
            body["answers"] = [
                {"key": str(key), "label": "so", "to": one, "when": when if key else {}}
                for key, (one, when) in enumerate(ways)
            ]
        case "branches":
            ways = draw(st.lists(st.tuples(to, whens), max_size=2))
            body["branches"] = [{"when": when, "because": "so", "to": one} for one, when in ways]
            body["branches"].append({"because": "otherwise", "to": draw(to)})
        case "expect":
            body["expect"] = draw(WAITED_FOR)
            name = body["expect"] if isinstance(body["expect"], str) else next(iter(body["expect"]))
            body["answers"] = [
                {"key": str(key), "label": "so", "outcome": one, "to": draw(to)}
                for key, one in enumerate(actions.NAMES[name].outcomes)
            ]
    return body


@st.composite
def tame_playbooks(draw: st.DrawFn) -> dict[str, Any]:
    """A playbook that is often sound: it mostly leads onward, and its last card is an end."""
    last = draw(st.integers(1, 7))
    every = [draw(_tame_card(at, last)) for at in range(last)]
    every.append({"id": f"C{last}", "title": "end", "end": "done"})
    leads = {one["id"]: [way["to"] for way in (*one.get("answers", ()), *one.get("branches", ()))] for one in every}
    kept = reached(leads, ["C0"])
    return {
        "id": "tame",
        "version": 1,
        "starts": draw(st.lists(st.sampled_from(["voice", "chat", "email"]), min_size=1, unique=True)),
        "cards": [one for one in every if one["id"] in kept],
    }


def every_act() -> list[Act]:
    """Actions of every kind."""
    made: list[Act] = [actions.NAMES[name]() for name in _bare()]
    for name, ways in SIMPLE.items():
        made += [actions.NAMES[name](**given) for given in ways]
    return made
