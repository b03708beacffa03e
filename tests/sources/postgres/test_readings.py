"""What a real server does shows in the numbers."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from tests.real.postgres import PostgresServer, as_server, make_cluster, postgres_server
from tests.real.process import wait_until
from tests.real.tools import binary
from tests.sources.postgres.conftest import Make
from tests.sources.postgres.supabase import sign_up
from vigie.core.exposition import assemble, encode
from vigie.errors import Reason
from vigie.sources.postgres import PostgresSource

Values = dict[str, dict[tuple[str, ...], float]]


async def read(source: PostgresSource) -> Values:
    """All samples of one poll without problems."""
    poll = await source.poll()
    assert poll.problems == ()
    return {family.name: series for family, series in poll.families.values.items()}


def says(server: PostgresServer, question: str) -> bool:
    """The server's answer, yes or no."""
    with server.session() as session:
        return session.execute(question.encode()).fetchone() == (True,)


def pause(standby: PostgresServer) -> None:
    """Let a standby receive but not replay."""
    standby.run("select pg_wal_replay_pause()")
    wait_until(lambda: says(standby, "select pg_get_wal_replay_pause_state() = 'paused'"), "the pause")


def alone(server: PostgresServer) -> None:
    """Wait for the sessions of earlier tests to be gone: a backend outlives its client by a moment."""
    only = "select count(*) = 1 from pg_stat_activity where backend_type = 'client backend'"
    wait_until(lambda: says(server, only), "end of other sessions")


async def test_every_family_is_read_and_nothing_else(server: PostgresServer, make: Make, dsn: str) -> None:
    sign_up(server, [timedelta(weeks=week) for week in range(6)], datetime.now(UTC))
    values = await read(make(dsn))
    assert list(values) == [family.name for family in PostgresSource.families]
    for name in values.keys() - {"pg_stat_replication_pg_wal_lsn_diff", "vigie_postgres_standby_lag_seconds"}:
        assert values[name], name


async def test_promtool_finds_nothing_wrong(make: Make, dsn: str) -> None:
    page = assemble([encode((await make(dsn).poll()).families)]).text.plain
    assert await asyncio.to_thread(promtool, page) == []


def promtool(page: bytes) -> list[str]:
    """What `promtool check metrics` complains of."""
    command: list[str | Path] = [binary("promtool"), "check", "metrics"]
    checked = subprocess.run(command, input=page, capture_output=True, check=False)  # noqa: S603 - of the stack
    return checked.stderr.decode().splitlines()


async def test_the_server_itself(make: Make, dsn: str) -> None:
    values = await read(make(dsn))
    ((version, short_version),) = values["pg_static"]
    assert version.startswith("PostgreSQL ")
    assert version.split()[1].startswith(short_version.removesuffix(".0"))
    assert values["pg_settings_max_connections"] == {(): 20}
    assert values["pg_settings_superuser_reserved_connections"] == {(): 3}
    assert values["pg_replication_is_replica"] == {(): 0}
    assert values["pg_replication_lag_seconds"] == {(): 0}
    assert time.time() - 600 < values["pg_postmaster_start_time_seconds"][()] < time.time()
    assert 0 < values["vigie_postgres_health_query_seconds"][()] < 1
    assert values["pg_database_size_bytes"]["postgres",] > 1e6


async def test_connections_by_state_with_explicit_zeros(server: PostgresServer, make: Make, dsn: str) -> None:
    alone(server)
    with server.session(), server.session() as session, session.transaction():
        session.execute("select 1")
        await asyncio.sleep(0.05)
        values = await read(make(dsn))
    count = {state: value for (name, state), value in values["pg_stat_activity_count"].items() if name == "postgres"}
    assert count == {
        "active": 1,
        "idle": 1,
        "idle in transaction": 1,
        "idle in transaction (aborted)": 0,
        "fastpath function call": 0,
        "disabled": 0,
        "starting": 0,
        "unknown": 0,
    }
    ages = values["pg_stat_activity_max_tx_duration"]
    assert 0.05 <= ages["postgres", "idle in transaction"] < 5
    assert ages["postgres", "active"] == 0, "Vigie's own transaction is left out"
    assert next(value for (_, name), value in values["pg_stat_database_numbackends"].items() if name == "postgres") == 3


async def test_a_role_that_may_not_see_states_counts_them_as_unknown(server: PostgresServer, make: Make) -> None:
    server.run("create role blind login password 'blind-secret'")
    try:
        source = make(server.dsn("blind", "blind-secret"), signups=False)
        alone(server)
        with server.session():
            values = await read(source)
            summary = await source.describe()
        await source.close()
    finally:
        server.run("drop role blind")
    assert values["pg_stat_activity_count"]["postgres", "unknown"] == 1
    assert values["pg_stat_activity_count"]["postgres", "active"] == 1
    assert summary.endswith("to see the states of other roles' connections")


async def test_locks_and_who_waits_for_them(server: PostgresServer, make: Make, dsn: str) -> None:
    source = make(dsn)
    before = await read(source)
    assert before["vigie_postgres_lock_waiters"]["postgres",] == 0
    with server.session() as holder, server.session() as waiter, server.session() as row_waiter:
        with holder.transaction():
            holder.execute("create table public.held (a int)")
            holder.execute("lock table auth.users")
            holder.execute("select pg_advisory_xact_lock(7)")
            threads = [
                Thread(target=waiter.execute, args=("select from auth.users",)),
                Thread(target=row_waiter.execute, args=("select pg_advisory_lock(7)",)),
            ]
            for thread in threads:
                thread.start()
            wait_until(lambda: says(server, "select count(*) = 2 from pg_locks where not granted"), "two waits")
            values = await read(make(dsn, signups=False))
            holder.execute("drop table public.held")
        for thread in threads:
            thread.join()
    assert values["vigie_postgres_lock_waiters"]["postgres",] == 2
    assert values["pg_locks_count"]["postgres", "accessexclusivelock"] >= 1
    assert len([1 for name, _ in values["pg_locks_count"] if name == "postgres"]) == 9


async def test_a_wait_for_a_row_counts_although_it_belongs_to_no_database(
    server: PostgresServer, make: Make, dsn: str
) -> None:
    server.run("create table public.rows (a int)", "insert into public.rows values (1)")
    try:
        with server.session() as holder, server.session() as waiter:
            with holder.transaction():
                holder.execute("update public.rows set a = 2")
                thread = Thread(target=waiter.execute, args=("update public.rows set a = 3",))
                thread.start()
                wait_until(lambda: says(server, "select count(*) = 1 from pg_locks where not granted"), "the wait")
                values = await read(make(dsn))
            thread.join()
    finally:
        server.run("drop table public.rows")
    assert values["vigie_postgres_lock_waiters"]["postgres",] == 1


async def test_what_the_database_did_is_counted(server: PostgresServer, make: Make, dsn: str) -> None:
    def number(values: Values, name: str) -> float:
        return next(value for (_, database), value in values[name].items() if database == "postgres")

    source = make(dsn)
    before = await read(source)
    _deadlock(server)
    with server.session() as session:
        session.execute("set work_mem = '64kB'")
        session.execute("select count(*) from (select g from generate_series(1, 50000) g order by g desc) s")
        session.execute("select pg_stat_force_next_flush()")
    after = await read(source)
    assert number(after, "pg_stat_database_deadlocks") == number(before, "pg_stat_database_deadlocks") + 1
    for name in ("xact_commit", "xact_rollback", "blks_hit", "temp_bytes"):
        assert number(after, f"pg_stat_database_{name}") > number(before, f"pg_stat_database_{name}"), name


def _deadlock(server: PostgresServer) -> None:
    """Let two sessions wait for each other until the server ends one of them."""
    with server.session(options="-c deadlock_timeout=10ms") as one, server.session() as other:
        one.execute("begin; select pg_advisory_xact_lock(1)")
        other.execute("begin; select pg_advisory_xact_lock(2)")
        thread = Thread(target=other.execute, args=("select pg_advisory_xact_lock(1)",))
        thread.start()
        wait_until(lambda: says(server, "select count(*) = 1 from pg_locks where not granted"), "the first wait")
        with pytest.raises(psycopg.errors.DeadlockDetected):
            one.execute("select pg_advisory_xact_lock(2)")
        one.execute("rollback; select pg_stat_force_next_flush()")
        thread.join()
        other.execute("rollback")


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
async def test_databases_of_any_encoding_come_and_go(server: PostgresServer, make: Make, encoding: str) -> None:
    name = "café" if encoding == "LATIN1" else "raw \"quoted\" 'name'"
    quoted = name.replace('"', '""')
    server.run(f"create database \"{quoted}\" encoding '{encoding}' template template0 locale 'C'")
    try:
        source = make(f"host=127.0.0.1 port={server.port} user=vigie password=vigie-secret dbname={_escaped(name)}")
        values = await read(source)
        await source.close()
    finally:
        server.run(f'drop database "{quoted}"')
    own = make(server.dsn("vigie", "vigie-secret"))
    assert {database for (database,) in values["pg_database_size_bytes"]} >= {"postgres"}
    assert len(values["pg_database_size_bytes"]) == len((await read(own))["pg_database_size_bytes"]) + 1


def _escaped(name: str) -> str:
    return "'" + name.replace("\\", r"\\").replace("'", r"\'") + "'"


async def test_check_says_what_was_reached(server: PostgresServer, make: Make, dsn: str) -> None:
    alone(server)
    summary = await make(dsn).describe()
    assert summary.startswith("PostgreSQL 1")
    assert summary.endswith(" as vigie, 1 of 20 connections")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PostgresServer, PostgresServer]]:
    """A primary and its streaming standby."""
    primary, standby = tmp_path_factory.mktemp("primary"), tmp_path_factory.mktemp("standby")
    make_cluster(primary / "data")
    subprocess.run([*as_server(), "cp", "-a", primary / "data", standby / "data"], check=True)  # noqa: S603 - ours
    (standby / "data" / "standby.signal").touch()
    with postgres_server(primary) as leader:
        with (standby / "data" / "postgresql.conf").open("a") as settings:
            settings.write(f"primary_conninfo = '{leader.dsn()}?application_name=second'\n")
        with postgres_server(standby) as follower:
            streams = "select exists (select from pg_stat_replication where state = 'streaming')"
            wait_until(lambda: says(leader, streams), "replication")
            yield leader, follower


async def test_a_replica_is_no_error_and_tells_its_lag(pair: tuple[PostgresServer, PostgresServer], make: Make) -> None:
    primary, standby = pair
    caught_up = "select pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn()"
    wait_until(lambda: says(standby, caught_up), "replay of what earlier tests wrote")
    source = make(standby.dsn())
    values = await read(source)
    assert values["pg_replication_is_replica"] == {(): 1}
    assert values["pg_replication_lag_seconds"] == {(): 0}
    primary.run("create table early (a int)")
    wait_until(lambda: says(standby, "select pg_last_xact_replay_timestamp() is not null"), "replay of a transaction")
    pause(standby)
    primary.run("create table late (a int)")
    try:
        wait_until(lambda: says(standby, "select pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()"), "new WAL")
        assert (await read(source))["pg_replication_lag_seconds"][()] > 0
    finally:
        standby.run("select pg_wal_replay_resume()")
        wait_until(lambda: says(standby, "select to_regclass('late') is not null"), "replay")


async def test_a_replica_cut_off_from_its_primary_does_not_claim_to_be_up_to_date(
    pair: tuple[PostgresServer, PostgresServer], make: Make
) -> None:
    primary, standby = pair
    primary.run("create table last_seen (a int)")
    wait_until(lambda: says(standby, "select to_regclass('last_seen') is not null"), "replay")
    standby.run("alter system set primary_conninfo = ''", "select pg_reload_conf()")
    try:
        wait_until(lambda: says(standby, "select not exists (select from pg_stat_wal_receiver)"), "the cut")
        assert (await read(make(standby.dsn())))["pg_replication_lag_seconds"][()] > 0
    finally:
        standby.run("alter system reset primary_conninfo", "select pg_reload_conf()")
        wait_until(lambda: says(standby, "select exists (select from pg_stat_wal_receiver)"), "the reconnection")


async def test_a_primary_tells_the_lag_of_each_standby(pair: tuple[PostgresServer, PostgresServer], make: Make) -> None:
    primary, standby = pair
    source = make(primary.dsn())
    lag = ("second", "127.0.0.1", "streaming")
    values = await read(source)
    assert values["pg_stat_replication_pg_wal_lsn_diff"].keys() == {lag}
    assert values["vigie_postgres_standby_lag_seconds"].keys() <= {lag[:2]}
    pause(standby)
    try:
        primary.run("create table if not exists later (a int)", "insert into later select generate_series(1, 1000)")
        behind = "select pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) > 1000 from pg_stat_replication"
        wait_until(lambda: says(primary, behind), "WAL on disk")
        assert (await read(source))["pg_stat_replication_pg_wal_lsn_diff"][lag] > 1000
    finally:
        standby.run("select pg_wal_replay_resume()")


STANDBYS = {"pg_stat_replication_pg_wal_lsn_diff", "vigie_postgres_standby_lag_seconds"}
REFUSED = {
    "pg_last_wal_receive_lsn()": {"pg_replication_lag_seconds"} | STANDBYS,
    "pg_last_wal_replay_lsn()": {"pg_replication_lag_seconds"},
    "pg_current_wal_lsn()": STANDBYS,
    "pg_postmaster_start_time()": {"pg_postmaster_start_time_seconds"},
    "pg_stat_get_db_deadlocks(oid)": {"pg_stat_database_deadlocks"},
}
"""Functions, and the numbers that need them."""


@pytest.mark.parametrize("function", REFUSED)
async def test_a_number_that_the_server_refuses_takes_no_other_with_it(
    function: str, pair: tuple[PostgresServer, PostgresServer], make: Make
) -> None:
    """As Aurora and others that speak PostgreSQL's protocol refuse functions of its WAL."""
    primary, _ = pair
    primary.run(
        "drop role if exists watcher",
        "create role watcher login password 'watcher-secret'",
        "grant pg_monitor to watcher",
        f"revoke execute on function pg_catalog.{function} from public, pg_monitor",
    )
    source = make(primary.dsn("watcher", "watcher-secret"))
    try:
        everything = make(primary.dsn())
        whole, poll = await everything.poll(), await source.poll()
    finally:
        primary.run(f"grant execute on function pg_catalog.{function} to public", "drop role watcher")
    there = {family.name for family, series in poll.families.values.items() if series}
    wanted = {family.name for family, series in whole.families.values.items() if series}
    assert wanted - there == wanted & REFUSED[function]
    assert {problem.reason for problem in poll.problems} == {Reason.FORBIDDEN}
    assert all(any(name in str(problem) for name in {*REFUSED[function], "standbys"}) for problem in poll.problems)
