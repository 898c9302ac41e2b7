"""How the hub does, in the one line on top: as many words as there is room for; its sign and its word are there always."""

from __future__ import annotations

from datetime import datetime

from console.under_way import under_way
from data.sync.wire import SyncStatus
from widgets.bars import GAP
from widgets.room import Part, Rank
from widgets.safe_text import Span
from widgets.sync_words import count
from widgets.times import moment


def hub_lines(sync: SyncStatus, now: datetime) -> list[list[Span]]:
    """The same in three lengths, the longest first: `hub ● online · 0 queued` while all is well. The last pull is told
    while the hub is away: with it, nothing new means that there is nothing new."""
    word, shape, tone = state_of(sync)
    since = f" since {moment(sync.since, now)}" if sync.since is not None and not sync.online else ""
    pulled = f"last pull {moment(sync.last_pull, now)}" if sync.last_pull is not None else "nothing pulled yet"
    waits = [Span(f" · {sync.queued} queued", "warn" if sync.queued and not sync.online else "dim")]
    amiss = [Span(f" · ▲ {count(sync.conflicts, 'conflict')}", "warn")] if sync.conflicts else []
    amiss += [Span(f" · ■ {sync.refused} refused", "bad")] if sync.refused else []
    doing, far = under_way(sync)
    works = [Span(f" · {doing} {far}", "dim")] if doing else []
    head = [Span("hub ", "dim"), Span(shape, tone)]
    named = [
        Span(f" {word}", "dim" if sync.online and not sync.revoked else tone),
        *([Span(since, tone)] if since else []),
    ]
    full = [*head, *named, *works, *waits, *([] if sync.online else [Span(f" · {pulled}", "dim")]), *amiss]
    short = [*head, *named, *works, *(waits if sync.queued else []), *amiss]
    signs = [Span(shape, tone), named[0]]
    signs += [Span(f" {far}", "dim")] if far else []
    signs += [Span(f" ▲ {sync.conflicts}", "warn")] if sync.conflicts else []
    signs += [Span(f" ■ {sync.refused}", "bad")] if sync.refused else []
    return [full, short, signs]


def hub_part(sync: SyncStatus, now: datetime) -> Part:
    """The same as a part of the workspace's line: since when the hub is away, and what waits for it, where there is room."""
    full, short, signs = hub_lines(sync, now)
    least, gap = Span("  "), Span(" " * GAP)
    well = sync.online and not sync.revoked and not sync.queued
    longer = [(Rank.BESIDES if well else Rank.HUB, [gap, *short]), (Rank.BESIDES, [gap, *full])]
    if sync.since is not None and not sync.online:
        away = Span(f" since {moment(sync.since, now)}", signs[1].tone)
        longer.insert(0, (Rank.HUB, [least, *signs[:2], away, *signs[2:]]))
    return Part([least, *signs], tuple(longer))


def state_of(sync: SyncStatus) -> tuple[str, str, str]:
    """How the hub does: word, shape and tone."""
    if sync.silent:
        return "sync worker silent", "✗", "bad"
    if sync.online and sync.revoked:
        return "access withdrawn", "■", "bad"
    if sync.online:
        return ("online", "▲", "warn") if sync.problem else ("online", "●", "good")
    return "offline", "○", "warn"
