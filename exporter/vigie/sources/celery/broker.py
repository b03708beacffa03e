"""The broker that a URL names, and the clients that reach it; every client has timeouts, because brokers can hang."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import redis
from kombu.connection import Connection
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from vigie.sources.celery.config import CeleryConfig

CONNECT = 3.0
"""Seconds that a connection may take to come up."""
ANSWER = 5.0
"""Seconds that an answer may take."""
_PORTS = {"redis": 6379, "rediss": 6379, "sentinel": 26379, "amqp": 5672, "amqps": 5671}
_VERIFY = {"none": ssl.CERT_NONE, "optional": ssl.CERT_OPTIONAL, "required": ssl.CERT_REQUIRED}


@dataclass(frozen=True, slots=True)
class RedisLink:
    """A client, and the Sentinels that it asks where its server is."""

    client: redis.Redis
    sentinel: Sentinel | None

    def close(self) -> None:
        """Let go of all connections."""
        with contextlib.suppress(redis.RedisError, OSError):
            self.client.close()
            if self.sentinel is not None:
                self.sentinel.close()


@dataclass(frozen=True)
class Broker:
    """A broker URL, taken apart; its password is in no message and no `repr`."""

    config: CeleryConfig

    def __repr__(self) -> str:
        return f"Broker({self.where})"

    @cached_property
    def scheme(self) -> str:
        """`redis`, `rediss`, `sentinel`, `amqp` or `amqps`."""
        scheme: str = self._parts[0].scheme
        return scheme

    @property
    def is_redis(self) -> bool:
        """Whether queues are Redis keys."""
        return not self.scheme.startswith("amqp")

    @cached_property
    def hosts(self) -> tuple[tuple[str, int], ...]:
        """Where it listens: one host, or all Sentinels."""
        return tuple((part.hostname or "localhost", part.port or _PORTS[self.scheme]) for part in self._parts)

    @cached_property
    def path(self) -> str:
        """Database number, or virtual host."""
        path = unquote(self._parts[-1].path.removeprefix("/"))
        return path or ("0" if self.is_redis else "/")

    @cached_property
    def where(self) -> str:
        """How to call it in a sentence."""
        hosts = ", ".join(f"{host}:{port}" for host, port in self.hosts)
        if self.scheme == "sentinel":
            return f"Redis behind the Sentinels {hosts}"
        return (
            f"Redis at {hosts}, database {self.path}"
            if self.is_redis
            else f"RabbitMQ at {hosts}, virtual host {self.path}"
        )

    @cached_property
    def passwords(self) -> tuple[str, ...]:
        """What must be in no message."""
        own = [unquote(part.password) for part in self._parts if part.password]
        sentinel = self.config.sentinel_password
        return (*own, *([sentinel.get_secret_value()] if sentinel else ()))

    def topic(self, exchange: str) -> str:
        """Redis channel to which kombu publishes what goes to a fanout exchange."""
        return f"{self.config.key_prefix}/{self.path}.{exchange}"

    def redis(self) -> RedisLink:
        """A client for a thread."""
        options = self._redis_options
        if self.scheme == "sentinel":
            sentinel = Sentinel(self.hosts, sentinel_kwargs=self._sentinel_options, **options)
            return RedisLink(sentinel.master_for(self.config.sentinel_master), sentinel)
        host, port = self.hosts[0]
        return RedisLink(redis.Redis(host=host, port=port, **options), None)

    def amqp(self) -> Connection:
        """
        A connection for a thread.

        Redis is never reached through kombu: its consumers hand out again what they take for abandoned, by their own
        `visibility_timeout`, and whoever only watches must not make a task run twice.
        """
        part = self._parts[0]
        url = part._replace(query="", path="/" + quote(self.path, safe="")).geturl()
        tls = {**self._tls, "server_hostname": self.hosts[0][0]} if self._tls is not None else False
        options = {"read_timeout": ANSWER, "write_timeout": ANSWER}
        return Connection(url, ssl=tls, connect_timeout=CONNECT, heartbeat=10, transport_options=options)

    @cached_property
    def _parts(self) -> list[Any]:
        return [urlsplit(url) for url in self.config.broker.get_secret_value().split(";")]

    @cached_property
    def _tls(self) -> Mapping[str, Any] | None:
        """What to verify and to show, by the names that kombu has for it."""
        if self.scheme not in ("rediss", "amqps"):
            return None
        asked = parse_qs(self._parts[0].query).get("ssl_cert_reqs", ["required"])[0]
        files = {"ca_certs": self.config.tls_ca, "certfile": self.config.tls_cert, "keyfile": self.config.tls_key}
        return {
            "cert_reqs": _VERIFY.get(asked.lower().removeprefix("cert_"), ssl.CERT_REQUIRED),
            **{name: str(path) for name, path in files.items() if path is not None},
        }

    @property
    def _redis_options(self) -> dict[str, Any]:
        first = self._parts[0]
        options: dict[str, Any] = {
            "db": int(self.path),
            "username": unquote(first.username) if first.username else None,
            "password": unquote(first.password) if first.password else None,
            "socket_connect_timeout": CONNECT,
            "socket_timeout": ANSWER,
            "protocol": 2,
            "retry": Retry(NoBackoff(), 0),
            "driver_info": None,  # else each connection would tell its version, which a narrow ACL refuses
        }
        if self._tls is not None:
            unverified = {"ssl_check_hostname": False} if self._tls["cert_reqs"] == ssl.CERT_NONE else {}
            options |= {"ssl": True, **unverified, **{f"ssl_{name}": value for name, value in self._tls.items()}}
        return options

    @property
    def _sentinel_options(self) -> dict[str, Any]:
        password = self.config.sentinel_password
        return {
            "password": password.get_secret_value() if password else None,
            "socket_connect_timeout": CONNECT,
            "socket_timeout": ANSWER,
            "retry": Retry(NoBackoff(), 0),
        }


def reach(connection: Connection) -> None:
    """Connect, if it is not connected; unlike kombu's own `connect`, without a pause of two seconds before it fails."""
    connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
