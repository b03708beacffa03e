"""Is this much failure usual? What failed within the last minutes, against the same hour of earlier days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from vigie.core.families import Families
from vigie.core.state import Series
from vigie.sources.supabase import attempts
from vigie.sources.supabase import families as figures
from vigie.sources.supabase.config import DAY, HOUR, MINUTE
from vigie.sources.supabase.intake import BASELINE_DAYS, Position

WINDOW: Final = 10 * MINUTE
"""Seconds behind every figure whose name ends in `_recent` or `_max`: ten whole minutes, the last one still running."""

Tallies = Callable[[float, float], Mapping[Series, float]]
"""Totals of what happened between two times, in whole hours."""


def window(now: float) -> tuple[float, float]:
    """Where the recent minutes begin and end."""
    stop = now // MINUTE * MINUTE + MINUTE
    return stop - WINDOW, stop


def recent(now: float, position: Position) -> float:
    """Failures in which a secret was tried, within the window."""
    return attempts.guesses(position.recent, *window(now))


def usual(now: float, position: Position, tallies: Tallies) -> list[float]:
    """Such failures per window in the same hour of each earlier day that was read, the latest first."""
    hours = (now // HOUR * HOUR - days * DAY for days in range(1, BASELINE_DAYS + 1))
    return [
        sum(amount for series, amount in tallies(hour, hour + HOUR).items() if series in attempts.GUESSES)
        * (WINDOW / HOUR)
        for hour in hours
        if position.covers(hour, hour + HOUR)
    ]


def add_recent(families: Families, now: float, position: Position, tallies: Tallies) -> None:
    """Add what failed lately, what is usual, and when anybody last tried."""
    families.add(figures.RECENT, recent(now, position), figures.WINDOW)
    days = usual(now, position, tallies)
    families.add(figures.BASELINE_WINDOWS, len(days), figures.WINDOW)
    if days:
        families.add(figures.BASELINE, sum(days) / len(days), figures.WINDOW)
    if position.recent:
        families.add(figures.LAST_ATTEMPT, max(position.recent))
