"""The text files that come with the console: scripts, choices, the practice floor's people."""

from pathlib import Path

CONTENT = Path(__file__).parent
"""The folder that they lie in."""
