"""
UptimeRobot, API v3: monitors, their state, certificates and response times.

Facts from https://uptimerobot.com/api/v3 and the official Terraform provider. The list does not hold response times;
each monitor's is a request. Requests in steady state with the defaults: 480 an hour (8 a minute), 346,000 a month, of
the 10 a minute that the Free plan allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec import UNSET, Raw, Struct, UnsetType, field
from pydantic import Field

from vigie.config.values import BaseUrl, Key
from vigie.core.api import Api, Query, Vendor
from vigie.core.source import Context
from vigie.core.values import unix
from vigie.sources.uptime import (
    CERTIFICATE,
    DOMAIN,
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

MINUTE = 60.0
SHARE = 0.8
"""Part of the plan's allowance that Vigie takes at most."""
PAGE = 200
WINDOW = 3600
"""Seconds of response times to ask for; the newest is used."""
MILLISECOND = 0.001
STATUSES: Mapping[str, Status] = {
    "up": "up",
    "down": "down",
    "looks_down": "suspect",
    "paused": "paused",
    "started": "pending",
}
UNTIMED = {"HEARTBEAT"}
"""Types of monitors that wait to be called, so have no response time."""


class UptimeRobotConfig(UptimeConfig):
    """An UptimeRobot account."""

    base_url: BaseUrl = "https://api.uptimerobot.com/v3"
    """Where the API is."""
    api_key: Key
    """A read-only API key."""
    requests_per_minute: int = Field(default=10, ge=2)
    """What the plan allows: 10 on Free, twice the number of monitors on paid plans. Vigie takes at most 80%."""

    @property
    def per_poll(self) -> int:
        """Requests that one poll may send."""
        return max(int(self.requests_per_minute * SHARE * self.interval / MINUTE), 1)


def requests_per_hour(config: UptimeRobotConfig) -> float:
    """Requests in steady state, for up to 200 monitors; fewer where there are few monitors."""
    return 3600 / config.interval * (config.per_poll if config.response_times else 1)


class Row(Struct, rename="camel"):
    """A monitor in the list. What has a default is not said of every type, and has no sample where it is not."""

    id: int | str
    friendly_name: str
    type: str
    status: str
    url: str | None = None
    """Only stands in for a name that is empty."""
    interval: float | None = None
    ssl_expiry_date_time: str | float | None = None
    domain_expire_date: str | float | None = None


class Listing(Struct, rename="camel"):
    """A page of monitors; on the last the link is null or absent."""

    data: list[Raw]
    next_link: str | None = None


class Point(Struct):
    """One measurement, in milliseconds; null where the check got no answer."""

    value: float | None
    datetime: str


class ResponseTimes(Struct):
    """Response times of a window. The case of the series' name differs between reports; one of both must be there."""

    camel: list[Point] | UnsetType = field(default=UNSET, name="timeSeries")
    snake: list[Point] | UnsetType = field(default=UNSET, name="time_series")

    def __post_init__(self) -> None:
        """The mean of the window, which stands beside the series, is another number than the newest."""
        if self.camel is UNSET and self.snake is UNSET:
            raise ValueError("Object missing required field `timeSeries`")

    @property
    def latest(self) -> float | None:
        """The newest measurement in seconds; None where there is none, or the newest check got no answer."""
        points = self.camel or self.snake or []
        newest = max(points, key=lambda point: unix(point.datetime) or 0.0, default=None)
        return None if newest is None or newest.value is None else newest.value * MILLISECOND


class UptimeRobotSource(UptimeSource[UptimeRobotConfig]):
    """The monitors of an UptimeRobot account."""

    config_type = UptimeRobotConfig
    provider = "uptimerobot"

    def __init__(self, config: UptimeRobotConfig, context: Context) -> None:
        super().__init__(config, context, turns=config.per_poll - 1)
        context.budget.limit = max(int(config.requests_per_minute * SHARE), 1)
        context.budget.period = MINUTE
        self._api = Api(
            Vendor(
                "UptimeRobot",
                config.base_url,
                {"authorization": f"Bearer {config.api_key.get_secret_value()}"},
                "check `api_key`: a read-only key is made under Integrations & API",
                "give `api_key` a read-only or main key; the key of one monitor cannot list",
            ),
            context,
            config.timeout,
        )
        self._left = ""

    async def list_monitors(self) -> Listed:
        """Every page of the account's monitors."""
        found: list[Row] = []
        cursor: str | None = ""
        for page in range(PAGES):
            self._times.most = max(self.config.per_poll - page - 1, 0)  # each page is a request of the poll
            query: Query = {"limit": PAGE, "cursor": cursor} if cursor else {"limit": PAGE}
            reply = await self._api.get("/monitors", Listing, query)
            self._left = reply.headers.get("x-ratelimit-remaining", "")
            found += self._api.readable(reply.body.data, Row)
            cursor = parameter(reply.body.next_link, "cursor")
            if not cursor:
                break
        return [normalise(monitor) for monitor in found], ()

    async def response_seconds(self, monitor_id: str) -> float | None:
        """The newest response time of the last hour."""
        now = self.context.now()
        query = {"from": _date(now - WINDOW), "to": _date(now), "includeTimeSeries": "true"}
        return (await self._api.get(f"/monitors/{monitor_id}/stats/response-time", ResponseTimes, query)).body.latest

    async def describe(self) -> str:
        """Monitors, and what is spent of the plan's requests."""
        left = f"{self._left} requests left in this minute, " if self._left.isdecimal() else ""
        spent = requests_per_hour(self.config)
        return (
            f"UptimeRobot: {await super().describe()}; {left}Vigie sends up to {spent:.0f} an hour "
            f"({spent * 720:,.0f} a month) of the {self.config.requests_per_minute * 60:,} that the plan allows"
        )

    async def close(self) -> None:
        """Give the connection up."""
        await self._api.close()


def normalise(monitor: Row) -> Monitor:
    """A monitor as every provider's is."""
    state = status(STATUSES, monitor.status)
    return Monitor(
        id=str(monitor.id),
        name=monitor.friendly_name or monitor.url or "",
        status=state,
        timed=state != "paused" and monitor.type not in UNTIMED,
        details={
            INTERVAL: monitor.interval,
            CERTIFICATE: _time(monitor.ssl_expiry_date_time),
            DOMAIN: _time(monitor.domain_expire_date),
        },
    )


def _time(said: str | float | None) -> float | None:
    return unix(said) if isinstance(said, str) else said


def _date(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
