"""Migration steps for notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def notices(db: Database) -> None:
    """Notices, and who has acknowledged them."""
    notice = db.table("notice")
    notice.create(
        {
            "id": str,
            "to_role": str,
            "to_agent": str,
            "skill": str,
            "kind": str,
            "about": str,
            "ticket_id": str,
            "contact_id": str,
            "customer_id": str,
            "by": str,
            "at": str,
        },
        pk="id",
        not_null={"to_role", "by", "at"},
    )
    notice.create_index(["at"])
    notice.create_index(["ticket_id"])
    seen = db.table("notice_seen")
    seen.create({"id": str, "notice_id": str, "by": str, "at": str}, pk="id", not_null={"notice_id", "by", "at"})
    seen.create_index(["notice_id", "at"])


STEPS = [notices]
