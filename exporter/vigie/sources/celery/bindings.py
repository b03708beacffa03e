"""
Which queues there are, by the bindings that kombu keeps in Redis (kombu/transport/redis.py, `_queue_bind`).

There is one set of bindings for each exchange, and by default one exchange for each queue, so they are found by walking
the key space, for a short while at each poll, because a database that also holds results may have millions of keys.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from redis.exceptions import RedisError

Command = tuple[Any, ...]
Ask = Callable[[Sequence[Command]], list[Any]]
"""Sends commands at once; a reply may be the error of its command."""

PAGE = 1000
"""Keys that Redis looks at for one page: well under a millisecond of its time."""
FIRST = 1.0
"""Seconds that one poll gives to the first walk, in which half a million keys are looked at."""
LATER = 0.05
"""Seconds that one poll gives to later walks."""
_NO_QUEUES = ("celeryev", ".pidbox")
"""Ends of the exchanges that carry events and questions, unless the application has its own."""


class Bindings:
    """
    Queues that are bound, refreshed a few pages at a time.

    Attributes:
        complete: Whether all keys were looked at once.

    Args:
        prefix: Of all keys.
        separator: Stands between the parts of a binding.
        events: The exchange of the events, whose queues are listeners.
    """

    def __init__(self, prefix: str, separator: str, events: str) -> None:
        self._no_queues = (*_NO_QUEUES, f"_kombu.binding.{events}")
        self._prefix = f"{prefix}_kombu.binding."
        self._separator = separator
        self._cursor = 0
        self.complete = False
        self._complete: frozenset[str] = frozenset()
        self._found: set[str] = set()

    @property
    def queues(self) -> frozenset[str]:
        """Queues of the last whole walk, and those that the walk under way has found."""
        return self._complete | self._found

    def refresh(self, ask: Ask) -> RedisError | None:
        """Read a page, and more while there is time; returns what Redis refused, if anything."""
        deadline = time.monotonic() + (LATER if self.complete else FIRST)
        while True:
            refused = self._page(ask)
            if refused is not None or self._cursor == 0 or time.monotonic() > deadline:
                return refused

    def walk(self, ask: Ask) -> RedisError | None:
        """Read all pages, however many there are; returns what Redis refused, if anything."""
        while True:
            refused = self._page(ask)
            if refused is not None or self._cursor == 0:
                return refused

    def _page(self, ask: Ask) -> RedisError | None:
        pattern = "".join(f"[{char}]" if char in "*?[" else char for char in self._prefix) + "*"
        (page,) = ask([("SCAN", self._cursor, "MATCH", pattern, "COUNT", PAGE)])
        if isinstance(page, RedisError):
            return page
        cursor, keys = page
        self._cursor = int(cursor)
        sets = [key for key in keys if not bytes(key).decode(errors="replace").endswith(self._no_queues)]
        for members in ask([("SMEMBERS", key) for key in sets]) if sets else ():
            if isinstance(members, RedisError):
                return members
            self._found.update(self._queues(members))
        if self._cursor == 0:
            self._complete, self._found = frozenset(self._found), set()
            self.complete = True
        return None

    def _queues(self, members: Iterable[bytes]) -> set[str]:
        """The last part of each binding is its queue."""
        names = {bytes(member).decode(errors="replace").rpartition(self._separator)[2] for member in members}
        return names - {""}
