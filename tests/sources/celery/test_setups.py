"""Applications that are set up unlike most: their own exchanges, prefixes, and pickle."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from tests.real.celery_worker import celery_worker, shop
from tests.real.redis import RedisServer
from tests.sources.celery.polls import listening, series, total, until, until_quiet, value
from vigie.core.families import Families
from vigie.core.source import Poll
from vigie.errors import Reason
from vigie.sources.celery import CelerySource

EXCHANGES: dict[str, Any] = {"event_exchange": "shopev", "control_exchange": "shop"}
PICKLE = {"task_serializer": "pickle", "accept_content": ["pickle", "json"], "event_serializer": "pickle"}


def paid(families: Families) -> bool:
    return total(families, "celery_task_succeeded_total", name="shop.pay") == 1


async def counted(broker: str, folder: Path, transport: dict[str, Any], ours: dict[str, Any]) -> Poll:
    """One task on a worker with exchanges of its own, with the settings that belong to them."""
    with celery_worker(broker, folder, transport=transport, settings=EXCHANGES):
        async with listening(broker, inspect_interval="1s", **EXCHANGES, **ours) as source:
            with shop(broker, transport, EXCHANGES) as app:
                app.tasks["shop.pay"].delay(1)
            await until(source, paid)
            return await until_quiet(source)


@pytest.mark.parametrize(
    ("database", "transport", "ours"),
    [
        (2, {}, {}),
        (3, {"fanout_prefix": False, "fanout_patterns": False}, {"fanout_prefix": False}),
        (
            4,
            {"fanout_prefix": "/shop-{db}.", "global_keyprefix": "p:"},
            {"fanout_prefix": "/shop-{db}.", "key_prefix": "p:"},
        ),
    ],
)
async def test_exchanges_and_prefixes_of_the_applications_own(
    redis: RedisServer, tmp_path: Path, database: int, transport: dict[str, Any], ours: dict[str, Any]
) -> None:
    poll = await counted(redis.url(database), tmp_path, transport, ours)
    assert value(poll.families, "celery_active_worker_count", "celery") == 1
    assert set(series(poll.families, "celery_queue_length")) == {("celery",)}


async def test_exchanges_of_the_applications_own_on_rabbitmq(rabbit: str, tmp_path: Path) -> None:
    poll = await counted(rabbit, tmp_path, {}, {})
    assert value(poll.families, "celery_active_worker_count", "celery") == 1


@pytest.mark.parametrize("kind", ["redis", "rabbit"])
async def test_pickle_is_named_and_never_loaded(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    server = request.getfixturevalue(kind)
    broker = server if isinstance(server, str) else server.url(5)
    with celery_worker(broker, tmp_path, settings=PICKLE):
        async with listening(broker, inspect_interval="1s") as source:
            said = await problems(source, "task_serializer", "event_serializer")
            poll = await until(source, lambda families: value(families, "vigie_celery_events_undecodable_total"))
    assert all("in pickle" in sentence for sentence in said)
    assert total(poll.families, "vigie_celery_events_total") == 0


async def problems(source: CelerySource, *settings: str) -> list[str]:
    """The problems that name these settings, once all are there."""
    found: list[str] = []

    def so(_: Families) -> bool:
        return len(found) == len(settings)

    for _ in range(200):
        poll = await until(source, lambda _: True)
        bad = [problem for problem in poll.problems if problem.reason is Reason.BAD_PAYLOAD]
        found = [str(problem) for setting in settings for problem in bad if setting in str(problem)]
        if so(poll.families):
            break
    assert so(poll.families), poll.problems
    return found


async def test_workers_that_read_pickle_alone_are_thought_of_when_nobody_answers(
    redis: RedisServer, tmp_path: Path
) -> None:
    settings = {"task_serializer": "pickle", "accept_content": ["pickle"]}
    with celery_worker(redis.url(6), tmp_path, settings=settings):
        async with listening(redis.url(6), inspect_interval="1s") as source:
            poll = await until(source, lambda families: value(families, "vigie_celery_workers") == 1)
    assert any("accept_content has json" in str(problem) for problem in poll.problems)


class Trap:
    """A pickle that does something when it is loaded."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self._file),)


def test_the_trap_works(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Trap(tmp_path / "sprung")))  # noqa: S301 - its own
    assert (tmp_path / "sprung").exists()


async def test_a_pickle_that_does_harm_does_none(redis: RedisServer, tmp_path: Path) -> None:
    broker = redis.url(7)
    with shop(broker, None, PICKLE) as app, app.connection() as connection:
        async with listening(broker, queues=["celery"], inspect_interval="0s") as source:
            with app.events.Dispatcher(connection, hostname="told@test") as told:
                told.send("task-started", uuid=Trap(tmp_path / "sprung"))
            await problems(source, "event_serializer")
    assert not (tmp_path / "sprung").exists()


async def test_a_task_that_rabbitmq_delays_is_counted_under_its_queue(rabbit: str, tmp_path: Path) -> None:
    settings = {
        "task_default_queue": "later",
        "task_default_queue_type": "quorum",
        "task_default_exchange": "later",
        "task_default_exchange_type": "topic",
        "task_default_routing_key": "later",
    }
    with celery_worker(rabbit, tmp_path, settings=settings):
        async with listening(rabbit, inspect_interval="1s") as source:
            with shop(rabbit, None, settings) as app:
                app.tasks["shop.pay"].apply_async((1,), countdown=3)
            poll = await until(source, paid)
    assert total(poll.families, "celery_task_sent_total", name="shop.pay", queue_name="later") == 1
    assert total(poll.families, "celery_task_succeeded_total", name="shop.pay", queue_name="later") == 1
    assert not [queue for (queue,) in series(poll.families, "celery_queue_length") if "delayed" in queue]
