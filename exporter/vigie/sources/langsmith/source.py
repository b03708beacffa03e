"""One LangSmith workspace: its runs, counted once each, and what its month has cost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from vigie.core.families import Families
from vigie.core.source import Context, Poll, Source
from vigie.core.values import unique
from vigie.errors import Reason, SourceError
from vigie.sources.langsmith.answers import Project
from vigie.sources.langsmith.book import Book
from vigie.sources.langsmith.client import ALLOWANCE, CALLS, ROOTS, Client
from vigie.sources.langsmith.config import SLOW, LangSmithConfig, requests_per_hour
from vigie.sources.langsmith.families import FAMILIES
from vigie.sources.langsmith.listing import Listing, TooMany
from vigie.sources.langsmith.report import Recent, Report, build
from vigie.sources.langsmith.slow import SlowFigures

RECENT = 600.0
"""Seconds that statistics cover while runs are too many to list."""
_ROOM = 0.8
"""Share of a poll's pages that the window's runs may fill before listing is tried again."""
_MONTH_HOURS = 730
_SIDE = 0.2
"""Part of the poll's deadline that each of the slow figures may take."""


class LangSmithSource(Source[LangSmithConfig]):
    """One LangSmith workspace."""

    config_type = LangSmithConfig
    families = FAMILIES

    def __init__(self, config: LangSmithConfig, context: Context) -> None:
        super().__init__(config, context)
        context.budget.limit, context.budget.period = ALLOWANCE
        self._client = Client(config, context)
        self._book = Book(context, config.max_models)
        self._listing = Listing(config, context, self._client, self._book)
        self._slow = SlowFigures(self._client, context, _SIDE * config.timeout, config.mark)
        self._degraded = False
        self._forgot = 0.0

    async def poll(self) -> Poll:
        """List what is new or may have changed, count it, and read the slow figures when they are due."""
        await asyncio.to_thread(self._book.open)
        there = await self._client.projects()
        projects = self._chosen(there)
        labels = unique((project.id, project.name) for project in projects)
        recent = await self._count(labels)
        problems = [*self._missing(there), *([self._overflow()] if recent else ()), *await self._slow.renew()]
        return Poll(await self._build(projects, labels, recent), tuple(problems))

    async def describe(self) -> str:
        """Version, place, workspace, projects, and what reading costs: "LangSmith 0.16.2 (v2) at https://…"."""
        info = await self._client.info()
        projects = self._chosen(await self._client.projects())
        version = f"LangSmith {info.version or ''}".rstrip()
        api = "v1, as the server has no v2" if any(self._client.fallbacks.values()) else "v2"
        scope = f"workspace {self.config.workspace_id}" if self.config.workspace_id else "the key's workspace"
        names = f"{len(projects)} project{'' if len(projects) == 1 else 's'}"
        hourly = requests_per_hour(self.config)
        spent = f"{hourly:,.0f} requests an hour, {hourly * _MONTH_HOURS:,.0f} a month"
        return f"{version} ({api}) at {self.config.base_url}, {scope}, {names}; {spent}; 300 in 10 s are allowed"

    async def close(self) -> None:
        """Give the connection up."""
        await self._client.close()

    @property
    def _now(self) -> float:
        return self.context.now()

    def _chosen(self, there: Sequence[Project]) -> list[Project]:
        """The projects to read, in a stable order."""
        names = set(self.config.projects)
        chosen = (project for project in there if not names or project.name in names)
        return sorted(chosen, key=lambda project: (project.name, project.id))

    def _missing(self, there: Sequence[Project]) -> list[SourceError]:
        """Projects that the settings name and the workspace does not have."""
        names = dict.fromkeys((*self.config.projects, *self.config.token_budgets))
        known = {project.name for project in there}
        return [
            SourceError(
                Reason.NOT_FOUND,
                f"LangSmith has no tracing project {name!r} in this workspace; correct `projects` or `token_budgets`",
            )
            for name in names
            if name not in known
        ]

    async def _count(self, labels: dict[str, str]) -> Recent | None:
        """Count the runs; where they are too many, find what statistics say instead."""
        if not labels:
            return None
        if self._degraded:
            recent = await self._recent()
            if recent.count * self.config.window / RECENT > _ROOM * self._client.capacity:
                return recent
        try:
            await self._listing.read(labels)
        except TooMany:
            self._degraded = True
            return await self._recent()
        self._degraded = False
        return None

    async def _recent(self) -> Recent:
        since = self._now - RECENT
        return Recent(
            {"run": await self._client.statistics(since, ROOTS), "llm": await self._client.statistics(since, CALLS)}
        )

    def _overflow(self) -> SourceError:
        return SourceError(
            Reason.BUDGET,
            f"LangSmith has more than {self._client.capacity:,} runs in {self.config.window:g} s, too many to list: "
            "counters are withheld and statistics stand in for them; shorten `window` or raise `max_pages`",
        )

    async def _build(self, projects: list[Project], labels: dict[str, str], recent: Recent | None) -> Families:
        now = self._now
        if now - self._forgot > SLOW:
            await asyncio.to_thread(self._book.forget, self.config.window)
            self._forgot = now
        return build(
            Report(
                now=now,
                projects=projects,
                labels=labels,
                budgets=self.config.token_budgets,
                totals=await asyncio.to_thread(self._book.totals),
                pending=self._listing.pending,
                last_start=self._listing.last_start,
                lags=self._listing.lags.medians(now),
                backlog=self._listing.backlog,
                notices=self._client.notices,
                fallbacks=self._client.fallbacks,
                limits=self._slow.limits,
                month=self._slow.month,
                recent=recent,
            )
        )
