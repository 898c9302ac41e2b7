"""An agent who types and saves without a pause at a real console, which is killed (kill -9) at any moment, again and
again; after each kill the books, and then the screen of the next console, must have what was typed.

Whoever types here knows each letter and when it was typed, so that what is missing can be told in milliseconds."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from data.models import Contact, Customer, Ticket, TicketEvent
from data.models.contact import ContactState
from data.models.ticket import TicketEventKind
from data.store.database import STORE_FILE, Store
from tests.pty import steps
from tests.pty.feed import Feed
from tests.pty.terminal import Terminal, console
from tests.sync.checker import FTS, Site, check, sound

AGENT = "Ines Ferro"
MOST_LOST_MS = 1000.0
NOTE_KEYS, CUSTOMER_HEAD = "F10 add it", "New customer"
CALLER = "Caller"
SOLVED = ("s", "Solved in this contact")
BETWEEN_S = (0.01, 0.02, 0.03, 0.06)
"""Between two letters: on average as fast as a key that is held down."""
MOST_LETTERS = 1500
"""Letters of one ticket's details before the contact is wrapped up."""


@dataclass
class Typed:
    """A text as it was typed, letter by letter, each with its time."""

    text: str = ""
    times: list[float] = field(default_factory=list)

    def add(self, letter: str) -> None:
        self.text += letter
        self.times.append(time.monotonic())

    def lost_ms(self, kept: str, at: float) -> float:
        """How long before `at` the first letter was typed that is missing in what was kept; 0: none is.

        Raises:
            ValueError: what was kept was never typed so.
        """
        kept = kept.rstrip()
        if not self.text.startswith(kept):
            raise ValueError(f"kept {kept[-40:]!r}, typed {self.text[-60:]!r}")
        missing = [place for place in range(len(kept), len(self.text)) if not self.text[place].isspace()]
        return max(0.0, (at - self.times[missing[0]]) * 1000) if missing else 0.0

    def now_is(self, kept: str) -> None:
        """From here on it is what was kept."""
        self.times = [*self.times[: len(kept)], *[0.0] * (len(kept) - len(self.times))]
        self.text = kept


class TypingUnderKills:
    """One seat, one hub, one caller after the other."""

    def __init__(self, folder: Path, rng: random.Random, *, longest_s: float = 2.5) -> None:
        """`longest_s`: at most so long somebody types before the next kill."""
        self.rng = rng
        self._longest_s = longest_s
        self.done: Counter[str] = Counter()
        self.found: list[str] = []
        self.letters = 0
        self.longest_ms = 0.0
        """The longest stretch of typing that a kill has cost."""
        self._folder = folder
        self._feed = Feed(folder / "hub.db")
        self._desk: Terminal | None = None
        self._killed_at: float | None = None
        self._count = 0
        self._contact = ""
        self._begin_form()
        self._note, self._customer = Typed(), Typed()
        self._notes: set[str] = set()
        """Notes that the screen said were added."""
        self._saved_details = ""
        """What was seen to be committed of the present ticket."""

    def run(self, kills: int, seconds: float) -> None:
        """So many kills, or until the time is over or something is found; then everything must come to rest."""
        end = time.monotonic() + seconds
        try:
            self._open(first=True)
            while self.done["consoles killed"] < kills and time.monotonic() < end and not self.found:
                self._type_until_killed()
                self._look_at_the_books()
                if not self.found:
                    self._open()
                    self._look_at_the_screen()
            if not self.found:
                self._come_to_rest()
        except AssertionError as error:
            self.found.append(str(error))
        finally:
            if self._desk is not None:
                self._desk.close()
            self._feed.__exit__()

    # the console

    def _open(self, *, first: bool = False) -> None:
        self._killed_at = None
        self._desk = Terminal(console("--data-dir", self._folder, "--hub", self._folder / "hub.db"))
        if first:
            steps.sign_on(self._desk, AGENT, known_as="")
        else:
            steps.sign_on(self._desk, AGENT.split()[0], known_as=AGENT)

    @property
    def desk(self) -> Terminal:
        """The console that is open."""
        assert self._desk is not None
        return self._desk

    def _kill_in(self, seconds: float) -> threading.Timer:
        def kill() -> None:
            self._killed_at = time.monotonic()
            os.kill(self.desk.pid, signal.SIGKILL)

        timer = threading.Timer(seconds, kill)
        timer.start()
        return timer

    def _type_until_killed(self) -> None:
        self._get_a_caller()
        if self.rng.random() < 0.7:
            self._go_to_details()  # so that most kills come amid typing
        timer = self._kill_in(self.rng.uniform(0.05, self._longest_s))
        acts = (self._write_details, self._save, self._write_note, self._write_customer, self._wrap_up)
        try:
            while True:
                [act] = self.rng.choices(acts, weights=(6, 4, 4, 2, 2))
                act()
        except (AssertionError, OSError):
            if self._killed_at is None:
                timer.cancel()
                raise
        timer.join()
        self.desk.wait_exit()
        self.done["consoles killed"] += 1
        left = self.desk.wait_alone(3)
        self.found += [f"still there after the kill: {one}" for one in left]
        self.desk.close()

    # what is typed

    def _type(self, typed: Typed, text: str) -> None:
        for letter in text:
            typed.add(letter)
            self.desk.type(letter)
            self.letters += 1
            due = time.monotonic() + self.rng.choice(BETWEEN_S)
            while (left := due - time.monotonic()) > 0:
                self.desk.take_in(left)
                assert not self.desk.ended

    def _words(self) -> str:
        self._count += 1
        return f"{self._count}-{''.join(self.rng.choices('abcdefgh', k=self.rng.randrange(1, 30)))} "

    def _begin_form(self) -> None:
        self._title, self._details = Typed(), Typed()
        self._saved_details = ""

    def _dialog_open(self) -> bool:
        text = self.desk.text()
        return NOTE_KEYS in text or CUSTOMER_HEAD in text

    def _to_commands(self) -> None:
        """Out of whatever is typed in."""
        if self._dialog_open():
            self.desk.keys("<esc>")
            self.desk.wait_for(lambda: not self._dialog_open())
        steps.leave_field(self.desk)

    def _write_details(self) -> None:
        """Go on with the details."""
        self._go_to_details()
        for _ in range(self.rng.randrange(1, 8)):
            self._type(self._details, self._words())

    def _in_details(self) -> bool:
        rows = [row for row, line in enumerate(self.desk.screen()) if " details  " in line]
        return steps.IN_FIELD in self.desk.text() and any(row <= self.desk.cursor[0] < row + 6 for row in rows)

    def _go_to_details(self) -> None:
        """Into the details, with a title before the first of them."""
        if self._in_details() and not self._dialog_open():
            return
        self._to_commands()
        self.desk.keys("<f5>")
        self.desk.wait_for(steps.IN_FIELD)
        if not self._title.text:
            self._type(self._title, f"T{self._count} title")
            self.desk.keys("<tab>" * steps.TABS_TO_DETAILS)
        for _ in range(12):
            with suppress(AssertionError):
                self.desk.wait_for(self._in_details, timeout=0.5)
                return
            assert not self.desk.ended
            self.desk.keys("<tab>")  # the last kill came on the way there

    def _save(self) -> None:
        if not self._title.text or self._dialog_open():
            return
        text = self._details.text.strip()
        self.desk.keys("<f10>")
        self.desk.wait_for(lambda: self._committed_details() == text)
        self._saved_details = text
        self.done["forms saved"] += 1

    def _committed_details(self) -> str | None:
        with Store(self._folder / STORE_FILE, create=False) as store:
            found = store.value("SELECT details FROM ticket WHERE contact_id = ?", (self._contact,))
        return str(found) if found is not None else None

    def _write_note(self) -> None:
        if not self._saved_details:
            return
        if NOTE_KEYS not in self.desk.text():
            self._to_commands()
            self.desk.keys("n")
            self.desk.wait_for(NOTE_KEYS)
        self._type(self._note, self._words())
        if self.rng.random() < 0.5:
            text = self._note.text.strip()
            self.desk.keys("<f10>")
            self.desk.wait_gone(NOTE_KEYS)
            self.desk.wait_for(lambda: text.split()[-1][:10] in self.desk.text())
            self._notes.add(text)
            self._note = Typed()
            self.done["notes added"] += 1

    def _write_customer(self) -> None:
        if CUSTOMER_HEAD not in self.desk.text():
            self._to_commands()
            self.desk.keys("c")
            self.desk.wait_for(CUSTOMER_HEAD)
        if not self._customer.text:
            self.desk.keys("<end><c-u>")  # what is known of the caller
        if len(self._customer.text) < 200:
            self._type(self._customer, self._words())
        if self.rng.random() < 0.3:
            self.desk.keys("<f10>")
            self.desk.wait_gone(CUSTOMER_HEAD)
            self.desk.wait_for("Created: ")
            self._customer = Typed()
            self.done["customers created"] += 1

    def _wrap_up(self) -> None:
        """End the contact, and take the next caller, once its ticket has grown."""
        if self._note.text or not self._saved_details:
            return
        if len(self._details.text) < MOST_LETTERS and self.rng.random() < 0.5:
            return
        self._to_commands()
        self.desk.keys("w")
        self.desk.wait_for(SOLVED[1])
        self.desk.keys(SOLVED[0])
        self._play_until(lambda: steps.state(self.desk) in ("READY", "NOT READY"))
        self.done["contacts wrapped up"] += 1
        self._get_a_caller()

    def _play_until(self, true: Callable[[], object]) -> None:
        """Be the exchange until something is so."""
        self.desk.wait_for(lambda: (self._feed.play(), true())[1])

    def _get_a_caller(self) -> None:
        """Be on a call, whatever state the last kill has left."""
        self._play_until(lambda: steps.state(self.desk) not in ("", "RINGING"))
        while steps.state(self.desk) != "ON CALL":
            if steps.state(self.desk) == "WRAP-UP":
                self._to_commands()
                self.desk.keys("w")
                self.desk.wait_for(SOLVED[1])
                self.desk.keys(SOLVED[0])
                self._play_until(lambda: steps.state(self.desk) in ("READY", "NOT READY"))
            if steps.state(self.desk) == "NOT READY":
                self.desk.keys("<f2>r")
                steps.wait_state(self.desk, "READY")
            if steps.state(self.desk) == "READY":
                if not any(one.state == "waiting" for one in self._feed.contacts().values()):
                    self._feed.calls([(f"{CALLER} {self.done['callers']}", "")])
                    self.done["callers"] += 1
                self.desk.keys("<f2>")
                self.desk.wait_for("━F2")
                self.desk.wait_for("waiting ·")
                self.desk.keys("<space>")
                self._play_until(lambda: steps.state(self.desk) == "ON CALL")
        contact = self._in_hand()
        if contact != self._contact:
            self._contact = contact
            self._begin_form()
            self._note, self._customer = Typed(), Typed()

    # what is kept

    def _in_hand(self) -> str:
        with Store(self._folder / STORE_FILE, create=False) as store:
            return str(store.value("SELECT contact_id FROM agent_status WHERE contact_id IS NOT NULL") or "")

    def _look_at_the_books(self) -> None:
        """After a kill: nothing saved is lost or there twice, and at most the last second of typing is missing."""
        assert self._killed_at is not None
        with Store(self._folder / STORE_FILE, create=False) as store:
            self.found += sound(store.connection, STORE_FILE, FTS)
            tickets = [Ticket.from_row(row) for row in store.rows("SELECT * FROM ticket")]
            notes = [
                event.text
                for event in (TicketEvent.from_row(row) for row in store.rows("SELECT * FROM ticket_event"))
                if event.kind is TicketEventKind.NOTE
            ]
            names = [Customer.from_row(row).name for row in store.rows("SELECT * FROM customer")]
            contacts = [Contact.from_row(row) for row in store.rows("SELECT * FROM contact")]
            form = json.loads(store.value("SELECT fields FROM desk WHERE id = ?", (self._contact,)) or "{}")
            begun = {
                row["id"].partition(":")[0]: json.loads(row["fields"])
                for row in store.rows("SELECT * FROM draft WHERE id LIKE ?", (f"%:{self._contact}",))
            }
        for what, rows in (
            ("tickets of a contact", [one.contact_id for one in tickets]),
            ("tickets with a number", [one.number for one in tickets]),
            ("notes", notes),
            ("customers", names),
        ):
            self.found += [f"{times} {what}: {row!r}" for row, times in Counter(rows).items() if times > 1]
        self.found += [f"a note is lost: {one!r}" for one in self._notes - set(notes)]
        self.found += [
            f"no ticket for {one.id}" for one in contacts if one.ticket_id not in (None, *map(_id, tickets))
        ]

        ticket = next((one for one in tickets if one.contact_id == self._contact), None)
        if self._saved_details and (ticket is None or not ticket.details.startswith(self._saved_details)):
            self.found.append(f"saved, and lost: {self._saved_details[-40:]!r}")
        for name, typed in (("title", self._title), ("details", self._details)):
            self._compare(typed, form.get(name) or (getattr(ticket, name) if ticket is not None else ""), name)
        self._compare_begun(self._note, begun.get("note", {}).get("text", ""), notes, "note")
        if any(one.id == self._contact and one.state is ContactState.DONE for one in contacts):
            self._customer = (
                Typed()
            )  # the form stays on the desk, or went with the contact when that had a customer
            return
        name = begun.get("customer", {}).get("name", "")
        self._compare_begun(self._customer, "" if name.startswith(CALLER) else name, names, "new customer")

    def _compare(self, typed: Typed, kept: str, what: str) -> None:
        assert self._killed_at is not None
        try:
            lost = typed.lost_ms(kept, self._killed_at)
        except ValueError as error:
            self.found.append(f"{what}: {error}")
            return
        self.longest_ms = max(self.longest_ms, lost)
        if lost > MOST_LOST_MS:
            self.found.append(
                f"{what}: {lost:.0f} ms of typing are lost: kept {len(kept)} of {len(typed.text)} letters"
            )
        typed.now_is(kept)

    def _compare_begun(self, typed: Typed, kept: str, done: list[str], what: str) -> None:
        """A text with a dialog of its own is either done, whole, or still a draft, not both."""
        text = typed.text.strip()
        if text and text in done:
            if kept.strip() == text:
                self.found.append(f"{what}: it was saved, and is offered once more: {text!r}")
            typed.now_is("")
        else:
            self._compare(typed, kept, what)

    def _look_at_the_screen(self) -> None:
        """The next console shows what was kept, with the cursor at its end."""
        with Store(self._folder / STORE_FILE, create=False) as store:
            shown = [
                row["id"]
                for row in store.rows("SELECT id FROM draft WHERE open AND id LIKE ?", (f"%:{self._contact}",))
            ]
            live = store.value("SELECT count(*) FROM desk WHERE id = ?", (self._contact,))
        for kind, mark, typed in (("note", NOTE_KEYS, self._note), ("customer", CUSTOMER_HEAD, self._customer)):
            if any(one.startswith(f"{kind}:") for one in shown):
                self.desk.wait_for(mark)
                self.desk.wait_for(lambda typed=typed: typed.text.strip()[-10:] in self.desk.text())
                self.done["dialogs opened again"] += 1
                return
        if live and self._details.text.strip():
            self.desk.wait_for(lambda: self._details.text.split()[-1][-10:] in self.desk.text())
            self.done["forms shown again"] += 1

    def _come_to_rest(self) -> None:
        """At the end: quit in good order, everything at the hub, and the invariants of sync."""
        self.desk.keys("<c-q>")
        assert self.desk.wait_exit() == 0
        self.found += check(Site(self._folder / "hub.db", [self._folder / STORE_FILE]))


def _id(ticket: Ticket) -> str:
    return ticket.id
