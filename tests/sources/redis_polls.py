"""What the tests of the Redis source share: making one, polling it, and a server that says anything."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from structlog import get_logger

from vigie.core.families import Families, Family
from vigie.core.poller import Outcome, poll_once
from vigie.core.source import Context
from vigie.errors import SourceError
from vigie.sources.redis import RedisConfig, RedisSource

SECRET = "hunter2"


@contextlib.asynccontextmanager
async def source(url: str, **settings: Any) -> AsyncIterator[RedisSource]:
    """A source that is closed with the block."""
    config = RedisConfig.model_validate({"timeout": "10s", **settings, "url": url})
    made = RedisSource(config, Context("shop", get_logger(), time.time))
    try:
        yield made
    finally:
        await made.close()


async def failure(url: str, **settings: Any) -> SourceError:
    """The error of one poll, which must not hold the password."""
    async with source(url, **settings) as redis:
        outcome = await poll_once(redis)
    assert outcome.poll is None
    (error,) = outcome.errors
    assert SECRET not in str(error)
    return error


def numbers(outcome: Outcome) -> Families:
    """What a poll without any problem read."""
    assert outcome.errors == ()
    assert outcome.poll is not None
    return outcome.poll.families


def value(families: Families, family: Family, *labels: str) -> float:
    """One series."""
    return families.values[family][labels]


@contextlib.asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[str]:
    """A server that answers whatever it is asked first with `answer`, then hangs up; gives its URL."""
    finished = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(answer)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        finished.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listener:
        yield f"redis://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        await finished.wait()
