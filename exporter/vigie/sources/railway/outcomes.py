"""
What came of the last deployment that something came of. Pure.

The latest deployment may say nothing: a push that changes nothing for a service is skipped, one that is called off is
removed, one that is under way has no end yet. None of them makes the failure before it good. A deployment that did well
is removed as well, when it is replaced or taken down, so what is remembered of it counts then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vigie.core.values import unix
from vigie.sources.railway.answers import Deployment, Listed, Service

OUTCOMES = ("crashed", "failed", "sleeping", "success")
_WELL = ("sleeping", "success")
_GONE = ("removed", "removing")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a deployment, and when it began (Unix time)."""

    identity: str
    began: float
    status: str


class Outcomes:
    """The last outcome of each service, by its id."""

    def __init__(self) -> None:
        self._last: dict[str, Outcome] = {}

    def update(self, services: Iterable[Service], recent: Iterable[Listed]) -> dict[str, str]:
        """Take in an answer; returns the status of the last deployment of each service that something came of."""
        by_service: dict[str, list[Deployment]] = {service.service_id: [] for service in services}
        for deployment in recent:
            if deployment.service_id in by_service:
                by_service[deployment.service_id].append(deployment)
        for service in services:
            latest = [service.latest_deployment] if service.latest_deployment is not None else []
            by_service[service.service_id] += [*latest, *service.active_deployments]
        found = {service: self._newest(service, deployments) for service, deployments in by_service.items()}
        self._last = {service: outcome for service, outcome in found.items() if outcome is not None}
        return {service: outcome.status for service, outcome in self._last.items()}

    def _newest(self, service: str, deployments: Iterable[Deployment]) -> Outcome | None:
        before = self._last.get(service)
        found = {} if before is None else {before.identity: before}
        for deployment in deployments:
            status, began = deployment.status.lower(), unix(deployment.created_at)
            if status in OUTCOMES and began is not None:
                found[deployment.id] = Outcome(deployment.id, began, status)
            elif status in _GONE and deployment.id in found and found[deployment.id].status not in _WELL:
                del found[deployment.id]
        return max(found.values(), key=lambda outcome: outcome.began, default=None)
