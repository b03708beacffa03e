"""
A source in parts: what is read apart, each part at its own pace, so that one that fails leaves the others standing.

A part that failed is due again at the next poll, and what it found before stays for a while, as with a whole source.
Time and back-off are a part's own: one that hangs is given up after a while of its own, and one whose vendor asks to
wait waits alone, while the others are read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Protocol, TypeVar

import msgspec

from vigie.core.state import Batch, State
from vigie.errors import Reason, SourceError

Found = TypeVar("Found")


LONGEST_HOLD: Final = 3600.0
"""Seconds for which a part waits at most, whatever its vendor asks for."""
_PARTS: Final = "parts"
_UNSAID: Final = 120.0
"""Seconds to wait after a refusal for the rate of requests that does not say how long; each in a row doubles it."""


@dataclass(slots=True)
class Hold:
    """
    How long something that failed is left alone.

    Attributes:
        since: Unix time of the last attempt.
        until: Unix time at which it may be asked again.
        refusals: Refusals in a row for the rate of requests.
    """

    since: float = 0.0
    until: float = 0.0
    refusals: int = 0

    def is_on(self, now: float) -> bool:
        """Whether it must not be asked at Unix time `now`; a clock that was set back ends the wait."""
        return self.since <= now < self.until

    def note(self, problem: SourceError | None, now: float) -> None:
        """Take in how an attempt ended at `now`."""
        is_limited = problem is not None and problem.reason is Reason.RATE_LIMITED
        self.refusals = self.refusals + 1 if is_limited else 0
        unsaid = _UNSAID * 2.0 ** min(self.refusals - 1, 10) if is_limited else 0.0
        asked = None if problem is None else problem.retry_after
        self.since, self.until = now, now + min(unsaid if asked is None else asked, LONGEST_HOLD)


async def within(seconds: float | None, reading: Awaitable[Found]) -> Found:
    """
    Await a reading, for so long at most.

    Raises:
        SourceError: It took longer.
    """
    try:
        async with asyncio.timeout(seconds):
            return await reading
    except TimeoutError:
        raise SourceError(Reason.TIMEOUT, f"a part of this source did not answer within {seconds:g} s") from None


@dataclass(frozen=True, slots=True)
class Memory:
    """
    Where a part keeps what it found: a restart neither asks again before it is due, nor shows nothing until then.

    Attributes:
        state: The state file.
        source: Whose it is.
        name: Of the part, with the mark of the settings that it was asked with.
        shape: What is found, as msgspec reads it.
    """

    state: State
    source: str
    name: str
    shape: Any

    def recall(self) -> tuple[float, Any] | None:
        """When it was read and what was found; None where nothing is kept that can be read. Blocks."""
        kept = self.state.items(f"{self.source} {_PARTS}").get(self.name)
        try:
            return None if kept is None else msgspec.json.decode(kept, type=tuple[float, self.shape])  # type: ignore[name-defined]  # known at run time
        except msgspec.DecodeError:  # another version of Vigie kept something else
            return None

    def keep(self, read_at: float, found: Any) -> None:
        """Keep what was found. Blocks."""
        kept = msgspec.json.encode((read_at, found)).decode()
        self.state.ingest(f"{self.source} {_PARTS}", Batch([], {self.name: kept}))


class Readable(Protocol):
    """What `refresh` drives."""

    @property
    def problem(self) -> SourceError | None:
        """Why the last read failed, or None."""

    def is_due(self, now: float) -> bool:
        """Whether it should be read at Unix time `now`."""

    async def recall(self, now: float) -> None:
        """Take up what was kept from before a restart; only the first time."""

    async def read_now(self, now: float) -> SourceError | None:
        """Read; returns what went wrong."""


async def refresh(
    parts: Sequence[Readable], now: Callable[[], float], *, beside: bool = False
) -> tuple[SourceError, ...]:
    """
    Read what is due, in order: what a part finds may make a later one due.

    Once the vendor limits the rate of requests, the parts after that one are left for the next poll.

    Args:
        parts: What there is.
        now: Unix time.
        beside: Something else was read in this poll already, so that it does not fail when no part can be read.

    Returns:
        What could not be read although the rest could, parts that still wait included.

    Raises:
        SourceError: Nothing could be read, or the credentials are no good for any part.
    """
    outcomes: list[SourceError | None] = []
    waiting: list[SourceError] = []
    is_limited = is_left = False
    for part in parts:
        await part.recall(now())
        if not part.is_due(now()):
            waiting += [part.problem] if part.problem is not None else []
        elif is_limited:
            is_left = True
        else:
            outcomes.append(problem := await part.read_now(now()))
            if problem is not None and problem.reason is Reason.AUTH and not beside:
                raise problem
            is_limited = problem is not None and problem.reason is Reason.RATE_LIMITED
    failed = [problem for problem in outcomes if problem is not None]
    if failed and None not in outcomes and not is_left and not beside:
        raise failed[0]
    return tuple({str(problem): problem for problem in (*failed, *waiting)}.values())


@dataclass(slots=True)
class Part(Generic[Found]):
    """
    One thing that is read.

    Attributes:
        read: Asks for it.
        every: Seconds between two reads that work; 0 for each poll.
        keep: Seconds for which the last good answer is used while reads fail.
        patience: Seconds that a read may take; None where only the poll's deadline ends it.
        memory: Where it is kept, for a part that is read rarely.
        found: The last good answer, or None when there is none or it is too old.
        problem: Why the last read failed, or None.
    """

    read: Callable[[], Awaitable[Found]]
    every: float
    keep: float
    patience: float | None = None
    memory: Memory | None = None
    found: Found | None = None
    problem: SourceError | None = None
    _read_at: float | None = None
    _hold: Hold = field(default_factory=Hold)
    _has_recalled: bool = False

    async def recall(self, now: float) -> None:
        """Take up what was kept from before a restart, unless it is too old by now or of the future."""
        if self._has_recalled or self.memory is None:
            return
        self._has_recalled = True
        kept = await asyncio.to_thread(self.memory.recall)
        if kept is not None and self._read_at is None and 0 <= now - kept[0] <= self.keep:
            self._read_at, self.found = kept

    def is_due(self, now: float) -> bool:
        """Whether it should be read at Unix time `now`; a clock that was set back makes it due."""
        if self._hold.is_on(now):
            self._age(now)
            return False
        return self._read_at is None or self.problem is not None or not 0 <= now - self._read_at < self.every

    async def read_now(self, now: float) -> SourceError | None:
        """Read; returns what went wrong."""
        try:
            self.found, self._read_at, self.problem = await within(self.patience, self.read()), now, None
        except SourceError as problem:
            self.problem = problem
            self._age(now)
        else:
            if self.memory is not None:
                await asyncio.to_thread(self.memory.keep, now, self.found)
        self._hold.note(self.problem, now)
        return self.problem

    def _age(self, now: float) -> None:
        if self._read_at is not None and now - self._read_at > self.keep:
            self.found = None

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
        patience: Seconds that a round may take; None where only the poll's deadline ends it.
        found: The good answers.
        problem: Why the last round ended early, or None.
    """

    read: Callable[[str], Awaitable[Found]]
    things: Callable[[], Iterable[str]]
    every: float
    keep: float
    most: int = 30
    patience: float | None = None
    found: dict[str, Found] = field(default_factory=dict)
    problem: SourceError | None = None
    _hold: Hold = field(default_factory=Hold)
    _read_at: dict[str, float] = field(default_factory=dict)
    _tried: dict[str, int] = field(default_factory=dict)
    _round: int = 0

    async def recall(self, now: float) -> None:
        """Turns keep nothing: what is asked in turns is spread over many polls anyway."""

    def is_due(self, now: float) -> bool:
        """Whether there is something to ask at Unix time `now`; also lets go of what is gone."""
        due = bool(self._due(now))
        if self._hold.is_on(now):
            self._age(now)
            return False
        self.problem = self.problem if due else None
        return due

    async def read_now(self, now: float) -> SourceError | None:
        """Ask about a few things; returns what went wrong."""
        self._round += 1
        self.problem = None
        try:
            await within(self.patience, self._ask(now))
        except SourceError as problem:
            self._age(now)
            self.problem = problem
        self._hold.note(self.problem, now)
        return self.problem

    async def _ask(self, now: float) -> None:
        for thing in self._due(now)[: self.most]:
            self._tried[thing] = self._round
            self.found[thing], self._read_at[thing] = await self.read(thing), now

    def _age(self, now: float) -> None:
        self._forget(lambda thing: now - self._read_at[thing] > self.keep)

    def _due(self, now: float) -> list[str]:
        things = list(dict.fromkeys(self.things()))
        self._forget(lambda thing: thing not in things)
        self._tried = {thing: self._tried.get(thing, 0) for thing in things}
        due = (thing for thing in things if not 0 <= now - self._read_at.get(thing, float("-inf")) < self.every)
        return sorted(due, key=self._tried.__getitem__)

    def _forget(self, is_gone: Callable[[str], bool]) -> None:
        for thing in [thing for thing in self.found if is_gone(thing)]:
            del self.found[thing], self._read_at[thing]
