"""How far the list of events has been read. Pure: what follows from the clock and from what was read before."""

from __future__ import annotations

import msgspec
from msgspec import Struct

MINUTE = 60
DAY = 86400
LAG = MINUTE
"""Seconds for which an event may be missing from the list after it happened; Stripe promises none. Peers wait 60."""
OVERLAP = 5 * MINUTE
"""Seconds that are read again each time, for events that appear in the list later still."""
RETENTION = 30 * DAY
"""Seconds for which Stripe keeps events."""
REMEMBERED = 4 * DAY
"""Seconds for which ids are kept: a push is tried again for three days."""
TALLIED = 35 * DAY
"""Seconds for which hourly figures are kept."""


class Window(Struct, frozen=True):
    """
    A stretch of time that is being read, newest event first.

    Attributes:
        start: First second of it.
        end: First second after it.
        after: Id of the event that the last page ended with; empty before the first page.
    """

    start: int
    end: int
    after: str = ""


class Progress(Struct, frozen=True):
    """
    How far everything has been read. It is committed with the events, so that it is true after any crash.

    Attributes:
        since: When Vigie began to watch: only what happens from then on moves the counters.
        until: All before this is read.
        settled: What happened before this is counted for good, and its ids are forgotten: it is not counted again.
        live: The window that is being read, if one is begun.
        history: What is still to be read of the time before `since`.
    """

    since: int
    until: int
    settled: int
    live: Window | None = None
    history: Window | None = None

    @classmethod
    def begin(cls, at: int) -> Progress:
        """Nothing is read; what happened before `at` is history."""
        return cls(at, at, at - RETENTION, history=Window(at - RETENTION, at))

    def open(self, clock: float) -> Progress:
        """With a window to read: the one that was begun, or from a little before the last one up to a little ago."""
        if self.live is not None:
            return self
        start = max(self.until - OVERLAP, self.since)
        window = Window(start, max(int(clock) - LAG, start + 1))
        return msgspec.structs.replace(self, live=window)

    def settle(self, clock: float) -> Progress:
        """Move `settled` up, but not into what is still to be read."""
        begun = [window.start for window in (self.live, self.history) if window is not None]
        settled = min(int(clock) - REMEMBERED, self.until - OVERLAP, *begun)
        return msgspec.structs.replace(self, settled=max(self.settled, settled))


def read(progress: Progress, *, history: bool, after: str | None, clock: float) -> Progress:
    """
    With one more page of a window read.

    Args:
        progress: Before.
        history: It was a page of the history.
        after: Id of the page's last event, or None when the window has no more.
        clock: Stripe's time; a window that was opened by a fast clock is only good up to here.
    """
    name = "history" if history else "live"
    window: Window = getattr(progress, name)
    if after is not None:
        return msgspec.structs.replace(progress, **{name: msgspec.structs.replace(window, after=after)})
    progress = msgspec.structs.replace(progress, **{name: None})
    return progress if history else msgspec.structs.replace(progress, until=min(window.end, int(clock) - LAG))
