"""The plain console without a terminal: lines from a pipe, lines to a pipe, whatever stands in them."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path

from data.models.customer import Customer, Phone
from tests.console.command import program
from tests.console.stage import at_rest, caller
from tests.hostile import HOSTILE

TURNING = set("\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What ends a line, or turns the direction of writing."""
TEXTS = [text for text in HOSTILE if text.strip()]


def test_lines_in_and_out_and_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    feed = at_rest(tmp_path)
    for place, text in enumerate(TEXTS):
        name = text[:2000]
        feed.put(caller(f"h-{place}", name, f"+1202555{place:04}", 300 + place).model_copy(update={"about": name}))
        known = {
            "company": "Hostile Ltd",
            "notes": name,
            "emails": (name,),
            "flags": (name,),
            "extra": {name[:9]: name},
        }
        phone = Phone(raw=name, note=name)
        feed.put(Customer(id=f"x-{place}", name=name, account=f"9{place:04}", phones=(phone,), **known))  # type: ignore[arg-type]
    feed.close()
    typed = ["\x1b[2JWho\x9b31m", "no", "", "dana", "queue all", "lookup hostile"]
    for place in range(1, 10):
        typed += [f"open {place}", "more", "spell name"]
    typed += [*(f"lookup {text[:50]}" for text in TEXTS), *(text[:50] for text in TEXTS), "help all"]
    typed += ["\udcff is no letter", "status", "quit", "queue"]
    done = program("--plain", "--data-dir", tmp_path, stdin="\n".join(typed))
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("Leaving; what you typed is kept.\n")
    assert "Signed on: Dana Reyes." in done.out and "Found " in done.out and "Hostile Ltd" in done.out
    assert "Nobody here is called ?[2JWho?31m. Add this name? yes or no:" in done.out, "questions are cleaned too"
    assert not {char for char in done.out if unicodedata.category(char) == "Cc"} - {"\n"}
    assert not set(done.out) & TURNING
    assert max(len(line) for line in done.out.splitlines()) < 6000
    assert "waiting" not in done.out.split("Hub online.")[-1], "nothing is read after quit"
    assert "Traceback" not in done.out and "Something went wrong" not in done.out


def test_settings_that_do_not_fit_and_a_reader_who_is_gone(tmp_path: Path) -> None:
    at_rest(tmp_path).close()
    keys = {"AGENT_CONSOLE_KEYS": '{"no_such": "z"}'}
    done = program("--plain", "--data-dir", tmp_path, stdin="dana\n", env=keys)
    assert done.code == 2 and done.err.startswith("Setting 'keys': no action is called 'no_such'")
    command = f"{Path(sys.executable).with_name('agent-console')} --plain --data-dir {tmp_path}"
    heard = subprocess.run(
        f"(echo dana; echo status) | {command} | head -1",
        shell=True,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (heard.stdout, heard.stderr) == ("Example Support.\n", "")
