"""Who reads the page, so that it is known when a number has been read by everybody who reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PATIENCE: Final = 120.0
"""Seconds for which a reader that stays away is waited for at most."""
_MOST: Final = 64
"""Connections that are remembered."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """
    The last time that a reader read.

    Attributes:
        page: Number of the page.
        at: When.
        gap: Seconds between its readings, None at its first: the last gap, or half of what stood here before if that
            is longer, as one reading out of turn makes no new habit.
    """

    page: int
    at: float
    gap: float | None = None

    def again(self, page: int, now: float) -> _Reading:
        """The next one."""
        return _Reading(page, now, max(now - self.at, (self.gap or 0.0) / 2))


class Readers:
    """
    The scrapers, told apart by their connections, which Prometheus keeps open from one scrape to the next.

    Whoever has read twice is expected again after the same time, and waited for; so two replicas of Prometheus both
    count, and a person who looks once does not. Where nobody keeps a connection, any reading counts.
    """

    def __init__(self) -> None:
        self._last: dict[str, _Reading] = {}
        self._newest = -1

    def note(self, reader: str, page: int, now: float) -> None:
        """Note that `reader` was given the page of that number."""
        before = self._last.pop(reader, None)
        self._last[reader] = _Reading(page, now) if before is None else before.again(page, now)
        self._newest = max(self._newest, page)
        if len(self._last) > _MOST:
            del self._last[next(iter(self._last))]

    def all_have(self, now: float) -> int:
        """Number of the page that everybody has read, or a later one; -1 when nobody has read any."""
        expected = (
            reading.page
            for reading in self._last.values()
            if reading.gap is not None and 0 <= now - reading.at <= min(2 * reading.gap, PATIENCE)
        )
        return min(expected, default=self._newest)
