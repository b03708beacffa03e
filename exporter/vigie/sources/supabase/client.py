"""The Management API: what is asked, and what a refusal means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from vigie.core.api import Api, Reply, Vendor
from vigie.core.source import Context
from vigie.errors import Reason, SourceError
from vigie.sources.supabase import queries
from vigie.sources.supabase.answers import Attempts, Gathered, Logs, Project, ServiceHealth
from vigie.sources.supabase.config import SupabaseConfig
from vigie.sources.supabase.queries import By

PROJECT_RIGHT = "project_admin_read"
LOGS_RIGHT = "analytics_logs_read"
_AUTH_HINT = "check sources.supabase.token: access tokens are made under Account > Access Tokens"
_LONGEST = 160

Row = TypeVar("Row")
Body = TypeVar("Body")


class RefusedError(SourceError):
    """The logs did not take a question, with status 200."""


class Client:
    """
    The questions that Vigie asks.

    Attributes:
        left: Requests that the token's owner may still send in this minute, as the last answer said.
    """

    def __init__(self, config: SupabaseConfig, context: Context) -> None:
        self._config = config
        bearer = {"authorization": f"Bearer {config.token.get_secret_value()}"}
        vendor = Vendor("Supabase", config.base_url, bearer, _AUTH_HINT, scope_hint="")
        # Half of the deadline: when the logs are slow, what was read before them is still exported
        self._api = Api(vendor, context, config.timeout / 2)
        self._columns: Sequence[str] = queries.COLUMNS
        self.left: str | None = None

    async def project(self) -> Project:
        """Name and status."""
        with _needing(PROJECT_RIGHT):
            return self._noting(await self._api.get(self._path(""), Project))

    async def health(self) -> list[ServiceHealth]:
        """The status of each configured service."""
        with _needing(PROJECT_RIGHT):
            query = {"services": [str(service) for service in self._config.services]}
            return self._noting(await self._api.get(self._path("/health"), list[ServiceHealth], query))

    async def minutes(self, start: float, stop: float) -> list[Attempts]:
        """Attempts to sign in by minute and outcome, the earliest first; `ROWS` of them mean that there are more."""
        return await self._ask(queries.minutes, start, stop, Attempts)

    async def failures(self, by: By, start: float, stop: float) -> list[Gathered]:
        """Failures by account or address."""
        left_out = self._config.shared_addresses if by == "address" else ()

        def question(column: str) -> str:
            return queries.failures(column, by, self._config.burst, left_out)

        return await self._ask(question, start, stop, Gathered)

    async def close(self) -> None:
        """Give the connection up."""
        await self._api.close()

    async def _ask(self, question: Callable[[str], str], start: float, stop: float, row: type[Row]) -> list[Row]:
        """Ask with the name of the column that worked last, or with each that it may have."""
        refusals = []
        for column in self._columns:
            try:
                rows = await self._rows(question(column), start, stop)
            except RefusedError as refusal:
                refusals.append(refusal)
                continue
            self._columns = (column,)
            return _typed(rows, row)
        self._columns = queries.COLUMNS
        raise refusals[0]

    async def _rows(self, sql: str, start: float, stop: float) -> list[Any]:
        query = {"sql": sql, "iso_timestamp_start": _date(start), "iso_timestamp_end": _date(stop)}
        with _needing(LOGS_RIGHT):
            body = self._noting(await self._api.get(self._path("/analytics/endpoints/logs"), Logs, query))
        if body.error:
            raise RefusedError(Reason.UPSTREAM, f"Supabase did not answer a question to the logs: {_words(body.error)}")
        if body.result is None:
            raise SourceError(
                Reason.BAD_PAYLOAD, "Supabase answered a question to the logs with neither rows nor error"
            )
        return body.result

    def _path(self, rest: str) -> str:
        return f"/v1/projects/{self._config.project}{rest}"

    def _noting(self, reply: Reply[Body]) -> Body:
        self.left = reply.headers.get("x-ratelimit-remaining", self.left)
        return reply.body


@contextmanager
def _needing(right: str) -> Iterator[None]:
    """Name the right that a refusal asks for."""
    try:
        yield
    except SourceError as error:
        if error.reason is not Reason.FORBIDDEN:
            raise
        where = "give the token the permission"
        raise SourceError(Reason.FORBIDDEN, f"{error}; {where} {right} (Account > Access Tokens)") from None


def _typed(rows: list[Any], row: type[Row]) -> list[Row]:
    """Read rows whose numbers may be written as text, as ClickHouse does with large ones."""
    try:
        return msgspec.convert(rows, list[row], strict=False)  # type: ignore[valid-type]  # it is a type at run time
    except msgspec.ValidationError as error:
        raise SourceError(
            Reason.BAD_PAYLOAD, f"Supabase answered with other rows than were asked for: {error}"
        ) from None


def _words(error: Any) -> str:
    message = error.get("message") if isinstance(error, dict) else error
    text = message if isinstance(message, str) else msgspec.json.encode(error).decode()
    return " ".join(text.split())[:_LONGEST]


def _date(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
