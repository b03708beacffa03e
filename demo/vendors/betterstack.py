"""
Better Stack's Uptime API v2, as far as Vigie asks it: monitors, heartbeats, and the response times of one monitor.

Like the vendor: JSON:API shapes, pages by number with a link to the next, ids as text, response times in seconds by
region, errors as `{"errors"}`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.vendors.framework import SimulatedVendor

SECONDS = 86400
"""Response times of a day."""


class Monitor(msgspec.Struct):
    """
    A monitor; its response time from each region swings around `response` by `swing`.

    Attributes:
        response: Seconds by region.
    """

    id: str
    name: str | None
    url: str = "https://example.com/"
    status: str = "up"
    frequency: int = 180
    response: dict[str, float] = msgspec.field(default_factory=lambda: {"us": 0.21, "eu": 0.09})
    swing: float = 0.0


class Heartbeat(msgspec.Struct):
    """A job that must call in."""

    id: str
    name: str
    status: str = "up"
    period: int = 86400


class World(msgspec.Struct):
    """One team."""

    token: str = "demo"  # noqa: S105 - made up
    monitors: list[Monitor] = msgspec.field(
        default_factory=lambda: [
            Monitor("270985", "API health", "https://api.acme.example/health", swing=0.3),
            Monitor("270986", "Frontend", "https://acme.example/", response={"us": 0.41, "eu": 0.22}, swing=0.3),
        ]
    )
    heartbeats: list[Heartbeat] = msgspec.field(default_factory=lambda: [Heartbeat("31020", "Nightly backup")])
    page_size: int = 250


class BetterStack(SimulatedVendor):
    """One team with an Uptime API token."""

    name = "betterstack"
    world: World

    def __init__(self, world: World | None = None) -> None:
        super().__init__()
        self.world = world or World()

    def routes(self) -> Sequence[Route]:
        """The three paths."""
        return [
            Route("/api/v2/monitors", self._monitors),
            Route("/api/v2/heartbeats", self._heartbeats),
            Route("/api/v2/monitors/{id}/response-times", self._response_times),
        ]

    async def _monitors(self, request: Request) -> Response:
        return self._page(request, [self._monitor(monitor) for monitor in self.world.monitors])

    async def _heartbeats(self, request: Request) -> Response:
        return self._page(request, [_heartbeat(heartbeat) for heartbeat in self.world.heartbeats])

    async def _response_times(self, request: Request) -> Response:
        identity = request.path_params["id"]
        found = [monitor for monitor in self.world.monitors if monitor.id == identity]
        if not self._is_known(request):
            return _unauthorized()
        if not found:
            return JSONResponse({"errors": "Resource with provided ID was not found"}, status_code=404)
        monitor = found[0]
        regions = [
            {"region": region, "response_times": self._series(monitor, mean)}
            for region, mean in monitor.response.items()
        ]
        data = {"id": identity, "type": "monitor_response_times", "attributes": {"regions": regions}}
        return JSONResponse({"data": data})

    def _page(self, request: Request, rows: list[dict[str, Any]]) -> Response:
        if not self._is_known(request):
            return _unauthorized()
        number = int(request.query_params.get("page", "1"))
        size = min(int(request.query_params.get("per_page", "50")), self.world.page_size)
        last = max(math.ceil(len(rows) / size), 1)

        def link(page: int) -> str | None:
            return f"https://uptime.betterstack.com{request.url.path}?page={page}" if 1 <= page <= last else None

        pagination = {"first": link(1), "last": link(last), "prev": link(number - 1), "next": link(number + 1)}
        return JSONResponse({"data": rows[size * (number - 1) : size * number], "pagination": pagination})

    def _is_known(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.world.token}"

    def _monitor(self, monitor: Monitor) -> dict[str, Any]:
        attributes = {
            "url": monitor.url,
            "pronounceable_name": monitor.name,
            "monitor_type": "status",
            "status": monitor.status,
            "last_checked_at": _date(self.now() // monitor.frequency * monitor.frequency),
            "check_frequency": monitor.frequency,
            "ssl_expiration": 14,
            "domain_expiration": 30,
            "paused_at": None,
            "regions": list(monitor.response),
        }
        return {"id": monitor.id, "type": "monitor", "attributes": attributes, "relationships": {}}

    def _series(self, monitor: Monitor, mean: float) -> list[dict[str, Any]]:
        end = int(self.now() // monitor.frequency * monitor.frequency)
        times = range(end - SECONDS + monitor.frequency, end + 1, monitor.frequency)
        return [
            {"at": _date(time), "response_time": round(mean * (1 + monitor.swing * math.sin(time / 700)), 5)}
            for time in times
        ]


def _heartbeat(heartbeat: Heartbeat) -> dict[str, Any]:
    attributes = {
        "url": "https://uptime.betterstack.com/api/v1/heartbeat/x7PuFbKqv2",
        "name": heartbeat.name,
        "period": heartbeat.period,
        "grace": 3600,
        "status": heartbeat.status,
        "paused_at": None,
    }
    return {"id": heartbeat.id, "type": "heartbeat", "attributes": attributes}


def _unauthorized() -> Response:
    return JSONResponse({"errors": "Invalid Team API token"}, status_code=401)


def _date(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
