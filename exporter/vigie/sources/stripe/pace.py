"""Read each list at its own pace, sooner after a failure, slower while it keeps failing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from vigie.core.parts import Hold
from vigie.errors import SourceError

LONGEST = 7200.0
"""Seconds until a list that fails is tried again at the latest: rare enough for the allowance."""


@dataclass(slots=True)
class Errand:
    """
    One list that is read now and then.

    Attributes:
        run: Reads it; true when that is done, false when the next poll should go on.
        period: Seconds between two readings.
        retry: Seconds until the next try after a failure; it doubles with every further one, up to `period` or
            two hours.
        error: Why it could not be read, as long as it could not.
        done: When it was last read to its end, or None.
        begun: A reading has not come to its end yet.
        tried: When it was last tried.
        failures: Tries in a row that failed.
        hold: How long Stripe asked to leave it alone.
    """

    run: Callable[[], Awaitable[bool]]
    period: float
    retry: float
    error: SourceError | None = None
    done: float | None = None
    begun: bool = False
    tried: float = 0.0
    failures: int = 0
    hold: Hold = field(default_factory=Hold)

    def due(self, now: float) -> bool:
        """Whether it should be read in a poll at `now`; polls jitter, so half of one early is on time."""
        if self.hold.is_on(now):
            return False
        if self.failures:
            last, wait = self.tried, min(self.retry * 2.0 ** min(self.failures - 1, 20), self.period, LONGEST)
        elif self.done is None or self.begun:
            return True
        else:
            last, wait = self.done, self.period
        return not 0 <= now - last < wait - self.retry / 2

    async def attend(self, now: float) -> None:
        """Read it if it is due; a failure is kept in `error`."""
        if not self.due(now):
            if self.error is not None:  # what the vendor asked to wait is not asked for twice
                self.error = SourceError(self.error.reason, str(self.error))
            return
        self.tried = now
        try:
            self.begun = not await self.run()
        except SourceError as error:
            self.error, self.failures = error, self.failures + 1
            self.hold.note(error, now)
            return
        self.error, self.failures = None, 0
        self.hold.note(None, now)
        self.done = self.done if self.begun else now

    def fresh(self, now: float, patience: float) -> bool:
        """Whether its figures are recent enough to export, though it fails for up to `patience` seconds."""
        return self.done is not None and now - self.done <= self.period + patience
