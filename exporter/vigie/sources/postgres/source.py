"""Poll a PostgreSQL server: every reading over one connection, the costly ones less often."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import ClassVar

from vigie.core.families import Families, Family, gauge
from vigie.core.source import Context, Poll, Source, SourceConfig
from vigie.errors import Reason, SourceError
from vigie.sources.postgres.config import PostgresConfig
from vigie.sources.postgres.lent import CATALOGUE, Lent, read_catalogue
from vigie.sources.postgres.reading import Reading, Rows, fill
from vigie.sources.postgres.readings import (
    CONNECTIONS,
    DATABASES,
    HEALTH,
    HEALTH_SECONDS,
    LOCKS,
    SERVER,
    SIZES,
    STANDBYS,
    VERSION,
)
from vigie.sources.postgres.server import Server
from vigie.sources.postgres.signups import SIGNUPS, countable

EACH_POLL = (VERSION, SERVER, CONNECTIONS, DATABASES, LOCKS, STANDBYS)
SLOW = (SIZES, SIGNUPS)

_SHARE = 0.9
"""Share of the deadline after which the server itself ends a query, so that the connection outlives it."""

_SUMMARY = Reading(
    "the summary",
    (),
    """
    select
        current_setting('server_version') as version,
        current_user as role,
        (select sum(numbackends) from pg_stat_database) as connections,
        current_setting('max_connections') as allowed,
        pg_has_role('pg_read_all_stats', 'usage') as sees_states
    """,
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a slow reading gave: when it was tried, the last rows and when they were read, and the problem if any."""

    tried: float
    rows: Rows
    read: float
    problem: SourceError | None = None


class PostgresSource(Source[PostgresConfig]):
    """One PostgreSQL server, seen through one of its databases."""

    config_type: ClassVar[type[SourceConfig]] = PostgresConfig
    families: ClassVar[tuple[Family, ...]] = (
        HEALTH_SECONDS,
        *(family for reading in (*EACH_POLL, *SLOW) for family in reading.families),
    )
    up: ClassVar[Family | None] = gauge("pg_up", "Whether the last poll reached the server (1) or not (0).")

    def __init__(self, config: PostgresConfig, context: Context) -> None:
        super().__init__(config, context)
        self._server = Server(config.dsn.get_secret_value(), config.timeout)
        self._kept: dict[Reading, _Kept] = {}
        self._ends = 0.0

    async def poll(self) -> Poll:
        """
        Read everything that is due.

        Raises:
            SourceError: The server was not reached, or was lost on the way.
        """
        lent = await self._begin()
        families, problems = Families(), list[SourceError]()
        families.add(HEALTH_SECONDS, await self._health())
        for reading in EACH_POLL:
            try:
                fill(reading, await self._ask(lent.borrow(reading)), families)
            except SourceError as problem:
                problems += await self._in_pieces(reading, lent, self._unless_lost(problem), families)
        for reading in SLOW if self.config.signups else (SIZES,):
            kept = self._kept[reading] = await self._slow(reading, lent)
            fresh = self.context.now() - kept.read < 4 * self.config.slow_interval
            fill(reading, kept.rows if fresh else (), families)
            problems += [kept.problem] if kept.problem else []
        return Poll(families, tuple(problems))

    async def describe(self) -> str:
        """
        Say which server answers, as whom, and how full it is.

        Raises:
            SourceError: The server was not reached.
        """
        lent = await self._begin()
        seen = (await self._ask(_SUMMARY))[0]
        sees = seen["sees_states"] or "activity" in lent.functions
        blind = "" if sees else "; run vigie/sources/postgres.sql to see the states of other roles' connections"
        return (
            f"PostgreSQL {str(seen['version']).split()[0]} as {seen['role']},"
            f" {seen['connections']} of {seen['allowed']} connections{blind}"
        )

    async def close(self) -> None:
        """Give up the connection."""
        await self._server.close()

    async def _begin(self) -> Lent:
        """Start the clock, make or mend the connection, and see what there is."""
        self._ends = time.monotonic() + self.config.timeout * _SHARE
        return read_catalogue(await self._ask(CATALOGUE))

    async def _health(self) -> float:
        """Seconds that the shortest query takes."""
        started = time.perf_counter()
        await self._ask(HEALTH)
        return time.perf_counter() - started

    async def _ask(self, reading: Reading) -> Rows:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise SourceError(Reason.TIMEOUT, f"{reading.what}: left out, the readings before it took all the time")
        return await self._server.ask(reading, left)

    async def _in_pieces(
        self, reading: Reading, lent: Lent, problem: SourceError, families: Families
    ) -> list[SourceError]:
        """Read each family alone where the server refused all together; what is still missing, and why."""
        if problem.reason is Reason.TIMEOUT:
            return [problem]
        refused = []
        for piece in reading.pieces:
            try:
                fill(piece, await self._ask(lent.borrow(piece)), families)
            except SourceError as error:
                refused.append(self._unless_lost(error))
        return refused if len(refused) < len(reading.pieces) else [problem]

    def _unless_lost(self, problem: SourceError) -> SourceError:
        """The problem of one reading; without a connection it is the end of the poll."""
        if not self._server.connected:
            raise problem
        return problem

    async def _slow(self, reading: Reading, lent: Lent) -> _Kept:
        """Read what is due, else give what is kept; the numbers outlive a failed reading."""
        now = self.context.now()
        kept = self._kept.get(reading)
        if kept and not self._due(kept, now):
            return kept
        try:
            rows = await self._ask(reading) if reading is not SIGNUPS or countable(lent) else ()
            fill(reading, rows, Families())
        except SourceError as error:
            rows, read = (kept.rows, kept.read) if kept else ((), now)
            return _Kept(now, rows, read, self._unless_lost(error))
        return _Kept(now, rows, now)

    def _due(self, kept: _Kept, now: float) -> bool:
        """Failures that cost the server nothing are tried again at once, so that a remedy shows."""
        cheap = kept.problem is not None and kept.problem.reason is not Reason.TIMEOUT
        return cheap or not kept.tried <= now < kept.tried + self.config.slow_interval
