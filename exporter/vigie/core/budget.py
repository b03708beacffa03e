"""How many requests a source has sent, and how many it may still send."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from vigie.errors import Reason, SourceError


@dataclass(slots=True)
class Budget:
    """
    A token bucket: `limit` requests are there at the start and flow back evenly over `period` seconds.

    Attributes:
        limit: Requests per period, or None where nobody counts.
        period: Seconds.
        now: Monotonic time in seconds.
        spent: Requests sent since the start.
    """

    limit: int | None = None
    period: float = 3600.0
    now: Callable[[], float] = time.monotonic
    spent: int = 0
    _taken: float = field(init=False, default=0.0)
    _updated: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._updated = self.now()

    @property
    def remaining(self) -> int | None:
        """Requests that may be sent right now, or None where nobody counts."""
        return None if self.limit is None else int(self._refilled(self.limit))

    @property
    def taken(self) -> float:
        """Requests that have not flowed back yet: what a restart must not forget."""
        return 0.0 if self.limit is None else self.limit - self._refilled(self.limit)

    def resume(self, taken: float, elapsed: float) -> None:
        """
        Take up a bucket from before a restart.

        Args:
            taken: Requests that had not flowed back then.
            elapsed: Seconds since, by the wall clock; one that was set back counts as no time.
        """
        if self.limit is not None:
            back = max(elapsed, 0.0) * self.limit / self.period
            self._taken = self.taken + min(max(taken - back, 0.0), float(self.limit))

    def spend(self, requests: int = 1) -> None:
        """
        Account for requests that are about to be sent.

        Raises:
            SourceError: The allowance is used up (`Reason.BUDGET`); nothing was spent.
        """
        if self.limit is not None:
            tokens = self._refilled(self.limit)
            if tokens < requests:
                wait = (requests - tokens) * self.period / self.limit
                message = (
                    f"held back: {self.limit} requests per {self.period:g} s are used up, the next in {wait:.0f} s"
                )
                raise SourceError(Reason.BUDGET, message, retry_after=wait)
            self._taken += requests
        self.spent += requests

    def _refilled(self, limit: int) -> float:
        now = self.now()
        self._taken = max(0.0, self._taken - (now - self._updated) * limit / self.period)
        self._updated = now
        return limit - self._taken
