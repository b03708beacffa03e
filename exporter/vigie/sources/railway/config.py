"""What `sources.railway` may say, and what it costs in requests."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from vigie.config.values import BaseUrl, Key, matching
from vigie.core.settings import Interval, Settings, Timeout, WrongValueError, between
from vigie.core.source import SourceConfig

HOUR = 3600.0
SHARE = 0.8
"""Part of a plan's allowance that Vigie takes at most; deployments and people need the rest."""
PLANS = {"free": 100, "hobby": 1000, "pro": 10_000}
"""Requests an hour, of the whole account."""

Identity = Annotated[str, matching(r"[0-9a-zA-Z-]*", "an id of Railway: letters, digits and hyphens")]
Price = Annotated[float, Field(ge=0)]


class RailwayPrices(Settings):
    """Railway's list prices in dollars, for the estimate of the month's cost."""

    cpu: Price = 0.000463
    """One vCPU for a minute."""
    memory: Price = 0.000231
    """One GB for a minute."""
    volume: Price = 0.00000347222
    """One GB for a minute."""
    egress: Price = 0.05
    """One GB that leaves Railway."""


class RailwayConfig(SourceConfig):
    """One environment of a Railway project."""

    base_url: BaseUrl = "https://backboard.railway.com/graphql/v2"
    """The GraphQL endpoint."""
    token: Key
    """A project token, which is bound to one environment; an account or workspace token needs the two ids beside it."""
    project_id: Identity = ""
    """Only with an account or workspace token; a project token names its project itself."""
    environment_id: Identity = ""
    """Only with an account or workspace token; a project token names its environment itself."""
    plan: Literal["free", "hobby", "pro"] = "free"
    """The account's plan: it allows 100, 1,000 or 10,000 requests an hour, of which Vigie takes at most 80%."""
    interval: Interval = 60.0
    """Time between the starts of two polls."""
    timeout: Timeout = 20.0
    """Deadline of one poll; what is not there by then is an error."""
    http: bool = True
    """Read durations and status codes of the services that have a public domain."""
    http_interval: Annotated[float, between("1m", "1d")] = 300.0
    """Time between two readings of them, and the window that each covers."""
    cost: bool = True
    """Estimate the cost of the billing period, once an hour."""
    prices: RailwayPrices = RailwayPrices()

    @property
    def bound(self) -> bool:
        """Whether the token is a project token, which is sent in a header of its own."""
        return not self.project_id

    @property
    def allowance(self) -> int:
        """Requests an hour that Vigie may send."""
        return int(PLANS[self.plan] * SHARE)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if bool(self.project_id) != bool(self.environment_id):
            raise ValueError("project_id and environment_id belong together; leave both out with a project token")
        spent = requests_per_hour(self)
        if spent > self.allowance:
            raise WrongValueError(
                f"takes {spent:.0f} requests an hour with `http_interval`, and the plan leaves Vigie {self.allowance}; "
                "lengthen `interval` or `http_interval`, or name your `plan`",
                "interval",
            )
        return self


def requests_per_hour(config: RailwayConfig) -> float:
    """Requests in steady state, for a project of up to 100 services of which 25 have a public domain."""
    http = HOUR / config.http_interval if config.http else 0.0
    return HOUR / config.interval + http + (1.0 if config.cost else 0.0)
