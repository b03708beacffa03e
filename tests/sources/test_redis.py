"""The figures of real Redis servers, and the rights that they take."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.real.redis import RedisServer, redis_server
from tests.real.tools import binary
from tests.sources.redis_polls import SECRET, failure, numbers, source, value
from vigie.core.exposition import assemble, encode
from vigie.core.poller import poll_once
from vigie.errors import Reason
from vigie.sources.redis import RedisSource
from vigie.sources.redis import metrics as m
from vigie.sources.redis.faults import RIGHTS


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as running:
        yield running


async def test_the_figures_are_those_that_redis_itself_gives(server: RedisServer) -> None:
    with server.client() as client:
        client.set("a", 1)
        client.set("b", 2, ex=100)
        client.get("a")
        client.get("absent")
        async with source(server.url()) as redis:
            families = numbers(await poll_once(redis))
        info: dict[str, Any] = client.info()
    assert value(families, m.DB_KEYS, "db0") == 2
    assert value(families, m.DB_KEYS_EXPIRING, "db0") == 1
    assert value(families, m.COUNTERS["keyspace_hits"]) == 1
    assert value(families, m.COUNTERS["keyspace_misses"]) == 1
    assert value(families, m.COMMANDS, "set") == 2
    assert value(families, m.COMMAND_SECONDS, "set") < 1
    assert value(families, m.GAUGES["connected_clients"]) == 2
    assert value(families, m.GAUGES["maxclients"]) == info["maxclients"]
    assert value(families, m.GAUGES["maxmemory"]) == 0
    assert abs(value(families, m.START_TIME) - time.time()) < 30
    assert value(families, m.INSTANCE, "master", info["redis_version"], "standalone", "noeviction") == 1
    assert 0 < value(families, m.PING_SECONDS) < 2


async def test_an_eviction_policy_that_may_drop_queues_is_a_label(tmp_path: Path) -> None:
    with redis_server(tmp_path, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru") as server:
        async with source(server.url()) as redis:
            families = numbers(await poll_once(redis))
    assert value(families, m.GAUGES["maxmemory"]) == 100 * 2**20
    (labels,) = families.values[m.INSTANCE]
    assert labels[m.INSTANCE.labels.index("maxmemory_policy")] == "allkeys-lru"


async def test_the_exposition_satisfies_promtool_and_holds_declared_families_only(server: RedisServer) -> None:
    async with source(server.url()) as redis:
        families = numbers(await poll_once(redis))
    assert set(families.values) <= set(RedisSource.families)
    text = assemble([encode(families)]).text.plain
    done = subprocess.run(  # noqa: ASYNC221, S603 - a short check of our own output
        [binary("promtool"), "check", "metrics"], input=text, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, b"")


async def test_polls_share_one_named_connection_and_take_one_round_trip_each(server: RedisServer) -> None:
    async with source(server.url()) as redis:
        await poll_once(redis)
        with server.client() as client:
            before: dict[str, Any] = client.info("stats")
            for _ in range(5):
                numbers(await poll_once(redis))
            after: dict[str, Any] = client.info("stats")
            named = [one for one in client.client_list() if one["name"] == "vigie"]
    assert len(named) == 1
    assert after["total_connections_received"] == before["total_connections_received"]
    assert after["total_reads_processed"] - before["total_reads_processed"] == 5 + 1
    assert redis.context.budget.spent == 6


async def test_spikes_and_slow_commands_are_counted(tmp_path: Path) -> None:
    options = ["--slowlog-log-slower-than", "0", "--latency-monitor-threshold", "1", "--enable-debug-command", "local"]
    with redis_server(tmp_path, *options) as server:
        server.run("DEBUG", "SLEEP", "0.01")
        async with source(server.url()) as redis:
            families = numbers(await poll_once(redis))
    assert value(families, m.SLOWLOG_LENGTH) >= 1
    assert value(families, m.LATENCY_SPIKE_SECONDS, "command") >= 0.01
    assert value(families, m.LATENCY_SPIKE_LAST, "command") > 1e9


async def test_commands_above_the_limit_are_added_up_under_other(server: RedisServer) -> None:
    for name in ("GET", "TYPE", "LLEN", "ZCARD", "HLEN", "EXISTS", "TTL"):
        server.run(name, "key")
    async with source(server.url()) as redis:
        families = numbers(await poll_once(redis))
    bounded, folded = families.capped(3)
    assert len(bounded.values[m.COMMANDS]) == 3
    assert sum(bounded.values[m.COMMANDS].values()) == sum(families.values[m.COMMANDS].values())
    assert folded["redis_commands_total"] >= 5


async def test_a_unix_socket_is_read_like_a_port(tmp_path: Path) -> None:
    path = tmp_path / "redis.sock"
    with redis_server(tmp_path, "--unixsocket", str(path), "--requirepass", SECRET):
        async with source(f"unix://:{SECRET}@{path}") as redis:
            numbers(await poll_once(redis))
            assert str(path) in await redis.describe()
    error = await failure(f"unix://{path}.gone")
    assert error.reason is Reason.NETWORK
    assert "check the paths" in str(error)


async def test_describe_says_in_a_line_what_was_reached(server: RedisServer) -> None:
    async with source(server.url()) as redis:
        line = await redis.describe()
    assert re.fullmatch(
        rf"Redis [78]\.\d+\.\d+ master at 127\.0\.0\.1:{server.port}, 1 of \d+ clients, \d+\.\d MiB used, noeviction",
        line,
    )


async def test_a_password_in_the_url_or_beside_it_lets_in(tmp_path: Path) -> None:
    with redis_server(tmp_path, "--requirepass", "p@ss/w#rd") as server:
        async with source(server.url(), password="p@ss/w#rd") as redis:
            numbers(await poll_once(redis))
        async with source(server.url(user=":p%40ss%2Fw%23rd")) as redis:
            numbers(await poll_once(redis))


async def test_refused_logins_say_what_to_change(tmp_path: Path) -> None:
    with redis_server(tmp_path, "--requirepass", "other") as server:
        wrong = await failure(server.url(user=f":{SECRET}"))
        missing = await failure(server.url())
    assert (wrong.reason, missing.reason) == (Reason.AUTH, Reason.AUTH)
    assert "it refused the user name or password of default" in str(wrong)
    assert "it asks for a password and none is given; set `password`" in str(missing)


async def test_a_needless_password_is_said_to_be_needless(server: RedisServer) -> None:
    error = await failure(server.url(user=f":{SECRET}"))
    assert error.reason is Reason.AUTH
    assert "take the password out" in str(error)


async def test_the_documented_rights_are_enough_for_everything(server: RedisServer) -> None:
    server.run("ACL", "SETUSER", "vigie", "on", f">{SECRET}", *RIGHTS.split())
    async with source(server.url(user=f"vigie:{SECRET}")) as redis:
        families = numbers(await poll_once(redis))
        assert " as vigie," in await redis.describe()
    assert server.run("ACL", "LOG") == []
    assert m.SLOWLOG_LENGTH in families.values


async def test_without_the_optional_rights_the_rest_is_read_and_nothing_is_asked_twice(server: RedisServer) -> None:
    server.run("ACL", "SETUSER", "vigie", "on", f">{SECRET}", "+ping", "+info")
    async with source(server.url(user=f"vigie:{SECRET}")) as redis:
        for _ in range(4):
            families = numbers(await poll_once(redis))
    assert m.SLOWLOG_LENGTH not in families.values
    assert value(families, m.ERRORS, "NOPERM") == 3


async def test_the_line_that_a_missing_right_asks_for_mends_it(server: RedisServer) -> None:
    server.run("ACL", "SETUSER", "vigie", "on", f">{SECRET}", "+ping")
    async with source(server.url(user=f"vigie:{SECRET}")) as redis:
        (error,) = (await poll_once(redis)).errors
        assert error.reason is Reason.FORBIDDEN
        server.run(*str(error).partition("run there: ")[2].split())
        numbers(await poll_once(redis))


async def test_a_refused_ping_is_a_problem_beside_the_figures_at_every_poll(server: RedisServer) -> None:
    server.run("ACL", "SETUSER", "vigie", "on", f">{SECRET}", "+info")
    async with source(server.url(user=f"vigie:{SECRET}")) as redis:
        outcomes = [await poll_once(redis) for _ in range(3)]
    for outcome in outcomes:
        assert [error.reason for error in outcome.errors] == [Reason.FORBIDDEN]
        assert outcome.poll is not None
        assert m.PING_SECONDS not in outcome.poll.families.values
        assert m.INSTANCE in outcome.poll.families.values
