"""What does each action, a file for each thing that actions are about. Importing this makes them all known."""

from data.playbook.deeds import conduct, customer, line, money, telling, ticket

__all__ = ["conduct", "customer", "line", "money", "telling", "ticket"]
