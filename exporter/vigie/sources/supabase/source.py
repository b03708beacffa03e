"""Ask Supabase, and put what it said together."""

from __future__ import annotations

import asyncio
from typing import Final, get_args

from vigie.core.families import Families
from vigie.core.parts import Part, Readable, refresh
from vigie.core.source import Context, Poll, Source
from vigie.errors import Reason, SourceError
from vigie.sources.supabase import families as figures
from vigie.sources.supabase import suspicion
from vigie.sources.supabase.answers import Gathered, ServiceHealth
from vigie.sources.supabase.client import Client
from vigie.sources.supabase.config import DAY, HOUR, MINUTE, SupabaseConfig, requests_per_hour
from vigie.sources.supabase.intake import NAME, Intake, Position
from vigie.sources.supabase.queries import By

LIMIT: Final = 96
"""Requests a minute that Vigie sends at most: 80% of the 120 that all tokens of one person share."""
ASLEEP: Final = frozenset({"INACTIVE", "PAUSING", "REMOVED"})
"""Statuses in which there is nothing to ask the services; `INACTIVE` is a paused project."""
GONE: Final = "REMOVED"
"""Status of a project that was there and that Supabase no longer knows."""


class SupabaseSource(Source[SupabaseConfig]):
    """One Supabase project: its status, the health of its services, and who tries to sign in."""

    config_type = SupabaseConfig
    families = figures.FAMILIES

    def __init__(self, config: SupabaseConfig, context: Context) -> None:
        super().__init__(config, context)
        context.budget.limit, context.budget.period = LIMIT, MINUTE
        self._client = Client(config, context)
        self._intake = Intake(self._client, context, config.log_retention)
        self._was_there = False
        keep = config.staleness
        side = config.timeout / 4
        self._project = Part(self._client.project, 0, keep, side)
        self._health = Part(self._ask_health, 0, keep, side)
        self._attempts = Part(self._read_attempts, 0, keep)
        self._patterns = Part(self._ask_patterns, 0, keep)
        of_logs: tuple[Readable, ...] = (self._attempts, self._patterns) if config.auth_logs else ()
        self._parts: tuple[Readable, ...] = (self._project, self._health, *of_logs)

    async def poll(self) -> Poll:
        """Read project, health and logs, one after the other."""
        try:
            problems = await refresh(self._parts, self.context.now)
        except SourceError as problem:
            if not self._is_gone:
                raise
            problems = (problem,)
        self._was_there = self._was_there or self._project.found is not None
        families = Families()
        if self._status is not None:
            figures.add_status(families, self._status)
        if self._is_asleep:
            figures.add_asleep(families, self.config.services)
        elif self._health.found:
            figures.add_health(families, self._health.found)
        if self.config.auth_logs:
            await asyncio.to_thread(self._add_attempts, families)
        return Poll(families, problems)

    async def describe(self) -> str:
        """Project, services, whether the logs may be read, and what is spent."""
        project = await self._client.project()
        health = [] if project.status in ASLEEP else await self._client.health()
        well = sum(figures.HEALTHY.get(service.status, 0.0) for service in health)
        if self.config.auth_logs:
            await self._client.minutes(*suspicion.window(self.context.now()))
        spent = requests_per_hour(self.config)
        left = f"{self._client.left} requests left in this minute, " if self._client.left else ""
        return (
            f"Supabase project {project.name or self.config.project}, {project.status.lower()}: "
            f"{well:.0f} of {len(health)} services healthy, auth logs {'read' if self.config.auth_logs else 'off'}; "
            f"{left}Vigie sends up to {spent:.0f} an hour ({spent * 30 * DAY / HOUR:,.0f} a month), "
            "of 120 a minute that all your tokens share"
        )

    async def close(self) -> None:
        """Give the connection up."""
        await self._client.close()

    @property
    def _is_gone(self) -> bool:
        """Whether the project was there, and Supabase now answers that there is none."""
        problem = self._project.problem
        return self._was_there and problem is not None and problem.reason is Reason.NOT_FOUND

    @property
    def _status(self) -> str | None:
        if self._is_gone:
            return GONE
        return self._project.found.status if self._project.found is not None else None

    @property
    def _is_asleep(self) -> bool:
        return self._status in ASLEEP

    async def _ask_health(self) -> list[ServiceHealth]:
        return [] if self._is_asleep or not self.config.services else await self._client.health()

    async def _read_attempts(self) -> Position:
        now = self.context.now()
        if self._is_asleep:
            return await asyncio.to_thread(self._intake.position, now)
        return await self._intake.read(now)

    async def _ask_patterns(self) -> dict[By, list[Gathered]]:
        """Gather the recent failures; when there are none, all is known without a question."""
        now = self.context.now()
        failed = suspicion.recent(now, self._attempts.need())
        return {by: await self._client.failures(by, *suspicion.window(now)) if failed else [] for by in get_args(By)}

    def _add_attempts(self, families: Families) -> None:
        now, state = self.context.now(), self.context.state
        position = self._attempts.found
        if position is None:  # a total that stands still would say that nobody fails
            return
        figures.add_totals(families, state.counters(NAME))
        suspicion.add_recent(families, now, position, lambda start, stop: state.window(NAME, start, stop))
        failed = suspicion.recent(now, position)
        for by, rows in (self._patterns.found or {}).items():
            figures.add_gathered(families, by, failed, rows)
