"""What does each action, a file for each thing that actions are about. Importing this makes them all known."""

from data.playbook.deeds import customer, line, money, telling, ticket

__all__ = ["customer", "line", "money", "telling", "ticket"]
