"""What the console's libraries import and can do without, left out: 6 MB of memory and 30 ms of every start.

* asyncio takes `ssl` along for connections that it makes itself. The console makes none: hubs and mail servers are
  spoken to by processes beside it. Python may be built without `ssl`, so asyncio is made to go without.
* pydantic looks through every installed package for plugins of its own. There are none, and what it looks with brings
  the standard library's mail and archives along."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from types import ModuleType

_PLUGINS = "pydantic.plugin._loader"


def leave_out() -> None:
    """Import asyncio without `ssl`, and have pydantic look for no plugins. Whatever was imported before stays; whoever
    imports `ssl` later gets it."""
    if "asyncio" not in sys.modules and "ssl" not in sys.modules:
        sys.modules["ssl"] = None  # type: ignore[assignment]
        try:
            import_module("asyncio")
        finally:
            with suppress(KeyError):
                del sys.modules["ssl"]
    if _PLUGINS not in sys.modules:
        none = ModuleType(_PLUGINS)
        none.get_plugins = lambda: ()  # type: ignore[attr-defined]
        sys.modules[_PLUGINS] = none
