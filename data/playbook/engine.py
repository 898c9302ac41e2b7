"""The script at work: a contact goes from card to card, and what the cards say is done (PLAY-1 to 4).

An answer is one transaction: what it does, the card that it leads to, what that card does, the cards that data passes
by itself, and the place in the script are written together or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data.billing.amounts import money_text
from data.billing.ledger import due_of
from data.billing.receipt import Receipt
from data.desk import journal
from data.desk.journal import DeskItem
from data.models.agent import LEADERS
from data.models.base import new_id
from data.models.card_step import CardStep
from data.models.contact import Request
from data.playbook.actions import Act, Asked, Payment
from data.playbook.deeds.money import payable
from data.playbook.doing import Hand, ScriptError, do, undo
from data.playbook.facts import Facts, origin_of
from data.playbook.library import Library
from data.playbook.model import Answer, Card, holds
from data.playbook.run import Done, Run, Step
from data.playbook.view import AnswerView, CardView, TrailView
from data.playbook.wording import WordingError, filled
from data.playbook.workplace import Workplace
from data.playbook.world import Channel
from data.queue.people import everyone
from data.store.database import Store
from data.store.save import saving
from data.text.cards import mask_cards
from data.text.whole import whole

MOST_BY_ITSELF = 50
"""Cards that data may pass in a row: more is a circle that `playbook check` should have found."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of a step."""

    item: DeskItem
    did: tuple[str, ...] = ()
    """What was done, in words."""
    told: tuple[str, ...] = ()
    """Sentences for the agent: what has to be done by hand, what could not be undone."""
    requests: tuple[Request, ...] = ()
    """What the feed was asked to do."""
    receipts: tuple[Receipt, ...] = ()
    """To be saved to the configured folder: a full disk must not take the step back."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What an answer needs before it is taken."""

    label: str
    asked: tuple[Asked, ...] = ()
    due: str = ""
    """What a payment comes to, and of what."""


@dataclass
class Engine:
    """The scripts of one agent at one seat. Runs on the store's thread."""

    library: Library
    workplace: Workplace

    # beginning and ending

    def begin(self, store: Store, item: DeskItem, playbook_id: str = "", card_id: str = "") -> Turn:
        """Begin a playbook on a thing on the desk (the first one without an id), at its first card unless another is
        named and there; one that runs is interrupted."""
        loaded = self.library.current(playbook_id or self.library.first)
        work = self.workplace
        with store.write():
            self.library.keep(store, loaded, work.clock)
            origin = Facts(store, work, item)["origin"] if item.run is not None else None
            came = Channel(origin) if origin else origin_of(Facts(store, work, item).contact)
            run = Run(
                id=new_id(),
                playbook=loaded.playbook.id,
                version=loaded.playbook.version,
                digest=loaded.digest,
                origin=came,
                channel=item.run.channel if item.run is not None else came,
                speaker=item.run.speaker if item.run is not None else "",
                trail=(),
            )
            hand = Hand(store, work, loaded.playbook, item.model_copy(update={"runs": (*item.runs, run)}))
            first = loaded.playbook.find(card_id) or loaded.playbook.first
            return self._keep(hand, self._go(hand, first.id, ()))

    def leave(self, store: Store, item: DeskItem) -> Turn:
        """Leave a script that interrupted another, which goes on where it was.

        Raises:
            ScriptError: it is the only one.
        """
        if len(item.runs) < 2:
            raise ScriptError("This is the contact's own script: it ends with the contact.")
        with store.write():
            hand = self._hand(store, item)
            self._log(store, item)
            hand.changed(item.model_copy(update={"runs": item.runs[:-1]}))
            return self._keep(hand, ())

    def finish(self, store: Store, item: DeskItem) -> None:
        """The contact is over: the card on which each of its scripts ended is kept."""
        with store.write():
            while item.runs:
                self._log(store, item)
                item = item.model_copy(update={"runs": item.runs[:-1]})

    # going on and back

    def needs(self, store: Store, item: DeskItem, key: str) -> Needs:
        """What the agent gives before an answer is taken; nothing for most.

        Raises:
            ScriptError: there is no such answer here.
        """
        hand = self._hand(store, item)
        card = self._card(hand)
        answer = self._answer(hand, card, key)
        found = [
            self._with_choices(hand, one)
            for action in self._acts(hand, card, answer)
            for one in _asks(action, answer)
        ]
        asked = tuple({one.name: one for one in found}.values())
        return Needs(answer.label, asked, self._due(hand, card) if asked else "")

    def cards(self, store: Store, item: DeskItem) -> list[tuple[str, str, str]]:
        """Every card of the script in hand: (id, title, what it says or does)."""
        playbook = self._hand(store, item).playbook
        return [(one.id, one.title, one.ask or one.do or one.say.voice) for one in playbook.cards]

    def answer(self, store: Store, item: DeskItem, key: str, given: Mapping[str, str]) -> Turn:
        """Take an answer of the current card.

        Raises:
            ScriptError, MoneyError, TicketFaultError, CallbackFaultError, WhenError: it cannot be taken now; nothing is kept.
            StoreError: nothing was written.
        """
        given = {name: mask_cards(whole(text)) for name, text in given.items()}
        with store.write():
            hand = self._hand(store, item)
            card = self._card(hand)
            answer = self._answer(hand, card, key)
            self._check_given(hand, card, answer, given)
            if self._paid_already(hand, card, answer):
                hand.told.append("This was paid before: nothing more is open, and no second payment is recorded.")
            label = hand.text(answer.label)
            done = [
                one
                for action in self._acts(hand, card, answer)
                if (one := do(hand, action, answer.outcome, given)) is not None
            ]
            trail = (*hand.run.trail[:-1], hand.run.step.model_copy(update={"answer": label}))
            hand.set_run(trail=trail)
            self._log(store, hand.item, answer=key, outcome=answer.outcome, to=answer.to)
            return self._keep(hand, self._go(hand, answer.to, tuple(done)))

    def back(self, store: Store, item: DeskItem) -> Turn:
        """One card back, to the last one at which the agent stood; what was done since is undone where that is possible.

        Raises:
            ScriptError: this is the first card.
        """
        before = item.run.trail[:-1] if item.run is not None else ()
        target = next((step.card for step in reversed(before) if not step.by_itself), None)
        if target is None:
            raise ScriptError("This is the first card.")
        with store.write():
            hand = self._hand(store, item)
            self._log(store, item, answer="back", to=target)
            stays: list[Done] = []
            while True:
                step = hand.run.step
                stays += [one for one in reversed(step.done) if not undo(hand, one)]
                hand.set_run(trail=hand.run.trail[:-1])
                if not hand.run.step.by_itself:
                    break
            step = hand.run.step.model_copy(update={"answer": "", "at": self.workplace.clock.now()})
            hand.set_run(trail=(*hand.run.trail[:-1], step), kept=(*hand.run.kept, *reversed(stays)))
            kept = [one.words for one in stays if one.action in STAYS or one.undo]
            if kept:
                hand.told.append(f"This stays as it is: {'; '.join(kept)}.")
            return self._keep(hand, ())

    def jump(self, store: Store, item: DeskItem, card_id: str) -> Turn:
        """Go to any card.

        Raises:
            LookupError: there is no such card.
        """
        with store.write():
            hand = self._hand(store, item)
            hand.playbook.card(card_id)
            self._log(store, item, answer="jump", to=card_id)
            return self._keep(hand, self._go(hand, card_id, (), because="you jumped here"))

    def _go(self, hand: Hand, card_id: str, done: tuple[Done, ...], because: str = "") -> tuple[Done, ...]:
        """Enter a card, and go on from those that data decides. Returns everything that was done."""
        everything = done
        for _ in range(MOST_BY_ITSELF):
            card = hand.playbook.card(card_id)
            step = Step(card=card_id, at=self.workplace.clock.now(), because=because, by_itself=bool(card.branches))
            longer = hand.run.onto(step)
            hand.set_run(trail=longer.trail, kept=longer.kept)
            everything = (*everything, *self._enter(hand, card, done))
            if card.end == "back" and len(hand.item.runs) > 1 and not (card.say.channels or card.jump):
                self._log(hand.store, hand.item)
                hand.changed(hand.item.model_copy(update={"runs": hand.item.runs[:-1]}))
                return everything
            if not card.branches:
                return everything
            branch = next((one for one in card.branches if holds(one.when, hand.facts)), None)
            if branch is None:
                raise ScriptError(
                    f"The script does not say how to go on from {card.id} ({card.title}): jump to a card that fits."
                )
            because, done = hand.text(branch.because), ()
            self._log(hand.store, hand.item, to=branch.to, because=because)
            card_id = branch.to
        raise ScriptError(f"The script goes in a circle at {card_id}: jump to a card that fits.")

    def _enter(self, hand: Hand, card: Card, before: tuple[Done, ...]) -> tuple[Done, ...]:
        """Do what a card does when it is reached; it is kept with the step, after what its answer did."""
        done = []
        for action in card.actions:
            if holds(action.when, hand.facts) and (one := do(hand, action, "", {})) is not None:
                done.append(one)
        step = hand.run.step.model_copy(update={"done": (*before, *done)})
        hand.set_run(trail=(*hand.run.trail[:-1], step))
        return tuple(done)

    def _hand(self, store: Store, item: DeskItem) -> Hand:
        if item.run is None:
            raise ScriptError("There is no script here: it opens with a contact.")
        playbook = self.library.version(store, item.run.playbook, item.run.digest)
        return Hand(store, self.workplace, playbook, item)

    def _card(self, hand: Hand) -> Card:
        found = hand.playbook.find(hand.run.step.card)
        if found is None:
            raise ScriptError(f"The script has no card {hand.run.step.card} any more: go back, or jump.")
        return found

    def _answer(self, hand: Hand, card: Card, key: str) -> Answer:
        for answer in card.answers:
            if answer.key == key and holds(answer.when, hand.facts):
                return answer
        raise ScriptError("This card has no such answer.")

    def _acts(self, hand: Hand, card: Card, answer: Answer) -> list[Act]:
        """What an answer does: first what came of the thing that the card waited for."""
        expected: Sequence[Act] = () if card.expect is None else (card.expect,)
        if self._paid_already(hand, card, answer):
            expected = ()
        return [one for one in (*expected, *answer.actions) if holds(one.when, hand.facts)]

    def _paid_already(self, hand: Hand, card: Card, answer: Answer) -> bool:
        """Whether a card that was gone back to waits for a payment that has been recorded."""
        return (
            isinstance(card.expect, Payment)
            and answer.outcome == card.expect.done
            and any(one.facts.get("payment") for one in hand.run.deeds())
            and not payable(hand.facts, card.expect)
        )

    def _with_choices(self, hand: Hand, asked: Asked) -> Asked:
        choices: tuple[tuple[str, str], ...] = asked.choices
        value = asked.value
        match asked.name:
            case "method":
                names = {way.method.value: way.name for way in self.workplace.catalogue.ways}
                choices = tuple((one, names.get(one, label)) for one, label in asked.choices)
            case "person" if hand.facts.customer is not None:
                people = hand.facts.customer.people
                value = hand.facts.speaker or hand.facts.customer.name
                choices = tuple((one.name, f"{one.name}, {one.role}" if one.role else one.name) for one in people)
            case "asset" if hand.facts.customer is not None and hand.facts.customer.assets:
                assets = hand.facts.customer.assets
                choices = tuple((one.name, f"{one.name}, {one.kind}" if one.kind else one.name) for one in assets)
            case "leader":
                leaders = [one for one in everyone(hand.store) if one.role in LEADERS]
                choices = tuple((one.id, one.name) for one in leaders)
            case "target":
                from data.desk.reading import transfer_targets

                found = transfer_targets(hand.store, self.workplace.agent)
                choices = tuple((target, f"{name} · {state}") for target, name, state in found)
        return asked.model_copy(update={"choices": choices, "value": value})

    def _check_given(self, hand: Hand, card: Card, answer: Answer, given: Mapping[str, str]) -> None:
        for action in self._acts(hand, card, answer):
            for one in _asks(action, answer):
                value = given.get(one.name, "").strip()
                if not one.optional and not value:
                    raise ScriptError(f"Still needed: {one.label[:1].lower()}{one.label[1:]}")
                if one.choices and value not in dict(one.choices):
                    raise ScriptError(f"{one.label} Take one of: {', '.join(dict(one.choices))}.")

    def _keep(self, hand: Hand, done: tuple[Done, ...]) -> Turn:
        item = journal.keep(hand.store, hand.item, self.workplace.clock)
        return Turn(
            item, tuple(one.words for one in done), tuple(hand.told), tuple(hand.requests), tuple(hand.receipts)
        )

    def _log(
        self, store: Store, item: DeskItem, *, answer: str = "", outcome: str = "", to: str = "", because: str = ""
    ) -> None:
        """Keep the card that is left."""
        run, now = item.runs[-1], self.workplace.clock.now()
        step = run.step
        with saving(store, self.workplace.agent, self.workplace.clock) as change:
            change.add(
                CardStep(
                    id=new_id(),
                    run_id=run.id,
                    contact_id=item.contact_id,
                    ticket_id=item.ticket_id,
                    playbook=run.playbook,
                    version=run.version,
                    card=step.card,
                    at=step.at,
                    left_at=max(now, step.at),
                    answer=answer,
                    outcome=outcome,
                    because=because,
                    to=to,
                    done=tuple(one.words for one in step.done),
                    agent=self.workplace.agent,
                )
            )

    # showing

    def view(self, store: Store, item: DeskItem) -> CardView | None:
        """The card in hand as it is shown; None without a script."""
        if item.run is None:
            return None
        hand = self._hand(store, item)
        run, playbook = hand.run, hand.playbook
        words = hand.facts.words(playbook)
        trail = tuple(
            TrailView(
                card=step.card,
                title=found.title if (found := playbook.find(step.card)) is not None else step.card,
                because=step.because,
                answer=step.answer,
                by_itself=step.by_itself,
                done=tuple(one.words for one in step.done),
            )
            for step in run.trail
        )
        card = playbook.find(run.step.card)
        if card is None:
            why = f"This card is no longer in the script ({run.step.card}): go back, or jump to another one."
            return CardView(run.playbook, run.version, run.step.card, "gone", do=why, trail=trail)
        channel = card.said_on(run.channel)
        texts = [card.say.on(channel) or next((card.say.on(one) for one in Channel if card.say.on(one)), "")]
        texts += [card.ask, card.do]
        say, ask, hint = (_filled(text, words) for text in texts)
        answers = tuple(
            AnswerView(
                key=answer.key,
                label=_filled(answer.label, words),
                to=found.title if (found := playbook.find(answer.to)) is not None else answer.to,
                asks=any(_asks(one, answer) for one in self._acts(hand, card, answer)),
            )
            for answer in card.answers
            if holds(answer.when, hand.facts)
        )
        return CardView(
            playbook=playbook.title or run.playbook,
            version=run.version,
            card=card.id,
            title=card.title,
            channel=channel,
            say=say,
            ask=ask,
            do=hint,
            answers=answers,
            trail=trail,
            end=card.end,
            interrupts=len(item.runs) > 1,
            due=self._due(hand, card),
        )

    def _due(self, hand: Hand, card: Card) -> str:
        """What the payment on this card comes to."""
        if not isinstance(card.expect, Payment):
            return ""
        due = payable(hand.facts, card.expect)
        if not due:
            return ""
        total = due_of(due)
        parts = " + ".join(f"{money_text(one.due)} ({one.invoice.number})" for one in due)
        return (
            f"{money_text(total)} = {parts}" if len(due) > 1 else f"{money_text(total)} ({due[0].invoice.number})"
        )


STAYS = frozenset({"payment", "receipt", "notify", "ticket", "hand_over", "voice_mail"})
"""Actions whose staying is told when one goes back over them."""


def _asks(action: Act, answer: Answer) -> tuple[Asked, ...]:
    """What an action asks for with this answer: a payment that failed asks for nothing."""
    if action.done not in ("", answer.outcome):
        return ()
    return tuple(one for one in action.asks() if one.only in ("", answer.outcome))


def _filled(text: str, words: Mapping[str, object]) -> str:
    try:
        return filled(text, words)
    except WordingError:
        return text
