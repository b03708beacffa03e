"""Behind a pooler in transaction mode, where every transaction may run on another connection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.real.pgbouncer import pgbouncer
from tests.real.postgres import PostgresServer
from tests.real.process import free_port
from tests.sources.postgres.conftest import Make
from vigie.errors import Reason, SourceError

USERS = {"vigie": "vigie-secret", "stranger": "hunter2"}


@pytest.fixture(params=["transaction", "session"])
def pooled(server: PostgresServer, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """DSN of a pooler with two server connections."""
    settings = {"pool_mode": request.param, "default_pool_size": "2"}
    with pgbouncer(tmp_path, server.port, USERS, **settings) as port:
        yield f"postgresql://vigie:vigie-secret@127.0.0.1:{port}/postgres"


async def test_many_polls_of_two_sources_through_shared_connections(pooled: str, make: Make) -> None:
    """More polls than psycopg runs of a query before it prepares it, which is when others break."""
    one, other = make(pooled), make(pooled)
    for _ in range(12):
        assert (await one.poll()).problems == ()
        assert (await other.poll()).problems == ()


async def test_nothing_stays_on_the_shared_connection(pooled: str, make: Make) -> None:
    source = make(pooled)
    names = ("statement_timeout", "search_path", "transaction_read_only")
    settings = "select " + ", ".join(f"current_setting('{name}')" for name in names)
    with psycopg.connect(pooled, autocommit=True, prepare_threshold=None) as session:
        before = session.execute(settings.encode()).fetchone()
        for _ in range(3):
            await source.poll()
            assert session.execute(settings.encode()).fetchone() == before
            assert session.execute("select count(*) from pg_prepared_statements").fetchone() == (0,)


async def test_a_query_that_fails_leaves_no_transaction_open(
    server: PostgresServer, pooled: str, make: Make, now: list[float]
) -> None:
    source = make(pooled, timeout="2s", slow_interval="1m")
    with server.session() as blocker, blocker.transaction():
        blocker.execute("lock table auth.users")
        (problem,) = (await source.poll()).problems
    assert problem.reason is Reason.TIMEOUT
    now[0] += 60
    assert (await source.poll()).problems == ()


@pytest.mark.parametrize(("user", "reason"), [("vigie:hunter2", Reason.AUTH), ("nobody:hunter2", Reason.AUTH)])
async def test_the_pooler_refuses(pooled: str, make: Make, user: str, reason: Reason) -> None:
    with pytest.raises(SourceError) as caught:
        await make(pooled.replace("vigie:vigie-secret", user)).poll()
    assert caught.value.reason is reason
    assert "hunter2" not in str(caught.value)


async def test_the_server_behind_the_pooler_is_away(make: Make, tmp_path: Path) -> None:
    settings = {"pool_mode": "transaction", "query_wait_timeout": "1", "server_login_retry": "1"}
    with pgbouncer(tmp_path, free_port(), USERS, **settings) as port, pytest.raises(SourceError) as caught:
        await make(f"postgresql://vigie:vigie-secret@127.0.0.1:{port}/postgres").poll()
    assert caught.value.reason is Reason.UPSTREAM
    assert "the pooler is there" in str(caught.value)
