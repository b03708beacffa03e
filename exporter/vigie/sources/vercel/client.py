"""Asking Vercel: paths, the team, and pages. Paths as of @vercel/sdk 1.28.35."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

from vigie.core.api import Api, Vendor
from vigie.core.source import Context
from vigie.errors import Reason, SourceError
from vigie.sources.vercel.answers import (
    AttackStatus,
    Catalogue,
    Deployment,
    Deployments,
    Figures,
    MetricDetail,
    Project,
    Projects,
)
from vigie.sources.vercel.config import VercelConfig

PAGE = 100
PAGES = 100
LAST = 20
"""Production deployments of a project that are looked at for the last one that was not called off."""
DAY = 86400.0

Answer = TypeVar("Answer")


class Client:
    """
    Vercel's API as the source uses it.

    Attributes:
        left: Requests left and allowed in Vercel's window as of the last list of projects, where it says so.
    """

    def __init__(self, config: VercelConfig, context: Context) -> None:
        vendor = Vendor(
            name="Vercel",
            base_url=config.base_url,
            headers={"authorization": f"Bearer {config.token.get_secret_value()}"},
            auth_hint="check `token`; it may have expired",
            scope_hint="check that `token` is valid and that its scope is the team that `team_id` or `slug` names "
            "(vercel.com/account/settings/tokens)",
        )
        self._api = Api(vendor, context, config.timeout / 2)
        self._now = context.now
        self._team = {name: value for name, value in (("teamId", config.team_id), ("slug", config.slug)) if value}
        self.left: tuple[str, str] | None = None

    async def projects(self) -> list[Project]:
        """Every project of the team."""
        found: list[Project] = []
        query: dict[str, str | int] = {"limit": PAGE, **self._team}
        for _ in range(PAGES):
            reply = await self._api.get("/v10/projects", Projects, query)
            remaining, limit = (reply.headers.get(f"x-ratelimit-{name}") for name in ("remaining", "limit"))
            self.left = (remaining, limit) if remaining and limit else None
            found += reply.body.projects
            if reply.body.pagination.next is None:
                return found
            query["from"] = reply.body.pagination.next
        raise _too_long("projects")

    async def last_production(self, project: str) -> list[Deployment]:
        """The last production deployments of a project, whatever became of them, the newest first."""
        query = {"projectId": project, "target": "production", "limit": LAST}
        page = await self._get("/v7/deployments", Deployments, query)
        return sorted(
            self._api.readable(page.deployments, Deployment), key=lambda deployment: deployment.created, reverse=True
        )

    async def deployments(self, since: int | None) -> list[Deployment]:
        """All deployments created since then (Unix time in ms), or the newest hundred."""
        found: list[Deployment] = []
        query: dict[str, str | int] = {"limit": PAGE} if since is None else {"limit": PAGE, "since": since}
        for _ in range(PAGES):
            page = await self._get("/v7/deployments", Deployments, query)
            found += self._api.readable(page.deployments, Deployment)
            if since is None or page.pagination.next is None or not page.deployments:
                return found
            query["until"] = page.pagination.next
        raise _too_long("new deployments")

    async def catalogue(self) -> list[str]:
        """Ids of every metric that can be queried."""
        return [metric.id for metric in (await self._get("/v2/observability/schema", Catalogue, {})).metrics]

    async def metric(self, identity: str) -> MetricDetail:
        """What is known of a metric."""
        return await self._get(f"/v2/observability/schema/{identity}", MetricDetail, {})

    async def last_day(self, owner: str, project: str, metric: str, aggregation: str, **more: Any) -> Figures:
        """One figure of a project over the last 24 hours."""
        now = self._now()
        body = {
            "scope": {"type": "project", "ownerId": owner, "projectIds": [project]},
            "metric": metric,
            "aggregation": aggregation,
            "startTime": _iso(now - DAY),
            "endTime": _iso(now),
            "granularity": {"hours": 1},
            **more,
        }
        return (await self._api.post("/v2/observability/query", Figures, body, self._team)).body

    async def attacks(self, project: str) -> AttackStatus | None:
        """Attacks on a project within the last day; None where Vercel answers with an empty object."""
        body = await self._get("/v1/security/firewall/attack-status", dict[str, Raw], {"projectId": project})
        if not body:
            return None
        [status] = self._api.readable([Raw(msgspec.json.encode(body))], AttackStatus)
        return status

    async def close(self) -> None:
        """Give the connection up."""
        await self._api.close()

    async def _get(self, path: str, answer: type[Answer], query: dict[str, Any]) -> Answer:
        return (await self._api.get(path, answer, {**query, **self._team})).body


def _iso(time: float) -> str:
    return datetime.fromtimestamp(int(time), UTC).isoformat().replace("+00:00", "Z")


def _too_long(what: str) -> SourceError:
    return SourceError(Reason.BAD_PAYLOAD, f"Vercel's list of {what} does not end after {PAGES * PAGE}")
