"""The token: where it lies, what it is compared with, and which page may open a socket."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.wallboard.access import Access, AccessError, token_in

TOKEN = "a" * 43


def test_a_token_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "wallboard" / "token"
    token = token_in(file)
    assert len(token) >= 43 and file.stat().st_mode & 0o777 == 0o600
    assert token_in(file) == token


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_token_that_others_may_read_is_none(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "token"
    file.write_text(TOKEN)
    file.chmod(mode)
    with pytest.raises(AccessError, match="chmod 600"):
        token_in(file)


@pytest.mark.parametrize("text", ["", "short", "a" * 200, "ä" * 43, "with space " * 4])
def test_what_is_no_token_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "token"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(AccessError, match="holds no token"):
        token_in(file)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").write_text(TOKEN)
    (tmp_path / "token").symlink_to(tmp_path / "other")
    with pytest.raises(OSError):
        token_in(tmp_path / "token")


def test_the_cookie_is_not_the_token_and_outlasts_a_new_start() -> None:
    access = Access(TOKEN)
    assert (
        access.knows(TOKEN) and not access.knows(TOKEN[:-1]) and not access.knows("") and not access.knows("\udc80")
    )
    assert TOKEN not in access.cookie and access.admits(access.cookie) and not access.admits(TOKEN)
    assert Access(TOKEN).cookie == access.cookie != Access("b" * 43).cookie


@pytest.mark.parametrize(
    "origin, host, own",
    [
        ("http://127.0.0.1:8790", "127.0.0.1:8790", True),
        ("https://board.example.com", "127.0.0.1:8790", True),
        ("http://127.0.0.1:8791", "127.0.0.1:8790", False),
        ("http://evil.example.com", "127.0.0.1:8790", False),
        ("null", "127.0.0.1:8790", False),
        ("", "127.0.0.1:8790", False),
        ("http://", "", False),
        ("https://board.example.com.evil.example.com", "127.0.0.1:8790", False),
    ],
)
def test_only_our_own_page_opens_a_socket(origin: str, host: str, own: bool) -> None:
    assert Access(TOKEN, ["https://board.example.com"]).own(origin, host) is own
