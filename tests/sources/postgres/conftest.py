"""One PostgreSQL for all tests of the source, made like Supabase's, and sources that read it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
import structlog

from tests.real.postgres import PostgresServer, postgres_server
from tests.sources.postgres.supabase import SUPABASE, install
from vigie.core.source import Context
from vigie.sources.postgres import PostgresConfig, PostgresSource

Make = Callable[..., PostgresSource]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server like Supabase's on which the shipped SQL has been run as `postgres`."""
    with postgres_server(tmp_path_factory.mktemp("postgres"), max_connections="20") as running:
        running.run(SUPABASE)
        install(running)
        yield running


@pytest.fixture
def now() -> list[float]:
    """Vigie's clock: its one number is the Unix time."""
    return [1_800_000_000.0]


@pytest_asyncio.fixture
async def make(now: list[float]) -> AsyncIterator[Make]:
    """Make sources from a DSN and settings; they are closed with the test."""
    made: list[PostgresSource] = []

    def source(dsn: str, **settings: object) -> PostgresSource:
        config = PostgresConfig.model_validate({"dsn": dsn, **settings})
        context = Context("shop", structlog.stdlib.get_logger(), lambda: now[0])
        made.append(PostgresSource(config, context))
        return made[-1]

    yield source
    for each in made:
        await each.close()


@pytest.fixture
def dsn(server: PostgresServer) -> str:
    """The server's URL for the role `vigie`."""
    return server.dsn("vigie", "vigie-secret")
