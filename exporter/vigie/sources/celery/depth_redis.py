"""
Queues that are Redis lists, as kombu lays them out (kombu/transport/redis.py).

One list per priority step; an empty list does not exist, so its length is 0. What was handed out and not acknowledged
is in one sorted set for the whole database, scored with the time of delivery.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from redis.exceptions import RedisError, ResponseError

from vigie.core.families import Families
from vigie.errors import Reason, SourceError
from vigie.sources.celery import families as f
from vigie.sources.celery.bindings import Bindings, Command
from vigie.sources.celery.broker import Broker, RedisLink
from vigie.sources.celery.depth import Depth, Reading
from vigie.sources.celery.errors import Explain
from vigie.sources.redis.info import product

_MOST_NAMED = 10
"""Queues that one sentence names."""


class RedisDepth(Depth[RedisLink]):
    """Reads all queues in one round trip."""

    def __init__(self, broker: Broker, explain: Explain) -> None:
        super().__init__(broker, explain)
        self._config = broker.config
        self._bindings = Bindings(broker.config.key_prefix, broker.config.separator, broker.config.event_exchange)

    def _connect(self) -> RedisLink:
        return self._broker.redis()

    def _release(self, link: RedisLink) -> None:
        link.close()

    def _describe(self, link: RedisLink) -> str:
        (info,) = _ask(link, [("INFO", "server")])
        name = product(info) if isinstance(info, dict) else "Redis"
        return self._broker.where.replace("Redis", name, 1)

    def _missing(self, link: RedisLink, queues: Sequence[str]) -> list[SourceError]:
        """An empty list does not exist, so a queue does if it holds messages, or if kombu ever bound it."""
        steps = self._config.priority_steps
        lengths = _ask(link, [("LLEN", self._key(queue, step)) for queue in queues for step in steps])
        filled = {queues[at // len(steps)] for at, length in enumerate(lengths) if length != 0}  # or cannot be told
        bindings = Bindings(self._config.key_prefix, self._config.separator, self._config.event_exchange)
        refused = bindings.walk(lambda commands: _ask(link, commands))
        if refused is not None:
            return []  # without the right to look nothing can be said; the queues were measured all the same
        known = bindings.queues
        others = f" (it has {', '.join(sorted(known)[:_MOST_NAMED])})" if known else ""
        return [
            SourceError(
                Reason.NOT_FOUND,
                f"{self._broker.where} has no queue {queue}: nothing was ever sent to it and no worker consumes it; "
                f"check queues{others}, or start a worker that consumes it",
            )
            for queue in queues
            if queue not in filled and queue not in known
        ]

    def _read(self, link: RedisLink, queues: Sequence[str], families: Families, *, discover: bool) -> Reading:
        refused = self._bindings.refresh(lambda commands: _ask(link, commands)) if discover else None
        problems = [self._explain(refused)] if refused is not None else []
        if discover and refused is None and not self._bindings.complete:
            sentence = "has so many keys that its queues are still being looked for; wait, or name them in queues"
            problems.append(SourceError(Reason.NOT_READY, f"{self._broker.where} {sentence}"))
        names = sorted({*queues, *(self._bindings.queues if discover else ())})
        keys = [self._key(queue, step) for queue in names for step in self._config.priority_steps]
        index = f"{self._config.key_prefix}unacked_index"
        commands: list[Command] = [("LLEN", key) for key in keys]
        *lengths, count, oldest = _ask(link, [*commands, ("ZCARD", index), ("ZRANGE", index, 0, 0, "WITHSCORES")])
        problems += self._lengths(names, lengths, families)
        problems += self._unacked(count, oldest, families)
        if problems and all(isinstance(reply, RedisError) for reply in (*lengths, count, oldest)):
            raise problems[0]
        return Reading(list({str(problem): problem for problem in problems}.values()))

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


def _ask(link: RedisLink, commands: Sequence[Command]) -> list[Any]:
    """Send all commands at once; a reply may be the error of its command."""
    pipeline = link.client.pipeline(transaction=False)
    for command in commands:
        pipeline.execute_command(*command)
    replies: list[Any] = pipeline.execute(raise_on_error=False)
    return replies
