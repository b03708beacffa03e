"""The calendar month that token budgets are for. A source does not know the product's time zone: it is UTC's month."""

from __future__ import annotations

from datetime import UTC, datetime

DAY = 86400.0
_REACH = 31 * DAY - 900.0
"""Statistics reach 31 days back; a quarter of an hour is left for clocks that differ."""


def month_of(now: float) -> tuple[float, float]:
    """Unix times of the beginning of this month and of the next one."""
    moment = datetime.fromtimestamp(now, UTC)
    begin = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
    return begin.timestamp(), following.timestamp()


def reach(now: float) -> float:
    """Where statistics of this month begin: with the month, unless that is longer ago than they reach."""
    return max(month_of(now)[0], now - _REACH)


def projected(used: float, now: float) -> float:
    """What the month will have used if it goes on as so far; its first day counts as whole, so no hour is magnified."""
    begin, end = month_of(now)
    return used * (end - begin) / max(now - begin, DAY)
