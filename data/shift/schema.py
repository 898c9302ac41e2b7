"""Migration steps for the shift: time clock, duties, queue reports, outages, conduct and outgoing mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sqlite_utils import Database


class _Table(NamedTuple):
    name: str
    columns: dict[str, type]
    needed: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...]


def _texts(names: str) -> dict[str, type]:
    return dict.fromkeys(names.split(), str)


_TABLES = (
    _Table(
        "time_entry",
        _texts("id agent punch at by made_at instead_of why"),
        ("agent", "punch", "at", "by", "made_at"),
        (("agent", "at"),),
    ),
    _Table(
        "agent_move",
        _texts("id agent at state reason contact_id"),
        ("agent", "at", "state"),
        (("agent", "at"), ("at",)),
    ),
    _Table(
        "duty_step",
        _texts("id shift checklist step at by outcome to_agent text"),
        ("shift", "checklist", "step", "at", "by", "outcome"),
        (("shift",),),
    ),
    _Table(
        "queue_report",
        {
            **_texts("id slot reporter by at"),
            "calls": int,
            "wait_min": int,
            **_texts("nodes comment"),
            "seen_calls": int,
            "seen_wait_min": int,
            **_texts("rung initials"),
        },
        ("slot", "reporter", "by", "at", "calls", "wait_min", "rung"),
        (("slot",), ("reporter", "slot")),
    ),
    _Table(
        "report_rung",
        _texts("id slot reporter by at rung outcome why"),
        ("slot", "reporter", "by", "at", "rung", "outcome"),
        (("reporter", "slot"), ("at",)),
    ),
    _Table(
        "reporter_duty",
        {**_texts("id agent starts ends activity made_by made_at"), "withdrawn": int},
        ("agent", "starts", "ends", "activity", "made_by", "made_at", "withdrawn"),
        (("starts",),),
    ),
    _Table(
        "outage",
        _texts("id node city since expected over text made_by made_at"),
        ("node", "since", "made_by", "made_at"),
        (("over",),),
    ),
    _Table(
        "conduct",
        {
            **_texts("id kind at by contact_id customer_id ticket_id reason"),
            "amount": int,
            **_texts("text takes_back"),
        },
        ("kind", "at", "by"),
        (("at",), ("ticket_id",), ("contact_id",)),
    ),
    _Table(
        "article_read",
        _texts("id article digest by at"),
        ("article", "digest", "by", "at"),
        (("by", "article"),),
    ),
    _Table(
        "mail",
        {
            **_texts("id kind to subject text made_by made_at state"),
            "tries": int,
            **_texts("gateway next_try done_at why"),
        },
        ("kind", "to", "subject", "text", "made_by", "made_at", "state", "tries"),
        (("state",),),
    ),
    _Table("gateway", _texts("id name services at until trouble"), ("name", "services", "at", "until"), ()),
)


def shift(db: Database) -> None:
    """What a shift leaves behind, and when a report that was put off is asked for again (of this seat alone)."""
    for one in _TABLES:
        table = db.table(one.name)
        table.create(one.columns, pk="id", not_null=set(one.needed))
        for columns in one.indexes:
            table.create_index(columns)
    db.execute(
        "CREATE TABLE report_put_off (slot TEXT, reporter TEXT, times INTEGER NOT NULL, until TEXT NOT NULL,"
        " PRIMARY KEY (slot, reporter)) WITHOUT ROWID"
    )


STEPS = [shift]
