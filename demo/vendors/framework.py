"""What all simulated vendors share: a world that can be set, faults, a record of requests, rate limits."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from demo.vendors.faults import Fault

CONTROL = "/_simulator"


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that the vendor got: for tests that count or inspect."""

    method: str
    path: str
    query: str
    headers: dict[str, str]


@dataclass(slots=True)
class RateLimit:
    """A fixed window: `limit` requests each `period` seconds."""

    limit: int
    period: float
    _start: float = 0.0
    _used: int = field(default=0)

    def take(self, now: float) -> float | None:
        """Count a request; None when it may pass, else the seconds until the window ends."""
        if now - self._start >= self.period:
            self._start, self._used = now, 0
        if self._used >= self.limit:
            return self._start + self.period - now
        self._used += 1
        return None

    @property
    def remaining(self) -> int:
        """Requests that may still pass in this window."""
        return max(self.limit - self._used, 0)


def wave(now: float, share: float) -> float:
    """A factor around one, which goes up and down by `share` in three quarters of an hour."""
    return 1 + share * math.sin(now / 430)


class SimulatedVendor(ABC):
    """
    One vendor.

    Attributes:
        name: Its key: module name and path prefix in the demo.
        world: What is true at the vendor; tests change it, `POST /_simulator` merges JSON into it.
        fault: When set, answers in the vendor's place.
        seen: Every request so far, control requests left out.
        now: The vendor's clock, in Unix seconds; it may differ from ours.
    """

    name: str
    world: Any

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.fault: Fault | None = None
        self.seen: list[Seen] = []
        self._healthy: ASGIApp = Starlette(
            routes=[*self.routes(), Route(CONTROL, self._control, methods=["GET", "POST"])]
        )

    @abstractmethod
    def routes(self) -> Sequence[BaseRoute]:
        """The vendor's paths, as its documentation names them."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the vendor, or as its fault."""
        app = self._healthy
        if scope["type"] == "http" and not scope["path"].endswith(CONTROL):
            request = Request(scope)
            self.seen.append(Seen(request.method, request.url.path, request.url.query, dict(request.headers)))
            if self.fault is not None:
                app = self.fault(app)
        await app(scope, receive, send)

    async def _control(self, request: Request) -> Response:
        """Show the world, or merge JSON into it: how the demo makes incidents."""
        if request.method == "POST":
            try:
                self.change(await request.json())
            except (ValueError, msgspec.ValidationError) as error:
                return JSONResponse({"error": str(error)}, status_code=400)
        return JSONResponse(msgspec.to_builtins(self.world))

    def change(self, values: dict[str, Any]) -> None:
        """
        Set parts of the world.

        Raises:
            msgspec.ValidationError: A name or a value does not fit the world.
        """
        merged = {**msgspec.to_builtins(self.world), **values}
        unknown = set(values) - set(msgspec.to_builtins(self.world))
        if unknown:
            raise msgspec.ValidationError(f"the world of {self.name} has no {', '.join(sorted(unknown))}")
        self.world = msgspec.convert(merged, type(self.world))
