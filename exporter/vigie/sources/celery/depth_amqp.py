"""Queues of an AMQP broker, by passive declaration: the lengths of ready messages, without the management plugin."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from amqp.exceptions import AccessRefused, ChannelError, NotFound, ResourceLocked
from kombu.connection import Connection

from vigie.core.families import Families
from vigie.errors import Reason, SourceError
from vigie.sources.celery import families as f
from vigie.sources.celery.broker import Broker
from vigie.sources.celery.depth import Depth
from vigie.sources.celery.errors import BROKER_ERRORS, Explain
from vigie.sources.celery.threads import in_thread

Result = TypeVar("Result")
Counted = tuple[int, int]
"""Messages and consumers of a queue."""


class AmqpDepth(Depth):
    """Declares each queue passively; a missing one closes only the channel that asked for it."""

    def __init__(self, broker: Broker, explain: Explain) -> None:
        self._broker = broker
        self._explain = explain
        self._idle: Connection | None = None

    async def read(self, queues: Sequence[str], families: Families, *, discover: bool) -> list[SourceError]:
        """Add the lengths, and the consumers, of `queues`; AMQP has no list to discover others from."""
        del discover
        counted, problems = await self._with_connection(lambda connection: self._count(connection, queues))
        families.declare(f.QUEUE_LENGTH)
        for queue, (messages, consumers) in counted.items():
            families.add(f.QUEUE_LENGTH, messages, queue)
            families.add(f.CONSUMERS, consumers, queue)
        return problems

    async def describe(self) -> str:
        """Say which broker was reached."""

        def version(connection: Connection) -> str:
            properties = connection.connection.server_properties
            return f"{properties.get('product', 'AMQP broker')} {properties.get('version', '')}".strip()

        return self._broker.where.replace("RabbitMQ", await self._with_connection(version), 1)

    async def close(self) -> None:
        """Let go of the connection."""
        connection, self._idle = self._idle, None
        if connection is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await in_thread(lambda: _release(connection), "celery-close")

    async def _with_connection(self, work: Callable[[Connection], Result]) -> Result:
        # Taken while in use: a cancelled poll leaves its connection to its own thread, and the next makes another.
        connection, self._idle = self._idle, None

        def run() -> tuple[Connection, Result]:
            taken = connection or self._broker.amqp()
            try:
                taken.connect()
                return taken, work(taken)
            except BaseException:
                _release(taken)
                raise

        try:
            self._idle, result = await in_thread(run, "celery-queues")
        except BROKER_ERRORS as error:
            raise self._explain(error) from None
        return result

    def _count(self, connection: Connection, queues: Sequence[str]) -> tuple[dict[str, Counted], list[SourceError]]:
        counted: dict[str, Counted] = {}
        problems: list[SourceError] = []
        channel: Any = None
        for queue in queues:
            channel = channel or connection.channel()
            try:
                declared = channel.queue_declare(queue, passive=True)
                counted[queue] = (declared.message_count, declared.consumer_count)
            except (NotFound, AccessRefused, ResourceLocked, ChannelError) as error:
                channel = None  # the broker has closed it
                problems.append(self._problem(queue, error))
        if channel is not None:
            channel.close()
        return counted, problems

    def _problem(self, queue: str, error: Exception) -> SourceError:
        if isinstance(error, NotFound):
            sentence = f"{self._broker.where} has no queue {queue}; check queues, or start a worker that declares it"
            return SourceError(Reason.NOT_FOUND, sentence)
        return self._explain(error)


def _release(connection: Connection) -> None:
    with contextlib.suppress(*BROKER_ERRORS):
        connection.release()
