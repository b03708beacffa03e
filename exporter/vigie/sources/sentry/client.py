"""Asking Sentry: its endpoints, the scope that each needs, and pages. Endpoints as of the schema's release 0.272."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from vigie.core.api import Api, Query, Reply, Vendor
from vigie.core.source import Context
from vigie.errors import Reason, SourceError
from vigie.sources.sentry.answers import (
    QUANTITY,
    About,
    Health,
    Issue,
    Project,
    Sessions,
    Span,
    Statistics,
    Table,
    Units,
)
from vigie.sources.sentry.config import SentryConfig
from vigie.sources.sentry.families import SESSIONS_WINDOW, TRANSACTIONS_WINDOW
from vigie.sources.sentry.hours import Window
from vigie.sources.sentry.parse import hits, next_cursor, rate_limit

PAGE = 100
"""Rows of a page: the most that Sentry gives."""
PAGES = 30
_WHERE = "in Settings > Custom Integrations; it needs org:read, project:read and event:read"

Answer = TypeVar("Answer")
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A path below the organization, and the scope without which it answers 403."""

    name: str
    scope: str = "org:read"


PROJECTS = Endpoint("projects")
STATISTICS = Endpoint("stats_v2")
EVENTS = Endpoint("events")
ISSUES = Endpoint("issues", "event:read")
SESSIONS_OF = Endpoint("sessions")


class Client:
    """
    Sentry's API as the source uses it.

    Attributes:
        limits: Requests allowed and left, by endpoint, as of the last answer.
    """

    def __init__(self, config: SentryConfig, context: Context) -> None:
        self._config = config
        vendor = Vendor(
            name="Sentry",
            base_url=f"{config.base_url}/api/0/organizations/{config.organization}",
            headers={"authorization": f"Bearer {config.token.get_secret_value()}"},
            auth_hint="check `token`; it must be that of an internal integration of this organization",
            scope_hint="",
            reset_header="x-sentry-rate-limit-reset",
        )
        self._api = Api(vendor, context, config.timeout / 2)
        self.limits: dict[str, tuple[float, float]] = {}

    async def projects(self) -> list[Project]:
        """Every project that the token can see."""
        found: list[Project] = []
        query: dict[str, str | int] = {"per_page": PAGE}
        for _ in range(PAGES):
            reply = await self._get(PROJECTS, list[Project], query)
            found += reply.body
            cursor = next_cursor(reply.headers)
            if cursor is None:
                return found
            query["cursor"] = cursor
        raise _too_long("projects")

    async def clock(self) -> Span:
        """From when to when the statistics of the last hour go."""
        query: Query = {"field": QUANTITY, "groupBy": "outcome", "category": "error", "statsPeriod": "1h"}
        return (await self._get(STATISTICS, Span, query)).body

    async def statistics(self, window: Window) -> Statistics:
        """Sums of events in a window."""
        return (await self._get(STATISTICS, Statistics, window.query)).body

    async def unresolved(self, project: str) -> int:
        """Unresolved issues of a project, given its id."""
        query: Query = {
            "project": project,
            "query": "is:unresolved",
            "statsPeriod": "90d",
            "collapse": "stats",
            "limit": 1,
        }
        return hits((await self._get(ISSUES, list[Issue], query)).headers)

    async def transactions(self) -> Table:
        """Figures of each project's transactions; `transactions` is no longer a dataset of its own."""
        columns = ("count", "p50", "p95", "p99")
        query: dict[str, str | int | list[str]] = {
            "dataset": "spans",
            "field": [
                "project",
                *(f"{name}(span.duration)" for name in columns),
                "failure_rate()",
                "http_response_rate(5)",
            ],
            "query": "is_transaction:true",
            "sort": "-count(span.duration)",
            "statsPeriod": TRANSACTIONS_WINDOW,
            "project": -1,
            "per_page": PAGE,
            **self._environment,
        }
        table = Table([], About(Units()))
        for _ in range(PAGES):
            reply = await self._get(EVENTS, Table, query)
            table = Table([*table.data, *reply.body.data], reply.body.meta)
            cursor = next_cursor(reply.headers)
            if cursor is None:
                return table
            query["cursor"] = cursor
        raise _too_long("transactions by project")

    async def sessions(self) -> Sessions:
        """Release health of each project."""
        query: Query = {
            "field": list(Health.__struct_encode_fields__),
            "groupBy": "project",
            "statsPeriod": SESSIONS_WINDOW,
            "interval": "1h",
            "includeSeries": 0,
            "project": -1,
            **self._environment,
        }
        return (await self._get(SESSIONS_OF, Sessions, query)).body

    async def close(self) -> None:
        """Give the connection up."""
        await self._api.close()

    @property
    def _environment(self) -> dict[str, str]:
        return {"environment": self._config.environment} if self._config.environment else {}

    async def _get(self, endpoint: Endpoint, answer: type[Answer], query: Query) -> Reply[Answer]:
        try:
            reply = await self._api.get(f"/{endpoint.name}/", answer, query)
        except SourceError as error:
            raise _explained(error, endpoint, str(query.get("environment", ""))) from None
        limit = rate_limit(reply.headers)
        if limit is not None:
            self.limits[endpoint.name] = limit
        return reply


def _explained(error: SourceError, endpoint: Endpoint, environment: str) -> SourceError:
    named = f", and that there is an environment {environment!r} (`environment`)" if environment else ""
    hints = {
        Reason.FORBIDDEN: f"; give the token the scope {endpoint.scope} {_WHERE}",
        Reason.NOT_FOUND: f" and `organization`{named}",
    }
    message = f"{error}{hints.get(error.reason, '')}"
    return SourceError(error.reason, message, retry_after=error.retry_after)


def _too_long(what: str) -> SourceError:
    return SourceError(Reason.BAD_PAYLOAD, f"Sentry's list of {what} does not end after {PAGES * PAGE}")
