"""How much waits: the same numbers that Celery's own clients put there."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.real.celery_worker import shop
from tests.real.redis import RedisServer
from tests.sources.celery.polls import listening, make, series, value
from vigie.core.families import Families
from vigie.core.source import Poll
from vigie.errors import Reason

QUIET: dict[str, Any] = {"events": False, "inspect_interval": "0s"}


async def depth(url: str, **settings: Any) -> Poll:
    async with listening(url, **QUIET, **settings) as source:
        return await source.poll()


def lengths(families: Families) -> dict[str, float]:
    return {queue: number for (queue,), number in series(families, "celery_queue_length").items()}


async def test_all_priorities_of_a_queue_are_summed_and_told_apart(redis: RedisServer) -> None:
    with shop(redis.url(3)) as app:
        for priority in (None, *range(10)):
            app.tasks["shop.pay"].apply_async((1,), queue="fast", priority=priority)
    families = (await depth(redis.url(3))).families
    assert value(families, "celery_queue_length", "fast") == 11
    by_step = [value(families, "vigie_celery_queue_priority_length", "fast", str(step)) for step in (0, 3, 6, 9)]
    assert by_step == [4, 3, 3, 1]


async def test_a_configured_queue_without_messages_is_zero_and_not_absent(redis: RedisServer) -> None:
    poll = await depth(redis.url(4), queues=["emails", "images"])
    assert lengths(poll.families) == {"emails": 0, "images": 0}
    assert poll.problems == ()


async def test_only_configured_queues_are_measured(redis: RedisServer) -> None:
    with shop(redis.url(5)) as app:
        app.tasks["shop.pay"].apply_async((1,), queue="other-queue")
    assert lengths((await depth(redis.url(5), queues=["emails"])).families) == {"emails": 0}


async def test_queues_are_discovered_when_none_is_configured(redis: RedisServer) -> None:
    with shop(redis.url(6)) as app:
        for queue in ("b", "a"):
            app.tasks["shop.pay"].apply_async((1,), queue=queue)
    assert lengths((await depth(redis.url(6))).families) == {"a": 1, "b": 1}


async def test_prefix_separator_and_steps_are_those_of_the_transport(redis: RedisServer) -> None:
    options = {"global_keyprefix": "{shop}:", "sep": ":", "priority_steps": [0, 5]}
    with shop(redis.url(7), options) as app:
        for priority in (1, 5, 9):
            app.tasks["shop.pay"].apply_async((1,), queue="fast", priority=priority)
    poll = await depth(redis.url(7), key_prefix="{shop}:", separator=":", priority_steps=[0, 5])
    assert lengths(poll.families) == {"fast": 3}
    assert value(poll.families, "vigie_celery_queue_priority_length", "fast", "5") == 2


async def test_a_key_that_is_no_list_leaves_the_other_queues_alone(redis: RedisServer) -> None:
    redis.run("SET", "odd", "1", db=8)
    redis.run("LPUSH", "good", "1", db=8)
    poll = await depth(redis.url(8), queues=["odd", "good"])
    assert lengths(poll.families) == {"good": 1}
    (problem,) = poll.problems
    assert problem.reason is Reason.BAD_PAYLOAD
    assert "queue odd" in str(problem)


async def test_what_was_handed_out_and_not_acknowledged_is_counted_and_dated(redis: RedisServer) -> None:
    before = time.time()
    empty = (await depth(redis.url(9))).families
    assert value(empty, "vigie_celery_unacked_messages") == 0
    assert series(empty, "vigie_celery_oldest_unacked_timestamp_seconds") == {}
    with shop(redis.url(9)) as app, app.connection() as connection:
        for _ in range(3):
            app.tasks["shop.pay"].delay(1)
        queue = connection.SimpleQueue("celery")
        taken = [queue.get(timeout=5) for _ in range(2)]
        families = (await depth(redis.url(9), visibility_timeout="2h")).families
        for message in taken:
            message.ack()
        queue.close()
    assert value(families, "vigie_celery_unacked_messages") == 2
    assert lengths(families) == {"celery": 1}
    oldest = value(families, "vigie_celery_oldest_unacked_timestamp_seconds")
    assert oldest is not None
    assert before <= oldest <= time.time()
    assert value(families, "vigie_celery_visibility_timeout_seconds") == 7200


async def test_a_thousand_queues_are_read_over_one_connection_in_one_burst(redis: RedisServer) -> None:
    queues = [f"queue-{n}" for n in range(1000)]
    redis.run("LPUSH", "queue-999\x06\x169", "1", db=10)
    source = make(redis.url(10), queues=queues, max_series=5000, **QUIET)
    try:
        await source.poll()
        before = redis.run("INFO", "stats")
        poll = await source.poll()
        after = redis.run("INFO", "stats")
    finally:
        await source.close()
    assert len(lengths(poll.families)) == 1000
    assert value(poll.families, "celery_queue_length", "queue-999") == 1
    assert after["total_connections_received"] - before["total_connections_received"] == 1  # the test's own
    # Redis reads up to 16 KiB at once, so one burst of 4,000 commands takes few reads, and one per command 4,000.
    assert after["total_reads_processed"] - before["total_reads_processed"] < 40


async def test_amqp_queues_are_counted_without_the_management_plugin(rabbit_worker: str) -> None:
    with shop(rabbit_worker) as app:
        for _ in range(3):
            app.tasks["shop.pay"].apply_async((1,), queue="parked")
    async with listening(rabbit_worker, queues=["parked", "absent", "celery"], inspect_interval="0s") as source:
        poll = await source.poll()
        again = await source.poll()
    for found in (poll, again):
        assert lengths(found.families) == {"parked": 3, "celery": 0}
        assert value(found.families, "celery_active_consumer_count", "celery") == 1
        assert value(found.families, "celery_active_consumer_count", "parked") == 0
        (problem,) = found.problems
        assert problem.reason is Reason.NOT_FOUND
        assert "no queue absent" in str(problem)


async def test_amqp_queues_are_those_that_workers_consume_when_none_is_configured(rabbit_worker: str) -> None:
    async with listening(rabbit_worker, events=False) as source:
        assert "celery" in lengths((await source.poll()).families)


@pytest.mark.parametrize("broker", ["http://host", "redis://", "memory://", "redis://host:port"])
def test_a_url_that_names_no_broker_is_refused_without_repeating_it(broker: str) -> None:
    with pytest.raises(ValueError, match="broker") as error:
        make(broker)
    assert "redis://host:6379/0" in str(error.value) or "host or port cannot be read" in str(error.value)
