"""Lines for the person who waits, each with the seconds since the start."""

from __future__ import annotations

import os
import sys
import time

_BEGIN = float(os.environ.setdefault("VIGIE_STORY_BEGIN", str(time.monotonic())))
"""Passed on to the same program in its namespaces; the clock is the machine's."""


def say(text: str) -> None:
    """Print one line."""
    sys.stdout.write(f"[{time.monotonic() - _BEGIN:4.0f} s] {text}\n")
    sys.stdout.flush()
