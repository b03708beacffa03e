"""What Vercel answers, as far as it is read (@vercel/sdk 1.28). Times are in ms."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Raw, Struct

Moment = Annotated[float, Meta(ge=0, le=1e14)]
"""Unix time in milliseconds, until the year 5138."""


class Pagination(Struct):
    """Where the next page begins; None after the last."""

    next: int | str | None


class Project(Struct, rename="camel"):
    """A project and whose it is."""

    id: str
    name: str
    account_id: str


class Projects(Struct):
    """A page of projects."""

    projects: list[Project]
    pagination: Pagination


class Deployment(Struct, rename="camel"):
    """A deployment; `target` is null for a preview. The times with a default are there once it has come so far."""

    uid: str
    project_id: str
    created: Moment
    ready_state: str
    target: str | None
    building_at: Moment | None = None
    ready: Moment | None = None

    @property
    def status(self) -> str:
        """Its state in lower case."""
        return self.ready_state.lower()


class Deployments(Struct):
    """A page of deployments, the newest first."""

    deployments: list[Raw]
    pagination: Pagination


class Anomaly(Struct, rename="camel"):
    """An attack, or what looks like one; null as its end means that it goes on."""

    start_time: Moment
    end_time: Moment | None


class AttackStatus(Struct):
    """Attacks of the last day, those that are over too."""

    anomalies: list[Anomaly]

    @property
    def goes_on(self) -> bool:
        """Whether there is one that is not over."""
        return any(anomaly.end_time is None for anomaly in self.anomalies)


class Metric(Struct):
    """A metric that can be queried."""

    id: str


class Catalogue(Struct):
    """Every metric that can be queried."""

    metrics: list[Metric]


class Dimension(Struct):
    """Something that a metric can be filtered by."""

    name: str


class MetricDetail(Struct):
    """What is known of a metric."""

    id: str
    unit: str
    dimensions: list[Dimension]


class Figures(Struct):
    """Answer of a query: one row for the whole time, without rows for what it was not grouped by."""

    summary: list[dict[str, Any]]
