"""A part of a source that the key, or the vendor's plan, may not allow."""

from __future__ import annotations

from dataclasses import dataclass

from vigie.core.parts import Readable
from vigie.errors import Reason, SourceError

HOUR = 3600.0
PAYMENT_REQUIRED = 402


@dataclass(slots=True)
class Permitted:
    """
    Something that is good to have: a refusal is no problem, is remembered, and is tried again after an hour.

    Attributes:
        name: For people and for labels: "http".
        part: What is read.
        allowed: Whether it may be read, as far as is known.
    """

    name: str
    part: Readable
    allowed: bool = True
    _closed_until: float = 0.0

    @property
    def problem(self) -> SourceError | None:
        """Why the last read failed, unless it is that this is not allowed."""
        return self.part.problem if self.allowed else None

    async def recall(self, now: float) -> None:
        """Take up what was kept from before a restart."""
        await self.part.recall(now)

    def is_due(self, now: float) -> bool:
        """Whether it should be read at Unix time `now`."""
        return now >= self._closed_until and self.part.is_due(now)

    async def read_now(self, now: float) -> SourceError | None:
        """Read; returns what went wrong, unless it is that this is not allowed."""
        problem = await self.part.read_now(now)
        self.allowed = problem is None or not is_refusal(problem)
        if self.allowed:
            return problem
        self._closed_until = now + HOUR
        return None

    async def refresh(self, now: float) -> tuple[SourceError, ...]:
        """Read if it is time to; returns what went wrong, as long as it does."""
        problem = await self.read_now(now) if self.is_due(now) else self.problem
        return (problem,) if problem else ()


def is_refusal(problem: SourceError) -> bool:
    """Whether the vendor says that the key or the plan does not have this."""
    return problem.reason in {Reason.AUTH, Reason.FORBIDDEN} or problem.status == PAYMENT_REQUIRED
