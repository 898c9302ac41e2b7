"""The part about conduct of the reviewed file `shift.yaml`."""

from __future__ import annotations

from data.models.base import Strict
from data.service.calendar import Span


class PersonToCall(Strict):
    """Somebody who knows what to do when nothing written fits."""

    name: str
    number: str
    about: str = ""
    hours: Span | None = None
    """Of the site's clock, every day; None: always."""


class ConductPolicy(Strict):
    """Whom to call."""

    people: tuple[PersonToCall, ...] = ()
