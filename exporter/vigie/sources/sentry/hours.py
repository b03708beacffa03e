"""
Events by the hour, and how hours become a counter. Pure.

Sentry tells sums per hour of its clock, never single events. So the hour is the thing that is ingested exactly once:
each is known to the state by its start, and when it is read again with greater sums the difference is added. The
current hour is read at every poll, so the counter moves with the interval and not with the hour; closed hours are read
again for a while, because what happened arrives late; what passed while Vigie was away is read as one sum. Nothing here
depends on Vigie's own clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from vigie.core.state import Event, Series
from vigie.core.values import UNKNOWN, unix
from vigie.errors import Reason, SourceError
from vigie.sources.sentry.answers import QUANTITY, Group, Span, Statistics
from vigie.sources.sentry.families import EVENTS

HOUR = 3600
DAY = 24 * HOUR
LATE = 3
"""Closed hours that are read again."""
LONGEST = 30 * 24
"""Hours for which the smallest plan keeps events; a longer absence is not caught up."""
CATEGORIES = {
    "error": "error",
    "default": "error",
    "security": "error",
    "transaction": "transaction",
    "span": "span",
    "log_item": "log",
    "replay": "replay",
    "profile": "profile",
    "monitor": "monitor",
}
"""Categories whose quantity is a number of events; attachments are bytes and profile durations milliseconds."""
OUTCOMES = ("accepted", "filtered", "rate_limited", "invalid", "abuse", "client_discard", "cardinality_limited")


@dataclass(frozen=True, slots=True)
class Window:
    """
    Hours of Sentry's clock that are read as one sum.

    Attributes:
        start: Unix time of a full hour.
        hours: How many.
    """

    start: int
    hours: int = 1

    @property
    def query(self) -> dict[str, str | int | list[str]]:
        """What to ask; the end is a second early because some versions round an end on the hour up to the next."""
        return {
            "field": QUANTITY,
            "groupBy": ["project", "category", "outcome"],
            "interval": "1h",
            "project": -1,
            "start": self.start,
            "end": self.start + self.hours * HOUR - 1,
        }


def current_hour(span: Span, settled: int | None, now: float) -> int:
    """
    The hour that Sentry's clock is in, from the end of its statistics: the end of that hour, or a moment within it.

    Raises:
        SourceError: It does not say, or it cannot be: a day away from Vigie's clock, or before hours that are settled.
    """
    end = unix(span.end)
    if end is None or abs(end - now) > DAY:
        raise SourceError(Reason.BAD_PAYLOAD, f"Sentry's statistics end at {span.end[:30]!r}, far from our own clock")
    current = int(end - 1) // HOUR * HOUR
    if settled is not None and current < settled:
        raise SourceError(Reason.BAD_PAYLOAD, "Sentry's clock went back by hours that were already closed")
    return current


def windows(settled: int | None, current: int, turn: int) -> list[Window]:
    """
    What to read at this poll.

    Args:
        settled: Start of the first hour that may still be read again, not after `current`; None at the first start.
        current: Start of the hour that Sentry is in.
        turn: Number of the poll: which closed hour is looked at again.
    """
    oldest = current - LATE * HOUR
    if settled is None:
        return [Window(start) for start in range(oldest, current + HOUR, HOUR)]
    closed = range(settled, current, HOUR)
    if settled >= oldest:
        again = [Window(closed[turn % len(closed)])] if closed else []
        return [*again, Window(current)]
    resumed = settled + (LATE + 1) * HOUR  # the hours before it were read one by one, the last of them in part
    kept = current - LONGEST * HOUR
    singles = sorted({start for start in (*closed[: LATE + 1], *closed[-LATE:]) if start >= kept})
    missed = max(resumed, kept)
    absence = [Window(missed, (oldest - missed) // HOUR)] if missed < oldest else []
    return [*absence, *(Window(start) for start in singles), Window(current)]


def next_settled(settled: int | None, current: int) -> int:
    """The start of the first hour that may be read again once everything in `windows` was taken in."""
    return max(settled or 0, current - LATE * HOUR)


def event(window: Window, answer: Statistics) -> Event:
    """
    The hours as something to ingest.

    Raises:
        SourceError: The sums are of other hours than were asked for.
    """
    start, end = unix(answer.start), unix(answer.end)
    if start != window.start or end is None or end > window.start + window.hours * HOUR:
        raise SourceError(Reason.BAD_PAYLOAD, "Sentry answered with the statistics of other hours than were asked for")
    return Event(f"{window.start}+{window.hours}", float(window.start), amounts(answer.groups))


def amounts(groups: Sequence[Group]) -> dict[Series, float]:
    """Sums by project id, category and outcome; those that are not numbers of events are left out."""
    sums: Counter[Series] = Counter()
    for group in groups:
        category = CATEGORIES.get(group.by.category)
        if category:
            outcome = group.by.outcome if group.by.outcome in OUTCOMES else UNKNOWN
            quantity = group.totals.quantity
            sums[EVENTS.name, (str(group.by.project), category, outcome)] += quantity  # type: ignore[assignment]  # a Counter of floats
    return dict(sums)
