"""Keep what a long-running process never uses out of its memory."""

from __future__ import annotations

import sys
from importlib import import_module

_COLOURS = ("pygments", "rich")


def import_without_colours(module: str) -> None:
    """
    Import `module` as if rich and pygments were not installed.

    structlog and httpx load them when they find them, for colours that JSON logs and an API client never have; that is
    16 MB in every process. `vigie check`, which prints a table, imports rich by itself.
    """
    hidden = [name for name in _COLOURS if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None reads as "not installed"
    try:
        import_module(module)
    finally:
        for name in hidden:
            del sys.modules[name]
