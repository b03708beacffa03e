"""The Celery source: queue depth at each poll; events and workers' answers from threads that run beside it."""

from __future__ import annotations

import asyncio
import time
from typing import ClassVar

from vigie.core.families import Families, Family
from vigie.core.source import Context, Poll, Source, SourceConfig
from vigie.errors import Reason, SourceError
from vigie.sources.celery import families as f
from vigie.sources.celery.broker import Broker
from vigie.sources.celery.config import CeleryConfig
from vigie.sources.celery.depth_amqp import AmqpDepth
from vigie.sources.celery.depth_redis import RedisDepth
from vigie.sources.celery.errors import BROKER_ERRORS, explain, foreign
from vigie.sources.celery.events.tap import Tap
from vigie.sources.celery.inspect import Answers
from vigie.sources.celery.inspector import Inspector, question
from vigie.sources.celery.queues import Queues
from vigie.sources.celery.threads import in_thread

CLOSING = 0.4
"""Seconds that each thread gets to end."""


class CelerySource(Source[CeleryConfig]):
    """Queues, workers and tasks of Celery, over Redis or AMQP."""

    config_type: ClassVar[type[SourceConfig]] = CeleryConfig
    families: ClassVar[tuple[Family, ...]] = f.ALL

    def __init__(self, config: CeleryConfig, context: Context) -> None:
        super().__init__(config, context)
        self._broker = Broker(config)
        self._depth: RedisDepth | AmqpDepth = (RedisDepth if self._broker.is_redis else AmqpDepth)(
            self._broker, self._explain
        )
        self._inspector = Inspector(self._broker, self._explain, self._alive, self._learn, context.log)
        self._tap = Tap(config, self._broker, context, self._explain, self._inspector.wake) if config.events else None
        self._known = Queues(context.state, config.max_series) if not config.queues else None
        self._polled = False

    async def start(self) -> None:
        """Begin to listen and to ask."""
        if self._tap is not None:
            self._tap.start()
        self._inspector.start()

    async def poll(self) -> Poll:
        """Read the queues, and gather what events and workers told since the last poll."""
        if not self._polled:  # the first poll is worth waiting for: workers name the queues
            await self._inspector.first()
            self._polled = True
        families = Families()
        reading = await self._depth.read(self._queues(), families, discover=self._known is not None)
        problems = list(reading.problems)
        if self._known is not None:
            lengths = {labels[0]: length for labels, length in families.values.get(f.QUEUE_LENGTH, {}).items()}
            now = self.context.now()
            await asyncio.to_thread(self._known.update, self._consumed(), lengths, reading.missing, now)
        if (workers := self._workers()) is not None:
            families.add(f.WORKER_COUNT, workers)
        if self._tap is not None:
            self._tap.collect(families)
            if self._tap.trouble is not None:
                problems.append(SourceError(Reason.NETWORK, f"not subscribed to events: {self._tap.trouble}"))
            if self._tap.foreign is not None:
                problems.append(
                    SourceError(Reason.BAD_PAYLOAD, foreign("events", self._tap.foreign, "event_serializer"))
                )
            problems += [_shared(host) for host in self._tap.shared()]
        silent = self._inspector.collect(families, time.monotonic(), self.context.now())
        if silent is not None:
            problems.append(silent)
        return Poll(families, tuple(problems))

    async def describe(self) -> str:
        """Say which broker and how many workers answered."""
        where = await self._depth.describe()
        try:
            answers = await in_thread(lambda: question(self._broker, self.config, frozenset()), "celery-question")
        except BROKER_ERRORS as error:
            raise self._explain(error) from None
        count = len(answers.hosts)
        return f"{where}; {count or 'no'} worker{'s' * (count != 1)} answered"

    async def review(self) -> list[SourceError]:
        """Name the configured queues that neither the broker nor any worker knows."""
        last = self._inspector.last
        consumed = last.answers.queues().values() if last is not None and last.answers is not None else ()
        unknown = sorted(set(self.config.queues) - {queue for queues in consumed for queue in queues})
        return await self._depth.missing(unknown) if unknown else []

    async def close(self) -> None:
        """End the threads; what is in flight is saved."""
        await in_thread(self._stop, "celery-close")
        await self._depth.close()

    def _stop(self) -> None:
        if self._tap is not None:
            self._tap.close(CLOSING)
        self._inspector.close(CLOSING)

    def _explain(self, error: BaseException) -> SourceError:
        return explain(error, self._broker.where, self.config.sentinel_master, self._broker.passwords)

    def _queues(self) -> list[str]:
        if self._known is None:
            return list(self.config.queues)
        told = self._tap.queues() if self._tap is not None else []
        return sorted({*self._consumed(), *self._known.names, *told})

    def _consumed(self) -> frozenset[str]:
        """Queues that workers named in the last round."""
        last = self._inspector.last
        queues = last.answers.queues().values() if last is not None and last.answers is not None else ()
        return frozenset(queue for names in queues for queue in names)

    def _workers(self) -> int | None:
        """
        How many workers there are, None while that cannot be known.

        Those that send heartbeats are known by them. That there is none is only certain when some were there before,
        or when the workers were asked and nobody answered: not all send heartbeats.
        """
        answered = self._inspector.hosts(time.monotonic())
        if self._tap is None or not self._tap.connected:
            return None if answered is None else len(answered)
        alive = len(self._tap.alive())
        return alive if alive or self._tap.has_met_workers or answered is not None else None

    def _alive(self) -> frozenset[str]:
        return self._tap.alive() if self._tap is not None else frozenset()

    def _learn(self, answers: Answers) -> None:
        if self._tap is not None:
            self._tap.learn(answers.tasks(), answers.queues(), 2.5 * self.config.inspect_interval)


def _shared(host: str) -> SourceError:
    return SourceError(
        Reason.BAD_PAYLOAD,
        f"several Celery workers are named {host}, so their numbers are mixed; give each a name of its own, as in"
        " celery worker -n NAME@%h",
    )
