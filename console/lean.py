"""What the console's libraries import and can do without, left out: 10 MB of memory and 30 ms of every start.

* asyncio takes `ssl` along for connections that it makes itself, and hashlib what OpenSSL computes, beside the same of
  Python's own. The console makes no such connections: hubs and mail servers are spoken to by processes beside it.
  Python may be built without OpenSSL, so both are made to go without; where it was built without sums of its own, or the
  machine wants OpenSSL's (FIPS), hashlib keeps them.
* pydantic looks through every installed package for plugins of its own. There are none, and what it looks with brings
  the standard library's mail and archives along."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

_LEFT_OUT = {"asyncio": "ssl", "hashlib": "_hashlib", "hmac": "_hashlib"}
"""What is imported, and without what."""
_OWN_SUMS = (("_md5",), ("_sha1",), ("_sha3",), ("_blake2",), ("_sha2",), ("_sha256", "_sha512"))
"""Modules of Python's own sums; `_sha2` is newer than the pair after it."""
_FIPS = Path("/proc/sys/crypto/fips_enabled")
_PLUGINS = "pydantic.plugin._loader"


def leave_out() -> None:
    """Import these modules without what they can do without, and have pydantic look for no plugins. Whatever was
    imported before stays; whoever imports what was left out gets it."""
    for name, spared in _LEFT_OUT.items():
        if name in sys.modules or spared in sys.modules or (spared == "_hashlib" and not _has_own_sums()):
            continue
        sys.modules[spared] = None  # type: ignore[assignment]
        try:
            import_module(name)
        finally:
            del sys.modules[spared]
    if _PLUGINS not in sys.modules:
        none = ModuleType(_PLUGINS)
        none.get_plugins = lambda: ()  # type: ignore[attr-defined]
        sys.modules[_PLUGINS] = none


def _has_own_sums() -> bool:
    """Whether hashlib can do without OpenSSL here."""
    there = {names: all(find_spec(one) is not None for one in names) for names in _OWN_SUMS}
    *each, newer, older = there.values()
    if not (all(each) and (newer or older)):
        return False
    try:
        return _FIPS.read_text(encoding="ascii").strip() != "1"
    except OSError:
        return True
