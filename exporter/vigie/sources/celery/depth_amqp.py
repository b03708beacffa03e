"""Queues of an AMQP broker, by passive declaration: the lengths of ready messages, without the management plugin."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from amqp.exceptions import ChannelError, NotFound
from kombu.connection import Connection

from vigie.core.families import Families
from vigie.errors import Reason, SourceError
from vigie.sources.celery import families as f
from vigie.sources.celery.broker import reach
from vigie.sources.celery.depth import Depth, Reading
from vigie.sources.celery.errors import BROKER_ERRORS

DEFAULT = "celery"
"""Name of Celery's queue unless the application says otherwise (`task_default_queue`)."""
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

    def _read(self, link: Connection, queues: Sequence[str], families: Families, *, discover: bool) -> Reading:
        reach(link)  # AMQP has no list of queues to discover others from
        counted, refused = self._count(link, queues or [DEFAULT])
        families.declare(f.QUEUE_LENGTH)
        for queue, (messages, consumers) in counted.items():
            families.add(f.QUEUE_LENGTH, messages, queue)
            families.add(f.CONSUMERS, consumers, queue)
        missing = frozenset(queue for queue, error in refused.items() if isinstance(error, NotFound))
        problems = [
            self._problem(queue, error) for queue, error in refused.items() if not (discover and queue in missing)
        ]
        if not counted and not problems:
            problems = [self._nothing_known()]
        return Reading(problems, missing)

    def _count(
        self, connection: Connection, queues: Sequence[str]
    ) -> tuple[dict[str, Counted], dict[str, ChannelError]]:
        counted: dict[str, Counted] = {}
        refused: dict[str, ChannelError] = {}
        channel: Any = None
        for queue in queues:
            channel = channel or connection.channel()
            try:
                declared = channel.queue_declare(queue, passive=True)
                counted[queue] = (declared.message_count, declared.consumer_count)
            except ChannelError as error:  # it does not exist, or may not be looked at
                channel = None  # the broker has closed it
                refused[queue] = error
        if channel is not None:
            channel.close()
        return counted, refused

    def _nothing_known(self) -> SourceError:
        return SourceError(
            Reason.NOT_FOUND,
            f"{self._broker.where} does not list its queues and no worker has named one; set queues or start a worker",
        )

    def _problem(self, queue: str, error: Exception) -> SourceError:
        if isinstance(error, NotFound):
            sentence = f"{self._broker.where} has no queue {queue}; check queues, or start a worker that declares it"
            return SourceError(Reason.NOT_FOUND, sentence)
        return self._explain(error)
