"""What is true at the simulated Sentry: projects, what goes on all the time, and what a test lets happen."""

from __future__ import annotations

import math

from msgspec import Struct, field

HOUR = 3600
DATASETS = ("errors", "logs", "profile_functions", "spans", "tracemetrics", "uptime_results")
BEGAN = 1_767_225_600.0
"""2026-01-01: since when there is life."""


class Flow(Struct):
    """Something that goes on all the time."""

    project: str
    category: str = "error"
    outcome: str = "accepted"
    per_hour: float = 60.0

    def between(self, start: float, end: float) -> int:
        """How many there were; adds up over adjoining spans."""
        return max(self._until(end) - self._until(start), 0)

    def _until(self, time: float) -> int:
        return math.floor(max(time - BEGAN, 0.0) * self.per_hour / HOUR)


class Burst(Struct):
    """Something that happened at one moment."""

    project: str
    at: float
    quantity: int = 1
    category: str = "error"
    outcome: str = "accepted"
    late: float = 0.0
    """Seconds until Sentry's statistics know of it."""


class Figures(Struct):
    """The transactions of a project in any window; durations in milliseconds."""

    count: float | None = 1200.0
    p50: float | None = 80.0
    p95: float | None = 340.0
    p99: float | None = 900.0
    failure_rate: float | None = 0.012
    server_error_rate: float | None = 0.004
    swing: float = 0.0
    """Share by which all of them go up and down."""


class Project(Struct):
    """A project, its issues and its release health."""

    id: str
    slug: str
    unresolved: int = 0
    transactions: Figures | None = None
    sessions: int = 0
    crash_free_sessions: float | None = None
    crash_free_users: float | None = None


def _projects() -> list[Project]:
    return [
        Project("4507001", "api", unresolved=12, transactions=Figures()),
        Project("4507002", "web", 31, Figures(5400.0, 120.0, 610.0, 1500.0, 0.03, 0.001), 8000, 0.9987, 0.9969),
        Project("4507003", "worker", unresolved=3),
    ]


def _flows() -> list[Flow]:
    return [
        Flow("4507001", per_hour=40.0),
        Flow("4507001", "transaction", per_hour=7200.0),
        Flow("4507001", outcome="filtered", per_hour=6.0),
        Flow("4507002", per_hour=90.0),
        Flow("4507002", outcome="client_discard", per_hour=3.0),
        Flow("4507002", "replay", "rate_limited", 2.0),
        Flow("4507003", per_hour=12.0),
    ]


class World(Struct):
    """What is true at Sentry."""

    token: str = "s3cr3t-of-the-demo"  # noqa: S105 - the demo's
    scopes: list[str] = field(default_factory=lambda: ["org:read", "project:read", "event:read"])
    organization: str = "acme"
    environment: str = "production"
    projects: list[Project] = field(default_factory=_projects)
    flows: list[Flow] = field(default_factory=_flows)
    bursts: list[Burst] = []
    lag: float = 20.0
    """Seconds until statistics know of what goes on all the time."""
    old_rounding: bool = False
    """Round windows as older versions do."""
    limit: int = 40
    """Requests a second, for each endpoint."""
    page: int = 100
    unit: str = "millisecond"
    datasets: list[str] = field(default_factory=lambda: list(DATASETS))
