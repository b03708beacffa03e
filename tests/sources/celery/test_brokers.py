"""Broker URLs as Celery takes them: several, sockets, other spellings; and plain words for those that it does not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.real.celery_worker import shop
from tests.real.process import free_port
from tests.real.redis import RedisServer, redis_server, sentinel
from tests.sources.celery.polls import SECRET, failure, listening, series, total, until, until_quiet, value
from vigie.sources.celery.address import addresses

QUIET: dict[str, Any] = {"events": False, "inspect_interval": "0s"}


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("redis://h", ["Redis at h:6379, database 0"]),
        ("redis://a/2;redis://b:7/3", ["Redis at a:6379, database 2", "Redis at b:7, database 3"]),
        ("redis://a/2;redis://b", ["Redis at a:6379, database 2", "Redis at b:6379, database 0"]),
        ("redis://h/1;", ["Redis at h:6379, database 1"]),
        (";redis://h/1; ;", ["Redis at h:6379, database 1"]),
        ("sentinel://a/2;sentinel://b", ["Redis behind the Sentinels a:26379, b:26379"]),
        ("redis+socket:///run/r.sock?virtual_host=4", ["Redis at /run/r.sock, database 4"]),
        ("redis+socket:///run/r.sock", ["Redis at /run/r.sock, database 0"]),
        ("pyamqp://h//", ["RabbitMQ at h:5672, virtual host /"]),
        ("amqp://a/x;amqps://b", ["RabbitMQ at a:5672, virtual host x", "RabbitMQ at b:5671, virtual host /"]),
    ],
)
def test_a_url_names_what_celery_takes_it_for(url: str, where: list[str]) -> None:
    assert [address.where for address in addresses(url)] == where


def test_sentinels_share_the_database_and_credentials_of_the_first_url() -> None:
    (address,) = addresses("sentinel://u:p@a/2;sentinel://v:q@b:7/5")
    assert (address.path, address.username, address.password) == ("2", "u", "p")
    assert address.hosts == (("a", 26379), ("b", 7))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (";", "names a broker"),
        ("redis://a;amqp://b", "several kinds (AMQP and Redis)"),
        ("redis://a;sentinel://b", "several kinds (Redis and Sentinel)"),
        ("redis://a;redis://b/Zq1", "no database number"),
        ("sentinel://a/Zq1;sentinel://b", "no database number"),
        ("amqp://a;b:5672", "begins with"),
        ("redis://a;redis://b:Zq1", "port cannot be read"),
        ("redis+socket://host/run/r.sock", "has a host"),
        ("redis+socket://", "no path of a socket"),
        ("redis+socket:///run/r.sock?virtual_host=Zq1", "no number"),
        ("redis+socket:///run/Zq1@r.sock", "an @"),
    ],
)
def test_a_url_that_celery_would_not_take_is_refused_unseen(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as error:
        addresses(url)
    assert "Zq1" not in str(error.value)


async def test_of_several_redis_the_next_is_tried_for_everything(redis: RedisServer) -> None:
    """The first is away: queues, events and questions are those of the second, with its own database."""
    dead = f"redis://user:{SECRET}@127.0.0.1:{free_port()}/0"
    with shop(redis.url(3)) as app:
        app.tasks["shop.pay"].apply_async((1,), queue="fast")
        async with listening(f"{dead};{redis.url(3)};", inspect_interval="0s") as source:
            assert f"127.0.0.1:{redis.port}, database 3" in await source.describe()
            with app.connection() as connection, app.events.Dispatcher(connection, hostname="told@test") as told:
                told.send("task-started", uuid="u1")
            poll = await until(source, lambda families: total(families, "celery_task_started_total") == 1)
    assert value(poll.families, "celery_queue_length", "fast") == 1
    assert poll.problems == ()


async def test_the_one_that_works_is_kept_until_it_fails(tmp_path: Path) -> None:
    ports = [free_port(), free_port()]
    broker = ";".join(f"redis://127.0.0.1:{port}/0" for port in ports)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    async with listening(broker, queues=["a", "b"], **QUIET) as source:
        for folder, port in zip("ab", ports, strict=True):
            with redis_server(tmp_path / folder, port=port) as server:
                server.run("LPUSH", folder, "1")
                poll = await until(source, bool)
                assert value(poll.families, "celery_queue_length", folder) == 1
                assert f":{port}," in await source.describe()


async def test_of_several_rabbits_the_next_is_tried(rabbit_worker: str) -> None:
    dead = f"amqp://guest:{SECRET}@127.0.0.1:{free_port()}//"
    alive = rabbit_worker.replace("amqp://", "pyamqp://")
    async with listening(f"{dead};{alive}", inspect_interval="1s") as source:
        with shop(rabbit_worker) as app:
            app.tasks["shop.pay"].delay(1)
        await until(source, lambda families: total(families, "celery_task_succeeded_total") == 1)
        poll = await until_quiet(source)
    assert value(poll.families, "celery_active_consumer_count", "celery") == 1
    assert value(poll.families, "celery_active_worker_count", "celery") == 1


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
async def test_when_none_can_be_reached_all_are_named(scheme: str) -> None:
    ports = free_port(), free_port()
    error = await failure(";".join(f"{scheme}://u:{SECRET}@127.0.0.1:{port}/0" for port in ports), queues=["celery"])
    assert all(f"127.0.0.1:{port}" in str(error) for port in ports)
    assert "cannot be reached" in str(error)


async def test_a_socket_is_a_redis_like_another(tmp_path: Path) -> None:
    path = tmp_path / "redis.sock"
    with redis_server(tmp_path, "--unixsocket", str(path)):
        broker = f"redis+socket://{path}?virtual_host=5"
        with shop(broker) as app:
            app.tasks["shop.pay"].apply_async((1,), queue="fast")
        async with listening(broker, **QUIET) as source:
            poll = await source.poll()
    assert series(poll.families, "celery_queue_length") == {("fast",): 1}


async def test_the_database_behind_sentinels_is_that_of_the_first_url(redis: RedisServer, tmp_path: Path) -> None:
    redis.run("LPUSH", "behind", "1", db=7)
    with sentinel(tmp_path / "sentinel", "mymaster", redis) as watch:
        broker = f"sentinel://127.0.0.1:{watch.port}/7;sentinel://127.0.0.1:{free_port()}"
        async with listening(broker, queues=["behind"], **QUIET) as source:
            poll = await until_quiet(source)
    assert value(poll.families, "celery_queue_length", "behind") == 1
