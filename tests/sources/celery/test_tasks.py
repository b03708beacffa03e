"""What real workers do is what is counted, on Redis and on RabbitMQ."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import time
from pathlib import Path
from uuid import uuid4

import pytest

from tests.real.celery_worker import celery_worker, shop
from tests.real.redis import RedisServer
from tests.sources.celery.polls import (
    PATIENCE,
    SECRET,
    WORKER,
    listening,
    make,
    observed,
    series,
    total,
    until,
    until_quiet,
    value,
)
from vigie.sources.celery.errors import RIGHTS
from vigie.sources.celery.mailbox_redis import KEPT, REPLIES, RedisMailbox

TASKS = "celery-tasks.sqlite"
"""File of the tasks in flight, in the folder of the state."""


@pytest.fixture(params=["redis_worker", "rabbit_worker"])
def broker(request: pytest.FixtureRequest) -> str:
    """The URL of a broker on which a worker with task events works."""
    url: str = request.getfixturevalue(request.param)
    return url


async def test_every_task_is_counted_by_name_worker_queue_and_outcome(broker: str) -> None:
    async with listening(broker) as source:
        with shop(broker) as app:
            for n in range(30):
                app.tasks["shop.pay"].delay(n)
            for _ in range(4):
                app.tasks["shop.fail"].delay(SECRET)
            app.tasks["shop.again"].delay()
        poll = await until(
            source,
            lambda families: (
                total(families, "celery_task_succeeded_total", name="shop.pay") == 30
                and total(families, "celery_task_failed_total") == 5
                and total(families, "celery_task_retried_total") == 1
            ),
        )
    families = poll.families
    key = ("shop.pay", WORKER, "celery")
    for step in ("received", "started", "succeeded"):
        assert value(families, f"celery_task_{step}_total", *key) == 30
    assert value(families, "celery_task_failed_total", "shop.fail", WORKER, "celery", "OrderError") == 4
    assert value(families, "celery_task_failed_total", "shop.again", WORKER, "celery", "OrderError") == 1
    assert total(families, "celery_task_sent_total", queue_name="celery") == 36
    assert total(families, "celery_task_started_total", name="unknown") == 0
    assert observed(families, "celery_task_runtime", name="shop.pay") == 30
    assert observed(families, "celery_task_queue_wait_time", name="shop.pay") == 30
    assert value(families, "vigie_celery_tasks_tracked") == 0
    assert value(families, "vigie_celery_events_undecodable_total") == 0
    assert SECRET not in repr(families)


async def test_tasks_whose_ids_are_numbers_or_long_are_counted_and_spoil_no_answer(redis_worker: str) -> None:
    """An application may choose them: `apply_async(task_id=...)`."""
    async with listening(redis_worker, inspect_interval="1s") as source:
        with shop(redis_worker) as app:
            for task_id in (12345, "x" * 300, uuid4()):
                app.tasks["shop.pay"].apply_async((1,), task_id=task_id)
            for task_id in (6789, "y" * 300):
                app.tasks["shop.wait"].apply_async((2.5,), task_id=task_id)
        began = await until(
            source,
            lambda families: value(families, "vigie_celery_worker_oldest_active_timestamp_seconds", WORKER) is not None,
        )
        assert value(began.families, "vigie_celery_worker_reserved", WORKER) is not None
        poll = await until(source, lambda families: total(families, "celery_task_succeeded_total") == 5)
    assert value(poll.families, "celery_task_succeeded_total", "shop.pay", WORKER, "celery") == 3
    assert value(poll.families, "celery_task_succeeded_total", "shop.wait", WORKER, "celery") == 2
    assert value(poll.families, "vigie_celery_events_undecodable_total") == 0


async def test_workers_tell_what_they_consume_and_hold(broker: str) -> None:
    async with listening(broker, inspect_interval="2s") as source:
        with shop(broker) as app:
            for _ in range(4):
                app.tasks["shop.wait"].delay(2.5)
        poll = await until(
            source,
            lambda families: (
                value(families, "vigie_celery_worker_reserved", WORKER) == 2
                and value(families, "celery_worker_tasks_active", WORKER) == 2
            ),
        )
        await until(source, lambda families: total(families, "celery_task_succeeded_total", name="shop.wait") == 4)
    families = poll.families
    assert value(families, "celery_active_worker_count", "celery") == 1
    assert value(families, "celery_active_process_count", "celery") == 2
    assert value(families, "celery_worker_up", WORKER) == 1
    began = value(families, "vigie_celery_worker_oldest_active_timestamp_seconds", WORKER)
    answered = value(families, "vigie_celery_last_inspect_timestamp_seconds")
    assert began is not None
    assert answered is not None
    assert 0 < answered - began < 5


async def test_a_source_describes_what_it_reached(broker: str) -> None:
    async with listening(broker, events=False, inspect_interval="0s") as source:
        text = await source.describe()
    assert "127.0.0.1" in text
    assert text.endswith("; 1 worker answered")
    assert "guest:" not in text


@pytest.mark.parametrize("told_by", ["disk", "worker"])
async def test_names_of_tasks_in_flight_outlive_vigie(broker: str, told_by: str, tmp_path: Path) -> None:
    """After kill -9: the state is what was on disk at that moment, without a farewell."""
    before, after = tmp_path / "before", tmp_path / "after"
    state, asks = (after, "0s") if told_by == "disk" else (None, "60s")
    async with listening(broker, before) as first:
        with shop(broker) as app:
            app.tasks["shop.wait"].delay(3)
        await until(first, lambda families: total(families, "celery_task_started_total", name="shop.wait") == 1)
        await until(first, lambda _: _rows(before, "shop.wait") == 1)
        _copy(before, after)
    async with listening(broker, state, inspect_interval=asks) as second:
        poll = await until(second, lambda families: total(families, "celery_task_succeeded_total") == 1)
        assert value(poll.families, "celery_task_succeeded_total", "shop.wait", WORKER, "celery") == 1
        assert total(poll.families, "celery_task_started_total") == 0


def _copy(before: Path, after: Path) -> None:
    """What kill -9 would leave at this moment; the writer goes on meanwhile, so SQLite itself makes the copy."""
    after.mkdir()
    with sqlite3.connect(before / TASKS) as source, sqlite3.connect(after / TASKS) as target:
        source.backup(target)
    source.close()
    target.close()


def _rows(folder: Path, name: str) -> int:
    """
    Tasks of that name on disk whose queue is known, read as another process would.

    The queue is told by the client and the name by the worker too, in either order; tasks of other tests may still be
    in flight.
    """
    file = folder / TASKS
    if not file.exists():
        return 0
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        (count,) = database.execute(
            "SELECT count(*) FROM tasks WHERE name = ? AND queue IS NOT NULL", (name,)
        ).fetchone()
    database.close()
    return int(count)


async def test_a_damaged_file_of_names_is_made_anew(redis_worker: str, tmp_path: Path) -> None:
    (tmp_path / "celery-tasks.sqlite").write_bytes(b"not a database" * 1000)
    async with listening(redis_worker, tmp_path) as source:
        with shop(redis_worker) as app:
            app.tasks["shop.wait"].delay(1.5)
        await until(source, lambda _: (tmp_path / "celery-tasks.sqlite").read_bytes()[:6] == b"SQLite")
        await until(source, lambda _: _rows(tmp_path, "shop.wait") == 1)
        await until(source, lambda families: total(families, "celery_task_succeeded_total") == 1)


async def test_the_documented_rights_are_enough_and_none_is_refused(redis: RedisServer, tmp_path: Path) -> None:
    redis.run("ACL", "SETUSER", "vigie", "reset", "on", f">{SECRET}", "~*", "&*", *RIGHTS.split())
    redis.run("ACL", "LOG", "RESET")
    with celery_worker(redis.url(4), tmp_path, name="open"), shop(redis.url(4)) as app:
        async with listening(redis.url(4, user=f"vigie:{SECRET}"), enable_events=True) as source:
            app.tasks["shop.pay"].delay(1)
            await until(source, lambda families: total(families, "celery_task_succeeded_total") == 1)
            await until_quiet(source)
    assert redis.run("ACL", "LOG") == []
    assert RIGHTS in (Path(__file__).parents[3] / "docs/sources/celery.md").read_text()


async def test_watching_never_hands_out_a_task_again(redis: RedisServer) -> None:
    """Celery's own clients restore what is older than *their* visibility timeout; here that would be twelve hours."""
    broker = redis.url(5)
    with shop(broker) as app, app.connection() as connection:
        app.tasks["shop.pay"].delay(1)
        queue = connection.SimpleQueue("celery")
        message = queue.get(timeout=5)
        redis.run("ZADD", "unacked_index", str(time.time() - 40_000), message.delivery_tag, db=5)
        async with listening(broker, inspect_interval="2s", visibility_timeout="12h") as source:
            await until(source, lambda _: True)
            await source.describe()
            poll = await source.poll()
        message.ack()
        queue.close()
    assert value(poll.families, "vigie_celery_unacked_messages") == 1
    assert value(poll.families, "celery_queue_length", "celery") == 0


async def test_questions_leave_nothing_behind(redis: RedisServer, tmp_path: Path) -> None:
    with celery_worker(redis.url(6), tmp_path, name="asked"):
        before = set(redis.run("KEYS", "*", db=6))
        async with listening(redis.url(6)) as source:
            await source.describe()
            await until_quiet(source)
        assert set(redis.run("KEYS", "*", db=6)) <= before


async def test_what_a_killed_vigie_leaves_expires(redis: RedisServer, tmp_path: Path) -> None:
    """Its questions were asked, and answers come when nobody waits for them any more."""
    with celery_worker(redis.url(10), tmp_path, name="asked"):
        before = set(redis.run("KEYS", "*", db=10))
        mailbox = RedisMailbox(make(redis.url(10))._broker)  # noqa: SLF001 - never closed
        mailbox.send("stats", {}, "one")
        mailbox.send("stats", {}, "two")
        answers: list[object] = []
        async with asyncio.timeout(PATIENCE):
            while len(answers) < 2:
                answers += mailbox.receive(0.1)
                await asyncio.sleep(0)
        mailbox.send("stats", {}, "late")
        await asyncio.sleep(1)
        left = set(redis.run("KEYS", "*", db=10)) - before
        assert len(left) == 2
        assert all(0 < redis.run("TTL", key, db=10) <= KEPT for key in left)
        redis.run("SADD", f"_kombu.binding.{REPLIES}", f"5-old\x06\x16\x06\x165-old.{REPLIES}", db=10)
        async with listening(redis.url(10), events=False) as source:
            await until_quiet(source)
        members = redis.run("SMEMBERS", f"_kombu.binding.{REPLIES}", db=10)
        assert len(members) == 1  # of the one that was killed a moment ago


async def test_a_worker_without_events_is_told_from_one_that_is_stuck(redis: RedisServer, tmp_path: Path) -> None:
    broker = redis.url(1)
    with celery_worker(broker, tmp_path, name="mute", events=False):
        async with listening(broker) as source:
            await until(
                source, lambda families: value(families, "vigie_celery_worker_processed_total", "mute@test") == 0
            )
            with shop(broker) as app:
                for n in range(3):
                    app.tasks["shop.pay"].delay(n)
            poll = await until(
                source, lambda families: value(families, "vigie_celery_events_enabled", "mute@test") == 0
            )
            assert value(poll.families, "vigie_celery_worker_processed_total", "mute@test") == 3
            assert value(poll.families, "vigie_celery_events_missed_total", "mute@test") == 0
            assert total(poll.families, "celery_task_started_total") == 0
        async with listening(broker, enable_events=True) as source:
            await until_quiet(source)
            with shop(broker) as app:
                app.tasks["shop.pay"].delay(1)
            poll = await until(source, lambda families: total(families, "celery_task_succeeded_total") == 1)
            assert value(poll.families, "vigie_celery_events_enabled", "mute@test") == 1


async def test_a_worker_that_was_killed_is_down_and_later_gone(redis: RedisServer, tmp_path: Path) -> None:
    broker = redis.url(2)
    with celery_worker(broker, tmp_path, name="doomed") as worker:
        async with listening(broker, missed_heartbeats=2, worker_retention="1s") as source:
            await until(source, lambda families: value(families, "celery_worker_tasks_active", "doomed@test") == 0)
            await until(source, lambda families: value(families, "celery_worker_up", "doomed@test") == 1)
            os.killpg(worker.pid, signal.SIGKILL)
            poll = await until(source, lambda families: value(families, "celery_worker_up", "doomed@test") == 0)
            assert value(poll.families, "celery_worker_tasks_active", "doomed@test") == 0
            assert value(poll.families, "vigie_celery_worker_offline", "doomed@test") == 0
            poll = await until(source, lambda families: series(families, "celery_worker_up") == {})
            assert value(poll.families, "vigie_celery_workers") == 0


async def test_two_workers_of_one_name_are_said(redis: RedisServer, tmp_path: Path) -> None:
    broker = redis.url(9)
    folders = tmp_path / "first", tmp_path / "second"
    for folder in folders:
        folder.mkdir()
    async with listening(broker, queues=["celery"], inspect_interval="0s") as source:
        with celery_worker(broker, folders[0], name="twin"):
            await until(source, lambda families: value(families, "celery_worker_up", "twin@test") == 1)
            with celery_worker(broker, folders[1], name="twin"):
                async with asyncio.timeout(PATIENCE):
                    while not (said := (await source.poll()).problems):  # noqa: ASYNC110 - only the worker knows
                        await asyncio.sleep(0.1)
    assert ["several Celery workers are named twin@test" in str(problem) for problem in said] == [True]


async def test_a_worker_that_is_stopped_says_goodbye(broker: str, tmp_path: Path) -> None:
    with celery_worker(broker, tmp_path, name="leaving") as worker:
        async with listening(broker) as source:
            await until(source, lambda families: value(families, "celery_worker_up", "leaving@test") == 1)
            assert value((await source.poll()).families, "vigie_celery_worker_offline", "leaving@test") == 0
            worker.terminate()
            poll = await until(source, lambda families: value(families, "celery_worker_up", "leaving@test") == 0)
            assert value(poll.families, "vigie_celery_worker_offline", "leaving@test") == 1
            assert value(poll.families, "vigie_celery_workers") == 1
