"""What the Redis source says and does when a server hangs, dies, loads, refuses or is none."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.process import free_port, stop, wait_until
from tests.real.redis import RedisServer, redis_server
from tests.sources.redis_polls import SECRET, answering, failure, numbers, source, value
from vigie.core.board import Board
from vigie.core.poller import poll_once
from vigie.core.status import Status
from vigie.errors import Reason
from vigie.sources.redis import metrics as m


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as running:
        yield running


async def test_a_server_that_went_away_and_came_back_is_read_again(tmp_path: Path) -> None:
    port = free_port()
    with redis_server(tmp_path, port=port) as server:
        async with source(server.url()) as redis:
            numbers(await poll_once(redis))
            stop(server.process)
            gone = [(await poll_once(redis)).errors[0] for _ in range(2)]
            with redis_server(tmp_path, port=port):
                numbers(await poll_once(redis))
    assert {error.reason for error in gone} == {Reason.NETWORK}
    assert str(gone[1]) == f"127.0.0.1:{port}: nobody listens there; is Redis running, and is the port right?"


async def test_a_frozen_server_is_a_timeout_and_the_next_poll_works(server: RedisServer) -> None:
    async with source(server.url(), timeout="300ms") as redis:
        numbers(await poll_once(redis))
        with server.frozen():
            outcome = await poll_once(redis)
            again = await poll_once(redis)
        numbers(await poll_once(redis))
    assert [error.reason for error in (*outcome.errors, *again.errors)] == [Reason.TIMEOUT] * 2
    assert "connected, but no answer in time" in str(outcome.errors[0])
    assert outcome.duration < 0.31


@pytest.mark.parametrize("how", ["stopped", "frozen"])
async def test_redis_up_is_0_on_the_page_after_the_first_failed_poll(tmp_path: Path, how: str) -> None:
    async with contextlib.AsyncExitStack() as stack:
        server = stack.enter_context(redis_server(tmp_path))
        redis = await stack.enter_async_context(source(server.url(), timeout="1s"))
        board = Board({"redis": Status("redis", redis)}, time.time)
        await board.record("redis", await poll_once(redis))
        assert b"\nredis_up 1.0\n" in board.make_page().text.plain
        if how == "stopped":
            stop(server.process)
        else:
            stack.enter_context(server.frozen())
        await board.record("redis", await poll_once(redis))
        await board.turn()
        assert b"\nredis_up 0.0\n" in board.page.text.plain


async def test_a_connection_that_ended_while_idle_costs_no_poll(server: RedisServer) -> None:
    async with source(server.url()) as redis:
        numbers(await poll_once(redis))
        server.run("CLIENT", "KILL", "TYPE", "normal")
        await asyncio.sleep(0.02)  # as between two polls: the loop learns of the end
        numbers(await poll_once(redis))


async def test_a_cancelled_poll_leaves_no_answer_behind_for_the_next(server: RedisServer) -> None:
    async with source(server.url()) as redis:
        numbers(await poll_once(redis))
        for _ in range(20):
            task = asyncio.create_task(redis.poll())
            await asyncio.sleep(0.0005)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            numbers(await poll_once(redis))
        numbers(await poll_once(redis))
        with server.client() as client:
            assert len([one for one in client.client_list() if one["name"] == "vigie"]) == 1


async def test_a_loading_server_gives_its_figures_and_is_not_ready(tmp_path: Path) -> None:
    with redis_server(tmp_path, "--rdbcompression", "no") as server, server.client() as client:
        for name in range(500):
            client.set(str(name), "x" * 4096)
        client.save()
    options = ["--key-load-delay", "50000", "--loading-process-events-interval-bytes", "1024"]
    with redis_server(tmp_path, *options) as server:
        async with source(server.url()) as redis:
            outcome = await poll_once(redis)
    assert [error.reason for error in outcome.errors] == [Reason.NOT_READY]
    assert "still loading" in str(outcome.errors[0])
    assert outcome.poll is not None
    assert value(outcome.poll.families, m.GAUGES["loading"]) == 1


async def test_a_server_without_a_free_connection_says_so(tmp_path: Path) -> None:
    with redis_server(tmp_path, "--maxclients", "1") as server, server.client() as client:
        wait_until(lambda: bool(client.ping()), "the one connection")
        error = await failure(server.url())
    assert error.reason is Reason.UPSTREAM
    assert "maxclients" in str(error)


async def test_an_unknown_host_is_named(tmp_path: Path) -> None:
    error = await failure(f"unix://{tmp_path}")
    assert error.reason is Reason.NETWORK
    error = await failure(f"redis://:{SECRET}@no-such-host.invalid")
    assert error.reason is Reason.NETWORK
    assert str(error) == "no-such-host.invalid:6379: the name cannot be resolved; check the host in `url`"


@pytest.mark.parametrize(
    ("answer", "reason", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Reason.BAD_PAYLOAD, "what answers is no Redis"),
        (b"+PONG\r\n$5\r\nhello\r\n:0\r\n*0\r\n+OK\r\n", Reason.BAD_PAYLOAD, "is not what a Redis says"),
        (b"+PONG\r\n*1\r\n:7\r\n:0\r\n*0\r\n+OK\r\n", Reason.BAD_PAYLOAD, "is not what a Redis says"),
        (b"+PONG\r\n$-1\r\n:0\r\n*0\r\n+OK\r\n", Reason.BAD_PAYLOAD, "is not what a Redis says"),
        (b"-ERR unknown command\r\n" * 5, Reason.FORBIDDEN, "does not know INFO"),
        (b"-ERR strange\r\n" * 5, Reason.UPSTREAM, "it answered with an error: strange"),
        (b"-DENIED Redis is running in protected mode because\r\n", Reason.FORBIDDEN, "protected mode"),
        (b"+PO", Reason.NETWORK, "it closed the connection"),
        (b"", Reason.NETWORK, "it closed the connection"),
    ],
)
async def test_whatever_else_answers_is_told_apart(answer: bytes, reason: Reason, words: str) -> None:
    async with answering(answer) as url:
        error = await failure(url)
    assert (error.reason, words in str(error)) == (reason, True), str(error)


async def test_a_password_that_a_server_repeats_is_masked_before_its_words_are_cut() -> None:
    secret = "zq1-canary"
    for filling in range(140, 165):
        async with answering(b"-ERR %s %s\r\n" % (b"x" * filling, secret.encode()) * 5) as url:
            error = await failure(url, password=secret)
        assert "zq1" not in str(error)


async def test_odd_extras_are_left_out() -> None:
    """A proxy that answers the optional commands with nonsense does not cost the figures."""
    info = b"$19\r\nredis_version:7.2.0\r\n"
    slowlog, latency = b"$2\r\nno\r\n", b"*2\r\n:1\r\n*3\r\n$1\r\na\r\n:1\r\n$1\r\nx\r\n"
    async with answering(b"+PONG\r\n" + info + slowlog + latency + b"+OK\r\n") as url, source(url) as redis:
        families = numbers(await poll_once(redis))
    assert set(families.values) == {m.INSTANCE, m.PING_SECONDS}
