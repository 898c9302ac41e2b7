"""The embedded hub behind a Unix socket: one process owns the file and answers every seat of the machine in order."""
