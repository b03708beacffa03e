"""
A source in parts: what is read apart, each part at its own pace, so that one that fails leaves the others standing.

A part that failed is due again at the next poll, and what it found before stays for a while, as with a whole source.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from vigie.errors import Reason, SourceError

Found = TypeVar("Found")


class Readable(Protocol):
    """What `refresh` drives."""

    def is_due(self, now: float) -> bool:
        """Whether it should be read at Unix time `now`."""

    async def read_now(self, now: float) -> SourceError | None:
        """Read; returns what went wrong."""


async def refresh(parts: Sequence[Readable], now: Callable[[], float]) -> tuple[SourceError, ...]:
    """
    Read what is due, in order: what a part finds may make a later one due.

    Returns:
        What could not be read although the rest could.

    Raises:
        SourceError: Nothing that was due could be read, or the credentials are no good for any part.
    """
    outcomes: list[SourceError | None] = []
    for part in parts:
        if part.is_due(now()):
            outcomes.append(problem := await part.read_now(now()))
            if problem is not None and problem.reason is Reason.AUTH:
                raise problem
    problems = {str(problem): problem for problem in outcomes if problem is not None}
    if problems and None not in outcomes:
        raise next(iter(problems.values()))
    return tuple(problems.values())


@dataclass(slots=True)
class Part(Generic[Found]):
    """
    One thing that is read.

    Attributes:
        read: Asks for it.
        every: Seconds between two reads that work; 0 for each poll.
        keep: Seconds for which the last good answer is used while reads fail.
        found: The last good answer, or None when there is none or it is too old.
        problem: Why the last read failed, or None.
    """

    read: Callable[[], Awaitable[Found]]
    every: float
    keep: float
    found: Found | None = None
    problem: SourceError | None = None
    _read_at: float | None = None

    def is_due(self, now: float) -> bool:
        """Whether it should be read at Unix time `now`; a clock that was set back makes it due."""
        return self._read_at is None or self.problem is not None or not 0 <= now - self._read_at < self.every

    async def read_now(self, now: float) -> SourceError | None:
        """Read; returns what went wrong."""
        try:
            self.found, self._read_at, self.problem = await self.read(), now, None
        except SourceError as problem:
            self.problem = problem
            if self._read_at is not None and now - self._read_at > self.keep:
                self.found = None
        return self.problem

    def need(self) -> Found:
        """
        What was found, for a part that cannot do without.

        Raises:
            SourceError: There is nothing; the error is that of the read that failed.
        """
        if self.found is None:
            raise self.problem or SourceError(Reason.INTERNAL, "a part was used before it was read")
        return self.found


@dataclass(slots=True)
class Turns(Generic[Found]):
    """
    The same question about many things: those whose answer is oldest first, a few at each poll.

    The round ends at the first failure, so that a vendor in trouble is not asked many times over; the next round begins
    with other things.

    Attributes:
        read: Asks about one thing.
        things: All of them, now.
        every: Seconds between two good answers about the same thing; 0 for each poll.
        keep: Seconds for which a good answer is used while reads fail.
        most: Things that are asked about at one poll.
        found: The good answers.
    """

    read: Callable[[str], Awaitable[Found]]
    things: Callable[[], Iterable[str]]
    every: float
    keep: float
    most: int = 30
    found: dict[str, Found] = field(default_factory=dict)
    _read_at: dict[str, float] = field(default_factory=dict)
    _tried: dict[str, int] = field(default_factory=dict)
    _round: int = 0

    def is_due(self, now: float) -> bool:
        """Whether there is something to ask at Unix time `now`; also lets go of what is gone."""
        return bool(self._due(now))

    async def read_now(self, now: float) -> SourceError | None:
        """Ask about a few things; returns what went wrong."""
        self._round += 1
        for thing in self._due(now)[: self.most]:
            self._tried[thing] = self._round
            try:
                self.found[thing], self._read_at[thing] = await self.read(thing), now
            except SourceError as problem:
                self._forget(lambda thing: now - self._read_at[thing] > self.keep)
                return problem
        return None

    def _due(self, now: float) -> list[str]:
        things = list(dict.fromkeys(self.things()))
        self._forget(lambda thing: thing not in things)
        self._tried = {thing: self._tried.get(thing, 0) for thing in things}
        due = (thing for thing in things if not 0 <= now - self._read_at.get(thing, float("-inf")) < self.every)
        return sorted(due, key=self._tried.__getitem__)

    def _forget(self, is_gone: Callable[[str], bool]) -> None:
        for thing in [thing for thing in self.found if is_gone(thing)]:
            del self.found[thing], self._read_at[thing]
