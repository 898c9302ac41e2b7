"""The cards that a contact went through."""

from typing import ClassVar

from data.models.base import AgentId, ContactId, Entity, Instant, TicketId


class CardStep(Entity):
    """One card of a running playbook, written when it was left. Never changed afterwards."""

    entity: ClassVar[str] = "card_step"
    append_only: ClassVar[bool] = True
    free_text: ClassVar[frozenset[str]] = frozenset({"answer", "outcome", "because", "done"})

    id: str
    run_id: str
    """One playbook running in one contact."""
    contact_id: ContactId | None = None
    ticket_id: TicketId | None = None
    playbook: str
    version: int
    card: str
    at: Instant
    """When the card was reached."""
    left_at: Instant
    answer: str = ""
    """The key of the answer; empty where data decided, or the script ended."""
    outcome: str = ""
    """What came of what the card waited for."""
    because: str = ""
    """The reason of a branch, as the agent read it."""
    to: str = ""
    """The card that followed; empty: the contact ended here."""
    done: tuple[str, ...] = ()
    """What was done on it, in words."""
    agent: AgentId | None = None
