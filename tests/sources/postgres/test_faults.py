"""A real server that refuses, hangs, fills up and dies: the right reason, one connection, and the next poll works."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from pathlib import Path

import psycopg
import pytest

from tests.real.postgres import PostgresServer, postgres_server
from tests.real.process import free_port, wait_until
from tests.sources.postgres.conftest import Make
from vigie.core.poller import poll_once
from vigie.errors import Reason, SourceError
from vigie.sources.postgres import PostgresSource


async def problem(source: PostgresSource) -> SourceError:
    """Why nothing could be read."""
    with pytest.raises(SourceError) as caught:
        await source.poll()
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value


def backends(server: PostgresServer) -> list[tuple[int, str]]:
    """Process id and state of each connection that a source holds."""
    with server.session() as session:
        return session.execute(
            "select pid, state from pg_stat_activity where application_name = 'vigie' order by pid"
        ).fetchall()


async def test_a_wrong_password(server: PostgresServer, make: Make) -> None:
    error = await problem(make(server.dsn("vigie", "hunter2")))
    assert error.reason is Reason.AUTH
    assert str(error) == (
        f"127.0.0.1:{server.port}/postgres: connecting: the password was refused; check user and password in `dsn`"
        ' (password authentication failed for user "vigie")'
    )


async def test_a_missing_password(server: PostgresServer, make: Make) -> None:
    assert (await problem(make(f"host=127.0.0.1 port={server.port} user=vigie"))).reason is Reason.AUTH


async def test_a_missing_database(server: PostgresServer, make: Make) -> None:
    error = await problem(make(server.dsn("vigie", "vigie-secret", "nowhere")))
    assert error.reason is Reason.NOT_FOUND
    assert 'database "nowhere" does not exist' in str(error)


async def test_nobody_listens(make: Make) -> None:
    assert (await problem(make(f"postgresql://vigie:hunter2@127.0.0.1:{free_port()}/app"))).reason is Reason.NETWORK


async def test_a_socket_that_is_not_there(make: Make, tmp_path: Path) -> None:
    assert (await problem(make(f"host={tmp_path} user=vigie password=hunter2"))).reason is Reason.NETWORK


@pytest.mark.parametrize("host", ["db..example.com", "a" * 64 + ".example.com"])
async def test_a_name_that_can_not_be_looked_up(make: Make, host: str) -> None:
    assert (await problem(make(f"postgresql://vigie:hunter2@{host}/app"))).reason is Reason.NETWORK


async def test_a_server_that_requires_what_is_not_there(server: PostgresServer, make: Make) -> None:
    assert (await problem(make(server.dsn() + "?sslmode=require"))).reason is Reason.NETWORK


async def test_a_full_server(server: PostgresServer, make: Make, dsn: str) -> None:
    sessions: list[psycopg.Connection] = []
    try:
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                sessions.append(psycopg.connect(server.dsn("postgres", "postgres-secret")))
        error = await problem(make(dsn))
    finally:
        for session in sessions:
            session.close()
    assert error.reason is Reason.UPSTREAM
    assert "no connection left" in str(error)


async def test_a_server_that_is_shutting_down(make: Make, tmp_path: Path) -> None:
    with postgres_server(tmp_path) as server, server.session():
        server.process.send_signal(signal.SIGTERM)  # waits for the session to end

        def closing() -> bool:
            try:
                psycopg.connect(server.dsn()).close()
            except psycopg.OperationalError as error:
                return "shutting down" in str(error)
            return False

        wait_until(closing, "shutting down")
        assert (await problem(make(server.dsn()))).reason is Reason.NOT_READY


async def test_a_server_that_dies_and_returns_is_read_again(make: Make, tmp_path: Path) -> None:
    with postgres_server(tmp_path) as server:
        source = make(server.dsn())
        await source.poll()
        os.kill(server.process.pid, signal.SIGQUIT)
        server.process.wait(10)
        assert (await problem(source)).reason is Reason.NETWORK
    with postgres_server(tmp_path, server.port):
        assert (await source.poll()).problems == ()
    with postgres_server(tmp_path, server.port):
        assert (await source.poll()).problems == (), "a restart between two polls goes unnoticed"


async def test_a_connection_that_was_ended_is_made_anew_within_the_poll(
    server: PostgresServer, make: Make, dsn: str
) -> None:
    source = make(dsn)
    await source.poll()
    ((pid, _),) = backends(server)
    server.run(f"select pg_terminate_backend({pid}, 1000)")
    assert (await source.poll()).problems == ()
    assert len(backends(server)) == 1


async def test_many_polls_share_one_connection(server: PostgresServer, make: Make, dsn: str) -> None:
    source = make(dsn, slow_interval=0.001)
    seen = set()
    for _ in range(30):
        assert (await source.poll()).problems == ()
        seen.add(tuple(backends(server)))
    assert len(seen) == 1
    ((only,),) = seen
    assert only[1] == "idle"


async def test_polls_at_once_wait_for_each_other(server: PostgresServer, make: Make, dsn: str) -> None:
    source = make(dsn)
    await asyncio.gather(*(source.poll() for _ in range(5)))
    assert len(backends(server)) == 1


async def test_a_silent_server_costs_the_deadline_and_no_more(server: PostgresServer, make: Make, dsn: str) -> None:
    source = make(dsn, timeout="400ms")
    await source.poll()
    with server.frozen():
        started = time.monotonic()
        outcome = await poll_once(source)
        assert [error.reason for error in outcome.errors] == [Reason.TIMEOUT]
        assert time.monotonic() - started < 0.6
        outcome = await poll_once(source)
        assert [error.reason for error in outcome.errors] == [Reason.TIMEOUT], "and connecting too"
    assert (await source.poll()).problems == ()
    wait_until(lambda: len(backends(server)) == 1, "end of the connections that hung")


async def test_a_source_of_a_silent_server_closes_within_a_second(server: PostgresServer, make: Make, dsn: str) -> None:
    source = make(dsn, timeout="100ms")
    await source.poll()
    with server.frozen():
        await poll_once(source)
        started = time.monotonic()
        await source.close()
        assert time.monotonic() - started < 1


async def test_a_query_that_takes_too_long_is_ended_by_the_server_and_the_rest_is_kept(
    server: PostgresServer, make: Make, dsn: str, now: list[float]
) -> None:
    source = make(dsn, timeout="500ms", slow_interval="1m")
    assert (await source.poll()).problems == ()
    before = backends(server)
    now[0] += 60
    with server.session() as blocker, blocker.transaction():
        blocker.execute("lock table auth.users")
        outcome = await poll_once(source)
        (error,) = outcome.errors
        assert (error.reason, "reading sign-ups: it took too long" in str(error)) == (Reason.TIMEOUT, True)
        assert outcome.poll
        exported = {family.name for family, series in outcome.poll.families.values.items() if series}
        assert exported >= {"pg_stat_activity_count", "pg_database_size_bytes", "supabase_signups"}
        started = time.monotonic()
        assert (await source.poll()).problems == (error,), "a costly failure waits for its interval, and still shows"
        assert time.monotonic() - started < 0.3
    assert backends(server) == before
    now[0] += 60
    assert (await source.poll()).problems == ()


async def test_numbers_kept_through_failures_are_dropped_when_old(
    server: PostgresServer, make: Make, dsn: str, now: list[float]
) -> None:
    source = make(dsn, timeout="300ms", slow_interval="1m")
    await source.poll()
    kept = []
    with server.session() as blocker, blocker.transaction():
        blocker.execute("lock table auth.users")
        for wait in (60, 179, 1):
            now[0] += wait
            values = (await source.poll()).families.values
            kept.append(any(series for family, series in values.items() if family.name == "supabase_signups"))
    assert kept == [True, True, False]


async def test_a_poll_that_is_cancelled_is_cancelled_on_the_server_too(
    server: PostgresServer, make: Make, dsn: str
) -> None:
    source = make(dsn, timeout="20s")
    with server.session() as blocker, blocker.transaction():
        blocker.execute("lock table auth.users")
        poll = asyncio.create_task(source.poll())
        await asyncio.to_thread(wait_until, lambda: [state for _, state in backends(server)] == ["active"], "the query")
        poll.cancel()
        started = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await poll
        assert time.monotonic() - started < 0.1
        await source.close()
        wait_until(lambda: backends(server) == [], "end of the query", seconds=2)
    assert (await source.poll()).problems == ()


async def test_what_is_left_of_the_time_bounds_each_reading(make: Make, dsn: str) -> None:
    error = await problem(make(dsn, timeout=0.001))
    assert error.reason is Reason.TIMEOUT
