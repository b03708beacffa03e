"""Queues that nobody configured stay known for as long as they matter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.real.celery_worker import celery_worker, shop
from tests.real.redis import RedisServer
from tests.sources.celery.polls import listening, series, until, until_quiet, value
from vigie.core.families import Families
from vigie.core.state import State
from vigie.errors import Reason
from vigie.sources.celery import bindings, depth_amqp
from vigie.sources.celery.queues import KEPT, Queues


def lengths(families: Families) -> dict[str, float]:
    return {queue: number for (queue,), number in series(families, "celery_queue_length").items()}


def test_a_queue_is_remembered_when_its_worker_does_not_answer() -> None:
    queues = Queues(State.in_memory(), 10)
    queues.update(["fast", "slow"], {"fast": 700, "slow": 0}, [], 0.0)
    queues.update([], {"fast": 700, "slow": 0}, [], 60.0)
    assert queues.names == ["fast", "slow"]


def test_a_queue_in_which_jobs_wait_is_never_forgotten_and_an_abandoned_one_is_after_a_day() -> None:
    queues = Queues(State.in_memory(), 10)
    queues.update(["fast", "slow"], {"fast": 700, "slow": 0}, [], 0.0)
    for day in range(1, 5):
        queues.update([], {"fast": 700, "slow": 0}, [], day * KEPT + 1)
    assert queues.names == ["fast"]


def test_a_queue_that_does_not_exist_any_more_is_forgotten() -> None:
    queues = Queues(State.in_memory(), 10)
    queues.update(["fast"], {"fast": 1}, [], 0.0)
    queues.update([], {}, ["fast"], 1.0)
    assert queues.names == []


def test_what_is_remembered_outlives_a_restart(tmp_path: Path) -> None:
    state = State(tmp_path / "vigie.db")
    Queues(state, 10).update(["fast"], {"fast": 1}, [], 0.0)
    assert Queues(state, 10).names == ["fast"]
    state.close()


def test_names_are_bounded_and_those_that_matter_stay() -> None:
    queues = Queues(State.in_memory(), 3)
    queues.update([f"worker-{number}.dq" for number in range(10)], {}, [], 0.0)
    queues.update(["fast"], {"slow": 5}, [], 1.0)
    assert {"fast", "slow"} < set(queues.names)
    assert len(queues.names) == 3


def fill(redis: RedisServer, database: int, keys: int) -> None:
    """What a result backend in the same database leaves, and one queue."""
    script = "for n = 1, ARGV[1] do redis.call('SET', 'celery-task-meta-' .. n, 'x') end"
    redis.run("EVAL", script, "0", str(keys), db=database)
    with shop(redis.url(database)) as app:
        app.tasks["shop.pay"].apply_async((1,), queue="fast")


async def test_a_queue_is_found_among_300_000_results_in_seconds(redis: RedisServer) -> None:
    fill(redis, 11, 300_000)
    async with listening(redis.url(11), events=False, inspect_interval="0s") as source:
        poll = await until(source, lambda families: "fast" in lengths(families), 5)
        assert lengths(poll.families) == {"fast": 1}
        assert (await until_quiet(source)).problems == ()


async def test_until_all_keys_were_looked_at_it_is_said(redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(redis, 12, 5_000)
    monkeypatch.setattr(bindings, "FIRST", 0.0)
    async with listening(redis.url(12), events=False, inspect_interval="0s") as source:
        (problem,) = (await source.poll()).problems
        assert problem.reason is Reason.NOT_READY
        assert "still being looked for" in str(problem)
        assert lengths((await until_quiet(source)).families) == {"fast": 1}


async def test_jobs_on_rabbitmq_stay_in_sight_when_all_workers_are_gone_and_after_a_restart(
    rabbit: str, tmp_path: Path
) -> None:
    """Nobody configured the queue, nobody answers for it any more, and its jobs wait."""
    settings: dict[str, Any] = {"inspect_interval": "1s", "inspect_timeout": "1s", "events": False}
    state = State(tmp_path / "vigie.db")
    async with listening(rabbit, **settings, kept=state) as source:
        with celery_worker(rabbit, tmp_path, "-Q", "orders", name="orders"):
            await until(source, lambda families: lengths(families).get("orders") == 0)
        with shop(rabbit) as app:
            for _ in range(7):
                app.tasks["shop.pay"].apply_async((1,), queue="orders")
        poll = await until(source, lambda families: value(families, "celery_active_worker_count", "orders") is None)
        assert lengths(poll.families)["orders"] == 7
    async with listening(rabbit, **settings, kept=state) as source:
        poll = await source.poll()
    state.close()
    assert lengths(poll.families)["orders"] == 7


async def test_where_no_queue_is_known_that_is_a_problem(rabbit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(depth_amqp, "DEFAULT", "nowhere")
    async with listening(rabbit, inspect_interval="0s", events=False) as source:
        poll = await source.poll()
    assert lengths(poll.families) == {}
    (problem,) = poll.problems
    assert problem.reason is Reason.NOT_FOUND
    assert "set queues or start a worker" in str(problem)


async def test_celery_s_own_queue_is_found_before_anybody_names_it(rabbit_worker: str) -> None:
    async with listening(rabbit_worker, inspect_interval="0s", events=False) as source:
        assert lengths((await until_quiet(source)).families) == {"celery": 0}
