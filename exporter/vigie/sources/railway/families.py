"""The families of Railway, and how its answers fill them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vigie.core.families import Families, Family, gauge
from vigie.core.values import UNKNOWN, states, unique, unix
from vigie.errors import Reason, SourceError
from vigie.sources.railway.answers import (
    Durations,
    Estimate,
    HttpAnswer,
    Listed,
    Measured,
    Service,
    StatusCount,
    Volume,
)
from vigie.sources.railway.config import RailwayPrices
from vigie.sources.railway.outcomes import OUTCOMES

GIB = 2.0**30
MIB = 2.0**20
MILLISECOND = 0.001
STALE = 300.0
"""Seconds behind the newest measurement of all after which one is of something that runs no longer."""

DEPLOYMENT_STATES = (
    *("building", "crashed", "deploying", "failed", "initializing", "needs_approval", "queued"),
    *("removed", "removing", "skipped", "sleeping", "success", "waiting"),
)
INSTANCE_STATES = (
    *("crashed", "created", "exited", "initializing", "removed", "removing"),
    *("restarting", "running", "skipped", "stopped", UNKNOWN),
)
NONE = "none"
VOLUME_STATES = (*("ready", "updating", "migrating", "migration_pending", "restoring", "deleting", "deleted", "error"),)

MEASURES: Mapping[str, tuple[Family, float]] = {
    "CPU_USAGE": (
        gauge("railway_service_cpu_usage_cores", "CPU in use, all replicas together.", "service", join="sum"),
        1,
    ),
    "CPU_LIMIT": (gauge("railway_service_cpu_limit_cores", "CPU that the service may use.", "service", join="sum"), 1),
    "MEMORY_USAGE_GB": (
        gauge("railway_service_memory_usage_bytes", "Memory in use, all replicas together.", "service", join="sum"),
        GIB,
    ),
    "MEMORY_LIMIT_GB": (
        gauge("railway_service_memory_limit_bytes", "Memory that the service may use.", "service", join="sum"),
        GIB,
    ),
    "DISK_USAGE_GB": (gauge("railway_service_disk_usage_bytes", "Disk in use on volumes.", "service", join="sum"), GIB),
    "EPHEMERAL_DISK_USAGE_GB": (
        gauge(
            "railway_service_ephemeral_disk_usage_bytes",
            "Disk in use that is lost on a restart.",
            "service",
            join="sum",
        ),
        GIB,
    ),
}
"""By Railway's name: the family, and its unit in base units. A GB is taken as 2**30 bytes, as Railway's tool does."""

MEASURED_AT = gauge(
    "railway_service_measured_timestamp_seconds",
    "Unix time of the newest measurement of the service.",
    "service",
    join="min",
)
REPLICAS = gauge("railway_service_replicas", "Replicas that the service is configured to have.", "service", join="sum")
INSTANCES = gauge(
    "railway_service_instances",
    "Copies of the active deployments by state; crashed and restarting are the signs of a crash loop.",
    "service",
    "status",
    join="sum",
)
DEPLOYMENT = gauge(
    "railway_deployment_status", "State of the latest deployment: 1 for the one that it is in.", "service", "status"
)
RESULT = gauge(
    "railway_deployment_result",
    "What came of the last deployment that was not skipped, called off or still under way: 1 for what did.",
    "service",
    "status",
)
SERVING = gauge(
    "railway_serving_status",
    "State of the deployment that serves, which may be older than the latest: 1 for the one that it is in; none when no"
    " deployment serves.",
    "service",
    "status",
)
DEPLOYED_AT = gauge(
    "railway_deployment_created_timestamp_seconds", "Unix time at which the latest deployment began.", "service"
)
VOLUME_USED = gauge("railway_volume_used_bytes", "Disk in use on the volume.", "volume", "service", join="sum")
VOLUME_SIZE = gauge("railway_volume_size_bytes", "Size of the volume.", "volume", "service", join="sum")
VOLUME = gauge("railway_volume_status", "State of the volume: 1 for the one that it is in.", "volume", "status")
PERCENTILES = {
    name: gauge(
        f"railway_http_duration_{name}_seconds",
        f"{name} of the time to answer in the last window, from Railway's proxy; absent without requests.",
        "service",
    )
    for name in ("p50", "p90", "p95", "p99")
}
REQUESTS = gauge(
    "railway_http_requests_per_second",
    "Requests in the last window by class of status, from Railway's proxy.",
    "service",
    "code",
    join="sum",
)
WINDOW = gauge("railway_http_window_seconds", "Window that the HTTP figures cover; they are read once in each.")
COST = gauge(
    "railway_cost_estimate_dollars",
    "What the project will have cost at the end of the billing period, at list prices; read once an hour.",
    "resource",
    join="sum",
)
AVAILABLE = gauge(
    "railway_reading_available",
    "Whether the token may read these figures (1) or not (0): http, cost, deployments.",
    "reading",
    join="min",
)
REQUESTS_LEFT = gauge(
    "railway_api_requests_remaining", "Requests that the account may still send in this hour, as Railway says."
)

FAMILIES: tuple[Family, ...] = (
    *(family for family, _ in MEASURES.values()),
    MEASURED_AT,
    REPLICAS,
    INSTANCES,
    DEPLOYMENT,
    RESULT,
    SERVING,
    DEPLOYED_AT,
    VOLUME_USED,
    VOLUME_SIZE,
    VOLUME,
    *PERCENTILES.values(),
    REQUESTS,
    WINDOW,
    COST,
    AVAILABLE,
    REQUESTS_LEFT,
)

CODES = ("2xx", "3xx", "4xx", "5xx")
"""Classes of status that are 0 when there is none."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """What there is in an environment, the latest measurements of it, and its last deployments."""

    name: str = ""
    services: Sequence[Service] = ()
    volumes: Sequence[Volume] = ()
    measured: Sequence[Measured] = ()
    recent: Sequence[Listed] = ()

    @property
    def labels(self) -> Mapping[str, str]:
        """Value of the `service` label, by id."""
        return unique((service.service_id, service.service_name) for service in self.services)


@dataclass(frozen=True, slots=True)
class Traffic:
    """What visitors saw of one service in one window."""

    service_id: str
    durations: Durations
    counts: Sequence[StatusCount]


def add_inventory(families: Families, inventory: Inventory, results: Mapping[str, str]) -> None:
    """Add services, deployments with their `results` by id of the service, volumes and measurements."""
    labels = inventory.labels
    _add_measured(families, inventory.measured, labels)
    for service in inventory.services:
        label = labels[service.service_id]
        _add_service(families, service, label)
        if service.service_id in results:
            states(families, RESULT, OUTCOMES, results[service.service_id], label)
    names = unique((volume.id, volume.volume.name) for volume in inventory.volumes)
    for volume in inventory.volumes:
        _add_volume(families, volume, names[volume.id], labels.get(volume.service_id or "", ""))


def _add_measured(families: Families, measured: Sequence[Measured], labels: Mapping[str, str]) -> None:
    newest = max((point.ts for row in measured for point in row.values), default=0.0)
    times: dict[str, float] = {}
    for row in measured:
        service = labels.get(row.tags.service_id or "")
        points = [point for point in row.values if point.ts >= newest - STALE]
        if service is None or not points or row.measurement not in MEASURES:
            continue
        last = max(points, key=lambda point: point.ts)
        family, unit = MEASURES[row.measurement]
        families.add(family, last.value * unit, service)
        times[service] = max(times.get(service, 0.0), last.ts)
    for service, time in times.items():
        families.add(MEASURED_AT, time, service)


def _add_service(families: Families, service: Service, label: str) -> None:
    if service.num_replicas is not None:
        families.add(REPLICAS, service.num_replicas, label)
    found = [copy.status.lower() for deployment in service.active_deployments for copy in deployment.instances]
    copies = Counter(state if state in INSTANCE_STATES else UNKNOWN for state in found)
    for state in INSTANCE_STATES:
        families.add(INSTANCES, copies[state], label, state)
    if service.latest_deployment is None:
        return
    states(families, DEPLOYMENT, DEPLOYMENT_STATES, service.latest_deployment.status.lower(), label)
    serving = max(service.active_deployments, key=lambda active: unix(active.created_at) or 0.0, default=None)
    states(families, SERVING, (*DEPLOYMENT_STATES, NONE), serving.status.lower() if serving else NONE, label)
    began = unix(service.latest_deployment.created_at)
    if began is not None:
        families.add(DEPLOYED_AT, began, label)


def _add_volume(families: Families, volume: Volume, label: str, service: str) -> None:
    if volume.state is not None:
        states(families, VOLUME, VOLUME_STATES, volume.state.lower(), label)
    families.add(VOLUME_USED, volume.current_size * MIB, label, service)
    families.add(VOLUME_SIZE, volume.size * MIB, label, service)


def traffic(answer: HttpAnswer, services: Sequence[str]) -> list[Traffic]:
    """
    Sort an answer by alias into one entry for each service that was asked for.

    Raises:
        SourceError: One of them is missing.
    """
    found = []
    for number, service in enumerate(services):
        durations, counts = answer.get(f"d{number}"), answer.get(f"c{number}")
        if not isinstance(durations, Durations) or not isinstance(counts, list):
            raise SourceError(Reason.BAD_PAYLOAD, "Railway did not answer for every service whose visitors were asked")
        found.append(Traffic(service, durations, counts))
    return found


def add_traffic(families: Families, seen: Iterable[Traffic], labels: Mapping[str, str], window: float) -> None:
    """Add durations and rates of the services that are still there."""
    families.add(WINDOW, window)
    for entry in seen:
        label = labels.get(entry.service_id)
        if label is None:
            continue
        for name, family in PERCENTILES.items():
            if entry.durations.samples:
                families.add(family, getattr(entry.durations.samples[-1], name) * MILLISECOND, label)
        counts = dict.fromkeys(CODES, 0.0)
        for row in entry.counts:
            code = _code(row.status_code)
            counts[code] = counts.get(code, 0.0) + sum(sample.value for sample in row.samples)
        for code, count in counts.items():
            families.add(REQUESTS, count / window, label, code)


def _code(status: int) -> str:
    kind = f"{status // 100}xx"
    return kind if kind in (*CODES, "1xx") else UNKNOWN


def add_cost(families: Families, estimates: Iterable[Estimate], prices: RailwayPrices) -> None:
    """Add the estimate of each resource that has a price."""
    priced = {
        "CPU_USAGE": ("cpu", prices.cpu),
        "MEMORY_USAGE_GB": ("memory", prices.memory),
        "DISK_USAGE_GB": ("volume", prices.volume),
        "NETWORK_TX_GB": ("egress", prices.egress),
    }
    for estimate in estimates:
        if estimate.measurement in priced:
            resource, price = priced[estimate.measurement]
            families.add(COST, estimate.estimated_value * price, resource)
