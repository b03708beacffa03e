"""
Supabase's Management API as far as Vigie asks it, and the metrics feed that Prometheus scrapes of a project.

Like the vendor: a refused log query has status 200 and an `error`, windows are whole minutes and 24 hours at most,
lines show up late and now and then twice, and all tokens of a person share the requests of a minute. Lines are those
that Supabase Auth writes: a refused password does not say whose it was. What happens is a function of the clock and a
seed, so that nothing has to run: `World.lines` and `World.attacks` add to it.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from demo.vendors.clickhouse import QueryError, query
from demo.vendors.framework import RateLimit, SimulatedVendor
from demo.vendors.supabase_life import MINUTE, Attack, Line, guesses, row, usual
from demo.vendors.supabase_metrics import exposition

DAY = 86400.0
SERVICES = ("auth", "db", "db_postgres_user", "pg_bouncer", "pooler", "realtime", "rest", "storage")
PROJECT_RIGHT = "project_admin_read"
LOGS_RIGHT = "analytics_logs_read"


class World(msgspec.Struct):
    """
    One project, and the person whose token it is.

    Attributes:
        rights: What the token may do.
        column: What the logs call the column of the service.
        sign_ins: Attempts an hour, without attacks.
        failing: Share of them that fails.
        codes: Whether the logs hold error codes.
        empty: Whether the logs answer with nothing, as they do now and then.
        secret_key: Opens the metrics feed.
    """

    token: str = "demo"  # noqa: S105 - made up
    secret_key: str = "demo"  # noqa: S105 - made up
    ref: str = "abcdefghijklmnopqrst"
    name: str = "demo"
    status: str = "ACTIVE_HEALTHY"
    services: dict[str, str] = msgspec.field(default_factory=lambda: dict.fromkeys(SERVICES, "ACTIVE_HEALTHY"))
    rights: list[str] = msgspec.field(default_factory=lambda: [PROJECT_RIGHT, LOGS_RIGHT])
    column: str = "source"
    seed: int = 1
    sign_ins: float = 90.0
    failing: float = 0.12
    codes: bool = True
    empty: bool = False
    retention: float = DAY
    lines: list[Line] = msgspec.field(default_factory=list)
    attacks: list[Attack] = msgspec.field(default_factory=list)
    requests_per_minute: int = 120
    log_queries_per_minute: int = 30


@dataclass(frozen=True, slots=True)
class _Refusal(Exception):  # noqa: N818 - an answer, not a fault
    status: int
    body: Mapping[str, Any]


class Supabase(SimulatedVendor):
    """One project."""

    name = "supabase"
    world: World

    def __init__(self, world: World | None = None) -> None:
        super().__init__()
        self.begin(world or World())

    def begin(self, world: World) -> None:
        """Start over with this world: nothing was asked, nothing is wrong."""
        self.world, self.fault = world, None
        self.seen.clear()
        self._minute = RateLimit(self.world.requests_per_minute, MINUTE)
        self._log_minute = RateLimit(self.world.log_queries_per_minute, MINUTE)

    def routes(self) -> Sequence[Route]:
        """The paths of the Management API, and of the project itself."""
        project = "/v1/projects/{ref}"
        return [
            Route(project, self._answering(self._project, PROJECT_RIGHT)),
            Route(f"{project}/health", self._answering(self._health, PROJECT_RIGHT)),
            Route(f"{project}/analytics/endpoints/logs", self._answering(self._logs, LOGS_RIGHT)),
            Route(f"{project}/analytics/endpoints/logs.all", self._answering(self._removed, LOGS_RIGHT)),
            Route("/customer/v1/privileged/metrics", self._metrics),
        ]

    def attempts(self, start: float, stop: float) -> list[Line]:
        """Every request to Supabase Auth between two times: what the totals must come to."""
        return [line for line in self._happened(start, stop) if start <= line.at < stop]

    def _answering(self, answer: Callable[[Request], Any], right: str) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            headers = self._counted(request)
            try:
                self._admit(request, right, headers)
                return JSONResponse(answer(request), headers=headers)
            except _Refusal as refusal:
                return JSONResponse(refusal.body, status_code=refusal.status, headers=headers)

        return endpoint

    def _counted(self, request: Request) -> dict[str, str]:
        """Take the request from the allowances; the headers that say so."""
        now, logs = self.now(), request.url.path.endswith("/logs")
        self._minute.limit, self._log_minute.limit = self.world.requests_per_minute, self.world.log_queries_per_minute
        waits = [self._minute.take(now), self._log_minute.take(now) if logs else None]
        narrow = self._log_minute if logs else self._minute
        wait = max((wait for wait in waits if wait is not None), default=None)
        headers = {
            "x-ratelimit-limit": str(narrow.limit),
            "x-ratelimit-remaining": str(narrow.remaining),
            "x-ratelimit-reset": str(math.ceil(wait or MINUTE)),
        }
        return headers if wait is None else {**headers, "retry-after": str(math.ceil(wait))}

    def _admit(self, request: Request, right: str, headers: Mapping[str, str]) -> None:
        if "retry-after" in headers:
            raise _Refusal(429, {"message": "ThrottlerException: Too Many Requests"})
        if request.headers.get("authorization") != f"Bearer {self.world.token}":
            raise _Refusal(401, {"message": "Unauthorized"})
        if request.path_params["ref"] != self.world.ref:
            raise _Refusal(404, {"message": "Project not found"})
        if right not in self.world.rights:
            raise _Refusal(403, {"message": "Your token does not have the necessary permissions"})

    def _project(self, _request: Request) -> Any:
        world = self.world
        database = {"host": f"db.{world.ref}.supabase.co", "version": "17.6.1.063", "postgres_engine": "17"}
        return {"id": world.ref, "ref": world.ref, "name": world.name, "status": world.status, "database": database}

    def _health(self, request: Request) -> Any:
        wanted = request.query_params.getlist("services")
        unknown = [service for service in wanted if service not in SERVICES]
        if not wanted or unknown:
            raise _Refusal(400, {"message": f"services: expected some of {'|'.join(SERVICES)}"})
        states = self.world.services
        return [
            {"name": service, "status": states[service], "healthy": states[service] == "ACTIVE_HEALTHY"}
            for service in wanted
            if service in states
        ]

    def _removed(self, _request: Request) -> Any:
        raise _Refusal(
            410, {"message": "The logs.all endpoint has been removed. Use analytics/endpoints/logs instead."}
        )

    def _logs(self, request: Request) -> Any:
        start, stop = self._window(request)
        now, world = self.now(), self.world
        rows = [
            row(line, codes=world.codes)
            for line in self._happened(max(start, now - world.retention), min(stop, now))
            if line.at + line.late <= now and start <= line.at < stop
            for _ in range(line.copies)
        ]
        try:
            result = query(request.query_params.get("sql", ""), [] if world.empty else rows, world.column)
        except QueryError as error:
            return {"result": None, "error": str(error)}
        return {"result": result, "error": None}

    def _window(self, request: Request) -> tuple[float, float]:
        """Whole minutes; one of them where only one end is given, the last one where none is."""
        ends = [request.query_params.get(f"iso_timestamp_{end}") for end in ("start", "end")]
        start, stop = (datetime.fromisoformat(end).timestamp() // MINUTE * MINUTE if end else None for end in ends)
        if start is None:
            stop = self.now() if stop is None else stop
            return stop - MINUTE, stop
        stop = start + MINUTE if stop is None else stop
        if stop - start > DAY:
            raise _Refusal(400, {"message": "The timestamp range must be within 24 hours"})
        return start, stop

    def _happened(self, start: float, stop: float) -> Iterator[Line]:
        """All lines of the minutes that these times touch, in no particular order."""
        yield from (line for line in self.world.lines if start <= line.at < stop)
        for minute in range(int(start // MINUTE), math.ceil(stop / MINUTE)):
            yield from usual(minute, self.world.seed, self.world.sign_ins, self.world.failing)
            for attack in self.world.attacks:
                yield from guesses(attack, minute)

    async def _metrics(self, request: Request) -> Response:
        key = base64.b64encode(f"service_role:{self.world.secret_key}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {key}":
            return PlainTextResponse("Unauthorized", status_code=401)
        return PlainTextResponse(exposition(self.world.ref, self.now()), media_type="text/plain; version=0.0.4")
