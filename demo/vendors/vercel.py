"""
Vercel's REST API, as far as Vigie asks it, and the drains that it sends; after @vercel/sdk 1.28.35 and vercel.com/docs.

Like the vendor: a bad token is answered 403, times are in milliseconds, lists go from the newest backwards with
`until`, deployments pass through their states as time goes by, what must be paid for is answered 402, an observability
query names its column after metric and aggregation, and a drain is signed over its raw body.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.vendors.framework import RateLimit, SimulatedVendor, wave

BEGAN = 1_767_225_600.0
"""2026-01-01: since when there is life."""
QUEUED, INITIALIZING = 4.0, 3.0
"""Seconds that a deployment spends in these states."""
OWNER = "team_acme0000000000000000"
_FAILS_EVERY = 9


class Deployment(Struct):
    """A deployment; it is built and ends by itself as time goes by."""

    uid: str
    project: str
    created: float
    target: str | None = "production"
    build: float = 60.0
    """Seconds."""
    ends: str = "READY"

    def state(self, now: float) -> str:
        """Where it is at that time."""
        age = now - self.created
        steps = ((QUEUED, "QUEUED"), (QUEUED + INITIALIZING, "INITIALIZING"), (self.took, "BUILDING"))
        return next((state for end, state in steps if age < end), self.ends)

    @property
    def took(self) -> float:
        """Seconds from creation to the end."""
        return QUEUED + INITIALIZING + self.build


class Project(Struct):
    """A project."""

    id: str
    name: str
    deploys_every: float = 0.0
    """Seconds between two deployments; every second one is for production. 0 for none."""
    careful: bool = False
    """Whether only previews fail."""
    attacked: bool = False
    swing: float = 0.0
    """Share by which `p75` goes up and down."""
    p75: dict[str, float] = {}
    """By metric id, in the vendor's unit; a metric that is not there had no visits."""


def _projects() -> list[Project]:
    vitals = {"lcp_ms": 2140.0, "inp_ms": 128.0, "fcp_ms": 1310.0, "ttfb_ms": 420.0, "cls": 0.07}
    return [
        Project("prj_web00000000000000000000", "acme-web", 5400.0, p75=vitals),
        Project("prj_docs0000000000000000000", "acme-docs", 19800.0),
    ]


class World(Struct):
    """What is true at Vercel."""

    token: str = "s3cr3t-of-the-demo"  # noqa: S105 - the demo's
    team_id: str = OWNER
    slug: str = "acme"
    projects: list[Project] = field(default_factory=_projects)
    deployments: list[Deployment] = []
    """Beside those that come with time."""
    deleted: list[str] = []
    """Ids of deployments that are gone."""
    lag: float = 2.0
    """Seconds until a list shows a new deployment."""
    page: int = 100
    limit: int = 1000
    """Requests a minute."""
    catalogue: bool = True
    environment: str = "environment"
    """What the dimension for production and previews is called; empty for none."""
    entitled: bool = True
    """Whether the plan has observability queries."""
    firewall: bool = True
    """Whether the plan has the attack status."""


class Vercel(SimulatedVendor):
    """One team."""

    name = "vercel"
    world: World

    def __init__(self, world: World | None = None, **options: Callable[[], float]) -> None:
        super().__init__(**options)
        self.world = world or World()
        self.queries: list[dict[str, Any]] = []
        """Bodies of the observability queries so far."""
        self._limit = RateLimit(self.world.limit, 60.0)

    def routes(self) -> Sequence[Route]:
        """The paths, as the SDK names them."""
        schema = "/v2/observability/schema"
        return [
            Route("/v10/projects", self._guarded(self._projects)),
            Route("/v7/deployments", self._guarded(self._deployments)),
            Route(schema, self._guarded(self._catalogue)),
            Route(f"{schema}/{{metric}}", self._guarded(self._metric)),
            Route("/v2/observability/query", self._query, methods=["POST"]),
            Route("/v1/security/firewall/attack-status", self._guarded(self._attacks)),
        ]

    def _guarded(self, answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
        def respond(request: Request) -> Response:
            self._limit.limit = self.world.limit
            wait = self._limit.take(self.now())
            response = self._refusal(request, wait) or answer(request)
            response.headers["x-ratelimit-limit"] = str(self.world.limit)
            response.headers["x-ratelimit-remaining"] = str(self._limit.remaining)
            response.headers["x-ratelimit-reset"] = str(int(self.now() + (wait or 60.0)))
            return response

        return respond

    def _refusal(self, request: Request, wait: float | None) -> Response | None:
        if request.headers.get("authorization") != f"Bearer {self.world.token}":
            return _error(403, "forbidden", "Not authorized", invalidToken=True)
        if wait is not None:
            limit = {"total": self.world.limit, "remaining": 0, "reset": int(self.now() + wait)}
            return _error(429, "rate_limited", "The request was rate limited", retryAfter=int(wait) + 1, limit=limit)
        query = request.query_params
        if query.get("teamId") != self.world.team_id and query.get("slug") != self.world.slug:
            return _error(403, "forbidden", "Not authorized: Trying to access resource under scope of another team")
        return None

    def _projects(self, request: Request) -> Response:
        start = int(request.query_params.get("from", "0"))
        size = min(int(request.query_params.get("limit", "20")), self.world.page)
        shown = self.world.projects[start : start + size]
        following = start + size if start + size < len(self.world.projects) else None
        rows = [
            {"id": project.id, "name": project.name, "accountId": self.world.team_id, "framework": "nextjs"}
            for project in shown
        ]
        return JSONResponse(
            {"projects": rows, "pagination": {"count": len(rows), "next": following, "prev": start or None}}
        )

    def _deployments(self, request: Request) -> Response:
        query = request.query_params
        now = self.now()
        until = float(query.get("until", "inf")) / 1000
        since = float(query.get("since", "0")) / 1000
        found = [
            deployment
            for deployment in (*self.world.deployments, *self._life(since, min(until, now)))
            if since <= deployment.created < until
            and deployment.created + self.world.lag <= now
            and deployment.uid not in self.world.deleted
            and query.get("projectId", deployment.project) == deployment.project
            and query.get("target", deployment.target or "preview") == (deployment.target or "preview")
        ]
        found.sort(key=lambda deployment: -deployment.created)
        shown = found[: min(int(query.get("limit", "20")), self.world.page)]
        following = _ms(shown[-1].created) if len(shown) < len(found) else None
        rows = [self._row(deployment, now) for deployment in shown]
        pagination = {"count": len(rows), "next": following, "prev": rows[0]["created"] if rows else None}
        return JSONResponse({"deployments": rows, "pagination": pagination})

    def _life(self, since: float, until: float) -> Iterable[Deployment]:
        """What comes with time; of what is longer ago than ten days only the last of each project."""
        for project in self.world.projects:
            if project.deploys_every:
                last = int((until - BEGAN) // project.deploys_every)
                first = max(int((max(since, until - 864_000) - BEGAN) // project.deploys_every), 0)
                for number in range(min(first, last - 1), last + 1):
                    yield _deployment(project, number)

    @staticmethod
    def _row(deployment: Deployment, now: float) -> dict[str, Any]:
        state = deployment.state(now)
        building = deployment.created + QUEUED + INITIALIZING
        row = {
            "uid": deployment.uid,
            "name": deployment.project,
            "projectId": deployment.project,
            "created": _ms(deployment.created),
            "createdAt": _ms(deployment.created),
            "readyState": state,
            "state": state,
            "target": deployment.target,
            "creator": {"uid": "usr_ann", "email": "ann@example.com"},
            "inspectorUrl": None,
        }
        times = {"buildingAt": building, "ready": deployment.created + deployment.took if state == "READY" else None}
        return row | {name: _ms(time) for name, time in times.items() if time is not None and time <= now}

    def _catalogue(self, _request: Request) -> Response:
        if not self.world.catalogue:
            return _error(404, "not_found", "Not Found")
        ids = sorted(f"vercel.speed_insights.{name}" for name in ("lcp_ms", "inp_ms", "fcp_ms", "ttfb_ms", "cls"))
        return JSONResponse({"metrics": [{"id": name, "description": ""} for name in (*ids, "vercel.request.count")]})

    def _metric(self, request: Request) -> Response:
        metric = request.path_params["metric"]
        dimensions = [{"name": name, "label": name} for name in ("route", "country", self.world.environment) if name]
        detail = {
            "id": metric,
            "unit": "" if metric.endswith("cls") else "milliseconds",
            "description": "",
            "aggregations": ["p75", "p90", "count"],
            "defaultAggregation": "p75",
            "dimensions": dimensions,
        }
        return JSONResponse(detail)

    async def _query(self, request: Request) -> Response:
        body = await request.json()
        return self._guarded(lambda _request: self._figures(body))(request)

    def _figures(self, body: dict[str, Any]) -> Response:
        if not self.world.entitled:
            return _error(402, "payment_required", "Observability Plus is required")
        self.queries.append(body)
        scope = body.get("scope", {})
        if scope.get("type") != "project" or scope.get("ownerId") != self.world.team_id:
            return _error(403, "forbidden", "Not authorized")
        if "filter" in body and not (self.world.environment and body["filter"].startswith(self.world.environment)):
            return _error(400, "bad_request", "Unknown dimension in filter")
        if not body["startTime"] < body["endTime"]:
            return _error(400, "bad_request", "startTime must be before endTime")
        column = f"{body['metric'].replace('.', '_').replace('/', '_')}_{body['aggregation']}"
        project = next((project for project in self.world.projects if [project.id] == scope["projectIds"]), None)
        value = project.p75.get(body["metric"].rpartition(".")[2]) if project else None
        summary = [] if not project or value is None else [{column: value * wave(self.now(), project.swing)}]
        return JSONResponse({"data": [], "summary": summary, "statistics": {"bytesRead": 1}})

    def _attacks(self, request: Request) -> Response:
        if not self.world.firewall:
            return _error(402, "payment_required", "This feature is not available on your plan")
        identity = request.query_params["projectId"]
        attacked = any(project.id == identity and project.attacked for project in self.world.projects)
        now = _ms(self.now())
        over = {"projectId": identity, "startTime": now - 7_200_000, "endTime": now - 3_600_000, "affectedHostMap": {}}
        anomalies = [over, {**over, "endTime": None, "state": "active"}] if attacked else [over]
        return JSONResponse({"anomalies": anomalies})


def delivery(
    records: Sequence[Mapping[str, Any]], secret: str, *, lines: bool = False, compressed: bool = False
) -> tuple[dict[str, str], bytes]:
    """Headers and body of what a drain sends."""
    texts = [json.dumps(record) for record in records]
    body = "\n".join(texts).encode() if lines else f"[{','.join(texts)}]".encode()
    headers = {"content-type": "application/x-ndjson" if lines else "application/json"}
    if compressed:
        body, headers["content-encoding"] = gzip.compress(body, mtime=0), "gzip"
    headers["x-vercel-signature"] = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
    return headers, body


def _deployment(project: Project, number: int) -> Deployment:
    uid = hashlib.sha256(f"{project.id} {number}".encode()).hexdigest()
    production = number % 2 == 0
    fails = number % _FAILS_EVERY == _FAILS_EVERY - 1 and not (production and project.careful)
    return Deployment(
        f"dpl_{uid[:24]}",
        project.id,
        BEGAN + number * project.deploys_every,
        "production" if production else None,
        build=40.0 + int(uid[:4], 16) % 60,
        ends="ERROR" if fails else "READY",
    )


def _ms(time: float) -> int:
    return round(time * 1000)


def _error(status: int, code: str, message: str, **more: Any) -> Response:
    return JSONResponse({"error": {"code": code, "message": message, **more}}, status_code=status)
