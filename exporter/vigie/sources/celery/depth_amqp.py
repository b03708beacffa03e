"""Queues of an AMQP broker, by passive declaration: the lengths of ready messages, without the management plugin."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from amqp.exceptions import AccessRefused, ChannelError, NotFound, ResourceLocked
from kombu.connection import Connection

from vigie.core.families import Families
from vigie.errors import Reason, SourceError
from vigie.sources.celery import families as f
from vigie.sources.celery.broker import reach
from vigie.sources.celery.depth import Depth
from vigie.sources.celery.errors import BROKER_ERRORS

Counted = tuple[int, int]
"""Messages and consumers of a queue."""


class AmqpDepth(Depth[Connection]):
    """Declares each queue passively; a missing one closes only the channel that asked for it."""

    def _connect(self) -> Connection:
        return self._broker.amqp()

    def _release(self, link: Connection) -> None:
        with contextlib.suppress(*BROKER_ERRORS):
            link.release()

    def _describe(self, link: Connection) -> str:
        reach(link)
        properties = link.connection.server_properties
        product = f"{properties.get('product', 'AMQP broker')} {properties.get('version', '')}".strip()
        return self._broker.where.replace("RabbitMQ", product, 1)

    def _read(self, link: Connection, queues: Sequence[str], families: Families, **_: bool) -> list[SourceError]:
        reach(link)  # AMQP has no list of queues to discover others from
        counted, problems = self._count(link, queues)
        families.declare(f.QUEUE_LENGTH)
        for queue, (messages, consumers) in counted.items():
            families.add(f.QUEUE_LENGTH, messages, queue)
            families.add(f.CONSUMERS, consumers, queue)
        return problems

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
