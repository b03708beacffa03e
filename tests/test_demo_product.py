"""The demo product is what it claims to be: a Supabase-like database and an application that tells the truth."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from demo.database import Passwords, prepare
from demo.traffic import FAULT, VISITS, request
from deploy.native.paths import ROOT
from deploy.native.ready import http_ok
from tests.real.postgres import PostgresServer, postgres_server
from tests.real.process import free_port, running, stop
from tests.real.redis import RedisServer, redis_server

_ACCESS = ROOT / "exporter" / "vigie" / "sources" / "postgres.sql"
_PASSWORDS = Passwords("it's", "vigie-secret")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A database that was prepared twice."""
    with postgres_server(tmp_path_factory.mktemp("postgres")) as server:
        _prepare(server)
        _prepare(server)
        yield server


def _prepare(server: PostgresServer) -> None:
    prepare(server.dsn(), _owner(server), _ACCESS, _PASSWORDS)


def _owner(server: PostgresServer) -> str:
    return f"postgresql://postgres:it%27s@127.0.0.1:{server.port}/postgres"


def _one(dsn: str, query: str) -> tuple[object, ...]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row


def test_the_role_of_a_project_is_no_superuser_and_stands_above_row_level_security(database: PostgresServer) -> None:
    query = "select rolsuper, rolbypassrls from pg_roles where rolname = 'postgres'"
    assert _one(_owner(database), query) == (False, True)


def test_row_level_security_hides_users_from_a_role_that_may_select_them(database: PostgresServer) -> None:
    database.run(
        "create role reader login password 'x'",
        "grant usage on schema auth to reader",
        "grant select on auth.users to reader",
    )
    assert _one(database.dsn("reader", "x"), "select count(*) from auth.users") == (0,)


def test_sign_ups_of_today_are_as_many_as_on_this_day_of_the_week(database: PostgresServer) -> None:
    signups, baseline, weeks = _one(
        database.dsn("vigie", "vigie-secret"), "select signups::float, baseline, weeks from vigie.signups()"
    )
    assert weeks == 4
    assert isinstance(signups, float)
    assert isinstance(baseline, float)
    assert signups > 20
    assert 0.9 < signups / baseline < 1.1


def test_days_on_which_nothing_ran_are_filled_in(database: PostgresServer) -> None:
    count = "select count(*) from auth.users where created_at < now() - interval '1 hour'"
    before = _one(database.dsn(), count)
    database.run("delete from auth.users where created_at > now() - interval '3 days'")
    assert _one(database.dsn(), count) < before
    _prepare(database)
    assert _one(database.dsn(), count) == before


@dataclass(frozen=True, slots=True)
class Product:
    """A running application, and the Redis behind it."""

    url: str
    redis: RedisServer


@pytest.fixture
def product(database: PostgresServer, tmp_path: Path) -> Iterator[Product]:
    """The application over real servers."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with redis_server(tmp_path) as redis:
        env = {"DEMO_DATABASE_URL": _owner(database), "DEMO_BROKER_URL": redis.url(), "DEMO_PORT": str(port)}
        command = [sys.executable, "-m", "demo.app"]
        with running(command, http_ok(f"{url}/health"), tmp_path / "app.log", env=env, cwd=ROOT):
            yield Product(url, redis)


def test_health_says_which_check_fails(product: Product) -> None:
    assert httpx.get(f"{product.url}/health").json()["checks"] == {"api": "ok", "database": "ok", "redis": "ok"}
    stop(product.redis.process)
    answer = httpx.get(f"{product.url}/health")
    assert answer.status_code == 503
    assert answer.json() == {"status": "degraded", "checks": {"api": "ok", "database": "ok", "redis": "error"}}


def test_every_visit_of_a_customer_is_answered_as_it_should_and_measured(
    product: Product, database: PostgresServer
) -> None:
    before = _one(database.dsn(), "select count(*) from auth.users")
    statuses: dict[str, int] = {}
    for number, visit in enumerate((*VISITS, FAULT)):
        with httpx.Client(base_url=product.url) as client:  # a server drops the connection after a fault
            dice = random.Random(number)  # noqa: S311 - visits, not secrets
            answer = client.request(**request(visit, dice, number))
            statuses[f"{visit.method} {visit.path} {(visit.body or {}).get('password', '')}".strip()] = (
                answer.status_code
            )
    metrics = httpx.get(f"{product.url}/metrics").text
    assert {visit: status for visit, status in statuses.items() if status >= 400} == {
        "POST /login guess": 401,
        "GET /profiles/999": 404,
        "GET /wp-login.php": 404,
        "POST /reports?pages=0": 500,
    }
    assert 'http_requests_total{handler="/reports",method="POST",status="5xx"} 1.0' in metrics
    assert 'http_request_duration_highr_seconds_bucket{le="0.5"}' in metrics
    assert "process_resident_memory_bytes" in metrics
    assert _one(database.dsn(), "select count(*) from auth.users") == (int(str(before[0])) + 1,)
    with product.redis.client() as client_of_redis:
        assert client_of_redis.llen("celery") == 2
        assert client_of_redis.llen("emails") == 1


def test_traffic_is_five_requests_a_second_with_few_faults() -> None:
    shares = sum(visit.share for visit in VISITS)
    assert 0.99 < shares < 1.01
    assert FAULT.share < 0.001, "the demo keeps the promise that its objective makes"
