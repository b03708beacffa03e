"""`vigie check` names configured queues that do not exist, and never an empty one that does."""

from __future__ import annotations

from typing import Any

from tests.real.celery_worker import shop
from tests.real.redis import RedisServer
from tests.sources.celery.polls import listening
from vigie.errors import Reason

QUIET: dict[str, Any] = {"events": False, "inspect_interval": "0s"}


async def _missing(url: str, *queues: str, **settings: Any) -> list[str]:
    async with listening(url, queues=queues, **settings) as source:
        await source.poll()
        problems = await source.review()
    assert {problem.reason for problem in problems} <= {Reason.NOT_FOUND}
    return [str(problem) for problem in problems]


async def test_a_queue_that_was_emptied_exists_by_its_binding_and_a_mistyped_one_does_not(redis: RedisServer) -> None:
    with shop(redis.url(3)) as app, app.connection() as connection:
        app.tasks["shop.pay"].apply_async((1,), queue="emails")
        queue = connection.SimpleQueue("emails")
        queue.get(timeout=5).ack()
        queue.close()
    (problem,) = await _missing(redis.url(3), "emails", "emials", **QUIET)
    assert "has no queue emials: nothing was ever sent to it and no worker consumes it" in problem
    assert "(it has emails)" in problem


async def test_a_queue_without_binding_exists_while_it_holds_messages_of_any_priority(redis: RedisServer) -> None:
    redis.run("LPUSH", "raw\x06\x169", "1", db=4)
    assert await _missing(redis.url(4), "raw", **QUIET) == []


async def test_prefix_and_separator_are_those_of_the_transport(redis: RedisServer) -> None:
    with shop(redis.url(5), {"global_keyprefix": "{shop}:", "sep": ":"}) as app:
        app.tasks["shop.pay"].apply_async((1,), queue="fast")
    redis.run("DEL", "{shop}:fast", db=5)
    assert await _missing(redis.url(5), "fast", key_prefix="{shop}:", separator=":", **QUIET) == []
    assert len(await _missing(redis.url(5), "fast", **QUIET)) == 1


async def test_a_queue_that_a_worker_consumes_exists(redis_worker: str) -> None:
    assert await _missing(redis_worker, "celery", events=False) == []


async def test_without_the_right_to_look_nothing_is_claimed(redis: RedisServer) -> None:
    rights = ("+llen", "+zcard", "+zrange", "+ping", "+select")
    redis.run("ACL", "SETUSER", "narrow", "on", ">narrow", "~*", "&*", "-@all", *rights)
    assert await _missing(redis.url(6, user="narrow:narrow"), "emails", **QUIET) == []
