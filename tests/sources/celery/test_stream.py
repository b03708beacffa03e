"""Streams of events that break: noticed at once, renewed at once, and never in silence."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.events import EventDispatcher

from tests.real.celery_worker import shop
from tests.real.redis import RedisServer, redis_server
from tests.sources.celery.polls import envelope, listening, series, total, until, value
from vigie.core.families import Families
from vigie.sources.celery.events import buffer
from vigie.sources.celery.events import redis as redis_events
from vigie.sources.celery.events.state import State
from vigie.sources.celery.events.wire import Event

WORKER = "told@test"
Take = Callable[[buffer.Buffer, int, float], list[buffer.Stamped]]
ALONE: dict[str, Any] = {"queues": ["celery"], "inspect_interval": "0s"}


@contextlib.contextmanager
def worker(app: Celery) -> Iterator[EventDispatcher]:
    """The part of a worker that tells: Celery's own dispatcher."""
    with app.connection() as connection, app.events.Dispatcher(connection, hostname=WORKER) as dispatcher:
        yield dispatcher


def tell(dispatcher: EventDispatcher, *uuids: str) -> None:
    for uuid in uuids:
        dispatcher.send("task-received", uuid=uuid, name="shop.pay")
        dispatcher.send("task-started", uuid=uuid)


def started(count: int) -> Callable[[Families], bool]:
    """Whether so many tasks were counted as started."""
    return lambda families: total(families, "celery_task_started_total") == count


def interruptions(families: Families) -> dict[str, float]:
    counted = series(families, "vigie_celery_events_interruptions_total")
    return {cause: number for (cause,), number in counted.items() if number}


def listener(server: RedisServer) -> str | None:
    """Id of the connection that is subscribed to events; a worker's own subscriptions are patterns only."""
    with server.client() as client:
        clients = client.client_list(_type="pubsub")
    return next((found["id"] for found in clients if found["sub"] == "1" and found["psub"] == "1"), None)


async def renewed(server: RedisServer, cut: str) -> None:
    """Return when there is another subscription."""
    while listener(server) in {cut, None}:  # noqa: ASYNC110 - only Redis knows
        await asyncio.sleep(0.01)


async def test_a_listener_that_is_cut_off_is_back_within_half_a_second(redis: RedisServer) -> None:
    async with listening(redis.url(), **ALONE) as source:
        with shop(redis.url()) as app, worker(app) as dispatcher:
            for round_ in range(1, 4):
                tell(dispatcher, f"before {round_}")
                await until(source, started(2 * round_ - 1))
                cut = listener(redis)
                assert cut is not None
                began = time.monotonic()
                redis.run("CLIENT", "KILL", "ID", cut)
                await renewed(redis, cut)
                assert time.monotonic() - began < 0.5
                tell(dispatcher, f"after {round_}")
                poll = await until(source, started(2 * round_))
                assert interruptions(poll.families) == {"closed": round_}
    gap = value(poll.families, "vigie_celery_events_gap_seconds_total")
    assert gap is not None
    assert 0 < gap < 10


async def test_a_listener_that_redis_cuts_for_being_slow_says_how_long_it_was_deaf(tmp_path: Path) -> None:
    """One burst beyond the limit is enough: Redis gives up on the listener, and counts it where it counts at all."""
    with redis_server(tmp_path, "--client-output-buffer-limit", "pubsub 1mb 0 0") as server:
        async with listening(server.url(), **ALONE) as source:
            counts = b"client_output_buffer_limit_disconnections" in _raw_info(server)
            server.run("PUBLISH", "/0.celeryev/task.multi", envelope([{"type": "x" * 200}] * 20_000).decode())
            poll = await until(source, lambda families: sum(interruptions(families).values()) >= 1)
            cause = "output_buffer_limit" if counts else "closed"
            assert interruptions(poll.families) == {cause: 1}
            assert (value(poll.families, "vigie_celery_events_gap_seconds_total") or 0) > 0
            with shop(server.url()) as app, worker(app) as dispatcher:
                tell(dispatcher, "a")
                await until(source, started(1))


def _raw_info(server: RedisServer) -> bytes:
    with server.client() as client:
        return repr(client.info("stats")).encode()


async def test_what_was_lost_is_known_from_what_the_worker_says_it_did(redis: RedisServer) -> None:
    async with listening(redis.url(), **ALONE) as source:
        with shop(redis.url()) as app, worker(app) as dispatcher:
            dispatcher.send("worker-heartbeat", freq=0.5, processed=10, active=0)
            tell(dispatcher, "heard")
            for _ in range(4):
                dispatcher.send("worker-heartbeat", freq=0.5, processed=15, active=0)  # 4 more than anybody heard of
            poll = await until(source, lambda families: value(families, "vigie_celery_events_missed_total", WORKER))
    assert value(poll.families, "vigie_celery_events_missed_total", WORKER) == 4


async def test_a_redis_that_falls_silent_is_noticed(redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_events, "SILENCE", 0.3)
    monkeypatch.setattr(redis_events, "ANSWER", 0.5)
    async with listening(redis.url(), timeout="300ms", **ALONE) as source:
        await asyncio.sleep(1.5)
        quiet = await until(source, lambda _: True)
        assert interruptions(quiet.families) == {}  # silent, but it answers
        with redis.frozen():
            await asyncio.sleep(1.5)
        poll = await until(source, lambda families: sum(interruptions(families).values()) >= 1)
        assert interruptions(poll.families) == {"silent": 1}
        await until(source, lambda families: value(families, "vigie_celery_events_connected") == 1)


async def test_a_burst_that_does_not_fit_is_counted_as_dropped(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the counter does meanwhile, each message is either counted or said to be dropped."""
    monkeypatch.setattr(buffer.Buffer, "take", _late(buffer.Buffer.take))
    async with listening(redis.url(), max_buffer_mib=1, **ALONE) as source:
        message = envelope(
            {"type": "task-started", "uuid": "u", "hostname": WORKER, "name": "shop.pay", "pad": "x" * 2000}
        )
        with redis.client() as client:
            pipeline = client.pipeline(transaction=False)
            for _ in range(2000):
                pipeline.publish("/0.celeryev/task.started", message)
            pipeline.execute()
        poll = await until(source, lambda families: _accounted(families) == 2000)
    dropped = value(poll.families, "vigie_celery_events_dropped_total") or 0
    assert 0 < dropped < 2000


def _late(take: Take) -> Take:
    def later(self: buffer.Buffer, limit: int, wait: float) -> list[buffer.Stamped]:
        time.sleep(0.2)
        return take(self, limit, wait)

    return later


def _accounted(families: Families) -> float:
    return total(families, "celery_task_started_total") + (value(families, "vigie_celery_events_dropped_total") or 0)


async def test_a_fault_in_counting_costs_a_batch_and_not_the_counter(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply = State.apply
    faults = iter([RuntimeError("made for this test")])

    def faulty(self: State, events: list[Event], at: float) -> None:
        for fault in faults:
            raise fault
        apply(self, events, at)

    async with listening(redis.url(), **ALONE) as source:
        with shop(redis.url()) as app, worker(app) as dispatcher:
            monkeypatch.setattr(State, "apply", faulty)
            tell(dispatcher, "lost")
            await until(source, lambda families: value(families, "vigie_celery_events_undecodable_total"))
            tell(dispatcher, "counted")
            await until(source, lambda families: total(families, "celery_task_received_total") >= 1)


async def test_a_fault_in_listening_is_an_interruption(redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    put = buffer.Buffer.put
    faults = iter([RuntimeError("made for this test")])

    def faulty(self: buffer.Buffer, at: float, message: bytes) -> None:
        for fault in faults:
            raise fault
        put(self, at, message)

    monkeypatch.setattr(buffer.Buffer, "put", faulty)
    async with listening(redis.url(), **ALONE) as source:
        with shop(redis.url()) as app, worker(app) as dispatcher:
            dispatcher.send("task-started", uuid="lost")
            await until(source, lambda families: interruptions(families) == {"closed": 1})
            await until(source, lambda families: value(families, "vigie_celery_events_connected") == 1)
            tell(dispatcher, "counted")
            await until(source, started(1))


async def test_events_that_cannot_be_read_are_counted(redis: RedisServer) -> None:
    async with listening(redis.url(), **ALONE) as source:
        for message in (b"not json", envelope("text"), envelope([{"type": 1}, {"type": "task-started"}])):
            redis.run("PUBLISH", "/0.celeryev/task.multi", message.decode())
        poll = await until(source, lambda families: value(families, "vigie_celery_events_undecodable_total") == 3)
    assert total(poll.families, "celery_task_started_total") == 1


async def test_an_amqp_listener_that_is_cut_off_is_back_at_once(rabbit: str) -> None:
    port = int(rabbit.rpartition(":")[2].rstrip("/"))
    async with proxy(port) as (front, cut):
        broker = rabbit.replace(f":{port}", f":{front}")
        async with listening(broker, events=True, inspect_interval="0s") as source:
            with shop(rabbit) as app, worker(app) as dispatcher:
                tell(dispatcher, "before")
                await until(source, started(1))
                cut()
                poll = await until(source, lambda families: interruptions(families) == {"closed": 1})
                await until(source, lambda families: value(families, "vigie_celery_events_connected") == 1, 2)
                tell(dispatcher, "after")
                await until(source, started(2))
    assert (value(poll.families, "vigie_celery_events_gap_seconds_total") or 0) > 0


@contextlib.asynccontextmanager
async def proxy(port: int) -> AsyncIterator[tuple[int, Callable[[], None]]]:
    """A way to a server that can be cut: its port, and what cuts all connections."""
    writers: list[asyncio.StreamWriter] = []
    ways: set[asyncio.Task[None]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back_reader, back_writer = await asyncio.open_connection("127.0.0.1", port)
        writers.extend([writer, back_writer])
        ways.update(asyncio.create_task(pump(*way)) for way in ((reader, back_writer), (back_reader, writer)))

    def cut() -> None:
        for writer in writers:
            writer.transport.abort()
        writers.clear()

    server = await asyncio.start_server(connect, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], cut
        cut()
        await asyncio.gather(*ways)
