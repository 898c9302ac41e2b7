"""Who calls and when: draws from a seed alone, so that the same seed gives the same callers in the same order,
whatever the agents do. Pure: no clock, no hub."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from data.floor.practice import CallerHabits, Practice
from data.models.base import QueueId
from data.models.contact import ContactKind
from data.models.customer import Customer


@dataclass(frozen=True, slots=True)
class Caller:
    """One caller. Times are in floor seconds."""

    place: int
    """1 for the first of the shift."""
    queue: QueueId
    number: str
    """As the PBX passes it on; empty when withheld."""
    e164: str
    name: str
    patience_s: float
    talk_s: float
    """How long the call lasts with a played agent."""
    talk_to_person_s: float
    """And with a person, who has to write the ticket meanwhile."""
    kind: ContactKind = ContactKind.CALL
    about: str = ""
    """What a message says."""


def lognormal(rng: random.Random, median: float, spread: float) -> float:
    """A draw whose logarithm is normal: `spread` is the sigma of that."""
    return median * math.exp(rng.gauss(0.0, spread))


class Callers:
    """The endless sequence of callers of one seed."""

    def __init__(
        self, practice: Practice, directory: Sequence[Customer], seed: int, *, messages: bool = False
    ) -> None:
        """
        Args:
            directory: the customers who call, in an order that is the same at every start.
            messages: some contacts come as a message.
        """
        self._messages = messages
        self._practice = practice
        self._seed = seed
        self._drawn = 0
        self._known = [customer for customer in directory if customer.phones]
        owners: dict[str, int] = {}
        for customer in self._known:
            for phone in customer.phones:
                owners[phone.e164 or phone.raw] = owners.get(phone.e164 or phone.raw, 0) + 1
        self._shared = [
            (customer, phone)
            for customer in self._known
            for phone in customer.phones
            if owners[phone.e164 or phone.raw] > 1
        ]
        self._taken = {phone.e164 for customer in directory for phone in customer.phones}

    def next(self) -> Caller:
        """Draw the next caller."""
        self._drawn += 1
        rng = random.Random(f"{self._seed}/caller/{self._drawn}")
        habits = self._practice.callers
        opening = self._drawn <= len(habits.opening_at_s)
        number, e164, name = self._identity(rng, habits, first=self._drawn == 1, plain=opening)
        about = self._message()
        if about and self._drawn == habits.written.first:
            number, e164, name = self._of_account(habits.written.account) or (number, e164, name)
        queues = self._practice.queue
        queue = rng.choices(queues, [one.share for one in queues])[0]
        patience = max(3.0, lognormal(rng, habits.patience_median_s, habits.patience_spread))
        return Caller(
            place=self._drawn,
            queue=queues[0].id if self._drawn == 1 else queue.id,
            number=number,
            e164=e164,
            name=name,
            patience_s=patience + habits.patience_median_s if opening else patience,
            talk_s=max(
                10.0, lognormal(rng, self._practice.played.talk_median_s, self._practice.played.talk_spread)
            ),
            talk_to_person_s=self.talk_to_person(rng),
            kind=ContactKind.MESSAGE if about else ContactKind.CALL,
            about=about,
        )

    def _message(self) -> str:
        """What this contact writes; empty for a caller. Drawn apart, so that the callers stay who they are."""
        written = self._practice.callers.written
        if not self._messages:
            return ""
        rng = random.Random(f"{self._seed}/written/{self._drawn}")
        if self._drawn != written.first and rng.random() >= written.share:
            return ""
        return rng.choice(written.texts)

    def _of_account(self, account: str) -> tuple[str, str, str] | None:
        customer = next((one for one in self._known if one.account == account), None)
        return (customer.phones[0].raw, customer.phones[0].e164, customer.name) if customer is not None else None

    def talk_to_person(self, rng: random.Random) -> float:
        """How long a caller stays with a person at a console."""
        habits = self._practice.callers
        drawn = lognormal(rng, habits.talk_to_person_median_s, habits.talk_to_person_spread)
        return max(habits.talk_to_person_min_s, drawn)

    def known(self, rng: random.Random) -> tuple[str, str, str]:
        """(number, E.164, name) of a customer."""
        if not self._known:
            return self._stranger(rng)
        customer = rng.choice(self._known)
        phone = rng.choice(customer.phones)
        return phone.raw, phone.e164, customer.name

    def _identity(
        self, rng: random.Random, habits: CallerHabits, *, first: bool, plain: bool
    ) -> tuple[str, str, str]:
        """The callers of the first seconds are customers: a person who has just opened the floor sees the usual."""
        if first:
            found = self._of_account(self._practice.first_caller)
            if found is not None:
                return found
        lot = 1.0 if plain else rng.random()
        for share, draw in (
            (habits.hostile_name, self._hostile),
            (habits.withheld, self._withheld),
            (habits.unknown, self._stranger),
            (habits.shared_number, self._sharing),
        ):
            if lot < share:
                return draw(rng)
            lot -= share
        return self.known(rng)

    def _hostile(self, rng: random.Random) -> tuple[str, str, str]:
        number, e164, _name = self._stranger(rng)
        return number, e164, rng.choice(self._practice.callers.hostile)

    def _withheld(self, rng: random.Random) -> tuple[str, str, str]:
        return "", "", rng.choice(("", "Anonymous"))

    def _stranger(self, rng: random.Random) -> tuple[str, str, str]:
        while True:
            area, last = rng.randrange(201, 990), rng.randrange(100, 200)
            if area % 100 != 11 and (e164 := f"+1{area}5550{last}") not in self._taken:
                break
        shown = rng.choice((e164, f"({area}) 555-0{last}", f"+1 {area} 555 0{last}"))
        return shown, e164, rng.choice(self._practice.callers.unknown_names)

    def _sharing(self, rng: random.Random) -> tuple[str, str, str]:
        if not self._shared:
            return self.known(rng)
        customer, phone = rng.choice(self._shared)
        return phone.raw, phone.e164, customer.name


class Arrivals:
    """When calls come in: a Poisson process whose rate follows the hours of the day (drawn by thinning)."""

    def __init__(self, curve: Sequence[float], calls_per_hour: float, start: time, seed: int) -> None:
        self._curve = curve
        self._busiest = calls_per_hour / 3600
        self._start_s = start.hour * 3600 + start.minute * 60 + start.second
        self._rng = random.Random(f"{seed}/arrivals")

    def rate(self, at_s: float) -> float:
        """Calls a second at a moment of the floor, from a line between the middles of the hours."""
        hours = (self._start_s + at_s) / 3600 - 0.5
        before = math.floor(hours)
        part = hours - before
        level = self._curve[before % 24] * (1 - part) + self._curve[(before + 1) % 24] * part
        return self._busiest * level

    def after(self, at_s: float) -> float:
        """The next arrival after a moment; infinity when nobody ever calls."""
        if self._busiest <= 0 or max(self._curve) <= 0:
            return math.inf
        ceiling = self._busiest * max(self._curve)
        while True:
            at_s += self._rng.expovariate(ceiling)
            if self._rng.random() * ceiling < self.rate(at_s):
                return at_s
