"""Poll one source for ever: on its interval, within its deadline, never twice at once, slower while it fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from vigie.core.parts import LONGEST_HOLD
from vigie.core.source import AnySource, Poll, SourceConfig
from vigie.errors import Reason, SourceError

JITTER = 0.05
"""Share of an interval by which polls are spread, so that many sources do not beat in step."""
LONGEST_BACKOFF = 60.0
"""Seconds to which the wait grows while polls fail; a longer interval or `Retry-After`, of an hour at most, wins."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What one poll came to.

    Attributes:
        ended: Unix time at which it ended.
        duration: Seconds that it took.
        poll: What was read, or None when nothing was.
        errors: What went wrong; with a `poll`, what could not be read beside it.
    """

    ended: float
    duration: float
    poll: Poll | None
    errors: tuple[SourceError, ...]


async def poll_once(source: AnySource) -> Outcome:
    """Poll within the deadline and classify whatever happens; only cancellation comes out as an exception."""
    started = time.perf_counter()
    poll, errors = await _attempt(source)
    return Outcome(source.context.now(), time.perf_counter() - started, poll, errors)


async def _attempt(source: AnySource) -> tuple[Poll | None, tuple[SourceError, ...]]:
    deadline = source.config.timeout
    remarks = source.context.remarks
    remarks.clear()
    try:
        async with asyncio.timeout(deadline):
            poll = await source.poll()
    except TimeoutError:
        return None, (SourceError(Reason.TIMEOUT, f"no answer within {deadline:g} s"),)
    except SourceError as error:
        return None, (error,)
    except Exception:  # a fault in one source must not take the others down; the log has the traceback
        source.context.log.exception("source_fault")
        return None, (SourceError(Reason.INTERNAL, "a fault in Vigie while reading this source; see its log"),)
    return poll, (*poll.problems, *remarks)


def delay(config: SourceConfig, outcome: Outcome, failures: int, spread: float) -> float:
    """
    Seconds to wait before the next poll.

    Args:
        config: Interval of the source.
        outcome: What the last poll came to.
        failures: Polls in a row that read nothing, the last one included.
        spread: A number from -1 to 1 that says where in the jitter this wait falls.
    """
    interval = config.interval * (1 + JITTER * spread)
    if not failures:  # parts that failed wait on their own
        return max(interval - outcome.duration, 0.0)
    asked = min(max((error.retry_after or 0.0 for error in outcome.errors), default=0.0), LONGEST_HOLD)
    backoff = min(interval * 2.0 ** min(failures - 1, 10), max(interval, LONGEST_BACKOFF))
    return max(backoff - outcome.duration, asked)


async def keep_polling(
    source: AnySource,
    report: Callable[[Outcome], Awaitable[None]],
    spread: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Poll until cancelled, handing each outcome to `report`."""
    failures = 0
    while True:
        outcome = await poll_once(source)
        failures = 0 if outcome.poll is not None else failures + 1
        await report(outcome)
        await sleep(delay(source.config, outcome, failures, spread()))
