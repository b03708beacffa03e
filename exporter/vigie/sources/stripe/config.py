"""What `sources.stripe` may say, and what it costs in requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from vigie.config.values import BaseUrl, Key
from vigie.core.settings import Duration, Timeout, between
from vigie.core.source import SourceConfig

HOUR = 3600.0
FLOOR = 10_000
"""GET requests in 30 days that every account has."""
PER_TRANSACTION = 500
"""GET requests in 30 days that each transaction adds up to; the larger of both holds."""
SHARE = 0.8
"""Part of the allowance that Vigie takes at most; the product reads too."""
_TIMES = {"events": 1, "delivery": 1, "endpoints": 20, "subscriptions": 20}
"""Read every so many `read_interval`s."""
_EVENTS_WHEN_PUSHED = 5
"""The same for the events when they are pushed anyway and reading them only reconciles."""


class StripeConfig(SourceConfig):
    """One Stripe account, in live or in test mode, as its key is."""

    base_url: BaseUrl = "https://api.stripe.com"
    """Where Stripe's API is."""
    api_key: Key
    """A restricted key with Read on Events, Webhook Endpoints and Subscriptions, and nothing else."""
    webhook_secret: Key | None = None
    """Signing secret of the endpoint that leads to `/webhooks/stripe`: events count at once, and reading reconciles."""
    read_interval: Annotated[float, between("1s", "7d")] = 720.0
    """Time between two readings of events and of undelivered webhooks; the default fits the smallest account."""
    mrr: bool = False
    """Export the monthly recurring revenue, reckoned from the list prices of subscriptions that pay."""
    timeout: Timeout = 60.0
    """Deadline of one poll; what is not there by then is an error."""
    max_age: Duration | None = 900.0
    """How long the last good numbers are still exported while polls fail."""

    @property
    def live(self) -> bool:
        """Whether the key is for live mode; events of the other mode do not count."""
        return "_test_" not in self.api_key.get_secret_value()


def periods(config: StripeConfig) -> Mapping[str, float]:
    """Seconds between two readings of each list."""
    times = {**_TIMES, "events": _EVENTS_WHEN_PUSHED if config.webhook_secret else _TIMES["events"]}
    return {name: max(count * config.read_interval, config.interval) for name, count in times.items()}


def requests_per_hour(config: StripeConfig) -> float:
    """Requests in steady state, while each list fits one page of 100; where it does not, the allowance is larger."""
    return sum(HOUR / period for period in periods(config).values())


def allowance(transactions: float) -> float:
    """GET requests that Stripe allows in 30 days, given the transactions of those days."""
    return max(FLOOR, PER_TRANSACTION * transactions)
