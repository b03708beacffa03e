"""Ask LangSmith: v2 of its API, and v1 only of a server that has no v2."""

from __future__ import annotations

import email.utils
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from vigie.core.api import Api, Query, Reply, Vendor
from vigie.core.source import Context
from vigie.errors import Reason, SourceError
from vigie.sources.langsmith.answers import (
    Info,
    Listed,
    Project,
    ProjectsV2,
    Run,
    RunsV1,
    RunsV2,
    RunV1,
    RunV2,
    Statistics,
    UsageLimits,
)
from vigie.sources.langsmith.config import LangSmithConfig

RUNS_V2, RUNS_V1 = "/api/v2/runs/query", "/api/v1/runs/query"
PROJECTS_V2, PROJECTS_V1 = "/api/v2/sessions", "/api/v1/sessions"
INFO, LIMITS = "/api/v1/info", "/api/v1/workspaces/current/usage_limits"

ROOTS, CALLS = "eq(is_root, true)", 'eq(run_type, "llm")'
COUNTED = f"or({ROOTS}, {CALLS})"
"""Chains, tools and retrievers inside a trace are not listed: they are neither a request nor a call of a model."""
ALLOWANCE = (240, 10.0)
"""Requests per seconds: 80% of the 300 in 10 s that v2 run queries allow a key."""
RETRY_V2 = 3600.0
"""Seconds after which a server that had no v2 is asked for it again."""
_PAGE_V2, _PAGE_V1 = 1000, 100
_PAGES_V1 = 10
"""v1 allows 15 queries in 10 s; a poll takes at most these, and polls are 10 s apart at least."""
_PROJECT_PAGES = 20
_NOT_THERE = {404, 501}
"""How a server says that it has no such endpoint."""
_SELECTS = (
    "ID", "PROJECT_ID", "TRACE_ID", "RUN_TYPE", "STATUS", "START_TIME", "END_TIME", "PROMPT_TOKENS",
    "COMPLETION_TOKENS", "TOTAL_TOKENS", "TOTAL_COST", "METADATA", "ERROR_PREVIEW",
)  # fmt: skip
_IN_V1 = {"PROJECT_ID": "session_id", "METADATA": "extra", "ERROR_PREVIEW": "error"}
_SELECT_V1 = tuple(_IN_V1.get(name, name.lower()) for name in _SELECTS)
_KINDS = ["PROJECT", "AGENT"]

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Page:
    """Some runs, and how to get the next page, where there is one."""

    runs: list[Run]
    more: Callable[[], Awaitable[Page]] | None


@dataclass(frozen=True, slots=True)
class Notice:
    """What an endpoint says of its own future: whether it is deprecated, and the Unix time of its removal."""

    deprecated: bool
    sunset: float | None


class Client:
    """
    LangSmith's API.

    Attributes:
        notices: What each endpoint that was asked said of its future, by path.
    """

    def __init__(self, config: LangSmithConfig, context: Context) -> None:
        self.notices: dict[str, Notice] = {}
        self._now = context.now
        self._pages = config.max_pages
        self._old_until: dict[str, float] = {}
        self._api = Api(_vendor(config), context, config.timeout / 2)

    @property
    def fallbacks(self) -> Mapping[str, bool]:
        """By endpoint of v2, whether v1 stands in for it."""
        return {path: path in self._old_until for path in (RUNS_V2, PROJECTS_V2)}

    @property
    def max_pages(self) -> int:
        """Pages that one poll may list."""
        return min(self._pages, _PAGES_V1) if RUNS_V2 in self._old_until else self._pages

    @property
    def capacity(self) -> int:
        """Runs that one poll may list."""
        return self.max_pages * (_PAGE_V1 if RUNS_V2 in self._old_until else _PAGE_V2)

    async def projects(self) -> list[Project]:
        """The tracing projects."""
        return await self._projects(Project, {})

    async def statistics(self, since: float, only: str) -> list[Statistics]:
        """The tracing projects with statistics of the runs that started from `since` on and that fit the filter."""
        asked: dict[str, str | bool] = {"include_stats": True, "stats_start_time": _text(since), "stats_filter": only}
        return await self._projects(Statistics, asked)

    async def runs(
        self, project_ids: Sequence[str], start: float, end: float | None = None, ids: Sequence[str] | None = None
    ) -> Page:
        """The first page of root runs and calls that started from `start` to `end`, or to now; all, or certain ones."""
        times = (_text(start), None if end is None else _text(end))
        new = {**_query_v2(project_ids, *times), "ids": ids}
        old = {**_query_v1(project_ids, *times), "id": ids}
        return await self._either(RUNS_V2, partial(self._runs_v2, new), partial(self._runs_v1, old))

    async def limits(self) -> UsageLimits | None:
        """Whether traces are turned away; None where the server knows no such limits."""
        try:
            return await self._get(LIMITS, UsageLimits)
        except SourceError as error:
            if error.status in _NOT_THERE:
                return None
            raise

    async def info(self) -> Info:
        """What is deployed."""
        return await self._get(INFO, Info)

    async def close(self) -> None:
        """Give the connection up."""
        await self._api.close()

    async def _either(
        self, path: str, new: Callable[[], Awaitable[Answer]], old: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        """Ask v2; of a server that has none, v1, until it is time to look again."""
        until = self._old_until.pop(path, 0.0)
        if self._now() >= until:
            try:
                return await new()
            except SourceError as error:
                if error.status not in _NOT_THERE or (path == RUNS_V2 and (await self.info()).has_v2):
                    raise
            until = self._now() + RETRY_V2
        answer = await old()
        self._old_until[path] = until
        return answer

    async def _runs_v2(self, body: Mapping[str, Any], cursor: str | None = None) -> Page:
        answer = await self._post(RUNS_V2, RunsV2, {**body, "cursor": cursor})
        runs = [run.read() for run in self._api.readable(answer.items, RunV2)]
        return Page(runs, _next(self._runs_v2, body, cursor, answer.next_cursor))

    async def _runs_v1(self, body: Mapping[str, Any], cursor: str | None = None) -> Page:
        answer = await self._post(RUNS_V1, RunsV1, {**body, "cursor": cursor})
        runs = [run.read() for run in self._api.readable(answer.runs, RunV1)]
        return Page(runs, _next(self._runs_v1, body, cursor, answer.cursors.next))

    async def _projects(self, kind: type[Listed], stats: Mapping[str, str | bool]) -> list[Listed]:
        new, old = partial(self._projects_v2, kind, stats), partial(self._projects_v1, kind, stats)
        return [project for project in await self._either(PROJECTS_V2, new, old) if not project.is_experiment]

    async def _projects_v2(self, kind: type[Listed], stats: Mapping[str, str | bool]) -> list[Listed]:
        found: list[Listed] = []
        query: Query = {**stats, "type": _KINDS, "page_size": _PAGE_V1}
        for _ in range(_PROJECT_PAGES):
            answer = await self._get(PROJECTS_V2, ProjectsV2[kind], query)  # type: ignore[valid-type]  # made here
            found += answer.items
            if not answer.next_cursor:
                return found
            query = {**query, "cursor": answer.next_cursor}
        raise _endless("projects")

    async def _projects_v1(self, kind: type[Listed], stats: Mapping[str, str | bool]) -> list[Listed]:
        found: list[Listed] = []
        for _ in range(_PROJECT_PAGES):
            query: Query = {**stats, "reference_free": True, "limit": _PAGE_V1, "offset": len(found)}
            answer = await self._get(PROJECTS_V1, list[kind], query)  # type: ignore[valid-type]  # made here
            found += answer
            if len(answer) < _PAGE_V1:
                return found
        raise _endless("projects")

    async def _get(self, path: str, answer: type[Answer], query: Query | None = None) -> Answer:
        return self._noted(path, await self._api.get(path, answer, query))

    async def _post(self, path: str, answer: type[Answer], body: Mapping[str, Any]) -> Answer:
        said = {name: value for name, value in body.items() if value is not None}
        return self._noted(path, await self._api.post(path, answer, said))

    def _noted(self, path: str, reply: Reply[Answer]) -> Answer:
        self.notices[path] = notice(reply.headers)
        return reply.body


def notice(headers: Mapping[str, str]) -> Notice:
    """Read `Deprecation` (true, or a date) and `Sunset` (a date, RFC 8594)."""
    deprecated = headers.get("deprecation", "").strip().lower() not in {"", "false"}
    try:
        sunset = email.utils.parsedate_to_datetime(headers.get("sunset", "")).timestamp()
    except (ValueError, OverflowError):
        return Notice(deprecated, None)
    return Notice(deprecated, sunset)


def _vendor(config: LangSmithConfig) -> Vendor:
    headers = {"x-api-key": config.api_key.get_secret_value()}
    if config.workspace_id:
        headers["x-tenant-id"] = config.workspace_id
    return Vendor(
        "LangSmith",
        config.base_url,
        headers,
        auth_hint="check `api_key`, and that `base_url` is its region's: a key is good in one region only",
        scope_hint=(
            "give the key's role the rights projects:read, runs:read and workspaces:read (Settings, Roles); "
            "a key of the whole organisation also needs `workspace_id`, and every key its own region's `base_url`"
        ),
    )


def _next(
    ask: Callable[[Mapping[str, Any], str | None], Awaitable[Page]],
    body: Mapping[str, Any],
    cursor: str | None,
    following: str | None,
) -> Callable[[], Awaitable[Page]] | None:
    if following and following == cursor:
        raise _endless("runs")
    return partial(ask, body, following) if following else None


def _endless(what: str) -> SourceError:
    return SourceError(Reason.BAD_PAYLOAD, f"LangSmith's list of {what} does not end")


def _query_v2(project_ids: Sequence[str], start: str, end: str | None) -> dict[str, Any]:
    return {
        "project_ids": project_ids,
        "min_start_time": start,
        "max_start_time": end,
        "filter": COUNTED,
        "selects": _SELECTS,
        "page_size": _PAGE_V2,
    }


def _query_v1(project_ids: Sequence[str], start: str, end: str | None) -> dict[str, Any]:
    return {
        "session": project_ids,
        "start_time": start,
        "end_time": end,
        "filter": COUNTED,
        "select": _SELECT_V1,
        "limit": _PAGE_V1,
        "skip_prev_cursor": True,
    }


def _text(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()
