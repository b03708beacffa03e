"""Redis: the server's own figures from INFO, under the names of redis_exporter. Queues belong to the Celery source."""

from __future__ import annotations

from typing import Any

from redis.exceptions import RedisError

from vigie.core.source import Context, Poll, Source
from vigie.errors import Reason, SourceError
from vigie.sources.redis.client import Client, Command, Reply
from vigie.sources.redis.config import RedisConfig
from vigie.sources.redis.faults import classify
from vigie.sources.redis.info import Info
from vigie.sources.redis.metrics import FAMILIES, UP, Answers, Spike, build

__all__ = ["RedisConfig", "RedisSource"]

_PING: Command = ("PING",)
_INFO: Command = ("INFO", "all")
_SLOWLOG: Command = ("SLOWLOG", "LEN")
_LATENCY: Command = ("LATENCY", "LATEST")


class RedisSource(Source[RedisConfig]):
    """One Redis server, or the master that its sentinels name."""

    config_type = RedisConfig
    families = FAMILIES
    up = UP

    def __init__(self, config: RedisConfig, context: Context) -> None:
        super().__init__(config, context)
        self._client = Client(config, context.budget)

    async def poll(self) -> Poll:
        """Read everything in one round trip; while Redis loads its data, its figures come with the problem beside."""
        answers, problems = await self._read()
        return Poll(build(answers), problems)

    async def describe(self) -> str:
        """Version, role, address, user, clients and memory: "Redis 8.0.6 master at …"."""
        answers, problems = await self._read()
        if problems:
            raise problems[0]
        return _describe(answers.info, self._client.address, self.config.login.username)

    async def close(self) -> None:
        """Give the connection up."""
        await self._client.close()

    async def _read(self) -> tuple[Answers, tuple[SourceError, ...]]:
        """
        Ask, and read the answers.

        Returns:
            The answers, and a problem where Redis answered INFO but refused PING.

        Raises:
            SourceError: INFO could not be had.
        """
        replies, info = await self._ask()
        if self.config.target.master and info.text("role") != "master":
            await self._client.close()  # a failover took place; the sentinels know the new master
            replies, info = await self._ask()
        ping = replies[_PING]
        problems = (self._explain(ping.refusal),) if ping.refusal else ()
        slowlog, spikes = _value(replies, _SLOWLOG), _value(replies, _LATENCY)
        return Answers(
            info,
            ping_seconds=None if problems else ping.seconds,
            slowlog=slowlog if isinstance(slowlog, int) else None,
            spikes=_spikes(spikes),
        ), problems

    async def _ask(self) -> tuple[dict[Command, Reply], Info]:
        replies = await self._client.ask((_PING, _INFO), (_SLOWLOG, _LATENCY))
        reply = replies[_INFO]
        if reply.refusal is not None:
            await self._client.close()  # the next poll logs in anew: rights and passwords change
            raise self._explain(reply.refusal)
        return replies, read_info(reply.value, self._client.address)

    def _explain(self, refusal: RedisError) -> SourceError:
        return classify(refusal, self._client.address, self.config.login)


def read_info(value: object, address: object) -> Info:
    """
    Check and parse what INFO answered.

    Raises:
        SourceError: It is nothing that a Redis says.
    """
    info = Info.parse(value.decode(errors="replace")) if isinstance(value, bytes) else Info({})
    if not info.text("redis_version") and not info.text("valkey_version") and info.number("used_memory") is None:
        raise SourceError(Reason.BAD_PAYLOAD, f"{address}: what it answers to INFO is not what a Redis says")
    if info.mode == "sentinel":
        raise SourceError(
            Reason.BAD_PAYLOAD, f"{address}: this is a sentinel; write redis+sentinel://host:port/master-name in `url`"
        )
    return info


def _value(replies: dict[Command, Reply], command: Command) -> Any:
    return replies[command].value if command in replies else None


def _spikes(value: Any) -> tuple[Spike, ...]:
    """Entries of LATENCY LATEST: event, time, latest and greatest length in milliseconds."""
    rows = value if isinstance(value, list) else []
    return tuple(
        Spike(row[0].decode(errors="replace"), row[1], row[2] / 1000)
        for row in rows
        if isinstance(row, list) and [type(part) for part in row[:3]] == [bytes, int, int]
    )


def _describe(info: Info, address: object, username: str) -> str:
    limit = info.number("maxmemory")
    clients = f"{info.text('connected_clients') or '?'} of {info.text('maxclients') or '?'} clients"
    memory = f"{(info.number('used_memory') or 0) / 2**20:.1f} MiB used" + (f" of {limit / 2**20:.1f}" if limit else "")
    who = f" as {username}" if username else ""
    version = f"{info.product} {info.text('role')}".rstrip()
    policy = info.text("maxmemory_policy")
    return ", ".join(filter(None, [f"{version} at {address}{who}", clients, memory, policy]))
