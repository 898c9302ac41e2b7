"""The long runs of the proof that the sync loses nothing: `python -m tests.proof --help`."""
