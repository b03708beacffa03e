"""
Better Stack Uptime: monitors and heartbeats, their state and response times.

Facts from https://betterstack.com/docs/uptime/api and the official Terraform provider. Better Stack does not publish
rate limits, so Vigie is sparing. Requests in steady state with the defaults: 180 an hour, 130,000 a month.

A monitor's `ssl_expiration` is how many days before the end Better Stack warns, not when the certificate ends; that is
nowhere in the API.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from msgspec import Raw, Struct

from vigie.config.values import BaseUrl, Key
from vigie.core.api import Api, Vendor
from vigie.core.parts import Part, refresh
from vigie.core.source import Context
from vigie.core.values import unix
from vigie.sources.uptime import (
    CHECKED,
    INTERVAL,
    PAGES,
    SIDE,
    Listed,
    Monitor,
    Status,
    UptimeConfig,
    UptimeSource,
    parameter,
    status,
)

Row = TypeVar("Row")

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


class Checked(Struct):
    """What the API tells about a monitor; what has a default has no sample where it is not said."""

    pronounceable_name: str | None
    """Null for one that nobody named."""
    status: str
    url: str | None = None
    """Only stands in for a name."""
    last_checked_at: str | None = None
    check_frequency: float | None = None


class Awaited(Struct):
    """What the API tells about a heartbeat; what has a default has no sample where it is not said."""

    name: str | None
    """Null for one that nobody named."""
    status: str
    period: float | None = None


class MonitorRow(Struct):
    """A member of the list of monitors, in the shape of JSON:API."""

    id: str | int
    attributes: Checked

    def normalised(self) -> Monitor:
        """As every provider's is."""
        watched = self.attributes
        state = status(STATUSES, watched.status)
        return Monitor(
            id=str(self.id),
            name=watched.pronounceable_name or watched.url or "",
            status=state,
            timed=state != "paused",
            details={INTERVAL: watched.check_frequency, CHECKED: unix(watched.last_checked_at)},
        )


class HeartbeatRow(Struct):
    """A member of the list of heartbeats."""

    id: str | int
    attributes: Awaited

    def normalised(self) -> Monitor:
        """As every provider's is. Its URL is a secret: whoever has it can call in."""
        return Monitor(
            id=f"heartbeat-{self.id}",
            name=self.attributes.name or "",
            status=status(STATUSES, self.attributes.status),
            timed=False,
            details={INTERVAL: self.attributes.period},
        )


class Pagination(Struct):
    """Where the next page is; null on the last."""

    next: str | None


class Listing(Struct):
    """A page."""

    data: list[Raw]
    pagination: Pagination


class Measured(Struct):
    """One measurement, in seconds; null where the check got no answer."""

    at: str
    response_time: float | None


class Region(Struct):
    """What was measured from one part of the world."""

    response_times: list[Measured]


class Regions(Struct):
    """All parts of the world."""

    regions: list[Region]


class Answer(Struct):
    """The object of JSON:API."""

    attributes: Regions


class ResponseTimes(Struct):
    """Response times of the last 24 hours."""

    data: Answer

    @property
    def latest(self) -> float | None:
        """The mean of what each region measured last, in seconds; None where one of them got no answer, or none is."""
        regions = (region.response_times for region in self.data.attributes.regions if region.response_times)
        newest = [max(points, key=lambda point: unix(point.at) or 0.0).response_time for points in regions]
        known = [seconds for seconds in newest if seconds is not None]
        return sum(known) / len(known) if known and len(known) == len(newest) else None


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
        self._heartbeats = Part[list[Monitor]](self._list_heartbeats, 0.0, config.staleness, SIDE * config.timeout)

    async def list_monitors(self) -> Listed:
        """Every page of monitors, then of heartbeats."""
        found = [row.normalised() for row in await self._pages("/api/v2/monitors", MonitorRow)]
        if not self.config.heartbeats:
            return found, ()
        problems = await refresh([self._heartbeats], self.context.now, beside=True)
        return [*found, *(self._heartbeats.found or ())], problems

    async def _list_heartbeats(self) -> list[Monitor]:
        return [row.normalised() for row in await self._pages("/api/v2/heartbeats", HeartbeatRow)]

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

    async def _pages(self, path: str, row: type[Row]) -> list[Row]:
        found: list[Row] = []
        page: str | None = "1"
        for _ in range(PAGES):
            reply = await self._api.get(path, Listing, {"page": page or "1", "per_page": PAGE})
            found += self._api.readable(reply.body.data, row)
            page = parameter(reply.body.pagination.next, "page")
            if not page:
                break
        return found
