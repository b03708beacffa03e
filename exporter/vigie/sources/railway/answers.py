"""What Railway answers, as far as it is read; what may be missing has a default."""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Struct, field

Data = TypeVar("Data")
Node = TypeVar("Node")


class Extensions(Struct):
    """Where GraphQL servers put the class of an error."""

    code: str | None = None


class Refusal(Struct):
    """One GraphQL error; it comes with HTTP status 200."""

    message: str = ""
    extensions: Extensions | None = None
    path: list[str | int] | None = None


class Envelope(Struct, Generic[Data]):
    """Every GraphQL answer."""

    data: Data | None = None
    errors: list[Refusal] | None = None


class Edge(Struct, Generic[Node]):
    """One member of a page."""

    node: Node


class PageInfo(Struct):
    """Whether there is a next page."""

    has_next_page: bool = field(default=False, name="hasNextPage")
    end_cursor: str | None = field(default=None, name="endCursor")


class Page(Struct, Generic[Node]):
    """A page of a list."""

    edges: list[Edge[Node]]
    page_info: PageInfo = field(default_factory=PageInfo, name="pageInfo")


class Place(Struct, rename="camel"):
    """The project and environment that a project token is bound to."""

    project_id: str
    environment_id: str


class PlaceAnswer(Struct, rename="camel"):
    """Who the token is."""

    project_token: Place | None = None


class Instance(Struct):
    """One running copy of a deployment."""

    status: str = ""


class Deployment(Struct, rename="camel"):
    """One release of a service."""

    id: str = ""
    service_id: str | None = None
    status: str = ""
    created_at: str | None = None
    instances: list[Instance] = field(default_factory=list)


class Domain(Struct):
    """A public name; only that there is one is of interest."""


class Domains(Struct, rename="camel"):
    """The public names of a service."""

    service_domains: list[Domain] = field(default_factory=list)
    custom_domains: list[Domain] = field(default_factory=list)


class Service(Struct, rename="camel"):
    """A service in this environment."""

    service_id: str
    service_name: str = ""
    num_replicas: float | None = None
    latest_deployment: Deployment | None = None
    active_deployments: list[Deployment] = field(default_factory=list)
    domains: Domains = field(default_factory=Domains)

    @property
    def is_public(self) -> bool:
        """Whether visitors can reach it through Railway's proxy, which is what measures them."""
        return bool(self.domains.service_domains or self.domains.custom_domains)


class VolumeName(Struct):
    """What people call a volume."""

    name: str = ""


class Volume(Struct, rename="camel"):
    """A disk that outlives deployments. Sizes are in MB, which Railway counts as 2**20 bytes."""

    id: str
    service_id: str | None = None
    current_size: float | None = field(default=None, name="currentSizeMB")
    size: float | None = field(default=None, name="sizeMB")
    state: str | None = None
    volume: VolumeName | None = None


class Environment(Struct, rename="camel"):
    """One environment and what is in it."""

    service_instances: Page[Service]
    volume_instances: Page[Volume]
    name: str = ""


class Tags(Struct, rename="camel"):
    """What a row of measurements is about."""

    service_id: str | None = None


class Point(Struct):
    """One measurement; the time is in Unix seconds."""

    ts: float
    value: float | None = None


class Measured(Struct):
    """The latest measurements of one kind of one service."""

    measurement: str
    tags: Tags
    values: list[Point] = field(default_factory=list)


class EnvironmentAnswer(Struct):
    """An environment with its measurements and its last deployments, the newest first."""

    environment: Environment | None = None
    metrics: list[Measured] | None = None
    deployments: Page[Deployment] | None = None


class Percentiles(Struct):
    """How long requests took, in milliseconds."""

    p50: float | None = None
    p90: float | None = None
    p95: float | None = None
    p99: float | None = None


class Durations(Struct):
    """One sample for the whole window, or none when there was no request."""

    samples: list[Percentiles] = field(default_factory=list)


class Count(Struct):
    """Requests in the window."""

    value: float | None = None


class StatusCount(Struct, rename="camel"):
    """Requests in the window that were answered with one status code."""

    status_code: int
    samples: list[Count] = field(default_factory=list)


class Estimate(Struct, rename="camel"):
    """What will have been used of one resource at the end of the billing period: vCPU minutes, GB minutes or GB."""

    measurement: str
    estimated_value: float | None = None


class CostAnswer(Struct, rename="camel"):
    """The estimate of a project."""

    estimated_usage: list[Estimate] | None = None


HttpAnswer = dict[str, Durations | list[StatusCount] | None]
"""By alias: `d0` durations and `c0` counts of the first service that was asked for."""
