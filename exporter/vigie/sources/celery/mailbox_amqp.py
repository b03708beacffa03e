"""Remote control over AMQP."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from kombu.entity import Exchange, Queue
from kombu.message import Message
from kombu.messaging import Consumer, Producer

from vigie.sources.celery.broker import Broker, reach
from vigie.sources.celery.errors import BROKER_ERRORS
from vigie.sources.celery.events.wire import NOT_JSON, form, is_json
from vigie.sources.celery.mailbox import Mailbox, Reply, control_exchange, question, reply_exchange


class AmqpMailbox(Mailbox):
    """An exclusive queue, which ends with the connection."""

    def __init__(self, broker: Broker) -> None:
        self._connection = broker.amqp()
        self._name = str(uuid4())
        self._control = _exchange(control_exchange(broker.config), "fanout")
        self._replies = _exchange(reply_exchange(broker.config), "direct")
        self._producer: Producer | None = None
        self._arrived: list[Reply] = []

    def send(self, method: str, arguments: Mapping[str, Any], ticket: str | None) -> int | None:
        """Publish a question; a broker of AMQP does not say how many it reached."""
        producer = self._producer or self._open()
        body = question(method, arguments, ticket, self._replies.name, self._name)
        producer.publish(body, exchange=self._control.name, declare=[self._control], serializer="json")
        return None

    def receive(self, wait: float) -> Sequence[Reply]:
        """The answers that arrived together."""
        with contextlib.suppress(TimeoutError):
            self._connection.drain_events(timeout=wait)
        arrived, self._arrived = self._arrived, []
        return arrived

    def close(self) -> None:
        """Let go of the connection; the broker deletes the queue."""
        with contextlib.suppress(*BROKER_ERRORS):
            self._connection.release()

    def _open(self) -> Producer:
        reach(self._connection)
        channel = self._connection.channel()
        queue = Queue(
            f"{self._name}.{self._replies.name}",
            exchange=self._replies,
            routing_key=self._name,
            durable=False,
            exclusive=True,
            auto_delete=True,
        )
        Consumer(channel, [queue], on_message=self._on_message, no_ack=True).consume()
        self._producer = Producer(channel)
        return self._producer

    def _on_message(self, message: Message) -> None:
        ticket = str((message.headers or {}).get("ticket"))
        if not is_json(message.content_type):
            self._arrived.append((ticket, NOT_JSON + form(message.content_type).encode()))
            return
        body = message.body
        self._arrived.append((ticket, body.encode() if isinstance(body, str) else bytes(body)))


def _exchange(name: str, kind: str) -> Exchange:
    return Exchange(name, type=kind, durable=False, delivery_mode="transient")
