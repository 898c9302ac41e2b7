"""A seat with customers and tickets to measure on: made up, the same each time."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from data.clock import SYSTEM_CLOCK
from data.customers.importing import import_customers
from data.models.agent import Agent
from data.models.base import AgentId, new_id
from data.models.ticket import Ticket, TicketEvent, TicketEventKind
from data.store.database import STORE_FILE, Store
from data.store.save import saving

ME = AgentId("dana")
NAME = "Dana Reyes"
_FIRST = [
    "Maria",
    "Ana",
    "Lee",
    "Tomás",
    "Peter",
    "Fatima",
    "Chen",
    "Priya",
    "Jonas",
    "Zoë",
    "Omar",
    "Grace",
    "Ivan",
    "Lucía",
    "Noah",
    "Aisha",
    "Emil",
    "Ruth",
    "Kofi",
    "Björn",
]
_STEMS = [
    "al",
    "be",
    "cor",
    "da",
    "el",
    "fan",
    "gri",
    "hol",
    "is",
    "jan",
    "kel",
    "lor",
    "mar",
    "nor",
    "os",
    "par",
    "quin",
    "ros",
    "sal",
    "tor",
    "ul",
    "ver",
    "wil",
    "yan",
    "zel",
]
_ENDS = ["den", "ford", "man", "ner", "rez", "sen", "son", "stein", "ton", "varez", "well", "wood"]
_FIRMS = ["Bakery", "Dental", "Florist", "Garage", "Hotel", "Legal", "Logistics", "Optics", "Plumbing", "Studio"]
_TROUBLE = ["printer", "mailbox", "network", "password", "screen", "backup", "router", "phone", "invoice", "update"]
_STATE = ["is slow", "does not start", "shows an error", "was lost", "prints blank pages", "cannot be reached"]


def people(path: Path, count: int) -> Path:
    """A CSV file of customers: id, account, name, company, phone, e-mail, city, plan."""
    rng = random.Random(count)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "account", "name", "company", "phone", "email", "city", "plan"])
        for place in range(count):
            last = (rng.choice(_STEMS) + rng.choice(_STEMS) + rng.choice(_ENDS)).title()
            first = rng.choice(_FIRST)
            firm = f"{last} {rng.choice(_FIRMS)}" if rng.random() < 0.5 else ""
            phone = f"+1 {rng.randint(201, 989)} {rng.randint(200, 999)} {place % 10_000:04d}"
            out.writerow(
                [f"b-{place}", f"A{place:07d}", f"{first} {last}", firm, phone, f"{last}.{place}@example.com".lower(),
                 rng.choice(_STEMS).title() + "ville", place % 5]
            )  # fmt: skip
    return path


def title(rng: random.Random) -> str:
    """What a ticket is about."""
    return f"{rng.choice(_TROUBLE).title()} {rng.choice(_STATE)} since {rng.randint(1, 28)}"


def furnish(folder: Path, customers: int) -> Path:
    """A folder whose store knows Dana and so many customers."""
    folder.mkdir(parents=True, exist_ok=True)
    with Store(folder / STORE_FILE) as store:
        with saving(store, ME, SYSTEM_CLOCK) as change:
            change.add(Agent(id=ME, name=NAME))
        import_customers(store, people(folder / "people.csv", customers))
    return folder


def add_tickets(store: Store, count: int) -> list[str]:
    """So many saved tickets, each with its first line of history; returns their ids."""
    rng = random.Random(count)
    ids: list[str] = []
    for start in range(0, count, 500):
        with saving(store, ME, SYSTEM_CLOCK) as change:
            for place in range(start, min(start + 500, count)):
                now = SYSTEM_CLOCK.now()
                ticket = change.add(
                    Ticket(
                        id=new_id(), number=str(100_000 + place), title=title(rng), details=f"{title(rng)}. " * 4,
                        customer_id=None, created_at=now, updated_at=now, created_by=ME, assignee=NAME,
                    )
                )  # fmt: skip
                change.add(
                    TicketEvent(id=new_id(), ticket_id=ticket.id, at=now, actor=ME, kind=TicketEventKind.CREATED)
                )
                ids.append(ticket.id)
    return ids
