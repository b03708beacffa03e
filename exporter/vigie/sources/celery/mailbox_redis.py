"""
Remote control over Redis: a published message and a list for the answers.

Whatever is written expires by itself, also when Vigie is killed in between: the announcement is in a set of Vigie's
own, and the list is never empty, because one that is made anew by a late answer would have no expiry.
"""

from __future__ import annotations

import contextlib
import json
import time
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from redis.exceptions import RedisError

from vigie.sources.celery.broker import Broker
from vigie.sources.celery.events.wire import open_reply
from vigie.sources.celery.mailbox import Mailbox, Reply, control_exchange, question

TICK = 0.05
"""Seconds between two looks for answers."""
KEPT = 60
"""Seconds after which Redis forgets what was written."""
REPLIES = "reply.vigie.pidbox"
"""Exchange of the answers; one name for all, because each worker remembers every exchange that it answers to."""
_FILLER = "vigie"


class RedisMailbox(Mailbox):
    """Announces a list to kombu as the queue of its answers, and takes the announcement back."""

    def __init__(self, broker: Broker) -> None:
        self._link = broker.redis()
        self._client = self._link.client
        self._topic = broker.topic(control_exchange(broker.config), self._link)
        self._name = f"{int(time.time())}-{uuid4()}"
        self._exchange = control_exchange(broker.config)
        queue = f"{self._name}.{REPLIES}"
        prefix, separator = broker.config.key_prefix, broker.config.separator
        self._list = f"{prefix}{queue}"
        self._bindings = f"{prefix}_kombu.binding.{REPLIES}"
        self._binding = separator.join((self._name, "", queue))
        self._separator = separator
        self._announced = False

    def send(self, method: str, arguments: Mapping[str, Any], ticket: str | None) -> int | None:
        """Publish a question; Redis says how many subscribers it reached."""
        if not self._announced:
            self._announce()
        body = question(method, arguments, ticket, REPLIES, self._name)
        return int(self._client.publish(self._topic, _envelope(body, self._exchange)))

    def receive(self, wait: float) -> Sequence[Reply]:
        """The answers that have come."""
        pipeline = self._client.pipeline()
        pipeline.lrange(self._list, 0, -2)
        pipeline.ltrim(self._list, -1, -1)
        found, _ = pipeline.execute()
        if not found:
            time.sleep(min(wait, TICK))
        return [open_reply(answer) for answer in reversed(found)]

    def _announce(self) -> None:
        """Tell kombu of the list, and take back what was left by those that were killed."""
        stale = [
            member
            for member in self._client.smembers(self._bindings)
            if _began(member, self._separator) < time.time() - KEPT
        ]
        pipeline = self._client.pipeline()
        if stale:
            pipeline.srem(self._bindings, *stale)
        pipeline.rpush(self._list, _FILLER)
        pipeline.expire(self._list, KEPT)
        pipeline.sadd(self._bindings, self._binding)
        pipeline.expire(self._bindings, KEPT)
        pipeline.execute()
        self._announced = True

    def close(self) -> None:
        """Take the announcement back."""
        with contextlib.suppress(RedisError, OSError):
            if self._announced:
                self._client.srem(self._bindings, self._binding)
                self._client.delete(self._list)
        self._link.close()


def _began(member: bytes | str, separator: str) -> int:
    """When the mailbox of an announcement began; 0 of anything else."""
    text = member if isinstance(member, str) else member.decode(errors="replace")
    began = text.partition("-")[0]
    return int(began) if separator in text and began.isdecimal() else 0


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
