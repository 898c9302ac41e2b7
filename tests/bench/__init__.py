"""The bench: every line of the budget that exists, each beside its floor from the same run (`make bench`)."""
