"""
The one connection to a server, good for a direct address and for a pooler in session or transaction mode.

A query goes out as one message, settings first: PostgreSQL makes such a message one transaction, so that a pooler
keeps it on one connection, `SET LOCAL` ends with it, and an error leaves nothing open. Nothing is ever prepared.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row

from vigie.errors import Reason, SourceError
from vigie.sources.postgres.config import parameters
from vigie.sources.postgres.failures import explain
from vigie.sources.postgres.reading import Reading

_HANG_UP = 0.5
"""Seconds in which a query that nobody waits for any more is cancelled on the server."""

_SETTINGS = "set transaction read only; set local search_path = pg_catalog; set local statement_timeout = {}; "

Connection = psycopg.AsyncConnection[DictRow]


class Server:
    """
    A PostgreSQL server that is asked one thing at a time over one connection, made when it is first needed.

    Args:
        dsn: libpq's URL or `key=value` string; what it says wins over the defaults here.
        timeout: Seconds that a poll may take; connecting may take half of them.
    """

    def __init__(self, dsn: str, timeout: float) -> None:
        given = parameters(dsn)
        defaults: dict[str, str | int] = {
            "application_name": "vigie",
            "connect_timeout": max(2, int(timeout / 2)),
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": int(timeout * 1000),
        }
        self._conninfo = make_conninfo("", **{**defaults, **given})
        self._password = given.get("password", "")
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()
        self._hanging_up: asyncio.Task[None] | None = None
        self.place = f"{given.get('host', 'localhost')}:{given.get('port', '5432')}/{given.get('dbname', '')}"

    @property
    def connected(self) -> bool:
        """Whether the connection is there after the last query."""
        return self._connection is not None

    async def ask(self, reading: Reading, seconds: float) -> list[dict[str, Any]]:
        """
        Run one query, which the server ends after `seconds`.

        When the caller is cancelled, so is the query on the server, and the connection is given up.

        Raises:
            SourceError: It failed; `connected` says whether the connection outlived it.
        """
        async with self._turn:
            if self._hanging_up:
                await asyncio.shield(self._hanging_up)
            try:
                return await self._ask(reading.sql, seconds)
            except psycopg.Error as error:
                raise explain(error, self.place, f"reading {reading.what}", self._password, reading.remedy) from error
            except UnicodeDecodeError as error:
                message = f"{self.place}: reading {reading.what}: a name is not valid text"
                raise SourceError(Reason.BAD_PAYLOAD, message) from error

    async def close(self) -> None:
        """Give up the connection."""
        if self._hanging_up:
            await asyncio.shield(self._hanging_up)
        if self._connection:
            await self._connection.close()
            self._connection = None

    async def _ask(self, sql: str, seconds: float) -> list[dict[str, Any]]:
        """Ask over the open connection; where it has broken since the last time, once more over a new one."""
        reused = self.connected
        try:
            return await self._watch(sql, seconds)
        except psycopg.OperationalError:
            if self.connected or not reused:
                raise
        return await self._watch(sql, seconds)

    async def _watch(self, sql: str, seconds: float) -> list[dict[str, Any]]:
        """Execute in a task of its own, since psycopg makes who cancels it wait for the server."""
        work = asyncio.create_task(self._execute(sql, seconds))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            self._hanging_up = asyncio.create_task(_hang_up(self._connection, work))
            self._connection = None
            raise

    async def _execute(self, sql: str, seconds: float) -> list[dict[str, Any]]:
        connection = self._connection = self._connection or await self._connect()
        try:
            cursor = await connection.execute((_SETTINGS.format(max(1, int(seconds * 1000))) + sql).encode())
            while cursor.nextset():
                pass
            return await cursor.fetchall()
        finally:
            if connection.pgconn.transaction_status != TransactionStatus.IDLE:
                self._connection = None
                await connection.close()

    async def _connect(self) -> Connection:
        try:
            return await psycopg.AsyncConnection.connect(
                self._conninfo, autocommit=True, prepare_threshold=None, row_factory=dict_row
            )
        except psycopg.Error as error:
            raise explain(error, self.place, "connecting", self._password) from error
        except UnicodeError as error:  # from Python's getaddrinfo, for a label that is empty or too long
            raise SourceError(Reason.NETWORK, f"{self.place}: connecting: the host in `dsn` is not a name") from error


async def _hang_up(connection: Connection | None, work: asyncio.Task[Any]) -> None:
    """End `work` that nobody waits for any more, on the server too, without trusting the server to answer."""
    if connection is None:
        work.cancel()
        await asyncio.wait([work])
        return
    with contextlib.suppress(psycopg.Error, OSError):
        await connection.cancel_safe(timeout=_HANG_UP)
    _cut(connection)
    await asyncio.gather(work, return_exceptions=True)
    await connection.close()


def _cut(connection: Connection) -> None:
    """Shut the socket, so that who waits for it wakes."""
    with contextlib.suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(connection.fileno())) as wire:
        wire.shutdown(socket.SHUT_RDWR)
