"""Who is to see a notice, and what its sender reads of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from data.models.agent import Agent, Role
from data.models.notice import Notice, NoticeRole, NoticeSeen

SUPPORT_SKILL = "support"


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice as one reads it in a list."""

    notice: Notice
    sender: str
    """Name of whoever sent it."""
    ticket: str = ""
    """Number of its ticket."""
    customer: str = ""
    """Name of its customer."""
    seen: NoticeSeen | None = None
    """The first acknowledgement."""
    seen_by: str = ""
    """The name of who that was."""


def is_for(notice: Notice, agent: Agent) -> bool:
    """Whether this person should see a notice: it names them, or everybody of what they are."""
    if notice.to_agent is not None:
        return notice.to_agent == agent.id
    if notice.to_role is NoticeRole.AGENT and notice.skill:
        return notice.skill in agent.skills
    return notice.to_role in roles_of(agent)


def roles_of(agent: Agent) -> frozenset[NoticeRole]:
    """What a person is to those who send notices."""
    roles = {NoticeRole.AGENT}
    if agent.role is Role.SUPERVISOR:
        roles |= {NoticeRole.LEADER, NoticeRole.SUPPORT}
    if SUPPORT_SKILL in agent.skills:
        roles.add(NoticeRole.SUPPORT)
    return frozenset(roles)


def in_order(lines: Iterable[NoticeLine]) -> list[NoticeLine]:
    """Unseen first, and the newest first among both."""
    newest_first = sorted(lines, key=lambda line: (line.notice.at, line.notice.id), reverse=True)
    return sorted(newest_first, key=lambda line: line.seen is not None)


def unseen(lines: Iterable[NoticeLine]) -> list[NoticeLine]:
    """Those that nobody has acknowledged."""
    return [line for line in lines if line.seen is None]


def wanted(notice: Notice) -> str:
    """What is wanted, in one line."""
    return ": ".join(part for part in (notice.kind, " ".join(notice.about.split())) if part) or "notice"


def addressed(notice: Notice, name: str = "") -> str:
    """Whom it went to, in words; `name`: of the person, when it went to one."""
    if name:
        return name
    if notice.to_role is not NoticeRole.AGENT:
        return str(notice.to_role)
    return f"{notice.skill} agents" if notice.skill else "agents"
