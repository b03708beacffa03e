"""What is true at LangSmith."""

from __future__ import annotations

from uuid import NAMESPACE_DNS, uuid5

from msgspec import Struct, field

from demo.vendors.langsmith.life import Pace, Run

DAY = 86400.0


class Project(Struct):
    """A tracing project, or the runs of an experiment."""

    name: str
    kind: str = "PROJECT"
    pace: Pace = field(default_factory=Pace)

    @property
    def id(self) -> str:
        """As LangSmith makes them: a UUID."""
        return project_id(self.name)


class World(Struct):
    """A workspace and the server that it is on."""

    key: str = "s3cr3t-of-the-demo"
    projects: list[Project] = field(
        default_factory=lambda: [
            Project("assistant"),
            Project("summaries", pace=Pace(1.0, models=("claude-haiku-4-5",), latency=3.0)),
            Project("assistant-eval-2026-11", kind="EXPERIMENT", pace=Pace(0.5)),
        ]
    )
    runs: list[Run] = []
    """Runs beside the steady life."""
    workspace: str = ""
    """The only workspace of an organisation's key; empty for a key of one workspace."""
    rights: list[str] = field(default_factory=lambda: ["projects:read", "runs:read", "workspaces:read"])
    retention: float = DAY
    """Seconds after which runs are gone."""
    page_limit: int = 1000
    """Runs that one answer holds at most, whatever was asked for."""
    rejecting: str | None = None
    """The usage limit by which new traces are turned away."""
    version: str = "0.16.3"
    has_v2: bool = True
    has_v1: bool = True
    sunset: str = "Sun, 31 Jan 2027 00:00:00 GMT"
    """When v1 is removed."""
    patience: float = 1.0
    """Factor on all rate limits."""


def project_id(name: str) -> str:
    """The id of the project of that name."""
    return str(uuid5(NAMESPACE_DNS, name))
