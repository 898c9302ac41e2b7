"""The callbacks' part of the reviewed file `shift.yaml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from data.models.base import Strict

TimeOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class CallbackPolicy(Strict):
    """At which hours of their own clock customers may be called, and how wide a window is."""

    opens: TimeOfDay = Field("08:00", alias="from")
    closes: TimeOfDay = Field("21:00", alias="to")
    window_hours: int = Field(2, ge=1, le=12)
