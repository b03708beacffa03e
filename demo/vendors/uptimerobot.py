"""
UptimeRobot's API v3, as far as Vigie asks it: the list of monitors, and the response times of one.

Like the vendor: pages by a cursor inside `nextLink`, which the last page leaves out; the Free plan's ten requests a
minute, announced in headers with the Unix time of the reset; errors as `{"message"}`.
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

from demo.vendors.framework import RateLimit, SimulatedVendor

MINUTE = 60.0
DAY = 86400.0


class Monitor(msgspec.Struct):
    """
    A monitor; its response time swings around `response_ms` by a third.

    Attributes:
        certificate_days: Until its certificate ends; None for an address without one.
        domain_days: Until the domain's registration ends.
    """

    id: int
    name: str
    url: str = "https://example.com/"
    kind: str = "HTTP"
    status: str = "UP"
    interval: int = 300
    response_ms: float = 180.0
    swing: float = 0.0
    certificate_days: float | None = 60.0
    domain_days: float | None = None


def _demo_monitors() -> list[Monitor]:
    return [
        Monitor(800_101_001, "API health", "https://api.acme.example/health", response_ms=120, swing=0.3),
        Monitor(800_101_002, "Frontend", "https://acme.example/", response_ms=240, swing=0.3, domain_days=200),
        Monitor(800_101_003, "Login page", "https://acme.example/login", response_ms=310, swing=0.3),
        Monitor(800_101_004, "Staging", "https://staging.acme.example/", status="PAUSED"),
        Monitor(800_101_005, "Nightly backup", "", kind="HEARTBEAT", interval=86400, certificate_days=None),
    ]


class World(msgspec.Struct):
    """
    One account.

    Attributes:
        stats_allowed: Whether the key may read response times.
        snake_case: Whether the series is called `time_series`, as some reports have it, or `timeSeries`.
        limit: Requests a minute.
    """

    key: str = "demo"
    monitors: list[Monitor] = msgspec.field(default_factory=_demo_monitors)
    stats_allowed: bool = True
    snake_case: bool = False
    page_size: int = 200
    limit: int = 10


class UptimeRobot(SimulatedVendor):
    """One account; unless told otherwise on the Free plan."""

    name = "uptimerobot"
    world: World

    def __init__(self, world: World | None = None) -> None:
        super().__init__()
        self.world = world or World()
        self._minute = RateLimit(self.world.limit, MINUTE)

    def routes(self) -> Sequence[Route]:
        """The two paths."""
        return [
            Route("/v3/monitors", self._list),
            Route("/v3/monitors/{id:int}/stats/response-time", self._response_time),
        ]

    async def _list(self, request: Request) -> Response:
        refused, headers = self._refusal(request)
        if refused is not None:
            return refused
        size = min(int(request.query_params.get("limit", "50")), self.world.page_size)
        start = int(request.query_params.get("cursor", "0"))
        page = [self._listed(monitor) for monitor in self.world.monitors[start : start + size]]
        answer: dict[str, Any] = {"data": page}
        if start + size < len(self.world.monitors):
            answer["nextLink"] = f"https://api.uptimerobot.com/v3/monitors?limit={size}&cursor={start + size}"
        return JSONResponse(answer, headers=headers)

    async def _response_time(self, request: Request) -> Response:
        refused, headers = self._refusal(request)
        if refused is not None:
            return refused
        if not self.world.stats_allowed:
            return JSONResponse({"message": "Forbidden resource"}, status_code=403, headers=headers)
        found = [monitor for monitor in self.world.monitors if monitor.id == request.path_params["id"]]
        if not found:
            return JSONResponse({"message": "Monitor not found"}, status_code=404, headers=headers)
        series = self._series(found[0], request)
        values = [point["value"] for point in series]
        summary = {"average": sum(values) / len(values), "min": min(values), "max": max(values)} if values else {}
        name = "time_series" if self.world.snake_case else "timeSeries"
        return JSONResponse({"summary": summary, name: series}, headers=headers)

    def _refusal(self, request: Request) -> tuple[Response | None, dict[str, str]]:
        now = self.now()
        self._minute.limit = self.world.limit
        wait = self._minute.take(now)
        headers = {
            "x-ratelimit-limit": str(self.world.limit),
            "x-ratelimit-remaining": str(self._minute.remaining),
            "x-ratelimit-reset": str(math.ceil(now + (wait or MINUTE))),
        }
        if wait is not None:
            headers["retry-after"] = str(math.ceil(wait))
            return JSONResponse({"message": "Too Many Requests"}, status_code=429, headers=headers), headers
        if request.headers.get("authorization") != f"Bearer {self.world.key}":
            return JSONResponse({"message": "Unauthorized"}, status_code=401, headers=headers), headers
        return None, headers

    def _listed(self, monitor: Monitor) -> dict[str, Any]:
        return {
            "id": monitor.id,
            "friendlyName": monitor.name,
            "url": monitor.url,
            "type": monitor.kind,
            "status": monitor.status,
            "interval": monitor.interval,
            "currentStateDuration": 86400,
            "sslExpiryDateTime": self._in_days(monitor.certificate_days),
            "domainExpireDate": self._in_days(monitor.domain_days),
            "tags": [],
            "groupId": 0,
            "lastIncident": None,
        }

    def _in_days(self, days: float | None) -> str | None:
        return None if days is None else _date(DAY * math.floor(self.now() / DAY) + days * DAY)

    def _series(self, monitor: Monitor, request: Request) -> list[dict[str, Any]]:
        start, end = (datetime.fromisoformat(request.query_params[name]).timestamp() for name in ("from", "to"))
        end = min(end, self.now())
        times = range(math.ceil(start / monitor.interval) * monitor.interval, int(end) + 1, monitor.interval)
        return [
            {"datetime": _date(time), "value": monitor.response_ms * (1 + monitor.swing * math.sin(time / 700))}
            for time in times
        ]


def _date(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
