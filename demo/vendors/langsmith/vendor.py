"""
LangSmith's API, as far as Vigie asks it, after the types and the client of the `langsmith` package 0.15.

Like the vendor: projects are asked for by id, an answer holds only what was selected, its cursor is opaque and good for
its own query, v1 says all in other words, runs appear late, end later and get their cost later still, each endpoint has
its own limit, v2 refuses as RFC 7807 asks, and what will be removed says so in its headers.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.vendors.framework import RateLimit, SimulatedVendor
from demo.vendors.langsmith import views
from demo.vendors.langsmith.filters import parse
from demo.vendors.langsmith.life import MINUTE, Run, traces
from demo.vendors.langsmith.world import DAY, Project, World

_FIELDS_V2 = {
    "project_ids", "min_start_time", "max_start_time", "is_root", "has_error", "run_type", "filter", "trace_filter",
    "tree_filter", "ids", "trace_id", "selects", "page_size", "cursor", "include_subtree_usage",
    "reference_dataset_id", "reference_examples",
}  # fmt: skip
_LIMITS = {"v2 runs": (300, 10.0), "v1 runs": (15, 10.0), "default": (1000, 10.0)}

Handler = Callable[[Request], Any]


class Refused(Exception):  # noqa: N818 - as the vendor puts it
    """The request is answered with this status and sentence."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class LangSmith(SimulatedVendor):
    """One region, or one server."""

    name = "langsmith"
    world: World

    def __init__(self, world: World | None = None, now: Callable[[], float] = time.time) -> None:
        self.world = world or World()
        self._past: list[tuple[float, World]] = []
        self._limits = {name: RateLimit(*limit) for name, limit in _LIMITS.items()}
        super().__init__(now)

    def routes(self) -> list[Route]:
        """As `langsmith` calls them."""
        return [
            Route("/api/v2/runs/query", self._answer(self._runs_v2, "v2 runs", "runs:read", 2), methods=["POST"]),
            Route("/api/v1/runs/query", self._answer(self._runs_v1, "v1 runs", "runs:read", 1), methods=["POST"]),
            Route("/api/v2/sessions", self._answer(self._projects_v2, "default", "projects:read", 2)),
            Route("/api/v1/sessions", self._answer(self._projects_v1, "default", "projects:read", 1)),
            Route(
                "/api/v1/workspaces/current/usage_limits", self._answer(self._usage, "default", "workspaces:read", 0)
            ),
            Route("/api/v1/info", self._info),
        ]

    def change(self, values: dict[str, Any]) -> None:
        """What is changed holds from now on: the past stays as it was."""
        before = msgspec.json.decode(msgspec.json.encode(self.world), type=World)
        super().change(values)
        self._past.append((self.now(), before))

    def _answer(self, handler: Handler, limit: str, right: str, version: int) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            try:
                self._admit(request, limit, right, version)
                body = await request.body()
                request.state.body = json.loads(body) if body else {}
                return JSONResponse(handler(request), headers=self._notice(version))
            except Refused as refused:
                return _refusal(refused, version)
            except (ValueError, TypeError) as error:
                return _refusal(Refused(422, str(error)), version)

        return endpoint

    def _admit(self, request: Request, limit: str, right: str, version: int) -> None:
        world, headers = self.world, request.headers
        if (version == 2 and not world.has_v2) or (version == 1 and not world.has_v1):  # noqa: PLR2004 - v2
            raise Refused(501 if world.has_v2 else 404, "this endpoint is not available in this deployment")
        if headers.get("x-api-key") != world.key:
            raise Refused(401, "Invalid token")
        if headers.get("x-tenant-id", "") != world.workspace:
            raise Refused(403, "org_scoped_key_requires_workspace")
        if right not in world.rights:
            raise Refused(403, f"Forbidden: missing permission {right}")
        window = self._limits[limit]
        window.limit = int(_LIMITS[limit][0] * world.patience)
        if window.take(self.now()) is not None:
            raise Refused(429, "Rate limit exceeded")

    def _notice(self, version: int) -> dict[str, str]:
        return {"deprecation": "true", "sunset": self.world.sunset} if version == 1 else {}

    def _runs_v2(self, request: Request) -> dict[str, Any]:
        body = request.state.body
        if unknown := set(body) - _FIELDS_V2:
            raise Refused(400, f"unknown field {min(unknown)}")
        selects = body.get("selects", [])
        if unknown := set(selects) - views.SELECTABLE_V2:
            raise Refused(400, f"selects: unknown value {min(unknown)}")
        if not 1 <= body.get("page_size", 100) <= 1000:  # noqa: PLR2004 - as documented
            raise Refused(400, "page_size must be between 1 and 1000")
        now = self.now()
        start = _moment(body.get("min_start_time"), now - DAY)
        kind = (body.get("run_type") or "").lower()
        found = [
            run
            for run in self._matching(body.get("project_ids"), start, body.get("max_start_time"), body.get("filter"))
            if kind in {"", run.kind}
            and body.get("is_root", run.is_root) == run.is_root
            and run.id in body.get("ids", (run.id,))
        ]
        page, following = _page(found, body, body.get("page_size", 100), self.world.page_limit)
        return {"items": [views.run_v2(run, now, selects) for run in page], "next_cursor": following}

    def _runs_v1(self, request: Request) -> dict[str, Any]:
        body = request.state.body
        if unknown := set(body.get("select", [])) - views.SELECTABLE_V1:
            raise Refused(422, f"select: unknown value {min(unknown)}")
        if not 1 <= body.get("limit", 100) <= 100:  # noqa: PLR2004 - as documented
            raise Refused(400, "limit must be between 1 and 100")
        start = _moment(body.get("start_time"), 0.0)
        found = self._matching(body.get("session"), start, body.get("end_time"), body.get("filter"))
        found = [run for run in found if run.id in body.get("id", (run.id,))]
        page, following = _page(found, body, body.get("limit", 100), self.world.page_limit)
        runs = [views.run_v1(run, self.now(), body.get("select", [])) for run in page]
        return {"runs": runs, "cursors": {"next": following, "prev": None}, "parsed_query": None}

    def _projects_v2(self, request: Request) -> dict[str, Any]:
        query = request.query_params
        kinds = query.getlist("type")
        wanted = [project for project in self._named(request) if not kinds or project.kind in kinds]
        begin = int(query.get("cursor", "0"))
        end = begin + int(query.get("page_size", "20"))
        items = [views.project_v2(project, *self._known(project, request)) for project in wanted[begin:end]]
        return {"items": items, "next_cursor": str(end) if end < len(wanted) else None}

    def _projects_v1(self, request: Request) -> list[dict[str, Any]]:
        query = request.query_params
        limit, offset = int(query.get("limit", "100")), int(query.get("offset", "0"))
        if limit > 100:  # noqa: PLR2004 - as documented
            raise Refused(422, "limit must be at most 100")
        free = query.get("reference_free") == "true"
        wanted = [project for project in self._named(request) if not free or project.kind != "EXPERIMENT"]
        return [
            views.project_v1(project, *self._known(project, request)) for project in wanted[offset : offset + limit]
        ]

    def _usage(self, _request: Request) -> dict[str, Any]:
        limit = self.world.rejecting
        return {"in_reject_set": limit is not None, "usage_limit_type": limit, "tenant_limit": None}

    async def _info(self, _request: Request) -> Response:
        flags = {"ch_query_enabled": self.world.has_v1, "sdb_query_enabled": self.world.has_v2}
        return JSONResponse({"version": self.world.version, "instance_flags": flags})

    def _named(self, request: Request) -> list[Project]:
        name = request.query_params.get("name")
        return [project for project in self.world.projects if name in (None, project.name)]

    def _known(self, project: Project, request: Request) -> tuple[float | None, dict[str, Any]]:
        """When the project's last run started, and its statistics."""
        query, now = request.query_params, self.now()
        last = max((run.start for run in self.visible([project], now - 3600)), default=None)
        if query.get("include_stats") != "true":
            return last, {}
        since = _moment(query.get("stats_start_time"), now - 7 * DAY)
        if since < now - 31 * DAY:
            raise Refused(400, "stats_start_time must be within the last 31 days")
        matches = parse(query.get("stats_filter", ""))
        runs = [run for run in self.visible([project], since) if matches(views.attributes(run, now))]
        return last, views.stats_of(runs, now)

    def _matching(self, ids: object, start: float, end: str | None, text: str | None) -> list[Run]:
        """Runs of those projects, the latest first."""
        if not isinstance(ids, list) or not ids:
            raise Refused(422, "project_ids: at least one is required")
        by_id = {project.id: project for project in self.world.projects}
        if missing := [str(UUID(identity)) for identity in ids if identity not in by_id]:
            raise Refused(404, f"project {missing[0]} not found")
        now, matches = self.now(), parse(text or "")
        until = _moment(end, now)
        visible = self.visible([by_id[identity] for identity in ids], start)
        found = (run for run in visible if run.start <= until and matches(views.attributes(run, now)))
        return sorted(found, key=lambda run: (run.start, run.id), reverse=True)

    def visible(self, projects: Sequence[Project], start: float) -> Iterator[Run]:
        """Runs that started from `start` on and can be read by now."""
        now = self.now()
        start = max(start, now - self.world.retention)
        names = {project.name for project in projects}
        lived = (run for name in names for run in self._lived(name, start, now))
        added = (run for run in self.world.runs if run.project in names)
        return (run for runs in (lived, added) for run in runs if run.start >= start and run.appears <= now)

    def _lived(self, name: str, start: float, end: float) -> Iterator[Run]:
        for minute in range(int(start // MINUTE), int(end // MINUTE) + 1):
            world = next((past for until, past in self._past if minute * MINUTE < until), self.world)
            pace = next((project.pace for project in world.projects if project.name == name), None)
            if pace is not None:
                yield from traces(name, minute, pace)


def _refusal(refused: Refused, version: int) -> Response:
    if version == 2:  # noqa: PLR2004 - v2
        problem = {"type": "about:blank", "title": "Error", "status": refused.status, "detail": str(refused)}
        return JSONResponse(problem, refused.status, media_type="application/problem+json")
    return JSONResponse({"error": str(refused), "detail": str(refused)}, refused.status)


def _moment(text: str | None, default: float) -> float:
    return default if text is None else datetime.fromisoformat(text).timestamp()


def _page(found: Sequence[Run], body: Mapping[str, Any], size: int, most: int) -> tuple[Sequence[Run], str | None]:
    """The runs after the cursor, and the cursor of what follows."""
    query = json.dumps({name: value for name, value in body.items() if name != "cursor"}, sort_keys=True)
    rest = found
    if cursor := body.get("cursor"):
        start, identity, asked = json.loads(base64.urlsafe_b64decode(cursor))
        if asked != query:
            raise Refused(400, "the cursor belongs to another query")
        rest = [run for run in found if (run.start, run.id) < (start, identity)]
    page = rest[: min(size, most)]
    if len(page) == len(rest):
        return page, None
    after = json.dumps([page[-1].start, page[-1].id, query])
    return page, base64.urlsafe_b64encode(after.encode()).decode()
