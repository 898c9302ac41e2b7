"""The commands of the ticket. What is typed is kept as a draft after every line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from console.plain import commands, records
from console.plain import wording as words
from console.plain.conversation import LeftError
from console.plain.front import Choice, Front, chosen
from data.customers.phone import display
from data.macros.staging import stage
from data.text.cards import mask_cards
from data.tickets.rules import FIELDS, faults
from data.views import Glance, TicketView
from widgets.clock_words import why
from widgets.macro_words import TEXTS, preview
from widgets.ticket_words import CHOICES, LABELS, MASKED

NO_TICKET = "There is no ticket in hand: one opens with a contact, or with open and its number."


class TicketWords:
    """Each method does one command; `typed` is what followed it. `copy` puts a text on the clipboard and returns
    whether there is one; it may take a moment, and is called on a thread."""

    def __init__(self, front: Front, copy: Callable[[str], bool]) -> None:
        self._front = front
        self._copy = copy

    def _ticket(self) -> TicketView | None:
        """The ticket in hand; says so when there is none."""
        if self._front.ticket is None:
            self._front.say(NO_TICKET)
        return self._front.ticket

    async def do_ticket(self, _typed: str) -> None:
        if (view := self._ticket()) is not None:
            self._front.say_all(records.ticket_lines(view))

    async def do_history(self, _typed: str) -> None:
        if (view := self._ticket()) is not None:
            self._front.say_all(records.history_lines(view, self._front.now))

    # the form

    async def do_set(self, typed: str) -> None:
        view = self._ticket()
        first, _, text = typed.partition(" ")
        name = self._field(first) if view is not None else None
        if view is None or name is None:
            return
        if not text.strip():
            held = records.field_text(name, records.form_of(view)[name])
            self._front.say(f"{LABELS[name].capitalize()}: {words.brief(held) or 'empty'}.")
            self._may_be(name)
        elif name == "details" and (there := records.form_of(view)[name].strip()):
            lines = words.count(len(there.splitlines()), "line")
            self._front.say(f"The details hold {lines}: type details to add to them, clear details to empty them.")
        elif (value := _value(name, text.strip())) is None:
            self._may_be(name)
        else:
            self._written(await self._write(view, name, value), name, view.number)

    async def do_clear(self, typed: str) -> None:
        view = self._ticket()
        name = self._field(typed) if view is not None else None
        if view is not None and name is not None:
            self._written(await self._write(view, name, ""), name, view.number)

    def _field(self, typed: str) -> str | None:
        """The name of a field as it was typed; says which there are when it is none."""
        labels: list[Choice] = [(name, LABELS[name]) for name in FIELDS]
        label = chosen(labels, typed)
        if label is None:
            near = commands.alike([typed], LABELS.values()) if typed else None
            self._front.say(f"Did you mean {near}?" if near else f"Fields: {', '.join(LABELS.values())}.")
        return next((name for name, one in labels if one == label), None)

    def _may_be(self, name: str) -> None:
        """Say what a choice can be."""
        if name in CHOICES:
            self._front.say(
                f"{LABELS[name].capitalize()} can be: {', '.join(label for _, label in CHOICES[name])}."
            )

    async def _write(self, view: TicketView, name: str, text: str) -> TicketView:
        """Put a text into a field and keep it; returns the form as it is then. The ticket need not be the one in
        hand any more."""
        kept = mask_cards(text)
        if kept != text:
            self._front.say(MASKED)
        fields = {**records.form_of(view), name: kept}
        rows = kept.split("\n")
        desk = self._front.session.desk
        desk.edited(view.item_id, fields, name, (len(rows) - 1, len(rows[-1])), view.begun)
        await desk.keep()
        return self._now(replace(view, fields=fields))

    def _now(self, view: TicketView) -> TicketView:
        """The same form as it is now, where it is the one in hand."""
        there = self._front.ticket
        return there if there is not None and there.item_id == view.item_id else view

    def _written(self, view: TicketView, name: str, number_before: str) -> None:
        """Say what stands in the field now, and the number that came with the first letters."""
        text = records.field_text(name, records.form_of(view)[name])
        if name == "details" and text:
            self._front.say(f"Details kept: {words.count(len(text.splitlines()), 'line')}.")
        else:
            self._front.say(f"{LABELS[name].capitalize()}: {words.brief(text) or 'empty'}.")
        if view.number and not number_before:
            self._front.say(f"Ticket number {view.number}: yours already, read it out.")

    # texts of several lines

    async def do_details(self, typed: str) -> None:
        view = self._ticket()
        if view is None:
            return
        number = view.number
        form = view

        async def add(line: str) -> bool:
            nonlocal form
            form = self._now(form)
            before = records.form_of(form)["details"]
            form = await self._write(form, "details", f"{before}\n{line}" if before.strip() else line)
            return any(one.id == form.item_id for one in self._front.desk)

        if typed:
            await add(typed)
        else:
            there = len(records.form_of(view)["details"].splitlines())
            after = f" after the {words.count(there, 'line')} that are there" if there else ""
            self._front.say(f"Type the details{after}; a line with a single dot ends.")
            await self._lines(add)
        self._written(form, "details", number)

    async def do_note(self, typed: str) -> None:
        view = self._ticket()
        if view is None:
            return
        if view.ticket is None and faults(records.form_of(view)):
            self._front.say("The ticket needs a title first: type set title, and what is wrong.")
            return
        lines = [typed] if typed else []

        async def add(line: str) -> bool:
            lines.append(line)
            return True

        if not typed:
            self._front.say("Type the note; a line with a single dot ends.")
            await self._lines(add)
        if not any(line.strip() for line in lines):
            self._front.say("No note: nothing was typed.")
            return
        await self._front.session.desk.note("\n".join(lines))
        self._front.say("Note kept.")

    async def _lines(self, add: Callable[[str], Awaitable[bool]]) -> None:
        """Take lines in up to a single dot, or until one of them has nowhere to go."""
        try:
            while True:
                if not await add(await self._front.conversation.ask("text: ")):
                    self._front.say("Not kept: this ticket has left your desk.")
                    return
        except LeftError:
            return

    async def do_macro(self, typed: str) -> None:
        session = self._front.session
        ground = await session.desk.ground()
        listed = session.seat.macros.macros
        title = await self._front.choose("Which macro", [(one.key, one.title) for one in listed], typed)
        staged = stage(next(one for one in listed if one.title == title), ground, session.seat.service)
        for one in preview(staged):
            self._front.say(f"{one.label.capitalize()}: {words.told(one.text).removeprefix('to ')}.")
        if staged.blocked:
            return
        if staged.text:
            self._front.say(f"{TEXTS[staged.kind].capitalize()}: {words.gaps(staged.text)}")
        if await self._front.sure("Apply all of it?"):
            await session.desk.apply(staged, ground, staged.text)
        else:
            self._front.say("Nothing is changed.")

    async def do_due(self, _typed: str) -> None:
        if self._ticket() is not None:
            clocks = await self._front.session.desk.clocks()
            told = [words.told(why(one, self._front.now)) for one in clocks]
            self._front.say(*(f"{one[:1].upper()}{one[1:]}." for one in told or ["nothing is owed yet"]))

    async def do_save(self, _typed: str) -> None:
        await self._front.session.desk.save_current()

    # reading the number out

    async def do_number(self, _typed: str) -> None:
        number = self._number()
        if number:
            copied = await asyncio.to_thread(self._copy, number)
            self._front.say(f"Ticket number {number}{', copied' if copied else ''}.")

    def _number(self) -> str:
        """The ticket's number; says so when there is none yet."""
        number = self._front.session.desk.number
        if not number:
            self._front.say("There is no ticket number yet: type set title, and what is wrong.")
        return number

    async def do_spell(self, typed: str) -> None:
        if typed in ("", "number"):
            number = self._number()
            if number:
                self._front.say(f"Ticket number: {words.spelled(number)}.")
            return
        glance = self._front.glance
        text = _of_customer(glance, typed.casefold()) if glance is not None else None
        spelled = words.spelled(words.brief(typed if text is None else text))
        self._front.say(f"{spelled}." if spelled else f"No {words.brief(typed)} is known.")


def _value(name: str, text: str) -> str | None:
    """What is kept for what was typed into a field; None when a choice has no such value."""
    if name not in CHOICES:
        return text
    labels: list[Choice] = [(label.split(" ")[0], label.lstrip("0123456789 ")) for _, label in CHOICES[name]]
    label = chosen(labels, text)
    return next((value for (value, _), (_, one) in zip(CHOICES[name], labels, strict=True) if one == label), None)


def _of_customer(glance: Glance, what: str) -> str | None:
    """What of the customer is to be spelled; None when it is none of these words."""
    customer = glance.customer
    known = {
        "name": customer.name,
        "company": customer.company,
        "account": customer.account,
        "phone": next((display(one.e164) if one.e164 else one.raw for one in customer.phones), ""),
        "e-mail": next(iter(customer.emails), ""),
        "email": next(iter(customer.emails), ""),
        "address": " ".join((customer.street, customer.city)),
    }
    return known.get(what)
