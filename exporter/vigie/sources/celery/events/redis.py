"""The stream of events of a Redis broker: kombu publishes them to channels, which keep nothing for absent listeners."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from vigie.sources.celery.broker import ANSWER, Broker, RedisLink
from vigie.sources.celery.events.stream import StreamError, Subscription
from vigie.sources.celery.events.wire import Read, decode_envelope, foreign_type, form

TICK = 0.25
"""Seconds between two looks at whether to stop."""
SILENCE = 5.0
"""Seconds without a byte after which the server is asked for a sign of life."""
_LIMIT = b"client_output_buffer_limit_disconnections:"


class RedisSubscription(Subscription):
    """
    One connection that is subscribed to events.

    It reads from redis-py's connection itself: its PubSub would reconnect in silence, and what is lost meanwhile must
    not be lost in silence.
    """

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._overruns: dict[str, int | None] = {}
        self._link: RedisLink | None = None
        self._connection: Any = None

    def decode(self, message: bytes) -> Read:
        """Read one delivered message."""
        events, odd = decode_envelope(message)
        if odd and not events:
            content_type = foreign_type(message)
            self.foreign = form(content_type) if content_type else self.foreign
        elif events:
            self.foreign = None
        return events, odd

    def open(self) -> None:
        """Connect, and subscribe to both kinds of topic that kombu uses."""
        self._link = link = self._broker.redis()
        self._connection = link.client.connection_pool.make_connection()
        self._connection.connect()
        before, now = self._overruns.get(link.address.place), self._count_overruns()
        self._overruns[link.address.place] = now
        self.overrun = before is not None and now is not None and now > before
        topic = self._broker.topic(self._broker.config.event_exchange, link)
        literal = "".join(f"[{char}]" if char in "*?[" else char for char in topic)
        for command, channel in (("SUBSCRIBE", topic), ("PSUBSCRIBE", f"{literal}/*")):
            self._connection.send_command(command, channel)
            self._connection.read_response(timeout=ANSWER)

    def listen(self, deliver: Callable[[float, bytes], None], stop: threading.Event) -> None:
        """Hand over messages; asks a silent server for a sign of life."""
        read, clock = self._connection.read_response, time.monotonic
        heard = clock()
        asked = False
        while not stop.is_set():
            try:
                reply = read(disable_decoding=True, timeout=TICK, disconnect_on_error=False)
            except RedisTimeoutError:
                if asked and clock() - heard > SILENCE + ANSWER:
                    raise StreamError("silent", f"no answer to PING within {ANSWER:g} s") from None
                if not asked and clock() - heard > SILENCE:
                    self._connection.send_command("PING", check_health=False)
                    asked = True
                continue
            heard, asked = clock(), False
            self.heard = heard
            if reply[0] in (b"message", b"pmessage"):
                deliver(heard, reply[-1])

    def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        link, self._link = self._link, None
        with contextlib.suppress(RedisError, OSError):
            if connection is not None:
                connection.disconnect()
        if link is not None:
            link.close()

    def _count_overruns(self) -> int | None:
        """Clients that this server has cut for reading too slowly, if it counts them and lets its user ask."""
        self._connection.send_command("INFO", "stats")
        try:
            info = self._connection.read_response(disable_decoding=True, timeout=ANSWER)
        except RedisTimeoutError:
            raise
        except RedisError:
            return None
        line = next((line for line in info.splitlines() if line.startswith(_LIMIT)), None)
        return int(line[len(_LIMIT) :]) if line else None
