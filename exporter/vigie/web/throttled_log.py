"""Warnings that any client can cause, logged at most once a minute."""

from __future__ import annotations

import time
from collections.abc import Callable

from vigie.core.logs import logger

EVERY = 60.0
"""Seconds between two lines."""


class ThrottledWarning:
    """
    Logs a warning at most once a minute, with how often the same happened since the line before.

    Args:
        event: Name of the log line.
        now: Seconds on a clock that never goes back.
    """

    def __init__(self, event: str, now: Callable[[], float] = time.monotonic) -> None:
        self._event = event
        self._now = now
        self._last = -EVERY
        self._count = 0

    def __call__(self, message: str, **context: object) -> None:
        """Note that it happened."""
        self._count += 1
        now = self._now()
        if now - self._last >= EVERY:
            logger().warning(self._event, message=message, count=self._count, **context)
            self._last, self._count = now, 0
