"""What the console's libraries import and can do without, left out: 10 MB of memory and 30 ms of every start.

* asyncio takes `ssl` along for connections that it makes itself, and hashlib what OpenSSL computes, beside the same of
  Python's own. The console makes no such connections: hubs and mail servers are spoken to by processes beside it.
  Python may be built without OpenSSL, so both are made to go without.
* pydantic looks through every installed package for plugins of its own. There are none, and what it looks with brings
  the standard library's mail and archives along."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

_LEFT_OUT = {"asyncio": "ssl", "hashlib": "_hashlib", "hmac": "_hashlib"}
"""What is imported, and without what."""
_PLUGINS = "pydantic.plugin._loader"


def leave_out() -> None:
    """Import these modules without what they can do without, and have pydantic look for no plugins. Whatever was
    imported before stays; whoever imports what was left out gets it."""
    for name, spared in _LEFT_OUT.items():
        if name in sys.modules or spared in sys.modules:
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
