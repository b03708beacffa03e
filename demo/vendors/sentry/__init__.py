"""
Sentry's web API, as far as Vigie asks it, after getsentry/sentry-api-schema and the code in getsentry/sentry.

Like the vendor: statistics are sums per full hour that are complete only after a while, a window is rounded outwards to
hours (by one rule in older versions, by another in newer ones), ranges beyond now are cut, lists are paged by the
`Link` header with a cursor even after the last page, counts of issues end at 1000, and each endpoint has its own limit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.vendors.framework import RateLimit, SimulatedVendor, wave
from demo.vendors.sentry.world import HOUR, Burst, Figures, Flow, Project, World

__all__ = ["Burst", "Figures", "Flow", "Project", "Sentry", "World"]

MOST_HITS = 1000
_PERIOD = re.compile(r"(\d+)([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


class Sentry(SimulatedVendor):
    """One organization."""

    name = "sentry"
    world: World

    def __init__(self, world: World | None = None, **options: Callable[[], float]) -> None:
        super().__init__(**options)
        self.world = world or World()
        self.limits: dict[str, RateLimit] = {}
        """By endpoint."""

    def routes(self) -> Sequence[Route]:
        """The paths below the organization."""
        endpoints = {
            "projects": ("org:read", self._projects),
            "stats_v2": ("org:read", self._statistics),
            "events": ("org:read", self._events),
            "issues": ("event:read", self._issues),
            "sessions": ("org:read", self._sessions),
        }
        return [
            Route(f"/api/0/organizations/{{organization}}/{name}/", self._guarded(name, scope, answer))
            for name, (scope, answer) in endpoints.items()
        ]

    def _guarded(self, name: str, scope: str, answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
        def respond(request: Request) -> Response:
            limit = self.limits.setdefault(name, RateLimit(self.world.limit, 1.0))
            limit.limit = self.world.limit
            wait = limit.take(self.now())
            response = self._refusal(request, scope, wait) or self._answer(answer, request)
            response.headers["x-sentry-rate-limit-limit"] = str(limit.limit)
            response.headers["x-sentry-rate-limit-remaining"] = str(limit.remaining)
            response.headers["x-sentry-rate-limit-reset"] = str(math.ceil(self.now() + (wait or 1.0)))
            return response

        return respond

    def _refusal(self, request: Request, scope: str, wait: float | None) -> Response | None:
        if wait is not None:
            return _error(429, "You are attempting to use this endpoint too frequently.")
        if request.headers.get("authorization") != f"Bearer {self.world.token}":
            return _error(401, "Invalid token")
        if scope not in self.world.scopes:
            return _error(403, "You do not have permission to perform this action.")
        if request.path_params["organization"] != self.world.organization:
            return _error(404, "The requested resource does not exist")
        return None

    @staticmethod
    def _answer(answer: Callable[[Request], Response], request: Request) -> Response:
        try:
            return answer(request)
        except ValueError as error:
            return _error(400, str(error))

    def _projects(self, request: Request) -> Response:
        rows = [{"id": project.id, "slug": project.slug, "name": project.slug} for project in self.world.projects]
        page, link = self._page(request, rows)
        return JSONResponse(page, headers=link)

    def _statistics(self, request: Request) -> Response:
        query = request.query_params
        if not query.getlist("groupBy") or query.get("field") not in {"sum(quantity)", "sum(times_seen)"}:
            raise ValueError('At least one "field" and "groupBy" is required.')
        if "category" not in query.getlist("groupBy") and not query.getlist("category"):
            raise ValueError("Query must have category as groupby or filter")
        start, end = self._hours(query)
        sums: dict[tuple[tuple[str, str | int], ...], int] = {}
        for row, quantity in self._happened(start, end):
            if quantity and (not query.getlist("category") or row["category"] in query.getlist("category")):
                key = tuple((name, row[name]) for name in query.getlist("groupBy"))
                sums[key] = sums.get(key, 0) + quantity
        groups = [{"by": dict(key), "totals": {"sum(quantity)": quantity}} for key, quantity in sums.items()]
        return JSONResponse({"start": _iso(start), "end": _iso(end), "groups": groups})

    def _happened(self, start: float, end: float) -> Iterable[tuple[Mapping[str, str | int], int]]:
        for flow in self.world.flows:
            quantity = flow.between(start, min(end, self.now() - self.world.lag))
            yield {"project": int(flow.project), "category": flow.category, "outcome": flow.outcome}, quantity
        for burst in self.world.bursts:
            seen = start <= burst.at < end and burst.at + burst.late <= self.now()
            row: dict[str, str | int] = {
                "project": int(burst.project),
                "category": burst.category,
                "outcome": burst.outcome,
            }
            yield row, burst.quantity * seen

    def _hours(self, query: QueryParams) -> tuple[float, float]:
        """The window as Sentry rounds it."""
        if query.get("interval", "1h") != "1h":
            raise ValueError("The interval has to be a multiple of the minimum interval of one hour.")
        start, end = self._window(query)
        if start > end:
            raise ValueError("start must be before end")
        if self.world.old_rounding:
            end = end + 1 if "end" in query else end
            length = math.ceil((end - start) / HOUR) * HOUR
            rounded = math.ceil(end / HOUR) * HOUR
            cut = (math.floor(self.now() / 60) + 1) * 60
            return rounded - length, float(cut if rounded > self.now() else rounded)
        start = math.floor(min(start, self.now()) / HOUR) * HOUR
        return start, start + math.ceil((end - start) / HOUR) * HOUR

    def _window(self, query: QueryParams) -> tuple[float, float]:
        if "start" in query:
            return _moment(query["start"]), _moment(query["end"])
        period = _PERIOD.fullmatch(query.get("statsPeriod", "90d"))
        if period is None:
            raise ValueError("Invalid statsPeriod")
        return self.now() - int(period[1]) * _SECONDS[period[2]], self.now()

    def _events(self, request: Request) -> Response:
        query = request.query_params
        if query.get("dataset") not in self.world.datasets:
            raise ValueError(f"dataset must be one of: {', '.join(self.world.datasets)}")
        if query.get("query") != "is_transaction:true":
            raise ValueError("this simulator knows transactions only")
        if query.get("sort", "").lstrip("-") not in query.getlist("field"):
            raise ValueError("Cannot sort by a field that is not selected")
        projects = [project for project in self._watched(query) if project.transactions is not None]
        rows = [{name: _column(project, name, self.now()) for name in query.getlist("field")} for project in projects]
        page, link = self._page(request, rows)
        durations = [name for name in query.getlist("field") if name.startswith("p") and "duration" in name]
        units = {name: self.world.unit if name in durations else None for name in query.getlist("field")}
        meta = {"fields": dict.fromkeys(query.getlist("field"), "number"), "units": units, "dataset": "spans"}
        return JSONResponse({"data": page, "meta": meta}, headers=link)

    def _issues(self, request: Request) -> Response:
        query = request.query_params
        if query.get("query", "is:unresolved") != "is:unresolved":
            raise ValueError("this simulator knows unresolved issues only")
        total = sum(project.unresolved for project in self._watched(query))
        shown = min(total, int(query.get("limit", "100")))
        rows = [{"id": str(number), "title": "Ann Smith <ann@example.com> failed"} for number in range(shown)]
        headers = {"x-hits": str(min(total, MOST_HITS)), "x-max-hits": str(MOST_HITS)}
        return JSONResponse(rows, headers=headers)

    def _sessions(self, request: Request) -> Response:
        query = request.query_params
        start, end = self._hours(query)
        groups = [
            {
                "by": {"project": int(project.id)},
                "totals": {
                    "sum(session)": project.sessions,
                    "crash_free_rate(session)": project.crash_free_sessions,
                    "crash_free_rate(user)": project.crash_free_users,
                },
            }
            for project in self._watched(query)
        ]
        return JSONResponse({"start": _iso(start), "end": _iso(end), "query": "", "intervals": [], "groups": groups})

    def _watched(self, query: QueryParams) -> list[Project]:
        if query.get("environment", self.world.environment) != self.world.environment:
            return []
        wanted = query.getlist("project")
        return [project for project in self.world.projects if "-1" in wanted or project.id in wanted]

    def _page(self, request: Request, rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, str]]:
        size = min(int(request.query_params.get("per_page", "100")), self.world.page)
        offset = int(request.query_params.get("cursor", "0:0:0").split(":")[1])
        more = str(offset + size < len(rows)).lower()
        url = request.url.remove_query_params("cursor")
        link = (
            f'<{url}&cursor=0:{max(offset - size, 0)}:1>; rel="previous"; results="{str(offset > 0).lower()}"; '
            f'cursor="0:{max(offset - size, 0)}:1", '
            f'<{url}&cursor=0:{offset + size}:0>; rel="next"; results="{more}"; cursor="0:{offset + size}:0"'
        )
        return rows[offset : offset + size], {"link": link}


def _column(project: Project, name: str, now: float) -> str | float | None:
    figures = project.transactions or Figures()
    columns: dict[str, float | None] = {
        "count(span.duration)": figures.count,
        "p50(span.duration)": figures.p50,
        "p95(span.duration)": figures.p95,
        "p99(span.duration)": figures.p99,
        "failure_rate()": figures.failure_rate,
        "http_response_rate(5)": figures.server_error_rate,
    }
    if name == "project":
        return project.slug
    if name not in columns:
        raise ValueError(f"Invalid field: {name}")
    value = columns[name]
    return value if value is None else value * wave(now, figures.swing)


def _moment(text: str) -> float:
    return float(text) if text.isdecimal() else datetime.fromisoformat(text).timestamp()


def _iso(time: float) -> str:
    return datetime.fromtimestamp(int(time), UTC).isoformat().replace("+00:00", "Z")


def _error(status: int, detail: str) -> Response:
    return JSONResponse({"detail": detail}, status_code=status)
