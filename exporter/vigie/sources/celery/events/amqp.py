"""The stream of events of an AMQP broker: a queue of our own on Celery's exchange, which ends with the connection."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable

from amqp.exceptions import ConnectionForced
from kombu.connection import Connection
from kombu.entity import Exchange, Queue
from kombu.message import Message
from kombu.messaging import Consumer

from vigie.sources.celery.broker import Broker, reach
from vigie.sources.celery.errors import BROKER_ERRORS
from vigie.sources.celery.events.stream import StreamError, Subscription
from vigie.sources.celery.events.wire import NOT_JSON, Read, decode_body, form, is_json

TICK = 0.25
"""Seconds between two looks at whether to stop."""
KEPT = 300.0
"""Seconds that RabbitMQ keeps events for a listener that is busy."""
AT_ONCE = 200
"""Messages that RabbitMQ may send ahead; they are acknowledged by being sent."""


class AmqpSubscription(Subscription):
    """An exclusive queue bound to every event; Celery's own listeners keep messages for 5 s, this one for longer."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._queue = Queue(
            "",
            exchange=Exchange(broker.config.event_exchange, type="topic"),
            routing_key="#",
            durable=False,
            exclusive=True,
            auto_delete=True,
            message_ttl=KEPT,
        )
        self._connection: Connection | None = None
        self._consumer: Consumer | None = None
        self._arrived: list[bytes] = []
        self._received = 0

    def decode(self, message: bytes) -> Read:
        """Read one delivered message."""
        if message.startswith(NOT_JSON):
            self.foreign = message[len(NOT_JSON) :].decode(errors="replace")
            return [], 1
        events, odd = decode_body(message)
        if events:
            self.foreign = None
        return events, odd

    def open(self) -> None:
        """Connect, and begin to consume."""
        self._connection = self._broker.amqp()
        reach(self._connection)
        self._consumer = Consumer(
            self._connection.channel(), [self._queue], on_message=self._on_message, no_ack=True, prefetch_count=AT_ONCE
        )
        self._consumer.consume()

    def listen(self, deliver: Callable[[float, bytes], None], stop: threading.Event) -> None:
        """Hand over messages, and keep up AMQP's own heartbeat."""
        connection = self._connection
        assert connection is not None  # noqa: S101 - open() ran
        checked = time.monotonic()
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                connection.drain_events(timeout=TICK)
            now = time.monotonic()
            if self._arrived:
                self.heard = now
                for message in self._arrived:
                    deliver(now, message)
                self._arrived.clear()
            if now - checked > 1:
                checked = now
                self._check(connection)

    def close(self) -> None:
        """Let go of the connection; the broker deletes the queue."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*BROKER_ERRORS):
                connection.release()

    def _on_message(self, message: Message) -> None:
        if not is_json(message.content_type):
            self._arrived.append(NOT_JSON + form(message.content_type).encode())
            return
        body = message.body
        self._arrived.append(body.encode() if isinstance(body, str) else bytes(body))

    def _check(self, connection: Connection) -> None:
        """Take any byte, such as the broker's heartbeat, for a sign of life, and send our own heartbeat."""
        received = connection.connection.bytes_recv
        if received != self._received:
            self._received, self.heard = received, time.monotonic()
        try:
            connection.heartbeat_check()
        except ConnectionForced as error:
            raise StreamError("silent", "the broker has missed two heartbeats") from error
