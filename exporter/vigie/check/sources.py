"""Try every source once, each within its own timeout."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator

from vigie.check.finding import Finding
from vigie.core.poller import poll_once
from vigie.core.source import AnySource
from vigie.errors import SourceError

_CLOSING = 2.0
"""Seconds after which a source that does not close is left behind."""


async def try_source(name: str, source: AnySource) -> Finding:
    """Read a source, and ask it what it thinks of its own settings; never raises because of what it is told."""
    started = time.perf_counter()
    try:
        await source.start()
        outcome = await poll_once(source)
        if outcome.poll is None:
            finding = Finding(name=name, kind="source", verdict="failed", sentences=tuple(_sentences(outcome.errors)))
        else:
            left = source.config.timeout - (time.perf_counter() - started)
            finding = await _described(name, source, outcome.errors, left)
    except SourceError as error:
        finding = Finding("source", name, "failed", (str(error),))
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING):
                await source.close()
    return Finding(finding.kind, name, finding.verdict, finding.sentences, time.perf_counter() - started)


async def _described(name: str, source: AnySource, errors: tuple[SourceError, ...], left: float) -> Finding:
    """What was reached and what is amiss; where there is no time left to ask, what the poll itself told."""
    reached = "read in part" if errors else "read in full"
    doubts: tuple[SourceError, ...] = ()
    try:
        async with asyncio.timeout(left):
            reached = await source.describe()
            doubts = tuple(await source.review())
    except TimeoutError:
        pass  # the numbers were read, which is what counts
    amiss = (*errors, *doubts)
    return Finding("source", name, "partly" if amiss else "ok", (reached, *_sentences(amiss)))


def _sentences(errors: tuple[SourceError, ...]) -> Iterator[str]:
    return (f"{error} ({error.reason})" for error in errors)
