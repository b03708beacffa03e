"""
Better Stack Uptime: monitors and heartbeats, their state and response times.

Facts from https://betterstack.com/docs/uptime/api and the official Terraform provider. Better Stack does not publish
rate limits, so Vigie is sparing. Requests in steady state with the defaults: 180 an hour, 130,000 a month.

A monitor's `ssl_expiration` is how many days before the end Better Stack warns, not when the certificate ends; that is
nowhere in the API.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from vigie.config.values import BaseUrl, Key
from vigie.core.api import Api, Vendor
from vigie.core.source import Context
from vigie.core.values import unix
from vigie.errors import SourceError
from vigie.sources.uptime import (
    CHECKED,
    INTERVAL,
    PAGES,
    Listed,
    Monitor,
    Status,
    UptimeConfig,
    UptimeSource,
    parameter,
    status,
)

PAGE = 250
TURNS = 1
"""Monitors whose response times one poll reads: an answer holds those of 24 hours from every region."""
STATUSES: Mapping[str, Status] = {
    "up": "up",
    "down": "down",
    "validating": "recovering",
    "paused": "paused",
    "pending": "pending",
    "maintenance": "maintenance",
}


class BetterStackConfig(UptimeConfig):
    """A Better Stack team."""

    base_url: BaseUrl = "https://uptime.betterstack.com"
    """Where the API is."""
    token: Key
    """An Uptime API token of the team."""
    heartbeats: bool = True
    """Read heartbeats too: monitors of jobs that must call in."""


def requests_per_hour(config: BetterStackConfig) -> float:
    """Requests in steady state, for up to 250 monitors and 250 heartbeats."""
    return 3600 / config.interval * (1 + config.heartbeats + (TURNS if config.response_times else 0))


class Watched(Struct):
    """What the API tells about a monitor or a heartbeat."""

    url: str | None = None
    name: str | None = None
    pronounceable_name: str | None = None
    status: str | None = None
    last_checked_at: str | None = None
    check_frequency: float | None = None
    period: float | None = None


class Row(Struct):
    """A member of a list, in the shape of JSON:API."""

    id: str | int
    attributes: Watched


class Pagination(Struct):
    """Where the next page is; null on the last."""

    next: str | None = None


class Listing(Struct):
    """A page."""

    data: list[Row]
    pagination: Pagination | None = None


class Measured(Struct):
    """One measurement, in seconds."""

    at: str | None = None
    response_time: float | None = None


class Region(Struct):
    """What was measured from one part of the world."""

    response_times: list[Measured] = field(default_factory=list)


class Regions(Struct):
    """All parts of the world."""

    regions: list[Region] = field(default_factory=list)


class Answer(Struct):
    """The object of JSON:API."""

    attributes: Regions


class ResponseTimes(Struct):
    """Response times of the last 24 hours."""

    data: Answer

    @property
    def latest(self) -> float | None:
        """The mean of what each region measured last, in seconds."""
        newest = []
        for region in self.data.attributes.regions:
            points = [point for point in region.response_times if point.response_time is not None]
            last = max(points, key=lambda point: unix(point.at) or 0.0, default=None)
            newest += [last.response_time or 0.0] if last else []
        return sum(newest) / len(newest) if newest else None


class BetterStackSource(UptimeSource[BetterStackConfig]):
    """The monitors and heartbeats of a Better Stack team."""

    config_type = BetterStackConfig
    provider = "betterstack"

    def __init__(self, config: BetterStackConfig, context: Context) -> None:
        super().__init__(config, context, turns=TURNS)
        self._api = Api(
            Vendor(
                "Better Stack",
                config.base_url,
                {"authorization": f"Bearer {config.token.get_secret_value()}"},
                "check `token`: it is made under API tokens, Team-based tokens, Uptime API tokens",
                "give `token` an Uptime API token of the team whose monitors these are",
            ),
            context,
            config.timeout,
        )

    async def list_monitors(self) -> Listed:
        """Every page of monitors, then of heartbeats."""
        found = [normalise(listed) for listed in await self._pages("/api/v2/monitors")]
        if not self.config.heartbeats:
            return found, ()
        try:
            found += [normalise(listed, "heartbeat-") for listed in await self._pages("/api/v2/heartbeats")]
        except SourceError as error:
            return found, (error,)
        return found, ()

    async def response_seconds(self, monitor_id: str) -> float | None:
        """The newest response time, the mean of all regions."""
        return (await self._api.get(f"/api/v2/monitors/{monitor_id}/response-times", ResponseTimes)).body.latest

    async def describe(self) -> str:
        """Monitors, and what is spent."""
        spent = requests_per_hour(self.config)
        return (
            f"Better Stack: {await super().describe()}; Vigie sends {spent:.0f} requests an hour "
            f"({spent * 720:,.0f} a month), and Better Stack names no limit"
        )

    async def close(self) -> None:
        """Give the connection up."""
        await self._api.close()

    async def _pages(self, path: str) -> list[Row]:
        found: list[Row] = []
        page: str | None = "1"
        for _ in range(PAGES):
            reply = await self._api.get(path, Listing, {"page": page or "1", "per_page": PAGE})
            found += reply.body.data
            page = parameter(reply.body.pagination.next, "page") if reply.body.pagination else None
            if not page:
                break
        return found


def normalise(listed: Row, prefix: str = "") -> Monitor:
    """A monitor, or with a `prefix` to its id a heartbeat, as every provider's is."""
    watched = listed.attributes
    state = status(STATUSES, watched.status)
    return Monitor(
        id=f"{prefix}{listed.id}",
        name=watched.pronounceable_name or watched.name or ("" if prefix else watched.url) or "",
        status=state,
        timed=not prefix and state != "paused",
        details={INTERVAL: watched.check_frequency or watched.period, CHECKED: unix(watched.last_checked_at)},
    )
