"""`vigie check`: try every source once and say what was reached, what was not, and what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from vigie.config.load import Configuration
from vigie.core.poller import poll_once
from vigie.core.source import AnySource
from vigie.errors import SourceError
from vigie.watch import make_sources

Verdict = Literal["ok", "partly", "failed", "off"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the table: a source, how it stands, and the sentences about it."""

    source: str
    verdict: Verdict
    sentences: tuple[str, ...]


async def check(configuration: Configuration) -> list[Finding]:
    """Try every source that is on, all at once; those that are off are listed with the reason."""
    sources = make_sources(configuration)
    tried = await asyncio.gather(*(_try(name, source) for name, source in sources.items()))
    return [*tried, *(Finding(name, "off", (why,)) for name, why in configuration.off.items())]


async def _try(name: str, source: AnySource) -> Finding:
    try:
        await source.start()
        outcome = await poll_once(source)
        if outcome.poll is None:
            return Finding(name, "failed", tuple(_sentences(outcome.errors)))
        reached = await source.describe()
    except SourceError as error:
        return Finding(name, "failed", (str(error),))
    finally:
        await source.close()
    return Finding(name, "partly" if outcome.errors else "ok", (reached, *_sentences(outcome.errors)))


def _sentences(errors: tuple[SourceError, ...]) -> Iterator[str]:
    return (f"{error} ({error.reason})" for error in errors)
