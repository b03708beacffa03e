"""Whether Stripe's webhooks arrive at the product."""

from __future__ import annotations

from dataclasses import dataclass

from vigie.core.families import Families
from vigie.sources.stripe import families as f
from vigie.sources.stripe.client import Client
from vigie.sources.stripe.presence import Presence
from vigie.sources.stripe.progress import DAY, MINUTE
from vigie.sources.stripe.wire import Endpoints, UndeliveredEvents

_YOUNG = 5 * MINUTE
"""Seconds for which an event may well be on its way."""
_GIVEN_UP = 3 * DAY
"""Seconds after which Stripe tries no more; such an event would be listed as undelivered for all its 30 days."""
_PAGES = 5
_ENABLED = {"enabled": 1.0, "disabled": 0.0}


@dataclass(frozen=True, slots=True)
class Delivery:
    """Undelivered events: how many, and when the first and the last of them happened."""

    count: int
    oldest: int | None
    newest: int | None

    def export(self, families: Families) -> None:
        """Add what is known."""
        families.add(f.UNDELIVERED, self.count)
        for family, at in ((f.OLDEST, self.oldest), (f.NEWEST, self.newest)):
            families.declare(family)
            if at is not None:
                families.add(family, at)


async def read_delivery(client: Client, presence: Presence) -> Delivery:
    """
    Count the undelivered events, up to five pages of them, less those that only Vigie itself may have missed.

    Raises:
        SourceError: They could not be read.
    """
    now = int(client.clock)
    query: dict[str, str | int] = {
        "limit": 100,
        "delivery_success": "false",
        "created[gte]": now - _GIVEN_UP,
        "created[lt]": now - _YOUNG,
    }
    times: list[int] = []
    for _ in range(_PAGES):
        page = await client.get("/v1/events", UndeliveredEvents, query, "Events")
        times += [event.created for event in page.data if not presence.excuses(event)]
        if not page.has_more or not page.data:
            break
        query["starting_after"] = page.data[-1].id
    return Delivery(len(times), min(times, default=None), max(times, default=None))


async def read_endpoints(client: Client) -> dict[str, float]:
    """
    By id, 1 for each webhook endpoint that is enabled and 0 for each that is not.

    Raises:
        SourceError: They could not be read.
    """
    page = await client.get("/v1/webhook_endpoints", Endpoints, {"limit": 100}, "Webhook Endpoints")
    return {endpoint.id: _ENABLED[endpoint.status] for endpoint in page.data if endpoint.status in _ENABLED}
