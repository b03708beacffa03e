"""
What Railway answers, as far as it is read.

GraphQL answers every field that was asked for. So what the published schema lets be null is read as that, and all
else is required; a default has only what not every question asks for.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Raw, Struct, field

Node = TypeVar("Node")


class Extensions(Struct):
    """Where GraphQL servers put the class of an error."""

    code: str | None = None


class Refusal(Struct):
    """One GraphQL error; it comes with HTTP status 200."""

    message: str = ""
    extensions: Extensions | None = None
    path: list[str | int] | None = None


class Envelope(Struct):
    """Every GraphQL answer; what is in the data is only whole without errors."""

    data: Raw = Raw(b"null")
    errors: list[Refusal] | None = None


class Edge(Struct, Generic[Node]):
    """One member of a page."""

    node: Node


class PageInfo(Struct):
    """Whether there is a next page."""

    has_next_page: bool = field(name="hasNextPage")
    end_cursor: str | None = field(name="endCursor")

    def __post_init__(self) -> None:
        """A page that another one follows says where that begins."""
        if self.has_next_page and self.end_cursor is None:
            raise ValueError("there is a next page, and `endCursor` is null")


class Page(Struct, Generic[Node]):
    """A page of a list."""

    edges: list[Edge[Node]]
    page_info: PageInfo = field(name="pageInfo")


class First(Struct, Generic[Node]):
    """The first page of a list of which no more is read."""

    edges: list[Edge[Node]]


class Place(Struct, rename="camel"):
    """The project and environment that a project token is bound to."""

    project_id: str
    environment_id: str


class PlaceAnswer(Struct, rename="camel"):
    """Who the token is."""

    project_token: Place | None = None


class Instance(Struct):
    """One running copy of a deployment."""

    status: str


class Deployment(Struct, rename="camel"):
    """One release of a service."""

    id: str
    status: str
    created_at: str


class Listed(Deployment, rename="camel"):
    """One release in the list of deployments; the service is null where it is gone."""

    service_id: str | None


class Active(Deployment, rename="camel"):
    """One release that runs."""

    instances: list[Instance]


class Domain(Struct):
    """A public name; only that there is one is of interest."""


class Domains(Struct, rename="camel"):
    """The public names of a service."""

    service_domains: list[Domain]
    custom_domains: list[Domain]


class Service(Struct, rename="camel"):
    """A service in this environment."""

    service_id: str
    service_name: str
    num_replicas: float | None
    latest_deployment: Deployment | None
    active_deployments: list[Active]
    domains: Domains

    @property
    def is_public(self) -> bool:
        """Whether visitors can reach it through Railway's proxy, which is what measures them."""
        return bool(self.domains.service_domains or self.domains.custom_domains)


class VolumeName(Struct):
    """What people call a volume."""

    name: str


class Volume(Struct, rename="camel"):
    """A disk that outlives deployments. Sizes are in MB, which Railway counts as 2**20 bytes."""

    id: str
    service_id: str | None
    state: str | None
    volume: VolumeName
    current_size: float = field(name="currentSizeMB")
    size: float = field(name="sizeMB")


class Environment(Struct, rename="camel"):
    """One environment and what is in it."""

    service_instances: Page[Service]
    volume_instances: Page[Volume]
    name: str


class Tags(Struct, rename="camel"):
    """What a row of measurements is about."""

    service_id: str | None


class Point(Struct):
    """One measurement; the time is in Unix seconds."""

    ts: float
    value: float


class Measured(Struct):
    """The latest measurements of one kind of one service."""

    measurement: str
    tags: Tags
    values: list[Point]


class MoreAnswer(Struct):
    """An environment; null where there is none."""

    environment: Environment | None


class EnvironmentAnswer(MoreAnswer):
    """An environment with its measurements."""

    metrics: list[Measured]


class WholeAnswer(EnvironmentAnswer):
    """The same with its last deployments, the newest first."""

    deployments: First[Listed]


class Percentiles(Struct):
    """How long requests took, in milliseconds."""

    p50: float
    p90: float
    p95: float
    p99: float


class Durations(Struct):
    """One sample for the whole window, or none when there was no request."""

    samples: list[Percentiles]


class Count(Struct):
    """Requests in the window."""

    value: float


class StatusCount(Struct, rename="camel"):
    """Requests in the window that were answered with one status code."""

    status_code: int
    samples: list[Count]


class Estimate(Struct, rename="camel"):
    """What will have been used of one resource at the end of the billing period: vCPU minutes, GB minutes or GB."""

    measurement: str
    estimated_value: float


class CostAnswer(Struct, rename="camel"):
    """The estimate of a project."""

    estimated_usage: list[Estimate]


HttpAnswer = dict[str, Durations | list[StatusCount]]
"""By alias: `d0` durations and `c0` counts of the first service that was asked for."""
