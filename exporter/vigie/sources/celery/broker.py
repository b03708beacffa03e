"""The brokers that a URL names, and clients that reach them; every client has timeouts, because brokers can hang."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import redis
from kombu.connection import Connection
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from vigie.sources.celery.address import Address, addresses, passwords
from vigie.sources.celery.config import CeleryConfig
from vigie.sources.celery.errors import BROKER_ERRORS

CONNECT = 3.0
"""Seconds that a connection may take to come up."""
ANSWER = 5.0
"""Seconds that an answer may take."""
_VERIFY = {"none": ssl.CERT_NONE, "optional": ssl.CERT_OPTIONAL, "required": ssl.CERT_REQUIRED}
Client = TypeVar("Client")


@dataclass(frozen=True, slots=True)
class RedisLink:
    """A client, the Sentinels that it asks where its server is, and the address that was chosen."""

    client: redis.Redis
    sentinel: Sentinel | None
    address: Address

    def close(self) -> None:
        """Let go of all connections."""
        with contextlib.suppress(redis.RedisError, OSError):
            self.client.close()
            if self.sentinel is not None:
                self.sentinel.close()


class Broker:
    """
    The broker that is used, of those that the settings name; no password is in any message or `repr`.

    Of several, the one that was reached last is tried first, then the others in turn, as Celery's workers do. Threads
    share it: which one is used is one number.
    """

    def __init__(self, config: CeleryConfig) -> None:
        self.config = config
        self._addresses = addresses(config.broker.get_secret_value())
        self._at = 0
        self._unreached = False

    def __repr__(self) -> str:
        return f"Broker({self.where})"

    @property
    def is_redis(self) -> bool:
        """Whether queues are Redis keys."""
        return self._addresses[0].is_redis

    @property
    def where(self) -> str:
        """How to call it in a sentence: the one that is used, or all while none can be reached."""
        if not self._unreached:
            return self._addresses[self._at].where
        kind = "Redis" if self.is_redis else "RabbitMQ"
        return f"{kind} at {' and at '.join(address.place for address in self._addresses)}"

    @cached_property
    def passwords(self) -> tuple[str, ...]:
        """What must be in no message."""
        sentinel = self.config.sentinel_password
        own = passwords(self.config.broker.get_secret_value())
        return (*own, *([sentinel.get_secret_value()] if sentinel else ()))

    def topic(self, exchange: str, link: RedisLink) -> str:
        """Redis channel to which kombu publishes what goes to a fanout exchange."""
        prefix = self.config.fanout_prefix
        if isinstance(prefix, bool):
            prefix = "/{db}." if prefix else ""
        return f"{self.config.key_prefix}{prefix.replace('{db}', link.address.path)}{exchange}"

    def redis(self) -> RedisLink:
        """A client for a thread; with several brokers, one that is connected. Raises what the client raises."""
        return self._first(self._redis, lambda link: link.client.ping(), RedisLink.close)

    def amqp(self) -> Connection:
        """
        A connection for a thread; with several brokers, one that is open. Raises what the client raises.

        Redis is never reached through kombu: its consumers hand out again what they take for abandoned, by their own
        `visibility_timeout`, and whoever only watches must not make a task run twice.
        """
        return self._first(self._amqp, reach, Connection.release)

    def _first(
        self, make: Callable[[Address], Client], probe: Callable[[Client], object], release: Callable[[Client], object]
    ) -> Client:
        """A client of the first broker that can be reached, beginning at the one that was reached last."""
        count, begin = len(self._addresses), self._at
        if count == 1:
            return make(self._addresses[0])
        failed: Exception | None = None
        for step in range(count):
            at = (begin + step) % count
            client = make(self._addresses[at])
            try:
                probe(client)
            except BROKER_ERRORS as error:
                failed = failed or error
                with contextlib.suppress(*BROKER_ERRORS):
                    release(client)
            else:
                self._at, self._unreached = at, False
                return client
        self._unreached = True
        assert failed is not None  # noqa: S101 - there is at least one
        raise failed

    def _redis(self, address: Address) -> RedisLink:
        options = self._redis_options(address)
        if address.scheme == "sentinel":
            sentinel = Sentinel(address.hosts, sentinel_kwargs=self._sentinel_options, **options)
            return RedisLink(sentinel.master_for(self.config.sentinel_master), sentinel, address)
        if address.socket is not None:
            return RedisLink(redis.Redis(unix_socket_path=address.socket, **options), None, address)
        ((host, port),) = address.hosts
        return RedisLink(redis.Redis(host=host, port=port, **options), None, address)

    def _amqp(self, address: Address) -> Connection:
        ((host, port),) = address.hosts
        tls = self._tls(address)
        return Connection(
            hostname=host,
            port=port,
            userid=address.username,
            password=address.password,
            virtual_host=address.path,
            transport="pyamqp",
            ssl={**tls, "server_hostname": host} if tls is not None else False,
            connect_timeout=CONNECT,
            heartbeat=10,
            transport_options={"read_timeout": ANSWER, "write_timeout": ANSWER},
        )

    def _tls(self, address: Address) -> Mapping[str, Any] | None:
        """What to verify and to show, by the names that kombu has for it."""
        if address.scheme not in ("rediss", "amqps"):
            return None
        asked = address.query.get("ssl_cert_reqs", ["required"])[0]
        files = {"ca_certs": self.config.tls_ca, "certfile": self.config.tls_cert, "keyfile": self.config.tls_key}
        return {
            "cert_reqs": _VERIFY.get(asked.lower().removeprefix("cert_"), ssl.CERT_REQUIRED),
            **{name: str(path) for name, path in files.items() if path is not None},
        }

    def _redis_options(self, address: Address) -> dict[str, Any]:
        options: dict[str, Any] = {
            "db": int(address.path),
            "username": address.username,
            "password": address.password,
            "socket_connect_timeout": CONNECT,
            "socket_timeout": ANSWER,
            "protocol": 2,
            "retry": Retry(NoBackoff(), 0),
            "driver_info": None,  # else each connection would tell its version, which a narrow ACL refuses
        }
        tls = self._tls(address)
        if tls is not None:
            unverified = {"ssl_check_hostname": False} if tls["cert_reqs"] == ssl.CERT_NONE else {}
            options |= {"ssl": True, **unverified, **{f"ssl_{name}": value for name, value in tls.items()}}
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
