"""Remote control over Redis: a published message and a list for the answers."""

from __future__ import annotations

import contextlib
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from redis.exceptions import RedisError

from vigie.sources.celery.broker import Broker
from vigie.sources.celery.events.wire import open_reply
from vigie.sources.celery.mailbox import Mailbox, Reply, control_exchange, question, reply_exchange

TICK = 1.0
"""Seconds that one blocking read may take: less than the client's own timeout."""


class RedisMailbox(Mailbox):
    """Announces a list to kombu as the queue of its answers, and takes the announcement back."""

    def __init__(self, broker: Broker) -> None:
        self._link = broker.redis()
        self._client = self._link.client
        self._topic = broker.topic(control_exchange(broker.config), self._link)
        self._name = str(uuid4())
        self._exchange = control_exchange(broker.config)
        self._replies = reply_exchange(broker.config)
        queue = f"{self._name}.{self._replies}"
        prefix, separator = broker.config.key_prefix, broker.config.separator
        self._list = f"{prefix}{queue}"
        self._bindings = f"{prefix}_kombu.binding.{self._replies}"
        self._binding = separator.join((self._name, "", queue))
        self._announced = False

    def send(self, method: str, arguments: Mapping[str, Any], ticket: str | None) -> int | None:
        """Publish a question; Redis says how many subscribers it reached."""
        if not self._announced:
            self._client.sadd(self._bindings, self._binding)
            self._announced = True
        body = question(method, arguments, ticket, self._replies, self._name)
        return int(self._client.publish(self._topic, _envelope(body, self._exchange)))

    def receive(self, wait: float) -> Sequence[Reply]:
        """The next answer."""
        found = self._client.brpop([self._list], timeout=max(min(wait, TICK), 0.01))
        return [open_reply(found[1])] if found else []

    def close(self) -> None:
        """Take the announcement back."""
        with contextlib.suppress(RedisError, OSError):
            if self._announced:
                self._client.srem(self._bindings, self._binding)
                self._client.delete(self._list)
        self._link.close()


def _envelope(body: Mapping[str, Any], exchange: str) -> str:
    """A message as kombu puts it on Redis (kombu/transport/virtual/base.py)."""
    return json.dumps(
        {
            "body": b64encode(json.dumps(body).encode()).decode(),
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": {},
            "properties": {
                "body_encoding": "base64",
                "delivery_info": {"exchange": exchange, "routing_key": ""},
                "delivery_mode": 1,
                "delivery_tag": str(uuid4()),
                "priority": 0,
            },
        }
    )
