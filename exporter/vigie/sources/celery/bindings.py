"""
Which queues there are, by the bindings that kombu keeps in Redis (kombu/transport/redis.py, `_queue_bind`).

There is one set of bindings for each exchange, and by default one exchange for each queue, so they are found by walking
the key space: a page at each poll, because a database that also holds results may have millions of keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from redis.exceptions import RedisError

Command = tuple[Any, ...]
Ask = Callable[[Sequence[Command]], list[Any]]
"""Sends commands at once; a reply may be the error of its command."""

PAGE = 1000
"""Keys that Redis looks at for one page: well under a millisecond of its time."""
AT_FIRST = 20
"""Pages of the first walk that are read at once, so that a usual database is known at the first poll."""
_NO_QUEUES = ("celeryev", ".pidbox")
"""Ends of the exchanges that carry events and questions, unless the application has its own."""


class Bindings:
    """
    Queues that are bound, refreshed a page at a time.

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
        self._walked = False
        self._complete: frozenset[str] = frozenset()
        self._found: set[str] = set()

    @property
    def queues(self) -> frozenset[str]:
        """Queues of the last whole walk, and those that the walk under way has found."""
        return self._complete | self._found

    def refresh(self, ask: Ask) -> RedisError | None:
        """Read a page, or the first pages; returns what Redis refused, if anything."""
        pages = 1 if self._walked else AT_FIRST
        self._walked = True
        for _ in range(pages):
            refused = self._page(ask)
            if refused is not None or self._cursor == 0:
                return refused
        return None

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
        return None

    def _queues(self, members: Iterable[bytes]) -> set[str]:
        """The last part of each binding is its queue."""
        names = {bytes(member).decode(errors="replace").rpartition(self._separator)[2] for member in members}
        return names - {""}
