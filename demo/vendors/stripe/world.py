"""What is true at the simulated Stripe."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec


class Rates(msgspec.Struct):
    """
    How life goes on by itself; all zero means that nothing happens but what `World.events` says.

    Attributes:
        payments: Attempts an hour, on the mean of a day.
        failing: Share of them that fail.
        began: Subscriptions that begin, a day.
        ended: Subscriptions that end, a day.
        disputes: Disputes a day.
    """

    payments: float = 0.0
    failing: float = 0.04
    began: float = 0.0
    ended: float = 0.0
    disputes: float = 0.0


QUIET = Rates()


class Era(msgspec.Struct):
    """The rates that held until a time, so that an incident changes the future and not the past."""

    until: float
    rates: Rates


class World(msgspec.Struct):
    """
    Attributes:
        key: The key that is taken.
        rights: What a restricted key may read.
        rates: How life goes on by itself.
        eras: The rates before.
        events: Events beside those, whole bodies.
        appearing: Seconds until an event may be missing from the list; each takes its own time up to that.
        failing_since: From when on deliveries to the product fail, or None.
        undelivered: Ids of events whose delivery failed.
        delivery: Seconds that a delivery takes: so long a new event is listed as undelivered.
        endpoints: Webhook endpoints by id, and their status.
        statuses: Subscriptions by status, all alike.
        subscriptions: Subscriptions beside those, whole bodies.
        limit: Requests a second for each list.
    """

    key: str = "rk_live_simulated"
    rights: list[str] = msgspec.field(default_factory=lambda: ["event", "webhook", "subscription"])
    rates: Rates = msgspec.field(default_factory=Rates)
    eras: list[Era] = msgspec.field(default_factory=list)
    events: list[dict[str, Any]] = msgspec.field(default_factory=list)
    appearing: float = 0.0
    failing_since: float | None = None
    undelivered: list[str] = msgspec.field(default_factory=list)
    delivery: float = 2.0
    endpoints: dict[str, str] = msgspec.field(default_factory=lambda: {"we_1Product": "enabled"})
    statuses: dict[str, int] = msgspec.field(default_factory=dict)
    subscriptions: list[dict[str, Any]] = msgspec.field(default_factory=list)
    limit: int = 25

    def rates_at(self, time: float) -> Rates:
        """The rates that held at a time."""
        return next((era.rates for era in self.eras if time < era.until), self.rates)

    @property
    def awake(self) -> float:
        """The time before which nothing happened by itself."""
        quiet = itertools.takewhile(lambda era: era.rates == QUIET, self.eras)
        return max((era.until for era in quiet), default=0.0)


def demo() -> World:
    """A small company on an ordinary day."""
    return World(
        rates=Rates(payments=90, failing=0.03, began=6, ended=3, disputes=0.5),
        endpoints={"we_1Product": "enabled", "we_1Vigie": "enabled"},
        statuses={"active": 412, "trialing": 37, "past_due": 9, "unpaid": 2},
    )
