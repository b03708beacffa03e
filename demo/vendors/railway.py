"""
Railway's GraphQL API v2, as far as Vigie asks it: the schema in `railway.graphql`, run by a real GraphQL engine.

Like the vendor: errors come with status 200, a project token goes in its own header and knows only its environment,
pages are Relay connections, and the requests of an hour are counted and announced in headers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from graphql import GraphQLError, build_schema, graphql_sync
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.vendors.framework import RateLimit, SimulatedVendor

HOUR = 3600.0
SCHEMA = build_schema((Path(__file__).parent / "railway.graphql").read_text())


class Service(msgspec.Struct):
    """
    A service. Measurements swing around their means by `swing`, as a function of the time.

    Attributes:
        measures: Means by Railway's name of the measurement: cores and GB.
        requests: Requests per second by status code; only a public service has them.
        percentiles: Milliseconds of p50, p90, p95 and p99.
        instances: State of each copy of the active deployment.
        serving: State of the active deployment, where it is not the latest one.
        earlier: Status and Unix time of deployments before the latest, the newest first.
    """

    id: str
    name: str
    measures: dict[str, float]
    status: str | None = "SUCCESS"
    deployed_at: float = 1_794_900_000.0
    replicas: int = 1
    instances: list[str] = msgspec.field(default_factory=lambda: ["RUNNING"])
    public: bool = False
    requests: dict[str, float] = msgspec.field(default_factory=dict)
    percentiles: tuple[float, float, float, float] = (40.0, 120.0, 180.0, 450.0)
    swing: float = 0.0
    serving: str | None = None
    earlier: list[tuple[str, float]] = msgspec.field(default_factory=list)


class Volume(msgspec.Struct):
    """A volume, in Railway's MB."""

    id: str
    name: str
    service: str
    used_mb: float
    size_mb: int
    state: str = "READY"


def _demo_services() -> list[Service]:
    web = {"CPU_USAGE": 0.6, "CPU_LIMIT": 2.0, "MEMORY_USAGE_GB": 0.7, "MEMORY_LIMIT_GB": 2.0}
    worker = {"CPU_USAGE": 0.9, "CPU_LIMIT": 2.0, "MEMORY_USAGE_GB": 0.9, "MEMORY_LIMIT_GB": 2.0}
    store = {"CPU_USAGE": 0.1, "CPU_LIMIT": 1.0, "MEMORY_USAGE_GB": 0.3, "MEMORY_LIMIT_GB": 1.0, "DISK_USAGE_GB": 0.9}
    seen = {"200": 11.0, "301": 0.4, "404": 0.3, "500": 0.02}
    return [
        Service("7d3e1c52", "api", web, replicas=2, instances=["RUNNING"] * 2, public=True, requests=seen, swing=0.3),
        Service("a94f0b17", "worker", worker, swing=0.3),
        Service("c05be8d3", "redis", store, swing=0.1),
    ]


class World(msgspec.Struct):
    """
    One environment of one project.

    Attributes:
        denied: Fields of the query that the token may not read, such as `httpDurationMetrics`.
        estimates: Use by the end of the billing period, by measurement.
        page_size: Members of a page at most.
        limit: Requests an hour of the account's plan.
    """

    token: str = "demo"  # noqa: S105 - made up
    account: bool = False
    project: str = "0b6f5a2e"
    environment: str = "5c81d9aa"
    name: str = "production"
    services: list[Service] = msgspec.field(default_factory=_demo_services)
    volumes: list[Volume] = msgspec.field(
        default_factory=lambda: [Volume("e1f7", "redis-volume", "c05be8d3", 920.0, 5000)]
    )
    denied: list[str] = msgspec.field(default_factory=list)
    estimates: dict[str, float] = msgspec.field(
        default_factory=lambda: {
            "CPU_USAGE": 69_000.0,
            "MEMORY_USAGE_GB": 82_000.0,
            "DISK_USAGE_GB": 38_000.0,
            "NETWORK_TX_GB": 12.0,
        }
    )
    page_size: int = 100
    limit: int = 100


class Railway(SimulatedVendor):
    """One account with one project; unless told otherwise, its requests an hour are those of the Free plan."""

    name = "railway"
    world: World

    def __init__(self, world: World | None = None) -> None:
        super().__init__()
        self.world = world or World()
        self._hour = RateLimit(self.world.limit, HOUR)

    def routes(self) -> Sequence[Route]:
        """The one endpoint."""
        return [Route("/graphql/v2", self._graphql, methods=["POST"])]

    async def _graphql(self, request: Request) -> Response:
        self._hour.limit = self.world.limit
        wait = self._hour.take(self.now())
        headers = {"x-ratelimit-limit": str(self.world.limit), "x-ratelimit-remaining": str(self._hour.remaining)}
        if wait is not None:
            headers["retry-after"] = str(math.ceil(wait))
            return JSONResponse({"message": "Too Many Requests"}, status_code=429, headers=headers)
        question = await request.json()
        result = graphql_sync(
            SCHEMA, question["query"], self._root(request), variable_values=question.get("variables") or {}
        )
        answer = result.formatted
        invalid = result.data is None and result.errors is not None and all(not error.path for error in result.errors)
        return JSONResponse(answer, status_code=400 if invalid else 200, headers=headers)

    def _root(self, request: Request) -> Mapping[str, Callable[..., Any]]:
        world, headers = self.world, request.headers
        known = (
            headers.get("authorization") == f"Bearer {world.token}"
            if world.account
            else (headers.get("project-access-token") == world.token)
        )
        fields = {
            "projectToken": self._token,
            "environment": self._environment,
            "deployments": self._deployments,
            "metrics": self._metrics,
            "httpDurationMetrics": self._durations,
            "httpMetricsGroupedByStatus": self._statuses,
            "estimatedUsage": self._estimates,
        }

        def guarded(name: str) -> Callable[..., Any]:
            def field(_info: Any, **arguments: Any) -> Any:
                elsewhere = arguments.get("environmentId", arguments.get("id", world.environment)) != world.environment
                if not known or elsewhere or name in world.denied or (name == "projectToken" and world.account):
                    raise GraphQLError("Not Authorized")
                return fields[name](**arguments)

            return field

        return {name: guarded(name) for name in fields}

    def _token(self) -> Any:
        return {"id": "1", "projectId": self.world.project, "environmentId": self.world.environment}

    def _environment(self, **_: Any) -> Any:
        world = self.world
        services = [self._instance(service) for service in world.services]
        volumes = [_volume(volume) for volume in world.volumes]
        return {
            "id": world.environment,
            "name": world.name,
            "serviceInstances": lambda _info, **page: _page(services, world.page_size, **page),
            "volumeInstances": lambda _info, **page: _page(volumes, world.page_size, **page),
        }

    def _deployments(self, **arguments: Any) -> Any:
        wanted = (arguments["input"].get("status") or {}).get("in")
        found = [deployment for service in self.world.services for deployment in _history(service)]
        shown = [deployment for deployment in found if wanted is None or deployment["status"] in wanted]
        shown.sort(key=lambda deployment: deployment["createdAt"], reverse=True)
        return _page(shown, self.world.page_size, arguments.get("first"), arguments.get("after"))

    def _instance(self, service: Service) -> Any:
        copies = [{"id": f"i-{number}", "status": state} for number, state in enumerate(service.instances)]
        deployment = _deployment(service, service.status, service.deployed_at) | {"instances": copies}
        began = service.deployed_at - HOUR
        active = _deployment(service, service.serving, began) | {"instances": copies} if service.serving else deployment
        domains = [{"id": "1", "domain": f"{service.name}.up.railway.app"}] if service.public else []
        return {
            "id": f"si-{service.id}",
            "serviceId": service.id,
            "serviceName": service.name,
            "environmentId": self.world.environment,
            "numReplicas": service.replicas,
            "latestDeployment": deployment if service.status else None,
            "activeDeployments": [active] if service.instances else [],
            "domains": {"serviceDomains": domains, "customDomains": []},
        }

    def _metrics(self, **arguments: Any) -> Any:
        step = arguments.get("sampleRateSeconds") or 60
        start, now = _time(arguments["startDate"]), self.now()
        times = range(int(start // step + 1) * step, int(now) + 1, step)
        return [
            {
                "measurement": measurement,
                "tags": {"serviceId": service.id if "SERVICE_ID" in (arguments.get("groupBy") or ()) else None},
                "values": [{"ts": time, "value": _at(service, measurement, time)} for time in times],
            }
            for service in self.world.services
            for measurement in arguments["measurements"]
            if measurement in service.measures
        ]

    def _durations(self, **arguments: Any) -> Any:
        service = self._service(arguments["serviceId"])
        p50, p90, p95, p99 = service.percentiles
        sample = {"ts": int(_time(arguments["startDate"])), "p50": p50, "p90": p90, "p95": p95, "p99": p99}
        return {"samples": [sample] if service.requests else []}

    def _statuses(self, **arguments: Any) -> Any:
        start, end = _time(arguments["startDate"]), _time(arguments["endDate"])
        return [
            {"statusCode": int(code), "samples": [{"ts": int(start), "value": rate * (end - start)}]}
            for code, rate in self._service(arguments["serviceId"]).requests.items()
        ]

    def _estimates(self, **arguments: Any) -> Any:
        return [
            {"measurement": name, "estimatedValue": value, "projectId": self.world.project}
            for name, value in self.world.estimates.items()
            if name in arguments["measurements"]
        ]

    def _service(self, identity: str) -> Service:
        for service in self.world.services:
            if service.id == identity:
                return service
        raise GraphQLError("Service not found")


def _at(service: Service, measurement: str, time: float) -> float:
    mean = service.measures[measurement]
    swings = "LIMIT" not in measurement
    return mean * (1 + service.swing * math.sin(time / 400 + len(service.name))) if swings else mean


def _history(service: Service) -> list[Any]:
    """All deployments of a service, the newest first."""
    latest = [(service.status, service.deployed_at)] if service.status else []
    return [_deployment(service, status, began) for status, began in (*latest, *service.earlier)]


def _deployment(service: Service, status: str | None, began: float) -> Any:
    return {
        "id": f"d-{service.id}-{began:.0f}",
        "serviceId": service.id,
        "status": status,
        "createdAt": datetime.fromtimestamp(began, UTC).isoformat().replace("+00:00", "Z"),
        "deploymentStopped": False,
        "instances": [],
    }


def _volume(volume: Volume) -> Any:
    return {
        "id": volume.id,
        "serviceId": volume.service,
        "mountPath": "/data",
        "currentSizeMB": volume.used_mb,
        "sizeMB": volume.size_mb,
        "state": volume.state,
        "volume": {"id": f"v-{volume.id}", "name": volume.name},
    }


def _page(nodes: Sequence[Any], most: int, first: int | None = None, after: str | None = None) -> Any:
    start = int(after) + 1 if after else 0
    end = start + min(first or most, most)
    edges = [{"cursor": str(start + number), "node": node} for number, node in enumerate(nodes[start:end])]
    return {
        "edges": edges,
        "pageInfo": {"hasNextPage": end < len(nodes), "endCursor": edges[-1]["cursor"] if edges else None},
    }


def _time(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
