"""What a card says, filled in: Jinja2 in its sandbox, with a gap that the agent sees where a fact is not known yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Template, nodes
    from jinja2.sandbox import SandboxedEnvironment

GAP = "…"

NAMES: Mapping[str, str] = {
    "organisation": "the organisation's name",
    "agent": "the agent's first name",
    "customer": "the customer's name",
    "person": "who speaks, or the contact on the ticket",
    "came": "what we had from them: call, chat or message",
    "company": "the customer's company",
    "number": "the ticket number",
    "plan": "the customer's plan in words",
    "total": "what the open invoice of this ticket comes to",
    "past_due": "what is past due",
    "past_due_days": "for how many days",
    "due_total": "the open invoice and what is past due, together",
    "price": "the price of an item: price('320')",
    "part_price": "what support quoted for a part",
    "visit_price": "what support quoted for a part with a field technician",
    "code": "the code of the remote session",
    "link": "the page of the remote session",
    "story": "the last notes on the ticket, for whoever goes on with it",
    "reason": "why this card was reached: the answer, or what data decided",
    "terms": "the organisation's own words, from the playbook's `terms`: terms.support_number",
}
"""What a text may name."""


FILTERS = ("capitalize", "default", "lower", "title", "trim", "upper")
"""What a text may do to a word: `{{ plan | capitalize }}`."""

_AGAIN = re.compile(
    r"\b(?:hold|wait)(?:ing)?\b[^.!?]{0,30}\b(?:again|once more|(?:bit|little|moment) longer)\b"
    r"|\b(?:again|once more)\b[^.!?]{0,30}\b(?:hold|wait)(?:ing)?\b"
    r"|\b(?:still|keep|keep on|continue|continue to)\s+(?:hold|wait)(?:ing)?\b",
    re.IGNORECASE,
)


class WordingError(ValueError):
    """A text that cannot be filled in; the message says why."""


@cache
def _environment() -> SandboxedEnvironment:
    from jinja2 import Undefined
    from jinja2.sandbox import SandboxedEnvironment

    class Gap(Undefined):
        """What is not known yet."""

        def __str__(self) -> str:
            return GAP

        def __iter__(self) -> Iterator[str]:
            return iter(())

        def __call__(self, *_args: Any, **_kwargs: Any) -> str:  # type: ignore[override]
            return GAP

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return self

    environment = SandboxedEnvironment(autoescape=False, undefined=Gap)
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    return environment


@lru_cache(maxsize=96)
def _template(text: str) -> Template:
    _tree(text)
    return _environment().from_string(text)


def _tree(text: str) -> nodes.Template:
    """A text as it is built, once it is sure that filling it in takes no time or memory to speak of.

    Raises:
        WordingError: it calculates, repeats, or calls anything but `price`.
        TemplateError, RecursionError: it is no text that can be filled in.
    """
    from jinja2 import nodes

    harmless = (
        nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Const, nodes.Filter,
        nodes.Call, nodes.If, nodes.CondExpr, nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand,
        nodes.Test, nodes.Concat,
    )  # fmt: skip
    tree = _environment().parse(text)
    for one in tree.find_all(nodes.Node):
        if not isinstance(one, harmless):
            raise WordingError("a text may name facts and choose between words, nothing else")
        if isinstance(one, nodes.Call) and not (isinstance(one.node, nodes.Name) and one.node.name == "price"):
            raise WordingError("the only thing that a text may call is price('…')")
    return tree


def filled(text: str, facts: Mapping[str, Any]) -> str:
    """A text with its facts filled in, its lines joined; an empty fact is a gap.

    Raises:
        WordingError: it cannot be filled in.
    """
    if "{" not in text:
        return " ".join(text.split())
    from jinja2 import TemplateError

    known = {name: value for name, value in facts.items() if value not in ("", None)}
    try:
        return " ".join(_template(text).render(known).split())
    except WordingError:
        raise
    except (TemplateError, SyntaxError, TypeError, ValueError, RecursionError, MemoryError) as error:
        raise WordingError(str(error) or type(error).__name__) from error


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text asks for."""

    names: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    """Codes of the items whose price it names."""
    terms: frozenset[str] = frozenset()


def reading(text: str) -> Reading:
    """What a text asks for, without filling it in.

    Raises:
        WordingError: it is no text that can be filled in.
    """
    if "{" not in text:
        return Reading()
    from jinja2 import TemplateError, meta, nodes

    try:
        tree = _tree(text)
        names = meta.find_undeclared_variables(tree)
    except TemplateError as error:
        raise WordingError(str(error.message).rstrip(".")) from error
    except RecursionError as error:
        raise WordingError("it is nested too deeply") from error
    return Reading(
        frozenset(names),
        frozenset(
            str(one.args[0].value)
            for one in tree.find_all(nodes.Call)
            if isinstance(one.node, nodes.Name) and one.node.name == "price"
            if one.args and isinstance(one.args[0], nodes.Const)
        ),
        frozenset(
            one.attr
            for one in tree.find_all(nodes.Getattr)
            if isinstance(one.node, nodes.Name) and one.node.name == "terms"
        ),
    )


def asks_to_hold_again(text: str) -> bool:
    """Whether a text speaks as if the customer had been asked to hold before."""
    return _AGAIN.search(text) is not None
