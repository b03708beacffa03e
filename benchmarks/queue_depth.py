"""
What reading the depth of 1,000 queues with four priorities costs: Vigie's poll against other ways to ask the same.

Prints milliseconds and CPU time of a poll; a ratio is the other's figure divided by Vigie's.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import redis
from structlog import get_logger

from tests.real.redis import redis_server
from vigie.core.source import Context
from vigie.sources.celery import CelerySource
from vigie.sources.celery.config import CeleryConfig

QUEUES = [f"queue-{number}" for number in range(1000)]
STEPS = ("", "\x06\x163", "\x06\x166", "\x06\x169")
TIMES = 15


async def measure(work: Callable[[], Awaitable[object]], times: int = TIMES) -> tuple[float, float]:
    """Median milliseconds, and CPU milliseconds of this process, of doing it once."""
    taken: list[float] = []
    await work()
    cpu = time.process_time()
    for _ in range(times):
        began = time.perf_counter()
        await work()
        taken.append(time.perf_counter() - began)
    return 1e3 * statistics.median(taken), 1e3 * (time.process_time() - cpu) / times


async def main() -> None:
    """Measure all ways on one Redis."""
    with tempfile.TemporaryDirectory() as folder, redis_server(Path(folder)) as server, server.client() as client:
        for queue in QUEUES[:500]:
            client.lpush(queue, "message")
        config = {"broker": server.url(), "queues": QUEUES, "events": False, "inspect_interval": "0s"}
        source = CelerySource(CeleryConfig.model_validate(config), Context("bench", get_logger(), time.time, None))
        ours = await measure(source.poll)
        print(f"  Vigie, one round trip            {ours[0]:7.1f} ms {ours[1]:7.1f} ms CPU")
        for title, ask, times in (
            ("the same lengths, by pipeline", _pipelined(client), TIMES),
            ("one list at a time", _one_by_one(client), 3),
        ):
            other = await measure(ask, times)
            print(f"  {title:<32} {other[0]:7.1f} ms {other[1]:7.1f} ms CPU, ratio {other[0] / ours[0]:.1f}")
        await source.close()


def _pipelined(client: redis.Redis) -> Callable[[], Awaitable[object]]:
    async def ask() -> object:
        pipeline = client.pipeline(transaction=False)
        for queue in QUEUES:
            for step in STEPS:
                pipeline.llen(queue + step)
        return pipeline.execute()

    return ask


def _one_by_one(client: redis.Redis) -> Callable[[], Awaitable[object]]:
    async def ask() -> object:
        return [client.llen(queue + step) for queue in QUEUES for step in STEPS]

    return ask


if __name__ == "__main__":
    asyncio.run(main())
