"""What rows, catalogues and DSNs mean: pure reading, without a server."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from decimal import Decimal

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vigie.core.exposition import encode
from vigie.core.families import Families, Join
from vigie.errors import Reason, SourceError
from vigie.sources.postgres import PostgresConfig, PostgresSource
from vigie.sources.postgres.config import parameters
from vigie.sources.postgres.failures import classify, explain
from vigie.sources.postgres.lent import read_catalogue
from vigie.sources.postgres.reading import Reading, fill
from vigie.sources.postgres.readings import CONNECTIONS
from vigie.sources.postgres.signups import SIGNUPS, countable
from vigie.sources.postgres.source import EACH_POLL, SLOW

READINGS = (*EACH_POLL, *SLOW)
CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.decimals(), st.lists(st.integers())
)
COLUMNS = sorted(
    {family.name for reading in READINGS for family in reading.families}
    | {label for reading in READINGS for family in reading.families for label in family.labels}
)


@given(st.sampled_from(READINGS), st.lists(st.dictionaries(st.sampled_from(COLUMNS), CELLS)))
def test_any_rows_give_families_or_a_classified_error(reading: Reading, rows: list[dict[str, object]]) -> None:
    families = Families()
    with contextlib.suppress(SourceError):
        fill(reading, rows, families)
    encode(families)


JOINED: Mapping[Join, Callable[[list[float]], float]] = {"sum": sum, "max": max, "min": min}


@given(st.sampled_from(READINGS), st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, st.integers(0, 9)))))
def test_every_row_of_numbers_is_counted(reading: Reading, rows: list[dict[str, object]]) -> None:
    """Counts as a sum, of other numbers the worse one where two rows have the same labels."""
    families = Families()
    fill(reading, rows, families)
    for family in reading.families:
        found = list(families.values[family].values())
        wanted = [float(str(row[family.name])) for row in rows]
        assert bool(found) == bool(wanted)
        assert not wanted or JOINED[family.join](found) == JOINED[family.join](wanted)


@given(st.lists(st.dictionaries(st.sampled_from(["activity", "replication", "signups", "users"]), CELLS)))
def test_any_catalogue_is_understood_or_a_classified_error(rows: list[dict[str, object]]) -> None:
    with contextlib.suppress(SourceError):
        countable(read_catalogue(rows))


def test_an_unexpected_row_leaves_nothing_half_read() -> None:
    good = {"datname": "a", "state": "idle", "pg_stat_activity_count": 1, "pg_stat_activity_max_tx_duration": 0}
    families = Families()
    with pytest.raises(SourceError, match="connections: unexpected row") as caught:
        fill(CONNECTIONS, [good, {**good, "pg_stat_activity_max_tx_duration": "soon"}], families)
    assert caught.value.reason is Reason.BAD_PAYLOAD
    assert families.values == {}


def test_a_baseline_without_history_is_no_sample() -> None:
    families = Families()
    row = {"supabase_signups": 3, "supabase_signups_baseline": None, "supabase_signups_baseline_windows": 0}
    fill(SIGNUPS, [{"window": "24h", "supabase_signups_timestamp_seconds": Decimal("1.5"), **row}], families)
    values = {family.name: series for family, series in families.values.items()}
    assert values["supabase_signups"] == {("24h",): 3.0}
    assert values["supabase_signups_baseline"] == {}


@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: reading.what)
def test_a_column_is_named_after_each_family_and_label(reading: Reading) -> None:
    for family in reading.families:
        for name in (family.name, *family.labels):
            assert re.search(rf"\b{name}\b", reading.sql)


def test_the_source_promises_what_it_reads() -> None:
    names = [family.name for family in PostgresSource.families]
    assert len(names) == len(set(names))
    assert set(COLUMNS) >= set(names) - {"vigie_postgres_health_query_seconds"}


@given(st.text(), st.text())
def test_any_dsn_is_split_or_refused_without_repeating_it(before: str, after: str) -> None:
    said = ""
    try:
        parameters(f"{before}hunter2{after}")
    except ValueError as error:
        said = str(error)
    assert "hunter2" not in said


@pytest.mark.parametrize(
    "dsn",
    [
        "",
        "postgresql://",
        "hunter2",
        "postgresql://vigie:hunter@2@db.example.com/app",
        "postgresql://vigie:hunter/2@db.example.com/app",
        "postgresql://vigie:hunter/2@db.example.com:5432/app",
        "postgresql://vigie:hunter%2@db.example.com/app",
        "postgresql+asyncpg://vigie:hunter2@db.example.com/app",
        "host=db.example.com pass=hunter2",
        "mysql://vigie:hunter2@db.example.com/app",
    ],
)
def test_a_dsn_that_cannot_be_meant_is_refused_with_an_example_and_without_its_password(dsn: str) -> None:
    with pytest.raises(ValidationError) as caught:
        PostgresConfig.model_validate({"dsn": dsn})
    assert "postgresql://USER:PASSWORD@HOST:PORT/DATABASE" in str(caught.value)
    assert "hunter" not in str(caught.value)


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://vigie.abcd:hunter%402@aws-0-eu.pooler.supabase.com:6543/postgres?sslmode=require",
        "postgres://vigie@db.example.com",
        "host=/run/postgresql dbname=app",
        "postgresql://vigie@a,b:5432,5433/app?target_session_attrs=any",
        "postgresql://vigie@[::1]:5432/app",
    ],
)
def test_every_form_of_libpq_is_a_dsn(dsn: str) -> None:
    assert PostgresConfig.model_validate({"dsn": dsn}).dsn.get_secret_value() == dsn


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ('FATAL:  role "vigie" does not exist', Reason.AUTH),
        ('FATAL:  database "app" does not exist', Reason.NOT_FOUND),
        ("FATAL:  Tenant or user not found", Reason.AUTH),
        ("FATAL:  MaxClientsInSessionMode: max clients reached", Reason.UPSTREAM),
        ("FATAL:  no more connections allowed (max_client_conn)", Reason.UPSTREAM),
        ("FATAL:  the database system is in recovery mode", Reason.NOT_READY),
        ("FATAL:  the database system is starting up", Reason.NOT_READY),
        ('no pg_hba.conf entry for host "1.2.3.4", user "vigie", no encryption', Reason.AUTH),
        ("failed to resolve host 'nowhere': [Errno -2] Name or service not known", Reason.NETWORK),
        ("connection timeout expired", Reason.TIMEOUT),
        ("Network is unreachable", Reason.NETWORK),
        ("something never heard of", Reason.NETWORK),
    ],
)
def test_a_refused_connection_is_classified_by_its_words(said: str, reason: Reason) -> None:
    assert classify(psycopg.OperationalError(f"connection failed: {said}"))[0] is reason


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (psycopg.errors.InsufficientPrivilege, Reason.FORBIDDEN),
        (psycopg.errors.QueryCanceled, Reason.TIMEOUT),
        (psycopg.errors.TooManyConnections, Reason.UPSTREAM),
        (psycopg.errors.AdminShutdown, Reason.NOT_READY),
        (psycopg.errors.UndefinedColumn, Reason.NOT_FOUND),
        (psycopg.errors.DiskFull, Reason.UPSTREAM),
        (psycopg.errors.InternalError_, Reason.UPSTREAM),
        (psycopg.errors.ConnectionFailure, Reason.NETWORK),
    ],
)
def test_an_answer_is_classified_by_its_sqlstate(kind: type[psycopg.Error], reason: Reason) -> None:
    assert classify(kind("…"))[0] is reason


@given(st.text(), st.text(min_size=1))
def test_no_explanation_repeats_the_password(said: str, password: str) -> None:
    error = explain(psycopg.OperationalError(f"{said}hunter2{password}"), "host:5432/app", "connecting", "hunter2")
    assert "hunter2" not in str(error)


def test_a_direct_supabase_address_that_is_not_reached_leads_to_the_pooler() -> None:
    failure = psycopg.OperationalError("Network is unreachable")
    assert "session pooler" in str(explain(failure, "db.abcd.supabase.co:5432/postgres", "connecting"))
    assert "session pooler" not in str(explain(failure, "db.example.com:5432/postgres", "connecting"))
