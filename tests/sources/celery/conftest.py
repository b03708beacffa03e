"""Servers that the tests of one module share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.real.celery_worker import celery_worker
from tests.real.rabbitmq import rabbitmq
from tests.real.redis import RedisServer, redis_server


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis."""
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="module")
def redis_worker(redis: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Redis on which a worker with task events works."""
    with celery_worker(redis.url(), tmp_path_factory.mktemp("worker")):
        yield redis.url()


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a RabbitMQ."""
    with rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as url:
        yield url


@pytest.fixture(scope="module")
def rabbit_worker(rabbit: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a RabbitMQ on which a worker with task events works."""
    with celery_worker(rabbit, tmp_path_factory.mktemp("worker")):
        yield rabbit
