"""
Vercel: how each project's last production deployment stands, how builds end, Web Vitals and attacks.

Vercel allows 1000 lists of deployments a minute and 500 of most else, on every plan; for the observability query no
figure is published. With the default interval Vigie sends about 530 requests an hour, 385,000 a month, for five
projects, and holds itself to 400 in any minute. Figures of the plan's usage and cost have no endpoint.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping

from vigie.core.parts import Memory, Part, Readable, Turns, refresh
from vigie.core.source import Context, Poll, Source
from vigie.core.state import Batch, Series
from vigie.core.values import unique
from vigie.errors import Reason, SourceError
from vigie.sources.vercel import drain
from vigie.sources.vercel.answers import Deployment, Project
from vigie.sources.vercel.client import Client
from vigie.sources.vercel.config import CATALOGUE, DIRECTORY, FIREWALL, HOUR, VITALS, VercelConfig, requests_per_hour
from vigie.sources.vercel.ended import First, events, next_cursor
from vigie.sources.vercel.families import FAMILIES
from vigie.sources.vercel.feature import Feature
from vigie.sources.vercel.findings import Findings, build
from vigie.sources.vercel.vitals import AGGREGATION, DEFAULTS, Vital, detailed, offered

__all__ = ["VercelConfig", "VercelSource", "requests_per_hour"]

NAME = "vercel"
PUSHED = "vercel-drain"
"""Name in the state file of what drains brought: its ids are forgotten sooner than those of deployments."""
_CURSOR, _FIRST = "deployments", "first"
_LIMIT, _PERIOD = 400, 60.0
_MONTH = 730.5
"""Hours."""


class VercelSource(Source[VercelConfig]):
    """One team."""

    config_type = VercelConfig
    families = FAMILIES

    def __init__(self, config: VercelConfig, context: Context) -> None:
        super().__init__(config, context)
        context.budget.limit, context.budget.period = _LIMIT, _PERIOD
        self._client = Client(config, context)
        keep, slack = config.staleness, config.interval / 2  # polls are spread around their interval
        self._has_vitals = Feature("web_vitals", context)
        self._has_firewall = Feature("firewall", context)
        self._projects: Part[dict[str, Project]] = Part(
            self._read_projects,
            DIRECTORY - slack,
            DIRECTORY + keep,
            memory=Memory(context.state, NAME, f"projects {config.mark}", dict[str, Project]),
        )
        self._deployments: Part[dict[Series, float]] = Part(self._count_deployments, 0, keep)
        self._production: Turns[list[Deployment]] = Turns(self._client.last_production, self._ids, 0, keep)
        self._catalogue: Part[tuple[Vital, ...]] = Part(
            self._read_catalogue,
            CATALOGUE - slack,
            CATALOGUE,
            memory=Memory(context.state, NAME, f"catalogue {config.mark}", tuple[Vital, ...]),
        )
        self._vitals: Turns[dict[str, float]] = Turns(
            self._read_vitals, lambda: self._has_vitals.among(self._ids()), VITALS - slack, keep + VITALS, most=4
        )
        self._attacks: Turns[bool | None] = Turns(
            self._read_attacks, lambda: self._has_firewall.among(self._ids()), FIREWALL - slack, keep + FIREWALL
        )
        self._ignored: Counter[str] = Counter()

    async def poll(self) -> Poll:
        """Read what is due; one part that fails leaves the others standing."""
        problems = await refresh(self._parts(), self.context.now)
        projects = self._projects.found or {}
        missing = sorted(set(self.config.projects) - {project.name for project in projects.values()})
        if missing and self._projects.found is not None:
            names = ", ".join(missing)
            absent = SourceError(Reason.NOT_FOUND, f"Vercel shows this token no project {names}; check `projects`")
            problems = (*problems, absent)
        features = (self._has_vitals, self._has_firewall)
        findings = Findings(
            projects=unique((project.id, project.name) for project in projects.values()),
            production=self._production.found,
            totals=self._deployments.found,
            vitals=self._vitals.found,
            attacks=self._attacks.found,
            available={feature.name: feature.available for feature in features if feature.available is not None},
            pushed=await self._pushed(),
            ignored=self._ignored,
        )
        return Poll(build(findings), problems)

    async def describe(self) -> str:
        """The team, its projects, what its plan lacks and what is spent."""
        projects = await self._read_projects()
        names = tuple(project.name for project in projects.values())
        spent = requests_per_hour(self.config.model_copy(update={"projects": names}))
        who = self.config.team_id or self.config.slug or "the personal account"
        left = self._client.left
        quota = f"{left[0]} of {left[1]} requests left in Vercel's window, " if left else ""
        lacking = [feature.name for feature in (self._has_vitals, self._has_firewall) if feature.available is False]
        lacks = f"not in the plan: {', '.join(lacking)}, " if lacking else ""
        return (
            f"Vercel, {who}, {len(projects)} projects, {lacks}{quota}"
            f"Vigie sends about {spent:.0f} requests an hour, {spent * _MONTH:.0f} a month"
        )

    @property
    def receipt(self) -> Mapping[str, str]:
        """What Vercel looks for when a drain is made."""
        verify = self.config.drain.verify if self.config.drain else ""
        return {"x-vercel-verify": verify} if verify else {}

    async def receive(self, headers: Mapping[str, str], body: bytes) -> None:
        """Take in what a drain pushed; an empty body is Vercel's look at the address."""
        if self.config.drain is None:
            raise SourceError(Reason.NOT_FOUND, "`drain` is not set, so this source takes no pushes")
        if not body and self.receipt:
            return
        plain = drain.opened(headers, body, self.config.drain.secret.get_secret_value())
        happened, ignored = drain.events(drain.records(plain), self.context.now())
        await asyncio.to_thread(self.context.state.ingest, PUSHED, Batch(happened))
        self._ignored += ignored

    async def close(self) -> None:
        """Give the connection up."""
        await self._client.close()

    def _parts(self) -> list[Readable]:
        vitals: list[Readable] = [self._catalogue, self._vitals] if self.config.web_vitals else []
        firewall: list[Readable] = [self._attacks] if self.config.firewall else []
        return [self._projects, self._deployments, self._production, *firewall, *vitals]

    def _ids(self) -> Iterable[str]:
        return self._projects.found or ()

    async def _read_projects(self) -> dict[str, Project]:
        wanted = self.config.projects
        projects = await self._client.projects()
        return {project.id: project for project in projects if not wanted or project.name in wanted}

    async def _read_attacks(self, project: str) -> bool | None:
        return await self._has_firewall.ask(lambda: self._ask_attacks(project), None)

    async def _ask_attacks(self, project: str) -> bool:
        """Whether an attack goes on; one that has ended is still listed, so that an empty answer does not end it."""
        answer = await self._client.attacks(project)
        if answer is None and self._attacks.found.get(project):
            raise SourceError(Reason.BAD_PAYLOAD, "Vercel no longer tells of an attack, and not that it has ended")
        return answer is not None and answer.goes_on

    async def _read_catalogue(self) -> tuple[Vital, ...]:
        """Which metrics there are; where there is no catalogue, the usual ones are asked for."""
        self._projects.need()
        try:
            listed = offered(await self._client.catalogue())
            return tuple([detailed(vital, await self._client.metric(vital.id)) for vital in listed])
        except SourceError as error:
            if error.reason is not Reason.NOT_FOUND:
                raise
            self.context.log.info("catalogue_not_read", message=str(error))
            return DEFAULTS

    async def _read_vitals(self, project: str) -> dict[str, float]:
        return await self._has_vitals.ask(lambda: self._ask_vitals(project), {})

    async def _ask_vitals(self, project: str) -> dict[str, float]:
        owner = self._projects.need()[project].account_id
        figures = {}
        for vital in DEFAULTS if self._catalogue.found is None else self._catalogue.found:
            answer = await self._client.last_day(owner, project, vital.id, AGGREGATION, **vital.filter)
            value = vital.value(answer)
            if value is not None:
                figures[vital.name] = value
        return figures

    async def _count_deployments(self) -> dict[Series, float]:
        """Read the deployments that are new or had not ended, take them in together, and return the totals."""
        state = self.context.state
        items = await asyncio.to_thread(state.items, NAME)
        cursor = int(items[_CURSOR]) if _CURSOR in items else None
        found = await self._client.deployments(cursor)
        upto = next_cursor(cursor, found, self.context.now())
        first = First.of(found) if cursor is None else First.load(items.get(_FIRST))
        past = {deployment.uid for deployment in found if first.is_past(deployment)}
        ended = events(found)
        for history in (True, False):
            batch = [event for event in ended if (event.id in past) is history]
            kept = {_CURSOR: str(upto), _FIRST: first.dump()}
            await asyncio.to_thread(state.ingest, NAME, Batch(batch, {} if history else kept, history=history))
        await asyncio.to_thread(state.forget, NAME, events_before=upto / 1000 - 1, tallies_before=upto / 1000)
        return await asyncio.to_thread(state.counters, NAME)

    async def _pushed(self) -> dict[Series, float] | None:
        if self.config.drain is None:
            return None
        state, now = self.context.state, self.context.now()
        await asyncio.to_thread(state.forget, PUSHED, events_before=now - drain.KEEP - HOUR, tallies_before=now)
        return await asyncio.to_thread(state.counters, PUSHED)
