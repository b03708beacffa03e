"""
Read the auth logs into the state file: what is new, what came late, and what was there before Vigie.

Three rules keep totals exact. Windows are wide: each begins 20 minutes before the last poll and ends 10 minutes ahead
of our clock, so late lines and a clock that is 10 minutes off lose nothing. What is counted and how far was read are
committed together. The first poll, and the days before it, are history: they fill the tallies behind baselines and move
no counter.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from vigie.core.source import Context
from vigie.core.state import Batch
from vigie.errors import Reason, SourceError
from vigie.sources.supabase import attempts
from vigie.sources.supabase.answers import Attempts
from vigie.sources.supabase.attempts import Minutes
from vigie.sources.supabase.client import Client
from vigie.sources.supabase.config import DAY, HOUR, MINUTE
from vigie.sources.supabase.families import FAILURES
from vigie.sources.supabase.queries import ROWS

NAME: Final = "supabase"
"""Key of the source, under which it keeps its state."""
LATENESS: Final = 20 * MINUTE
AHEAD: Final = 10 * MINUTE
SPAN: Final = 4 * HOUR
"""Longest window of one question; the vendor allows 24 hours."""
PAGES: Final = 3
"""Most questions of one poll about what is new; after a long pause the next polls go on."""
BASELINE_DAYS: Final = 7
KEPT: Final = (BASELINE_DAYS + 1) * DAY
IDS_KEPT: Final = DAY

_RESUME_AT: Final = "resume_at"
_RECENT: Final = "recent"
_LIVE_FROM: Final = "live_from"
_HISTORY_FROM: Final = "history_from"
_HISTORY_UNTIL: Final = "history_until"


@dataclass(frozen=True, slots=True)
class Position:
    """
    How far was read.

    Attributes:
        resume_at: Where the next window begins: what is before has settled. None before the first poll.
        live_from: Time from which on minutes were read as they came.
        history_from: Earliest time that is, or will be, read as history.
        history_until: Time up to which history was read; at `live_from` it is complete.
        recent: The minutes that will be read again.
    """

    resume_at: float | None
    live_from: float
    history_from: float
    history_until: float
    recent: Minutes

    def covers(self, start: float, stop: float) -> bool:
        """Whether all of this time was read."""
        whole = self.history_until >= self.live_from
        return start >= self.history_from and (whole or stop <= self.history_until or start >= self.live_from)


class Intake:
    """
    The reader of one project's auth logs.

    Args:
        client: Who asks.
        context: Clock and state.
        retention: Seconds that the vendor keeps logs.
    """

    def __init__(self, client: Client, context: Context, retention: float) -> None:
        self._client = client
        self._context = context
        self._retention = retention

    async def read(self, now: float) -> Position:
        """
        Take in what is new, and a piece of history as long as there is some left.

        Raises:
            SourceError: The logs cannot be read; what was read before is kept.
        """
        position = await asyncio.to_thread(self.position, now)
        is_first = position.resume_at is None
        stop = _minute(now) + MINUTE + AHEAD
        start = position.live_from if position.resume_at is None else self._resume(position.resume_at, now)
        for _ in range(PAGES):
            page, start = await self._page(start, min(start + SPAN, stop))
            resume_at = start if start < stop else _minute(now - LATENESS)
            batch = self._batch(position, page, resume_at, now, history=is_first)
            await asyncio.to_thread(self._keep, batch, now)
            position = await asyncio.to_thread(self.position, now)
            if start >= stop:
                break
        if position.history_until < position.live_from:
            await self._look_back(position)
        return await asyncio.to_thread(self.position, now)

    def position(self, now: float) -> Position:
        """How far was read, by the state file."""
        items = self._context.state.items(NAME)
        live_from = float(items.get(_LIVE_FROM, _minute(now - LATENESS)))
        history_from = float(items.get(_HISTORY_FROM, _minute(now - min(self._retention, KEPT))))
        return Position(
            float(items[_RESUME_AT]) if _RESUME_AT in items else None,
            live_from,
            history_from,
            float(items.get(_HISTORY_UNTIL, history_from)),
            attempts.load(items.get(_RECENT, "[]")),
        )

    def _resume(self, resume_at: float, now: float) -> float:
        """Where the window begins; our clock may have been set back, and the vendor may no longer keep it all."""
        start = resume_at if resume_at < now + AHEAD else now - LATENESS
        return _minute(max(start, now - self._retention))

    async def _page(self, start: float, stop: float) -> tuple[list[Attempts], float]:
        """
        Read minutes from `start` on.

        Returns:
            Their rows, and the time up to which they are complete: an answer that is full may end within a minute.
        """
        rows = await self._client.minutes(start, stop)
        is_full = len(rows) >= ROWS
        last = min(max(row.minute for row in rows), stop) if is_full else stop
        if last <= start:
            raise SourceError(
                Reason.BAD_PAYLOAD, f"Supabase's auth logs hold over {ROWS} kinds of outcome in one minute"
            )
        return [row for row in rows if start <= row.minute < last], last

    def _batch(self, position: Position, rows: list[Attempts], resume_at: float, now: float, *, history: bool) -> Batch:
        """A page, together with where to go on and the minutes that will be read again."""
        minutes = attempts.grown(attempts.by_minute(rows), position.recent)
        oldest = min(resume_at, _minute(now - LATENESS))
        recent = {minute: counts for minute, counts in {**position.recent, **minutes}.items() if minute >= oldest}
        items = {
            _RESUME_AT: str(resume_at),
            _RECENT: attempts.dump(recent),
            _LIVE_FROM: str(position.live_from),
            _HISTORY_FROM: str(position.history_from),
            _HISTORY_UNTIL: str(position.history_until),
        }
        return Batch(attempts.events(minutes), items, history=history, moving=frozenset({FAILURES.name}))

    def _keep(self, batch: Batch, now: float) -> None:
        """Commit, and let go of what is too old to be read again or compared with."""
        state = self._context.state
        state.ingest(NAME, batch)
        state.forget(NAME, events_before=float(batch.items[_RESUME_AT]) - IDS_KEPT, tallies_before=now - KEPT)

    async def _look_back(self, position: Position) -> None:
        """Read a piece of what was there before Vigie."""
        stop = min(position.history_until + SPAN, position.live_from)
        page, reached = await self._page(position.history_until, stop)
        batch = Batch(attempts.events(attempts.by_minute(page)), {_HISTORY_UNTIL: str(reached)}, history=True)
        await asyncio.to_thread(self._context.state.ingest, NAME, batch)


def _minute(time: float) -> float:
    return time // MINUTE * MINUTE
