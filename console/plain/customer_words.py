"""The commands about people: who waits, who it is, searching, attaching, creating, what was verified."""

from __future__ import annotations

from console.plain import facts, records
from console.plain import wording as words
from console.plain.front import Choice, Front, chosen
from data.models.customer import Plan
from data.text.cards import mask_cards
from data.views import Found, Glance
from widgets.glance import checklist
from widgets.ticket_words import MASKED

MOST_FOUND = 9
QUESTIONS = (
    ("name", "name"),
    ("company", "company"),
    ("account", "account"),
    ("phone", "phone"),
    ("phone2", "second phone"),
    ("email", "e-mail"),
    ("street", "street and number"),
    ("city", "city"),
    ("plan", "plan"),
    ("notes", "note"),
)
"""What is asked for a new customer: field of the form, and what it is called."""


class CustomerWords:
    """Each method does one command; `typed` is what followed it."""

    def __init__(self, front: Front) -> None:
        self._front = front

    async def do_queue(self, typed: str) -> None:
        view = self._front.queue
        if view is None:
            return
        most = len(view.waiting) if typed.casefold() == "all" else facts.MOST_WAITING
        self._front.queue_read = tuple(one.contact.id for one in view.waiting)
        self._front.say_all(facts.queue(view, self._front.now, most))

    # looking up

    async def do_lookup(self, typed: str) -> None:
        query = mask_cards(typed)
        if query != typed:
            self._front.say(MASKED)
        if not query.strip():
            self._front.say("Type lookup and a name, a number, or the last digits of a phone.")
            return
        hits = await self._front.session.customers.search(query)
        if hits:
            self._read_out(hits)
        more = await self._front.session.customers.search_hub(query, hits)
        if more:
            self._read_out([*hits, *more])
        elif not hits:
            self._front.say(f"Nothing found for {words.brief(query)}: try fewer letters, or the last digits.")

    def _read_out(self, hits: list[Found]) -> None:
        self._front.found = hits[:MOST_FOUND]
        first = f", the first {MOST_FOUND}" if len(hits) > MOST_FOUND else ""
        self._front.say(f"Found {len(hits)}{first}: type open and a number.")
        self._front.say_all(facts.found(self._front.found))

    async def do_open(self, typed: str) -> None:
        hit = self._hit(typed) or await self._ticket(typed)
        if hit is None:
            self._front.say(f"Nothing was read out as number {words.brief(typed) or 'that'}: type lookup first.")
            return
        before = self._at_hand()
        await self._front.session.customers.pick(hit)
        glance = self._front.glance
        if glance is not None and glance.customer.id in self._at_hand() - before:
            self._front.say("Attached to the contact.")
        if hit.startswith("ticket:") and self._front.ticket is not None:
            self._front.say_all(records.ticket_lines(self._front.ticket))
        else:
            self._front.customer()

    def _hit(self, typed: str) -> str | None:
        """The key of a hit by its number."""
        found = self._front.found
        return found[int(typed) - 1].key if typed.isdecimal() and 0 < int(typed) <= len(found) else None

    async def _ticket(self, number: str) -> str | None:
        """The key of the ticket with this number."""
        wanted = f"# {number.lstrip('#').strip()}"
        hits: list[Found] = await self._front.session.customers.search(number) if number else []
        return next((hit.key for hit in hits if hit.head == wanted), None)

    async def do_customer(self, _typed: str) -> None:
        self._front.customer()

    async def do_more(self, _typed: str) -> None:
        glance = self._front.glance
        if glance is None:
            self._front.nobody()
        else:
            self._front.say(*records.more_lines(glance, self._front.now) or ("No more is known.",))

    async def do_attach(self, typed: str) -> None:
        session = self._front.session
        if not typed:
            await session.customers.attach_shown()
        elif (hit := self._hit(typed)) is not None and hit.startswith("customer:"):
            await session.customers.pick(hit, attach=True)
        else:
            self._front.say(f"No customer was read out as number {words.brief(typed)}: type lookup first.")
            return
        self._told_attached()

    def _at_hand(self) -> set[str]:
        """The customers of the contact and of the thing in hand."""
        session = self._front.session
        both = (session.phone.contact, session.desk.item)
        return {one.customer_id for one in both if one is not None and one.customer_id is not None}

    def _told_attached(self) -> None:
        glance = self._front.glance
        if glance is None:
            self._front.nobody()
        elif glance.customer.id in self._at_hand():
            self._front.say(f"Attached: {records.headline(glance.customer)}")
        else:
            self._front.say(f"Opened: {records.headline(glance.customer)}")

    async def do_back(self, _typed: str) -> None:
        looked_away = await self._front.session.customers.look_away()
        if self._front.glance is None:
            self._front.nobody()
        else:
            before = "Back" if looked_away else "No other customer is looked at"
            self._front.say(f"{before}: {records.headline(self._front.glance.customer)}")

    # creating

    async def do_new(self, _typed: str) -> None:
        session = self._front.session
        contact, began_at = session.phone.contact, session.at_hand
        known = {"name": contact.caller_name, "phone": contact.caller_number} if contact is not None else {}
        self._front.say("New customer. Enter keeps what stands in brackets, or leaves it empty; a dot leaves all.")
        texts = {name: await self._filled_in(name, label, known.get(name, "")) for name, label in QUESTIONS}
        known_ones = await session.customers.doubles(texts)
        for one in known_ones:
            self._front.say(f"Probably known already: {words.brief(one.head)}, {words.brief(one.why)}.")
        if known_ones and not await self._front.sure("Create this one as well?"):
            self._front.say("Not created. Type lookup to find the one that is known.")
            return
        await session.customers.create(texts, attach=session.at_hand == began_at)

    async def _filled_in(self, name: str, label: str, known: str) -> str:
        """One field of the form."""
        if name == "plan":
            return await self._plan()
        question = f"{label.capitalize()} ({words.brief(known)})" if known else label.capitalize()
        while not (text := await self._front.ask(question) or known) and name == "name":
            self._front.say("Every customer needs a name.")
        return text

    async def _plan(self) -> str:
        choices: list[Choice] = [(str(plan.value), plan.label) for plan in Plan]
        while typed := await self._front.ask("Plan, by number or name"):
            if (label := chosen(choices, typed)) is not None:
                return next(value for value, one in choices if one == label)
            self._front.say(*(f"{value}: {one}." for value, one in choices))
        return ""

    # verifying

    async def do_verify(self, typed: str) -> None:
        glance = self._verifiable()
        if glance is None:
            return
        left = [item for item in checklist(glance.customer) if item not in glance.verified]
        fitting = [item for item in left if item.startswith(typed.casefold())]
        if not left:
            self._front.say(records.verified(glance))
        elif not fitting:
            self._front.say(f"There is no {words.brief(typed)} to tick. {records.verified(glance)}")
        else:
            await self._tick((*glance.verified, fitting[0]), f"Ticked: {fitting[0]}.")

    async def do_unverify(self, _typed: str) -> None:
        glance = self._verifiable()
        if glance is None:
            return
        if not glance.verified:
            self._front.say("Nothing is ticked.")
        else:
            await self._tick(glance.verified[:-1], f"Not ticked any more: {glance.verified[-1]}.")

    def _verifiable(self) -> Glance | None:
        """The customer whose caller can be verified."""
        if self._front.session.phone.contact is None or self._front.glance is None:
            self._front.say("There is no contact with a customer whose caller could be verified.")
            return None
        return self._front.glance

    async def _tick(self, items: tuple[str, ...], told: str) -> None:
        await self._front.session.wrap_up.verify(items)
        if self._front.glance is not None and self._front.glance.verified == items:
            self._front.say(f"{told} {records.left_to_verify(self._front.glance)}")
