"""
Queues that are Redis lists, as kombu lays them out (kombu/transport/redis.py).

One list per priority step; an empty list does not exist, so its length is 0. What was handed out and not acknowledged
is in one sorted set for the whole database, scored with the time of delivery.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.sentinel import Sentinel
from redis.exceptions import RedisError, ResponseError

from vigie.core.families import Families
from vigie.errors import Reason, SourceError
from vigie.sources.celery import families as f
from vigie.sources.celery.bindings import Bindings
from vigie.sources.celery.broker import Broker
from vigie.sources.celery.depth import Depth
from vigie.sources.celery.errors import BROKER_ERRORS, Explain


class RedisDepth(Depth):
    """Reads all queues in one round trip, over one connection."""

    def __init__(self, broker: Broker, explain: Explain) -> None:
        self._config = broker.config
        self._broker = broker
        self._explain = explain
        self._client: Redis | None = None
        self._sentinel: Sentinel | None = None
        self._bindings = Bindings(self._config.key_prefix, self._config.separator, self._ask)

    async def read(self, queues: Sequence[str], families: Families, *, discover: bool) -> list[SourceError]:
        """Add lengths by queue and priority, and what is unacknowledged."""
        problems = await self._discover() if discover else []
        found = self._bindings.queues if discover else ()
        names = sorted({*queues, *found})
        keys = [self._key(queue, step) for queue in names for step in self._config.priority_steps]
        index = f"{self._config.key_prefix}unacked_index"
        commands: list[tuple[Any, ...]] = [("LLEN", key) for key in keys]
        *lengths, count, oldest = await self._ask([*commands, ("ZCARD", index), ("ZRANGE", index, 0, 0, "WITHSCORES")])
        problems += self._lengths(names, lengths, families)
        problems += self._unacked(count, oldest, families)
        if problems and all(isinstance(reply, RedisError) for reply in (*lengths, count, oldest)):
            raise problems[0]
        return list({str(problem): problem for problem in problems}.values())

    async def describe(self) -> str:
        """Say which Redis was reached."""
        (info,) = await self._ask([("INFO", "server")])
        version = f" {info['redis_version']}" if isinstance(info, dict) else ""
        return self._broker.where.replace("Redis", f"Redis{version}", 1)

    async def close(self) -> None:
        """Let go of the connection."""
        clients, self._client, self._sentinel = (self._client, self._sentinel), None, None
        for client in clients:
            if client is not None:
                with contextlib.suppress(RedisError, OSError):
                    await client.aclose()

    async def _discover(self) -> list[SourceError]:
        refused = await self._bindings.refresh()
        return [self._explain(refused)] if refused is not None else []

    async def _ask(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Send all commands at once; a reply may be the error of its command."""
        if self._client is None:
            self._client, self._sentinel = self._broker.async_redis()
        pipeline = self._client.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        try:
            replies: list[Any] = await pipeline.execute(raise_on_error=False)
        except BaseException as error:
            await self.close()  # at a deadline, too: half an answer may still be on its way
            if isinstance(error, BROKER_ERRORS):
                raise self._explain(error) from None
            raise
        return replies

    def _lengths(self, names: Sequence[str], replies: Sequence[Any], families: Families) -> list[SourceError]:
        problems: list[SourceError] = []
        steps = self._config.priority_steps
        for at, queue in enumerate(names):
            lengths = replies[at * len(steps) : (at + 1) * len(steps)]
            odd = next((length for length in lengths if isinstance(length, RedisError)), None)
            if odd is not None:
                self._good(odd, f"the length of queue {queue}", problems)
                continue
            families.add(f.QUEUE_LENGTH, sum(lengths), queue)
            for step, length in zip(steps, lengths, strict=True):
                families.add(f.QUEUE_PRIORITY_LENGTH, length, queue, str(step))
        return problems

    def _unacked(self, count: Any, oldest: Any, families: Families) -> list[SourceError]:
        problems: list[SourceError] = []
        number = self._good(count, "unacknowledged messages", problems)
        if number is not None:
            families.add(f.UNACKED, number)
        families.add(f.VISIBILITY_TIMEOUT, self._config.visibility_timeout)
        families.declare(f.OLDEST_UNACKED)
        first = self._good(oldest, "the oldest unacknowledged message", problems)
        if first:  # its tag, and the time of its delivery
            families.add(f.OLDEST_UNACKED, float(first[1]))
        return problems

    def _good(self, reply: Any, what: str, problems: list[SourceError]) -> Any:
        """The reply, or None and a problem where it is an error."""
        if not isinstance(reply, RedisError):
            return reply
        if isinstance(reply, ResponseError) and str(reply).startswith("WRONGTYPE"):
            sentence = f"{what} cannot be read from {self._broker.where}: its key is of another type; check queues"
            problems.append(SourceError(Reason.BAD_PAYLOAD, sentence))
        else:
            problems.append(self._explain(reply))
        return None

    def _key(self, queue: str, step: int) -> str:
        suffix = f"{self._config.separator}{step}" if step else ""
        return f"{self._config.key_prefix}{queue}{suffix}"
