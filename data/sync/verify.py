"""Asks a hub whether it lets somebody in: `python -m data.sync.verify --hub ADDRESS`, the login on standard input.

A process of its own, like the worker: no hub that hangs may hold the keys, and the seat has no store of this person
yet, or none that may be opened before the hub has spoken."""

from __future__ import annotations

import sys
from enum import StrEnum

from data.models.base import AgentId, Value
from data.sync.address import seat_hub
from data.sync.contract import HubUnreachable, Login, Member, Spoken, WrongLogin


class Question(Value):
    """Whom it is asked about."""

    person: AgentId
    password: Spoken


class Answer(StrEnum):
    LET_IN = "let in"
    WRONG = "wrong"
    UNREACHABLE = "unreachable"


class Verdict(Value):
    """What the hub says."""

    answer: Answer
    why: str = ""
    member: Member | None = None


def main() -> int:
    """Answer one question, as one line of JSON."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m data.sync.verify", description="Asks a hub about a login.")
    parser.add_argument("--hub", required=True)
    options = parser.parse_args()
    question = Question.model_validate_json(sys.stdin.buffer.readline())
    print(_asked(options.hub, Login(person=question.person, password=question.password)).model_dump_json())
    return 0


def _asked(address: str, login: Login) -> Verdict:
    try:
        hub = seat_hub(address, create=False, login=login)
    except WrongLogin as error:
        return Verdict(answer=Answer.WRONG, why=str(error))
    except HubUnreachable as error:
        return Verdict(answer=Answer.UNREACHABLE, why=str(error))
    member = hub.member
    hub.close()
    return Verdict(answer=Answer.LET_IN, member=member)


if __name__ == "__main__":
    sys.exit(main())
