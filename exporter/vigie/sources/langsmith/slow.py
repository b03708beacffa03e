"""Figures that move slowly, so that they are read rarely: usage limits, and the month so far."""

from __future__ import annotations

from collections.abc import Sequence

from vigie.core.parts import Memory, Part, refresh
from vigie.core.source import Context
from vigie.errors import SourceError
from vigie.sources.langsmith.answers import Statistics, UsageLimits
from vigie.sources.langsmith.book import NAME
from vigie.sources.langsmith.client import CALLS, Client
from vigie.sources.langsmith.config import SLOW
from vigie.sources.langsmith.month import month_of, reach

KEEP = 3 * SLOW
"""Seconds for which a figure is used while it cannot be read."""


class SlowFigures:
    """
    What is known of usage limits and of the month.

    Args:
        client: Who asks.
        context: Clock and state.
        patience: Seconds that each reading may take.
        mark: Of the settings.
    """

    def __init__(self, client: Client, context: Context, patience: float, mark: str) -> None:
        self._client = client
        self._now = context.now
        self._state = context.state
        self._patience = patience
        self._mark = mark
        self._limits: Part[UsageLimits | None] = Part(
            client.limits, SLOW, KEEP, patience, Memory(context.state, NAME, f"limits {mark}", UsageLimits | None)
        )
        self._month = self._new_month()
        self._month_begin = 0.0

    @property
    def limits(self) -> UsageLimits | None:
        """Whether traces are turned away; None while it is not known."""
        return self._limits.found

    @property
    def month(self) -> Sequence[Statistics] | None:
        """Every project with its use since the month began; None while it is not known."""
        return self._month.found

    async def renew(self) -> tuple[SourceError, ...]:
        """Read what is due; what could not be read is returned."""
        begin = month_of(self._now())[0]
        if begin != self._month_begin:
            self._month, self._month_begin = self._new_month(), begin
        return await refresh((self._limits, self._month), self._now, beside=True)

    def _new_month(self) -> Part[Sequence[Statistics]]:
        begin = month_of(self._now())[0]
        memory = Memory(self._state, NAME, f"month {begin:.0f} {self._mark}", list[Statistics])
        return Part(self._read_month, SLOW, KEEP, self._patience, memory)

    async def _read_month(self) -> Sequence[Statistics]:
        return await self._client.statistics(reach(self._now()), CALLS)
