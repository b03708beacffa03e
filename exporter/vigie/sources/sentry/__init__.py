"""
Sentry: what became of events, unresolved issues, transactions and release health, by project.

Sentry publishes no limits for its API; its source allows 30 to 50 requests a second for each endpoint, and the lowest
figure that was ever reported is 3 a second. With the default interval Vigie sends about 320 requests an hour, 230,000
a month, for five projects, and holds itself to 144 in any minute.

There are no labels per issue: each new issue would be a new series, and titles hold people's data.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from vigie.core.parts import Memory, Part, Turns, refresh
from vigie.core.source import Context, Poll, Source
from vigie.core.state import Batch, Labels, Series
from vigie.errors import Reason, SourceError
from vigie.sources.sentry.answers import Sessions, Table
from vigie.sources.sentry.client import Client
from vigie.sources.sentry.config import DIRECTORY, HOUR, SLOW, SentryConfig, requests_per_hour
from vigie.sources.sentry.families import FAMILIES
from vigie.sources.sentry.hours import current_hour, event, next_settled, windows
from vigie.sources.sentry.parse import DURATIONS, Findings, build, seconds_per_unit

__all__ = ["SentryConfig", "SentrySource", "requests_per_hour"]

NAME = "sentry"
_SETTLED = "settled"
_LIMIT, _PERIOD = 144, 60.0
_MONTH = 730.5
"""Hours."""


class SentrySource(Source[SentryConfig]):
    """One organization."""

    config_type = SentryConfig
    families = FAMILIES

    def __init__(self, config: SentryConfig, context: Context) -> None:
        super().__init__(config, context)
        context.budget.limit, context.budget.period = _LIMIT, _PERIOD
        self._client = Client(config, context)
        keep, slack = config.staleness, config.interval / 2  # polls are spread around their interval
        self._projects: Part[dict[str, str]] = Part(
            self._read_projects,
            DIRECTORY - slack,
            DIRECTORY + keep,
            memory=Memory(context.state, NAME, f"projects {config.mark}", dict[str, str]),
        )
        self._events: Part[dict[Series, float]] = Part(self._count_events, 0, keep)
        side = config.timeout / 4
        self._transactions: Part[Table] = Part(self._read_transactions, 0, keep, side)
        self._issues: Turns[int] = Turns(self._client.unresolved, self._ids, SLOW - slack, keep + SLOW, patience=side)
        self._sessions: Part[Sessions] = Part(
            self._client.sessions,
            SLOW - slack,
            keep + SLOW,
            side,
            Memory(context.state, NAME, f"sessions {config.mark}", Sessions),
        )
        self._known: set[Labels] = set()
        self._turn = 0

    async def poll(self) -> Poll:
        """Read what is due; one part that fails leaves the others standing."""
        parts = (self._projects, self._events, self._transactions, self._issues, self._sessions)
        problems = await refresh(parts, self.context.now)
        projects = self._projects.found
        missing = sorted(set(self.config.projects) - set(projects.values())) if projects is not None else []
        if missing:
            names = ", ".join(missing)
            absent = SourceError(Reason.NOT_FOUND, f"Sentry shows this token no project {names}; check `projects`")
            problems = (*problems, absent)
        findings = Findings(
            projects=projects or {},
            totals=self._events.found,
            known=self._known,
            issues=self._issues.found,
            transactions=self._transactions.found,
            sessions=self._sessions.found,
            limits=self._client.limits,
        )
        return Poll(build(findings), problems)

    async def describe(self) -> str:
        """The organization, its projects and what is spent: "Sentry organization acme, 3 projects, …"."""
        projects = await self._read_projects()
        spent = requests_per_hour(self.config.model_copy(update={"projects": tuple(projects.values())}))
        left = self._client.limits.get("projects")
        quota = f"{left[1]:.0f} of {left[0]:.0f} requests left in Sentry's window, " if left else ""
        return (
            f"Sentry organization {self.config.organization} at {self.config.base_url}, {len(projects)} projects, "
            f"{quota}Vigie sends about {spent:.0f} requests an hour, {spent * _MONTH:.0f} a month"
        )

    async def close(self) -> None:
        """Give the connection up."""
        await self._client.close()

    def _ids(self) -> Iterable[str]:
        return self._projects.found or ()

    async def _read_projects(self) -> dict[str, str]:
        wanted = self.config.projects
        projects = await self._client.projects()
        return {project.id: project.slug for project in projects if not wanted or project.slug in wanted}

    async def _read_transactions(self) -> Table:
        table = await self._client.transactions()
        for name in DURATIONS:
            seconds_per_unit(table, name)
        return table

    async def _count_events(self) -> dict[Series, float]:
        """Read the hours that may have changed, take them in together, and return the totals."""
        state = self.context.state
        text = (await asyncio.to_thread(state.items, NAME)).get(_SETTLED)
        settled = int(text) if text else None
        current = current_hour(await self._client.clock(), settled, self.context.now())
        self._turn += 1
        events = [
            event(window, await self._client.statistics(window)) for window in windows(settled, current, self._turn)
        ]
        upto = next_settled(settled, current)
        batch = Batch(events, {_SETTLED: str(upto)}, history=settled is None)
        await asyncio.to_thread(state.ingest, NAME, batch)
        await asyncio.to_thread(state.forget, NAME, events_before=upto, tallies_before=current - HOUR)
        self._known |= {labels for happened in events for _, labels in happened.amounts}
        return await asyncio.to_thread(state.counters, NAME)
