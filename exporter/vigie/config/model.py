"""What `vigie.yaml` may say. Each attribute's docstring is its line in the reference page."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BeforeValidator, ByteSize, Field, PlainValidator, ValidationInfo, field_validator

from vigie.config.channels import Channels
from vigie.config.rules import JobName, Routing, Selectors, Slo, Windows, check_bound
from vigie.config.targets import AppTargets, Probe
from vigie.config.values import Address, FilePath, Host, HostName, HttpUrl, Name, SecretFile, TimeZone
from vigie.core.settings import Settings, WholeSeconds, distinct
from vigie.core.source import SourceConfig


def _side(value: object) -> object:
    if value is False or value == "off":
        return False
    try:
        number = math.nan if value is True else float(str(value))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError("expected a number, or off")
    return number


Side = Annotated[float | Literal[False], PlainValidator(_side)]
"""A threshold, or `off`."""


class App(Settings):
    """The product's own application."""

    metrics: AppTargets = ()
    """
    URL of its Prometheus metrics, or a list of them, each with credentials where it asks for them; `numbers.http` says
    whose names they have.
    """
    cpu_cores: float = Field(default=1.0, gt=0)
    """Cores that its process can use: what 100% means to HighCPU. A Python process uses one, however many there are."""
    memory_limit: Annotated[ByteSize, Field(gt=0)] | None = None
    """Memory that its process may use, such as 512MiB: what 100% means to HighMemory. Unset, it is not judged."""


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Addresses = Annotated[tuple[Address, ...], BeforeValidator(_listed), Field(min_length=1)]
"""One `host:port`, or a list of them."""


class Numbers(Settings):
    """Where the numbers come from that can come from several places."""

    http: Literal["instrumentator", "otel", "railway", "sentry"] = "instrumentator"
    """
    Who counts requests, errors and response times: the application's metrics by prometheus-fastapi-instrumentator or by
    OpenTelemetry; or, where it has none, Railway's proxy, or spans in Sentry.
    """
    hosting: tuple[Literal["node", "process", "railway", "supabase"], ...] = ("node", "process", "railway", "supabase")
    """
    Who describes CPU, memory and disk; what has no data stays silent, so leave one out only where two describe the same
    machine.
    """


class SupabaseFeed(Settings):
    """The metrics of a Supabase project (CPU, memory, disk, poolers), which Prometheus scrapes itself."""

    host: Host
    """Host of the project, such as abcdefghijklmnopqrst.supabase.co."""
    password_file: SecretFile
    """File with a secret key (`sb_secret_…`), as Prometheus sees it."""


class Stack(Settings):
    """Where the parts reach each other, as `host:port`."""

    vigie: Address = "vigie:9847"
    prometheus: Address = "prometheus:9090"
    alertmanager: Addresses = ("alertmanager:9093",)
    """One, or a list of those that share their silences; Prometheus tells all of them."""
    blackbox: Address = "blackbox:9115"
    node: Address | None = None
    """A node_exporter on the machine that the product runs on, if there is one."""
    supabase: SupabaseFeed | None = None


class Kubernetes(Settings):
    """Objects for the Prometheus operator and Grafana's sidecar, which `vigie render` writes too if this is set."""

    namespace: Name | None = None
    """Namespace of the objects; unset, the one of whoever applies them."""
    labels: dict[str, str] = Field(default_factory=dict)
    """Labels by which the operator selects them, such as `release: kube-prometheus-stack`."""


class Mimir(Settings):
    """Rules for the ruler of Mimir or Grafana Cloud, which `vigie render` writes too if this is set."""

    namespace: Name = "vigie"
    """Namespace of the ruler that holds them."""


class Links(Settings):
    """Where people reach the parts: the URLs in messages."""

    vigie: HttpUrl = "http://localhost:9847"
    prometheus: HttpUrl = "http://localhost:9090"
    alertmanager: HttpUrl = "http://localhost:9093"
    dashboards: HttpUrl = "http://localhost:3000"
    """Grafana, or the viewer of a run without Docker."""


class Threshold(Settings):
    """What differs from a signal's default."""

    warning: Side | None = None
    """Value beyond which it is a warning; `off` for never."""
    critical: Side | None = None
    """Value beyond which people are paged; `off` for never."""
    lasting: WholeSeconds | None = Field(default=None, alias="for")
    """How long the value must stay there."""
    minimum: float | None = Field(default=None, ge=0)
    """Events in the window below which a share or a percentile is not judged."""
    enabled: bool = True
    """Off removes the alert; its panel stays."""


class Product(Settings):
    """One product: the whole of one `vigie.yaml`."""

    product: Name
    """Its short name: the `product` label of every series."""
    domain: HostName = "localhost"
    """Host name under which the public reaches it, such as example.com: for texts and links."""
    environment: Literal["production", "staging", "development"] = "production"
    """Which installation of the product this is."""
    timezone: TimeZone = "UTC"
    """IANA time zone of the people who are told."""
    app: App = App()
    numbers: Numbers = Numbers()
    sources: dict[str, SourceConfig] = Field(default_factory=dict)
    """What to read; a source whose variables or secret files are missing is off, and says so."""
    probes: tuple[Probe, ...] = ()
    """Uptime checks."""
    channels: Channels = Channels()
    selectors: Selectors = Selectors()
    jobs: tuple[JobName, ...] | None = None
    """
    Jobs that must always be there: TargetAbsent fires for one that is not scraped at all. Unset, the jobs that the
    selectors of Vigie and, where it has metrics, of the application name.
    """
    windows: Windows = Windows()
    slo: Slo = Slo()
    routing: Routing = Routing()
    thresholds: dict[str, Threshold] = Field(default_factory=dict)
    """By the names in docs/alerts.md, only what differs from the defaults."""
    stack: Stack = Stack()
    links: Links = Links()
    kubernetes: Kubernetes | None = None
    mimir: Mimir | None = None
    state: FilePath | None = None
    """Folder for what must survive a restart; without it nothing is kept."""

    @field_validator("probes")
    @classmethod
    def _probes_are_told_apart(cls, probes: tuple[Probe, ...]) -> tuple[Probe, ...]:
        return distinct(
            probes, "name", "another probe has this name already, and would hide its outage; choose another"
        )

    @field_validator("slo")
    @classmethod
    def _bound_can_be_counted(cls, slo: Slo, info: ValidationInfo) -> Slo:
        numbers = info.data.get("numbers")  # missing where it is itself wrong, which is complained of there
        if numbers is not None:
            check_bound(slo, numbers.http)
        return slo
