"""Playbooks made by rule, as large as one likes."""

from __future__ import annotations

FACTS = (
    ("past_due", "yes"), ("plan", "managed"), ("contacts", "several"), ("remote_tool", "yes"),
    ("may_discuss_money", "no"), ("attempts", "left"),
)  # fmt: skip


KEYS = "123456789"


def large_playbook(cards: int) -> str:
    """A playbook of about so many cards: lists of parts, and parts of ten cards, each with questions, branches, money
    and an end. Nothing is wrong with it."""
    parts = max(cards // 10 - 1, 1)
    lists = [range(first, min(first + len(KEYS), parts)) for first in range(0, parts, len(KEYS))]
    lines = ["id: large", "version: 1", 'terms: {support_number: "+1 202 555 0100"}', "cards:"]
    lines += _list("start", [f"list-{at}" for at in range(len(lists))])
    for at, numbers in enumerate(lists):
        lines += _list(f"list-{at}", [f"P{number}-1" for number in numbers])
    for number in range(parts):
        lines += _part(number)
    return "\n".join([*lines, ""])


def _list(card: str, targets: list[str]) -> list[str]:
    answers = [f"      - {{key: {key}, label: {to}, to: {to}}}" for key, to in zip(KEYS, targets, strict=False)]
    return [f"  - id: {card}", "    title: What it is about", "    answers:", *answers]


def _part(part: int) -> list[str]:
    fact, value = FACTS[part % len(FACTS)]
    at = f"P{part}"
    return f"""\
  - id: {at}-1
    title: Question {part}
    say:
      voice: "Thank you for calling {{{{ organisation }}}}, my name is {{{{ agent }}}}. How can I help you today?"
      chat: "Hello {{{{ person }}}}, this is {{{{ agent }}}} of {{{{ organisation }}}}."
      email: "Dear {{{{ person }}}}, thank you for your message."
    ask: What is it about?
    answers:
      - {{key: 1, label: A computer, to: {at}-2}}
      - {{key: 2, label: An invoice, to: {at}-3}}
      - {{key: 3, label: Nothing more, to: {at}-9}}
  - id: {at}-2
    title: By data
    branches:
      - {{when: {{{fact}: {value}}}, because: "{fact} is {value}", to: {at}-3}}
      - {{because: otherwise, to: {at}-4}}
  - id: {at}-3
    title: Ticket
    actions: [{{ticket: {{type: 1, title: "What {{{{ person }}}} asked"}}}}, {{tell_number: {{by: voice}}}}]
    say: "Your number is {{{{ number }}}}; you can always reach us at {{{{ terms.support_number }}}}."
    ask: Did they note it?
    answers:
      - {{key: 1, label: "Yes", to: {at}-4}}
      - {{key: 2, label: "No", to: {at}-5}}
  - id: {at}-4
    title: Money
    actions: [{{ticket: {{type: 1}}}}, {{conduct: {{kind: cost said, item: "320"}}}}, {{charge: {{item: "320"}}}}, invoice]
    say: "That is {{{{ price('320') }}}}, so {{{{ total }}}} in all."
    expect: {{payment: {{pays: [invoice]}}}}
    answers:
      - {{key: 1, label: Paid, outcome: paid, to: {at}-6}}
      - {{key: 2, label: It failed, outcome: failed, to: {at}-7}}
      - {{key: 3, label: No, outcome: declined, to: {at}-8}}
  - id: {at}-5
    title: Again
    say: "I say it once more: {{{{ number }}}}."
    answers:
      - {{key: 1, label: Noted, to: {at}-4}}
  - id: {at}-6
    title: Receipt
    actions: [receipt, {{notify: {{who: leader, about: "{{{{ customer }}}} has paid"}}}}]
    say: "Thank you, {{{{ person }}}}."
    answers:
      - {{key: 1, label: Go on, to: {at}-end}}
  - id: {at}-7
    title: Failed
    actions: [void_invoice]
    say: "The payment did not go through."
    answers:
      - {{key: 1, label: Once more, to: {at}-4}}
      - {{key: 2, label: Give up, to: {at}-8}}
  - id: {at}-8
    title: Leader
    actions: [{{notify: {{who: leader, about: "{{{{ customer }}}} has not paid"}}}}]
    answers:
      - {{key: 1, label: Go on, to: {at}-9}}
  - id: {at}-9
    title: Close
    actions: [end_contact]
    say: "Thank you, and goodbye."
    answers:
      - {{key: 1, label: Ended, to: {at}-end}}
  - id: {at}-end
    title: End
    end: done
""".splitlines()
