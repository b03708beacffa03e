"""Figures that move slowly, so that they are read rarely: usage limits, and the month so far."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from vigie.errors import SourceError
from vigie.sources.langsmith.answers import Project, UsageLimits
from vigie.sources.langsmith.client import CALLS, Client
from vigie.sources.langsmith.config import SLOW
from vigie.sources.langsmith.month import month_of, reach

Value = TypeVar("Value")


@dataclass(slots=True)
class _Reading(Generic[Value]):
    """A figure that is renewed now and then, and dropped when it has become too old."""

    value: Value | None = None
    at: float = float("-inf")

    async def renew(self, now: float, ask: Callable[[], Awaitable[Value]]) -> None:
        """Ask when it is due; what fails is asked again with the next poll."""
        age = now - self.at
        if not 0 <= age < SLOW:
            self.value = self.value if 0 <= age < 3 * SLOW else None
            self.value, self.at = await ask(), now


class SlowFigures:
    """What is known of usage limits and of the month."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._limits: _Reading[UsageLimits | None] = _Reading()
        self._month: _Reading[Sequence[Project]] = _Reading()
        self._month_begin = 0.0

    @property
    def limits(self) -> UsageLimits | None:
        """Whether traces are turned away; None while it is not known."""
        return self._limits.value

    @property
    def month(self) -> Sequence[Project] | None:
        """Every project with its use since the month began; None while it is not known."""
        return self._month.value

    async def renew(self, now: float) -> list[SourceError]:
        """Read what is due; what could not be read is returned."""
        begin = month_of(now)[0]
        if begin != self._month_begin:
            self._month, self._month_begin = _Reading(), begin
        problems = []
        for renewal in (
            self._limits.renew(now, self._client.limits),
            self._month.renew(now, lambda: self._client.projects(reach(now), CALLS)),
        ):
            try:
                await renewal
            except SourceError as error:
                problems.append(error)
        return problems
