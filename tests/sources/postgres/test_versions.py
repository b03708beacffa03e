"""Every release that is supported is read whole, as the one that most tests use is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.real.postgres import PACKAGED, PostgresServer, packaged, postgres_server
from tests.sources.postgres.conftest import Make
from vigie.sources.postgres import PostgresSource

RESERVED = {"superuser_reserved_connections": "3", "reserved_connections": "10", "max_connections": "40"}


@pytest.fixture(scope="module", params=PACKAGED)
def newer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server of each release."""
    release: int = request.param
    folder = tmp_path_factory.mktemp(f"postgres{release}")
    with postgres_server(folder, None, packaged(release), **RESERVED) as server:
        yield server


async def test_everything_is_read(newer: PostgresServer, make: Make, request: pytest.FixtureRequest) -> None:
    newer.run("drop role if exists watcher", "create role watcher login password 'w'", "grant pg_monitor to watcher")
    poll = await make(newer.dsn("watcher", "w"), signups=False).poll()
    assert poll.problems == ()
    values = {family.name: series for family, series in poll.families.values.items()}
    standbys = {"pg_stat_replication_pg_wal_lsn_diff", "vigie_postgres_standby_lag_seconds"}
    signups = {family.name for family in PostgresSource.families if "signups" in family.name}
    assert {name for name, series in values.items() if series} == {
        family.name for family in PostgresSource.families
    } - standbys - signups
    release = request.node.callspec.params["newer"]
    ((_, short_version),) = values["pg_static"]
    assert short_version.startswith(f"{release}.")
    assert values["pg_settings_max_connections"] == {(): 40}
    assert values["pg_settings_superuser_reserved_connections"] == {(): 3}
    assert values["pg_settings_reserved_connections"] == {(): 10}
