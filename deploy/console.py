"""Words for the person at the terminal; each call is one write, so that threads do not mix their lines."""

from __future__ import annotations

import sys
from collections.abc import Mapping


def say(text: str) -> None:
    """Print a line of progress."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Print what went wrong, on stderr."""
    sys.stderr.write(f"error: {text}\n")


def say_where(urls: Mapping[str, str]) -> None:
    """Print where the parts are."""
    say("\n" + "".join(f"  {name:<13} {url}\n" for name, url in urls.items()) + "\n./scripts/down stops it.")
