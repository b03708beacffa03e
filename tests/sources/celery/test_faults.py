"""Brokers that refuse, hang, go away and come back: one sentence each, nothing hidden, and no restart of Vigie."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import ResponseError

from tests.real.certificates import Authority
from tests.real.process import free_port
from tests.real.redis import RedisServer, redis_server, sentinel
from tests.sources.celery.polls import SECRET, failure, listening, make, until, until_quiet, value
from vigie.core.poller import poll_once
from vigie.errors import Reason
from vigie.sources.celery.errors import explain


async def test_nobody_listens() -> None:
    for scheme in ("redis", "amqp"):
        port = free_port()
        error = await failure(f"{scheme}://user:{SECRET}@127.0.0.1:{port}/0", queues=["celery"])
        assert error.reason is Reason.NETWORK
        assert f"127.0.0.1:{port}" in str(error)
        assert "refused" in str(error)


@pytest.mark.parametrize("scheme", ["redis", "amqp", "sentinel"])
async def test_an_unknown_host_is_named_without_a_number(scheme: str) -> None:
    error = await failure(f"{scheme}://user:{SECRET}@no-such-host.invalid:5/0", queues=["celery"], timeout="30s")
    assert "no-such-host.invalid:5" in str(error)
    assert re.search(r"-\d|[Ee]rrno", str(error).replace("no-such-host", "")) is None


async def test_a_sentinel_is_asked_once_in_a_poll() -> None:
    """Of several attempts, with growing pauses between them, a poll would take longer than its timeout."""
    asked = 0

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        broker = f"sentinel://127.0.0.1:{port}"
        quiet: dict[str, Any] = {"events": False, "inspect_interval": "0s", "timeout": "30s"}
        async with listening(broker, queues=["celery"], **quiet) as source:
            outcome = await poll_once(source)
    assert outcome.errors[0].reason is Reason.NOT_FOUND
    assert asked == 1


def test_a_password_that_a_broker_repeats_is_masked_before_its_words_are_cut() -> None:
    for filling in range(180, 205):
        error = ResponseError(f"{'x' * filling} zq1-canary")
        assert "zq1" not in str(explain(error, "Redis", passwords=("zq1-canary",)))


@pytest.mark.parametrize("user", ["", ":wrong@", f"nobody:{SECRET}@"])
async def test_the_password_is_wrong_or_missing(tmp_path: Path, user: str) -> None:
    with redis_server(tmp_path, "--requirepass", SECRET) as server:
        error = await failure(f"redis://{user}127.0.0.1:{server.port}/0")
    assert error.reason is Reason.AUTH
    assert "user or password" in str(error)


async def test_a_right_that_is_missing_is_named(tmp_path: Path) -> None:
    rights = ("on", f">{SECRET}", "~*", "&*", "+@all")
    with redis_server(tmp_path) as server:
        server.run("ACL", "SETUSER", "vigie", *rights, "-zcard")
        broker = server.url(user=f"vigie:{SECRET}")
        async with listening(broker, queues=["celery"], events=False, inspect_interval="0s") as source:
            poll = await source.poll()
        assert value(poll.families, "celery_queue_length", "celery") == 0
        (problem,) = poll.problems
        assert problem.reason is Reason.FORBIDDEN
        assert "the command ZCARD" in str(problem)
        assert SECRET not in str(problem)
        server.run("ACL", "SETUSER", "vigie", "-@all")
        error = await failure(broker)
    assert error.reason is Reason.FORBIDDEN


async def test_a_database_that_does_not_exist(redis: RedisServer) -> None:
    error = await failure(redis.url(99))
    assert error.reason is Reason.NOT_FOUND
    assert "number" in str(error)


async def test_a_redis_that_loads_is_not_ready(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server, server.client() as client:
        for n in range(200):
            client.set(f"key{n}", "x" * 4096)
        client.save()
    slow = ("--key-load-delay", "100000", "--loading-process-events-interval-bytes", "1024")
    with redis_server(tmp_path, *slow) as server:
        error = await failure(server.url())
    assert error.reason is Reason.NOT_READY


async def test_something_else_listens() -> None:
    async with talking(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        error = await failure(f"redis://127.0.0.1:{port}/0")
        assert error.reason is Reason.BAD_PAYLOAD
        error = await failure(f"amqp://127.0.0.1:{port}//", queues=["celery"])
        assert error.reason in {Reason.BAD_PAYLOAD, Reason.NETWORK}


@contextlib.asynccontextmanager
async def talking(answer: bytes) -> AsyncIterator[int]:
    """A server that answers anything with the same words; its port."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        port: int = server.sockets[0].getsockname()[1]
        yield port


async def test_tls_is_verified_and_works(tmp_path: Path) -> None:
    good, other = Authority(tmp_path / "good"), Authority(tmp_path / "other")
    server_cert = good.issue("redis")
    port = free_port()
    files = ("--tls-cert-file", str(server_cert.cert_file), "--tls-key-file", str(server_cert.key_file))
    tls = ("--port", "0", "--tls-port", str(port), "--tls-auth-clients", "no", "--tls-ca-cert-file", str(good.ca_file))
    with redis_server(tmp_path, *tls, *files, port=port) as server:
        broker = server.url(scheme="rediss")
        error = await failure(broker, tls_ca=other.ca_file)
        assert error.reason is Reason.NETWORK
        assert "TLS" in str(error)
        async with listening(broker, queues=["celery"], tls_ca=good.ca_file) as source:
            poll = await source.poll()
            assert value(poll.families, "celery_queue_length", "celery") == 0


async def test_amqp_refuses_what_it_should(rabbit: str) -> None:
    port = rabbit.rpartition(":")[2].rstrip("/")
    error = await failure(f"amqp://guest:{SECRET}@127.0.0.1:{port}//", queues=["celery"])
    assert error.reason is Reason.AUTH
    error = await failure(f"amqp://guest:guest@127.0.0.1:{port}/nowhere", queues=["celery"])
    assert error.reason is Reason.NOT_FOUND
    assert "virtual host" in str(error)


async def test_no_worker_answers(redis: RedisServer) -> None:
    async with listening(redis.url(11)) as source:
        poll = await source.poll()
    (problem,) = poll.problems
    assert "no Celery worker answered" in str(problem)
    assert value(poll.families, "vigie_celery_workers") == 0
    assert not any(family.name.startswith("celery_active_") for family in poll.families.values)


async def test_a_redis_that_restarts_is_found_again(tmp_path: Path) -> None:
    port = free_port()
    with redis_server(tmp_path, port=port) as server:
        source = make(server.url(), queues=["celery"], inspect_interval="0s")
        await source.start()
        await until_quiet(source)
    try:
        outcome = await poll_once(source)
        assert outcome.poll is None
        assert outcome.errors[0].reason is Reason.NETWORK
        with redis_server(tmp_path, port=port):
            began = time.monotonic()
            poll = await until_quiet(source)
            assert time.monotonic() - began < 2
        assert value(poll.families, "vigie_celery_events_interruptions_total", "closed") == 1
        assert (value(poll.families, "vigie_celery_events_gap_seconds_total") or 0) > 0
    finally:
        await source.close()


async def test_a_broker_that_hangs_is_a_timeout_and_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        source = make(server.url(), queues=["celery"], timeout="500ms", inspect_interval="2s")
        await source.start()
        await until(source, lambda families: value(families, "vigie_celery_events_connected") == 1)
        with server.frozen():
            assert (await poll_once(source)).errors[0].reason is Reason.TIMEOUT
            began = time.monotonic()
            await source.close()
            assert time.monotonic() - began < 1


async def test_events_and_queues_follow_a_sentinel_to_the_new_master(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    with (
        redis_server(tmp_path / "a") as first,
        redis_server(tmp_path / "b", "--replicaof", f"127.0.0.1 {first.port}") as second,
        sentinel(tmp_path / "s", "shop", first) as watch,
    ):
        broker = f"sentinel://127.0.0.1:{watch.port}/0"
        async with listening(broker, queues=["celery"], sentinel_master="shop", inspect_interval="0s") as source:
            await until_quiet(source)
            await until(source, lambda _: _failed_over(watch))
            await until(source, lambda _: second.run("ROLE")[0] == b"master")
            first.process.kill()
            second.run("LPUSH", "celery", "1")
            poll = await until(source, lambda families: value(families, "celery_queue_length", "celery") == 1)
            poll = await until(source, lambda families: value(families, "vigie_celery_events_connected") == 1)
        assert poll.problems == ()
        error = await failure(broker, sentinel_master="absent")
        assert error.reason is Reason.NOT_FOUND
        assert "sentinel_master" in str(error)


def _failed_over(watch: RedisServer) -> bool:
    """Ask for a failover; the sentinel refuses until it trusts the replica."""
    try:
        watch.run("SENTINEL", "FAILOVER", "shop")
    except ResponseError:
        return False
    return True
