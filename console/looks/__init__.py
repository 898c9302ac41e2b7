"""Which themes there are at this seat, and who has chosen which."""
