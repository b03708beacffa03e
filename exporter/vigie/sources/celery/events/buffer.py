"""What stands between the socket and the work, so that the socket never waits."""

from __future__ import annotations

import threading
from collections import deque

Stamped = tuple[float, bytes]
"""When a message arrived (monotonic seconds), and the message."""


class Buffer:
    """
    A bounded queue from one thread to one other.

    Bounded in bytes and in messages. What does not fit is dropped and counted, because a reader that waited would be
    cut off by the broker, which loses more and says nothing.
    """

    def __init__(self, max_bytes: int, max_messages: int = 1_000_000) -> None:
        self._messages: deque[Stamped] = deque()
        self._max_bytes = max_bytes
        self._max_messages = max_messages
        self._written = 0  # only the reader adds here ...
        self._read = 0  # ... and only the worker here, so neither needs a lock
        self._filled = threading.Event()
        self.dropped = 0

    def put(self, at: float, message: bytes) -> None:
        """Add a message, or count it as dropped."""
        if self.size + len(message) > self._max_bytes or len(self._messages) >= self._max_messages:
            self.dropped += 1
            return
        self._written += len(message)
        self._messages.append((at, message))
        if not self._filled.is_set():
            self._filled.set()

    def take(self, limit: int, wait: float) -> list[Stamped]:
        """Up to `limit` messages, the oldest first; an empty list if none came within `wait` seconds."""
        self._filled.clear()
        if not self._messages:
            self._filled.wait(wait)
        taken = [self._messages.popleft() for _ in range(min(limit, len(self._messages)))]
        self._read += sum(len(message) for _, message in taken)
        return taken

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return self._written - self._read
