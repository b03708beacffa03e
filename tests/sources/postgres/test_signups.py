"""Sign-ups are counted right by the shipped SQL, and nobody learns more than the count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.real.postgres import PostgresServer
from tests.sources.postgres.conftest import Make
from tests.sources.postgres.supabase import NOON, SHIPPED, install, sign_up
from vigie.errors import Reason

HOUR = timedelta(hours=1)
Count = tuple[int, float | None, int]


def count(server: PostgresServer, moment: datetime = NOON, timezone: str = "UTC") -> Count:
    """What the function counts, asked by its owner, who alone may choose the moment."""
    with server.session("postgres", "postgres-secret", options=f"-c TimeZone={timezone}") as session:
        row = session.execute("select * from vigie.signups_at('auth.users', %s)", (moment,)).fetchone()
        assert row is not None
        return row[0], row[1], row[2]


def expected(ages: list[timedelta]) -> Count:
    """The same count, told plainly."""
    starts = [timedelta(weeks=week, days=1) for week in range(5)]
    inside = [sum(start - timedelta(days=1) <= age < start for age in ages) for start in starts]
    weeks = sum(max(ages, default=timedelta()) >= start for start in starts[1:])
    return inside[0], sum(inside[1 : weeks + 1]) / weeks if weeks else None, weeks


EDGES = [
    timedelta(weeks=week, days=day, microseconds=step) for week in range(6) for day in (0, 1) for step in (-1, 0, 1)
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(EDGES), st.timedeltas(timedelta(), timedelta(days=40)))))
def test_the_count_is_right_at_every_boundary(server: PostgresServer, ages: list[timedelta]) -> None:
    ages = [age for age in ages if age >= timedelta()]
    sign_up(server, ages)
    assert count(server) == pytest.approx(expected(ages))


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("moment", [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 11, 1, 8, tzinfo=UTC)])
def test_clock_changes_move_no_window(server: PostgresServer, timezone: str, moment: datetime) -> None:
    """A day is 24 hours and a week 168, although the local clock jumps in between."""
    ages = [age for age in EDGES if age >= timedelta()]
    sign_up(server, ages, moment)
    assert count(server, moment, timezone) == expected(ages)


def test_deleted_and_anonymous_users_do_not_count(server: PostgresServer) -> None:
    sign_up(server, [HOUR] * 3, more="insert into auth.users (created_at, is_anonymous) values (now(), true)")
    server.run("update auth.users set deleted_at = now() where ctid = (select min(ctid) from auth.users)")
    assert count(server)[0] == 2


def test_a_users_table_that_cannot_tell_them_apart_counts_all(server: PostgresServer) -> None:
    server.run("create table public.members (created_at timestamptz)", "insert into public.members values (now())")
    try:
        with server.session() as session:
            row = session.execute("select signups from vigie.signups_at('public.members', now())").fetchone()
        assert row == (1,)
    finally:
        server.run("drop table public.members")


async def test_the_source_exports_the_count_as_of_now(server: PostgresServer, make: Make, dsn: str) -> None:
    weekly = [timedelta(weeks=week, hours=hour) for week in range(5) for hour in (1, 2)]
    sign_up(server, [*weekly, HOUR, timedelta(days=400)], datetime.now(UTC))
    poll = await make(dsn).poll()
    values = {family.name: series for family, series in poll.families.values.items()}
    assert poll.problems == ()
    assert values["supabase_signups"] == {("24h",): 3}
    assert values["supabase_signups_baseline"] == {("24h",): 2}
    assert values["supabase_signups_baseline_windows"] == {("24h",): 4}
    assert values["supabase_signups_timestamp_seconds"][("24h",)] == pytest.approx(datetime.now(UTC).timestamp(), abs=5)


async def test_signups_are_counted_on_their_own_slower_interval(
    server: PostgresServer, make: Make, dsn: str, now: list[float]
) -> None:
    source = make(dsn, slow_interval="5m")
    seen = []
    for wait, users in ((0, 1), (15, 2), (284, 3), (1, 4), (-3600, 5)):
        now[0] += wait
        sign_up(server, [HOUR] * users, datetime.now(UTC))
        families = (await source.poll()).families
        seen.append(
            next(series[("24h",)] for family, series in families.values.items() if family.name == "supabase_signups")
        )
    assert seen == [1, 1, 1, 4, 5]


@pytest.mark.parametrize(
    "statement",
    [
        "select email from auth.users",
        "select * from vigie.signups_at('auth.users', now())",
        "create table public.mine (a int)",
        "create table vigie.mine (a int)",
        "select * from pg_authid",
    ],
)
def test_the_role_may_do_nothing_but_count(server: PostgresServer, statement: str) -> None:
    with server.session("vigie", "vigie-secret") as session:
        session.execute("set default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(statement.encode())


def test_the_role_does_not_see_what_others_ask(server: PostgresServer) -> None:
    theirs = "select from pg_stat_activity where query like '%secret%' and pid <> pg_backend_pid()"
    with server.session() as other, server.session("vigie", "vigie-secret") as session:
        other.execute("select 'secret question'")
        assert session.execute(theirs.encode()).fetchall() == []


def test_no_other_role_may_count(server: PostgresServer) -> None:
    with server.session() as session:
        session.execute("create role passer_by")
        session.execute("set role passer_by")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("select * from vigie.signups()")
        session.execute("reset role")
        session.execute("drop role passer_by")


def test_the_shipped_sql_can_be_run_again(server: PostgresServer) -> None:
    sign_up(server, [HOUR])
    install(server)
    assert count(server)[0] == 1


def test_the_shipped_sql_runs_on_a_plain_server_and_counts_nothing_there(server: PostgresServer) -> None:
    server.run("create database plain")
    with server.session(database="plain") as session:
        session.execute(SHIPPED.encode())
        assert session.execute("select * from vigie.signups()").fetchall() == []


async def test_a_server_without_users_has_no_signups_and_no_problem(server: PostgresServer, make: Make) -> None:
    poll = await make(server.dsn("vigie", "vigie-secret", "template1")).poll()
    assert poll.problems == ()
    assert not any(series for family, series in poll.families.values.items() if family.name.startswith("supabase"))


@pytest.mark.parametrize(
    "case",
    [
        ("drop function vigie.signups()", Reason.NOT_FOUND, "row-level security hides the rows of auth.users"),
        ("drop schema vigie cascade", Reason.NOT_FOUND, "row-level security hides the rows of auth.users"),
        ("revoke usage on schema vigie from vigie", Reason.FORBIDDEN, "permission denied for schema vigie"),
        (
            "revoke all on function vigie.signups() from vigie",
            Reason.FORBIDDEN,
            "permission denied for function signups",
        ),
        ("alter role postgres nobypassrls", Reason.FORBIDDEN, "row-level security policy"),
    ],
)
async def test_hidden_users_are_a_problem_that_names_the_remedy_while_the_rest_is_read(
    server: PostgresServer, make: Make, dsn: str, case: tuple[str, Reason, str]
) -> None:
    harm, reason, words = case
    sign_up(server, [HOUR], datetime.now(UTC))
    source = make(dsn)
    server.run(harm)
    try:
        poll = await source.poll()
    finally:
        server.run("alter role postgres bypassrls")
        install(server)
    (problem,) = poll.problems
    assert problem.reason is reason
    assert words in str(problem)
    assert "run vigie/sources/postgres.sql as the role `postgres`" in str(problem)
    assert any(family.name == "pg_stat_activity_count" and series for family, series in poll.families.values.items())
    assert (await source.poll()).problems == (), "the remedy shows with the next poll"


async def test_signups_can_be_left_alone(make: Make, dsn: str) -> None:
    poll = await make(dsn, signups=False).poll()
    assert not any(family.name.startswith("supabase") for family in poll.families.values)
